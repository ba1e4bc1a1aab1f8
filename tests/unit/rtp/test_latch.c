/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a leg may learn its remote address: the cases of RTP bleed and RTP inject, and those of honest phones. */
#include "core/rtp/latch.h"

#include "lib/test.h"

static struct cf_addr addr(const char *text) {
    struct cf_addr a = {0};
    if (text[0] != '\0') {
        assert_ok(cf_addr_parse(cf_str_of(text), &a));
    }
    return a;
}

/* One packet and what is to become of it. */
struct step {
    const char *source;
    char authentic; /* 'n' newest, 'a' authentic but late, '-' not */
    cf_usec at;
    enum cf_latch_verdict verdict;
    const char *remote; /* afterwards */
};

struct scene {
    const char *name;
    const char *signalled;
    const char *flow;
    enum cf_latch_plain plain;
    cf_usec relearn;
    bool is_secure;
    struct step steps[6];
};

#define SDP "198.51.100.7:4000"
#define NAT "203.0.113.9:61000"
#define NAT_MOVED "203.0.113.9:61500"
#define ATTACKER "192.0.2.66:4000"

static const struct scene scenes[] = {
    {"plain, strict: only the address in SDP",
     SDP,
     NAT,
     CF_LATCH_PLAIN_NEVER,
     CF_SEC(1),
     false,
     {{SDP, '-', 0, CF_LATCH_TAKE, SDP},
      {ATTACKER, '-', 0, CF_LATCH_DROP, SDP},
      {NAT, '-', CF_SEC(99), CF_LATCH_DROP, SDP},
      {"198.51.100.7:4001", '-', CF_SEC(99), CF_LATCH_DROP, SDP}}},
    {"plain, attacker first: nothing is learnt from a stranger",
     SDP,
     NAT,
     CF_LATCH_PLAIN_SAME_IP,
     CF_SEC(15),
     false,
     {{ATTACKER, '-', 0, CF_LATCH_DROP, SDP},
      {NAT, '-', CF_MSEC(1), CF_LATCH_LEARN, NAT},
      {ATTACKER, '-', CF_MSEC(2), CF_LATCH_DROP, NAT},
      {NAT, '-', CF_MSEC(3), CF_LATCH_TAKE, NAT},
      {SDP, '-', CF_MSEC(4), CF_LATCH_DROP, NAT}}},
    {"plain, learnt once: the same translator's other port only after silence",
     SDP,
     NAT,
     CF_LATCH_PLAIN_SAME_IP,
     CF_SEC(15),
     false,
     {{NAT, '-', 0, CF_LATCH_LEARN, NAT},
      {NAT_MOVED, '-', CF_SEC(14), CF_LATCH_DROP, NAT},
      {NAT, '-', CF_SEC(14), CF_LATCH_TAKE, NAT},
      {NAT_MOVED, '-', CF_SEC(28), CF_LATCH_DROP, NAT},
      {ATTACKER, '-', CF_SEC(29), CF_LATCH_DROP, NAT},
      {NAT_MOVED, '-', CF_SEC(29), CF_LATCH_LEARN, NAT_MOVED}}},
    {"plain, never again",
     SDP,
     NAT,
     CF_LATCH_PLAIN_SAME_IP,
     CF_USEC_NEVER,
     false,
     {{NAT, '-', 0, CF_LATCH_LEARN, NAT}, {NAT_MOVED, '-', CF_SEC(100000), CF_LATCH_DROP, NAT}}},
    {"plain, right address from the start is strict at once",
     SDP,
     NAT,
     CF_LATCH_PLAIN_SAME_IP,
     CF_SEC(15),
     false,
     {{SDP, '-', 0, CF_LATCH_TAKE, SDP},
      {"198.51.100.7:4002", '-', CF_SEC(1), CF_LATCH_DROP, SDP},
      {NAT, '-', CF_SEC(2), CF_LATCH_DROP, SDP}}},
    {"plain, SDP without address, SIP flow known",
     "0.0.0.0:4000",
     NAT,
     CF_LATCH_PLAIN_SAME_IP,
     CF_SEC(15),
     false,
     {{ATTACKER, '-', 0, CF_LATCH_DROP, ""}, {NAT, '-', 0, CF_LATCH_LEARN, NAT}}},
    {"plain, nobody to vouch",
     SDP,
     "",
     CF_LATCH_PLAIN_SAME_IP,
     CF_SEC(15),
     false,
     {{NAT, '-', 0, CF_LATCH_DROP, SDP}, {"198.51.100.7:9999", '-', 0, CF_LATCH_LEARN, "198.51.100.7:9999"}}},
    {"plain, any: first come, then strict",
     SDP,
     NAT,
     CF_LATCH_PLAIN_ANY,
     CF_SEC(15),
     false,
     {{ATTACKER, '-', 0, CF_LATCH_LEARN, ATTACKER},
      {SDP, '-', 1, CF_LATCH_DROP, ATTACKER},
      {ATTACKER, '-', 2, CF_LATCH_TAKE, ATTACKER}}},
    {"SRTP: a spray without tags learns and changes nothing",
     SDP,
     NAT,
     CF_LATCH_PLAIN_ANY,
     0,
     true,
     {{ATTACKER, '-', 0, CF_LATCH_DROP, SDP},
      {SDP, '-', 0, CF_LATCH_DROP, SDP},
      {NAT, 'n', 1, CF_LATCH_LEARN, NAT},
      {ATTACKER, '-', 2, CF_LATCH_DROP, NAT},
      {NAT, '-', 2, CF_LATCH_DROP, NAT}}},
    {"SRTP: a caught packet sent late from elsewhere does not move the leg",
     SDP,
     NAT,
     CF_LATCH_PLAIN_NEVER,
     CF_USEC_NEVER,
     true,
     {{NAT, 'n', 0, CF_LATCH_LEARN, NAT},
      {ATTACKER, 'a', 1, CF_LATCH_TAKE, NAT},
      {NAT, 'a', 2, CF_LATCH_TAKE, NAT},
      {NAT, 'n', 3, CF_LATCH_TAKE, NAT}}},
    {"SRTP: a phone that moves is followed",
     SDP,
     NAT,
     CF_LATCH_PLAIN_NEVER,
     CF_USEC_NEVER,
     true,
     {{SDP, 'n', 0, CF_LATCH_TAKE, SDP}, {"[2001:db8::5]:5004", 'n', 1, CF_LATCH_LEARN, "[2001:db8::5]:5004"}}},
};

static void run(const struct scene *scene) {
    struct cf_latch latch;
    struct cf_latch_policy policy = {scene->plain, scene->relearn};
    struct cf_addr signalled = addr(scene->signalled);
    struct cf_addr flow = addr(scene->flow);
    cf_latch_init(&latch, &policy);
    cf_latch_signal(&latch, &signalled, &flow, scene->is_secure);
    for (size_t i = 0; i < 6 && scene->steps[i].source != NULL; i++) {
        const struct step *step = &scene->steps[i];
        struct cf_latch_packet packet = {addr(step->source), step->authentic != '-', step->authentic == 'n'};
        struct cf_addr remote = addr(step->remote);
        enum cf_latch_verdict judged = cf_latch_judge(&latch, &packet, step->at);
        enum cf_latch_verdict verdict = cf_latch_on_packet(&latch, &packet, step->at);
        if (verdict != step->verdict || judged != verdict || !cf_addr_eq(&latch.remote, &remote)) {
            fail_msg("%s: step %zu: verdict %d, judged %d, expected %d", scene->name, i, (int)verdict, (int)judged,
                     (int)step->verdict);
        }
    }
}

static void plays_every_scene(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        run(&scenes[i]);
    }
}

static void drops_everything_before_the_signalling_speaks(void **state) {
    (void)state;
    struct cf_latch latch;
    struct cf_latch_policy policy = {CF_LATCH_PLAIN_ANY, 0};
    struct cf_latch_packet packet = {addr(ATTACKER), true, true};
    cf_latch_init(&latch, &policy);
    assert_int_equal(cf_latch_on_packet(&latch, &packet, 0), CF_LATCH_DROP);
    assert_int_equal(latch.remote.family, CF_FAMILY_NONE);
}

static void keeps_what_was_learnt_when_the_same_sdp_comes_again(void **state) {
    (void)state;
    struct cf_latch latch;
    struct cf_latch_policy policy = {CF_LATCH_PLAIN_SAME_IP, CF_USEC_NEVER};
    struct cf_addr signalled = addr(SDP);
    struct cf_addr flow = addr(NAT);
    struct cf_addr other = addr("198.51.100.7:4400");
    struct cf_latch_packet packet = {addr(NAT), false, false};
    cf_latch_init(&latch, &policy);
    cf_latch_signal(&latch, &signalled, &flow, false);
    assert_int_equal(cf_latch_on_packet(&latch, &packet, 0), CF_LATCH_LEARN);
    cf_latch_signal(&latch, &signalled, &flow, false);
    assert_true(cf_addr_eq(&latch.remote, &packet.source));
    cf_latch_signal(&latch, &other, &flow, false);
    assert_true(cf_addr_eq(&latch.remote, &other));
    assert_int_equal(cf_latch_on_packet(&latch, &packet, 1), CF_LATCH_LEARN);
}

CF_TEST_MAIN(cmocka_unit_test(plays_every_scene), cmocka_unit_test(drops_everything_before_the_signalling_speaks),
             cmocka_unit_test(keeps_what_was_learnt_when_the_same_sdp_comes_again))
