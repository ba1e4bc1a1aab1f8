/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session timers by themselves: who refreshes, when, and what is refused (RFC 4028). */
#include "core/dialog/session_timer.h"

#include "lib/sip_text.h"
#include "lib/test.h"

static const struct cf_ua_profile profile = {.session_expires_sec = 600, .min_se_sec = 120};
static char fields[500];

/* An INVITE with these lines. */
static const struct cf_sip_message *request(const char *lines) {
    static struct sip_text text;
    sip_request_via(&text, "SIP/2.0/UDP h;branch=z9hG4bK1", &(struct sip_request){.method = "INVITE", .fields = lines});
    return sip_parse(text.text);
}

static const struct cf_sip_message *response(unsigned status, const char *lines) {
    static struct sip_text text;
    sip_response(&text, request(NULL), status, "t", lines);
    return sip_parse(text.text);
}

/* Accept @p lines; what the 2xx says stands in .fields. */
static struct cf_session_timer accept_with(struct cf_session_timer timer, const char *lines, cf_usec now) {
    struct cf_writer w;
    memset(fields, 0, sizeof fields);
    cf_writer_init(&w, fields, sizeof fields - 1);
    cf_session_timer_accept(&timer, &profile, request(lines), &w, now);
    return timer;
}

static struct cf_session_timer accept(const char *lines) {
    return accept_with((struct cf_session_timer){0}, lines, CF_SEC(10));
}

/* Table 2 of section 9. */
static void the_answer_says_who_refreshes(void **state) {
    (void)state;
    static const struct {
        const char *lines;
        bool is_ours;
    } cases[] = {
        {"Session-Expires: 600\r\n", true},
        {"Session-Expires: 600;refresher=uas\r\n", true},
        {"Supported: timer\r\nSession-Expires: 600\r\n", false},
        {"Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n", false},
        {"Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n", true},
        {"Supported: timer\r\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cf_session_timer timer = accept(cases[i].lines);
        assert_int_equal(timer.interval_sec, 600);
        assert_int_equal(timer.is_refresher, cases[i].is_ours);
        const char *said = cases[i].is_ours ? "Session-Expires: 600;refresher=uas\r\n" : "Session-Expires: 600;refresher=uac\r\n";
        assert_non_null(strstr(fields, said));
        assert_int_equal(strstr(fields, "Require: timer\r\n") != NULL, strstr(cases[i].lines, "Supported") != NULL);
    }
    /* Without anybody who knows timers nothing is said, and we refresh for our own sake without giving up. */
    struct cf_session_timer alone = accept("");
    assert_string_equal(fields, "");
    assert_true(alone.is_refresher && alone.expires_at == CF_USEC_NEVER);
}

/* Section 7.4: the role stays where it is when nobody asks for another. */
static void the_role_stays_where_it_is(void **state) {
    (void)state;
    struct cf_session_timer timer = accept("Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n");
    timer = accept_with(timer, "Supported: timer\r\nSession-Expires: 600\r\n", CF_SEC(20));
    assert_true(timer.is_refresher);
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields - 1);
    cf_session_timer_put_request(&timer, &profile, false, &w);
    assert_true(cf_str_starts(cf_writer_str(&w), CF_STR("Session-Expires: 600;refresher=uac\r\nMin-SE: 120\r\n")));
}

static void who_refreshes_does_so_at_half_time_and_the_other_gives_up_before_the_end(void **state) {
    (void)state;
    struct cf_session_timer ours = accept("Session-Expires: 600\r\n");
    assert_int_equal(cf_session_timer_deadline(&ours), CF_SEC(10 + 300));
    assert_int_equal(cf_session_timer_on_deadline(&ours, CF_SEC(10 + 300) - 1), CF_SESSION_TIMER_NOTHING);
    assert_int_equal(cf_session_timer_on_deadline(&ours, CF_SEC(10 + 300)), CF_SESSION_TIMER_REFRESH);
    assert_int_equal(cf_session_timer_deadline(&ours), CF_SEC(10 + 600));
    assert_int_equal(cf_session_timer_on_deadline(&ours, CF_SEC(10 + 600)), CF_SESSION_TIMER_EXPIRED);
    assert_int_equal(cf_session_timer_deadline(&ours), CF_USEC_NEVER);
    /* Section 10: 32 seconds before the end, or a third of the interval. */
    struct cf_session_timer theirs = accept("Supported: timer\r\nSession-Expires: 600\r\n");
    assert_int_equal(cf_session_timer_deadline(&theirs), CF_SEC(10 + 600 - 32));
    assert_int_equal(cf_session_timer_on_deadline(&theirs, CF_SEC(10 + 600 - 32)), CF_SESSION_TIMER_EXPIRED);
    struct cf_session_timer brief = {0};
    cf_session_timer_on_2xx(&brief, &profile, response(200, "Session-Expires: 90;refresher=uas\r\n"), 0);
    assert_int_equal(cf_session_timer_deadline(&brief), CF_SEC(90 - 30));
}

static void intervals_are_held_to_bounds(void **state) {
    (void)state;
    struct cf_session_timer timer = {0};
    /* A peer can't make us refresh all the time. */
    cf_session_timer_on_2xx(&timer, &profile, response(200, "Session-Expires: 2;refresher=uac\r\n"), 0);
    assert_int_equal(timer.interval_sec, CF_SESSION_TIMER_MIN_SEC);
    assert_int_equal(cf_session_timer_deadline(&timer), CF_SEC(45));
    cf_session_timer_on_2xx(&timer, &profile, response(200, "Session-Expires: 4294967295;refresher=uac\r\n"), 0);
    assert_int_equal(timer.interval_sec, CF_SESSION_TIMER_MAX_SEC);
    assert_int_equal(cf_session_timer_check(&profile, request("Supported: timer\r\nSession-Expires: 119\r\n")), 422);
    assert_int_equal(cf_session_timer_check(&profile, request("Supported: timer\r\nSession-Expires: 120\r\n")), 0);
    assert_int_equal(cf_session_timer_check(&profile, request("Session-Expires: 119\r\n")), 0);
    assert_int_equal(cf_session_timer_check(&profile, request("Supported: timer\r\nSession-Expires: soon\r\n")), 400);
    /* One that can't understand 422 gets no timer if it wants less than is allowed. */
    assert_int_equal(accept("Session-Expires: 30\r\n").interval_sec, 0);
}

/* Section 7.3: once more with what the 422 says, but not with what was refused already, and not with what nobody would wait for.
 */
static void a_422_is_followed_if_it_says_something_new(void **state) {
    (void)state;
    struct cf_session_timer timer = {0};
    assert_false(cf_session_timer_on_422(&timer, &profile, response(422, NULL)));
    assert_false(cf_session_timer_on_422(&timer, &profile, response(422, "Min-SE: 600\r\n")));
    assert_false(cf_session_timer_on_422(&timer, &profile, response(422, "Min-SE: 86401\r\n")));
    assert_true(cf_session_timer_on_422(&timer, &profile, response(422, "Min-SE: 1200\r\n")));
    assert_false(cf_session_timer_on_422(&timer, &profile, response(422, "Min-SE: 1200\r\n")));
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields - 1);
    cf_session_timer_put_request(&timer, &profile, true, &w);
    assert_str(cf_writer_str(&w), CF_STR("Session-Expires: 1200\r\nMin-SE: 1200\r\n"));
}

CF_TEST_MAIN(cmocka_unit_test(the_answer_says_who_refreshes), cmocka_unit_test(the_role_stays_where_it_is),
             cmocka_unit_test(who_refreshes_does_so_at_half_time_and_the_other_gives_up_before_the_end),
             cmocka_unit_test(intervals_are_held_to_bounds), cmocka_unit_test(a_422_is_followed_if_it_says_something_new))
