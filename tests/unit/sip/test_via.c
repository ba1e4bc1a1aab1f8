/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Via: parsing, where responses go, and what a server adds. */
#include "core/sip/via.h"
#include "lib/test.h"

static struct cf_sip_via via;
static char buffer[256];
static struct cf_writer w;

static void parse(const char *text) {
    enum cf_err err = cf_sip_via_parse(cf_str_of(text), &via);
    if (err != CF_OK) {
        fail_msg("<<%s>> is refused: %s", text, cf_err_name(err));
    }
}

static struct cf_addr addr_of(const char *text) {
    struct cf_addr addr;
    assert_ok(cf_addr_parse(cf_str_of(text), &addr));
    return addr;
}

static void takes_a_hop_apart(void **state) {
    (void)state;
    parse("SIP/2.0/UDP host.example.org:5070;branch=z9hG4bKx;rport=99;received=192.0.2.9;maddr=m;ttl=1;x");
    assert_int_equal(via.transport, CF_TRANSPORT_UDP);
    assert_str(via.host, CF_STR("host.example.org"));
    assert_int_equal(via.port, 5070);
    assert_str(via.branch, CF_STR("z9hG4bKx"));
    assert_true(via.has_rport);
    assert_int_equal(via.rport, 99);
    assert_str(via.received, CF_STR("192.0.2.9"));
    assert_str(via.maddr, CF_STR("m"));
    assert_str(via.sent, CF_STR("SIP/2.0/UDP host.example.org:5070"));
    assert_true(cf_sip_via_has_cookie(&via));
}

static void takes_blanks_everywhere(void **state) {
    (void)state;
    parse(" sip / 2.0 / tls\r\n [2001:db8::1] : 5061 ; branch = z9hG4bK ; rport ");
    assert_int_equal(via.transport, CF_TRANSPORT_TLS);
    assert_str(via.host, CF_STR("[2001:db8::1]"));
    assert_int_equal(via.port, 5061);
    assert_false(cf_sip_via_has_cookie(&via));
    assert_true(via.has_rport);
    assert_int_equal(via.rport, 0);
}

static void keeps_unknown_transports(void **state) {
    (void)state;
    parse("SIP/2.0/SCTP h");
    assert_int_equal(via.transport, CF_TRANSPORT_OTHER);
    assert_str(via.transport_name, CF_STR("SCTP"));
    assert_null(via.branch.at);
}

static void refuses_what_is_ambiguous_or_broken(void **state) {
    (void)state;
    static const char *const texts[] = {"",
                                        "SIP",
                                        "SIP/2.0",
                                        "SIP/2.0/UDP",
                                        "SIP/2.0/UDP ",
                                        "HTTP/1.1/TCP h",
                                        "SIP/2.0/UDPh",
                                        "SIP/2.0/UDP h:",
                                        "SIP/2.0/UDP h:0",
                                        "SIP/2.0/UDP h:70000",
                                        "SIP/2.0/UDP 2001:db8::1",
                                        "SIP/2.0/UDP h;",
                                        "SIP/2.0/UDP h;;",
                                        "SIP/2.0/UDP h;branch",
                                        "SIP/2.0/UDP h;branch=",
                                        "SIP/2.0/UDP h;branch=a;branch=b",
                                        "SIP/2.0/UDP h;BRANCH=a;branch=a",
                                        "SIP/2.0/UDP h;rport=x",
                                        "SIP/2.0/UDP h;rport=65536",
                                        "SIP/2.0/UDP h;rport;rport",
                                        "SIP/2.0/UDP h;received=h",
                                        "SIP/2.0/UDP h;received=1.2.3",
                                        "SIP/2.0/UDP h;received=1.2.3.4;received=1.2.3.5",
                                        "SIP/2.0/UDP h;maddr=a;maddr=b",
                                        "SIP/2.0/UDP h x",
                                        "SIP/2.0/UDP h, SIP/2.0/UDP i"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (cf_sip_via_parse(cf_str_of(texts[i]), &via) != CF_ERR_MALFORMED) {
            fail_msg("<<%s>> is taken", texts[i]);
        }
    }
}

static void sent_by_ignores_case_and_default_ports(void **state) {
    (void)state;
    struct cf_sip_via a;
    struct cf_sip_via b;
    assert_ok(cf_sip_via_parse(CF_STR("SIP/2.0/UDP Host"), &a));
    assert_ok(cf_sip_via_parse(CF_STR("SIP/2.0/UDP hosT:5060"), &b));
    assert_true(cf_sip_via_same_sent_by(&a, &b));
    assert_ok(cf_sip_via_parse(CF_STR("SIP/2.0/UDP host:5061"), &b));
    assert_false(cf_sip_via_same_sent_by(&a, &b));
    assert_ok(cf_sip_via_parse(CF_STR("SIP/2.0/TLS host"), &a));
    assert_true(cf_sip_via_same_sent_by(&a, &b));
}

static void responses_go_where_via_says(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"SIP/2.0/UDP 192.0.2.1", "192.0.2.1:5060"},
        {"SIP/2.0/UDP 192.0.2.1:7", "192.0.2.1:7"},
        {"SIP/2.0/UDP 192.0.2.1:7;received=192.0.2.2", "192.0.2.2:7"},
        {"SIP/2.0/UDP 192.0.2.1:7;rport=9;received=192.0.2.2", "192.0.2.2:9"},
        {"SIP/2.0/UDP h;received=2001:db8::2;rport=9", "[2001:db8::2]:9"},
        {"SIP/2.0/UDP 192.0.2.1;maddr=203.0.113.1", "192.0.2.1:5060"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_addr addr;
        struct cf_addr expected = addr_of(cases[i][1]);
        parse(cases[i][0]);
        assert_true(cf_sip_via_response_addr(&via, &addr));
        assert_true(cf_addr_eq(&addr, &expected));
    }
    struct cf_addr untouched = addr_of("192.0.2.77:1");
    parse("SIP/2.0/UDP host");
    assert_false(cf_sip_via_response_addr(&via, &untouched));
    assert_int_equal(untouched.port, 1);
}

static void a_server_says_where_the_request_came_from(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"SIP/2.0/UDP 192.0.2.1:5060;branch=b", "SIP/2.0/UDP 192.0.2.1:5060;branch=b"},
        {"SIP/2.0/UDP 192.0.2.1;rport;branch=b", "SIP/2.0/UDP 192.0.2.1;branch=b;received=192.0.2.1;rport=4000"},
        {"SIP/2.0/UDP 10.0.0.1;branch=b", "SIP/2.0/UDP 10.0.0.1;branch=b;received=192.0.2.1"},
        {"SIP/2.0/UDP host;branch=b;x=\"y\"", "SIP/2.0/UDP host;branch=b;x=\"y\";received=192.0.2.1"},
        {"SIP/2.0/UDP 192.0.2.1;received=203.0.113.9;branch=b", "SIP/2.0/UDP 192.0.2.1;branch=b"},
        {"SIP/2.0/UDP 10.0.0.1;received=203.0.113.9;rport=1", "SIP/2.0/UDP 10.0.0.1;received=192.0.2.1;rport=4000"},
        {"SIP / 2.0\r\n / UDP  192.0.2.1 ; lr", "SIP / 2.0 / UDP  192.0.2.1;lr"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_addr source = addr_of("192.0.2.1:4000");
        parse(cases[i][0]);
        cf_writer_init(&w, buffer, sizeof buffer);
        cf_sip_put_via_received(&w, &via, &source);
        assert_str(cf_writer_str(&w), cf_str_of(cases[i][1]));
    }
}

/* The position after an error is where: behind what was right, at the name of a parameter that may not be there. */
static void an_error_says_where_it_is(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *rest;
    } cases[] = {
        {"SIP/2.0/UDP h;branch=a;BRANCH=b;x", "BRANCH=b;x"},
        {"SIP/2.0/UDP h;x=1;rport=70000;y", "rport=70000;y"},
        {"SIP/2.0/UDP h;branch=a;branch=b;=", "branch=b;="},
        {"SIP/2.0/UDP h;x=;y", ";y"},
        {"SIP/2.0/UDP h;branch=\"a", "\"a"},
        {"SIP/2.0/UDP h;x;", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_sip_scan s = cf_sip_scan_of(cf_str_of(cases[i].text));
        struct cf_sip_via ignored;
        assert_int_equal(cf_sip_via_scan(&s, &ignored), CF_ERR_MALFORMED);
        assert_str(cf_sip_scan_rest(&s), cf_str_of(cases[i].rest));
    }
}

static void what_is_written_can_be_read(void **state) {
    (void)state;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_via(&w, CF_TRANSPORT_WSS, CF_STR("x.invalid"), 0, CF_STR("z9hG4bK1"));
    assert_str(cf_writer_str(&w), CF_STR("SIP/2.0/WSS x.invalid;branch=z9hG4bK1"));
    assert_ok(cf_sip_via_parse(cf_writer_str(&w), &via));
    assert_int_equal(via.transport, CF_TRANSPORT_WSS);
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_via(&w, CF_TRANSPORT_UDP, CF_STR("[::1]"), 5062, CF_STR("z9hG4bK1"));
    assert_str(cf_writer_str(&w), CF_STR("SIP/2.0/UDP [::1]:5062;branch=z9hG4bK1"));
}

CF_TEST_MAIN(cmocka_unit_test(takes_a_hop_apart), cmocka_unit_test(takes_blanks_everywhere),
             cmocka_unit_test(keeps_unknown_transports), cmocka_unit_test(refuses_what_is_ambiguous_or_broken),
             cmocka_unit_test(sent_by_ignores_case_and_default_ports), cmocka_unit_test(responses_go_where_via_says),
             cmocka_unit_test(a_server_says_where_the_request_came_from), cmocka_unit_test(an_error_says_where_it_is),
             cmocka_unit_test(what_is_written_can_be_read))
