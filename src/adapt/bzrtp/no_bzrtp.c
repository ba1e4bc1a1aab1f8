/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Built without bzrtp: there is no ZRTP. */
#include "adapt/bzrtp/zrtp.h"

enum cf_err cf_zrtp_store_open(const char *path, struct cf_zrtp_store **ret) {
    (void)path;
    *ret = NULL;
    return CF_ERR_UNSUPPORTED;
}

void cf_zrtp_store_close(struct cf_zrtp_store **store) {
    *store = NULL;
}

enum cf_err cf_zrtp_party_make(const struct cf_zrtp_party_config *config, struct cf_zrtp_party **ret) {
    (void)config;
    (void)ret;
    return CF_ERR_UNSUPPORTED;
}

void cf_zrtp_party_destroy(struct cf_zrtp_party **party) {
    *party = NULL;
}

const uint8_t *cf_zrtp_party_hash(const struct cf_zrtp_party *party, size_t channel) {
    (void)party;
    (void)channel;
    return NULL;
}

enum cf_err cf_zrtp_new(const struct cf_mem *mem, struct cf_zrtp **ret) {
    (void)mem;
    *ret = NULL;
    return CF_OK;
}

void cf_zrtp_free(struct cf_zrtp *zrtp) {
    (void)zrtp;
}

void cf_zrtp_add(struct cf_zrtp *zrtp, struct cf_zrtp_party *party) {
    (void)zrtp;
    (void)party;
}

const struct cf_handshakes *cf_zrtp_handshakes(const struct cf_zrtp *zrtp) {
    (void)zrtp;
    return NULL;
}
