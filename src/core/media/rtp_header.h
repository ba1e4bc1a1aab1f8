/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of an RTP packet that a line sends. Inline: printed for every packet. Private to core/media. */
#ifndef CF_MEDIA_RTP_HEADER_H
#define CF_MEDIA_RTP_HEADER_H

#include "core/media/line.h"
#include "core/media/outbox.h"

/** Print the ready-made header extension of @p line at @p out. Most are short: those are moved without a call. */
static inline void cf_engine_put_extension(const struct cf_engine_line *line, uint8_t *out) {
    _Static_assert(CF_LINE_EXTENSION_MAX >= 16 && CF_OUTBOX_HEADER_MAX >= 16 + 16, "16 octets may be read and written");
    if (line->extension_len > 16) {
        memcpy(out, line->extension, line->extension_len);
    } else if (line->extension_len > 0) {
        memcpy(out, line->extension, 16);
    }
}

/** The way that packets of @p line go: sets .srtp, .socket and .to. False: there is none. */
static inline bool cf_engine_find_way(const struct cf_engine_line *line, struct cf_outbox_packet *ret) {
    const struct cf_engine_transport *t = line->transport;
    if (!cf_engine_transport_can_send(t, CF_ENGINE_PORT_RTP)) {
        return false;
    }
    ret->srtp = t->send;
    ret->socket = cf_engine_transport_socket(t, CF_ENGINE_PORT_RTP);
    ret->to = cf_engine_transport_remote(t, CF_ENGINE_PORT_RTP);
    return true;
}

/** Marker bit and payload type as they stand in a header. */
static inline uint8_t cf_engine_rtp_type(bool marker, uint8_t payload_type) {
    return (uint8_t)((marker ? 0x80U : 0) | payload_type);
}

/**
 * Print at @p out, where CF_OUTBOX_HEADER_MAX octets are free, the fixed part, the contributing source @p csrc unless it is 0,
 * and the extension that all packets of @p line have. Returns the length.
 */
static inline size_t cf_engine_print_rtp_header(const struct cf_engine_line *line, uint8_t type, uint16_t sequence,
                                                uint32_t timestamp, uint32_t csrc, uint8_t *out) {
    size_t len = 12;
    out[0] = (uint8_t)(0x80U | (line->extension_len > 0 ? 0x10U : 0) | (csrc != 0 ? 1U : 0));
    out[1] = type;
    cf_set_be16(out + 2, sequence);
    cf_set_be32(out + 4, timestamp);
    cf_set_be32(out + 8, line->ssrc);
    if (csrc != 0) {
        cf_set_be32(out + len, csrc);
        len += 4;
    }
    cf_engine_put_extension(line, out + len);
    return len + line->extension_len;
}

#endif
