/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an offered line is for, by content, label and direction. */
#include "core/focus/line_use.h"

#include "lib/test.h"

#define NOBODY                                                                                                                   \
    { .owner = CF_LABEL_UNKNOWN }

static const struct cf_handle leg = {.slot = 4, .generation = 2};

static struct cf_offered_line picture(enum cf_content content, enum cf_direction direction, const char *label) {
    return (struct cf_offered_line){
        .kind = CF_MEDIA_VIDEO, .content = content, .direction = direction, .label = cf_str_of(label)};
}

static struct cf_line_use use(struct cf_lines_seen *seen, enum cf_content content, enum cf_direction direction,
                              enum cf_label_owner owner) {
    const struct cf_label_meaning meaning = {.owner = owner, .leg = owner == CF_LABEL_OTHER ? leg : (struct cf_handle){0}};
    const struct cf_offered_line line = picture(content, direction, owner == CF_LABEL_UNKNOWN ? NULL : "AAAAAAAAA");
    return cf_line_use_of(seen, &line, &meaning);
}

static void takes_sound_and_other_lines_of_it_for_talkers(void **state) {
    (void)state;
    struct cf_lines_seen seen = {0};
    const struct cf_label_meaning nobody = NOBODY;
    const struct cf_offered_line sound = {.kind = CF_MEDIA_AUDIO, .direction = CF_DIRECTION_SENDRECV};
    const struct cf_offered_line other = {.kind = CF_MEDIA_OTHER, .direction = CF_DIRECTION_SENDRECV};
    struct cf_line_use first = cf_line_use_of(&seen, &sound, &nobody);
    assert_true(first.is_taken && first.has_medium && first.medium == CF_CONF_AUDIO);
    assert_false(cf_line_use_of(&seen, &other, &nobody).is_taken);
    /* Not what the peer would send on it, and not the same once more under another profile. */
    struct cf_offered_line more = sound;
    more.direction = CF_DIRECTION_SENDONLY;
    assert_false(cf_line_use_of(&seen, &more, &nobody).is_taken);
    more.direction = CF_DIRECTION_RECVONLY;
    more.profile = CF_PROFILE_SAVP;
    assert_false(cf_line_use_of(&seen, &more, &nobody).is_taken);
    static const enum cf_direction directions[] = {CF_DIRECTION_RECVONLY, CF_DIRECTION_SENDRECV, CF_DIRECTION_INACTIVE,
                                                   CF_DIRECTION_RECVONLY};
    for (size_t i = 0; i < CF_TALKER_LINES_MAX; i++) {
        more = sound;
        more.direction = directions[i % 4];
        struct cf_line_use use = cf_line_use_of(&seen, &more, &nobody);
        assert_true(use.is_taken && !use.has_medium && !use.is_tile);
        assert_int_equal(use.direction, CF_DIRECTION_SENDONLY);
        assert_int_equal(use.media.pick.kind, CF_MEDIA_PICK_NOBODY);
    }
    assert_false(cf_line_use_of(&seen, &more, &nobody).is_taken);
}

struct main_case {
    enum cf_content content;
    enum cf_direction offered; /* as the peer sees it */
    enum cf_direction answered;
    enum cf_media_role role;
    enum cf_media_pick_kind pick;
};

static void the_main_line_sends_a_camera_or_a_screen_and_follows_the_speaker(void **state) {
    (void)state;
    static const struct main_case cases[] = {
        {CF_CONTENT_NONE, CF_DIRECTION_SENDRECV, CF_DIRECTION_SENDRECV, CF_MEDIA_ROLE_CAMERA, CF_MEDIA_PICK_SPEAKER},
        {CF_CONTENT_SPEAKER, CF_DIRECTION_SENDRECV, CF_DIRECTION_SENDRECV, CF_MEDIA_ROLE_CAMERA, CF_MEDIA_PICK_SPEAKER},
        {CF_CONTENT_SPEAKER, CF_DIRECTION_RECVONLY, CF_DIRECTION_SENDONLY, CF_MEDIA_ROLE_NONE, CF_MEDIA_PICK_SPEAKER},
        {CF_CONTENT_SPEAKER, CF_DIRECTION_SENDONLY, CF_DIRECTION_RECVONLY, CF_MEDIA_ROLE_CAMERA, CF_MEDIA_PICK_NOBODY},
        {CF_CONTENT_MAIN, CF_DIRECTION_SENDONLY, CF_DIRECTION_RECVONLY, CF_MEDIA_ROLE_CAMERA, CF_MEDIA_PICK_NOBODY},
        {CF_CONTENT_MAIN, CF_DIRECTION_SENDRECV, CF_DIRECTION_SENDRECV, CF_MEDIA_ROLE_CAMERA, CF_MEDIA_PICK_SPEAKER},
        {CF_CONTENT_MAIN, CF_DIRECTION_INACTIVE, CF_DIRECTION_RECVONLY, CF_MEDIA_ROLE_CAMERA, CF_MEDIA_PICK_NOBODY},
        {CF_CONTENT_SLIDES, CF_DIRECTION_SENDONLY, CF_DIRECTION_RECVONLY, CF_MEDIA_ROLE_SLIDES, CF_MEDIA_PICK_NOBODY},
        {CF_CONTENT_OTHER, CF_DIRECTION_SENDRECV, CF_DIRECTION_SENDRECV, CF_MEDIA_ROLE_CAMERA, CF_MEDIA_PICK_SPEAKER},
    };
    /* Under no label, or under its own: it may say it or not. */
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        const struct main_case *c = &cases[i / 2];
        struct cf_lines_seen seen = {0};
        struct cf_line_use got = use(&seen, c->content, c->offered, i % 2 == 0 ? CF_LABEL_UNKNOWN : CF_LABEL_OWN);
        assert_true(got.is_taken && !got.is_tile);
        assert_int_equal(got.direction, c->answered);
        assert_int_equal(got.media.role, c->role);
        assert_int_equal(got.media.pick.kind, c->pick);
        assert_int_equal(got.has_medium, c->role != CF_MEDIA_ROLE_NONE);
    }
}

static void a_label_picks_the_device_and_content_the_quality(void **state) {
    (void)state;
    struct cf_lines_seen seen = {0};
    struct cf_line_use small = use(&seen, CF_CONTENT_THUMBNAIL, CF_DIRECTION_RECVONLY, CF_LABEL_OTHER);
    struct cf_line_use full = use(&seen, CF_CONTENT_NONE, CF_DIRECTION_RECVONLY, CF_LABEL_OTHER);
    assert_true(small.is_taken && small.is_tile && small.media.pick.is_small);
    assert_true(full.is_taken && full.is_tile && !full.media.pick.is_small);
    assert_true(cf_handle_eq(full.media.pick.leg, leg));
    assert_int_equal(full.media.role, CF_MEDIA_ROLE_NONE);
    assert_int_equal(full.direction, CF_DIRECTION_SENDONLY);
    /* On hold it stays what it is. */
    assert_true(use(&seen, CF_CONTENT_THUMBNAIL, CF_DIRECTION_INACTIVE, CF_LABEL_OTHER).is_tile);
    /* A label of another one is no right to send under it. */
    assert_int_equal(use(&seen, CF_CONTENT_NONE, CF_DIRECTION_SENDRECV, CF_LABEL_OTHER).media.role, CF_MEDIA_ROLE_NONE);
}

static void nobody_is_sent_its_own_miniature(void **state) {
    (void)state;
    struct cf_lines_seen seen = {0};
    struct cf_line_use own = use(&seen, CF_CONTENT_THUMBNAIL, CF_DIRECTION_SENDONLY, CF_LABEL_OWN);
    assert_true(own.is_taken && own.has_medium && own.medium == CF_CONF_THUMBNAIL);
    assert_int_equal(own.direction, CF_DIRECTION_RECVONLY);
    assert_int_equal(own.media.role, CF_MEDIA_ROLE_THUMBNAIL);
    assert_int_equal(own.media.pick.kind, CF_MEDIA_PICK_NOBODY);
    assert_false(use(&seen, CF_CONTENT_THUMBNAIL, CF_DIRECTION_SENDONLY, CF_LABEL_UNKNOWN).is_taken);
    assert_false(use(&seen, CF_CONTENT_THUMBNAIL, CF_DIRECTION_RECVONLY, CF_LABEL_OWN).is_taken);
}

static void a_label_of_nobody_is_refused(void **state) {
    (void)state;
    struct cf_lines_seen seen = {0};
    const struct cf_label_meaning nobody = NOBODY;
    const struct cf_offered_line full = picture(CF_CONTENT_NONE, CF_DIRECTION_RECVONLY, "AAAAAAAAA");
    const struct cf_offered_line small = picture(CF_CONTENT_THUMBNAIL, CF_DIRECTION_RECVONLY, "AAAAAAAAA");
    const struct cf_offered_line speaker = picture(CF_CONTENT_SPEAKER, CF_DIRECTION_RECVONLY, "AAAAAAAAA");
    assert_false(cf_line_use_of(&seen, &full, &nobody).is_taken);
    assert_false(cf_line_use_of(&seen, &small, &nobody).is_taken);
    assert_true(cf_line_use_of(&seen, &speaker, &nobody).is_taken);
}

static void there_is_one_camera_and_one_follower(void **state) {
    (void)state;
    struct cf_lines_seen seen = {0};
    assert_true(use(&seen, CF_CONTENT_NONE, CF_DIRECTION_SENDRECV, CF_LABEL_UNKNOWN).is_taken);
    assert_false(use(&seen, CF_CONTENT_NONE, CF_DIRECTION_SENDRECV, CF_LABEL_UNKNOWN).is_taken);
    assert_false(use(&seen, CF_CONTENT_SLIDES, CF_DIRECTION_SENDONLY, CF_LABEL_UNKNOWN).is_taken);
    /* In the grid the main line only sends: another may still follow. */
    seen = (struct cf_lines_seen){0};
    assert_true(use(&seen, CF_CONTENT_MAIN, CF_DIRECTION_SENDONLY, CF_LABEL_UNKNOWN).is_taken);
    assert_int_equal(use(&seen, CF_CONTENT_SPEAKER, CF_DIRECTION_RECVONLY, CF_LABEL_UNKNOWN).media.pick.kind,
                     CF_MEDIA_PICK_SPEAKER);
}

static void a_line_on_hold_stays_open_and_takes_nothing_away(void **state) {
    (void)state;
    struct cf_lines_seen seen = {0};
    assert_true(use(&seen, CF_CONTENT_MAIN, CF_DIRECTION_SENDONLY, CF_LABEL_UNKNOWN).has_medium);
    static const enum cf_content contents[] = {CF_CONTENT_NONE, CF_CONTENT_SPEAKER, CF_CONTENT_SLIDES};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        struct cf_line_use held = use(&seen, contents[i], CF_DIRECTION_INACTIVE, CF_LABEL_UNKNOWN);
        assert_true(held.is_taken && !held.has_medium && !held.is_tile);
        assert_int_equal(held.direction, CF_DIRECTION_INACTIVE);
        assert_int_equal(held.media.pick.kind, CF_MEDIA_PICK_NOBODY);
    }
    assert_int_equal(use(&seen, CF_CONTENT_SPEAKER, CF_DIRECTION_RECVONLY, CF_LABEL_UNKNOWN).media.pick.kind,
                     CF_MEDIA_PICK_SPEAKER);
}

CF_TEST_MAIN(cmocka_unit_test(takes_sound_and_other_lines_of_it_for_talkers),
             cmocka_unit_test(the_main_line_sends_a_camera_or_a_screen_and_follows_the_speaker),
             cmocka_unit_test(a_label_picks_the_device_and_content_the_quality),
             cmocka_unit_test(nobody_is_sent_its_own_miniature), cmocka_unit_test(a_label_of_nobody_is_refused),
             cmocka_unit_test(a_line_on_hold_stays_open_and_takes_nothing_away),
             cmocka_unit_test(there_is_one_camera_and_one_follower))
