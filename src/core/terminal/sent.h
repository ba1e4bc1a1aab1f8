/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last packets sent on a line, as they were on the wire, to be sent again for a NACK (RFC 4585 section 6.2.1): octet for
 * octet, so that no SRTP index protects two things. A ring by sequence number.
 */
#ifndef CF_CORE_TERMINAL_SENT_H
#define CF_CORE_TERMINAL_SENT_H

#include "base/mem.h"

/** Packets kept; a power of two. */
#define CF_SENT_COUNT 256U

struct cf_sent_packet;

/** The ring. Zeroed: nothing kept. */
struct cf_sent {
    struct cf_sent_packet *packets; /**< owned; NULL: none taken yet */
};

/** Free it. */
void cf_sent_fini(struct cf_sent *sent, const struct cf_mem *mem);

/** Keep a copy of @p packet with RTP number @p sequence. Without memory nothing is kept. */
void cf_sent_put(struct cf_sent *sent, const struct cf_mem *mem, uint16_t sequence, struct cf_span packet);

/** The packet with number @p sequence; empty if it is not there any more. Valid until the next put. */
struct cf_span cf_sent_get(const struct cf_sent *sent, uint16_t sequence);

#endif
