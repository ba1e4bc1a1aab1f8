/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feedback messages: transport layer (generic NACK of RFC 4585, TMMBR and TMMBN of RFC 5104; transport-wide congestion control is
 * transport_cc.h) and payload specific (PLI, SLI, RPSI of RFC 4585, FIR of RFC 5104, receiver estimated maximum bitrate). Formats
 * only. Lists are visited by index; their length is bounded by the packet, what to do about long ones is the user's policy.
 */
#ifndef CF_CORE_RTCP_FEEDBACK_H
#define CF_CORE_RTCP_FEEDBACK_H

#include "core/rtcp/rtcp.h"

/** Formats of CF_RTCP_RTPFB. */
#define CF_RTPFB_NACK 1U
#define CF_RTPFB_TMMBR 3U
#define CF_RTPFB_TMMBN 4U
#define CF_RTPFB_TRANSPORT_CC 15U

/** Formats of CF_RTCP_PSFB. */
#define CF_PSFB_PLI 1U
#define CF_PSFB_SLI 2U
#define CF_PSFB_RPSI 3U
#define CF_PSFB_FIR 4U
#define CF_PSFB_AFB 15U /**< application layer feedback: REMB is one */

/** What all feedback begins with. */
struct cf_rtcp_feedback {
    uint8_t type;         /**< CF_RTCP_RTPFB or CF_RTCP_PSFB */
    uint8_t format;       /**< CF_RTPFB_... or CF_PSFB_... */
    uint32_t sender_ssrc; /**< who gives feedback */
    uint32_t media_ssrc;  /**< on whose media; 0 where the entries say it (TMMBR, FIR, REMB) */
    struct cf_span fci;   /**< feedback control information */
};

/** Parse a packet of type CF_RTCP_RTPFB or CF_RTCP_PSFB. CF_ERR_TRUNCATED, CF_ERR_MALFORMED (other type). */
CF_MUST_USE enum cf_err cf_rtcp_parse_feedback(const struct cf_rtcp_packet *packet, struct cf_rtcp_feedback *ret_feedback);

/** Append a feedback message with @p feedback->fci (a multiple of four octets). PLI has none, NACK and others below make it. */
void cf_put_rtcp_feedback(struct cf_writer *w, const struct cf_rtcp_feedback *feedback);

/**
 * Append the head of a feedback message; its control information follows, then cf_rtcp_end(). For formats that are not below.
 */
struct cf_rtcp_mark cf_rtcp_begin_feedback(struct cf_writer *w, uint8_t type, uint8_t format, uint32_t sender_ssrc,
                                           uint32_t media_ssrc);

/** Picture loss indication. */
void cf_put_rtcp_pli(struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc);

/** Entry of a generic NACK: a packet and a mask of the 16 that follow it. */
struct cf_nack {
    uint16_t sequence;
    uint16_t following; /**< bit i: sequence + i + 1 is missing too */
};

/** Entry @p index of a CF_RTPFB_NACK; false at the end. */
bool cf_nack_at(const struct cf_rtcp_feedback *feedback, size_t index, struct cf_nack *ret_nack);

/**
 * Append a generic NACK for the @p count sequence numbers of @p missing, in rising order (wrap-safe), packed into as few entries
 * as possible. Nothing is appended if @p count is 0.
 */
void cf_put_rtcp_nack(struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc, const uint16_t *missing, size_t count);

/** Entry of a TMMBR or TMMBN. */
struct cf_tmmb {
    uint32_t ssrc;
    uint64_t bitrate_bps; /**< mantissa of 17 bits shifted by an exponent: rounded down when written; saturates when read */
    uint16_t overhead;    /**< octets a packet that the bitrate counts beyond the payload, 0..511 */
};

/** Entry @p index of a CF_RTPFB_TMMBR or CF_RTPFB_TMMBN; false at the end. */
bool cf_tmmb_at(const struct cf_rtcp_feedback *feedback, size_t index, struct cf_tmmb *ret_entry);

/** Append a TMMBR or TMMBN (@p format) with @p count entries (none is allowed for TMMBN). */
void cf_put_rtcp_tmmb(struct cf_writer *w, uint8_t format, uint32_t sender_ssrc, const struct cf_tmmb *entries, size_t count);

/** Entry of a full intra request. */
struct cf_fir {
    uint32_t ssrc;
    uint8_t number; /**< request number: equal to the last one means a repetition, not a new request */
};

/** Entry @p index of a CF_PSFB_FIR; false at the end. */
bool cf_fir_at(const struct cf_rtcp_feedback *feedback, size_t index, struct cf_fir *ret_fir);

/** Append a FIR with @p count entries. */
void cf_put_rtcp_fir(struct cf_writer *w, uint32_t sender_ssrc, const struct cf_fir *entries, size_t count);

/** Entry of a slice loss indication. */
struct cf_sli {
    uint16_t first;  /**< macroblock address */
    uint16_t number; /**< of macroblocks */
    uint8_t picture; /**< low six bits of the picture id */
};

/** Entry @p index of a CF_PSFB_SLI; false at the end. */
bool cf_sli_at(const struct cf_rtcp_feedback *feedback, size_t index, struct cf_sli *ret_sli);

/** Append an SLI with one entry. */
void cf_put_rtcp_sli(struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc, const struct cf_sli *sli);

/** A reference picture selection indication. */
struct cf_rpsi {
    uint8_t payload_type;
    struct cf_span bits; /**< the codec's bit string; whole octets, bits of filling cut off by octets */
};

/** Parse the FCI of a CF_PSFB_RPSI. CF_ERR_TRUNCATED, CF_ERR_MALFORMED (filling longer than the string). */
CF_MUST_USE enum cf_err cf_rpsi_parse(const struct cf_rtcp_feedback *feedback, struct cf_rpsi *ret_rpsi);

/** Append an RPSI. */
void cf_put_rtcp_rpsi(struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc, const struct cf_rpsi *rpsi);

/** Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb). */
struct cf_remb {
    uint64_t bitrate_bps; /**< mantissa of 18 bits and exponent; saturates when read */
    struct cf_span ssrcs; /**< four octets each; see cf_rtcp_ssrc_at() */
};

/** Parse the FCI of a CF_PSFB_AFB as a REMB. CF_ERR_MALFORMED: some other application's; CF_ERR_TRUNCATED. */
CF_MUST_USE enum cf_err cf_remb_parse(const struct cf_rtcp_feedback *feedback, struct cf_remb *ret_remb);

/** Append a REMB for @p count (1..255) sources. */
void cf_put_rtcp_remb(struct cf_writer *w, uint32_t sender_ssrc, uint64_t bitrate_bps, const uint32_t *ssrcs, size_t count);

#endif
