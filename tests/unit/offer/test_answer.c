/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers: limits, attacks, and agreement of both sides; the cases are in tests/conformance/offer_answer.c. */
#include "core/offer/answer.h"

#include "lib/test.h"
#include "lib/test_party.h"

static struct test_party a;
static struct test_party b;

static int begin(void **state) {
    (void)state;
    test_party_init(&a, "alice", 1, 2);
    test_party_init(&b, "bob", 2, 2);
    return 0;
}

static int end(void **state) {
    (void)state;
    test_party_fini(&a);
    test_party_fini(&b);
    return 0;
}

static void every_suite_can_be_agreed_on(void **state) {
    (void)state;
    a.policy.offer_profile = CF_PROFILE_SAVP;
    for (int i = CF_SRTP_NONE + 1; i < CF_SRTP_SUITE_COUNT; i++) {
        struct test_party c;
        struct test_party d;
        test_party_init(&c, "carol", 3, 2);
        test_party_init(&d, "dave", 4, 2);
        c.policy.offer_profile = CF_PROFILE_SAVPF;
        assert_ok(cf_policy_set_suites(&c.policy, cf_srtp_suites[i].name));
        assert_ok(cf_policy_set_suites(&d.policy, cf_srtp_suites[i].name));
        test_party_exchange(&c, &d);
        assert_int_equal(c.params->transports[0].security.suite, i);
        test_party_exchange(&d, &c);
        assert_int_equal(c.params->lines[0].changed, 0);
        test_party_fini(&c);
        test_party_fini(&d);
    }
}

static void a_refused_line_stays_in_its_place(void **state) {
    (void)state;
    b.lines[0].is_refused = true;
    test_party_exchange(&a, &b);
    assert_false(a.params->lines[0].is_active);
    assert_true(a.params->lines[1].is_active);
    assert_int_equal(a.params->lines[1].transport, 0);
    assert_int_equal(a.params->transport_count, 1);
}

static void lines_beyond_those_of_the_caller_are_refused(void **state) {
    (void)state;
    b.session.line_count = 1;
    test_party_exchange(&a, &b);
    assert_false(b.params->lines[1].is_active);
    b.session.line_count = 0;
    assert_int_equal(test_party_try(&b, test_party_offer(&a)), CF_ERR_UNSUPPORTED);
    assert_int_equal(b.refusal.reason, CF_REFUSAL_DECLINED);
    assert_int_equal(b.refusal.line, 0);
}

static void directions_meet_in_all_combinations(void **state) {
    (void)state;
    for (int i = CF_DIRECTION_INACTIVE; i <= CF_DIRECTION_SENDRECV; i++) {
        for (int k = CF_DIRECTION_INACTIVE; k <= CF_DIRECTION_SENDRECV; k++) {
            a.lines[0].direction = (enum cf_direction)i;
            b.lines[0].direction = (enum cf_direction)k;
            test_party_exchange(&a, &b);
            assert_int_equal(a.params->lines[0].can_send, (i & 1) != 0 && (k & 2) != 0);
            assert_int_equal(a.params->lines[0].can_receive, (i & 2) != 0 && (k & 1) != 0);
        }
    }
}

static void the_largest_offer_is_answered(void **state) {
    (void)state;
    struct test_party c;
    struct test_party d;
    test_party_init(&c, "carol", 3, CF_SDP_MEDIA_MAX);
    test_party_init(&d, "dave", 4, CF_SDP_MEDIA_MAX);
    c.policy.allows_bundle = true;
    d.policy.allows_bundle = true;
    test_party_exchange(&c, &d);
    assert_int_equal(c.params->transport_count, 1);
    test_party_exchange(&d, &c);
    for (size_t i = 0; i < CF_SDP_MEDIA_MAX; i++) {
        assert_true(d.params->lines[i].is_active);
    }
    test_party_fini(&c);
    test_party_fini(&d);
}

static void what_would_be_too_large_is_refused(void **state) {
    (void)state;
    struct test_party c;
    static char extra[4096];
    memset(extra, 'x', sizeof extra);
    memcpy(extra, "a=", 2);
    memcpy(extra + sizeof extra - 2, "\r\n", 2);
    test_party_init(&c, "carol", 3, CF_SDP_MEDIA_MAX);
    for (size_t i = 0; i < CF_SDP_MEDIA_MAX; i++) {
        c.lines[i].extra = cf_str_n(extra, sizeof extra);
    }
    struct cf_str text;
    assert_int_equal(cf_negotiation_offer(&c.n, &c.session, &text), CF_ERR_NO_ROOM);
    test_party_fini(&c);
}

/* An offer with all that is read, in an agreement with keys. */
static struct cf_str rich_offer(char *out, size_t size) {
    a.policy.offer_profile = CF_PROFILE_SAVPF;
    a.policy.allows_bundle = true;
    b.policy.allows_bundle = true;
    test_party_exchange(&a, &b);
    struct cf_str text = test_party_offer(&a);
    assert_true(text.len < size);
    memcpy(out, text.at, text.len);
    return cf_str_n(out, text.len);
}

static void any_truncation_is_answered_or_refused(void **state) {
    (void)state;
    char text[8192];
    size_t len = rich_offer(text, sizeof text).len;
    for (size_t i = 0; i < len; i++) {
        struct test_mem m;
        test_mem_init(&m);
        /* A copy of the exact size, so that the sanitizer sees a read past the end. */
        char *copy = cf_mem_alloc(&m.mem, i + 1);
        memcpy(copy, text, i);
        enum cf_err err = test_party_try(&b, cf_str_n(copy, i));
        assert_true(err == CF_OK || b.refusal.reason != CF_REFUSAL_NONE);
        cf_mem_free(&m.mem, copy, i + 1);
    }
}

static void any_flipped_bit_is_answered_or_refused(void **state) {
    (void)state;
    char text[8192];
    size_t len = rich_offer(text, sizeof text).len;
    for (size_t i = 0; i < len; i++) {
        char octet = text[i];
        text[i] = (char)(octet ^ (1 << (i % 8)));
        enum cf_err err = test_party_try(&b, cf_str_n(text, len));
        assert_true(err == CF_OK || b.refusal.reason != CF_REFUSAL_NONE);
        text[i] = octet;
    }
}

static void lack_of_memory_in_a_new_exchange_changes_nothing(void **state) {
    (void)state;
    char text[8192];
    struct cf_str offer = rich_offer(text, sizeof text);
    struct cf_str answer;
    for (size_t n = 0;; n++) {
        b.mem.fail_at = b.mem.count + n;
        b.mem.failed = false;
        enum cf_err err = cf_negotiation_on_offer(&b.n, offer, &b.refusal);
        if (err == CF_OK) {
            err = cf_negotiation_answer(&b.n, &b.session, &answer, &b.refusal);
        }
        if (!b.mem.failed) {
            assert_ok(err);
            break;
        }
        assert_int_equal(err, CF_ERR_NO_MEMORY);
        assert_null(cf_negotiation_take_params(&b.n));
        b.mem.fail_at = SIZE_MAX;
        assert_ok(cf_negotiation_rollback(&b.n));
    }
    cf_media_params_free(&b.mem.mem, cf_negotiation_take_params(&b.n));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(T(every_suite_can_be_agreed_on), T(a_refused_line_stays_in_its_place),
             T(lines_beyond_those_of_the_caller_are_refused), T(directions_meet_in_all_combinations),
             T(the_largest_offer_is_answered), T(what_would_be_too_large_is_refused), T(any_truncation_is_answered_or_refused),
             T(any_flipped_bit_is_answered_or_refused), T(lack_of_memory_in_a_new_exchange_changes_nothing))
