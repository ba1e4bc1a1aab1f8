/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP sockets in batches. */
#include "shell/udp/udp.h"

#include "shell/udp/sockaddr.h"
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <stdatomic.h>
#include <unistd.h>

#define MEDIA_QUEUE_BYTES (4 * 1024 * 1024) /* a key frame to many receivers at once, and a scheduling gap of ours */
#define SIGNALLING_QUEUE_BYTES (1024 * 1024)
#define DSCP_EXPEDITED (46 << 2) /* RFC 8837: interactive audio; video differs little */

static void set_option(int fd, int level, int name, int value) {
    /* Every option here is an improvement, none a need: the kernel may refuse it. */
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

static void set_options(int fd, const struct cf_addr *local, enum cf_udp_use use) {
    bool is_ip6 = local->family == CF_FAMILY_IP6;
    /* Reports are few and short: the kernel's own sizes do for them. */
    if (use != CF_UDP_USE_CONTROL) {
        int bytes = use == CF_UDP_USE_MEDIA ? MEDIA_QUEUE_BYTES : SIGNALLING_QUEUE_BYTES;
        set_option(fd, SOL_SOCKET, SO_RCVBUF, bytes);
        set_option(fd, SOL_SOCKET, SO_SNDBUF, bytes);
    }
    if (is_ip6) {
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    }
    if (use == CF_UDP_USE_SIGNALLING) {
        set_option(fd, is_ip6 ? IPPROTO_IPV6 : IPPROTO_IP, is_ip6 ? IPV6_RECVERR : IP_RECVERR, 1);
    } else {
        set_option(fd, is_ip6 ? IPPROTO_IPV6 : IPPROTO_IP, is_ip6 ? IPV6_TCLASS : IP_TOS, DSCP_EXPEDITED);
    }
}

/* Does the kernel know UDP_SEGMENT? 0 is "no segmentation unless a message asks for it". It is asked once for all sockets. */
static bool can_segment(int fd) {
    static atomic_int known; /* 0: not asked yet, 1: no, 2: yes */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer == 0) {
        int none = 0;
        answer = setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &none, sizeof none) == 0 ? 2 : 1;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    return answer == 2;
}

static struct cf_addr bound_to(int fd, struct cf_addr asked) {
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    if (asked.port != 0) {
        return asked;
    }
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
    *ret = (struct cf_udp){.fd = fd, .local = bound_to(fd, *local), .can_segment = can_segment(fd)};
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
    } while (got < 0 && (errno == EINTR || cf_udp_note_earlier(udp, errno)));
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

bool cf_udp_note_earlier(struct cf_udp *udp, int error) {
    bool is_of_earlier = error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == ENOPROTOOPT ||
                         error == EPROTO || error == EACCES || error == EMSGSIZE;
    udp->has_error = udp->has_error || is_of_earlier;
    return is_of_earlier;
}

/* RFC 3261 section 18.4: a destination, protocol or port that is not to be reached, a parameter problem. What is too long for a
 * link is cut by the kernel from now on; a lifetime that ran out is a loop that may end. */
static bool is_unreachable(const struct sock_extended_err *error) {
    if (error->ee_origin == SO_EE_ORIGIN_ICMP) {
        return (error->ee_type == ICMP_DEST_UNREACH && error->ee_code != ICMP_FRAG_NEEDED) ||
               error->ee_type == ICMP_PARAMETERPROB;
    }
    return error->ee_origin == SO_EE_ORIGIN_ICMP6 && (error->ee_type == ICMP6_DST_UNREACH || error->ee_type == ICMP6_PARAM_PROB);
}

/* Does a message of the error queue say that its destination is not to be reached? */
static bool tells_unreachable(struct msghdr *message) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        bool is_error = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
                        (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
        if (is_error) {
            struct sock_extended_err error;
            memcpy(&error, CMSG_DATA(c), sizeof error);
            return is_unreachable(&error);
        }
    }
    return false;
}

bool cf_udp_take_unreachable(struct cf_udp *udp, struct cf_addr *ret_remote) {
    if (udp->refused.family != CF_FAMILY_NONE) {
        *ret_remote = udp->refused;
        udp->refused.family = CF_FAMILY_NONE;
        return true;
    }
    while (udp->has_error) {
        struct sockaddr_storage name;
        _Alignas(struct cmsghdr) char control[256];
        struct msghdr message = {
            .msg_name = &name, .msg_namelen = sizeof name, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t got = recvmsg(udp->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
        udp->has_error = got >= 0 || errno == EINTR;
        if (got >= 0 && message.msg_namelen > 0 && tells_unreachable(&message)) {
            *ret_remote = cf_addr_of_sockaddr((struct sockaddr *)&name);
            return true;
        }
    }
    return false;
}
