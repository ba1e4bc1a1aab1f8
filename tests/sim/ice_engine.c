/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The media engine with members that have ICE, all of them received on one port: each is found, nobody else is heard or sent to,
 * a member may move, restart and vanish. Attacks T26, T27, T28, T33.
 */
#include "core/media/engine.h"

#include "lib/test.h"
#include "lib/test_codec.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"
#include <stdlib.h>

#define MEMBERS_MAX 200
#define QUEUE_MAX 4096
#define SHARED CF_MEDIA_SOCKET_SHARED

/* A member: a controlling agent with one address at a time, and sound of its own. */
struct member {
    struct cf_ice_agent agent;
    struct test_entropy entropy;
    struct cf_handle leg;
    struct cf_addr addrs[2]; /* by the agent's socket */
    uint32_t socket;         /* the one in use */
    unsigned generation;
    bool is_connected;
    bool is_dead;
    size_t sound_in;
    uint16_t sequence;
    uint32_t ssrc;
};

/* A datagram on its way to the engine. */
struct packet {
    struct cf_addr from;
    size_t len;
    uint8_t octets[600];
};

static struct {
    struct test_mem mem;
    struct test_srtp srtp;
    struct test_entropy entropy;
    struct cf_audio_codec pcmu;
    const struct cf_audio_codec *codecs[1];
    struct cf_engine engine;
    struct cf_handle room;
    struct cf_addr place;
    uint32_t socket; /* by which all of them come */
    bool is_own;     /* that of the one member there is */
    bool is_tcp;
    cf_usec now;
    struct member members[MEMBERS_MAX];
    size_t count;
    struct packet *queue;
    size_t queued;
    size_t connected;
    size_t lost;
    size_t failed;
    size_t heard_right; /* SSRC events that name the leg whose SSRC it is */
    size_t heard_wrong;
    size_t strangers; /* datagrams to nobody's address */
    uint32_t events_lost;
} w;

/* --- network --- */

static void send_to_engine(const struct cf_addr *from, struct cf_span octets) {
    assert_true(w.queued < QUEUE_MAX && octets.len <= sizeof w.queue[0].octets);
    struct packet *packet = &w.queue[w.queued++];
    packet->from = *from;
    packet->len = octets.len;
    memcpy(packet->octets, octets.at, octets.len);
}

static void drain_member(struct member *m) {
    struct cf_ice_output out;
    struct cf_ice_event event;
    while (cf_ice_agent_poll_send(&m->agent, &out)) {
        bool is_there = !m->is_dead && out.socket == m->socket && cf_addr_eq(&out.to, &w.place);
        if (is_there) {
            send_to_engine(&m->addrs[out.socket], out.data);
        }
    }
    while (cf_ice_agent_poll_event(&m->agent, &event)) {
        m->is_connected = event.kind == CF_ICE_EVENT_SELECTED || (m->is_connected && event.kind != CF_ICE_EVENT_LOST);
    }
}

static struct member *member_at(const struct cf_addr *addr, uint32_t *ret_socket) {
    for (size_t i = 0; i < w.count; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            if (cf_addr_eq(&w.members[i].addrs[k], addr)) {
                *ret_socket = k;
                return &w.members[i];
            }
        }
    }
    return NULL;
}

static void deliver(const struct cf_media_output *out) {
    uint32_t socket = 0;
    struct member *m = member_at(&out->to, &socket);
    assert_int_equal(out->socket, w.socket);
    if (m == NULL) {
        w.strangers++;
    } else if (m->is_dead || socket != m->socket) {
        return;
    } else if (out->data.at[0] < 4) {
        (void)cf_ice_agent_receive(&m->agent, socket, &w.place, out->data, w.now);
        drain_member(m);
    } else {
        m->sound_in++;
    }
}

static void take_event(const struct cf_media_event *event) {
    if (event->kind == CF_MEDIA_EVENT_ICE) {
        w.connected += event->as.ice.state == CF_MEDIA_ICE_CONNECTED && event->as.ice.is_nominated;
        w.lost += event->as.ice.state == CF_MEDIA_ICE_LOST;
        w.failed += event->as.ice.state == CF_MEDIA_ICE_FAILED;
    } else if (event->kind == CF_MEDIA_EVENT_SSRC) {
        const struct member *m = &w.members[event->leg.slot];
        bool is_right = event->as.ssrc.value == m->ssrc;
        w.heard_right += is_right;
        w.heard_wrong += !is_right;
    }
    assert_int_not_equal(event->kind, CF_MEDIA_EVENT_FAILED);
}

static void drain_engine(void) {
    const struct cf_media_output *out = NULL;
    struct cf_media_event event;
    for (size_t n = cf_engine_poll_send(&w.engine, &out); n > 0; n = cf_engine_poll_send(&w.engine, &out)) {
        for (size_t i = 0; i < n; i++) {
            deliver(&out[i]);
        }
    }
    while (cf_engine_poll_event(&w.engine, &event)) {
        take_event(&event);
    }
}

static void flush(void) {
    for (size_t at = 0; at < w.queued;) {
        struct cf_media_input inputs[CF_ENGINE_BATCH_MAX];
        size_t n = 0;
        while (n < CF_ENGINE_BATCH_MAX && at < w.queued) {
            struct packet *packet = &w.queue[at++];
            inputs[n++] =
                (struct cf_media_input){.socket = w.socket, .from = packet->from, .at = packet->octets, .len = packet->len};
        }
        cf_engine_receive(&w.engine, inputs, n, w.now);
        drain_engine();
    }
    w.queued = 0;
}

static void send_sound(struct member *m) {
    uint8_t octets[600];
    struct cf_writer writer;
    const struct test_frame frame = {.number = m->sequence, .msec = 20, .value = 1000, .last = 1000};
    const struct cf_rtp_header header = {
        .timestamp = 160U * m->sequence, .ssrc = m->ssrc, .sequence = m->sequence, .payload_type = 0};
    cf_writer_init(&writer, octets, sizeof octets);
    cf_rtp_put_header(&writer, &header);
    cf_put_bytes(&writer, test_frame_span(&frame).at, test_frame_span(&frame).len);
    m->sequence++;
    send_to_engine(&m->addrs[m->socket], cf_writer_span(&writer));
}

static void run(cf_usec duration) {
    cf_usec until = w.now + duration;
    while (w.now < until) {
        w.now += CF_MSEC(10);
        for (size_t i = 0; i < w.count; i++) {
            struct member *m = &w.members[i];
            if (cf_ice_agent_deadline(&m->agent) <= w.now) {
                cf_ice_agent_on_deadline(&m->agent, w.now);
                drain_member(m);
            }
            if (m->is_connected && !m->is_dead && w.now / CF_MSEC(10) % 2 == 0) {
                send_sound(m);
            }
        }
        flush();
        if (cf_engine_deadline(&w.engine) <= w.now) {
            cf_engine_on_deadline(&w.engine, w.now);
            drain_engine();
        }
    }
    const struct cf_engine_totals *totals = cf_engine_totals(&w.engine);
    uint64_t sum = totals->datagrams_used;
    for (size_t i = 0; i < CF_MEDIA_DISCARD_COUNT; i++) {
        sum += totals->discards[i];
    }
    assert_true(sum == totals->datagrams_in);
}

/* --- making --- */

static void init(void) {
    memset(&w, 0, sizeof w);
    w.queue = calloc(QUEUE_MAX, sizeof *w.queue);
    assert_non_null(w.queue);
    test_mem_init(&w.mem);
    test_srtp_init(&w.srtp, &w.mem.mem);
    test_entropy_init(&w.entropy, 1);
    w.pcmu = test_codec_slow;
    w.pcmu.name = "PCMU";
    w.codecs[0] = &w.pcmu;
    w.now = CF_SEC(1000);
    w.socket = SHARED;
    w.room = (struct cf_handle){.slot = 1, .generation = 1};
    w.place = (struct cf_addr){.ip = {198, 51, 100, 1}, .port = 10000, .family = CF_FAMILY_IP4};
    const struct cf_engine_config config = {.crypto = &w.srtp.crypto,
                                            .entropy = &w.entropy.entropy,
                                            .stun_hash = &test_stun_hash,
                                            .codecs = w.codecs,
                                            .codec_count = 1,
                                            .resampler = &test_resampler};
    assert_ok(cf_engine_init(&w.engine, &w.mem.mem, &config, w.now));
    const struct cf_media_command command = {.kind = CF_MEDIA_ROOM_ADD, .room = w.room};
    cf_engine_command(&w.engine, &command, w.now);
}

static void fini(void) {
    cf_engine_fini(&w.engine);
    for (size_t i = 0; i < w.count; i++) {
        cf_ice_agent_fini(&w.members[i].agent);
    }
    assert_int_equal(w.srtp.open, 0);
    test_mem_fini(&w.mem);
    free(w.queue);
}

static void name(char *text, size_t size, const char *who, size_t number, unsigned generation) {
    (void)snprintf(text, size, "%s%zu+%u", who, number, generation);
}

/* What was agreed on with member @p number: credentials of its generation. */
static void describe(size_t number, struct cf_media_transport_set *set) {
    const struct member *m = &w.members[number];
    char text[32];
    memset(set, 0, sizeof *set);
    set->rtp_socket = w.is_own ? w.socket : CF_MEDIA_SOCKET_NONE;
    set->rtcp_socket = CF_MEDIA_SOCKET_NONE;
    set->base_count = 1;
    set->bases[0] = (struct cf_ice_local){
        .socket = w.socket, .addr = w.place, .priority = cf_ice_priority(CF_ICE_HOST, 65535, 1), .component = 1};
    if (w.is_tcp) {
        set->bases[0].addr = (struct cf_addr){.family = CF_FAMILY_IP4};
        set->bases[0].transport = CF_ICE_TCP_PASSIVE;
    }
    set->transport.has_rtcp_mux = true;
    set->transport.own_ice.is_used = true;
    name(text, sizeof text, "server", number, m->generation);
    set->transport.own_ice.ufrag_len = set->transport.own_ice.pwd_len = (uint8_t)strlen(text);
    memcpy(set->transport.own_ice.ufrag, text, strlen(text));
    memcpy(set->transport.own_ice.pwd, text, strlen(text));
    name(text, sizeof text, "member", number, m->generation);
    set->transport.ice.is_offered = true;
    set->transport.ice.ufrag_len = set->transport.ice.pwd_len = (uint16_t)strlen(text);
    memcpy(set->transport.ice.ufrag, text, strlen(text));
    memcpy(set->transport.ice.pwd, text, strlen(text));
}

static void agree(size_t number) {
    struct cf_media_command command = {.kind = CF_MEDIA_TRANSPORT_SET, .leg = w.members[number].leg};
    describe(number, &command.as.transport);
    cf_engine_command(&w.engine, &command, w.now);
    drain_engine();
}

/* The member's agent for its generation, with the address in use. */
static void make_agent(size_t number) {
    struct member *m = &w.members[number];
    char ours[32];
    char theirs[32];
    name(ours, sizeof ours, "member", number, m->generation);
    name(theirs, sizeof theirs, "server", number, m->generation);
    const struct cf_ice_config config = {.hash = &test_stun_hash,
                                         .entropy = &m->entropy.entropy,
                                         .ufrag = cf_str_of(ours),
                                         .pwd = cf_str_of(ours),
                                         .prefix = (uint32_t)number + 7,
                                         .component_count = 1,
                                         .is_controlling = true};
    assert_ok(cf_ice_agent_init(&m->agent, &config, w.now));
    const struct cf_ice_local local = {.socket = m->socket,
                                       .addr = m->addrs[m->socket],
                                       .priority = 1000,
                                       .component = 1,
                                       .transport = w.is_tcp ? CF_ICE_TCP_ACTIVE : CF_ICE_UDP};
    assert_true(cf_ice_agent_add_local(&m->agent, &local, w.now));
    assert_ok(cf_ice_agent_set_remote(&m->agent, cf_str_of(theirs), cf_str_of(theirs), false, w.now));
    const struct cf_ice_remote_candidate candidate = {
        .addr = w.place, .priority = 2130706431, .component = 1, .transport = w.is_tcp ? CF_ICE_TCP_PASSIVE : CF_ICE_UDP};
    cf_ice_agent_add_remote(&m->agent, &candidate, w.now);
    m->is_connected = false;
}

static struct member *add(void) {
    size_t number = w.count++;
    struct member *m = &w.members[number];
    m->leg = (struct cf_handle){.slot = (uint32_t)number, .generation = 1};
    m->ssrc = (uint32_t)number + 1000;
    m->addrs[0] = (struct cf_addr){.ip = {10, 0, 0, (uint8_t)number}, .port = 5000, .family = CF_FAMILY_IP4};
    m->addrs[1] = (struct cf_addr){.ip = {10, 1, 0, (uint8_t)number}, .port = 6000, .family = CF_FAMILY_IP4};
    test_entropy_init(&m->entropy, number + 50);
    make_agent(number);
    struct cf_media_command command = {.kind = CF_MEDIA_LEG_ADD, .room = w.room, .leg = m->leg};
    cf_engine_command(&w.engine, &command, w.now);
    agree(number);
    command = (struct cf_media_command){.kind = CF_MEDIA_LINE_SET, .leg = m->leg};
    command.as.line.line = (struct cf_media_line){.kind = CF_MEDIA_AUDIO,
                                                  .profile = CF_PROFILE_AVP,
                                                  .is_active = true,
                                                  .can_send = true,
                                                  .can_receive = true,
                                                  .remote_bandwidth_bps = CF_BANDWIDTH_NONE,
                                                  .payload_count = 1,
                                                  .payloads = {{.codec = CF_CODEC_PCMU, .clock_hz = 8000, .channels = 1}}};
    cf_engine_command(&w.engine, &command, w.now);
    drain_engine();
    return m;
}

static uint64_t discards(enum cf_media_discard reason) {
    return cf_engine_totals(&w.engine)->discards[reason];
}

/* --- what has to be --- */

/* Members over TCP (RFC 6544) are told apart by the addresses that they connect from; one's closed connection is his alone. */
static void members_connect_over_tcp(void **state) {
    (void)state;
    init();
    w.is_tcp = true;
    w.socket = CF_MEDIA_SOCKET_STREAMS;
    for (size_t i = 0; i < 3; i++) {
        (void)add();
    }
    assert_false(cf_engine_knows(&w.engine, w.socket, &w.members[0].addrs[0]));
    run(CF_SEC(2));
    assert_int_equal(w.heard_right, 3);
    assert_int_equal(w.heard_wrong, 0);
    assert_true(cf_engine_knows(&w.engine, w.socket, &w.members[0].addrs[0]));
    cf_engine_on_closed(&w.engine, w.socket, &w.members[0].addrs[0], w.now);
    drain_engine();
    assert_int_equal(w.lost, 1);
    assert_false(cf_engine_knows(&w.engine, w.socket, &w.members[0].addrs[0]));
    w.members[0].is_dead = true;
    size_t heard = w.members[1].sound_in;
    run(CF_SEC(1));
    assert_true(w.members[1].sound_in > heard + 40);
    assert_int_equal(w.strangers, 0);
    fini();
}

static void two_hundred_members_share_one_port(void **state) {
    (void)state;
    init();
    for (size_t i = 0; i < MEMBERS_MAX; i++) {
        (void)add();
    }
    run(CF_SEC(2));
    assert_int_equal(w.connected, MEMBERS_MAX);
    assert_int_equal(w.heard_right, MEMBERS_MAX);
    assert_int_equal(w.heard_wrong, 0);
    assert_int_equal(w.strangers, 0);
    for (size_t i = 0; i < MEMBERS_MAX; i++) {
        size_t before = w.members[i].sound_in;
        assert_true(before > 0);
    }
    run(CF_SEC(1));
    assert_int_equal(discards(CF_MEDIA_DISCARD_WRONG_ADDRESS), 0);
    assert_int_equal(w.engine.checks.routes.count, MEMBERS_MAX);
    fini();
}

/* T28, T33: right SSRC, wrong place; checks without the password; everything that is not asked for. */
static void strangers_are_not_heard(void **state) {
    (void)state;
    init();
    struct member *victim = add();
    (void)add();
    run(CF_SEC(2));
    struct member attacker = *victim;
    attacker.addrs[0] = (struct cf_addr){.ip = {66, 6, 6, 6}, .port = 6666, .family = CF_FAMILY_IP4};
    for (size_t i = 0; i < 50; i++) {
        send_sound(&attacker);
        run(CF_MSEC(20));
    }
    assert_int_equal(discards(CF_MEDIA_DISCARD_WRONG_ADDRESS), 50);
    uint8_t noise[60] = {22, 254, 253};
    send_to_engine(&attacker.addrs[0], (struct cf_span){noise, sizeof noise}); /* DTLS */
    memset(noise, 0, sizeof noise);
    send_to_engine(&attacker.addrs[0], (struct cf_span){noise, sizeof noise});
    run(CF_MSEC(20));
    assert_int_equal(discards(CF_MEDIA_DISCARD_WRONG_ADDRESS), 51);
    assert_int_equal(w.strangers, 0);
    assert_true(victim->is_connected);
    fini();
}

/* T28, T33: a socket of its own says whose the packets are, and still not that they are from the pair that was checked. */
static void strangers_are_not_heard_at_a_socket_of_its_own_either(void **state) {
    (void)state;
    init();
    w.socket = 0;
    w.is_own = true;
    struct member *victim = add();
    run(CF_SEC(2));
    assert_true(victim->is_connected);
    uint64_t used = cf_engine_totals(&w.engine)->datagrams_used;
    run(CF_SEC(1));
    assert_true(cf_engine_totals(&w.engine)->datagrams_used - used >= 50);
    assert_int_equal(discards(CF_MEDIA_DISCARD_WRONG_ADDRESS), 0);
    struct member attacker = *victim;
    attacker.addrs[0] = (struct cf_addr){.ip = {66, 6, 6, 6}, .port = 6666, .family = CF_FAMILY_IP4};
    for (size_t i = 0; i < 50; i++) {
        send_sound(&attacker);
        run(CF_MSEC(20));
    }
    assert_int_equal(discards(CF_MEDIA_DISCARD_WRONG_ADDRESS), 50);
    assert_int_equal(w.strangers, 0);
    fini();
}

static void a_member_may_move(void **state) {
    (void)state;
    init();
    struct member *m = add();
    (void)add();
    run(CF_SEC(2));
    /* The old address is dead, the new one is checked at once, as a browser does. */
    m->socket = 1;
    const struct cf_ice_local local = {.socket = 1, .addr = m->addrs[1], .priority = 900, .component = 1};
    assert_true(cf_ice_agent_add_local(&m->agent, &local, w.now));
    for (size_t second = 0; second < 4; second++) {
        for (size_t i = 0; i < m->agent.pair_count; i++) {
            struct cf_ice_pair *pair = &m->agent.pairs[i];
            if (m->agent.locals[pair->local].socket == 1) {
                m->agent.components[0].is_nominating = pair->is_triggered = pair->is_wanted = true;
            }
        }
        run(CF_SEC(1));
    }
    size_t before = m->sound_in;
    run(CF_SEC(1));
    assert_true(m->sound_in > before + 40);
    assert_int_equal(w.lost, 0);
    assert_int_equal(w.heard_wrong, 0);
    fini();
}

static void a_restart_does_not_interrupt(void **state) {
    (void)state;
    init();
    struct member *m = add();
    (void)add();
    run(CF_SEC(2));
    const struct cf_ice_agent former = m->agent;
    /* The server knows of the restart first; sound goes on meanwhile on the old path. */
    m->generation++;
    agree(0);
    size_t before = m->sound_in;
    run(CF_SEC(1));
    assert_in_range(m->sound_in - before, 45, 55);
    assert_non_null(w.engine.checks.prefixes.count == 3 ? m : NULL);
    make_agent(0);
    m->is_connected = true; /* it goes on sending by its old path, too */
    run(CF_SEC(2));
    assert_int_equal(w.engine.checks.prefixes.count, 2);
    assert_int_equal(w.lost + w.failed, 0);
    before = m->sound_in;
    run(CF_SEC(1));
    assert_in_range(m->sound_in - before, 45, 55);
    /* Nobody answers to the old name any more. */
    uint64_t refused = discards(CF_MEDIA_DISCARD_NOT_MEDIA);
    m->agent = former;
    run(CF_SEC(8));
    assert_true(discards(CF_MEDIA_DISCARD_NOT_MEDIA) > refused);
    fini();
}

static void a_member_that_vanishes_is_not_sent_to(void **state) {
    (void)state;
    init();
    struct member *m = add();
    struct member *other = add();
    run(CF_SEC(2));
    m->is_dead = true;
    run(CF_SEC(31));
    assert_int_equal(w.lost, 1);
    m->is_dead = false;
    m->is_connected = false;
    size_t before = m->sound_in;
    run(CF_SEC(5));
    assert_int_equal(m->sound_in, before);
    assert_true(other->is_connected);
    assert_int_equal(w.engine.checks.routes.count, 1);
    fini();
}

/* T26: everything in any order, and nothing is used after it is gone (the sanitizers look on, the allocator counts). */
static void survives_every_order(void **state) {
    (void)state;
    init();
    struct cf_rng rng;
    cf_rng_init(&rng, 99);
    for (size_t i = 0; i < 8; i++) {
        (void)add();
    }
    for (size_t step = 0; step < 3000; step++) {
        size_t number = cf_rng_below(&rng, 8);
        struct member *m = &w.members[number];
        struct cf_media_command command = {.kind = CF_MEDIA_TRICKLE, .leg = m->leg};
        switch (cf_rng_below(&rng, 6)) {
        case 0:
            m->generation += cf_rng_below(&rng, 2);
            agree(number);
            break;
        case 1:
            make_agent(number);
            break;
        case 2:
            command.as.trickle.candidate_count = 1;
            command.as.trickle.candidates[0] = (struct cf_ice_remote_candidate){
                .addr = m->addrs[cf_rng_below(&rng, 2)], .priority = (uint32_t)step, .component = 1};
            command.as.trickle.is_ended = cf_rng_below(&rng, 2) == 0;
            cf_engine_command(&w.engine, &command, w.now);
            drain_engine();
            break;
        case 3:
            command.kind = CF_MEDIA_LEG_REMOVE;
            cf_engine_command(&w.engine, &command, w.now);
            drain_engine();
            command.kind = CF_MEDIA_LEG_ADD;
            command.room = w.room;
            command.as.leg_policy = (struct cf_media_leg_policy){.silence_usec = 0};
            cf_engine_command(&w.engine, &command, w.now);
            drain_engine();
            break;
        case 4:
            m->socket = cf_rng_below(&rng, 2);
            make_agent(number);
            break;
        default:
            run(CF_MSEC(10) * (cf_usec)(1 + cf_rng_below(&rng, 30)));
            break;
        }
    }
    assert_int_equal(w.strangers, 0);
    fini();
}

static void fails_cleanly_without_memory(void **state) {
    (void)state;
    for (size_t n = 0; n < 40; n++) {
        init();
        (void)add();
        struct cf_media_command command = {.kind = CF_MEDIA_LEG_ADD, .room = w.room, .leg = {.slot = 9, .generation = 1}};
        cf_engine_command(&w.engine, &command, w.now);
        w.members[1].leg = command.leg;
        command.kind = CF_MEDIA_TRANSPORT_SET;
        describe(1, &command.as.transport);
        w.mem.fail_at = w.mem.count + n;
        cf_engine_command(&w.engine, &command, w.now);
        bool has_failed = w.mem.failed;
        struct cf_media_event event;
        while (cf_engine_poll_event(&w.engine, &event)) {
            assert_true(has_failed || event.kind != CF_MEDIA_EVENT_FAILED);
        }
        w.mem.fail_at = SIZE_MAX;
        fini();
        if (!has_failed) {
            assert_true(n > 0);
            return;
        }
    }
    fail_msg("never enough");
}

CF_TEST_MAIN(cmocka_unit_test(members_connect_over_tcp), cmocka_unit_test(two_hundred_members_share_one_port),
             cmocka_unit_test(strangers_are_not_heard), cmocka_unit_test(strangers_are_not_heard_at_a_socket_of_its_own_either),
             cmocka_unit_test(a_member_may_move), cmocka_unit_test(a_restart_does_not_interrupt),
             cmocka_unit_test(a_member_that_vanishes_is_not_sent_to), cmocka_unit_test(survives_every_order),
             cmocka_unit_test(fails_cleanly_without_memory))
