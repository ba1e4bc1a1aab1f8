/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hash tables of core/auth and core/stun for tests, over OpenSSL. */
#ifndef CF_TESTS_LIB_TEST_HASH_H
#define CF_TESTS_LIB_TEST_HASH_H

#include "core/auth/hash.h"
#include "core/stun/integrity.h"

/** All functions are there. */
extern const struct cf_hash test_hash;

/** Those of core/stun. */
extern const struct cf_stun_hash test_stun_hash;

#endif
