/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attacks on the signalling of a whole node, in virtual time: T13 to T19 of the project's list, by strangers and by accounts. */
#include "core/node/node.h"

#include "lib/endpoint_node.h"
#include "lib/node_alone.h"
#include "lib/test.h"
#include "lib/test_digest.h"

#define ALICE "198.51.100.1:5060"
#define BOB "198.51.100.2:5060"
#define MALLORY "203.0.113.66:5060"

static struct node_alone f;

static int begin(void **state) {
    (void)state;
    node_begin(&f);
    node_register(&f, "alice", ALICE);
    node_register(&f, "bob", BOB);
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

static const char *const methods[] = {"REGISTER", "INVITE", "SUBSCRIBE", "NOTIFY",  "MESSAGE", "PUBLISH", "REFER", "INFO",
                                      "UPDATE",   "PRACK",  "BYE",       "OPTIONS", "CANCEL",  "ACK",     "FOO"};
static const char *const targets[] = {"sip:example.org",
                                      "sip:bob@example.org",
                                      "sip:room-tea@example.org",
                                      "sip:conference-factory@example.org",
                                      "sip:conference-focus@example.org;conf-id=abc",
                                      "sip:bob@elsewhere.example",
                                      "tel:+15551234"};

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define SDP "v=0\r\no=- 1 1 IN IP4 203.0.113.66\r\ns=-\r\nc=IN IP4 203.0.113.66\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"

/* Everything that went out went back to @p from. */
static void assert_only_to(const char *from) {
    struct cf_addr addr = addr_of(from);
    for (size_t i = 0; i < f.sent_count && i < NODE_SENT_MAX; i++) {
        assert_true(cf_addr_eq(&f.sent[i].to, &addr));
    }
    assert_int_equal(f.resolves + f.connects, 0);
    assert_int_equal(f.media_commands + f.rows, 0);
}

/* How a stranger may come. */
enum credentials { NONE, GARBAGE, WRONG_PASSWORD, UNKNOWN_USER, FOREIGN_NONCE, CREDENTIALS_COUNT };

static const char *credentials(enum credentials kind, const char *method, const char *uri, bool is_proxy) {
    static char room[2000];
    static char nonce[49];
    struct cf_writer w;
    if (kind == NONE) {
        return "Contact: <sip:alice@" MALLORY ">\r\nRefer-To: <sip:bob@example.org>\r\nEvent: conference\r\n";
    }
    if (kind == GARBAGE) {
        return is_proxy ? "Proxy-Authorization: Digest x\r\n" : "Authorization: Basic YWxpY2U6YWxpY2U=\r\n";
    }
    assert_int_equal(node_send(&f, MALLORY, &(struct node_request){.call_id = "nonce"}), 401);
    struct cf_str fresh = test_nonce_of(node_last_to(&f, MALLORY));
    memcpy(nonce, fresh.at, 48);
    cf_writer_init(&w, room, sizeof room - 1);
    test_put_digest(&w, &(struct test_digest){.username = kind == UNKNOWN_USER ? "nobody" : "alice",
                                              .password = "guess",
                                              .method = method,
                                              .uri = uri,
                                              .is_proxy = is_proxy,
                                              .nonce = kind == FOREIGN_NONCE ? CF_STR("dcd98b7102dd2f0e8b11d0f600bfb0c093")
                                                                             : cf_str_n(nonce, 48)});
    room[w.len] = '\0';
    return room;
}

/* T14: every method, every target, every kind of stranger: nobody gets anything but a refusal, and nobody else hears of it. */
static void strangers_get_nothing(void **state) {
    (void)state;
    for (size_t m = 0; m < COUNT(methods); m++) {
        for (size_t t = 0; t < COUNT(targets); t++) {
            for (unsigned c = 0; c < 2 * CREDENTIALS_COUNT; c++) {
                struct node_request request = {.method = methods[m], .uri = targets[t], .call_id = "x"};
                request.fields = credentials(c / 2, methods[m], targets[t], c % 2 == 0);
                if (m % 2 == 0) {
                    request.type = "application/sdp";
                    request.body = SDP;
                }
                unsigned status = node_send(&f, MALLORY, &request);
                bool is_public = strcmp(methods[m], "OPTIONS") == 0 && t == 0;
                bool is_silent = strcmp(methods[m], "ACK") == 0;
                if (is_silent ? status != 0 : is_public ? status != 200 : status < 400 || status == 408) {
                    fail_msg("%s %s with credentials %u: %u", methods[m], targets[t], c, status);
                }
                assert_only_to(MALLORY);
                f.now += CF_SEC(70);
                node_run_until(&f, f.now);
                node_register(&f, "alice", ALICE);
                node_register(&f, "bob", BOB);
            }
        }
    }
}

/* T14: inside of dialogs that are none. */
static void dialogs_can_not_be_made_up(void **state) {
    (void)state;
    for (size_t m = 0; m < COUNT(methods); m++) {
        for (size_t t = 0; t < 5; t++) {
            struct node_request request = {.method = methods[m], .uri = targets[t], .to_tag = "guess", .call_id = "x"};
            unsigned status = node_send(&f, MALLORY, &request);
            assert_true(status == 481 || strcmp(methods[m], "ACK") == 0);
            assert_only_to(MALLORY);
        }
    }
}

/* T16: an account may call people of this server, and nobody else, however it says where to. */
static void accounts_do_not_get_out(void **state) {
    (void)state;
    static const struct {
        const char *uri;
        const char *fields;
        unsigned status; /* 0: forwarded to Bob's phone only */
    } cases[] = {
        {"tel:+15551234", NULL, 416},
        {"sip:+15551234@elsewhere.example", NULL, 403},
        {"sip:+15551234@example.org", NULL, 404},
        {"sip:bob%40elsewhere.example@example.org", NULL, 404},
        {"sip:bob@192.0.2.99", NULL, 403},
        {"sip:bob@192.0.2.1:25", NULL, 0},
        {"sip:bob@example.org;maddr=192.0.2.99", NULL, 0},
        {"sip:bob@example.org", "Route: <sip:192.0.2.99;lr>\r\n", 0},
        {"sip:bob@example.org", "Route: <sip:192.0.2.1;lr>, <sip:evil.example;lr>\r\n", 0},
        {"sip:bob@example.org?Route=%3Csip:evil.example%3E", NULL, 400},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned status =
            node_ask(&f, ALICE, &(struct node_request){.method = "MESSAGE", .uri = cases[i].uri, .fields = cases[i].fields});
        if (status != cases[i].status) {
            fail_msg("%s: %u", cases[i].uri, status);
        }
        assert_int_equal(f.resolves + f.connects, 0);
        assert_int_equal(node_last_to(&f, BOB) != NULL, status == 0);
        assert_true(f.sent_count <= 2);
        node_run_until(&f, f.now + CF_SEC(40));
    }
}

/* T16: nor does a contact: a registration leads where its owner is, or is refused; the node itself is not made to call outside by
 * REFER, also not by the administrator of a conference. */
static void rooms_do_not_call_outside(void **state) {
    (void)state;
    struct node_request call = {.method = "INVITE",
                                .uri = "sip:room-tea@example.org",
                                .fields = "Contact: <sip:alice@" ALICE ">\r\n",
                                .type = "application/sdp",
                                .body = SDP};
    assert_int_equal(node_ask(&f, ALICE, &call), 200);
    static const char *const outside[] = {"sip:bob@elsewhere.example", "tel:+15551234", "sip:+1@192.0.2.99",
                                          "sip:bob@elsewhere.example;method=INVITE", "http://evil.example/"};
    for (size_t i = 0; i < COUNT(outside); i++) {
        char fields[200];
        snprintf(fields, sizeof fields, "Refer-To: <%s>\r\nContact: <sip:alice@" ALICE ">\r\n", outside[i]);
        unsigned status =
            node_ask(&f, ALICE, &(struct node_request){.method = "REFER", .uri = "sip:room-tea@example.org", .fields = fields});
        assert_true(status >= 400);
        assert_int_equal(f.resolves + f.connects, 0);
        struct cf_addr alice = addr_of(ALICE);
        for (size_t s = 0; s < f.sent_count; s++) {
            assert_true(cf_addr_eq(&f.sent[s].to, &alice));
        }
    }
}

static bool mentions(const char *word) {
    for (size_t i = 0; i < f.sent_count && i < NODE_SENT_MAX; i++) {
        struct cf_str text = f.sent[i].message.text;
        if (cf_str_find_str(text, cf_str_of(word)) < text.len) {
            return true;
        }
    }
    return false;
}

/* T13: whoever answers a request of ours with a challenge gets no digest of anything. */
static void challenges_to_us_are_not_answered(void **state) {
    (void)state;
    const char *challenge = "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n"
                            "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n";
    struct node_request call = {.method = "INVITE",
                                .uri = "sip:room-tea@example.org",
                                .fields = "Contact: <sip:alice@" ALICE ">\r\n",
                                .call_id = "room",
                                .type = "application/sdp",
                                .body = SDP};
    assert_int_equal(node_ask(&f, ALICE, &call), 200);
    char tag[60];
    snprintf(tag, sizeof tag, "%.*s", CF_STR_ARG(node_last_to(&f, ALICE)->to_tag));
    assert_int_equal(
        node_send(&f, ALICE,
                  &(struct node_request){
                      .method = "ACK", .uri = "sip:room-tea@example.org", .to_tag = tag, .call_id = "room", .cseq = f.branch}),
        0);
    node_clear(&f);
    cf_focus_end_all(cf_node_focus(f.node), f.now);
    node_drain(&f);
    const struct cf_sip_message *bye = node_last_to(&f, ALICE);
    assert_non_null(bye);
    assert_int_equal(bye->method, CF_SIP_METHOD_BYE);
    node_answer(&f, ALICE, 407, "x", challenge);
    node_run_until(&f, f.now + CF_SEC(40));
    assert_false(mentions("Authorization:"));
    /* A phone that challenges what the proxy forwards is answered by its caller, if at all. */
    (void)node_ask(&f, ALICE, &(struct node_request){.method = "INVITE", .uri = "sip:bob@example.org", .call_id = "b"});
    node_answer(&f, BOB, 401, "x", challenge);
    node_run_until(&f, f.now + CF_SEC(40));
    assert_false(mentions("Authorization: Digest"));
    assert_true(mentions("WWW-Authenticate:"));
}

/* T15: who guesses is told the same for users that exist and for users that don't, octet for octet but the nonce and our tag. */
static void answers_do_not_tell_who_exists(void **state) {
    (void)state;
    static struct sip_text first;
    static struct sip_text second;
    for (unsigned round = 0; round < 2; round++) {
        const char *fields = round == 0 ? "" : credentials(WRONG_PASSWORD, "REGISTER", "sip:example.org", false);
        assert_int_equal(
            node_send(&f, MALLORY, &(struct node_request){.fields = fields, .call_id = "c", .branch = "b1", .cseq = 1}), 401);
        sip_text_copy(&first, f.sent[f.sent_count - 1].message.text);
        fields = round == 0 ? "" : credentials(UNKNOWN_USER, "REGISTER", "sip:example.org", false);
        assert_int_equal(
            node_send(&f, MALLORY,
                      &(struct node_request){.user = "aliff", .fields = fields, .call_id = "c", .branch = "b2", .cseq = 1}),
            401);
        sip_text_copy(&second, f.sent[f.sent_count - 1].message.text);
        assert_int_equal(first.text.len, second.text.len);
        const struct cf_sip_message *message = sip_parse(first.text);
        size_t count = message->field_count;
        assert_int_equal(sip_parse(second.text)->field_count, count);
    }
    assert_int_equal(cf_node_auth_failures(f.node), 2);
}

/* T15: a minute of guessing gets no further than ten guesses, and others are not kept out by it. */
static void guessing_stops(void **state) {
    (void)state;
    size_t refused = 0;
    for (unsigned i = 0; i < 50; i++) {
        const char *fields = credentials(WRONG_PASSWORD, "REGISTER", "sip:example.org", false);
        refused += node_send(&f, MALLORY, &(struct node_request){.fields = fields, .call_id = "guess"}) == 403 ? 1 : 0;
        f.now += CF_MSEC(100);
    }
    assert_int_equal(refused, 40);
    assert_int_equal(cf_node_auth_failures(f.node), 10);
    node_register(&f, "alice", ALICE);
}

/* What may come back for what was sent: three times for a challenge (ADR 87), else no more. */
static bool is_amplified(void) {
    const struct cf_sip_message *last = f.sent_count == 1 ? sip_parse(f.sent[0].message.text) : NULL;
    bool is_challenge = last != NULL && (last->status == 401 || last->status == 407);
    return f.bytes_out > (is_challenge ? 3 : 1) * f.bytes_in;
}

/* T18: whatever an address sends that has proved nothing, it gets back no more than that, also not in the minute after; of a
 * challenge one, and no more than three times that. */
static void nothing_is_amplified(void **state) {
    (void)state;
    for (size_t m = 0; m < COUNT(methods); m++) {
        for (size_t t = 0; t < COUNT(targets); t++) {
            for (unsigned is_bare = 0; is_bare < 2; is_bare++) {
                char from[40];
                struct node_request request = {.method = methods[m], .uri = targets[t], .call_id = "x", .is_bare = is_bare == 1};
                snprintf(from, sizeof from, "203.0.113.%zu:%zu", 1 + m, 1000 + 2 * t + is_bare);
                (void)node_send(&f, from, &request);
                node_run_until(&f, f.now + CF_SEC(70));
                if (is_amplified()) {
                    fail_msg("%s %s: %lu octets for %lu", methods[m], targets[t], (unsigned long)f.bytes_out,
                             (unsigned long)f.bytes_in);
                }
                node_register(&f, "alice", ALICE);
                node_register(&f, "bob", BOB);
            }
        }
    }
}

/* Broken and tiny datagrams, too. */
static void noise_is_not_amplified(void **state) {
    (void)state;
    struct cf_rng rng;
    static const char *const starts[] = {
        "", "\r\n\r\n", "INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n",
        "OPTIONS sip:example.org SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCSeq: 1 OPTIONS\r\n", "SIP/2.0 200 OK\r\n"};
    cf_rng_init(&rng, 7);
    for (unsigned i = 0; i < 5000; i++) {
        char text[300];
        char from[40];
        int len = snprintf(text, sizeof text, "%s", starts[cf_rng_below(&rng, COUNT(starts))]);
        size_t more = cf_rng_below(&rng, 100);
        for (size_t k = 0; k < more; k++) {
            text[len + (int)k] = (char)cf_rng_below(&rng, 256);
        }
        snprintf(from, sizeof from, "203.0.113.9:%u", 1024 + i);
        node_clear(&f);
        node_datagram(&f, from, cf_str_n(text, (size_t)len + more));
        assert_true(f.bytes_out <= f.bytes_in);
    }
}

#define FLOOD_PACKETS 300000 /* three seconds of it */
#define FLOOD_CALLS 100

/* T17: a flood from forged addresses is bounded in memory, and a phone of ours still registers and calls without waiting: by the
 * clock of the simulation at once. What that takes by the clock on the wall is for e2e/signalling. */
static void floods_are_bounded(void **state) {
    (void)state;
    static struct sip_text text;
    struct cf_rng rng;
    static const char *const flood[] = {"REGISTER", "OPTIONS", "INVITE", "SUBSCRIBE", "MESSAGE"};
    unsigned answered = 0;
    size_t calm = f.mem.live_bytes;
    cf_rng_init(&rng, 1);
    for (unsigned i = 0; i < FLOOD_PACKETS; i++) {
        char from[40];
        char via[60];
        snprintf(from, sizeof from, "203.%u.%u.%u:%u", cf_rng_below(&rng, 256), cf_rng_below(&rng, 256), cf_rng_below(&rng, 256),
                 1024 + cf_rng_below(&rng, 60000));
        snprintf(via, sizeof via, "UDP %s", from);
        struct node_request request = {
            .method = flood[i % COUNT(flood)], .uri = targets[i % 5], .call_id = via + 4, .type = "application/sdp", .body = SDP};
        node_clear(&f);
        node_datagram(&f, from, node_text(&f, &text, via, &request));
        f.now += 10; /* 100 000 a second */
        if (cf_node_deadline(f.node) <= f.now) {
            node_run_until(&f, f.now);
        }
        if (i % (FLOOD_PACKETS / FLOOD_CALLS) == FLOOD_PACKETS / FLOOD_CALLS - 1) {
            node_register(&f, "alice", ALICE);
            (void)node_ask(&f, ALICE,
                           &(struct node_request){.method = "INVITE", .uri = "sip:bob@example.org", .call_id = via + 4});
            answered += node_last_to(&f, BOB) != NULL ? 1 : 0;
        }
    }
    assert_int_equal(answered, FLOOD_CALLS);
    assert_true(f.mem.peak_bytes < calm + 160U * 1024 * 1024);
    node_run_until(&f, f.now + CF_SEC(300));
    assert_true(f.mem.live_bytes < calm + 16U * 1024 * 1024);
}

/* One step of a call over a connection: what is sent, and what then goes on. */
enum {
    STEP_HALF_INVITE,
    STEP_INVITE,
    STEP_ACK,
    STEP_REINVITE,
    STEP_REINVITE_ACK,
    STEP_SUBSCRIBE,
    STEP_UPDATE,
    STEP_BYE,
    STEP_COUNT
};

/* A call of somebody whom the proxy vouches for, whose connection breaks after @p last. */
static void call_until(unsigned last, unsigned number) {
    static const char *const sent[STEP_COUNT] = {"INVITE", "INVITE", "ACK", "INVITE", "ACK", "SUBSCRIBE", "UPDATE", "BYE"};
    static struct sip_text text;
    char from[40];
    char call_id[20];
    char tag[60] = "";
    unsigned cseq = 1;
    snprintf(from, sizeof from, "203.0.113.20:%u", 20000 + number);
    snprintf(call_id, sizeof call_id, "broken-%u", number);
    struct cf_flow_id flow = node_accept(&f, 1, from);
    for (unsigned step = STEP_INVITE; step <= (last < STEP_INVITE ? STEP_INVITE : last); step++) {
        bool is_ack = step == STEP_ACK || step == STEP_REINVITE_ACK;
        bool has_body = step == STEP_INVITE || step == STEP_REINVITE;
        cseq += is_ack || step == STEP_INVITE ? 0 : 1;
        struct node_request request = {.method = sent[step],
                                       .uri = "sip:room-tea@example.org",
                                       .call_id = call_id,
                                       .to_tag = step == STEP_INVITE ? NULL : tag,
                                       .cseq = cseq,
                                       .fields = "Contact: <sip:alice@203.0.113.20>\r\nEvent: conference\r\n",
                                       .type = has_body ? "application/sdp" : NULL,
                                       .body = has_body ? SDP : NULL};
        struct cf_str raw = node_text(&f, &text, "TCP 203.0.113.20:5060", &request);
        node_clear(&f);
        node_bytes(&f, flow, last == STEP_HALF_INVITE ? cf_str_head(raw, raw.len / 2) : raw);
        const struct cf_sip_message *answer = step == STEP_INVITE ? node_last_over(&f, flow) : NULL;
        if (answer != NULL) {
            assert_int_equal(answer->status, 200);
            snprintf(tag, sizeof tag, "%.*s", CF_STR_ARG(answer->to_tag));
        }
    }
    node_close(&f, flow);
}

/* T8: whoever calls over a connection and breaks it off, at whatever step of the call, leaves nothing behind. */
static void connections_break_at_every_step(void **state) {
    (void)state;
    struct cf_node_live live = {.product = CF_STR("confer"),
                                .algorithms = CF_STR("SHA-256"),
                                .nonce_life_usec = CF_SEC(300),
                                .failures_max = 10,
                                .expires_least_sec = 60,
                                .expires_most_sec = 3600,
                                .devices_max = 10,
                                .proxies = {addr_of("203.0.113.20:5060")},
                                .proxy_count = 1};
    struct cf_focus_config focus = {
        .has_open_rooms = true, .limits = cf_conference_limits_default, .times = cf_conference_times_default};
    unsigned number = 0;
    size_t calm = 0;
    cf_node_set_live(f.node, &live, &focus);
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned step = 0; step < STEP_COUNT; step++) {
            call_until(step, ++number);
            /* A phone that was in the call and is silent is taken out by its media; here by the end of the room. */
            if (step >= STEP_ACK && step < STEP_BYE) {
                cf_focus_end_all(cf_node_focus(f.node), f.now);
                node_drain(&f);
            }
            node_run_until(&f, f.now + CF_SEC(200));
            if (cf_focus_leg_count(cf_node_focus(f.node)) != 0) {
                fail_msg("step %u leaves a member", step);
            }
        }
        node_run_until(&f, f.now + CF_SEC(4000));
        calm = round == 9 ? f.mem.live_bytes : calm;
    }
    struct cf_endpoint_gauges gauges = cf_endpoint_gauges(cf_node_endpoint(f.node));
    assert_int_equal(gauges.streams + gauges.server_transactions + gauges.client_transactions, 0);
    assert_true(f.mem.live_bytes <= calm);
}

/* T19: neither a call nor what rings is ended by who does not know its tags, or is not where it came from. */
static void calls_are_not_ended_by_strangers(void **state) {
    (void)state;
    struct node_request call = {.method = "INVITE",
                                .uri = "sip:room-tea@example.org",
                                .fields = "Contact: <sip:alice@" ALICE ">\r\n",
                                .call_id = "room",
                                .type = "application/sdp",
                                .body = SDP};
    assert_int_equal(node_ask(&f, ALICE, &call), 200);
    char tag[60];
    snprintf(tag, sizeof tag, "%.*s", CF_STR_ARG(node_last_to(&f, ALICE)->to_tag));
    struct node_request request = {
        .method = "ACK", .uri = "sip:room-tea@example.org", .to_tag = tag, .call_id = "room", .cseq = f.branch};
    (void)node_send(&f, ALICE, &request);
    assert_int_equal(cf_focus_leg_count(cf_node_focus(f.node)), 1);
    request.method = "BYE";
    request.cseq = 0;
    static const char *const from_tags[] = {"ft", "guess", "ft"};
    const char *const to_tags[] = {"guess", tag, "guess2"};
    for (size_t i = 0; i < 3; i++) {
        request.from_tag = from_tags[i];
        request.to_tag = to_tags[i];
        assert_int_equal(node_send(&f, i == 2 ? ALICE : MALLORY, &request), 481);
        assert_int_equal(cf_focus_leg_count(cf_node_focus(f.node)), 1);
    }
    request.from_tag = NULL;
    request.to_tag = tag;
    assert_int_equal(node_send(&f, ALICE, &request), 200);
    node_run_until(&f, f.now + CF_SEC(40));
    assert_int_equal(cf_focus_leg_count(cf_node_focus(f.node)), 0);
}

static void what_rings_is_not_cancelled_or_answered_by_strangers(void **state) {
    (void)state;
    static struct sip_text invited;
    static struct sip_text text;
    char branch[20];
    (void)node_ask(&f, ALICE, &(struct node_request){.method = "INVITE", .uri = "sip:bob@example.org", .call_id = "ring"});
    sip_text_copy(&invited, node_last_to(&f, BOB)->raw);
    node_answer(&f, BOB, 180, "b", NULL);
    snprintf(branch, sizeof branch, "%u", f.branch);
    unsigned cseq = f.branch;
    node_clear(&f);
    struct node_request cancel = {
        .method = "CANCEL", .uri = "sip:bob@example.org", .call_id = "ring", .branch = branch, .cseq = cseq};
    assert_int_equal(node_send(&f, MALLORY, &cancel), 481);
    assert_null(node_last_to(&f, BOB));
    /* A 200 with a branch that was guessed wrong, and one for what was never sent. */
    sip_response(&text, sip_parse(invited.text), 200, "evil", "Contact: <sip:evil@" MALLORY ">\r\n");
    char *at = strstr(text.buffer, "branch=z9hG4bK");
    assert_non_null(at);
    at[16] = at[16] == 'A' ? 'B' : 'A';
    node_clear(&f);
    node_datagram(&f, MALLORY, text.text);
    assert_int_equal(f.sent_count, 0);
    cancel.fields = NULL;
    assert_int_equal(node_send(&f, ALICE, &cancel), 200);
    assert_int_equal(node_last_to(&f, BOB)->method, CF_SIP_METHOD_CANCEL);
}

/* Tags and branches that we make are long, and not the same twice: nothing to guess. */
static void tags_are_unguessable(void **state) {
    (void)state;
    char first[60] = "";
    for (unsigned i = 0; i < 100; i++) {
        (void)node_send(&f, MALLORY, &(struct node_request){.call_id = "t"});
        struct cf_str tag = node_last_to(&f, MALLORY)->to_tag;
        assert_true(tag.len >= 16);
        assert_false(cf_str_eq(tag, cf_str_of(first)));
        snprintf(first, sizeof first, "%.*s", CF_STR_ARG(tag));
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(strangers_get_nothing), CASE(dialogs_can_not_be_made_up), CASE(accounts_do_not_get_out),
             CASE(rooms_do_not_call_outside), CASE(challenges_to_us_are_not_answered), CASE(answers_do_not_tell_who_exists),
             CASE(guessing_stops), CASE(nothing_is_amplified), CASE(noise_is_not_amplified), CASE(floods_are_bounded),
             CASE(connections_break_at_every_step), CASE(calls_are_not_ended_by_strangers),
             CASE(what_rings_is_not_cancelled_or_answered_by_strangers), CASE(tags_are_unguessable))
