/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datagrams that wait for the end of a turn. */
#include "shell/udp/outbox.h"

_Static_assert(CF_UDP_OUTBOX_OCTETS >= CF_UDP_DATAGRAM_MAX, "an empty outbox takes any datagram");

void cf_udp_outbox_init(struct cf_udp_outbox *outbox) {
    outbox->udp = NULL;
    outbox->count = outbox->used = 0;
    outbox->lost = 0;
}

void cf_udp_outbox_put(struct cf_udp_outbox *outbox, struct cf_udp *udp, const struct cf_addr *remote, struct cf_span bytes) {
    cf_assert(bytes.len <= CF_UDP_DATAGRAM_MAX);
    if (outbox->udp != udp || outbox->count == CF_UDP_OUTBOX_COUNT || bytes.len > CF_UDP_OUTBOX_OCTETS - outbox->used) {
        cf_udp_outbox_flush(outbox);
    }
    uint8_t *copy = outbox->octets + outbox->used;
    if (bytes.len > 0) {
        memcpy(copy, bytes.at, bytes.len);
    }
    outbox->udp = udp;
    outbox->used += bytes.len;
    outbox->datagrams[outbox->count++] = (struct cf_datagram){*remote, {copy, bytes.len}};
}

void cf_udp_outbox_flush(struct cf_udp_outbox *outbox) {
    if (outbox->count > 0) {
        outbox->lost += outbox->count - cf_udp_send(outbox->udp, outbox->datagrams, outbox->count);
        outbox->count = outbox->used = 0;
    }
}
