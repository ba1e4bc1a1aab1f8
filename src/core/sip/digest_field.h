/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * WWW-Authenticate, Proxy-Authenticate, Authorization, Proxy-Authorization, Authentication-Info (RFC 3261 sections 20.6 to 20.44,
 * RFC 7616, RFC 8760). A format; views into the text. Strings are what stands inside the quotes, quoted pairs unresolved: that is
 * what digests are computed over (RFC 7616 section 3.4, "unq"). Each field is one challenge or one set of credentials: there can
 * be several fields, walked with cf_sip_field_next(). What is ambiguous or incomplete is refused.
 */
#ifndef CF_CORE_SIP_DIGEST_FIELD_H
#define CF_CORE_SIP_DIGEST_FIELD_H

#include "core/sip/params.h"

/** A challenge. Absent members were not there. Of schemes other than Digest only scheme and params are set. */
struct cf_sip_challenge {
    struct cf_str scheme; /**< "Digest" */
    struct cf_str params; /**< all behind it */
    struct cf_str realm;
    struct cf_str domain;
    struct cf_str nonce;
    struct cf_str opaque;
    struct cf_str algorithm; /**< absent: MD5 */
    struct cf_str qop;       /**< list, see cf_sip_qop_has() */
    bool is_stale;           /**< stale=true: the password was right, the nonce was not */
    bool has_userhash;       /**< userhash=true */
};

/** Credentials. Absent members were not there. Of schemes other than Digest only scheme and params are set. */
struct cf_sip_credentials {
    struct cf_str scheme; /**< "Digest" */
    struct cf_str params; /**< all behind it */
    struct cf_str username;
    struct cf_str realm;
    struct cf_str nonce;
    struct cf_str uri;
    struct cf_str response;
    struct cf_str algorithm; /**< absent: MD5 */
    struct cf_str cnonce;
    struct cf_str opaque;
    struct cf_str qop;    /**< the one chosen */
    struct cf_str nc;     /**< eight hexadecimal digits as sent */
    uint32_t nonce_count; /**< its value; 0 if there is none */
    bool has_userhash;    /**< username is a hash */
};

/** Authentication-Info. Absent members were not there. */
struct cf_sip_auth_info {
    struct cf_str next_nonce;
    struct cf_str qop;
    struct cf_str rspauth;
    struct cf_str cnonce;
    struct cf_str nc;
};

/** Parse all of @p text. CF_ERR_MALFORMED: also a parameter twice, or a Digest challenge without realm or nonce. */
CF_MUST_USE enum cf_err cf_sip_challenge_parse(struct cf_str text, struct cf_sip_challenge *ret);

/**
 * Parse all of @p text. CF_ERR_MALFORMED: also a parameter twice, Digest credentials without username, realm, nonce, uri or
 * response, an nc that is not eight hexadecimal digits.
 */
CF_MUST_USE enum cf_err cf_sip_credentials_parse(struct cf_str text, struct cf_sip_credentials *ret);

/** Parse all of @p text. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_auth_info_parse(struct cf_str text, struct cf_sip_auth_info *ret);

/** Is the scheme Digest? */
bool cf_sip_is_digest(struct cf_str scheme);

/** Does the qop list of a challenge contain @p name, case ignored? */
bool cf_sip_qop_has(struct cf_str qop, struct cf_str name);

/** Value of a Digest challenge; params is not looked at, absent members are left out. qop is a list. */
void cf_sip_put_challenge(struct cf_writer *w, const struct cf_sip_challenge *challenge);

/** Value of Digest credentials; params and nonce_count are not looked at, absent members are left out. */
void cf_sip_put_credentials(struct cf_writer *w, const struct cf_sip_credentials *credentials);

/** Value of Authentication-Info. */
void cf_sip_put_auth_info(struct cf_writer *w, const struct cf_sip_auth_info *info);

#endif
