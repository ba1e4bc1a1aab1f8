/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Assertions: for bugs of our own only, never for what a peer sent. They stay on in release builds:
 * a server that has lost its invariants is restarted by its supervisor rather than left to guess.
 */
#ifndef CF_BASE_BUG_H
#define CF_BASE_BUG_H

#include <assert.h>

/** Abort with file and line when @p condition does not hold. */
#define cf_assert(condition) assert(condition)

/** A branch that can't be reached; @p why is a string literal that says why not. */
#define CF_BUG(why) assert(0 && (why))

/** The result of a function must be looked at. */
#define CF_MUST_USE __attribute__((warn_unused_result))

/**
 * A large local variable of a hot path, of which every octet that is read was written before: it is not filled with a pattern at
 * each call, as the build does with all others (-ftrivial-auto-var-init).
 */
#define CF_SCRATCH __attribute__((uninitialized))

/** printf-like argument checking; both indexes count from 1. */
#define CF_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))

#endif
