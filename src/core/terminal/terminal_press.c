/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys pressed by the user: telephone events (RFC 4733) in the place of sound. */
#include "core/rtp/event.h"
#include "core/terminal/terminal_impl.h"

/* In ticks of 20 ms: how long a key is pressed, its end told three times (section 2.5.1.4), and nothing after it. */
#define PRESSED 8U
#define ENDS 3U
#define PAUSE 5U

#define VOLUME 10U

enum cf_err cf_terminal_press(struct cf_terminal *t, struct cf_str keys) {
    if (keys.len == 0 || keys.len > CF_TERMINAL_KEYS_MAX - t->key_count) {
        return CF_ERR_LIMIT;
    }
    for (size_t i = 0; i < keys.len; i++) {
        if (cf_event_of_key(keys.at[i]) < 0) {
            return CF_ERR_MALFORMED;
        }
    }
    memcpy(t->keys + t->key_count, keys.at, keys.len);
    t->key_count += keys.len;
    return CF_OK;
}

/* Of the agreement, events in the clock of what is sent. */
static const struct cf_payload *event_payload(const struct cf_terminal_stream *line) {
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        const struct cf_payload *payload = &line->agreed.payloads[i];
        if (payload->codec == CF_CODEC_TELEPHONE_EVENT && payload->clock_hz == line->out.payload->clock_hz) {
            return payload;
        }
    }
    return NULL;
}

static void send_event(struct cf_terminal *t, struct cf_terminal_stream *line, const struct cf_payload *payload, cf_usec now) {
    struct cf_terminal_sender *out = &line->out;
    uint32_t tick = payload->clock_hz / 50;
    uint32_t lasted = t->key_tick < PRESSED ? t->key_tick + 1U : PRESSED;
    const struct cf_event event = {.code = (uint8_t)cf_event_of_key(t->keys[0]),
                                   .is_end = t->key_tick >= PRESSED,
                                   .volume = VOLUME,
                                   .duration = (uint16_t)(lasted * tick)};
    uint8_t room[CF_EVENT_LEN];
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    cf_put_event(&w, &event);
    /* All packets of an event carry the timestamp of its beginning. */
    uint32_t began = out->timestamp - t->key_tick * tick;
    cf_terminal_send_event(t, line, payload, began, t->key_tick == 0, cf_writer_span(&w), now);
}

bool cf_terminal_press_tick(struct cf_terminal *t, struct cf_terminal_stream *line, cf_usec now) {
    const struct cf_payload *payload = t->key_count == 0 ? NULL : event_payload(line);
    if (payload == NULL) {
        return false;
    }
    if (t->key_tick < PRESSED + ENDS) {
        send_event(t, line, payload, now);
    }
    line->out.held = 0;
    line->out.was_silent = true;
    line->out.timestamp += payload->clock_hz / 50;
    return true;
}

void cf_terminal_press_on_tick(struct cf_terminal *t) {
    if (t->key_count == 0 || ++t->key_tick < PRESSED + ENDS + PAUSE) {
        return;
    }
    t->key_tick = 0;
    t->key_count--;
    memmove(t->keys, t->keys + 1, t->key_count);
}
