/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telephone events and the key press detector. */
#include "core/rtp/event.h"

#include "core/rtp/sequence.h"

static const char keys[] = "0123456789*#ABCD!";

enum cf_err cf_event_parse(struct cf_span payload, struct cf_event *ret_event) {
    if (payload.len < CF_EVENT_LEN) {
        return CF_ERR_TRUNCATED;
    }
    const uint8_t *at = payload.at;
    *ret_event =
        (struct cf_event){.code = at[0], .is_end = (at[1] & 0x80) != 0, .volume = at[1] & 0x3f, .duration = cf_be16(at + 2)};
    return CF_OK;
}

void cf_put_event(struct cf_writer *w, const struct cf_event *event) {
    cf_put_u8(w, event->code);
    cf_put_u8(w, (uint8_t)((event->is_end ? 0x80 : 0) | (event->volume & 0x3f)));
    cf_put_u16(w, event->duration);
}

char cf_event_key(uint8_t code) {
    return keys[code <= CF_EVENT_FLASH ? code : CF_EVENT_FLASH + 1]; /* the terminator */
}

int cf_event_of_key(char key) {
    for (int code = 0; code <= (int)CF_EVENT_FLASH; code++) {
        if (cf_ascii_lower(keys[code]) == cf_ascii_lower(key)) {
            return code;
        }
    }
    return -1;
}

/*
 * Is an event of @code that begins at @timestamp the next segment of the one that is going on? RFC 4733 section 2.5.1.3: a press
 * longer than the duration field goes on in a segment that begins where the last one ended. Lost packets may have kept us from
 * seeing the last duration, so anything up to the field's maximum counts.
 */
static bool is_next_segment(const struct cf_dtmf *d, uint32_t timestamp, uint8_t code) {
    uint32_t step = timestamp - d->timestamp;
    return !d->is_ended && code == d->code && d->duration >= 0x8000U && step >= d->duration && step <= UINT16_MAX;
}

char cf_dtmf_on_packet(struct cf_dtmf *d, uint32_t timestamp, struct cf_span payload) {
    struct cf_event event;
    if (cf_event_parse(payload, &event) != CF_OK) {
        return '\0';
    }
    if (d->is_seen && timestamp == d->timestamp) {
        /* All packets of a press have the timestamp of its beginning. */
        d->duration = event.duration > d->duration ? event.duration : d->duration;
        d->is_ended = d->is_ended || event.is_end;
        return '\0';
    }
    if (d->is_seen && !cf_timestamp_is_after(timestamp, d->timestamp)) {
        return '\0'; /* of a former press, late */
    }
    bool goes_on = d->is_seen && is_next_segment(d, timestamp, event.code);
    *d = (struct cf_dtmf){
        .timestamp = timestamp, .duration = event.duration, .code = event.code, .is_seen = true, .is_ended = event.is_end};
    if (goes_on) {
        return '\0';
    }
    return cf_event_key(event.code);
}

bool cf_dtmf_is_pressed(const struct cf_dtmf *d) {
    return d->is_seen && !d->is_ended;
}
