/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Equality of URIs by the examples of RFC 3261 section 19.1.4 and beyond, and the canonical address-of-record. */
#include "core/sip/uri.h"
#include "lib/test.h"

static struct cf_sip_uri parsed(const char *text) {
    struct cf_sip_uri uri = {.port = 0};
    if (cf_sip_uri_parse(cf_str_of(text), &uri) != CF_OK) {
        fail_msg("\"%s\" is refused", text);
    }
    return uri;
}

static bool eq(const char *a, const char *b) {
    struct cf_sip_uri x = parsed(a);
    struct cf_sip_uri y = parsed(b);
    bool is_equal = cf_sip_uri_eq(&x, &y);
    assert_int_equal(is_equal, cf_sip_uri_eq(&y, &x));
    return is_equal;
}

static void equal_uris_of_the_rfc_are_equal(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"},
        {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"},
        {"sip:carol@chicago.com", "sip:carol@chicago.com;security=on"},
        {"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
         "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
        {"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
         "sip:alice@atlanta.com?priority=urgent&subject=project%20x"},
        {"sip:a@[2001:db8::1]", "sip:a@[2001:0DB8:0::0:1]"},
        {"tel:+1-201-555-0123", "tel:+1(201)5550123"},
        {"urn:service:sos", "URN:service:sos"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!eq(pairs[i][0], pairs[i][1])) {
            fail_msg("%s is not %s", pairs[i][0], pairs[i][1]);
        }
    }
}

static void different_uris_of_the_rfc_are_different(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"SIP:ALICE@AtlanTa.CoM;Transport=udp", "sip:alice@AtlanTa.CoM;Transport=UDP"},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"},
        {"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"},
        {"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
        {"sip:carol@chicago.com;security=off", "sip:carol@chicago.com;security=on"},
        {"sip:a@b", "sips:a@b"},
        {"sip:a%3Bx@b", "sip:a;x@b"},
        {"sip:a@b", "sip:b"},
        {"sip:a:x@b", "sip:a@b"},
        {"sip:a@b;maddr=c", "sip:a@b"},
        {"sip:a@b;ttl=1", "sip:a@b"},
        {"sip:a@b;user=phone", "sip:a@b"},
        {"sip:a@b?x=1", "sip:a@b?x=2"},
        {"tel:+1201", "tel:+1202"},
        {"tel:201;phone-context=a.b", "tel:201;phone-context=c.d"},
        {"urn:a:b", "urn:a:c"},
        {"urn:a:b", "uri:a:b"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (eq(pairs[i][0], pairs[i][1])) {
            fail_msg("%s is %s", pairs[i][0], pairs[i][1]);
        }
    }
}

static void too_many_parameters_equal_nothing(void **state) {
    (void)state;
    char text[600] = "sip:a@b";
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "sip:a@b");
    for (int i = 0; i < 64; i++) {
        cf_put_lit(&w, ";p");
        cf_put_dec(&w, (uint64_t)i);
    }
    cf_put_char(&w, '\0');
    assert_true(eq(text, text));
    w.len--;
    cf_put_lit(&w, ";q");
    cf_put_char(&w, '\0');
    assert_false(eq(text, text));
}

static bool same(const char *a, const char *b) {
    struct cf_sip_uri x = parsed(a);
    struct cf_sip_uri y = parsed(b);
    return cf_sip_uri_same_resource(&x, &y);
}

static void a_conference_is_the_same_however_its_uri_is_ordered(void **state) {
    (void)state;
    assert_true(same("sip:focus@d;gr=urn:uuid:1;conf-id=X", "sip:focus@D:5060;conf-id=X;transport=tls;gr=urn:uuid:1"));
    assert_true(same("sip:focus@d;conf-id=X", "sips:f%6Fcus@d;conf-id=X"));
    assert_false(same("sip:focus@d;conf-id=X", "sip:focus@d;conf-id=x"));
    assert_false(same("sip:focus@d;conf-id=X", "sip:focus@d"));
    assert_false(same("sip:focus@d;conf-id=X;gr", "sip:focus@d;conf-id=X"));
    assert_false(same("sip:focus@d", "sip:focus@e"));
    assert_false(same("sip:focus@d", "tel:+1"));
}

static void an_account_has_one_canonical_form(void **state) {
    (void)state;
    static const char *const forms[][2] = {
        {"sip:alice@example.org", "sip:alice@example.org"},
        {"sips:%61lice:pw@EXAMPLE.org:5061;transport=tcp?a=b", "sip:alice@example.org"},
        {"sip:Alice@example.org", "sip:Alice@example.org"},
        {"sip:a%20b%00@h", "sip:a%20b%00@h"},
        {"sip:a%3bb@h", "sip:a;b@h"},
        {"sip:a%c3%a4@h", "sip:a%C3%A4@h"},
        {"sip:example.org", "sip:example.org"},
        {"sip:a@[2001:DB8:0::1]:7", "sip:a@[2001:db8::1]"},
        {"tel:+1-201-(555)", "tel:+1201555"},
        {"tel:201;phone-context=Example.org", "tel:201;phone-context=example.org"},
        {"urn:X:y", "urn:X:y"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char buffer[128];
        struct cf_writer w;
        struct cf_sip_uri uri = parsed(forms[i][0]);
        cf_writer_init(&w, buffer, sizeof buffer);
        cf_sip_put_aor(&w, &uri);
        assert_str(cf_writer_str(&w), cf_str_of(forms[i][1]));
    }
}

CF_TEST_MAIN(cmocka_unit_test(equal_uris_of_the_rfc_are_equal), cmocka_unit_test(different_uris_of_the_rfc_are_different),
             cmocka_unit_test(too_many_parameters_equal_nothing),
             cmocka_unit_test(a_conference_is_the_same_however_its_uri_is_ordered),
             cmocka_unit_test(an_account_has_one_canonical_form))
