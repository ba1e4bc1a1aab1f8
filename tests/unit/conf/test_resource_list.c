/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/conf/resource_list.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static char buffer[4096];

static struct cf_str write_list(const struct cf_resource_list *list, enum cf_resource_list_use use) {
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_resource_list(&w, list, use);
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

static void takes_attributes_and_dangerous_parts_out_of_uris(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_resource_list list;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"sip:bob@example.org", "sip:bob@example.org"},
        {" sip:bob@example.org;X-ROLE=listener;transport=tcp;x-seq=3;X-OTHER ", "sip:bob@example.org;transport=tcp"},
        {"sip:bob@example.org;method=BYE?Route=%3Csip:evil%3E&Subject=x", "sip:bob@example.org"},
        {"sip:a;X-ROLE=speaker:pw@example.org;gr=urn:uuid:1", "sip:a;X-ROLE=speaker:pw@example.org;gr=urn:uuid:1"},
        {"sip:a?b@example.org?Subject=x", "sip:a?b@example.org"},
        {"tel:+4930123;phone-context=x", "tel:+4930123;phone-context=x"},
    };
    test_mem_init(&m);
    cf_resource_list_init(&list, &m.mem, 10);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_ok(cf_resource_list_add(&list, cf_str_of(rows[i].in), CF_STR_NONE, NULL));
        assert_str(list.entries[i].uri, cf_str_of(rows[i].out));
    }
    assert_true(list.entries[1].has_role);
    assert_int_equal(list.entries[1].role, CF_CONF_ROLE_LISTENER);
    assert_int_equal(list.entries[1].sequence, 3);
    assert_false(list.entries[3].has_role);
    cf_resource_list_fini(&list);
    test_mem_fini(&m);
}

static void refuses_what_could_break_out_of_a_header(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_resource_list list;
    static char big[CF_RESOURCE_URI_MAX + 1];
    static const char *const bad[] = {"",         "  ",       "sip:a b", "sip:a\r\nVia: x", "<sip:a@b>",
                                      "sip:a\"b", "sip:a\tb", "?x=y",    ";X-ROLE=speaker"};
    test_mem_init(&m);
    cf_resource_list_init(&list, &m.mem, 2);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(cf_resource_list_add(&list, cf_str_of(bad[i]), CF_STR_NONE, NULL), CF_ERR_MALFORMED);
    }
    assert_int_equal(cf_resource_list_add(&list, cf_str_n("sip:\0", 5), CF_STR_NONE, NULL), CF_ERR_MALFORMED);
    memset(big, 'a', sizeof big);
    assert_int_equal(cf_resource_list_add(&list, cf_str_n(big, sizeof big), CF_STR_NONE, NULL), CF_ERR_LIMIT);
    assert_ok(cf_resource_list_add(&list, cf_str_n(big, sizeof big - 1), CF_STR_NONE, NULL));
    assert_ok(cf_resource_list_add(&list, CF_STR("sip:b"), CF_STR_NONE, NULL));
    assert_int_equal(cf_resource_list_add(&list, CF_STR("sip:c"), CF_STR_NONE, NULL), CF_ERR_LIMIT);
    assert_int_equal(list.count, 2);
    cf_resource_list_fini(&list);
    test_mem_fini(&m);
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\""
#define TAIL "</list></resource-lists>\r\n"

static void writes_lists_for_both_uses(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_resource_list list;
    test_mem_init(&m);
    cf_resource_list_init(&list, &m.mem, 10);
    assert_ok(cf_resource_list_add(&list, CF_STR("sip:bob@example.org;X-ROLE=speaker;X-SEQ=2"), CF_STR("Bob & Co"), NULL));
    assert_ok(cf_resource_list_add(&list, CF_STR("sip:carol@example.org"), CF_STR_NONE, NULL));
    assert_str(write_list(&list, CF_RESOURCE_LIST_REQUEST),
               CF_STR(HEAD "><list><entry uri=\"sip:bob@example.org;X-ROLE=speaker;X-SEQ=2\">"
                           "<display-name>Bob &amp; Co</display-name></entry><entry uri=\"sip:carol@example.org\"/>" TAIL));
    assert_str(write_list(&list, CF_RESOURCE_LIST_HISTORY),
               CF_STR(HEAD "><list><entry uri=\"sip:bob@example.org\"><display-name>Bob &amp; Co</display-name></entry>"
                           "<entry uri=\"sip:carol@example.org\"/>" TAIL));
    cf_resource_list_fini(&list);
    test_mem_fini(&m);
}

/* The example of RFC 5366 section 6: who is blind copied is left out, who wants to be anonymous is only counted. */
static void hides_whom_copy_control_hides(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_resource_list list;
    static const struct {
        const char *uri;
        enum cf_copy_control copy;
        bool is_anonymous;
    } rows[] = {{"sip:bill@example.com", CF_COPY_TO, false},  {"sip:randy@example.net", CF_COPY_TO, true},
                {"sip:eddy@example.com", CF_COPY_TO, true},   {"sip:joe@example.org", CF_COPY_CC, false},
                {"sip:carol@example.net", CF_COPY_CC, true},  {"sip:ted@example.net", CF_COPY_BCC, false},
                {"sip:andy@example.com", CF_COPY_BCC, false}, {"sip:mute@example.com", CF_COPY_UNMARKED, false}};
    test_mem_init(&m);
    cf_resource_list_init(&list, &m.mem, 10);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cf_resource_entry *entry = NULL;
        assert_ok(cf_resource_list_add(&list, cf_str_of(rows[i].uri), CF_STR_NONE, &entry));
        entry->copy = rows[i].copy;
        entry->is_anonymous = rows[i].is_anonymous;
    }
    assert_str(write_list(&list, CF_RESOURCE_LIST_HISTORY),
               CF_STR(HEAD " xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\"><list>"
                           "<entry uri=\"sip:bill@example.com\" cp:copyControl=\"to\"/>"
                           "<entry uri=\"sip:joe@example.org\" cp:copyControl=\"cc\"/>"
                           "<entry uri=\"sip:anonymous@anonymous.invalid\" cp:copyControl=\"to\" cp:count=\"2\"/>"
                           "<entry uri=\"sip:anonymous@anonymous.invalid\" cp:copyControl=\"cc\" cp:count=\"1\"/>" TAIL));
    cf_resource_list_fini(&list);
    test_mem_fini(&m);
}

static void says_who_calls(void **state) {
    (void)state;
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_sipfrag_from(&w, CF_STR("sip:alice@example.org"));
    assert_str(cf_writer_str(&w), CF_STR("From: <sip:alice@example.org>"));
}

static void survives_running_out_of_memory(void **state) {
    (void)state;
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        struct test_mem m;
        struct cf_resource_list list;
        test_mem_init(&m);
        m.fail_at = n;
        cf_resource_list_init(&list, &m.mem, 10);
        enum cf_err err = CF_OK;
        for (size_t i = 0; i < 6 && err == CF_OK; i++) {
            err = cf_resource_list_add(&list, CF_STR("sip:a@b"), CF_STR("A"), NULL);
            assert_int_equal(list.count, i + (err == CF_OK ? 1 : 0));
        }
        assert_int_equal(err, m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        failed = m.failed;
        cf_resource_list_fini(&list);
        test_mem_fini(&m);
    }
}

CF_TEST_MAIN(cmocka_unit_test(takes_attributes_and_dangerous_parts_out_of_uris),
             cmocka_unit_test(refuses_what_could_break_out_of_a_header), cmocka_unit_test(writes_lists_for_both_uses),
             cmocka_unit_test(hides_whom_copy_control_hides), cmocka_unit_test(says_who_calls),
             cmocka_unit_test(survives_running_out_of_memory))
