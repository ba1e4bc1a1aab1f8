/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feedback on pictures: FIR (RFC 5104 section 4.3.1), SLI and RPSI (RFC 4585 sections 6.3.2 and 6.3.3). */
#include "core/rtcp/feedback.h"

enum { FIR_LEN = 8, SLI_LEN = 4, RPSI_HEAD_LEN = 2 };

bool cf_fir_at(const struct cf_rtcp_feedback *feedback, size_t index, struct cf_fir *ret_fir) {
    if (index >= feedback->fci.len / FIR_LEN) {
        return false;
    }
    const uint8_t *at = feedback->fci.at + FIR_LEN * index;
    *ret_fir = (struct cf_fir){.ssrc = cf_be32(at), .number = at[4]};
    return true;
}

void cf_put_rtcp_fir(struct cf_writer *w, uint32_t sender_ssrc, const struct cf_fir *entries, size_t count) {
    struct cf_rtcp_mark mark = cf_rtcp_begin_feedback(w, CF_RTCP_PSFB, CF_PSFB_FIR, sender_ssrc, 0);
    for (size_t i = 0; i < count; i++) {
        cf_put_u32(w, entries[i].ssrc);
        cf_put_u32(w, (uint32_t)entries[i].number << 24);
    }
    cf_rtcp_end(w, mark);
}

bool cf_sli_at(const struct cf_rtcp_feedback *feedback, size_t index, struct cf_sli *ret_sli) {
    if (index >= feedback->fci.len / SLI_LEN) {
        return false;
    }
    uint32_t word = cf_be32(feedback->fci.at + SLI_LEN * index);
    *ret_sli = (struct cf_sli){.first = (uint16_t)(word >> 19), .number = (word >> 6) & 0x1fffU, .picture = word & 0x3fU};
    return true;
}

void cf_put_rtcp_sli(struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc, const struct cf_sli *sli) {
    struct cf_rtcp_mark mark = cf_rtcp_begin_feedback(w, CF_RTCP_PSFB, CF_PSFB_SLI, sender_ssrc, media_ssrc);
    cf_put_u32(w, (sli->first & 0x1fffU) << 19 | (sli->number & 0x1fffU) << 6 | (sli->picture & 0x3fU));
    cf_rtcp_end(w, mark);
}

enum cf_err cf_rpsi_parse(const struct cf_rtcp_feedback *feedback, struct cf_rpsi *ret_rpsi) {
    struct cf_span fci = feedback->fci;
    if (fci.len < RPSI_HEAD_LEN) {
        return CF_ERR_TRUNCATED;
    }
    size_t filling = fci.at[0] / 8U; /* given in bits; a string of whole octets has whole octets of it */
    if (filling > fci.len - RPSI_HEAD_LEN) {
        return CF_ERR_MALFORMED;
    }
    *ret_rpsi =
        (struct cf_rpsi){.payload_type = fci.at[1] & 0x7fU, .bits = {fci.at + RPSI_HEAD_LEN, fci.len - RPSI_HEAD_LEN - filling}};
    return CF_OK;
}

void cf_put_rtcp_rpsi(struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc, const struct cf_rpsi *rpsi) {
    struct cf_rtcp_mark mark = cf_rtcp_begin_feedback(w, CF_RTCP_PSFB, CF_PSFB_RPSI, sender_ssrc, media_ssrc);
    size_t filling = (4 - (RPSI_HEAD_LEN + rpsi->bits.len) % 4) % 4;
    cf_put_u8(w, (uint8_t)(8 * filling));
    cf_put_u8(w, rpsi->payload_type & 0x7fU);
    cf_put_bytes(w, rpsi->bits.at, rpsi->bits.len);
    for (; filling > 0; filling--) {
        cf_put_u8(w, 0);
    }
    cf_rtcp_end(w, mark);
}
