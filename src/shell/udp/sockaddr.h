/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between cf_addr and the kernel's struct sockaddr; private to shell. */
#ifndef CF_SHELL_UDP_SOCKADDR_H
#define CF_SHELL_UDP_SOCKADDR_H

#include "base/addr.h"
#include <sys/socket.h>

/** @p addr for the kernel; returns the length. */
socklen_t cf_addr_to_sockaddr(const struct cf_addr *addr, struct sockaddr_storage *ret);

/** From the kernel; IPv4-mapped IPv6 becomes IPv4. Family NONE for anything but IP. */
struct cf_addr cf_addr_of_sockaddr(const struct sockaddr *sockaddr);

#endif
