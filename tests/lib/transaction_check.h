/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold for the rules of every transaction machine, and a driver for their transcripts. */
#ifndef CF_TESTS_LIB_TRANSACTION_CHECK_H
#define CF_TESTS_LIB_TRANSACTION_CHECK_H

#include "core/transaction/machine.h"
#include "lib/transcript.h"

/**
 * Walk the table: at most one row for each state and input; every state is reached from the first one; the last one is reached
 * from every other and never left; TERMINATED is put out where the last state is entered and nowhere else; the timers run down
 * there. Then compare the rules as text with tests/vectors/transcripts/<golden>.txt.
 */
void check_transaction_table(const struct cf_transaction_table *table, const char *golden);

/** Poll until idle and write a line for each output. */
void drain_transaction(struct cf_transaction *t, cf_usec now, struct transcript *transcript);

/** Let time pass from deadline to deadline, at most until @p until, draining. */
void run_transaction(struct cf_transaction *t, cf_usec until, struct transcript *transcript);

#endif
