/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guests at a whole node: into their room, by token or digest, and nowhere else (issue: a browser joins by a link; attacks T22,
 * T23). */
#include "core/node/node.h"

#include "core/auth/guests.h"
#include "lib/node_alone.h"
#include "lib/test.h"
#include "lib/test_digest.h"
#include "lib/test_hash.h"

#define PHONE "203.0.113.66:5060"
#define SDP "v=0\r\no=- 1 1 IN IP4 192.0.2.50\r\ns=-\r\nc=IN IP4 192.0.2.50\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"

static struct node_alone f;
static struct cf_flow_id tls;
static char token[CF_TOKEN_MAX + 1];
static char fields[CF_TOKEN_MAX + 400];

static int begin(void **state) {
    struct cf_token_keys keys = {.former = {.is_set = false}};
    (void)state;
    node_begin(&f);
    cf_token_key_make(&keys.current, &f.entropy.entropy);
    cf_guests_set_keys(cf_node_guests(f.node), &keys);
    tls = node_accept(&f, 2, "203.0.113.5:6000");
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

static void make_token(enum cf_token_role role, const char *room, const char *subject) {
    struct cf_guests *guests = cf_node_guests(f.node);
    struct cf_writer w;
    struct cf_token made = {.kind = CF_TOKEN_GUEST,
                            .issuer = CF_STR("example.org"),
                            .id = CF_STR("id"),
                            .room = cf_str_of(room),
                            .role = role,
                            .name = CF_STR("Ann"),
                            .subject = cf_str_of(subject),
                            .link = CF_STR("link1"),
                            .expires = cf_focus_wall(cf_node_focus(f.node), f.now) / CF_SEC(1) + 60};
    cf_writer_init(&w, token, sizeof token - 1);
    assert_true(cf_token_put(&w, guests->hash, &guests->keys, &made));
    token[w.len] = '\0';
}

static struct node_request guest_request(const char *method, const char *uri, bool has_token) {
    snprintf(fields, sizeof fields, "%s%s%sContact: <sip:guest~1@203.0.113.5:6000>\r\n",
             has_token ? "Authorization: Bearer " : "", has_token ? token : "", has_token ? "\r\n" : "");
    bool is_invite = strcmp(method, "INVITE") == 0;
    return (struct node_request){.method = method,
                                 .uri = uri,
                                 .user = "guest~1",
                                 .fields = fields,
                                 .type = is_invite ? "application/sdp" : NULL,
                                 .body = is_invite ? SDP : NULL};
}

/* Over TLS, without answering challenges. */
static unsigned send_over(const struct node_request *request) {
    static struct sip_text text;
    node_clear(&f);
    node_bytes(&f, tls, node_text(&f, &text, "TLS 203.0.113.5:6000", request));
    const struct cf_sip_message *answer = node_last_over(&f, tls);
    return answer == NULL || answer->is_request ? 0 : answer->status;
}

static unsigned ask(const char *method, const char *uri) {
    struct node_request request = guest_request(method, uri, true);
    return send_over(&request);
}

static const struct cf_conference *room(void) {
    struct cf_conference *conf = NULL;
    struct cf_denial denial = cf_directory_find(cf_focus_directory(cf_node_focus(f.node)), CF_STR("room-tea"), &conf);
    return cf_denial_is_none(denial) ? conf : NULL;
}

/* Never NULL: one that is nobody's if the guest is not in. */
static const struct cf_roster_participant *member(void) {
    static const struct cf_roster_participant nobody;
    const struct cf_roster_participant *found =
        room() == NULL ? NULL : cf_roster_find(&room()->roster, CF_STR("sip:guest~1@example.org"));
    return found == NULL ? &nobody : found;
}

static void a_token_opens_its_room(void **state) {
    (void)state;
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 200);
    assert_true(member()->is_guest && !member()->is_verified && !member()->is_admin);
    assert_str(member()->name, CF_STR("Ann"));
    assert_int_equal(member()->role, CF_CONF_ROLE_SPEAKER);
}

static void and_nothing_else(void **state) {
    static const char *const others[][2] = {
        {"INVITE", "sip:room-other@example.org"},
        {"INVITE", "sip:room-tea@example.org;conf-id=x"},
        {"INVITE", "sip:room-teaa@example.org"},
        {"INVITE", "sip:room-TEA@example.org"},
        {"INVITE", "sip:alice@example.org"},
        {"MESSAGE", "sip:alice@example.org"},
        {"SUBSCRIBE", "sip:room-other@example.org"},
        {"REFER", "sip:room-other@example.org"},
        {"MESSAGE", "sip:room-other@example.org"},
        {"REGISTER", "sip:example.org"},
        {"INVITE", "sip:conference-factory@example.org"},
    };
    (void)state;
    node_register(&f, "alice", PHONE);
    make_token(CF_TOKEN_MODERATOR, "room-tea", "guest~1");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        unsigned status = ask(others[i][0], others[i][1]);
        assert_true(node_last_to(&f, PHONE) == NULL || !node_last_to(&f, PHONE)->is_request);
        if (status < 400 || status >= 500) {
            fail_msg("%s %s: %u", others[i][0], others[i][1], status);
        }
        assert_int_equal(f.media_commands, 0);
        assert_null(room());
    }
    assert_int_equal(cf_focus_directory(cf_node_focus(f.node))->by_key.count, 0);
    assert_int_equal(cf_node_location(f.node)->binding_count, 1);
}

static void nobody_speaks_for_somebody_else(void **state) {
    (void)state;
    struct node_request request;
    static const char *const users[] = {"alice", "guest~2", "guest~1x", "GUEST~1"};
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        request = guest_request("INVITE", "sip:room-tea@example.org", true);
        request.user = users[i];
        assert_int_equal(send_over(&request), 403);
    }
    request = guest_request("INVITE", "sip:room-tea@example.org", true);
    request.host = "elsewhere.example";
    assert_int_equal(send_over(&request), 403);
    /* A token for the name of an account, which only somebody with the key could make. */
    make_token(CF_TOKEN_SPEAKER, "room-tea", "alice");
    request = guest_request("INVITE", "sip:room-tea@example.org", true);
    request.user = "alice";
    assert_int_equal(send_over(&request), 403);
    assert_null(room());
}

static void tokens_that_are_no_good_are_told_so(void **state) {
    (void)state;
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    token[strlen(token) - 2] ^= 1;
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 401);
    const struct cf_sip_message *answer = node_last_over(&f, tls);
    assert_true(cf_str_find_str(answer->raw, CF_STR("error=\"invalid_token\"")) < answer->raw.len);
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    assert_ok(cf_guests_revoke(cf_node_guests(f.node), CF_STR("link1"), INT64_MAX, 0));
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 401);
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    f.now += CF_SEC(61);
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 401);
    assert_null(room());
}

/* In the clear a token could be taken by whoever listens: digest only. */
static void over_udp_a_token_is_not_looked_at(void **state) {
    (void)state;
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    struct node_request request = guest_request("INVITE", "sip:room-tea@example.org", true);
    assert_int_equal(node_send(&f, PHONE, &request), 401);
    const struct cf_sip_message *answer = node_last_to(&f, PHONE);
    assert_true(cf_str_find_str(answer->raw, CF_STR("Bearer")) == answer->raw.len);
}

static unsigned ask_by_digest(const char *password) {
    char username[CF_TOKEN_MAX];
    static char room_for[3 * CF_TOKEN_MAX];
    struct cf_writer w;
    struct node_request request = guest_request("INVITE", "sip:room-tea@example.org", false);
    unsigned status = node_send(&f, PHONE, &request);
    if (status != 401) {
        return status;
    }
    snprintf(username, sizeof username, "%.*s", (int)(strlen(token) - CF_TOKEN_SIGNATURE_LEN - 1), token);
    cf_writer_init(&w, room_for, sizeof room_for - 1);
    cf_put(&w, cf_str_of(fields));
    test_put_digest(&w, &(struct test_digest){.username = username,
                                              .password = password != NULL ? password : token + strlen(username) + 1,
                                              .method = "INVITE",
                                              .uri = "sip:room-tea@example.org",
                                              .nonce = test_nonce_of(node_last_to(&f, PHONE))});
    room_for[w.len] = '\0';
    request.fields = room_for;
    request.call_id = "again";
    f.now++;
    return node_send(&f, PHONE, &request);
}

static void digest_with_the_signature_for_password_does(void **state) {
    (void)state;
    make_token(CF_TOKEN_LISTENER, "room-tea", "guest~1");
    assert_int_equal(ask_by_digest("wrong"), 401);
    assert_null(room());
    assert_int_equal(ask_by_digest(NULL), 200);
    assert_int_equal(member()->role, CF_CONF_ROLE_LISTENER);
    assert_true(member()->is_guest);
}

/* Their clients try again for a while: that is no guessing, in whichever way they prove it. */
static void who_was_a_guest_is_no_attacker(void **state) {
    (void)state;
    uint64_t before = cf_node_authenticator(f.node)->failures;
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    assert_ok(cf_guests_revoke(cf_node_guests(f.node), CF_STR("link1"), INT64_MAX, 0));
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 401);
    assert_int_equal(ask_by_digest(NULL), 401);
    assert_int_equal(cf_node_authenticator(f.node)->failures, before);
    assert_int_equal(ask_by_digest("wrong"), 401);
    assert_int_equal(cf_node_authenticator(f.node)->failures, before + 1);
}

static void guests_are_told_where_tokens_come_from(void **state) {
    (void)state;
    struct cf_str url = CF_STR("authz_server=\"https://meet.example.org:8443/api/join\"");
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    token[strlen(token) - 2] ^= 1;
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 401);
    const struct cf_sip_message *answer = node_last_over(&f, tls);
    assert_true(cf_str_find_str(answer->raw, CF_STR("authz_server")) == answer->raw.len);
    cf_authenticator_set_tokens_at(cf_node_authenticator(f.node), CF_STR("https://meet.example.org:8443/api/join"));
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 401);
    answer = node_last_over(&f, tls);
    assert_true(cf_str_find_str(answer->raw, url) < answer->raw.len);
}

static void moderators_have_their_rights_but_call_nobody(void **state) {
    struct cf_conference_actor actor = {.aor = CF_STR("sip:guest~1@example.org")};
    struct cf_resource_entry entry = {.uri = CF_STR("sip:bob@example.org")};
    struct cf_conference *conf = NULL;
    (void)state;
    make_token(CF_TOKEN_MODERATOR, "room-tea", "guest~1");
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 200);
    assert_true(member()->is_admin);
    assert_true(cf_denial_is_none(cf_directory_find(cf_focus_directory(cf_node_focus(f.node)), CF_STR("room-tea"), &conf)));
    assert_true(cf_denial_is_none(cf_conference_on_lock(conf, f.now, &actor, true)));
    assert_int_equal(cf_conference_on_add(conf, f.now, &actor, &entry).reason, CF_DENIAL_NOT_ADMIN);
    node_drain(&f);
}

/* T14 in another form: guessing is slowed down by address. */
static void guessing_is_locked_out(void **state) {
    (void)state;
    unsigned locked = 0;
    for (int i = 0; i < 12; i++) {
        make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
        token[strlen(token) - 2] ^= (char)(1 + i % 3);
        locked += ask("INVITE", "sip:room-tea@example.org") == 403 ? 1 : 0;
    }
    assert_true(locked > 0);
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 403);
    f.now += CF_SEC(61);
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 200);
}

static void without_keys_there_are_no_guests(void **state) {
    struct cf_token_keys none = {.former = {.is_set = false}};
    (void)state;
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    cf_guests_set_keys(cf_node_guests(f.node), &none);
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 401);
}

/* Behind a proxy there are no accounts, but guests by their tokens; strangers are neither let in nor asked. */
static void behind_a_proxy_there_are_guests_too(void **state) {
    struct cf_token_keys keys = {.former = {.is_set = false}};
    (void)state;
    node_end(&f);
    struct cf_node_config config = node_config(&f);
    config.is_registrar = false;
    assert_ok(cf_addr_parse(CF_STR("192.0.2.50"), &config.live.proxies[0]));
    config.live.proxy_count = 1;
    config.proxy_uri = CF_STR("<sip:192.0.2.50;lr>");
    node_begin_with(&f, &config);
    cf_token_key_make(&keys.current, &f.entropy.entropy);
    cf_guests_set_keys(cf_node_guests(f.node), &keys);
    tls = node_accept(&f, 2, "203.0.113.5:6000");
    struct node_request request = guest_request("INVITE", "sip:room-tea@example.org", false);
    assert_int_equal(send_over(&request), 403);
    assert_int_equal(node_send(&f, PHONE, &request), 403);
    make_token(CF_TOKEN_SPEAKER, "room-tea", "guest~1");
    assert_int_equal(ask("INVITE", "sip:room-tea@example.org"), 200);
    assert_true(member()->is_guest);
    assert_int_equal(ask("REGISTER", "sip:example.org"), 405);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(a_token_opens_its_room), CASE(and_nothing_else), CASE(nobody_speaks_for_somebody_else),
             CASE(tokens_that_are_no_good_are_told_so), CASE(who_was_a_guest_is_no_attacker),
             CASE(guests_are_told_where_tokens_come_from), CASE(over_udp_a_token_is_not_looked_at),
             CASE(digest_with_the_signature_for_password_does), CASE(moderators_have_their_rights_but_call_nobody),
             CASE(guessing_is_locked_out), CASE(without_keys_there_are_no_guests), CASE(behind_a_proxy_there_are_guests_too))
