/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digest arithmetic against the examples of RFC 7616, RFC 2617 and values computed apart. */
#include "core/auth/digest.h"

#include "lib/test.h"
#include "lib/test_hash.h"

static struct cf_digest_hex secret_of(enum cf_digest_algorithm algorithm, const char *user, const char *realm,
                                      const char *password) {
    struct cf_digest_hex secret;
    assert_ok(cf_digest_secret(&test_hash, algorithm, cf_str_of(user), cf_str_of(realm), cf_str_of(password), &secret));
    return secret;
}

static void check(const struct cf_digest *digest, const struct cf_digest_hex *secret, const char *expected) {
    struct cf_digest_hex response;
    assert_ok(cf_digest_response(&test_hash, digest, cf_digest_str(secret), &response));
    assert_str(cf_digest_str(&response), cf_str_of(expected));
}

static struct cf_digest example_3_9_1(enum cf_digest_algorithm algorithm) {
    return (struct cf_digest){
        .algorithm = algorithm,
        .qop = CF_DIGEST_QOP_AUTH,
        .nonce = CF_STR("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"),
        .cnonce = CF_STR("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
        .nonce_count = 1,
        .method = CF_STR("GET"),
        .uri = CF_STR("/dir/index.html"),
    };
}

static void example_of_rfc_7616_with_md5_and_sha_256(void **state) {
    (void)state;
    struct cf_digest digest = example_3_9_1(CF_DIGEST_MD5);
    struct cf_digest_hex secret = secret_of(CF_DIGEST_MD5, "Mufasa", "http-auth@example.org", "Circle of Life");
    check(&digest, &secret, "8ca523f5e9506fed4657c9700eebdbec");
    digest = example_3_9_1(CF_DIGEST_SHA256);
    secret = secret_of(CF_DIGEST_SHA256, "Mufasa", "http-auth@example.org", "Circle of Life");
    check(&digest, &secret, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

/* The values printed in section 3.9.2 are wrong (the RFC's errata 4897); these were computed with another program. */
static void example_of_rfc_7616_with_sha_512_256_as_corrected(void **state) {
    (void)state;
    const char user[] = "J\xc3\xa4s\xc3\xb8n Doe";
    struct cf_digest digest = {
        .algorithm = CF_DIGEST_SHA512_256,
        .qop = CF_DIGEST_QOP_AUTH,
        .nonce = CF_STR("5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK"),
        .cnonce = CF_STR("NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"),
        .nc_text = CF_STR("00000001"),
        .method = CF_STR("GET"),
        .uri = CF_STR("/doe.json"),
    };
    struct cf_digest_hex secret = secret_of(CF_DIGEST_SHA512_256, user, "api@example.org", "Secret, or not?");
    check(&digest, &secret, "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
    struct cf_digest_hex userhash;
    assert_ok(cf_digest_userhash(&test_hash, CF_DIGEST_SHA512_256, cf_str_of(user), CF_STR("api@example.org"), &userhash));
    assert_str(cf_digest_str(&userhash), CF_STR("793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"));
}

static void example_of_rfc_2617_and_the_same_without_qop(void **state) {
    (void)state;
    struct cf_digest digest = {
        .qop = CF_DIGEST_QOP_AUTH,
        .nonce = CF_STR("dcd98b7102dd2f0e8b11d0f600bfb0c093"),
        .cnonce = CF_STR("0a4f113b"),
        .nonce_count = 1,
        .method = CF_STR("GET"),
        .uri = CF_STR("/dir/index.html"),
    };
    struct cf_digest_hex secret = secret_of(CF_DIGEST_MD5, "Mufasa", "testrealm@host.com", "Circle Of Life");
    assert_str(cf_digest_str(&secret), CF_STR("939e7578ed9e3c518a452acee763bce9"));
    check(&digest, &secret, "6629fae49393a05397450978507c4ef1");
    digest.qop = CF_DIGEST_QOP_NONE;
    check(&digest, &secret, "670fd8c2df070c60b045671b8b24ff02");
}

static void session_and_body_protection_change_the_response(void **state) {
    (void)state;
    struct cf_digest digest = example_3_9_1(CF_DIGEST_SHA256);
    struct cf_digest_hex secret = secret_of(CF_DIGEST_SHA256, "Mufasa", "http-auth@example.org", "Circle of Life");
    digest.is_session = true;
    check(&digest, &secret, "2fd51b3a77ad75bad6afad6003e818d767133c46d9e2749e7f5232ae1ea3efd7");
    digest.is_session = false;
    digest.qop = CF_DIGEST_QOP_AUTH_INT;
    digest.body = cf_str_span(CF_STR("v=0\r\n"));
    check(&digest, &secret, "385d2de062660ced11876f42d9497c69cacf5caaf3d951dd424aee9f7157d563");
}

static void stored_secret_may_be_in_upper_case(void **state) {
    (void)state;
    struct cf_digest digest = example_3_9_1(CF_DIGEST_MD5);
    struct cf_digest_hex secret = secret_of(CF_DIGEST_MD5, "Mufasa", "http-auth@example.org", "Circle of Life");
    for (size_t i = 0; i < secret.len; i++) {
        secret.text[i] = (char)(secret.text[i] >= 'a' ? secret.text[i] - 'a' + 'A' : secret.text[i]);
    }
    check(&digest, &secret, "8ca523f5e9506fed4657c9700eebdbec");
}

static void rspauth_leaves_the_method_out(void **state) {
    (void)state;
    struct cf_digest digest = example_3_9_1(CF_DIGEST_SHA256);
    struct cf_digest_hex secret = secret_of(CF_DIGEST_SHA256, "Mufasa", "http-auth@example.org", "Circle of Life");
    struct cf_digest_hex rspauth;
    assert_ok(cf_digest_rspauth(&test_hash, &digest, cf_digest_str(&secret), &rspauth));
    assert_str(cf_digest_str(&rspauth), CF_STR("86d3b25618d41854ca5039a5d7e53ff6355d5134a9b1fb088a78ac3c462195a0"));
}

static void names_are_read_without_regard_to_case(void **state) {
    (void)state;
    enum cf_digest_algorithm algorithm = CF_DIGEST_SHA256;
    bool is_session = true;
    assert_true(cf_digest_algorithm_of(CF_STR_NONE, &algorithm, &is_session));
    assert_int_equal(algorithm, CF_DIGEST_MD5);
    assert_false(is_session);
    assert_true(cf_digest_algorithm_of(CF_STR("sha-256-SESS"), &algorithm, &is_session));
    assert_int_equal(algorithm, CF_DIGEST_SHA256);
    assert_true(is_session);
    assert_true(cf_digest_algorithm_of(CF_STR("SHA-512-256"), &algorithm, &is_session));
    assert_int_equal(algorithm, CF_DIGEST_SHA512_256);
    assert_false(cf_digest_algorithm_of(CF_STR("SHA-1"), &algorithm, &is_session));
    assert_false(cf_digest_algorithm_of(CF_STR("-sess"), &algorithm, &is_session));
    assert_int_equal(algorithm, CF_DIGEST_SHA512_256);
}

static bool refusing(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    (void)parts;
    (void)count;
    (void)out;
    return false;
}

static void missing_function_is_an_error_and_leaves_the_result_alone(void **state) {
    (void)state;
    struct cf_hash none = {.sha256 = refusing};
    struct cf_digest_hex out = {.text = "kept", .len = 4};
    assert_int_equal(cf_digest_secret(&none, CF_DIGEST_MD5, CF_STR("u"), CF_STR("r"), CF_STR("p"), &out), CF_ERR_UNSUPPORTED);
    assert_int_equal(cf_digest_secret(&none, CF_DIGEST_SHA256, CF_STR("u"), CF_STR("r"), CF_STR("p"), &out), CF_ERR_UNSUPPORTED);
    struct cf_digest digest = example_3_9_1(CF_DIGEST_SHA256);
    assert_int_equal(cf_digest_response(&none, &digest, CF_STR("00"), &out), CF_ERR_UNSUPPORTED);
    assert_str(cf_digest_str(&out), CF_STR("kept"));
}

static void overlong_secret_is_refused(void **state) {
    (void)state;
    struct cf_digest digest = example_3_9_1(CF_DIGEST_MD5);
    struct cf_digest_hex out;
    char secret[CF_DIGEST_HEX_MAX + 1];
    memset(secret, '0', sizeof secret);
    assert_int_equal(cf_digest_response(&test_hash, &digest, cf_str_n(secret, sizeof secret), &out), CF_ERR_MALFORMED);
}

CF_TEST_MAIN(cmocka_unit_test(example_of_rfc_7616_with_md5_and_sha_256),
             cmocka_unit_test(example_of_rfc_7616_with_sha_512_256_as_corrected),
             cmocka_unit_test(example_of_rfc_2617_and_the_same_without_qop),
             cmocka_unit_test(session_and_body_protection_change_the_response),
             cmocka_unit_test(stored_secret_may_be_in_upper_case), cmocka_unit_test(rspauth_leaves_the_method_out),
             cmocka_unit_test(names_are_read_without_regard_to_case),
             cmocka_unit_test(missing_function_is_an_error_and_leaves_the_result_alone),
             cmocka_unit_test(overlong_secret_is_refused))
