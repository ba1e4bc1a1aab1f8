/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a log may show of messages. */
#include "core/sip/redact.h"

#include "lib/test.h"

static char out[1 << 16];

static struct cf_str redacted(struct cf_str message) {
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_sip_put_redacted(&w, message);
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

#define CREDENTIALS                                                                                                              \
    "Digest username=\"alice\", realm=\"example.org\", nonce=\"f0\", uri=\"sip:example.org\", algorithm=SHA-256,\r\n qop=auth, " \
    "nc=00000001, cnonce=\"secret2\", response=\"secret1\""

static void hides_digests_and_says_whose_they_are(void **state) {
    (void)state;
    assert_str(
        redacted(CF_STR("REGISTER sip:example.org SIP/2.0\r\nauthorization : " CREDENTIALS "\r\nProxy-Authorization: Basic "
                        "c2VjcmV0\r\nVia: SIP/2.0/UDP 10.0.0.1\r\n\r\n")),
        CF_STR("REGISTER sip:example.org SIP/2.0\r\nauthorization: Digest username=\"alice\", realm=\"example.org\", "
               "algorithm=\"SHA-256\", nc=\"00000001\", ***\r\nProxy-Authorization: ***\r\nVia: SIP/2.0/UDP 10.0.0.1\r\n\r\n"));
    assert_str(redacted(CF_STR("SIP/2.0 200 OK\r\nAuthentication-Info: rspauth=\"secret\"\r\n\tmore=secret\r\n\r\n")),
               CF_STR("SIP/2.0 200 OK\r\nAuthentication-Info: ***\r\n\r\n"));
}

static void hides_keys_of_media(void **state) {
    (void)state;
    assert_str(
        redacted(CF_STR("INVITE sip:a@b SIP/2.0\r\n\r\nv=0\r\nk=base64:secret\r\na=crypto:1 X "
                        "inline:secret|2^20|1:4;INLINE:secret KDR=1\r\na=ice-pwd:secret\na=key-mgmt:mikey secret\r\nm=audio")),
        CF_STR("INVITE sip:a@b SIP/2.0\r\n\r\nv=0\r\nk=***\r\na=crypto:1 X inline:***;INLINE:*** KDR=1\r\na=ice-pwd:***\n"
               "a=key-mgmt:***\r\nm=audio"));
}

static void hides_keys_that_were_pressed(void **state) {
    (void)state;
    assert_str(redacted(CF_STR("INFO sip:a@b SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=7\r\n")),
               CF_STR("INFO sip:a@b SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\n***\r\n"));
}

/* Wherever a message is cut: no secret, and no crash. */
static void hides_secrets_of_broken_messages(void **state) {
    (void)state;
    static const char whole[] = "INVITE sip:a@b SIP/2.0\nAuthorization:" CREDENTIALS "\nX: y\n\na=crypto:1 X inline:secret\n";
    for (size_t len = 0; len < sizeof whole; len++) {
        struct cf_str text = redacted(cf_str_n(whole, len));
        assert_int_equal(cf_str_find_str(text, CF_STR("secret")), text.len);
    }
    assert_str(redacted(CF_STR("")), CF_STR(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hides_digests_and_says_whose_they_are),
        cmocka_unit_test(hides_keys_of_media),
        cmocka_unit_test(hides_keys_that_were_pressed),
        cmocka_unit_test(hides_secrets_of_broken_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
