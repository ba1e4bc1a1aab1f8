/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS over OpenSSL as a byte machine with memory BIOs: octets of the wire in and out, octets of the application in and out, no
 * socket. TLS 1.2 and 1.3, forward secrecy only. One connection belongs to one thread; a context may be shared by connections of
 * that thread. Limits: a record at a time; what is waiting to be sent is drained by the caller after every call.
 */
#ifndef CF_ADAPT_OPENSSL_TLS_H
#define CF_ADAPT_OPENSSL_TLS_H

#include "base/err.h"
#include "base/str.h"

/** Certificate, key and rules; opaque. */
struct cf_tls_context;

/** One connection; opaque. */
struct cf_tls;

/** Which end of the connection we are. */
enum cf_tls_role {
    CF_TLS_ROLE_SERVER,
    CF_TLS_ROLE_CLIENT,
};

/** How a client checks the server's certificate. */
enum cf_tls_verify {
    CF_TLS_VERIFY_SYSTEM, /**< chain to the system's trust store, and the host name (RFC 5922) */
    CF_TLS_VERIFY_NONE,   /**< development: a self-signed peer is taken */
};

/**
 * Context of a server from PEM files. CF_ERR_CONFIG with a text for the operator in @p ret_why (static) if they can't be read or
 * don't belong together.
 */
CF_MUST_USE enum cf_err cf_tls_context_server(const char *certificate_path, const char *key_path, struct cf_tls_context **ret,
                                              const char **ret_why);

/** Context of a client. */
CF_MUST_USE enum cf_err cf_tls_context_client(enum cf_tls_verify verify, struct cf_tls_context **ret);

/** Context of a client that trusts the authorities in PEM file @p path, and no others. CF_ERR_CONFIG if it can't be read. */
CF_MUST_USE enum cf_err cf_tls_context_client_of(const char *path, struct cf_tls_context **ret);

/** Free; connections made from it stay valid. Sets the pointer to NULL; NULL is ignored. */
void cf_tls_context_destroy(struct cf_tls_context **context);

/**
 * A connection. @p peer_name (client only; NUL-terminated or NULL), a name or an IP address, must be in the server's certificate;
 * a name is sent as server name. CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_tls_create(struct cf_tls_context *context, enum cf_tls_role role, const char *peer_name,
                                      struct cf_tls **ret);

/** Free; sets the pointer to NULL; NULL is ignored. */
void cf_tls_destroy(struct cf_tls **tls);

/**
 * Octets from the wire. Then drain cf_tls_read() and cf_tls_take_output(). CF_ERR_AUTH if the certificate is not trusted,
 * CF_ERR_MALFORMED for any other failure: send what cf_tls_take_output() has (an alert) and close.
 */
CF_MUST_USE enum cf_err cf_tls_on_bytes(struct cf_tls *tls, struct cf_span bytes);

/** Begin the handshake (client); the first flight is then in cf_tls_take_output(). */
CF_MUST_USE enum cf_err cf_tls_start(struct cf_tls *tls);

/** True once application octets can be written. */
bool cf_tls_is_up(const struct cf_tls *tls);

/** The protocol agreed on by ALPN (RFC 7301), "http/1.1", "sip/2" or "stun.turn" at a server's end; absent if none was. */
struct cf_str cf_tls_alpn(const struct cf_tls *tls);

/** Application octets into @p out; 0 if there are none now. Call until 0. */
size_t cf_tls_read(struct cf_tls *tls, void *out, size_t size);

/** True if the peer has said it will send no more. */
bool cf_tls_is_closed(const struct cf_tls *tls);

/** Encrypt application octets for the wire. CF_ERR_STATE before the handshake is done. */
CF_MUST_USE enum cf_err cf_tls_write(struct cf_tls *tls, struct cf_span bytes);

/** Octets for the wire into @p out; 0 if there are none. Call until 0. */
size_t cf_tls_take_output(struct cf_tls *tls, void *out, size_t size);

/** Say that we will send no more; the alert is then in cf_tls_take_output(). */
void cf_tls_shutdown(struct cf_tls *tls);

#endif
