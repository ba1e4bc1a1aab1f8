/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces by getifaddrs(). */
#include "shell/system/interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

/* The address of @entry, family NONE if it is of another kind. */
static struct cf_addr address_of(const struct ifaddrs *entry) {
    struct cf_addr addr = {.family = CF_FAMILY_NONE};
    if (entry->ifa_addr == NULL || (entry->ifa_flags & IFF_UP) == 0) {
        return addr;
    }
    if (entry->ifa_addr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, entry->ifa_addr, sizeof in);
        memcpy(addr.ip, &in.sin_addr, 4);
        addr.family = CF_FAMILY_IP4;
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, entry->ifa_addr, sizeof in6);
        memcpy(addr.ip, &in6.sin6_addr, 16);
        addr.family = CF_FAMILY_IP6;
    }
    return addr;
}

static bool is_link_local(const struct cf_addr *addr) {
    return addr->family == CF_FAMILY_IP4 ? addr->ip[0] == 169 && addr->ip[1] == 254
                                         : addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0U) == 0x80;
}

static size_t collect(const struct ifaddrs *list, enum cf_family family, bool wants_loopback, struct cf_addr *ret, size_t max) {
    size_t count = 0;
    for (const struct ifaddrs *entry = list; entry != NULL && count < max; entry = entry->ifa_next) {
        struct cf_addr addr = address_of(entry);
        if (addr.family == family && !is_link_local(&addr) && cf_addr_is_loopback(&addr) == wants_loopback) {
            ret[count++] = addr;
        }
    }
    return count;
}

static size_t look(enum cf_family family, bool wants_all, struct cf_addr *ret, size_t max) {
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) != 0) {
        return 0;
    }
    size_t count = collect(list, family, false, ret, max);
    if (count == 0 || wants_all) {
        count += collect(list, family, true, ret + count, max - count);
    }
    freeifaddrs(list);
    return count;
}

size_t cf_system_interfaces(enum cf_family family, struct cf_addr *ret, size_t max) {
    return look(family, false, ret, max);
}

size_t cf_system_addresses(enum cf_family family, struct cf_addr *ret, size_t max) {
    return look(family, true, ret, max);
}
