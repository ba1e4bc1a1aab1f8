/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP sockets in batches. */
#include "shell/udp/udp.h"

#include "shell/udp/sockaddr.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

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
