/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reason and Warning. */
#include "core/sip/reason_field.h"
#include "core/sip/scan.h"
#include "core/sip/text.h"

enum cf_err cf_sip_reason_parse(struct cf_str value, struct cf_sip_reason *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(value);
    struct cf_sip_reason reason = {.cause = 0};
    struct cf_str params = CF_STR_NONE;
    cf_sip_scan_lws(&s);
    reason.protocol = cf_sip_scan_run(&s, CF_SIP_CLASS_TOKEN);
    enum cf_err err = cf_str_is_empty(reason.protocol) ? CF_ERR_MALFORMED : cf_sip_scan_params(&s, &params);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    struct cf_str cause = cf_sip_param_value(params, CF_STR("cause"));
    if (err == CF_OK && cause.at && !cf_str_to_u32(cause, UINT16_MAX, &reason.cause)) {
        err = CF_ERR_MALFORMED;
    }
    if (err == CF_OK) {
        reason.text = cf_sip_param_value(params, CF_STR("text"));
        *ret = reason;
    }
    return err;
}

void cf_sip_put_reason(struct cf_writer *w, struct cf_str protocol, unsigned cause, struct cf_str text) {
    cf_put(w, protocol);
    if (cause != 0) {
        cf_sip_put_param_dec(w, CF_STR("cause"), cause);
    }
    if (text.at) {
        cf_put_lit(w, ";text=");
        cf_sip_put_quoted(w, text);
    }
}

enum cf_err cf_sip_warning_parse(struct cf_str value, struct cf_sip_warning *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(value);
    struct cf_sip_warning warning;
    uint32_t code = 0;
    cf_sip_scan_lws(&s);
    struct cf_str digits = cf_sip_scan_run(&s, CF_SIP_CLASS_DIGIT);
    if (digits.len != 3 || !cf_str_to_u32(digits, 999, &code) || code < 100 || !cf_sip_scan_lws(&s)) {
        return CF_ERR_MALFORMED;
    }
    warning.code = (uint16_t)code;
    warning.agent = cf_sip_scan_run(&s, CF_SIP_CLASS_PARAM_VALUE);
    if (cf_str_is_empty(warning.agent) || !cf_sip_scan_lws(&s) || !cf_sip_scan_quoted(&s, &warning.text)) {
        return CF_ERR_MALFORMED;
    }
    enum cf_err err = cf_sip_scan_finish(&s);
    if (err == CF_OK) {
        *ret = warning;
    }
    return err;
}

void cf_sip_put_warning(struct cf_writer *w, unsigned code, struct cf_str agent, struct cf_str text) {
    cf_put_dec(w, code);
    cf_put_char(w, ' ');
    cf_sip_put_line_text(w, agent);
    cf_put_char(w, ' ');
    cf_sip_put_quoted(w, text);
}
