/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ZRTP (RFC 6189) over bzrtp as a provider of handshakes: datagrams and time in, datagrams, keys and a short authentication
 * string out. A handshake belongs to a channel of a party that was added before, and is found by the hash in our description.
 */
#ifndef CF_ADAPT_BZRTP_ZRTP_H
#define CF_ADAPT_BZRTP_ZRTP_H

#include "adapt/bzrtp/zrtp_party.h"
#include "base/mem.h"
#include "core/media/handshake.h"

/** Parties that wait for their first handshake; the oldest makes room for another. */
#define CF_ZRTP_WAITING_MAX 256

/** A provider; opaque. Single-threaded: each media worker has its own. */
struct cf_zrtp;

/** A provider without parties. @p mem is kept. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_zrtp_new(const struct cf_mem *mem, struct cf_zrtp **ret);

/** Free it and all parties; its handshakes have been closed. NULL is ignored. */
void cf_zrtp_free(struct cf_zrtp *zrtp);

/** Handshakes may be of @p party from now on, which is taken over. */
void cf_zrtp_add(struct cf_zrtp *zrtp, struct cf_zrtp_party *party);

/** The table, valid as long as @p zrtp. NULL: built without bzrtp. */
const struct cf_handshakes *cf_zrtp_handshakes(const struct cf_zrtp *zrtp);

#endif
