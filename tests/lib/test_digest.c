/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials for tests. */
#include "lib/test_digest.h"

#include "core/auth/digest.h"
#include "core/sip/digest_field.h"
#include "lib/test.h"
#include "lib/test_hash.h"

static struct cf_str usual(const char *text, const char *otherwise) {
    return cf_str_of(text != NULL ? text : otherwise);
}

void test_put_digest(struct cf_writer *w, const struct test_digest *d) {
    struct cf_str username = usual(d->username, "alice");
    struct cf_str realm = usual(d->realm, "example.org");
    struct cf_str algorithm = usual(d->algorithm, "SHA-256");
    char nc[9];
    snprintf(nc, sizeof nc, "%08x", d->nonce_count == 0 ? 1 : d->nonce_count);
    struct cf_digest digest = {.qop = d->has_no_qop ? CF_DIGEST_QOP_NONE : CF_DIGEST_QOP_AUTH,
                               .nonce = d->nonce,
                               .cnonce = CF_STR("c0ffee"),
                               .nc_text = cf_str_of(nc),
                               .method = usual(d->method, "REGISTER"),
                               .uri = usual(d->uri, "sip:example.org")};
    struct cf_digest_hex secret;
    struct cf_digest_hex response;
    assert_true(cf_digest_algorithm_of(algorithm, &digest.algorithm, &digest.is_session));
    assert_ok(cf_digest_secret(&test_hash, digest.algorithm, username, realm,
                               d->password != NULL ? cf_str_of(d->password) : username, &secret));
    assert_ok(cf_digest_response(&test_hash, &digest, cf_digest_str(&secret), &response));
    struct cf_sip_credentials field = {.username = username,
                                       .realm = realm,
                                       .nonce = d->nonce,
                                       .uri = digest.uri,
                                       .response = cf_digest_str(&response),
                                       .algorithm = algorithm,
                                       .cnonce = d->has_no_qop ? CF_STR_NONE : digest.cnonce,
                                       .qop = d->has_no_qop ? CF_STR_NONE : CF_STR("auth"),
                                       .nc = d->has_no_qop ? CF_STR_NONE : digest.nc_text};
    cf_sip_field_begin(w, d->is_proxy ? CF_SIP_HEADER_PROXY_AUTHORIZATION : CF_SIP_HEADER_AUTHORIZATION);
    cf_sip_put_credentials(w, &field);
    cf_sip_field_end(w);
}

struct cf_str test_nonce_of(const struct cf_sip_message *response) {
    struct cf_sip_challenge challenge;
    enum cf_sip_header id = response->status == 407 ? CF_SIP_HEADER_PROXY_AUTHENTICATE : CF_SIP_HEADER_WWW_AUTHENTICATE;
    assert_ok(cf_sip_challenge_parse(cf_sip_value(response, id), &challenge));
    return challenge.nonce;
}
