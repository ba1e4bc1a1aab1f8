/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICE in offers and answers: who does it, whose credentials stay, what is a restart, what Linphone's conclusion means. */
#include "core/offer/ice.h"

#include "lib/test.h"
#include "lib/test_party.h"

#define PEER_CREDENTIALS "a=ice-ufrag:0ef0c15c\r\na=ice-pwd:442527cf0dcc5ac458c26e5e\r\n"
#define RESTARTED "a=ice-ufrag:77777777\r\na=ice-pwd:442527cf0dcc5ac458c26e5f\r\n"
#define HOST "a=candidate:1 1 UDP 2130706303 198.51.100.7 52010 typ host\r\n"
#define HOST_2 "a=candidate:1 2 UDP 2130706302 198.51.100.7 52011 typ host\r\n"

static struct test_party a;
static struct test_party b;
static struct cf_local_ice ice_a;
static struct cf_local_ice ice_b;

static bool contains(struct cf_str text, const char *part) {
    return cf_str_find_str(text, cf_str_of(part)) < text.len;
}

static void give_candidates(struct test_party *p, struct cf_local_ice *ice) {
    *ice = (struct cf_local_ice){.count = 2};
    ice->candidates[0] = (struct cf_local_candidate){.addr = p->lines[0].rtp, .preference = 65535, .component = 1};
    ice->candidates[1] = (struct cf_local_candidate){.addr = p->lines[0].rtcp, .preference = 65535, .component = 2};
    p->lines[0].ice = ice;
    p->policy.ice = CF_POLICY_ICE_FULL;
}

static int begin(void **state) {
    (void)state;
    test_party_init(&a, "alice", 1, 1);
    test_party_init(&b, "bob", 2, 1);
    give_candidates(&a, &ice_a);
    give_candidates(&b, &ice_b);
    return 0;
}

static int end(void **state) {
    (void)state;
    test_party_fini(&a);
    test_party_fini(&b);
    return 0;
}

static const struct cf_media_transport *transport(const struct test_party *p) {
    return &p->params->transports[p->params->lines[0].transport];
}

static struct cf_str ufrag(const struct test_party *p) {
    return cf_str_n(transport(p)->own_ice.ufrag, transport(p)->own_ice.ufrag_len);
}

/* An offer as Linphone makes it: @p session at session level, @p media in the audio section. */
static struct cf_str linphone(const char *session, const char *connection, unsigned port, const char *media) {
    static char text[2048];
    int len =
        snprintf(text, sizeof text,
                 "v=0\r\no=ann 411 77 IN IP4 198.51.100.7\r\ns=Talk\r\nc=IN IP4 %s\r\nt=0 0\r\n%sm=audio %u RTP/AVPF 0\r\n%s",
                 connection, session, port, media);
    return cf_str_n(text, (size_t)len);
}

static void both_sides_agree_on_it(void **state) {
    (void)state;
    a.policy.offers_rtcp_mux = false;
    struct cf_str offer = test_party_offer(&a);
    assert_true(contains(offer, "a=candidate:1 1 UDP 2130706431 192.0.2.1 1000 typ host\r\n"));
    assert_true(contains(offer, "a=candidate:1 2 UDP 2130706430 192.0.2.1 1001 typ host\r\n"));
    assert_true(contains(offer, "a=end-of-candidates\r\n"));
    assert_true(contains(offer, "a=ice-options:ice2 trickle\r\n"));
    test_party_take_answer(&a, test_party_answer(&b, offer));
    assert_true(transport(&a)->own_ice.is_used && transport(&b)->own_ice.is_used);
    assert_true(transport(&a)->own_ice.is_controlling);
    assert_false(transport(&b)->own_ice.is_controlling);
    assert_str(ufrag(&a), cf_str_n(transport(&b)->ice.ufrag, transport(&b)->ice.ufrag_len));
    assert_str(ufrag(&b), cf_str_n(transport(&a)->ice.ufrag, transport(&a)->ice.ufrag_len));
    assert_int_equal(transport(&a)->ice.candidate_count, 2);
    assert_true(transport(&a)->ice.is_ended);
    assert_true(cf_addr_eq(&transport(&a)->ice.candidates[0].addr, &b.lines[0].rtp));
    assert_int_equal(transport(&a)->ice.candidates[1].component, 2);
}

static void credentials_stay_until_somebody_restarts(void **state) {
    (void)state;
    char first_a[CF_ICE_OWN_TEXT_MAX];
    char first_b[CF_ICE_OWN_TEXT_MAX];
    test_party_exchange(&a, &b);
    size_t len = ufrag(&a).len;
    memcpy(first_a, ufrag(&a).at, len);
    memcpy(first_b, ufrag(&b).at, len);
    test_party_exchange(&b, &a);
    test_party_exchange(&a, &b);
    assert_str(ufrag(&a), cf_str_n(first_a, len));
    assert_str(ufrag(&b), cf_str_n(first_b, len));
    assert_int_equal(a.params->lines[0].changed, 0);
    a.session.restarts_ice = true;
    test_party_exchange(&a, &b);
    a.session.restarts_ice = false;
    assert_false(cf_str_eq(ufrag(&a), cf_str_n(first_a, len)));
    assert_false(cf_str_eq(ufrag(&b), cf_str_n(first_b, len)));
    assert_true((b.params->lines[0].changed & CF_MEDIA_CHANGE_REMOTE) != 0);
}

static void who_does_not_do_it_gets_none(void **state) {
    (void)state;
    b.policy.ice = CF_POLICY_ICE_OFF;
    test_party_exchange(&a, &b);
    assert_false(transport(&a)->own_ice.is_used || transport(&b)->own_ice.is_used);
    assert_true(transport(&b)->ice.is_offered);
    assert_true(cf_addr_eq(&transport(&b)->remote_rtp, &a.lines[0].rtp));
    /* What was declined is not offered again. */
    assert_false(contains(test_party_offer(&a), "candidate"));
}

static void multiplexed_lines_have_one_component(void **state) {
    (void)state;
    a.policy.offers_rtcp_mux = true;
    struct cf_str answer = test_party_answer(&b, test_party_offer(&a));
    assert_true(contains(answer, "a=candidate:1 1 UDP"));
    assert_false(contains(answer, "a=candidate:1 2 UDP"));
    assert_true(transport(&b)->has_rtcp_mux);
}

static void lite_says_so_and_not_to_another_lite(void **state) {
    (void)state;
    b.policy.ice = CF_POLICY_ICE_LITE;
    struct cf_str answer = test_party_answer(&b, test_party_offer(&a));
    assert_true(contains(answer, "a=ice-lite\r\n"));
    test_party_take_answer(&a, answer);
    assert_true(transport(&a)->ice.is_lite && transport(&b)->own_ice.is_lite && transport(&b)->own_ice.is_used);
    test_party_fini(&a);
    test_party_init(&a, "alice", 1, 1);
    give_candidates(&a, &ice_a);
    test_party_fini(&b);
    test_party_init(&b, "bob", 2, 1);
    give_candidates(&b, &ice_b);
    a.policy.ice = b.policy.ice = CF_POLICY_ICE_LITE;
    test_party_exchange(&a, &b);
    assert_false(transport(&a)->own_ice.is_used || transport(&b)->own_ice.is_used);
}

static void a_changed_address_is_a_mismatch(void **state) {
    (void)state;
    struct cf_str answer = test_party_answer(&b, linphone(PEER_CREDENTIALS, "203.0.113.1", 4000, HOST HOST_2));
    assert_true(contains(answer, "a=ice-mismatch\r\n"));
    assert_false(contains(answer, "a=ice-ufrag"));
    assert_false(transport(&b)->own_ice.is_used);
}

/* A phone on the host of a server that listens on loopback only has no loopback candidates: it works without ICE. */
static void loopback_reaches_nobody_else(void **state) {
    (void)state;
    for (size_t i = 0; i < ice_b.count; i++) {
        memset(ice_b.candidates[i].addr.ip, 0, 4);
        ice_b.candidates[i].addr.ip[0] = 127;
    }
    struct cf_str answer = test_party_answer(&b, linphone(PEER_CREDENTIALS, "198.51.100.7", 52010, HOST HOST_2));
    assert_false(contains(answer, "ice-"));
    assert_false(transport(&b)->own_ice.is_used);
    answer = test_party_answer(&b, linphone(PEER_CREDENTIALS "a=ice-options:trickle\r\n", "198.51.100.7", 52010, HOST HOST_2));
    assert_true(contains(answer, "a=ice-ufrag"));
    assert_true(transport(&b)->own_ice.is_used); /* browsers can't do without it */
    test_party_fini(&b);
    test_party_init(&b, "bob", 2, 1);
    give_candidates(&b, &ice_b);
    (void)test_party_answer(
        &b, linphone(PEER_CREDENTIALS, "127.0.0.1", 52010, "a=candidate:1 1 UDP 2130706303 127.0.0.1 52010 typ host\r\n"));
    assert_true(transport(&b)->own_ice.is_used);
}

/* interop: Linphone's second INVITE, with the pair that it has chosen; then a restart; then one that has given up ICE. */
static void the_conclusion_of_linphone_changes_nothing(void **state) {
    (void)state;
    char first[CF_ICE_OWN_TEXT_MAX];
    (void)test_party_answer(&b, linphone(PEER_CREDENTIALS, "198.51.100.7", 52010, HOST HOST_2));
    assert_true(transport(&b)->own_ice.is_used);
    size_t len = ufrag(&b).len;
    memcpy(first, ufrag(&b).at, len);
    const char *concluded = "a=candidate:1 1 UDP 2130706303 198.51.100.7 52010 typ host\r\n"
                            "a=candidate:1 2 UDP 2130706302 198.51.100.7 52011 typ host\r\n"
                            "a=remote-candidates:1 192.0.2.2 2000 2 192.0.2.2 2001\r\n";
    struct cf_str answer = test_party_answer(&b, linphone(PEER_CREDENTIALS, "203.0.113.44", 61000, concluded));
    assert_true(transport(&b)->own_ice.is_used);
    assert_str(ufrag(&b), cf_str_n(first, len));
    assert_true(contains(answer, "a=candidate:1 1 UDP 2130706431 192.0.2.2 2000 typ host\r\n"));
    (void)test_party_answer(&b, linphone(RESTARTED, "198.51.100.7", 52010, HOST HOST_2));
    assert_false(cf_str_eq(ufrag(&b), cf_str_n(first, len)));
    (void)test_party_answer(&b, linphone("", "198.51.100.7", 52010, ""));
    assert_false(transport(&b)->own_ice.is_used);
}

/* Browsers say port 9 of nowhere as long as they have no candidate; names of theirs are never looked up (attacks T32). */
static void nowhere_with_a_promise_is_no_hold(void **state) {
    (void)state;
    const char *media = "a=ice-options:trickle\r\na=rtcp-mux\r\n" PEER_CREDENTIALS
                        "a=candidate:1 1 udp 2113937151 0f6f2e14-7b5c-4d2f-9e2e-5e0d5f2c1a11.local 54321 typ host\r\n";
    (void)test_party_answer(&b, linphone("", "0.0.0.0", 9, media));
    const struct cf_media_line *line = &b.params->lines[0];
    assert_true(line->is_active && line->can_send && line->can_receive && !line->is_held);
    assert_true(transport(&b)->own_ice.is_used && transport(&b)->ice.can_trickle && !transport(&b)->ice.is_ended);
    assert_int_equal(transport(&b)->ice.candidate_count, 0);
    assert_int_equal(transport(&b)->remote_rtp.family, CF_FAMILY_NONE);
    /* The same without ICE is the hold of RFC 2543. */
    (void)test_party_answer(&b, linphone("", "0.0.0.0", 9, ""));
    assert_true(b.params->lines[0].is_held);
}

static void only_what_can_be_used_is_kept(void **state) {
    (void)state;
    char media[2048] = HOST "a=candidate:2 1 TCP 1015021823 198.51.100.7 9 typ host tcptype active\r\n"
                            "a=candidate:3 1 UDP 1 example.org 7 typ host\r\n"
                            "a=candidate:4 3 UDP 1 198.51.100.7 7 typ host\r\n"
                            "a=candidate:5 1 UDP 1 198.51.100.7 8 typ exotic\r\n";
    (void)test_party_answer(&b, linphone(PEER_CREDENTIALS, "198.51.100.7", 52010, media));
    assert_int_equal(transport(&b)->ice.candidate_count, 1);
    for (unsigned i = 0; i < 30; i++) {
        size_t len = strlen(media);
        (void)snprintf(media + len, sizeof media - len, "a=candidate:9 1 UDP 1 10.0.0.1 %u typ host\r\n", i + 1);
    }
    (void)test_party_answer(&b, linphone(PEER_CREDENTIALS, "198.51.100.7", 52010, media));
    assert_int_equal(transport(&b)->ice.candidate_count, CF_MEDIA_CANDIDATES_MAX);
}

static void reflexive_candidates_name_their_base(void **state) {
    (void)state;
    ice_b.count = 3;
    ice_b.candidates[2] =
        (struct cf_local_candidate){.addr = b.lines[0].rtp, .base = b.lines[0].rtp, .preference = 65535, .component = 1};
    ice_b.candidates[2].addr.ip[0] = 203;
    struct cf_str answer = test_party_answer(&b, test_party_offer(&a));
    assert_true(contains(answer, "a=candidate:3 1 UDP 1694498815 203.0.2.2 2000 typ srflx raddr 192.0.2.2 rport 2000\r\n"));
}

static void more_may_come_later(void **state) {
    (void)state;
    ice_a.is_open = true;
    struct cf_str offer = test_party_offer(&a);
    assert_true(contains(offer, "a=ice-options:ice2 trickle\r\n"));
    assert_false(contains(offer, "a=end-of-candidates"));
    struct cf_str answer = test_party_answer(&b, offer);
    assert_true(contains(answer, "a=end-of-candidates"));
    test_party_take_answer(&a, answer);
    assert_true(transport(&b)->ice.can_trickle && !transport(&b)->ice.is_ended);
    assert_true(transport(&a)->ice.is_ended);
}

/* RFC 8839 section 5.7. */
static void an_offer_names_what_was_nominated(void **state) {
    (void)state;
    struct cf_offered_line line;
    size_t count = 0;
    assert_false(contains(test_party_offer(&a), "remote-candidates"));
    assert_ok(cf_negotiation_rollback(&a.n));
    ice_a.nominated[0] = b.lines[0].rtp;
    struct cf_str offer = test_party_offer(&a);
    assert_true(contains(offer, "a=remote-candidates:1 192.0.2.2 2000\r\n"));
    assert_ok(cf_negotiation_on_offer(&b.n, offer, &b.refusal));
    assert_ok(cf_negotiation_offered(&b.n, &line, 1, &count));
    assert_true(cf_addr_eq(&line.nominated, &b.lines[0].rtp));
    assert_ok(cf_negotiation_rollback(&b.n));
    ice_b.nominated[0] = a.lines[0].rtp; /* only offers have it */
    assert_true(contains(test_party_answer(&b, offer), "a=candidate:"));
    assert_ok(cf_negotiation_rollback(&a.n));
    ice_a.nominated[1] = b.lines[0].rtcp;
    assert_true(contains(test_party_offer(&a), "a=remote-candidates:1 192.0.2.2 2000 2 192.0.2.2 2001\r\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(TEST(both_sides_agree_on_it), TEST(credentials_stay_until_somebody_restarts), TEST(who_does_not_do_it_gets_none),
             TEST(multiplexed_lines_have_one_component), TEST(lite_says_so_and_not_to_another_lite),
             TEST(a_changed_address_is_a_mismatch), TEST(loopback_reaches_nobody_else),
             TEST(the_conclusion_of_linphone_changes_nothing), TEST(nowhere_with_a_promise_is_no_hold),
             TEST(only_what_can_be_used_is_kept), TEST(reflexive_candidates_name_their_base), TEST(more_may_come_later),
             TEST(an_offer_names_what_was_nominated))
