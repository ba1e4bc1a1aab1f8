/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H.264: the input as a payload, as a sequence of payloads to join, and as a byte stream to cut and join again. */
#include "core/rtp/h264.h"

#define PAYLOAD_MAX 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void join_pieces(const uint8_t *data, size_t size) {
    uint8_t room[4096];
    struct cf_writer w;
    struct cf_h264_joiner joiner = {.in_unit = false};
    cf_writer_init(&w, room, sizeof room);
    while (size > 1) {
        size_t len = 1 + data[0] % (size - 1);
        enum cf_err err = cf_h264_join(&joiner, &w, (struct cf_span){data + 1, len});
        cf_assert(err != CF_OK || w.len > 0);
        data += 1 + len;
        size -= 1 + len;
    }
}

static void cut(const uint8_t *data, size_t size, bool single_only) {
    struct cf_h264_packetiser p;
    uint8_t out[PAYLOAD_MAX];
    bool marker = false;
    cf_h264_packetiser_init(&p, sizeof out, single_only);
    if (cf_h264_packetiser_frame(&p, (struct cf_span){data, size}) != CF_OK) {
        return;
    }
    for (size_t n = cf_h264_packetiser_next(&p, out, &marker); n > 0; n = cf_h264_packetiser_next(&p, out, &marker)) {
        cf_assert(n <= PAYLOAD_MAX);
    }
    cf_assert(size == 0 || marker || p.unit.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_h264_payload p;
    enum cf_err err = cf_h264_payload_parse((struct cf_span){data, size}, &p);
    cf_assert(err == CF_OK || size < 2 || (data[0] & 0x1f) == 0 || (data[0] & 0x1f) > CF_H264_LAST);
    join_pieces(data, size);
    cut(data, size, false);
    cut(data, size, true);
    return 0;
}
