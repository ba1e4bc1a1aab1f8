/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/test.h"
#include "ua/expectations.h"
#include <string.h>

static struct cf_recorder recorder;
static struct cf_picture_track track;
static struct cf_outcome outcome;

static void begin(void) {
    memset(&recorder, 0, sizeof recorder);
    memset(&track, 0, sizeof track);
    outcome = (struct cf_outcome){.recorder = &recorder};
}

static bool is_met(const char *wish) {
    assert_true(cf_expectation_is_known(cf_str_of(wish)));
    return cf_expectation_is_met(cf_str_of(wish), &outcome);
}

static void nothing_has_happened(void **state) {
    static const char *const unmet[] = {"connected", "registered", "participants=1", "audio", "video",     "senders=1",
                                        "sender=3",  "subject=x",  "encrypted",      "plain", "ended=bye", "status=200"};
    (void)state;
    begin();
    for (size_t i = 0; i < sizeof unmet / sizeof *unmet; i++) {
        assert_false(is_met(unmet[i]));
    }
    assert_true(is_met("silence"));
    assert_true(is_met("no-video"));
    assert_true(is_met("senders=0"));
}

static void what_happened_is_compared(void **state) {
    (void)state;
    begin();
    recorder.tracks[1] = &track;
    recorder.audible = 100;
    track.decoded = 20;
    track.seen[3] = 15;
    track.seen[4] = 2;
    outcome.is_registered = true;
    outcome.is_connected = true;
    outcome.participants = 1U << 3;
    memcpy(outcome.subject, "Tea", 3);
    outcome.subject_len = 3;
    outcome.has_media = true;
    outcome.is_encrypted = true;
    outcome.is_over = true;
    outcome.cause = CF_SESSION_CAUSE_BYE;
    outcome.status = 0;
    static const char *const met[] = {"connected", "registered", "participants=3", "audio",     "video",
                                      "senders=1", "sender=3",   "subject=Tea",    "encrypted", "ended=bye"};
    static const char *const unmet[] = {"participants=2", "silence",    "no-video", "senders=2",
                                        "sender=4",       "subject=Te", "plain",    "ended=local"};
    for (size_t i = 0; i < sizeof met / sizeof *met; i++) {
        assert_true(is_met(met[i]));
    }
    for (size_t i = 0; i < sizeof unmet / sizeof *unmet; i++) {
        assert_false(is_met(unmet[i]));
    }
}

static void unknown_wishes_are_known_to_be(void **state) {
    static const char *const wrong[] = {"", "peace", "audio=1", "participants", "participants=", "participants=two", "sender=x"};
    (void)state;
    begin();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(cf_expectation_is_known(cf_str_of(wrong[i])));
        assert_false(cf_expectation_is_met(cf_str_of(wrong[i]), &outcome));
    }
}

CF_TEST_MAIN(cmocka_unit_test(nothing_has_happened), cmocka_unit_test(what_happened_is_compared),
             cmocka_unit_test(unknown_wishes_are_known_to_be))
