/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A room in which anything happens: legs come, go, change, send packets of any number, time and level, are told something, and
 * the clock runs unevenly. The codec of the tests. Every frame has listeners, every listener at most one stream.
 */
#include "base/reader.h"
#include "core/mix/mixer.h"

#include "lib/test_codec.h"
#include <stdlib.h>

#define LEGS 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct room {
    struct cf_mixer mixer;
    struct cf_handle legs[LEGS];
    uint16_t seqs[LEGS];
    uint32_t timestamps[LEGS];
    struct cf_player players[LEGS];
    struct cf_sounds sounds;
    cf_usec now;
};

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static struct cf_mix_leg_config take_config(struct cf_reader *r, uint32_t user) {
    static const uint16_t ptimes[] = {20, 10, 40, 60};
    uint8_t flags = cf_take_u8(r);
    uint8_t more = cf_take_u8(r);
    return (struct cf_mix_leg_config){
        .user = user,
        .codec_in = (flags & 1U)   ? &test_codec
                    : (flags & 2U) ? &test_codec_slow
                                   : NULL,
        .codec_out = (flags & 4U)   ? &test_codec
                     : (flags & 8U) ? &test_codec_slow
                                    : NULL,
        .params_out = {.ptime_msec = ptimes[more % 4], .bitrate_bps = (more >> 2) * 1000U, .dtx = (more & 1U) != 0},
        .sends = (flags & 16U) != 0,
        .receives = (flags & 32U) != 0,
        .muted = (flags & 192U) == 192U,
    };
}

static void send_packet(struct room *room, struct cf_reader *r, size_t at) {
    uint8_t flags = cf_take_u8(r);
    struct test_frame frame = {.msec = (flags & 1U) ? cf_take_u8(r) : 20,
                               .value = (int16_t)cf_take_u16(r),
                               .is_dtx = (flags & 2U) != 0,
                               .is_broken = (flags & 4U) != 0};
    room->seqs[at] = (uint16_t)(room->seqs[at] + ((flags & 8U) ? cf_take_u16(r) : 1U));
    room->timestamps[at] += (flags & 16U) ? cf_take_u32(r) : 960;
    struct cf_mix_packet packet = {.ssrc = (flags & 32U) ? cf_take_u8(r) : 1,
                                   .seq = room->seqs[at],
                                   .timestamp = room->timestamps[at],
                                   .comfort_noise = (flags & 64U) != 0,
                                   .level = (flags & 128U) ? cf_take_u8(r) : 30,
                                   .payload = test_frame_span(&frame)};
    packet.payload.len -= packet.comfort_noise;
    cf_mixer_on_packet(&room->mixer, room->legs[at], &packet, room->now);
}

static void drain(struct room *room) {
    struct cf_mix_output output;
    while (cf_mixer_poll(&room->mixer, &output)) {
        if (output.kind == CF_MIX_FRAME) {
            cf_assert(output.frame.user_count > 0 && output.frame.user_count <= LEGS);
            cf_assert(output.frame.user_count == 1 || !output.frame.own);
            cf_assert(test_frame_of(output.frame.payload).msec * output.frame.codec->clock_hz / 1000 == output.frame.ticks);
        } else if (output.kind == CF_MIX_LEVELS) {
            cf_assert(output.level_count > 0 && output.level_count <= CF_MIX_LEVELS_MAX);
        }
    }
}

static void run_ticks(struct room *room, size_t ticks) {
    room->now += (cf_usec)ticks * CF_MIX_TICK_USEC;
    while (cf_mixer_deadline(&room->mixer) <= room->now) {
        cf_mixer_on_deadline(&room->mixer, room->now);
        drain(room);
    }
}

/* Something of up to 15 ticks, to whose player it is or to all. */
static void tell(struct room *room, struct cf_reader *r, struct cf_player *player) {
    uint8_t flags = cf_take_u8(r);
    struct cf_phrase phrase = {.count = flags % 4U,
                               .is_firm = (flags & 4U) != 0,
                               .is_endless = (flags & 8U) != 0,
                               .tag = flags & 16U,
                               .pause_msec = (uint16_t)(flags & 0xe0U)};
    for (size_t i = 0; i < phrase.count; i++) {
        phrase.parts[i] = cf_take_u8(r);
    }
    enum cf_err err = player == NULL ? cf_mixer_say(&room->mixer, &phrase) : cf_player_say(player, &phrase);
    cf_assert(err == CF_OK || err == CF_ERR_LIMIT || err == CF_ERR_MALFORMED);
}

/* Prompts of many lengths, some of none. */
static void make_sounds(struct room *room) {
    static int16_t pcm[5 * CF_MIX_TICK_SAMPLES];
    room->sounds.language_count = 1;
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        room->sounds.languages[0].sounds[i] = (struct cf_sound){pcm, i % 6 * CF_MIX_TICK_SAMPLES - i % 6 * (i % 7)};
    }
    for (size_t i = 0; i < LEGS; i++) {
        cf_player_init(&room->players[i], &room->sounds);
    }
}

static void operate(struct room *room, struct cf_reader *r, uint8_t op) {
    size_t at = (op >> 4) % LEGS;
    struct cf_mix_leg_config config;
    switch (op & 15U) {
    case 0:
        config = take_config(r, (uint32_t)at);
        if (!cf_handle_is_set(room->legs[at])) {
            (void)!cf_mixer_add_leg(&room->mixer, &config, &room->legs[at]);
            cf_mixer_set_player(&room->mixer, room->legs[at], &room->players[at]);
        }
        break;
    case 1:
        cf_mixer_remove_leg(&room->mixer, room->legs[at]);
        room->legs[at] = (struct cf_handle){0, 0};
        break;
    case 2:
        config = take_config(r, (uint32_t)at);
        (void)!cf_mixer_set_leg(&room->mixer, room->legs[at], &config);
        break;
    case 3:
        run_ticks(room, 1U + at * 3U);
        break;
    case 4:
    case 5:
    case 6:
        run_ticks(room, 1);
        break;
    case 13:
        tell(room, r, &room->players[at]);
        cf_mixer_on_play(&room->mixer, room->legs[at]);
        break;
    case 14:
        tell(room, r, NULL);
        break;
    case 15:
        cf_player_hush(&room->players[at]);
        break;
    default:
        send_packet(room, r, at);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct room room; /* large */
    const struct cf_mem mem = {heap_alloc, heap_free, NULL};
    struct cf_mixer_config config = {
        .resampler = &test_resampler, .speaker_limit = 2, .leg_limit = LEGS - 1, .sounds = &room.sounds};
    struct cf_reader r;
    cf_reader_init(&r, (struct cf_span){data, size < 2000 ? size : 2000});
    room = (struct room){.now = CF_SEC(1)};
    make_sounds(&room);
    cf_mixer_init(&room.mixer, &mem, &config, room.now);
    while (cf_reader_left(&r) > 0 && cf_reader_ok(&r)) {
        operate(&room, &r, cf_take_u8(&r));
    }
    cf_mixer_fini(&room.mixer);
    return 0;
}
