/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that tell their layers by dependency descriptors (AV1): each receiver is told what it gets. */
#include "core/media/internal.h"

size_t cf_engine_describe(const struct cf_engine_line *line, const struct cf_sink_item *item, uint8_t *header, size_t fixed_len,
                          size_t *ret_number_at) {
    static const uint8_t number[2] = {0};
    const struct cf_media_extension *extensions = line->agreed.extensions;
    const struct cf_video_packet *packet = item->packet;
    const struct cf_dd_structure *structure = &item->layers->structure;
    const uint32_t targets = cf_dd_targets(structure, item->patch.spatial_top, item->patch.temporal_top) & item->layers->active;
    const struct cf_span data = {packet->descriptor, packet->descriptor_len};
    uint8_t descriptor[CF_DD_PRINTED_MAX];
    struct cf_rtp_ext list[3];
    size_t count = 0;
    struct cf_writer w;
    bool is_masked = item->patch.is_masked && structure->target_count == packet->descriptor_place.target_count;
    size_t len = cf_dd_print(data, &packet->descriptor_place, item->patch.frame_number, is_masked ? &targets : NULL, descriptor);
    if (line->twcc_at > 0) {
        list[count++] = (struct cf_rtp_ext){.id = extensions[CF_EXTENSION_TRANSPORT_CC].id, .data = {number, sizeof number}};
    }
    list[count++] = (struct cf_rtp_ext){.id = line->descriptor_id, .data = {descriptor, len}};
    count = cf_engine_line_list_mid(line, list, count);
    cf_writer_init(&w, header + fixed_len, CF_OUTBOX_HEADER_MAX - fixed_len);
    *ret_number_at = fixed_len + cf_engine_put_extension_block(&w, list, count);
    header[0] |= 0x10U;
    return fixed_len + w.len;
}
