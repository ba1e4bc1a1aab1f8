/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/udp/send_batch.h"

#include "shell/udp/run.h"
#include "shell/udp/sockaddr.h"
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

static void add_segment_size(struct cf_send_batch *batch, size_t index, uint16_t octets) {
    struct msghdr *header = &batch->messages[index].msg_hdr;
    header->msg_control = batch->controls[index].octets;
    header->msg_controllen = sizeof batch->controls[index].octets;
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    control->cmsg_level = IPPROTO_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof octets);
    memcpy(CMSG_DATA(control), &octets, sizeof octets);
}

static void add_message(struct cf_send_batch *batch, const struct cf_datagram *datagrams, size_t run) {
    size_t index = batch->message_count++;
    struct msghdr *header = &batch->messages[index].msg_hdr;
    struct iovec *parts = &batch->parts[batch->datagram_count];
    for (size_t i = 0; i < run; i++) {
        parts[i] = (struct iovec){(void *)(uintptr_t)datagrams[i].bytes.at, datagrams[i].bytes.len};
    }
    *header = (struct msghdr){.msg_name = &batch->names[index],
                              .msg_namelen = cf_addr_to_sockaddr(&datagrams[0].remote, &batch->names[index]),
                              .msg_iov = parts,
                              .msg_iovlen = run};
    if (run > 1) {
        add_segment_size(batch, index, (uint16_t)datagrams[0].bytes.len);
    }
    batch->runs[index] = (uint8_t)run;
    batch->datagram_count += run;
}

size_t cf_send_batch_add(struct cf_send_batch *batch, const struct cf_datagram *datagrams, size_t count, bool can_segment) {
    size_t room = CF_SEND_BATCH_MAX - batch->datagram_count;
    size_t most = count < room ? count : room;
    size_t added = 0;
    while (added < most) {
        size_t run = can_segment ? cf_udp_run_len(datagrams + added, most - added) : 1;
        add_message(batch, datagrams + added, run);
        added += run;
    }
    return added;
}
