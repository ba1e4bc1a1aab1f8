/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A keyed hash of octets: SipHash-1-3 (Aumasson, Bernstein 2012) with a 64-bit seed. Whoever does not know the seed can't choose
 * collisions. For hash tables, and for words that must be the same for the same input and guessable for nobody.
 */
#ifndef CF_BASE_HASH_H
#define CF_BASE_HASH_H

#include "base/str.h"

/** Hash of @p octets under @p seed. */
uint64_t cf_hash(uint64_t seed, struct cf_str octets);

#endif
