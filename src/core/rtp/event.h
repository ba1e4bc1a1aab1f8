/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Telephone events (RFC 4733): the payload, and a detector that turns the packets of an event, retransmissions of its end
 * included, into one key press. Works at any clock rate (8000 and 48000 are in use): only timestamps are compared.
 */
#ifndef CF_CORE_RTP_EVENT_H
#define CF_CORE_RTP_EVENT_H

#include "core/rtp/packet.h"

/** Octets of an event payload. */
#define CF_EVENT_LEN 4U

/** Event codes 0..9, then * # A B C D, then flash (RFC 4733 section 3.2). */
#define CF_EVENT_STAR 10U
#define CF_EVENT_POUND 11U
#define CF_EVENT_DTMF_MAX 15U
#define CF_EVENT_FLASH 16U

/** An event payload. */
struct cf_event {
    uint8_t code;
    bool is_end;
    uint8_t volume;    /**< 0..63, -dBm0 */
    uint16_t duration; /**< so far, in ticks of the timestamp */
};

/** Parse a payload: the first four octets. CF_ERR_TRUNCATED if shorter. */
CF_MUST_USE enum cf_err cf_event_parse(struct cf_span payload, struct cf_event *ret_event);

/** Append the payload of @p event. */
void cf_put_event(struct cf_writer *w, const struct cf_event *event);

/** The key of @p code: 0-9 * # A-D, '!' for flash, NUL for other events. */
char cf_event_key(uint8_t code);

/** The code of @p key (letters in either case), or -1. */
int cf_event_of_key(char key);

/** Detector of key presses of one source. Zeroed: nothing seen. Value type. */
struct cf_dtmf {
    uint32_t timestamp; /**< beginning of the last event, or of its last segment */
    uint16_t duration;  /**< longest seen of that segment */
    uint8_t code;       /**< of the last event */
    bool is_seen;       /**< an event was seen */
    bool is_ended;      /**< its end was seen */
};

/**
 * A packet of the event payload type with @p timestamp came in. Returns the key if it is the first one seen of a press, else NUL:
 * for further packets of the press, its repeated ends, segments of a long press (duration overflow), late packets of a former
 * press, and events that are no keys. Malformed payloads give NUL.
 */
char cf_dtmf_on_packet(struct cf_dtmf *d, uint32_t timestamp, struct cf_span payload);

/** True as long as the last key press goes on (no end seen). */
bool cf_dtmf_is_pressed(const struct cf_dtmf *d);

#endif
