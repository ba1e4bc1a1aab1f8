/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two terminals over a wire that can be cut, with what two negotiations have agreed on. */
#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtp/event.h"
#include "core/rtp/extension.h"
#include "core/terminal/terminal.h"
#include "lib/test.h"
#include "lib/test_codec.h"
#include "lib/test_entropy.h"
#include "lib/test_handshake.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"
#include "lib/test_party.h"
#include "lib/test_srtp.h"

#define FRAME_MAX 8000
#define STEP CF_MSEC(20)

/* One end. */
struct end {
    struct test_party party;
    struct cf_terminal *terminal;
    struct cf_addr last_sent_from;
    size_t frames;
    size_t keys;
    size_t last_len;
    size_t last_line;
    size_t events[CF_TERMINAL_UNREACHED + 1];
    struct cf_terminal_event last[CF_TERMINAL_UNREACHED + 1];
    uint8_t last_packet[2048];
    size_t last_packet_len;
};

/* The wire. */
struct wire {
    struct test_mem mem;
    struct test_srtp srtp;
    struct test_entropy entropy;
    struct test_handshakes dtls;
    struct test_handshakes zrtp;
    struct cf_audio_codec opus;
    const struct cf_audio_codec *codecs[1];
    struct end ends[2];
    cf_usec now;
    size_t drop_rtp;    /* so many RTP packets of pictures of end 0 are lost from now on */
    size_t skip_rtp;    /* ... after so many */
    bool drops_repairs; /* of those lost */
    uint16_t lost[64];
    size_t lost_count;
    struct cf_dtmf dtmf; /* of what end 0 sends */
    char keys[16];       /* that it pressed */
    size_t key_count;
    size_t event_packets;
};

static void make_end(struct wire *w, size_t i) {
    static const enum cf_srtp_suite suites[] = {CF_SRTP_AEAD_AES_128_GCM};
    struct cf_terminal_config config = {.crypto = &w->srtp.crypto,
                                        .dtls = &w->dtls.table,
                                        .zrtp = &w->zrtp.table,
                                        .suites = suites,
                                        .suite_count = 1,
                                        .entropy = &w->entropy.entropy,
                                        .codecs = w->codecs,
                                        .codec_count = 1,
                                        .resampler = &test_resampler,
                                        .stun_hash = &test_stun_hash,
                                        .cname = CF_STR("sip:test@example.org"),
                                        .wall = 1700000000000000};
    w->ends[i].terminal = cf_terminal_create(&w->mem.mem, &config, w->now);
    assert_non_null(w->ends[i].terminal);
}

static void agree(struct wire *w) {
    test_party_exchange(&w->ends[0].party, &w->ends[1].party);
    for (size_t i = 0; i < 2; i++) {
        cf_terminal_set(w->ends[i].terminal, w->ends[i].party.params, w->now);
    }
}

static void begin_wire(struct wire *w, size_t lines) {
    memset(w, 0, sizeof *w);
    test_mem_init(&w->mem);
    test_srtp_init(&w->srtp, &w->mem.mem);
    test_entropy_init(&w->entropy, 5);
    test_handshakes_init(&w->dtls, &w->mem.mem, false);
    test_handshakes_init(&w->zrtp, &w->mem.mem, true);
    w->opus = test_codec;
    w->opus.name = "opus";
    w->codecs[0] = &w->opus;
    w->now = CF_SEC(10);
    test_party_init(&w->ends[0].party, "a", 1, lines);
    test_party_init(&w->ends[1].party, "b", 2, lines);
    make_end(w, 0);
    make_end(w, 1);
}

static void end_wire(struct wire *w) {
    for (size_t i = 0; i < 2; i++) {
        cf_terminal_destroy(w->ends[i].terminal);
        test_party_fini(&w->ends[i].party);
    }
    assert_int_equal(w->srtp.open, 0);
    test_mem_fini(&w->mem);
}

/* --- the wire --- */

static struct cf_addr address_of(const struct end *e, uint32_t socket) {
    const struct cf_media_params *params = e->party.params;
    for (size_t i = 0; i < params->transport_count; i++) {
        if (cf_terminal_socket(&params->transports[i].local_rtp) == socket) {
            return params->transports[i].local_rtp;
        }
    }
    fail_msg("a packet from an unknown socket");
    return (struct cf_addr){.port = 0};
}

static bool is_repair(const struct wire *w, uint16_t sequence) {
    for (size_t i = 0; i < w->lost_count; i++) {
        if (w->lost[i] == sequence) {
            return true;
        }
    }
    return false;
}

/* Is the packet lost? Pictures of end 0 only. */
static bool is_lost(struct wire *w, size_t from, struct cf_span data) {
    struct cf_rtp_view view;
    if (from != 0 || cf_packet_kind_of(data) != CF_PACKET_RTP || cf_rtp_parse_header(data, &view) != CF_OK || view.ssrc == 1000) {
        return false;
    }
    if (is_repair(w, view.sequence)) {
        return w->drops_repairs;
    }
    if (w->skip_rtp > 0) {
        w->skip_rtp--;
        return false;
    }
    if (w->drop_rtp == 0) {
        return false;
    }
    w->drop_rtp--;
    assert_true(w->lost_count < sizeof w->lost / sizeof *w->lost);
    w->lost[w->lost_count++] = view.sequence;
    return true;
}

/* Keys among the sound of end 0, which is not encrypted. */
static void note_key(struct wire *w, size_t from, struct cf_span data) {
    struct cf_rtp_view view;
    const struct cf_media_line *line = cf_terminal_line(w->ends[from].terminal, 0);
    if (from != 0 || line == NULL || cf_packet_kind_of(data) != CF_PACKET_RTP || cf_rtp_parse(data, &view) != CF_OK) {
        return;
    }
    for (size_t i = 0; i < line->payload_count; i++) {
        const struct cf_payload *payload = &line->payloads[i];
        if (payload->codec == CF_CODEC_TELEPHONE_EVENT && payload->send_type == view.payload_type) {
            char key = cf_dtmf_on_packet(&w->dtmf, view.timestamp, view.payload);
            w->event_packets++;
            if (key != '\0' && w->key_count < sizeof w->keys) {
                w->keys[w->key_count++] = key;
            }
        }
    }
}

static void drain(struct wire *w, size_t from) {
    struct end *e = &w->ends[from];
    struct end *peer = &w->ends[1 - from];
    struct cf_terminal_out out;
    struct cf_terminal_frame frame;
    struct cf_terminal_event event;
    while (cf_terminal_poll_frame(e->terminal, w->now, &frame)) {
        e->frames++;
        e->keys += frame.is_key;
        e->last_len = frame.octets.len;
        e->last_line = frame.line;
    }
    while (cf_terminal_poll_event(e->terminal, &event)) {
        e->events[event.kind]++;
        e->last[event.kind] = event;
    }
    while (cf_terminal_poll_send(e->terminal, &out)) {
        struct cf_addr source = address_of(e, out.socket);
        e->last_sent_from = source;
        note_key(w, from, out.data);
        memcpy(e->last_packet, out.data.at, out.data.len);
        e->last_packet_len = out.data.len;
        if (!is_lost(w, from, out.data)) {
            uint8_t copy[2048];
            memcpy(copy, out.data.at, out.data.len);
            cf_terminal_on_datagram(peer->terminal, cf_terminal_socket(&out.to), &source, copy, out.data.len, w->now);
        }
    }
}

static void settle(struct wire *w) {
    for (int round = 0; round < 3; round++) {
        drain(w, 0);
        drain(w, 1);
    }
}

static void pass(struct wire *w, cf_usec duration) {
    for (cf_usec end = w->now + duration; w->now < end; w->now += CF_MSEC(5)) {
        for (size_t i = 0; i < 2; i++) {
            if (cf_terminal_deadline(w->ends[i].terminal) <= w->now) {
                cf_terminal_on_deadline(w->ends[i].terminal, w->now);
            }
        }
        settle(w);
    }
}

/* A frame of VP8 as far as its first octets tell (RFC 6386 section 9.1). */
static void send_frame(struct wire *w, size_t line, size_t len, bool is_key) {
    static uint8_t octets[FRAME_MAX] = {0, 0, 0, 0x9d, 0x01, 0x2a, 160, 0, 120, 0};
    octets[0] = is_key ? 0x10 : 0x11;
    assert_ok(cf_terminal_send_frame(w->ends[0].terminal, line, (struct cf_span){octets, len}, w->now));
    settle(w);
}

/* --- tests --- */

static void sound_goes_both_ways(void **state) {
    struct wire w;
    int16_t pcm[CF_MIX_TICK_SAMPLES];
    int16_t heard[2] = {0, 0};
    (void)state;
    begin_wire(&w, 1);
    agree(&w);
    for (int tick = 0; tick < 50; tick++) {
        for (size_t i = 0; i < 2; i++) {
            for (size_t k = 0; k < CF_MIX_TICK_SAMPLES; k++) {
                pcm[k] = (int16_t)(1000 * (i + 1));
            }
            cf_terminal_send_sound(w.ends[i].terminal, pcm, w.now);
        }
        pass(&w, STEP);
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(cf_terminal_pull_sound(w.ends[i].terminal, pcm, w.now), true);
            heard[i] = pcm[CF_MIX_TICK_SAMPLES / 2];
        }
    }
    assert_int_equal(heard[0], 2000);
    assert_int_equal(heard[1], 1000);
    struct cf_terminal_stats stats = cf_terminal_stats(w.ends[0].terminal, 0);
    assert_int_equal(stats.packets_sent, 50);
    assert_int_equal(stats.packets_received, 50);
    assert_int_equal(stats.packets_lost, 0);
    assert_true(stats.round_trip_usec >= 0);
    end_wire(&w);
}

static void keys_are_sent_in_the_place_of_sound(void **state) {
    struct wire w;
    int16_t pcm[CF_MIX_TICK_SAMPLES] = {0};
    (void)state;
    begin_wire(&w, 1);
    agree(&w);
    struct cf_terminal *t = w.ends[0].terminal;
    char many[CF_TERMINAL_KEYS_MAX + 1];
    memset(many, '1', sizeof many);
    assert_int_equal(cf_terminal_press(t, cf_str_n(many, sizeof many)), CF_ERR_LIMIT);
    assert_int_equal(cf_terminal_press(t, CF_STR("")), CF_ERR_LIMIT);
    assert_int_equal(cf_terminal_press(t, CF_STR("12x")), CF_ERR_MALFORMED);
    assert_ok(cf_terminal_press(t, CF_STR("44")));
    assert_ok(cf_terminal_press(t, CF_STR("*#")));
    for (int tick = 0; tick < 100; tick++) {
        cf_terminal_send_sound(t, pcm, w.now);
        pass(&w, STEP);
    }
    assert_str(cf_str_n(w.keys, w.key_count), CF_STR("44*#"));
    /* Each for 160 ms, its end three times. */
    assert_int_equal(w.event_packets, 4 * 11);
    assert_int_equal(cf_terminal_stats(t, 0).packets_sent, 4 * 11 + (100 - 4 * 16));
    end_wire(&w);
}

/* RFC 7587 section 4.1: timestamps tell how long nothing was sent. */
static void the_clock_of_sound_goes_on_in_silence(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 1);
    agree(&w);
    const uint8_t silence[3] = {0xf8, 0xff, 0xfe};
    struct end *e = &w.ends[0];
    uint32_t stamps[2];
    for (size_t i = 0; i < 2; i++) {
        assert_ok(cf_terminal_send_coded(e->terminal, 0, CF_CODEC_OPUS, (struct cf_span){silence, sizeof silence}, w.now));
        settle(&w);
        stamps[i] = cf_be32(e->last_packet + 4);
        cf_terminal_skip_coded(e->terminal, 0, 19);
    }
    assert_int_equal(stamps[1] - stamps[0], 20 * 960);
    cf_terminal_skip_coded(e->terminal, 7, 19); /* there is no such line */
    assert_int_equal(cf_terminal_stats(e->terminal, 0).packets_sent, 2);
    end_wire(&w);
}

static void frames_come_whole(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 2);
    agree(&w);
    for (unsigned i = 0; i < 30; i++) {
        send_frame(&w, 1, 10 + i * 250, i == 0);
        pass(&w, CF_MSEC(33));
        assert_int_equal(w.ends[1].frames, i + 1);
        assert_int_equal(w.ends[1].last_len, 10 + i * 250);
        assert_int_equal(w.ends[1].last_line, 1);
    }
    assert_int_equal(w.ends[1].keys, 1);
    assert_int_equal(w.ends[1].events[CF_TERMINAL_SOURCE], 1);
    assert_int_equal(w.ends[1].last[CF_TERMINAL_SOURCE].ssrc, 1001);
    end_wire(&w);
}

static void a_lost_packet_is_sent_again(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 2);
    agree(&w);
    send_frame(&w, 1, 5000, true);
    pass(&w, CF_MSEC(300));
    w.skip_rtp = 1;
    w.drop_rtp = 2;
    send_frame(&w, 1, 5000, false);
    assert_int_equal(w.ends[1].frames, 1);
    pass(&w, CF_MSEC(100));
    assert_int_equal(w.ends[1].frames, 2);
    assert_int_equal(cf_terminal_stats(w.ends[0].terminal, 1).resent, 2);
    assert_int_equal(cf_terminal_stats(w.ends[1].terminal, 1).nacked, 2);
    assert_int_equal(w.ends[0].events[CF_TERMINAL_KEY_WANTED], 0);
    end_wire(&w);
}

static void a_frame_lost_for_good_costs_a_key_frame(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 2);
    agree(&w);
    send_frame(&w, 1, 3000, true);
    pass(&w, CF_MSEC(300));
    w.skip_rtp = 1;
    w.drop_rtp = 1;
    w.drops_repairs = true;
    send_frame(&w, 1, 3000, false);
    for (unsigned i = 0; i < 20; i++) {
        pass(&w, CF_MSEC(33));
        send_frame(&w, 1, 300, false);
    }
    assert_int_equal(w.ends[1].frames, 1);
    assert_in_range(w.ends[0].events[CF_TERMINAL_KEY_WANTED], 1, 3);
    send_frame(&w, 1, 3000, true);
    assert_int_equal(w.ends[1].frames, 2);
    assert_int_equal(w.ends[1].keys, 2);
    end_wire(&w);
}

static void a_decoder_may_want_a_key_frame(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 2);
    agree(&w);
    send_frame(&w, 1, 300, true);
    pass(&w, CF_MSEC(500));
    for (unsigned i = 0; i < 10; i++) {
        cf_terminal_want_key(w.ends[1].terminal, 1);
        pass(&w, CF_MSEC(50));
    }
    assert_in_range(w.ends[0].events[CF_TERMINAL_KEY_WANTED], 1, 2);
    end_wire(&w);
}

static void bit_rates_are_asked_for_and_confirmed(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 2);
    agree(&w);
    send_frame(&w, 1, 300, true);
    cf_terminal_limit(w.ends[1].terminal, 1, 64000);
    pass(&w, CF_SEC(5));
    assert_int_equal(w.ends[0].events[CF_TERMINAL_BITRATE], 1);
    assert_int_equal(w.ends[0].last[CF_TERMINAL_BITRATE].bps, 64000);
    assert_int_equal(w.ends[0].last[CF_TERMINAL_BITRATE].line, 1);
    end_wire(&w);
}

static void encrypted_media_comes_through_and_nothing_else(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 2);
    for (size_t i = 0; i < 2; i++) {
        w.ends[i].party.policy.offer_profile = CF_PROFILE_SAVPF;
        w.ends[i].party.policy.allows_plain = false;
    }
    agree(&w);
    send_frame(&w, 1, 3000, true);
    assert_int_equal(w.ends[1].frames, 1);
    assert_true(w.srtp.protected > 0);
    for (size_t bit = 0; bit < 200; bit++) {
        uint8_t copy[2048];
        struct cf_addr to = w.ends[1].party.params->transports[1].local_rtp;
        memcpy(copy, w.ends[0].last_packet, w.ends[0].last_packet_len);
        copy[(bit * 7) % w.ends[0].last_packet_len] ^= (uint8_t)(1U << bit % 8);
        cf_terminal_on_datagram(w.ends[1].terminal, cf_terminal_socket(&to), &w.ends[0].last_sent_from, copy,
                                w.ends[0].last_packet_len, w.now);
    }
    settle(&w);
    assert_int_equal(w.ends[1].frames, 1);
    assert_true(cf_terminal_totals(w.ends[1].terminal).refused + cf_terminal_totals(w.ends[1].terminal).malformed > 150);
    end_wire(&w);
}

/* Both get ready for DTLS or ZRTP, and nothing else. */
static void want_handshakes(struct wire *w, const char *keying) {
    static const uint8_t certificates[2][32] = {{0x11}, {0x22}};
    static const uint8_t hashes[2][CF_ZRTP_HASH_LEN] = {{0x33}, {0x44}};
    for (size_t i = 0; i < 2; i++) {
        struct test_party *party = &w->ends[i].party;
        assert_ok(cf_policy_set_keyings(&party->policy, cf_str_of(keying)));
        party->session.fingerprint = certificates[i];
        party->lines[0].zrtp_hash = hashes[i];
        party->lines[1].zrtp_hash = hashes[i];
    }
}

static void keys_are_agreed_on_in_the_media_path(void **state) {
    static const struct {
        const char *name;
        enum cf_keying keying;
    } rows[] = {{"dtls", CF_KEYING_DTLS}, {"zrtp", CF_KEYING_ZRTP}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct wire w;
        begin_wire(&w, 2);
        want_handshakes(&w, rows[i].name);
        agree(&w);
        assert_false(cf_terminal_can_send(w.ends[0].terminal, 1));
        pass(&w, CF_SEC(1));
        assert_int_equal(w.ends[0].events[CF_TERMINAL_SECURED], 2);
        assert_int_equal(w.ends[1].events[CF_TERMINAL_SECURED], 2);
        struct cf_terminal_protection protection = cf_terminal_protection(w.ends[0].terminal, 1);
        assert_int_equal(protection.keying, rows[i].keying);
        assert_int_equal(protection.suite, CF_SRTP_AEAD_AES_128_GCM);
        assert_string_equal(protection.sas, rows[i].keying == CF_KEYING_ZRTP ? "abcd" : "");
        send_frame(&w, 1, 3000, true);
        assert_int_equal(w.ends[1].frames, 1);
        agree(&w); /* the same again: keys go on */
        send_frame(&w, 1, 3000, false);
        assert_int_equal(w.ends[1].frames, 2);
        end_wire(&w);
    }
}

static void another_certificate_than_promised_is_told(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 2);
    want_handshakes(&w, "dtls");
    test_party_exchange(&w.ends[0].party, &w.ends[1].party);
    w.ends[1].party.params->transports[0].security.local_fingerprint.digest[0] = 0x66;
    w.ends[1].party.params->transports[1].security.local_fingerprint.digest[0] = 0x66;
    for (size_t i = 0; i < 2; i++) {
        cf_terminal_set(w.ends[i].terminal, w.ends[i].party.params, w.now);
    }
    pass(&w, CF_SEC(1));
    assert_int_equal(w.ends[0].events[CF_TERMINAL_INSECURE], 2);
    assert_int_equal(cf_terminal_protection(w.ends[0].terminal, 0).failure, CF_HANDSHAKE_MISMATCH);
    assert_false(cf_terminal_can_send(w.ends[0].terminal, 1));
    end_wire(&w);
}

/* Both do ICE with a candidate for each port. */
static void agree_on_checks(struct wire *w, struct cf_local_ice ices[2][2]) {
    for (size_t i = 0; i < 2; i++) {
        struct test_party *party = &w->ends[i].party;
        party->policy.ice = CF_POLICY_ICE_FULL;
        for (size_t k = 0; k < 2; k++) {
            ices[i][k] = (struct cf_local_ice){.count = 2};
            ices[i][k].candidates[0] =
                (struct cf_local_candidate){.addr = party->lines[k].rtp, .preference = UINT16_MAX, .component = 1};
            ices[i][k].candidates[1] =
                (struct cf_local_candidate){.addr = party->lines[k].rtcp, .preference = UINT16_MAX, .component = 2};
            party->lines[k].ice = &ices[i][k];
        }
    }
    agree(w);
}

static void checks_find_the_way_before_media_goes(void **state) {
    struct wire w;
    struct cf_local_ice ices[2][2];
    struct cf_addr stranger = {.ip = {192, 0, 2, 1}, .port = 4711, .family = CF_FAMILY_IP4};
    uint8_t copy[2048];
    (void)state;
    begin_wire(&w, 2);
    agree_on_checks(&w, ices);
    assert_false(cf_terminal_can_send(w.ends[0].terminal, 1));
    pass(&w, CF_SEC(3));
    for (size_t i = 0; i < 2; i++) {
        assert_true(w.ends[i].events[CF_TERMINAL_REACHED] >= 2);
        assert_int_equal(w.ends[i].events[CF_TERMINAL_UNREACHED], 0);
        assert_true(cf_terminal_can_send(w.ends[i].terminal, 1));
    }
    send_frame(&w, 1, 3000, true);
    assert_int_equal(w.ends[1].frames, 1);
    /* Plain packets count from checked addresses only, whatever else the sender's address is. */
    uint64_t strangers = cf_terminal_totals(w.ends[1].terminal).strangers;
    memcpy(copy, w.ends[0].last_packet, w.ends[0].last_packet_len);
    uint32_t socket = cf_terminal_socket(&w.ends[1].party.params->transports[1].local_rtp);
    cf_terminal_on_datagram(w.ends[1].terminal, socket, &stranger, copy, w.ends[0].last_packet_len, w.now);
    assert_int_equal(cf_terminal_totals(w.ends[1].terminal).strangers, strangers + 1);
    /* A later agreement with the same credentials changes nothing. */
    agree(&w);
    send_frame(&w, 1, 300, false);
    assert_int_equal(w.ends[1].frames, 2);
    end_wire(&w);
}

static void a_peer_that_falls_silent_is_not_sent_to(void **state) {
    struct wire w;
    struct cf_local_ice ices[2][2];
    (void)state;
    begin_wire(&w, 2);
    agree_on_checks(&w, ices);
    pass(&w, CF_SEC(3));
    for (cf_usec end = w.now + CF_SEC(60); w.now < end; w.now += CF_MSEC(50)) {
        struct cf_terminal_out out;
        struct cf_terminal_event event;
        cf_terminal_on_deadline(w.ends[0].terminal, w.now);
        while (cf_terminal_poll_send(w.ends[0].terminal, &out)) {
        }
        while (cf_terminal_poll_event(w.ends[0].terminal, &event)) {
            w.ends[0].events[event.kind]++;
        }
    }
    assert_true(w.ends[0].events[CF_TERMINAL_UNREACHED] > 0);
    assert_false(cf_terminal_can_send(w.ends[0].terminal, 0));
    end_wire(&w);
}

static void strangers_are_not_heard(void **state) {
    struct wire w;
    struct cf_addr stranger = {.ip = {203, 0, 113, 9}, .port = 4000, .family = CF_FAMILY_IP4};
    uint8_t copy[2048];
    (void)state;
    begin_wire(&w, 2);
    agree(&w);
    w.drop_rtp = 1;
    w.drops_repairs = true;
    send_frame(&w, 1, 300, true);
    memcpy(copy, w.ends[0].last_packet, w.ends[0].last_packet_len);
    uint32_t socket = cf_terminal_socket(&w.ends[1].party.params->transports[1].local_rtp);
    cf_terminal_on_datagram(w.ends[1].terminal, socket, &stranger, copy, w.ends[0].last_packet_len, w.now);
    cf_terminal_on_datagram(w.ends[1].terminal, 77, &stranger, copy, w.ends[0].last_packet_len, w.now);
    settle(&w);
    assert_int_equal(w.ends[1].frames, 0);
    assert_int_equal(cf_terminal_totals(w.ends[1].terminal).strangers, 2);
    end_wire(&w);
}

/* All truncations and many flips of what a peer sent, on a plain wire: nothing trips. */
static void rubbish_is_counted(void **state) {
    struct wire w;
    struct cf_rng rng;
    uint8_t copy[2048];
    (void)state;
    begin_wire(&w, 2);
    agree(&w);
    cf_rng_init(&rng, 3);
    send_frame(&w, 1, 900, true);
    pass(&w, CF_SEC(2));
    uint32_t socket = cf_terminal_socket(&w.ends[1].party.params->transports[1].local_rtp);
    struct cf_addr from = w.ends[0].party.params->transports[1].local_rtp;
    for (unsigned i = 0; i < 20000; i++) {
        size_t len = w.ends[0].last_packet_len;
        memcpy(copy, w.ends[0].last_packet, len);
        len = i < len ? i : len;
        for (unsigned k = 0; k < 3 && len > 0; k++) {
            copy[cf_rng_below(&rng, (uint32_t)len)] = (uint8_t)cf_rng_u32(&rng);
        }
        cf_terminal_on_datagram(w.ends[1].terminal, socket, &from, copy, len, w.now);
        settle(&w);
    }
    end_wire(&w);
}

static void bundled_lines_are_told_apart(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 3);
    for (size_t i = 0; i < 2; i++) {
        w.ends[i].party.policy.allows_bundle = true;
        for (size_t k = 0; k < 3; k++) {
            w.ends[i].party.lines[k].ssrc = 0;
        }
    }
    agree(&w);
    assert_int_equal(w.ends[0].party.params->transport_count, 1);
    send_frame(&w, 1, 300, true);
    assert_int_equal(w.ends[1].last_line, 1);
    send_frame(&w, 2, 400, true);
    assert_int_equal(w.ends[1].last_line, 2);
    /* Without the mid too, once the SSRC is known. */
    for (unsigned i = 0; i < 40; i++) {
        send_frame(&w, 1 + i % 2, 300, false);
        assert_int_equal(w.ends[1].last_line, 1 + i % 2);
    }
    assert_int_equal(w.ends[1].frames, 42);
    pass(&w, CF_SEC(3));
    assert_true(cf_terminal_stats(w.ends[0].terminal, 2).round_trip_usec >= 0);
    end_wire(&w);
}

static void lines_come_and_go_while_others_go_on(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 3);
    agree(&w);
    send_frame(&w, 1, 300, true);
    send_frame(&w, 2, 300, true);
    for (size_t i = 0; i < 2; i++) {
        w.ends[i].party.lines[2].is_refused = true;
    }
    agree(&w);
    assert_null(cf_terminal_line(w.ends[0].terminal, 2));
    assert_int_equal(cf_terminal_send_frame(w.ends[0].terminal, 2, (struct cf_span){(const uint8_t *)"x", 1}, w.now),
                     CF_ERR_STATE);
    send_frame(&w, 1, 300, false);
    assert_int_equal(w.ends[1].frames, 3);
    assert_int_equal(w.ends[1].keys, 2);
    w.ends[0].party.lines[1].direction = CF_DIRECTION_SENDONLY;
    agree(&w);
    send_frame(&w, 1, 300, false);
    assert_int_equal(w.ends[1].frames, 4);
    assert_false(cf_terminal_can_send(w.ends[1].terminal, 1));
    end_wire(&w);
}

static void goodbye_is_told(void **state) {
    struct wire w;
    (void)state;
    begin_wire(&w, 2);
    agree(&w);
    send_frame(&w, 1, 300, true);
    cf_terminal_bye(w.ends[0].terminal, w.now);
    settle(&w);
    assert_int_equal(w.ends[1].events[CF_TERMINAL_BYE], 1);
    assert_int_equal(w.ends[1].last[CF_TERMINAL_BYE].ssrc, 1001);
    end_wire(&w);
}

/* A frame of encoding @p encoding; the SSRC of its packet, and the rid in it ("" if there is none). */
static uint32_t send_encoding(struct wire *w, size_t encoding, char *ret_rid) {
    static uint8_t octets[300] = {0x10, 0, 0, 0x9d, 0x01, 0x2a, 160, 0, 120, 0};
    const struct cf_media_line *line = cf_terminal_line(w->ends[0].terminal, 1);
    struct cf_rtp_view view;
    struct cf_span rid = {NULL, 0};
    assert_ok(cf_terminal_send_encoding(w->ends[0].terminal, 1, encoding, (struct cf_span){octets, sizeof octets}, w->now));
    settle(w);
    assert_ok(cf_rtp_parse((struct cf_span){w->ends[0].last_packet, w->ends[0].last_packet_len}, &view));
    (void)cf_rtp_ext_find(&view, line->extensions[CF_EXTENSION_RID].id, &rid);
    assert_in_range(rid.len, 0, 1);
    ret_rid[0] = '\0';
    if (rid.len == 1) {
        ret_rid[0] = (char)rid.at[0];
    }
    return view.ssrc;
}

/* What end 1, which does not know simulcast by itself, would say to end 0. */
static void tell(struct wire *w, const struct cf_writer *control) {
    const struct cf_media_transport *transport = &w->ends[1].party.params->transports[1];
    uint8_t copy[256];
    assert_true(cf_writer_ok(control) && control->len <= sizeof copy);
    memcpy(copy, cf_writer_span(control).at, control->len);
    cf_terminal_on_datagram(w->ends[0].terminal, cf_terminal_socket(&transport->remote_rtcp), &transport->local_rtcp, copy,
                            control->len, w->now);
    settle(w);
}

static void encodings_are_streams_of_their_own(void **state) {
    struct wire w;
    (void)state;
    static const struct cf_local_simulcast simulcast = {.count = 3,
                                                        .rids = {CF_STR_INIT("f"), CF_STR_INIT("h"), CF_STR_INIT("q")}};
    char rid[2] = "";
    uint32_t ssrcs[3];
    begin_wire(&w, 2);
    w.ends[0].party.lines[1].simulcast = &simulcast;
    agree(&w);
    assert_int_equal(cf_terminal_encoding_count(w.ends[0].terminal, 1), 3);
    assert_int_equal(cf_terminal_encoding_count(w.ends[0].terminal, 0), 1);
    for (size_t i = 0; i < 3; i++) {
        ssrcs[i] = send_encoding(&w, i, rid);
        assert_int_equal(rid[0], *simulcast.rids[i].at);
        assert_str(cf_terminal_rid(w.ends[0].terminal, 1, i), simulcast.rids[i]);
    }
    assert_int_equal(ssrcs[0], 1001);
    assert_true(ssrcs[1] != ssrcs[0] && ssrcs[2] != ssrcs[0] && ssrcs[1] != ssrcs[2]);
    /* The rid is said at first and now and then. */
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(send_encoding(&w, 2, rid), ssrcs[2]);
    }
    assert_int_equal(rid[0], '\0');
    /* What is asked for is told of the encoding, and answered from it. */
    uint8_t octets[256];
    struct cf_writer control;
    const struct cf_tmmb limit = {.ssrc = ssrcs[1], .bitrate_bps = 90000};
    cf_writer_init(&control, octets, sizeof octets);
    cf_put_rtcp_rr(&control, 7, NULL, 0);
    cf_put_rtcp_pli(&control, 7, ssrcs[2]);
    cf_put_rtcp_tmmb(&control, CF_RTPFB_TMMBR, 7, &limit, 1);
    tell(&w, &control);
    assert_int_equal(w.ends[0].last[CF_TERMINAL_KEY_WANTED].encoding, 2);
    assert_int_equal(w.ends[0].last[CF_TERMINAL_BITRATE].encoding, 1);
    assert_int_equal(w.ends[0].last[CF_TERMINAL_BITRATE].bps, 90000);
    uint8_t none[300] = {0};
    assert_int_equal(cf_terminal_send_encoding(w.ends[0].terminal, 1, 3, (struct cf_span){none, sizeof none}, w.now),
                     CF_ERR_STATE);
    /* Without agreement there is but one. */
    w.ends[0].party.lines[1].simulcast = NULL;
    agree(&w);
    assert_int_equal(cf_terminal_encoding_count(w.ends[0].terminal, 1), 1);
    end_wire(&w);
}

static void memory_may_be_out_anywhere(void **state) {
    (void)state;
    for (size_t at = 0; at < 40; at++) {
        struct wire w;
        int16_t pcm[CF_MIX_TICK_SAMPLES] = {0};
        begin_wire(&w, 2);
        w.mem.count = 0;
        w.mem.fail_at = at;
        agree(&w);
        cf_terminal_send_sound(w.ends[0].terminal, pcm, w.now);
        uint8_t octets[300] = {0x10, 0, 0, 0x9d, 0x01, 0x2a, 160, 0, 120, 0};
        enum cf_err err = cf_terminal_send_frame(w.ends[0].terminal, 1, (struct cf_span){octets, sizeof octets}, w.now);
        assert_true(err == CF_OK || err == CF_ERR_STATE);
        pass(&w, CF_MSEC(40));
        (void)cf_terminal_pull_sound(w.ends[1].terminal, pcm, w.now);
        end_wire(&w);
    }
}

CF_TEST_MAIN(cmocka_unit_test(sound_goes_both_ways), cmocka_unit_test(keys_are_sent_in_the_place_of_sound),
             cmocka_unit_test(the_clock_of_sound_goes_on_in_silence), cmocka_unit_test(frames_come_whole),
             cmocka_unit_test(a_lost_packet_is_sent_again), cmocka_unit_test(a_frame_lost_for_good_costs_a_key_frame),
             cmocka_unit_test(a_decoder_may_want_a_key_frame), cmocka_unit_test(bit_rates_are_asked_for_and_confirmed),
             cmocka_unit_test(encrypted_media_comes_through_and_nothing_else),
             cmocka_unit_test(keys_are_agreed_on_in_the_media_path), cmocka_unit_test(another_certificate_than_promised_is_told),
             cmocka_unit_test(checks_find_the_way_before_media_goes), cmocka_unit_test(a_peer_that_falls_silent_is_not_sent_to),
             cmocka_unit_test(strangers_are_not_heard), cmocka_unit_test(rubbish_is_counted),
             cmocka_unit_test(bundled_lines_are_told_apart), cmocka_unit_test(lines_come_and_go_while_others_go_on),
             cmocka_unit_test(goodbye_is_told), cmocka_unit_test(memory_may_be_out_anywhere),
             cmocka_unit_test(encodings_are_streams_of_their_own))
