/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUN messages with all that is looked at in them. What parses and is written anew must parse to the same. */
#include "adapt/openssl/stun_hash.h"
#include "core/stun/build.h"
#include "core/stun/value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_values(const struct cf_stun_message *m) {
    struct cf_addr addr;
    struct cf_span value;
    uint32_t small = 0;
    uint64_t large = 0;
    unsigned code = 0;
    for (int i = 0; i < CF_STUN_ATTRIBUTE_COUNT; i++) {
        size_t at = 0;
        (void)cf_stun_u32(m, (enum cf_stun_attribute)i, &small);
        (void)cf_stun_u64(m, (enum cf_stun_attribute)i, &large);
        (void)cf_stun_address(m, (enum cf_stun_attribute)i, &addr);
        while (cf_stun_next(m, (enum cf_stun_attribute)i, &at, &value)) {
            (void)cf_stun_xor_address(m, value, &addr);
        }
    }
    (void)cf_stun_error_code(m, &code);
    (void)cf_stun_is_whole(m);
    (void)cf_stun_is_authentic(m, cf_openssl_stun_hash(), (struct cf_span){m->id, CF_STUN_ID_LEN});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t out[UINT16_MAX * 2];
    struct cf_stun_message m;
    struct cf_stun_message again;
    struct cf_writer w;
    if (cf_stun_parse((struct cf_span){data, size}, &m) != CF_OK) {
        return 0;
    }
    look_at_values(&m);
    cf_writer_init(&w, out, sizeof out);
    struct cf_stun_builder b = cf_stun_begin(&w, m.kind, m.method, m.id);
    for (int i = 0; i < CF_STUN_ATTRIBUTE_COUNT; i++) {
        bool is_proof = i == CF_STUN_MESSAGE_INTEGRITY || i == CF_STUN_MESSAGE_INTEGRITY_SHA256 || i == CF_STUN_FINGERPRINT;
        if (!is_proof && cf_stun_has(&m, (enum cf_stun_attribute)i)) {
            cf_stun_put(&b, (enum cf_stun_attribute)i, m.attributes[i]);
        }
    }
    cf_stun_put_fingerprint(&b);
    if (!cf_writer_ok(&w) || w.len > UINT16_MAX) {
        return 0;
    }
    if (cf_stun_parse(cf_writer_span(&w), &again) != CF_OK || again.kind != m.kind || again.method != m.method ||
        !cf_stun_is_whole(&again)) {
        abort();
    }
    return 0;
}
