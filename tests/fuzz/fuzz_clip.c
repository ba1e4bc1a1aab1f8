/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of sound and pictures: WAV, IVF, H.264 byte streams. */
#include "core/clip/ivf.h"
#include "core/clip/wav.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    return octets > size * 2 ? 1 : 0;
}
