/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell/udp/run.h"

size_t cf_udp_run_len(const struct cf_datagram *datagrams, size_t count) {
    size_t segment = datagrams[0].bytes.len;
    size_t octets = segment;
    size_t most = count < CF_UDP_RUN_MAX ? count : CF_UDP_RUN_MAX;
    size_t len = 1;
    while (len < most && segment > 0) {
        const struct cf_datagram *next = &datagrams[len];
        octets += next->bytes.len;
        if (next->bytes.len > segment || next->bytes.len == 0 || octets > CF_UDP_RUN_OCTETS_MAX ||
            !cf_addr_eq(&next->remote, &datagrams[0].remote)) {
            break;
        }
        len++;
        if (next->bytes.len < segment) {
            break; /* a shorter one ends the run */
        }
    }
    return len;
}
