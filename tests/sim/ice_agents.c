/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICE agents against each other over a network that loses, delays, reorders and translates: they find each other, keep finding
 * each other, and leave everybody else alone. RFC 8445, RFC 7675; attacks T26, T27.
 */
#include "core/ice/agent.h"
#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/virtual_world.h"

#define BASES_MAX 4

#define SERVER_4 "198.51.100.1:5000"
#define SERVER_6 "[2001:db8:1::1]:5000"
#define CLIENT_4 "203.0.113.5:6000"
#define CLIENT_6 "[2001:db8:2::5]:6000"
#define INSIDE "10.0.0.5:6000"
#define NAT "203.0.113.9"

static struct cf_addr addr(const char *text) {
    struct cf_addr a;
    assert_ok(cf_addr_parse(cf_str_of(text), &a));
    return a;
}

/* One agent and what it said. */
struct peer {
    struct world *world;
    size_t node;
    struct cf_ice_agent agent;
    struct cf_addr bases[BASES_MAX];
    size_t base_count;
    struct test_entropy entropy;
    struct cf_ice_event selected[CF_ICE_COMPONENTS_MAX]; /* .remote.family NONE: nothing */
    size_t selections;
    size_t losses;
    size_t failures;
    size_t valid; /* pairs that are valid now */
    cf_usec selected_at;
    cf_usec nominated_at;
    cf_usec lost_at;
    bool is_dead; /* neither hears nor says anything */
};

/* The world, two peers, and what was seen on the way. */
struct scene {
    struct world *world;
    struct peer server;
    struct peer client;
    struct cf_addr watched; /* packets to that address are counted */
    size_t watched_count;
    cf_usec watched_last;
    cf_usec watched_gap; /* shortest time between two of them */
};

static void on_event(struct peer *p, const struct cf_ice_event *event, cf_usec now) {
    struct cf_ice_event *selected = event->component == 0 ? NULL : &p->selected[event->component - 1];
    switch (event->kind) {
    case CF_ICE_EVENT_VALID:
        p->valid++;
        break;
    case CF_ICE_EVENT_INVALID:
        assert_true(p->valid > 0);
        p->valid--;
        break;
    case CF_ICE_EVENT_SELECTED:
        assert_non_null(selected);
        *selected = *event;
        p->selections++;
        p->selected_at = p->selected_at == 0 ? now : p->selected_at;
        p->nominated_at = event->is_nominated && p->nominated_at == 0 ? now : p->nominated_at;
        break;
    case CF_ICE_EVENT_LOST:
        assert_non_null(selected);
        selected->remote.family = CF_FAMILY_NONE;
        p->losses++;
        p->lost_at = now;
        break;
    case CF_ICE_EVENT_FAILED:
    default:
        p->failures++;
        break;
    }
}

static void drain(struct peer *p) {
    struct cf_ice_output out;
    struct cf_ice_event event;
    while (cf_ice_agent_poll_send(&p->agent, &out)) {
        assert_true(out.data.len <= CF_ICE_MESSAGE_MAX);
        if (!p->is_dead) {
            world_send(p->world, &p->bases[out.socket], &out.to, out.data);
        }
    }
    while (cf_ice_agent_poll_event(&p->agent, &event)) {
        on_event(p, &event, world_now(p->world));
    }
}

static void on_datagram(void *ctx, uint32_t local, const struct cf_addr *remote, struct cf_span bytes, cf_usec now) {
    struct peer *p = ctx;
    if (!p->is_dead) {
        (void)cf_ice_agent_receive(&p->agent, local, remote, bytes, now);
        drain(p);
    }
}

static cf_usec deadline(const void *ctx) {
    const struct peer *p = ctx;
    return cf_ice_agent_deadline(&p->agent);
}

static void on_deadline(void *ctx, cf_usec now) {
    struct peer *p = ctx;
    cf_ice_agent_on_deadline(&p->agent, now);
    assert_true(cf_ice_agent_deadline(&p->agent) > now);
    drain(p);
}

static const struct world_node node = {.on_datagram = on_datagram, .deadline = deadline, .on_deadline = on_deadline};

/* A peer called @name with bases at @bases, separated by blanks. */
static void make(struct scene *s, struct peer *p, const char *name, const char *bases, bool is_controlling, uint8_t components,
                 bool is_lite) {
    char pwd[] = "password-of-twenty-two-?";
    struct cf_str rest = cf_str_of(bases);
    pwd[sizeof pwd - 2] = name[0];
    memset(p, 0, sizeof *p);
    p->world = s->world;
    p->node = world_add(s->world, &node, p);
    test_entropy_init(&p->entropy, (uint64_t)name[0] + (uint64_t)(uint8_t)bases[0]);
    const struct cf_ice_config config = {.hash = &test_stun_hash,
                                         .entropy = &p->entropy.entropy,
                                         .ufrag = cf_str_of(name),
                                         .pwd = cf_str_of(pwd),
                                         .prefix = cf_entropy_u32(&p->entropy.entropy),
                                         .component_count = components,
                                         .is_controlling = is_controlling,
                                         .is_lite = is_lite};
    assert_ok(cf_ice_agent_init(&p->agent, &config, world_now(s->world)));
    while (rest.len > 0) {
        struct cf_str word = cf_str_cut(&rest, ' ');
        for (uint8_t c = 1; c <= components; c++) {
            uint32_t socket = (uint32_t)p->base_count++;
            assert_ok(cf_addr_parse(word, &p->bases[socket]));
            p->bases[socket].port = (uint16_t)(p->bases[socket].port + c - 1);
            world_bind(s->world, p->node, socket, &p->bases[socket]);
            const struct cf_ice_local local = {.socket = socket,
                                               .addr = p->bases[socket],
                                               .priority = cf_ice_priority(CF_ICE_HOST, (uint16_t)(65535 - socket), c),
                                               .foundation = p->bases[socket].family,
                                               .component = c};
            assert_true(cf_ice_agent_add_local(&p->agent, &local, world_now(s->world)));
        }
    }
}

static void give_candidate(struct peer *to, const struct cf_addr *at, uint8_t component) {
    const struct cf_ice_remote_candidate candidate = {.addr = *at,
                                                      .priority = cf_ice_priority(CF_ICE_HOST, 65535, component),
                                                      .foundation = at->family,
                                                      .component = component};
    cf_ice_agent_add_remote(&to->agent, &candidate, world_now(to->world));
}

static void give_candidates(struct peer *to, const struct peer *from) {
    for (size_t i = 0; i < from->base_count; i++) {
        give_candidate(to, &from->bases[i], (uint8_t)(i % from->agent.component_count + 1));
    }
}

static void introduce(struct peer *to, const struct peer *from) {
    assert_ok(cf_ice_agent_set_remote(&to->agent, cf_str_n(from->agent.ufrag, from->agent.ufrag_len),
                                      cf_str_n(from->agent.pwd, from->agent.pwd_len), from->agent.is_lite, world_now(to->world)));
    give_candidates(to, from);
    world_touch(to->world, to->node);
}

static void begin(struct scene *s, uint64_t seed) {
    memset(s, 0, sizeof *s);
    s->world = world_create(seed);
    s->watched_gap = CF_USEC_NEVER;
    world_run_until(s->world, CF_SEC(100));
}

static void end(struct scene *s) {
    cf_ice_agent_fini(&s->server.agent);
    cf_ice_agent_fini(&s->client.agent);
    world_destroy(s->world);
}

static void watch(void *ctx, const struct cf_addr *from, const struct cf_addr *to, struct cf_span bytes, cf_usec now) {
    struct scene *s = ctx;
    (void)from, (void)bytes;
    if (!cf_addr_eq_ip(to, &s->watched)) {
        return;
    }
    if (s->watched_count++ > 0 && now - s->watched_last < s->watched_gap) {
        s->watched_gap = now - s->watched_last;
    }
    s->watched_last = now;
}

static bool is_done(const struct peer *p) {
    for (size_t i = 0; i < p->agent.component_count; i++) {
        if (p->selected[i].remote.family == CF_FAMILY_NONE || !p->selected[i].is_nominated) {
            return false;
        }
    }
    return true;
}

/* Each sends to where the other is. */
static void assert_met(const struct scene *s) {
    assert_true(is_done(&s->server) && is_done(&s->client));
    for (size_t i = 0; i < s->server.agent.component_count; i++) {
        const struct cf_addr *to_server = &s->client.selected[i].remote;
        assert_true(cf_addr_eq(to_server, &s->server.bases[s->server.selected[i].socket]));
    }
}

/* --- meeting --- */

static void meets_at_once_where_nothing_is_in_the_way(void **state) {
    (void)state;
    struct scene s;
    const struct netem_config link = {.delay_usec = CF_MSEC(20)};
    begin(&s, 1);
    world_default_link(s.world, &link);
    make(&s, &s.server, "server", SERVER_4 " " SERVER_6, false, 1, false);
    make(&s, &s.client, "client", CLIENT_4 " " CLIENT_6, true, 1, false);
    introduce(&s.server, &s.client);
    introduce(&s.client, &s.server);
    world_run_for(s.world, CF_SEC(1));
    assert_met(&s);
    /* The most wanted pair, found in one round trip and nominated in two. */
    assert_int_equal(s.server.selected[0].remote.family, CF_FAMILY_IP4);
    assert_true(s.client.selected_at - CF_SEC(100) <= CF_MSEC(41));
    assert_true(s.client.nominated_at - CF_SEC(100) <= CF_MSEC(200));
    /* And quiet from then on but for consent: 1 in 4 to 6 s each way. */
    uint32_t checks = s.server.agent.stats.checks_out;
    world_run_for(s.world, CF_SEC(60));
    assert_in_range(s.server.agent.stats.checks_out - checks, 9, 16);
    assert_int_equal(s.server.losses + s.client.losses + s.server.failures + s.client.failures, 0);
    end(&s);
}

static void meets_a_client_behind_a_translator(void **state) {
    (void)state;
    struct scene s;
    struct cf_addr inside = addr("10.0.0.5");
    struct cf_addr nat = addr(NAT);
    const struct netem_config link = {.delay_usec = CF_MSEC(30)};
    for (int is_lite = 0; is_lite < 2; is_lite++) {
        begin(&s, 2);
        world_default_link(s.world, &link);
        world_nat(s.world, &inside, &nat, CF_SEC(60));
        make(&s, &s.server, "server", SERVER_4, false, 1, is_lite == 1);
        make(&s, &s.client, "client", INSIDE, true, 1, false);
        introduce(&s.server, &s.client);
        introduce(&s.client, &s.server);
        world_run_for(s.world, CF_SEC(3));
        assert_true(is_done(&s.server) && is_done(&s.client));
        assert_true(cf_addr_eq_ip(&s.server.selected[0].remote, &nat));
        assert_int_equal(s.server.selected[0].remote_type, CF_ICE_PRFLX);
        world_run_for(s.world, CF_SEC(100));
        assert_true(is_done(&s.server) && is_done(&s.client));
        end(&s);
    }
}

static void meets_over_a_bad_network(void **state) {
    (void)state;
    const struct netem_config bad = {.delay_usec = CF_MSEC(80),
                                     .jitter_usec = CF_MSEC(60),
                                     .loss_ppm = 200000,
                                     .duplicate_ppm = 50000,
                                     .reorder_ppm = 100000,
                                     .reorder_usec = CF_MSEC(100)};
    const struct netem_config poor = {.delay_usec = CF_MSEC(80), .jitter_usec = CF_MSEC(60), .loss_ppm = 100000};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct scene s;
        begin(&s, seed);
        world_default_link(s.world, &bad);
        make(&s, &s.server, "server", SERVER_4 " " SERVER_6, false, 1, false);
        make(&s, &s.client, "client", CLIENT_4 " " CLIENT_6, true, 1, false);
        introduce(&s.server, &s.client);
        introduce(&s.client, &s.server);
        world_run_for(s.world, CF_SEC(25));
        assert_met(&s);
        /* Consent may well be lost where every second round trip fails; where every fifth does it must not. */
        world_default_link(s.world, &poor);
        world_run_for(s.world, CF_SEC(120));
        assert_true(is_done(&s.server) && is_done(&s.client));
        assert_int_equal(s.server.losses + s.client.losses, 0);
        end(&s);
    }
}

static void finds_a_pair_for_each_component(void **state) {
    (void)state;
    struct scene s;
    begin(&s, 3);
    make(&s, &s.server, "server", SERVER_4, false, 2, false);
    make(&s, &s.client, "client", CLIENT_4, true, 2, false);
    introduce(&s.server, &s.client);
    introduce(&s.client, &s.server);
    world_run_for(s.world, CF_SEC(2));
    assert_met(&s);
    assert_int_equal(s.server.selected[0].remote.port, 6000);
    assert_int_equal(s.server.selected[1].remote.port, 6001);
    end(&s);
}

static void settles_who_is_in_control(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct scene s;
        bool both = seed % 2 == 0;
        const struct netem_config link = {.delay_usec = CF_MSEC(10), .jitter_usec = CF_MSEC(15)};
        begin(&s, seed);
        world_default_link(s.world, &link);
        make(&s, &s.server, "server", seed % 4 < 2 ? SERVER_4 : SERVER_6, both, 1, false);
        make(&s, &s.client, "client", seed % 4 < 2 ? CLIENT_4 : CLIENT_6, both, 1, false);
        introduce(&s.server, &s.client);
        introduce(&s.client, &s.server);
        world_run_for(s.world, CF_SEC(5));
        assert_met(&s);
        assert_true(s.server.agent.is_controlling != s.client.agent.is_controlling);
        assert_true(s.server.agent.stats.conflicts + s.client.agent.stats.conflicts > 0);
        end(&s);
    }
}

static void controls_a_lite_peer(void **state) {
    (void)state;
    struct scene s;
    begin(&s, 4);
    make(&s, &s.server, "server", SERVER_4, false, 1, true);
    make(&s, &s.client, "client", CLIENT_4, false, 1, false);
    introduce(&s.server, &s.client);
    introduce(&s.client, &s.server);
    assert_true(s.client.agent.is_controlling);
    world_run_for(s.world, CF_SEC(2));
    assert_met(&s);
    assert_int_equal(s.server.agent.stats.checks_out, 0);
    end(&s);
}

/* --- trickle --- */

static void takes_candidates_that_come_later(void **state) {
    (void)state;
    struct scene s;
    begin(&s, 5);
    make(&s, &s.server, "server", SERVER_4, false, 1, false);
    make(&s, &s.client, "client", CLIENT_4, true, 1, false);
    /* Neither knows an address of the other; the server's comes 3 s later, to the client only. */
    assert_ok(cf_ice_agent_set_remote(&s.server.agent, CF_STR("client"), cf_str_n(s.client.agent.pwd, s.client.agent.pwd_len),
                                      false, world_now(s.world)));
    assert_ok(cf_ice_agent_set_remote(&s.client.agent, CF_STR("server"), cf_str_n(s.server.agent.pwd, s.server.agent.pwd_len),
                                      false, world_now(s.world)));
    world_run_for(s.world, CF_SEC(3));
    assert_int_equal(s.client.agent.stats.checks_out + s.server.agent.stats.checks_out, 0);
    give_candidates(&s.client, &s.server);
    world_touch(s.world, s.client.node);
    world_run_for(s.world, CF_SEC(1));
    assert_met(&s);
    assert_int_equal(s.server.selected[0].remote_type, CF_ICE_PRFLX);
    end(&s);
}

static void says_that_it_failed_when_all_has_failed(void **state) {
    (void)state;
    struct scene s;
    for (int is_ended = 0; is_ended < 2; is_ended++) {
        begin(&s, 6);
        make(&s, &s.server, "server", SERVER_4, false, 1, false);
        make(&s, &s.client, "client", CLIENT_4, true, 1, false);
        s.client.is_dead = true;
        introduce(&s.server, &s.client);
        if (is_ended == 1) {
            cf_ice_agent_end_remote(&s.server.agent, world_now(s.world));
        }
        world_run_for(s.world, CF_SEC(39));
        assert_int_equal(s.server.failures, 0);
        world_run_for(s.world, CF_SEC(100));
        assert_int_equal(s.server.failures, 1);
        assert_int_equal(s.server.agent.stats.checks_out, 7);
        /* Late is better than never. */
        s.client.is_dead = false;
        introduce(&s.client, &s.server);
        world_run_for(s.world, CF_SEC(2));
        assert_met(&s);
        end(&s);
    }
}

/* --- consent and movement --- */

/* RFC 7675, attacks T27: not one packet later than 30 s after the peer's last word. */
static void stops_when_the_peer_is_gone(void **state) {
    (void)state;
    struct scene s;
    begin(&s, 7);
    make(&s, &s.server, "server", SERVER_4, false, 1, false);
    make(&s, &s.client, "client", CLIENT_4, true, 1, false);
    introduce(&s.server, &s.client);
    introduce(&s.client, &s.server);
    world_run_for(s.world, CF_SEC(60));
    assert_met(&s);
    s.client.is_dead = true;
    s.watched = addr(CLIENT_4);
    world_set_tap(s.world, watch, &s);
    world_run_for(s.world, CF_SEC(31));
    assert_int_equal(s.server.losses, 1);
    assert_true(s.server.lost_at - CF_SEC(160) <= CF_SEC(30));
    assert_int_equal(s.server.valid, 0);
    size_t count = s.watched_count;
    world_run_for(s.world, CF_SEC(100));
    assert_int_equal(s.watched_count, count);
    /* The same credentials are of no use any more: a restart is needed. */
    s.client.is_dead = false;
    world_run_for(s.world, CF_SEC(20));
    assert_int_equal(s.server.selected[0].remote.family, CF_FAMILY_NONE);
    end(&s);
}

static void follows_a_peer_that_moves(void **state) {
    (void)state;
    struct scene s;
    begin(&s, 8);
    make(&s, &s.server, "server", SERVER_4 " " SERVER_6, false, 1, false);
    make(&s, &s.client, "client", CLIENT_4, true, 1, false);
    introduce(&s.server, &s.client);
    introduce(&s.client, &s.server);
    world_run_for(s.world, CF_SEC(10));
    assert_met(&s);
    /* The client gets another address; the old one is dead from now on. */
    const struct netem_config dead = {.loss_ppm = 1000000};
    struct cf_addr old = addr(CLIENT_4);
    struct cf_addr server = addr(SERVER_4);
    uint32_t socket = (uint32_t)s.client.base_count++;
    s.client.bases[socket] = addr("[2001:db8:2::5]:6000");
    world_bind(s.world, s.client.node, socket, &s.client.bases[socket]);
    old.port = server.port = 0;
    world_link(s.world, &old, &server, &dead);
    world_link(s.world, &server, &old, &dead);
    const struct cf_ice_local local = {.socket = socket,
                                       .addr = s.client.bases[socket],
                                       .priority = cf_ice_priority(CF_ICE_HOST, 70, 1),
                                       .foundation = 99,
                                       .component = 1};
    assert_true(cf_ice_agent_add_local(&s.client.agent, &local, world_now(s.world)));
    /* A peer that checks its new pair of its own accord, as a browser does. */
    for (size_t i = 0; i < s.client.agent.pair_count; i++) {
        struct cf_ice_pair *pair = &s.client.agent.pairs[i];
        if (s.client.agent.locals[pair->local].socket == socket) {
            pair->is_triggered = true;
        }
    }
    world_touch(s.world, s.client.node);
    world_run_for(s.world, CF_SEC(31));
    assert_true(cf_addr_eq(&s.server.selected[0].remote, &s.client.bases[socket]));
    assert_true(cf_addr_eq(&s.client.selected[0].remote, &s.server.bases[1]));
    assert_int_equal(s.server.losses + s.client.losses, 0);
    end(&s);
}

/* --- everybody else --- */

/* Attacks T27: a description full of somebody else's addresses makes few packets, far apart. */
static void does_not_flood_who_never_asked(void **state) {
    (void)state;
    struct scene s;
    begin(&s, 9);
    s.watched = addr("192.0.2.99");
    world_set_tap(s.world, watch, &s);
    make(&s, &s.server, "server", SERVER_4 " 198.51.100.2:5000", false, 1, false);
    assert_ok(
        cf_ice_agent_set_remote(&s.server.agent, CF_STR("evil"), CF_STR("password-of-twenty-two"), false, world_now(s.world)));
    for (uint16_t port = 1; port <= 500; port++) {
        struct cf_addr victim = s.watched;
        victim.port = port;
        give_candidate(&s.server, &victim, 1);
    }
    world_touch(s.world, s.server.node);
    world_run_for(s.world, CF_SEC(600));
    assert_true(s.watched_count <= CF_ICE_PAIRS_MAX * 7U);
    assert_true(s.server.agent.stats.left_out >= 500 - CF_ICE_REMOTES_MAX);
    assert_int_equal(s.server.selections, 0);
    assert_int_equal(s.server.failures, 1);
    end(&s);
}

static void sends_nothing_where_nothing_may_be_sent(void **state) {
    (void)state;
    static const char *const places[] = {"127.0.0.1:22",    "[::1]:22",          "0.0.0.0:80",  "[::]:80",
                                         "224.0.0.1:5060",  "255.255.255.255:9", "[ff02::1]:9", "169.254.1.1:80",
                                         "198.51.100.77:0", "[fe80::1]:443",     "0.1.2.3:5"};
    struct scene s;
    begin(&s, 10);
    make(&s, &s.server, "server", SERVER_4 " " SERVER_6, false, 1, false);
    assert_ok(
        cf_ice_agent_set_remote(&s.server.agent, CF_STR("evil"), CF_STR("password-of-twenty-two"), false, world_now(s.world)));
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct cf_addr place = addr(places[i]);
        give_candidate(&s.server, &place, 1);
    }
    world_touch(s.world, s.server.node);
    world_run_for(s.world, CF_SEC(60));
    assert_int_equal(s.server.agent.stats.checks_out, 0);
    end(&s);
}

CF_TEST_MAIN(cmocka_unit_test(meets_at_once_where_nothing_is_in_the_way), cmocka_unit_test(meets_a_client_behind_a_translator),
             cmocka_unit_test(meets_over_a_bad_network), cmocka_unit_test(finds_a_pair_for_each_component),
             cmocka_unit_test(settles_who_is_in_control), cmocka_unit_test(controls_a_lite_peer),
             cmocka_unit_test(takes_candidates_that_come_later), cmocka_unit_test(says_that_it_failed_when_all_has_failed),
             cmocka_unit_test(stops_when_the_peer_is_gone), cmocka_unit_test(follows_a_peer_that_moves),
             cmocka_unit_test(does_not_flood_who_never_asked), cmocka_unit_test(sends_nothing_where_nothing_may_be_sent))
