/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packet protection for tests. */
#include "lib/test_srtp.h"

#include "base/reader.h"
#include "core/rtp/packet.h"
#include "core/rtp/srtp_stream.h"

enum { RTCP_CLEAR = 8, INDEX_LEN = 4 };

struct cf_srtp_context {
    struct cf_srtp_streams streams;
    const struct cf_srtp_suite_info *suite;
    uint32_t key; /* of the checksum: all of the key material */
    uint8_t mask; /* of the text */
};

/* FNV-1a. */
static uint32_t mix(uint32_t hash, const uint8_t *at, size_t len) {
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ at[i]) * 16777619U;
    }
    return hash;
}

static void put_tag(const struct cf_srtp_context *srtp, uint64_t index, const uint8_t *at, size_t len, uint8_t *tag,
                    size_t tag_len) {
    uint8_t octets[8];
    cf_set_be32(octets, (uint32_t)(index >> 32));
    cf_set_be32(octets + 4, (uint32_t)index);
    uint32_t hash = mix(mix(srtp->key, octets, sizeof octets), at, len);
    for (size_t i = 0; i < tag_len; i++) {
        tag[i] = (uint8_t)(hash >> (8 * (i % 4)));
    }
}

static bool is_tag(const struct cf_srtp_context *srtp, uint64_t index, const uint8_t *at, size_t len, const uint8_t *tag,
                   size_t tag_len) {
    uint8_t expected[CF_SRTP_OVERHEAD_MAX];
    put_tag(srtp, index, at, len, expected, tag_len);
    return memcmp(expected, tag, tag_len) == 0;
}

static void mask(const struct cf_srtp_context *srtp, uint8_t *at, size_t len) {
    for (size_t i = 0; i < len; i++) {
        at[i] ^= srtp->mask;
    }
}

static enum cf_err open_context(void *ctx, const struct cf_srtp_params *params, struct cf_srtp_context **ret_srtp) {
    struct test_srtp *s = ctx;
    if (params->suite == CF_SRTP_NONE || params->suite >= CF_SRTP_SUITE_COUNT) {
        return CF_ERR_UNSUPPORTED;
    }
    const struct cf_srtp_suite_info *suite = &cf_srtp_suites[params->suite];
    if (params->key.len != suite->key_len || params->salt.len != suite->salt_len || params->streams_max == 0) {
        return CF_ERR_MALFORMED;
    }
    struct cf_srtp_context *srtp = cf_mem_alloc(s->mem, sizeof *srtp);
    if (srtp == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    srtp->suite = suite;
    srtp->key = mix(mix(2166136261U, params->key.at, params->key.len), params->salt.at, params->salt.len);
    srtp->mask = params->key.at[0] | 1;
    if (cf_srtp_streams_init(&srtp->streams, s->mem, params->streams_max) != CF_OK) {
        cf_mem_free(s->mem, srtp, sizeof *srtp);
        return CF_ERR_NO_MEMORY;
    }
    s->open++;
    *ret_srtp = srtp;
    return CF_OK;
}

static void close_context(void *ctx, struct cf_srtp_context *srtp) {
    struct test_srtp *s = ctx;
    if (srtp != NULL) {
        s->open--;
        cf_srtp_streams_fini(&srtp->streams);
        cf_mem_free(s->mem, srtp, sizeof *srtp);
    }
}

static enum cf_err slot_of(struct cf_srtp_context *srtp, uint32_t ssrc, struct cf_srtp_stream **ret_stream) {
    uint32_t slot = cf_srtp_streams_find(&srtp->streams, ssrc);
    if (slot == CF_SRTP_SLOT_NONE) {
        enum cf_err err = cf_srtp_streams_add(&srtp->streams, ssrc, 0, &slot);
        if (err != CF_OK) {
            return err;
        }
    }
    *ret_stream = &srtp->streams.slots[slot];
    return CF_OK;
}

static enum cf_err set_rollover(void *ctx, struct cf_srtp_context *srtp, uint32_t ssrc, uint32_t roc) {
    struct cf_srtp_stream *stream = NULL;
    (void)ctx;
    enum cf_err err = slot_of(srtp, ssrc, &stream);
    if (err == CF_OK) {
        stream->first_roc = roc;
    }
    return err;
}

static enum cf_err protect_one(struct cf_protect_job *job) {
    struct cf_srtp_context *srtp = job->srtp;
    struct cf_srtp_stream *stream = NULL;
    struct cf_rtp_view view;
    uint64_t index = 0;
    size_t tag_len = srtp->suite->rtp_tag_len;
    if (cf_rtp_parse_header(job->header, &view) != CF_OK || view.header_len != job->header.len) {
        return CF_ERR_MALFORMED;
    }
    enum cf_err err = slot_of(srtp, view.ssrc, &stream);
    err = err == CF_OK ? cf_srtp_stream_guess(stream, view.sequence, &index) : err;
    if (err != CF_OK) {
        return err;
    }
    if (!cf_replay_is_new(&stream->rtp, index) && !job->is_repeat) {
        return CF_ERR_REPLAYED;
    }
    cf_protect_job_copy(job);
    if (job->err != CF_OK || job->dst_len + tag_len > job->dst_size) {
        job->dst_len = 0;
        return CF_ERR_NO_ROOM;
    }
    cf_replay_add(&stream->rtp, index);
    mask(srtp, job->dst + job->header.len, job->dst_len - job->header.len);
    put_tag(srtp, index, job->dst, job->dst_len, job->dst + job->dst_len, tag_len);
    job->dst_len += tag_len;
    return CF_OK;
}

static void protect(void *ctx, struct cf_protect_job *jobs, size_t count) {
    struct test_srtp *s = ctx;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].srtp == NULL) {
            cf_protect_job_copy(&jobs[i]);
        } else {
            jobs[i].dst_len = 0;
            jobs[i].err = protect_one(&jobs[i]);
        }
        s->protected += jobs[i].err == CF_OK;
    }
}

static enum cf_err unprotect_one(struct cf_unprotect_job *job) {
    struct cf_srtp_context *srtp = job->srtp;
    struct cf_rtp_view view;
    size_t tag_len = srtp->suite->rtp_tag_len;
    if (job->src_len < CF_RTP_HEADER_LEN + tag_len) {
        return CF_ERR_TRUNCATED;
    }
    size_t len = job->src_len - tag_len;
    uint32_t slot = cf_srtp_streams_find(&srtp->streams, cf_be32(job->src + 8));
    struct cf_srtp_stream *stream = slot != CF_SRTP_SLOT_NONE ? &srtp->streams.slots[slot] : NULL;
    enum cf_err err = cf_rtp_parse_header((struct cf_span){job->src, len}, &view);
    err = err == CF_OK ? cf_srtp_stream_guess(stream, view.sequence, &job->index) : err;
    if (err != CF_OK) {
        return err;
    }
    if (stream != NULL && !cf_replay_is_new(&stream->rtp, job->index)) {
        return CF_ERR_REPLAYED;
    }
    if (!is_tag(srtp, job->index, job->src, len, job->src + len, tag_len)) {
        return CF_ERR_AUTH;
    }
    err = len <= job->dst_size ? slot_of(srtp, view.ssrc, &stream) : CF_ERR_NO_ROOM;
    if (err != CF_OK) {
        return err;
    }
    job->is_newest = !stream->rtp.is_started || job->index > stream->rtp.highest;
    cf_replay_add(&stream->rtp, job->index);
    memmove(job->dst, job->src, len);
    mask(srtp, job->dst + view.header_len, len - view.header_len);
    job->dst_len = len;
    return CF_OK;
}

static void unprotect(void *ctx, struct cf_unprotect_job *jobs, size_t count) {
    struct test_srtp *s = ctx;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].srtp == NULL) {
            cf_unprotect_job_copy(&jobs[i]);
        } else {
            jobs[i].dst_len = 0;
            jobs[i].is_newest = false;
            jobs[i].err = unprotect_one(&jobs[i]);
        }
        s->taken += jobs[i].err == CF_OK;
        s->refused += jobs[i].err != CF_OK;
    }
}

static enum cf_err protect_rtcp(void *ctx, struct cf_srtp_context *srtp, struct cf_span packet, uint8_t *dst, size_t size,
                                size_t *ret_len) {
    struct test_srtp *s = ctx;
    struct cf_srtp_stream *stream = NULL;
    size_t tag_len = srtp != NULL ? srtp->suite->rtcp_tag_len : 0;
    size_t len = packet.len + (srtp != NULL ? INDEX_LEN + tag_len : 0);
    if (packet.len < RTCP_CLEAR) {
        return CF_ERR_TRUNCATED;
    }
    if (len > size) {
        return CF_ERR_NO_ROOM;
    }
    memmove(dst, packet.at, packet.len);
    if (srtp != NULL) {
        enum cf_err err = slot_of(srtp, cf_be32(dst + 4), &stream);
        if (err != CF_OK) {
            return err;
        }
        uint64_t index = stream->rtcp_next++;
        mask(srtp, dst + RTCP_CLEAR, packet.len - RTCP_CLEAR);
        cf_set_be32(dst + packet.len, (uint32_t)index);
        put_tag(srtp, index, dst, packet.len, dst + packet.len + INDEX_LEN, tag_len);
    }
    s->protected ++;
    *ret_len = len;
    return CF_OK;
}

static enum cf_err unprotect_rtcp_one(struct cf_srtp_context *srtp, uint8_t *packet, size_t len, size_t *ret_len) {
    struct cf_srtp_stream *stream = NULL;
    size_t tag_len = srtp->suite->rtcp_tag_len;
    if (len < RTCP_CLEAR + INDEX_LEN + tag_len) {
        return CF_ERR_TRUNCATED;
    }
    size_t plain_len = len - INDEX_LEN - tag_len;
    uint32_t index = cf_be32(packet + plain_len);
    if (!is_tag(srtp, index, packet, plain_len, packet + plain_len + INDEX_LEN, tag_len)) {
        return CF_ERR_AUTH;
    }
    enum cf_err err = slot_of(srtp, cf_be32(packet + 4), &stream);
    if (err != CF_OK) {
        return err;
    }
    if (!cf_replay_is_new(&stream->rtcp, index)) {
        return CF_ERR_REPLAYED;
    }
    cf_replay_add(&stream->rtcp, index);
    mask(srtp, packet + RTCP_CLEAR, plain_len - RTCP_CLEAR);
    *ret_len = plain_len;
    return CF_OK;
}

static enum cf_err unprotect_rtcp(void *ctx, struct cf_srtp_context *srtp, uint8_t *packet, size_t len, size_t *ret_len) {
    struct test_srtp *s = ctx;
    if (srtp == NULL) {
        *ret_len = len;
        s->taken++;
        return CF_OK;
    }
    enum cf_err err = unprotect_rtcp_one(srtp, packet, len, ret_len);
    s->taken += err == CF_OK;
    s->refused += err != CF_OK;
    return err;
}

void test_srtp_init(struct test_srtp *s, const struct cf_mem *mem) {
    *s = (struct test_srtp){
        .crypto = {.open = open_context,
                   .close = close_context,
                   .set_rollover = set_rollover,
                   .protect = protect,
                   .unprotect = unprotect,
                   .protect_rtcp = protect_rtcp,
                   .unprotect_rtcp = unprotect_rtcp,
                   .ctx = s},
        .mem = mem,
    };
}
