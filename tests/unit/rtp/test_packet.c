/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTP packets, RFC 3550 section 5.1 and RFC 7983. */
#include "core/rtp/packet.h"

#include "lib/test.h"
#include <stdlib.h>

static struct cf_span span(const void *at, size_t len) {
    return (struct cf_span){at, len};
}

/* Version 2, padding, extension of one word, two CSRCs, marker, type 96, payload "abc", two octets of padding. */
static const uint8_t full[] = {0xb2, 0xe0, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0x01, 0x02, 0x03, 0x04, 0,   0,   0, 5, 0,
                               0,    0,    6,    0xbe, 0xde, 0,    1,    0x10, 0xaa, 0,    0,    'a',  'b', 'c', 0, 2};

static void parses_every_field(void **state) {
    (void)state;
    struct cf_rtp_view view;
    assert_ok(cf_rtp_parse(span(full, sizeof full), &view));
    assert_true(view.marker);
    assert_true(view.has_padding);
    assert_int_equal(view.payload_type, 0x60);
    assert_int_equal(view.sequence, 0x1234);
    assert_int_equal(view.timestamp, 0xdeadbeef);
    assert_int_equal(view.ssrc, 0x01020304);
    assert_int_equal(view.csrc_count, 2);
    assert_int_equal(cf_rtp_csrc(&view, 0), 5);
    assert_int_equal(cf_rtp_csrc(&view, 1), 6);
    assert_int_equal(view.extension_profile, 0xbede);
    assert_int_equal(view.extension.len, 4);
    assert_int_equal(view.header_len, 28);
    assert_int_equal(view.padding_len, 2);
    assert_str(cf_span_str(view.payload), CF_STR("abc"));
}

static void leaves_encrypted_padding_alone(void **state) {
    (void)state;
    struct cf_rtp_view view;
    assert_ok(cf_rtp_parse_header(span(full, sizeof full), &view));
    assert_int_equal(view.payload.len, 5);
    assert_int_equal(view.padding_len, 0);
    assert_true(view.has_padding);
}

static void refuses_every_truncation(void **state) {
    (void)state;
    for (size_t len = 0; len < 28; len++) {
        uint8_t *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, full, len);
        struct cf_rtp_view view = {.ssrc = 77};
        assert_int_equal(cf_rtp_parse(span(exact, len), &view), CF_ERR_TRUNCATED);
        assert_int_equal(view.ssrc, 77);
        free(exact);
    }
}

static void refuses_other_versions(void **state) {
    (void)state;
    struct cf_rtp_view view;
    for (unsigned version = 0; version < 4; version++) {
        uint8_t packet[12] = {(uint8_t)(version << 6)};
        assert_int_equal(cf_rtp_parse(span(packet, sizeof packet), &view), version == 2 ? CF_OK : CF_ERR_MALFORMED);
    }
}

static void refuses_padding_that_cannot_be(void **state) {
    (void)state;
    struct cf_rtp_view view;
    uint8_t packet[15] = {0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0};
    for (unsigned padding = 0; padding < 256; padding++) {
        packet[14] = (uint8_t)padding;
        enum cf_err expected = padding >= 1 && padding <= 3 ? CF_OK : CF_ERR_MALFORMED;
        assert_int_equal(cf_rtp_parse(span(packet, sizeof packet), &view), expected);
    }
    assert_int_equal(cf_rtp_parse(span(packet, 12), &view), CF_ERR_MALFORMED);
}

static void refuses_an_extension_longer_than_the_datagram(void **state) {
    (void)state;
    struct cf_rtp_view view;
    uint8_t packet[20] = {0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 1};
    assert_ok(cf_rtp_parse(span(packet, sizeof packet), &view));
    assert_int_equal(view.payload.len, 0);
    packet[15] = 2;
    assert_int_equal(cf_rtp_parse(span(packet, sizeof packet), &view), CF_ERR_TRUNCATED);
    packet[14] = 0xff;
    packet[15] = 0xff;
    assert_int_equal(cf_rtp_parse(span(packet, sizeof packet), &view), CF_ERR_TRUNCATED);
}

static void survives_every_flipped_bit(void **state) {
    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof full; bit++) {
        uint8_t *packet = malloc(sizeof full);
        assert_non_null(packet);
        memcpy(packet, full, sizeof full);
        packet[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        struct cf_rtp_view view;
        if (cf_rtp_parse(span(packet, sizeof full), &view) == CF_OK) {
            assert_int_equal(view.header_len + view.payload.len + view.padding_len, sizeof full);
        }
        free(packet);
    }
}

static void prints_what_it_parsed(void **state) {
    (void)state;
    struct cf_rtp_view view;
    uint8_t out[64];
    struct cf_writer w;
    assert_ok(cf_rtp_parse(span(full, sizeof full), &view));
    uint32_t csrcs[] = {cf_rtp_csrc(&view, 0), cf_rtp_csrc(&view, 1)};
    struct cf_rtp_header header = {.csrcs = csrcs,
                                   .csrc_count = 2,
                                   .extension = view.extension,
                                   .extension_profile = view.extension_profile,
                                   .timestamp = view.timestamp,
                                   .ssrc = view.ssrc,
                                   .sequence = view.sequence,
                                   .payload_type = view.payload_type,
                                   .marker = view.marker,
                                   .has_padding = true};
    cf_writer_init(&w, out, sizeof out);
    cf_rtp_put_header(&w, &header);
    assert_int_equal(w.len, view.header_len);
    cf_put_bytes(&w, view.payload.at, view.payload.len);
    cf_rtp_put_padding(&w, 2);
    assert_int_equal(w.len, sizeof full);
    assert_memory_equal(out, full, sizeof full);
}

static void prints_nothing_beyond_the_buffer(void **state) {
    (void)state;
    uint32_t csrcs[15] = {0};
    struct cf_rtp_header header = {.csrcs = csrcs, .csrc_count = 15, .extension = span(full, 4), .extension_profile = 0xbede};
    for (size_t size = 0; size < 12 + 60 + 8; size++) {
        uint8_t out[128];
        struct cf_writer w;
        cf_writer_init(&w, out, size);
        cf_rtp_put_header(&w, &header);
        assert_false(cf_writer_ok(&w));
        assert_true(w.len <= size);
    }
}

static void patches_one_field_only(void **state) {
    (void)state;
    uint8_t packet[sizeof full];
    struct cf_rtp_view view;
    memcpy(packet, full, sizeof full);
    cf_rtp_set_sequence(packet, 0xffee);
    cf_rtp_set_timestamp(packet, 0x11223344);
    cf_rtp_set_ssrc(packet, 0x55667788);
    cf_rtp_set_payload_type(packet, 111);
    assert_ok(cf_rtp_parse(span(packet, sizeof packet), &view));
    assert_int_equal(view.sequence, 0xffee);
    assert_int_equal(view.timestamp, 0x11223344);
    assert_int_equal(view.ssrc, 0x55667788);
    assert_int_equal(view.payload_type, 111);
    assert_true(view.marker);
    cf_rtp_set_marker(packet, false);
    assert_ok(cf_rtp_parse(span(packet, sizeof packet), &view));
    assert_int_equal(view.payload_type, 111);
    assert_false(view.marker);
    assert_memory_equal(packet + 12, full + 12, sizeof full - 12);
}

static enum cf_packet_kind expected_kind(unsigned first, unsigned second) {
    if (first >= 128 && first <= 191) {
        return second >= 192 && second <= 223 ? CF_PACKET_RTCP : CF_PACKET_RTP;
    }
    if (first <= 3) {
        return CF_PACKET_STUN;
    }
    if (first >= 16 && first <= 19) {
        return CF_PACKET_ZRTP;
    }
    if (first >= 20 && first <= 63) {
        return CF_PACKET_DTLS;
    }
    return first >= 64 && first <= 79 ? CF_PACKET_TURN_CHANNEL : CF_PACKET_UNKNOWN;
}

static void tells_protocols_apart_by_two_octets(void **state) {
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            uint8_t octets[2] = {(uint8_t)first, (uint8_t)second};
            assert_int_equal(cf_packet_kind_of(span(octets, 2)), expected_kind(first, second));
        }
    }
    assert_int_equal(cf_packet_kind_of(span("", 0)), CF_PACKET_UNKNOWN);
    assert_int_equal(cf_packet_kind_of(span("\x80", 1)), CF_PACKET_RTP);
}

CF_TEST_MAIN(cmocka_unit_test(parses_every_field), cmocka_unit_test(leaves_encrypted_padding_alone),
             cmocka_unit_test(refuses_every_truncation), cmocka_unit_test(refuses_other_versions),
             cmocka_unit_test(refuses_padding_that_cannot_be), cmocka_unit_test(refuses_an_extension_longer_than_the_datagram),
             cmocka_unit_test(survives_every_flipped_bit), cmocka_unit_test(prints_what_it_parsed),
             cmocka_unit_test(prints_nothing_beyond_the_buffer), cmocka_unit_test(patches_one_field_only),
             cmocka_unit_test(tells_protocols_apart_by_two_octets))
