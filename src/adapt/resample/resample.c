/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resampling by speexdsp. */
#include "adapt/resample/resample.h"

#include <speex/speex_resampler.h>
#include <string.h>

/* 0..10: enough for speech, with a pass band to 3.6 kHz of 4. */
#define QUALITY 4

/* The library's state, and the ratio for counting. */
struct resampler {
    SpeexResamplerState *state;
    uint32_t in_hz;
    uint32_t out_hz;
};

static void destroy(const struct cf_mem *mem, void *object) {
    struct resampler *resampler = object;
    if (resampler->state != NULL) {
        speex_resampler_destroy(resampler->state);
    }
    cf_mem_free(mem, resampler, sizeof(*resampler));
}

static void *create(const struct cf_mem *mem, uint32_t in_hz, uint32_t out_hz) {
    struct resampler *resampler = cf_mem_alloc(mem, sizeof(*resampler));
    int err = 0;
    if (resampler == NULL) {
        return NULL;
    }
    *resampler = (struct resampler){speex_resampler_init(1, in_hz, out_hz, QUALITY, &err), in_hz, out_hz};
    if (resampler->state == NULL) {
        destroy(mem, resampler);
        return NULL;
    }
    return resampler;
}

static void reset(void *object) {
    struct resampler *resampler = object;
    (void)speex_resampler_reset_mem(resampler->state);
}

static void process(void *object, const int16_t *in, size_t in_count, int16_t *out) {
    struct resampler *resampler = object;
    size_t out_count = in_count * resampler->out_hz / resampler->in_hz;
    size_t in_done = 0;
    size_t out_done = 0;
    while (out_done < out_count) {
        spx_uint32_t taken = (spx_uint32_t)(in_count - in_done);
        spx_uint32_t made = (spx_uint32_t)(out_count - out_done);
        (void)speex_resampler_process_int(resampler->state, 0, in + in_done, &taken, out + out_done, &made);
        in_done += taken;
        out_done += made;
        if (taken == 0 && made == 0) {
            memset(out + out_done, 0, (out_count - out_done) * sizeof(*out));
            return;
        }
    }
}

const struct cf_resampler cf_resampler_speex = {.create = create, .destroy = destroy, .reset = reset, .process = process};
