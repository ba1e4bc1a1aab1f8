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
    if (cf_engine_line_sends_mid(line)) {
        list[count++] =
            (struct cf_rtp_ext){.id = extensions[CF_EXTENSION_MID].id, .data = cf_str_span(cf_tag_str(&line->agreed.mid))};
    }
    cf_writer_init(&w, header + fixed_len, CF_OUTBOX_HEADER_MAX - fixed_len);
    uint8_t *head = cf_writer_reserve(&w, 4);
    uint16_t profile = cf_rtp_put_extensions(&w, list, count);
    cf_assert(cf_writer_ok(&w));
    cf_set_be16(head, profile);
    cf_set_be16(head + 2, (uint16_t)((w.len - 4) / 4));
    header[0] |= 0x10U;
    *ret_number_at = fixed_len + (profile == CF_RTP_EXT_ONE_BYTE ? 5U : 6U);
    return fixed_len + w.len;
}
