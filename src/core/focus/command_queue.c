/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What media is told, until it is told. */
#include "core/focus/command_queue.h"

struct cf_command_entry {
    struct cf_link link;
    struct cf_media_command command; /* as long as it says something */
};

static size_t size_of(const struct cf_media_command *command) {
    return offsetof(struct cf_command_entry, command) + cf_media_command_len(command);
}

void cf_command_queue_init(struct cf_command_queue *queue, const struct cf_mem *mem) {
    *queue = (struct cf_command_queue){.mem = mem};
    cf_list_init(&queue->waiting);
}

static void free_entry(const struct cf_command_queue *queue, struct cf_command_entry *entry) {
    size_t size = size_of(&entry->command);
    if (entry->command.kind == CF_MEDIA_TRANSPORT_SET) {
        cf_mem_wipe(entry, size);
    }
    cf_mem_free(queue->mem, entry, size);
}

static void free_polled(struct cf_command_queue *queue) {
    if (queue->polled != NULL) {
        free_entry(queue, queue->polled);
        queue->polled = NULL;
    }
}

void cf_command_queue_fini(struct cf_command_queue *queue) {
    free_polled(queue);
    for (struct cf_link *link = cf_list_pop(&queue->waiting); link != NULL; link = cf_list_pop(&queue->waiting)) {
        free_entry(queue, CF_OF(link, struct cf_command_entry, link));
    }
}

void cf_command_queue_put(struct cf_command_queue *queue, const struct cf_media_command *command) {
    struct cf_command_entry *entry = cf_mem_alloc(queue->mem, size_of(command));
    if (entry == NULL) {
        queue->lost++;
        return;
    }
    memcpy(&entry->command, command, cf_media_command_len(command));
    cf_list_append(&queue->waiting, &entry->link);
}

const struct cf_media_command *cf_command_queue_poll(struct cf_command_queue *queue) {
    free_polled(queue);
    struct cf_link *link = cf_list_pop(&queue->waiting);
    if (link == NULL) {
        return NULL;
    }
    queue->polled = CF_OF(link, struct cf_command_entry, link);
    return &queue->polled->command;
}
