/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test vectors of RFC 3711 appendix B.2 and B.3, RFC 6188 section 7, RFC 7714 sections 16 and 17, with both libraries. */
#include "adapt/srtp/engine.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include <stdlib.h>

#define KEY_256 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_128 "000102030405060708090a0b0c0d0e0f"
#define SALT "517569642070726f2071756f"

/* RTP of RFC 7714 section 16 and RTCP of section 17. */
#define RTP_HEADER "8040f17b8041f8d35501a0b2"
#define RTP_TEXT "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573"
#define RTP_128                                                                                                                  \
    RTP_HEADER "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce"
#define RTP_256                                                                                                                  \
    RTP_HEADER "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13"
#define RTCP_PLAIN "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"
#define RTCP_128                                                                                                                 \
    "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"                   \
    "c84aa45896cf4d2fc5abf87245d9eade800005d4"
#define RTCP_256                                                                                                                 \
    "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad"                   \
    "1d1eb30c4446839f57ff6f6cb26ac3be800005d4"

enum { RTCP_INDEX = 0x5d4, STREAM_LEN = 1044512 };

static struct cf_span hex(const char *text, uint8_t *out, size_t size) {
    size_t len = 0;
    assert_ok(cf_hex_decode(cf_str_of(text), out, size, &len));
    return (struct cf_span){out, len};
}

static void assert_hex(struct cf_span octets, const char *text) {
    uint8_t expected[256];
    struct cf_span want = hex(text, expected, sizeof expected);
    assert_int_equal(octets.len, want.len);
    assert_memory_equal(octets.at, want.at, want.len);
}

static const struct cf_cipher_library *libraries[2];

static size_t library_count(void) {
    libraries[0] = &cf_cipher_openssl;
    libraries[1] = cf_cipher_ipsec_mb();
    return libraries[1] != NULL ? 2 : 1;
}

static void assert_derived(const char *key, const char *salt, uint8_t label, const char *expected) {
    uint8_t k[32];
    uint8_t s[14];
    uint8_t want[96];
    uint8_t out[96];
    struct cf_span expected_octets = hex(expected, want, sizeof want);
    assert_ok(cf_srtp_derive(hex(key, k, sizeof k), hex(salt, s, sizeof s), label, out, expected_octets.len));
    assert_memory_equal(out, want, expected_octets.len);
}

static void derives_keys_as_rfc_3711_b_3(void **state) {
    (void)state;
    const char *key = "e1f97a0d3e018be0d64fa32c06de4139";
    const char *salt = "0ec675ad498afeebb6960b3aabe6";
    assert_derived(key, salt, 0, "c61e7a93744f39ee10734afe3ff7a087");
    assert_derived(key, salt, 2, "30cbbc08863d8c85d49db34a9ae1");
    assert_derived(key, salt, 1,
                   "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbcee049646c43d9327ad175578ef7227098"
                   "6371c10c9a369ac2f94a8c5fbcdddc256d6e919a48b610ef17c2041e474035766b68642c59bbfc2f34db60dbdfb2");
}

static void derives_keys_as_rfc_6188(void **state) {
    (void)state;
    const char *key_256 = "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6";
    const char *salt_256 = "3b04803de51ee7c96423ab5b78d2";
    const char *key_192 = "73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1";
    const char *salt_192 = "c8522f3acd4ce86d5add78edbb11";
    assert_derived(key_256, salt_256, 0, "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4");
    assert_derived(key_256, salt_256, 2, "fa31791685ca444a9e07c6c64e93");
    assert_derived(key_256, salt_256, 1, "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
    assert_derived(key_192, salt_192, 0, "31874736a8f1143870c26e4857d8a5b2c4a354407faadabb");
    assert_derived(key_192, salt_192, 2, "2372b82d639b6d8503a47adc0a6c");
    assert_derived(key_192, salt_192, 1, "355b10973cd95b9eacf4061c7e1a7151e7cfbfcb");
}

/* A whole keystream segment: its first three blocks and its last three. */
struct keystream {
    enum cf_cipher_kind kind;
    const char *key;
    const char *first;
    const char *last;
};

static const struct keystream keystreams[] = {
    {CF_CIPHER_CM_128, "2b7e151628aed2a6abf7158809cf4f3c",
     "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0",
     "ec8cdf7398607cb0f2d21675ea9ea1e4362b7c3c6773516318a077d7fc5073ae6a2cc3787889374fbeb4c81b17ba6c44"},
    {CF_CIPHER_CM_256, "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98",
     "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31",
     "cea518c90fd91ced9cbb18c078a547113dbc4814f4da5f00a08772b63c6a046d6eb246913062a16891433e97dd01a57f"},
    {CF_CIPHER_CM_192, "eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7",
     "35096cba4610028dc1b57503804ce37c5de986291dcce161d5165ec4568f5c9a474a40c77894bc17180202272a4c264d",
     "d108d1a31a00bad6367ec23eb044b415c8f57129fdeb970b59f917b257662d4ca5dab625811034e8cebdfeb6dc158dd3"},
};

static void *aligned_key(void) {
    void *key = aligned_alloc(CF_SRTP_KEY_ALIGN, CF_SRTP_KEY_SIZE_MAX);
    assert_non_null(key);
    return key;
}

static void assert_keystream(const struct cf_cipher_library *library, const struct keystream *k) {
    uint8_t key[32];
    uint8_t auth[CF_SRTP_AUTH_KEY_LEN] = {0};
    uint8_t salt[CF_SRTP_NONCE_LEN] = {0};
    uint8_t tag[10];
    uint8_t *text = calloc(1, STREAM_LEN);
    struct cf_cipher_key *expanded = aligned_key();
    void *library_state = library->open();
    assert_non_null(text);
    assert_non_null(library_state);
    struct cf_cipher_op op = {
        .key = expanded, .src = text, .dst = text, .len = STREAM_LEN, .aad = text, .tag = tag, .tag_len = 10};
    struct cf_cipher_keys keys = {.kind = k->kind, .key = key, .auth = auth};
    (void)hex(k->key, key, sizeof key);
    assert_true(library->key_init(library_state, expanded, &keys));
    cf_srtp_nonce(hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd", salt, sizeof salt).at, false, 0, 0, op.iv);
    library->seal(library_state, k->kind, &op, 1);
    assert_true(op.is_good);
    assert_hex((struct cf_span){text, 48}, k->first);
    assert_hex((struct cf_span){text + STREAM_LEN - 48, 48}, k->last);
    library->key_fini(library_state, expanded);
    library->close(library_state);
    free(expanded);
    free(text);
}

static void makes_the_keystreams_of_rfc_3711_b_2_and_rfc_6188(void **state) {
    (void)state;
    for (size_t i = 0; i < library_count(); i++) {
        for (size_t k = 0; k < sizeof keystreams / sizeof *keystreams; k++) {
            assert_keystream(libraries[i], &keystreams[k]);
        }
    }
}

/* A context of RFC 7714's examples, which name session keys: they take the place of the derived ones. */
struct fixture {
    struct test_mem mem;
    struct cf_srtp_engine *engine;
    struct cf_srtp_context *srtp;
    const struct cf_packet_crypto *crypto;
};

static void begin(struct fixture *f, const struct cf_cipher_library *library, bool is_256, enum cf_srtp_direction direction) {
    uint8_t key[32];
    uint8_t salt[12];
    struct cf_srtp_params params = {.suite = is_256 ? CF_SRTP_AEAD_AES_256_GCM : CF_SRTP_AEAD_AES_128_GCM,
                                    .direction = direction,
                                    .key = hex(is_256 ? KEY_256 : KEY_128, key, sizeof key),
                                    .salt = hex(SALT, salt, sizeof salt),
                                    .streams_max = 4};
    test_mem_init(&f->mem);
    assert_ok(cf_srtp_engine_new_with(&f->mem.mem, library, &f->engine));
    f->crypto = cf_srtp_engine_crypto(f->engine);
    assert_ok(f->crypto->open(f->crypto->ctx, &params, &f->srtp));
    struct cf_cipher_keys keys = {.kind = f->srtp->kind, .key = key};
    struct cf_cipher_key *expanded[] = {f->srtp->rtp_key, f->srtp->rtcp_key};
    for (size_t i = 0; i < 2; i++) {
        library->key_fini(f->engine->state, expanded[i]);
        assert_true(library->key_init(f->engine->state, expanded[i], &keys));
    }
    memcpy(f->srtp->rtp_salt, salt, sizeof salt);
    memcpy(f->srtp->rtcp_salt, salt, sizeof salt);
}

static void end(struct fixture *f) {
    f->crypto->close(f->crypto->ctx, f->srtp);
    cf_srtp_engine_free(f->engine);
    test_mem_fini(&f->mem);
}

static void assert_rtp(const struct cf_cipher_library *library, bool is_256) {
    struct fixture f;
    uint8_t header[12];
    uint8_t text[64];
    uint8_t out[128];
    begin(&f, library, is_256, CF_SRTP_SEND);
    struct cf_protect_job job = {.srtp = f.srtp,
                                 .header = hex(RTP_HEADER, header, sizeof header),
                                 .payload = hex(RTP_TEXT, text, sizeof text),
                                 .dst = out,
                                 .dst_size = sizeof out};
    f.crypto->protect(f.crypto->ctx, &job, 1);
    assert_ok(job.err);
    assert_hex((struct cf_span){out, job.dst_len}, is_256 ? RTP_256 : RTP_128);
    end(&f);
    begin(&f, library, is_256, CF_SRTP_RECEIVE);
    struct cf_unprotect_job back = {.srtp = f.srtp, .src = out, .src_len = job.dst_len, .dst = out, .dst_size = sizeof out};
    f.crypto->unprotect(f.crypto->ctx, &back, 1);
    assert_ok(back.err);
    assert_hex((struct cf_span){out, back.dst_len}, RTP_HEADER RTP_TEXT);
    end(&f);
}

static void protects_rtp_as_rfc_7714_section_16(void **state) {
    (void)state;
    for (size_t i = 0; i < library_count(); i++) {
        assert_rtp(libraries[i], false);
        assert_rtp(libraries[i], true);
    }
}

static void assert_rtcp_opens(const struct cf_cipher_library *library, bool is_256, const char *packet) {
    struct fixture f;
    uint8_t octets[128];
    size_t len = hex(packet, octets, sizeof octets).len;
    begin(&f, library, is_256, CF_SRTP_RECEIVE);
    assert_ok(f.crypto->unprotect_rtcp(f.crypto->ctx, f.srtp, octets, len, &len));
    assert_hex((struct cf_span){octets, len}, RTCP_PLAIN);
    end(&f);
}

static void protects_rtcp_as_rfc_7714_section_17(void **state) {
    (void)state;
    for (size_t i = 0; i < library_count(); i++) {
        for (int is_256 = 0; is_256 < 2; is_256++) {
            struct fixture f;
            uint8_t octets[128];
            size_t len = hex(RTCP_PLAIN, octets, sizeof octets).len;
            uint32_t slot = 0;
            begin(&f, libraries[i], is_256 != 0, CF_SRTP_SEND);
            assert_ok(cf_srtp_streams_add(&f.srtp->streams, 0x4d617273, 0, &slot));
            f.srtp->streams.slots[slot].rtcp_next = RTCP_INDEX;
            assert_ok(f.crypto->protect_rtcp(f.crypto->ctx, f.srtp, (struct cf_span){octets, len}, octets, sizeof octets, &len));
            assert_hex((struct cf_span){octets, len}, is_256 != 0 ? RTCP_256 : RTCP_128);
            end(&f);
        }
        assert_rtcp_opens(libraries[i], false, RTCP_128);
        assert_rtcp_opens(libraries[i], true, RTCP_256);
    }
}

static void takes_rtcp_that_is_only_tagged(void **state) {
    (void)state;
    for (size_t i = 0; i < library_count(); i++) {
        assert_rtcp_opens(libraries[i], false, RTCP_PLAIN "841dd9683dd78ec92ae58790125f62b3000005d4");
        assert_rtcp_opens(libraries[i], true, RTCP_PLAIN "91db4afbfeee5a978fab4393ed2615fe000005d4");
    }
}

CF_TEST_MAIN(cmocka_unit_test(derives_keys_as_rfc_3711_b_3), cmocka_unit_test(derives_keys_as_rfc_6188),
             cmocka_unit_test(makes_the_keystreams_of_rfc_3711_b_2_and_rfc_6188),
             cmocka_unit_test(protects_rtp_as_rfc_7714_section_16), cmocka_unit_test(protects_rtcp_as_rfc_7714_section_17),
             cmocka_unit_test(takes_rtcp_that_is_only_tagged))
