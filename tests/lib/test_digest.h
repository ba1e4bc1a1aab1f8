/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials for tests, right or wrong in any part: made by hand, not by core/auth/client_auth. */
#ifndef CF_TESTS_LIB_TEST_DIGEST_H
#define CF_TESTS_LIB_TEST_DIGEST_H

#include "core/sip/builder.h"

/** What the credentials say. NULL and 0 give something usual. */
struct test_digest {
    const char *username;  /**< NULL: alice */
    const char *password;  /**< NULL: the username */
    const char *realm;     /**< NULL: example.org */
    const char *algorithm; /**< NULL: SHA-256 */
    const char *method;    /**< NULL: REGISTER */
    const char *uri;       /**< NULL: sip:example.org */
    struct cf_str nonce;   /**< of the challenge */
    uint32_t nonce_count;  /**< 0: 1 */
    bool has_no_qop;       /**< as phones of RFC 2069 */
    bool is_proxy;         /**< Proxy-Authorization */
};

/** The whole line. */
void test_put_digest(struct cf_writer *w, const struct test_digest *d);

/** Nonce of the first challenge of @p response (401 or 407), a view into it. */
struct cf_str test_nonce_of(const struct cf_sip_message *response);

#endif
