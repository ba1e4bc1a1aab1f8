/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SRTCP: RFC 3711 section 3.4, RFC 7714 section 9. Behind the packet go
 *   AES-CM:  a word of E bit and index, then the tag over all of it;
 *   AES-GCM: the tag, then that word, which is authenticated with the header (with everything, if E says not encrypted).
 */
#include "adapt/srtp/engine.h"

enum { GCM_TAG_LEN = 16 };

static bool run(struct cf_srtp_engine *engine, const struct cf_srtp_context *srtp, struct cf_cipher_op *op, bool is_seal) {
    if (is_seal) {
        engine->library->seal(engine->state, srtp->kind, op, 1);
    } else {
        engine->library->open_packets(engine->state, srtp->kind, op, 1);
    }
    return op->is_good;
}

/* Index of the next packet of @ssrc, taken for good. */
static enum cf_err take_index(struct cf_srtp_context *srtp, uint32_t ssrc, uint32_t *ret_index) {
    uint32_t slot = 0;
    enum cf_err err = cf_srtp_slot(srtp, ssrc, &slot);
    if (err != CF_OK) {
        return err;
    }
    struct cf_srtp_stream *stream = &srtp->streams.slots[slot];
    if (stream->rtcp_next > CF_SRTCP_INDEX_MAX) {
        return CF_ERR_LIMIT;
    }
    *ret_index = (uint32_t)stream->rtcp_next++;
    return CF_OK;
}

/* The operation on @len octets of text behind the clear part; the caller adds what the tag covers. */
static struct cf_cipher_op make_op(const struct cf_srtp_context *srtp, const uint8_t *from, uint8_t *to, size_t len,
                                   uint32_t index) {
    struct cf_cipher_op op = {
        .key = srtp->rtcp_key,
        .src = from + CF_SRTCP_CLEAR_LEN,
        .dst = to + CF_SRTCP_CLEAR_LEN,
        .len = len,
        .tag_len = srtp->rtcp_tag_len,
    };
    cf_srtp_nonce(srtp->rtcp_salt, cf_cipher_is_gcm(srtp->kind), cf_be32(from + 4), index, op.iv);
    return op;
}

enum cf_err cf_srtp_protect_rtcp(void *ctx, struct cf_srtp_context *srtp, struct cf_span packet, uint8_t *dst, size_t size,
                                 size_t *ret_len) {
    struct cf_srtp_engine *engine = ctx;
    size_t len = packet.len + (srtp != NULL ? srtp->rtcp_tag_len + CF_SRTCP_INDEX_LEN : 0);
    uint8_t aad[CF_SRTCP_CLEAR_LEN + CF_SRTCP_INDEX_LEN];
    uint32_t index = 0;
    if (packet.len < CF_SRTCP_CLEAR_LEN) {
        return CF_ERR_TRUNCATED;
    }
    if (len > size) {
        return CF_ERR_NO_ROOM;
    }
    if (srtp == NULL) {
        memmove(dst, packet.at, packet.len);
        *ret_len = len;
        return CF_OK;
    }
    cf_assert(srtp->direction == CF_SRTP_SEND);
    enum cf_err err = take_index(srtp, cf_be32(packet.at + 4), &index);
    if (err != CF_OK) {
        return err;
    }
    struct cf_cipher_op op = make_op(srtp, packet.at, dst, packet.len - CF_SRTCP_CLEAR_LEN, index);
    memmove(dst, packet.at, CF_SRTCP_CLEAR_LEN);
    if (cf_cipher_is_gcm(srtp->kind)) {
        memcpy(aad, dst, CF_SRTCP_CLEAR_LEN);
        cf_set_be32(aad + CF_SRTCP_CLEAR_LEN, index | CF_SRTCP_ENCRYPTED);
        op.aad = aad;
        op.aad_len = sizeof aad;
        op.tag = dst + packet.len;
        cf_set_be32(dst + packet.len + GCM_TAG_LEN, index | CF_SRTCP_ENCRYPTED);
    } else {
        cf_set_be32(dst + packet.len, index | CF_SRTCP_ENCRYPTED);
        op.aad = dst;
        op.aad_len = packet.len + CF_SRTCP_INDEX_LEN;
        op.tag = dst + packet.len + CF_SRTCP_INDEX_LEN;
    }
    if (!run(engine, srtp, &op, true)) {
        return CF_ERR_NO_MEMORY;
    }
    *ret_len = len;
    return CF_OK;
}

/* Check the tag of @packet with @plain_len octets before tag and word, and decrypt it in place. */
static bool open_packet(struct cf_srtp_engine *engine, const struct cf_srtp_context *srtp, uint8_t *packet, size_t plain_len,
                        uint32_t word) {
    bool is_encrypted = (word & CF_SRTCP_ENCRYPTED) != 0;
    size_t text_len = is_encrypted ? plain_len - CF_SRTCP_CLEAR_LEN : 0;
    struct cf_cipher_op op = make_op(srtp, packet, packet, text_len, word & ~CF_SRTCP_ENCRYPTED);
    if (!cf_cipher_is_gcm(srtp->kind)) {
        op.aad = packet;
        op.aad_len = plain_len + CF_SRTCP_INDEX_LEN;
        op.tag = packet + plain_len + CF_SRTCP_INDEX_LEN;
        return run(engine, srtp, &op, false);
    }
    uint8_t aad[CF_SRTCP_CLEAR_LEN + CF_SRTCP_INDEX_LEN];
    uint8_t tag[GCM_TAG_LEN];
    memcpy(tag, packet + plain_len, sizeof tag);
    op.tag = tag;
    if (is_encrypted) {
        memcpy(aad, packet, CF_SRTCP_CLEAR_LEN);
        cf_set_be32(aad + CF_SRTCP_CLEAR_LEN, word);
        op.aad = aad;
        op.aad_len = sizeof aad;
    } else {
        cf_set_be32(packet + plain_len, word);
        op.aad = packet;
        op.aad_len = plain_len + CF_SRTCP_INDEX_LEN;
    }
    return run(engine, srtp, &op, false);
}

/* Was @index of @ssrc seen, and is there room for it if not? */
static enum cf_err check_new(const struct cf_srtp_streams *streams, uint32_t ssrc, uint32_t index) {
    uint32_t slot = cf_srtp_streams_find(streams, ssrc);
    if (slot == CF_SRTP_SLOT_NONE) {
        return streams->count < streams->limit ? CF_OK : CF_ERR_LIMIT;
    }
    return cf_replay_is_new(&streams->slots[slot].rtcp, index) ? CF_OK : CF_ERR_REPLAYED;
}

enum cf_err cf_srtp_unprotect_rtcp(void *ctx, struct cf_srtp_context *srtp, uint8_t *packet, size_t len, size_t *ret_len) {
    struct cf_srtp_engine *engine = ctx;
    uint32_t slot = 0;
    if (srtp == NULL) {
        *ret_len = len;
        return CF_OK;
    }
    cf_assert(srtp->direction == CF_SRTP_RECEIVE);
    size_t overhead = srtp->rtcp_tag_len + CF_SRTCP_INDEX_LEN;
    if (len < CF_SRTCP_CLEAR_LEN + overhead) {
        return CF_ERR_TRUNCATED;
    }
    size_t plain_len = len - overhead;
    uint32_t word = cf_be32(packet + (cf_cipher_is_gcm(srtp->kind) ? len - CF_SRTCP_INDEX_LEN : plain_len));
    uint32_t index = word & ~CF_SRTCP_ENCRYPTED;
    uint32_t ssrc = cf_be32(packet + 4);
    enum cf_err err = check_new(&srtp->streams, ssrc, index);
    if (err != CF_OK) {
        return err;
    }
    if (!open_packet(engine, srtp, packet, plain_len, word)) {
        return CF_ERR_AUTH;
    }
    err = cf_srtp_slot(srtp, ssrc, &slot);
    if (err != CF_OK) {
        return err;
    }
    cf_replay_add(&srtp->streams.slots[slot].rtcp, index);
    *ret_len = plain_len;
    return CF_OK;
}
