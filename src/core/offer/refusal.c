/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a description was not taken. */
#include "core/offer/refusal.h"

#include "base/bug.h"

static const struct {
    uint16_t warn_code;
    struct cf_str text;
} rows[CF_REFUSAL_COUNT] = {
    [CF_REFUSAL_NONE] = {0, CF_STR_INIT("")},
#define X(name, warn_code, text) [CF_REFUSAL_##name] = {warn_code, CF_STR_INIT(text)},
#include "core/offer/refusal_table.h"
#undef X
};

uint16_t cf_refusal_warn_code(enum cf_refusal_reason reason) {
    cf_assert(reason < CF_REFUSAL_COUNT);
    return rows[reason].warn_code;
}

struct cf_str cf_refusal_text(enum cf_refusal_reason reason) {
    cf_assert(reason < CF_REFUSAL_COUNT);
    return rows[reason].text;
}

void cf_put_refusal(struct cf_writer *w, const struct cf_refusal *refusal) {
    if (refusal->line != CF_REFUSAL_ALL_LINES) {
        cf_put_lit(w, "Media line ");
        cf_put_dec(w, refusal->line + 1U);
        cf_put_lit(w, ": ");
    }
    cf_put(w, cf_refusal_text(refusal->reason));
}
