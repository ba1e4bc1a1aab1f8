/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTP packets as views, headers, and the kind of a datagram. */
#include "core/rtp/packet.h"

enum {
    VERSION_BITS = 0xc0, /* of the first octet */
    VERSION_2 = 0x80,
    PADDING_BIT = 0x20,
    EXTENSION_BIT = 0x10,
    CSRC_BITS = 0x0f,
    MARKER_BIT = 0x80, /* of the second octet */
    EXTENSION_HEAD_LEN = 4,
};

enum cf_packet_kind cf_packet_kind_of(struct cf_span datagram) {
    if (datagram.len < 1) {
        return CF_PACKET_UNKNOWN;
    }
    uint8_t first = datagram.at[0];
    if (first >= 128 && first <= 191) {
        /* RFC 5761 section 4: where an RTCP packet has its type, RTP has M and a payload type that is never 64..95. */
        return datagram.len >= 2 && datagram.at[1] >= 192 && datagram.at[1] <= 223 ? CF_PACKET_RTCP : CF_PACKET_RTP;
    }
    if (first <= 3) {
        return CF_PACKET_STUN;
    }
    if (first >= 20 && first <= 63) {
        return CF_PACKET_DTLS;
    }
    if (first >= 16 && first <= 19) {
        return CF_PACKET_ZRTP;
    }
    return first >= 64 && first <= 79 ? CF_PACKET_TURN_CHANNEL : CF_PACKET_UNKNOWN;
}

/* Contributing sources and the extension: moves view->header_len over them. */
static enum cf_err parse_variable_header(struct cf_rtp_view *view) {
    const uint8_t *at = view->packet.at;
    size_t len = CF_RTP_HEADER_LEN + 4U * (size_t)view->csrc_count;
    if ((at[0] & EXTENSION_BIT) != 0) {
        if (view->packet.len < len + EXTENSION_HEAD_LEN) {
            return CF_ERR_TRUNCATED;
        }
        size_t extension_len = 4U * (size_t)cf_be16(at + len + 2);
        view->extension_profile = cf_be16(at + len);
        len += EXTENSION_HEAD_LEN;
        view->extension = (struct cf_span){at + len, extension_len};
        len += extension_len;
    }
    if (view->packet.len < len || len > UINT16_MAX) {
        return CF_ERR_TRUNCATED;
    }
    view->header_len = (uint16_t)len;
    view->payload = (struct cf_span){at + len, view->packet.len - len};
    return CF_OK;
}

enum cf_err cf_rtp_parse_header(struct cf_span datagram, struct cf_rtp_view *ret_view) {
    if (datagram.len < CF_RTP_HEADER_LEN) {
        return CF_ERR_TRUNCATED;
    }
    const uint8_t *at = datagram.at;
    if ((at[0] & VERSION_BITS) != VERSION_2) {
        return CF_ERR_MALFORMED;
    }
    struct cf_rtp_view view = {
        .packet = datagram,
        .has_padding = (at[0] & PADDING_BIT) != 0,
        .csrc_count = at[0] & CSRC_BITS,
        .marker = (at[1] & MARKER_BIT) != 0,
        .payload_type = at[1] & 0x7fU,
        .sequence = cf_be16(at + 2),
        .timestamp = cf_be32(at + 4),
        .ssrc = cf_be32(at + 8),
    };
    enum cf_err err = parse_variable_header(&view);
    if (err == CF_OK) {
        *ret_view = view;
    }
    return err;
}

enum cf_err cf_rtp_parse(struct cf_span datagram, struct cf_rtp_view *ret_view) {
    struct cf_rtp_view view;
    enum cf_err err = cf_rtp_parse_header(datagram, &view);
    if (err != CF_OK) {
        return err;
    }
    if (view.has_padding) {
        /* The last octet counts the padding, itself included. */
        size_t padding = view.payload.len > 0 ? view.payload.at[view.payload.len - 1] : 0;
        if (padding == 0 || padding > view.payload.len) {
            return CF_ERR_MALFORMED;
        }
        view.padding_len = (uint8_t)padding;
        view.payload.len -= padding;
    }
    *ret_view = view;
    return CF_OK;
}

uint32_t cf_rtp_csrc(const struct cf_rtp_view *view, size_t index) {
    cf_assert(index < view->csrc_count);
    return cf_be32(view->packet.at + CF_RTP_HEADER_LEN + 4 * index);
}

static void put_extension(struct cf_writer *w, const struct cf_rtp_header *header) {
    cf_assert(header->extension.len % 4 == 0 && header->extension.len / 4 <= UINT16_MAX);
    cf_put_u16(w, header->extension_profile);
    cf_put_u16(w, (uint16_t)(header->extension.len / 4));
    cf_put_bytes(w, header->extension.at, header->extension.len);
}

void cf_rtp_put_header(struct cf_writer *w, const struct cf_rtp_header *header) {
    cf_assert(header->csrc_count <= CF_RTP_CSRC_MAX && header->payload_type <= 127);
    bool has_extension = header->extension.len > 0;
    uint8_t *at = cf_writer_reserve(w, CF_RTP_HEADER_LEN);
    if (at == NULL) {
        return;
    }
    at[0] =
        (uint8_t)(VERSION_2 | (header->has_padding ? PADDING_BIT : 0) | (has_extension ? EXTENSION_BIT : 0) | header->csrc_count);
    at[1] = (uint8_t)((header->marker ? MARKER_BIT : 0) | header->payload_type);
    cf_rtp_set_sequence(at, header->sequence);
    cf_rtp_set_timestamp(at, header->timestamp);
    cf_rtp_set_ssrc(at, header->ssrc);
    for (size_t i = 0; i < header->csrc_count; i++) {
        cf_put_u32(w, header->csrcs[i]);
    }
    if (has_extension) {
        put_extension(w, header);
    }
}

void cf_rtp_put_padding(struct cf_writer *w, uint8_t count) {
    cf_assert(count > 0);
    uint8_t *at = cf_writer_reserve(w, count);
    if (at != NULL) {
        memset(at, 0, count);
        at[count - 1] = count;
    }
}
