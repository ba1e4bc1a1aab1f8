/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs of datagrams that the kernel takes as one message and cuts into segments itself (UDP_SEGMENT, Linux 4.18): same peer, same
 * length, the last one may be shorter. Cutting late is what makes sending cheap: the way through the network stack is paid once a
 * run. Policy: a pure function; private to shell/udp.
 */
#ifndef CF_SHELL_UDP_RUN_H
#define CF_SHELL_UDP_RUN_H

#include "shell/udp/udp.h"

/** Most segments of one message: what every kernel with segmentation takes. */
#define CF_UDP_RUN_MAX 64

/** Most octets of one message, all segments together. */
#define CF_UDP_RUN_OCTETS_MAX 65000

/** How many of @p datagrams, at least 1 and at most @p count (which is not 0), make one message. */
size_t cf_udp_run_len(const struct cf_datagram *datagrams, size_t count);

#endif
