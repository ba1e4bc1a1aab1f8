/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling protocols apart. */
#include "core/http/first_bytes.h"

static bool is_method_character(char c) {
    struct cf_str marks = CF_STR("-.!%*_+`'~");
    return cf_ascii_is_alpha(c) || cf_ascii_is_digit(c) || cf_str_find(marks, c) < marks.len;
}

/* A handshake record. */
#define TLS_HANDSHAKE 0x16

/* RFC 8489 section 5. The core of STUN is not for a port's first octets: the cookie is all that is looked for. */
static const uint8_t cookie[] = {0x21, 0x12, 0xa4, 0x42};
#define COOKIE_AT 4
#define FRAME_LEN 2

static bool is_cookie_at(struct cf_span bytes, size_t at) {
    return bytes.len >= at + sizeof cookie && memcmp(bytes.at + at, cookie, sizeof cookie) == 0;
}

/* The first octet of STUN, and of a frame with STUN in it, is at most that. */
static enum cf_first_bytes of_stun(struct cf_span bytes) {
    if (bytes.len > 0 && bytes.at[0] > 3) {
        return CF_FIRST_BYTES_NEITHER;
    }
    if (is_cookie_at(bytes, COOKIE_AT)) {
        return CF_FIRST_BYTES_TURN;
    }
    if (is_cookie_at(bytes, FRAME_LEN + COOKIE_AT)) {
        return CF_FIRST_BYTES_ICE;
    }
    return bytes.len < FRAME_LEN + COOKIE_AT + sizeof cookie ? CF_FIRST_BYTES_MORE : CF_FIRST_BYTES_NEITHER;
}

enum cf_first_bytes cf_first_bytes_of_bare(struct cf_span bytes) {
    return bytes.len > 0 && bytes.at[0] == TLS_HANDSHAKE ? CF_FIRST_BYTES_TLS : of_stun(bytes);
}

enum cf_first_bytes cf_first_bytes_of(struct cf_span bytes) {
    struct cf_str text = cf_span_str(bytes);
    struct cf_str response = CF_STR("SIP/");
    size_t at = 0;
    if (text.len > 0 && (text.at[0] == '\r' || text.at[0] == '\n')) {
        return CF_FIRST_BYTES_SIP;
    }
    if (bytes.len > 0 && bytes.at[0] <= 3) {
        return of_stun(bytes);
    }
    while (at < text.len && is_method_character(text.at[at])) {
        at++;
    }
    if (at == text.len) {
        return at < CF_FIRST_BYTES_MAX ? CF_FIRST_BYTES_MORE : CF_FIRST_BYTES_NEITHER;
    }
    if (cf_str_starts(text, response)) {
        return CF_FIRST_BYTES_SIP;
    }
    if (at == 0 || text.at[at] != ' ') {
        return CF_FIRST_BYTES_NEITHER;
    }
    if (at + 1 == text.len) {
        return CF_FIRST_BYTES_MORE;
    }
    char target = text.at[at + 1];
    if (target == '/' || target == '*') {
        return CF_FIRST_BYTES_HTTP;
    }
    return cf_ascii_is_alpha(target) ? CF_FIRST_BYTES_SIP : CF_FIRST_BYTES_NEITHER;
}

enum cf_first_bytes cf_first_bytes_of_alpn(struct cf_str name) {
    if (name.at == NULL) {
        return CF_FIRST_BYTES_MORE;
    }
    if (cf_str_eq(name, CF_STR("http/1.1"))) {
        return CF_FIRST_BYTES_HTTP;
    }
    if (cf_str_eq(name, CF_STR("stun.turn"))) {
        return CF_FIRST_BYTES_TURN;
    }
    return cf_str_eq(name, CF_STR("sip/2")) ? CF_FIRST_BYTES_SIP : CF_FIRST_BYTES_NEITHER;
}
