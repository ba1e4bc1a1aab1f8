/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feedback that is the same for every format, picture loss, NACK; bitrates are in bitrate.c, pictures in picture.c. */
#include "core/rtcp/feedback.h"

enum cf_err cf_rtcp_parse_feedback(const struct cf_rtcp_packet *packet, struct cf_rtcp_feedback *ret_feedback) {
    if (packet->type != CF_RTCP_RTPFB && packet->type != CF_RTCP_PSFB) {
        return CF_ERR_MALFORMED;
    }
    struct cf_reader r;
    cf_reader_init(&r, packet->body);
    struct cf_rtcp_feedback feedback = {.type = packet->type, .format = packet->count};
    feedback.sender_ssrc = cf_take_u32(&r);
    feedback.media_ssrc = cf_take_u32(&r);
    feedback.fci = cf_take_rest(&r);
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    *ret_feedback = feedback;
    return CF_OK;
}

struct cf_rtcp_mark cf_rtcp_begin_feedback(struct cf_writer *w, uint8_t type, uint8_t format, uint32_t sender_ssrc,
                                           uint32_t media_ssrc) {
    struct cf_rtcp_mark mark = cf_rtcp_begin(w, format, type);
    cf_put_u32(w, sender_ssrc);
    cf_put_u32(w, media_ssrc);
    return mark;
}

void cf_put_rtcp_feedback(struct cf_writer *w, const struct cf_rtcp_feedback *feedback) {
    struct cf_rtcp_mark mark =
        cf_rtcp_begin_feedback(w, feedback->type, feedback->format, feedback->sender_ssrc, feedback->media_ssrc);
    cf_put_bytes(w, feedback->fci.at, feedback->fci.len);
    cf_rtcp_end(w, mark);
}

void cf_put_rtcp_pli(struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc) {
    cf_rtcp_end(w, cf_rtcp_begin_feedback(w, CF_RTCP_PSFB, CF_PSFB_PLI, sender_ssrc, media_ssrc));
}

bool cf_nack_at(const struct cf_rtcp_feedback *feedback, size_t index, struct cf_nack *ret_nack) {
    if (index >= feedback->fci.len / 4) {
        return false;
    }
    const uint8_t *at = feedback->fci.at + 4 * index;
    *ret_nack = (struct cf_nack){.sequence = cf_be16(at), .following = cf_be16(at + 2)};
    return true;
}

/* Packs as many of @missing as one entry can hold; returns how many. */
static size_t pack_nack(const uint16_t *missing, size_t count, struct cf_nack *ret_nack) {
    size_t used = 1;
    *ret_nack = (struct cf_nack){.sequence = missing[0]};
    for (; used < count; used++) {
        uint16_t ahead = (uint16_t)(missing[used] - missing[0]);
        if (ahead > 16) {
            break;
        }
        if (ahead > 0) {
            ret_nack->following = (uint16_t)(ret_nack->following | (1U << (ahead - 1U)));
        }
    }
    return used;
}

void cf_put_rtcp_nack(struct cf_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc, const uint16_t *missing, size_t count) {
    if (count == 0) {
        return;
    }
    struct cf_rtcp_mark mark = cf_rtcp_begin_feedback(w, CF_RTCP_RTPFB, CF_RTPFB_NACK, sender_ssrc, media_ssrc);
    for (size_t at = 0; at < count;) {
        struct cf_nack nack;
        at += pack_nack(missing + at, count - at, &nack);
        cf_put_u16(w, nack.sequence);
        cf_put_u16(w, nack.following);
    }
    cf_rtcp_end(w, mark);
}
