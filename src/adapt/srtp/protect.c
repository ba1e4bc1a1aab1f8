/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Protecting RTP: RFC 3711 section 3.3, RFC 7714 section 8. */
#include "adapt/srtp/engine.h"

/* The index that the packet gets, taken for good. */
static enum cf_err take_index(struct cf_protect_job *job, uint32_t ssrc, uint64_t *ret_index) {
    struct cf_srtp_context *srtp = job->srtp;
    uint32_t slot = 0;
    uint64_t index = 0;
    enum cf_err err = cf_srtp_slot(srtp, ssrc, &slot);
    if (err != CF_OK) {
        return err;
    }
    struct cf_srtp_stream *stream = &srtp->streams.slots[slot];
    uint16_t sequence = cf_be16(job->header.at + 2);
    if (cf_srtp_stream_take_next(stream, sequence, ret_index)) {
        return CF_OK;
    }
    err = cf_srtp_stream_guess(stream, sequence, &index);
    if (err != CF_OK) {
        return err;
    }
    if (!cf_replay_is_new(&stream->rtp, index)) {
        /* Two packets under one nonce would give away both of them, and with GCM the authentication key as well. */
        if (!job->is_repeat) {
            return CF_ERR_REPLAYED;
        }
    } else {
        cf_replay_add(&stream->rtp, index);
    }
    *ret_index = index;
    return CF_OK;
}

static void copy_part(uint8_t *to, struct cf_span part) {
    if (part.len > 0 && part.at != to) {
        memcpy(to, part.at, part.len);
    }
}

/* Fill in @op for @job, whose output is known to fit. */
static void make_op(struct cf_cipher_op *op, struct cf_protect_job *job, uint32_t ssrc, uint64_t index) {
    const struct cf_srtp_context *srtp = job->srtp;
    bool is_gcm = cf_cipher_is_gcm(srtp->kind);
    uint8_t *text = job->dst + job->header.len;
    size_t len = cf_protect_job_text_len(job);
    copy_part(job->dst, job->header);
    op->src = job->payload.at;
    if (job->prefix.len + job->padding > 0) {
        /* Put together where it goes to, and encrypted in place: cheaper than ciphers that begin twice. */
        copy_part(text, job->prefix);
        copy_part(text + job->prefix.len, job->payload);
        if (job->padding > 0) {
            cf_rtp_write_padding(text + len - job->padding, job->padding);
        }
        op->src = text;
    }
    op->key = srtp->rtp_key;
    op->dst = text;
    op->len = len;
    op->aad = job->dst;
    op->aad_len = job->header.len;
    op->tag = text + len;
    op->tag_len = srtp->rtp_tag_len;
    if (!is_gcm) {
        /* The tag covers the rollover counter too, which is not sent: it stands where the tag comes to stand. */
        cf_set_be32(text + len, (uint32_t)(index >> 16));
        op->aad_len += len + 4;
    }
    cf_srtp_nonce(srtp->rtp_salt, is_gcm, ssrc, index, op->iv);
    job->dst_len = job->header.len + len + op->tag_len;
}

static void flush(struct cf_srtp_engine *engine, enum cf_cipher_kind kind) {
    struct cf_srtp_pending *pending = &engine->pending[kind];
    if (pending->count == 0) {
        return;
    }
    engine->library->seal(engine->state, kind, pending->ops, pending->count);
    for (size_t i = 0; i < pending->count; i++) {
        if (!pending->ops[i].is_good) {
            pending->protect[i]->err = CF_ERR_NO_MEMORY;
            pending->protect[i]->dst_len = 0;
        }
    }
    pending->count = 0;
}

static enum cf_err enqueue(struct cf_srtp_engine *engine, struct cf_protect_job *job) {
    const struct cf_srtp_context *srtp = job->srtp;
    struct cf_srtp_pending *pending = &engine->pending[srtp->kind];
    size_t len = job->header.len + cf_protect_job_text_len(job) + srtp->rtp_tag_len;
    uint64_t index = 0;
    cf_assert(srtp->direction == CF_SRTP_SEND);
    if (job->header.len == 0 || cf_srtp_header_len(job->header.at, job->header.len) != job->header.len) {
        return CF_ERR_MALFORMED;
    }
    if (len > job->dst_size) {
        return CF_ERR_NO_ROOM;
    }
    uint32_t ssrc = cf_be32(job->header.at + 8);
    enum cf_err err = take_index(job, ssrc, &index);
    if (err != CF_OK) {
        return err;
    }
    make_op(&pending->ops[pending->count], job, ssrc, index);
    pending->protect[pending->count++] = job;
    if (pending->count == CF_SRTP_BURST_MAX) {
        flush(engine, srtp->kind);
    }
    return CF_OK;
}

void cf_srtp_protect(void *ctx, struct cf_protect_job *jobs, size_t count) {
    struct cf_srtp_engine *engine = ctx;
    for (size_t i = 0; i < count; i++) {
        struct cf_protect_job *job = &jobs[i];
        if (job->srtp == NULL) {
            cf_protect_job_copy(job);
            continue;
        }
        job->dst_len = 0;
        job->err = CF_OK; /* flushing may say otherwise before this loop gets on */
        enum cf_err err = enqueue(engine, job);
        job->err = err != CF_OK ? err : job->err;
    }
    for (unsigned kind = 0; kind < CF_CIPHER_KIND_COUNT; kind++) {
        flush(engine, (enum cf_cipher_kind)kind);
    }
}
