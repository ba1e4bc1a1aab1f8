/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands for the media workers that wait to be polled, in the order in which they were given. Each takes the memory of what it
 * says (cf_media_command_len()): the longest, which a call has one of, is a hundred times the shortest. Keys are wiped with what
 * carries them. Single-threaded.
 */
#ifndef CF_CORE_FOCUS_COMMAND_QUEUE_H
#define CF_CORE_FOCUS_COMMAND_QUEUE_H

#include "base/list.h"
#include "base/mem.h"
#include "core/media/messages.h"

/** A command that waits. */
struct cf_command_entry;

/** The queue. Fields but .lost are private. */
struct cf_command_queue {
    const struct cf_mem *mem;
    struct cf_list waiting;          /**< of struct cf_command_entry */
    struct cf_command_entry *polled; /**< handed out last; NULL: none */
    uint64_t lost;                   /**< commands, for want of memory */
};

/** An empty queue. */
void cf_command_queue_init(struct cf_command_queue *queue, const struct cf_mem *mem);

/** Forget what waits. */
void cf_command_queue_fini(struct cf_command_queue *queue);

/** Append a copy of @p command; counted as lost if there is no memory. */
void cf_command_queue_put(struct cf_command_queue *queue, const struct cf_media_command *command);

/**
 * The next command, or NULL. Only its cf_media_command_len() octets are there, so it is not to be copied as a struct; valid until
 * the next poll.
 */
const struct cf_media_command *cf_command_queue_poll(struct cf_command_queue *queue);

#endif
