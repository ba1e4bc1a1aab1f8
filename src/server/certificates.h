/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The certificates in use: our own with its key, from files or self-signed and made at the first start, and whom we trust when we
 * connect. Loaded at start, by SIGHUP, and when the files have changed. Connections keep what they began with. On the loop's
 * thread.
 */
#ifndef CF_SERVER_CERTIFICATES_H
#define CF_SERVER_CERTIFICATES_H

#include "adapt/openssl/tls.h"
#include "core/config/config.h"
#include "shell/file/file.h"

/** Certificates. Members but the contexts are private. */
struct cf_certificates {
    struct cf_tls_context *server; /**< NULL: no port of ours speaks TLS */
    struct cf_tls_context *client;
    char folder[CF_FILE_PATH_MAX]; /**< where self-signed ones are */
    int64_t changed_at;            /**< of the files in use */
    cf_usec look_at;               /**< next look at the files */
};

/** Load what @p config says; the server's if @p has_server. Errors were logged. */
CF_MUST_USE enum cf_err cf_certificates_open(struct cf_certificates *certificates, const struct cf_config *config,
                                             const char *folder, bool has_server);

/** Free; idempotent. */
void cf_certificates_close(struct cf_certificates *certificates);

/** Load again. CF_ERR_CONFIG and others, logged: the old ones stay. */
CF_MUST_USE enum cf_err cf_certificates_reload(struct cf_certificates *certificates, const struct cf_config *config);

/** When cf_certificates_look() is due. */
cf_usec cf_certificates_deadline(const struct cf_certificates *certificates);

/** Load again if the files have changed, no more often than every 5 s. */
void cf_certificates_look(struct cf_certificates *certificates, const struct cf_config *config, cf_usec now);

#endif
