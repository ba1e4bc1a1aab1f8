/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key agreement in the media path. */
#include "core/sdp/dtls.h"

#include "base/reader.h"
#include "core/sdp/sdp.h"

static const struct cf_str setups[] = {
    [CF_SETUP_NONE] = CF_STR_INIT(""),
    [CF_SETUP_ACTPASS] = CF_STR_INIT("actpass"),
    [CF_SETUP_ACTIVE] = CF_STR_INIT("active"),
    [CF_SETUP_PASSIVE] = CF_STR_INIT("passive"),
    [CF_SETUP_HOLDCONN] = CF_STR_INIT("holdconn"),
};

enum cf_setup cf_setup_parse(struct cf_str value) {
    for (int i = CF_SETUP_ACTPASS; i <= CF_SETUP_HOLDCONN; i++) {
        if (cf_str_eq_nocase(value, setups[i])) {
            return (enum cf_setup)i;
        }
    }
    return CF_SETUP_NONE;
}

void cf_put_sdp_setup(struct cf_writer *w, enum cf_setup setup) {
    if (setup != CF_SETUP_NONE) {
        cf_put_lit(w, "a=setup:");
        cf_put(w, setups[setup]);
        cf_put_lit(w, "\r\n");
    }
}

bool cf_sdp_fingerprint_parse(struct cf_str value, struct cf_sdp_fingerprint *ret) {
    struct cf_sdp_fingerprint f = {0};
    struct cf_str rest = value;
    f.hash = cf_sdp_word(&rest);
    struct cf_str octets = cf_sdp_word(&rest);
    if (!cf_sdp_is_token(f.hash) || octets.len == 0) {
        return false;
    }
    while (octets.at != NULL) {
        struct cf_str octet = cf_str_cut(&octets, ':');
        size_t len = 0;
        if (f.digest_len == sizeof f.digest || cf_hex_decode(octet, f.digest + f.digest_len, 1, &len) != CF_OK || len != 1) {
            return false;
        }
        f.digest_len++;
    }
    *ret = f;
    return true;
}

void cf_put_sdp_fingerprint(struct cf_writer *w, struct cf_str hash, struct cf_span digest) {
    static const char digits[] = "0123456789ABCDEF";
    cf_put_lit(w, "a=fingerprint:");
    cf_put(w, hash);
    for (size_t i = 0; i < digest.len; i++) {
        cf_put_char(w, i == 0 ? ' ' : ':');
        cf_put_char(w, digits[digest.at[i] >> 4]);
        cf_put_char(w, digits[digest.at[i] & 0x0FU]);
    }
    cf_put_lit(w, "\r\n");
}

static bool is_tls_id_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '-' ||
           c == '_';
}

bool cf_sdp_is_tls_id(struct cf_str value) {
    bool is_id = value.len >= 20 && value.len <= 255;
    for (size_t i = 0; is_id && i < value.len; i++) {
        is_id = is_tls_id_char(value.at[i]);
    }
    return is_id;
}

bool cf_sdp_zrtp_hash_parse(struct cf_str value, uint8_t ret_hash[CF_ZRTP_HASH_LEN]) {
    struct cf_str rest = value;
    struct cf_str version = cf_sdp_word(&rest);
    struct cf_str digits = cf_sdp_word(&rest);
    uint8_t hash[CF_ZRTP_HASH_LEN];
    size_t len = 0;
    if (!cf_str_eq(version, CF_STR("1.10")) || cf_hex_decode(digits, hash, sizeof hash, &len) != CF_OK || len != sizeof hash) {
        return false;
    }
    memcpy(ret_hash, hash, sizeof hash);
    return true;
}

void cf_put_sdp_zrtp_hash(struct cf_writer *w, const uint8_t hash[CF_ZRTP_HASH_LEN]) {
    cf_put_lit(w, "a=zrtp-hash:1.10 ");
    cf_put_hex(w, (struct cf_span){hash, CF_ZRTP_HASH_LEN});
    cf_put_lit(w, "\r\n");
}
