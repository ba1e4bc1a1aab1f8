/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packet protection for tests: the rules of SRTP (lengths, indices, replay, one key per context) without its cryptography. Text
 * is XORed with the first octet of the key, the tag is a checksum under the key: what is not protected by the same key is
 * refused.
 */
#ifndef CF_TESTS_LIB_TEST_SRTP_H
#define CF_TESTS_LIB_TEST_SRTP_H

#include "base/mem.h"
#include "core/rtp/crypto.h"

/** A provider. */
struct test_srtp {
    struct cf_packet_crypto crypto; /**< give &s.crypto to the code under test */
    const struct cf_mem *mem;
    size_t open;      /**< contexts that are open */
    size_t protected; /**< packets protected, RTP and RTCP */
    size_t taken;     /**< packets unprotected with success */
    size_t refused;   /**< packets refused */
};

/** A provider that takes its memory from @p mem. */
void test_srtp_init(struct test_srtp *s, const struct cf_mem *mem);

#endif
