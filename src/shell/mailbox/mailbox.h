/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mailbox: a bounded ring of messages of one fixed size from one thread to one other, without locks, with a file descriptor that
 * becomes readable when there is something in it. The only way in which threads of confer talk.
 */
#ifndef CF_SHELL_MAILBOX_MAILBOX_H
#define CF_SHELL_MAILBOX_MAILBOX_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

/** A mailbox; opaque. */
struct cf_mailbox;

/** Make a mailbox for @p count messages (rounded up to a power of two) of @p size octets. CF_ERR_NO_MEMORY, CF_ERR_IO. */
CF_MUST_USE enum cf_err cf_mailbox_create(size_t size, size_t count, struct cf_mailbox **ret);

/** Free it; no thread may use it any more. Messages in it are dropped. Sets the pointer to NULL; NULL is ignored. */
void cf_mailbox_destroy(struct cf_mailbox **mailbox);

/** Sending thread: put a copy of @p message in. False if it is full: the caller counts, keeps or drops. */
CF_MUST_USE bool cf_mailbox_put(struct cf_mailbox *mailbox, const void *message);

/** Sending thread: wake the receiver if it may be asleep. Once after a batch of puts is enough. */
void cf_mailbox_ring(struct cf_mailbox *mailbox);

/** Receiving thread: take the oldest message. False if there is none. */
CF_MUST_USE bool cf_mailbox_take(struct cf_mailbox *mailbox, void *ret_message);

/** Receiving thread: to be polled for reading; cf_mailbox_hush() before taking clears it. */
int cf_mailbox_fd(const struct cf_mailbox *mailbox);
void cf_mailbox_hush(struct cf_mailbox *mailbox);

#endif
