/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hash functions of core/stun over OpenSSL. Any thread. */
#ifndef CF_ADAPT_OPENSSL_STUN_HASH_H
#define CF_ADAPT_OPENSSL_STUN_HASH_H

#include "core/stun/integrity.h"

/** The table. MD5 refuses where the system's policy forbids it. */
const struct cf_stun_hash *cf_openssl_stun_hash(void);

#endif
