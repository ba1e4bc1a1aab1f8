/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indices of SSRCs under a key. */
#include "core/rtp/srtp_stream.h"

enum { HALF = 1 << 15, ROC_STEP = 1 << 16, BUCKETS_MIN = 8 };

/* 2^32 divided by the golden ratio. */
static const uint32_t hash_multiplier = 0x9e3779b1;

enum cf_err cf_srtp_streams_init(struct cf_srtp_streams *streams, const struct cf_mem *mem, uint32_t limit) {
    cf_assert(limit > 0 && limit < UINT16_MAX);
    uint16_t *buckets = cf_mem_alloc(mem, BUCKETS_MIN * sizeof *buckets);
    if (buckets == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *streams = (struct cf_srtp_streams){.mem = mem, .limit = limit, .buckets = buckets, .bucket_count = BUCKETS_MIN};
    return CF_OK;
}

void cf_srtp_streams_fini(struct cf_srtp_streams *streams) {
    if (streams->mem != NULL) {
        cf_mem_free(streams->mem, streams->slots, streams->slots_max * sizeof *streams->slots);
        cf_mem_free(streams->mem, streams->buckets, streams->bucket_count * sizeof *streams->buckets);
    }
    *streams = (struct cf_srtp_streams){0};
}

/* The bucket of @ssrc, or the free one where it would be. There always is a free one: half of them are. */
static uint32_t bucket_of(const struct cf_srtp_streams *streams, uint32_t ssrc) {
    uint32_t mask = streams->bucket_count - 1;
    uint32_t at = ((ssrc * hash_multiplier) >> 16) & mask;
    while (streams->buckets[at] != 0 && streams->slots[streams->buckets[at] - 1U].ssrc != ssrc) {
        at = (at + 1) & mask;
    }
    return at;
}

uint32_t cf_srtp_streams_find(const struct cf_srtp_streams *streams, uint32_t ssrc) {
    uint16_t slot = streams->buckets[bucket_of(streams, ssrc)];
    return slot != 0 ? slot - 1U : CF_SRTP_SLOT_NONE;
}

/* Twice as many buckets, if more than half of them would be taken. */
static bool grow_buckets(struct cf_srtp_streams *streams) {
    uint32_t bucket_count = 2 * streams->bucket_count;
    if (2 * (streams->count + 1U) <= streams->bucket_count) {
        return true;
    }
    uint16_t *buckets = cf_mem_alloc(streams->mem, bucket_count * sizeof *buckets);
    if (buckets == NULL) {
        return false;
    }
    cf_mem_free(streams->mem, streams->buckets, streams->bucket_count * sizeof *streams->buckets);
    streams->buckets = buckets;
    streams->bucket_count = bucket_count;
    for (uint32_t i = 0; i < streams->count; i++) {
        buckets[bucket_of(streams, streams->slots[i].ssrc)] = (uint16_t)(i + 1U);
    }
    return true;
}

enum cf_err cf_srtp_streams_add(struct cf_srtp_streams *streams, uint32_t ssrc, uint32_t first_roc, uint32_t *ret_slot) {
    if (streams->count >= streams->limit) {
        return CF_ERR_LIMIT;
    }
    void *slots = streams->slots;
    if (!cf_mem_grow(streams->mem, &slots, &streams->slots_max, streams->count + 1U, sizeof *streams->slots)) {
        return CF_ERR_NO_MEMORY;
    }
    streams->slots = slots;
    if (!grow_buckets(streams)) {
        return CF_ERR_NO_MEMORY;
    }
    streams->slots[streams->count] = (struct cf_srtp_stream){.ssrc = ssrc, .first_roc = first_roc};
    streams->buckets[bucket_of(streams, ssrc)] = (uint16_t)(streams->count + 1U);
    *ret_slot = streams->count++;
    return CF_OK;
}

enum cf_err cf_srtp_stream_guess(const struct cf_srtp_stream *stream, uint16_t sequence, uint64_t *ret_index) {
    uint64_t index = sequence;
    if (stream != NULL && !stream->rtp.is_started) {
        index += (uint64_t)stream->first_roc * ROC_STEP;
    } else if (stream != NULL) {
        /* RFC 3711 section 3.3.1: the rollover counter that brings it nearest to the highest one. */
        uint64_t highest = stream->rtp.highest;
        uint16_t last = (uint16_t)highest;
        index += highest - last;
        if (last < HALF && sequence > last + HALF) {
            if (index < ROC_STEP) {
                return CF_ERR_REPLAYED;
            }
            index -= ROC_STEP;
        } else if (last >= HALF && sequence < last - HALF) {
            index += ROC_STEP;
        }
    }
    if (index > CF_SRTP_INDEX_MAX) {
        return CF_ERR_LIMIT;
    }
    *ret_index = index;
    return CF_OK;
}
