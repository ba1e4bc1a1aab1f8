/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTP packets (RFC 3550 section 5.1) as views of a datagram, the printing of headers, and which protocol a datagram on a media
 * port belongs to (RFC 7983, RFC 5761). Formats only: no state, no allocation. Every length that a peer states is checked against
 * the datagram. What is inside of a header extension is extension.h, what is inside of a payload is the codec's business.
 */
#ifndef CF_CORE_RTP_PACKET_H
#define CF_CORE_RTP_PACKET_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

/** Octets of the fixed header. */
#define CF_RTP_HEADER_LEN 12U

/** Most contributing sources in a header. */
#define CF_RTP_CSRC_MAX 15U

/** Most octets of a header of ours: fixed part, 15 contributing sources, and 64 words of extension. */
#define CF_RTP_HEADER_MAX (CF_RTP_HEADER_LEN + 4U * CF_RTP_CSRC_MAX + 4U + 256U)

/** Protocol of a datagram that came to a media port. */
enum cf_packet_kind {
    CF_PACKET_UNKNOWN, /**< none of these: drop it */
    CF_PACKET_STUN,
    CF_PACKET_ZRTP,
    CF_PACKET_DTLS,
    CF_PACKET_TURN_CHANNEL,
    CF_PACKET_RTP,  /**< RTP or SRTP */
    CF_PACKET_RTCP, /**< RTCP or SRTCP on the same port (RFC 5761) */
};

/**
 * The kind of @p datagram by its first octets (RFC 7983 section 7, RFC 5761 section 4). On a port for RTCP only it is right too;
 * it never reads past the datagram, and an empty one is unknown.
 */
enum cf_packet_kind cf_packet_kind_of(struct cf_span datagram);

/** A parsed packet. All spans point into the datagram. */
struct cf_rtp_view {
    struct cf_span packet;      /**< the whole datagram */
    struct cf_span payload;     /**< what follows the header, without padding (with it after cf_rtp_parse_header()) */
    struct cf_span extension;   /**< data of the header extension, a multiple of four octets; .at is NULL if there is none */
    uint32_t timestamp;         /**< media time */
    uint32_t ssrc;              /**< synchronisation source */
    uint16_t sequence;          /**< sequence number */
    uint16_t extension_profile; /**< 16 bits "defined by profile" of the extension, 0 without one */
    uint16_t header_len;        /**< octets before the payload: fixed header, contributing sources, extension */
    uint8_t payload_type;       /**< 0..127 */
    uint8_t csrc_count;         /**< 0..15 */
    uint8_t padding_len;        /**< octets of padding after the payload; 0 after cf_rtp_parse_header() */
    bool marker;                /**< the M bit */
    bool has_padding;           /**< the P bit */
};

/**
 * Parse a plain (or unprotected) packet. CF_ERR_MALFORMED: not version 2 or impossible padding; CF_ERR_TRUNCATED: shorter than
 * its own lengths say. Reaction: drop and count.
 */
CF_MUST_USE enum cf_err cf_rtp_parse(struct cf_span datagram, struct cf_rtp_view *ret_view);

/**
 * Parse the header alone, for SRTP packets: their header is in clear, their padding and its length are not. .payload is all that
 * follows, tag included. Errors as cf_rtp_parse().
 */
CF_MUST_USE enum cf_err cf_rtp_parse_header(struct cf_span datagram, struct cf_rtp_view *ret_view);

/** Contributing source @p index, which must be below view->csrc_count. */
uint32_t cf_rtp_csrc(const struct cf_rtp_view *view, size_t index);

/** What to put into a header. */
struct cf_rtp_header {
    const uint32_t *csrcs;    /**< contributing sources, host order; may be NULL if there are none */
    struct cf_span extension; /**< extension data, a multiple of four octets at most 65535 words; .len 0: no extension */
    uint32_t timestamp;
    uint32_t ssrc;
    uint16_t sequence;
    uint16_t extension_profile; /**< with an extension only; as cf_rtp_put_extensions() said */
    uint8_t payload_type;       /**< 0..127 */
    uint8_t csrc_count;         /**< at most CF_RTP_CSRC_MAX */
    bool marker;
    bool has_padding; /**< set the P bit; the padding itself follows the payload and is the caller's */
};

/** Append the header; the payload is appended by the caller. */
void cf_rtp_put_header(struct cf_writer *w, const struct cf_rtp_header *header);

/** Append @p count octets (1..255) of RTP padding, the last of which says how many they are. */
void cf_rtp_put_padding(struct cf_writer *w, uint8_t count);

/** Patches in place; @p packet is known to hold a fixed header. */
static inline void cf_rtp_set_sequence(uint8_t *packet, uint16_t sequence) {
    cf_set_be16(packet + 2, sequence);
}
static inline void cf_rtp_set_timestamp(uint8_t *packet, uint32_t timestamp) {
    cf_set_be32(packet + 4, timestamp);
}
static inline void cf_rtp_set_ssrc(uint8_t *packet, uint32_t ssrc) {
    cf_set_be32(packet + 8, ssrc);
}
static inline void cf_rtp_set_payload_type(uint8_t *packet, uint8_t payload_type) {
    packet[1] = (uint8_t)((packet[1] & 0x80U) | (payload_type & 0x7fU));
}
static inline void cf_rtp_set_marker(uint8_t *packet, bool marker) {
    packet[1] = (uint8_t)((packet[1] & 0x7fU) | (marker ? 0x80U : 0U));
}

#endif
