/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms, legs, transports and lines come and go; what can't be done is said; want of memory harms nobody. */
#include "lib/test_media.h"

#include "core/media/internal.h"
#include "lib/test.h"

static struct test_media w;
static const struct test_phone_config plain = {.has_levels = false};

static const struct cf_media_event *last_failure(void) {
    return test_media_event(&w, CF_MEDIA_EVENT_FAILED);
}

static void assert_fails(const struct cf_media_command *command, enum cf_err err, uint16_t index) {
    test_media_forget_events(&w);
    test_media_command(&w, command);
    const struct cf_media_event *event = last_failure();
    assert_non_null(event);
    assert_int_equal(event->as.failed.command, command->kind);
    assert_int_equal(event->as.failed.err, err);
    assert_int_equal(event->as.failed.index, index);
    assert_true(cf_handle_eq(event->leg, command->leg));
}

static void says_what_it_can_not_do(void **state) {
    (void)state;
    test_media_init(&w, 1);
    const struct test_phone *a = test_media_add(&w, &plain);
    const struct test_phone *b = test_media_add(&w, &plain);
    assert_null(last_failure());

    struct cf_media_command command = {.kind = CF_MEDIA_ROOM_ADD, .room = w.room};
    assert_fails(&command, CF_ERR_EXISTS, 0);
    command.room.slot = 70000;
    assert_fails(&command, CF_ERR_LIMIT, 0);
    command = (struct cf_media_command){.kind = CF_MEDIA_LEG_ADD, .room = {5, 5}, .leg = {9, 1}};
    assert_fails(&command, CF_ERR_NOT_FOUND, 0);
    command = (struct cf_media_command){.kind = CF_MEDIA_LEG_ADD, .room = w.room, .leg = a->leg};
    assert_fails(&command, CF_ERR_EXISTS, 0);

    command = (struct cf_media_command){.kind = CF_MEDIA_TRANSPORT_SET, .leg = a->leg, .as.transport = a->transports[0]};
    command.as.transport.index = CF_MEDIA_TRANSPORTS_MAX;
    assert_fails(&command, CF_ERR_LIMIT, CF_MEDIA_TRANSPORTS_MAX);
    command.as.transport = a->transports[0];
    command.as.transport.rtp_socket = b->sockets[0][0];
    assert_fails(&command, CF_ERR_EXISTS, 0);
    command.as.transport.rtp_socket = CF_MEDIA_SOCKET_NONE;
    assert_fails(&command, CF_ERR_LIMIT, 0);
    command.as.transport = a->transports[1];
    command.as.transport.transport.security.keying = CF_KEYING_SDES; /* without a suite */
    assert_fails(&command, CF_ERR_UNSUPPORTED, 1);

    command = (struct cf_media_command){.kind = CF_MEDIA_LINE_SET, .leg = a->leg, .as.line = a->lines[0]};
    command.as.line.index = CF_MEDIA_LINES_MAX;
    assert_fails(&command, CF_ERR_LIMIT, CF_MEDIA_LINES_MAX);
    command.as.line = a->lines[0];
    command.as.line.line.transport = 9;
    assert_fails(&command, CF_ERR_NOT_FOUND, 0);
    /* The transport was closed by what it could not do; a line takes part in an open one only. */
    command = (struct cf_media_command){.kind = CF_MEDIA_TRANSPORT_SET, .leg = a->leg, .as.transport = a->transports[0]};
    test_media_command(&w, &command);
    command = (struct cf_media_command){.kind = CF_MEDIA_LINE_SET, .leg = a->leg, .as.line = a->lines[0]};
    command.as.line.line.payloads[0].codec = CF_CODEC_G722;
    command.as.line.line.payload_count = 1;
    assert_fails(&command, CF_ERR_UNSUPPORTED, 0);
    test_media_fini(&w);
}

static size_t count_hellos(void) {
    struct cf_engine_parcel parcel;
    struct cf_parcel_message message;
    size_t count = 0;
    while (cf_engine_poll_parcel(&w.engine, &parcel)) {
        struct cf_span rest = parcel.octets;
        while (cf_parcel_next(&rest, &message)) {
            count += message.kind == CF_PARCEL_HELLO;
        }
    }
    return count;
}

/* Whatever memory is out, it can be tried again. Once it is there other workers are told of it once each. */
static void a_shared_room_is_there_or_is_not(void **state) {
    (void)state;
    const struct cf_media_command add = {
        .kind = CF_MEDIA_ROOM_ADD, .room = {7, 1}, .as.room_policy = {.workers = 7, .home = w.engine.config.worker}};
    test_media_init_spread(&w, 12, 1);
    bool has_failed = true;
    size_t rooms = w.engine.rooms.count;
    for (size_t n = 0; has_failed; n++) {
        test_media_forget_events(&w);
        w.mem.failed = false;
        w.mem.fail_at = w.mem.count + n;
        cf_engine_command(&w.engine, &add, w.now);
        w.mem.fail_at = SIZE_MAX;
        has_failed = w.mem.failed;
        assert_int_equal(w.engine.rooms.count, rooms + !has_failed);
        assert_int_equal(count_hellos(), has_failed ? 0 : 2);
        assert_true(n < 20);
    }
    test_media_fini(&w);
}

static void ignores_what_crossed_a_removal(void **state) {
    (void)state;
    test_media_init(&w, 2);
    struct test_phone *a = test_media_add(&w, &plain);
    test_media_remove(&w, a);
    test_media_forget_events(&w);
    test_media_agree(&w, a);
    test_media_remove(&w, a);
    const struct cf_media_command stats = {.kind = CF_MEDIA_STATS_GET, .leg = a->leg};
    const struct cf_media_command policy = {.kind = CF_MEDIA_LEG_SET, .leg = a->leg};
    const struct cf_media_command room = {.kind = CF_MEDIA_ROOM_REMOVE, .room = {1, 1}};
    const struct cf_media_command room_set = {.kind = CF_MEDIA_ROOM_SET, .room = {1, 1}};
    test_media_command(&w, &stats);
    test_media_command(&w, &policy);
    test_media_command(&w, &room);
    test_media_command(&w, &room_set);
    assert_int_equal(w.event_count, 0);
    test_media_fini(&w);
}

static void a_leg_says_goodbye(void **state) {
    (void)state;
    test_media_init(&w, 3);
    const struct test_phone_config config = {.suite = CF_SRTP_AEAD_AES_128_GCM};
    struct test_phone *a = test_media_add(&w, &config);
    struct test_phone *b = test_media_add(&w, &config);
    struct test_phone *c = test_media_add(&w, &config);
    test_media_run(&w, CF_SEC(2));
    test_media_remove(&w, a);
    assert_int_equal(a->control.byes, 2);
    const struct cf_media_event *gone = test_media_event(&w, CF_MEDIA_EVENT_LEG_GONE);
    assert_non_null(gone);
    assert_true(cf_handle_eq(gone->leg, a->leg));
    assert_true(cf_handle_eq(gone->room, w.room));
    /* What it still sends reaches nobody, and the others go on with each other. */
    uint64_t unknown = cf_engine_totals(&w.engine)->discards[CF_MEDIA_DISCARD_UNKNOWN_SOCKET];
    a->is_silent = false;
    size_t heard = a->frames_heard;
    test_media_run(&w, CF_SEC(2));
    assert_true(cf_engine_totals(&w.engine)->discards[CF_MEDIA_DISCARD_UNKNOWN_SOCKET] > unknown + 100);
    assert_int_equal(a->frames_heard, heard);
    assert_int_equal(test_decoder_camera(&b->decoder), c->number);
    assert_int_equal(test_decoder_camera(&c->decoder), b->number);
    test_media_fini(&w);
}

static void a_room_takes_its_legs_along(void **state) {
    (void)state;
    test_media_init(&w, 4);
    for (size_t i = 0; i < 3; i++) {
        test_media_add(&w, &plain);
    }
    test_media_run(&w, CF_MSEC(500));
    const struct cf_media_command command = {.kind = CF_MEDIA_ROOM_REMOVE, .room = w.room};
    test_media_command(&w, &command);
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_LEG_GONE), 3);
    assert_int_equal(w.engine.legs.count, 0);
    assert_int_equal(w.engine.rooms.count, 0);
    assert_true(cf_engine_deadline(&w.engine) == CF_USEC_NEVER);
    for (size_t i = 0; i < 3; i++) {
        w.phones[i].is_silent = true;
    }
    test_media_run(&w, CF_SEC(1));
    test_media_fini(&w);
}

static void a_repeated_agreement_is_not_noticed(void **state) {
    (void)state;
    test_media_init(&w, 5);
    const struct test_phone_config config = {.suite = CF_SRTP_AES_CM_128_HMAC_SHA1_80};
    for (size_t i = 0; i < 3; i++) {
        test_media_add(&w, &config)->is_talking = true;
    }
    for (size_t i = 0; i < 20; i++) {
        test_media_run(&w, CF_MSEC(333));
        test_media_agree(&w, &w.phones[i % 3]);
    }
    for (size_t i = 0; i < 3; i++) {
        size_t switches;
        /* The phones assert that sound has no gap. */
        assert_int_equal(test_decoder_check(&w.phones[i].decoder, &switches), 0);
        assert_true(w.phones[i].decoder.count > 300);
    }
    assert_null(last_failure());
    test_media_fini(&w);
}

static void a_line_that_ends_and_comes_back(void **state) {
    (void)state;
    test_media_init(&w, 6);
    struct test_phone *a = test_media_add(&w, &plain);
    struct test_phone *b = test_media_add(&w, &plain);
    test_media_run(&w, CF_SEC(2));
    size_t count = a->decoder.count;
    assert_true(count > 50);
    a->lines[TEST_PICTURE].line.is_active = false;
    a->config.no_camera = true;
    test_media_agree(&w, a);
    assert_int_equal(a->control.byes, 1);
    test_media_run(&w, CF_SEC(2));
    assert_int_equal(a->decoder.count, count);
    a->lines[TEST_PICTURE].line.is_active = true;
    a->config.no_camera = false;
    test_media_agree(&w, a);
    test_media_run(&w, CF_SEC(2));
    assert_true(a->decoder.count > count + 50);
    size_t switches;
    assert_int_equal(test_decoder_check(&a->decoder, &switches), 0);
    assert_int_equal(test_decoder_check(&b->decoder, &switches), 0);
    assert_true(b->decoder.count > 100);
    test_media_fini(&w);
}

static void a_member_moves_to_another_address(void **state) {
    (void)state;
    test_media_init(&w, 7);
    struct test_phone *a = test_media_add(&w, &plain);
    (void)test_media_add(&w, &plain);
    test_media_run(&w, CF_SEC(1));
    size_t heard = a->frames_heard;
    for (size_t line = 0; line < TEST_LINES; line++) {
        a->address[line][0].ip[3] = 200;
        a->address[line][1].ip[3] = 200;
        a->transports[line].transport.remote_rtp = a->address[line][0];
        a->transports[line].transport.remote_rtcp = a->address[line][1];
    }
    test_media_agree(&w, a);
    test_media_run(&w, CF_SEC(1));
    assert_in_range(a->frames_heard - heard, 49, 51);
    test_media_fini(&w);
}

/* --- want of memory --- */

static struct cf_engine engine;

static void drain(void) {
    const struct cf_media_output *outputs;
    struct cf_media_event event;
    while (cf_engine_poll_send(&engine, &outputs) > 0) {
    }
    while (cf_engine_poll_event(&engine, &event)) {
    }
}

static void command(enum cf_media_command_kind kind, uint32_t leg, const struct test_phone *like, size_t index) {
    struct cf_media_command c = {.kind = kind, .room = {1, 1}, .leg = {leg, 1}};
    if (kind == CF_MEDIA_TRANSPORT_SET) {
        c.as.transport = like->transports[index];
        c.as.transport.rtp_socket += 100 * leg;
        c.as.transport.rtcp_socket += 100 * leg;
    } else if (kind == CF_MEDIA_LINE_SET) {
        c.as.line = like->lines[index];
    }
    cf_engine_command(&engine, &c, CF_SEC(1));
    drain();
}

static void receive(uint32_t socket, const struct cf_addr *from, uint8_t type, struct cf_span payload) {
    uint8_t octets[256];
    struct cf_writer writer;
    cf_writer_init(&writer, octets, sizeof octets);
    for (uint16_t i = 0; i < 4; i++) {
        const struct cf_rtp_header header = {.sequence = i, .timestamp = 960U * i, .ssrc = 5, .payload_type = type};
        writer.len = 0;
        cf_rtp_put_header(&writer, &header);
        cf_put_bytes(&writer, payload.at, payload.len);
        const struct cf_media_input input = {.socket = socket, .from = *from, .at = octets, .len = writer.len};
        cf_engine_receive(&engine, &input, 1, CF_SEC(1) + i);
        drain();
    }
}

/* A small life: a room, two legs, some packets, a second, and all of it gone. */
static void live(const struct test_phone *like) {
    static const uint8_t key_frame[] = {0x90, 0x80, 0x05, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01};
    const struct test_frame frame = {.msec = 20, .value = 1000, .last = 1000};
    command(CF_MEDIA_ROOM_ADD, 0, like, 0);
    for (uint32_t leg = 1; leg <= 2; leg++) {
        command(CF_MEDIA_LEG_ADD, leg, like, 0);
        for (size_t i = 0; i < TEST_LINES; i++) {
            command(CF_MEDIA_TRANSPORT_SET, leg, like, i);
        }
        for (size_t i = 0; i < TEST_LINES; i++) {
            command(CF_MEDIA_LINE_SET, leg, like, i);
        }
        receive(like->sockets[0][0] + 100 * leg, &like->address[0][0], TEST_PT_OPUS, test_frame_span(&frame));
        receive(like->sockets[1][0] + 100 * leg, &like->address[1][0], TEST_PT_VP8,
                (struct cf_span){key_frame, sizeof key_frame});
    }
    for (cf_usec now = CF_SEC(1); now < CF_SEC(2); now += CF_MSEC(20)) {
        cf_engine_on_deadline(&engine, now);
        drain();
    }
    command(CF_MEDIA_STATS_GET, 1, like, 0);
    command(CF_MEDIA_LEG_REMOVE, 1, like, 0);
    command(CF_MEDIA_ROOM_REMOVE, 0, like, 0);
}

static void copes_with_want_of_memory(void **state) {
    (void)state;
    test_media_init(&w, 8);
    struct test_phone like = *test_media_add(&w, &plain);
    struct test_phone secure = *test_media_add(&w, &(struct test_phone_config){.suite = CF_SRTP_AEAD_AES_128_GCM});
    for (size_t n = 0;; n++) {
        struct test_mem m;
        struct test_srtp s;
        struct test_entropy e;
        test_mem_init(&m);
        m.fail_at = n;
        test_srtp_init(&s, &m.mem);
        test_entropy_init(&e, n);
        const struct cf_engine_config config = {.crypto = &s.crypto,
                                                .entropy = &e.entropy,
                                                .codecs = w.codecs,
                                                .codec_count = 2,
                                                .resampler = &test_resampler,
                                                .wall = CF_SEC(1700000000)};
        if (cf_engine_init(&engine, &m.mem, &config, CF_SEC(1)) == CF_OK) {
            live(n % 2 == 0 ? &like : &secure);
            cf_engine_fini(&engine);
        }
        test_mem_fini(&m);
        if (!m.failed && n % 2 == 1) {
            break;
        }
    }
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(says_what_it_can_not_do), cmocka_unit_test(a_shared_room_is_there_or_is_not),
             cmocka_unit_test(ignores_what_crossed_a_removal), cmocka_unit_test(a_leg_says_goodbye),
             cmocka_unit_test(a_room_takes_its_legs_along), cmocka_unit_test(a_repeated_agreement_is_not_noticed),
             cmocka_unit_test(a_line_that_ends_and_comes_back), cmocka_unit_test(a_member_moves_to_another_address),
             cmocka_unit_test(copes_with_want_of_memory))
