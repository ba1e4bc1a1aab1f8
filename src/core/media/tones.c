/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that are heard. */
#include "core/media/tones.h"

#include "core/media/internal.h"

/* What is missing after more packets than that is another sound. */
#define MISSED_MAX 10U
#define SAMPLES_MAX (CF_TONES_RATE_HZ / 1000 * CF_AUDIO_PACKET_MAX_MSEC)

/* Samples and ticks are the same then. */
static bool can_be_heard(const struct cf_audio_codec *codec) {
    return codec != NULL && codec->rate_hz == CF_TONES_RATE_HZ && codec->clock_hz == CF_TONES_RATE_HZ;
}

static bool wants_tones(const struct cf_engine *engine, const struct cf_engine_line *line) {
    bool has_codec = false;
    if (engine->config.tones == NULL || !line->is_active || line->leg->sound != line || !line->leg->policy.is_waiting) {
        return false;
    }
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        enum cf_codec codec = line->agreed.payloads[i].codec;
        if (codec == CF_CODEC_TELEPHONE_EVENT) {
            return false;
        }
        has_codec = has_codec || can_be_heard(engine->codecs[codec]);
    }
    return has_codec;
}

static void destroy(struct cf_engine *engine, struct cf_tone_listener *listener) {
    for (size_t i = 0; i < CF_CODEC_COUNT; i++) {
        if (listener->decoders[i] != NULL) {
            engine->codecs[i]->decoder_destroy(engine->mem, listener->decoders[i]);
        }
    }
    if (listener->reader != NULL) {
        engine->config.tones->destroy(engine->mem, listener->reader);
    }
    cf_mem_free(engine->mem, listener, sizeof *listener);
}

void cf_engine_forget_tones(struct cf_engine *engine, struct cf_engine_line *line) {
    if (line->tones != NULL) {
        destroy(engine, line->tones);
        line->tones = NULL;
    }
}

static struct cf_tone_listener *create(struct cf_engine *engine, const struct cf_engine_line *line) {
    struct cf_tone_listener *listener = cf_mem_alloc(engine->mem, sizeof *listener);
    if (listener == NULL) {
        return NULL;
    }
    listener->reader = engine->config.tones->create(engine->mem);
    bool has_all = listener->reader != NULL;
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        enum cf_codec codec = line->agreed.payloads[i].codec;
        if (can_be_heard(engine->codecs[codec]) && listener->decoders[codec] == NULL) {
            listener->decoders[codec] = engine->codecs[codec]->decoder_create(engine->mem);
            has_all = has_all && listener->decoders[codec] != NULL;
        }
    }
    if (!has_all) {
        destroy(engine, listener);
        return NULL;
    }
    return listener;
}

/* Has something new been agreed on that can be heard? */
static bool lacks_decoder(const struct cf_engine *engine, const struct cf_engine_line *line) {
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        enum cf_codec codec = line->agreed.payloads[i].codec;
        if (can_be_heard(engine->codecs[codec]) && line->tones->decoders[codec] == NULL) {
            return true;
        }
    }
    return false;
}

void cf_engine_tend_tones(struct cf_engine *engine, struct cf_engine_line *line) {
    bool is_wanted = wants_tones(engine, line);
    if (!is_wanted || (line->tones != NULL && lacks_decoder(engine, line))) {
        cf_engine_forget_tones(engine, line);
    }
    if (is_wanted && line->tones == NULL) {
        line->tones = create(engine, line);
    }
}

/* Samples of @p payload that are missing before @p view; false: it is late, or the same again. */
static bool place(struct cf_tone_listener *listener, const struct cf_rtp_view *view, uint32_t ticks, size_t *ret_missing) {
    bool goes_on = listener->has_heard && listener->ssrc == view->ssrc;
    uint16_t ahead = (uint16_t)(view->sequence - listener->sequence);
    if (goes_on && (ahead == 0 || ahead > UINT16_MAX / 2)) {
        return false;
    }
    *ret_missing = goes_on && ahead <= MISSED_MAX ? (size_t)(ahead - 1) * ticks : 0;
    listener->has_heard = true;
    listener->ssrc = view->ssrc;
    listener->sequence = view->sequence;
    return true;
}

/* No menu has the four letters, and speech is taken for them sooner than for others. */
static bool is_of_phones(char key) {
    return (key >= '0' && key <= '9') || key == '*' || key == '#';
}

static void report(struct cf_engine *engine, struct cf_engine_line *line) {
    for (char key = engine->config.tones->next(line->tones->reader); key != '\0';
         key = engine->config.tones->next(line->tones->reader)) {
        struct cf_media_event event = cf_engine_leg_event(line->leg, CF_MEDIA_EVENT_TONE);
        event.as.digit = key;
        if (is_of_phones(key)) {
            cf_event_queue_put(&engine->events, &event);
        }
    }
}

bool cf_engine_hear_tones(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                          const struct cf_payload *payload) {
    int16_t pcm[SAMPLES_MAX];
    size_t count = 0;
    size_t missing = 0;
    struct cf_tone_listener *listener = line->tones;
    void *decoder = listener == NULL ? NULL : listener->decoders[payload->codec];
    if (decoder == NULL) {
        return false;
    }
    const struct cf_audio_codec *codec = engine->codecs[payload->codec];
    uint32_t ticks = codec->payload_ticks(view->payload);
    if (ticks == 0 || !place(listener, view, ticks, &missing) ||
        codec->decode(decoder, view->payload, pcm, SAMPLES_MAX, &count) != CF_OK) {
        return true;
    }
    if (missing > 0) {
        engine->config.tones->miss(listener->reader, missing);
    }
    engine->config.tones->hear(listener->reader, pcm, count);
    report(engine, line);
    return true;
}
