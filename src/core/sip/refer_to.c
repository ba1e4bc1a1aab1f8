/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Refer-To and Refer-Sub. */
#include "core/sip/refer_to.h"

enum cf_err cf_sip_refer_to_parse(struct cf_str text, struct cf_sip_refer_to *ret) {
    struct cf_sip_refer_to refer = {.method = CF_SIP_METHOD_INVITE};
    enum cf_err err = cf_sip_name_addr_parse(text, &refer.addr);
    if (err != CF_OK) {
        return err;
    }
    struct cf_str method = CF_STR_NONE;
    if (cf_sip_param_find(refer.addr.uri.params, CF_STR("method"), &method)) {
        refer.method = cf_sip_method_of(method);
    }
    struct cf_str headers = refer.addr.uri.headers;
    struct cf_sip_param header;
    while (cf_sip_uri_header_next(&headers, &header)) {
        if (!refer.replaces.at && cf_str_eq_nocase(header.name, CF_STR("Replaces"))) {
            refer.replaces = header.value;
        }
    }
    *ret = refer;
    return CF_OK;
}

bool cf_sip_refer_sub_is_off(const struct cf_sip_message *msg) {
    struct cf_str value = cf_sip_value(msg, CF_SIP_HEADER_REFER_SUB);
    return cf_str_eq_nocase(cf_str_trim(cf_str_cut(&value, ';')), CF_STR("false"));
}
