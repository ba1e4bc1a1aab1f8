/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media types and dispositions. */
#include "core/mime/mime.h"

enum cf_err cf_mime_type_parse(struct cf_str text, struct cf_mime_type *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_mime_type type = {.type = CF_STR_NONE};
    cf_sip_scan_lws(&s);
    type.type = cf_sip_scan_run(&s, CF_SIP_CLASS_TOKEN);
    if (!cf_sip_scan_separator(&s, '/')) {
        return CF_ERR_MALFORMED;
    }
    type.subtype = cf_sip_scan_run(&s, CF_SIP_CLASS_TOKEN);
    if (type.type.len == 0 || type.subtype.len == 0) {
        return CF_ERR_MALFORMED;
    }
    enum cf_err err = cf_sip_scan_params(&s, &type.params);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    if (err == CF_OK) {
        *ret = type;
    }
    return err;
}

bool cf_mime_type_is(const struct cf_mime_type *type, struct cf_str name) {
    struct cf_str subtype = name;
    struct cf_str main = cf_str_cut(&subtype, '/');
    return cf_str_eq_nocase(type->type, main) && cf_str_eq_nocase(type->subtype, subtype);
}

enum cf_err cf_mime_disposition_parse(struct cf_str text, struct cf_mime_disposition *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_mime_disposition disposition = {.is_optional = false};
    cf_sip_scan_lws(&s);
    disposition.type = cf_sip_scan_run(&s, CF_SIP_CLASS_TOKEN);
    enum cf_err err = disposition.type.len == 0 ? CF_ERR_MALFORMED : cf_sip_scan_params(&s, &disposition.params);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    if (err != CF_OK) {
        return err;
    }
    struct cf_str handling = cf_sip_param_value(disposition.params, CF_STR("handling"));
    disposition.is_optional = cf_str_eq_nocase(handling, CF_STR("optional"));
    *ret = disposition;
    return CF_OK;
}
