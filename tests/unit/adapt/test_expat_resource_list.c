/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/expat/expat_resource_list.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include <stdlib.h>

#define NS "xmlns=\"urn:ietf:params:xml:ns:resource-lists\""

static struct test_mem mem;
static struct cf_resource_list list;

static enum cf_err read_n(const char *xml, size_t len) {
    cf_resource_list_fini(&list);
    cf_resource_list_init(&list, &mem.mem, 20);
    return cf_expat_read_resource_list(cf_str_n(xml, len), &list);
}

static enum cf_err read(const char *xml) {
    return read_n(xml, strlen(xml));
}

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    cf_resource_list_init(&list, &mem.mem, 20);
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_resource_list_fini(&list);
    test_mem_fini(&mem);
    return 0;
}

/* As liblinphone 5.5 writes it: every element with a prefix. */
static void reads_what_linphone_sends(void **state) {
    (void)state;
    assert_ok(read("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\" ?>\n"
                   "<p1:resource-lists xmlns:p1=\"urn:ietf:params:xml:ns:resource-lists\">\n  <p1:list>\n"
                   "    <p1:entry uri=\"sip:bob@sip.test;X-ROLE=speaker\"/>\n"
                   "    <p1:entry uri=\"sip:carol@sip.test;X-ROLE=listener;X-SEQ=4\">\n"
                   "      <p1:display-name>Carol &amp; &lt;Co&gt;</p1:display-name>\n    </p1:entry>\n"
                   "  </p1:list>\n</p1:resource-lists>\n"));
    assert_int_equal(list.count, 2);
    assert_str(list.entries[0].uri, CF_STR("sip:bob@sip.test"));
    assert_true(list.entries[0].has_role);
    assert_null(list.entries[0].name.at);
    assert_str(list.entries[1].name, CF_STR("Carol & <Co>"));
    assert_int_equal(list.entries[1].role, CF_CONF_ROLE_LISTENER);
    assert_int_equal(list.entries[1].sequence, 4);
    assert_int_equal(list.entries[1].copy, CF_COPY_UNMARKED);
}

/* RFC 5366 figure 3, with either spelling of the namespace that the RFC uses. */
static void reads_copy_control(void **state) {
    (void)state;
    static const char *const spaces[] = {"urn:ietf:params:xml:ns:copycontrol", "urn:ietf:params:xml:ns:copyControl"};
    for (size_t i = 0; i < 2; i++) {
        char xml[1024];
        snprintf(
            xml, sizeof xml,
            "<resource-lists " NS " xmlns:cp=\"%s\"><list>"
            "<entry uri=\"sip:a@x\" cp:copyControl=\"to\"/><entry uri=\"sip:b@x\" cp:copyControl=\"cc\" cp:anonymize=\"true\"/>"
            "<entry uri=\"sip:c@x\" cp:copyControl=\"bcc\"/><entry uri=\"sip:d@x\" cp:copyControl=\"what\"/>"
            "<entry uri=\"sip:e@x\" copyControl=\"to\"/></list></resource-lists>",
            spaces[i]);
        assert_ok(read(xml));
        assert_int_equal(list.count, 5);
        assert_int_equal(list.entries[0].copy, CF_COPY_TO);
        assert_int_equal(list.entries[1].copy, CF_COPY_CC);
        assert_true(list.entries[1].is_anonymous);
        assert_int_equal(list.entries[2].copy, CF_COPY_BCC);
        assert_int_equal(list.entries[3].copy, CF_COPY_BCC);
        assert_int_equal(list.entries[4].copy, CF_COPY_UNMARKED); /* not in the namespace: something else */
    }
}

static void flattens_lists_and_passes_over_what_it_does_not_know(void **state) {
    (void)state;
    assert_ok(read("<resource-lists " NS " xmlns:x=\"urn:x\"><list name=\"friends\"><display-name>Friends</display-name>"
                   "<entry uri=\"sip:a@x\"><x:note><entry uri=\"sip:evil@x\"/></x:note></entry>"
                   "<list><entry uri=\"sip:b@x\"/><list><entry uri=\"sip:c@x\"/></list></list>"
                   "<entry-ref ref=\"resource-lists/users/sip:bill@x/index/~~/list\"/><external anchor=\"http://192.0.2.1/\"/>"
                   "<x:entry uri=\"sip:evil@x\"/><entry uri=\"sip:d@x\"/></list><list><entry uri=\"sip:e@x\"/></list>"
                   "<entry uri=\"sip:outside@x\"/></resource-lists>"));
    assert_int_equal(list.count, 5);
    for (size_t i = 0; i < 5; i++) {
        char uri[] = "sip:?@x";
        uri[4] = (char)('a' + i);
        assert_str(list.entries[i].uri, cf_str_of(uri));
        assert_null(list.entries[i].name.at);
    }
}

static void refuses_dtds_entities_and_other_encodings(void **state) {
    (void)state;
    static const char *const bad[] = {
        "<!DOCTYPE resource-lists><resource-lists " NS "/>",
        "<!DOCTYPE l [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>"
        "<resource-lists " NS "><list><entry uri=\"&c;\"/></list></resource-lists>",
        "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><resource-lists " NS "><list>&x;</list></resource-lists>",
        "<!DOCTYPE l SYSTEM \"http://192.0.2.1/x.dtd\"><resource-lists " NS "/>",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><resource-lists " NS "/>",
        "<?xml version=\"1.0\" encoding=\"UTF-7\"?><resource-lists " NS "/>",
        "<resource-lists " NS "><list><entry uri=\"&undefined;\"/></list></resource-lists>",
        "<resource-lists/>",
        "<resource-lists xmlns=\"urn:other\"/>",
        "<list " NS "/>",
        "<resource-lists " NS "><list></resource-lists>",
        "<resource-lists " NS "/><resource-lists " NS "/>",
        "<resource-lists " NS "><list><entry/></list></resource-lists>",
        "<resource-lists " NS "><list><entry uri=\"\"/></list></resource-lists>",
        "<resource-lists " NS "><list><entry uri=\"sip:a b\"/></list></resource-lists>",
        "<resource-lists " NS "><list><entry uri=\"sip:\xff@x\"/></list></resource-lists>",
        "sip:bob@example.org",
        "",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (read(bad[i]) != CF_ERR_MALFORMED) {
            fail_msg("accepted: %s", bad[i]);
        }
        assert_int_equal(list.count, 0);
    }
}

/* A document of @p head, @p count times @p each, @p tail. */
static char *build(const char *head, const char *each, size_t count, const char *tail) {
    size_t len = strlen(head) + count * strlen(each) + strlen(tail) + 1;
    char *text = malloc(len);
    assert_non_null(text);
    char *at = text + snprintf(text, len, "%s", head);
    for (size_t i = 0; i < count; i++) {
        memcpy(at, each, strlen(each));
        at += strlen(each);
    }
    snprintf(at, len - (size_t)(at - text), "%s", tail);
    return text;
}

static void has_limits_on_everything(void **state) {
    (void)state;
    static const struct {
        const char *head, *each;
        size_t count;
        const char *tail;
        enum cf_err err;
    } rows[] = {
        {"<resource-lists " NS "><list>", "<entry uri=\"sip:a@x\"/>", 20, "</list></resource-lists>", CF_OK},
        {"<resource-lists " NS "><list>", "<entry uri=\"sip:a@x\"/>", 21, "</list></resource-lists>", CF_ERR_LIMIT},
        {"<resource-lists " NS ">", "<list>", 20, "", CF_ERR_LIMIT},
        {"<resource-lists " NS "><list><entry uri=\"sip:", "a", 513, "\"/></list></resource-lists>", CF_ERR_LIMIT},
        {"<resource-lists " NS "><list><entry uri=\"sip:a\"><display-name>", "a", 4096,
         "</display-name></entry></list></resource-lists>", CF_OK},
        {"<resource-lists " NS "><list><entry uri=\"sip:a\"><display-name>", "a", 4097,
         "</display-name></entry></list></resource-lists>", CF_ERR_LIMIT},
        {"<resource-lists " NS "><list><entry uri=\"sip:a\"/></list>", " ", 300000, "</resource-lists>", CF_ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *xml = build(rows[i].head, rows[i].each, rows[i].count, rows[i].tail);
        assert_int_equal(read(xml), rows[i].err);
        free(xml);
    }
}

static void too_many_attributes_are_refused(void **state) {
    (void)state;
    char xml[2048] = "<resource-lists " NS "><list><entry uri=\"sip:a\"";
    for (size_t i = 0; i < CF_EXPAT_RESOURCE_LIST_MAX && i < 16; i++) {
        snprintf(xml + strlen(xml), sizeof xml - strlen(xml), " a%zu=\"x\"", i);
    }
    snprintf(xml + strlen(xml), sizeof xml - strlen(xml), "/></list></resource-lists>");
    assert_int_equal(read(xml), CF_ERR_LIMIT);
}

static const char sample[] =
    "<resource-lists " NS " xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\"><list>"
    "<entry uri=\"sip:a@x;X-ROLE=speaker\" cp:copyControl=\"to\"><display-name>A &#x263a;</display-name></entry>"
    "<entry uri=\"sip:b@x\"/></list></resource-lists>";

static void every_truncation_is_an_error(void **state) {
    (void)state;
    for (size_t len = 0; len < sizeof sample - 1; len++) {
        char *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, sample, len);
        assert_int_equal(read_n(exact, len), CF_ERR_MALFORMED);
        free(exact);
    }
    assert_ok(read_n(sample, sizeof sample - 1));
}

static void flipped_bits_do_no_harm(void **state) {
    (void)state;
    char copy[sizeof sample];
    for (size_t bit = 0; bit < (sizeof sample - 1) * 8; bit++) {
        memcpy(copy, sample, sizeof sample);
        copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << (bit % 8)));
        enum cf_err err = read_n(copy, sizeof sample - 1);
        assert_true(err == CF_OK || err == CF_ERR_MALFORMED || err == CF_ERR_LIMIT);
        assert_in_range(list.count, 0, 2);
    }
}

static void writing_and_reading_give_the_same_list(void **state) {
    (void)state;
    char xml[1024];
    struct cf_writer w;
    struct cf_resource_list back;
    assert_ok(read(sample));
    cf_writer_init(&w, xml, sizeof xml);
    cf_put_resource_list(&w, &list, CF_RESOURCE_LIST_REQUEST);
    cf_resource_list_init(&back, &mem.mem, 20);
    assert_ok(cf_expat_read_resource_list(cf_writer_str(&w), &back));
    assert_int_equal(back.count, list.count);
    for (size_t i = 0; i < back.count; i++) {
        assert_str(back.entries[i].uri, list.entries[i].uri);
        assert_str(back.entries[i].name, list.entries[i].name);
        assert_int_equal(back.entries[i].has_role, list.entries[i].has_role);
        assert_int_equal(back.entries[i].copy, list.entries[i].copy);
    }
    cf_resource_list_fini(&back);
}

#define IT(test) cmocka_unit_test_setup_teardown(test, begin, end)

CF_TEST_MAIN(IT(reads_what_linphone_sends), IT(reads_copy_control), IT(flattens_lists_and_passes_over_what_it_does_not_know),
             IT(refuses_dtds_entities_and_other_encodings), IT(has_limits_on_everything), IT(too_many_attributes_are_refused),
             IT(every_truncation_is_an_error), IT(flipped_bits_do_no_harm), IT(writing_and_reading_give_the_same_list))
