/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One agent and a peer made of single messages: what each message does and, more often, does not do (attacks T25, T27). Agents
 * against each other are in tests/sim/ice_agents.c.
 */
#include "core/ice/agent.h"
#include "core/stun/build.h"
#include "core/stun/value.h"

#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"

#define OUR_PWD "our-password-of-22-chr"
#define PEER_PWD "peer-password-of-22-ch"
#define PEER "203.0.113.5:6000"
#define STRANGER "192.0.2.66:6000"
#define SOCKET 7

/* The agent, and what it sent last. */
struct scene {
    struct cf_ice_agent agent;
    struct test_entropy entropy;
    cf_usec now;
    uint8_t sent[CF_ICE_MESSAGE_MAX];
    size_t sent_len; /* 0: nothing */
    struct cf_addr sent_to;
};

/* A message of the peer's making. */
struct script {
    const char *user;
    const char *pwd;
    bool has_use;
    bool is_controlled; /* the peer says so */
    bool no_priority;
    bool no_integrity;
    bool bad_fingerprint;
    bool has_unknown;
};

static const struct script plain = {.user = "ours:peer", .pwd = OUR_PWD};

static struct cf_addr addr(const char *text) {
    struct cf_addr a;
    assert_ok(cf_addr_parse(cf_str_of(text), &a));
    return a;
}

static void make_at(struct scene *s, const char *base, bool is_controlling, bool is_lite) {
    memset(s, 0, sizeof *s);
    s->now = CF_SEC(10);
    test_entropy_init(&s->entropy, 5);
    const struct cf_ice_config config = {.hash = &test_stun_hash,
                                         .entropy = &s->entropy.entropy,
                                         .ufrag = CF_STR("ours"),
                                         .pwd = CF_STR(OUR_PWD),
                                         .prefix = 0xabcdef01,
                                         .component_count = 1,
                                         .is_controlling = is_controlling,
                                         .is_lite = is_lite};
    const struct cf_ice_local local = {
        .socket = SOCKET, .addr = addr(base), .priority = cf_ice_priority(CF_ICE_HOST, 65535, 1), .component = 1};
    assert_ok(cf_ice_agent_init(&s->agent, &config, s->now));
    assert_true(cf_ice_agent_add_local(&s->agent, &local, s->now));
    assert_ok(cf_ice_agent_set_remote(&s->agent, CF_STR("peer"), CF_STR(PEER_PWD), false, s->now));
}

static void make(struct scene *s, bool is_controlling, bool is_lite) {
    make_at(s, "198.51.100.1:5000", is_controlling, is_lite);
}

static void drain(struct scene *s) {
    struct cf_ice_output out;
    s->sent_len = 0;
    while (cf_ice_agent_poll_send(&s->agent, &out)) {
        assert_int_equal(out.socket, SOCKET);
        memcpy(s->sent, out.data.at, out.data.len);
        s->sent_len = out.data.len;
        s->sent_to = out.to;
    }
}

static enum cf_ice_verdict receive(struct scene *s, const char *from, struct cf_span message) {
    struct cf_addr source = addr(from);
    enum cf_ice_verdict verdict = cf_ice_agent_receive(&s->agent, SOCKET, &source, message, s->now);
    drain(s);
    return verdict;
}

static enum cf_ice_verdict request(struct scene *s, const char *from, const struct script *script) {
    static const uint8_t id[CF_STUN_ID_LEN] = "peers-choice";
    uint8_t octets[512];
    struct cf_writer w;
    cf_writer_init(&w, octets, sizeof octets);
    struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_REQUEST, CF_STUN_BINDING, id);
    cf_stun_put(&b, CF_STUN_USERNAME, cf_str_span(cf_str_of(script->user)));
    if (!script->no_priority) {
        cf_stun_put_u32(&b, CF_STUN_PRIORITY, 1862270975);
    }
    cf_stun_put_u64(&b, script->is_controlled ? CF_STUN_ICE_CONTROLLED : CF_STUN_ICE_CONTROLLING, 1);
    if (script->has_use) {
        cf_stun_put(&b, CF_STUN_USE_CANDIDATE, (struct cf_span){octets, 0});
    }
    if (script->has_unknown) {
        cf_put_bytes(&w, "\x7f\x00\x00\x00", 4);
    }
    if (!script->no_integrity) {
        assert_true(cf_stun_put_integrity(&b, &test_stun_hash, cf_str_span(cf_str_of(script->pwd))));
    }
    cf_stun_put_fingerprint(&b);
    octets[w.len - 1] ^= script->bad_fingerprint ? 1 : 0;
    return receive(s, from, cf_writer_span(&w));
}

/* Answer the check that was sent last, as if from @p from. */
static enum cf_ice_verdict reply(struct scene *s, const char *from, unsigned code, const char *pwd) {
    uint8_t octets[256];
    struct cf_writer w;
    struct cf_stun_message m;
    struct cf_addr us = addr("198.51.100.1:5000");
    assert_ok(cf_stun_parse((struct cf_span){s->sent, s->sent_len}, &m));
    cf_writer_init(&w, octets, sizeof octets);
    struct cf_stun_builder b = cf_stun_begin(&w, code == 0 ? CF_STUN_SUCCESS : CF_STUN_ERROR, CF_STUN_BINDING, m.id);
    if (code == 0) {
        cf_stun_put_xor_address(&b, CF_STUN_XOR_MAPPED_ADDRESS, &us);
    } else {
        cf_stun_put_error(&b, code);
    }
    assert_true(cf_stun_put_integrity(&b, &test_stun_hash, cf_str_span(cf_str_of(pwd))));
    cf_stun_put_fingerprint(&b);
    return receive(s, from, cf_writer_span(&w));
}

/* The next thing that the agent has to do. */
static void wait(struct scene *s) {
    cf_usec deadline = cf_ice_agent_deadline(&s->agent);
    assert_true(deadline != CF_USEC_NEVER);
    s->now = deadline > s->now ? deadline : s->now;
    cf_ice_agent_on_deadline(&s->agent, s->now);
    drain(s);
}

static bool next_event(struct scene *s, enum cf_ice_event_kind kind, struct cf_ice_event *ret) {
    while (cf_ice_agent_poll_event(&s->agent, ret)) {
        if (ret->kind == kind) {
            return true;
        }
    }
    return false;
}

static unsigned code_of_answer(const struct scene *s) {
    struct cf_stun_message m;
    unsigned code = 0;
    assert_ok(cf_stun_parse((struct cf_span){s->sent, s->sent_len}, &m));
    assert_true(cf_stun_is_authentic(&m, &test_stun_hash, cf_str_span(CF_STR(OUR_PWD))) && cf_stun_is_whole(&m));
    if (m.kind == CF_STUN_ERROR) {
        assert_true(cf_stun_error_code(&m, &code));
    } else {
        assert_int_equal(m.kind, CF_STUN_SUCCESS);
    }
    return code;
}

static void does_nothing_for_strangers(void **state) {
    (void)state;
    static const struct script scripts[] = {
        {.user = "ours:peer", .pwd = "wrong-password-of-22-c"},
        {.user = "ours:peer", .pwd = OUR_PWD, .no_integrity = true},
        {.user = "ours:peer", .pwd = OUR_PWD, .bad_fingerprint = true},
        {.user = "ours:other", .pwd = OUR_PWD},
        {.user = "theirs:peer", .pwd = OUR_PWD},
        {.user = "ours", .pwd = OUR_PWD},
        {.user = "", .pwd = OUR_PWD},
        {.user = "ours:peer", .pwd = PEER_PWD, .has_use = true},
    };
    struct scene s;
    make(&s, false, false);
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct cf_ice_event event;
        assert_int_equal(request(&s, STRANGER, &scripts[i]), CF_ICE_NOT_AUTHENTIC);
        assert_int_equal(s.sent_len, 0);
        assert_false(cf_ice_agent_poll_event(&s.agent, &event));
    }
    assert_int_equal(s.agent.remote_count + s.agent.pair_count, 0);
    assert_int_equal(s.agent.stats.refused_in, sizeof scripts / sizeof scripts[0]);
}

static void answers_and_checks_back(void **state) {
    (void)state;
    struct scene s;
    struct cf_ice_event event;
    struct cf_addr peer = addr(PEER);
    make(&s, false, false);
    assert_int_equal(request(&s, PEER, &plain), CF_ICE_USED);
    assert_int_equal(code_of_answer(&s), 0);
    assert_true(cf_addr_eq(&s.sent_to, &peer));
    /* Nothing is valid before our own check has got through. */
    assert_false(next_event(&s, CF_ICE_EVENT_VALID, &event));
    wait(&s);
    assert_true(cf_addr_eq(&s.sent_to, &peer));
    assert_int_equal(reply(&s, PEER, 0, PEER_PWD), CF_ICE_USED);
    assert_true(next_event(&s, CF_ICE_EVENT_SELECTED, &event));
    assert_false(event.is_nominated);
    const struct script use = {.user = "ours:peer", .pwd = OUR_PWD, .has_use = true};
    assert_int_equal(request(&s, PEER, &use), CF_ICE_USED);
    assert_true(next_event(&s, CF_ICE_EVENT_SELECTED, &event));
    assert_true(event.is_nominated && cf_addr_eq(&event.remote, &peer));
    /* Said again it is no news. */
    assert_int_equal(request(&s, PEER, &use), CF_ICE_USED);
    assert_false(next_event(&s, CF_ICE_EVENT_SELECTED, &event));
}

static void refuses_requests_with_reason(void **state) {
    (void)state;
    static const struct {
        struct script script;
        unsigned code;
    } rows[] = {
        {{.user = "ours:peer", .pwd = OUR_PWD, .no_priority = true}, 400},
        {{.user = "ours:peer", .pwd = OUR_PWD, .has_unknown = true}, 420},
    };
    struct scene s;
    make(&s, false, false);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(request(&s, PEER, &rows[i].script), CF_ICE_USED);
        assert_int_equal(code_of_answer(&s), rows[i].code);
        assert_int_equal(s.agent.pair_count, 0);
    }
}

static void repairs_conflicts_of_roles(void **state) {
    (void)state;
    struct scene s;
    const struct script controlled = {.user = "ours:peer", .pwd = OUR_PWD, .is_controlled = true};
    /* Both controlling; the peer's tie breaker is 1, ours larger: the peer gives way. */
    make(&s, true, false);
    assert_int_equal(request(&s, PEER, &plain), CF_ICE_USED);
    assert_int_equal(code_of_answer(&s), 487);
    assert_true(s.agent.is_controlling);
    /* Both controlled: the larger one takes control. */
    make(&s, false, false);
    assert_int_equal(request(&s, PEER, &controlled), CF_ICE_USED);
    assert_int_equal(code_of_answer(&s), 0);
    assert_true(s.agent.is_controlling);
    make(&s, true, false);
    s.agent.tie_breaker = 0;
    assert_int_equal(request(&s, PEER, &plain), CF_ICE_USED);
    assert_int_equal(code_of_answer(&s), 0);
    assert_false(s.agent.is_controlling);
    /* Told so by the peer: the other role, and the check once more. */
    make(&s, true, false);
    assert_int_equal(request(&s, PEER, &controlled), CF_ICE_USED);
    wait(&s);
    assert_int_equal(reply(&s, PEER, 487, PEER_PWD), CF_ICE_USED);
    assert_false(s.agent.is_controlling);
    wait(&s);
    assert_true(s.sent_len > 0);
    assert_int_equal(reply(&s, PEER, 0, PEER_PWD), CF_ICE_USED);
    assert_int_equal(s.agent.pairs[0].state, CF_ICE_SUCCEEDED);
}

static void believes_no_answer_but_the_right_one(void **state) {
    (void)state;
    struct scene s;
    struct cf_ice_event event;
    make(&s, false, false);
    (void)request(&s, PEER, &plain);
    wait(&s);
    uint8_t check[CF_ICE_MESSAGE_MAX];
    size_t check_len = s.sent_len;
    memcpy(check, s.sent, check_len);
    assert_int_equal(reply(&s, PEER, 0, OUR_PWD), CF_ICE_NOT_AUTHENTIC);
    memcpy(s.sent, check, check_len);
    s.sent_len = check_len;
    s.sent[12] ^= 1; /* another transaction */
    assert_int_equal(reply(&s, PEER, 0, PEER_PWD), CF_ICE_NOT_OURS);
    assert_false(next_event(&s, CF_ICE_EVENT_VALID, &event));
    memcpy(s.sent, check, check_len);
    s.sent_len = check_len;
    /* Right but for where it comes from: the pair fails (RFC 8445 section 7.2.5.2.1). */
    assert_int_equal(reply(&s, STRANGER, 0, PEER_PWD), CF_ICE_USED);
    assert_int_equal(s.agent.pairs[0].state, CF_ICE_FAILED);
    assert_false(next_event(&s, CF_ICE_EVENT_VALID, &event));
}

/* Lets the pair with @p from be valid, and nominated if @p has_use. */
static void open_pair(struct scene *s, const char *from, bool has_use) {
    const struct script script = {.user = "ours:peer", .pwd = OUR_PWD, .has_use = has_use};
    struct cf_addr source = addr(from);
    assert_int_equal(request(s, from, &script), CF_ICE_USED);
    do {
        wait(s);
    } while (s->sent_len == 0 || !cf_addr_eq(&s->sent_to, &source));
    assert_int_equal(reply(s, from, 0, PEER_PWD), CF_ICE_USED);
}

/* An aggressive peer (RFC 5245) wants every pair: the best stays. A peer that moved repeats its wish for one. */
static void tells_aggressive_peers_from_those_that_move(void **state) {
    (void)state;
    struct scene s;
    struct cf_ice_event event;
    struct cf_addr first = addr(PEER);
    struct cf_addr second = addr("203.0.113.6:6000");
    make(&s, false, false);
    open_pair(&s, PEER, true);
    s.agent.pairs[0].priority++; /* the more wanted one */
    assert_true(next_event(&s, CF_ICE_EVENT_SELECTED, &event));
    open_pair(&s, "203.0.113.6:6000", true);
    assert_false(next_event(&s, CF_ICE_EVENT_SELECTED, &event));
    /* Two seconds later only the second one is asked for. */
    s.now += CF_SEC(2);
    const struct script use = {.user = "ours:peer", .pwd = OUR_PWD, .has_use = true};
    assert_int_equal(request(&s, "203.0.113.6:6000", &use), CF_ICE_USED);
    assert_true(next_event(&s, CF_ICE_EVENT_SELECTED, &event));
    assert_true(cf_addr_eq(&event.remote, &second) && !cf_addr_eq(&event.remote, &first));
}

static void stops_at_once_when_consent_is_taken_back(void **state) {
    (void)state;
    struct scene s;
    struct cf_ice_event event;
    uint8_t component = 0;
    struct cf_addr peer = addr(PEER);
    make(&s, false, false);
    open_pair(&s, PEER, true);
    assert_true(cf_ice_agent_is_valid(&s.agent, SOCKET, &peer, &component));
    assert_int_equal(component, 1);
    do {
        wait(&s);
    } while (s.sent_len == 0);
    assert_int_equal(reply(&s, PEER, 403, PEER_PWD), CF_ICE_USED);
    assert_true(next_event(&s, CF_ICE_EVENT_LOST, &event));
    assert_false(cf_ice_agent_is_valid(&s.agent, SOCKET, &peer, &component));
}

static void learns_no_more_addresses_than_it_has_places(void **state) {
    (void)state;
    struct scene s;
    make(&s, false, false);
    for (unsigned port = 1; port < 200; port++) {
        char from[32];
        (void)snprintf(from, sizeof from, "203.0.113.5:%u", port);
        assert_int_equal(request(&s, from, &plain), CF_ICE_USED);
        /* Nobody is told that a pair works which has no place. */
        assert_int_equal(code_of_answer(&s), port <= CF_ICE_REMOTES_MAX ? 0 : 500);
    }
    assert_int_equal(s.agent.remote_count, CF_ICE_REMOTES_MAX);
    assert_true(s.agent.stats.left_out > 100);
}

/* A browser with a network card, and a server on loopback beside it: never tried by us, but the browser may want that pair. */
static void takes_a_pair_of_two_kinds_of_addresses_once_a_check_came_by_it(void **state) {
    (void)state;
    struct scene s;
    struct cf_ice_event event;
    const struct script use = {.user = "ours:peer", .pwd = OUR_PWD, .has_use = true};
    const struct cf_ice_remote_candidate candidate = {
        .addr = addr(PEER), .priority = cf_ice_priority(CF_ICE_HOST, 65535, 1), .component = 1, .type = CF_ICE_HOST};
    make_at(&s, "127.0.0.1:5000", false, false);
    cf_ice_agent_add_remote(&s.agent, &candidate, s.now);
    assert_int_equal(s.agent.pair_count, 0);
    assert_int_equal(request(&s, PEER, &use), CF_ICE_USED);
    assert_int_equal(code_of_answer(&s), 0);
    wait(&s);
    assert_int_equal(reply(&s, PEER, 0, PEER_PWD), CF_ICE_USED);
    assert_true(next_event(&s, CF_ICE_EVENT_VALID, &event));
    assert_true(cf_addr_eq(&event.remote, &candidate.addr));
}

static void finds_whose_a_message_is(void **state) {
    (void)state;
    struct scene s;
    uint32_t prefix = 0;
    make(&s, false, false);
    (void)request(&s, PEER, &plain);
    wait(&s);
    struct cf_span check = {s.sent, s.sent_len};
    assert_str(cf_ice_addressee(check), CF_STR("peer"));
    assert_false(cf_ice_asker(check, &prefix));
    s.sent[0] |= 1; /* a success */
    assert_true(cf_ice_asker(check, &prefix));
    assert_int_equal(prefix, 0xabcdef01);
    assert_null(cf_ice_addressee(check).at);
    assert_false(cf_ice_asker((struct cf_span){s.sent, 10}, &prefix));
}

/* --- over TCP (RFC 6544) --- */

static void make_tcp(struct scene *s, enum cf_ice_transport transport) {
    make(s, transport == CF_ICE_TCP_ACTIVE, false);
    s->agent.locals[0].transport = (uint8_t)transport;
    s->agent.locals[0].priority = cf_ice_tcp_priority(transport, 0, 1);
}

/* Who waits for connections begins nothing; on one that came it answers and checks back, once. */
static void waits_for_connections(void **state) {
    (void)state;
    struct scene s;
    struct cf_ice_event event;
    struct cf_addr peer = addr(PEER);
    make_tcp(&s, CF_ICE_TCP_PASSIVE);
    struct cf_ice_remote_candidate candidate = {.addr = peer, .priority = 1, .component = 1, .transport = CF_ICE_TCP_ACTIVE};
    cf_ice_agent_add_remote(&s.agent, &candidate, s.now);
    candidate.transport = CF_ICE_UDP;
    cf_ice_agent_add_remote(&s.agent, &candidate, s.now);
    cf_ice_agent_on_deadline(&s.agent, s.now);
    drain(&s);
    assert_int_equal(s.sent_len, 0);
    assert_int_equal(s.agent.pair_count, 0);
    assert_int_equal(request(&s, STRANGER, &(struct script){.user = "ours:peer", .pwd = OUR_PWD, .has_use = true}), CF_ICE_USED);
    wait(&s);
    assert_true(s.sent_len > 0);
    uint32_t checks = s.agent.stats.checks_out;
    /* A reliable transport: once, and 39.5 s for the answer (RFC 8489 section 6.2.2). */
    cf_usec sent_at = s.now;
    while (s.agent.pairs[0].state == CF_ICE_IN_PROGRESS) {
        cf_usec before = s.now;
        cf_ice_agent_on_deadline(&s.agent, s.now = cf_ice_agent_deadline(&s.agent));
        assert_true(s.now > before);
        drain(&s);
    }
    assert_int_equal(s.agent.stats.checks_out, checks);
    assert_true(s.now - sent_at == CF_MSEC(39500));
    assert_int_equal(request(&s, STRANGER, &(struct script){.user = "ours:peer", .pwd = OUR_PWD, .has_use = true}), CF_ICE_USED);
    wait(&s);
    assert_int_equal(reply(&s, STRANGER, 0, PEER_PWD), CF_ICE_USED);
    assert_true(next_event(&s, CF_ICE_EVENT_SELECTED, &event));
    assert_true(event.is_nominated && event.socket == SOCKET);
    struct cf_addr stranger = addr(STRANGER);
    assert_true(cf_addr_eq(&event.remote, &stranger));
}

/* A closed connection ends its pair at once; another one is found by its checks. */
static void notices_that_a_connection_is_closed(void **state) {
    (void)state;
    struct scene s;
    struct cf_ice_event event;
    struct cf_addr peer = addr(PEER);
    struct cf_addr stranger = addr(STRANGER);
    make_tcp(&s, CF_ICE_TCP_PASSIVE);
    assert_int_equal(request(&s, PEER, &plain), CF_ICE_USED);
    wait(&s);
    assert_int_equal(reply(&s, PEER, 0, PEER_PWD), CF_ICE_USED);
    assert_true(next_event(&s, CF_ICE_EVENT_SELECTED, &event));
    cf_ice_agent_on_closed(&s.agent, SOCKET, &stranger, s.now);
    cf_ice_agent_on_closed(&s.agent, SOCKET + 1, &peer, s.now);
    assert_false(next_event(&s, CF_ICE_EVENT_LOST, &event));
    cf_ice_agent_on_closed(&s.agent, SOCKET, &peer, s.now);
    assert_true(next_event(&s, CF_ICE_EVENT_LOST, &event));
    assert_int_equal(request(&s, STRANGER, &plain), CF_ICE_USED);
    wait(&s);
    assert_int_equal(reply(&s, STRANGER, 0, PEER_PWD), CF_ICE_USED);
    assert_true(next_event(&s, CF_ICE_EVENT_SELECTED, &event));
    assert_true(cf_addr_eq(&event.remote, &stranger));
}

/* Who connects does so to those that wait, and gives up when it is refused. */
static void connects_to_who_waits(void **state) {
    (void)state;
    struct scene s;
    struct cf_ice_event event;
    struct cf_addr peer = addr(PEER);
    make_tcp(&s, CF_ICE_TCP_ACTIVE);
    struct cf_ice_remote_candidate candidate = {.addr = peer, .priority = 1, .component = 1, .transport = CF_ICE_TCP_PASSIVE};
    cf_ice_agent_add_remote(&s.agent, &candidate, s.now);
    cf_ice_agent_end_remote(&s.agent, s.now);
    wait(&s);
    assert_true(s.sent_len > 0 && cf_addr_eq(&s.sent_to, &peer));
    cf_ice_agent_on_closed(&s.agent, SOCKET, &peer, s.now);
    assert_true(next_event(&s, CF_ICE_EVENT_FAILED, &event));
}

static void knows_its_limits(void **state) {
    (void)state;
    struct scene s;
    char long_text[300];
    memset(long_text, 'a', sizeof long_text);
    make(&s, false, false);
    assert_int_equal(cf_ice_agent_set_remote(&s.agent, CF_STR("peer"), CF_STR(PEER_PWD), false, s.now), CF_ERR_STATE);
    struct cf_ice_config config = {
        .hash = &test_stun_hash, .entropy = &s.entropy.entropy, .ufrag = CF_STR("u"), .pwd = CF_STR("p"), .component_count = 3};
    assert_int_equal(cf_ice_agent_init(&s.agent, &config, 0), CF_ERR_LIMIT);
    config.component_count = 1;
    config.pwd = cf_str_n(long_text, CF_ICE_OWN_CREDENTIAL_MAX + 1);
    assert_int_equal(cf_ice_agent_init(&s.agent, &config, 0), CF_ERR_LIMIT);
    config.pwd = CF_STR("p");
    assert_ok(cf_ice_agent_init(&s.agent, &config, 0));
    assert_int_equal(cf_ice_agent_set_remote(&s.agent, cf_str_n(long_text, 257), CF_STR("p"), false, 0), CF_ERR_LIMIT);
    assert_ok(cf_ice_agent_set_remote(&s.agent, cf_str_n(long_text, 256), cf_str_n(long_text, 256), false, 0));
    for (size_t i = 0; i < CF_ICE_LOCALS_MAX + 1; i++) {
        const struct cf_ice_local local = {.socket = (uint32_t)i, .addr = addr("198.51.100.1:5000"), .component = 1};
        assert_int_equal(cf_ice_agent_add_local(&s.agent, &local, 0), i < CF_ICE_LOCALS_MAX);
    }
    /* The longest user name still fits into a request. */
    const struct cf_ice_remote_candidate candidate = {.addr = addr(PEER), .component = 1};
    cf_ice_agent_add_remote(&s.agent, &candidate, 0);
    cf_ice_agent_on_deadline(&s.agent, 0);
    struct cf_ice_output out;
    assert_true(cf_ice_agent_poll_send(&s.agent, &out));
}

CF_TEST_MAIN(cmocka_unit_test(does_nothing_for_strangers), cmocka_unit_test(answers_and_checks_back),
             cmocka_unit_test(refuses_requests_with_reason), cmocka_unit_test(repairs_conflicts_of_roles),
             cmocka_unit_test(believes_no_answer_but_the_right_one),
             cmocka_unit_test(tells_aggressive_peers_from_those_that_move),
             cmocka_unit_test(stops_at_once_when_consent_is_taken_back),
             cmocka_unit_test(learns_no_more_addresses_than_it_has_places),
             cmocka_unit_test(takes_a_pair_of_two_kinds_of_addresses_once_a_check_came_by_it),
             cmocka_unit_test(finds_whose_a_message_is), cmocka_unit_test(waits_for_connections),
             cmocka_unit_test(notices_that_a_connection_is_closed), cmocka_unit_test(connects_to_who_waits),
             cmocka_unit_test(knows_its_limits))
