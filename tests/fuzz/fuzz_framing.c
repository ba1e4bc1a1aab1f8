/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames in a stream, cut in two ways: the same datagrams come out. */
#include "core/rtp/framing.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t digest(const uint8_t *data, size_t size, size_t step) {
    struct cf_framing framing = {.got = 0};
    size_t sum = 0;
    for (size_t at = 0; at < size; at += step) {
        struct cf_span rest = {data + at, size - at < step ? size - at : step};
        struct cf_span datagram;
        while (cf_framing_next(&framing, &rest, &datagram)) {
            if (datagram.len == 0 || datagram.len > CF_FRAME_MAX) {
                abort();
            }
            for (size_t i = 0; i < datagram.len; i++) {
                sum = sum * 31 + datagram.at[i];
            }
            sum = sum * 31 + datagram.len;
        }
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (digest(data, size, size + 1) != digest(data, size, 1) || digest(data, size, 7) != digest(data, size, 1)) {
        abort();
    }
    return 0;
}
