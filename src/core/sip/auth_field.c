/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of HTTP authentication. */
#include "core/sip/auth_field.h"

enum cf_err cf_sip_auth_parse(struct cf_str text, struct cf_sip_auth *ret) {
    struct cf_str rest = cf_str_trim(text);
    size_t end = 0;
    while (end < rest.len && rest.at[end] != ' ' && rest.at[end] != '\t' && rest.at[end] != '\r' && rest.at[end] != '\n') {
        end++;
    }
    if (!cf_sip_is_token(cf_str_head(rest, end))) {
        return CF_ERR_MALFORMED;
    }
    *ret = (struct cf_sip_auth){cf_str_head(rest, end), cf_str_trim(cf_str_skip(rest, end))};
    return CF_OK;
}

struct cf_str cf_sip_auth_param(const struct cf_sip_auth *auth, struct cf_str name) {
    struct cf_str rest = auth->params;
    for (int i = 0; rest.at != NULL && i < CF_SIP_AUTH_PARAMS_MAX; i++) {
        struct cf_str value = cf_sip_list_cut(&rest);
        struct cf_str key = cf_str_trim(cf_str_cut(&value, '='));
        if (value.at != NULL && cf_str_eq_nocase(key, name)) {
            return cf_str_trim(value);
        }
    }
    return CF_STR_NONE;
}

struct cf_str cf_sip_auth_plain(const struct cf_sip_auth *auth, struct cf_str name) {
    struct cf_str value = cf_sip_auth_param(auth, name);
    if (!cf_sip_is_quoted(value)) {
        return value;
    }
    struct cf_str inner = cf_str_n(value.at + 1, value.len - 2);
    return cf_str_find(inner, '\\') < inner.len ? CF_STR_NONE : inner;
}
