/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hash table of core/auth for tests, over OpenSSL. */
#ifndef CF_TESTS_LIB_TEST_HASH_H
#define CF_TESTS_LIB_TEST_HASH_H

#include "core/auth/hash.h"

/** All functions are there. */
extern const struct cf_hash test_hash;

#endif
