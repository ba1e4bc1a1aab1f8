/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/test.h"
#include "ua/call_options.h"
#include <string.h>

static struct cf_call_options options;

/* Reads the words of @p line. */
static bool read_line(const char *line) {
    static char text[1024];
    static char *argv[64];
    int argc = 0;
    snprintf(text, sizeof text, "%s", line);
    argv[argc++] = (char *)(uintptr_t) "call";
    for (char *at = text; *at != '\0' && argc < 64;) {
        argv[argc++] = at;
        at = strchrnul(at, ' ');
        while (*at == ' ') {
            *at++ = '\0';
        }
    }
    return cf_call_options_read(&options, argc, argv);
}

static void an_account_is_a_name_at_the_domain_called(void **state) {
    (void)state;
    assert_true(read_line("sip:room-tea@example.org --user alice"));
    assert_string_equal(options.aor, "sip:alice@example.org");
    assert_string_equal(options.domain, "example.org");
    assert_true(read_line("sip:room-tea@example.org --user sip:alice@other.org"));
    assert_string_equal(options.aor, "sip:alice@other.org");
    assert_true(read_line("sip:room-tea@example.org"));
    assert_string_equal(options.aor, "sip:anonymous@example.org");
    assert_true(read_line("--answer --user sip:bob@example.org"));
    assert_null(options.target);
}

static void values_are_read(void **state) {
    (void)state;
    assert_true(read_line("sip:x@y --invite bob,carol,sip:dave@z --size 640x360 --fps 30 --video-rate 500 --transport tls "
                          "--audio tone:440 --video card:7 --layout grid --tiles 9 --encryption sdes --duration 20 --bundle"));
    assert_int_equal(options.invited_count, 3);
    assert_string_equal(options.invited[2], "sip:dave@z");
    assert_int_equal(options.width, 640);
    assert_int_equal(options.height, 360);
    assert_int_equal(options.fps, 30);
    assert_int_equal(options.video_kbps, 500);
    assert_int_equal(options.transport, CF_TRANSPORT_TLS);
    assert_int_equal(options.sound.kind, CF_VOICE_TONE);
    assert_int_equal(options.sound.number, 440);
    assert_int_equal(options.picture.card, 7);
    assert_int_equal(options.layout, CF_AGENT_LAYOUT_GRID);
    assert_int_equal(options.tiles_max, 9);
    assert_int_equal(options.encryption, CF_CALL_ENCRYPTION_SDES);
    assert_int_equal(options.duration_sec, 20);
    assert_true(options.is_bundled);
    assert_true(read_line("sip:x@y --audio a.wav --video b.ivf"));
    assert_string_equal(options.sound.file, "a.wav");
    assert_string_equal(options.picture.file, "b.ivf");
    assert_true(read_line("sip:x@y --layout audio --encryption zrtp"));
    assert_true(read_line("sip:x@y --audio none --video none"));
    assert_true(options.sound.is_none && options.picture.is_none);
}

static void what_makes_no_sense_is_refused(void **state) {
    static const char *const wrong[] = {
        "",
        "--user alice --answer",
        "tel:12345",
        "not-a-uri",
        "sip:x@y sip:z@y",
        "sip:x@y --no-such-option",
        "sip:x@y --user",
        "sip:x@y --size 640",
        "sip:x@y --size 10x10",
        "sip:x@y --size 64000x10",
        "sip:x@y --fps 0",
        "sip:x@y --fps fast",
        "sip:x@y --video-rate 1",
        "sip:x@y --transport pigeon",
        "sip:x@y --encryption rot13",
        "sip:x@y --layout sideways",
        "sip:x@y --layout grid --encryption zrtp",
        "sip:x@y --encryption zrtp --layout active",
        "sip:x@y --audio tone:x",
        "sip:x@y --video card:256",
        "sip:x@y --duration -1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(read_line(wrong[i]));
    }
}

CF_TEST_MAIN(cmocka_unit_test(an_account_is_a_name_at_the_domain_called), cmocka_unit_test(values_are_read),
             cmocka_unit_test(what_makes_no_sense_is_refused))
