/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server: everything made, wired, run and ended. One instance a process; on the thread that calls. */
#ifndef CF_SERVER_SERVER_H
#define CF_SERVER_SERVER_H

#include "server/options.h"

/** Run until SIGTERM or SIGINT. Returns the exit status: 0 after an orderly end, 1 if it could not start (logged). */
int cf_server_run(struct cf_server_options *options);

#endif
