/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Self-signed certificates. */
#include "adapt/openssl/certificate.h"

#include "base/addr.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define NAMES_TEXT_MAX 2048

/* "DNS:a,IP:1.2.3.4,URI:sip:a": OpenSSL's notation of alternative names. */
static bool put_alternative_names(struct cf_writer *w, struct cf_str names) {
    struct cf_str rest = names;
    while (rest.at != NULL) {
        struct cf_str name = cf_str_cut(&rest, ' ');
        struct cf_addr addr;
        if (name.len == 0 || cf_str_find(name, ',') < name.len) {
            return false;
        }
        if (w->len > 0) {
            cf_put_char(w, ',');
        }
        if (cf_addr_parse_ip(name, &addr) == CF_OK) {
            cf_put_lit(w, "IP:");
            cf_put_ip(w, &addr);
            continue;
        }
        cf_put_lit(w, "DNS:");
        cf_put(w, name);
        /* RFC 5922 section 4: the identity of a SIP domain is a sip URI. */
        cf_put_lit(w, ",URI:sip:");
        cf_put(w, name);
    }
    cf_put_char(w, '\0');
    return cf_writer_ok(w);
}

static bool add_extension(X509 *x509, int nid, const char *value) {
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, x509, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool is_added = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

static bool set_serial(X509 *x509) {
    unsigned char octets[16];
    if (RAND_bytes(octets, sizeof octets) != 1) {
        return false;
    }
    octets[0] &= 0x7f; /* positive */
    BIGNUM *number = BN_bin2bn(octets, sizeof octets, NULL);
    bool is_set = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL;
    BN_free(number);
    return is_set;
}

static bool fill(X509 *x509, EVP_PKEY *key, struct cf_str names, int days) {
    char alternative[NAMES_TEXT_MAX];
    struct cf_writer w;
    struct cf_str rest = names;
    struct cf_str common = cf_str_cut(&rest, ' ');
    cf_writer_init(&w, alternative, sizeof alternative);
    if (!put_alternative_names(&w, names) || X509_set_version(x509, 2) != 1 || !set_serial(x509)) {
        return false;
    }
    /* An hour back, for peers whose clock is slow. */
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_time_adj_ex(X509_getm_notAfter(x509), days, 0, NULL);
    X509_NAME *subject = X509_get_subject_name(x509);
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)common.at, (int)common.len, -1, 0) ==
               1 &&
           X509_set_issuer_name(x509, subject) == 1 && X509_set_pubkey(x509, key) == 1 &&
           add_extension(x509, NID_subject_alt_name, alternative) &&
           add_extension(x509, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(x509, NID_ext_key_usage, "serverAuth,clientAuth") && X509_sign(x509, key, EVP_sha256()) > 0;
}

static bool take_pem(BIO *bio, char *out, size_t *ret_len) {
    int len = BIO_read(bio, out, CF_CERTIFICATE_PEM_MAX);
    if (len <= 0 || len == CF_CERTIFICATE_PEM_MAX) {
        return false;
    }
    *ret_len = (size_t)len;
    return true;
}

static bool export_pem(X509 *x509, EVP_PKEY *key, struct cf_certificate_pem *ret) {
    BIO *bio = BIO_new(BIO_s_mem());
    bool is_done = bio != NULL && PEM_write_bio_X509(bio, x509) == 1 && take_pem(bio, ret->certificate, &ret->certificate_len) &&
                   PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1 && take_pem(bio, ret->key, &ret->key_len);
    BIO_free(bio);
    return is_done;
}

enum cf_err cf_certificate_make(struct cf_str names, int days, struct cf_certificate_pem *ret) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    bool is_made = key != NULL && x509 != NULL && fill(x509, key, names, days) && export_pem(x509, key, ret);
    X509_free(x509);
    EVP_PKEY_free(key);
    return is_made ? CF_OK : CF_ERR_NO_MEMORY;
}
