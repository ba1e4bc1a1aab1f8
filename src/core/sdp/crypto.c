/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SDES crypto attributes. */
#include "core/sdp/crypto.h"

#include "base/reader.h"
#include "base/secret.h"
#include "core/sdp/sdp.h"

/* "2^20" or a plain number of packets, as a power of two rounded down. */
static bool parse_lifetime(struct cf_str text, uint8_t *ret_log2) {
    uint32_t power = 0;
    uint64_t packets = 0;
    if (cf_str_starts(text, CF_STR("2^"))) {
        if (!cf_str_to_u32(cf_str_skip(text, 2), 48, &power)) {
            return false;
        }
    } else {
        if (!cf_str_to_u64(text, UINT64_MAX, &packets) || packets == 0) {
            return false;
        }
        while (packets > 1 && power < 48) {
            packets >>= 1;
            power++;
        }
    }
    *ret_log2 = (uint8_t)power;
    return true;
}

/* "value:length", the length in octets (RFC 4568 section 6.1). */
static bool parse_mki(struct cf_str text, struct cf_sdes_key *key) {
    struct cf_str length = text;
    uint64_t value = 0;
    uint32_t len = 0;
    if (!cf_str_to_u64(cf_str_cut(&length, ':'), UINT64_MAX, &value) || !cf_str_to_u32(length, CF_MKI_MAX, &len) || len == 0) {
        return false;
    }
    if (len < CF_MKI_MAX && value >> (8 * len) != 0) {
        return false;
    }
    for (uint32_t i = len; i > 0; i--) {
        key->mki[i - 1] = (uint8_t)value;
        value >>= 8;
    }
    key->mki_len = (uint8_t)len;
    return true;
}

static bool parse_key_and_salt(struct cf_str text, enum cf_srtp_suite suite, struct cf_sdes_key *key) {
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[suite];
    uint8_t both[CF_SRTP_KEY_MAX + CF_SRTP_SALT_MAX];
    size_t len = 0;
    bool is_right = cf_base64_decode(text, both, sizeof both, &len) == CF_OK && len == (size_t)info->key_len + info->salt_len;
    if (is_right) {
        memcpy(key->key, both, info->key_len);
        memcpy(key->salt, both + info->key_len, info->salt_len);
    }
    return is_right;
}

/* "inline:KEY|lifetime|mki:length"; lifetime and MKI may each be missing. */
static bool parse_key(struct cf_str text, enum cf_srtp_suite suite, struct cf_sdes_key *key) {
    if (!cf_str_starts_nocase(text, CF_STR("inline:"))) {
        return false;
    }
    struct cf_str rest = cf_str_skip(text, 7);
    if (!parse_key_and_salt(cf_str_cut(&rest, '|'), suite, key)) {
        return false;
    }
    while (rest.at != NULL) {
        struct cf_str part = cf_str_cut(&rest, '|');
        bool is_mki = cf_str_find(part, ':') < part.len;
        if (is_mki ? !parse_mki(part, key) : !parse_lifetime(part, &key->lifetime_log2)) {
            return false;
        }
    }
    return true;
}

/* Session parameters that leave packets as they are: a hint about the replay window. */
static bool is_harmless(struct cf_str param) {
    return cf_str_starts_nocase(param, CF_STR("WSH="));
}

/* Tag and suite; @p rest becomes what follows them. */
static bool parse_head(struct cf_str *rest, struct cf_sdp_crypto *ret) {
    struct cf_sdp_crypto crypto = {0};
    struct cf_str tag = cf_sdp_word(rest);
    crypto.suite_name = cf_sdp_word(rest);
    if (!cf_str_to_u32(tag, CF_SDP_CRYPTO_TAG_MAX, &crypto.tag) || !cf_sdp_is_token(crypto.suite_name) || rest->len == 0) {
        return false;
    }
    crypto.suite = cf_srtp_suite_of_name(crypto.suite_name);
    *ret = crypto;
    return true;
}

bool cf_sdp_crypto_peek(struct cf_str value, struct cf_sdp_crypto *ret) {
    struct cf_str rest = value;
    return parse_head(&rest, ret);
}

bool cf_sdp_crypto_parse(struct cf_str value, struct cf_sdp_crypto *ret) {
    struct cf_sdp_crypto crypto;
    struct cf_str rest = value;
    if (!parse_head(&rest, &crypto)) {
        return false;
    }
    struct cf_str keys = cf_sdp_word(&rest);
    if (crypto.suite != CF_SRTP_NONE) {
        bool has_one_key = cf_str_find(keys, ';') == keys.len;
        crypto.is_usable = has_one_key && parse_key(keys, crypto.suite, &crypto.key);
        while (rest.len > 0) {
            crypto.is_usable = is_harmless(cf_sdp_word(&rest)) && crypto.is_usable;
        }
    }
    *ret = crypto;
    return true;
}

static void put_mki(struct cf_writer *w, const struct cf_sdes_key *key) {
    uint64_t value = 0;
    for (size_t i = 0; i < key->mki_len; i++) {
        value = value << 8 | key->mki[i];
    }
    cf_put_char(w, '|');
    cf_put_dec(w, value);
    cf_put_char(w, ':');
    cf_put_dec(w, key->mki_len);
}

void cf_put_sdp_crypto(struct cf_writer *w, const struct cf_sdp_crypto *crypto) {
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[crypto->suite];
    uint8_t both[CF_SRTP_KEY_MAX + CF_SRTP_SALT_MAX];
    memcpy(both, crypto->key.key, info->key_len);
    memcpy(both + info->key_len, crypto->key.salt, info->salt_len);
    cf_put_lit(w, "a=crypto:");
    cf_put_dec(w, crypto->tag);
    cf_put_char(w, ' ');
    cf_put(w, crypto->suite_name.at != NULL ? crypto->suite_name : info->name);
    cf_put_lit(w, " inline:");
    cf_put_base64(w, (struct cf_span){both, (size_t)info->key_len + info->salt_len});
    if (crypto->key.lifetime_log2 > 0) {
        cf_put_lit(w, "|2^");
        cf_put_dec(w, crypto->key.lifetime_log2);
    }
    if (crypto->key.mki_len > 0) {
        put_mki(w, &crypto->key);
    }
    cf_put_lit(w, "\r\n");
}

bool cf_sdes_key_eq(const struct cf_sdes_key *a, const struct cf_sdes_key *b) {
    /* All three are compared, whatever the first is. */
    bool is_same_key = cf_secret_eq((struct cf_span){a->key, sizeof a->key}, (struct cf_span){b->key, sizeof b->key});
    bool is_same_salt = cf_secret_eq((struct cf_span){a->salt, sizeof a->salt}, (struct cf_span){b->salt, sizeof b->salt});
    bool is_same_mki = cf_secret_eq((struct cf_span){a->mki, sizeof a->mki}, (struct cf_span){b->mki, sizeof b->mki});
    return (is_same_key & is_same_salt & is_same_mki & (a->mki_len == b->mki_len)) != 0;
}
