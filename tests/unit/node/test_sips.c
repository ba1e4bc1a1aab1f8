/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sips: TLS on every hop, and said so in what we send (RFC 3261 sections 8.1.1.8 and 12.1.1, RFC 5630, docs/adr/0158). */
#include "core/node/node.h"

#include "lib/endpoint_node.h"
#include "lib/node_alone.h"
#include "lib/test.h"

#define ALICE "198.51.100.1:5060"
#define BOB "198.51.100.2:5060"
#define PROXY "203.0.113.20"
#define TLS 2
#define WS 3

static struct node_alone f;
static struct cf_endpoint_local locals[4];

static int begin(void **state) {
    (void)state;
    struct cf_node_config config = node_config(&f);
    memcpy(locals, f.locals, sizeof f.locals);
    locals[WS] = (struct cf_endpoint_local){.transport = CF_TRANSPORT_WS, .addr = addr_of("192.0.2.1:8080")};
    config.locals = locals;
    config.local_count = 4;
    config.live.proxies[0] = addr_of(PROXY ":5060");
    config.live.proxy_count = 1;
    node_begin_with(&f, &config);
    node_register(&f, "bob", BOB);
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

static struct cf_str warning_to(const struct cf_sip_message *message) {
    return cf_sip_value(message, CF_SIP_HEADER_WARNING);
}

/* She is registered by her sips contact over TLS. */
static struct cf_flow_id carol_comes(const char *contact) {
    struct cf_flow_id carol = node_accept(&f, TLS, "198.51.100.9:40001");
    assert_int_equal(node_ask_over(&f, carol, &(struct node_request){.user = "carol", .fields = contact}), 200);
    return carol;
}

/* RFC 5630 section 5.3: neither less safe than it was asked for, nor more than it was. */
static void it_is_kept_for_all_of_the_way(void **state) {
    (void)state;
    struct cf_flow_id alice = node_accept(&f, TLS, "198.51.100.1:40001");
    struct node_request message = {.method = "MESSAGE", .uri = "sips:bob@example.org"};
    assert_int_equal(node_ask_over(&f, alice, &message), 480);
    assert_str(warning_to(node_last_over(&f, alice)), CF_STR("380 confer \"SIPS Not Allowed\""));
    assert_null(node_last_to(&f, BOB));
    struct cf_flow_id carol = carol_comes("Contact: <sips:carol@198.51.100.9;x=1>\r\n");
    message.uri = "sip:carol@example.org";
    (void)node_ask_over(&f, alice, &message);
    assert_str(node_last_over(&f, carol)->request_uri.text, CF_STR("sip:carol@198.51.100.9;x=1"));
    message.uri = "sips:carol@example.org";
    (void)node_ask_over(&f, alice, &message);
    assert_str(node_last_over(&f, carol)->request_uri.text, CF_STR("sips:carol@198.51.100.9;x=1"));
}

/* Once her connection is gone, sips is not let down to what may be there without TLS. */
static void it_waits_for_tls(void **state) {
    (void)state;
    struct cf_flow_id alice = node_accept(&f, TLS, "198.51.100.1:40001");
    struct cf_flow_id carol = carol_comes("Contact: <sips:carol@198.51.100.9>\r\n");
    node_close(&f, carol);
    node_clear(&f);
    (void)node_ask_over(&f, alice, &(struct node_request){.method = "MESSAGE", .uri = "sips:carol@example.org"});
    assert_int_equal(f.connects, 1);
    assert_null(node_last_to(&f, "198.51.100.9:5060"));
}

static void without_tls_it_is_refused(void **state) {
    (void)state;
    static const char *const uris[] = {"sips:bob@example.org", "sips:room-tea@example.org", "sips:example.org",
                                       "sips:conference-factory@example.org"};
    struct cf_flow_id tcp = node_accept(&f, 1, "198.51.100.1:40002");
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        struct node_request request = {.method = "OPTIONS", .uri = uris[i]};
        assert_int_equal(node_ask(&f, ALICE, &request), 400);
        assert_int_equal(node_ask_over(&f, tcp, &request), 400);
        assert_str(warning_to(node_last_over(&f, tcp)), CF_STR("399 confer \"sips needs TLS\""));
        request.to_tag = "guess";
        assert_int_equal(node_ask_over(&f, tcp, &request), 400);
    }
    assert_int_equal(node_ask_over(&f, tcp, &(struct node_request){.uri = "sips:example.org"}), 400);
}

/* A proxy of ours, or the web server in front of us, has ended TLS. */
static void who_ends_tls_is_believed(void **state) {
    (void)state;
    struct cf_flow_id proxy = node_accept(&f, 1, PROXY ":40002");
    struct cf_flow_id browser = node_accept(&f, WS, "127.0.0.1:40003");
    struct node_request request = {.method = "OPTIONS", .uri = "sips:room-tea@example.org"};
    assert_int_equal(node_ask_over(&f, proxy, &request), 200);
    assert_int_equal(node_ask_over(&f, browser, &request), 200);
    assert_int_equal(node_ask(&f, PROXY ":5060", &request), 200);
}

/* RFC 5630 section 5.2. */
static void a_sips_contact_needs_tls(void **state) {
    (void)state;
    struct node_request request = {.fields = "Contact: <sips:alice@198.51.100.1>\r\n"};
    assert_int_equal(node_ask(&f, ALICE, &request), 400);
    assert_int_equal(node_ask_over(&f, node_accept(&f, 1, "198.51.100.1:40002"), &request), 400);
    assert_int_equal(node_ask_over(&f, node_accept(&f, TLS, "198.51.100.1:40001"), &request), 200);
}

/* RFC 5630 section 5.2.1. */
static void its_gruu_is_sips(void **state) {
    (void)state;
    struct cf_flow_id carol = node_accept(&f, TLS, "198.51.100.9:40001");
    static const char *const contacts[] = {
        "Contact: <sip:carol@198.51.100.9>;+sip.instance=\"<urn:uuid:1>\"\r\nSupported: gruu\r\n",
        "Contact: <sips:carol@198.51.100.9>;+sip.instance=\"<urn:uuid:1>\"\r\nSupported: gruu\r\n"};
    for (unsigned is_sips = 0; is_sips < 2; is_sips++) {
        assert_int_equal(node_ask_over(&f, carol, &(struct node_request){.user = "carol", .fields = contacts[is_sips]}), 200);
        struct cf_str contact = cf_sip_value(node_last_over(&f, carol), CF_SIP_HEADER_CONTACT);
        struct cf_str public = is_sips ? CF_STR("pub-gruu=\"sips:carol@") : CF_STR("pub-gruu=\"sip:carol@");
        struct cf_str temporary = is_sips ? CF_STR("temp-gruu=\"sips:tgruu.") : CF_STR("temp-gruu=\"sip:tgruu.");
        assert_true(cf_str_find_str(contact, public) < contact.len);
        assert_true(cf_str_find_str(contact, temporary) < contact.len);
    }
}

/* The answer to an INVITE that says what @p uri, @p fields say. */
static const struct cf_sip_message *invited(struct cf_flow_id flow, const char *uri, const char *fields) {
    static unsigned number;
    char call_id[20];
    snprintf(call_id, sizeof call_id, "call-%u", ++number);
    assert_int_equal(node_ask_over(&f, flow,
                                   &(struct node_request){.method = "INVITE",
                                                          .uri = uri,
                                                          .call_id = call_id,
                                                          .fields = fields,
                                                          .type = "application/sdp",
                                                          .body = NODE_SOUND}),
                     200);
    return node_last_over(&f, flow);
}

static bool starts(const struct cf_sip_message *message, enum cf_sip_header id, const char *with) {
    return cf_str_starts(cf_sip_value(message, id), cf_str_of(with));
}

/* RFC 3261 section 12.1.1: by the Request-URI, else by the top Record-Route, else by the Contact. */
static void who_says_sips_gets_sips(void **state) {
    (void)state;
    struct cf_flow_id alice = node_accept(&f, TLS, "198.51.100.1:40001");
    static const struct {
        const char *uri;
        const char *fields;
        bool is_sips;
    } cases[] = {
        {"sip:room-tea@example.org", "Contact: <sip:alice@h>\r\n", false},
        {"sips:room-tea@example.org", "Contact: <sip:alice@h>\r\n", true},
        {"sip:room-tea@example.org", "Contact: <sips:alice@h>\r\n", true},
        {"sip:room-tea@example.org", "Record-Route: <sips:p;lr>, <sip:q;lr>\r\nContact: <sip:alice@h>\r\n", true},
        {"sip:room-tea@example.org", "Record-Route: <sip:q;lr>, <sips:p;lr>\r\nContact: <sips:alice@h>\r\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct cf_sip_message *answer = invited(alice, cases[i].uri, cases[i].fields);
        bool is_sips = starts(answer, CF_SIP_HEADER_CONTACT, "<sips:room-tea@example.org>;isfocus");
        if (is_sips != cases[i].is_sips ||
            is_sips == starts(answer, CF_SIP_HEADER_CONTACT, "<sip:room-tea@example.org>;isfocus")) {
            fail_msg("case %zu: %.*s", i, CF_STR_ARG(cf_sip_value(answer, CF_SIP_HEADER_CONTACT)));
        }
        struct cf_str raw = answer->raw;
        bool is_way_sips = cf_str_find_str(raw, CF_STR("Record-Route: <sips:192.0.2.1:5061;lr>")) < raw.len;
        assert_int_equal(is_way_sips, cases[i].is_sips);
    }
}

/* What the conference sends in that dialog says it, too; a subscription likewise. */
static void it_stays_so_in_the_dialog(void **state) {
    (void)state;
    struct cf_flow_id alice = node_accept(&f, TLS, "198.51.100.1:40001");
    struct node_request subscribe = {.method = "SUBSCRIBE",
                                     .uri = "sips:room-tea@example.org",
                                     .fields = "Contact: <sips:alice@h>\r\nEvent: conference\r\nExpires: 600\r\n"
                                               "Accept: application/conference-info+xml\r\n"};
    (void)invited(alice, "sips:room-tea@example.org", "Contact: <sips:alice@h>\r\n");
    (void)node_ask_over(&f, alice, &subscribe);
    const struct cf_sip_message *notify = node_last_over(&f, alice);
    assert_int_equal(notify->method, CF_SIP_METHOD_NOTIFY);
    assert_true(starts(notify, CF_SIP_HEADER_CONTACT, "<sips:room-tea@example.org>"));
    assert_str(notify->request_uri.text, CF_STR("sips:alice@h"));
}

/* RFC 3261 section 8.1.1.8: who is called by sips. */
static void who_is_called_by_sips_is_told_sips(void **state) {
    (void)state;
    struct cf_flow_id alice = node_accept(&f, TLS, "198.51.100.1:40001");
    struct cf_flow_id carol = carol_comes("Contact: <sips:carol@198.51.100.9>\r\n");
    (void)invited(alice, "sip:room-tea@example.org", "Contact: <sip:alice@h>\r\n");
    assert_int_equal(
        node_ask_over(&f, alice,
                      &(struct node_request){.method = "REFER",
                                             .uri = "sip:room-tea@example.org",
                                             .fields = "Contact: <sip:alice@h>\r\nRefer-To: <sip:carol@example.org>\r\n"
                                                       "Refer-Sub: false\r\nSupported: norefersub\r\n"}),
        200);
    const struct cf_sip_message *invite = node_last_over(&f, carol);
    assert_int_equal(invite->method, CF_SIP_METHOD_INVITE);
    assert_str(invite->request_uri.text, CF_STR("sips:carol@198.51.100.9"));
    assert_true(starts(invite, CF_SIP_HEADER_CONTACT, "<sips:room-tea@example.org>;isfocus"));
}

/* RFC 5630 section 5.4. */
static void a_factory_sends_on_to_sips(void **state) {
    (void)state;
    struct cf_flow_id alice = node_accept(&f, TLS, "198.51.100.1:40001");
    static const char *const schemes[] = {"sip", "sips"};
    for (size_t i = 0; i < 2; i++) {
        char uri[60];
        char contact[80];
        snprintf(uri, sizeof uri, "%s:conference-factory@example.org", schemes[i]);
        snprintf(contact, sizeof contact, "<%s:conference-focus@example.org;conf-id=", schemes[i]);
        assert_int_equal(
            node_ask_over(&f, alice,
                          &(struct node_request){.method = "INVITE",
                                                 .uri = uri,
                                                 .fields = "Contact: <sip:alice@h>;+org.linphone.specs=\"conference/2.0\"\r\n",
                                                 .type = "application/sdp",
                                                 .body = NODE_SOUND}),
            302);
        assert_true(starts(node_last_over(&f, alice), CF_SIP_HEADER_CONTACT, contact));
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(it_is_kept_for_all_of_the_way), CASE(it_waits_for_tls), CASE(without_tls_it_is_refused),
             CASE(who_ends_tls_is_believed), CASE(a_sips_contact_needs_tls), CASE(its_gruu_is_sips),
             CASE(who_says_sips_gets_sips), CASE(it_stays_so_in_the_dialog), CASE(who_is_called_by_sips_is_told_sips),
             CASE(a_factory_sends_on_to_sips))
