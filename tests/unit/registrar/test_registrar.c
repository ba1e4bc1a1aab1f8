/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REGISTER: RFC 3261 section 10.3, outbound (5626), GRUU (5627), Path (3327). Answers as transcripts of their fields. */
#include "core/registrar/registrar.h"

#include "lib/sip_text.h"
#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"

#define AOR CF_STR("sip:alice@example.org")

static struct test_mem mem;
static struct test_entropy entropy;
static struct cf_location location;
static struct cf_registrar registrar;
static cf_usec now;
static unsigned cseq;
static char fields[CF_REGISTRAR_FIELDS_MAX + 1];

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    test_entropy_init(&entropy, 1);
    struct cf_location_config config = {.mem = &mem.mem, .seed = 1, .devices_max = 3, .bindings_max = 10};
    cf_location_init(&location, &config);
    registrar = (struct cf_registrar){.location = &location,
                                      .domains = {CF_STR("example.org")},
                                      .gruus = {.hash = &test_hash, .entropy = &entropy.entropy},
                                      .expires_least_sec = 60,
                                      .expires_most_sec = 3600};
    now = CF_SEC(100);
    cseq = 0;
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_location_fini(&location);
    test_mem_fini(&mem);
    return 0;
}

/* A REGISTER with @p lines; what is to be in the answer is in .fields. */
static unsigned put_register(const char *via, const char *lines) {
    static struct sip_text text;
    sip_request_via(&text, via, &(struct sip_request){.method = "REGISTER", .cseq = ++cseq, .fields = lines});
    struct cf_register request = {
        .message = sip_parse(text.text), .aor = AOR, .flow = {7, 1}, .received = CF_STR("198.51.100.7:4000 192.0.2.1:5060")};
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields - 1);
    unsigned status = cf_registrar_on_register(&registrar, &request, now, &w);
    assert_true(cf_writer_ok(&w));
    fields[w.len] = '\0';
    return status;
}

static unsigned send(const char *lines) {
    return put_register("SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKr", lines);
}

#define SUPPORTED "Supported: gruu, outbound, path\r\n"

static void binds_asks_and_removes(void **state) {
    (void)state;
    assert_int_equal(send("Contact: <sip:alice@10.0.0.5>;q=0.5;expires=120;audio\r\n"), 200);
    assert_string_equal(fields, "Contact: <sip:alice@10.0.0.5>;q=0.5;audio;expires=120\r\n" SUPPORTED);
    now += CF_SEC(20);
    assert_int_equal(send("Contact: \"A\" <sip:alice@10.0.0.6;transport=tcp>\r\nExpires: 60\r\n"), 200);
    assert_string_equal(fields, "Contact: <sip:alice@10.0.0.6;transport=tcp>;expires=60\r\n"
                                "Contact: <sip:alice@10.0.0.5>;q=0.5;audio;expires=100\r\n" SUPPORTED);
    assert_int_equal(send(""), 200);
    assert_string_equal(fields, "Contact: <sip:alice@10.0.0.6;transport=tcp>;expires=60\r\n"
                                "Contact: <sip:alice@10.0.0.5>;q=0.5;audio;expires=100\r\n" SUPPORTED);
    assert_int_equal(send("Contact: <sip:alice@10.0.0.5>;expires=0\r\n"), 200);
    assert_string_equal(fields, "Contact: <sip:alice@10.0.0.6;transport=tcp>;expires=60\r\n" SUPPORTED);
    assert_int_equal(send("Contact: *\r\nExpires: 0\r\n"), 200);
    assert_string_equal(fields, SUPPORTED);
    assert_null(cf_location_find(&location, AOR));
}

/* RFC 5630 section 5.2: what came in clear is not bound as if it were secure. */
static void a_sips_contact_needs_a_private_way(void **state) {
    (void)state;
    assert_int_equal(send("Contact: <sips:alice@10.0.0.5>\r\n"), 400);
    assert_null(cf_location_find(&location, AOR));
    assert_int_equal(send("Contact: <sip:alice@10.0.0.5>\r\n"), 200);
}

static void keeps_what_is_needed_to_reach_the_phone(void **state) {
    (void)state;
    assert_int_equal(send("Contact: <sip:alice@10.0.0.5>;+sip.instance=\"<urn:uuid:1>\"\r\nUser-Agent: Phone/1\r\n"
                          "Path: <sip:p2.example.org;lr>, <sip:p1.example.org;lr;ob>\r\nPath: <sip:p0.example.org;lr>\r\n"),
                     200);
    const struct cf_binding *binding = cf_aor_first(cf_location_find(&location, AOR));
    assert_str(binding->values.instance, CF_STR("urn:uuid:1"));
    assert_str(binding->values.user_agent, CF_STR("Phone/1"));
    assert_str(binding->values.path, CF_STR("<sip:p2.example.org;lr>, <sip:p1.example.org;lr;ob>, <sip:p0.example.org;lr>"));
    assert_str(binding->values.received, CF_STR("198.51.100.7:4000 192.0.2.1:5060"));
    assert_int_equal(binding->values.flow.slot, 7);
    /* RFC 3327 section 5.3: the Path goes back to those only who know it. */
    assert_null(strstr(fields, "Path:"));
    assert_int_equal(send("Supported: path\r\nContact: <sip:alice@10.0.0.5>;+sip.instance=\"<urn:uuid:1>\"\r\n"
                          "Path: <sip:p1.example.org;lr>\r\n"),
                     200);
    assert_non_null(strstr(fields, "Path: <sip:p1.example.org;lr>\r\n"));
}

static void limits_the_time(void **state) {
    (void)state;
    assert_int_equal(send("Contact: <sip:a@h>;expires=59\r\n"), 423);
    assert_string_equal(fields, "Min-Expires: 60\r\n");
    assert_null(cf_location_find(&location, AOR));
    assert_int_equal(send("Contact: <sip:a@h>;expires=4294967295\r\n"), 200);
    assert_string_equal(fields, "Contact: <sip:a@h>;expires=3600\r\n" SUPPORTED);
    assert_int_equal(send("Contact: <sip:b@h>\r\n"), 200);
    assert_non_null(strstr(fields, "<sip:b@h>;expires=3600\r\n"));
}

static void refuses_what_can_not_be_read(void **state) {
    (void)state;
    static const char *const bad[] = {
        "Contact: <sip:a@h\r\n",
        "Contact: <mailto:a@h>\r\n",
        "Contact: *\r\n",
        "Contact: *\r\nExpires: 60\r\n",
        "Contact: *, <sip:a@h>\r\nExpires: 0\r\n",
        "Contact: <sip:a@h>, <tel:+1>\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(send(bad[i]), 400);
        assert_null(cf_location_find(&location, AOR));
    }
    assert_int_equal(send("Require: gruu, magic, path, 199\r\nContact: <sip:a@h>\r\n"), 420);
    assert_string_equal(fields, "Unsupported: magic\r\nUnsupported: 199\r\n");
    /* A GRUU of ours would lead to itself; one of others is their business. */
    assert_int_equal(send("Contact: <sip:alice@example.org;gr=urn:uuid:1>\r\n"), 403);
    assert_int_equal(send("Contact: <sip:alice@elsewhere.example;gr=urn:uuid:1>\r\n"), 200);
}

/* All contacts of a request or none: too many devices, a stale one among them. */
static void is_all_or_nothing(void **state) {
    (void)state;
    assert_int_equal(send("Contact: <sip:a@h1>, <sip:a@h2>\r\n"), 200);
    assert_int_equal(send("Contact: <sip:a@h3>, <sip:a@h4>\r\n"), 403);
    assert_int_equal(cf_location_find(&location, AOR)->binding_count, 2);
    cseq -= 2;
    assert_int_equal(send("Contact: <sip:a@h3>, <sip:a@h1>;expires=0\r\n"), 500);
    assert_int_equal(cf_location_find(&location, AOR)->binding_count, 2);
    cseq += 2;
    char many[CF_REGISTER_CONTACTS_MAX * 20 + 60];
    struct cf_writer w;
    cf_writer_init(&w, many, sizeof many - 1);
    cf_put_lit(&w, "Contact: <sip:a@h>");
    for (unsigned i = 0; i < CF_REGISTER_CONTACTS_MAX; i++) {
        cf_put_lit(&w, ", <sip:a@h");
        cf_put_dec(&w, i);
        cf_put_lit(&w, ">");
    }
    cf_put_lit(&w, "\r\n");
    many[w.len] = '\0';
    assert_int_equal(send(many), 403);
}

static void gives_gruus_to_those_who_ask(void **state) {
    (void)state;
    const char *contact = "Contact: <sip:a@h>;+sip.instance=\"<urn:uuid:1>\";pub-gruu=\"x\";temp-gruu=\"y\"\r\n";
    assert_int_equal(send(contact), 200);
    assert_null(strstr(fields, "gruu="));
    char lines[300];
    snprintf(lines, sizeof lines, "Supported: gruu\r\n%s", contact);
    assert_int_equal(send(lines), 200);
    assert_non_null(strstr(fields, ";pub-gruu=\"sip:bob@example.org;gr=urn:uuid:1\";temp-gruu=\"sip:tgruu."));
    assert_null(strstr(fields, "\"x\""));
    assert_int_equal(send("Supported: gruu\r\nContact: <sip:a@h9>\r\n"), 200);
    assert_non_null(strstr(fields, "Contact: <sip:a@h9>;expires=3600\r\n"));
}

#define OUTBOUND "Supported: outbound, path\r\nContact: <sip:a@%s>;reg-id=%d;+sip.instance=\"<urn:uuid:1>\"\r\n"

static unsigned send_outbound(const char *via, const char *host, int reg_id, const char *more) {
    char lines[400];
    snprintf(lines, sizeof lines, OUTBOUND "%s", host, reg_id, more);
    return put_register(via, lines);
}

/* RFC 5626 section 6: several flows of one device. */
static void keeps_a_binding_for_each_flow(void **state) {
    (void)state;
    const char *via = "SIP/2.0/TCP 10.0.0.5;branch=z9hG4bKr";
    assert_int_equal(send_outbound(via, "h1", 1, ""), 200);
    assert_non_null(strstr(fields, "Require: outbound\r\n"));
    assert_int_equal(send_outbound(via, "h1", 2, ""), 200);
    assert_int_equal(send_outbound(via, "h2", 1, ""), 200);
    assert_int_equal(cf_location_find(&location, AOR)->binding_count, 2);
    /* A reg-id counts only with outbound and an instance. */
    assert_int_equal(send("Supported: outbound\r\nContact: <sip:a@h7>;reg-id=1\r\n"), 200);
    /* Who has not used outbound must not be required to know it because another device has. */
    assert_non_null(strstr(fields, ";reg-id=2;"));
    assert_null(strstr(fields, "Require:"));
    assert_int_equal(cf_aor_first(cf_location_find(&location, AOR))->values.reg_id, 0);
    assert_int_equal(send("Supported: outbound\r\nContact: <sip:a@h8>;reg-id=1;+sip.instance=\"<urn:a>\", "
                          "<sip:a@h9>;reg-id=2;+sip.instance=\"<urn:a>\"\r\n"),
                     400);
}

static void wants_proxies_between_to_keep_flows(void **state) {
    (void)state;
    const char *vias = "SIP/2.0/TCP p.example.org;branch=z9hG4bKp, SIP/2.0/TCP 10.0.0.5;branch=z9hG4bKr";
    assert_int_equal(send_outbound(vias, "h1", 1, ""), 439);
    assert_int_equal(send_outbound(vias, "h1", 1, "Path: <sip:p.example.org;lr>\r\n"), 439);
    assert_null(cf_location_find(&location, AOR));
    assert_int_equal(send_outbound(vias, "h1", 1, "Path: <sip:q.example.org;lr>, <sip:p.example.org;lr;ob>\r\n"), 200);
}

static void survives_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        mem.count = 0;
        mem.failed = false;
        mem.fail_at = n;
        unsigned status = send("Contact: <sip:a@h1>;+sip.instance=\"<urn:1>\", <sip:a@h2>\r\n");
        mem.fail_at = SIZE_MAX;
        const struct cf_aor_record *record = cf_location_find(&location, AOR);
        assert_true(status == 500 || status == 200);
        assert_int_equal(record == NULL ? 0 : record->binding_count, status == 200 ? 2 : 0);
        assert_ok(cf_location_unbind_all(&location, AOR, CF_STR("other"), 1));
        if (!mem.failed) {
            break;
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(a_sips_contact_needs_a_private_way), CASE(binds_asks_and_removes),
             CASE(keeps_what_is_needed_to_reach_the_phone), CASE(limits_the_time), CASE(refuses_what_can_not_be_read),
             CASE(is_all_or_nothing), CASE(gives_gruus_to_those_who_ask), CASE(keeps_a_binding_for_each_flow),
             CASE(wants_proxies_between_to_keep_flows), CASE(survives_want_of_memory))
