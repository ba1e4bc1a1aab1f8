/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * c= (RFC 8866 section 5.7): network type, address type, address. Host names are kept and never resolved: who wrote them could
 * choose whom we ask and whom we send to (docs/rfc/8866.md). Pure, any thread.
 */
#ifndef CF_CORE_SDP_CONNECTION_H
#define CF_CORE_SDP_CONNECTION_H

#include "core/sdp/sdp.h"

/** Parse the value of c=. False if there are not three words. */
bool cf_sdp_connection_parse(struct cf_str value, struct cf_sdp_connection *ret);

/** Is @p addr a multicast address? */
bool cf_sdp_is_multicast(const struct cf_addr *addr);

/** "IN IP4 1.2.3.4", as in o=, c= and a=rtcp. */
void cf_put_sdp_address(struct cf_writer *w, const struct cf_addr *addr);

/** "c=IN IP4 1.2.3.4" with line end. */
void cf_put_sdp_connection(struct cf_writer *w, const struct cf_addr *addr);

#endif
