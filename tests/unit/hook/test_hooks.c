/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks in virtual time: order, attempts, signatures, limits. */
#include "core/hook/hooks.h"

#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"

#define WALL(now) (INT64_C(1767225600) * 1000000 + (now))

static struct test_mem mem;
static struct test_entropy entropy;
static struct cf_hooks hooks;
static cf_usec now;
static struct cf_hook_delivery got;

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    test_entropy_init(&entropy, 1);
    cf_hooks_init(&hooks, &mem.mem, &entropy.entropy, &test_hash);
    now = CF_SEC(100);
    return 0;
}

static char over_id[CF_HOOK_DELIVERY_ID_LEN];

static int end(void **state) {
    (void)state;
    cf_hooks_fini(&hooks);
    test_mem_fini(&mem);
    return 0;
}

static enum cf_err add(const char *id, const char *url, uint32_t events) {
    static const uint8_t secret[CF_HOOK_SECRET_LEN] = "012345678901234567890123";
    struct cf_hook_config config = {
        .id = cf_str_of(id), .url = cf_str_of(url), .events = events, .secret = secret, .created = WALL(now)};
    return cf_hooks_add(&hooks, &config);
}

static void happen(uint32_t event, const char *id, const char *body) {
    for (size_t i = 0; i < hooks.table.slots_used; i++) {
        const struct cf_hook *hook = cf_hooks_at(&hooks, i);
        if (hook != NULL && (hook->events & event) != 0) {
            enum cf_err err = cf_hooks_put(&hooks, now, cf_hook_id(hook), cf_str_of(id), cf_str_of(body));
            (void)err; /* counted */
        }
    }
}

/* Was it the end of a delivery? Its id is in over_id. */
static bool result(struct cf_handle hook, unsigned status) {
    return cf_hooks_on_result(&hooks, now, hook, status, over_id);
}

static bool poll_one(void) {
    return cf_hooks_poll(&hooks, now, WALL(now), &got);
}

#define A "aaaaaaaaaaaa"
#define B "bbbbbbbbbbbb"
#define E1 "evt00000000000000001"
#define E2 "evt00000000000000002"

static void each_gets_what_it_wants_in_order(void **state) {
    (void)state;
    assert_ok(add(A, "https://a.example/", 1));
    assert_ok(add(B, "http://b.example", 3));
    assert_true(cf_hooks_want(&hooks, 2));
    assert_false(cf_hooks_want(&hooks, 4));
    happen(1, E1, "one");
    happen(2, E2, "two");
    assert_int_equal(cf_hooks_deadline(&hooks), now);
    assert_true(poll_one());
    assert_string_equal(got.url, "https://a.example/");
    assert_str(got.body, CF_STR("one"));
    struct cf_handle a = got.hook;
    assert_true(poll_one());
    assert_string_equal(got.url, "http://b.example");
    assert_str(got.id, CF_STR(E1));
    assert_false(poll_one()); /* one at a time */
    assert_int_equal(cf_hooks_deadline(&hooks), CF_USEC_NEVER);
    assert_true(result(got.hook, 204));
    assert_memory_equal(over_id, E1, sizeof over_id);
    assert_true(poll_one());
    assert_str(got.id, CF_STR(E2));
    assert_true(result(got.hook, 200));
    assert_true(result(a, 200));
    assert_false(result(a, 200)); /* told twice: nothing */
    assert_false(poll_one());
    assert_int_equal(cf_hooks_find(&hooks, CF_STR(B))->delivered, 2);
    assert_int_equal(cf_hooks_find(&hooks, CF_STR(A))->delivered, 1);
    assert_int_equal(hooks.waiting, 0);
    assert_int_equal(cf_hooks_put(&hooks, now, CF_STR("cccccccccccc"), CF_STR(E1), CF_STR("x")), CF_ERR_NOT_FOUND);
    assert_int_equal(cf_hooks_put(&hooks, now, CF_STR(A), CF_STR("short"), CF_STR("x")), CF_ERR_LIMIT);
}

static void what_fails_is_tried_again_and_then_given_up(void **state) {
    static const cf_usec delays[] = CF_HOOK_DELAYS;
    (void)state;
    assert_ok(add(A, "https://a.example/", 1));
    happen(1, E1, "one");
    happen(1, E2, "two");
    for (size_t i = 0; i < CF_HOOK_ATTEMPTS; i++) {
        assert_true(poll_one());
        assert_str(got.id, CF_STR(E1));
        bool is_over = result(got.hook, i % 2 == 0 ? 0 : 500);
        assert_int_equal(is_over, i + 1 == CF_HOOK_ATTEMPTS);
        if (i + 1 < CF_HOOK_ATTEMPTS) {
            assert_false(poll_one());
            assert_int_equal(cf_hooks_deadline(&hooks), now + delays[i]);
            now += delays[i] - 1;
            assert_false(poll_one());
            now += 1;
        }
    }
    assert_int_equal(cf_hooks_find(&hooks, CF_STR(A))->failed, 1);
    assert_true(poll_one());
    assert_str(got.id, CF_STR(E2));
    assert_false(result(got.hook, 301)); /* redirects are not followed */
    assert_int_equal(cf_hooks_find(&hooks, CF_STR(A))->waiting, 1);
}

static bool no_hmac(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx, (void)key, (void)parts, (void)count, (void)out;
    return false;
}

/* Want of memory in the library that signs loses nothing, and is no attempt. */
static void what_cannot_be_signed_now_is_signed_later(void **state) {
    const struct cf_hash broken = {.hmac_sha256 = no_hmac};
    (void)state;
    assert_ok(add(A, "https://a.example/", 1));
    happen(1, E1, "one");
    hooks.hash = &broken;
    assert_false(poll_one());
    assert_int_equal(cf_hooks_find(&hooks, CF_STR(A))->waiting, 1);
    assert_int_equal(cf_hooks_deadline(&hooks), now + CF_HOOK_SIGN_DELAY);
    hooks.hash = &test_hash;
    assert_false(poll_one());
    now += CF_HOOK_SIGN_DELAY;
    assert_true(poll_one());
    assert_str(got.id, CF_STR(E1));
    assert_int_equal(cf_hooks_find(&hooks, CF_STR(A))->attempts, 1);
    assert_true(result(got.hook, 200));
    assert_int_equal(cf_hooks_find(&hooks, CF_STR(A))->failed, 0);
}

/* The vector was made with Python's hmac over "ID.TIMESTAMP.BODY". */
static void signatures_are_those_of_the_convention(void **state) {
    char text[CF_HOOK_SECRET_TEXT_LEN];
    uint8_t secret[CF_HOOK_SECRET_LEN];
    (void)state;
    assert_ok(add(A, "https://a.example/", 1));
    happen(1, E1, "{\"a\":1}");
    assert_true(poll_one());
    assert_int_equal(got.timestamp, 1767225700);
    assert_str(cf_str_n(got.signature, got.signature_len), CF_STR("v1,akB7goeJpQiDng6XMpPjI5ZpldzBEH3C8q6VKbdre58="));
    cf_hook_secret_text(cf_hooks_find(&hooks, CF_STR(A))->secret, text);
    assert_str(cf_str_n(text, sizeof text), CF_STR("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"));
    assert_true(cf_hook_secret_of(cf_str_n(text, sizeof text), secret));
    assert_memory_equal(secret, "012345678901234567890123", sizeof secret);
    assert_false(cf_hook_secret_of(CF_STR("whsec_AAAA"), secret));
    assert_false(cf_hook_secret_of(CF_STR("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"), secret));
}

static void a_removed_hook_is_forgotten_in_flight(void **state) {
    (void)state;
    assert_ok(add(A, "https://a.example/", 1));
    happen(1, E1, "one");
    assert_true(poll_one());
    struct cf_handle handle = got.hook;
    assert_ok(cf_hooks_remove(&hooks, CF_STR(A)));
    assert_int_equal(cf_hooks_remove(&hooks, CF_STR(A)), CF_ERR_NOT_FOUND);
    assert_ok(add(A, "https://a.example/", 1));
    assert_false(result(handle, 200));
    assert_int_equal(cf_hooks_find(&hooks, CF_STR(A))->delivered, 0);
    assert_int_equal(hooks.waiting, 0);
}

static void everything_is_bounded(void **state) {
    static char body[CF_HOOK_BODY_MAX + 2];
    char id[CF_HOOK_ID_LEN + 1];
    (void)state;
    for (int i = 0; i < CF_HOOKS_MAX; i++) {
        snprintf(id, sizeof id, "hook%08d", i);
        assert_ok(add(id, "https://a.example/", i == 0 ? 1 : 2));
    }
    assert_int_equal(add(A, "https://a.example/", 1), CF_ERR_LIMIT);
    assert_int_equal(add("hook00000001", "https://a.example/", 1), CF_ERR_EXISTS);
    assert_int_equal(add("short", "https://a.example/", 1), CF_ERR_MALFORMED);
    for (int i = 0; i < CF_HOOKS_WAITING_MAX + 5; i++) {
        happen(1, E1, "x");
    }
    const struct cf_hook *first = cf_hooks_find(&hooks, CF_STR("hook00000000"));
    assert_int_equal(first->waiting, CF_HOOKS_WAITING_MAX);
    assert_int_equal(first->failed, 5);
    assert_ok(cf_hooks_remove(&hooks, CF_STR("hook00000000")));
    memset(body, 'x', CF_HOOK_BODY_MAX + 1);
    happen(2, E1, body);
    assert_int_equal(hooks.waiting, 0);
    assert_int_equal(cf_hooks_find(&hooks, CF_STR("hook00000001"))->failed, 1);
}

static void no_memory_is_borne(void **state) {
    (void)state;
    for (size_t n = 0; n < 3; n++) {
        mem.fail_at = mem.count + n;
        enum cf_err err = add(A, "https://a.example/", 1);
        mem.fail_at = SIZE_MAX;
        if (err == CF_OK) {
            break;
        }
        assert_int_equal(err, CF_ERR_NO_MEMORY);
    }
    assert_non_null(cf_hooks_find(&hooks, CF_STR(A)));
    mem.fail_at = mem.count;
    happen(1, E1, "x");
    mem.fail_at = SIZE_MAX;
    assert_int_equal(cf_hooks_find(&hooks, CF_STR(A))->failed, 1);
    assert_false(poll_one());
}

static void urls_are_looked_at(void **state) {
    static const char *const good[] = {"https://a.example", "http://127.0.0.1:80/x?y=1&z=%20", "HTTPS://[2001:db8::1]:8443/",
                                       "https://a/@b"};
    static const char *const bad[] = {"",
                                      "ftp://a/",
                                      "https://",
                                      "https:///x",
                                      "https://u:p@a/",
                                      "https://a b/",
                                      "https://a/\r\nX: y",
                                      "file:///etc/passwd",
                                      "gopher://a/",
                                      "//a/",
                                      "https://a/#x",
                                      "https://a/\\",
                                      "https://\xc3\xa4/"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(cf_hook_url_is_valid(cf_str_of(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (cf_hook_url_is_valid(cf_str_of(bad[i]))) {
            fail_msg("taken: %s", bad[i]);
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(each_gets_what_it_wants_in_order), CASE(what_fails_is_tried_again_and_then_given_up),
             CASE(what_cannot_be_signed_now_is_signed_later), CASE(signatures_are_those_of_the_convention),
             CASE(a_removed_hook_is_forgotten_in_flight), CASE(everything_is_bounded), CASE(no_memory_is_borne),
             CASE(urls_are_looked_at))
