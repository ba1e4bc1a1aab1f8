/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests in pieces. */
#include "core/http/request.h"

struct cf_str cf_http_value(const struct cf_http_request *request, struct cf_str name) {
    for (size_t i = 0; i < request->field_count; i++) {
        if (cf_str_eq_nocase(request->fields[i].name, name)) {
            return request->fields[i].value;
        }
    }
    return CF_STR_NONE;
}

size_t cf_http_count(const struct cf_http_request *request, struct cf_str name) {
    size_t count = 0;
    for (size_t i = 0; i < request->field_count; i++) {
        count += cf_str_eq_nocase(request->fields[i].name, name) ? 1 : 0;
    }
    return count;
}

static bool list_has(struct cf_str list, struct cf_str token) {
    struct cf_str rest = list;
    while (rest.at != NULL) {
        if (cf_str_eq_nocase(cf_str_trim(cf_str_cut(&rest, ',')), token)) {
            return true;
        }
    }
    return false;
}

bool cf_http_has_token(const struct cf_http_request *request, struct cf_str name, struct cf_str token) {
    for (size_t i = 0; i < request->field_count; i++) {
        if (cf_str_eq_nocase(request->fields[i].name, name) && list_has(request->fields[i].value, token)) {
            return true;
        }
    }
    return false;
}

struct cf_str cf_http_host(const struct cf_http_request *request) {
    struct cf_str host = cf_http_value(request, CF_STR("Host"));
    if (cf_http_count(request, CF_STR("Host")) != 1) {
        return CF_STR_NONE;
    }
    size_t end = cf_str_starts(host, CF_STR("[")) ? cf_str_find(host, ']') + 1 : cf_str_find(host, ':');
    return cf_str_head(host, end);
}
