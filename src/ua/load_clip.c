/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/load_clip.h"

#include "adapt/opus/opus_codec.h"
#include "adapt/vpx/vp8_codec.h"
#include "core/clip/card.h"
#include "core/clip/voice.h"
#include "core/mix/bus.h"
#include "core/mix/rest.h"
#include "shell/system/system.h"
#include <stdlib.h>
#include <string.h>

static bool keep(struct cf_load_piece *piece, struct cf_span octets, bool is_key) {
    uint8_t *copy = malloc(octets.len + 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, octets.at, octets.len);
    *piece = (struct cf_load_piece){{copy, octets.len}, is_key};
    return true;
}

/*
 * A tick of a voice that never pauses for longer than between two syllables: in a pause nothing would be sent to anybody (ADR
 * 110), and what came less because of that would look as if the mixer had lost its pace.
 */
static void read_voice(struct cf_voice *voice, int16_t *pcm, bool *was_silent) {
    bool is_silent = true;
    do {
        cf_voice_read(voice, pcm, CF_MIX_TICK_SAMPLES);
        is_silent = cf_mix_rest_is_silence(pcm, CF_MIX_TICK_SAMPLES);
    } while (is_silent && *was_silent && voice->kind == CF_VOICE_SPEECH);
    *was_silent = is_silent;
}

static enum cf_err encode_sound(void *encoder, struct cf_voice *voice, bool *was_silent, struct cf_load_piece *piece) {
    int16_t pcm[CF_MIX_TICK_SAMPLES];
    uint8_t octets[CF_AUDIO_PAYLOAD_MAX];
    size_t len = 0;
    read_voice(voice, pcm, was_silent);
    enum cf_err err = cf_codec_opus.encode(encoder, pcm, CF_MIX_TICK_SAMPLES, false, octets, sizeof octets, &len);
    return err == CF_OK && !keep(piece, (struct cf_span){octets, len}, true) ? CF_ERR_NO_MEMORY : err;
}

static enum cf_err make_sound(struct cf_load_clip *clip) {
    struct cf_audio_params params = {.ptime_msec = 20};
    struct cf_voice voice;
    bool was_silent = false;
    cf_codec_opus.normalise(&params);
    void *encoder = cf_codec_opus.encoder_create(cf_system_mem(), &params);
    if (encoder == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    cf_voice_init(&voice, CF_VOICE_SILENCE, 0);
    enum cf_err err = encode_sound(encoder, &voice, &was_silent, &clip->silence);
    cf_voice_init(&voice, CF_VOICE_SPEECH, 1);
    for (size_t i = 0; i < CF_LOAD_SOUNDS && err == CF_OK; i++) {
        err = encode_sound(encoder, &voice, &was_silent, &clip->voice[i]);
    }
    cf_codec_opus.encoder_destroy(cf_system_mem(), encoder);
    return err;
}

static enum cf_err make_pictures(struct cf_load_clip *clip, const struct cf_video_params *params) {
    struct cf_picture picture;
    void *encoder = cf_codec_vp8.encoder_create(cf_system_mem(), params);
    if (encoder == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = cf_picture_init(&picture, cf_system_mem(), params->width, params->height);
    size_t count = (size_t)CF_LOAD_SECONDS * params->fps;
    for (size_t i = 0; i < count && err == CF_OK; i++) {
        struct cf_coded_frame frame;
        cf_card_draw(&picture, (struct cf_card){.sender = 1, .frame = (uint16_t)i});
        err = cf_codec_vp8.encode(encoder, &picture, i % params->fps == 0, &frame);
        if (err == CF_OK && !keep(&clip->pictures[clip->picture_count], frame.octets, frame.is_key)) {
            err = CF_ERR_NO_MEMORY;
        }
        clip->picture_count += err == CF_OK ? 1 : 0;
    }
    cf_codec_vp8.encoder_destroy(cf_system_mem(), encoder);
    cf_picture_fini(&picture, cf_system_mem());
    return err;
}

enum cf_err cf_load_clip_make(struct cf_load_clip *clip, uint16_t width, uint16_t height, uint8_t fps, uint32_t bps) {
    struct cf_video_params params = {.width = width, .height = height, .fps = fps, .bitrate_bps = bps};
    enum cf_err err = make_sound(clip);
    return err == CF_OK ? make_pictures(clip, &params) : err;
}

void cf_load_clip_free(struct cf_load_clip *clip) {
    for (size_t i = 0; i < CF_LOAD_SOUNDS; i++) {
        free((void *)(uintptr_t)clip->voice[i].octets.at);
    }
    for (size_t i = 0; i < clip->picture_count; i++) {
        free((void *)(uintptr_t)clip->pictures[i].octets.at);
    }
    free((void *)(uintptr_t)clip->silence.octets.at);
    memset(clip, 0, sizeof *clip);
}
