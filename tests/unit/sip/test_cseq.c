/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSeq and RAck. */
#include "core/sip/cseq.h"
#include "lib/test.h"

static void takes_number_and_method(void **state) {
    (void)state;
    struct cf_sip_cseq cseq;
    assert_ok(cf_sip_cseq_parse(CF_STR("0009\r\n  INVITE"), &cseq));
    assert_int_equal(cseq.number, 9);
    assert_int_equal(cseq.method, CF_SIP_METHOD_INVITE);
    assert_ok(cf_sip_cseq_parse(CF_STR("2147483647 invite "), &cseq));
    assert_int_equal(cseq.number, CF_SIP_CSEQ_MAX);
    assert_int_equal(cseq.method, CF_SIP_METHOD_OTHER);
    assert_str(cseq.method_name, CF_STR("invite"));
}

static void refuses_everything_else(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",        "1",         "1 ",         "INVITE",     "-1 INVITE", "2147483648 INVITE", "99999999999999999999 INVITE",
        "1INVITE", "1 INV ITE", "1 INVITE;x", "0x1 INVITE", "1.0 INVITE"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cf_sip_cseq cseq = {.number = 5};
        assert_int_equal(cf_sip_cseq_parse(cf_str_of(texts[i]), &cseq), CF_ERR_MALFORMED);
        assert_int_equal(cseq.number, 5);
    }
}

static void rack_names_a_provisional_response(void **state) {
    (void)state;
    struct cf_sip_rack rack;
    assert_ok(cf_sip_rack_parse(CF_STR("4294967295 1 INVITE"), &rack));
    assert_int_equal(rack.rseq, UINT32_MAX);
    assert_int_equal(rack.cseq.number, 1);
    assert_int_equal(cf_sip_rack_parse(CF_STR("0 1 INVITE"), &rack), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_rack_parse(CF_STR("1 INVITE"), &rack), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_rack_parse(CF_STR("4294967296 1 INVITE"), &rack), CF_ERR_MALFORMED);
}

static void writes_what_it_reads(void **state) {
    (void)state;
    char buffer[32];
    struct cf_writer w;
    struct cf_sip_cseq cseq;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_cseq(&w, 20, CF_STR("BYE"));
    assert_str(cf_writer_str(&w), CF_STR("20 BYE"));
    assert_ok(cf_sip_cseq_parse(cf_writer_str(&w), &cseq));
    assert_int_equal(cseq.method, CF_SIP_METHOD_BYE);
}

CF_TEST_MAIN(cmocka_unit_test(takes_number_and_method), cmocka_unit_test(refuses_everything_else),
             cmocka_unit_test(rack_names_a_provisional_response), cmocka_unit_test(writes_what_it_reads))
