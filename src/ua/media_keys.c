/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates and ZRTP of a user agent. */
#include "ua/media_keys.h"

#include "shell/system/system.h"

#define CERTIFICATE_DAYS 30

enum cf_err cf_media_keys_add_dtls(struct cf_media_keys *keys) {
    struct cf_dtls_identity *identity = NULL;
    enum cf_err err = cf_dtls_new(cf_system_mem(), &keys->dtls);
    err = err == CF_OK ? cf_dtls_identity_make(CERTIFICATE_DAYS, &identity) : err;
    if (err == CF_OK) {
        memcpy(keys->fingerprint, cf_dtls_identity_fingerprint(identity), sizeof keys->fingerprint);
        err = cf_dtls_add(keys->dtls, identity);
    }
    if (err != CF_OK) {
        cf_dtls_identity_destroy(&identity);
    }
    return err;
}

enum cf_err cf_media_keys_add_zrtp(struct cf_media_keys *keys, struct cf_str self, struct cf_str peer, const char *secrets) {
    struct cf_zrtp_party *party;
    enum cf_err err = secrets == NULL ? CF_OK : cf_zrtp_store_open(secrets, &keys->secrets);
    const struct cf_zrtp_party_config config = {
        .store = keys->secrets, .self = self, .peer = peer, .ssrc = cf_entropy_u32(cf_system_entropy()) | 2U};
    err = err == CF_OK ? cf_zrtp_new(cf_system_mem(), &keys->zrtp) : err;
    err = err == CF_OK ? cf_zrtp_party_make(&config, &party) : err;
    if (err != CF_OK) {
        return err;
    }
    for (size_t i = 0; i < CF_ZRTP_CHANNELS_MAX; i++) {
        memcpy(keys->hashes[i], cf_zrtp_party_hash(party, i), CF_ZRTP_HASH_LEN);
    }
    cf_zrtp_add(keys->zrtp, party);
    keys->has_zrtp = true;
    return CF_OK;
}

void cf_media_keys_free(struct cf_media_keys *keys) {
    cf_dtls_free(keys->dtls);
    cf_zrtp_free(keys->zrtp);
    cf_zrtp_store_close(&keys->secrets);
    *keys = (struct cf_media_keys){.dtls = NULL};
}

void cf_media_keys_tell_agent(const struct cf_media_keys *keys, struct cf_agent_config *config) {
    config->fingerprint = keys->dtls == NULL ? NULL : keys->fingerprint;
    config->zrtp_hashes = keys->hashes;
    config->zrtp_count = keys->has_zrtp ? CF_ZRTP_CHANNELS_MAX : 0;
}

void cf_media_keys_tell_terminal(const struct cf_media_keys *keys, const struct cf_policy *policy,
                                 struct cf_terminal_config *config) {
    config->dtls = keys->dtls == NULL ? NULL : cf_dtls_handshakes(keys->dtls);
    config->zrtp = keys->has_zrtp ? cf_zrtp_handshakes(keys->zrtp) : NULL;
    config->suites = policy->suites;
    config->suite_count = policy->suite_count;
}
