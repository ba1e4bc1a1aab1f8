/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaces, Join, Target-Dialog. */
#include "core/sip/replaces.h"
#include "core/sip/scan.h"

static enum cf_err keep_once(struct cf_str *slot, struct cf_str value) {
    if (slot->at || cf_str_is_empty(value)) {
        return CF_ERR_MALFORMED;
    }
    *slot = value;
    return CF_OK;
}

static enum cf_err parse(struct cf_str text, struct cf_str to_name, struct cf_str from_name, struct cf_sip_dialog_ref *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(cf_str_trim(text));
    struct cf_sip_dialog_ref ref = {.is_early_only = false};
    struct cf_str params = CF_STR_NONE;
    struct cf_sip_param param;
    /* A Call-ID may have '<' and quotes, but ';' ends it. */
    while (!cf_sip_scan_is_end(&s) && cf_sip_scan_peek(&s) > ' ' && cf_sip_scan_peek(&s) <= '~' && cf_sip_scan_peek(&s) != ';') {
        s.at++;
    }
    ref.call_id = cf_sip_scan_since(&s, 0);
    enum cf_err err = cf_str_is_empty(ref.call_id) ? CF_ERR_MALFORMED : cf_sip_scan_params(&s, &params);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    while (err == CF_OK && cf_sip_param_next(&params, &param)) {
        if (cf_str_eq_nocase(param.name, to_name)) {
            err = keep_once(&ref.to_tag, param.value);
        } else if (cf_str_eq_nocase(param.name, from_name)) {
            err = keep_once(&ref.from_tag, param.value);
        } else if (cf_str_eq_nocase(param.name, CF_STR("early-only"))) {
            ref.is_early_only = true;
        }
    }
    if (err == CF_OK && (!ref.to_tag.at || !ref.from_tag.at)) {
        err = CF_ERR_MALFORMED;
    }
    if (err == CF_OK) {
        *ret = ref;
    }
    return err;
}

enum cf_err cf_sip_replaces_parse(struct cf_str text, struct cf_sip_dialog_ref *ret) {
    return parse(text, CF_STR("to-tag"), CF_STR("from-tag"), ret);
}

enum cf_err cf_sip_target_dialog_parse(struct cf_str text, struct cf_sip_dialog_ref *ret) {
    return parse(text, CF_STR("remote-tag"), CF_STR("local-tag"), ret);
}

void cf_sip_put_replaces(struct cf_writer *w, const struct cf_sip_dialog_ref *ref) {
    cf_put(w, ref->call_id);
    cf_sip_put_param(w, CF_STR("to-tag"), ref->to_tag);
    cf_sip_put_param(w, CF_STR("from-tag"), ref->from_tag);
    if (ref->is_early_only) {
        cf_sip_put_param(w, CF_STR("early-only"), CF_STR_NONE);
    }
}
