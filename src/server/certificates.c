/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates in use. */
#include "server/certificates.h"

#include "adapt/openssl/certificate.h"
#include "shell/log/log.h"
#include <stdlib.h>

#define CERTIFICATE_DAYS 3650
#define LOOK_USEC CF_SEC(5)

static enum cf_err make_certificate(const struct cf_config *config, const char *certificate, const char *key) {
    struct cf_certificate_pem *pem = calloc(1, sizeof *pem);
    if (pem == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = cf_certificate_make(cf_config_str(&config->domains), CERTIFICATE_DAYS, pem);
    if (err == CF_OK) {
        err = cf_file_write(key, cf_str_span(cf_str_n(pem->key, pem->key_len)), true);
    }
    if (err == CF_OK) {
        err = cf_file_write(certificate, cf_str_span(cf_str_n(pem->certificate, pem->certificate_len)), false);
    }
    free(pem);
    return err;
}

static enum cf_err load_certificate(struct cf_certificates *certificates, const struct cf_config *config,
                                    struct cf_tls_context **ret) {
    char certificate[CF_FILE_PATH_MAX];
    char key[CF_FILE_PATH_MAX];
    const char *why = "";
    bool is_given = config->tls_certificate.text[0] != '\0';
    enum cf_err err = cf_file_join(certificates->folder, is_given ? config->tls_certificate.text : "certificate.pem", certificate,
                                   sizeof certificate);
    if (err == CF_OK) {
        err = cf_file_join(certificates->folder, is_given ? config->tls_private_key.text : "private-key.pem", key, sizeof key);
    }
    if (err == CF_OK && !is_given && !cf_file_exists(certificate)) {
        err = make_certificate(config, certificate, key);
    }
    if (err == CF_OK) {
        certificates->changed_at = cf_file_changed_at(certificate) + cf_file_changed_at(key);
        err = cf_tls_context_server(certificate, key, ret, &why);
    }
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "tls", "%s: %s", certificate, why[0] != '\0' ? why : cf_err_text(err));
    }
    return err;
}

static enum cf_err load_authorities(const struct cf_config *config, struct cf_tls_context **ret) {
    const char *path = config->tls_authorities.text;
    enum cf_err err = path[0] == '\0' ? cf_tls_context_client(CF_TLS_VERIFY_SYSTEM, ret) : cf_tls_context_client_of(path, ret);
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "tls", "%s: the certificates of authorities can't be read as PEM", path);
    }
    return err;
}

enum cf_err cf_certificates_open(struct cf_certificates *certificates, const struct cf_config *config, const char *folder,
                                 bool has_server) {
    *certificates = (struct cf_certificates){.server = NULL};
    enum cf_err err = cf_file_join(folder, "", certificates->folder, sizeof certificates->folder);
    if (err == CF_OK && has_server) {
        err = load_certificate(certificates, config, &certificates->server);
    }
    return err == CF_OK ? load_authorities(config, &certificates->client) : err;
}

void cf_certificates_close(struct cf_certificates *certificates) {
    cf_tls_context_destroy(&certificates->server);
    cf_tls_context_destroy(&certificates->client);
}

enum cf_err cf_certificates_reload(struct cf_certificates *certificates, const struct cf_config *config) {
    struct cf_tls_context *server = NULL;
    struct cf_tls_context *client = NULL;
    enum cf_err err = load_authorities(config, &client);
    if (err == CF_OK && certificates->server != NULL) {
        err = load_certificate(certificates, config, &server);
    }
    if (err != CF_OK) {
        cf_tls_context_destroy(&client);
        return err;
    }
    cf_tls_context_destroy(&certificates->client);
    certificates->client = client;
    if (server != NULL) {
        cf_tls_context_destroy(&certificates->server);
        certificates->server = server;
    }
    return CF_OK;
}

cf_usec cf_certificates_deadline(const struct cf_certificates *certificates) {
    return certificates->server == NULL ? CF_USEC_NEVER : certificates->look_at;
}

/* Of both files together; false if none are configured: self-signed ones are not renewed. */
static bool changed_at(const struct cf_certificates *certificates, const struct cf_config *config, int64_t *ret) {
    char path[CF_FILE_PATH_MAX];
    const char *const files[] = {config->tls_certificate.text, config->tls_private_key.text};
    int64_t sum = 0;
    for (size_t i = 0; i < 2; i++) {
        if (files[i][0] == '\0' || cf_file_join(certificates->folder, files[i], path, sizeof path) != CF_OK) {
            return false;
        }
        sum += cf_file_changed_at(path);
    }
    *ret = sum;
    return true;
}

void cf_certificates_look(struct cf_certificates *certificates, const struct cf_config *config, cf_usec now) {
    int64_t at = 0;
    if (certificates->server == NULL || now < certificates->look_at) {
        return;
    }
    certificates->look_at = now + LOOK_USEC;
    if (!changed_at(certificates, config, &at) || at == certificates->changed_at) {
        return;
    }
    if (cf_certificates_reload(certificates, config) == CF_OK) {
        cf_log(CF_LOG_INFO, "tls", "the certificate was renewed");
    }
    /* One that can't be read is tried again when it changes again. */
    certificates->changed_at = at;
}
