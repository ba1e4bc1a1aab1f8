/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offer and answer in one dialog: which is due, versions, forks, previews, rollback, memory. */
#include "core/offer/negotiation.h"

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

/* The version in the o= line of @p text. */
static uint64_t version_of(struct cf_str text) {
    uint64_t version = 0;
    (void)cf_str_cut(&text, '\n');
    struct cf_str origin = cf_str_cut(&text, '\n');
    for (int i = 0; i < 2; i++) {
        (void)cf_sdp_word(&origin);
    }
    assert_true(cf_str_to_u64(cf_sdp_word(&origin), UINT64_MAX, &version));
    return version;
}

static void both_sides_agree_on_the_same(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    assert_true(cf_negotiation_is_agreed(&a.n));
    for (size_t i = 0; i < 2; i++) {
        assert_true(a.params->lines[i].is_active);
        assert_true(a.params->lines[i].can_send);
        assert_int_equal(a.params->lines[i].changed, CF_MEDIA_CHANGE_ALL);
        assert_int_equal(a.params->lines[i].local_ssrc, 1000 + i);
        assert_int_equal(a.params->lines[i].remote_ssrcs[0], 2000 + i);
    }
    assert_int_equal(a.params->lines[0].payloads[0].codec, CF_CODEC_OPUS);
    assert_int_equal(a.params->lines[1].payloads[0].codec, CF_CODEC_VP8);
    assert_int_equal(a.params->lines[0].ptime_msec, 20);
}

static void an_offer_without_news_keeps_its_version(void **state) {
    (void)state;
    a.policy.offer_profile = CF_PROFILE_SAVPF;
    test_party_exchange(&a, &b);
    assert_int_equal(version_of(a.n.local), 1);
    test_party_exchange(&a, &b);
    assert_int_equal(version_of(a.n.local), 1);
    assert_int_equal(version_of(b.n.local), 1);
    assert_int_equal(a.params->lines[0].changed, 0);
    assert_int_equal(b.params->lines[1].changed, 0);
    a.lines[1].direction = CF_DIRECTION_SENDONLY;
    test_party_exchange(&a, &b);
    assert_int_equal(version_of(a.n.local), 2);
    assert_int_equal(version_of(b.n.local), 2);
    assert_int_equal(a.params->lines[0].changed, 0);
    assert_int_equal(a.params->lines[1].changed, CF_MEDIA_CHANGE_DIRECTION);
}

static void a_refused_version_is_not_used_again(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    a.lines[0].direction = CF_DIRECTION_SENDONLY;
    assert_int_equal(version_of(test_party_offer(&a)), 2);
    assert_ok(cf_negotiation_rollback(&a.n));
    a.lines[0].direction = CF_DIRECTION_INACTIVE;
    assert_int_equal(version_of(test_party_offer(&a)), 3);
    assert_ok(cf_negotiation_rollback(&a.n));
    /* What is agreed on is said again with the version it has. */
    a.lines[0].direction = CF_DIRECTION_SENDRECV;
    assert_int_equal(version_of(test_party_offer(&a)), 1);
}

static void a_refresh_repeats_the_agreed_text(void **state) {
    (void)state;
    struct cf_str text;
    assert_int_equal(cf_negotiation_offer_again(&a.n, &text), CF_ERR_STATE);
    test_party_exchange(&a, &b);
    assert_ok(cf_negotiation_offer_again(&b.n, &text));
    assert_str(text, b.n.local);
    assert_int_equal(version_of(text), 1);
    test_party_take_answer(&b, test_party_answer(&a, text));
    test_party_assert_agree(&a, &b);
    assert_int_equal(a.params->lines[0].changed, 0);
}

static void offers_do_not_cross(void **state) {
    (void)state;
    struct cf_str text;
    test_party_exchange(&a, &b);
    struct cf_str offer = test_party_offer(&a);
    assert_false(cf_negotiation_can_offer(&a.n));
    assert_int_equal(cf_negotiation_offer(&a.n, &a.session, &text), CF_ERR_STATE);
    assert_int_equal(cf_negotiation_on_offer(&a.n, offer, &a.refusal), CF_ERR_STATE);
    assert_int_equal(cf_negotiation_answer(&a.n, &a.session, &text, &a.refusal), CF_ERR_STATE);
    assert_int_equal(cf_negotiation_on_answer(&b.n, offer, &b.refusal), CF_ERR_STATE);
    assert_ok(cf_negotiation_on_offer(&b.n, offer, &b.refusal));
    assert_int_equal(cf_negotiation_offer(&b.n, &b.session, &text), CF_ERR_STATE);
    assert_int_equal(cf_negotiation_on_offer(&b.n, offer, &b.refusal), CF_ERR_STATE);
    assert_str(cf_negotiation_remote_offer(&b.n), cf_negotiation_local_offer(&a.n));
    assert_null(cf_negotiation_local_offer(&b.n).at);
}

/* What a description in every carrier means, in the order of enum cf_sdp_carrier. */
static void assert_meanings(const struct cf_negotiation *n, const char *expected) {
    static const char letters[] = {
        [CF_SDP_IS_OFFER] = 'O', [CF_SDP_IS_ANSWER] = 'A', [CF_SDP_IS_PREVIEW] = 'P', [CF_SDP_IS_REPEAT] = 'R',
        [CF_SDP_IS_GLARE] = 'G', [CF_SDP_IS_EARLY] = 'E',  [CF_SDP_IS_STRAY] = '-',
    };
    char actual[10] = {0};
    for (int i = CF_SDP_IN_INVITE; i <= CF_SDP_IN_UPDATE_2XX; i++) {
        actual[i] = letters[cf_negotiation_meaning(n, (enum cf_sdp_carrier)i)];
    }
    assert_string_equal(actual, expected);
}

static void the_state_says_what_a_description_is(void **state) {
    (void)state;
    /* INVITE, 1xx, reliable 1xx, 2xx, ACK, PRACK, its 2xx, UPDATE, its 2xx */
    assert_meanings(&a.n, "O-OO-O-O-");
    struct cf_str offer = test_party_offer(&a);
    assert_meanings(&a.n, "GPAAAAAGA");
    assert_ok(cf_negotiation_on_offer(&b.n, offer, &b.refusal));
    assert_meanings(&b.n, "E-EE-E-E-");
    assert_ok(cf_negotiation_rollback(&b.n));
    test_party_take_answer(&a, test_party_answer(&b, offer));
    assert_meanings(&a.n, "ORRR-O-O-");
    assert_meanings(&b.n, "O-OO-O-O-");
    cf_negotiation_expect_offer(&a.n);
    assert_meanings(&a.n, "O-OO-O-O-");
}

static void an_offerless_invite_is_answered_by_an_offer(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    /* b's 2xx has the offer, a's ACK the answer. */
    struct cf_str answer = test_party_answer(&a, test_party_offer(&b));
    assert_int_equal(cf_negotiation_meaning(&b.n, CF_SDP_IN_ACK), CF_SDP_IS_ANSWER);
    test_party_take_answer(&b, answer);
    test_party_assert_agree(&a, &b);
    /* The offerer's numbers and keys are still those of the first exchange. */
    assert_int_equal(b.params->lines[1].payloads[0].receive_type, 97);
}

static void a_preview_counts_until_the_answer_comes(void **state) {
    (void)state;
    struct cf_str offer = test_party_offer(&a);
    struct cf_str answer = test_party_answer(&b, offer);
    assert_ok(cf_negotiation_on_preview(&a.n, answer, &a.refusal));
    struct cf_media_params *early = cf_negotiation_take_params(&a.n);
    assert_non_null(early);
    assert_true(early->lines[0].is_active);
    assert_false(cf_negotiation_is_agreed(&a.n));
    cf_media_params_free(&a.mem.mem, early);
    test_party_take_answer(&a, answer);
    assert_int_equal(a.params->lines[0].changed, 0);
    test_party_assert_agree(&a, &b);
}

static void a_preview_falls_back_with_its_offer(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    a.lines[0].rtp.port = 1500;
    struct cf_str offer = test_party_offer(&a);
    assert_ok(cf_negotiation_on_preview(&a.n, test_party_answer(&b, offer), &a.refusal));
    cf_media_params_free(&a.mem.mem, cf_negotiation_take_params(&a.n));
    assert_ok(cf_negotiation_rollback(&a.n));
    struct cf_media_params *back = cf_negotiation_take_params(&a.n);
    assert_non_null(back);
    assert_int_equal(back->lines[0].changed, CF_MEDIA_CHANGE_LOCAL);
    assert_int_equal(back->transports[0].local_rtp.port, 1000);
    cf_media_params_free(&a.mem.mem, back);
    assert_null(cf_negotiation_take_params(&a.n));
}

static void rollback_restores_what_was_agreed(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    struct cf_str offer = test_party_offer(&a);
    assert_ok(cf_negotiation_on_offer(&b.n, offer, &b.refusal));
    assert_ok(cf_negotiation_rollback(&a.n));
    assert_ok(cf_negotiation_rollback(&b.n));
    assert_null(cf_negotiation_take_params(&a.n));
    assert_true(cf_negotiation_can_offer(&a.n));
    test_party_exchange(&b, &a);
}

static void forks_answer_for_themselves(void **state) {
    (void)state;
    struct cf_negotiation fork;
    struct test_party c;
    assert_int_equal(cf_negotiation_fork(&a.n, &fork), CF_ERR_STATE);
    struct cf_str offer = test_party_offer(&a);
    assert_ok(cf_negotiation_fork(&a.n, &fork));
    test_party_init(&c, "carol", 3, 2);
    assert_ok(cf_negotiation_on_answer(&fork, test_party_answer(&c, offer), &c.refusal));
    struct cf_media_params *params = cf_negotiation_take_params(&fork);
    assert_int_equal(params->transports[0].remote_rtp.port, 3000);
    cf_media_params_free(&a.mem.mem, params);
    test_party_take_answer(&a, test_party_answer(&b, offer));
    assert_int_equal(a.params->transports[0].remote_rtp.port, 2000);
    cf_negotiation_fini(&fork);
    test_party_fini(&c);
}

static void lines_of_an_offer_are_told_to_the_owner(void **state) {
    (void)state;
    struct cf_offered_line lines[4];
    size_t count = 0;
    assert_int_equal(cf_negotiation_offered(&b.n, lines, 4, &count), CF_ERR_STATE);
    assert_ok(cf_negotiation_on_offer(&b.n,
                                      CF_STR("v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\nc=IN IP4 0.0.0.0\r\n"
                                             "m=audio 9 RTP/SAVP 0\r\na=mid:x\r\na=rtcp-mux\r\nm=text 5 TCP x\r\na=sendonly\r\n"
                                             "m=video 0 RTP/AVPF 97\r\nc=IN IP4 192.0.2.9\r\na=bundle-only\r\na=label:abc\r\n"
                                             "a=content:thumbnail\r\nm=video 0 RTP/AVP 0\r\n"),
                                      &b.refusal));
    assert_ok(cf_negotiation_offered(&b.n, lines, 3, &count));
    assert_int_equal(count, 4);
    assert_int_equal(lines[0].kind, CF_MEDIA_AUDIO);
    assert_int_equal(lines[0].profile, CF_PROFILE_SAVP);
    assert_true(lines[0].is_held);
    assert_true(lines[0].has_rtcp_mux);
    assert_str(lines[0].mid, CF_STR("x"));
    assert_int_equal(lines[1].kind, CF_MEDIA_OTHER);
    assert_int_equal(lines[1].direction, CF_DIRECTION_SENDONLY);
    assert_true(lines[2].is_bundle_only);
    assert_false(lines[2].is_disabled);
    assert_false(lines[2].is_held);
    assert_str(lines[2].label, CF_STR("abc"));
    assert_int_equal(lines[2].content, CF_CONTENT_THUMBNAIL);
    assert_ok(cf_negotiation_offered(&b.n, lines, 4, &count));
    assert_true(lines[3].is_disabled);
}

static void bad_offers_leave_the_state_as_it_was(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    assert_int_equal(cf_negotiation_on_offer(&b.n, CF_STR("v=0\r\nx"), &b.refusal), CF_ERR_MALFORMED);
    assert_int_equal(b.refusal.reason, CF_REFUSAL_MALFORMED);
    assert_int_equal(b.refusal.offset, 5);
    assert_int_equal(b.n.state, CF_NEGOTIATION_STABLE);
    test_party_exchange(&a, &b);
}

/* Against RFC 3264 section 8, but Linphone 5.5 does it. What is missing is off; it may come again, or our own offer follow. */
static void an_offer_may_have_fewer_lines_than_before(void **state) {
    (void)state;
    struct cf_refusal refusal;
    struct cf_str answer;
    const struct cf_str fewer = CF_STR_INIT("v=0\r\no=- 1 2 IN IP4 192.0.2.9\r\nc=IN IP4 192.0.2.9\r\nm=audio 9 RTP/SAVP 0\r\n"
                                            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"
                                            "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5\r\n");
    test_party_exchange(&a, &b);
    size_t before = b.session.line_count;
    assert_true(before > 1);
    assert_ok(cf_negotiation_on_offer(&b.n, fewer, &refusal));
    b.session.line_count = 1;
    assert_ok(cf_negotiation_answer(&b.n, &b.session, &answer, &refusal));
    cf_media_params_free(&b.mem.mem, b.params);
    b.params = cf_negotiation_take_params(&b.n);
    assert_int_equal(b.params->line_count, 1);
    b.session.line_count = before;
    test_party_exchange(&b, &a);
    test_party_exchange(&a, &b);
}

static void a_phone_call_at_rest_is_small(void **state) {
    (void)state;
    a.policy.offer_profile = CF_PROFILE_SAVPF;
    test_party_exchange(&a, &b);
    assert_null(cf_negotiation_take_params(&a.n));
    assert_true(cf_negotiation_memory(&a.n) < 3500);
    a.mem.live_bytes -= a.params->size;
    assert_int_equal(a.mem.live_bytes, cf_negotiation_memory(&a.n));
    a.mem.live_bytes += a.params->size;
}

/* A whole life: both directions, a preview, a rollback. Stops at the first error that isn't lack of memory. */
static enum cf_err live(struct cf_negotiation *x, struct cf_negotiation *y, const struct cf_local_session *sx,
                        const struct cf_local_session *sy) {
    struct cf_str offer;
    struct cf_str answer;
    struct cf_refusal refusal;
    enum cf_err err = cf_negotiation_offer(x, sx, &offer);
    err = err != CF_OK ? err : cf_negotiation_on_offer(y, offer, &refusal);
    err = err != CF_OK ? err : cf_negotiation_answer(y, sy, &answer, &refusal);
    err = err != CF_OK ? err : cf_negotiation_on_preview(x, answer, &refusal);
    err = err != CF_OK ? err : cf_negotiation_on_answer(x, answer, &refusal);
    err = err != CF_OK ? err : cf_negotiation_offer_again(x, &offer);
    err = err != CF_OK ? err : cf_negotiation_on_preview(x, answer, &refusal);
    err = err != CF_OK ? err : cf_negotiation_rollback(x);
    return err;
}

static void lack_of_memory_is_survived_at_every_step(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct test_mem mem;
        struct cf_negotiation x;
        struct cf_negotiation y;
        test_mem_init(&mem);
        mem.fail_at = n;
        cf_negotiation_init(&x, &mem.mem);
        cf_negotiation_init(&y, &mem.mem);
        enum cf_err err = live(&x, &y, &a.session, &b.session);
        assert_int_equal(err, mem.failed ? CF_ERR_NO_MEMORY : CF_OK);
        cf_negotiation_fini(&x);
        cf_negotiation_fini(&y);
        test_mem_fini(&mem);
        if (!mem.failed) {
            assert_true(n > 20);
            break;
        }
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(T(both_sides_agree_on_the_same), T(an_offer_without_news_keeps_its_version), T(a_refused_version_is_not_used_again),
             T(a_refresh_repeats_the_agreed_text), T(offers_do_not_cross), T(the_state_says_what_a_description_is),
             T(an_offerless_invite_is_answered_by_an_offer), T(a_preview_counts_until_the_answer_comes),
             T(a_preview_falls_back_with_its_offer), T(rollback_restores_what_was_agreed), T(forks_answer_for_themselves),
             T(lines_of_an_offer_are_told_to_the_owner), T(bad_offers_leave_the_state_as_it_was),
             T(an_offer_may_have_fewer_lines_than_before), T(a_phone_call_at_rest_is_small),
             T(lack_of_memory_is_survived_at_every_step))
