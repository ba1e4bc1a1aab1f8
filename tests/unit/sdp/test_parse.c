/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session descriptions: text to model. */
#include "core/sdp/sdp.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#define SESSION "v=0\r\no=alice 1 2 IN IP4 192.0.2.1\r\ns=Talk\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

static struct cf_sdp_line lines[64];
static struct cf_sdp_media media[8];
static const struct cf_sdp_room room = {lines, 64, media, 8};

static void assert_error(struct cf_str text, enum cf_err err, uint32_t offset, const char *what) {
    struct cf_sdp sdp = {0};
    struct cf_parse_error error = {0};
    assert_int_equal(cf_sdp_parse(text, &room, &sdp, &error), err);
    assert_int_equal(error.code, err);
    assert_int_equal(error.offset, offset);
    assert_string_equal(error.what, what);
    assert_null(sdp.media);
}

static struct cf_sdp parsed(struct cf_str text) {
    struct cf_sdp sdp;
    struct cf_parse_error error;
    assert_ok(cf_sdp_parse(text, &room, &sdp, &error));
    return sdp;
}

static void reads_sessions_and_sections(void **state) {
    (void)state;
    struct cf_sdp sdp = parsed(CF_STR(SESSION "b=AS:64\r\na=group:BUNDLE a b\r\nm=audio 4000/2 RTP/AVP 0 8\r\ni=title\r\n"
                                              "a=sendrecv\r\na=rtpmap:0 PCMU/8000\r\n"
                                              "m=video 0 RTP/SAVPF 96\r\nc=IN IP6 2001:db8::1\r\na=mid:b\r\n"));
    assert_str(sdp.origin.user, CF_STR("alice"));
    assert_str(sdp.origin.session_id, CF_STR("1"));
    assert_str(sdp.origin.version, CF_STR("2"));
    assert_str(sdp.origin.address, CF_STR("IN IP4 192.0.2.1"));
    assert_str(sdp.name, CF_STR("Talk"));
    assert_int_equal(sdp.lines.count, 7);
    assert_int_equal(sdp.media_count, 2);
    assert_int_equal(sdp.media[0].kind, CF_MEDIA_AUDIO);
    assert_int_equal(sdp.media[0].port, 4000);
    assert_int_equal(sdp.media[0].port_count, 2);
    assert_str(sdp.media[0].formats, CF_STR("0 8"));
    assert_int_equal(sdp.media[0].lines.count, 3);
    assert_int_equal(sdp.media[0].connection.addr.family, CF_FAMILY_IP4);
    assert_str(sdp.media[1].protocol, CF_STR("RTP/SAVPF"));
    assert_int_equal(sdp.media[1].connection.addr.family, CF_FAMILY_IP6);
}

static void finds_attributes_of_section_before_session(void **state) {
    (void)state;
    struct cf_sdp sdp = parsed(CF_STR(SESSION "a=setup:active\r\na=x:1\r\nm=audio 1 RTP/AVP 0\r\na=x:2\r\na=flag\r\n"));
    assert_str(cf_sdp_value(&sdp, &sdp.media[0], CF_STR("x")), CF_STR("2"));
    assert_str(cf_sdp_value(&sdp, &sdp.media[0], CF_STR("setup")), CF_STR("active"));
    assert_str(cf_sdp_value(&sdp, NULL, CF_STR("x")), CF_STR("1"));
    assert_null(cf_sdp_value(&sdp, &sdp.media[0], CF_STR("none")).at);
    assert_non_null(cf_sdp_find(sdp.media[0].lines, CF_STR("flag")));
    assert_null(cf_sdp_find(sdp.media[0].lines, CF_STR("flag"))->value.at);
    assert_null(cf_sdp_find(sdp.media[0].lines, CF_STR("FLAG")));
}

static void tolerates_what_phones_write(void **state) {
    (void)state;
    /* LF alone, blank lines before, between and after, no s= and t=, a letter nobody knows, no end of the last line. */
    struct cf_sdp sdp =
        parsed(CF_STR("\n\nv=0\no=- 1 1 IN IP4 h\n\n  \nz=0 0\ny=?\nm=audio 9 RTP/AVP 0\na=X-thing:a:b\n\n\r\na=x"));
    assert_null(sdp.name.at);
    assert_int_equal(sdp.media_count, 1);
    assert_int_equal(sdp.media[0].lines.count, 2);
    assert_str(sdp.media[0].lines.at[0].value, CF_STR("a:b"));
    assert_str(sdp.media[0].lines.at[1].name, CF_STR("x"));
    assert_false(sdp.media[0].connection.is_present);
}

static void keeps_first_of_lines_that_may_be_there_once(void **state) {
    (void)state;
    struct cf_sdp sdp = parsed(CF_STR(SESSION "t=5 6\r\nc=IN IP4 192.0.2.9\r\ns=Second\r\n"));
    assert_int_equal(sdp.start_ntp, 0);
    assert_int_equal(sdp.connection.addr.ip[3], 1);
    assert_str(sdp.name, CF_STR("Talk"));
}

static void reads_times(void **state) {
    (void)state;
    struct cf_sdp sdp = parsed(CF_STR("v=0\r\no=- 1 1 IN IP4 h\r\nt=3976300800 3976304400\r\n"));
    assert_int_equal(sdp.start_ntp, 3976300800);
    assert_int_equal(sdp.stop_ntp, 3976304400);
}

static void says_where_and_what_is_wrong(void **state) {
    (void)state;
    assert_error(CF_STR(""), CF_ERR_MALFORMED, 0, "v=");
    assert_error(CF_STR_NONE, CF_ERR_MALFORMED, 0, "v=");
    assert_error(CF_STR("o=- 1 1 IN IP4 h\r\n"), CF_ERR_MALFORMED, 0, "v=");
    assert_error(CF_STR("v=1\r\n"), CF_ERR_UNSUPPORTED, 0, "v=0");
    assert_error(CF_STR("v=0\r\n"), CF_ERR_MALFORMED, 5, "o=");
    assert_error(CF_STR("v=0\r\no=- 1 x IN IP4 h\r\n"), CF_ERR_MALFORMED, 5, "o=");
    assert_error(CF_STR("v=0\r\no=- 1 1\r\n"), CF_ERR_MALFORMED, 5, "o=");
    assert_error(CF_STR("v=0\r\nv=0\r\n"), CF_ERR_MALFORMED, 5, "one v=");
    assert_error(CF_STR("v=0\r\nhello\r\n"), CF_ERR_MALFORMED, 5, "a letter and =");
    assert_error(CF_STR("v=0\r\n1=2\r\n"), CF_ERR_MALFORMED, 5, "a letter and =");
    assert_error(CF_STR("v=0\r\na=:x\r\n"), CF_ERR_MALFORMED, 5, "a=");
    assert_error(CF_STR("v=0\r\na=x\0y\r\n"), CF_ERR_MALFORMED, 8, "no NUL");
    assert_error(CF_STR("v=0\r\nc=IN IP4\r\n"), CF_ERR_MALFORMED, 5, "c=");
    assert_error(CF_STR("v=0\r\nt=0 x\r\n"), CF_ERR_MALFORMED, 5, "t=");
    assert_error(CF_STR("v=0\r\nm=audio 65536 RTP/AVP 0\r\n"), CF_ERR_MALFORMED, 5, "m=");
    assert_error(CF_STR("v=0\r\nm=audio -1 RTP/AVP 0\r\n"), CF_ERR_MALFORMED, 5, "m=");
    assert_error(CF_STR("v=0\r\nm=audio 1/x RTP/AVP 0\r\n"), CF_ERR_MALFORMED, 5, "m=");
    assert_error(CF_STR("v=0\r\nm=audio 1 RTP/AVP\r\n"), CF_ERR_MALFORMED, 5, "m=");
    assert_error(CF_STR("v=0\r\nm=audio 1 RTP/AVP  \r\n"), CF_ERR_MALFORMED, 5, "m=");
    assert_error(CF_STR("v=0\r\nm=audio 1 RTP/AVP 0\r1\r\n"), CF_ERR_MALFORMED, 5, "m=");
    assert_error(CF_STR("v=0\r\nm=\r\n"), CF_ERR_MALFORMED, 5, "m=");
}

static void refuses_what_is_over_a_limit(void **state) {
    (void)state;
    static char text[CF_SDP_TEXT_MAX + 1];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "v=0\r\na=");
    memset(text + w.len, 'x', CF_SDP_LINE_MAX - 1);
    assert_error(cf_str_n(text, w.len + CF_SDP_LINE_MAX - 1), CF_ERR_LIMIT, 5, "length of a line");
    assert_error(cf_str_n(text, sizeof text), CF_ERR_LIMIT, 0, "length");
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "v=0\r\n");
    for (size_t i = 0; i < 9; i++) {
        cf_put_lit(&w, "m=audio 1 RTP/AVP 0\r\n");
    }
    assert_error(cf_writer_str(&w), CF_ERR_LIMIT, (uint32_t)(w.len - 21), "number of m=");
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "v=0\r\n");
    for (size_t i = 0; i < 64; i++) {
        cf_put_lit(&w, "a=x\r\n");
    }
    assert_error(cf_writer_str(&w), CF_ERR_LIMIT, (uint32_t)(w.len - 5), "number of lines");
}

/* What a loaded description of @p media_count sections with @p line_count lines each gives. */
static enum cf_err load_many(size_t media_count, size_t line_count) {
    static char text[2 * CF_SDP_TEXT_MAX];
    struct cf_writer w;
    struct test_mem m;
    struct cf_sdp sdp = {0};
    struct cf_parse_error error;
    test_mem_init(&m);
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, SESSION);
    for (size_t i = 0; i < media_count; i++) {
        cf_put_lit(&w, "m=audio 1 RTP/AVP 0\n");
        for (size_t k = 0; k < line_count; k++) {
            cf_put_lit(&w, "a=x\n");
        }
    }
    assert_true(cf_writer_ok(&w));
    enum cf_err err = cf_sdp_load(&m.mem, cf_writer_str(&w), &sdp, &error);
    if (err == CF_OK) {
        assert_int_equal(sdp.media_count, media_count);
        assert_int_equal(sdp.media[media_count - 1].lines.count, line_count);
    }
    cf_sdp_unload(&m.mem, &sdp);
    test_mem_fini(&m);
    return err;
}

static void loads_256_sections_and_ten_thousand_lines(void **state) {
    (void)state;
    assert_int_equal(load_many(256, 30), CF_OK);
    assert_int_equal(load_many(257, 1), CF_ERR_LIMIT);
    assert_int_equal(load_many(1, 10000), CF_OK);
    assert_int_equal(load_many(1, 16380), CF_ERR_LIMIT);
}

static void loading_survives_lack_of_memory(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_sdp sdp = {0};
    struct cf_parse_error error;
    test_mem_init(&m);
    m.fail_at = 0;
    assert_int_equal(cf_sdp_load(&m.mem, CF_STR(SESSION), &sdp, &error), CF_ERR_NO_MEMORY);
    test_mem_fini(&m);
}

static void any_truncation_gives_a_model_or_an_error(void **state) {
    (void)state;
    static const char text[] = SESSION "m=audio 4000/2 RTP/AVP 0 8\r\nc=IN IP4 192.0.2.1/127\r\na=rtpmap:0 PCMU/8000\r\n";
    for (size_t len = 0; len < sizeof text; len++) {
        struct test_mem m;
        struct cf_sdp sdp = {0};
        struct cf_parse_error error;
        test_mem_init(&m);
        /* A copy of the exact size, so that the sanitizer sees a read past the end. */
        char *copy = cf_mem_alloc(&m.mem, len + 1);
        memcpy(copy, text, len);
        if (cf_sdp_load(&m.mem, cf_str_n(copy, len), &sdp, &error) != CF_OK) {
            assert_true(error.offset <= len);
        }
        cf_sdp_unload(&m.mem, &sdp);
        cf_mem_free(&m.mem, copy, len + 1);
        test_mem_fini(&m);
    }
}

CF_TEST_MAIN(cmocka_unit_test(reads_sessions_and_sections), cmocka_unit_test(finds_attributes_of_section_before_session),
             cmocka_unit_test(tolerates_what_phones_write), cmocka_unit_test(keeps_first_of_lines_that_may_be_there_once),
             cmocka_unit_test(reads_times), cmocka_unit_test(says_where_and_what_is_wrong),
             cmocka_unit_test(refuses_what_is_over_a_limit), cmocka_unit_test(loads_256_sections_and_ten_thousand_lines),
             cmocka_unit_test(loading_survives_lack_of_memory), cmocka_unit_test(any_truncation_gives_a_model_or_an_error))
