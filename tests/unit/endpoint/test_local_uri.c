/* SPDX-License-Identifier: GPL-3.0-or-later */
/* URIs of the server's own addresses. */
#include "core/endpoint/local_uri.h"

#include "lib/test.h"

static void assert_route(enum cf_transport transport, const char *user, bool is_sips, const char *expected) {
    char text[128];
    struct cf_writer w;
    struct cf_endpoint_local local = {.transport = transport};
    assert_ok(cf_addr_parse(CF_STR("192.0.2.1:5061"), &local.addr));
    cf_writer_init(&w, text, sizeof text);
    cf_put_local_route(&w, &local, user == NULL ? CF_STR_NONE : cf_str_of(user), is_sips);
    assert_true(cf_writer_ok(&w));
    assert_str(cf_writer_str(&w), cf_str_of(expected));
}

static void transports_are_named_but_udp(void **state) {
    (void)state;
    assert_route(CF_TRANSPORT_UDP, NULL, false, "<sip:192.0.2.1:5061;lr>");
    assert_route(CF_TRANSPORT_TCP, "token", false, "<sip:token@192.0.2.1:5061;transport=tcp;lr>");
    assert_route(CF_TRANSPORT_TLS, NULL, false, "<sip:192.0.2.1:5061;transport=tls;lr>");
}

/* A sips URI is TLS: on a listener without TLS nobody could be reached by it. */
static void sips_is_written_where_there_is_tls(void **state) {
    (void)state;
    assert_route(CF_TRANSPORT_TLS, "token", true, "<sips:token@192.0.2.1:5061;lr>");
    assert_route(CF_TRANSPORT_UDP, "token", true, "<sip:token@192.0.2.1:5061;lr>");
    assert_route(CF_TRANSPORT_TCP, NULL, true, "<sip:192.0.2.1:5061;transport=tcp;lr>");
}

CF_TEST_MAIN(cmocka_unit_test(transports_are_named_but_udp), cmocka_unit_test(sips_is_written_where_there_is_tls))
