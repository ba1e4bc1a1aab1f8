/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What agents ask for in the layouts of a conference, against a whole signalling server in virtual time. */
#include "sim/agent_scene.h"

/* --- layouts --- */

/* An m-line as it is expected to be agreed on, seen from the agent: what it says and whether media goes. */
struct expected_line {
    const char *content;
    const char *mid; /* what it begins with */
    size_t device;   /* whose label it has; AGENTS: none is looked at */
    bool can_send;
    bool can_receive;
};

static struct cf_str label_of(size_t who) {
    const struct cf_roster_view *roster = cf_agent_roster(agents[ALICE].agent);
    const struct cf_view_user *user = cf_roster_view_find(roster, cf_str_of(agents[who].aor));
    const struct cf_view_endpoint *endpoint = user == NULL ? NULL : cf_view_user_first(user);
    for (size_t i = 0; endpoint != NULL && i < endpoint->media_count; i++) {
        if (cf_str_eq(endpoint->media[i].id, CF_STR("2"))) {
            return endpoint->media[i].label;
        }
    }
    return CF_STR_NONE;
}

static void assert_lines(size_t who, const struct expected_line *expected, size_t count) {
    const struct cf_media_params *params = agents[who].media;
    assert_int_equal(params->line_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct cf_media_line *line = &params->lines[i];
        if (expected[i].content == NULL) {
            assert_false(line->is_active);
            continue;
        }
        assert_true(line->is_active);
        assert_int_equal(line->can_send, expected[i].can_send);
        assert_int_equal(line->can_receive, expected[i].can_receive);
        assert_str(cf_content_name(line->local_content), cf_str_of(expected[i].content));
        assert_true(cf_str_starts(cf_tag_str(&line->mid), cf_str_of(expected[i].mid)));
        if (expected[i].device < AGENTS) {
            assert_str(cf_tag_str(&line->local_label), label_of(expected[i].device));
        }
    }
}

static void meet_tiled(enum cf_agent_layout layout) {
    make(5, &good_link, CF_TRANSPORT_TCP);
    for (size_t i = 0; i < AGENTS; i++) {
        agents[i].config.layout = layout;
        agents[i].policy.allows_bundle = true;
    }
    start();
    for (size_t i = ALICE; i <= CAROL; i++) {
        call(i, ROOM);
    }
    run(CF_SEC(2));
}

/* What a Linphone 5.5 client in active-speaker layout offers (its own video line never has a label). */
static void active_speaker_lines_are_those_of_linphone(void **state) {
    static const struct expected_line expected[] = {
        {"", "as", AGENTS, true, true},
        {"speaker", "vs", AGENTS, true, true},
        {"thumbnail", "vsMethumbnail", ALICE, true, false},
        {"thumbnail", "vs", BOB, false, true},
        {"thumbnail", "vs", CAROL, false, true},
    };
    (void)state;
    meet_tiled(CF_AGENT_LAYOUT_ACTIVE);
    assert_lines(ALICE, expected, 5);
    hang_up(ALICE);
    hang_up(BOB);
    hang_up(CAROL);
    end();
}

static void grid_lines_are_those_of_linphone_and_layouts_change(void **state) {
    static const struct expected_line grid[] = {
        {"", "as", AGENTS, true, true}, {"main", "vs", AGENTS, true, false}, {"thumbnail", "vsMethumbnail", ALICE, true, false},
        {"", "vs", BOB, false, true},   {"", "vs", CAROL, false, true},
    };
    static const struct expected_line active[] = {
        {"", "as", AGENTS, true, true},
        {"speaker", "vs", AGENTS, true, true},
        {"thumbnail", "vsMethumbnail", ALICE, true, false},
        {"thumbnail", "vs", BOB, false, true},
        {"thumbnail", "vs", CAROL, false, true},
    };
    static const struct expected_line audio[] = {
        {"", "as", AGENTS, true, true}, {NULL, NULL, 0, false, false}, {NULL, NULL, 0, false, false},
        {NULL, NULL, 0, false, false},  {NULL, NULL, 0, false, false},
    };
    (void)state;
    meet_tiled(CF_AGENT_LAYOUT_GRID);
    assert_lines(ALICE, grid, 5);
    assert_ok(cf_agent_set_layout(agents[ALICE].agent, CF_AGENT_LAYOUT_ACTIVE, world_now(world)));
    virtual_agent_drain(&agents[ALICE]);
    run(CF_SEC(2));
    assert_lines(ALICE, active, 5);
    assert_ok(cf_agent_set_layout(agents[ALICE].agent, CF_AGENT_LAYOUT_AUDIO, world_now(world)));
    virtual_agent_drain(&agents[ALICE]);
    run(CF_SEC(2));
    assert_lines(ALICE, audio, 5);
    hang_up(ALICE);
    hang_up(BOB);
    hang_up(CAROL);
    end();
}

static void lines_follow_those_who_come_and_go(void **state) {
    static const struct expected_line without_bob[] = {
        {"", "as", AGENTS, true, true},
        {"speaker", "vs", AGENTS, true, true},
        {"thumbnail", "vsMethumbnail", ALICE, true, false},
        {NULL, NULL, 0, false, false},
        {"thumbnail", "vs", CAROL, false, true},
    };
    static const struct expected_line with_dave[] = {
        {"", "as", AGENTS, true, true},
        {"speaker", "vs", AGENTS, true, true},
        {"thumbnail", "vsMethumbnail", ALICE, true, false},
        {"thumbnail", "vs", DAVE, false, true},
        {"thumbnail", "vs", CAROL, false, true},
    };
    (void)state;
    meet_tiled(CF_AGENT_LAYOUT_ACTIVE);
    hang_up(BOB);
    run(CF_SEC(2));
    assert_lines(ALICE, without_bob, 5);
    call(DAVE, ROOM);
    run(CF_SEC(2));
    assert_lines(ALICE, with_dave, 5);
    for (size_t i = ALICE; i <= DAVE; i++) {
        hang_up(i);
    }
    end();
}

CF_TEST_MAIN(cmocka_unit_test(active_speaker_lines_are_those_of_linphone),
             cmocka_unit_test(grid_lines_are_those_of_linphone_and_layouts_change),
             cmocka_unit_test(lines_follow_those_who_come_and_go))
