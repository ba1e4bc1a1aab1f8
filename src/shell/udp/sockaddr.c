/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between cf_addr and struct sockaddr. */
#include "shell/udp/sockaddr.h"

#include <arpa/inet.h>
#include <netinet/in.h>

socklen_t cf_addr_to_sockaddr(const struct cf_addr *addr, struct sockaddr_storage *ret) {
    memset(ret, 0, sizeof *ret);
    if (addr->family == CF_FAMILY_IP6) {
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(addr->port)};
        memcpy(&in6.sin6_addr, addr->ip, 16);
        memcpy(ret, &in6, sizeof in6);
        return sizeof in6;
    }
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(addr->port)};
    memcpy(&in4.sin_addr, addr->ip, 4);
    memcpy(ret, &in4, sizeof in4);
    return sizeof in4;
}

static struct cf_addr of_in6(const struct sockaddr_in6 *in6) {
    struct cf_addr addr = {.port = ntohs(in6->sin6_port)};
    if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
        addr.family = CF_FAMILY_IP4;
        memcpy(addr.ip, in6->sin6_addr.s6_addr + 12, 4);
    } else {
        addr.family = CF_FAMILY_IP6;
        memcpy(addr.ip, in6->sin6_addr.s6_addr, 16);
    }
    return addr;
}

struct cf_addr cf_addr_of_sockaddr(const struct sockaddr *sockaddr) {
    struct cf_addr addr = {.family = CF_FAMILY_NONE};
    if (sockaddr->sa_family == AF_INET) {
        struct sockaddr_in in4;
        memcpy(&in4, sockaddr, sizeof in4);
        addr.family = CF_FAMILY_IP4;
        addr.port = ntohs(in4.sin_port);
        memcpy(addr.ip, &in4.sin_addr, 4);
    } else if (sockaddr->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, sockaddr, sizeof in6);
        addr = of_in6(&in6);
    }
    return addr;
}
