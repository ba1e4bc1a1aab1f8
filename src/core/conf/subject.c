/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which Subject header of a re-INVITE changes the subject of the conference. */
#include "core/conf/subject.h"

/** What Linphone puts into re-INVITEs that are about something else (seen on the wire up to 5.5, and in its sources). */
static const struct cf_str canned[] = {
    CF_STR_INIT("Media change"),  CF_STR_INIT("Call on hold"), CF_STR_INIT("Call on hold for me too"),
    CF_STR_INIT("Call resuming"), CF_STR_INIT("Conference"),   CF_STR_INIT("ICE processing concluded"),
    CF_STR_INIT("Refreshing"),
};

bool cf_subject_is_canned(struct cf_str offered) {
    offered = cf_str_trim(offered);
    for (size_t i = 0; i < sizeof(canned) / sizeof(canned[0]); i++) {
        if (cf_str_eq_nocase(canned[i], offered)) {
            return true;
        }
    }
    return false;
}

bool cf_subject_is_change(struct cf_str current, struct cf_str offered) {
    offered = cf_str_trim(offered);
    return offered.len > 0 && !cf_subject_is_canned(offered) && !cf_str_eq(cf_str_trim(current), offered);
}
