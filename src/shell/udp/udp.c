/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP sockets in batches. */
#include "shell/udp/udp.h"

#include "shell/udp/run.h"
#include "shell/udp/sockaddr.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

/* Datagrams in one sendmmsg(): several a message. */
#define CF_UDP_PARTS_MAX 128

#define MEDIA_QUEUE_BYTES (4 * 1024 * 1024) /* a key frame to many receivers at once, and a scheduling gap of ours */
#define SIGNALLING_QUEUE_BYTES (1024 * 1024)
#define DSCP_EXPEDITED (46 << 2) /* RFC 8837: interactive audio; video differs little */

static void set_option(int fd, int level, int name, int value) {
    /* Every option here is an improvement, none a need: the kernel may refuse it. */
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

static void set_options(int fd, const struct cf_addr *local, enum cf_udp_use use) {
    int bytes = use == CF_UDP_USE_MEDIA ? MEDIA_QUEUE_BYTES : SIGNALLING_QUEUE_BYTES;
    bool is_ip6 = local->family == CF_FAMILY_IP6;
    set_option(fd, SOL_SOCKET, SO_RCVBUF, bytes);
    set_option(fd, SOL_SOCKET, SO_SNDBUF, bytes);
    if (is_ip6) {
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    }
    if (use == CF_UDP_USE_MEDIA) {
        set_option(fd, is_ip6 ? IPPROTO_IPV6 : IPPROTO_IP, is_ip6 ? IPV6_TCLASS : IP_TOS, DSCP_EXPEDITED);
    }
}

/* Does the kernel know UDP_SEGMENT? 0 is "no segmentation unless a message asks for it". */
static bool can_segment(int fd) {
    int none = 0;
    return setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &none, sizeof none) == 0;
}

static struct cf_addr bound_to(int fd, struct cf_addr asked) {
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &len) == 0) {
        asked.port = cf_addr_of_sockaddr((struct sockaddr *)&name).port;
    }
    return asked;
}

enum cf_err cf_udp_open(const struct cf_addr *local, enum cf_udp_use use, struct cf_udp *ret) {
    struct sockaddr_storage name;
    socklen_t len = cf_addr_to_sockaddr(local, &name);
    int fd = socket(name.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return CF_ERR_IO;
    }
    set_options(fd, local, use);
    if (bind(fd, (struct sockaddr *)&name, len) < 0) {
        enum cf_err err = errno == EADDRINUSE ? CF_ERR_EXISTS : CF_ERR_IO;
        close(fd);
        return err;
    }
    *ret = (struct cf_udp){fd, bound_to(fd, *local), can_segment(fd)};
    return CF_OK;
}

enum cf_err cf_udp_route(const struct cf_addr *remote, struct cf_addr *ret_local) {
    struct sockaddr_storage name;
    struct cf_addr to = *remote;
    to.port = to.port != 0 ? to.port : 9;
    socklen_t len = cf_addr_to_sockaddr(&to, &name);
    int fd = socket(name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return CF_ERR_IO;
    }
    /* Connecting a UDP socket sends nothing, it only chooses the way. */
    bool is_found = connect(fd, (struct sockaddr *)&name, len) == 0;
    len = sizeof name;
    is_found = is_found && getsockname(fd, (struct sockaddr *)&name, &len) == 0;
    close(fd);
    if (!is_found) {
        return CF_ERR_IO;
    }
    *ret_local = cf_addr_of_sockaddr((struct sockaddr *)&name);
    ret_local->port = 0;
    return CF_OK;
}

void cf_udp_close(struct cf_udp *udp) {
    if (udp->fd >= 0) {
        close(udp->fd);
        udp->fd = -1;
    }
}

size_t cf_udp_receive(struct cf_udp *udp, uint8_t *buffer, size_t slot, struct cf_datagram *ret, size_t max) {
    struct mmsghdr messages[CF_UDP_BATCH_MAX] CF_SCRATCH;
    struct iovec parts[CF_UDP_BATCH_MAX] CF_SCRATCH;
    struct sockaddr_storage names[CF_UDP_BATCH_MAX] CF_SCRATCH;
    size_t count = max < CF_UDP_BATCH_MAX ? max : CF_UDP_BATCH_MAX;
    for (size_t i = 0; i < count; i++) {
        parts[i] = (struct iovec){buffer + i * slot, slot};
        messages[i].msg_hdr =
            (struct msghdr){.msg_name = &names[i], .msg_namelen = sizeof names[i], .msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int got = 0;
    do {
        got = recvmmsg(udp->fd, messages, (unsigned)count, MSG_DONTWAIT, NULL);
        /* ECONNREFUSED and its like report an ICMP answer to an earlier send; nothing was received. */
    } while (got < 0 && (errno == EINTR || errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH));
    size_t kept = 0;
    for (int i = 0; i < got; i++) {
        if ((messages[i].msg_hdr.msg_flags & MSG_TRUNC) == 0) {
            ret[kept].remote = cf_addr_of_sockaddr((struct sockaddr *)&names[i]);
            ret[kept].bytes = (struct cf_span){parts[i].iov_base, messages[i].msg_len};
            kept++;
        }
    }
    return kept;
}

/* --- sending --- */

/* Messages for one sendmmsg(), and which datagrams are in them. */
struct send_batch {
    struct mmsghdr messages[CF_UDP_BATCH_MAX];
    struct iovec parts[CF_UDP_PARTS_MAX];
    struct sockaddr_storage names[CF_UDP_BATCH_MAX];
    uint8_t runs[CF_UDP_BATCH_MAX]; /* datagrams in each message */
    struct segment_control {
        _Alignas(struct cmsghdr) char octets[CMSG_SPACE(sizeof(uint16_t))];
    } controls[CF_UDP_BATCH_MAX];
    size_t message_count;
    size_t datagram_count;
};

static void add_segment_size(struct send_batch *batch, size_t index, uint16_t octets) {
    struct msghdr *header = &batch->messages[index].msg_hdr;
    header->msg_control = batch->controls[index].octets;
    header->msg_controllen = sizeof batch->controls[index].octets;
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    control->cmsg_level = IPPROTO_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof octets);
    memcpy(CMSG_DATA(control), &octets, sizeof octets);
}

static void add_message(struct send_batch *batch, const struct cf_datagram *datagrams, size_t run) {
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

static void fill_batch(struct send_batch *batch, const struct cf_datagram *datagrams, size_t count, bool can_segment) {
    batch->message_count = batch->datagram_count = 0;
    while (batch->datagram_count < count && batch->message_count < CF_UDP_BATCH_MAX) {
        const struct cf_datagram *next = datagrams + batch->datagram_count;
        size_t left = count - batch->datagram_count;
        size_t room = CF_UDP_PARTS_MAX - batch->datagram_count;
        left = left < room ? left : room;
        if (left == 0) {
            break;
        }
        add_message(batch, next, can_segment ? cf_udp_run_len(next, left) : 1);
    }
}

/* The first message failed. How many datagrams are done with by that; 0: the queue is full. */
static size_t settle_failure(struct cf_udp *udp, const struct send_batch *batch, bool *ret_whole) {
    if (errno == EAGAIN || errno == ENOBUFS) {
        return 0;
    }
    if (batch->runs[0] > 1) {
        /* EIO: the device does no checksums, it never will. EINVAL, EMSGSIZE: segments of this run are longer than the path
         * takes, fragments may get through. Either way these go out one by one. */
        udp->can_segment = udp->can_segment && errno != EIO;
        *ret_whole = true;
    }
    return batch->runs[0]; /* of a single one: it concerns that datagram alone */
}

/* Sends up to a batch; returns how many datagrams are done with, 0 if the queue is full. */
static size_t send_some(struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count, bool can_segment) {
    struct send_batch batch CF_SCRATCH;
    bool is_whole = false;
    int sent = 0;
    fill_batch(&batch, datagrams, count, can_segment);
    do {
        sent = sendmmsg(udp->fd, batch.messages, (unsigned)batch.message_count, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent <= 0) {
        size_t done = settle_failure(udp, &batch, &is_whole);
        return is_whole ? send_some(udp, datagrams, done, false) : done;
    }
    size_t done = 0;
    for (int i = 0; i < sent; i++) {
        done += batch.runs[i];
    }
    return done;
}

size_t cf_udp_send(struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count) {
    size_t done = 0;
    while (done < count) {
        size_t sent = send_some(udp, datagrams + done, count - done, udp->can_segment);
        if (sent == 0) {
            break;
        }
        done += sent;
    }
    return done;
}
