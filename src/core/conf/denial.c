/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a conference refuses something. */
#include "core/conf/denial.h"

#include "base/bug.h"
#include "core/conf/xml_text.h"

static const struct {
    struct cf_str text;
    bool has_time;
} denials[] = {
    [CF_DENIAL_NONE] = {CF_STR_INIT("Allowed"), false},
#define X(name, text, has_time) [CF_DENIAL_##name] = {CF_STR_INIT(text), has_time},
#include "core/conf/denial_table.h"
#undef X
};

struct cf_str cf_denial_text(enum cf_denial_reason reason) {
    cf_assert(reason < CF_DENIAL_COUNT_);
    return denials[reason].text;
}

void cf_put_denial(struct cf_writer *w, struct cf_denial denial) {
    cf_put(w, cf_denial_text(denial.reason));
    if (denials[denial.reason].has_time) {
        cf_put_char(w, ' ');
        cf_put_date_time(w, denial.at);
    }
}

enum cf_denial_reason cf_denial_of(enum cf_err err, enum cf_denial_reason limit) {
    switch (cf_err_class_of(err)) {
    case CF_ERR_CLASS_NONE:
        return CF_DENIAL_NONE;
    case CF_ERR_CLASS_LIMIT:
        return limit;
    case CF_ERR_CLASS_STATE:
        return err == CF_ERR_EXISTS ? CF_DENIAL_EXISTS : CF_DENIAL_STATE;
    case CF_ERR_CLASS_PEER:
        return CF_DENIAL_TOO_LONG;
    case CF_ERR_CLASS_RESOURCE:
    case CF_ERR_CLASS_UPSTREAM:
    case CF_ERR_CLASS_CONFIG:
        return CF_DENIAL_NO_MEMORY;
    }
    return CF_DENIAL_NO_MEMORY;
}
