/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket: a Unix socket in the state folder through which the confer command talks to a running server. A connection
 * sends one line (the command) and gets an answer of any length, then the server closes. Only the owner of the folder can
 * connect. On the loop's thread. Limits: a line of CF_CONTROL_LINE_MAX octets, CF_CONTROL_CLIENTS_MAX connections at a time.
 */
#ifndef CF_SHELL_CONTROL_CONTROL_H
#define CF_SHELL_CONTROL_CONTROL_H

#include "base/writer.h"
#include "shell/loop/loop.h"

#define CF_CONTROL_LINE_MAX 1024
#define CF_CONTROL_CLIENTS_MAX 16
#define CF_CONTROL_ANSWER_MAX (1024 * 1024)

/** A control socket; opaque. */
struct cf_control;

/** Writes the answer to @p command (a line without its end). */
typedef void cf_control_handler(void *ctx, struct cf_str command, struct cf_writer *answer);

/** Listen at @p path, mode 0600. A socket left there by a dead server is replaced; CF_ERR_EXISTS if one is alive. CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_control_listen(struct cf_loop *loop, const char *path, cf_control_handler *handler, void *ctx,
                                          struct cf_control **ret);

/** Stop listening and remove the socket. Sets the pointer to NULL; NULL is ignored. */
void cf_control_close(struct cf_control **control);

/**
 * Client side, blocking: send @p command to the server at @p path and read the answer. CF_ERR_NOT_FOUND if no server is there,
 * CF_ERR_IO, CF_ERR_NO_ROOM.
 */
CF_MUST_USE enum cf_err cf_control_ask(const char *path, struct cf_str command, char *answer, size_t size, size_t *ret_len);

#endif
