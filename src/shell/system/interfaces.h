/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses of this host's network interfaces. */
#ifndef CF_SHELL_SYSTEM_INTERFACES_H
#define CF_SHELL_SYSTEM_INTERFACES_H

#include "base/addr.h"

/**
 * The first @p max addresses of @p family of interfaces that are up, port 0: those that others can reach; without any, loopback.
 * Link-local ones are left out. Returns how many.
 */
size_t cf_system_interfaces(enum cf_family family, struct cf_addr *ret, size_t max);

/** The same with loopback behind them: all addresses that 0.0.0.0 or :: stands for but link-local ones. */
size_t cf_system_addresses(enum cf_family family, struct cf_addr *ret, size_t max);

#endif
