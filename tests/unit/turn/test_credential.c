/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time-limited credentials and nonces: vectors made with other programs, and what is not taken. */
#include "core/turn/credential.h"
#include "core/turn/nonce.h"

#include "lib/test.h"
#include "lib/test_hash.h"

#define SECRET "swordfish"

/* echo -n 1792000000:alice | openssl dgst -sha1 -hmac swordfish -binary | base64 */
static void is_what_other_programs_make(void **state) {
    struct cf_turn_credential credential;
    (void)state;
    assert_true(cf_turn_credential_make(&test_stun_hash, cf_str_span(CF_STR(SECRET)), CF_STR("alice"), 1792000000, &credential));
    assert_string_equal(credential.user, "1792000000:alice");
    assert_string_equal(credential.password, "ZeJ3olTc6kpHLn9hmrOTYfukkf0=");
}

/* echo -n 1792000000:alice:example.org:PASSWORD | md5sum */
static void has_the_key_of_long_term_credentials(void **state) {
    static const uint8_t right[CF_TURN_KEY_LEN] = {0xb2, 0x5e, 0x9a, 0x8d, 0xb1, 0x3b, 0x32, 0xa9,
                                                   0x83, 0xc9, 0x02, 0x7c, 0xda, 0xd7, 0x53, 0xd1};
    uint8_t key[CF_TURN_KEY_LEN];
    (void)state;
    assert_true(cf_turn_credential_key(&test_stun_hash, cf_str_span(CF_STR(SECRET)), CF_STR("example.org"),
                                       CF_STR("1792000000:alice"), key));
    assert_memory_equal(key, right, sizeof right);
}

static void reads_users_strictly(void **state) {
    static const char *const bad[] = {"", "alice", ":alice", "x:alice", "-1:alice", "99999999999999999999:alice", "1792000000"};
    uint64_t expires = 0;
    struct cf_str name;
    char text[CF_TURN_USER_MAX + 2];
    struct cf_turn_credential credential;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(cf_turn_credential_read(cf_str_of(bad[i]), &expires, &name));
    }
    assert_true(cf_turn_credential_read(CF_STR("5:sip:alice@example.org"), &expires, &name));
    assert_int_equal(expires, 5);
    assert_true(cf_str_eq(name, CF_STR("sip:alice@example.org")));
    memset(text, '1', sizeof text);
    text[10] = ':';
    assert_true(cf_turn_credential_read(cf_str_n(text, CF_TURN_USER_MAX), &expires, &name));
    assert_false(cf_turn_credential_read(cf_str_n(text, CF_TURN_USER_MAX + 1), &expires, &name));
    assert_false(cf_turn_credential_make(&test_stun_hash, cf_str_span(CF_STR(SECRET)), cf_str_n(text, 127), 5, &credential));
}

static void nonces_are_ours_for_one_client_and_for_a_while(void **state) {
    struct cf_addr client = {.ip = {192, 0, 2, 1}, .port = 4000, .family = CF_FAMILY_IP4};
    struct cf_addr other = client;
    char nonce[CF_TURN_NONCE_LEN];
    struct cf_span key = cf_str_span(CF_STR("key"));
    struct cf_span another = cf_str_span(CF_STR("another"));
    struct cf_str text = cf_str_n(nonce, sizeof nonce);
    cf_usec now = CF_SEC(100);
    (void)state;
    other.port++;
    assert_true(cf_turn_nonce_make(&test_stun_hash, key, &client, now, nonce));
    assert_true(cf_turn_nonce_is_good(&test_stun_hash, key, &client, text, now));
    assert_true(cf_turn_nonce_is_good(&test_stun_hash, key, &client, text, now + CF_TURN_NONCE_LIFE - 1));
    assert_false(cf_turn_nonce_is_good(&test_stun_hash, key, &client, text, now + CF_TURN_NONCE_LIFE));
    assert_false(cf_turn_nonce_is_good(&test_stun_hash, key, &client, text, now - 1));
    assert_false(cf_turn_nonce_is_good(&test_stun_hash, key, &other, text, now));
    assert_false(cf_turn_nonce_is_good(&test_stun_hash, another, &client, text, now));
    assert_false(cf_turn_nonce_is_good(&test_stun_hash, key, &client, cf_str_n(nonce, sizeof nonce - 1), now));
    for (size_t i = 0; i < sizeof nonce; i++) {
        char was = nonce[i];
        nonce[i] = was == '0' ? '1' : '0';
        assert_false(cf_turn_nonce_is_good(&test_stun_hash, key, &client, text, now));
        nonce[i] = 'G';
        assert_false(cf_turn_nonce_is_good(&test_stun_hash, key, &client, text, now));
        nonce[i] = was;
    }
}

CF_TEST_MAIN(cmocka_unit_test(is_what_other_programs_make), cmocka_unit_test(has_the_key_of_long_term_credentials),
             cmocka_unit_test(reads_users_strictly), cmocka_unit_test(nonces_are_ours_for_one_client_and_for_a_while))
