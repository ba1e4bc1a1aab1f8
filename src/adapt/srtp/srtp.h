/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SRTP and SRTCP (RFC 3711, AES-192 and AES-256 by RFC 6188, AES-GCM by RFC 7714) behind struct cf_packet_crypto. The packet
 * transform is ours; ciphers and hashes are OpenSSL's, or ipsec-mb's where it was built in, the processor has it, and it passes
 * the self-test. Key derivation rate 0, no MKI, no encrypted header extensions.
 *
 * An engine belongs to one thread, and so do its contexts. Nothing is allocated per packet.
 */
#ifndef CF_ADAPT_SRTP_SRTP_H
#define CF_ADAPT_SRTP_SRTP_H

#include "base/mem.h"
#include "core/rtp/crypto.h"

/** Which library does the arithmetic. */
enum cf_srtp_library {
    CF_SRTP_LIBRARY_BEST,     /**< the fastest that works here */
    CF_SRTP_LIBRARY_OPENSSL,  /**< works everywhere */
    CF_SRTP_LIBRARY_IPSEC_MB, /**< amd64; CF_ERR_UNSUPPORTED where it does not work */
};

/** An engine. */
struct cf_srtp_engine;

/**
 * Make an engine with its memory from @p mem (kept by reference) and test it: known answers, and every length of packet against
 * OpenSSL; takes a few milliseconds. A library that fails is not used.
 * Engines are made one at a time: ipsec-mb is not ready to be initialised by two threads. CF_ERR_UNSUPPORTED: none passed;
 * CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_srtp_engine_new(const struct cf_mem *mem, enum cf_srtp_library library,
                                           struct cf_srtp_engine **ret_engine);

/** Free @p engine, whose contexts are all closed; NULL is ignored. */
void cf_srtp_engine_free(struct cf_srtp_engine *engine);

/** The functions of @p engine; live as long as it does. */
const struct cf_packet_crypto *cf_srtp_engine_crypto(const struct cf_srtp_engine *engine);

/** Name of the library in use, for the log: "OpenSSL", "ipsec-mb". */
struct cf_str cf_srtp_engine_library(const struct cf_srtp_engine *engine);

#endif
