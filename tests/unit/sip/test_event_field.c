/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event and Subscription-State. */
#include "core/sip/event_field.h"
#include "lib/test.h"

static void an_event_has_a_package_and_perhaps_an_id(void **state) {
    (void)state;
    struct cf_sip_event a;
    struct cf_sip_event b;
    assert_ok(cf_sip_event_parse(CF_STR(" conference "), &a));
    assert_str(a.package, CF_STR("conference"));
    assert_null(a.id.at);
    assert_ok(cf_sip_event_parse(CF_STR("refer;id=93809824"), &b));
    assert_str(b.id, CF_STR("93809824"));
    assert_false(cf_sip_event_eq(&a, &b));
    assert_int_equal(cf_sip_event_parse(CF_STR(""), &a), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_event_parse(CF_STR("a b"), &a), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_event_parse(CF_STR("a;id="), &a), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_event_parse(CF_STR("a, b"), &a), CF_ERR_MALFORMED);
}

static void events_are_equal_by_package_and_id(void **state) {
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        bool is_equal;
    } cases[] = {{"presence", "presence;x=y", true}, {"presence", "Presence", false}, {"a;id=1", "a;id=1", true},
                 {"a;id=1", "a;id=2", false},        {"a;id=1", "a", false},          {"a", "a.winfo", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_sip_event a;
        struct cf_sip_event b;
        assert_ok(cf_sip_event_parse(cf_str_of(cases[i].a), &a));
        assert_ok(cf_sip_event_parse(cf_str_of(cases[i].b), &b));
        assert_int_equal(cf_sip_event_eq(&a, &b), cases[i].is_equal);
    }
}

static void a_state_is_taken_apart_and_reads_back(void **state) {
    (void)state;
    static const char *const texts[] = {"active;expires=600", "pending;expires=0", "terminated;reason=timeout;retry-after=5",
                                        "terminated", "waiting;expires=1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cf_sip_subscription_state s;
        char buffer[64];
        struct cf_writer w;
        assert_ok(cf_sip_subscription_state_parse(cf_str_of(texts[i]), &s));
        cf_writer_init(&w, buffer, sizeof buffer);
        cf_sip_put_subscription_state(&w, &s);
        assert_str(cf_writer_str(&w), cf_str_of(texts[i]));
    }
    struct cf_sip_subscription_state s;
    assert_ok(cf_sip_subscription_state_parse(CF_STR("Terminated ; reason = noresource"), &s));
    assert_int_equal(s.state, CF_SIP_SUBSTATE_TERMINATED);
    assert_str(s.reason, CF_STR("noresource"));
    assert_int_equal(cf_sip_subscription_state_parse(CF_STR(";x"), &s), CF_ERR_MALFORMED);
}

CF_TEST_MAIN(cmocka_unit_test(an_event_has_a_package_and_perhaps_an_id), cmocka_unit_test(events_are_equal_by_package_and_id),
             cmocka_unit_test(a_state_is_taken_apart_and_reads_back))
