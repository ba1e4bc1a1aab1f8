/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTP datagrams that are being made: each gets a header (and perhaps the first octets of its payload) of its own, the payload is
 * shared. A full outbox is protected in one burst and handed to the shell as a batch for sendmmsg(). Memory is taken once.
 */
#ifndef CF_MEDIA_OUTBOX_H
#define CF_MEDIA_OUTBOX_H

#include "base/addr.h"
#include "base/mem.h"
#include "core/rtp/crypto.h"

/** Datagrams in one batch. */
#define CF_OUTBOX_MAX 128

/** Longest header: 12 octets, 15 contributing sources, and an extension with mid and levels. */
#define CF_OUTBOX_HEADER_MAX 192

/** Octets of payload that are made anew for each receiver. */
#define CF_OUTBOX_PREFIX_MAX 8

/** Octets of payloads whose owner does not keep them until the batch is made. */
#define CF_OUTBOX_KEPT_MAX ((size_t)64 * 1024)

/** Longest datagram. */
#define CF_OUTBOX_DATAGRAM_MAX 2048

/** A datagram to be sent; .data is valid until the next call of the engine. */
struct cf_media_output {
    uint32_t socket;
    struct cf_addr to;
    struct cf_span data;
};

/** Scratch memory of one datagram. */
struct cf_outbox_slot {
    uint8_t header[CF_OUTBOX_HEADER_MAX];
    uint8_t prefix[CF_OUTBOX_PREFIX_MAX];
    uint8_t datagram[CF_OUTBOX_DATAGRAM_MAX];
};

/** What is told back when the datagram was made. */
struct cf_outbox_ticket {
    void *user;         /**< the caller's */
    uint32_t timestamp; /**< of the packet */
    bool is_repeat;     /**< the same packet again, under the same index */
    bool is_rtx;        /**< a retransmission on a stream of its own, or padding */
};

/** The outbox. */
struct cf_outbox {
    const struct cf_mem *mem;
    struct cf_outbox_slot *slots; /**< owned, CF_OUTBOX_MAX */
    uint8_t *kept;                /**< owned, CF_OUTBOX_KEPT_MAX */
    size_t kept_len;
    struct cf_protect_job jobs[CF_OUTBOX_MAX];
    struct cf_media_output outputs[CF_OUTBOX_MAX];
    struct cf_outbox_ticket tickets[CF_OUTBOX_MAX];
    size_t count;
};

/** An empty outbox. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_outbox_init(struct cf_outbox *outbox, const struct cf_mem *mem);

/** Free it; a zeroed outbox may be freed too. */
void cf_outbox_fini(struct cf_outbox *outbox);

/** No room for another datagram? */
static inline bool cf_outbox_is_full(const struct cf_outbox *outbox) {
    return outbox->count == CF_OUTBOX_MAX;
}

/** A packet to be sent. .header must fit the outbox; .payload is the caller's until cf_outbox_protect(). */
struct cf_outbox_packet {
    struct cf_srtp_context *srtp; /**< NULL: plain */
    uint32_t socket;
    const struct cf_addr *to;
    size_t header_len; /**< octets that were written to cf_outbox_header() */
    size_t prefix_len; /**< octets that were written to cf_outbox_prefix() */
    struct cf_span payload;
    struct cf_outbox_ticket ticket;
};

/** Where to write header and prefix of the next datagram; the outbox must not be full. */
static inline uint8_t *cf_outbox_header(struct cf_outbox *outbox) {
    return outbox->slots[outbox->count].header;
}
static inline uint8_t *cf_outbox_prefix(struct cf_outbox *outbox) {
    return outbox->slots[outbox->count].prefix;
}

/** A new batch: forget all datagrams and what was kept. */
void cf_outbox_clear(struct cf_outbox *outbox);

/** Keep a copy of @p payload until the next batch. False if there is no room for it: make the batch first. */
bool cf_outbox_keep(struct cf_outbox *outbox, struct cf_span payload, struct cf_span *ret_kept);

/** Add the datagram whose header and prefix were written. */
void cf_outbox_add(struct cf_outbox *outbox, const struct cf_outbox_packet *packet);

/** Make all datagrams. Results are in .jobs; .outputs of those that failed are empty. */
void cf_outbox_protect(struct cf_outbox *outbox, const struct cf_packet_crypto *crypto);

#endif
