/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The token in our Record-Route: which two flows a dialog runs over (RFC 5626 section 5.2), with a keyed hash of them and of the
 * dialog that it is for. Private to core/proxy. */
#ifndef CF_CORE_PROXY_FLOW_TOKEN_H
#define CF_CORE_PROXY_FLOW_TOKEN_H

#include "base/err.h"
#include "base/writer.h"
#include "core/auth/hash.h"
#include "core/endpoint/flow.h"

/** Characters of a token. */
#define CF_FLOW_TOKEN_LEN 66

/** The two ends of a dialog. */
struct cf_flow_pair {
    struct cf_flow_id caller;
    struct cf_flow_id callee;
};

/** What a token is bound to: dialogs of one request. Who has the caller's tag in From is the caller. */
struct cf_flow_seal {
    struct cf_str call_id;
    struct cf_str caller_tag;
};

/** Write the token of @p pair under @p key, good with @p seal only. */
void cf_put_flow_token(struct cf_writer *w, const struct cf_hash *hash, struct cf_span key, const struct cf_flow_seal *seal,
                       const struct cf_flow_pair *pair);

/** Read a token. CF_ERR_MALFORMED if it is none, CF_ERR_AUTH if it was not made with @p key for @p seal. */
CF_MUST_USE enum cf_err cf_flow_token_read(struct cf_str text, const struct cf_hash *hash, struct cf_span key,
                                           const struct cf_flow_seal *seal, struct cf_flow_pair *ret);

#endif
