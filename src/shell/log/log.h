/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: lines on standard error, for systemd or a terminal. Only the shell and the wiring log; cores return events. Control
 * characters are escaped (a peer can't forge a line), lines are cut, and a flood of one message is counted instead of written.
 * Any thread: a line is one write().
 */
#ifndef CF_SHELL_LOG_LOG_H
#define CF_SHELL_LOG_LOG_H

#include "base/bug.h"
#include "base/err.h"
#include "base/str.h"

/** How grave a line is. */
enum cf_log_level {
    CF_LOG_ERROR,   /**< somebody has to act */
    CF_LOG_WARNING, /**< something is lost, the server goes on */
    CF_LOG_INFO,    /**< what an operator wants to see */
    CF_LOG_DEBUG,   /**< what a developer wants to see */
};

/** Write lines of @p level and graver. Default: info. */
void cf_log_set_level(enum cf_log_level level);

/** The level named @p name. CF_ERR_CONFIG if there is none of that name. */
CF_MUST_USE enum cf_err cf_log_level_of(struct cf_str name, enum cf_log_level *ret);

/** Would a line of @p level be written? */
bool cf_log_is_on(enum cf_log_level level);

/** Write a line. @p area is a short constant such as "sip". */
void cf_log(enum cf_log_level level, const char *area, const char *format, ...) CF_PRINTF(3, 4);

/**
 * Write a line that ends in @p title, and below it @p text of any length, each of its lines behind "  | " so that none can pass
 * for one of ours. All of it is one write() and counts as one line. Nothing is written if memory is out.
 */
void cf_log_block(enum cf_log_level level, const char *area, struct cf_str title, struct cf_str text);

/** Lines not written since the last call because there were too many. */
unsigned long cf_log_suppressed(void);

#endif
