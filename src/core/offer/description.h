/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our descriptions as text, from plans. Inside of core/offer only. What comes before the s= line is apart, since the version in
 * o= depends on whether the rest has changed (RFC 3264 section 8).
 */
#ifndef CF_CORE_OFFER_DESCRIPTION_H
#define CF_CORE_OFFER_DESCRIPTION_H

#include "core/offer/plan.h"

/** What the session's part of a description says. */
struct cf_session_plan {
    const struct cf_local_session *local;
    struct cf_str name; /**< s=; absent: "-" */
    uint64_t start_ntp;
    uint64_t stop_ntp;
};

/** "v=0" and o= with line ends. */
void cf_put_description_origin(struct cf_writer *w, const struct cf_local_session *local, uint64_t session_id, uint64_t version);

/** From s= to the end of the session's part, without a=group. */
void cf_put_description_session(struct cf_writer *w, const struct cf_session_plan *plan);

/** A section. */
void cf_put_description_section(struct cf_writer *w, const struct cf_session_plan *session, const struct cf_plan *plan);

#endif
