/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unprotecting SRTP: RFC 3711 section 3.3, RFC 7714 section 8. Nothing is remembered of a packet before its tag was right. */
#include "adapt/srtp/engine.h"

/* Fill in operation @at of @pending for @job with a header of @header_len octets and the index in the job. */
static void make_op(struct cf_srtp_pending *pending, size_t at, struct cf_unprotect_job *job, size_t header_len) {
    const struct cf_srtp_context *srtp = job->srtp;
    struct cf_cipher_op *op = &pending->ops[at];
    bool is_gcm = cf_cipher_is_gcm(srtp->kind);
    size_t len = job->src_len - header_len - srtp->rtp_tag_len;
    uint8_t *tag = job->src + header_len + len;
    op->key = srtp->rtp_key;
    op->src = job->src + header_len;
    op->dst = job->dst + header_len;
    op->len = len;
    op->aad = job->src;
    op->aad_len = header_len;
    op->tag = tag;
    op->tag_len = srtp->rtp_tag_len;
    if (!is_gcm) {
        memcpy(pending->tags[at], tag, op->tag_len);
        op->tag = pending->tags[at];
        cf_set_be32(tag, (uint32_t)(job->index >> 16));
        op->aad_len += len + 4;
    }
    cf_srtp_nonce(srtp->rtp_salt, is_gcm, cf_be32(job->src + 8), job->index, op->iv);
}

/* The packet is authentic: remember it. */
static enum cf_err commit(struct cf_unprotect_job *job) {
    struct cf_srtp_context *srtp = job->srtp;
    uint32_t slot = 0;
    enum cf_err err = cf_srtp_slot(srtp, cf_be32(job->src + 8), &slot);
    if (err != CF_OK) {
        return err;
    }
    struct cf_replay *replay = &srtp->streams.slots[slot].rtp;
    if (!cf_replay_is_new(replay, job->index)) {
        return CF_ERR_REPLAYED; /* twice in one burst */
    }
    job->is_newest = !replay->is_started || job->index > replay->highest;
    cf_replay_add(replay, job->index);
    return CF_OK;
}

/* The operation of @job is done. */
static void finish(struct cf_unprotect_job *job, const struct cf_cipher_op *op) {
    size_t header_len = (size_t)(op->src - job->src);
    job->err = op->is_good ? commit(job) : CF_ERR_AUTH;
    if (job->err != CF_OK) {
        return;
    }
    if (job->dst != job->src) {
        memcpy(job->dst, job->src, header_len);
    }
    job->dst_len = header_len + op->len;
}

static void flush(struct cf_srtp_engine *engine, enum cf_cipher_kind kind) {
    struct cf_srtp_pending *pending = &engine->pending[kind];
    if (pending->count == 0) {
        return;
    }
    engine->library->open_packets(engine->state, kind, pending->ops, pending->count);
    for (size_t i = 0; i < pending->count; i++) {
        finish(pending->unprotect[i], &pending->ops[i]);
    }
    pending->count = 0;
}

/* Find the index of the packet; @ret_is_known: its SSRC has one already. */
static enum cf_err guess_index(struct cf_unprotect_job *job, bool *ret_is_known) {
    const struct cf_srtp_streams *streams = &job->srtp->streams;
    uint32_t slot = cf_srtp_streams_find(streams, cf_be32(job->src + 8));
    const struct cf_srtp_stream *stream = slot != CF_SRTP_SLOT_NONE ? &streams->slots[slot] : NULL;
    if (stream == NULL && streams->count >= streams->limit) {
        return CF_ERR_LIMIT;
    }
    enum cf_err err = cf_srtp_stream_guess(stream, cf_be16(job->src + 2), &job->index);
    if (err != CF_OK) {
        return err;
    }
    *ret_is_known = stream != NULL && stream->rtp.is_started;
    return stream != NULL && !cf_replay_is_new(&stream->rtp, job->index) ? CF_ERR_REPLAYED : CF_OK;
}

static enum cf_err enqueue(struct cf_srtp_engine *engine, struct cf_unprotect_job *job) {
    const struct cf_srtp_context *srtp = job->srtp;
    struct cf_srtp_pending *pending = &engine->pending[srtp->kind];
    bool is_known = false;
    cf_assert(srtp->direction == CF_SRTP_RECEIVE);
    if (job->src_len < 12U + srtp->rtp_tag_len) {
        return CF_ERR_TRUNCATED;
    }
    size_t header_len = cf_srtp_header_len(job->src, job->src_len - srtp->rtp_tag_len);
    if (header_len == 0) {
        return CF_ERR_MALFORMED;
    }
    if (job->dst_size < job->src_len - srtp->rtp_tag_len) {
        return CF_ERR_NO_ROOM;
    }
    enum cf_err err = guess_index(job, &is_known);
    if (err != CF_OK) {
        return err;
    }
    make_op(pending, pending->count, job, header_len);
    pending->unprotect[pending->count++] = job;
    /* The first packet of an SSRC decides about the indices of those that follow it, so they can't be in one burst with it. */
    if (pending->count == CF_SRTP_BURST_MAX || !is_known) {
        flush(engine, srtp->kind);
    }
    return CF_OK;
}

void cf_srtp_unprotect(void *ctx, struct cf_unprotect_job *jobs, size_t count) {
    struct cf_srtp_engine *engine = ctx;
    for (size_t i = 0; i < count; i++) {
        struct cf_unprotect_job *job = &jobs[i];
        if (job->srtp == NULL) {
            cf_unprotect_job_copy(job);
            continue;
        }
        job->dst_len = 0;
        job->index = 0;
        job->is_newest = false;
        job->err = CF_OK; /* flushing may say otherwise before this loop gets on */
        enum cf_err err = enqueue(engine, job);
        job->err = err != CF_OK ? err : job->err;
    }
    for (unsigned kind = 0; kind < CF_CIPHER_KIND_COUNT; kind++) {
        flush(engine, (enum cf_cipher_kind)kind);
    }
}
