/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference that is scheduled: made, moved, joined, not changed while it runs, called off. */
#include "linphone_55.h"

/* The world begins at 1970-01-01T00:00:00Z. */
#define NTP_OF(seconds) (UINT64_C(2208988800) + (seconds))

static int begin(void **state) {
    (void)state;
    struct cf_node_config config = linphone_config(&w);
    linphone_begin(&w, &config, "alice bob carol");
    linphone_schedule(called("alice"), "Planned meeting", "bob carol", NTP_OF(600), NTP_OF(2400));
    return 0;
}

static int end(void **state) {
    (void)state;
    linphone_end(&w);
    return 0;
}

static void scheduling_is_answered_with_302_and_its_end(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    assert_int_equal(alice->factory.status, 302);
    assert_true(alice->factory.is_focus);
    assert_true(linphone_has(cf_str_of(alice->conference), ";conf-id="));
    assert_str(field(alice->factory.answer.text, "Expire:"), CF_STR("2400"));
    /* Nobody is called, she does not enter. */
    run(5);
    assert_false(alice->call.is_up);
    assert_false(called("bob")->call.is_up);
}

/* The client sends the invitations: messages from one user to another. */
static void invitations_pass(void **state) {
    (void)state;
    static const char calendar[] = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Planned meeting\r\n"
                                   "END:VEVENT\r\nEND:VCALENDAR\r\n";
    struct linphone_client *alice = called("alice");
    linphone_message(alice, "sip:bob@example.org", "text/calendar;conference-event=yes", calendar);
    assert_int_equal(alice->refer.status, 200);
    const struct cf_sip_message *m = sip_parse(called("bob")->invite.text);
    assert_str(cf_sip_value(m, CF_SIP_HEADER_CONTENT_TYPE), CF_STR("text/calendar;conference-event=yes"));
    assert_str(m->body, cf_str_of(calendar));
}

/* Answered as a call that is hung up at once; its Contact is no focus, or the client would subscribe. */
static void it_is_moved(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    linphone_reschedule(alice, "Moved meeting", "bob carol", NTP_OF(720), NTP_OF(9000));
    run(1);
    assert_int_equal(alice->factory.status, 200); /* of the BYE */
    assert_string_equal(alice->factory.method, "BYE");
    assert_false(alice->factory.is_focus);
    memcpy(called("bob")->conference, alice->conference, sizeof alice->conference);
    linphone_reschedule(called("bob"), "Mine", "bob", NTP_OF(800), NTP_OF(900));
    run(1);
    assert_int_equal(called("bob")->factory.status, 403);
    linphone_join(called("bob"), alice->conference);
    run(3);
    assert_true(called("bob")->call.is_up);
    assert_string_equal(called("bob")->told_subject, "Moved meeting");
    assert_string_equal(called("bob")->start, "1970-01-01T00:12:00Z");
    assert_string_equal(called("bob")->end, "1970-01-01T02:30:00Z");
}

static void people_dial_in(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    struct linphone_client *bob = called("bob");
    char uri[400];
    memcpy(uri, alice->conference, sizeof uri);
    linphone_join(bob, uri);
    run(3);
    assert_true(bob->call.is_up && bob->call.is_focus);
    /* Nobody else is called, and bob, whom the organiser has not joined yet, is no administrator. */
    assert_false(called("carol")->call.is_up);
    assert_int_equal(linphone_sees(bob, "bob")->roles, CF_INFO_PARTICIPANT | CF_INFO_SPEAKER);
    linphone_join(alice, uri);
    run(3);
    assert_int_equal(linphone_sees(bob, "alice")->roles, CF_INFO_ADMIN | CF_INFO_SPEAKER | CF_INFO_ORGANISER);
    linphone_assert_whole(&w);
}

static void it_is_not_changed_while_it_runs(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    people_dial_in(state);
    linphone_reschedule(alice, "Refused change", "bob carol", NTP_OF(7300), NTP_OF(9100));
    run(1);
    assert_int_equal(alice->factory.status, 480);
    assert_string_equal(alice->factory.method, "INVITE");
    /* Nor called off. */
    linphone_reschedule(alice, "Refused change", NULL, NTP_OF(7300), NTP_OF(9100));
    assert_int_equal(alice->factory.status, 480);
    linphone_reschedule(alice, "Refused change", NULL, NTP_OF(600), NTP_OF(2400));
    assert_int_equal(alice->factory.status, 480);
    assert_true(alice->call.is_up);
    linphone_leave(alice);
    linphone_leave(called("bob"));
    run(3);
    linphone_join(called("bob"), alice->conference);
    run(1);
    assert_true(called("bob")->call.is_up);
    assert_string_equal(called("bob")->told_subject, "Planned meeting");
}

/* A description with times and no list. */
static void it_is_called_off(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    memcpy(called("bob")->conference, alice->conference, sizeof alice->conference);
    linphone_reschedule(called("bob"), "Planned meeting", NULL, NTP_OF(600), NTP_OF(2400));
    assert_int_equal(called("bob")->factory.status, 403);
    linphone_reschedule(alice, "Planned meeting", NULL, NTP_OF(600), NTP_OF(2400));
    run(1);
    assert_string_equal(alice->factory.method, "BYE");
    assert_int_equal(alice->factory.status, 200);
    assert_false(alice->factory.is_focus);
    linphone_join(called("bob"), alice->conference);
    run(1);
    assert_int_equal(called("bob")->call.status, 410);
    assert_false(called("bob")->call.is_up);
    linphone_join(alice, alice->conference);
    run(1);
    assert_int_equal(alice->call.status, 410);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(TEST(scheduling_is_answered_with_302_and_its_end), TEST(invitations_pass), TEST(it_is_moved), TEST(people_dial_in),
             TEST(it_is_not_changed_while_it_runs), TEST(it_is_called_off))
