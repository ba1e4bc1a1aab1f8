/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key agreement in the media path. */
#include "core/sdp/dtls.h"

#include "lib/test.h"

#define ZRTP "69a8923102645a17d8a53163884a00e3040952035132e1ab66aa55119fbf38b1"

static void reads_roles(void **state) {
    (void)state;
    assert_int_equal(cf_setup_parse(CF_STR("actpass")), CF_SETUP_ACTPASS);
    assert_int_equal(cf_setup_parse(CF_STR("PASSIVE")), CF_SETUP_PASSIVE);
    assert_int_equal(cf_setup_parse(CF_STR("holdconn")), CF_SETUP_HOLDCONN);
    assert_int_equal(cf_setup_parse(CF_STR("")), CF_SETUP_NONE);
    assert_int_equal(cf_setup_parse(CF_STR_NONE), CF_SETUP_NONE);
    assert_int_equal(cf_setup_parse(CF_STR("server")), CF_SETUP_NONE);
}

static void reads_fingerprints_with_any_hash(void **state) {
    (void)state;
    struct cf_sdp_fingerprint f;
    assert_true(cf_sdp_fingerprint_parse(CF_STR("SHA-1 77:e6:2E"), &f));
    assert_str(f.hash, CF_STR("SHA-1"));
    assert_int_equal(f.digest_len, 3);
    assert_int_equal(f.digest[2], 0x2E);
    assert_true(cf_sdp_fingerprint_parse(CF_STR("sha3-999 00"), &f));
}

static void refuses_broken_fingerprints(void **state) {
    (void)state;
    static const char *const rows[] = {
        "", "sha-256", "sha-256 ", "sha-256 1", "sha-256 1:2", "sha-256 00:", "sha-256 0000", "sha-256 GG", "s/ 00"};
    struct cf_sdp_fingerprint f;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(cf_sdp_fingerprint_parse(cf_str_of(rows[i]), &f));
    }
    char text[4 + 3 * 65] = "x ";
    for (size_t i = 0; i < 65; i++) {
        memcpy(text + 2 + 3 * i, "00:", 3);
    }
    assert_true(cf_sdp_fingerprint_parse(cf_str_n(text, 2 + 3 * 64 - 1), &f));
    assert_int_equal(f.digest_len, 64);
    assert_false(cf_sdp_fingerprint_parse(cf_str_n(text, 2 + 3 * 65 - 1), &f));
}

static void reads_zrtp_hashes(void **state) {
    (void)state;
    uint8_t hash[CF_ZRTP_HASH_LEN];
    assert_true(cf_sdp_zrtp_hash_parse(CF_STR("1.10 " ZRTP), hash));
    assert_int_equal(hash[31], 0xB1);
    assert_false(cf_sdp_zrtp_hash_parse(CF_STR("1.20 " ZRTP), hash));
    assert_false(cf_sdp_zrtp_hash_parse(CF_STR("1.10 " ZRTP "00"), hash));
    assert_false(cf_sdp_zrtp_hash_parse(CF_STR("1.10 69"), hash));
    assert_false(cf_sdp_zrtp_hash_parse(CF_STR("1.10"), hash));
}

static void writes_lines(void **state) {
    (void)state;
    char out[256];
    struct cf_writer w;
    uint8_t hash[CF_ZRTP_HASH_LEN];
    const uint8_t digest[] = {0x0A, 0xFF};
    assert_true(cf_sdp_zrtp_hash_parse(CF_STR("1.10 " ZRTP), hash));
    cf_writer_init(&w, out, sizeof out);
    cf_put_sdp_setup(&w, CF_SETUP_NONE);
    cf_put_sdp_setup(&w, CF_SETUP_ACTIVE);
    cf_put_sdp_fingerprint(&w, CF_STR("sha-256"), (struct cf_span){digest, 2});
    cf_put_sdp_zrtp_hash(&w, hash);
    assert_str(cf_writer_str(&w), CF_STR("a=setup:active\r\na=fingerprint:sha-256 0A:FF\r\na=zrtp-hash:1.10 " ZRTP "\r\n"));
}

CF_TEST_MAIN(cmocka_unit_test(reads_roles), cmocka_unit_test(reads_fingerprints_with_any_hash),
             cmocka_unit_test(refuses_broken_fingerprints), cmocka_unit_test(reads_zrtp_hashes), cmocka_unit_test(writes_lines))
