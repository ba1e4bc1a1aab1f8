/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call was expected to be (--expect), compared with what it was. Pure. */
#ifndef CF_UA_EXPECTATIONS_H
#define CF_UA_EXPECTATIONS_H

#include "base/str.h"
#include "core/dialog/session.h"
#include "ua/recorder.h"

/** Longest subject that is remembered, octets. */
#define CF_OUTCOME_SUBJECT_MAX 256

/** What a call was. */
struct cf_outcome {
    bool is_registered;
    bool is_connected;
    uint64_t participants; /**< bit n: the roster had n present at some time (63: that or more) */
    char subject[CF_OUTCOME_SUBJECT_MAX];
    size_t subject_len;
    bool is_encrypted; /**< all media that was agreed on last */
    bool has_media;
    bool is_over;
    enum cf_session_cause cause;
    uint16_t status;
    const struct cf_recorder *recorder;
};

/** Is @p wish one that is known, well formed? */
bool cf_expectation_is_known(struct cf_str wish);

/** Was @p wish met? */
bool cf_expectation_is_met(struct cf_str wish, const struct cf_outcome *outcome);

#endif
