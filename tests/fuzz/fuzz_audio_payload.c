/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads of every audio codec: the first octet chooses the codec, then come packets, each an octet that says what to do with
 * it, a length and so many octets. Decoders take anything, make what they promised and nothing beyond.
 */
#include "adapt/g711/g711.h"
#include "adapt/opus/opus_codec.h"
#include "adapt/spandsp/g722.h"
#include "base/reader.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

/* As the mixer does: exactly as long as announced, in a block of that size so that the sanitizer sees one sample too many. */
static void run_packet(const struct cf_audio_codec *codec, void *decoder, uint8_t op, struct cf_span payload) {
    uint32_t ticks = codec->payload_ticks(payload);
    cf_assert(ticks <= codec->clock_hz / 1000 * CF_AUDIO_PACKET_MAX_MSEC);
    if (ticks == 0) {
        return;
    }
    (void)codec->is_dtx(payload);
    size_t samples = (size_t)ticks * codec->rate_hz / codec->clock_hz;
    int16_t *pcm = malloc(samples * sizeof(*pcm));
    size_t made = 0;
    if (pcm == NULL) {
        return;
    }
    if (op % 4 == 1) {
        codec->conceal(decoder, pcm, samples);
    } else if (op % 4 == 2 && codec->has_fec) {
        codec->decode_fec(decoder, payload, pcm, samples);
    } else if (codec->decode(decoder, payload, pcm, samples, &made) == CF_OK) {
        cf_assert(made == samples);
    }
    free(pcm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct cf_audio_codec *const codecs[] = {&cf_codec_opus, &cf_codec_g722, &cf_codec_pcmu, &cf_codec_pcma};
    const struct cf_mem mem = {heap_alloc, heap_free, NULL};
    struct cf_reader r;
    cf_reader_init(&r, (struct cf_span){data, size});
    uint8_t choice = cf_take_u8(&r);
    const struct cf_audio_codec *codec = codecs[choice % 4];
    void *decoder = codec->decoder_create(&mem);
    if (decoder == NULL) {
        return 0;
    }
    while (cf_reader_left(&r) > 2) {
        uint8_t op = cf_take_u8(&r);
        size_t len = (size_t)(op / 4 % 4) * 256 + cf_take_u8(&r);
        len = len < cf_reader_left(&r) ? len : cf_reader_left(&r);
        run_packet(codec, decoder, op, cf_take(&r, len));
    }
    codec->decoder_destroy(&mem, decoder);
    return 0;
}
