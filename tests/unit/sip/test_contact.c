/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contact and preferences. */
#include "core/sip/contact.h"
#include "lib/test.h"

static struct cf_sip_contact contact;

static void takes_what_registrars_and_conferences_read(void **state) {
    (void)state;
    assert_ok(cf_sip_contact_parse(
        CF_STR("\"A\" <sip:a@192.0.2.1;transport=tls>;q=0.35;expires=3600;+sip.instance=\"<urn:uuid:1>\";reg-id=2;isfocus"),
        &contact));
    assert_false(contact.is_star);
    assert_int_equal(contact.q, 350);
    assert_true(contact.has_expires);
    assert_int_equal(contact.expires_sec, 3600);
    assert_str(contact.instance, CF_STR("urn:uuid:1"));
    assert_int_equal(contact.reg_id, 2);
    assert_true(contact.is_focus);
}

static void has_defaults(void **state) {
    (void)state;
    assert_ok(cf_sip_contact_parse(CF_STR("sip:a@b;expires=soon"), &contact));
    assert_int_equal(contact.q, CF_SIP_Q_DEFAULT);
    assert_false(contact.has_expires);
    assert_int_equal(contact.reg_id, 0);
    assert_null(contact.instance.at);
    assert_false(contact.is_focus);
    assert_ok(cf_sip_contact_parse(CF_STR("<sip:a@b>;expires=99999999999"), &contact));
    assert_int_equal(contact.expires_sec, UINT32_MAX);
    assert_ok(cf_sip_contact_parse(CF_STR(" * "), &contact));
    assert_true(contact.is_star);
}

static void refuses_broken_ones(void **state) {
    (void)state;
    static const char *const texts[] = {"",
                                        "**",
                                        "*;x",
                                        "<sip:a@b>;q=2",
                                        "<sip:a@b>;q",
                                        "<sip:a@b>;reg-id=0",
                                        "<sip:a@b>;reg-id=x",
                                        "<sip:a@b>;reg-id=2147483648",
                                        "sip:a@b?x=y"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (cf_sip_contact_parse(cf_str_of(texts[i]), &contact) != CF_ERR_MALFORMED) {
            fail_msg("%s is taken", texts[i]);
        }
    }
}

static void every_q_reads_back(void **state) {
    (void)state;
    for (uint16_t q = 0; q <= 1000; q++) {
        char buffer[16];
        struct cf_writer w;
        uint16_t back = 9999;
        cf_writer_init(&w, buffer, sizeof buffer);
        cf_sip_put_q(&w, q);
        assert_true(cf_sip_q_parse(cf_str_skip(cf_writer_str(&w), 3), &back));
        assert_int_equal(back, q);
    }
}

static void q_is_checked(void **state) {
    (void)state;
    static const char *const bad[] = {"", ".5", "00", "01", "1.001", "0.1234", "-0", "0.x", "2", "1,0", "0.5 "};
    uint16_t q = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(cf_sip_q_parse(cf_str_of(bad[i]), &q));
    }
    assert_int_equal(q, 7);
    assert_true(cf_sip_q_parse(CF_STR("1."), &q));
    assert_int_equal(q, 1000);
    assert_true(cf_sip_q_parse(CF_STR("0.05"), &q));
    assert_int_equal(q, 50);
}

static void an_instance_reads_back(void **state) {
    (void)state;
    char buffer[128];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_put_lit(&w, "<sip:a@b>");
    cf_sip_put_instance(&w, CF_STR("urn:uuid:00000000-0000-4000-8000-000000001432"));
    assert_ok(cf_sip_contact_parse(cf_writer_str(&w), &contact));
    assert_str(contact.instance, CF_STR("urn:uuid:00000000-0000-4000-8000-000000001432"));
}

CF_TEST_MAIN(cmocka_unit_test(takes_what_registrars_and_conferences_read), cmocka_unit_test(has_defaults),
             cmocka_unit_test(refuses_broken_ones), cmocka_unit_test(every_q_reads_back), cmocka_unit_test(q_is_checked),
             cmocka_unit_test(an_instance_reads_back))
