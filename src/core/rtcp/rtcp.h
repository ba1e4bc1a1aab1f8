/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTCP (RFC 3550 section 6): compound packets, visited one by one, and the small packet types BYE and APP. Reports are report.h,
 * SDES is sdes.h, feedback (RFC 4585, 5104) is feedback.h, extended reports (RFC 3611) xr.h. Formats only: views into the
 * caller's octets, no state, no allocation. A compound is checked as a whole before anything of it is used.
 */
#ifndef CF_CORE_RTCP_RTCP_H
#define CF_CORE_RTCP_RTCP_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

/** Packet types. */
#define CF_RTCP_SR 200U
#define CF_RTCP_RR 201U
#define CF_RTCP_SDES 202U
#define CF_RTCP_BYE 203U
#define CF_RTCP_APP 204U
#define CF_RTCP_RTPFB 205U /**< transport layer feedback */
#define CF_RTCP_PSFB 206U  /**< payload specific feedback */
#define CF_RTCP_XR 207U

/** Most entries that the five bits of a header can count. */
#define CF_RTCP_COUNT_MAX 31U

/** One packet of a compound. */
struct cf_rtcp_packet {
    struct cf_span body; /**< after the four octets of header, without padding */
    uint8_t type;        /**< CF_RTCP_..., or any other */
    uint8_t count;       /**< the five bits: reports, sources, or feedback format */
};

/** Where a visit stands. Value type. */
struct cf_rtcp_iter {
    struct cf_span rest; /**< not visited yet */
};

/**
 * Check @p datagram (RFC 3550 A.2): versions, lengths that add up exactly, padding within its packet. Without
 * @p reduced_size (RFC 5506, a=rtcp-rsize) the first packet must be SR or RR too; with AVPF peers accept both anyway.
 * CF_ERR_MALFORMED, CF_ERR_TRUNCATED: drop and count.
 */
CF_MUST_USE enum cf_err cf_rtcp_check(struct cf_span datagram, bool reduced_size);

/** Begin visiting @p datagram, which has passed cf_rtcp_check(). */
void cf_rtcp_iter_init(struct cf_rtcp_iter *iter, struct cf_span datagram);

/** The next packet. False at the end. */
bool cf_rtcp_next(struct cf_rtcp_iter *iter, struct cf_rtcp_packet *ret_packet);

/**
 * The SSRC that the first packet of @p datagram is from, 0 if the datagram is too short: the fifth to eighth octet, which are in
 * clear with SRTCP as well.
 */
uint32_t cf_rtcp_sender_ssrc(struct cf_span datagram);

/** A packet that is being written: header now, length when it is complete. */
struct cf_rtcp_mark {
    size_t start; /**< offset of the header */
};

/** Append a header with @p count (0..31) and @p type. */
struct cf_rtcp_mark cf_rtcp_begin(struct cf_writer *w, uint8_t count, uint8_t type);

/** Fill in the length; what was appended since cf_rtcp_begin() must be a multiple of four octets. */
void cf_rtcp_end(struct cf_writer *w, struct cf_rtcp_mark mark);

/** A BYE. */
struct cf_rtcp_bye {
    struct cf_span ssrcs; /**< four octets each, network order */
    struct cf_str reason; /**< absent if there is none */
};

/** Parse a packet of type CF_RTCP_BYE. CF_ERR_TRUNCATED. */
CF_MUST_USE enum cf_err cf_rtcp_parse_bye(const struct cf_rtcp_packet *packet, struct cf_rtcp_bye *ret_bye);

/** Source @p index of a list of network order numbers; false at its end. */
bool cf_rtcp_ssrc_at(struct cf_span ssrcs, size_t index, uint32_t *ret_ssrc);

/** Append a BYE of @p count (1..31) sources with @p reason (at most 255 octets; absent for none). */
void cf_put_rtcp_bye(struct cf_writer *w, const uint32_t *ssrcs, size_t count, struct cf_str reason);

/** An application-defined packet. */
struct cf_rtcp_app {
    uint32_t ssrc;
    uint8_t subtype;
    struct cf_str name; /**< four characters */
    struct cf_span data;
};

/** Parse a packet of type CF_RTCP_APP. CF_ERR_TRUNCATED. */
CF_MUST_USE enum cf_err cf_rtcp_parse_app(const struct cf_rtcp_packet *packet, struct cf_rtcp_app *ret_app);

/** Append an APP; its name has four characters, its data a multiple of four octets. */
void cf_put_rtcp_app(struct cf_writer *w, const struct cf_rtcp_app *app);

#endif
