/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The media worker: a thread that runs core/media's engine over UDP sockets. Shares nothing: commands and sockets come by one
 * mailbox, events leave by another; rooms with members on several workers go by rings between them (worker_peers.h). Runs to
 * completion: receive a batch, let the engine decide, send a batch. No rule of RTP is here.
 */
#ifndef CF_SERVER_MEDIA_WORKER_H
#define CF_SERVER_MEDIA_WORKER_H

#include "base/err.h"
#include "core/prompt/prompt.h"
#include "server/worker_peers.h"
#include "shell/mailbox/mailbox.h"
#include "shell/udp/receiver.h"
#include "shell/udp/sender.h"

/** A worker; opaque. */
struct cf_media_worker;

/** What a worker is made of. */
struct cf_media_worker_config {
    struct cf_mailbox *inbox;       /**< of struct cf_worker_message; outlives the worker */
    struct cf_mailbox *outbox;      /**< of struct cf_media_event; outlives the worker */
    enum cf_sender_kind sender;     /**< by calls where a ring is not to be had */
    enum cf_receiver_kind receiver; /**< the same */
    const struct cf_sounds *sounds; /**< what can be played, outlives the worker; NULL: nothing */
    bool sends_silence;             /**< see struct cf_engine_config */
    uint32_t packets_per_sec;       /**< the same; 0: its default */
    size_t worker;                  /**< which worker this is */
    cf_usec nap_usec; /**< looks at its sockets so often and is not woken by them: receivers of a load; 0: it is woken */
    struct cf_worker_rings *rings; /**< to and from the others, outlive the worker; NULL: rooms are not shared with any */
};

/** Start the thread. CF_ERR_IO, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_media_worker_start(const struct cf_media_worker_config *config, struct cf_media_worker **ret);

/** Wait for the end after CF_WORKER_STOP, and free. Sets the pointer to NULL; NULL is ignored. */
void cf_media_worker_join(struct cf_media_worker **worker);

#endif
