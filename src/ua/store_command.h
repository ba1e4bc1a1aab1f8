/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What subcommands that change a server's store begin with. */
#ifndef CF_UA_STORE_COMMAND_H
#define CF_UA_STORE_COMMAND_H

#include "adapt/sqlite/sqlite.h"

/** Does what its arguments say in an open store; returns the exit status. */
typedef int cf_store_command(struct cf_sqlite *db, int argc, char **argv);

/** Say on standard error that @p what failed, and @p why. Returns 1, the exit status for it. */
int cf_store_command_fail(const char *what, const char *why);

/** Open the store in folder @p state, or make it, have @p run do its work there, close it. Returns its exit status, or 1. */
int cf_store_command_do(const char *state, int argc, char **argv, cf_store_command *run);

#endif
