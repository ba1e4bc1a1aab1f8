/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that come by the media path: nothing in clear before them, and a leg for itself if they don't come. */
#include "core/media/internal.h"

#include "lib/test.h"
#include "lib/test_media.h"

static struct test_media w;

static void begin(void **state) {
    (void)state;
    test_media_init(&w, 5);
}

static void end(void) {
    test_media_fini(&w);
}

static struct test_phone *add(enum cf_keying keying, enum cf_srtp_suite suite, bool has_bundle) {
    const struct test_phone_config config = {
        .keying = keying, .suite = suite, .has_mux = keying != CF_KEYING_NONE, .has_bundle = has_bundle};
    return test_media_add(&w, &config);
}

static uint64_t discards(enum cf_media_discard reason) {
    return cf_engine_totals(&w.engine)->discards[reason];
}

static void keys_are_agreed_on_and_told(void **state) {
    begin(state);
    struct test_phone *phone = add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_256_GCM, true);
    test_media_run(&w, CF_MSEC(50));
    const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_SECURED);
    assert_non_null(event);
    assert_true(cf_handle_eq(event->leg, phone->leg));
    assert_int_equal(event->as.secured.keying, CF_KEYING_DTLS);
    assert_int_equal(event->as.secured.suite, CF_SRTP_AEAD_AES_256_GCM);
    assert_int_equal(event->as.secured.sas[0], 0);
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_SECURED), 1);
    end();
}

static void one_room_has_all_kinds_of_keys(void **state) {
    begin(state);
    struct test_phone *phones[] = {
        add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_128_GCM, true), add(CF_KEYING_ZRTP, CF_SRTP_AES_CM_128_HMAC_SHA1_80, true),
        add(CF_KEYING_NONE, CF_SRTP_AEAD_AES_256_GCM, false), add(CF_KEYING_NONE, CF_SRTP_NONE, false)};
    test_media_run(&w, CF_SEC(1));
    uint64_t early = discards(CF_MEDIA_DISCARD_AUTHENTICATION); /* who has keys first begins at once */
    for (size_t i = 0; i < 4; i++) {
        phones[i]->is_talking = true;
        test_media_run(&w, CF_SEC(3));
        phones[i]->is_talking = false;
        for (size_t k = 0; k < 4; k++) {
            assert_true(phones[k]->heard[i] > 20 || k == i);
        }
    }
    test_media_run(&w, CF_SEC(1));
    for (size_t k = 0; k < 4; k++) {
        assert_true(test_decoder_camera(&phones[k]->decoder) > 0);
    }
    assert_int_equal(discards(CF_MEDIA_DISCARD_AUTHENTICATION), early);
    end();
}

static void sas_and_suite_of_zrtp_are_told(void **state) {
    begin(state);
    (void)add(CF_KEYING_ZRTP, CF_SRTP_AES_256_CM_HMAC_SHA1_80, true);
    test_media_run(&w, CF_MSEC(500));
    const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_SECURED);
    assert_non_null(event);
    assert_int_equal(event->as.secured.keying, CF_KEYING_ZRTP);
    assert_string_equal(event->as.secured.sas, "abcd");
    end();
}

static void verify(const struct test_phone *phone, bool is_verified) {
    struct cf_media_command command = {.kind = CF_MEDIA_SAS_VERIFY, .leg = phone->leg};
    command.as.is_sas_verified = is_verified;
    test_media_forget_events(&w);
    cf_engine_command(&w.engine, &command, w.now);
    test_media_run(&w, CF_MSEC(20));
}

/* Lines are sent to from the moment on that there are keys, or that one is let in: then their link is looked after, too. */
static void a_link_is_looked_after_as_soon_as_something_is_sent(void **state) {
    begin(state);
    const struct test_phone *phones[] = {add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_128_GCM, true),
                                         add(CF_KEYING_ZRTP, CF_SRTP_AES_256_CM_HMAC_SHA1_80, true),
                                         add(CF_KEYING_NONE, CF_SRTP_AEAD_AES_256_GCM, false)};
    test_media_run(&w, CF_MSEC(500));
    for (size_t i = 0; i < 3; i++) {
        const struct cf_engine_leg *leg = cf_media_names_get(&w.engine.legs, phones[i]->leg);
        assert_non_null(leg->bandwidth);
        struct cf_media_command c = {.kind = CF_MEDIA_LEG_SET, .room = w.room, .leg = phones[i]->leg};
        c.as.leg_policy = leg->policy;
        c.as.leg_policy.is_waiting = true;
        cf_engine_command(&w.engine, &c, w.now);
        assert_null(leg->bandwidth); /* in the lobby nothing is seen */
        c.as.leg_policy.is_waiting = false;
        cf_engine_command(&w.engine, &c, w.now);
        assert_non_null(leg->bandwidth);
    }
    end();
}

static void people_verify_the_string_of_zrtp(void **state) {
    begin(state);
    struct test_phone *phone = add(CF_KEYING_ZRTP, CF_SRTP_AES_256_CM_HMAC_SHA1_80, true);
    struct test_phone *other = add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_128_GCM, true);
    test_media_run(&w, CF_MSEC(500));
    for (size_t i = 0; i < 2; i++) {
        verify(phone, i == 0);
        const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_SECURED);
        assert_non_null(event);
        assert_true(cf_handle_eq(event->leg, phone->leg));
        assert_int_equal(event->as.secured.suite, CF_SRTP_AES_256_CM_HMAC_SHA1_80);
        assert_string_equal(event->as.secured.sas, "abcd");
        assert_int_equal(event->as.secured.is_sas_verified, i == 0);
    }
    verify(other, true); /* has no string */
    assert_null(test_media_event(&w, CF_MEDIA_EVENT_SECURED));
    end();
}

static void nothing_goes_or_comes_in_clear_before(void **state) {
    begin(state);
    struct test_phone *other = add(CF_KEYING_NONE, CF_SRTP_NONE, false);
    struct test_phone *phone = add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_128_GCM, true);
    cf_association_end(&phone->associations[TEST_SOUND]);
    other->is_talking = true;
    uint8_t octets[64] = {0x80, TEST_PT_OPUS, 0, 1};
    for (size_t i = 0; i < 50; i++) {
        octets[3] = (uint8_t)i;
        test_media_inject(&w, phone->sockets[0][0], &phone->address[0][0], (struct cf_span){octets, sizeof octets});
        test_media_run(&w, CF_MSEC(20));
    }
    assert_int_equal(discards(CF_MEDIA_DISCARD_AUTHENTICATION), 50);
    assert_int_equal(phone->frames_heard, 0);
    assert_int_equal(other->heard[1], 0);
    assert_int_equal(test_media_line(&w, phone, TEST_SOUND)->counts.packets_out, 0);
    end();
}

static void t29_another_certificate_ends_the_leg(void **state) {
    begin(state);
    struct test_phone *other = add(CF_KEYING_NONE, CF_SRTP_NONE, false);
    const struct test_phone_config config = {.keying = CF_KEYING_DTLS,
                                             .suite = CF_SRTP_AEAD_AES_128_GCM,
                                             .has_mux = true,
                                             .has_bundle = true,
                                             .has_false_certificate = true};
    struct test_phone *phone = test_media_add(&w, &config);
    test_media_run(&w, CF_SEC(1));
    const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_INSECURE);
    assert_non_null(event);
    assert_true(cf_handle_eq(event->leg, phone->leg));
    assert_int_equal(event->as.insecure.failure, CF_HANDSHAKE_MISMATCH);
    assert_int_equal(test_media_line(&w, phone, TEST_SOUND)->counts.packets_out, 0);
    assert_true(other->frames_heard > 0);
    end();
}

static void a_peer_that_never_comes_is_reported(void **state) {
    begin(state);
    struct test_phone *phone = add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_128_GCM, true);
    phone->is_dead = true;
    cf_association_end(&phone->associations[TEST_SOUND]);
    w.batches[0].count = 0;
    test_media_run(&w, CF_ASSOCIATION_PATIENCE + CF_SEC(1));
    const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_INSECURE);
    assert_non_null(event);
    assert_int_equal(event->as.insecure.failure, CF_HANDSHAKE_TIMEOUT);
    end();
}

static void the_same_agreement_keeps_the_keys(void **state) {
    begin(state);
    struct test_phone *phone = add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_128_GCM, true);
    test_media_run(&w, CF_MSEC(100));
    size_t handshakes = w.dtls.open_count;
    test_media_agree(&w, phone);
    test_media_run(&w, CF_SEC(1));
    assert_int_equal(w.dtls.open_count, handshakes);
    assert_int_equal(discards(CF_MEDIA_DISCARD_AUTHENTICATION), 0);
    assert_true(phone->frames_heard > 30);
    end();
}

static void a_new_association_gets_new_keys(void **state) {
    begin(state);
    struct test_phone *phone = add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_128_GCM, true);
    struct test_phone *other = add(CF_KEYING_NONE, CF_SRTP_NONE, false);
    test_media_run(&w, CF_SEC(1));
    phone->transports[0].transport.security.dtls_association = 99;
    test_media_agree(&w, phone);
    assert_false(cf_engine_transport_is_open(test_media_line(&w, phone, TEST_SOUND)->transport, CF_ENGINE_PORT_RTP));
    test_media_shake_hands(&w, phone, TEST_SOUND);
    phone->is_talking = true;
    test_media_run(&w, CF_SEC(2));
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_SECURED), 3 + 1);
    assert_true(other->heard[0] > 30);
    end();
}

static void a_peer_that_lost_its_state_is_let_in_again(void **state) {
    begin(state);
    struct test_phone *phone = add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_128_GCM, true);
    struct test_phone *other = add(CF_KEYING_NONE, CF_SRTP_NONE, false);
    test_media_run(&w, CF_SEC(5));
    test_media_shake_hands(&w, phone, TEST_SOUND);
    phone->is_talking = true;
    test_media_run(&w, CF_SEC(2));
    assert_true(other->heard[0] > 30);
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_INSECURE), 0);
    end();
}

static void handshakes_survive_loss(void **state) {
    begin(state);
    w.loss_in_ppm = 300000;
    w.loss_out_ppm = 300000;
    for (size_t i = 0; i < 20; i++) {
        (void)add(i % 2 == 0 ? CF_KEYING_DTLS : CF_KEYING_ZRTP, CF_SRTP_AEAD_AES_128_GCM, true);
    }
    test_media_run(&w, CF_SEC(8));
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_INSECURE), 0);
    for (size_t i = 0; i < 20; i++) {
        assert_true(cf_engine_transport_is_open(test_media_line(&w, &w.phones[i], TEST_SOUND)->transport, CF_ENGINE_PORT_RTP));
    }
    end();
}

static void without_a_provider_the_leg_fails(void **state) {
    begin(state);
    w.engine.config.dtls = NULL;
    (void)add(CF_KEYING_DTLS, CF_SRTP_AEAD_AES_128_GCM, true);
    const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_INSECURE);
    assert_non_null(event);
    assert_int_equal(event->as.insecure.failure, CF_HANDSHAKE_RESOURCE);
    end();
}

/* RFC 5764 section 5.1.1: without multiplexing RTCP has an association of its own. */
static void rtcp_on_its_own_port_has_its_own_keys(void **state) {
    begin(state);
    uint8_t record[TEST_RECORD_MAX];
    const struct test_phone_config config = {.keying = CF_KEYING_DTLS, .suite = CF_SRTP_AEAD_AES_128_GCM, .no_picture = true};
    struct test_phone *phone = test_media_add(&w, &config);
    struct cf_engine_transport *t = test_media_line(&w, phone, TEST_SOUND)->transport;
    test_media_run(&w, CF_MSEC(50));
    assert_true(cf_engine_transport_is_open(t, CF_ENGINE_PORT_RTP));
    assert_false(cf_engine_transport_is_open(t, CF_ENGINE_PORT_RTCP));
    const struct cf_addr *from = &phone->address[0][1];
    phone->is_dead = true;
    size_t len = test_record(record, 0, TEST_CLIENT_HELLO, phone->number, test_cookie(from));
    test_media_inject(&w, phone->sockets[0][1], from, (struct cf_span){record, len});
    len = test_record(record, 1, TEST_CLIENT_LAST, phone->number, 0);
    test_media_inject(&w, phone->sockets[0][1], from, (struct cf_span){record, len});
    test_media_flush(&w);
    assert_true(cf_engine_transport_is_open(t, CF_ENGINE_PORT_RTCP));
    assert_true(cf_engine_transport_control_send(t) != t->send);
    end();
}

#define T(name) cmocka_unit_test(name)

CF_TEST_MAIN(T(keys_are_agreed_on_and_told), T(one_room_has_all_kinds_of_keys), T(sas_and_suite_of_zrtp_are_told),
             T(people_verify_the_string_of_zrtp), T(a_link_is_looked_after_as_soon_as_something_is_sent),
             T(nothing_goes_or_comes_in_clear_before), T(t29_another_certificate_ends_the_leg),
             T(a_peer_that_never_comes_is_reported), T(the_same_agreement_keeps_the_keys), T(a_new_association_gets_new_keys),
             T(a_peer_that_lost_its_state_is_let_in_again), T(handshakes_survive_loss), T(without_a_provider_the_leg_fails),
             T(rtcp_on_its_own_port_has_its_own_keys))
