/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUN Binding on the SIP port. */
#include "core/endpoint/stun.h"

#include "core/stun/build.h"

bool cf_stun_answer(struct cf_span bytes, const struct cf_addr *source, struct cf_writer *w) {
    struct cf_stun_message m;
    if (source->family == CF_FAMILY_NONE || cf_stun_parse(bytes, &m) != CF_OK || m.kind != CF_STUN_REQUEST ||
        m.method != CF_STUN_BINDING || m.unknown_count > 0) {
        return false;
    }
    struct cf_stun_builder b = cf_stun_begin(w, CF_STUN_SUCCESS, CF_STUN_BINDING, m.id);
    cf_stun_put_xor_address(&b, CF_STUN_XOR_MAPPED_ADDRESS, source);
    return cf_writer_ok(w);
}

void cf_stun_put_request(struct cf_writer *w, const uint8_t id[12]) {
    (void)cf_stun_begin(w, CF_STUN_REQUEST, CF_STUN_BINDING, id);
}
