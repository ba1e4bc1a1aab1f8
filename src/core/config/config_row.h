/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the configuration table as data; private to core/config. */
#ifndef CF_CORE_CONFIG_CONFIG_ROW_H
#define CF_CORE_CONFIG_CONFIG_ROW_H

#include "core/config/config.h"

/** One key. */
struct cf_config_row {
    struct cf_str section;
    struct cf_str key;
    const char *name; /**< "section.key" */
    enum cf_config_type type;
    struct cf_str preset; /**< default, as text */
    uint32_t least;       /**< number; seconds; text length; items of a list; port */
    uint32_t most;
    bool is_live; /**< applied by a reload */
    struct cf_str doc;
};

/** Row @p index, in the order of the table. */
const struct cf_config_row *cf_config_row(size_t index);

/** The value of row @p index in @p config. */
const void *cf_config_value(const struct cf_config *config, size_t index);
void *cf_config_value_mut(struct cf_config *config, size_t index);

#endif
