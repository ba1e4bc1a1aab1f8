/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of adapt/srtp: engines and contexts, and the arithmetic of nonces that RTP and RTCP have in common. */
#ifndef CF_ADAPT_SRTP_ENGINE_H
#define CF_ADAPT_SRTP_ENGINE_H

#include "adapt/srtp/cipher.h"
#include "adapt/srtp/srtp.h"
#include "base/reader.h"
#include "core/rtp/srtp_stream.h"

/** Octets of the RTCP header that stay in clear, and of the word with E bit and index behind the packet. */
#define CF_SRTCP_CLEAR_LEN 8U
#define CF_SRTCP_INDEX_LEN 4U

/** Octets of a nonce in memory; AES-GCM uses the first 12 of them. */
#define CF_SRTP_NONCE_LEN 16U

/** E bit of that word. */
#define CF_SRTCP_ENCRYPTED 0x80000000U

/** One key in one direction. What a packet needs comes first. */
struct cf_srtp_context {
    struct cf_srtp_streams streams;
    struct cf_cipher_key *rtp_key; /**< in the same block of memory, as is .rtcp_key */
    uint32_t recent;               /**< slot of the SSRC that was asked for last: packets come in rows */
    uint8_t rtp_tag_len;
    uint8_t rtcp_tag_len;
    enum cf_cipher_kind kind;
    enum cf_srtp_direction direction;
    uint8_t rtp_salt[CF_SRTP_NONCE_LEN];  /**< zeros behind it */
    uint8_t rtcp_salt[CF_SRTP_NONCE_LEN]; /**< zeros behind it */
    struct cf_cipher_key *rtcp_key;
    size_t block_size; /**< octets of the block that begins with this */
};

/** Operations of one kind that wait to be done together, with what each is for. */
struct cf_srtp_pending {
    size_t count;
    struct cf_cipher_op ops[CF_SRTP_BURST_MAX];
    struct cf_protect_job *protect[CF_SRTP_BURST_MAX];     /**< while protecting */
    struct cf_unprotect_job *unprotect[CF_SRTP_BURST_MAX]; /**< while unprotecting */
    uint8_t tags[CF_SRTP_BURST_MAX][CF_SRTP_OVERHEAD_MAX]; /**< unprotecting AES-CM: what stood where the rollover counter goes */
};

/** One thread's. */
struct cf_srtp_engine {
    struct cf_packet_crypto crypto;
    const struct cf_mem *mem;
    const struct cf_cipher_library *library;
    void *state; /**< the library's, owned */
    struct cf_srtp_pending pending[CF_CIPHER_KIND_COUNT];
};

/**
 * The nonce for packet @p index of @p ssrc. The two families put the same numbers into it at different places (RFC 3711
 * section 4.1.1, RFC 7714 sections 8.1 and 9.1). Two words: it is done for every packet.
 */
static inline void cf_srtp_nonce(const uint8_t salt[CF_SRTP_NONCE_LEN], bool is_gcm, uint32_t ssrc, uint64_t index,
                                 uint8_t iv[CF_SRTP_NONCE_LEN]) {
    uint8_t numbers[CF_SRTP_NONCE_LEN];
    uint64_t a[2];
    uint64_t b[2];
    cf_set_be64(numbers, is_gcm ? (uint64_t)ssrc << 16 | index >> 32 : ssrc);
    cf_set_be64(numbers + 8, is_gcm ? index << 32 : index << 16);
    memcpy(a, numbers, sizeof a);
    memcpy(b, salt, sizeof b);
    a[0] ^= b[0];
    a[1] ^= b[1];
    memcpy(iv, a, sizeof a);
}

/** Octets of the RTP header at @p at, 0 if there is none or it is longer than @p len. */
static inline size_t cf_srtp_header_len(const uint8_t *at, size_t len) {
    size_t header = 12;
    if (len < header || (at[0] & 0xc0) != 0x80) {
        return 0;
    }
    header += (size_t)4 * (at[0] & 15U);
    if ((at[0] & 0x10) != 0) {
        if (len < header + 4) {
            return 0;
        }
        header += 4U + 4U * (size_t)cf_be16(at + header + 2);
    }
    return header <= len ? header : 0;
}

/** The slot of @p ssrc, added if it is not there, and the most recent from now on. CF_ERR_LIMIT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_srtp_find_slot(struct cf_srtp_context *srtp, uint32_t ssrc, uint32_t *ret_slot);

/** The same, quickly where it is the most recent one already. */
CF_MUST_USE static inline enum cf_err cf_srtp_slot(struct cf_srtp_context *srtp, uint32_t ssrc, uint32_t *ret_slot) {
    if (srtp->recent < srtp->streams.count && srtp->streams.slots[srtp->recent].ssrc == ssrc) {
        *ret_slot = srtp->recent;
        return CF_OK;
    }
    return cf_srtp_find_slot(srtp, ssrc, ret_slot);
}

/** The functions of struct cf_packet_crypto, by file: context.c, protect.c, unprotect.c, rtcp.c. */
enum cf_err cf_srtp_open(void *ctx, const struct cf_srtp_params *params, struct cf_srtp_context **ret_srtp);
void cf_srtp_close(void *ctx, struct cf_srtp_context *srtp);
enum cf_err cf_srtp_set_rollover(void *ctx, struct cf_srtp_context *srtp, uint32_t ssrc, uint32_t roc);
void cf_srtp_protect(void *ctx, struct cf_protect_job *jobs, size_t count);
void cf_srtp_unprotect(void *ctx, struct cf_unprotect_job *jobs, size_t count);
enum cf_err cf_srtp_protect_rtcp(void *ctx, struct cf_srtp_context *srtp, struct cf_span packet, uint8_t *dst, size_t size,
                                 size_t *ret_len);
enum cf_err cf_srtp_unprotect_rtcp(void *ctx, struct cf_srtp_context *srtp, uint8_t *packet, size_t len, size_t *ret_len);

/** As cf_srtp_engine_new() with one given library, for its tests. NULL as a library is CF_ERR_UNSUPPORTED. */
CF_MUST_USE enum cf_err cf_srtp_engine_new_with(const struct cf_mem *mem, const struct cf_cipher_library *library,
                                                struct cf_srtp_engine **ret_engine);

/** The same with the first of @p libraries that works and passes the self-test. CF_ERR_UNSUPPORTED: none does. */
CF_MUST_USE enum cf_err cf_srtp_engine_new_of(const struct cf_mem *mem, const struct cf_cipher_library *const *libraries,
                                              size_t count, struct cf_srtp_engine **ret_engine);

#endif
