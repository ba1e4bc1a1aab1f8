/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a conference refuses something: one table (denial_table.h). Knows no SIP; the focus gives status codes. Any thread. */
#ifndef CF_CORE_CONF_DENIAL_H
#define CF_CORE_CONF_DENIAL_H

#include "base/usec.h"
#include "base/writer.h"

/** A reason. */
enum cf_denial_reason {
    CF_DENIAL_NONE, /**< allowed */
#define X(name, text, has_time) CF_DENIAL_##name,
#include "core/conf/denial_table.h"
#undef X
    CF_DENIAL_COUNT_,
};

/** A verdict: allowed if .reason is CF_DENIAL_NONE. Value type. */
struct cf_denial {
    enum cf_denial_reason reason;
    cf_wall at; /**< TOO_EARLY: joinable from; TOO_LATE: over since; else 0 */
};

/** Allowed? */
static inline bool cf_denial_is_none(struct cf_denial denial) {
    return denial.reason == CF_DENIAL_NONE;
}

/** English text without the time, never NULL; static. */
struct cf_str cf_denial_text(enum cf_denial_reason reason);

/** Write text and time, fit for a reason phrase: "Conference can be joined from 2026-01-01T08:45:00Z". */
void cf_put_denial(struct cf_writer *w, struct cf_denial denial);

/** The reason for a failure of one of our tables: LIMIT is @p limit, EXISTS and NO_MEMORY are themselves. */
enum cf_denial_reason cf_denial_of(enum cf_err err, enum cf_denial_reason limit);

#endif
