/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTP datagrams that are being made: each gets a header (and perhaps the first octets of its payload) of its own, written where
 * the datagram is to be; the payload is shared. A full outbox is protected in one burst and handed to the shell as a batch for
 * sendmmsg(). Memory is taken once.
 */
#ifndef CF_MEDIA_OUTBOX_H
#define CF_MEDIA_OUTBOX_H

#include "base/addr.h"
#include "base/mem.h"
#include "core/rtp/crypto.h"

/** Datagrams in one batch. */
#define CF_OUTBOX_MAX 128

/** Longest header: 12 octets, 15 contributing sources, and an extension with mid and levels, or with a dependency descriptor. */
#define CF_OUTBOX_HEADER_MAX 224

/** Octets of payload that are made anew for each receiver. */
#define CF_OUTBOX_PREFIX_MAX 16

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
    uint8_t datagram[CF_OUTBOX_DATAGRAM_MAX];
};

/** What is told back when the datagram was made. */
struct cf_outbox_ticket {
    void *user;         /**< the caller's */
    uint32_t timestamp; /**< of the packet */
    bool is_repeat;     /**< the same packet again, under the same index */
    bool is_rtx;        /**< a retransmission on a stream of its own, or padding */
    bool is_padding;    /**< nothing else: no octets of a sender report */
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

/** A packet to be sent. .payload is the caller's until cf_outbox_protect(). */
struct cf_outbox_packet {
    struct cf_srtp_context *srtp; /**< NULL: plain */
    uint32_t socket;
    const struct cf_addr *to;
    size_t header_len; /**< octets at cf_outbox_room(), at most CF_OUTBOX_HEADER_MAX */
    size_t prefix_len; /**< octets right behind them, at most CF_OUTBOX_PREFIX_MAX */
    struct cf_span payload;
    struct cf_outbox_ticket ticket;
};

/** Where to write the header of the next datagram and, right behind it, its prefix; the outbox must not be full. */
static inline uint8_t *cf_outbox_room(struct cf_outbox *outbox) {
    return outbox->slots[outbox->count].datagram;
}

/** A new batch: forget all datagrams and what was kept. */
void cf_outbox_clear(struct cf_outbox *outbox);

/** Keep a copy of @p payload until the next batch. False if there is no room for it: make the batch first. */
bool cf_outbox_keep(struct cf_outbox *outbox, struct cf_span payload, struct cf_span *ret_kept);

/** Add the datagram whose header and prefix were written. Inline: it is done for every packet, of parts that are at hand. */
static inline void cf_outbox_add(struct cf_outbox *outbox, const struct cf_outbox_packet *packet) {
    cf_assert(outbox->count < CF_OUTBOX_MAX);
    cf_assert(packet->header_len <= CF_OUTBOX_HEADER_MAX && packet->prefix_len <= CF_OUTBOX_PREFIX_MAX);
    size_t index = outbox->count++;
    uint8_t *dst = outbox->slots[index].datagram;
    struct cf_protect_job *job = &outbox->jobs[index];
    struct cf_media_output *output = &outbox->outputs[index];
    job->srtp = packet->srtp;
    job->header = (struct cf_span){dst, packet->header_len};
    job->prefix = (struct cf_span){dst + packet->header_len, packet->prefix_len};
    job->payload = packet->payload;
    job->padding = 0;
    job->dst = dst;
    job->dst_size = CF_OUTBOX_DATAGRAM_MAX;
    job->is_repeat = packet->ticket.is_repeat;
    output->socket = packet->socket;
    output->to = *packet->to;
    outbox->tickets[index] = packet->ticket;
}

/** Let @p count octets of padding (RFC 3550 section 5.1) end the datagram that was added last; its header says that there is
 * some. */
static inline void cf_outbox_pad(struct cf_outbox *outbox, uint8_t count) {
    outbox->jobs[outbox->count - 1].padding = count;
}

/** Make all datagrams. Results are in .jobs; .outputs of those that failed are empty. */
void cf_outbox_protect(struct cf_outbox *outbox, const struct cf_packet_crypto *crypto);

#endif
