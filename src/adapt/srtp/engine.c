/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engines: choose a library, test it, use it. */
#include "adapt/srtp/engine.h"

static void free_engine(struct cf_srtp_engine *engine) {
    if (engine->state != NULL) {
        engine->library->close(engine->state);
    }
    cf_srtp_wipe(engine->pending, sizeof engine->pending);
    cf_mem_free(engine->mem, engine, sizeof *engine);
}

enum cf_err cf_srtp_engine_new_with(const struct cf_mem *mem, const struct cf_cipher_library *library,
                                    struct cf_srtp_engine **ret_engine) {
    if (library == NULL) {
        return CF_ERR_UNSUPPORTED;
    }
    struct cf_srtp_engine *engine = cf_mem_alloc(mem, sizeof *engine);
    if (engine == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    engine->mem = mem;
    engine->library = library;
    engine->state = library->open();
    engine->crypto = (struct cf_packet_crypto){
        .open = cf_srtp_open,
        .close = cf_srtp_close,
        .set_rollover = cf_srtp_set_rollover,
        .protect = cf_srtp_protect,
        .unprotect = cf_srtp_unprotect,
        .protect_rtcp = cf_srtp_protect_rtcp,
        .unprotect_rtcp = cf_srtp_unprotect_rtcp,
        .ctx = engine,
    };
    enum cf_err err = engine->state != NULL ? cf_cipher_self_test(mem, library, engine->state) : CF_ERR_UNSUPPORTED;
    if (err != CF_OK) {
        free_engine(engine);
        return err;
    }
    *ret_engine = engine;
    return CF_OK;
}

enum cf_err cf_srtp_engine_new_of(const struct cf_mem *mem, const struct cf_cipher_library *const *libraries, size_t count,
                                  struct cf_srtp_engine **ret_engine) {
    enum cf_err err = CF_ERR_UNSUPPORTED;
    for (size_t i = 0; i < count && err == CF_ERR_UNSUPPORTED; i++) {
        err = cf_srtp_engine_new_with(mem, libraries[i], ret_engine);
    }
    return err;
}

enum cf_err cf_srtp_engine_new(const struct cf_mem *mem, enum cf_srtp_library library, struct cf_srtp_engine **ret_engine) {
    /* The fastest first. */
    const struct cf_cipher_library *const libraries[] = {cf_cipher_ipsec_mb(), &cf_cipher_openssl};
    size_t first = library == CF_SRTP_LIBRARY_OPENSSL ? 1 : 0;
    size_t end = library == CF_SRTP_LIBRARY_IPSEC_MB ? 1 : 2;
    return cf_srtp_engine_new_of(mem, libraries + first, end - first, ret_engine);
}

void cf_srtp_engine_free(struct cf_srtp_engine *engine) {
    if (engine != NULL) {
        free_engine(engine);
    }
}

const struct cf_packet_crypto *cf_srtp_engine_crypto(const struct cf_srtp_engine *engine) {
    return &engine->crypto;
}

struct cf_str cf_srtp_engine_library(const struct cf_srtp_engine *engine) {
    return engine->library->name;
}
