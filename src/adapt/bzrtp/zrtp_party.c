/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parties and their secrets. */
#include "adapt/bzrtp/zrtp_internal.h"

#include "base/reader.h"
#include <sqlite3.h>
#include <stdlib.h>

#define URI_MAX 512

/* "1.10 " and 64 digits. */
#define HASH_TEXT_MAX 80

struct cf_zrtp_store {
    sqlite3 *db;
};

enum cf_err cf_zrtp_store_open(const char *path, struct cf_zrtp_store **ret) {
    struct cf_zrtp_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    /* Signalling makes parties, the worker writes secrets: SQLite locks by itself. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
    bool is_open = sqlite3_open_v2(path, &store->db, flags, NULL) == SQLITE_OK;
    /* What a crash loses is a secret: then the string has to be compared again. A worker does not wait for the disk. */
    is_open =
        is_open && sqlite3_exec(store->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF", NULL, NULL, NULL) == SQLITE_OK;
    int result = is_open ? bzrtp_initCache_lock(store->db, NULL) : -1;
    if (result != 0 && result != BZRTP_CACHE_SETUP && result != BZRTP_CACHE_UPDATE) {
        cf_zrtp_store_close(&store);
        return CF_ERR_IO;
    }
    *ret = store;
    return CF_OK;
}

void cf_zrtp_store_close(struct cf_zrtp_store **store) {
    if (*store != NULL) {
        (void)sqlite3_close_v2((*store)->db);
        free(*store);
        *store = NULL;
    }
}

static bool set_store(bzrtpContext_t *context, const struct cf_zrtp_party_config *config) {
    char self[URI_MAX];
    char peer[URI_MAX];
    if (config->store == NULL) {
        return true;
    }
    if (config->self.len >= sizeof self || config->peer.len >= sizeof peer || config->peer.len == 0) {
        return true; /* nobody to be remembered */
    }
    memcpy(self, config->self.at, config->self.len);
    self[config->self.len] = '\0';
    memcpy(peer, config->peer.at, config->peer.len);
    peer[config->peer.len] = '\0';
    int result = bzrtp_setZIDCache_lock(context, config->store->db, self, peer, NULL);
    return result == 0 || result == BZRTP_CACHE_SETUP || result == BZRTP_ZIDCACHE_RUNTIME_CACHELESS;
}

/* Elliptic curves first: a handshake takes the time of the worker. */
static void set_algorithms(bzrtpContext_t *context, bool demands_aes256) {
    uint8_t ciphers[7] = {ZRTP_CIPHER_AES3, ZRTP_CIPHER_AES1};
    uint8_t tags[7] = {ZRTP_AUTHTAG_HS80, ZRTP_AUTHTAG_HS32};
    uint8_t agreements[7] = {ZRTP_KEYAGREEMENT_X255, ZRTP_KEYAGREEMENT_DH3k, ZRTP_KEYAGREEMENT_Mult};
    uint8_t hashes[7] = {ZRTP_HASH_S256, ZRTP_HASH_S384};
    bzrtp_setSupportedCryptoTypes(context, ZRTP_CIPHERBLOCK_TYPE, ciphers, demands_aes256 ? 1 : 2);
    bzrtp_setSupportedCryptoTypes(context, ZRTP_AUTHTAG_TYPE, tags, 2);
    bzrtp_setSupportedCryptoTypes(context, ZRTP_KEYAGREEMENT_TYPE, agreements, 3);
    bzrtp_setSupportedCryptoTypes(context, ZRTP_HASH_TYPE, hashes, 2);
}

static bool read_hash(bzrtpContext_t *context, struct cf_zrtp_channel *channel) {
    uint8_t text[HASH_TEXT_MAX] = {0};
    size_t len = 0;
    if (bzrtp_getSelfHelloHash(context, channel->ssrc, text, sizeof text) != 0) {
        return false;
    }
    struct cf_str hex = cf_str_of((const char *)text);
    (void)cf_str_cut(&hex, ' ');
    return cf_hex_decode(hex, channel->hash, sizeof channel->hash, &len) == CF_OK && len == sizeof channel->hash;
}

static bool make_channels(struct cf_zrtp_party *party, uint32_t ssrc) {
    for (uint32_t i = 0; i < CF_ZRTP_CHANNELS_MAX; i++) {
        struct cf_zrtp_channel *channel = &party->channels[i];
        channel->ssrc = ssrc + i;
        int result = i == 0 ? bzrtp_initBzrtpContext(party->context, ssrc) : bzrtp_addChannel(party->context, channel->ssrc);
        if (result != 0 || !read_hash(party->context, channel)) {
            return false;
        }
    }
    return true;
}

enum cf_err cf_zrtp_party_make(const struct cf_zrtp_party_config *config, struct cf_zrtp_party **ret) {
    struct cf_zrtp_party *party = calloc(1, sizeof *party);
    if (party == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    party->context = bzrtp_createBzrtpContext();
    if (party->context == NULL || !set_store(party->context, config)) {
        cf_zrtp_party_destroy(&party);
        return CF_ERR_NO_MEMORY;
    }
    set_algorithms(party->context, config->demands_aes256);
    if (!make_channels(party, config->ssrc)) {
        cf_zrtp_party_destroy(&party);
        return CF_ERR_NO_MEMORY;
    }
    *ret = party;
    return CF_OK;
}

void cf_zrtp_party_destroy(struct cf_zrtp_party **party) {
    struct cf_zrtp_party *p = *party;
    if (p == NULL) {
        return;
    }
    int left = p->context == NULL ? 0 : 1;
    /* The context goes with its last channel. */
    for (size_t i = 0; left > 0 && i < CF_ZRTP_CHANNELS_MAX; i++) {
        left = bzrtp_destroyBzrtpContext(p->context, p->channels[i].ssrc);
    }
    free(p);
    *party = NULL;
}

const uint8_t *cf_zrtp_party_hash(const struct cf_zrtp_party *party, size_t channel) {
    return party->channels[channel].hash;
}
