/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON and tokens of strangers. The first octet chooses: 0 JSON, 1 a token, else claims that are rightly signed. */
#include "adapt/openssl/hash.h"
#include "base/bug.h"
#include "core/auth/base64url.h"
#include "core/auth/token.h"
#include "core/json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_json(struct cf_str text) {
    char texts[4096];
    char more[4096];
    struct cf_writer room;
    struct cf_str other;
    struct cf_json_member members[] = {{.name = CF_STR("a")}, {.name = CF_STR("b")}};
    cf_writer_init(&room, texts, sizeof texts);
    if (cf_json_object(text, members, 2, &room, &other) == CF_OK && members[0].value.kind == CF_JSON_ARRAY) {
        struct cf_json_value value;
        struct cf_str rest = members[0].value.text;
        cf_writer_init(&room, more, sizeof more);
        while (cf_json_next(&rest, &room, &value)) {
            cf_assert(value.kind != CF_JSON_ABSENT);
        }
    }
}

static void read_token(const struct cf_token_keys *keys, struct cf_str text) {
    char texts[CF_TOKEN_MAX];
    struct cf_token token;
    if (cf_token_read(cf_openssl_hash(), keys, text, CF_TOKEN_GUEST, CF_STR("d"), 1, texts, &token) == CF_TOKEN_GOOD) {
        cf_assert(token.room.len > 0 && token.subject.len > 0 && token.expires > 1);
    }
}

static void read_signed(const struct cf_token_keys *keys, struct cf_span claims) {
    char text[4 * CF_TOKEN_MAX];
    char signature[CF_TOKEN_SIGNATURE_LEN];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_base64url(&w, cf_str_span(CF_STR("{\"alg\":\"HS256\",\"kid\":\"kkkkkkkk\"}")));
    cf_put_char(&w, '.');
    cf_put_base64url(&w, claims);
    if (cf_writer_ok(&w) && cf_token_signature(cf_openssl_hash(), keys, cf_writer_str(&w), signature)) {
        cf_put_char(&w, '.');
        cf_put(&w, cf_str_n(signature, sizeof signature));
        read_token(keys, cf_writer_str(&w));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_token_keys keys = {.current = {.name = "kkkkkkk", .is_set = true}};
    memset(keys.current.name, 'k', sizeof keys.current.name);
    if (size == 0) {
        return 0;
    }
    struct cf_span rest = {data + 1, size - 1};
    if (data[0] == '0') {
        read_json(cf_span_str(rest));
    } else if (data[0] == '1') {
        read_token(&keys, cf_span_str(rest));
    } else {
        read_signed(&keys, rest);
    }
    return 0;
}
