/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is behind a request: digest, or the word of a trusted proxy and of nobody else (RFC 3325, attacks T10). */
#include "core/node/node.h"

#include "lib/node_alone.h"
#include "lib/test.h"

#define PROXY "192.0.2.50:5060"
#define STRANGER "203.0.113.66:5060"

static struct node_alone f;

/* Behind an outside proxy: no registrar. */
static int begin(void **state) {
    (void)state;
    struct cf_node_config config = node_config(&f);
    config.is_registrar = false;
    assert_ok(cf_addr_parse(CF_STR("192.0.2.50"), &config.live.proxies[0]));
    config.live.proxy_count = 1;
    config.proxy_uri = CF_STR("<sip:192.0.2.50;lr>");
    node_begin_with(&f, &config);
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

#define SDP "v=0\r\no=- 1 1 IN IP4 192.0.2.50\r\ns=-\r\nc=IN IP4 192.0.2.50\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"

static const struct node_request call = {.method = "INVITE",
                                         .uri = "sip:room-tea@example.org",
                                         .user = "dave",
                                         .host = "corp.example",
                                         .fields = "Contact: <sip:dave@192.0.2.50>\r\n",
                                         .type = "application/sdp",
                                         .body = SDP};

static void a_trusted_proxy_lets_its_users_in(void **state) {
    (void)state;
    assert_int_equal(node_send(&f, PROXY, &call), 200);
    assert_true(f.media_commands > 0);
}

static void nobody_else_is_let_in_or_asked(void **state) {
    (void)state;
    struct node_request request = call;
    assert_int_equal(node_send(&f, STRANGER, &request), 403);
    /* T10: what only the proxy may say, however it is written, does not help a stranger. */
    static const char *const smuggled[] = {
        "P-Asserted-Identity: <sip:boss@example.org>\r\n",
        "P-Asserted-Identity : <sip:boss@example.org>\r\n",
        "p-asserted-identity:\r\n <sip:boss@example.org>\r\n",
        "P-Asserted-Identity: <sip:boss@example.org>, <tel:+1>\r\nP-Asserted-Identity: <sip:boss@example.org>\r\n",
        "X-Trusted : yes\r\nX-Trusted: yes\r\n",
        "Via: SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKforged;received=192.0.2.50\r\n",
    };
    for (size_t i = 0; i < sizeof smuggled / sizeof *smuggled; i++) {
        request.fields = smuggled[i];
        request.call_id = smuggled[i][0] == 'V' ? "via" : NULL;
        assert_int_equal(node_send(&f, STRANGER, &request), 403);
        assert_int_equal(f.media_commands, 0);
    }
}

static void registrations_are_not_its_business(void **state) {
    (void)state;
    assert_int_equal(node_send(&f, PROXY, &(struct node_request){.fields = "Contact: <sip:a@h>\r\n"}), 405);
    assert_int_equal(node_send(&f, PROXY, &(struct node_request){.method = "MESSAGE", .uri = "sip:alice@example.org"}), 404);
}

/* What the registrar's own phones assert is not believed either. */
static void phones_of_a_registrar_assert_nothing(void **state) {
    (void)state;
    end(NULL);
    node_begin(&f);
    node_register(&f, "alice", STRANGER);
    struct node_request request = call;
    request.user = "alice";
    request.host = "example.org";
    request.fields = "P-Asserted-Identity: <sip:boss@example.org>\r\nContact: <sip:alice@203.0.113.66>\r\n";
    assert_int_equal(node_send(&f, STRANGER, &request), 401);
    assert_int_equal(node_ask(&f, STRANGER, &request), 200);
    const struct cf_sip_message *answer = node_last_to(&f, STRANGER);
    assert_int_equal(cf_str_find_str(answer->raw, CF_STR("boss")), answer->raw.len);
}

static void an_unreadable_identity_of_the_proxy_is_passed_over(void **state) {
    (void)state;
    struct node_request request = call;
    request.fields = "P-Asserted-Identity: <<<\r\nContact: <sip:dave@192.0.2.50>\r\n";
    assert_int_equal(node_send(&f, PROXY, &request), 200);
    request.call_id = "tel";
    request.fields = "P-Asserted-Identity: <tel:+15551234>, <sip:erin@corp.example>\r\nContact: <sip:dave@192.0.2.50>\r\n";
    assert_int_equal(node_send(&f, PROXY, &request), 200);
}

/* Another proxy is trusted after the settings were read again, and the first one is not any more. */
static void trust_can_move(void **state) {
    (void)state;
    struct cf_node_config config = {.focus = {.policy = &f.policy,
                                              .has_open_rooms = true,
                                              .limits = cf_conference_limits_default,
                                              .times = cf_conference_times_default}};
    struct cf_node_live live = {.proxy_count = 1,
                                .algorithms = CF_STR("SHA-256"),
                                .nonce_life_usec = CF_SEC(60),
                                .failures_max = 3,
                                .expires_least_sec = 60,
                                .expires_most_sec = 600,
                                .devices_max = 3};
    assert_ok(cf_addr_parse(CF_STR("203.0.113.66"), &live.proxies[0]));
    cf_node_set_live(f.node, &live, &config.focus);
    assert_int_equal(node_send(&f, PROXY, &call), 403);
    assert_int_equal(node_send(&f, STRANGER, &call), 200);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(a_trusted_proxy_lets_its_users_in), CASE(nobody_else_is_let_in_or_asked),
             CASE(registrations_are_not_its_business), CASE(phones_of_a_registrar_assert_nothing),
             CASE(an_unreadable_identity_of_the_proxy_is_passed_over), CASE(trust_can_move))
