/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 3263: from URIs to targets. */
#include "core/endpoint/resolver.h"

#include "lib/endpoint_node.h"
#include "lib/test.h"
#include "lib/transcript.h"

#define ALL ((1U << CF_TRANSPORT_UDP) | (1U << CF_TRANSPORT_TCP) | (1U << CF_TRANSPORT_TLS))
#define IP4 (1U << CF_FAMILY_IP4)
#define IP6 (1U << CF_FAMILY_IP6)

static const struct zone_record zone[] = {
    {CF_DNS_NAPTR,
     "naptr.org",
     {.order = 2, .flags = CF_STR_INIT("s"), .service = CF_STR_INIT("SIP+D2U"), .name = CF_STR_INIT("_sip._udp.naptr.org")}},
    {CF_DNS_NAPTR,
     "naptr.org",
     {.order = 1, .flags = CF_STR_INIT("s"), .service = CF_STR_INIT("SIPS+D2T"), .name = CF_STR_INIT("_sips._tcp.naptr.org")}},
    {CF_DNS_SRV, "_sips._tcp.naptr.org", {.order = 1, .port = 5071, .name = CF_STR_INIT("a.org")}},
    {CF_DNS_SRV, "_sip._udp.naptr.org", {.order = 1, .port = 5070, .name = CF_STR_INIT("a.org")}},
    {CF_DNS_SRV, "_sip._tcp.srv.org", {.order = 2, .port = 2, .name = CF_STR_INIT("b.org")}},
    {CF_DNS_SRV, "_sip._tcp.srv.org", {.order = 1, .port = 1, .name = CF_STR_INIT("a.org")}},
    {CF_DNS_SRV, "_sip._udp.closed.org", {.order = 0, .port = 0, .name = CF_STR_INIT(".")}},
    {CF_DNS_A, "a.org", {.addr = {.ip = {192, 0, 2, 1}, .family = CF_FAMILY_IP4}}},
    {CF_DNS_A, "a.org", {.addr = {.ip = {192, 0, 2, 2}, .family = CF_FAMILY_IP4}}},
    {CF_DNS_AAAA, "a.org", {.addr = {.ip = {0x20, 1, 0xd, 0xb8, [15] = 1}, .family = CF_FAMILY_IP6}}},
    {CF_DNS_A, "b.org", {.addr = {.ip = {192, 0, 2, 3}, .family = CF_FAMILY_IP4}}},
};

static size_t look_up(const struct cf_dns_question *question, struct cf_dns_record records[16]) {
    size_t count = 0;
    for (size_t i = 0; i < sizeof zone / sizeof *zone; i++) {
        if (zone[i].type == question->type && cf_str_eq_nocase(cf_str_of(zone[i].name), question->name)) {
            records[count++] = zone[i].record;
        }
    }
    return count;
}

static void add_target(struct transcript *t, const struct cf_target *target) {
    char buffer[CF_ADDR_TEXT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_addr(&w, &target->addr);
    struct cf_str name = cf_transport_name(target->transport);
    transcript_add(t, "%.*s %.*s\n", CF_STR_ARG(name), CF_STR_ARG(cf_writer_str(&w)));
}

/* All targets of @p text in order. */
static void leads_to(const char *text, unsigned transports, unsigned families, const char *expected) {
    struct cf_sip_uri uri;
    struct cf_resolver r;
    struct test_entropy entropy;
    struct transcript t;
    struct cf_dns_record records[16];
    test_entropy_init(&entropy, 1);
    transcript_init(&t);
    assert_ok(cf_sip_uri_parse(cf_str_of(text), &uri));
    assert_ok(cf_resolver_init(&r, &uri, (struct cf_resolver_able){transports, families}, &entropy.entropy));
    for (int steps = 0;; steps++) {
        struct cf_resolver_event event = cf_resolver_poll(&r);
        assert_true(steps < 200);
        if (event.kind == CF_RESOLVER_EXHAUSTED) {
            break;
        }
        if (event.kind == CF_RESOLVER_QUESTION) {
            assert_int_equal(cf_resolver_poll(&r).kind, CF_RESOLVER_IDLE);
            cf_resolver_on_records(&r, records, look_up(&event.question, records));
        } else {
            add_target(&t, &event.target);
            cf_resolver_next(&r);
        }
    }
    transcript_is(&t, expected);
    transcript_fini(&t);
}

static void takes_addresses_and_ports_as_they_stand(void **state) {
    (void)state;
    leads_to("sip:192.0.2.9", ALL, IP4, "UDP 192.0.2.9:5060\n");
    leads_to("sips:192.0.2.9", ALL, IP4, "TLS 192.0.2.9:5061\n");
    leads_to("sip:192.0.2.9:7;transport=tcp", ALL, IP4, "TCP 192.0.2.9:7\n");
    leads_to("sip:[2001:db8::9]", ALL, IP6, "UDP [2001:db8::9]:5060\n");
    leads_to("sip:b.org:5090", ALL, IP4, "UDP 192.0.2.3:5090\n");
    leads_to("sips:b.org:5090;transport=tcp", ALL, IP4, "TLS 192.0.2.3:5090\n");
    leads_to("sip:192.0.2.9", 1U << CF_TRANSPORT_TCP, IP4, "TCP 192.0.2.9:5060\n");
}

static void follows_naptr_in_its_order(void **state) {
    (void)state;
    leads_to("sip:naptr.org", ALL, IP4, "TLS 192.0.2.1:5071\nTLS 192.0.2.2:5071\nUDP 192.0.2.1:5070\nUDP 192.0.2.2:5070\n");
    leads_to("sips:naptr.org", ALL, IP4, "TLS 192.0.2.1:5071\nTLS 192.0.2.2:5071\n");
    leads_to("sip:naptr.org", 1U << CF_TRANSPORT_UDP, IP4, "UDP 192.0.2.1:5070\nUDP 192.0.2.2:5070\n");
}

static void falls_back_to_srv_and_to_addresses(void **state) {
    (void)state;
    leads_to("sip:srv.org", ALL, IP4, "TCP 192.0.2.1:1\nTCP 192.0.2.2:1\nTCP 192.0.2.3:2\n");
    leads_to("sip:srv.org;transport=tcp", ALL, IP4, "TCP 192.0.2.1:1\nTCP 192.0.2.2:1\nTCP 192.0.2.3:2\n");
    leads_to("sip:a.org", ALL, IP4 | IP6, "UDP [2001:db8::1]:5060\nUDP 192.0.2.1:5060\nUDP 192.0.2.2:5060\n");
    leads_to("sip:nowhere.org", ALL, IP4, "");
    /* A service that is decidedly not there (RFC 2782). */
    leads_to("sip:closed.org", ALL, IP4, "");
}

static void refuses_what_we_can_not_reach(void **state) {
    (void)state;
    static const char *const uris[] = {"tel:+1", "sip:a.org;transport=sctp", "sip:[2001:db8::1]", "sip:a.org;transport=ws"};
    struct cf_sip_uri uri;
    struct cf_resolver r;
    struct test_entropy entropy;
    test_entropy_init(&entropy, 1);
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        assert_ok(cf_sip_uri_parse(cf_str_of(uris[i]), &uri));
        assert_int_equal(cf_resolver_init(&r, &uri, (struct cf_resolver_able){ALL, IP4}, &entropy.entropy), CF_ERR_UNSUPPORTED);
    }
}

CF_TEST_MAIN(cmocka_unit_test(takes_addresses_and_ports_as_they_stand), cmocka_unit_test(follows_naptr_in_its_order),
             cmocka_unit_test(falls_back_to_srv_and_to_addresses), cmocka_unit_test(refuses_what_we_can_not_reach))
