/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is in two header extensions of libwebrtc: abs-send-time (24 bits, 6.18 fixed point seconds, wraps after 64 s) and the
 * transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 2, 16 bits). Formats only.
 */
#ifndef CF_CORE_RTP_SEND_TIME_H
#define CF_CORE_RTP_SEND_TIME_H

#include "base/reader.h"
#include "base/usec.h"

/** Octets of an abs-send-time and of a transport-wide sequence number. */
#define CF_ABS_SEND_TIME_LEN 3U
#define CF_TRANSPORT_SEQUENCE_LEN 2U

/** An abs-send-time wraps after this. */
#define CF_ABS_SEND_TIME_WRAP CF_SEC(64)

/** Parse the data of abs-send-time: 0 .. CF_ABS_SEND_TIME_WRAP - 1, rounded down to 1 us. False if shorter than three octets. */
static inline bool cf_abs_send_time_parse(struct cf_span data, cf_usec *ret_time) {
    if (data.len < CF_ABS_SEND_TIME_LEN) {
        return false;
    }
    uint64_t units = (uint64_t)data.at[0] << 16 | (uint64_t)data.at[1] << 8 | data.at[2];
    *ret_time = (cf_usec)(units * 1000000U >> 18);
    return true;
}

/** Write @p now (not negative) as abs-send-time to the three octets at @p out. */
static inline void cf_abs_send_time_set(uint8_t *out, cf_usec now) {
    uint64_t units = ((uint64_t)(now % CF_ABS_SEND_TIME_WRAP) << 18) / 1000000U;
    out[0] = (uint8_t)(units >> 16);
    cf_set_be16(out + 1, (uint16_t)units);
}

/** Parse the data of a transport-wide sequence number. False if shorter than two octets. */
static inline bool cf_transport_sequence_parse(struct cf_span data, uint16_t *ret_sequence) {
    if (data.len < CF_TRANSPORT_SEQUENCE_LEN) {
        return false;
    }
    *ret_sequence = cf_be16(data.at);
    return true;
}

#endif
