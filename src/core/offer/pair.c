/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairs of descriptions. */
#include "core/offer/pair.h"

bool cf_pair_crypto_of(const struct cf_section *local, const struct cf_section *remote, bool is_local_offer,
                       struct cf_pair_crypto *ret) {
    const struct cf_section *offer = is_local_offer ? local : remote;
    const struct cf_section *answer = is_local_offer ? remote : local;
    for (size_t i = 0; i < answer->attributes.crypto_count; i++) {
        struct cf_sdp_crypto answered;
        struct cf_sdp_crypto offered;
        if (cf_section_crypto_at(answer, i, &answered) && cf_section_crypto(offer, answered.tag, &offered) &&
            offered.suite == answered.suite) {
            ret->local = is_local_offer ? offered : answered;
            ret->remote = is_local_offer ? answered : offered;
            return true;
        }
    }
    return false;
}

void cf_sdes_key_make(const struct cf_entropy *entropy, enum cf_srtp_suite suite, struct cf_sdes_key *ret) {
    memset(ret, 0, sizeof *ret);
    cf_entropy_fill(entropy, ret->key, cf_srtp_suites[suite].key_len);
    cf_entropy_fill(entropy, ret->salt, cf_srtp_suites[suite].salt_len);
}
