/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets to agree on keys with us: the attacks T28 and T29 among others. */
#include "core/media/association.h"

#include "lib/test.h"
#include "lib/test_handshake.h"
#include "lib/test_mem.h"

#define OURS 0x11
#define THEIRS 0x22
#define FALSE_ONE 0x66

static struct test_mem m;
static struct test_handshakes provider;
static struct cf_association a;
static cf_usec now;
static const struct cf_addr phone = {.family = CF_FAMILY_IP4, .ip = {192, 0, 2, 1}, .port = 7000};
static const enum cf_srtp_suite suites[] = {CF_SRTP_AEAD_AES_128_GCM};

static int begin(void **state) {
    (void)state;
    now = CF_SEC(100);
    test_mem_init(&m);
    test_handshakes_init(&provider, &m.mem, false);
    a = (struct cf_association){.state = CF_ASSOCIATION_OFF};
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_association_end(&a);
    assert_int_equal(provider.open, 0);
    test_mem_fini(&m);
    return 0;
}

static void start(enum cf_keying keying, enum cf_dtls_role role, bool is_checked) {
    const struct cf_media_security security = test_security(keying, role, OURS, THEIRS);
    const struct cf_association_config config = {.provider = &provider.table,
                                                 .security = &security,
                                                 .suites = suites,
                                                 .suite_count = 1,
                                                 .is_checked = is_checked,
                                                 .signalled = phone};
    cf_association_begin(&a, &config, now);
}

static struct cf_addr stranger(uint16_t number) {
    return (struct cf_addr){
        .family = CF_FAMILY_IP4, .ip = {203, 0, 113, (uint8_t)(number >> 8)}, .port = (uint16_t)(9000 + number)};
}

static bool hear(uint16_t epoch, enum test_message message, uint8_t who, uint8_t cookie, const struct cf_addr *from) {
    uint8_t record[TEST_RECORD_MAX];
    size_t len = test_record(record, epoch, message, who, cookie);
    return cf_association_on_datagram(&a, (struct cf_span){record, len}, from, now);
}

/* The next message that goes out, 0 if none; @p ret_to may be NULL. */
static uint8_t said(struct cf_addr *ret_to) {
    struct cf_span datagram;
    struct cf_addr to;
    if (!cf_association_poll(&a, &datagram, &to)) {
        return 0;
    }
    if (ret_to != NULL) {
        *ret_to = to;
    }
    return datagram.at[13];
}

static void drain(void) {
    while (said(NULL) != 0) {
    }
}

static bool take_news(struct cf_addr *ret_peer) {
    struct cf_handshake_keys keys = {.suite = CF_SRTP_NONE};
    if (!cf_association_take_news(&a, &keys, ret_peer)) {
        return false;
    }
    if (cf_association_state(&a) == CF_ASSOCIATION_SECURED) {
        assert_int_equal(keys.suite, CF_SRTP_AEAD_AES_128_GCM);
        assert_int_equal(keys.local.key[0], OURS);
        assert_int_equal(keys.remote.key[0], THEIRS);
    }
    return true;
}

/* The whole of a client's part from @p from. */
static void shake_hands(const struct cf_addr *from) {
    hear(0, TEST_CLIENT_HELLO, THEIRS, 0, from);
    drain();
    hear(0, TEST_CLIENT_HELLO, THEIRS, test_cookie(from), from);
    drain();
    hear(1, TEST_CLIENT_LAST, THEIRS, 0, from);
    drain();
}

static void the_peer_gets_keys(void **state) {
    (void)state;
    struct cf_addr to;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, false);
    assert_int_equal(said(NULL), 0);
    assert_true(hear(0, TEST_CLIENT_HELLO, THEIRS, 0, &phone));
    assert_int_equal(said(&to), TEST_HELLO_VERIFY);
    assert_true(cf_addr_eq(&to, &phone));
    assert_true(hear(0, TEST_CLIENT_HELLO, THEIRS, test_cookie(&phone), &phone));
    assert_int_equal(said(&to), TEST_SERVER_HELLO);
    assert_true(cf_addr_eq(&to, &phone));
    assert_false(take_news(&to));
    assert_true(hear(1, TEST_CLIENT_LAST, THEIRS, 0, &phone));
    assert_int_equal(said(&to), TEST_SERVER_LAST);
    assert_true(take_news(&to));
    assert_true(cf_addr_eq(&to, &phone));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
    assert_false(take_news(&to));
    assert_int_equal(cf_association_deadline(&a), CF_USEC_NEVER);
}

static void a_checked_path_needs_no_cookie(void **state) {
    (void)state;
    struct cf_addr to;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, true);
    assert_true(hear(0, TEST_CLIENT_HELLO, THEIRS, 0, &phone));
    assert_int_equal(said(&to), TEST_SERVER_HELLO);
    assert_int_equal(to.family, CF_FAMILY_NONE);
    /* The selected pair changes in the midst of it. */
    struct cf_addr other = stranger(1);
    assert_true(hear(1, TEST_CLIENT_LAST, THEIRS, 0, &other));
    assert_true(take_news(&to));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
    assert_int_equal(to.family, CF_FAMILY_NONE);
}

static void we_are_client_where_signalling_says(void **state) {
    (void)state;
    struct cf_addr to = stranger(1);
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_CLIENT, false);
    assert_int_equal(said(&to), TEST_CLIENT_HELLO);
    assert_int_equal(to.family, CF_FAMILY_NONE);
    now = cf_association_deadline(&a);
    cf_association_on_deadline(&a, now);
    assert_int_equal(said(NULL), TEST_CLIENT_HELLO);
    to = stranger(1);
    assert_false(hear(0, TEST_SERVER_HELLO, FALSE_ONE, 0, &to));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_WAITING);
    assert_true(hear(0, TEST_SERVER_HELLO, THEIRS, 0, &phone));
    assert_int_equal(said(NULL), TEST_CLIENT_LAST);
    assert_true(hear(1, TEST_SERVER_LAST, THEIRS, 0, &phone));
    assert_true(take_news(&to));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
}

/* ES2023-01 and others: a ClientHello from elsewhere, before, between and after the peer's. */
static void t28_hellos_of_strangers_hinder_nobody(void **state) {
    (void)state;
    struct cf_addr to;
    for (unsigned when = 0; when < 4; when++) {
        start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, false);
        for (uint16_t i = 0; i < 1000 && when == 0; i++) {
            to = stranger(i);
            hear(0, TEST_CLIENT_HELLO, FALSE_ONE, 0, &to);
            drain();
        }
        assert_true(provider.open <= 1);
        assert_true(hear(0, TEST_CLIENT_HELLO, THEIRS, test_cookie(&phone), &phone));
        /* Some do receive what is sent to them, and get as far as a handshake. */
        for (uint16_t i = 0; i < 1000 && when == 1; i++) {
            to = stranger(i);
            hear(0, TEST_CLIENT_HELLO, FALSE_ONE, test_cookie(&to), &to);
            hear(0, i % 2 == 0 ? TEST_BREAK : TEST_CLIENT_HELLO, FALSE_ONE, 0, &to);
            hear(1, TEST_CLIENT_LAST, FALSE_ONE, 0, &to);
            drain();
        }
        assert_true(provider.open <= CF_ASSOCIATION_SLOTS + 1);
        assert_true(hear(1, TEST_CLIENT_LAST, THEIRS, 0, &phone));
        assert_true(take_news(&to));
        assert_true(cf_addr_eq(&to, &phone));
        for (uint16_t i = 0; i < 1000 && when == 2; i++) {
            to = stranger(i);
            hear(0, TEST_CLIENT_HELLO, FALSE_ONE, test_cookie(&to), &to);
            hear(1, TEST_CLIENT_LAST, FALSE_ONE, 0, &to);
            drain();
        }
        assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
        assert_false(take_news(&to));
        cf_association_end(&a);
    }
}

static void t28_strangers_are_answered_with_less_than_they_sent(void **state) {
    (void)state;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, false);
    for (uint16_t i = 0; i < 100; i++) {
        struct cf_addr from = stranger(i);
        struct cf_addr to;
        hear(0, TEST_CLIENT_HELLO, FALSE_ONE, 0, &from);
        assert_int_equal(said(&to), TEST_HELLO_VERIFY);
        assert_true(cf_addr_eq(&to, &from));
        assert_int_equal(said(NULL), 0);
    }
}

static void t28_alerts_in_clear_end_nothing(void **state) {
    (void)state;
    static const uint8_t alert[] = {21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40};
    uint8_t both[TEST_RECORD_MAX + sizeof alert];
    struct cf_addr to;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, true);
    assert_true(hear(0, TEST_CLIENT_HELLO, THEIRS, 0, &phone));
    assert_false(cf_association_on_datagram(&a, (struct cf_span){alert, sizeof alert}, &phone, now));
    /* And in company: the other record counts. */
    memcpy(both, alert, sizeof alert);
    size_t len = test_record(both + sizeof alert, 1, TEST_CLIENT_LAST, THEIRS, 0);
    assert_true(cf_association_on_datagram(&a, (struct cf_span){both, sizeof alert + len}, &phone, now));
    assert_true(take_news(&to));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
    assert_false(cf_association_on_datagram(&a, (struct cf_span){alert, sizeof alert}, &phone, now));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
    assert_int_equal(a.counts.alerts, 3);
}

static void t29_another_certificate_fails_for_good(void **state) {
    (void)state;
    struct cf_addr to;
    for (int is_checked = 0; is_checked < 2; is_checked++) {
        start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, is_checked == 1);
        hear(0, TEST_CLIENT_HELLO, FALSE_ONE, test_cookie(&phone), &phone);
        hear(1, TEST_CLIENT_LAST, FALSE_ONE, 0, &phone);
        assert_true(take_news(&to));
        assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_FAILED);
        assert_int_equal(cf_association_failure(&a), CF_HANDSHAKE_MISMATCH);
        assert_int_equal(provider.open, 0);
        shake_hands(&phone);
        assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_FAILED);
        assert_int_equal(cf_association_deadline(&a), CF_USEC_NEVER);
        cf_association_end(&a);
    }
}

static void another_certificate_from_elsewhere_fails_at_the_end_only(void **state) {
    (void)state;
    struct cf_addr to = stranger(1);
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, false);
    hear(0, TEST_CLIENT_HELLO, FALSE_ONE, test_cookie(&to), &to);
    hear(1, TEST_CLIENT_LAST, FALSE_ONE, 0, &to);
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_WAITING);
    now = cf_association_deadline(&a);
    assert_int_equal(now, CF_SEC(100) + CF_ASSOCIATION_PATIENCE);
    cf_association_on_deadline(&a, now);
    assert_true(take_news(&to));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_FAILED);
    assert_int_equal(cf_association_failure(&a), CF_HANDSHAKE_MISMATCH);
}

static void a_peer_behind_a_translator_is_let_in(void **state) {
    (void)state;
    struct cf_addr public = stranger(7);
    struct cf_addr to;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, false);
    shake_hands(&public);
    assert_true(take_news(&to));
    assert_true(cf_addr_eq(&to, &public));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
}

static void a_peer_may_begin_anew(void **state) {
    (void)state;
    struct cf_addr to;
    for (int is_checked = 0; is_checked < 2; is_checked++) {
        start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, is_checked == 1);
        shake_hands(&phone);
        assert_true(take_news(&to));
        struct cf_addr moved = stranger(3);
        now += CF_SEC(10);
        hear(0, TEST_CLIENT_HELLO, THEIRS, test_cookie(&moved), &moved);
        assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
        assert_false(take_news(&to));
        hear(1, TEST_CLIENT_LAST, THEIRS, 0, &moved);
        assert_true(take_news(&to));
        assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
        assert_int_equal(provider.open, 1);
        cf_association_end(&a);
    }
}

static void the_last_flight_is_said_again_when_asked(void **state) {
    (void)state;
    struct cf_addr to;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, true);
    shake_hands(&phone);
    assert_true(take_news(&to));
    assert_true(hear(1, TEST_CLIENT_LAST, THEIRS, 0, &phone));
    assert_int_equal(said(NULL), TEST_SERVER_LAST);
    assert_false(take_news(&to));
}

static void places_are_given_up_in_time(void **state) {
    (void)state;
    struct cf_addr to;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, false);
    for (uint16_t i = 0; i < CF_ASSOCIATION_SLOTS; i++) {
        to = stranger(i);
        assert_true(hear(0, TEST_CLIENT_HELLO, FALSE_ONE, test_cookie(&to), &to));
    }
    assert_false(hear(0, TEST_CLIENT_HELLO, THEIRS, test_cookie(&phone), &phone));
    assert_int_equal(a.counts.no_place, 1);
    now += CF_ASSOCIATION_SLOT_PATIENCE;
    shake_hands(&phone);
    assert_true(take_news(&to));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
}

static void nobody_comes(void **state) {
    (void)state;
    struct cf_addr to;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, true);
    now = cf_association_deadline(&a);
    cf_association_on_deadline(&a, now);
    assert_true(take_news(&to));
    assert_int_equal(cf_association_failure(&a), CF_HANDSHAKE_TIMEOUT);
    assert_int_equal(said(NULL), 0);
}

static void zrtp_is_between_those_whom_signalling_knows(void **state) {
    (void)state;
    struct cf_addr to = stranger(1);
    provider.is_zrtp = true;
    start(CF_KEYING_ZRTP, CF_DTLS_ROLE_NONE, false);
    assert_int_equal(said(NULL), TEST_CLIENT_HELLO);
    assert_false(hear(0, TEST_CLIENT_HELLO, FALSE_ONE, 0, &to));
    struct cf_addr other_port = phone;
    other_port.port++;
    assert_true(hear(0, TEST_CLIENT_HELLO, THEIRS, 0, &other_port));
    assert_int_equal(said(&to), TEST_SERVER_LAST);
    assert_true(cf_addr_eq(&to, &other_port));
    assert_true(hear(1, TEST_SERVER_LAST, THEIRS, 0, &other_port));
    assert_true(take_news(&to));
    assert_int_equal(cf_association_state(&a), CF_ASSOCIATION_SECURED);
    assert_true(cf_addr_eq(&to, &other_port));
}

static void zrtp_with_another_hello_fails(void **state) {
    (void)state;
    struct cf_addr to;
    provider.is_zrtp = true;
    start(CF_KEYING_ZRTP, CF_DTLS_ROLE_NONE, false);
    assert_true(hear(0, TEST_CLIENT_HELLO, FALSE_ONE, 0, &phone));
    assert_true(take_news(&to));
    assert_int_equal(cf_association_failure(&a), CF_HANDSHAKE_MISMATCH);
}

static void what_cannot_begin_fails(void **state) {
    (void)state;
    struct cf_addr to;
    provider.fails_to_open = true;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_CLIENT, false);
    assert_true(take_news(&to));
    assert_int_equal(cf_association_failure(&a), CF_HANDSHAKE_RESOURCE);
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, true);
    assert_false(hear(0, TEST_CLIENT_HELLO, THEIRS, 0, &phone));
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, false);
    assert_false(hear(0, TEST_CLIENT_HELLO, THEIRS, 0, &phone));
    assert_int_equal(a.counts.no_place, 1);
}

static void broken_records_are_nothing(void **state) {
    (void)state;
    uint8_t record[TEST_RECORD_MAX];
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, true);
    size_t len = test_record(record, 0, TEST_CLIENT_HELLO, THEIRS, 0);
    for (size_t i = 0; i < len; i++) {
        assert_false(cf_association_on_datagram(&a, (struct cf_span){record, i}, &phone, now));
    }
    record[11] = 0xFF;
    assert_false(cf_association_on_datagram(&a, (struct cf_span){record, len}, &phone, now));
    assert_int_equal(provider.open, 0);
}

static void the_same_terms_go_on(void **state) {
    (void)state;
    start(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, true);
    struct cf_media_security security = test_security(CF_KEYING_DTLS, CF_DTLS_ROLE_SERVER, OURS, THEIRS);
    assert_true(cf_association_is_on(&a, &security));
    security.dtls_association++;
    assert_false(cf_association_is_on(&a, &security));
    security.dtls_association--;
    security.remote_fingerprints[0].digest[1]++;
    assert_false(cf_association_is_on(&a, &security));
    cf_association_end(&a);
    cf_association_end(&a);
    assert_false(cf_association_is_on(&a, &security));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(T(the_peer_gets_keys), T(a_checked_path_needs_no_cookie), T(we_are_client_where_signalling_says),
             T(t28_hellos_of_strangers_hinder_nobody), T(t28_strangers_are_answered_with_less_than_they_sent),
             T(t28_alerts_in_clear_end_nothing), T(t29_another_certificate_fails_for_good),
             T(another_certificate_from_elsewhere_fails_at_the_end_only), T(a_peer_behind_a_translator_is_let_in),
             T(a_peer_may_begin_anew), T(the_last_flight_is_said_again_when_asked), T(places_are_given_up_in_time),
             T(nobody_comes), T(zrtp_is_between_those_whom_signalling_knows), T(zrtp_with_another_hello_fails),
             T(what_cannot_begin_fails), T(broken_records_are_nothing), T(the_same_terms_go_on))
