/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datagrams being made. */
#include "core/media/outbox.h"

#include "core/rtp/packet.h"
#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"

static struct cf_outbox outbox;

static size_t write_header(uint8_t *out, uint16_t sequence) {
    struct cf_writer w;
    const struct cf_rtp_header header = {.sequence = sequence, .payload_type = 96};
    cf_writer_init(&w, out, CF_OUTBOX_HEADER_MAX);
    cf_rtp_put_header(&w, &header);
    return w.len;
}

static void add(struct cf_srtp_context *srtp, uint16_t sequence, struct cf_span payload) {
    const struct cf_addr to = {.port = sequence, .family = CF_FAMILY_IP4};
    const struct cf_outbox_packet packet = {.srtp = srtp,
                                            .socket = sequence,
                                            .to = &to,
                                            .header_len = write_header(cf_outbox_room(&outbox), sequence),
                                            .prefix_len = 1,
                                            .payload = payload};
    cf_outbox_room(&outbox)[packet.header_len] = (uint8_t)sequence;
    cf_outbox_add(&outbox, &packet);
}

static void makes_datagrams_of_their_parts(void **state) {
    (void)state;
    struct test_mem m;
    struct test_srtp s;
    const uint8_t payload[] = {7, 8, 9};
    test_mem_init(&m);
    test_srtp_init(&s, &m.mem);
    assert_ok(cf_outbox_init(&outbox, &m.mem));
    for (uint16_t i = 0; i < CF_OUTBOX_MAX; i++) {
        assert_false(cf_outbox_is_full(&outbox));
        add(NULL, i, (struct cf_span){payload, sizeof payload});
    }
    assert_true(cf_outbox_is_full(&outbox));
    cf_outbox_protect(&outbox, &s.crypto);
    for (uint16_t i = 0; i < CF_OUTBOX_MAX; i++) {
        const struct cf_media_output *out = &outbox.outputs[i];
        struct cf_rtp_view view;
        assert_int_equal(out->socket, i);
        assert_int_equal(out->to.port, i);
        assert_ok(cf_rtp_parse(out->data, &view));
        assert_int_equal(view.sequence, i);
        assert_int_equal(view.payload.len, 4);
        assert_int_equal(view.payload.at[0], (uint8_t)i);
        assert_memory_equal(view.payload.at + 1, payload, 3);
    }
    cf_outbox_fini(&outbox);
    test_mem_fini(&m);
}

/* RFC 3550 section 5.1: the last octet says how many there are, itself included. */
static void padding_is_put_behind(void **state) {
    (void)state;
    struct test_mem m;
    struct test_srtp s;
    const uint8_t payload[] = {7, 8, 9};
    const struct cf_addr to = {.port = 1, .family = CF_FAMILY_IP4};
    test_mem_init(&m);
    test_srtp_init(&s, &m.mem);
    assert_ok(cf_outbox_init(&outbox, &m.mem));
    for (uint8_t padding = 0; padding < 3; padding++) {
        for (size_t prefix = 0; prefix < 2; prefix++) {
            struct cf_outbox_packet packet = {.to = &to, .prefix_len = prefix, .payload = {payload, sizeof payload}};
            uint8_t *room = cf_outbox_room(&outbox);
            packet.header_len = write_header(room, padding);
            room[0] |= padding > 0 ? 0x20 : 0;
            room[packet.header_len] = 6;
            cf_outbox_add(&outbox, &packet);
            cf_outbox_pad(&outbox, padding);
        }
    }
    cf_outbox_protect(&outbox, &s.crypto);
    for (size_t i = 0; i < outbox.count; i++) {
        struct cf_rtp_view view;
        assert_ok(cf_rtp_parse(outbox.outputs[i].data, &view));
        assert_int_equal(view.padding_len, i / 2);
        assert_int_equal(view.payload.len, 3 + i % 2);
        assert_memory_equal(view.payload.at + i % 2, payload, 3);
        assert_int_equal(outbox.outputs[i].data.len, 12 + 3 + i % 2 + i / 2);
    }
    cf_outbox_fini(&outbox);
    test_mem_fini(&m);
}

static void leaves_nothing_of_what_failed(void **state) {
    (void)state;
    struct test_mem m;
    struct test_srtp s;
    static const uint8_t giant[CF_OUTBOX_DATAGRAM_MAX];
    test_mem_init(&m);
    test_srtp_init(&s, &m.mem);
    assert_ok(cf_outbox_init(&outbox, &m.mem));
    add(NULL, 1, (struct cf_span){giant, 10});
    add(NULL, 2, (struct cf_span){giant, sizeof giant});
    cf_outbox_protect(&outbox, &s.crypto);
    assert_int_equal(outbox.outputs[0].data.len, 12 + 1 + 10);
    assert_int_equal(outbox.outputs[1].data.len, 0);
    assert_int_equal(outbox.jobs[1].err, CF_ERR_NO_ROOM);
    cf_outbox_fini(&outbox);
    cf_outbox_fini(&outbox);
    for (size_t i = 0; i < 2; i++) {
        m.fail_at = m.count + i;
        assert_int_equal(cf_outbox_init(&outbox, &m.mem), CF_ERR_NO_MEMORY);
    }
    test_mem_fini(&m);
}

static void keeps_payloads_until_the_next_batch(void **state) {
    (void)state;
    struct test_mem m;
    static const uint8_t payload[1000] = {1, 2, 3};
    test_mem_init(&m);
    assert_ok(cf_outbox_init(&outbox, &m.mem));
    for (size_t round = 0; round < 2; round++) {
        struct cf_span kept;
        size_t count = 0;
        while (cf_outbox_keep(&outbox, (struct cf_span){payload, sizeof payload}, &kept)) {
            assert_memory_equal(kept.at, payload, sizeof payload);
            assert_ptr_not_equal(kept.at, payload);
            count++;
        }
        assert_int_equal(count, CF_OUTBOX_KEPT_MAX / sizeof payload);
        cf_outbox_clear(&outbox);
    }
    cf_outbox_fini(&outbox);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(makes_datagrams_of_their_parts), cmocka_unit_test(padding_is_put_behind),
             cmocka_unit_test(leaves_nothing_of_what_failed), cmocka_unit_test(keeps_payloads_until_the_next_batch))
