/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A meeting that is made on the spot: created, joined, looked at in layouts, shared, left. */
#include "linphone_55.h"

static int begin(void **state) {
    (void)state;
    struct cf_node_config config = linphone_config(&w);
    linphone_begin(&w, &config, "alice bob carol dave");
    return 0;
}

static int end(void **state) {
    (void)state;
    linphone_end(&w);
    return 0;
}

/* --- coming in --- */

static void clients_register_and_get_their_names(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    struct cf_str contact = field(alice->registration.answer.text, "Contact:");
    assert_true(linphone_has(contact, "pub-gruu=\"sip:alice@example.org;gr=urn:uuid:00000000-0000-4000-8000-000000000001\""));
    assert_true(linphone_has(contact, "temp-gruu=\"sip:"));
    assert_true(linphone_has(contact, "+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-000000000001>\""));
    assert_true(linphone_has(contact, "expires=3600"));
    linphone_register(alice, 3600);
    assert_int_equal(alice->registration.status, 200);
    linphone_register(alice, 0);
    assert_int_equal(alice->registration.status, 200);
    assert_false(alice->is_registered);
}

static void the_factory_answers_302_and_the_conference_200(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    three_meet();
    struct cf_str redirect = alice->factory.answer.text;
    assert_int_equal(alice->factory.status, 302);
    assert_true(alice->factory.is_focus);
    assert_true(linphone_has(cf_str_of(alice->factory.contact), ";conf-id="));
    assert_int_equal(field(redirect, "Expire:").len, 0);
    assert_true(alice->call.is_focus);
    assert_int_equal(strlen(linphone_sees(alice, "alice")->label), 9);
}

/* Neither label nor content was offered; the answer has both, so that the client knows its own. */
static void a_first_answer_labels_what_was_not(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    linphone_create(alice, "Weekly sync", "");
    alice->is_deaf = true;
    run(1);
    linphone_join(called("bob"), alice->conference);
    struct linphone_client *bob = called("bob");
    bob->is_deaf = true;
    const char *label = linphone_sees(bob, "bob")->label;
    assert_int_equal(bob->reinvites, 1);
    assert_int_equal(strlen(label), 9);
    assert_answered(bob, 1, "vs", "sendrecv", "speaker", label);
}

static void the_listed_are_called_with_all_that_they_need(void **state) {
    (void)state;
    three_meet();
    struct cf_str invite = called("bob")->invite.text;
    const struct cf_sip_message *m = sip_parse(invite);
    assert_true(linphone_has(m->from.uri.text, ";conf-id="));
    assert_true(linphone_has(field(invite, "Contact:"), ">;isfocus"));
    assert_str(cf_sip_value(m, CF_SIP_HEADER_SUBJECT), CF_STR("Weekly sync"));
    assert_true(cf_str_starts(cf_sip_value(m, CF_SIP_HEADER_CONTENT_TYPE), CF_STR("multipart/mixed")));
    size_t sdp = cf_str_find_str(m->body, CF_STR("application/sdp"));
    size_t list = cf_str_find_str(m->body, CF_STR("application/resource-lists+xml"));
    assert_true(sdp < list && list < m->body.len);
    assert_true(linphone_has(m->body, "Content-Disposition: recipient-list"));
    assert_true(linphone_has(m->body, "sip:carol@example.org"));
    /* What is behind "From: " is the address, whole: a line end in it, and they know no organiser. */
    assert_true(linphone_has(m->body, "message/sipfrag\r\n\r\nFrom: <sip:alice@example.org>\r\n--"));
    assert_true(linphone_has(m->body, "a=ssrc:"));
    assert_true(linphone_has(m->body, "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid"));
}

static void everybody_is_told_of_everybody(void **state) {
    (void)state;
    three_meet();
    static const char *const names[] = {"alice", "bob", "carol"};
    for (size_t i = 0; i < 3; i++) {
        struct linphone_client *c = called(names[i]);
        assert_int_equal(c->full_documents, 1);
        assert_string_equal(c->told_subject, "Weekly sync");
        assert_string_equal(c->told_entity, c->watch.remote);
        assert_true(c->start[0] != '\0');
        assert_false(c->has_text);
        for (size_t k = 0; k < 3; k++) {
            const struct linphone_client *other = called(names[k]);
            const struct linphone_device *d = linphone_sees(c, names[k]);
            assert_string_equal(d->entity, other->gruu);
            assert_string_equal(d->call_id, other->call.call_id);
            assert_int_equal(d->status, CF_ENDPOINT_CONNECTED);
            assert_int_equal(d->roles, k == 0 ? CF_INFO_ADMIN | CF_INFO_SPEAKER | CF_INFO_ORGANISER
                                              : CF_INFO_PARTICIPANT | CF_INFO_SPEAKER);
            assert_int_equal(d->sound, CF_MEDIA_SENDRECV);
            assert_int_equal(d->video, CF_MEDIA_SENDRECV);
            assert_int_equal(d->miniature, CF_MEDIA_SENDONLY);
            assert_string_equal(d->label, d->miniature_label);
            assert_string_not_equal(d->label, d->sound_label);
            assert_int_equal(d->sound_ssrc, other->lines[0].ssrc);
            assert_int_equal(d->video_ssrc, other->lines[1].ssrc);
            assert_int_equal(d->miniature_ssrc, other->lines[2].ssrc);
        }
    }
}

/* The list comes again with each of her re-INVITEs: nobody is called again, nothing is updated. */
/* A list that is compressed, as it says. */
static void a_compressed_list_is_read(void **state) {
    (void)state;
    called("alice")->compresses = true;
    three_meet();
    assert_true(called("bob")->call.is_focus);
}

static const char report[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\" ?><imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">"
    "<message-id>BjFvjZmZTIHl</message-id><datetime>2026-01-01T00:00:00Z</datetime><delivery-notification>"
    "<status><delivered/></status></delivery-notification></imdn>";

/* bob's phone says that alice's message has come: for phones like it, and never to one that knows plain text alone. */
static void what_has_come_is_reported(void **state) {
    (void)state;
    struct linphone_client *bob = called("bob");
    three_meet();
    sip_text_copy(&called("carol")->invite, CF_STR("x"));
    linphone_message(called("alice"), called("alice")->conference, "text/plain", "tea");
    run(1);
    assert_true(linphone_has(called("carol")->invite.text, "Content-Type: message/cpim"));
    linphone_notice(bob, "message/imdn+xml", report);
    assert_int_equal(bob->refer.status, 200);
    run(1);
    const struct cf_sip_message *m = sip_parse(called("carol")->invite.text);
    assert_str(cf_sip_value(m, CF_SIP_HEADER_CONTENT_TYPE), CF_STR("message/cpim"));
    assert_int_equal(cf_sip_value(m, CF_SIP_HEADER_CONTENT_ENCODING).len, 0);
    assert_true(linphone_has(m->body, report));
    /* So many that it may say no more: what he writes himself is another matter. */
    for (size_t i = 0; i < 20; i++) {
        linphone_notice(bob, "message/imdn+xml", report);
    }
    assert_int_equal(bob->refer.status, 403);
    linphone_message(bob, bob->conference, "text/plain", "with milk");
    assert_int_equal(bob->refer.status, 200);
}

static void the_repeated_list_calls_nobody(void **state) {
    (void)state;
    three_meet();
    linphone_leave(called("bob"));
    run(2);
    sip_text_copy(&called("bob")->invite, CF_STR("x"));
    linphone_update(called("alice"), NULL);
    run(2);
    assert_int_equal(called("alice")->call.status, 200);
    assert_int_equal(called("bob")->invite.text.len, 1);
    assert_false(called("bob")->call.is_up);
}

/* The name and port by which the client knows the server: it may have no other way to it. */
static void the_conference_is_where_the_factory_was_called(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    alice->factory_uri = "sip:videoconference-factory@192.0.2.1:5060;conference-security-mode=none";
    linphone_create(alice, "Weekly sync", "");
    run(1);
    assert_true(linphone_has(cf_str_of(alice->conference), "sip:conference-focus@192.0.2.1:5060;conf-id="));
    assert_string_equal(alice->told_entity, alice->conference);
    linphone_join(called("bob"), alice->conference);
    run(2);
    linphone_assert_whole(&w);
    linphone_join(called("carol"), "sip:room-tea@192.0.2.1:5060");
    run(2);
    assert_string_equal(called("carol")->call.contact, "sip:room-tea@192.0.2.1:5060");
    assert_string_equal(called("carol")->told_entity, "sip:room-tea@192.0.2.1:5060");
}

/* --- layouts, camera, video --- */

static void the_grid_and_back(void **state) {
    (void)state;
    struct linphone_client *bob = called("bob");
    three_meet();
    size_t carol = place_of(bob, "carol");
    const char *label = linphone_sees(bob, "carol")->label;
    const char *own = linphone_sees(bob, "bob")->label;
    assert_answered(bob, 1, "vs", "sendrecv", "speaker", own);
    assert_answered(bob, 2, "vsMethumbnail", "recvonly", "thumbnail", own);
    assert_answered(bob, carol, bob->lines[carol].mid, "sendonly", "thumbnail", label);
    bob->is_grid = true;
    linphone_update(bob, NULL);
    assert_answered(bob, 1, "vs", "recvonly", "main", own);
    assert_answered(bob, 2, "vsMethumbnail", "recvonly", "thumbnail", own);
    assert_answered(bob, carol, bob->lines[carol].mid, "sendonly", "", label);
    assert_true(bob->call.is_focus);
    linphone_assert_whole(&w);
    bob->is_grid = false;
    linphone_update(bob, NULL);
    assert_answered(bob, 1, "vs", "sendrecv", "speaker", own);
    assert_answered(bob, carol, bob->lines[carol].mid, "sendonly", "thumbnail", label);
    run(3);
    /* What one looks at is nobody else's business. */
    assert_int_equal(called("alice")->reinvites, 1);
}

static void the_camera_goes_off_and_on(void **state) {
    (void)state;
    struct linphone_client *carol = called("carol");
    struct linphone_client *bob = called("bob");
    three_meet();
    size_t place = place_of(bob, "carol");
    carol->is_camera_off = true;
    linphone_update(carol, NULL);
    run(2);
    assert_answered(carol, 1, "vs", "sendonly", "speaker", linphone_sees(carol, "carol")->label);
    assert_freed(carol, 2);
    assert_int_equal(linphone_sees(bob, "carol")->video, CF_MEDIA_RECVONLY);
    assert_int_equal(linphone_sees(bob, "carol")->miniature, CF_MEDIA_INACTIVE);
    assert_freed(bob, place);
    linphone_assert_whole(&w);
    carol->is_camera_off = false;
    linphone_update(carol, NULL);
    run(2);
    linphone_assert_whole(&w);
    assert_int_equal(place_of(bob, "carol"), place);
}

static void video_goes_off_and_on(void **state) {
    (void)state;
    struct linphone_client *carol = called("carol");
    three_meet();
    carol->is_video_off = true;
    linphone_update(carol, NULL);
    run(2);
    for (size_t i = 1; i < carol->line_count; i++) {
        assert_freed(carol, i);
    }
    assert_true(linphone_has(sip_parse(carol->call.answer.text)->body, "a=group:BUNDLE as\r\n"));
    assert_int_equal(linphone_sees(called("bob"), "carol")->video, CF_MEDIA_INACTIVE);
    linphone_assert_whole(&w);
    carol->is_video_off = false;
    linphone_update(carol, NULL);
    run(2);
    linphone_assert_whole(&w);
}

/* --- subject, administrators, people --- */

static void the_subject_is_the_administrators(void **state) {
    (void)state;
    three_meet();
    linphone_update(called("alice"), "Quarterly sync");
    run(2);
    assert_int_equal(called("alice")->call.status, 200);
    assert_string_equal(called("carol")->told_subject, "Quarterly sync");
    assert_string_equal(called("alice")->told_subject, "Quarterly sync");
    linphone_update(called("bob"), "Mine");
    linphone_update(called("alice"), "ICE processing concluded");
    linphone_update(called("alice"), "Call resuming");
    run(2);
    assert_int_equal(called("bob")->call.status, 200);
    assert_string_equal(called("carol")->told_subject, "Quarterly sync");
}

static bool is_success(unsigned status) {
    return status == 200 || status == 202;
}

static void administrators_change(void **state) {
    (void)state;
    three_meet();
    assert_int_equal(linphone_refer(called("bob"), "<sip:bob@example.org>;admin=1"), 403);
    assert_true(is_success(linphone_refer(called("alice"), "<sip:bob@example.org>;admin=1")));
    run(2);
    assert_true(linphone_sees(called("carol"), "bob")->roles & CF_INFO_ADMIN);
    assert_true(is_success(linphone_refer(called("alice"), "<sip:bob@example.org>;admin=0")));
    run(2);
    assert_false(linphone_sees(called("carol"), "bob")->roles & CF_INFO_ADMIN);
    assert_true(linphone_sees(called("bob"), "alice")->roles & CF_INFO_ADMIN);
}

/* Mute is the client's own affair; nobody is told, nothing is sent. */
static void nothing_happens_when_somebody_mutes(void **state) {
    (void)state;
    three_meet();
    unsigned documents = called("alice")->documents;
    unsigned reinvites = called("alice")->reinvites;
    run(60);
    assert_int_equal(called("alice")->documents, documents);
    assert_int_equal(called("alice")->reinvites, reinvites);
    assert_true(called("bob")->call.is_up);
}

static void somebody_is_added_and_removed(void **state) {
    (void)state;
    struct linphone_client *alice = called("alice");
    struct linphone_client *dave = called("dave");
    three_meet();
    assert_int_equal(linphone_refer(called("bob"), "sip:dave@example.org"), 403);
    assert_false(dave->call.is_up);
    assert_true(is_success(linphone_refer(alice, "sip:dave@example.org")));
    run(3);
    assert_true(dave->call.is_up);
    linphone_assert_whole(&w);
    /* Who is in already is not called again, whatever stands behind the address. */
    assert_true(is_success(linphone_refer(alice, "<sip:dave@example.org>;isfocus")));
    assert_true(is_success(linphone_refer(alice, "<sip:dave@example.org>;text")));
    run(1);
    size_t place = place_of(alice, "dave");
    assert_true(is_success(linphone_refer(alice, "<sip:dave@example.org;method=BYE>")));
    run(3);
    assert_int_equal(dave->hung_up, 1);
    assert_null(linphone_sees(alice, "dave"));
    assert_freed(alice, place);
    linphone_assert_whole(&w);
}

/* --- screens --- */

static void a_screen_is_shared(void **state) {
    (void)state;
    struct linphone_client *bob = called("bob");
    struct linphone_client *carol = called("carol");
    three_meet();
    char camera[16];
    snprintf(camera, sizeof camera, "%s", linphone_sees(carol, "bob")->label);
    unsigned reinvites = called("alice")->reinvites;
    bob->is_sharing = true;
    linphone_update(bob, NULL);
    run(2);
    const struct linphone_device *seen = linphone_sees(carol, "bob");
    assert_true(seen->is_sharing);
    assert_int_equal(seen->video, CF_MEDIA_SENDONLY);
    assert_string_not_equal(seen->label, camera);
    assert_string_equal(seen->miniature_label, camera);
    assert_answered(bob, 1, "vs", "recvonly", "slides", seen->label);
    assert_answered(bob, 2, "vsMethumbnail", "recvonly", "thumbnail", camera);
    /* Others see it on their speaker line, and need not ask. */
    assert_int_equal(called("alice")->reinvites, reinvites);
    linphone_assert_whole(&w);
    /* The grid asks for the screen by its label. */
    carol->is_grid = true;
    linphone_update(carol, NULL);
    linphone_assert_whole(&w);
    char mid[24];
    snprintf(mid, sizeof mid, "vs%s", seen->label);
    assert_non_null(linphone_line_called(carol, mid));
    carol->is_grid = false;
    linphone_update(carol, NULL);
    bob->is_sharing = false;
    linphone_update(bob, NULL);
    run(2);
    assert_false(linphone_sees(carol, "bob")->is_sharing);
    assert_string_equal(linphone_sees(carol, "bob")->label, camera);
    assert_answered(bob, 1, "vs", "sendrecv", "speaker", camera);
    linphone_assert_whole(&w);
}

/* Who looks at the grid asks again when somebody begins and ends to share. */
static void a_screen_is_shared_into_the_grid(void **state) {
    (void)state;
    struct linphone_client *bob = called("bob");
    struct linphone_client *carol = called("carol");
    three_meet();
    carol->is_grid = true;
    linphone_update(carol, NULL);
    bob->is_sharing = true;
    linphone_update(bob, NULL);
    run(2);
    linphone_assert_whole(&w);
    assert_true(linphone_shows(carol, "bob"));
    bob->is_sharing = false;
    linphone_update(bob, NULL);
    run(2);
    linphone_assert_whole(&w);
}

/* --- hold, leaving --- */

static void somebody_holds_and_resumes(void **state) {
    (void)state;
    struct linphone_client *carol = called("carol");
    three_meet();
    unsigned hung_up = carol->hung_up;
    carol->is_held = true;
    linphone_update(carol, "Call on hold");
    run(2);
    assert_true(linphone_has(linphone_answered(carol, 0), "a=recvonly\r\n"));
    assert_answered(carol, 1, "vs", "recvonly", "speaker", linphone_sees(carol, "carol")->label);
    assert_int_equal(linphone_sees(called("bob"), "carol")->status, CF_ENDPOINT_ON_HOLD);
    assert_true(carol->call.is_focus);
    carol->is_held = false;
    linphone_update(carol, "Call resuming");
    run(2);
    assert_int_equal(linphone_sees(called("bob"), "carol")->status, CF_ENDPOINT_CONNECTED);
    assert_int_equal(carol->hung_up, hung_up);
    linphone_assert_whole(&w);
}

static void somebody_leaves_and_comes_back(void **state) {
    (void)state;
    struct linphone_client *carol = called("carol");
    struct linphone_client *bob = called("bob");
    char before[16];
    char uri[400];
    three_meet();
    size_t place = place_of(bob, "carol");
    snprintf(before, sizeof before, "%s", linphone_sees(bob, "carol")->label);
    memcpy(uri, carol->conference, sizeof uri);
    linphone_leave(carol);
    assert_int_equal(carol->call.status, 200);
    assert_int_equal(carol->watch.status, 200);
    run(3);
    assert_null(linphone_sees(bob, "carol"));
    assert_freed(bob, place);
    linphone_join(carol, uri);
    run(3);
    assert_string_not_equal(linphone_sees(bob, "carol")->label, before);
    assert_int_equal(place_of(bob, "carol"), place);
    assert_true(linphone_sees(bob, "alice")->roles & CF_INFO_ADMIN);
    linphone_assert_whole(&w);
}

/* A client that has lost its network says no BYE; the call of the same device takes the place of the one before. */
static void somebody_calls_again_without_leaving(void **state) {
    (void)state;
    struct linphone_client *carol = called("carol");
    struct linphone_client *bob = called("bob");
    char uri[400];
    three_meet();
    size_t place = place_of(bob, "carol");
    memcpy(uri, carol->conference, sizeof uri);
    linphone_join(carol, uri);
    run(3);
    assert_true(carol->call.is_up);
    assert_int_equal(carol->hung_up, 0); /* the BYE was for the call that it knows no more */
    assert_string_equal(linphone_sees(bob, "carol")->call_id, carol->call.call_id);
    assert_int_equal(place_of(bob, "carol"), place);
    linphone_assert_whole(&w);
}

static void it_ends_when_all_have_left(void **state) {
    (void)state;
    char uri[400];
    three_meet();
    memcpy(uri, called("bob")->conference, sizeof uri);
    linphone_leave(called("alice"));
    run(3);
    linphone_assert_whole(&w);
    /* Somebody has to be administrator. */
    assert_true((linphone_sees(called("bob"), "bob")->roles | linphone_sees(called("bob"), "carol")->roles) & CF_INFO_ADMIN);
    linphone_leave(called("bob"));
    linphone_leave(called("carol"));
    run(3);
    linphone_join(called("bob"), uri);
    run(1);
    assert_int_equal(called("bob")->call.status, 410);
}

/* --- behind a proxy --- */

/* As with Flexisip: the proxy has the users, and everything comes and goes by its connection. */
static void a_meeting_behind_a_proxy(void **state) {
    (void)state;
    struct cf_node_config config = linphone_config_behind_proxy(&w);
    linphone_begin(&w, &config, "alice bob carol dave");
    three_meet();
    assert_string_equal(linphone_sees(called("bob"), "alice")->entity, called("alice")->gruu);
    assert_true(is_success(linphone_refer(called("alice"), "sip:dave@example.org")));
    run(3);
    linphone_assert_whole(&w);
    linphone_leave(called("carol"));
    run(3);
    linphone_assert_whole(&w);
    linphone_end(&w);
}

/* As servers are set up: the client makes a chat room of the conference where this is said, and refuses what is written else. */
static void it_is_told_that_there_is_chat(void **state) {
    (void)state;
    struct cf_node_config config = linphone_config(&w);
    config.focus.announces_chat = true;
    linphone_begin(&w, &config, "alice bob carol");
    three_meet();
    for (size_t i = 0; i < w.count; i++) {
        assert_true(w.clients[i].has_text);
    }
    linphone_end(&w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(TEST(clients_register_and_get_their_names), TEST(the_factory_answers_302_and_the_conference_200),
             TEST(a_first_answer_labels_what_was_not), TEST(the_listed_are_called_with_all_that_they_need),
             TEST(everybody_is_told_of_everybody), TEST(a_compressed_list_is_read), TEST(what_has_come_is_reported),
             TEST(the_repeated_list_calls_nobody), TEST(the_conference_is_where_the_factory_was_called), TEST(the_grid_and_back),
             TEST(the_camera_goes_off_and_on), TEST(video_goes_off_and_on), TEST(the_subject_is_the_administrators),
             TEST(administrators_change), TEST(nothing_happens_when_somebody_mutes), TEST(somebody_is_added_and_removed),
             TEST(a_screen_is_shared), TEST(a_screen_is_shared_into_the_grid), TEST(somebody_holds_and_resumes),
             TEST(somebody_leaves_and_comes_back), TEST(somebody_calls_again_without_leaving), TEST(it_ends_when_all_have_left),
             cmocka_unit_test(a_meeting_behind_a_proxy), cmocka_unit_test(it_is_told_that_there_is_chat))
