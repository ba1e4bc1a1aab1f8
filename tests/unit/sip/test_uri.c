/* SPDX-License-Identifier: GPL-3.0-or-later */
/* URIs: pieces, refusals with their place, printing. */
#include "core/sip/uri.h"
#include "lib/test.h"

static struct cf_sip_uri uri;

static void parse(const char *text) {
    enum cf_err err = cf_sip_uri_parse(cf_str_of(text), &uri);
    if (err != CF_OK) {
        fail_msg("\"%s\" is refused: %s", text, cf_err_name(err));
    }
}

static void splits_a_sip_uri_into_pieces(void **state) {
    (void)state;
    parse("sip:alice:secret%40@Example.ORG:5070;transport=tcp;lr?Subject=a%20b&Priority=urgent");
    assert_int_equal(uri.scheme, CF_SIP_SCHEME_SIP);
    assert_str(uri.user, CF_STR("alice"));
    assert_str(uri.password, CF_STR("secret%40"));
    assert_str(uri.host, CF_STR("Example.ORG"));
    assert_int_equal(uri.port, 5070);
    assert_str(uri.params, CF_STR("transport=tcp;lr"));
    assert_str(uri.headers, CF_STR("Subject=a%20b&Priority=urgent"));
}

static void leaves_absent_pieces_absent(void **state) {
    (void)state;
    parse("SIPS:example.org");
    assert_int_equal(uri.scheme, CF_SIP_SCHEME_SIPS);
    assert_null(uri.user.at);
    assert_null(uri.password.at);
    assert_int_equal(uri.port, 0);
    assert_null(uri.params.at);
    assert_null(uri.headers.at);
}

static void takes_addresses_as_hosts(void **state) {
    (void)state;
    struct cf_addr addr;
    parse("sip:[2001:db8::1]:5070");
    assert_str(uri.host, CF_STR("[2001:db8::1]"));
    assert_true(cf_sip_uri_host_addr(&uri, &addr));
    assert_int_equal(addr.port, 5070);
    assert_int_equal(addr.family, CF_FAMILY_IP6);
    parse("sip:a@192.0.2.1");
    assert_true(cf_sip_uri_host_addr(&uri, &addr));
    assert_int_equal(addr.family, CF_FAMILY_IP4);
    parse("sip:a@example.org");
    assert_false(cf_sip_uri_host_addr(&uri, &addr));
}

static void takes_what_linphone_and_conferences_use(void **state) {
    (void)state;
    parse("sip:conference-focus@sip.test;gr=urn:uuid:00000000-0000-4000-8000-0000000f0c05;conf-id=0awJ~Jfuc6");
    assert_str(cf_sip_param_value(uri.params, CF_STR("gr")), CF_STR("urn:uuid:00000000-0000-4000-8000-0000000f0c05"));
    assert_str(cf_sip_param_value(uri.params, CF_STR("CONF-ID")), CF_STR("0awJ~Jfuc6"));
}

static void keeps_other_schemes_whole(void **state) {
    (void)state;
    parse("tel:+1-201-555-0123;phone-context=example.org");
    assert_int_equal(uri.scheme, CF_SIP_SCHEME_TEL);
    assert_str(uri.user, CF_STR("+1-201-555-0123"));
    parse("urn:service:sos");
    assert_int_equal(uri.scheme, CF_SIP_SCHEME_OTHER);
    assert_str(uri.opaque, CF_STR("service:sos"));
}

static void refuses_what_is_no_uri(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t at;
    } cases[] = {
        {"", 0},
        {"sip", 3},
        {":a@b", 0},
        {"sip:", 4},
        {"sip:@b", 4},
        {"sip:a@", 6},
        {"sip:a b@c", 5},
        {"sip:a@b c", 7},
        {"sip:a%4@b", 5},
        {"sip:a%zz@b", 5},
        {"sip:<a>@b", 4},
        {"sip:a@b@c", 7},
        {"sip:a@b:", 8},
        {"sip:a@b:0", 8},
        {"sip:a@b:65536", 8},
        {"sip:a@b:50x", 10},
        {"sip:a@b;", 8},
        {"sip:a@b;;x", 8},
        {"sip:a@b;x=", 10},
        {"sip:a@b?", 8},
        {"sip:a@b?x", 9},
        {"sip:a@b?x=1&", 12},
        {"sip:a@.b", 6},
        {"sip:a@b..c", 8},
        {"sip:a@-b", 6},
        {"sip:2001:db8::1", 9},
        {"sip:[2001:db8::1", 4},
        {"sip:[2001:zz]", 4},
        {"sip:a@b\r\nX: y", 7},
        {"sip:a@b\t", 7},
        {"sip:\xC3\xA4@b", 4},
        {"tel:", 4},
        {"tel:+1 2", 6},
        {"tel:+.-", 7},
        {"1sip:a@b", 0},
        {"http:", 5},
        {"http:a b", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_sip_scan s = cf_sip_scan_of(cf_str_of(cases[i].text));
        uri = (struct cf_sip_uri){.port = 1};
        if (cf_sip_uri_scan(&s, &uri) != CF_ERR_MALFORMED || s.at != cases[i].at || uri.port != 1) {
            fail_msg("\"%s\" stops at %zu", cases[i].text, s.at);
        }
    }
}

static void refuses_a_uri_beyond_the_limit(void **state) {
    (void)state;
    static char text[CF_SIP_URI_MAX + 1];
    memset(text, 'a', sizeof text);
    memcpy(text, "sip:", 4);
    assert_int_equal(cf_sip_uri_parse(cf_str_n(text, sizeof text), &uri), CF_ERR_LIMIT);
    text[200] = '@';
    text[210] = ';';
    assert_ok(cf_sip_uri_parse(cf_str_n(text, CF_SIP_URI_MAX), &uri));
}

static void prints_what_it_parsed(void **state) {
    (void)state;
    static const char *const texts[] = {
        "sip:alice:secret@example.org:5070;transport=tcp;lr?Subject=a%20b",
        "sips:example.org",
        "sip:a@[2001:db8::1]:1",
        "tel:+1-201;x=y",
        "mailto:a@b",
        "sip:b?c=",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char buffer[128];
        struct cf_writer w;
        parse(texts[i]);
        uri.text = CF_STR_NONE;
        cf_writer_init(&w, buffer, sizeof buffer);
        cf_sip_put_uri(&w, &uri);
        assert_str(cf_writer_str(&w), cf_str_of(texts[i]));
    }
}

static void tells_the_transport(void **state) {
    (void)state;
    enum cf_transport transport = CF_TRANSPORT_UDP;
    parse("sip:a@b");
    assert_false(cf_sip_uri_transport(&uri, &transport));
    parse("sip:a@b;transport=WS");
    assert_true(cf_sip_uri_transport(&uri, &transport));
    assert_int_equal(transport, CF_TRANSPORT_WS);
    parse("sips:a@b");
    assert_true(cf_sip_uri_transport(&uri, &transport));
    assert_int_equal(transport, CF_TRANSPORT_TLS);
    parse("sips:a@b;transport=tcp");
    assert_true(cf_sip_uri_transport(&uri, &transport));
    assert_int_equal(transport, CF_TRANSPORT_TLS);
}

static void never_reads_outside_a_truncated_or_flipped_uri(void **state) {
    (void)state;
    const struct cf_str whole = CF_STR("sip:al%69ce:pw@[2001:db8::192.0.2.1]:5070;gr=urn:uuid:1;lr?A=b&C=%44");
    for (size_t len = 0; len <= whole.len; len++) {
        /* An own allocation of that size: the address sanitizer sees the first octet too far. */
        char *copy = test_malloc(len == 0 ? 1 : len);
        memcpy(copy, whole.at, len);
        enum cf_err err = cf_sip_uri_parse(cf_str_n(copy, len), &uri);
        assert_true(err == CF_OK || err == CF_ERR_MALFORMED);
        for (size_t bit = 0; bit < len * 8; bit++) {
            copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
            err = cf_sip_uri_parse(cf_str_n(copy, len), &uri);
            assert_true(err == CF_OK || err == CF_ERR_MALFORMED);
            copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
        }
        test_free(copy);
    }
}

CF_TEST_MAIN(cmocka_unit_test(splits_a_sip_uri_into_pieces), cmocka_unit_test(leaves_absent_pieces_absent),
             cmocka_unit_test(takes_addresses_as_hosts), cmocka_unit_test(takes_what_linphone_and_conferences_use),
             cmocka_unit_test(keeps_other_schemes_whole), cmocka_unit_test(refuses_what_is_no_uri),
             cmocka_unit_test(refuses_a_uri_beyond_the_limit), cmocka_unit_test(prints_what_it_parsed),
             cmocka_unit_test(tells_the_transport), cmocka_unit_test(never_reads_outside_a_truncated_or_flipped_uri))
