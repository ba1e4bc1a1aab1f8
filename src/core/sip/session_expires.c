/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session-Expires. */
#include "core/sip/session_expires.h"
#include "core/sip/message.h"

static enum cf_sip_refresher refresher_of(struct cf_str value) {
    if (cf_str_eq_nocase(value, CF_STR("uac"))) {
        return CF_SIP_REFRESHER_UAC;
    }
    return cf_str_eq_nocase(value, CF_STR("uas")) ? CF_SIP_REFRESHER_UAS : CF_SIP_REFRESHER_NONE;
}

enum cf_err cf_sip_session_expires_parse(struct cf_str text, struct cf_sip_session_expires *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_sip_session_expires value = {.refresher = CF_SIP_REFRESHER_NONE};
    struct cf_str params = CF_STR_NONE;
    cf_sip_scan_lws(&s);
    if (!cf_sip_seconds_of(cf_sip_scan_run(&s, CF_SIP_CLASS_DIGIT), &value.interval_sec)) {
        return CF_ERR_MALFORMED;
    }
    enum cf_err err = cf_sip_scan_params(&s, &params);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    if (err == CF_OK) {
        value.refresher = refresher_of(cf_sip_param_value(params, CF_STR("refresher")));
        *ret = value;
    }
    return err;
}

void cf_sip_put_session_expires(struct cf_writer *w, const struct cf_sip_session_expires *value) {
    cf_put_dec(w, value->interval_sec);
    if (value->refresher != CF_SIP_REFRESHER_NONE) {
        cf_put(w, value->refresher == CF_SIP_REFRESHER_UAC ? CF_STR(";refresher=uac") : CF_STR(";refresher=uas"));
    }
}
