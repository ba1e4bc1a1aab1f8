/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as a proxy forwards them: what is put in, what is taken out, what is left as it is. */
#include "core/proxy/rewrite.h"

#include "lib/sip_text.h"
#include "lib/test.h"

static char out[4000];

static const char *forward(const char *request, const struct cf_proxy_rewrite *rewrite) {
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out - 1);
    cf_proxy_put_request(&w, sip_parse(cf_str_of(request)), rewrite);
    assert_true(cf_writer_ok(&w));
    out[w.len] = '\0';
    return out;
}

#define COMMON "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"

static void changes_only_what_it_must(void **state) {
    (void)state;
    struct cf_proxy_rewrite rewrite = {.request_uri = CF_STR("sip:b@10.0.0.1"),
                                       .record_route = CF_STR("<sip:t@p;lr>"),
                                       .route = CF_STR("<sip:edge;lr>"),
                                       .realm = CF_STR("x")};
    assert_string_equal(
        forward("INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nMax-Forwards: 10\r\n" COMMON
                "X-Odd:  kept \r\nv: SIP/2.0/UDP older;branch=z9hG4bK0\r\nContent-Length: 3\r\n\r\nabc",
                &rewrite),
        "INVITE sip:b@10.0.0.1 SIP/2.0\r\nRecord-Route: <sip:t@p;lr>\r\nRoute: <sip:edge;lr>\r\nMax-Forwards: 9\r\n"
        "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" COMMON
        "X-Odd: kept\r\nVia: SIP/2.0/UDP older;branch=z9hG4bK0\r\nContent-Length: 3\r\n\r\nabc");
}

static void gives_hops_to_those_without(void **state) {
    (void)state;
    struct cf_proxy_rewrite rewrite = {.request_uri = CF_STR("sip:b@x")};
    assert_non_null(strstr(forward("INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" COMMON "\r\n", &rewrite),
                           "Max-Forwards: 70\r\n"));
}

static void takes_its_own_routes_out(void **state) {
    (void)state;
    const char *text = "BYE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nRoute: <sip:1@p;lr>, <sip:2@p;lr>\r\n"
                       "Route: <sip:3@p;lr>, <sip:4@q;lr>\r\n"
                       "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: c\r\nCSeq: 2 BYE\r\n\r\n";
    struct cf_proxy_rewrite rewrite = {.request_uri = CF_STR("sip:b@x"), .own_routes = 1};
    assert_non_null(strstr(forward(text, &rewrite), "\r\nRoute: <sip:2@p;lr>\r\nRoute: <sip:3@p;lr>, <sip:4@q;lr>\r\n"));
    rewrite.own_routes = 3;
    assert_non_null(strstr(forward(text, &rewrite), "\r\nRoute: <sip:4@q;lr>\r\n"));
    rewrite.own_routes = 4;
    assert_null(strstr(forward(text, &rewrite), "Route:"));
    rewrite.own_routes = SIZE_MAX;
    assert_null(strstr(forward(text, &rewrite), "Route:"));
}

/* T10: identities that a phone asserts end here, however they are written; credentials for us are nobody else's business. */
static void lets_no_asserted_identity_through(void **state) {
    (void)state;
    struct cf_proxy_rewrite rewrite = {.request_uri = CF_STR("sip:b@x"), .realm = CF_STR("x")};
    const char *text =
        forward("INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" COMMON
                "P-Asserted-Identity: <sip:boss@x>\r\nP-ASSERTED-IDENTITY : <sip:boss@x>,\r\n <tel:+1>\r\n"
                "P-Preferred-Identity: <sip:boss@x>\r\n"
                "Proxy-Authorization: Digest username=\"a\", realm=\"x\", nonce=\"n\", uri=\"u\", response=\"r\"\r\n"
                "Proxy-Authorization: Digest username=\"a\", realm=\"y\", nonce=\"n\", uri=\"u\", response=\"r\"\r\n"
                "\r\n",
                &rewrite);
    assert_null(strstr(text, "boss"));
    assert_null(strstr(text, "realm=\"x\""));
    assert_non_null(strstr(text, "realm=\"y\""));
}

static void a_response_loses_its_first_via(void **state) {
    (void)state;
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_proxy_put_response(
        &w, sip_parse(CF_STR("SIP/2.0 200 Fine\r\nVia: SIP/2.0/UDP p;branch=z9hG4bK2, SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
                             "Via: SIP/2.0/UDP g;branch=z9hG4bK0\r\n" COMMON "\r\nbody")));
    assert_str(cf_writer_str(&w), CF_STR("SIP/2.0 200 Fine\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
                                         "Via: SIP/2.0/UDP g;branch=z9hG4bK0\r\n" COMMON "Content-Length: 4\r\n\r\nbody"));
}

static void want_of_room_is_told(void **state) {
    (void)state;
    struct cf_writer w;
    struct cf_proxy_rewrite rewrite = {.request_uri = CF_STR("sip:b@x")};
    const struct cf_sip_message *msg =
        sip_parse(CF_STR("INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n" COMMON "\r\n"));
    for (size_t size = 0; size < 150; size++) {
        cf_writer_init(&w, out, size);
        cf_proxy_put_request(&w, msg, &rewrite);
        assert_false(cf_writer_ok(&w));
        assert_true(w.len <= size);
    }
}

CF_TEST_MAIN(cmocka_unit_test(changes_only_what_it_must), cmocka_unit_test(gives_hops_to_those_without),
             cmocka_unit_test(takes_its_own_routes_out), cmocka_unit_test(lets_no_asserted_identity_through),
             cmocka_unit_test(a_response_loses_its_first_via), cmocka_unit_test(want_of_room_is_told))
