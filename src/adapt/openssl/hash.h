/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hash functions of core/auth over OpenSSL. Stateless; any thread. */
#ifndef CF_ADAPT_OPENSSL_HASH_H
#define CF_ADAPT_OPENSSL_HASH_H

#include "core/auth/hash.h"

/** The table. MD5 refuses where the system's policy forbids it. */
const struct cf_hash *cf_openssl_hash(void);

#endif
