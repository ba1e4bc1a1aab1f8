/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SRTP and SRTCP from somebody without the key: the first octet chooses the suite, the rest is a packet. Nothing but luck of one
 * in 2^32 makes it authentic, and nothing may be remembered of it.
 */
#include "adapt/srtp/engine.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static struct cf_srtp_context *contexts[CF_SRTP_SUITE_COUNT];
static const struct cf_packet_crypto *crypto;

static void open_all(void) {
    static const struct cf_mem mem = {heap_alloc, heap_free, NULL};
    static const uint8_t master[CF_SRTP_KEY_MAX] = {7};
    static struct cf_srtp_engine *engine;
    if (cf_srtp_engine_new(&mem, CF_SRTP_LIBRARY_OPENSSL, &engine) != CF_OK) {
        abort();
    }
    crypto = cf_srtp_engine_crypto(engine);
    for (int suite = CF_SRTP_NONE + 1; suite < CF_SRTP_SUITE_COUNT; suite++) {
        struct cf_srtp_params params = {.suite = (enum cf_srtp_suite)suite,
                                        .direction = CF_SRTP_RECEIVE,
                                        .key = {master, cf_srtp_suites[suite].key_len},
                                        .salt = {master, cf_srtp_suites[suite].salt_len},
                                        .streams_max = 4};
        if (crypto->open(crypto->ctx, &params, &contexts[suite]) != CF_OK) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) {
        return 0;
    }
    if (crypto == NULL) {
        open_all();
    }
    struct cf_srtp_context *srtp = contexts[1 + data[0] % (CF_SRTP_SUITE_COUNT - 1)];
    size_t len = size - 1;
    size_t plain_len = 0;
    uint8_t *packet = malloc(2 * len + 1);
    if (packet == NULL) {
        return 0;
    }
    memcpy(packet, data + 1, len);
    struct cf_unprotect_job job = {.srtp = srtp, .src = packet, .src_len = len, .dst = packet + len, .dst_size = len};
    crypto->unprotect(crypto->ctx, &job, 1);
    memcpy(packet, data + 1, len);
    if (job.err == CF_OK || crypto->unprotect_rtcp(crypto->ctx, srtp, packet, len, &plain_len) == CF_OK ||
        srtp->streams.count > 0) {
        abort();
    }
    free(packet);
    return 0;
}
