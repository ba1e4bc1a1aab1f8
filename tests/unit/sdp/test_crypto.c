/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SDES crypto attributes. */
#include "core/sdp/crypto.h"

#include "lib/test.h"

/* 30, 46, 28 and 44 octets, all of them 0x11 upwards. */
#define KEY_30 "ERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0u"
#define KEY_46 "ERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pg=="
#define KEY_46_BARE "ERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pg"
#define KEY_28 "ERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLA=="
#define KEY_44 "ERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw="

static struct cf_sdp_crypto of(const char *text) {
    struct cf_sdp_crypto c = {0};
    assert_true(cf_sdp_crypto_parse(cf_str_of(text), &c));
    return c;
}

static void reads_every_suite_in_both_spellings(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum cf_srtp_suite suite;
        size_t salt_at;
    } rows[] = {
        {"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30, CF_SRTP_AES_CM_128_HMAC_SHA1_80, 16},
        {"1 aes_cm_128_hmac_sha1_32 INLINE:" KEY_30, CF_SRTP_AES_CM_128_HMAC_SHA1_32, 16},
        {"1 AES_256_CM_HMAC_SHA1_80 inline:" KEY_46, CF_SRTP_AES_256_CM_HMAC_SHA1_80, 32},
        {"1 AES_CM_256_HMAC_SHA1_80 inline:" KEY_46_BARE, CF_SRTP_AES_256_CM_HMAC_SHA1_80, 32},
        {"1 AES_CM_256_HMAC_SHA1_32 inline:" KEY_46, CF_SRTP_AES_256_CM_HMAC_SHA1_32, 32},
        {"1 AEAD_AES_128_GCM inline:" KEY_28, CF_SRTP_AEAD_AES_128_GCM, 16},
        {"1 AEAD_AES_256_GCM inline:" KEY_44, CF_SRTP_AEAD_AES_256_GCM, 32},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cf_sdp_crypto c = of(rows[i].text);
        assert_int_equal(c.suite, rows[i].suite);
        assert_true(c.is_usable);
        assert_int_equal(c.key.key[0], 0x11);
        assert_int_equal(c.key.salt[0], 0x11 + rows[i].salt_at);
    }
}

static void reads_lifetime_and_mki(void **state) {
    (void)state;
    struct cf_sdp_crypto c = of("2 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|2^20|1:4");
    assert_true(c.is_usable);
    assert_int_equal(c.tag, 2);
    assert_int_equal(c.key.lifetime_log2, 20);
    assert_int_equal(c.key.mki_len, 4);
    assert_int_equal(c.key.mki[3], 1);
    c = of("2 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|1000 WSH=128");
    assert_int_equal(c.key.lifetime_log2, 9);
    assert_true(c.is_usable);
    c = of("2 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|258:2");
    assert_int_equal(c.key.mki[0], 1);
    assert_int_equal(c.key.mki[1], 2);
    assert_int_equal(c.key.lifetime_log2, 0);
}

static void knows_what_it_can_not_use(void **state) {
    (void)state;
    static const char *const rows[] = {
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_28,
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_46,
        "1 AES_CM_128_HMAC_SHA1_80 inline:",
        "1 AES_CM_128_HMAC_SHA1_80 inline:!!!!",
        "1 AES_CM_128_HMAC_SHA1_80 uri:" KEY_30,
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 ";inline:" KEY_30,
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 " UNENCRYPTED_SRTP",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 " WSH=64 KDR=3",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|2^99",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|0",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|1:9",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|256:1",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|1:0",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|",
        "1 F8_128_HMAC_SHA1_80 inline:" KEY_30,
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(of(rows[i]).is_usable);
    }
}

static void refuses_what_breaks_the_grammar(void **state) {
    (void)state;
    static const char *const rows[] = {"",      "1", "1 AES_CM_128_HMAC_SHA1_80", "x AES inline:a", "1000000000 AES inline:a",
                                       "-1 A b"};
    struct cf_sdp_crypto c;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(cf_sdp_crypto_parse(cf_str_of(rows[i]), &c));
    }
}

static void writes_what_it_reads(void **state) {
    (void)state;
    static const char *const rows[] = {
        "1 AEAD_AES_128_GCM inline:" KEY_28,
        "11 AEAD_AES_256_GCM inline:" KEY_44,
        "3 AES_CM_256_HMAC_SHA1_80 inline:" KEY_46 "|2^31|258:2",
        "999999999 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|18446744073709551615:8",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[256];
        struct cf_writer w;
        struct cf_sdp_crypto c = of(rows[i]);
        cf_writer_init(&w, out, sizeof out);
        cf_put_sdp_crypto(&w, &c);
        assert_true(cf_str_starts(cf_writer_str(&w), CF_STR("a=crypto:")));
        assert_str(cf_str_trim(cf_str_skip(cf_writer_str(&w), 9)), cf_str_of(rows[i]));
    }
}

static void writes_the_registered_name_if_none_is_given(void **state) {
    (void)state;
    char out[256];
    struct cf_writer w;
    struct cf_sdp_crypto c = of("3 AES_CM_256_HMAC_SHA1_80 inline:" KEY_46);
    c.suite_name = CF_STR_NONE;
    cf_writer_init(&w, out, sizeof out);
    cf_put_sdp_crypto(&w, &c);
    assert_str(cf_writer_str(&w), CF_STR("a=crypto:3 AES_256_CM_HMAC_SHA1_80 inline:" KEY_46 "\r\n"));
}

static void compares_keys(void **state) {
    (void)state;
    struct cf_sdes_key a = of("1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30).key;
    struct cf_sdes_key b = of("2 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|2^20").key;
    assert_true(cf_sdes_key_eq(&a, &b));
    b.salt[13] ^= 1;
    assert_false(cf_sdes_key_eq(&a, &b));
    b = of("1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|1:1").key;
    assert_false(cf_sdes_key_eq(&a, &b));
}

CF_TEST_MAIN(cmocka_unit_test(reads_every_suite_in_both_spellings), cmocka_unit_test(reads_lifetime_and_mki),
             cmocka_unit_test(knows_what_it_can_not_use), cmocka_unit_test(refuses_what_breaks_the_grammar),
             cmocka_unit_test(writes_what_it_reads), cmocka_unit_test(writes_the_registered_name_if_none_is_given),
             cmocka_unit_test(compares_keys))
