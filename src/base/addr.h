/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transport addresses without a socket header: IPv4 or IPv6 and a port. Value type. Unused octets are zero, so that addresses
 * can be compared and hashed as octets. IPv4-mapped IPv6 is turned into IPv4 by the shell before a core sees it.
 */
#ifndef CF_BASE_ADDR_H
#define CF_BASE_ADDR_H

#include "base/err.h"
#include "base/writer.h"

/** Address family. */
enum cf_family {
    CF_FAMILY_NONE, /**< no address */
    CF_FAMILY_IP4,
    CF_FAMILY_IP6,
};

/** An IP address and a port. */
struct cf_addr {
    uint8_t ip[16]; /**< network order; IPv4 in the first four octets, the others zero */
    uint16_t port;  /**< host order; 0: none */
    uint8_t family; /**< enum cf_family */
};

/** Long enough for any printed address with port and NUL: "[...45...]:65535". */
#define CF_ADDR_TEXT_MAX 56

/** Same family, address and port? */
bool cf_addr_eq(const struct cf_addr *a, const struct cf_addr *b);

/** Same family and address, whatever the ports? */
bool cf_addr_eq_ip(const struct cf_addr *a, const struct cf_addr *b);

/** Parse an IPv4 address, or an IPv6 address with or without brackets; the port becomes 0. CF_ERR_MALFORMED otherwise. */
CF_MUST_USE enum cf_err cf_addr_parse_ip(struct cf_str text, struct cf_addr *ret);

/** Parse "1.2.3.4:5060", "[::1]:5060" or an address without port (port 0). */
CF_MUST_USE enum cf_err cf_addr_parse(struct cf_str text, struct cf_addr *ret);

/** The address alone: "1.2.3.4" or "::1" in the form of RFC 5952. */
void cf_put_ip(struct cf_writer *w, const struct cf_addr *addr);

/** The address as a host in a URI: IPv6 in brackets. */
void cf_put_ip_host(struct cf_writer *w, const struct cf_addr *addr);

/** Host and port: "1.2.3.4:5060" or "[::1]:5060". */
void cf_put_addr(struct cf_writer *w, const struct cf_addr *addr);

/** 127.0.0.0/8 or ::1? */
bool cf_addr_is_loopback(const struct cf_addr *addr);

/** 0.0.0.0 or ::? */
bool cf_addr_is_unspecified(const struct cf_addr *addr);

#endif
