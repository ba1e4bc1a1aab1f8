/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes through the mailbox from the signalling thread to the media worker, in order: sockets and commands of the engine. */
#ifndef CF_SERVER_MEDIA_MESSAGES_H
#define CF_SERVER_MEDIA_MESSAGES_H

#include "adapt/bzrtp/zrtp_party.h"
#include "adapt/openssl/dtls_identity.h"
#include "core/media/messages.h"
#include "shell/udp/udp.h"

/** Highest socket number and 1: every port, for IPv4 and for IPv6 (core/focus/ports.h), and the shared ones. */
#define CF_MEDIA_SOCKETS_MAX (CF_MEDIA_SOCKET_SHARED + CF_MEDIA_SHARED_MAX)

/** Kinds of messages. */
enum cf_worker_message_kind {
    CF_WORKER_OPEN,     /**< take over the socket .udp as number .socket */
    CF_WORKER_CLOSE,    /**< close socket .socket */
    CF_WORKER_STREAM,   /**< take over the TCP connection .stream */
    CF_WORKER_COMMAND,  /**< .command for the engine */
    CF_WORKER_IDENTITY, /**< another certificate for DTLS: .identity, which is the worker's from now on */
    CF_WORKER_ZRTP,     /**< somebody to do ZRTP with: .party, which is the worker's from now on */
    CF_WORKER_STOP,     /**< send what is waiting and end */
};

/** Octets of a connection that came before it was handed over; who sends more at once does not speak what we took it for. */
#define CF_WORKER_STREAM_OCTETS_MAX 2048

/** A connection that carries media. */
struct cf_worker_stream {
    int fd;
    struct cf_addr remote;
    uint16_t len;
    uint8_t octets[CF_WORKER_STREAM_OCTETS_MAX];
};

/** A message; copied through the mailbox. */
struct cf_worker_message {
    enum cf_worker_message_kind kind;
    uint32_t socket;
    struct cf_udp udp;
    struct cf_dtls_identity *identity;
    struct cf_zrtp_party *party;
    union { /* last: left out of, or cut short in, messages that need less */
        struct cf_worker_stream stream;
        struct cf_media_command command;
    };
};

/** Octets of @p message that say something: what goes through the mailbox. */
static inline size_t cf_worker_message_len(const struct cf_worker_message *message) {
    if (message->kind == CF_WORKER_STREAM) {
        return offsetof(struct cf_worker_message, stream.octets) + message->stream.len;
    }
    if (message->kind != CF_WORKER_COMMAND) {
        return offsetof(struct cf_worker_message, command);
    }
    return offsetof(struct cf_worker_message, command) + cf_media_command_len(&message->command);
}

#endif
