/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a user agent agrees on media keys with: a certificate for DTLS, one side of ZRTP. Used by one thread. */
#ifndef CF_UA_MEDIA_KEYS_H
#define CF_UA_MEDIA_KEYS_H

#include "adapt/bzrtp/zrtp.h"
#include "adapt/openssl/dtls.h"
#include "core/agent/agent.h"
#include "core/terminal/terminal.h"

/** Keys. Zeroed: none. */
struct cf_media_keys {
    struct cf_dtls *dtls; /**< NULL: no DTLS */
    uint8_t fingerprint[CF_DTLS_FINGERPRINT_LEN];
    struct cf_zrtp *zrtp;          /**< NULL: no ZRTP */
    struct cf_zrtp_store *secrets; /**< NULL: nothing is remembered */
    bool has_zrtp;
    uint8_t hashes[CF_ZRTP_CHANNELS_MAX][CF_ZRTP_HASH_LEN];
};

/** Get ready for DTLS. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_media_keys_add_dtls(struct cf_media_keys *keys);

/**
 * Get ready for ZRTP in one call between @p self and @p peer; what both must remember is kept in the file @p secrets, if that is
 * not NULL and @p peer not absent. CF_ERR_NO_MEMORY, CF_ERR_UNSUPPORTED, CF_ERR_IO.
 */
CF_MUST_USE enum cf_err cf_media_keys_add_zrtp(struct cf_media_keys *keys, struct cf_str self, struct cf_str peer,
                                               const char *secrets);

/** Free all, after the terminals. */
void cf_media_keys_free(struct cf_media_keys *keys);

/** Let an agent promise them. */
void cf_media_keys_tell_agent(const struct cf_media_keys *keys, struct cf_agent_config *config);

/** Let a terminal use them, with the suites of @p policy, which is kept. */
void cf_media_keys_tell_terminal(const struct cf_media_keys *keys, const struct cf_policy *policy,
                                 struct cf_terminal_config *config);

#endif
