/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound that comes in: into the mixer, to those to whom it is passed on, and what redundancy (RFC 2198) brings of what was lost.
 */
#include "core/media/internal.h"
#include "core/rtp/audio_level.h"
#include "core/rtp/red.h"

#define USED CF_MEDIA_USED

static void take_digit(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view) {
    char key = cf_dtmf_on_packet(&line->dtmf, view->timestamp, view->payload);
    if (key != '\0') {
        struct cf_media_event event = cf_engine_leg_event(line->leg, CF_MEDIA_EVENT_DIGIT);
        event.as.digit = key;
        cf_event_queue_put(&engine->events, &event);
    }
}

static uint8_t claimed_level(const struct cf_engine_line *line, const struct cf_rtp_view *view) {
    struct cf_span data;
    struct cf_audio_level level;
    bool found =
        cf_engine_line_get_extension(line, CF_EXTENSION_SSRC_AUDIO_LEVEL, view, &data) && cf_audio_level_parse(data, &level);
    return found ? level.level : CF_LEVEL_UNKNOWN;
}

void cf_engine_mix_packet(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_mix_packet *packet) {
    cf_usec before = cf_mixer_deadline(line->mixer);
    cf_mixer_on_packet(line->mixer, line->mix, packet, engine->now);
    if (cf_mixer_deadline(line->mixer) < before) {
        cf_engine_touch_room(engine, line->leg->room);
    }
}

static bool is_heard(const struct cf_engine_line *line) {
    return line->mixer != NULL && !line->leg->policy.is_waiting;
}

/* Key presses and comfort noise. */
static enum cf_media_discard take_aside(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                                        bool is_event) {
    if (is_event) {
        take_digit(engine, line, view);
    }
    if (!is_heard(line)) {
        return is_event ? USED : CF_MEDIA_DISCARD_NOT_WANTED;
    }
    const struct cf_mix_packet packet = {.ssrc = view->ssrc,
                                         .timestamp = view->timestamp,
                                         .seq = view->sequence,
                                         .marker = view->marker,
                                         .comfort_noise = !is_event,
                                         .telephone_event = is_event,
                                         .level = claimed_level(line, view),
                                         .payload = view->payload};
    const struct cf_engine_voice voice = {.packet = &packet};
    cf_engine_mix_packet(engine, line, &packet);
    cf_engine_hand_voice(engine, line, &voice);
    return USED;
}

/* A packet of @payload, or a copy of one that is missing. @red is what it came in; NULL: it came alone. */
static void put(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                const struct cf_payload *payload, const struct cf_red *red, bool is_copy) {
    const struct cf_mix_packet packet = {.ssrc = view->ssrc,
                                         .timestamp = view->timestamp,
                                         .seq = view->sequence,
                                         .marker = view->marker,
                                         .is_copy = is_copy,
                                         .level = is_copy ? CF_LEVEL_UNKNOWN : claimed_level(line, view),
                                         .payload = view->payload};
    const struct cf_engine_voice voice = {
        .packet = &packet, .codec = payload->codec, .clock_hz = payload->clock_hz, .red = cf_engine_redundancy_of(red)};
    cf_engine_mix_packet(engine, line, &packet);
    cf_engine_pass_on(engine, line, &voice);
    cf_engine_hand_voice(engine, line, &voice);
}

/* What was lost and is in an earlier block. Blocks are those of the packets before, as far as they say the time of those: after a
 * pause it can't be told which number they had. */
static void put_copies(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                       const struct cf_payload *payload, const struct cf_red *red) {
    const struct cf_red_block *primary = &red->blocks[red->count - 1];
    uint32_t ticks = engine->codecs[payload->codec]->payload_ticks(primary->data);
    for (size_t i = 0; i + 1 < red->count; i++) {
        const struct cf_red_block *block = &red->blocks[i];
        uint32_t distance = (uint32_t)(red->count - 1 - i);
        uint16_t sequence = (uint16_t)(view->sequence - distance);
        bool is_known = block->payload_type == primary->payload_type && block->data.len > 0 && block->offset == distance * ticks;
        if (is_known && cf_mixer_lacks(line->mixer, line->mix, view->ssrc, sequence)) {
            struct cf_rtp_view copy = *view;
            copy.sequence = sequence;
            copy.timestamp = view->timestamp - block->offset;
            copy.marker = false;
            copy.payload = block->data;
            put(engine, line, &copy, payload, NULL, true);
            line->counts.copies_used++;
        }
    }
}

/* Sound of a codec that can be mixed. */
static enum cf_media_discard take_coded(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                                        const struct cf_payload *payload, const struct cf_red *red) {
    if (!is_heard(line) || engine->codecs[payload->codec] == NULL) {
        return cf_engine_hear_tones(engine, line, view, payload) ? USED : CF_MEDIA_DISCARD_NOT_WANTED;
    }
    if (!cf_engine_change_codec(engine, line, payload->receive_type)) {
        return CF_MEDIA_DISCARD_BUDGET;
    }
    if (red != NULL) {
        put_copies(engine, line, view, payload, red);
    }
    put(engine, line, view, payload, red, false);
    return USED;
}

/* The primary block is the packet; it must be of what was agreed on, in the same clock. */
static enum cf_media_discard take_redundant(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                                            const struct cf_payload *payload) {
    struct cf_red red;
    if (cf_red_parse(view->payload, &red) != CF_OK || red.blocks[red.count - 1].data.len == 0) {
        return CF_MEDIA_DISCARD_MALFORMED;
    }
    const struct cf_red_block *primary = &red.blocks[red.count - 1];
    const struct cf_payload *inner = cf_engine_line_payload_in(line, primary->payload_type);
    if (inner == NULL || inner->codec == CF_CODEC_RED || inner->clock_hz != payload->clock_hz) {
        return CF_MEDIA_DISCARD_PAYLOAD_TYPE;
    }
    struct cf_rtp_view plain = *view;
    plain.payload = primary->data;
    return take_coded(engine, line, &plain, inner, &red);
}

enum cf_media_discard cf_engine_take_sound(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                                           const struct cf_payload *payload) {
    bool is_event = payload->codec == CF_CODEC_TELEPHONE_EVENT;
    if (is_event || payload->codec == CF_CODEC_CN) {
        return take_aside(engine, line, view, is_event);
    }
    return payload->codec == CF_CODEC_RED ? take_redundant(engine, line, view, payload)
                                          : take_coded(engine, line, view, payload, NULL);
}
