/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Option tags, sets of methods, and Accept. */
#include "core/sip/accept.h"
#include "core/sip/builder.h"
#include "core/sip/option_tags.h"
#include "lib/test.h"

static char text[1024];
static char buffer[1024];
static struct cf_writer w;
static struct cf_sip_message request;

static void parse(const char *method, const char *uri, const char *rest) {
    struct cf_parse_error error;
    snprintf(
        text, sizeof text,
        "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: sip:a;tag=1\r\nTo: sip:b\r\nCall-ID: 1\r\nCSeq: 1 %s\r\n%s",
        method, uri, method, rest);
    assert_ok(cf_sip_parse(cf_str_of(text), &request, &error));
}

static void every_option_tag_is_found(void **state) {
    (void)state;
    uint32_t all = 0;
    for (int i = 0; i < CF_SIP_OPTION_COUNT_; i++) {
        uint32_t bit = cf_sip_option_of(cf_sip_option_name((enum cf_sip_option)i));
        assert_int_equal(bit, CF_SIP_OPTION_BIT(i));
        assert_int_equal(all & bit, 0);
        all |= bit;
    }
    assert_int_equal(cf_sip_option_of(CF_STR("")), 0);
    assert_int_equal(cf_sip_option_of(CF_STR("100re")), 0);
}

static void sets_read_back(void **state) {
    (void)state;
    parse("INVITE", "sip:a@b",
          "Supported: replaces, outbound, gruu, path, nonsense\r\nk: 100rel\r\nAllow: INVITE,ACK , FLY\r\nAllow: BYE\r\n\r\n");
    uint32_t options = cf_sip_options(&request, CF_SIP_HEADER_SUPPORTED);
    assert_int_equal(options, CF_SIP_OPTION_BIT(CF_SIP_OPTION_REPLACES) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_OUTBOUND) |
                                  CF_SIP_OPTION_BIT(CF_SIP_OPTION_GRUU) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_PATH) |
                                  CF_SIP_OPTION_BIT(CF_SIP_OPTION_REL100));
    assert_int_equal(cf_sip_allowed_methods(&request),
                     CF_SIP_METHOD_BIT(CF_SIP_METHOD_INVITE) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_ACK) |
                         CF_SIP_METHOD_BIT(CF_SIP_METHOD_BYE) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_OTHER));
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_options(&w, CF_SIP_HEADER_SUPPORTED, options);
    cf_sip_put_options(&w, CF_SIP_HEADER_REQUIRE, 0);
    assert_str(cf_writer_str(&w), CF_STR("Supported: 100rel, gruu, outbound, path, replaces\r\n"));
}

static void accept_is_matched_by_the_most_specific_range(void **state) {
    (void)state;
    static const struct {
        const char *rest;
        const char *type;
        bool is_accepted;
    } cases[] = {
        {"\r\n", "application/sdp", true},
        {"Accept:\r\n\r\n", "application/sdp", false},
        {"Accept: text/plain\r\n\r\n", "application/sdp", false},
        {"Accept: text/plain, Application/SDP;q=0.3\r\n\r\n", "application/sdp", true},
        {"Accept: application/*\r\n\r\n", "application/sdp", true},
        {"Accept: */*\r\n\r\n", "application/sdp", true},
        {"Accept: */*, application/sdp;q=0\r\n\r\n", "application/sdp", false},
        {"Accept: application/sdp;level=1\r\nAccept: */*;q=0.0\r\n\r\n", "application/sdp", true},
        {"Accept: application / sdp\r\n\r\n", "application/sdp", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parse("INVITE", "sip:a@b", cases[i].rest);
        if (cf_sip_accepts(&request, cf_str_of(cases[i].type), true) != cases[i].is_accepted) {
            fail_msg("case %zu", i);
        }
    }
    parse("INVITE", "sip:a@b", "\r\n");
    assert_false(cf_sip_accepts(&request, CF_STR("text/plain"), false));
    assert_false(cf_sip_accepts_encoding(&request, CF_STR("deflate"), false));
    assert_true(cf_sip_accepts_encoding(&request, CF_STR("identity"), false));
    parse("INVITE", "sip:a@b", "Accept-Encoding: gzip, deflate;q=0, *;q=0.1\r\n\r\n");
    assert_true(cf_sip_accepts_encoding(&request, CF_STR("gzip"), false));
    assert_false(cf_sip_accepts_encoding(&request, CF_STR("deflate"), true));
    assert_true(cf_sip_accepts_encoding(&request, CF_STR("br"), false));
}

CF_TEST_MAIN(cmocka_unit_test(every_option_tag_is_found), cmocka_unit_test(sets_read_back),
             cmocka_unit_test(accept_is_matched_by_the_most_specific_range))
