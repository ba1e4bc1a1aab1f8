/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encoding for listeners. */
#include "core/mix/class.h"

#include "base/bug.h"
#include <string.h>

#define PART_SIZE (CF_MIX_TICK_SAMPLES * sizeof(int16_t))

static void stream_destroy(const struct cf_mix_class *class, struct cf_mix_stream *stream) {
    if (stream == NULL) {
        return;
    }
    if (stream->resampler != NULL) {
        class->resampling->destroy(class->mem, stream->resampler);
    }
    if (stream->encoder != NULL) {
        class->codec->encoder_destroy(class->mem, stream->encoder);
    }
    cf_mem_free(class->mem, stream, sizeof(*stream));
}

static struct cf_mix_stream *stream_create(const struct cf_mix_class *class) {
    struct cf_mix_stream *stream = cf_mem_alloc(class->mem, sizeof(*stream));
    if (stream == NULL) {
        return NULL;
    }
    stream->was_silent = true;
    stream->is_filter_empty = true;
    stream->encoder = class->codec->encoder_create(class->mem, &class->params);
    if (stream->encoder == NULL) {
        stream_destroy(class, stream);
        return NULL;
    }
    return stream;
}

static bool is_resampled(const struct cf_mix_class *class) {
    return class->codec->rate_hz != CF_AUDIO_RATE_HZ;
}

/* Its filter costs more to make than a call that hears nobody costs in all: it is made when there is sound. False: no memory. */
static bool has_filter(const struct cf_mix_class *class, struct cf_mix_stream *stream) {
    if (stream->resampler == NULL) {
        stream->resampler = class->resampling->create(class->mem, CF_AUDIO_RATE_HZ, class->codec->rate_hz);
    }
    return stream->resampler != NULL;
}

struct cf_mix_class *cf_mix_class_create(const struct cf_mem *mem, const struct cf_audio_codec *codec,
                                         const struct cf_audio_params *params, const struct cf_resampler *resampling) {
    struct cf_mix_class *class = cf_mem_alloc(mem, sizeof(*class));
    if (class == NULL) {
        return NULL;
    }
    *class = (struct cf_mix_class){.mem = mem, .codec = codec, .resampling = resampling, .params = *params};
    class->tick_samples = codec->rate_hz / 50;
    class->frame_samples = codec->rate_hz / 1000 * params->ptime_msec;
    class->common = stream_create(class);
    if (class->common == NULL) {
        cf_mix_class_destroy(class);
        return NULL;
    }
    return class;
}

enum cf_err cf_mix_class_leave_out(struct cf_mix_class *class, uint8_t places, uint32_t kinds) {
    if (places == 0) {
        return CF_OK;
    }
    class->part = cf_mem_alloc(class->mem, PART_SIZE);
    if (class->part == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    class->places = places;
    class->place_kinds = kinds;
    return CF_OK;
}

const int16_t *cf_mix_class_heard(const struct cf_mix_class *class, const struct cf_mix_bus *bus) {
    return class->part == NULL ? bus->common : class->part;
}

const struct cf_mix_limiter *cf_mix_class_limiter(const struct cf_mix_class *class, const struct cf_mix_bus *bus) {
    return class->part == NULL ? &bus->limiter : &class->part_limiter;
}

void cf_mix_class_destroy(struct cf_mix_class *class) {
    for (size_t i = 0; i < class->own_count; i++) {
        stream_destroy(class, class->own[i]);
    }
    stream_destroy(class, class->common);
    cf_mem_free(class->mem, class->users, class->users_max * sizeof(*class->users));
    cf_mem_free(class->mem, class->listeners, class->listeners_max * sizeof(struct cf_mix_listener *));
    cf_mem_free(class->mem, class->part, PART_SIZE);
    cf_mem_free(class->mem, class, sizeof(*class));
}

bool cf_mix_class_reserve(struct cf_mix_class *class, size_t legs, size_t own) {
    void *users = class->users;
    bool ok = cf_mem_grow(class->mem, &users, &class->users_max, legs, sizeof(*class->users));
    class->users = users;
    void *listeners = class->listeners;
    ok = ok && cf_mem_grow(class->mem, &listeners, &class->listeners_max, legs, sizeof(struct cf_mix_listener *));
    class->listeners = listeners;
    while (ok && class->own_count < own && class->own_count < CF_MIX_OWN_MAX) {
        struct cf_mix_stream *stream = stream_create(class);
        ok = stream != NULL;
        if (ok) {
            class->own[class->own_count++] = stream;
        }
    }
    return ok;
}

void cf_mix_class_listen(struct cf_mix_class *class, struct cf_mix_listener *listener) {
    cf_assert(listener->index == 0 && class->listener_count < class->users_max && class->listener_count < class->listeners_max);
    class->users[class->listener_count] = listener->user;
    class->listeners[class->listener_count] = listener;
    listener->index = ++class->listener_count;
    class->common->is_independent = true;
    cf_mix_rest_wake(&class->common->rest, class->rest_after);
}

void cf_mix_class_unlisten(struct cf_mix_class *class, struct cf_mix_listener *listener) {
    if (listener->index == 0) {
        return;
    }
    size_t hole = listener->index - 1;
    size_t last = --class->listener_count;
    class->users[hole] = class->users[last];
    class->listeners[hole] = class->listeners[last];
    class->listeners[hole]->index = hole + 1;
    listener->index = 0;
}

struct cf_mix_stream *cf_mix_class_open_own(struct cf_mix_class *class, uint32_t user, const int16_t *before,
                                            const struct cf_mix_limiter *limiter) {
    struct cf_mix_stream *stream = NULL;
    for (size_t i = 0; i < class->own_count && stream == NULL; i++) {
        stream = class->own[i]->in_use ? NULL : class->own[i];
    }
    if (stream == NULL || (is_resampled(class) && !has_filter(class, stream))) {
        return NULL;
    }
    const struct cf_mix_stream *common = class->common;
    stream->in_use = true;
    stream->user = user;
    stream->idle_ticks = 0;
    stream->limiter = *limiter;
    stream->rest = common->rest;
    stream->is_filter_empty = false;
    stream->is_stale = common->is_stale;
    stream->is_independent = common->is_independent;
    stream->was_silent = common->was_silent;
    class->codec->encoder_copy(stream->encoder, common->encoder);
    memcpy(stream->pcm, common->pcm, class->filled * sizeof(common->pcm[0]));
    if (is_resampled(class)) {
        /* The filter remembers less than a tick: sending the last one through makes it what the common one is. */
        int16_t unused[CF_MIX_TICK_SAMPLES];
        class->resampling->reset(stream->resampler);
        class->resampling->process(stream->resampler, before, CF_MIX_TICK_SAMPLES, unused);
    }
    return stream;
}

bool cf_mix_class_is_at_boundary(const struct cf_mix_class *class) {
    return class->filled == 0;
}

static void push(const struct cf_mix_class *class, struct cf_mix_stream *stream, const int16_t *pcm, int16_t *place) {
    bool is_silence = cf_mix_rest_is_silence(pcm, CF_MIX_TICK_SAMPLES);
    cf_mix_rest_on_tick(&stream->rest, is_silence);
    if (!is_resampled(class)) {
        memcpy(place, pcm, CF_MIX_TICK_SAMPLES * sizeof(*pcm));
    } else if ((is_silence && stream->is_filter_empty) || !has_filter(class, stream)) {
        memset(place, 0, class->tick_samples * sizeof(*place));
    } else {
        class->resampling->process(stream->resampler, pcm, CF_MIX_TICK_SAMPLES, place);
    }
    /* The filter remembers less than a tick: behind one of silence it makes nothing but silence of silence. */
    stream->is_filter_empty = is_silence || stream->resampler == NULL;
}

void cf_mix_class_push(struct cf_mix_class *class, const int16_t *pcm, uint64_t tick) {
    cf_assert(class->filled + class->tick_samples <= sizeof(class->common->pcm) / sizeof(class->common->pcm[0]));
    if (class->filled == 0) {
        class->first_tick = tick;
    }
    push(class, class->common, pcm, class->common->pcm + class->filled);
    class->filled += class->tick_samples;
}

void cf_mix_class_push_own(struct cf_mix_class *class, struct cf_mix_stream *stream, const int16_t *pcm) {
    push(class, stream, pcm, stream->pcm + class->filled - class->tick_samples);
}

void cf_mix_class_on_gap(struct cf_mix_class *class) {
    class->filled = 0;
    class->offset = 0;
    class->next_stream = 0;
}

/* Octets of the frame; 0 if there is nothing to send. */
static size_t encode(const struct cf_mix_class *class, struct cf_mix_stream *stream, uint8_t *payload) {
    size_t len = 0;
    if (cf_mix_rest_spares(&stream->rest, class->rest_after, class->first_tick)) {
        stream->is_stale = true;
        return 0;
    }
    if (stream->is_stale) {
        class->codec->encoder_reset(stream->encoder);
    }
    enum cf_err err = class->codec->encode(stream->encoder, stream->pcm + class->offset, class->frame_samples,
                                           stream->is_independent || stream->is_stale, payload, CF_AUDIO_PAYLOAD_MAX, &len);
    stream->is_stale = false;
    stream->is_independent = false;
    return err == CF_OK ? len : 0;
}

static bool is_wanted(const struct cf_mix_class *class, const struct cf_mix_stream *stream) {
    return stream == class->common ? class->listener_count > 0 : stream->in_use;
}

/* All streams have had their frame. */
static void finish_frame(struct cf_mix_class *class) {
    class->next_stream = 0;
    class->offset += class->frame_samples;
    if (class->offset == class->filled) {
        class->offset = 0;
        class->filled = 0;
    }
}

static void describe(const struct cf_mix_class *class, struct cf_mix_stream *stream, size_t len,
                     struct cf_mix_class_frame *ret_frame) {
    uint32_t clock_hz = class->codec->clock_hz;
    uint32_t into = (uint32_t)(class->offset * clock_hz / class->codec->rate_hz);
    bool own = stream != class->common;
    *ret_frame = (struct cf_mix_class_frame){
        .payload_len = len,
        .timestamp = (uint32_t)(class->first_tick * (clock_hz / 50)) + into,
        .marker = stream->was_silent,
        .own = own,
        .users = own ? &stream->user : class->users,
        .user_count = own ? 1 : class->listener_count,
    };
    stream->was_silent = len == 0;
}

uint32_t cf_mix_class_rest_left(const struct cf_mix_class *class, uint64_t tick) {
    if (class->filled != 0) {
        return 0;
    }
    return class->listener_count > 0 ? cf_mix_rest_left(&class->common->rest, class->rest_after, tick) : UINT32_MAX;
}

bool cf_mix_class_poll(struct cf_mix_class *class, uint8_t *payload, struct cf_mix_class_frame *ret_frame) {
    while (class->filled - class->offset >= class->frame_samples) {
        while (class->next_stream <= class->own_count) {
            size_t at = class->next_stream++;
            struct cf_mix_stream *stream = at == 0 ? class->common : class->own[at - 1];
            if (is_wanted(class, stream)) {
                describe(class, stream, encode(class, stream, payload), ret_frame);
                return true;
            }
            stream->is_stale = true;
        }
        finish_frame(class);
    }
    return false;
}
