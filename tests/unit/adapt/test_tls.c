/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS between a client and a server machine, octets carried by hand. */
#include "adapt/openssl/certificate.h"
#include "adapt/openssl/tls.h"

#include "lib/test.h"
#include <stdlib.h>
#include <unistd.h>

static char certificate_path[] = "/tmp/confer-test-XXXXXX";
static char key_path[] = "/tmp/confer-test-XXXXXX";
static struct cf_certificate_pem pem;
static struct cf_tls_context *server_context;
static struct cf_tls_context *client_context;

static void write_file(char *path, const char *content, size_t len) {
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, len), len);
    close(fd);
}

static int begin(void **state) {
    const char *why = NULL;
    (void)state;
    assert_ok(cf_certificate_make(CF_STR("localhost 127.0.0.1 ::1"), 30, &pem));
    write_file(certificate_path, pem.certificate, pem.certificate_len);
    write_file(key_path, pem.key, pem.key_len);
    assert_ok(cf_tls_context_server(certificate_path, key_path, &server_context, &why));
    assert_ok(cf_tls_context_client(CF_TLS_VERIFY_NONE, &client_context));
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_tls_context_destroy(&server_context);
    cf_tls_context_destroy(&client_context);
    unlink(certificate_path);
    unlink(key_path);
    return 0;
}

/* Carries what @p from has for the wire to @p to, @p step octets at a time. Returns the octets carried. */
static size_t carry(struct cf_tls *from, struct cf_tls *to, size_t step, enum cf_err *ret_err) {
    uint8_t wire[1500];
    size_t total = 0;
    for (size_t len = cf_tls_take_output(from, wire, step); len > 0; len = cf_tls_take_output(from, wire, step)) {
        *ret_err = cf_tls_on_bytes(to, (struct cf_span){wire, len});
        if (*ret_err != CF_OK) {
            return total;
        }
        total += len;
    }
    return total;
}

static enum cf_err shake_hands(struct cf_tls *client, struct cf_tls *server, size_t step) {
    enum cf_err err = cf_tls_start(client);
    size_t carried = 1;
    while (err == CF_OK && carried > 0) {
        carried = carry(client, server, step, &err);
        if (err == CF_OK) {
            carried += carry(server, client, step, &err);
        }
    }
    return err;
}

static void carries_octets_split_anywhere(void **state) {
    (void)state;
    const size_t steps[] = {1, 7, 1500};
    for (size_t i = 0; i < 3; i++) {
        struct cf_tls *client = NULL;
        struct cf_tls *server = NULL;
        enum cf_err err = CF_OK;
        char text[64];
        assert_ok(cf_tls_create(client_context, CF_TLS_ROLE_CLIENT, "localhost", &client));
        assert_ok(cf_tls_create(server_context, CF_TLS_ROLE_SERVER, NULL, &server));
        assert_int_equal(cf_tls_write(client, cf_str_span(CF_STR("early"))), CF_ERR_STATE);
        assert_ok(shake_hands(client, server, steps[i]));
        assert_true(cf_tls_is_up(client));
        assert_true(cf_tls_is_up(server));
        assert_ok(cf_tls_write(client, cf_str_span(CF_STR("OPTIONS sip:x SIP/2.0\r\n"))));
        carry(client, server, steps[i], &err);
        size_t len = cf_tls_read(server, text, sizeof text);
        assert_str(cf_str_n(text, len), CF_STR("OPTIONS sip:x SIP/2.0\r\n"));
        assert_int_equal(cf_tls_read(server, text, sizeof text), 0);
        cf_tls_shutdown(client);
        carry(client, server, steps[i], &err);
        (void)cf_tls_read(server, text, sizeof text);
        assert_true(cf_tls_is_closed(server));
        cf_tls_destroy(&client);
        cf_tls_destroy(&server);
    }
}

static void client_refuses_an_untrusted_certificate(void **state) {
    (void)state;
    struct cf_tls_context *strict = NULL;
    struct cf_tls *client = NULL;
    struct cf_tls *server = NULL;
    assert_ok(cf_tls_context_client(CF_TLS_VERIFY_SYSTEM, &strict));
    assert_ok(cf_tls_create(strict, CF_TLS_ROLE_CLIENT, "localhost", &client));
    assert_ok(cf_tls_create(server_context, CF_TLS_ROLE_SERVER, NULL, &server));
    assert_int_equal(shake_hands(client, server, 1500), CF_ERR_AUTH);
    cf_tls_destroy(&client);
    cf_tls_destroy(&server);
    cf_tls_context_destroy(&strict);
}

static void rubbish_ends_the_connection_only(void **state) {
    (void)state;
    struct cf_tls *server = NULL;
    assert_ok(cf_tls_create(server_context, CF_TLS_ROLE_SERVER, NULL, &server));
    assert_int_equal(cf_tls_on_bytes(server, cf_str_span(CF_STR("REGISTER sip:localhost SIP/2.0\r\n\r\n"))), CF_ERR_MALFORMED);
    cf_tls_destroy(&server);
    carries_octets_split_anywhere(state);
}

static void says_what_is_wrong_with_the_files(void **state) {
    (void)state;
    struct cf_tls_context *context = NULL;
    const char *why = NULL;
    assert_int_equal(cf_tls_context_server("/nonexistent", key_path, &context, &why), CF_ERR_CONFIG);
    assert_string_equal(why, "the certificate file can't be read as PEM");
    assert_int_equal(cf_tls_context_server(certificate_path, certificate_path, &context, &why), CF_ERR_CONFIG);
    assert_null(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_octets_split_anywhere),
        cmocka_unit_test(client_refuses_an_untrusted_certificate),
        cmocka_unit_test(rubbish_ends_the_connection_only),
        cmocka_unit_test(says_what_is_wrong_with_the_files),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
