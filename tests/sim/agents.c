/* SPDX-License-Identifier: GPL-3.0-or-later */
/* User agents of core/agent and a whole signalling server in virtual time. */
#include "sim/agent_scene.h"

/* --- rooms and conferences --- */

static void a_room_is_entered_watched_and_left(void **state) {
    (void)state;
    begin(1);
    call(ALICE, ROOM);
    call(BOB, ROOM);
    assert_true(agents[ALICE].is_focus);
    assert_int_equal(virtual_agent_present(&agents[ALICE]), 2);
    assert_int_equal(virtual_agent_present(&agents[BOB]), 2);
    assert_int_equal(agents[ALICE].media->line_count, 2);
    hang_up(BOB);
    assert_int_equal(agents[BOB].cause, CF_SESSION_CAUSE_LOCAL);
    assert_int_equal(virtual_agent_present(&agents[ALICE]), 1);
    hang_up(ALICE);
    for (size_t i = 0; i < AGENTS; i++) {
        cf_agent_end(agents[i].agent, world_now(world));
        virtual_agent_drain(&agents[i]);
    }
    run(CF_SEC(3));
    for (size_t i = 0; i < AGENTS; i++) {
        assert_int_equal(agents[i].events[CF_AGENT_QUIET], 1);
        assert_int_equal(agents[i].events[CF_AGENT_UNREGISTERED], 1);
    }
    end();
}

static void meet_by_factory(const char *specs, size_t redirects) {
    make(2, &good_link, CF_TRANSPORT_TCP);
    agents[ALICE].config.specs = cf_str_of(specs);
    start();
    virtual_agent_call(&agents[ALICE], FACTORY, "sip:bob@example.org sip:carol@example.org", "Weekly");
    run(CF_SEC(3));
    assert_int_equal(agents[ALICE].events[CF_AGENT_REDIRECTED], redirects);
    assert_true(redirects == 0 || strstr(agents[ALICE].redirected, "conf-id=") != NULL);
    for (size_t i = ALICE; i <= CAROL; i++) {
        assert_int_equal(agents[i].events[CF_AGENT_CONNECTED], 1);
        assert_true(agents[i].is_focus);
        assert_int_equal(virtual_agent_present(&agents[i]), 3);
        assert_str(cf_agent_roster(agents[i].agent)->subject, CF_STR("Weekly"));
    }
    hang_up(ALICE);
    hang_up(BOB);
    hang_up(CAROL);
    end();
}

static void a_factory_s_redirect_is_followed(void **state) {
    (void)state;
    meet_by_factory("conference/2.0", 1);
}

static void a_factory_s_acceptance_is_taken(void **state) {
    (void)state;
    meet_by_factory("", 0);
}

static void refer(size_t who, enum cf_agent_wish wish, const char *uri, unsigned status) {
    size_t before = agents[who].events[CF_AGENT_REFERRED];
    assert_ok(cf_agent_refer(agents[who].agent, wish, cf_str_of(uri), world_now(world)));
    virtual_agent_drain(&agents[who]);
    run(CF_SEC(2));
    assert_int_equal(agents[who].events[CF_AGENT_REFERRED], before + 1);
    assert_int_equal(agents[who].status, status);
}

static void people_are_added_removed_and_made_administrators(void **state) {
    (void)state;
    begin(3);
    virtual_agent_call(&agents[ALICE], FACTORY, "sip:bob@example.org", NULL);
    run(CF_SEC(2));
    refer(BOB, CF_AGENT_ADD, "sip:carol@example.org", 403);
    refer(ALICE, CF_AGENT_ADD, "sip:carol@example.org", 202);
    assert_int_equal(virtual_agent_present(&agents[BOB]), 3);
    refer(ALICE, CF_AGENT_ADMIN, "sip:bob@example.org", 202);
    refer(BOB, CF_AGENT_REMOVE, "sip:carol@example.org", 202);
    assert_int_equal(agents[CAROL].cause, CF_SESSION_CAUSE_BYE);
    assert_int_equal(virtual_agent_present(&agents[ALICE]), 2);
    refer(ALICE, CF_AGENT_NOT_ADMIN, "sip:bob@example.org", 202);
    refer(BOB, CF_AGENT_ADD, "sip:carol@example.org", 403);
    assert_int_equal(cf_agent_refer(agents[BOB].agent, CF_AGENT_ADD, CF_STR("nobody"), world_now(world)), CF_ERR_MALFORMED);
    assert_int_equal(cf_agent_refer(agents[DAVE].agent, CF_AGENT_ADD, CF_STR("sip:x@y"), world_now(world)), CF_ERR_STATE);
    hang_up(ALICE);
    hang_up(BOB);
    end();
}

static void say_subject(size_t who, const char *text, bool is_offerless) {
    assert_ok(cf_agent_set_subject(agents[who].agent, cf_str_of(text), is_offerless, world_now(world)));
    virtual_agent_drain(&agents[who]);
    run(CF_SEC(2));
}

static void a_subject_is_said_once(void **state) {
    (void)state;
    begin(4);
    virtual_agent_call(&agents[ALICE], FACTORY, "sip:bob@example.org", "First");
    run(CF_SEC(2));
    say_subject(ALICE, "Second", false);
    assert_str(cf_agent_roster(agents[BOB].agent)->subject, CF_STR("Second"));
    refer(ALICE, CF_AGENT_ADMIN, "sip:bob@example.org", 202);
    say_subject(BOB, "Third", true);
    assert_str(cf_agent_roster(agents[ALICE].agent)->subject, CF_STR("Third"));
    /* A later offer of Alice's says nothing of her old subject. */
    assert_ok(cf_agent_hold(agents[ALICE].agent, true, world_now(world)));
    virtual_agent_drain(&agents[ALICE]);
    run(CF_SEC(2));
    assert_str(cf_agent_roster(agents[BOB].agent)->subject, CF_STR("Third"));
    assert_false(agents[ALICE].media->lines[0].can_receive);
    hang_up(ALICE);
    hang_up(BOB);
    end();
}

/* --- each other --- */

static void users_call_cancel_and_decline(void **state) {
    (void)state;
    make(6, &good_link, CF_TRANSPORT_UDP);
    agents[CAROL].config.answers = false;
    start();
    call(ALICE, "sip:bob@example.org");
    assert_false(agents[ALICE].is_focus);
    assert_int_equal(agents[BOB].events[CF_AGENT_INCOMING], 1);
    virtual_agent_call(&agents[DAVE], "sip:bob@example.org", NULL, NULL);
    run(CF_SEC(2));
    assert_int_equal(agents[DAVE].status, 486);
    hang_up(ALICE);
    assert_int_equal(agents[BOB].cause, CF_SESSION_CAUSE_BYE);
    virtual_agent_call(&agents[ALICE], "sip:carol@example.org", NULL, NULL);
    run(CF_SEC(2));
    assert_true(agents[ALICE].events[CF_AGENT_RINGING] > 0);
    hang_up(ALICE);
    assert_int_equal(agents[CAROL].cause, CF_SESSION_CAUSE_CANCELLED);
    virtual_agent_call(&agents[ALICE], "sip:carol@example.org", NULL, NULL);
    run(CF_SEC(2));
    cf_agent_hang_up(agents[CAROL].agent, 603, world_now(world));
    virtual_agent_drain(&agents[CAROL]);
    run(CF_SEC(2));
    assert_int_equal(agents[ALICE].cause, CF_SESSION_CAUSE_REJECTED);
    assert_int_equal(agents[ALICE].status, 603);
    virtual_agent_call(&agents[ALICE], "sip:carol@example.org", NULL, NULL);
    run(CF_SEC(2));
    assert_ok(cf_agent_answer(agents[CAROL].agent, world_now(world)));
    virtual_agent_drain(&agents[CAROL]);
    run(CF_SEC(2));
    assert_true(cf_agent_is_up(agents[ALICE].agent));
    hang_up(ALICE);
    end();
}

/* Who refuses keys, or feedback, is called with the next that there is: as long as there is one. */
static void who_refuses_the_protection_is_called_otherwise(void **state) {
    (void)state;
    make(8, &good_link, CF_TRANSPORT_UDP);
    agents[ALICE].policy.offer_profile = CF_PROFILE_SAVPF;
    assert_ok(cf_policy_set_keyings(&agents[ALICE].policy, CF_STR("sdes none")));
    assert_ok(cf_policy_set_keyings(&agents[BOB].policy, CF_STR("none")));
    assert_ok(cf_policy_set_keyings(&agents[CAROL].policy, CF_STR("dtls")));
    agents[CAROL].policy.allows_plain = false;
    start();
    call(ALICE, "sip:bob@example.org");
    assert_int_equal(agents[BOB].media->transports[0].security.keying, CF_KEYING_NONE);
    assert_int_equal(agents[ALICE].events[CF_AGENT_CALLING], 2);
    hang_up(ALICE);
    /* Neither sdes nor plain, with feedback or without. */
    virtual_agent_call(&agents[ALICE], "sip:carol@example.org", NULL, NULL);
    run(CF_SEC(5));
    assert_int_equal(agents[ALICE].cause, CF_SESSION_CAUSE_REJECTED);
    assert_int_equal(agents[ALICE].status, 488);
    assert_int_equal(agents[ALICE].events[CF_AGENT_CALLING], 2 + 4);
    assert_int_equal(agents[ALICE].events[CF_AGENT_ENDED], 2);
    /* The next call begins anew. */
    virtual_agent_call(&agents[ALICE], "sip:dave@example.org", NULL, NULL);
    run(CF_SEC(2));
    assert_int_equal(agents[DAVE].media->transports[0].security.keying, CF_KEYING_SDES);
    hang_up(ALICE);
    end();
}

static void wrong_passwords_and_numbers_are_told(void **state) {
    (void)state;
    make(7, &good_link, CF_TRANSPORT_UDP);
    agents[ALICE].config.password = CF_STR("wrong");
    virtual_server_start(&server, names);
    for (size_t i = 0; i < AGENTS; i++) {
        virtual_agent_start(&agents[i]);
    }
    assert_ok(cf_agent_register(agents[ALICE].agent, world_now(world)));
    virtual_agent_drain(&agents[ALICE]);
    run(CF_SEC(3));
    assert_int_equal(agents[ALICE].events[CF_AGENT_REGISTER_FAILED], 1);
    virtual_agent_call(&agents[BOB], "sip:conference-focus@example.org;conf-id=nothing", NULL, NULL);
    run(CF_SEC(3));
    assert_int_equal(agents[BOB].status, 404);
    struct cf_agent_call bad = {.target = CF_STR("tel:123")};
    assert_int_equal(cf_agent_call(agents[BOB].agent, &bad, world_now(world)), CF_ERR_MALFORMED);
    assert_int_equal(cf_agent_answer(agents[BOB].agent, world_now(world)), CF_ERR_STATE);
    assert_int_equal(cf_agent_offer(agents[BOB].agent, world_now(world)), CF_ERR_STATE);
    assert_int_equal(cf_agent_hold(agents[BOB].agent, true, world_now(world)), CF_ERR_STATE);
    end();
}

/* --- bad networks, no memory --- */

static void meetings_come_about_on_bad_networks(void **state) {
    static const struct netem_config bad = {.delay_usec = CF_MSEC(40),
                                            .jitter_usec = CF_MSEC(30),
                                            .loss_ppm = 150000,
                                            .duplicate_ppm = 50000,
                                            .reorder_ppm = 50000,
                                            .reorder_usec = CF_MSEC(100)};
    (void)state;
    for (uint64_t seed = 10; seed < 16; seed++) {
        make(seed, &good_link, CF_TRANSPORT_UDP);
        for (size_t i = 0; i < AGENTS; i++) {
            agents[i].config.layout = CF_AGENT_LAYOUT_ACTIVE;
        }
        start();
        world_default_link(world, &bad);
        virtual_agent_call(&agents[ALICE], FACTORY, "sip:bob@example.org sip:carol@example.org", "Bad");
        run(CF_SEC(60));
        for (size_t i = ALICE; i <= CAROL; i++) {
            assert_true(cf_agent_is_up(agents[i].agent));
            assert_int_equal(virtual_agent_present(&agents[i]), 3);
            assert_int_equal(agents[i].media->line_count, 5);
        }
        hang_up(ALICE);
        run(CF_SEC(60));
        end();
    }
}

static void memory_may_be_out_anywhere(void **state) {
    (void)state;
    size_t most = 0;
    for (size_t at = 0; at == 0 || at < most; at += 1 + at / 40) {
        make(8, &good_link, CF_TRANSPORT_UDP);
        agents[ALICE].config.layout = CF_AGENT_LAYOUT_ACTIVE;
        start();
        size_t count = agents[ALICE].net.mem.count;
        agents[ALICE].net.mem.fail_at = at == 0 ? SIZE_MAX : count + at;
        struct cf_agent_call wanted = {.target = CF_STR(ROOM), .subject = CF_STR("x")};
        enum cf_err err = cf_agent_call(agents[ALICE].agent, &wanted, world_now(world));
        assert_true(err == CF_OK || cf_err_class_of(err) == CF_ERR_CLASS_RESOURCE);
        /* A call that could not be made keeps nothing. */
        assert_true(err == CF_OK || agents[ALICE].ports_out == 0);
        virtual_agent_drain(&agents[ALICE]);
        run(CF_SEC(1));
        virtual_agent_call(&agents[BOB], ROOM, NULL, NULL);
        run(CF_SEC(2));
        cf_agent_end(agents[ALICE].agent, world_now(world));
        virtual_agent_drain(&agents[ALICE]);
        run(CF_SEC(40));
        most = at == 0 ? agents[ALICE].net.mem.count - count : most;
        hang_up(BOB);
        end();
    }
    assert_true(most > 30);
}

CF_TEST_MAIN(cmocka_unit_test(a_room_is_entered_watched_and_left), cmocka_unit_test(a_factory_s_redirect_is_followed),
             cmocka_unit_test(a_factory_s_acceptance_is_taken),
             cmocka_unit_test(people_are_added_removed_and_made_administrators), cmocka_unit_test(a_subject_is_said_once),
             cmocka_unit_test(users_call_cancel_and_decline), cmocka_unit_test(wrong_passwords_and_numbers_are_told),
             cmocka_unit_test(who_refuses_the_protection_is_called_otherwise),
             cmocka_unit_test(meetings_come_about_on_bad_networks), cmocka_unit_test(memory_may_be_out_anywhere))
