/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * a=rtcp-fb (RFC 4585 section 4.2, RFC 5104 section 7): which RTCP feedback may be sent for which payload type. Known messages
 * become bits of a set; others are ignored. Pure, any thread.
 */
#ifndef CF_CORE_SDP_FEEDBACK_H
#define CF_CORE_SDP_FEEDBACK_H

#include "base/writer.h"

/** Numbers of the known messages; their bits are below. */
enum cf_feedback_index {
#define X(name, type, parameter) CF_FEEDBACK_INDEX_##name,
#include "core/sdp/feedback_table.h"
#undef X
    CF_FEEDBACK_COUNT,
};

/** A known feedback message as a bit; sets of them are uint32_t. */
enum cf_feedback {
#define X(name, type, parameter) CF_FEEDBACK_##name = 1 << CF_FEEDBACK_INDEX_##name,
#include "core/sdp/feedback_table.h"
#undef X
};

/** The payload type that stands for all of the line, "*". */
#define CF_FEEDBACK_ALL_TYPES 0xFF

/** No a=rtcp-fb trr-int. */
#define CF_FEEDBACK_NO_INTERVAL UINT32_MAX

/** One a=rtcp-fb. */
struct cf_sdp_feedback {
    uint8_t payload_type;  /**< CF_FEEDBACK_ALL_TYPES for "*" */
    uint32_t message;      /**< one enum cf_feedback; 0: not known, or trr-int */
    uint32_t trr_int_msec; /**< least interval of regular reports; CF_FEEDBACK_NO_INTERVAL if this is not a trr-int */
};

/** Parse the value of a=rtcp-fb. False if it does not follow the grammar; a message that is not known is true with message 0. */
bool cf_sdp_feedback_parse(struct cf_str value, struct cf_sdp_feedback *ret);

/** The lines for every message in the set @p messages, for @p payload_type or for all of them. */
void cf_put_sdp_feedback(struct cf_writer *w, uint8_t payload_type, uint32_t messages);

/** "a=rtcp-fb:* trr-int N" with line end. */
void cf_put_sdp_trr_int(struct cf_writer *w, uint32_t trr_int_msec);

#endif
