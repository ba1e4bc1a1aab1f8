/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small families: session timers, dialog references, Refer-To, Reason and Warning. */
#include "core/sip/reason_field.h"
#include "core/sip/refer_to.h"
#include "core/sip/replaces.h"
#include "core/sip/session_expires.h"
#include "lib/test.h"

static char buffer[256];
static struct cf_writer w;

static void session_expires_reads_back(void **state) {
    (void)state;
    static const char *const texts[] = {"1800;refresher=uac", "90;refresher=uas", "4000"};
    struct cf_sip_session_expires value;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_ok(cf_sip_session_expires_parse(cf_str_of(texts[i]), &value));
        cf_writer_init(&w, buffer, sizeof buffer);
        cf_sip_put_session_expires(&w, &value);
        assert_str(cf_writer_str(&w), cf_str_of(texts[i]));
    }
    assert_ok(cf_sip_session_expires_parse(CF_STR(" 99999999999 ; Refresher = UAS;x"), &value));
    assert_int_equal(value.interval_sec, UINT32_MAX);
    assert_int_equal(value.refresher, CF_SIP_REFRESHER_UAS);
    assert_ok(cf_sip_session_expires_parse(CF_STR("5;refresher=both"), &value));
    assert_int_equal(value.refresher, CF_SIP_REFRESHER_NONE);
    assert_int_equal(cf_sip_session_expires_parse(CF_STR(""), &value), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_session_expires_parse(CF_STR("-5"), &value), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_session_expires_parse(CF_STR("5 6"), &value), CF_ERR_MALFORMED);
}

static void replaces_names_a_dialog(void **state) {
    (void)state;
    struct cf_sip_dialog_ref ref;
    assert_ok(cf_sip_replaces_parse(CF_STR(" 98732@h<x>\"y ;from-tag=r33th4x0r ; to-tag=ff87ff;early-only"), &ref));
    assert_str(ref.call_id, CF_STR("98732@h<x>\"y"));
    assert_str(ref.to_tag, CF_STR("ff87ff"));
    assert_str(ref.from_tag, CF_STR("r33th4x0r"));
    assert_true(ref.is_early_only);
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_replaces(&w, &ref);
    assert_str(cf_writer_str(&w), CF_STR("98732@h<x>\"y;to-tag=ff87ff;from-tag=r33th4x0r;early-only"));
    assert_ok(cf_sip_target_dialog_parse(CF_STR("x;local-tag=l;remote-tag=r"), &ref));
    assert_str(ref.to_tag, CF_STR("r"));
    assert_str(ref.from_tag, CF_STR("l"));
    assert_false(ref.is_early_only);
}

static void an_incomplete_or_ambiguous_reference_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"",
                                        ";to-tag=a;from-tag=b",
                                        "x",
                                        "x;to-tag=a",
                                        "x;from-tag=b",
                                        "x;to-tag;from-tag=b",
                                        "x;to-tag=a;to-tag=c;from-tag=b",
                                        "x y;to-tag=a;from-tag=b",
                                        "x;to-tag=a;from-tag=b,"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cf_sip_dialog_ref ref;
        if (cf_sip_replaces_parse(cf_str_of(texts[i]), &ref) != CF_ERR_MALFORMED) {
            fail_msg("%s is taken", texts[i]);
        }
    }
}

static void refer_to_says_whom_and_how(void **state) {
    (void)state;
    struct cf_sip_refer_to refer;
    struct cf_sip_dialog_ref ref;
    assert_ok(cf_sip_refer_to_parse(CF_STR("<sip:carol@h;method=BYE>;admin=1"), &refer));
    assert_int_equal(refer.method, CF_SIP_METHOD_BYE);
    assert_str(cf_sip_param_value(refer.addr.params, CF_STR("admin")), CF_STR("1"));
    assert_null(refer.replaces.at);
    assert_ok(cf_sip_refer_to_parse(CF_STR("<sip:c@h?X=y&Replaces=1%40h%3Bto-tag%3Da%3Bfrom-tag%3Db>"), &refer));
    assert_int_equal(refer.method, CF_SIP_METHOD_INVITE);
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_unescaped(&w, refer.replaces);
    assert_ok(cf_sip_replaces_parse(cf_writer_str(&w), &ref));
    assert_str(ref.call_id, CF_STR("1@h"));
    assert_ok(cf_sip_refer_to_parse(CF_STR("<sip:c@h;method=FLY>"), &refer));
    assert_int_equal(refer.method, CF_SIP_METHOD_OTHER);
    assert_int_equal(cf_sip_refer_to_parse(CF_STR("<sip:c@h>, <sip:d@h>"), &refer), CF_ERR_MALFORMED);
}

static bool is_refer_sub_off(const char *field) {
    static struct cf_sip_message message;
    struct cf_parse_error error;
    snprintf(buffer, sizeof buffer,
             "REFER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: sip:a\r\nTo: sip:a\r\nCall-ID: 1\r\nCSeq: 1 REFER\r\n%s\r\n",
             field);
    assert_ok(cf_sip_parse(cf_str_of(buffer), &message, &error));
    return cf_sip_refer_sub_is_off(&message);
}

static void refer_sub_is_on_unless_false(void **state) {
    (void)state;
    assert_false(is_refer_sub_off(""));
    assert_false(is_refer_sub_off("Refer-Sub: true\r\n"));
    assert_true(is_refer_sub_off("Refer-Sub: False ;x\r\n"));
}

static void a_reason_reads_back(void **state) {
    (void)state;
    struct cf_sip_reason reason;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_reason(&w, CF_STR("SIP"), 200, CF_STR("Call \"completed\" elsewhere"));
    assert_ok(cf_sip_reason_parse(cf_writer_str(&w), &reason));
    assert_str(reason.protocol, CF_STR("SIP"));
    assert_int_equal(reason.cause, 200);
    assert_true(cf_sip_unquoted_eq(reason.text, CF_STR("Call \"completed\" elsewhere")));
    assert_ok(cf_sip_reason_parse(CF_STR("Q.850"), &reason));
    assert_int_equal(reason.cause, 0);
    assert_null(reason.text.at);
    assert_int_equal(cf_sip_reason_parse(CF_STR(""), &reason), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_reason_parse(CF_STR("SIP;cause=x"), &reason), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_reason_parse(CF_STR("SIP;text=\"x"), &reason), CF_ERR_MALFORMED);
}

static void a_warning_reads_back(void **state) {
    (void)state;
    struct cf_sip_warning warning;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_warning(&w, 399, CF_STR("[2001:db8::1]:5060"), CF_STR("odd\r\nbody"));
    assert_str(cf_writer_str(&w), CF_STR("399 [2001:db8::1]:5060 \"odd  body\""));
    assert_ok(cf_sip_warning_parse(cf_writer_str(&w), &warning));
    assert_int_equal(warning.code, 399);
    assert_str(warning.agent, CF_STR("[2001:db8::1]:5060"));
    static const char *const bad[] = {
        "", "399", "399 h", "399 h x", "39 h \"x\"", "1812 overture \"In Progress\"", "099 h \"x\"", "399 h \"x\" y"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(cf_sip_warning_parse(cf_str_of(bad[i]), &warning), CF_ERR_MALFORMED);
    }
}

CF_TEST_MAIN(cmocka_unit_test(session_expires_reads_back), cmocka_unit_test(replaces_names_a_dialog),
             cmocka_unit_test(an_incomplete_or_ambiguous_reference_is_refused), cmocka_unit_test(refer_to_says_whom_and_how),
             cmocka_unit_test(refer_sub_is_on_unless_false), cmocka_unit_test(a_reason_reads_back),
             cmocka_unit_test(a_warning_reads_back))
