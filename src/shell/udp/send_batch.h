/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Datagrams as messages for the kernel, in scratch memory: several datagrams for one peer in a row are one message that the
 * kernel cuts (run.h). What sends them, sendmmsg() or a ring, is others' business. Private to shell/udp.
 */
#ifndef CF_SHELL_UDP_SEND_BATCH_H
#define CF_SHELL_UDP_SEND_BATCH_H

#include "shell/udp/udp.h"
#include <sys/socket.h>

/** Messages, and datagrams in all of them together. */
#define CF_SEND_BATCH_MAX 128

/** Room for the control message that says how long segments are. */
struct cf_segment_control {
    _Alignas(struct cmsghdr) char octets[CMSG_SPACE(sizeof(uint16_t))];
};

/** The messages. The first .message_count of the arrays are valid; large, and never copied. */
struct cf_send_batch {
    size_t message_count;
    size_t datagram_count;
    struct mmsghdr messages[CF_SEND_BATCH_MAX];
    struct iovec parts[CF_SEND_BATCH_MAX];
    struct sockaddr_storage names[CF_SEND_BATCH_MAX];
    struct cf_segment_control controls[CF_SEND_BATCH_MAX];
    uint8_t runs[CF_SEND_BATCH_MAX]; /**< datagrams in each message */
};

/** No message. */
static inline void cf_send_batch_clear(struct cf_send_batch *batch) {
    batch->message_count = batch->datagram_count = 0;
}

/**
 * Add as many of @p datagrams as there is room for, in order, as few messages as possible; without @p can_segment one each.
 * Returns how many were added. The octets stay the caller's.
 */
size_t cf_send_batch_add(struct cf_send_batch *batch, const struct cf_datagram *datagrams, size_t count, bool can_segment);

#endif
