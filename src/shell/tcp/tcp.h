/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP connections without a loop: file descriptors that a worker polls itself, read and written without waiting. Connections of
 * the loop become such ones by cf_stream_release(). A descriptor belongs to one thread at a time.
 */
#ifndef CF_SHELL_TCP_TCP_H
#define CF_SHELL_TCP_TCP_H

#include "base/addr.h"

/**
 * Make @p fd fit for media: what the kernel holds back for a slow peer stays below a bound, nothing is delayed to be joined, and
 * a peer that has vanished is noticed.
 */
void cf_tcp_set_up(int fd);

/** Read up to @p size octets; *ret_len is 0 if nothing is there now. CF_ERR_IO: the peer has closed, or it failed. */
CF_MUST_USE enum cf_err cf_tcp_read(int fd, uint8_t *buffer, size_t size, size_t *ret_len);

/** Write what the kernel takes of @p bytes; *ret_len may be 0. CF_ERR_IO: the connection is of no use any more. */
CF_MUST_USE enum cf_err cf_tcp_write(int fd, struct cf_span bytes, size_t *ret_len);

/** Close; idempotent with -1. */
void cf_tcp_close(int *fd);

#endif
