/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens: what we make is good until it expires, and nothing else is (attacks T23). */
#include "core/auth/token.h"

#include "core/auth/base64url.h"
#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"

#define NOW INT64_C(1767225600)
#define DOMAIN CF_STR("example.org")

/* Made by other means (Python's hmac and json) under the key of bytes 0 to 31, named "testkey1". */
#define OTHERS                                                                                                                   \
    "eyJhbGciOiJIUzI1NiIsImtpZCI6InRlc3RrZXkxIiwidHlwIjoiSldUIn0.eyJhdWQiOiJjb25mZXItbGluayIsImlzcyI6ImV4YW1wbGUub3"             \
    "JnIiwicm9vbSI6InJvb20tdGVhIiwicm9sZSI6Imxpc3RlbmVyIiwibmFtZSI6IkFuXHUwMGU0IiwiZXhwIjoxNzY3MjI5MjAwLCJqdGkiOiJh"             \
    "YmMiLCJ4IjpbMV19."

static struct cf_token_keys keys;
static char texts[CF_TOKEN_MAX];
static struct cf_token got;

static int begin(void **state) {
    (void)state;
    memset(&keys, 0, sizeof keys);
    memcpy(keys.current.name, "testkey1", sizeof keys.current.name);
    for (size_t i = 0; i < sizeof keys.current.secret; i++) {
        keys.current.secret[i] = (uint8_t)i;
    }
    keys.current.is_set = true;
    return 0;
}

static const struct cf_token guest = {.kind = CF_TOKEN_GUEST,
                                      .issuer = {"example.org", 11},
                                      .id = {"id1", 3},
                                      .room = {"room-tea", 8},
                                      .role = CF_TOKEN_SPEAKER,
                                      .name = {"An \"\\\xc3\xa4", 7},
                                      .subject = {"guest~1", 7},
                                      .link = {"l1", 2},
                                      .expires = NOW + 3600};

static struct cf_str make(const struct cf_token *token) {
    static char text[CF_TOKEN_MAX];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    assert_true(cf_token_put(&w, &test_hash, &keys, token));
    return cf_writer_str(&w);
}

static enum cf_token_verdict read_at(struct cf_str text, enum cf_token_kind kind, int64_t now) {
    return cf_token_read(&test_hash, &keys, text, kind, DOMAIN, now, texts, &got);
}

/* A token of any header and claims, rightly signed: what an attacker with half the key, or a careless program, could make. */
static struct cf_str forge(const char *header, const char *claims) {
    static char text[4 * CF_TOKEN_MAX];
    uint8_t mac[CF_HASH_SHA256_LEN];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_base64url(&w, cf_str_span(cf_str_of(header)));
    cf_put_char(&w, '.');
    cf_put_base64url(&w, cf_str_span(cf_str_of(claims)));
    struct cf_span parts[] = {cf_writer_span(&w)};
    assert_true(
        test_hash.hmac_sha256(test_hash.ctx, (struct cf_span){keys.current.secret, sizeof keys.current.secret}, parts, 1, mac));
    cf_put_char(&w, '.');
    cf_put_base64url(&w, (struct cf_span){mac, sizeof mac});
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

#define HEADER "{\"alg\":\"HS256\",\"kid\":\"testkey1\"}"
#define CLAIMS                                                                                                                   \
    "\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"room-tea\",\"role\":"          \
    "\"speaker\",\"sub\":\"guest~1\""

static void ours_are_good_until_they_expire(void **state) {
    (void)state;
    struct cf_str text = make(&guest);
    assert_int_equal(read_at(text, CF_TOKEN_GUEST, NOW), CF_TOKEN_GOOD);
    assert_str(got.room, CF_STR("room-tea"));
    assert_str(got.name, guest.name);
    assert_str(got.subject, CF_STR("guest~1"));
    assert_str(got.link, CF_STR("l1"));
    assert_int_equal(got.role, CF_TOKEN_SPEAKER);
    assert_int_equal(read_at(text, CF_TOKEN_GUEST, NOW + 3599), CF_TOKEN_GOOD);
    assert_int_equal(read_at(text, CF_TOKEN_GUEST, NOW + 3600), CF_TOKEN_EXPIRED);
    assert_int_equal(read_at(text, CF_TOKEN_LINK, NOW), CF_TOKEN_MALFORMED);
    assert_int_equal(read_at(text, CF_TOKEN_SESSION, NOW), CF_TOKEN_MALFORMED);
    assert_int_equal(cf_token_read(&test_hash, &keys, text, CF_TOKEN_GUEST, CF_STR("example.com"), NOW, texts, &got),
                     CF_TOKEN_MALFORMED);
}

static void those_of_other_programs_are_too(void **state) {
    char signature[CF_TOKEN_SIGNATURE_LEN];
    char text[CF_TOKEN_MAX];
    struct cf_writer w;
    (void)state;
    struct cf_str part = cf_str_n(OTHERS, sizeof OTHERS - 2);
    assert_true(cf_token_signature(&test_hash, &keys, part, signature));
    assert_str(cf_str_n(signature, sizeof signature), CF_STR("URdNVRBDOKQn4TFSzySRdkX9L0ffTQAw0Uc6PEl6z8c"));
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, OTHERS);
    cf_put(&w, cf_str_n(signature, sizeof signature));
    assert_int_equal(read_at(cf_writer_str(&w), CF_TOKEN_LINK, NOW), CF_TOKEN_GOOD);
    assert_str(got.name, CF_STR("An\xc3\xa4"));
    assert_int_equal(got.role, CF_TOKEN_LISTENER);
}

static void every_changed_character_is_seen(void **state) {
    char copy[CF_TOKEN_MAX];
    (void)state;
    struct cf_str text = make(&guest);
    for (size_t len = 0; len < text.len; len++) {
        assert_int_not_equal(read_at(cf_str_head(text, len), CF_TOKEN_GUEST, NOW), CF_TOKEN_GOOD);
    }
    for (size_t at = 0; at < text.len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(copy, text.at, text.len);
            copy[at] = (char)((unsigned char)copy[at] ^ (1U << bit));
            assert_int_not_equal(read_at(cf_str_n(copy, text.len), CF_TOKEN_GUEST, NOW), CF_TOKEN_GOOD);
        }
    }
    memcpy(copy, text.at, text.len);
    copy[text.len] = 'A';
    assert_int_not_equal(read_at(cf_str_n(copy, text.len + 1), CF_TOKEN_GUEST, NOW), CF_TOKEN_GOOD);
    copy[text.len] = '=';
    assert_int_not_equal(read_at(cf_str_n(copy, text.len + 1), CF_TOKEN_GUEST, NOW), CF_TOKEN_GOOD);
}

static void other_algorithms_and_keys_are_forgeries(void **state) {
    static const char *const headers[] = {
        "{\"alg\":\"none\",\"kid\":\"testkey1\"}",
        "{\"alg\":\"None\",\"kid\":\"testkey1\"}",
        "{\"alg\":\"\",\"kid\":\"testkey1\"}",
        "{\"alg\":\"hs256\",\"kid\":\"testkey1\"}",
        "{\"alg\":\"HS512\",\"kid\":\"testkey1\"}",
        "{\"alg\":\"RS256\",\"kid\":\"testkey1\"}",
        "{\"alg\":[\"HS256\"],\"kid\":\"testkey1\"}",
        "{\"alg\":null,\"kid\":\"testkey1\"}",
        "{\"kid\":\"testkey1\"}",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"kid\":\"other123\"}",
        "{\"alg\":\"HS256\",\"kid\":\"\"}",
        "{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}",
        "{\"alg\":\"HS256\",\"kid\":\"x' OR 1=1\"}",
        "{\"alg\":\"HS256\",\"kid\":1}",
        "{\"alg\":\"HS256\",\"kid\":\"testkey1\",\"crit\":[\"exp\"]}",
        "{\"alg\":\"HS256\",\"alg\":\"none\",\"kid\":\"testkey1\"}",
        "{\"alg\":\"HS256\",\"kid\":\"testkey1\"",
        "",
        "null",
        "[]",
    };
    (void)state;
    assert_int_equal(read_at(forge(HEADER, "{" CLAIMS "}"), CF_TOKEN_GUEST, NOW), CF_TOKEN_GOOD);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (read_at(forge(headers[i], "{" CLAIMS "}"), CF_TOKEN_GUEST, NOW) != CF_TOKEN_FORGED) {
            fail_msg("taken: %s", headers[i]);
        }
    }
    /* Without a signature, whatever the algorithm. */
    struct cf_str text = forge("{\"alg\":\"none\",\"kid\":\"testkey1\"}", "{" CLAIMS "}");
    size_t dot = text.len - CF_TOKEN_SIGNATURE_LEN;
    assert_int_equal(read_at(cf_str_head(text, dot), CF_TOKEN_GUEST, NOW), CF_TOKEN_FORGED);
    text = forge(HEADER, "{" CLAIMS "}");
    assert_int_equal(read_at(cf_str_head(text, text.len - CF_TOKEN_SIGNATURE_LEN), CF_TOKEN_GUEST, NOW), CF_TOKEN_FORGED);
    assert_int_equal(read_at(cf_str_head(text, text.len - CF_TOKEN_SIGNATURE_LEN - 1), CF_TOKEN_GUEST, NOW), CF_TOKEN_MALFORMED);
    keys.current.secret[0] ^= 1U;
    assert_int_equal(read_at(text, CF_TOKEN_GUEST, NOW), CF_TOKEN_FORGED);
    memset(&keys, 0, sizeof keys);
    assert_int_equal(read_at(text, CF_TOKEN_GUEST, NOW), CF_TOKEN_FORGED);
}

static void claims_that_do_not_fit_are_refused(void **state) {
    static const char *const claims[] = {
        "{}",
        "[]",
        "{" CLAIMS ",\"exp\":9999999999}",
        "{" CLAIMS ",\"room\":\"room-other\"}",
        "{" CLAIMS ",\"nbf\":1767225601}",
        "{" CLAIMS ",\"nbf\":\"0\"}",
        "{\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"r\",\"role\":\"speaker\",\"sub\":\"s\"}",
        "{\"exp\":\"1767229200\",\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"r\",\"role\":"
        "\"speaker\",\"sub\":\"s\"}",
        "{\"exp\":-1,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"r\",\"role\":\"speaker\",\"sub\":"
        "\"s\"}",
        "{\"exp\":1e12,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"r\",\"role\":\"speaker\","
        "\"sub\":\"s\"}",
        "{\"exp\":1767229200,\"aud\":[\"confer-guest\"],\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"r\",\"role\":"
        "\"speaker\",\"sub\":\"s\"}",
        "{\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"evil.example\",\"jti\":\"i\",\"room\":\"r\",\"role\":\"speaker\","
        "\"sub\":\"s\"}",
        "{\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"room\":\"r\",\"role\":\"speaker\",\"sub\":\"s\"}",
        "{\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"role\":\"speaker\",\"sub\":\"s\"}",
        "{\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"\",\"role\":\"speaker\","
        "\"sub\":\"s\"}",
        "{\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"r\",\"role\":\"god\","
        "\"sub\":\"s\"}",
        "{\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"r\",\"role\":\"speaker\"}",
        "{\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"0123456789012345678901234567890123\","
        "\"room\":\"r\","
        "\"role\":\"speaker\",\"sub\":\"s\"}",
        "{\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"r\",\"role\":\"speaker\","
        "\"sub\":\"s\"} x",
        "{\"exp\":1767229200,\"aud\":\"confer-guest\",\"iss\":\"example.org\",\"jti\":\"i\",\"room\":\"r\\u0000\",\"role\":"
        "\"speaker\",\"sub\":\"s\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        if (read_at(forge(HEADER, claims[i]), CF_TOKEN_GUEST, NOW) != CF_TOKEN_MALFORMED) {
            fail_msg("taken: %s", claims[i]);
        }
    }
}

static void what_is_too_long_is_not_looked_at(void **state) {
    static char claims[2 * CF_TOKEN_MAX];
    (void)state;
    int len = snprintf(claims, sizeof claims, "{%s,\"x\":\"%0900d\"}", CLAIMS, 0);
    assert_true(len > 0 && (size_t)len < sizeof claims);
    assert_int_equal(read_at(forge(HEADER, claims), CF_TOKEN_GUEST, NOW), CF_TOKEN_MALFORMED);
    struct cf_token huge = guest;
    struct cf_writer w;
    static char text[CF_TOKEN_MAX];
    memset(claims, 'n', CF_TOKEN_MAX);
    huge.name = cf_str_n(claims, CF_TOKEN_MAX);
    cf_writer_init(&w, text, sizeof text);
    assert_false(cf_token_put(&w, &test_hash, &keys, &huge));
    assert_int_equal(read_at(CF_STR(".."), CF_TOKEN_GUEST, NOW), CF_TOKEN_FORGED);
    assert_int_equal(read_at(CF_STR("a.b.c.d"), CF_TOKEN_GUEST, NOW), CF_TOKEN_MALFORMED);
    assert_int_equal(read_at(CF_STR_NONE, CF_TOKEN_GUEST, NOW), CF_TOKEN_MALFORMED);
}

static void the_former_key_is_good_for_reading(void **state) {
    struct test_entropy entropy;
    (void)state;
    test_entropy_init(&entropy, 7);
    struct cf_str text = make(&guest);
    char copy[CF_TOKEN_MAX];
    memcpy(copy, text.at, text.len);
    struct cf_str old = cf_str_n(copy, text.len);
    keys.former = keys.current;
    cf_token_key_make(&keys.current, &entropy.entropy);
    assert_int_equal(read_at(old, CF_TOKEN_GUEST, NOW), CF_TOKEN_GOOD);
    assert_int_equal(read_at(make(&guest), CF_TOKEN_GUEST, NOW), CF_TOKEN_GOOD);
    keys.former = keys.current;
    cf_token_key_make(&keys.current, &entropy.entropy);
    assert_int_equal(read_at(old, CF_TOKEN_GUEST, NOW), CF_TOKEN_FORGED);
}

static void base64_for_urls_has_one_text_for_each_value(void **state) {
    static const struct {
        const char *plain;
        const char *text;
    } vectors[] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"\xff\xfb\xfe", "__v-"}};
    static const char *const bad[] = {"Z", "Zh", "Zm9", "Zg==", "Zm+v", "Zm/v", "Z g", "Zm9vZ"};
    char out[16];
    struct cf_writer w;
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        cf_writer_init(&w, out, sizeof out);
        cf_put_base64url(&w, cf_str_span(cf_str_of(vectors[i].plain)));
        assert_str(cf_writer_str(&w), cf_str_of(vectors[i].text));
        cf_writer_init(&w, out, sizeof out);
        assert_true(cf_base64url_decode(cf_str_of(vectors[i].text), &w));
        assert_str(cf_writer_str(&w), cf_str_of(vectors[i].plain));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cf_writer_init(&w, out, sizeof out);
        assert_false(cf_base64url_decode(cf_str_of(bad[i]), &w));
    }
}

#define CASE(name) cmocka_unit_test_setup(name, begin)
CF_TEST_MAIN(CASE(ours_are_good_until_they_expire), CASE(those_of_other_programs_are_too), CASE(every_changed_character_is_seen),
             CASE(other_algorithms_and_keys_are_forgeries), CASE(claims_that_do_not_fit_are_refused),
             CASE(what_is_too_long_is_not_looked_at), CASE(the_former_key_is_good_for_reading),
             CASE(base64_for_urls_has_one_text_for_each_value))
