/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which worker has which socket. */
#include "server/socket_ledger.h"

#include "lib/test.h"
#include <fcntl.h>

static struct cf_socket_ledger ledger;

static struct cf_udp open_udp(void) {
    struct cf_addr local = {.ip = {127, 0, 0, 1}, .family = CF_FAMILY_IP4};
    struct cf_udp udp;
    assert_ok(cf_udp_open(&local, CF_UDP_USE_MEDIA, &udp));
    return udp;
}

static bool is_open(int fd) {
    return fcntl(fd, F_GETFD) >= 0;
}

static void a_socket_waits_until_a_transport_names_it(void **state) {
    (void)state;
    uint8_t worker = 0;
    struct cf_udp got;
    assert_ok(cf_socket_ledger_init(&ledger));
    struct cf_udp udp = open_udp();
    assert_false(cf_socket_ledger_claim(&ledger, 4000, 1, &got));
    cf_socket_ledger_hold(&ledger, 4000, &udp);
    assert_true(cf_socket_ledger_claim(&ledger, 4000, 1, &got));
    assert_int_equal(got.fd, udp.fd);
    /* Once: later agreements of the same transport find it gone. */
    assert_false(cf_socket_ledger_claim(&ledger, 4000, 1, &got));
    assert_true(cf_socket_ledger_owner(&ledger, 4000, &worker));
    assert_int_equal(worker, 1);
    assert_false(cf_socket_ledger_owner(&ledger, 4001, &worker));
    assert_false(cf_socket_ledger_owner(&ledger, CF_MEDIA_SOCKET_NONE, &worker));
    assert_true(cf_socket_ledger_release(&ledger, 4000, &worker));
    assert_int_equal(worker, 1);
    assert_false(cf_socket_ledger_release(&ledger, 4000, &worker));
    assert_true(is_open(udp.fd)); /* it is the worker's to close */
    cf_udp_close(&udp);
    cf_socket_ledger_fini(&ledger);
}

static void a_socket_that_nobody_wanted_is_closed(void **state) {
    (void)state;
    uint8_t worker = 0;
    assert_ok(cf_socket_ledger_init(&ledger));
    struct cf_udp first = open_udp();
    struct cf_udp second = open_udp();
    struct cf_udp third = open_udp();
    cf_socket_ledger_hold(&ledger, 0, &first);
    assert_false(cf_socket_ledger_release(&ledger, 0, &worker));
    assert_false(is_open(first.fd));
    /* Another one of that number takes its place. */
    cf_socket_ledger_hold(&ledger, CF_MEDIA_SOCKET_SHARED - 1, &second);
    cf_socket_ledger_hold(&ledger, CF_MEDIA_SOCKET_SHARED - 1, &third);
    assert_false(is_open(second.fd));
    cf_socket_ledger_fini(&ledger);
    assert_false(is_open(third.fd));
    cf_socket_ledger_fini(&ledger);
}

static void shared_and_absent_sockets_are_not_its_business(void **state) {
    (void)state;
    uint8_t worker = 0;
    struct cf_udp got;
    assert_ok(cf_socket_ledger_init(&ledger));
    static const uint32_t numbers[] = {CF_MEDIA_SOCKET_SHARED, CF_MEDIA_SOCKET_STREAMS, CF_MEDIA_SOCKET_NONE};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_false(cf_socket_ledger_claim(&ledger, numbers[i], 1, &got));
        assert_false(cf_socket_ledger_release(&ledger, numbers[i], &worker));
    }
    cf_socket_ledger_fini(&ledger);
}

CF_TEST_MAIN(cmocka_unit_test(a_socket_waits_until_a_transport_names_it), cmocka_unit_test(a_socket_that_nobody_wanted_is_closed),
             cmocka_unit_test(shared_and_absent_sockets_are_not_its_business))
