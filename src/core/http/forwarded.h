/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who asks behind reverse proxies: X-Forwarded-For, which each proxy adds to with whom it was asked by. It is believed of proxies
 * that are trusted, from the last one back to the first address that is not one of them; what stands before that anybody could
 * have written. A pure function.
 */
#ifndef CF_CORE_HTTP_FORWARDED_H
#define CF_CORE_HTTP_FORWARDED_H

#include "base/addr.h"
#include "core/http/request.h"

/** Is the IP address of @p addr in @p proxies, addresses separated by blanks? */
bool cf_http_is_proxy(struct cf_str proxies, const struct cf_addr *addr);

/** Who sent @p request, which came from @p peer: an address with the peer's port. */
struct cf_addr cf_http_asker(const struct cf_http_request *request, const struct cf_addr *peer, struct cf_str proxies);

#endif
