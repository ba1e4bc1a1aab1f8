/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An endpoint under a sequence of inputs that octets choose: messages good and broken, answers to what it sent, connections,
 * commands, DNS, time and refused memory. Whatever comes, every request of ours must end exactly once, tables must stay within
 * their limits and all memory must come back. For the fuzzer, and for random sequences in tests.
 */
#ifndef CF_TESTS_LIB_ENDPOINT_CHAOS_H
#define CF_TESTS_LIB_ENDPOINT_CHAOS_H

#include "base/str.h"

/** Run the sequence in @p octets to its end and an hour beyond; fails the test or aborts if a rule is broken. */
void endpoint_chaos(struct cf_span octets);

#endif
