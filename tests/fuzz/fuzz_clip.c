/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of sound and pictures: WAV, Ogg Opus, IVF, H.264 byte streams. */
#include "adapt/opus/opus_file.h"
#include "core/clip/ivf.h"
#include "core/clip/ogg.h"
#include "core/clip/wav.h"
#include "lib/test_mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t read_ogg(struct cf_span file) {
    struct cf_ogg ogg;
    struct cf_span packet;
    struct cf_opus_head head;
    struct test_mem mem;
    int16_t *pcm = NULL;
    size_t count = 0;
    size_t octets = 0;
    cf_ogg_init(&ogg, file);
    while (cf_ogg_next(&ogg, &packet) == CF_OK) {
        octets += packet.len;
    }
    octets += cf_opus_head_parse(file, &head) == CF_OK ? head.channels : 0U;
    test_mem_init(&mem);
    if (cf_opus_file_decode(&mem.mem, file, &pcm, &count) == CF_OK) {
        cf_mem_free(&mem.mem, pcm, count * sizeof *pcm);
    }
    test_mem_fini(&mem);
    return octets;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_span file = {data, size};
    struct cf_span rest = file;
    struct cf_span frame;
    struct cf_wav wav;
    struct cf_ivf ivf;
    uint64_t time = 0;
    size_t octets = 0;
    if (cf_wav_parse(file, &wav) == CF_OK) {
        for (size_t i = 0; i < cf_wav_count(&wav); i++) {
            octets += (size_t)(cf_wav_sample(&wav, i) & 1);
        }
    }
    if (cf_ivf_parse(file, &ivf, &rest) == CF_OK) {
        while (cf_ivf_next(&rest, &frame, &time)) {
            octets += frame.len;
        }
    }
    rest = file;
    for (frame = cf_access_unit_next(&rest); frame.len > 0; frame = cf_access_unit_next(&rest)) {
        octets += cf_access_unit_is_key(frame) ? 1 : 0;
    }
    octets += read_ogg(file);
    return octets > size * 4 ? 1 : 0;
}
