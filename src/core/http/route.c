/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes. */
#include "core/http/route.h"

bool cf_http_put_segment(struct cf_writer *w, struct cf_str segment) {
    for (size_t i = 0; i < segment.len; i++) {
        char c = segment.at[i];
        if (c == '%') {
            int high = i + 1 < segment.len ? cf_ascii_hex_value(segment.at[i + 1]) : -1;
            int low = i + 2 < segment.len ? cf_ascii_hex_value(segment.at[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '/' || c == '\\' || (unsigned char)c < 0x20 || c == 0x7f) {
            return false;
        }
        cf_put_char(w, c);
    }
    return true;
}

/* 0: matches; 404: not; 400: it would, but for an escape. */
static unsigned match(struct cf_str pattern, struct cf_str path, struct cf_http_match *ret) {
    struct cf_str wanted = pattern;
    struct cf_str rest = path;
    struct cf_writer w;
    unsigned status = 0;
    cf_writer_init(&w, ret->room, sizeof ret->room);
    ret->count = 0;
    while (wanted.at != NULL && rest.at != NULL) {
        struct cf_str part = cf_str_cut(&wanted, '/');
        struct cf_str segment = cf_str_cut(&rest, '/');
        if (!cf_str_starts(part, CF_STR("{"))) {
            if (!cf_str_eq(part, segment)) {
                return 404;
            }
            continue;
        }
        size_t at = w.len;
        if (segment.len == 0 || ret->count == CF_HTTP_PARAMS_MAX) {
            return 404;
        }
        if (!cf_http_put_segment(&w, segment)) {
            status = 400;
        }
        ret->params[ret->count++] = cf_str_n(ret->room + at, w.len - at);
    }
    if (wanted.at != NULL || rest.at != NULL) {
        return 404;
    }
    return cf_writer_ok(&w) ? status : 400;
}

static void add_allowed(struct cf_http_match *ret, struct cf_str method) {
    struct cf_writer w;
    size_t len = strlen(ret->allow);
    cf_writer_init(&w, ret->allow + len, sizeof ret->allow - len - 1);
    cf_put(&w, len > 0 ? CF_STR(", ") : CF_STR_NONE);
    cf_put(&w, method);
    if (cf_str_eq(method, CF_STR("GET"))) {
        cf_put_lit(&w, ", HEAD");
    }
    ret->allow[cf_writer_ok(&w) ? len + w.len : len] = '\0';
}

unsigned cf_http_route_find(const struct cf_http_route *routes, size_t count, const struct cf_http_request *request,
                            struct cf_http_match *ret) {
    struct cf_str method = cf_str_eq(request->method, CF_STR("HEAD")) ? CF_STR("GET") : request->method;
    unsigned status = 404;
    ret->allow[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        unsigned each = match(routes[i].pattern, request->path, ret);
        if (each == 404) {
            continue;
        }
        if (each == 400) {
            return 400;
        }
        if (cf_str_eq(routes[i].method, method)) {
            ret->index = i;
            return 0;
        }
        status = 405;
        add_allowed(ret, routes[i].method);
    }
    return status;
}
