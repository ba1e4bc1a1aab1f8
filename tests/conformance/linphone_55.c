/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a client of the Linphone 5.5 kind does with a conference: makes it through the factory with a list, adds and removes
 * people and administrators, changes the subject, leaves and comes back.
 */
#include "linphone_old.h"

/* The listed are called when the organiser is in: description, list, and who calls (a compressed list was read). */
static void the_list_is_called_when_the_organiser_is_in(void **state) {
    (void)state;
    acknowledge(&alice);
    const struct cf_sip_message *invite = request_to(CF_SIP_METHOD_INVITE, "sip:bob@example.org");
    assert_true(invite->is_request);
    assert_true(has(invite->body, "application/sdp"));
    assert_true(has(invite->body, "recipient-list"));
    assert_true(has(invite->body, "From: <sip:alice@example.org>"));
    assert_str(cf_sip_value(invite, CF_SIP_HEADER_SUBJECT), CF_STR("Weekly sync"));
    assert_true(request_to(CF_SIP_METHOD_INVITE, "sip:carol@example.org")->is_request);
}

/* Neither label nor content was offered: the answer gives the label of the device, so that the client knows its own. */
static void the_first_answer_tells_the_label(void **state) {
    (void)state;
    acknowledge(&alice);
    assert_true(strlen(alice.label) > 0);
    assert_int_equal(strlen(alice.label), 9);
}

/* The creator repeats its list in re-INVITEs: nobody is called again. */
static void a_repeated_list_calls_nobody(void **state) {
    static char body[TEXT_MAX];
    (void)state;
    say(&alice, "INVITE", alice.target, MULTIPART_FIELDS, multipart(body, sizeof body, &alice, first_line, 1, PEOPLE));
    assert_int_equal(status_of(&alice), 200);
    assert_false(request_to(CF_SIP_METHOD_INVITE, "sip:")->is_request);
    acknowledge(&alice);
}

/* Requests outside of the call, to the conference. */
static unsigned refer(const char *user, const char *refer_to) {
    char fields[300];
    struct dialog outside = {.user = user};
    snprintf(outside.call_id, sizeof outside.call_id, "refer-%s-%u", user, f.branch);
    snprintf(fields, sizeof fields, "Refer-To: %s\r\n", refer_to);
    say(&outside, "REFER", conference, fields, CF_STR_NONE);
    return status_of(&outside);
}

static bool is_success(unsigned status) {
    return status == 200 || status == 202;
}

static void people_are_added_and_removed(void **state) {
    (void)state;
    assert_int_equal(refer("bob", "sip:dave@example.org"), 403);
    assert_false(request_to(CF_SIP_METHOD_INVITE, "sip:dave@example.org")->is_request);
    assert_true(is_success(refer("alice", "sip:dave@example.org")));
    assert_true(request_to(CF_SIP_METHOD_INVITE, "sip:dave@example.org")->is_request);
    assert_true(is_success(refer("alice", "<sip:bob@example.org;method=BYE>")));
    assert_true(request_to(CF_SIP_METHOD_BYE, "sip:bob@example.org")->is_request);
}

static void administrators_change(void **state) {
    (void)state;
    assert_true(is_success(refer("alice", "<sip:bob@example.org>;admin=1")));
    assert_true(is_success(refer("bob", "<sip:alice@example.org>;admin=0")));
    assert_int_equal(refer("alice", "<sip:bob@example.org>;admin=0"), 403);
}

static const char *subject_now(void) {
    static char text[200];
    struct cf_conference *conf = NULL;
    struct cf_sip_uri uri;
    assert_ok(cf_sip_uri_parse(cf_str_of(conference), &uri));
    struct cf_directory *directory = cf_focus_directory(cf_node_focus(f.node));
    assert_true(cf_denial_is_none(cf_directory_find(directory, cf_sip_param_value(uri.params, CF_STR("conf-id")), &conf)));
    copy(text, sizeof text, conf->subject);
    return text;
}

/* A new subject counts; what older clients write there about their own doings does not. */
static void the_subject_changes_by_reinvite(void **state) {
    static char body[TEXT_MAX];
    (void)state;
    struct cf_writer w;
    static const char *const fields[] = {"Content-Type: application/sdp\r\nSubject: Quarterly sync\r\n",
                                         "Content-Type: application/sdp\r\nSubject: ICE processing concluded\r\n",
                                         "Content-Type: application/sdp\r\nSubject: Call resuming\r\n"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        cf_writer_init(&w, body, sizeof body);
        put_description(&w, &alice, first_line, 1);
        say(&alice, "INVITE", alice.target, fields[i], cf_writer_str(&w));
        assert_int_equal(status_of(&alice), 200);
        acknowledge(&alice);
        assert_string_equal(subject_now(), "Quarterly sync");
    }
}

static void whoever_leaves_comes_back_until_all_have_left(void **state) {
    (void)state;
    say(&bob, "BYE", bob.target, "", CF_STR_NONE);
    assert_int_equal(status_of(&bob), 200);
    enter(&bob);
    acknowledge(&bob);
    say(&bob, "BYE", bob.target, "", CF_STR_NONE);
    say(&alice, "BYE", alice.target, "", CF_STR_NONE);
    assert_int_equal(status_of(&alice), 200);
}

#define ONE(name) cmocka_unit_test_setup_teardown(name, begin, end)
#define TWO(name) cmocka_unit_test_setup_teardown(name, begin_two, end)

CF_TEST_MAIN(ONE(the_list_is_called_when_the_organiser_is_in), ONE(the_first_answer_tells_the_label),
             TWO(a_repeated_list_calls_nobody), TWO(people_are_added_and_removed), TWO(administrators_change),
             TWO(the_subject_changes_by_reinvite), TWO(whoever_leaves_comes_back_until_all_have_left))
