/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTCP feedback attributes. */
#include "core/sdp/feedback.h"

#include "lib/test.h"

static void reads_messages(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint8_t payload_type;
        uint32_t message;
    } rows[] = {
        {"96 nack", 96, CF_FEEDBACK_NACK},
        {"96 nack pli", 96, CF_FEEDBACK_NACK_PLI},
        {"* nack  sli", CF_FEEDBACK_ALL_TYPES, CF_FEEDBACK_NACK_SLI},
        {"0 ack rpsi", 0, CF_FEEDBACK_ACK_RPSI},
        {"127 ccm FIR", 127, CF_FEEDBACK_CCM_FIR},
        {"* ccm tmmbr smaxpr=120", CF_FEEDBACK_ALL_TYPES, CF_FEEDBACK_CCM_TMMBR},
        {"97 transport-cc", 97, CF_FEEDBACK_TRANSPORT_CC},
        {"97 goog-remb", 97, CF_FEEDBACK_GOOG_REMB},
        {"97 nack ecn", 97, 0},
        {"97 ack", 97, 0},
        {"97 x-new thing", 97, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cf_sdp_feedback f;
        assert_true(cf_sdp_feedback_parse(cf_str_of(rows[i].text), &f));
        assert_int_equal(f.payload_type, rows[i].payload_type);
        assert_int_equal(f.message, rows[i].message);
        assert_int_equal(f.trr_int_msec, CF_FEEDBACK_NO_INTERVAL);
    }
}

static void reads_intervals(void **state) {
    (void)state;
    struct cf_sdp_feedback f;
    assert_true(cf_sdp_feedback_parse(CF_STR("* trr-int 1000"), &f));
    assert_int_equal(f.trr_int_msec, 1000);
    assert_int_equal(f.message, 0);
    assert_false(cf_sdp_feedback_parse(CF_STR("* trr-int"), &f));
    assert_false(cf_sdp_feedback_parse(CF_STR("* trr-int -5"), &f));
}

static void refuses_what_breaks_the_grammar(void **state) {
    (void)state;
    struct cf_sdp_feedback f;
    assert_false(cf_sdp_feedback_parse(CF_STR(""), &f));
    assert_false(cf_sdp_feedback_parse(CF_STR("96"), &f));
    assert_false(cf_sdp_feedback_parse(CF_STR("128 nack"), &f));
    assert_false(cf_sdp_feedback_parse(CF_STR("x nack"), &f));
}

static void writes_a_line_for_each_message(void **state) {
    (void)state;
    char out[256];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_put_sdp_feedback(&w, 97, CF_FEEDBACK_NACK_PLI | CF_FEEDBACK_CCM_FIR);
    cf_put_sdp_feedback(&w, CF_FEEDBACK_ALL_TYPES, CF_FEEDBACK_CCM_TMMBR);
    cf_put_sdp_trr_int(&w, 500);
    assert_str(cf_writer_str(&w),
               CF_STR("a=rtcp-fb:97 nack pli\r\na=rtcp-fb:97 ccm fir\r\na=rtcp-fb:* ccm tmmbr\r\na=rtcp-fb:* trr-int 500\r\n"));
}

CF_TEST_MAIN(cmocka_unit_test(reads_messages), cmocka_unit_test(reads_intervals),
             cmocka_unit_test(refuses_what_breaks_the_grammar), cmocka_unit_test(writes_a_line_for_each_message))
