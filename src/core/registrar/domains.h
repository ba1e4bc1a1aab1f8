/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The domains of a server: names and addresses under which its users are known. All of them name the same accounts; the first one
 * is canonical. A policy over a list in a text; no state.
 */
#ifndef CF_CORE_REGISTRAR_DOMAINS_H
#define CF_CORE_REGISTRAR_DOMAINS_H

#include "core/sip/uri.h"

/** Longest canonical address-of-record, octets. */
#define CF_AOR_MAX 256

/** Domains. */
struct cf_domains {
    struct cf_str list; /**< separated by blanks, the first is canonical; kept by reference */
};

/** The canonical domain. */
struct cf_str cf_domains_first(const struct cf_domains *domains);

/** Is @p host, a name or address as in a URI, one of them? */
bool cf_domains_has(const struct cf_domains *domains, struct cf_str host);

/**
 * The address under which an account's devices are kept: that of @p uri with the canonical domain instead of any of the others.
 * Written to @p room of CF_AOR_MAX octets; absent if it is longer or @p uri is none of our users.
 */
struct cf_str cf_domains_account_aor(const struct cf_domains *domains, const struct cf_sip_uri *uri, char *room);

#endif
