/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the node sends requests, and who may send them: table of targets and senders. */
#include "core/node/node.h"

#include "lib/node_alone.h"
#include "lib/test.h"

#define ALICE "198.51.100.1:5060"
#define BOB "198.51.100.2:5060"

static struct node_alone f;

static int begin(void **state) {
    (void)state;
    node_begin(&f);
    node_register(&f, "alice", ALICE);
    node_register(&f, "bob", BOB);
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

static unsigned ask(const char *method, const char *uri) {
    return node_ask(&f, ALICE, &(struct node_request){.method = method, .uri = uri});
}

static void targets_are_told_apart(void **state) {
    (void)state;
    static const struct {
        const char *method;
        const char *uri;
        unsigned status; /* 0: forwarded */
    } cases[] = {
        {"OPTIONS", "sip:example.org", 200},
        {"OPTIONS", "sip:192.0.2.1", 200},
        {"OPTIONS", "sip:192.0.2.1:5060", 200},
        {"OPTIONS", "sip:192.0.2.1:5061", 200},
        {"MESSAGE", "sip:example.org", 404},
        {"MESSAGE", "sip:bob@example.org", 0},
        {"MESSAGE", "sip:b%6fb@EXAMPLE.ORG;transport=tcp", 0},
        {"MESSAGE", "sip:carol@example.org", 480},
        {"MESSAGE", "sip:nobody@example.org", 404},
        {"MESSAGE", "sip:bob@example.org;gr=urn:uuid:1", 480},
        {"MESSAGE", "sip:tgruu.00@example.org;gr", 404},
        {"INVITE", "sip:bob@elsewhere.example", 403},
        {"INVITE", "sip:bob@192.0.2.9", 403},
        {"INVITE", "tel:+15551234", 416},
        {"INVITE", "urn:service:sos", 416},
        {"REGISTER", "sip:elsewhere.example", 404},
        {"OPTIONS", "sip:room-tea@example.org", 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned status = ask(cases[i].method, cases[i].uri);
        if (status != cases[i].status) {
            fail_msg("%s %s: %u", cases[i].method, cases[i].uri, status);
        }
        bool is_forwarded = node_last_to(&f, BOB) != NULL;
        assert_int_equal(is_forwarded, cases[i].status == 0);
        assert_int_equal(f.resolves + f.connects, 0);
    }
}

static void nobody_registers_for_somebody_else(void **state) {
    (void)state;
    struct node_request request = {.to = "sip:bob@example.org", .fields = "Contact: <sip:evil@203.0.113.66>\r\n"};
    assert_int_equal(node_ask(&f, ALICE, &request), 403);
    request.to = "sip:alice@elsewhere.example";
    assert_int_equal(node_ask(&f, ALICE, &request), 404);
    request = (struct node_request){.host = "elsewhere.example", .to = "sip:alice@example.org"};
    assert_int_equal(node_ask(&f, ALICE, &request), 403);
}

/* T22: an account speaks for itself only. */
static void nobody_speaks_for_somebody_else(void **state) {
    (void)state;
    struct node_request request = {.method = "MESSAGE", .uri = "sip:bob@example.org"};
    request.host = "elsewhere.example";
    assert_int_equal(node_ask(&f, ALICE, &request), 403);
    assert_null(node_last_to(&f, BOB));
    /* With the right password, but in the name of another: not to a user, not to a room, not to the registrar. */
    request = (struct node_request){.method = "MESSAGE", .uri = "sip:bob@example.org", .user = "carol", .account = "alice"};
    assert_int_equal(node_ask(&f, ALICE, &request), 403);
    assert_null(node_last_to(&f, BOB));
    request.method = "SUBSCRIBE";
    request.uri = "sip:room-tea@example.org";
    assert_int_equal(node_ask(&f, ALICE, &request), 403);
    request = (struct node_request){.user = "bob", .account = "alice", .fields = "Contact: <sip:evil@203.0.113.66>\r\n"};
    assert_int_equal(node_ask(&f, ALICE, &request), 403);
}

/* A proxy asks by 407, who answers itself by 401 (RFC 3261 sections 22.2 and 22.3). */
static void challenges_come_from_whom_the_request_is_for(void **state) {
    (void)state;
    assert_int_equal(node_send(&f, ALICE, &(struct node_request){.method = "MESSAGE", .uri = "sip:bob@example.org"}), 407);
    assert_int_equal(node_send(&f, ALICE, &(struct node_request){.method = "SUBSCRIBE", .uri = "sip:room-tea@example.org"}), 401);
    assert_int_equal(node_send(&f, ALICE, &(struct node_request){.method = "REGISTER"}), 401);
}

/* T19: no dialog of ours. */
static void what_is_in_no_dialog_is_told_so(void **state) {
    (void)state;
    static const char *const methods[] = {"BYE", "INVITE", "REFER", "UPDATE", "NOTIFY"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct node_request request = {.method = methods[i], .uri = "sip:room-tea@example.org", .to_tag = "guessed"};
        assert_int_equal(node_send(&f, ALICE, &request), 481);
        request.uri = "sip:bob@example.org";
        request.call_id = "other";
        assert_int_equal(node_send(&f, ALICE, &request), 481);
        assert_null(node_last_to(&f, BOB));
    }
}

static void a_gruu_reaches_one_device(void **state) {
    (void)state;
    const char *phone = "198.51.100.7:5060";
    assert_int_equal(node_ask(&f, phone,
                              &(struct node_request){.user = "bob",
                                                     .call_id = "second",
                                                     .fields = "Supported: gruu\r\nContact: <sip:bob@198.51.100.7:5060>;"
                                                               "+sip.instance=\"<urn:uuid:2>\"\r\n"}),
                     200);
    struct cf_str contact = cf_sip_value(node_last_to(&f, phone), CF_SIP_HEADER_CONTACT);
    size_t at = cf_str_find_str(contact, CF_STR("temp-gruu=\""));
    struct cf_str rest = cf_str_skip(contact, at + strlen("temp-gruu=\""));
    char uri[300];
    struct cf_str temporary = cf_str_cut(&rest, '"');
    snprintf(uri, sizeof uri, "%.*s", CF_STR_ARG(temporary));
    (void)ask("MESSAGE", uri);
    assert_non_null(node_last_to(&f, phone));
    assert_null(node_last_to(&f, BOB));
    assert_str(node_last_to(&f, phone)->request_uri.text, CF_STR("sip:bob@198.51.100.7:5060"));
    (void)ask("MESSAGE", "sip:bob@example.org;gr=urn:uuid:2");
    assert_non_null(node_last_to(&f, phone));
    assert_null(node_last_to(&f, BOB));
}

/* RFC 3261 sections 8.2.2.3 and 16.3 step 5: extensions that this server, or a proxy, does not have are named. */
static void unknown_extensions_are_named(void **state) {
    (void)state;
    static const struct {
        const char *uri;
        const char *fields;
        const char *unsupported; /* NULL: it goes on */
    } cases[] = {
        {"sip:example.org", "Require: magic, gruu, spells\r\n", "magic, spells"},
        {"sip:example.org", "Require: gruu\r\n", NULL},
        {"sip:room-tea@example.org", "Require: magic\r\nProxy-Require: spells\r\n", "magic"},
        {"sip:room-tea@example.org", "Proxy-Require: spells\r\n", NULL},
        {"sip:bob@example.org", "Require: magic\r\nProxy-Require: spells\r\n", "spells"},
        {"sip:bob@example.org", "Require: magic\r\n", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned status =
            node_ask(&f, ALICE, &(struct node_request){.method = "OPTIONS", .uri = cases[i].uri, .fields = cases[i].fields});
        struct cf_str unsupported = status == 0 ? CF_STR_NONE : cf_sip_value(node_last_to(&f, ALICE), CF_SIP_HEADER_UNSUPPORTED);
        bool is_right = cases[i].unsupported == NULL ? unsupported.at == NULL
                                                     : status == 420 && cf_str_eq(unsupported, cf_str_of(cases[i].unsupported));
        if (!is_right) {
            fail_msg("case %zu: %u, %.*s", i, status, CF_STR_ARG(unsupported));
        }
    }
}

#define PROXY "192.0.2.50:5060"

/* The same request once more, as another branch of a proxy that forks, behind @p via. The status; 0: forwarded to Bob. */
static unsigned come_again(const char *method, const char *uri, const char *via) {
    struct node_request request = {.method = method, .uri = uri, .call_id = uri, .cseq = 7, .fields = via};
    node_send(&f, PROXY, &request);
    node_send(&f, PROXY, &request);
    const struct cf_sip_message *answer = node_last_to(&f, PROXY);
    bool is_forwarded = node_last_to(&f, BOB) != NULL && node_last_to(&f, BOB)->is_request;
    assert_true(is_forwarded == (answer == NULL || answer->is_request || answer->status < 200));
    answer = node_last_to(&f, PROXY);
    return is_forwarded ? 0 : answer->status;
}

/* RFC 3261 section 8.2.2.2: 482 is said by who a request ends at. For a user we are a proxy, which looks for loops only. */
static void forked_requests_meet_again_at_the_user_only(void **state) {
    (void)state;
    static const char strange[] = "Via: SIP/2.0/UDP 192.0.2.51:5060;branch=z9hG4bKother\r\n";
    static const char own[] =
        "Via: SIP/2.0/UDP 192.0.2.51:5060;branch=z9hG4bKx, SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKours\r\n";
    static const char port[] = "Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKelse\r\n";
    struct cf_node_config config;
    end(NULL);
    config = node_config(&f);
    assert_ok(cf_addr_parse(CF_STR("192.0.2.50"), &config.live.proxies[0]));
    config.live.proxy_count = 1;
    node_begin_with(&f, &config);
    node_register(&f, "bob", BOB);
    assert_int_equal(come_again("MESSAGE", "sip:bob@example.org", strange), 0);
    assert_int_equal(come_again("INVITE", "sip:bob@EXAMPLE.org", port), 0);
    assert_int_equal(come_again("MESSAGE", "sip:bob@example.org;a", own), 482);
    assert_int_equal(come_again("OPTIONS", "sip:example.org", strange), 482);
    assert_int_equal(come_again("OPTIONS", "sip:room-tea@example.org", strange), 482);
    assert_int_equal(come_again("REGISTER", "sip:bob@192.0.2.1", strange), 482);
}

/* RFC 3327 section 5.4: what goes to a device that came through other proxies goes through them, from users and from rooms. */
static void a_path_is_taken_by_users_and_by_rooms(void **state) {
    (void)state;
    static const char *const edge = "198.51.100.8:5060";
    static const struct cf_str path = CF_STR_INIT("<sip:edge.example.org;lr>, <sip:outer.example.org;lr>");
    assert_int_equal(
        node_ask(&f, edge,
                 &(struct node_request){.user = "carol",
                                        .fields = "Supported: path\r\nContact: <sip:carol@10.0.0.3>\r\n"
                                                  "Path: <sip:edge.example.org;lr>, <sip:outer.example.org;lr>\r\n"}),
        200);
    (void)ask("MESSAGE", "sip:carol@example.org");
    const struct cf_sip_message *message = node_last_to(&f, edge);
    assert_non_null(message);
    assert_str(message->request_uri.text, CF_STR("sip:carol@10.0.0.3"));
    assert_str(cf_sip_value(message, CF_SIP_HEADER_ROUTE), path);
    assert_int_equal(node_ask(&f, ALICE,
                              &(struct node_request){.method = "INVITE",
                                                     .uri = "sip:room-tea@example.org",
                                                     .call_id = "room",
                                                     .fields = "Contact: <sip:alice@" ALICE ">\r\n",
                                                     .type = "application/sdp",
                                                     .body = NODE_SOUND}),
                     200);
    assert_int_equal(
        node_ask(&f, ALICE,
                 &(struct node_request){.method = "REFER",
                                        .uri = "sip:room-tea@example.org",
                                        .call_id = "refer",
                                        .fields = "Contact: <sip:alice@" ALICE ">\r\nRefer-To: <sip:carol@example.org>\r\n"
                                                  "Refer-Sub: false\r\nSupported: norefersub\r\n"}),
        200);
    message = node_last_to(&f, edge);
    assert_non_null(message);
    assert_int_equal(message->method, CF_SIP_METHOD_INVITE);
    assert_str(message->request_uri.text, CF_STR("sip:carol@10.0.0.3"));
    assert_str(cf_sip_value(message, CF_SIP_HEADER_ROUTE), path);
}

/* A registration of before a restart: the phone is reached where it was, behind its NAT. */
static void restored_phones_are_reached(void **state) {
    (void)state;
    struct cf_binding_values values = {.contact = CF_STR("sip:carol@10.0.0.77:5060"),
                                       .call_id = CF_STR("before"),
                                       .cseq = 3,
                                       .q_thousandths = 1000,
                                       .received = CF_STR("198.51.100.77:40001 192.0.2.1:5060")};
    assert_ok(cf_node_restore_binding(f.node, CF_STR("sip:carol@example.org"), &values, f.now + CF_SEC(60), f.now));
    (void)ask("MESSAGE", "sip:carol@example.org");
    const struct cf_sip_message *message = node_last_to(&f, "198.51.100.77:40001");
    assert_non_null(message);
    assert_str(message->request_uri.text, CF_STR("sip:carol@10.0.0.77:5060"));
    /* Our address has changed: the contact is all there is. */
    values.contact = CF_STR("sip:carol@198.51.100.78:5070");
    values.call_id = CF_STR("other");
    values.received = CF_STR("198.51.100.78:40001 192.0.2.200:5060");
    assert_ok(cf_node_restore_binding(f.node, CF_STR("sip:carol@example.org"), &values, f.now + CF_SEC(60), f.now));
    values.received = CF_STR("nonsense");
    values.call_id = CF_STR("third");
    values.contact = CF_STR("sip:carol@198.51.100.79:5070");
    assert_ok(cf_node_restore_binding(f.node, CF_STR("sip:carol@example.org"), &values, f.now + CF_SEC(60), f.now));
    (void)ask("MESSAGE", "sip:carol@example.org");
    assert_non_null(node_last_to(&f, "198.51.100.77:40001"));
    assert_non_null(node_last_to(&f, "198.51.100.78:5070"));
    assert_non_null(node_last_to(&f, "198.51.100.79:5070"));
}

static void settings_can_change(void **state) {
    (void)state;
    struct cf_node_live live = {.product = CF_STR("renamed"),
                                .algorithms = CF_STR("MD5"),
                                .nonce_life_usec = CF_SEC(10),
                                .failures_max = 1,
                                .expires_least_sec = 600,
                                .expires_most_sec = 700,
                                .devices_max = 1};
    struct cf_focus_config focus = {
        .has_open_rooms = false, .limits = cf_conference_limits_default, .times = cf_conference_times_default};
    assert_int_equal(ask("OPTIONS", "sip:room-tea@example.org"), 200);
    cf_node_set_live(f.node, &live, &focus);
    assert_int_equal(node_send(&f, ALICE, &(struct node_request){.fields = "Contact: <sip:a@h>\r\n"}), 401);
    const struct cf_sip_message *answer = node_last_to(&f, ALICE);
    assert_str(cf_sip_value(answer, CF_SIP_HEADER_SERVER), CF_STR("renamed"));
    assert_true(cf_str_find_str(answer->raw, CF_STR("algorithm=SHA-256")) == answer->raw.len);
    assert_true(cf_str_find_str(answer->raw, CF_STR("algorithm=MD5")) < answer->raw.len);
}

static void is_made_whole_or_not_at_all(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct cf_node_config config = node_config(&f);
        f.mem.fail_at = n;
        if (node_try_begin(&f, &config)) {
            break;
        }
        assert_true(f.mem.failed);
    }
    f.mem.fail_at = SIZE_MAX;
    node_register(&f, "alice", ALICE);
    node_end(&f);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(targets_are_told_apart), CASE(nobody_registers_for_somebody_else), CASE(nobody_speaks_for_somebody_else),
             CASE(challenges_come_from_whom_the_request_is_for), CASE(what_is_in_no_dialog_is_told_so),
             CASE(a_gruu_reaches_one_device), CASE(a_path_is_taken_by_users_and_by_rooms), CASE(unknown_extensions_are_named),
             CASE(forked_requests_meet_again_at_the_user_only), CASE(restored_phones_are_reached), CASE(settings_can_change),
             cmocka_unit_test(is_made_whole_or_not_at_all))
