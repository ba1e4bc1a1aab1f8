/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP sockets of tests. Needs the shell: of use to tests of shell/ only. */
#ifndef CF_TESTS_LIB_TEST_UDP_H
#define CF_TESTS_LIB_TEST_UDP_H

#include "lib/test.h"
#include "shell/udp/udp.h"

/** A socket for media, bound to @p address, "127.0.0.1:0". */
static inline struct cf_udp test_udp_open(const char *address) {
    struct cf_addr local;
    struct cf_udp udp;
    assert_ok(cf_addr_parse(cf_str_of(address), &local));
    assert_ok(cf_udp_open(&local, CF_UDP_USE_MEDIA, &udp));
    return udp;
}

/** Close @p udp: its port can be bound again at once. Its address should be one that no other test binds ports of. */
static inline void test_udp_close_and_demand(struct cf_udp *udp) {
    struct cf_addr local = udp->local;
    struct cf_udp again;
    cf_udp_close(udp);
    assert_ok(cf_udp_open(&local, CF_UDP_USE_MEDIA, &again));
    cf_udp_close(&again);
}

#endif
