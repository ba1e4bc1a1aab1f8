/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Self-test at start: known answers, then packets of many lengths in full bursts, sealed and opened, next to OpenSSL. An
 * assembler routine that goes wrong on some processor is found here and not by the peers.
 */
#include "adapt/srtp/cipher.h"

#include "base/reader.h"
#include "base/rng.h"
#include <stdalign.h>

enum {
    TEXT_MAX = 1216, /* octets of text in a packet of the comparison */
    HEAD_LEN = 12,
    GCM_TAG_LEN = 16,
    ANSWER_MAX = 40,
};

/* Known answers. CM: keystream and the HMAC of "Hi There". GCM: ciphertext and tag of a packet. */
struct answer {
    enum cf_cipher_kind kind;
    const char *key;
    const char *iv;
    const char *text; /* hexadecimal; the CM ones encrypt zeros */
    const char *cipher;
    const char *tag;
};

#define HMAC_ANSWER "b617318655057264e28bc0b6fb378c8ef146be00"                                  /* RFC 2202 section 3, 1 */
#define GCM_TEXT "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573" /* RFC 7714 section 16 */
#define ZEROS_32 "0000000000000000000000000000000000000000000000000000000000000000"
#define CM_IV "f0f1f2f3f4f5f6f7f8f9fafbfcfd0000"

static const struct answer answers[] = {
    /* RFC 3711 B.2 */
    {CF_CIPHER_CM_128, "2b7e151628aed2a6abf7158809cf4f3c", CM_IV, ZEROS_32,
     "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab", HMAC_ANSWER},
    /* RFC 6188 sections 7.3 and 7.1 */
    {CF_CIPHER_CM_192, "eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7", CM_IV, ZEROS_32,
     "35096cba4610028dc1b57503804ce37c5de986291dcce161d5165ec4568f5c9a", HMAC_ANSWER},
    {CF_CIPHER_CM_256, "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98", CM_IV, ZEROS_32,
     "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac", HMAC_ANSWER},
    /* RFC 7714 sections 16.1.1 and 16.2.1 */
    {CF_CIPHER_GCM_128, "000102030405060708090a0b0c0d0e0f", "51753c6580c2726f20718414", GCM_TEXT,
     "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833", "899d7f27beb16a9152cf765ee4390cce"},
    {CF_CIPHER_GCM_256, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "51753c6580c2726f20718414", GCM_TEXT,
     "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b", "7aa3db36dfffd6b0f9bb7878d7a76c13"},
};

/* An expanded key of any library. */
struct any_key {
    alignas(CF_SRTP_KEY_ALIGN) uint8_t octets[CF_SRTP_KEY_SIZE_MAX];
};

static struct cf_cipher_key *as_key(struct any_key *key) {
    return (struct cf_cipher_key *)(void *)key->octets;
}

static size_t from_hex(const char *hex, uint8_t *out, size_t size) {
    size_t len = 0;
    enum cf_err err = cf_hex_decode(cf_str_of(hex), out, size, &len);
    cf_assert(err == CF_OK);
    return len;
}

static bool check_answer(const struct cf_cipher_library *library, void *state, const struct answer *answer) {
    static const uint8_t header[] = {0x80, 0x40, 0xf1, 0x7b, 0x80, 0x41, 0xf8, 0xd3, 0x55, 0x01, 0xa0, 0xb2}; /* RFC 7714 */
    uint8_t key_octets[CF_SRTP_KEY_MAX];
    uint8_t auth[CF_SRTP_AUTH_KEY_LEN];
    uint8_t text[ANSWER_MAX];
    uint8_t cipher[ANSWER_MAX];
    uint8_t tag[CF_SRTP_DIGEST_LEN];
    uint8_t got_tag[CF_SRTP_DIGEST_LEN];
    struct any_key key = {{0}};
    bool is_gcm = cf_cipher_is_gcm(answer->kind);
    struct cf_cipher_op op = {.key = as_key(&key), .src = text, .dst = text, .tag = got_tag};
    memset(auth, 0x0b, sizeof auth);
    (void)from_hex(answer->key, key_octets, sizeof key_octets);
    (void)from_hex(answer->iv, op.iv, sizeof op.iv);
    (void)from_hex(answer->cipher, cipher, sizeof cipher);
    op.len = from_hex(answer->text, text, sizeof text);
    op.tag_len = (uint8_t)from_hex(answer->tag, tag, sizeof tag);
    op.aad = is_gcm ? header : (const uint8_t *)"Hi There";
    op.aad_len = is_gcm ? sizeof header : 8;
    struct cf_cipher_keys keys = {.kind = answer->kind, .key = key_octets, .auth = auth};
    if (!library->key_init(state, as_key(&key), &keys)) {
        return false;
    }
    library->seal(state, answer->kind, &op, 1);
    library->key_fini(state, as_key(&key));
    return op.is_good && memcmp(text, cipher, op.len) == 0 && memcmp(got_tag, tag, op.tag_len) == 0;
}

/* A burst sealed by the library, the same by OpenSSL, and room to open it. */
struct comparison {
    struct any_key key;
    struct any_key reference_key;
    const struct cf_cipher_library *library;
    void *state;
    uint8_t text[TEXT_MAX];
    uint8_t sealed[CF_SRTP_BURST_MAX][HEAD_LEN + TEXT_MAX + CF_SRTP_DIGEST_LEN];
    uint8_t reference[HEAD_LEN + TEXT_MAX + CF_SRTP_DIGEST_LEN];
    uint8_t tags[CF_SRTP_BURST_MAX][CF_SRTP_DIGEST_LEN];
    struct cf_cipher_op ops[CF_SRTP_BURST_MAX];
    enum cf_cipher_kind kind;
};

/* The operation that seals c->text of @len octets behind a header at @out. */
static struct cf_cipher_op make_op(struct comparison *c, struct any_key *key, uint8_t *out, size_t len) {
    bool is_gcm = cf_cipher_is_gcm(c->kind);
    struct cf_cipher_op op = {
        .key = as_key(key),
        .src = c->text,
        .dst = out + HEAD_LEN,
        .len = len,
        .aad = out,
        .aad_len = is_gcm ? HEAD_LEN : HEAD_LEN + len,
        .tag = out + HEAD_LEN + len,
        .tag_len = is_gcm ? GCM_TAG_LEN : 10,
    };
    memset(out, 0x80, HEAD_LEN);
    memset(op.iv, (int)len & 0xff, 14); /* the last two octets count blocks and begin with zero */
    return op;
}

/* Seals a burst of packets of @len octets and more; every one must be what OpenSSL makes of it. */
static bool compare_sealed(struct comparison *c, size_t len) {
    for (size_t i = 0; i < CF_SRTP_BURST_MAX; i++) {
        c->ops[i] = make_op(c, &c->key, c->sealed[i], len + i);
    }
    c->library->seal(c->state, c->kind, c->ops, CF_SRTP_BURST_MAX);
    for (size_t i = 0; i < CF_SRTP_BURST_MAX; i++) {
        struct cf_cipher_op op = make_op(c, &c->reference_key, c->reference, len + i);
        cf_cipher_openssl.seal(NULL, c->kind, &op, 1);
        if (!c->ops[i].is_good || memcmp(c->sealed[i], c->reference, HEAD_LEN + op.len + op.tag_len) != 0) {
            return false;
        }
    }
    return true;
}

/* Opens in place what compare_sealed() left, every third packet with a wrong tag. */
static bool compare_opened(struct comparison *c) {
    for (size_t i = 0; i < CF_SRTP_BURST_MAX; i++) {
        c->ops[i].src = c->ops[i].dst;
        memcpy(c->tags[i], c->ops[i].tag, c->ops[i].tag_len);
        c->tags[i][i % 10] ^= i % 3 == 2 ? 1 : 0;
        c->ops[i].tag = c->tags[i];
    }
    c->library->open_packets(c->state, c->kind, c->ops, CF_SRTP_BURST_MAX);
    for (size_t i = 0; i < CF_SRTP_BURST_MAX; i++) {
        bool want_good = i % 3 != 2;
        if (c->ops[i].is_good != want_good || (want_good && memcmp(c->ops[i].dst, c->text, c->ops[i].len) != 0)) {
            return false;
        }
    }
    return true;
}

static bool compare(struct comparison *c) {
    static const size_t lens[] = {0, 16, 32, 48, 64, 80, 96, 112, 128, 160, 240, 256, 496, 512, 1088, 1104, 1200};
    bool is_same = true;
    for (size_t i = 0; is_same && i < sizeof lens / sizeof *lens; i++) {
        is_same = compare_sealed(c, lens[i]) && compare_opened(c);
    }
    return is_same;
}

/* Keys of chance for both libraries, then the comparison. */
static enum cf_err compare_kind(struct comparison *c, enum cf_cipher_kind kind) {
    uint8_t key[CF_SRTP_KEY_MAX];
    uint8_t auth[CF_SRTP_AUTH_KEY_LEN];
    struct cf_cipher_keys keys = {.kind = kind, .key = key, .auth = auth};
    struct cf_rng rng;
    cf_rng_init(&rng, (uint64_t)kind);
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)cf_rng_u32(&rng);
    }
    for (size_t i = 0; i < sizeof auth; i++) {
        auth[i] = (uint8_t)cf_rng_u32(&rng);
    }
    for (size_t i = 0; i < TEXT_MAX; i++) {
        c->text[i] = (uint8_t)cf_rng_u32(&rng);
    }
    c->kind = kind;
    if (!c->library->key_init(c->state, as_key(&c->key), &keys)) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = CF_ERR_NO_MEMORY;
    if (cf_cipher_openssl.key_init(NULL, as_key(&c->reference_key), &keys)) {
        err = compare(c) ? CF_OK : CF_ERR_UNSUPPORTED;
        cf_cipher_openssl.key_fini(NULL, as_key(&c->reference_key));
    }
    c->library->key_fini(c->state, as_key(&c->key));
    return err;
}

/* An aligned struct comparison inside of a block with room for it to move. */
static struct comparison *align_comparison(void *block) {
    size_t beyond = (uintptr_t)block % CF_SRTP_KEY_ALIGN;
    return (struct comparison *)(void *)((uint8_t *)block + (beyond == 0 ? 0 : CF_SRTP_KEY_ALIGN - beyond));
}

enum cf_err cf_cipher_self_test(const struct cf_mem *mem, const struct cf_cipher_library *library, void *state) {
    cf_assert(library->key_size <= CF_SRTP_KEY_SIZE_MAX && library->key_size % CF_SRTP_KEY_ALIGN == 0);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        if (!check_answer(library, state, &answers[i])) {
            return CF_ERR_UNSUPPORTED;
        }
    }
    size_t size = sizeof(struct comparison) + CF_SRTP_KEY_ALIGN;
    void *block = cf_mem_alloc(mem, size);
    if (block == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct comparison *c = align_comparison(block);
    c->library = library;
    c->state = state;
    enum cf_err err = CF_OK;
    for (unsigned kind = 0; err == CF_OK && kind < CF_CIPHER_KIND_COUNT; kind++) {
        err = compare_kind(c, (enum cf_cipher_kind)kind);
    }
    cf_mem_free(mem, block, size);
    return err;
}
