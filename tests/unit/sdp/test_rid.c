/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restriction identifiers and simulcast. */
#include "core/sdp/rid.h"

#include "lib/test.h"

static void reads_rids(void **state) {
    (void)state;
    struct cf_sdp_rid r;
    assert_true(cf_sdp_rid_parse(CF_STR("hi send pt=97,98;max-width=1280;max-fps=30"), &r));
    assert_str(r.id, CF_STR("hi"));
    assert_int_equal(r.direction, CF_DIRECTION_SENDONLY);
    assert_str(r.payload_types, CF_STR("97,98"));
    assert_str(r.restrictions, CF_STR("max-width=1280;max-fps=30"));
    assert_true(cf_sdp_rid_parse(CF_STR("1 recv max-br=1"), &r));
    assert_null(r.payload_types.at);
    assert_true(cf_sdp_rid_parse(CF_STR("1 recv pt=97"), &r));
    assert_null(r.restrictions.at);
    assert_true(cf_sdp_rid_parse(CF_STR("1 recv"), &r));
    assert_false(cf_sdp_rid_parse(CF_STR("1"), &r));
    assert_false(cf_sdp_rid_parse(CF_STR("1 both"), &r));
    assert_false(cf_sdp_rid_parse(CF_STR("a.b send"), &r));
    assert_false(cf_sdp_rid_parse(CF_STR(""), &r));
}

static void reads_simulcast(void **state) {
    (void)state;
    struct cf_sdp_simulcast s;
    assert_true(cf_sdp_simulcast_parse(CF_STR("send 1,~4;2;3 recv ~5"), &s));
    assert_int_equal(s.send.count, 4);
    assert_int_equal(s.send.at[1].stream, 0);
    assert_true(s.send.at[1].is_paused);
    assert_int_equal(s.send.at[3].stream, 2);
    assert_str(s.send.at[3].rid, CF_STR("3"));
    assert_int_equal(s.receive.count, 1);
    assert_true(cf_sdp_simulcast_parse(CF_STR("recv a"), &s));
    assert_int_equal(s.send.count, 0);
}

static void refuses_broken_simulcast(void **state) {
    (void)state;
    static const char *const rows[] = {
        "",       "send",   "send ;",        "send a;",  "send a,",
        "send ~", "both a", "send a send b", "send a b", "send 1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17",
    };
    struct cf_sdp_simulcast s;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(cf_sdp_simulcast_parse(cf_str_of(rows[i]), &s));
    }
}

static void writes_what_it_reads(void **state) {
    (void)state;
    static const char *const rids[] = {"hi send pt=97;max-fs=1", "lo recv", "x send max-br=2", "y send pt=1,2"};
    static const char *const simulcasts[] = {"send 1,~4;2;3 recv ~5;6", "recv a", "send b"};
    char out[128];
    struct cf_writer w;
    for (size_t i = 0; i < 4; i++) {
        struct cf_sdp_rid r;
        assert_true(cf_sdp_rid_parse(cf_str_of(rids[i]), &r));
        cf_writer_init(&w, out, sizeof out);
        cf_put_sdp_rid(&w, &r);
        assert_str(cf_str_trim(cf_str_skip(cf_writer_str(&w), 6)), cf_str_of(rids[i]));
    }
    for (size_t i = 0; i < 3; i++) {
        struct cf_sdp_simulcast s;
        assert_true(cf_sdp_simulcast_parse(cf_str_of(simulcasts[i]), &s));
        cf_writer_init(&w, out, sizeof out);
        cf_put_sdp_simulcast(&w, &s);
        assert_str(cf_str_trim(cf_str_skip(cf_writer_str(&w), 12)), cf_str_of(simulcasts[i]));
    }
    cf_writer_init(&w, out, sizeof out);
    cf_put_sdp_simulcast(&w, &(struct cf_sdp_simulcast){0});
    assert_int_equal(w.len, 0);
}

CF_TEST_MAIN(cmocka_unit_test(reads_rids), cmocka_unit_test(reads_simulcast), cmocka_unit_test(refuses_broken_simulcast),
             cmocka_unit_test(writes_what_it_reads))
