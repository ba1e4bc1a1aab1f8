/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One side of an offer/answer exchange, for tests: a negotiation with a policy and lines that can be changed between exchanges.
 * Ports and SSRCs follow a fixed pattern.
 */
#ifndef CF_TESTS_LIB_TEST_PARTY_H
#define CF_TESTS_LIB_TEST_PARTY_H

#include "core/offer/negotiation.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"

/** A side. */
struct test_party {
    struct test_mem mem;
    struct test_entropy entropy;
    struct cf_policy policy;
    struct cf_local_session session;
    struct cf_local_line lines[CF_SDP_MEDIA_MAX];
    struct cf_negotiation n;
    struct cf_media_params *params; /**< last agreed on */
    struct cf_refusal refusal;      /**< last */
};

/**
 * A side called @p user at 192.0.2.@p host, with the default policy, secure signalling, @p line_count lines that want everything:
 * the first audio, the others video. Line i has ports @p host * 1000 + 2 * i and the next, and SSRC @p host * 1000 + i.
 */
void test_party_init(struct test_party *p, const char *user, uint8_t host, size_t line_count);

/** Assert that nothing is leaked. */
void test_party_fini(struct test_party *p);

/** Make an offer; asserts that it succeeds. */
struct cf_str test_party_offer(struct test_party *p);

/** Take @p text for an offer and answer it; asserts that it succeeds. */
struct cf_str test_party_answer(struct test_party *p, struct cf_str text);

/** Take @p text for an offer and try to answer it; the error, after a rollback. The refusal is in .refusal. */
enum cf_err test_party_try(struct test_party *p, struct cf_str text);

/** Take the answer @p text; asserts that it succeeds. */
void test_party_take_answer(struct test_party *p, struct cf_str text);

/** @p a offers, @p b answers; asserts that both then agree on the same, seen from both sides. */
void test_party_exchange(struct test_party *a, struct test_party *b);

/** Assert that what @p a and @p b hold fits together: active lines, directions, payloads, keys, addresses, extensions. */
void test_party_assert_agree(const struct test_party *a, const struct test_party *b);

#endif
