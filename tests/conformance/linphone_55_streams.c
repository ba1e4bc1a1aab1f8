/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client of the Linphone 5.5 kind is answered when it asks for streams, so that it shows the right ones. */
#include "linphone_old.h"

static void active_speaker_layout(void **state) {
    (void)state;
    const struct line lines[] = {
        {.mid = "vs", .content = "speaker"},
        {.mid = "vsMethumbnail", .direction = "sendonly", .content = "thumbnail"},
        {.mid = "vsBob", .direction = "recvonly", .content = "thumbnail", .label = bob.label},
    };
    struct cf_str answer = ask_for(&alice, lines, 3);
    assert_true(has(answer, "a=group:BUNDLE as vs vsMethumbnail vsBob\r\n"));
    assert_line(answer, 1, "vs", "sendrecv", "speaker", NULL);
    assert_line(answer, 2, "vsMethumbnail", "recvonly", "thumbnail", NULL);
    assert_line(answer, 3, "vsBob", "sendonly", "thumbnail", bob.label);
}

static void grid_layout(void **state) {
    (void)state;
    const struct line lines[] = {
        {.mid = "vs", .direction = "sendonly", .content = "main"},
        {.mid = "vsMethumbnail", .direction = "sendonly", .content = "thumbnail"},
        {.mid = "vsBob", .direction = "recvonly", .label = bob.label},
    };
    struct cf_str answer = ask_for(&alice, lines, 3);
    assert_line(answer, 1, "vs", "recvonly", "main", NULL);
    assert_line(answer, 2, "vsMethumbnail", "recvonly", "thumbnail", NULL);
    assert_line(answer, 3, "vsBob", "sendonly", NULL, bob.label);
}

/* From one layout to the other and back: lines stay where they are. */
static void layouts_change(void **state) {
    active_speaker_layout(state);
    grid_layout(state);
    active_speaker_layout(state);
}

/* Without a camera the main line receives only, and the own thumbnail's line is freed; it is used again. */
static void camera_off_and_on(void **state) {
    (void)state;
    const struct line off[] = {{.mid = "vs", .direction = "recvonly", .content = "speaker"},
                               {.is_freed = true},
                               {.mid = "vsBob", .direction = "recvonly", .content = "thumbnail", .label = bob.label}};
    active_speaker_layout(state);
    struct cf_str answer = ask_for(&alice, off, 3);
    assert_line(answer, 1, "vs", "sendonly", "speaker", NULL);
    assert_true(cf_str_starts(section(answer, 2), CF_STR("m=video 0 ")));
    assert_line(answer, 3, "vsBob", "sendonly", "thumbnail", bob.label);
    active_speaker_layout(state);
}

/* Whom nobody knows (any more) is not shown: his line is refused, the others are not. A freed line stays freed. */
static void unknown_labels_and_freed_lines(void **state) {
    (void)state;
    const struct line lines[] = {{.mid = "vs", .content = "speaker"},
                                 {.mid = "vsMethumbnail", .direction = "sendonly", .content = "thumbnail"},
                                 {.mid = "vsGone", .direction = "recvonly", .content = "thumbnail", .label = "nobody~-_"},
                                 {.is_freed = true},
                                 {.mid = "vsBob", .direction = "recvonly", .content = "thumbnail", .label = bob.label}};
    struct cf_str answer = ask_for(&alice, lines, 5);
    assert_true(cf_str_starts(section(answer, 3), CF_STR("m=video 0 ")));
    assert_false(has(answer, "a=group:BUNDLE as vs vsMethumbnail vsGone"));
    assert_true(cf_str_starts(section(answer, 4), CF_STR("m=video 0 ")));
    assert_line(answer, 5, "vsBob", "sendonly", "thumbnail", bob.label);
}

static void hold_and_resume(void **state) {
    (void)state;
    const struct line held[] = {{.mid = "vs", .direction = "sendonly", .content = "speaker"},
                                {.mid = "vsMethumbnail", .direction = "sendonly", .content = "thumbnail"},
                                {.mid = "vsBob", .direction = "inactive", .content = "thumbnail", .label = bob.label}};
    active_speaker_layout(state);
    struct cf_str answer = ask_for(&alice, held, 3);
    assert_line(answer, 1, "vs", "recvonly", "speaker", NULL);
    assert_line(answer, 3, "vsBob", "inactive", "thumbnail", NULL);
    active_speaker_layout(state);
}

/* Screen sharing: the main line sends slides and receives nothing, the thumbnail is the camera. */
static void screen_sharing(void **state) {
    (void)state;
    const struct line sharing[] = {{.mid = "vs", .direction = "sendonly", .content = "slides"},
                                   {.mid = "vsMethumbnail", .direction = "sendonly", .content = "thumbnail"},
                                   {.mid = "vsBob", .direction = "recvonly", .content = "thumbnail", .label = bob.label}};
    active_speaker_layout(state);
    struct cf_str answer = ask_for(&alice, sharing, 3);
    assert_line(answer, 1, "vs", "recvonly", "slides", NULL);
    assert_line(answer, 2, "vsMethumbnail", "recvonly", "thumbnail", NULL);
    active_speaker_layout(state);
}

#define TWO(name) cmocka_unit_test_setup_teardown(name, begin_two, end)

CF_TEST_MAIN(TWO(active_speaker_layout), TWO(grid_layout), TWO(layouts_change), TWO(camera_off_and_on),
             TWO(unknown_labels_and_freed_lines), TWO(hold_and_resume), TWO(screen_sharing))
