/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of names: headers, methods, transports, option tags. */
#include "core/sip/header.h"
#include "core/sip/method.h"
#include "core/sip/transport.h"
#include "lib/test.h"

static int order_nocase(struct cf_str a, struct cf_str b) {
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int order = cf_ascii_lower(a.at[i]) - cf_ascii_lower(b.at[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

static void headers_stand_in_order(void **state) {
    (void)state;
    for (int i = CF_SIP_HEADER_OTHER + 2; i < CF_SIP_HEADER_COUNT_; i++) {
        struct cf_str before = cf_sip_header_name((enum cf_sip_header)(i - 1));
        struct cf_str name = cf_sip_header_name((enum cf_sip_header)i);
        if (order_nocase(before, name) >= 0) {
            fail_msg("%.*s stands before %.*s", CF_STR_ARG(before), CF_STR_ARG(name));
        }
    }
}

static void every_header_is_found_in_any_case(void **state) {
    (void)state;
    for (int i = CF_SIP_HEADER_OTHER + 1; i < CF_SIP_HEADER_COUNT_; i++) {
        struct cf_str name = cf_sip_header_name((enum cf_sip_header)i);
        char odd[64];
        assert_int_equal(cf_sip_header_of(name), i);
        for (size_t k = 0; k < name.len; k++) {
            char lower = cf_ascii_lower(name.at[k]);
            odd[k] = (char)(k % 2 == 0 && lower >= 'a' && lower <= 'z' ? lower - 32 : lower);
        }
        assert_int_equal(cf_sip_header_of(cf_str_n(odd, name.len)), i);
        struct cf_str cut = cf_str_head(name, name.len - 1);
        bool is_known = cut.len == 1 || cf_str_eq(cut, CF_STR("Expire"));
        assert_int_equal(cf_sip_header_of(cut) != CF_SIP_HEADER_OTHER, is_known);
    }
}

static void compact_forms_are_unique_and_found(void **state) {
    (void)state;
    for (int i = CF_SIP_HEADER_OTHER + 1; i < CF_SIP_HEADER_COUNT_; i++) {
        char compact = cf_sip_header_compact((enum cf_sip_header)i);
        if (compact != 0) {
            char upper = (char)(compact - 32);
            assert_int_equal(cf_sip_header_of(cf_str_n(&compact, 1)), i);
            assert_int_equal(cf_sip_header_of(cf_str_n(&upper, 1)), i);
        }
    }
    assert_int_equal(cf_sip_header_of(CF_STR("z")), CF_SIP_HEADER_OTHER);
    assert_int_equal(cf_sip_header_of(CF_STR("")), CF_SIP_HEADER_OTHER);
    assert_int_equal(cf_sip_header_of(CF_STR("Zzz")), CF_SIP_HEADER_OTHER);
    assert_int_equal(cf_sip_header_of(CF_STR("AAA")), CF_SIP_HEADER_OTHER);
    assert_int_equal(cf_sip_header_of(CF_STR("\0")), CF_SIP_HEADER_OTHER);
}

static void methods_are_found_in_their_case_only(void **state) {
    (void)state;
    for (int i = CF_SIP_METHOD_OTHER + 1; i < CF_SIP_METHOD_COUNT_; i++) {
        assert_int_equal(cf_sip_method_of(cf_sip_method_name((enum cf_sip_method)i)), i);
    }
    assert_int_equal(cf_sip_method_of(CF_STR("invite")), CF_SIP_METHOD_OTHER);
    assert_int_equal(cf_sip_method_of(CF_STR("OTHER")), CF_SIP_METHOD_OTHER);
    assert_int_equal(cf_sip_method_of(CF_STR("")), CF_SIP_METHOD_OTHER);
}

static void transports_are_found_and_know_their_nature(void **state) {
    (void)state;
    for (int i = 0; i < CF_TRANSPORT_OTHER; i++) {
        assert_int_equal(cf_transport_of(cf_transport_name((enum cf_transport)i)), i);
        assert_int_equal(cf_transport_of(cf_transport_uri_name((enum cf_transport)i)), i);
        assert_int_equal(cf_transport_is_reliable((enum cf_transport)i), i != CF_TRANSPORT_UDP);
    }
    assert_int_equal(cf_transport_of(CF_STR("OTHER")), CF_TRANSPORT_OTHER);
    assert_true(cf_transport_is_secure(CF_TRANSPORT_TLS));
    assert_true(cf_transport_is_secure(CF_TRANSPORT_WSS));
    assert_false(cf_transport_is_secure(CF_TRANSPORT_WS));
    assert_int_equal(cf_transport_default_port(CF_TRANSPORT_UDP), 5060);
    assert_int_equal(cf_transport_default_port(CF_TRANSPORT_TLS), 5061);
    assert_int_equal(cf_transport_default_port(CF_TRANSPORT_WSS), 443);
}

CF_TEST_MAIN(cmocka_unit_test(headers_stand_in_order), cmocka_unit_test(every_header_is_found_in_any_case),
             cmocka_unit_test(compact_forms_are_unique_and_found), cmocka_unit_test(methods_are_found_in_their_case_only),
             cmocka_unit_test(transports_are_found_and_know_their_nature))
