/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mailbox: a bounded ring of messages from one thread to one other, without locks, with a file descriptor that becomes readable
 * when there is something in it. The only way in which threads of confer talk. Messages are structs that may be cut short behind
 * what they say: a union is as large as its largest member, and copying that for each message was a tenth of the cost of a call.
 */
#ifndef CF_SHELL_MAILBOX_MAILBOX_H
#define CF_SHELL_MAILBOX_MAILBOX_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

/** A mailbox; opaque. */
struct cf_mailbox;

/**
 * Make a mailbox for messages of at most @p size octets. It has room for @p octets of them (rounded up to a power of two, and so
 * that two of the longest fit), of which each message takes its own and up to 31 more. CF_ERR_NO_MEMORY, CF_ERR_IO.
 */
CF_MUST_USE enum cf_err cf_mailbox_create(size_t size, size_t octets, struct cf_mailbox **ret);

/** Free it; no thread may use it any more. Messages in it are dropped. Sets the pointer to NULL; NULL is ignored. */
void cf_mailbox_destroy(struct cf_mailbox **mailbox);

/**
 * Sending thread: put a copy of the first @p len octets (at most the mailbox' size) of @p message in. False if there is no room:
 * the caller counts, keeps or drops.
 */
CF_MUST_USE bool cf_mailbox_put(struct cf_mailbox *mailbox, const void *message, size_t len);

/** Sending thread: octets that are free. What a message takes of them may be some more than its own, as above. */
size_t cf_mailbox_room(const struct cf_mailbox *mailbox);

/** Sending thread: wake the receiver if it may be asleep. Once after a batch of puts is enough. */
void cf_mailbox_ring(struct cf_mailbox *mailbox);

/** Receiving thread: take the oldest message; what it was cut short by stays as it was in *ret_message. False if there is none.
 */
CF_MUST_USE bool cf_mailbox_take(struct cf_mailbox *mailbox, void *ret_message);

/** The same, and how long it is. */
CF_MUST_USE bool cf_mailbox_take_sized(struct cf_mailbox *mailbox, void *ret_message, size_t *ret_len);

/** Receiving thread: to be polled for reading; cf_mailbox_hush() before taking clears it. */
int cf_mailbox_fd(const struct cf_mailbox *mailbox);
void cf_mailbox_hush(struct cf_mailbox *mailbox);

#endif
