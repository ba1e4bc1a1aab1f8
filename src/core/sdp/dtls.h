/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * a=setup (RFC 4145 section 4, RFC 5763 section 5), a=fingerprint (RFC 8122 section 5), a=tls-id (RFC 8842 section 4) and
 * a=zrtp-hash (RFC 6189 section 8): how peers say who they are before keys are agreed on in the media path. Any hash that the
 * peer states is taken as text and octets; who checks it decides which are good. Pure, any thread.
 */
#ifndef CF_CORE_SDP_DTLS_H
#define CF_CORE_SDP_DTLS_H

#include "base/writer.h"

/** a=setup. */
enum cf_setup {
    CF_SETUP_NONE, /**< not written */
    CF_SETUP_ACTPASS,
    CF_SETUP_ACTIVE,
    CF_SETUP_PASSIVE,
    CF_SETUP_HOLDCONN,
};

/** Longest digest, octets (SHA-512). */
#define CF_FINGERPRINT_MAX 64

/** Octets of a ZRTP Hello hash. */
#define CF_ZRTP_HASH_LEN 32

/** a=fingerprint. */
struct cf_sdp_fingerprint {
    struct cf_str hash; /**< as written, such as "sha-256"; compare without case */
    uint8_t digest[CF_FINGERPRINT_MAX];
    size_t digest_len;
};

/** The role called @p value; CF_SETUP_NONE if it is none. */
enum cf_setup cf_setup_parse(struct cf_str value);

/** "a=setup:..." with line end; nothing for CF_SETUP_NONE. */
void cf_put_sdp_setup(struct cf_writer *w, enum cf_setup setup);

/** Parse the value of a=fingerprint. False if it does not follow the grammar or is too long. */
bool cf_sdp_fingerprint_parse(struct cf_str value, struct cf_sdp_fingerprint *ret);

/** The line with line end, digits in upper case. */
void cf_put_sdp_fingerprint(struct cf_writer *w, struct cf_str hash, struct cf_span digest);

/** Is @p value 20 to 255 characters that may be in a=tls-id? */
bool cf_sdp_is_tls_id(struct cf_str value);

/** Parse the value of a=zrtp-hash, version 1.10, into @p ret_hash. False if it is anything else. */
bool cf_sdp_zrtp_hash_parse(struct cf_str value, uint8_t ret_hash[CF_ZRTP_HASH_LEN]);

/** The line with line end. */
void cf_put_sdp_zrtp_hash(struct cf_writer *w, const uint8_t hash[CF_ZRTP_HASH_LEN]);

#endif
