/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stateless refusals, with option tags and Accept, which they rest on. */
#include "core/sip/accept.h"
#include "core/sip/refusal.h"
#include "lib/test.h"

static char text[1024];
static char buffer[1024];
static struct cf_writer w;
static struct cf_sip_message request;

static const struct cf_sip_capabilities capabilities = {
    .methods =
        CF_SIP_METHOD_BIT(CF_SIP_METHOD_INVITE) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_ACK) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_CANCEL),
    .options = CF_SIP_OPTION_BIT(CF_SIP_OPTION_TIMER) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_REPLACES),
    .types = CF_STR_INIT("application/sdp, multipart/mixed"),
    .encodings = CF_STR_INIT("deflate"),
    .user_agent = CF_STR_INIT("confer"),
};

static void parse(const char *method, const char *uri, const char *rest) {
    struct cf_parse_error error;
    snprintf(
        text, sizeof text,
        "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: sip:a;tag=1\r\nTo: sip:b\r\nCall-ID: 1\r\nCSeq: 1 %s\r\n%s",
        method, uri, method, rest);
    assert_ok(cf_sip_parse(cf_str_of(text), &request, &error));
}

static void each_reason_has_its_status_and_they_come_in_order(void **state) {
    (void)state;
    static const struct {
        const char *method;
        const char *uri;
        const char *rest;
        unsigned status;
    } cases[] = {
        {"INVITE", "sip:a@b", "\r\n", 0},
        {"FLY", "urn:a:b", "Require: x\r\n\r\n", 501},
        {"REGISTER", "urn:a:b", "Require: x\r\n\r\n", 405},
        {"INVITE", "urn:a:b", "Require: x\r\n\r\n", 416},
        {"INVITE", "tel:+1", "\r\n", 0},
        {"INVITE", "sips:a@b", "Require: timer\r\nRequire: replaces, TIMER\r\n\r\n", 0},
        {"INVITE", "sip:a@b", "Require: timer, x\r\nContent-Type: a/b\r\n\r\nx", 420},
        {"INVITE", "sip:a@b", "Require: path\r\n\r\n", 420},
        {"CANCEL", "sip:a@b", "Require: x\r\n\r\n", 0},
        {"ACK", "urn:a:b", "Require: x\r\n\r\n", 0},
        {"INVITE", "sip:a@b", "Content-Type: a/b\r\n\r\nx", 415},
        {"INVITE", "sip:a@b", "Content-Type: a/b\r\nContent-Disposition: x;handling=optional\r\n\r\nx", 0},
        {"INVITE", "sip:a@b", "Content-Type: a/b\r\n\r\n", 0},
        {"INVITE", "sip:a@b", "\r\nx", 415},
        {"INVITE", "sip:a@b", "Content-Type: Application/SDP;x=y\r\n\r\nx", 0},
        {"INVITE", "sip:a@b", "Content-Type: application/sdp\r\nContent-Encoding: deflate\r\n\r\nx", 0},
        {"INVITE", "sip:a@b", "Content-Type: application/sdp\r\nContent-Encoding: deflate, br\r\n\r\nx", 415},
        {"INVITE", "sip:a@b", "Content-Type: application/sdp\r\ne: identity\r\n\r\nx", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parse(cases[i].method, cases[i].uri, cases[i].rest);
        unsigned status = cf_sip_refuse(&request, &capabilities);
        if (status != cases[i].status) {
            fail_msg("case %zu: %u", i, status);
        }
    }
}

static bool answer_has(const struct cf_sip_refusal *refusal, const char *line) {
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_refusal(&w, &request, refusal);
    assert_true(cf_writer_ok(&w));
    struct cf_str answer = cf_writer_str(&w);
    assert_true(cf_str_ends(answer, CF_STR("Content-Length: 0\r\n\r\n")));
    return cf_str_find_str(answer, cf_str_of(line)) < answer.len;
}

static void answers_carry_what_belongs_to_them(void **state) {
    (void)state;
    struct cf_sip_refusal r = {.to_tag = CF_STR("t"), .capabilities = &capabilities};
    parse("INVITE", "sip:a@b", "Require: timer, x,y\r\n\r\n");
    r.status = 405;
    assert_true(answer_has(&r, "Allow: INVITE, ACK, CANCEL\r\n"));
    assert_true(answer_has(&r, "To: sip:b;tag=t\r\n"));
    assert_true(answer_has(&r, "Server: confer\r\n"));
    r.status = 415;
    assert_true(answer_has(&r, "Accept: application/sdp, multipart/mixed\r\nAccept-Encoding: deflate\r\n"));
    r.status = 420;
    assert_true(answer_has(&r, "Unsupported: x, y\r\n"));
    assert_false(answer_has(&r, "Allow:"));
    r = (struct cf_sip_refusal){.status = 503, .retry_after_sec = 30};
    assert_true(answer_has(&r, "SIP/2.0 503 Service Unavailable\r\n"));
    assert_true(answer_has(&r, "Retry-After: 30\r\n"));
    r = (struct cf_sip_refusal){.status = 423, .min_expires_sec = 60};
    assert_true(answer_has(&r, "Min-Expires: 60\r\n"));
    r = (struct cf_sip_refusal){.status = 422, .min_se_sec = 90};
    assert_true(answer_has(&r, "Min-SE: 90\r\n"));
    r = (struct cf_sip_refusal){.status = 488, .warning = CF_STR("no \"codec\""), .warning_agent = CF_STR("h")};
    assert_true(answer_has(&r, "Warning: 399 h \"no \\\"codec\\\"\"\r\n"));
    struct cf_parse_error error = {.code = CF_ERR_MALFORMED, .offset = 120, .what = "Via"};
    r = (struct cf_sip_refusal){.status = 400, .error = &error};
    assert_true(answer_has(&r, "SIP/2.0 400 Bad Request (Via at 120)\r\n"));
    r.reason = CF_STR("No");
    assert_true(answer_has(&r, "SIP/2.0 400 No\r\n"));
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

CF_TEST_MAIN(cmocka_unit_test(each_reason_has_its_status_and_they_come_in_order),
             cmocka_unit_test(answers_carry_what_belongs_to_them), cmocka_unit_test(every_option_tag_is_found),
             cmocka_unit_test(sets_read_back), cmocka_unit_test(accept_is_matched_by_the_most_specific_range))
