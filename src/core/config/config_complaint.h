/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What operators are told about keys and values that are wrong: what it is, what is allowed, and what they may have meant. Each
 * function fills @p ret_problem and returns CF_ERR_CONFIG. Private to core/config.
 */
#ifndef CF_CORE_CONFIG_CONFIG_COMPLAINT_H
#define CF_CORE_CONFIG_CONFIG_COMPLAINT_H

#include "core/config/config_form.h"
#include "core/config/config_row.h"

/** There is no such key; names the nearest one. */
enum cf_err cf_config_complain_unknown(struct cf_str section, struct cf_str key, struct cf_config_problem *ret_problem);

/** @p value is not of the row's type, or out of range. */
enum cf_err cf_config_complain_wrong(const struct cf_config_row *row, struct cf_str value, struct cf_config_problem *ret_problem);

/** @p item is not of the row's form; names the nearest word if it is one of some words. */
enum cf_err cf_config_complain_form(const struct cf_config_row *row, const struct cf_config_form_row *form, struct cf_str item,
                                    struct cf_config_problem *ret_problem);

/** @p item is in a list twice. */
enum cf_err cf_config_complain_repeated(const struct cf_config_row *row, struct cf_str item,
                                        struct cf_config_problem *ret_problem);

#endif
