/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packet protection as the cores see it: a table of functions that adapt/srtp fills in with real SRTP (RFC 3711, 6188, 7714) and
 * tests with a readable fake. Made for forwarding: jobs come in bursts, output goes out of place, a payload is shared by all
 * receivers while each gets a header (and perhaps the first octets of the payload) of its own. Nothing allocates per packet.
 *
 * A context belongs to one key and one direction and to the thread of its provider. It keeps rollover counter and replay window
 * of every SSRC that was authenticated (sent) under it. A packet that fails changes nothing.
 */
#ifndef CF_CORE_RTP_CRYPTO_H
#define CF_CORE_RTP_CRYPTO_H

#include "base/err.h"
#include "core/rtp/srtp_suite.h"

/** One key in one direction; made and known by the provider only. */
struct cf_srtp_context;

/** Which way a context is used. */
enum cf_srtp_direction {
    CF_SRTP_SEND,    /**< protect only */
    CF_SRTP_RECEIVE, /**< unprotect only */
};

/** What a context is made of. The key material is copied. */
struct cf_srtp_params {
    enum cf_srtp_suite suite; /**< not CF_SRTP_NONE */
    enum cf_srtp_direction direction;
    struct cf_span key;   /**< master key, as long as the suite wants */
    struct cf_span salt;  /**< master salt, as long as the suite wants */
    uint32_t streams_max; /**< most SSRCs in the context, 1..CF_SRTP_STREAMS_MAX */
};

/** Bounds and a sensible value of streams_max. */
#define CF_SRTP_STREAMS_MAX 1024U
#define CF_SRTP_STREAMS_DEFAULT 1024U /* lines are 256, each with retransmissions; tables grow with use */

/**
 * A packet to protect. Output is header, then prefix, payload and padding encrypted, then the tag, contiguous at .dst. Inputs are
 * not changed and may be shared by jobs. What is there already need not be copied: the header may be at .dst, then the prefix
 * right behind it, then the payload behind that, as many of the three as one likes. Otherwise input and output must not overlap.
 */
struct cf_protect_job {
    struct cf_srtp_context *srtp; /**< NULL: plain RTP, the parts are just put together */
    struct cf_span header;        /**< a complete RTP header, authenticated and sent in clear */
    struct cf_span prefix;        /**< octets to be sent before .payload, encrypted too; may be empty */
    struct cf_span payload;       /**< plaintext, RTP padding included */
    uint8_t padding; /**< octets of RTP padding to be put behind it (RFC 3550 section 5.1); .header says that there is some */
    uint8_t *dst;
    size_t dst_size; /**< room at .dst: all parts and the overhead of the suite */
    bool is_repeat;  /**< a retransmission, the same octet for octet as was sent before: its index may be used again */
    size_t dst_len;  /**< out: octets at .dst, 0 on failure */
    /**
     * out: CF_OK, CF_ERR_NO_ROOM, CF_ERR_REPLAYED (the sequence number was sent before, or too long ago to know), CF_ERR_LIMIT
     * (too many SSRCs, or the key has protected all it may: negotiate a new one), CF_ERR_NO_MEMORY, CF_ERR_MALFORMED (no RTP
     * header).
     */
    enum cf_err err;
};

/**
 * A packet to unprotect. .dst may be .src (in place) or apart from it. .src is used as scratch and its octets are undefined
 * afterwards, except that in place it holds the result.
 */
struct cf_unprotect_job {
    struct cf_srtp_context *srtp; /**< NULL: plain RTP, copied */
    uint8_t *src;                 /**< the datagram */
    size_t src_len;
    uint8_t *dst;
    size_t dst_size; /**< room at .dst; src_len is always enough */
    size_t dst_len;  /**< out: octets at .dst: header and plaintext; 0 on failure */
    uint64_t index;  /**< out: packet index, rollover counter << 16 | sequence number; 0 for plain RTP */
    bool is_newest;  /**< out: no packet of this SSRC with a higher index was authenticated before; true for plain RTP */
    /**
     * out: CF_OK, CF_ERR_AUTH, CF_ERR_REPLAYED (or too old to know), CF_ERR_TRUNCATED, CF_ERR_MALFORMED, CF_ERR_LIMIT (too many
     * SSRCs), CF_ERR_NO_MEMORY, CF_ERR_NO_ROOM. Always: drop the packet and count, never end the call. .dst is undefined then.
     */
    enum cf_err err;
};

/** Octets of @p job between header and tag. */
static inline size_t cf_protect_job_text_len(const struct cf_protect_job *job) {
    return job->prefix.len + job->payload.len + job->padding;
}

/** Write @p count octets of RTP padding, at least one, the last of which says how many there are, at @p to. */
static inline void cf_rtp_write_padding(uint8_t *to, uint8_t count) {
    memset(to, 0, count);
    to[count - 1] = count;
}

/** A provider of packet protection. Single-threaded: each worker has its own. */
struct cf_packet_crypto {
    /** Make a context. CF_ERR_UNSUPPORTED (suite), CF_ERR_MALFORMED (lengths), CF_ERR_NO_MEMORY. */
    enum cf_err (*open)(void *ctx, const struct cf_srtp_params *params, struct cf_srtp_context **ret_srtp);
    /** Wipe and free @p srtp; NULL is ignored. */
    void (*close)(void *ctx, struct cf_srtp_context *srtp);
    /**
     * Begin @p ssrc with rollover counter @p roc instead of 0, for joining a stream that has wrapped before. CF_ERR_STATE if
     * packets of it have been seen, CF_ERR_LIMIT, CF_ERR_NO_MEMORY.
     */
    enum cf_err (*set_rollover)(void *ctx, struct cf_srtp_context *srtp, uint32_t ssrc, uint32_t roc);
    /** Protect RTP. Results are in the jobs. Jobs of one context are done in their order. */
    void (*protect)(void *ctx, struct cf_protect_job *jobs, size_t count);
    /** Unprotect SRTP. Results are in the jobs. */
    void (*unprotect)(void *ctx, struct cf_unprotect_job *jobs, size_t count);
    /**
     * Protect compound RTCP @p packet into @p dst (which may be packet.at) of @p size octets; @p srtp NULL copies.
     * CF_ERR_NO_ROOM, CF_ERR_LIMIT, CF_ERR_TRUNCATED (shorter than a header), CF_ERR_NO_MEMORY.
     */
    enum cf_err (*protect_rtcp)(void *ctx, struct cf_srtp_context *srtp, struct cf_span packet, uint8_t *dst, size_t size,
                                size_t *ret_len);
    /** Unprotect SRTCP in place: @p packet of @p len octets. Errors as struct cf_unprotect_job. @p srtp NULL leaves it as it is.
     */
    enum cf_err (*unprotect_rtcp)(void *ctx, struct cf_srtp_context *srtp, uint8_t *packet, size_t len, size_t *ret_len);
    void *ctx; /**< passed to all */
};

/** The plain half of both: put the parts of @p job together, copy a datagram. For providers. */
void cf_protect_job_copy(struct cf_protect_job *job);
void cf_unprotect_job_copy(struct cf_unprotect_job *job);

#endif
