/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dialogs by themselves: which messages are theirs, and the way that requests take (RFC 3261 section 12). */
#include "core/dialog/dialog.h"

#include "lib/sip_text.h"
#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"

#define VIA "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"
#define CONTACT "Contact: <sip:bob@192.0.2.9:5070>\r\n"

static struct test_mem mem;
static struct test_entropy entropy;
static struct cf_dialog dialog;
static char text[2000];

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    test_entropy_init(&entropy, 1);
    dialog = (struct cf_dialog){.mem = NULL};
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_dialog_fini(&dialog);
    test_mem_fini(&mem);
    return 0;
}

static const struct cf_sip_message *invite(const char *fields) {
    static struct sip_text message;
    sip_request_via(&message, VIA, &(struct sip_request){.method = "INVITE", .fields = fields});
    return sip_parse(message.text);
}

/* A dialog that we call with, answered with @p fields. */
static void call(const char *fields) {
    static struct sip_text message;
    const struct cf_dialog_start start = {.local = CF_STR("<sip:a@example.org>"),
                                          .remote = CF_STR("<sip:bob@example.org>"),
                                          .target = CF_STR("sip:bob@example.org")};
    assert_ok(cf_dialog_init(&dialog, &mem.mem, &entropy.entropy, &start));
    sip_response(&message, invite(NULL), 200, "theirs", fields);
    assert_ok(cf_dialog_confirm(&dialog, sip_parse(message.text)));
}

static enum cf_err be_called(const char *fields) {
    struct cf_endpoint_tag tag;
    memset(tag.text, 'o', sizeof tag.text);
    return cf_dialog_init_callee(&dialog, &mem.mem, &tag, invite(fields));
}

/* A request of ours inside the dialog, NUL-terminated. */
static const char *bye(void) {
    struct cf_writer w;
    memset(text, 0, sizeof text);
    cf_writer_init(&w, text, sizeof text - 1);
    cf_dialog_put_request(&dialog, &w, CF_SIP_METHOD_BYE, cf_dialog_next_cseq(&dialog));
    assert_true(cf_writer_ok(&w) && w.len <= cf_dialog_request_size(&dialog));
    return text;
}

#define ROUTES "Record-Route: <sip:p1.example;lr>, <sip:p2.example;lr>\r\nRecord-Route: <sip:p3.example;lr>\r\n"

/* Sections 12.1.1 and 12.1.2: proxies put themselves in front, so the caller turns them round. */
static void the_caller_goes_back_through_the_proxies_in_reverse(void **state) {
    (void)state;
    call(CONTACT ROUTES);
    assert_non_null(strstr(bye(), "BYE sip:bob@192.0.2.9:5070 SIP/2.0\r\n"));
    assert_non_null(strstr(text, "Route: <sip:p3.example;lr>,<sip:p2.example;lr>,<sip:p1.example;lr>\r\n"));
    assert_str(cf_dialog_route(&dialog).uri, CF_STR("sip:p3.example;lr"));
}

static void the_callee_goes_back_through_the_proxies_as_they_stand(void **state) {
    (void)state;
    assert_ok(be_called(CONTACT ROUTES));
    assert_non_null(strstr(bye(), "Route: <sip:p1.example;lr>,<sip:p2.example;lr>,<sip:p3.example;lr>\r\n"));
    assert_str(cf_dialog_route(&dialog).uri, CF_STR("sip:p1.example;lr"));
}

/* Section 12.2.1.1: a proxy without lr is of RFC 2543, and wants to be asked itself. */
static void a_strict_router_is_asked_itself(void **state) {
    (void)state;
    assert_ok(be_called(CONTACT "Record-Route: <sip:old.example>, <sip:p2.example;lr>\r\n"));
    assert_non_null(strstr(bye(), "BYE sip:old.example SIP/2.0\r\n"));
    assert_non_null(strstr(text, "Route: <sip:p2.example;lr>,<sip:bob@192.0.2.9:5070>\r\n"));
}

static void routes_have_a_limit(void **state) {
    (void)state;
    char fields[CF_DIALOG_ROUTES_MAX * 40 + 200];
    for (size_t extra = 0; extra < 2; extra++) {
        struct cf_writer w;
        memset(fields, 0, sizeof fields);
        cf_writer_init(&w, fields, sizeof fields - 1);
        cf_put_lit(&w, CONTACT);
        for (size_t i = 0; i < CF_DIALOG_ROUTES_MAX + extra; i++) {
            cf_put_lit(&w, "Record-Route: <sip:p.example;lr>\r\n");
        }
        assert_int_equal(be_called(fields), extra == 0 ? CF_OK : CF_ERR_LIMIT);
        cf_dialog_fini(&dialog);
    }
}

/* T19: whoever does not know both tags speaks of no dialog of ours. */
static void only_both_tags_and_the_call_id_make_a_message_its_own(void **state) {
    (void)state;
    static const struct {
        const char *from;
        const char *to;
        const char *call_id;
    } cases[] = {{"theirs", "ours", "call"}, {"theirs", "other", "call"}, {"other", "ours", "call"}, {"theirs", "ours", "other"},
                 {"theirs", "our", "call"},  {"Theirs", "ours", "call"},  {"theirs", "", "call"}};
    dialog = (struct cf_dialog){.call_id = CF_STR("call"), .local_tag = CF_STR("ours"), .remote_tag = CF_STR("theirs")};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct cf_sip_message message = {.is_request = true,
                                               .call_id = cf_str_of(cases[i].call_id),
                                               .from_tag = cf_str_of(cases[i].from),
                                               .to_tag = cases[i].to[0] == '\0' ? CF_STR_NONE : cf_str_of(cases[i].to)};
        assert_int_equal(cf_dialog_matches(&dialog, &message), i == 0);
        const struct cf_sip_message answer = {
            .is_request = false, .call_id = message.call_id, .from_tag = message.to_tag, .to_tag = message.from_tag};
        assert_int_equal(cf_dialog_matches(&dialog, &answer), i == 0);
    }
}

/* What began over TLS is not gone on with in clear, by whoever has overheard it. */
static void a_dialog_that_began_over_tls_takes_nothing_in_clear(void **state) {
    (void)state;
    const struct cf_flow_info tls = {.transport = CF_TRANSPORT_TLS};
    const struct cf_flow_info udp = {.transport = CF_TRANSPORT_UDP};
    assert_true(cf_dialog_admits(&dialog, &udp));
    cf_dialog_set_flow(&dialog, (struct cf_flow_id){{1, 1}}, &tls);
    assert_true(cf_dialog_admits(&dialog, &tls));
    assert_false(cf_dialog_admits(&dialog, &udp));
    cf_dialog_set_flow(&dialog, (struct cf_flow_id){{2, 1}}, &udp);
    assert_false(cf_dialog_admits(&dialog, &udp));
}

static void requests_are_taken_in_order(void **state) {
    (void)state;
    assert_ok(be_called(CONTACT));
    struct cf_sip_message next = {.is_request = true, .cseq = {.number = 7}};
    assert_int_equal(cf_dialog_take_request(&dialog, &next), CF_DIALOG_IN_ORDER);
    assert_int_equal(cf_dialog_take_request(&dialog, &next), CF_DIALOG_IN_ORDER);
    next.cseq.number = 6;
    assert_int_equal(cf_dialog_take_request(&dialog, &next), CF_DIALOG_OUT_OF_ORDER);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(the_caller_goes_back_through_the_proxies_in_reverse),
             CASE(the_callee_goes_back_through_the_proxies_as_they_stand), CASE(a_strict_router_is_asked_itself),
             CASE(routes_have_a_limit), CASE(only_both_tags_and_the_call_id_make_a_message_its_own),
             CASE(a_dialog_that_began_over_tls_takes_nothing_in_clear), CASE(requests_are_taken_in_order))
