/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For linphone_55*.c: a server and imitated Linphones 5.5 (lib/linphone_client.h). The order of the tests is that of what such
 * clients were recorded doing; the messages are our own.
 */
#ifndef TESTS_CONFORMANCE_LINPHONE_55_H
#define TESTS_CONFORMANCE_LINPHONE_55_H

#include "lib/linphone_client.h"
#include "lib/test.h"

static struct linphone_world w;

static inline struct linphone_client *called(const char *user) {
    return linphone_called(&w, user);
}

static inline void run(double seconds) {
    linphone_run(&w, (cf_usec)(seconds * 1e6));
}

/* alice has made a conference with bob and carol, and all have come. */
static inline void three_meet(void) {
    linphone_create(called("alice"), "Weekly sync", "bob carol");
    run(5);
    linphone_assert_whole(&w);
}

/* The value of the field @p name (with its colon) of a message; absent: none. */
static inline struct cf_str field(struct cf_str message, const char *name) {
    char start[80];
    snprintf(start, sizeof start, "\r\n%s ", name);
    size_t at = cf_str_find_str(message, cf_str_of(start));
    if (at == message.len) {
        return CF_STR_NONE;
    }
    struct cf_str rest = cf_str_skip(message, at + strlen(start));
    return cf_str_head(rest, cf_str_find(rest, '\r'));
}

/* Asserts what line @p index of @p c was answered; "" for content and label: none. */
static inline void assert_answered(struct linphone_client *c, size_t index, const char *mid, const char *direction,
                                   const char *content, const char *label) {
    char text[100];
    const char *const names[] = {"mid:", "", "content:", "label:"};
    const char *const wanted[] = {mid, direction, content, label};
    struct cf_str part = linphone_answered(c, index);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        bool is_wanted = wanted[i][0] != '\0';
        snprintf(text, sizeof text, "\r\na=%s%s%s", names[i], wanted[i], is_wanted ? "\r\n" : "");
        if (linphone_has(part, text) != is_wanted) {
            fail_msg("%s's line %zu: not as wanted is %s\n%.*s", c->user, index, text, CF_STR_ARG(part));
        }
    }
}

/* Asserts that line @p index was answered as it was offered: freed. */
static inline void assert_freed(struct linphone_client *c, size_t index) {
    struct cf_str part = linphone_answered(c, index);
    assert_true(cf_str_starts(part, CF_STR("m=video 0 RTP/AVP 0\r\n")));
    assert_true(linphone_has(part, "a=inactive\r\n"));
    assert_false(linphone_has(part, "a=mid:"));
}

/* The line of @p c in which @p user is shown. */
static inline size_t place_of(struct linphone_client *c, const char *user) {
    char mid[40];
    snprintf(mid, sizeof mid, "vs%s", linphone_sees(c, user)->miniature_label);
    const struct linphone_line *line = linphone_line_called(c, mid);
    assert_non_null(line);
    return (size_t)(line - c->lines);
}

#endif
