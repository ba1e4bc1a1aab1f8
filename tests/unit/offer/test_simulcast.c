/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulcast: both sides agree on the same; the rules one by one are in tests/conformance/offer_answer.c. */
#include "core/offer/simulcast.h"

#include "lib/test.h"
#include "lib/test_party.h"

static struct test_party a;
static struct test_party b;
static const struct cf_local_simulcast three = {
    .count = 3,
    .rids = {CF_STR_INIT("f"), CF_STR_INIT("h"), CF_STR_INIT("q")},
    .restrictions = {CF_STR_INIT("max-width=1280;max-height=720"), CF_STR_INIT("max-width=640"), CF_STR_INIT("max-width=320")}};

static int begin(void **state) {
    (void)state;
    test_party_init(&a, "alice", 1, 2);
    test_party_init(&b, "bob", 2, 2);
    a.lines[1].simulcast = &three;
    return 0;
}

static int end(void **state) {
    (void)state;
    test_party_fini(&a);
    test_party_fini(&b);
    return 0;
}

static void both_sides_agree(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    assert_int_equal(a.params->lines[1].simulcast_out.count, 3);
    assert_true(cf_media_simulcast_is_same(&a.params->lines[1].simulcast_out, &b.params->lines[1].simulcast_in));
    assert_int_equal(a.params->lines[1].simulcast_in.count, 0);
    assert_int_equal(b.params->lines[1].simulcast_out.count, 0);
    assert_true(a.params->lines[1].extensions[CF_EXTENSION_RID].can_send);
    assert_str(cf_media_rid(&b.params->lines[1].simulcast_in.at[2]), CF_STR("q"));
    assert_int_equal(a.params->lines[0].extensions[CF_EXTENSION_RID].id, 0);
}

static void an_offer_of_the_receiver_keeps_it(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    test_party_exchange(&b, &a);
    assert_int_equal(b.params->lines[1].changed & CF_MEDIA_CHANGE_NAMES, 0);
    assert_true(cf_media_simulcast_is_same(&a.params->lines[1].simulcast_out, &b.params->lines[1].simulcast_in));
    assert_int_equal(b.params->lines[1].simulcast_in.count, 3);
}

static void without_it_nothing_is_said_of_it(void **state) {
    (void)state;
    a.lines[1].simulcast = NULL;
    struct cf_str text = test_party_offer(&a);
    assert_int_equal(cf_str_find_str(text, CF_STR("rid")), text.len);
    assert_int_equal(cf_str_find_str(text, CF_STR("rtp-stream-id")), text.len);
}

static void who_does_not_do_it_answers_without(void **state) {
    (void)state;
    b.policy.takes_simulcast = false;
    test_party_exchange(&a, &b);
    assert_int_equal(a.params->lines[1].simulcast_out.count, 0);
    assert_int_equal(b.params->lines[1].simulcast_in.count, 0);
    assert_true(a.params->lines[1].is_active);
}

static void payload_types_are_a_set(void **state) {
    (void)state;
    struct cf_media_encoding encoding = {.rid_len = 1, .has_types = true, .types = {UINT64_C(1) << 35, UINT64_C(1) << 33}};
    assert_true(cf_media_encoding_has_type(&encoding, 35));
    assert_true(cf_media_encoding_has_type(&encoding, 97));
    assert_false(cf_media_encoding_has_type(&encoding, 96));
    encoding.has_types = false;
    assert_true(cf_media_encoding_has_type(&encoding, 96));
}

/* Whatever becomes of the offer: it is answered or refused, and what is agreed on is within limits. */
static void try(const char *text, size_t len) {
    if (test_party_try(&b, cf_str_n(text, len)) == CF_OK) {
        struct cf_media_params *params = cf_negotiation_take_params(&b.n);
        for (size_t i = 0; params != NULL && i < params->line_count; i++) {
            assert_in_range(params->lines[i].simulcast_in.count, 0, CF_MEDIA_ENCODINGS_MAX);
        }
        cf_media_params_free(&b.mem.mem, params);
    } else {
        assert_int_not_equal(b.refusal.reason, CF_REFUSAL_NONE);
    }
}

static void any_cut_or_flipped_octet_does_no_harm(void **state) {
    (void)state;
    char text[8192];
    struct cf_str offer = test_party_offer(&a);
    assert_true(offer.len < sizeof text);
    memcpy(text, offer.at, offer.len);
    size_t from = cf_str_find_str(offer, CF_STR("a=rid"));
    assert_true(from < offer.len);
    for (size_t i = from; i < offer.len; i++) {
        char octet = text[i];
        try(text, i);
        for (int bit = 0; bit < 8; bit++) {
            text[i] = (char)(octet ^ (1 << bit));
            try(text, offer.len);
        }
        text[i] = octet;
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(T(both_sides_agree), T(an_offer_of_the_receiver_keeps_it), T(without_it_nothing_is_said_of_it),
             T(who_does_not_do_it_answers_without), T(any_cut_or_flipped_octet_does_no_harm),
             cmocka_unit_test(payload_types_are_a_set))
