/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signalling thread's end of the media workers: binds RTP ports, sends each command to the worker that its room lives on,
 * receives events. Everything goes through mailboxes (worker_link.h); a full one is counted, and the signalling thread waits for
 * nothing. The workers themselves are media_worker.c.
 */
#ifndef CF_SERVER_MEDIA_LINK_H
#define CF_SERVER_MEDIA_LINK_H

#include "core/config/config.h"
#include "core/focus/focus.h"
#include "core/media/messages.h"
#include "server/worker_link.h"

/** The link; opaque. */
struct cf_media_link;

/**
 * Start the workers. @p local4, @p local6: where RTP is received for peers of that family; family NONE: not at all. CF_ERR_IO,
 * CF_ERR_NO_MEMORY, CF_ERR_UNSUPPORTED (no SRTP that works).
 */
CF_MUST_USE enum cf_err cf_media_link_start(struct cf_loop *loop, const struct cf_config *config, const struct cf_addr *local4,
                                            const struct cf_addr *local6, cf_media_event_handler *handler, void *ctx,
                                            struct cf_media_link **ret);

/** Stop the workers: what they have to say is said first. Sets the pointer to NULL; NULL is ignored. */
void cf_media_link_stop(struct cf_media_link **link);

/** Ports for the focus. */
struct cf_port_source *cf_media_link_ports(struct cf_media_link *link);

/** Give a command to the worker whose it is. It goes out with the next cf_media_link_flush(). */
void cf_media_link_command(struct cf_media_link *link, const struct cf_media_command *command);

/** Members with ICE may connect to TCP port @p addr; all addresses, if it is unspecified, that media is received at. */
void cf_media_link_add_stream_port(struct cf_media_link *link, const struct cf_addr *addr);

/** Give a TCP connection to the worker that it was opened for, which closes it if it is of no use; @p octets were read from it
 * already. */
void cf_media_link_take_stream(struct cf_media_link *link, int fd, const struct cf_addr *remote, struct cf_span octets);

/** The sounds that can be played; NULL: prompts are off. Read by any thread, until the link is stopped. */
const struct cf_sounds *cf_media_link_sounds(const struct cf_media_link *link);

/**
 * SHA-256 of the certificate that new DTLS associations are promised, CF_DTLS_FINGERPRINT_LEN octets at an address that stays;
 * what is there changes when the certificate is renewed.
 */
const uint8_t *cf_media_link_fingerprint(const struct cf_media_link *link);

/** Where the focus gets ZRTP from; .prepare NULL if there is none. */
struct cf_focus_zrtp cf_media_link_zrtp(struct cf_media_link *link);

/** Renew the certificate if it is time to; when to call again. */
cf_usec cf_media_link_on_deadline(struct cf_media_link *link, cf_usec now);

/** Wake the workers for which commands wait. */
void cf_media_link_flush(struct cf_media_link *link);

/** Commands that were lost because a mailbox was full. */
uint64_t cf_media_link_lost(const struct cf_media_link *link);

#endif
