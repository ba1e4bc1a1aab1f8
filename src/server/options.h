/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command line of conferd: what to do, and the configuration that results from file, development preset and switches. */
#ifndef CF_SERVER_OPTIONS_H
#define CF_SERVER_OPTIONS_H

#include "core/config/config.h"

/** What conferd was called for. */
enum cf_server_action {
    CF_SERVER_RUN,
    CF_SERVER_CHECK_CONFIG,
    CF_SERVER_PRINT_CONFIG,
    CF_SERVER_PRINT_CONFIG_PAGE,
    CF_SERVER_VERSION,
    CF_SERVER_HELP,
};

/** The command line, understood. */
struct cf_server_options {
    enum cf_server_action action;
    const char *config_path; /**< NULL: none given */
    bool is_dev;             /**< development server: loopback, known passwords */
    struct cf_config config;
};

/**
 * Understand the command line and read the configuration file. On CF_ERR_CONFIG a line for the operator was printed on standard
 * error, naming file and line.
 */
CF_MUST_USE enum cf_err cf_server_options_read(int argc, char **argv, struct cf_server_options *ret);

/** Read the file again, for SIGHUP. Errors as above. */
CF_MUST_USE enum cf_err cf_server_options_reload(const struct cf_server_options *options, struct cf_config *ret);

/** Names and passwords of the development accounts, NULL at the end. */
extern const char *const cf_dev_accounts[];

#endif
