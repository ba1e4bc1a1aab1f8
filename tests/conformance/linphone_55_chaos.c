/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Imitated Linphones 5.5 that do anything in any order: in the end everybody sees everybody who sends pictures. */
#include "linphone_55.h"

#include <stdio.h>

#define ROUNDS 20
#define STEPS 50

static struct cf_handle legs[1000];
static size_t leg_count;
static char conference[400];

static void note_command(void *ctx, const struct cf_media_command *command) {
    (void)ctx;
    if (command->kind == CF_MEDIA_LEG_ADD) {
        assert_true(leg_count < sizeof legs / sizeof *legs);
        legs[leg_count++] = command->leg;
    }
}

/* Something of everybody's media has come; of legs that are gone the focus knows nothing. */
static void media_has_come(void) {
    for (size_t i = 0; i < leg_count; i++) {
        const struct cf_media_event event = {.kind = CF_MEDIA_EVENT_HEARD, .leg = legs[i]};
        cf_focus_on_media(cf_node_focus(w.node.node), &event, w.node.now);
    }
    node_drain(&w.node);
}

static bool has_call(const struct linphone_client *c) {
    return c->call.is_up || c->call.is_waiting;
}

static size_t in_count(void) {
    size_t count = 0;
    for (size_t i = 0; i < w.count; i++) {
        count += w.clients[i].call.is_up ? 1 : 0;
    }
    return count;
}

static void act(struct linphone_client *c) {
    static const char *const subjects[] = {NULL, "Media change", "ICE processing concluded"};
    if (!has_call(c)) {
        c->is_grid = c->is_camera_off = c->is_video_off = c->is_sharing = c->is_held = false;
        linphone_join(c, conference);
        return;
    }
    if (!c->call.is_up || c->call.is_waiting || !c->has_state) {
        return;
    }
    switch (cf_rng_below(&w.rng, 8)) {
    case 0:
        c->is_grid = !c->is_grid;
        break;
    case 1:
        c->is_camera_off = !c->is_camera_off;
        break;
    case 2:
        c->is_video_off = !c->is_video_off;
        break;
    case 3:
        c->is_sharing = !c->is_sharing && !c->is_video_off;
        break;
    case 4:
        c->is_held = !c->is_held;
        break;
    case 5:
        c->loses_last_line = c->line_count > 3;
        break;
    case 6:
        if (in_count() > 2) {
            linphone_leave(c);
            return;
        }
        break;
    default:
        break;
    }
    c->is_sharing = c->is_sharing && !c->is_video_off;
    linphone_update(c, subjects[cf_rng_below(&w.rng, 3)]);
}

static void live(uint64_t seed) {
    struct cf_node_config config = linphone_config(&w);
    w.node.on_media = note_command;
    leg_count = 0;
    linphone_begin(&w, &config, "alice bob carol dave erin");
    w.is_shuffled = true;
    cf_rng_init(&w.rng, seed);
    linphone_create(called("alice"), "Anything", "bob carol");
    memcpy(conference, called("alice")->conference, sizeof conference);
    for (unsigned step = 0; step < STEPS; step++) {
        run(cf_rng_below(&w.rng, 4) == 0 ? 1.5 : 0.02);
        act(&w.clients[cf_rng_below(&w.rng, (uint32_t)w.count)]);
    }
    for (size_t i = 0; i < w.count; i++) {
        struct linphone_client *c = &w.clients[i];
        run(1);
        if (c->call.is_up && c->is_held) {
            c->is_held = false;
            linphone_update(c, "Call resuming");
        }
    }
    run(3);
    media_has_come();
    run(10);
    /* A client that is told at once that somebody has come and sends no pictures keeps a line that it had: it shows nothing. */
    linphone_assert_shown(&w);
    linphone_end(&w);
}

static void in_the_end_everybody_sees_everybody(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        printf("# seed %llu\n", (unsigned long long)seed);
        live(seed);
    }
}

CF_TEST_MAIN(cmocka_unit_test(in_the_end_everybody_sees_everybody))
