/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error table and its lookups. */
#include "base/err.h"

struct row {
    const char *name;
    const char *text;
    enum cf_err_class class_of;
};

static const struct row rows[CF_ERR_COUNT_] = {
    [CF_OK] = {"OK", "ok", CF_ERR_CLASS_NONE},
#define X(name_, class_name, text_) [CF_ERR_##name_] = {#name_, text_, CF_ERR_CLASS_##class_name},
#include "base/err_table.h"
#undef X
};

static const struct row *row_of(enum cf_err err) {
    cf_assert((unsigned)err < CF_ERR_COUNT_);
    return &rows[err];
}

const char *cf_err_text(enum cf_err err) {
    return row_of(err)->text;
}

const char *cf_err_name(enum cf_err err) {
    return row_of(err)->name;
}

enum cf_err_class cf_err_class_of(enum cf_err err) {
    return row_of(err)->class_of;
}
