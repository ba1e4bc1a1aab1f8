/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small files that make and judge texts: denial, display_name, subject, vocabulary, xml_text. */
#include "core/conf/denial.h"
#include "core/conf/display_name.h"
#include "core/conf/subject.h"
#include "core/conf/vocabulary.h"
#include "core/conf/xml_text.h"
#include "lib/test.h"

static char buffer[1024];

static struct cf_str xml(const char *text, size_t len) {
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_xml(&w, cf_str_n(text, len));
    return cf_writer_str(&w);
}

static void xml_text_can_be_nothing_but_text(void **state) {
    (void)state;
    assert_str(xml("<a b=\"c\" d='e'>&]]>", 19), CF_STR("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;]]&gt;"));
    assert_str(xml("a\r\n\tb", 5), CF_STR("a&#13;&#10;&#9;b"));
    assert_str(xml("\0\1\x1f\x7f", 4), CF_STR("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x7f"));
    assert_str(xml("\xef\xbf\xbf\xef\xbf\xbe", 6), CF_STR("\xef\xbf\xbd\xef\xbf\xbd"));
    assert_str(xml("\xc3\xa9\xf0\x9f\x98\x80", 6), CF_STR("\xc3\xa9\xf0\x9f\x98\x80"));
    assert_str(xml("\xc3(\xff", 3), CF_STR("\xef\xbf\xbd(\xef\xbf\xbd"));
    assert_int_equal(xml(NULL, 0).len, 0);
}

static void every_octet_grows_by_at_most_the_stated_factor(void **state) {
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        char octet = (char)c;
        struct cf_str out = xml(&octet, 1);
        assert_in_range(out.len, 1, CF_XML_TEXT_GROWTH);
        assert_true(cf_str_is_utf8(out));
    }
}

static struct cf_str date(cf_wall wall) {
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_date_time(&w, wall);
    return cf_writer_str(&w);
}

static void times_are_calendar_dates(void **state) {
    (void)state;
    static const struct {
        int64_t sec;
        const char *text;
    } rows[] = {{0, "1970-01-01T00:00:00Z"},          {951782399, "2000-02-28T23:59:59Z"},   {951782400, "2000-02-29T00:00:00Z"},
                {951868800, "2000-03-01T00:00:00Z"},  {1772323199, "2026-02-28T23:59:59Z"},  {1772323200, "2026-03-01T00:00:00Z"},
                {1798761599, "2026-12-31T23:59:59Z"}, {4107542399, "2100-02-28T23:59:59Z"},  {4107542400, "2100-03-01T00:00:00Z"},
                {-1, "1970-01-01T00:00:00Z"},         {253402300800, "9999-12-31T23:59:59Z"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_str(date(rows[i].sec * 1000000), cf_str_of(rows[i].text));
    }
}

static struct cf_str clean(const char *text) {
    return cf_str_n(buffer, cf_display_name_clean(cf_str_of(text), buffer, 16));
}

static void names_are_one_line_without_tricks(void **state) {
    (void)state;
    assert_str(clean("  Bob \t\r\n  Smith "), CF_STR("Bob Smith"));
    assert_str(clean("\xe2\x80\xaegnp.\xe2\x81\xa6x\xe2\x80\x8b"), CF_STR("gnp.x"));
    assert_str(clean("a\xc2\xa0\xe3\x80\x80"
                     "b\xef\xbb\xbf"),
               CF_STR("a b"));
    assert_str(clean("\x01\x02"), CF_STR(""));
    assert_str(clean("x\xff"), CF_STR("x\xef\xbf\xbd"));
    /* cut between characters, and no blank at the end */
    assert_str(clean("123456789012345\xc3\xa9"), CF_STR("123456789012345"));
    assert_str(clean("123456789012345 6"), CF_STR("123456789012345"));
    assert_str(clean("12345678901234\xc3\xa9z"), CF_STR("12345678901234\xc3\xa9"));
    assert_int_equal(cf_display_name_clean(CF_STR_NONE, buffer, 16), 0);
    assert_int_equal(cf_display_name_clean(CF_STR("abc"), buffer, 0), 0);
}

static void canned_subjects_are_no_change(void **state) {
    (void)state;
    static const char *const canned[] = {"Media change",  "Call on hold",  "Call on hold for me too",
                                         "Call resuming", "Conference",    "ICE processing concluded",
                                         "Refreshing",    " media CHANGE "};
    for (size_t i = 0; i < sizeof canned / sizeof canned[0]; i++) {
        assert_true(cf_subject_is_canned(cf_str_of(canned[i])));
        assert_false(cf_subject_is_change(CF_STR("x"), cf_str_of(canned[i])));
    }
    assert_false(cf_subject_is_canned(CF_STR("Media changes everything")));
    assert_true(cf_subject_is_change(CF_STR("x"), CF_STR("y")));
    assert_true(cf_subject_is_change(CF_STR_NONE, CF_STR("y")));
    assert_true(cf_subject_is_change(CF_STR("x"), CF_STR("X")));
    assert_false(cf_subject_is_change(CF_STR("x"), CF_STR(" x ")));
    assert_false(cf_subject_is_change(CF_STR("x"), CF_STR_NONE));
}

#define CHECK_WORDS(type, stem, count)                                                                                           \
    for (unsigned i = 0; i < (count); i++) {                                                                                     \
        type value = (type)((count)-1 - i);                                                                                      \
        assert_true(stem##_of(stem##_word((type)i), &value));                                                                    \
        assert_int_equal(value, i);                                                                                              \
        type untouched = (type)i;                                                                                                \
        assert_false(stem##_of(CF_STR("no such word"), &untouched));                                                             \
        assert_int_equal(untouched, i);                                                                                          \
    }

static void words_and_values_map_both_ways(void **state) {
    (void)state;
    CHECK_WORDS(enum cf_endpoint_status, cf_endpoint_status, CF_ENDPOINT_STATUS_COUNT_)
    CHECK_WORDS(enum cf_joining_method, cf_joining_method, CF_JOINING_METHOD_COUNT_)
    CHECK_WORDS(enum cf_disconnection_method, cf_disconnection_method, CF_DISCONNECTION_METHOD_COUNT_)
    CHECK_WORDS(enum cf_media_status, cf_media_status, CF_MEDIA_STATUS_COUNT_)
    CHECK_WORDS(enum cf_conf_role, cf_conf_role, CF_CONF_ROLE_COUNT_)
    CHECK_WORDS(enum cf_conference_kind, cf_conference_kind, CF_CONFERENCE_KIND_COUNT_)
    CHECK_WORDS(enum cf_conference_state, cf_conference_state, CF_CONFERENCE_STATE_COUNT_)
    CHECK_WORDS(enum cf_conference_access, cf_conference_access, CF_CONFERENCE_ACCESS_COUNT_)
    /* Linphone's ids. */
    assert_str(cf_conf_media_word(CF_CONF_THUMBNAIL), CF_STR("thumbnail"));
    assert_str(cf_conf_media_type(CF_CONF_THUMBNAIL), CF_STR("video"));
    assert_int_equal(CF_CONF_THUMBNAIL + 1, 4);
    /* The bits that the comment promises. */
    assert_int_equal(CF_MEDIA_RECVONLY, 1);
    assert_int_equal(CF_MEDIA_SENDONLY, 2);
    assert_int_equal(CF_MEDIA_SENDRECV, 3);
}

static void every_denial_has_a_text_and_errors_map_to_denials(void **state) {
    (void)state;
    for (unsigned i = 0; i < CF_DENIAL_COUNT_; i++) {
        assert_true(cf_denial_text((enum cf_denial_reason)i).len > 0);
    }
    for (unsigned err = 1; err < CF_ERR_COUNT_; err++) {
        assert_int_not_equal(cf_denial_of((enum cf_err)err, CF_DENIAL_FULL), CF_DENIAL_NONE);
    }
    assert_int_equal(cf_denial_of(CF_OK, CF_DENIAL_FULL), CF_DENIAL_NONE);
    assert_int_equal(cf_denial_of(CF_ERR_LIMIT, CF_DENIAL_FULL), CF_DENIAL_FULL);
    assert_int_equal(cf_denial_of(CF_ERR_NO_MEMORY, CF_DENIAL_FULL), CF_DENIAL_NO_MEMORY);
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_denial(&w, (struct cf_denial){CF_DENIAL_TOO_LATE, 0});
    assert_str(cf_writer_str(&w), CF_STR("Conference already expired on 1970-01-01T00:00:00Z"));
}

CF_TEST_MAIN(cmocka_unit_test(xml_text_can_be_nothing_but_text), cmocka_unit_test(every_octet_grows_by_at_most_the_stated_factor),
             cmocka_unit_test(times_are_calendar_dates), cmocka_unit_test(names_are_one_line_without_tricks),
             cmocka_unit_test(canned_subjects_are_no_change), cmocka_unit_test(words_and_values_map_both_ways),
             cmocka_unit_test(every_denial_has_a_text_and_errors_map_to_denials))
