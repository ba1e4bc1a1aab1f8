/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linphones 5.5 with keys of all kinds, with ICE that ends at a bad time, and many of them. */
#include "linphone_55.h"

static struct cf_handle legs[LINPHONE_CLIENTS_MAX];
static size_t leg_count;
static size_t lines_off; /* told to the media worker */

static void note_command(void *ctx, const struct cf_media_command *command) {
    (void)ctx;
    if (command->kind == CF_MEDIA_LEG_ADD) {
        assert_true(leg_count < LINPHONE_CLIENTS_MAX);
        legs[leg_count++] = command->leg;
    }
    lines_off += command->kind == CF_MEDIA_LINE_SET && !command->as.line.line.is_active ? 1 : 0;
}

static void begin(enum linphone_keying keying, const char *names) {
    struct cf_node_config config = linphone_config(&w);
    w.node.policy.allows_sdes_on_insecure_signalling = true;
    w.node.policy.ice = CF_POLICY_ICE_FULL;
    w.node.on_media = note_command;
    leg_count = 0;
    linphone_begin(&w, &config, names);
    for (size_t i = 0; i < w.count; i++) {
        w.clients[i].keying = keying;
    }
}

static void media_has_come(void) {
    for (size_t i = 0; i < leg_count; i++) {
        const struct cf_media_event event = {.kind = CF_MEDIA_EVENT_HEARD, .leg = legs[i]};
        cf_focus_on_media(cf_node_focus(w.node.node), &event, w.node.now);
    }
    node_drain(&w.node);
}

/* Lines are freed as RTP/AVP, whatever the others are (interop 12.9), and come back with keys. */
static void a_camera_goes_off_and_on(void) {
    struct linphone_client *bob = called("bob");
    bob->is_camera_off = true;
    linphone_update(bob, NULL);
    run(1);
    assert_freed(bob, 2);
    linphone_assert_whole(&w);
    bob->is_camera_off = false;
    linphone_update(bob, NULL);
    run(1);
    linphone_assert_whole(&w);
}

static void keys_in_the_description(void **state) {
    (void)state;
    begin(LINPHONE_SDES, "alice bob");
    linphone_create(called("alice"), "Secrets", "");
    run(2);
    linphone_join(called("bob"), called("alice")->conference);
    run(2);
    for (size_t i = 0; i < 3; i++) {
        struct cf_str part = linphone_answered(called("bob"), i);
        assert_true(linphone_has(part, " RTP/SAVPF "));
        assert_true(linphone_has(part, "a=crypto:1 AEAD_AES_128_GCM inline:"));
        assert_false(linphone_has(part, "a=crypto:2"));
    }
    linphone_assert_whole(&w);
    a_camera_goes_off_and_on();
    linphone_end(&w);
}

/* The hash is the peer's choice, were it SHA-1; we are the server of the handshake, and our own is SHA-256. */
static void keys_by_handshake_with_ice(void **state) {
    (void)state;
    begin(LINPHONE_ICE_DTLS, "alice bob");
    linphone_create(called("alice"), "Secrets", "");
    run(2);
    linphone_join(called("bob"), called("alice")->conference);
    run(2);
    struct cf_str part = linphone_answered(called("bob"), 0);
    assert_true(linphone_has(part, " UDP/TLS/RTP/SAVPF "));
    assert_true(linphone_has(part, "a=setup:passive\r\n"));
    assert_true(linphone_has(part, "a=fingerprint:sha-256 "));
    assert_true(linphone_has(part, "a=ice-ufrag:"));
    assert_true(linphone_has(part, "a=candidate:"));
    part = linphone_answered(called("bob"), 3);
    assert_true(linphone_has(part, "a=bundle-only\r\n"));
    assert_false(linphone_has(part, "a=candidate:"));
    linphone_assert_whole(&w);
    a_camera_goes_off_and_on();
    linphone_end(&w);
}

static void what_cannot_be_secret_is_refused(void **state) {
    (void)state;
    begin(LINPHONE_PLAIN, "alice bob");
    called("alice")->factory_uri = "sip:videoconference-factory@example.org;conference-security-mode=end-to-end";
    linphone_create(called("alice"), "Secrets", "bob");
    run(1);
    assert_int_equal(called("alice")->factory.status, 488);
    assert_false(called("alice")->call.is_up || called("bob")->call.is_up);
    linphone_end(&w);
}

/* Interop 12.11: ICE ends while others come in, and its re-INVITE has a line less. Nobody hangs up, and the picture comes back.
 */
static void a_lost_line_comes_back(void **state) {
    (void)state;
    begin(LINPHONE_ICE_DTLS, "alice bob carol");
    struct linphone_client *alice = called("alice");
    struct linphone_client *bob = called("bob");
    linphone_create(alice, "Weekly sync", "");
    run(1);
    linphone_join(bob, alice->conference);
    linphone_join(called("carol"), alice->conference);
    run(2);
    linphone_assert_whole(&w);
    size_t count = bob->line_count;
    lines_off = 0;
    bob->loses_last_line = true;
    linphone_update(bob, NULL);
    assert_int_equal(bob->call.status, 200);
    assert_int_equal(bob->line_count, count - 1);
    assert_int_equal(linphone_answered(bob, count - 2).len > 0, 1);
    assert_int_equal(linphone_answered(bob, count - 1).len, 0);
    assert_int_equal(lines_off, 1);
    assert_false(linphone_shows(bob, "carol"));
    /* As long as its own media has not come it may still be about to ask. */
    run(5);
    assert_false(linphone_shows(bob, "carol"));
    media_has_come();
    run(5);
    assert_int_equal(bob->full_documents, 2);
    assert_int_equal(alice->full_documents, 1);
    assert_int_equal(bob->line_count, count);
    linphone_assert_whole(&w);
    unsigned reinvites = bob->reinvites;
    run(60);
    assert_int_equal(bob->reinvites, reinvites);
    linphone_end(&w);
}

/*
 * One that was called with ICE, and whose roster comes while it is checking, waits for its checks to end, and then for a change
 * of its call that nobody makes: it asks for pictures at the next full state (docs/adr/0153).
 */
static void who_was_called_asks_when_its_checks_are_over(void **state) {
    (void)state;
    begin(LINPHONE_ICE_DTLS, "alice bob");
    struct linphone_client *bob = called("bob");
    bob->is_deaf = true;
    linphone_create(called("alice"), "Weekly sync", "bob");
    run(10);
    assert_int_equal(bob->full_documents, 1);
    assert_int_equal(bob->reinvites, 0);
    bob->is_deaf = bob->wants_update = false;
    for (size_t i = 0; i < leg_count; i++) {
        const struct cf_media_event event = {
            .kind = CF_MEDIA_EVENT_ICE,
            .leg = legs[i],
            .as.ice = {.state = CF_MEDIA_ICE_CONNECTED, .is_nominated = true, .socket = CF_MEDIA_SOCKET_NONE}};
        cf_focus_on_media(cf_node_focus(w.node.node), &event, w.node.now);
        cf_focus_on_media(cf_node_focus(w.node.node), &event, w.node.now);
    }
    node_drain(&w.node);
    run(5);
    assert_int_equal(bob->full_documents, 2);
    assert_int_equal(called("alice")->full_documents, 1);
    linphone_assert_whole(&w);
    linphone_end(&w);
}

/* Who does not want somebody's picture is asked once. */
static void who_wants_no_picture_is_left_in_peace(void **state) {
    (void)state;
    begin(LINPHONE_PLAIN, "alice bob carol");
    struct linphone_client *alice = called("alice");
    struct linphone_client *bob = called("bob");
    linphone_create(alice, "Weekly sync", "");
    run(1);
    linphone_join(bob, alice->conference);
    run(2);
    media_has_come();
    bob->is_deaf = true;
    linphone_join(called("carol"), alice->conference);
    run(3);
    media_has_come();
    run(120);
    assert_false(linphone_shows(bob, "carol"));
    assert_int_equal(bob->full_documents, 2);
    assert_int_equal(called("carol")->full_documents, 1);
    linphone_end(&w);
}

/* A screen comes where the speaker does: nobody lacks anything. */
static void a_screen_without_camera_is_nobodys_loss(void **state) {
    (void)state;
    begin(LINPHONE_PLAIN, "alice bob carol");
    struct linphone_client *carol = called("carol");
    linphone_create(called("alice"), "Weekly sync", "bob carol");
    run(3);
    media_has_come();
    carol->is_sharing = carol->is_camera_off = true;
    linphone_update(carol, NULL);
    run(10);
    assert_true(linphone_sees(called("bob"), "carol")->is_sharing);
    assert_int_equal(called("bob")->full_documents, 1);
    linphone_assert_whole(&w);
    linphone_end(&w);
}

/* Documents are compressed where they are long, and no message is longer than their stack takes (interop 12.15). */
static void many_meet(void **state) {
    (void)state;
    begin(LINPHONE_PLAIN, "alice bob carol dave erin frank grace heidi ivan judy kim lee mia");
    linphone_create(called("alice"), "All hands", "");
    run(1);
    for (size_t i = 1; i < w.count; i++) {
        linphone_join(&w.clients[i], called("alice")->conference);
        run(0.5);
    }
    run(5);
    for (size_t i = 0; i < w.count; i++) {
        struct linphone_client *c = &w.clients[i];
        assert_true(c->call.is_up);
        assert_int_equal(c->full_documents, 1);
        assert_true(c->largest_notify < 16384);
        for (size_t k = 0; k < w.count; k++) {
            assert_int_equal(linphone_sees(c, w.clients[k].user)->status, CF_ENDPOINT_CONNECTED);
        }
    }
    /* The last one's full state had more than ten members. */
    assert_true(called("mia")->compressed > 0);
    assert_true(called("mia")->largest_document > 8000);
    assert_true(called("mia")->largest_notify < 2500);
    /* So many miniatures nobody asks for; when two have gone everybody does, and nobody was told more than once. */
    assert_false(linphone_shows(called("mia"), "bob"));
    assert_true(linphone_has(linphone_answered(called("mia"), 1), "a=content:speaker\r\n"));
    media_has_come();
    run(5);
    linphone_leave(called("bob"));
    linphone_leave(called("carol"));
    run(5);
    linphone_assert_whole(&w);
    for (size_t i = 0; i < w.count; i++) {
        assert_int_equal(w.clients[i].full_documents, 1);
    }
    linphone_end(&w);
}

/* isfocus must never go from the Contact, or the client takes the conference for ended. */
static void every_answer_in_the_call_is_a_focus(void **state) {
    (void)state;
    begin(LINPHONE_PLAIN, "alice bob");
    struct linphone_client *alice = called("alice");
    linphone_create(alice, "Weekly sync", "");
    run(1);
    linphone_ask_in_call(alice, "UPDATE", "Contact: <sip:alice@198.51.100.1>\r\n", "", CF_STR_NONE);
    assert_int_equal(alice->call.status, 200);
    assert_true(linphone_has(field(alice->call.answer.text, "Contact:"), ";isfocus"));
    linphone_update(alice, "Call resuming");
    assert_true(alice->call.is_focus);
    linphone_ask_in_call(alice, "OPTIONS", "", "", CF_STR_NONE);
    assert_int_equal(alice->call.status, 200);
    linphone_end(&w);
}

CF_TEST_MAIN(cmocka_unit_test(keys_in_the_description), cmocka_unit_test(keys_by_handshake_with_ice),
             cmocka_unit_test(what_cannot_be_secret_is_refused), cmocka_unit_test(a_lost_line_comes_back),
             cmocka_unit_test(who_was_called_asks_when_its_checks_are_over),
             cmocka_unit_test(who_wants_no_picture_is_left_in_peace), cmocka_unit_test(a_screen_without_camera_is_nobodys_loss),
             cmocka_unit_test(many_meet), cmocka_unit_test(every_answer_in_the_call_is_a_focus))
