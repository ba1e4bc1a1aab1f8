/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handshake. */
#include "core/ws/handshake.h"

#include "base/addr.h"

#define SHA1_LEN 20
#define KEY_LEN 24 /* of 16 octets in base64 */
#define GUID CF_STR("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")

bool cf_ws_is_path(struct cf_str path) {
    return cf_str_eq(path, CF_STR("/")) || cf_str_eq(path, CF_STR("/sip")) || cf_str_eq(path, CF_STR("/ws"));
}

static bool list_has(struct cf_str list, struct cf_str item) {
    struct cf_str rest = list;
    while (rest.at != NULL) {
        struct cf_str each = cf_str_cut(&rest, ' ');
        if (each.len > 0 && cf_str_eq_nocase(each, item)) {
            return true;
        }
    }
    return false;
}

/* "https://host:port": its scheme is cut off. */
static struct cf_str host_of_origin(struct cf_str origin) {
    size_t at = cf_str_find_str(origin, CF_STR("://"));
    return at == origin.len ? CF_STR_NONE : cf_str_skip(origin, at + 3);
}

static bool is_host_of_an_origin(struct cf_str origins, struct cf_str host) {
    struct cf_str rest = origins;
    while (rest.at != NULL) {
        struct cf_str name = host_of_origin(cf_str_cut(&rest, ' '));
        if (name.len > 0 && cf_str_eq_nocase(cf_str_head(name, cf_str_find(name, ':')), host)) {
            return true;
        }
    }
    return false;
}

/* A name that somebody else lets point to us is not ours (DNS rebinding): else his page would be our own. */
static bool is_our_host(const struct cf_ws_rules *rules, struct cf_str host) {
    struct cf_addr addr;
    return host.len > 0 && (list_has(rules->domains, host) || cf_addr_parse_ip(host, &addr) == CF_OK ||
                            is_host_of_an_origin(rules->origins, host));
}

/* Programs that are no browsers send none. */
static bool is_allowed_origin(const struct cf_http_request *request, const struct cf_ws_rules *rules) {
    struct cf_str origin = cf_http_value(request, CF_STR("Origin"));
    if (origin.at == NULL || list_has(rules->origins, CF_STR("*")) || list_has(rules->origins, origin)) {
        return true;
    }
    struct cf_str scheme = rules->is_secure ? CF_STR("https://") : CF_STR("http://");
    return cf_str_starts_nocase(origin, scheme) &&
           cf_str_eq_nocase(cf_str_skip(origin, scheme.len), cf_http_value(request, CF_STR("Host")));
}

static bool is_key(struct cf_str key) {
    for (size_t i = 0; i < key.len; i++) {
        char c = key.at[i];
        bool is_letter = cf_ascii_is_alpha(c) || cf_ascii_is_digit(c) || c == '+' || c == '/';
        if (i < KEY_LEN - 2 ? !is_letter : c != '=') {
            return false;
        }
    }
    return key.len == KEY_LEN;
}

static bool put_accept(struct cf_str key, cf_ws_sha1 *sha1, struct cf_writer *w) {
    char text[KEY_LEN + 36];
    uint8_t hash[SHA1_LEN];
    struct cf_writer t;
    cf_writer_init(&t, text, sizeof text);
    cf_put(&t, key);
    cf_put(&t, GUID);
    if (!sha1(cf_writer_span(&t), hash)) {
        return false;
    }
    cf_put_lit(w, "Sec-WebSocket-Accept: ");
    cf_put_base64(w, (struct cf_span){hash, sizeof hash});
    cf_put_lit(w, "\r\n");
    return true;
}

unsigned cf_ws_judge(const struct cf_http_request *request, const struct cf_ws_rules *rules, struct cf_writer *fields) {
    struct cf_str key = cf_http_value(request, CF_STR("Sec-WebSocket-Key"));
    if (!cf_str_eq(request->method, CF_STR("GET")) || !request->is_1_1 ||
        !cf_http_has_token(request, CF_STR("Upgrade"), CF_STR("websocket")) ||
        !cf_http_has_token(request, CF_STR("Connection"), CF_STR("upgrade"))) {
        return 400;
    }
    if (!cf_ws_is_path(request->path)) {
        return 404;
    }
    if (!is_our_host(rules, cf_http_host(request))) {
        return 421;
    }
    if (!is_allowed_origin(request, rules) || cf_http_count(request, CF_STR("Origin")) > 1) {
        return 403;
    }
    if (!cf_str_eq(cf_http_value(request, CF_STR("Sec-WebSocket-Version")), CF_STR("13"))) {
        cf_put_lit(fields, "Sec-WebSocket-Version: 13\r\n");
        return 426;
    }
    if (!is_key(key) || cf_http_count(request, CF_STR("Sec-WebSocket-Key")) != 1 ||
        !cf_http_has_token(request, CF_STR("Sec-WebSocket-Protocol"), CF_STR("sip"))) {
        return 400;
    }
    cf_put_lit(fields, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n");
    return put_accept(key, rules->sha1, fields) ? 101 : 500;
}
