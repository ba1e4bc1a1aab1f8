/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls with ICE from end to end, as far as signalling goes: which port a member gets, what its media worker is told, and when.
 */
#include "focus_scene.h"

static struct cf_local_ice candidates[PHONE_COUNT][2];

/* The server has a port for all, the phone candidates for each of its lines. */
static void prepare(size_t who, bool has_mux) {
    struct test_party *party = &scene.phones[who].party;
    struct cf_port_source *ports = &scene.server.ports;
    ports->place_count = 1;
    ports->places[0][0].socket = CF_MEDIA_SOCKET_SHARED;
    assert_ok(cf_addr_parse(CF_STR(VIRTUAL_SERVER_IP ":10000"), &ports->places[0][0].addr));
    scene.server.policy.ice = CF_POLICY_ICE_FULL;
    party->policy.ice = CF_POLICY_ICE_FULL;
    party->policy.offers_rtcp_mux = has_mux;
    party->policy.allows_bundle = has_mux;
    for (size_t i = 0; i < 2; i++) {
        candidates[who][i] = (struct cf_local_ice){.count = 2};
        candidates[who][i].candidates[0] =
            (struct cf_local_candidate){.addr = party->lines[i].rtp, .preference = 9, .component = 1};
        candidates[who][i].candidates[1] =
            (struct cf_local_candidate){.addr = party->lines[i].rtcp, .preference = 9, .component = 2};
        party->lines[i].ice = &candidates[who][i];
    }
}

static const struct virtual_transport *transport(size_t leg) {
    assert_true(leg < scene.server.leg_count);
    return &scene.server.legs[leg].transport;
}

static void multiplexed_members_share_the_port(void **state) {
    (void)state;
    scene_begin(1);
    prepare(ALICE, true);
    prepare(BOB, true);
    (void)scene_join(ALICE, ROOM);
    (void)scene_join(BOB, ROOM);
    for (size_t i = 0; i < 2; i++) {
        assert_true(transport(i)->has_ice && !transport(i)->is_controlling);
        assert_int_equal(transport(i)->socket, CF_MEDIA_SOCKET_NONE);
        assert_int_equal(transport(i)->bases, 1);
        assert_true(transport(i)->candidates > 0);
    }
    assert_int_equal(scene.server.ports_out, 0);
    scene_end();
}

static void others_get_ports_of_their_own(void **state) {
    (void)state;
    scene_begin(2);
    prepare(ALICE, false);
    (void)scene_join(ALICE, ROOM);
    (void)scene_join(BOB, ROOM);
    assert_true(transport(0)->has_ice);
    assert_int_equal(transport(0)->bases, 2);
    assert_int_not_equal(transport(0)->socket, CF_MEDIA_SOCKET_NONE);
    assert_false(transport(1)->has_ice);
    assert_true(scene.server.ports_out > 0);
    scene_end();
}

static void later_offers_keep_or_change_what_was_agreed(void **state) {
    (void)state;
    char first[CF_ICE_OWN_TEXT_MAX];
    scene_begin(3);
    prepare(ALICE, true);
    size_t call = scene_join(ALICE, ROOM);
    memcpy(first, transport(0)->ufrag, sizeof first);
    phone_reinvite(&scene.phones[ALICE], call, "ICE processing concluded", false);
    scene_run(CF_SEC(1));
    assert_memory_equal(transport(0)->ufrag, first, sizeof first);
    assert_int_equal(transport(0)->socket, CF_MEDIA_SOCKET_NONE);
    /* An offer of ours, asked for by an INVITE without one, has the same credentials and the same port. */
    phone_reinvite(&scene.phones[ALICE], call, "Tea", true);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[ALICE].calls[call].is_up && transport(0)->has_ice);
    assert_memory_equal(transport(0)->ufrag, first, sizeof first);
    assert_int_equal(scene.server.ports_out, 0);
    scene.phones[ALICE].party.session.restarts_ice = true;
    phone_reinvite(&scene.phones[ALICE], call, "restart", false);
    scene_run(CF_SEC(1));
    assert_true(transport(0)->has_ice);
    assert_memory_not_equal(transport(0)->ufrag, first, sizeof first);
    scene_end();
}

/* RFC 8839 section 4.4.3.2: the default of an answer is what the peer says that it uses, if that is ours. */
static void the_answer_follows_what_was_nominated(void **state) {
    (void)state;
    struct cf_addr other;
    struct cf_addr stranger;
    scene_begin(5);
    prepare(ALICE, true);
    struct cf_port_source *ports = &scene.server.ports;
    assert_ok(cf_addr_parse(CF_STR("198.51.100.77:10000"), &other));
    assert_ok(cf_addr_parse(CF_STR("198.51.100.78:10000"), &stranger));
    ports->place_count = 2;
    ports->places[0][1] = (struct cf_port_place){.addr = other, .socket = CF_MEDIA_SOCKET_SHARED + 1};
    size_t call = scene_join(ALICE, ROOM);
    assert_true(cf_addr_eq(&transport(0)->local, &ports->places[0][0].addr));
    for (size_t i = 0; i < 2; i++) {
        candidates[ALICE][0].nominated[0] = i == 0 ? other : stranger;
        phone_reinvite(&scene.phones[ALICE], call, "nominated", false);
        scene_run(CF_SEC(1));
        const struct cf_addr *expected = i == 0 ? &other : &ports->places[0][0].addr;
        assert_true(cf_addr_eq(&transport(0)->local, expected));
        assert_int_equal(transport(0)->bases, 2);
        assert_int_equal(transport(0)->socket, CF_MEDIA_SOCKET_NONE);
    }
    scene_end();
}

static void candidates_may_come_later(void **state) {
    (void)state;
    scene_begin(4);
    prepare(ALICE, true);
    size_t call = scene_join(ALICE, ROOM);
    phone_request(&scene.phones[ALICE], call, CF_SIP_METHOD_INFO, "Info-Package: trickle-ice\r\n",
                  "application/trickle-ice-sdpfrag",
                  "a=candidate:1 1 UDP 2130706431 192.0.2.99 5000 typ host\r\n"
                  "a=candidate:1 1 UDP 2130706431 private.local 5000 typ host\r\na=end-of-candidates\r\n");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].request_status, 200);
    assert_int_equal(scene.server.legs[0].trickled, 1);
    scene_end();
}

/* --- what checks come to --- */

static void say(size_t transport_index, enum cf_media_ice_state state) {
    struct cf_conference *conf = virtual_server_conference(&scene.server, "room-tea");
    const struct virtual_leg *leg = virtual_server_leg(&scene.server, conf, AOR_ALICE);
    assert_non_null(leg);
    struct cf_media_event event = {.kind = CF_MEDIA_EVENT_ICE, .room = leg->room, .leg = leg->leg};
    event.as.ice.transport = (uint16_t)transport_index;
    event.as.ice.state = state;
    if (state == CF_MEDIA_ICE_CONNECTED) {
        event.as.ice.component = 1;
        event.as.ice.socket = CF_MEDIA_SOCKET_SHARED;
        event.as.ice.remote_type = CF_ICE_PRFLX;
        assert_ok(cf_addr_parse(CF_STR("192.0.2.99:5000"), &event.as.ice.remote));
    }
    cf_node_on_media(scene.server.node, &event, world_now(scene.world));
    virtual_server_drain(&scene.server);
}

static struct cf_leg_path path(size_t index) {
    struct cf_conference *conf = virtual_server_conference(&scene.server, "room-tea");
    const struct virtual_leg *leg = virtual_server_leg(&scene.server, conf, AOR_ALICE);
    struct cf_leg_path ret = {.is_known = false};
    if (!cf_focus_path(cf_node_focus(scene.server.node), leg->leg, index, &ret)) {
        ret.is_known = false;
    }
    return ret;
}

static void operators_see_the_path(void **state) {
    (void)state;
    scene_begin(6);
    prepare(ALICE, true);
    (void)scene_join(ALICE, ROOM);
    assert_false(path(0).is_known);
    say(0, CF_MEDIA_ICE_CONNECTED);
    struct cf_leg_path seen = path(0);
    assert_true(seen.is_known && !seen.is_tcp && seen.remote_type == CF_ICE_PRFLX);
    assert_int_equal(seen.state, CF_MEDIA_ICE_CONNECTED);
    assert_int_equal(seen.remote.port, 5000);
    assert_true(cf_addr_eq(&seen.local, &scene.server.ports.places[0][0].addr));
    say(0, CF_MEDIA_ICE_LOST);
    seen = path(0);
    assert_int_equal(seen.state, CF_MEDIA_ICE_LOST);
    assert_int_equal(seen.remote.port, 5000); /* where it was last */
    assert_false(path(77).is_known);
    say(9999, CF_MEDIA_ICE_LOST); /* none of hers */
    scene_end();
}

/* Who consents to media no more, and does not come back, has left; one transport with a way is enough to stay. */
static void a_leg_without_a_way_ends(void **state) {
    (void)state;
    static const enum cf_media_ice_state ways[] = {CF_MEDIA_ICE_LOST, CF_MEDIA_ICE_FAILED};
    for (unsigned i = 0; i < 2; i++) {
        scene_begin(7 + i);
        prepare(ALICE, true);
        size_t call = scene_join(ALICE, ROOM);
        const struct phone_call *alice = &scene.phones[ALICE].calls[call];
        say(0, CF_MEDIA_ICE_CONNECTED);
        say(1, ways[i]);
        scene_run(CF_SEC(60));
        assert_true(alice->is_up);
        say(0, ways[i]);
        scene_run(CF_SEC(15));
        assert_true(alice->is_up);
        say(0, CF_MEDIA_ICE_CONNECTED); /* back in time */
        scene_run(CF_SEC(60));
        assert_true(alice->is_up);
        say(0, ways[i]);
        scene_run(CF_SEC(21));
        assert_false(alice->is_up);
        scene_end();
    }
}

static void who_is_called_is_offered_it(void **state) {
    (void)state;
    static const struct phone_call_options options = {.list = LIST_OF(ENTRY(AOR_CAROL))};
    scene_begin(5);
    prepare(ALICE, true);
    prepare(CAROL, true);
    (void)phone_call(&scene.phones[ALICE], FACTORY, &options);
    scene_run(CF_SEC(3));
    size_t called = 0;
    for (size_t i = 0; i < scene.server.leg_count; i++) {
        called += transport(i)->has_ice && transport(i)->is_controlling;
    }
    assert_int_equal(called, 1);
    scene_end();
}

CF_TEST_MAIN(cmocka_unit_test(multiplexed_members_share_the_port), cmocka_unit_test(others_get_ports_of_their_own),
             cmocka_unit_test(later_offers_keep_or_change_what_was_agreed),
             cmocka_unit_test(the_answer_follows_what_was_nominated), cmocka_unit_test(candidates_may_come_later),
             cmocka_unit_test(operators_see_the_path), cmocka_unit_test(a_leg_without_a_way_ends),
             cmocka_unit_test(who_is_called_is_offered_it))
