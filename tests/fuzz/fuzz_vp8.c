/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VP8 payloads: what parses is printed to the same octets but for reserved bits, and its key frame size is inside of it. */
#include "core/rtp/vp8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_span payload = {data, size};
    struct cf_vp8_descriptor d;
    uint8_t buffer[CF_VP8_DESCRIPTOR_MAX + 1] = {0};
    if (cf_vp8_descriptor_parse(payload, &d) != CF_OK) {
        return 0;
    }
    size_t len = cf_vp8_descriptor_print(&d, buffer);
    cf_assert(len <= d.len);
    struct cf_vp8_descriptor again;
    cf_assert(cf_vp8_descriptor_parse((struct cf_span){buffer, len + 1}, &again) == CF_OK);
    cf_assert(again.picture_id == d.picture_id && again.tl0picidx == d.tl0picidx && again.tid == d.tid);
    if (cf_vp8_is_key_start(payload, &d)) {
        uint16_t width;
        uint16_t height;
        cf_vp8_key_size(payload, &d, &width, &height);
    }
    return 0;
}
