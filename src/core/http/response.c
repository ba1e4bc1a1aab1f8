/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads of responses. */
#include "core/http/response.h"

static const struct {
    unsigned status;
    struct cf_str reason;
} reasons[] = {
    {101, CF_STR_INIT("Switching Protocols")},
    {200, CF_STR_INIT("OK")},
    {201, CF_STR_INIT("Created")},
    {204, CF_STR_INIT("No Content")},
    {304, CF_STR_INIT("Not Modified")},
    {400, CF_STR_INIT("Bad Request")},
    {401, CF_STR_INIT("Unauthorized")},
    {403, CF_STR_INIT("Forbidden")},
    {404, CF_STR_INIT("Not Found")},
    {405, CF_STR_INIT("Method Not Allowed")},
    {408, CF_STR_INIT("Request Timeout")},
    {409, CF_STR_INIT("Conflict")},
    {410, CF_STR_INIT("Gone")},
    {413, CF_STR_INIT("Content Too Large")},
    {414, CF_STR_INIT("URI Too Long")},
    {415, CF_STR_INIT("Unsupported Media Type")},
    {421, CF_STR_INIT("Misdirected Request")},
    {422, CF_STR_INIT("Unprocessable Content")},
    {426, CF_STR_INIT("Upgrade Required")},
    {429, CF_STR_INIT("Too Many Requests")},
    {431, CF_STR_INIT("Request Header Fields Too Large")},
    {500, CF_STR_INIT("Internal Server Error")},
    {501, CF_STR_INIT("Not Implemented")},
    {503, CF_STR_INIT("Service Unavailable")},
};

struct cf_str cf_http_reason_of(unsigned status) {
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return CF_STR("Status");
}

static void put_line(struct cf_writer *w, struct cf_str name, struct cf_str value) {
    if (value.len > 0) {
        cf_put(w, name);
        cf_put_lit(w, ": ");
        cf_put(w, value);
        cf_put_lit(w, "\r\n");
    }
}

/* Pictures and sounds that the page makes itself are blobs and data; nothing is fetched from, sent to or framed by others. */
static const struct cf_str safety = CF_STR_INIT(
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(self), microphone=(self), display-capture=(self), geolocation=()\r\n");

void cf_http_put_head(struct cf_writer *w, const struct cf_http_response *response) {
    cf_put_lit(w, "HTTP/1.1 ");
    cf_put_dec(w, response->status);
    cf_put_char(w, ' ');
    cf_put(w, cf_http_reason_of(response->status));
    cf_put_lit(w, "\r\n");
    if (response->status != 101) {
        cf_put(w, safety);
        put_line(w, CF_STR("Cache-Control"),
                 response->is_immutable ? CF_STR("public, max-age=31536000, immutable") : CF_STR("no-cache"));
        put_line(w, CF_STR("Content-Type"), response->type);
        put_line(w, CF_STR("Allow"), response->allow);
        if (response->etag.len > 0) {
            cf_put_lit(w, "ETag: \"");
            cf_put(w, response->etag);
            cf_put_lit(w, "\"\r\n");
        }
        if (response->status != 304 && response->status != 204) {
            cf_put_lit(w, "Content-Length: ");
            cf_put_dec(w, response->body.len);
            cf_put_lit(w, "\r\n");
        }
        cf_put(w, response->closes ? CF_STR("Connection: close\r\n") : CF_STR("Connection: keep-alive\r\n"));
    }
    cf_put(w, response->fields);
    cf_put_lit(w, "\r\n");
}

static bool is_tag(struct cf_str value, struct cf_str etag) {
    struct cf_str text = cf_str_starts(value, CF_STR("W/")) ? cf_str_skip(value, 2) : value;
    return text.len == etag.len + 2 && text.at[0] == '"' && text.at[text.len - 1] == '"' &&
           cf_str_eq(cf_str_n(text.at + 1, etag.len), etag);
}

bool cf_http_is_fresh(const struct cf_http_request *request, struct cf_str etag) {
    struct cf_str rest = cf_http_value(request, CF_STR("If-None-Match"));
    if (etag.len == 0) {
        return false;
    }
    while (rest.at != NULL) {
        struct cf_str each = cf_str_trim(cf_str_cut(&rest, ','));
        if (cf_str_eq(each, CF_STR("*")) || is_tag(each, etag)) {
            return true;
        }
    }
    return false;
}
