/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The relay against a client made of single messages: who gets an address, whom it reaches by it, and for how long; what nobody
 * gets (attacks T18, T30, T31).
 */
#include "core/stun/build.h"
#include "core/stun/value.h"
#include "core/turn/nonce.h"
#include "core/turn/turn.h"

#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"

#define SECRET "swordfish"
#define REALM "example.org"
#define WALL_SEC 1792000000
#define SLOTS 8

static struct {
    struct test_mem mem;
    struct test_entropy entropy;
    struct cf_turn turn;
    cf_usec now;
    bool is_open[SLOTS];
    size_t opened;
    bool has_no_ports;
    size_t taken; /* so many ports more, asked for by number, are somebody else's */
    char nonce[CF_TURN_NONCE_LEN];
    uint8_t id;
    /* the answer that came last */
    uint8_t answer[CF_TURN_MESSAGE_MAX];
    struct cf_stun_message m;
    struct cf_turn_output out;
} w;

static struct cf_addr addr(const char *text) {
    struct cf_addr a;
    assert_ok(cf_addr_parse(cf_str_of(text), &a));
    return a;
}

/* --- sockets --- */

static bool open_socket(void *ctx, uint32_t slot, const struct cf_turn_wish *wish, struct cf_addr *ret) {
    (void)ctx;
    assert_true(slot < SLOTS && !w.is_open[slot]);
    bool is_taken = wish->port != 0 && w.taken > 0;
    w.taken -= is_taken ? 1 : 0;
    if (w.has_no_ports || is_taken) {
        return false;
    }
    w.is_open[slot] = true;
    w.opened++;
    *ret = addr(wish->family == CF_FAMILY_IP6 ? "[2001:db8::5]:1" : "10.0.0.5:1");
    ret->port = (uint16_t)(wish->port != 0 ? wish->port : 30000 + 2 * slot + (wish->is_even ? 0 : 1));
    return true;
}

static void close_socket(void *ctx, uint32_t slot) {
    (void)ctx;
    assert_true(slot < SLOTS && w.is_open[slot]);
    w.is_open[slot] = false;
    w.opened--;
}

/* --- life --- */

static bool has_ip6;

static void init_with(const struct cf_turn_limits *limits, bool has_public) {
    memset(&w, 0, sizeof w);
    test_mem_init(&w.mem);
    test_entropy_init(&w.entropy, 3);
    w.now = CF_SEC(50);
    struct cf_turn_config config = {
        .mem = &w.mem.mem,
        .hash = &test_stun_hash,
        .entropy = &w.entropy.entropy,
        .realm = CF_STR(REALM),
        .secret = cf_str_span(CF_STR(SECRET)),
        .peers = {.own_count = 2, .own = {addr("10.0.0.5:10000"), addr("[2001:db8::5]:10000")}, .has_public = has_public},
        .limits = *limits,
        .sockets = {true, has_ip6, open_socket, close_socket, NULL}};
    assert_ok(cf_turn_init(&w.turn, &config));
    cf_turn_set_wall(&w.turn, CF_SEC((cf_wall)WALL_SEC), w.now);
}

static void init(void) {
    const struct cf_turn_limits limits = {.allocations = SLOTS, .per_name = 3, .per_address = 5};
    init_with(&limits, false);
}

static void init_with_both_families(void) {
    has_ip6 = true;
    init();
    has_ip6 = false;
}

static void fini(void) {
    cf_turn_fini(&w.turn);
    assert_int_equal(w.opened, 0);
    test_mem_fini(&w.mem);
}

/* --- a client --- */

static struct cf_turn_client client_of(const char *text) {
    return (struct cf_turn_client){.addr = addr(text)};
}

/* A request: what is zero is left out. */
struct script {
    uint16_t method;
    const char *user;   /* default: of alice, in time */
    const char *secret; /* default: the right one */
    const char *realm;  /* default: the right one */
    const char *peer;   /* XOR-PEER-ADDRESS */
    uint16_t channel;   /* CHANNEL-NUMBER */
    uint8_t transport;  /* REQUESTED-TRANSPORT */
    uint8_t family;     /* REQUESTED-ADDRESS-FAMILY */
    uint8_t even;       /* 1: EVEN-PORT; 0x80: with a reservation */
    uint8_t other;      /* ADDITIONAL-ADDRESS-FAMILY */
    const char *token;  /* RESERVATION-TOKEN */
    int lifetime;       /* LIFETIME and 1 */
    bool no_integrity;
    bool has_old_nonce;
    bool is_repeated;
    bool has_unknown;
    bool is_whole; /* DONT-FRAGMENT */
};

static const char alice[] = "1792000300:alice";

static void take_answer(void) {
    memset(&w.m, 0, sizeof w.m);
    if (cf_turn_poll(&w.turn, &w.out)) {
        memcpy(w.answer, w.out.data.at, w.out.data.len);
        w.out.data.at = w.answer;
        if (!w.out.is_to_peer) {
            /* Channel data is none. */
            bool is_stun = cf_stun_parse(w.out.data, &w.m) == CF_OK;
            assert_int_equal(is_stun, w.out.data.at[0] < 0x40);
        }
        struct cf_turn_output more;
        assert_false(cf_turn_poll(&w.turn, &more));
    } else {
        memset(&w.out, 0, sizeof w.out);
    }
}

static void put_numbers(struct cf_stun_builder *b, const struct script *s) {
    if (s->transport != 0) {
        cf_stun_put_u32(b, CF_STUN_REQUESTED_TRANSPORT, (uint32_t)s->transport << 24);
    }
    if (s->family != 0) {
        cf_stun_put_u32(b, CF_STUN_REQUESTED_ADDRESS_FAMILY, (uint32_t)s->family << 24);
    }
    if (s->other != 0) {
        cf_stun_put_u32(b, CF_STUN_ADDITIONAL_ADDRESS_FAMILY, (uint32_t)s->other << 24);
    }
    if (s->token != NULL) {
        cf_stun_put(b, CF_STUN_RESERVATION_TOKEN, (struct cf_span){(const uint8_t *)s->token, CF_TURN_TOKEN_LEN});
    }
    if (s->is_whole) {
        cf_stun_put(b, CF_STUN_DONT_FRAGMENT, (struct cf_span){(const uint8_t *)"", 0});
    }
    if (s->lifetime != 0) {
        cf_stun_put_u32(b, CF_STUN_LIFETIME, (uint32_t)(s->lifetime - 1));
    }
    if (s->channel != 0) {
        cf_stun_put_u32(b, CF_STUN_CHANNEL_NUMBER, (uint32_t)s->channel << 16);
    }
}

/* Code of the answer: 0 success, 1 none. */
static unsigned code_of_answer(void) {
    unsigned code = 1;
    if (w.out.data.at == NULL || w.out.is_to_peer) {
        return 1;
    }
    if (w.m.kind == CF_STUN_SUCCESS) {
        return 0;
    }
    assert_int_equal(w.m.kind, CF_STUN_ERROR);
    assert_true(cf_stun_error_code(&w.m, &code));
    struct cf_span nonce = w.m.attributes[CF_STUN_NONCE];
    if (nonce.at != NULL) {
        assert_int_equal(nonce.len, sizeof w.nonce);
        memcpy(w.nonce, nonce.at, nonce.len);
    }
    return code;
}

static unsigned ask(const struct cf_turn_client *client, const struct script *s) {
    uint8_t octets[1024];
    uint8_t id[CF_STUN_ID_LEN] = {0};
    uint8_t key[CF_TURN_KEY_LEN];
    struct cf_writer writer;
    const char *user = s->user == NULL ? alice : s->user;
    const char *secret = s->secret == NULL ? SECRET : s->secret;
    const char *realm = s->realm == NULL ? REALM : s->realm;
    w.id = (uint8_t)(w.id + !s->is_repeated);
    id[0] = w.id;
    cf_writer_init(&writer, octets, sizeof octets);
    struct cf_stun_builder b = cf_stun_begin(&writer, CF_STUN_REQUEST, s->method, id);
    put_numbers(&b, s);
    if (s->even != 0) {
        uint8_t even = s->even & 0x80U;
        cf_stun_put(&b, CF_STUN_EVEN_PORT, (struct cf_span){&even, 1});
    }
    if (s->peer != NULL) {
        struct cf_addr peer = addr(s->peer);
        cf_stun_put_xor_address(&b, CF_STUN_XOR_PEER_ADDRESS, &peer);
    }
    if (s->has_unknown) {
        cf_put_bytes(&writer, "\x7f\x00\x00\x00", 4);
    }
    if (!s->no_integrity) {
        char old[CF_TURN_NONCE_LEN];
        memset(old, '0', sizeof old);
        cf_stun_put(&b, CF_STUN_USERNAME, cf_str_span(cf_str_of(user)));
        cf_stun_put(&b, CF_STUN_REALM, cf_str_span(cf_str_of(realm)));
        cf_stun_put(&b, CF_STUN_NONCE, (struct cf_span){(const uint8_t *)(s->has_old_nonce ? old : w.nonce), sizeof w.nonce});
        assert_true(
            cf_turn_credential_key(&test_stun_hash, cf_str_span(cf_str_of(secret)), cf_str_of(realm), cf_str_of(user), key));
        assert_true(cf_stun_put_integrity(&b, &test_stun_hash, (struct cf_span){key, sizeof key}));
    }
    cf_stun_put_fingerprint(&b);
    cf_turn_on_message(&w.turn, client, cf_writer_span(&writer), w.now);
    take_answer();
    return code_of_answer();
}

static struct cf_turn_client allocated(const char *text) {
    struct cf_turn_client client = client_of(text);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .transport = 17, .no_integrity = true}), 401);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .transport = 17}), 0);
    return client;
}

static void send_indication(const struct cf_turn_client *client, const char *to, const char *text) {
    uint8_t octets[512];
    static const uint8_t id[CF_STUN_ID_LEN] = {0};
    struct cf_writer writer;
    struct cf_addr peer = addr(to);
    cf_writer_init(&writer, octets, sizeof octets);
    struct cf_stun_builder b = cf_stun_begin(&writer, CF_STUN_INDICATION, CF_STUN_SEND_INDICATION, id);
    cf_stun_put_xor_address(&b, CF_STUN_XOR_PEER_ADDRESS, &peer);
    cf_stun_put(&b, CF_STUN_DATA, cf_str_span(cf_str_of(text)));
    cf_turn_on_message(&w.turn, client, cf_writer_span(&writer), w.now);
    take_answer();
}

static void send_channel_data(const struct cf_turn_client *client, uint16_t number, struct cf_str text) {
    uint8_t octets[2100];
    struct cf_writer writer;
    cf_writer_init(&writer, octets, sizeof octets);
    cf_put_u16(&writer, number);
    cf_put_u16(&writer, (uint16_t)text.len);
    cf_put(&writer, text);
    cf_turn_on_message(&w.turn, client, cf_writer_span(&writer), w.now);
    take_answer();
}

static void receive(uint32_t slot, const char *from, const char *text) {
    struct cf_addr peer = addr(from);
    cf_turn_on_datagram(&w.turn, slot, &peer, cf_str_span(cf_str_of(text)), w.now);
    take_answer();
}

static bool is_sent_to(const char *peer, const char *text) {
    struct cf_addr to = addr(peer);
    return w.out.is_to_peer && cf_addr_eq(&w.out.peer, &to) && cf_str_eq(cf_span_str(w.out.data), cf_str_of(text));
}

/* --- what has to be --- */

static void nobody_gets_anything_without_a_credential(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = client_of("192.0.2.1:4000");
    const struct script plain = {.method = CF_STUN_ALLOCATE, .transport = 17};
    struct script s = plain;
    s.no_integrity = true;
    assert_int_equal(ask(&client, &s), 401);
    assert_true(cf_str_eq(cf_stun_text(&w.m, CF_STUN_REALM), CF_STR(REALM)));
    assert_false(cf_stun_has(&w.m, CF_STUN_MESSAGE_INTEGRITY));
    static const struct script wrong[] = {
        {.secret = "sharkfish"},      {.realm = "example.com"}, {.user = "alice"}, {.user = "1791999999:alice"}, /* over */
        {.user = "1792000000:alice"}, /* over just now */
        {.user = ":alice"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        s = wrong[i];
        s.method = CF_STUN_ALLOCATE;
        s.transport = 17;
        assert_int_equal(ask(&client, &s), 401);
    }
    s = plain;
    s.has_old_nonce = true;
    assert_int_equal(ask(&client, &s), 438);
    /* A nonce is for one client only. */
    struct cf_turn_client other = client_of("192.0.2.1:4001");
    assert_int_equal(ask(&other, &plain), 438);
    for (uint16_t method = CF_STUN_REFRESH; method <= CF_STUN_CHANNEL_BIND; method++) {
        s = (struct script){.method = method, .no_integrity = true};
        assert_true(ask(&client, &s) == 401 || method == CF_STUN_SEND_INDICATION || method == CF_STUN_DATA_INDICATION ||
                    method == 5);
    }
    assert_int_equal(w.turn.count, 0);
    /* Anybody may ask for his address. */
    s = (struct script){.method = CF_STUN_BINDING, .no_integrity = true};
    struct cf_addr seen;
    assert_int_equal(ask(&client, &s), 0);
    assert_true(cf_stun_address(&w.m, CF_STUN_XOR_MAPPED_ADDRESS, &seen) && cf_addr_eq(&seen, &client.addr));
    fini();
}

static void strangers_over_udp_are_answered_sparingly(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = client_of("192.0.2.1:4000");
    const struct script s = {.method = CF_STUN_ALLOCATE, .transport = 17, .no_integrity = true};
    size_t answers = 0;
    for (size_t i = 0; i < 1000; i++) {
        answers += ask(&client, &s) == 401;
    }
    assert_int_equal(answers, 200);
    assert_int_equal(w.turn.stats.unanswered, 800);
    client.is_stream = true; /* an address that is proved */
    assert_int_equal(ask(&client, &s), 401);
    client.is_stream = false;
    w.now += CF_SEC(1);
    assert_int_equal(ask(&client, &s), 401);
    fini();
}

static void allocates(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = allocated("192.0.2.1:4000");
    struct cf_addr relayed;
    uint32_t lifetime = 0;
    uint8_t key[CF_TURN_KEY_LEN];
    assert_true(cf_stun_address(&w.m, CF_STUN_XOR_RELAYED_ADDRESS, &relayed) && relayed.port == 30001);
    assert_true(cf_stun_u32(&w.m, CF_STUN_LIFETIME, &lifetime) && lifetime == 600);
    assert_true(cf_turn_credential_key(&test_stun_hash, cf_str_span(CF_STR(SECRET)), CF_STR(REALM), cf_str_of(alice), key));
    assert_true(cf_stun_is_authentic(&w.m, &test_stun_hash, (struct cf_span){key, sizeof key}) && cf_stun_is_whole(&w.m));
    /* The same again is a repetition, another one a mismatch. */
    struct script s = {.method = CF_STUN_ALLOCATE, .transport = 17, .is_repeated = true};
    assert_int_equal(ask(&client, &s), 0);
    s.is_repeated = false;
    assert_int_equal(ask(&client, &s), 437);
    assert_int_equal(w.turn.count, 1);
    assert_true(cf_turn_knows(&w.turn, &client));
    static const struct {
        struct script script;
        unsigned code;
    } rows[] = {
        {{.transport = 0}, 400},
        {{.transport = 6}, 442},
        {{.transport = 17, .family = 3}, 440},
        {{.transport = 17, .family = 2}, 440}, /* no such address here */
        {{.transport = 17, .other = 1}, 400},
        {{.transport = 17, .other = 2, .family = 1}, 400},
        {{.transport = 17, .other = 2, .even = 0x80}, 400},
        {{.transport = 17, .token = "nobody's", .even = 1}, 400},
        {{.transport = 17, .token = "nobody's", .family = 1}, 400},
        {{.transport = 17, .token = "nobody's", .other = 2}, 400},
        {{.transport = 17, .token = "nobody's"}, 508},
        {{.transport = 17, .is_whole = true}, 420},
        {{.transport = 17, .has_unknown = true}, 420},
        {{.transport = 17, .even = 1, .family = 1, .lifetime = 1 + 100000}, 0},
    };
    struct cf_turn_client other = client_of("192.0.2.2:4000");
    (void)ask(&other, &(struct script){.method = CF_STUN_ALLOCATE, .no_integrity = true});
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        s = rows[i].script;
        s.method = CF_STUN_ALLOCATE;
        assert_int_equal(ask(&other, &s), rows[i].code);
    }
    assert_true(cf_stun_u32(&w.m, CF_STUN_LIFETIME, &lifetime) && lifetime == 3600);
    assert_true(cf_stun_address(&w.m, CF_STUN_XOR_RELAYED_ADDRESS, &relayed) && relayed.port % 2 == 0);
    fini();
}

/* The addresses of an answer; how many there are. */
static size_t addresses_of(struct cf_addr *ret) {
    struct cf_span value;
    size_t count = 0;
    for (size_t at = 0; cf_stun_next(&w.m, CF_STUN_XOR_RELAYED_ADDRESS, &at, &value); count++) {
        assert_true(count < 2 && cf_stun_xor_address(&w.m, value, &ret[count]));
    }
    return count;
}

static void wants_what_it_can_not_keep_named(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = client_of("192.0.2.1:4000");
    (void)ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .no_integrity = true});
    const struct script s = {.method = CF_STUN_ALLOCATE, .transport = 17, .is_whole = true, .has_unknown = true};
    assert_int_equal(ask(&client, &s), 420);
    assert_true(cf_str_eq(cf_stun_text(&w.m, CF_STUN_UNKNOWN_ATTRIBUTES), cf_str_n("\x7f\x00\x00\x1a", 4)));
    fini();
}

/* A neighbour of the own port for later: RTP and RTCP apart. */
static void a_port_is_reserved(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = client_of("192.0.2.1:4000");
    struct cf_turn_client other = client_of("192.0.2.1:4001");
    struct cf_addr first[2];
    struct cf_addr second[2];
    char token[CF_TURN_TOKEN_LEN];
    w.taken = 2; /* the neighbours of the first two that are tried */
    const struct script pair = {.method = CF_STUN_ALLOCATE, .transport = 17, .even = 0x80};
    (void)ask(&client, &pair);
    assert_int_equal(ask(&client, &pair), 0);
    assert_true(addresses_of(first) == 1 && first[0].port % 2 == 0);
    assert_int_equal(w.opened, 2);
    struct cf_str told = cf_stun_text(&w.m, CF_STUN_RESERVATION_TOKEN);
    assert_int_equal(told.len, sizeof token);
    memcpy(token, told.at, sizeof token);
    /* The answer was lost: it is the same. */
    struct script again = pair;
    again.is_repeated = true;
    assert_int_equal(ask(&client, &again), 0);
    assert_true(cf_str_eq(cf_stun_text(&w.m, CF_STUN_RESERVATION_TOKEN), cf_str_n(token, sizeof token)));
    assert_int_equal(w.opened, 2);
    /* Nothing passes before somebody has it; others can't have it, nor by another token. */
    uint32_t slot = 0;
    for (; w.turn.slots[slot] == NULL || !w.turn.slots[slot]->is_reserved; slot++) {
    }
    receive(slot, "10.0.0.5:10000", "early");
    assert_null(w.out.data.at);
    struct script s = {.method = CF_STUN_ALLOCATE, .transport = 17, .token = token, .user = "1792000300:bob"};
    (void)ask(&other, &s);
    assert_int_equal(ask(&other, &s), 508);
    s.user = NULL;
    s.token = "\0\0\0\0\0\0\0\0";
    assert_int_equal(ask(&other, &s), 508);
    s.token = token;
    assert_int_equal(ask(&other, &s), 0);
    assert_true(addresses_of(second) == 1 && second[0].port == first[0].port + 1);
    assert_false(cf_stun_has(&w.m, CF_STUN_RESERVATION_TOKEN));
    assert_int_equal(ask(&other, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = "10.0.0.5:10000"}), 0);
    receive(slot, "10.0.0.5:10000", "now");
    assert_true(cf_addr_eq(&w.out.client.addr, &other.addr));
    /* Only once. */
    struct cf_turn_client third = client_of("192.0.2.1:4002");
    (void)ask(&third, &s);
    assert_int_equal(ask(&third, &s), 508);
    fini();
}

static void a_reservation_ends(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = client_of("192.0.2.1:4000");
    const struct script pair = {.method = CF_STUN_ALLOCATE, .transport = 17, .even = 0x80};
    (void)ask(&client, &pair);
    assert_int_equal(ask(&client, &pair), 0);
    w.now += CF_TURN_RESERVATION_LIFE - 1;
    cf_turn_on_deadline(&w.turn, w.now);
    assert_int_equal(w.opened, 2);
    w.now++;
    cf_turn_on_deadline(&w.turn, w.now);
    assert_int_equal(w.opened, 1);
    /* It counts: three of a name, two of which are a pair. */
    struct cf_turn_client others[] = {client_of("192.0.2.1:4001"), client_of("192.0.2.1:4002")};
    (void)ask(&others[0], &pair);
    assert_int_equal(ask(&others[0], &pair), 0);
    (void)ask(&others[1], &(struct script){.method = CF_STUN_ALLOCATE, .transport = 17});
    assert_int_equal(ask(&others[1], &(struct script){.method = CF_STUN_ALLOCATE, .transport = 17}), 486);
    fini();
    /* Where no two ports beside each other are free there is none. */
    init();
    w.taken = 1000;
    (void)ask(&client, &pair);
    assert_int_equal(ask(&client, &pair), 508);
    assert_int_equal(w.opened, 0);
    fini();
}

static void of_both_families_if_that_is_wanted(void **state) {
    (void)state;
    init_with_both_families();
    struct cf_turn_client client = client_of("192.0.2.1:4000");
    struct cf_addr both[2];
    const struct script s = {.method = CF_STUN_ALLOCATE, .transport = 17, .other = CF_STUN_FAMILY_IP6};
    (void)ask(&client, &s);
    assert_int_equal(ask(&client, &s), 0);
    assert_int_equal(addresses_of(both), 2);
    assert_true(both[0].family == CF_FAMILY_IP4 && both[1].family == CF_FAMILY_IP6);
    assert_false(cf_stun_has(&w.m, CF_STUN_ADDRESS_ERROR_CODE));
    struct script again = s;
    again.is_repeated = true;
    assert_int_equal(ask(&client, &again), 0);
    assert_int_equal(addresses_of(both), 2);
    assert_int_equal(w.opened, 2);
    /* A number is of one channel, whatever family its peer is of. */
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CHANNEL_BIND, .peer = "10.0.0.5:10000", .channel = 0x4001}),
                     0);
    assert_int_equal(
        ask(&client, &(struct script){.method = CF_STUN_CHANNEL_BIND, .peer = "[2001:db8::5]:10000", .channel = 0x4001}), 400);
    assert_int_equal(
        ask(&client, &(struct script){.method = CF_STUN_CHANNEL_BIND, .peer = "[2001:db8::5]:10000", .channel = 0x4002}), 0);
    send_channel_data(&client, 0x4001, CF_STR("four"));
    assert_true(is_sent_to("10.0.0.5:10000", "four"));
    uint32_t slot4 = w.out.slot;
    send_channel_data(&client, 0x4002, CF_STR("six"));
    assert_true(is_sent_to("[2001:db8::5]:10000", "six"));
    assert_int_not_equal(w.out.slot, slot4);
    receive(w.out.slot, "[2001:db8::5]:10000", "back");
    assert_true(cf_str_eq(cf_span_str(w.out.data), cf_str_n("\x40\x02\x00\x04"
                                                            "back",
                                                            8)));
    send_indication(&client, "[2001:db8::5]:10000", "said");
    assert_true(is_sent_to("[2001:db8::5]:10000", "said"));
    /* Special addresses of either family are refused. */
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = "[::1]:10000"}), 403);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = "[::ffff:127.0.0.1]:10000"}),
                     400);
    /* One is given back, the other goes on. */
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH, .family = CF_STUN_FAMILY_IP6, .lifetime = 1}), 0);
    assert_int_equal(w.opened, 1);
    send_channel_data(&client, 0x4002, CF_STR("six"));
    assert_null(w.out.data.at);
    send_channel_data(&client, 0x4001, CF_STR("four"));
    assert_true(is_sent_to("10.0.0.5:10000", "four"));
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH, .family = CF_STUN_FAMILY_IP6}), 443);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH}), 0);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH, .lifetime = 1}), 0);
    assert_int_equal(w.opened, 0);
    /* Of IPv6 alone. */
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .transport = 17, .family = CF_STUN_FAMILY_IP6}),
                     0);
    assert_true(addresses_of(both) == 1 && both[0].family == CF_FAMILY_IP6);
    cf_turn_on_closed(&w.turn, &client);
    assert_int_equal(w.opened, 0);
    fini();
}

static void one_of_two_families_is_better_than_none(void **state) {
    (void)state;
    struct cf_addr both[2];
    const struct script s = {.method = CF_STUN_ALLOCATE, .transport = 17, .other = CF_STUN_FAMILY_IP6};
    struct cf_turn_client client = client_of("192.0.2.1:4000");
    init(); /* with IPv4 only */
    (void)ask(&client, &s);
    assert_int_equal(ask(&client, &s), 0);
    assert_int_equal(addresses_of(both), 1);
    struct cf_span why = w.m.attributes[CF_STUN_ADDRESS_ERROR_CODE];
    assert_true(why.len > 4 && why.at[0] == CF_STUN_FAMILY_IP6 && why.at[2] == 4 && why.at[3] == 40);
    fini();
    const struct cf_turn_limits limits = {.allocations = SLOTS, .per_name = 1, .per_address = 5};
    has_ip6 = true;
    init_with(&limits, false);
    has_ip6 = false;
    (void)ask(&client, &s);
    assert_int_equal(ask(&client, &s), 0);
    why = w.m.attributes[CF_STUN_ADDRESS_ERROR_CODE];
    assert_true(addresses_of(both) == 1 && why.len > 4 && why.at[2] == 5 && why.at[3] == 8);
    fini();
    init_with_both_families();
    w.has_no_ports = true;
    (void)ask(&client, &s);
    assert_int_equal(ask(&client, &s), 508);
    fini();
}

static void each_gets_his_share(void **state) {
    (void)state;
    init();
    char text[32];
    const char *names[] = {"1792000300:alice", "1792000301:alice", "1792000302:bob", "1792000303:carol", "1792000303:dave"};
    unsigned codes[5][3];
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned k = 0; k < 3; k++) {
            (void)snprintf(text, sizeof text, "192.0.2.%u:%u", i < 3 ? 1U : 2U, 4000 + i * 10 + k);
            struct cf_turn_client client = client_of(text);
            (void)ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .no_integrity = true});
            codes[i][k] = ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .transport = 17, .user = names[i]});
        }
    }
    /* Three of a name, however often it gets a new credential; five of an address; eight in all. */
    static const unsigned right[5][3] = {{0, 0, 0}, {486, 486, 486}, {0, 0, 486}, {0, 0, 0}, {508, 508, 508}};
    assert_memory_equal(codes, right, sizeof right);
    fini();
}

static void reaches_our_media_and_nobody_else(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = allocated("192.0.2.1:4000");
    send_indication(&client, "10.0.0.5:10000", "early");
    assert_null(w.out.data.at);
    static const char *const others[] = {"127.0.0.1:10000", "10.0.0.6:10000", "169.254.169.254:80", "0.0.0.0:10000",
                                         "8.8.8.8:53",      "192.0.2.1:4000", "192.168.1.1:80"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = others[i]}), 403);
        assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CHANNEL_BIND, .peer = others[i], .channel = 0x4000}),
                         403);
        send_indication(&client, others[i], "x");
        assert_null(w.out.data.at);
    }
    static const char *const sixes[] = {"[::1]:10000", "[::ffff:127.0.0.1]:10000", "[64:ff9b::7f00:1]:80", "[::]:10000"};
    for (size_t i = 0; i < sizeof sixes / sizeof *sixes; i++) {
        unsigned code = ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = sixes[i]});
        assert_true(code == 443 || code == 400);
    }
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION}), 400);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = "10.0.0.5:1"}), 0);
    /* The permission is for the address, what is sent for the port of media only. */
    send_indication(&client, "10.0.0.5:10000", "hello");
    assert_true(is_sent_to("10.0.0.5:10000", "hello"));
    send_indication(&client, "10.0.0.5:5060", "hello");
    assert_null(w.out.data.at);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CHANNEL_BIND, .peer = "10.0.0.5:5060", .channel = 0x4000}),
                     403);
    /* And back. */
    struct cf_addr from;
    receive(0, "10.0.0.5:10000", "answer");
    assert_int_equal(w.m.method, CF_STUN_DATA_INDICATION);
    assert_true(cf_stun_address(&w.m, CF_STUN_XOR_PEER_ADDRESS, &from) && from.port == 10000);
    assert_true(cf_str_eq(cf_stun_text(&w.m, CF_STUN_DATA), CF_STR("answer")));
    receive(0, "10.0.0.6:10000", "stranger");
    assert_null(w.out.data.at);
    /* Permissions end. */
    w.now += CF_TURN_PERMISSION_LIFE;
    send_indication(&client, "10.0.0.5:10000", "late");
    assert_null(w.out.data.at);
    receive(0, "10.0.0.5:10000", "late");
    assert_null(w.out.data.at);
    fini();
}

static void public_peers_are_reached_if_that_is_wanted(void **state) {
    (void)state;
    const struct cf_turn_limits limits = {.allocations = SLOTS, .per_name = 3, .per_address = 5};
    init_with(&limits, true);
    struct cf_turn_client client = allocated("192.0.2.1:4000");
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = "8.8.8.8:9"}), 0);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = "127.0.0.1:9"}), 403);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = "169.254.169.254:80"}), 403);
    send_indication(&client, "8.8.8.8:53", "q");
    assert_true(is_sent_to("8.8.8.8:53", "q"));
    /* No more than there is room for, none of a request that is too large. */
    char text[32];
    for (unsigned i = 0; i < CF_TURN_PERMISSIONS_MAX; i++) {
        (void)snprintf(text, sizeof text, "8.8.4.%u:1", i);
        unsigned code = ask(&client, &(struct script){.method = CF_STUN_CREATE_PERMISSION, .peer = text});
        assert_int_equal(code, i + 1 < CF_TURN_PERMISSIONS_MAX ? 0 : 508);
    }
    fini();
}

static void channels_carry_both_ways(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = allocated("192.0.2.1:4000");
    struct script s = {.method = CF_STUN_CHANNEL_BIND, .peer = "10.0.0.5:10000", .channel = 0x4001};
    assert_int_equal(ask(&client, &s), 0);
    assert_int_equal(ask(&client, &s), 0); /* refreshed */
    s.channel = 0x4002;
    assert_int_equal(ask(&client, &s), 400); /* that peer has one */
    s.channel = 0x3fff;
    assert_int_equal(ask(&client, &s), 400);
    s.channel = 0x8000;
    assert_int_equal(ask(&client, &s), 400);
    s = (struct script){.method = CF_STUN_CHANNEL_BIND, .channel = 0x4001};
    assert_int_equal(ask(&client, &s), 400);
    send_channel_data(&client, 0x4001, CF_STR("media"));
    assert_true(is_sent_to("10.0.0.5:10000", "media"));
    send_channel_data(&client, 0x4002, CF_STR("media"));
    assert_null(w.out.data.at);
    receive(0, "10.0.0.5:10000", "back");
    assert_false(w.out.is_to_peer);
    assert_true(cf_str_eq(cf_span_str(w.out.data), cf_str_n("\x40\x01\x00\x04"
                                                            "back",
                                                            8)));
    /* Lengths that lie. */
    static const uint8_t lie[] = {0x40, 0x01, 0x00, 0x09, 'x'};
    cf_turn_on_message(&w.turn, &client, (struct cf_span){lie, sizeof lie}, w.now);
    take_answer();
    assert_null(w.out.data.at);
    /* The channel lasts longer than the permission, which is not refreshed by what is sent. */
    w.now += CF_TURN_PERMISSION_LIFE;
    send_channel_data(&client, 0x4001, CF_STR("media"));
    assert_null(w.out.data.at);
    fini();
}

static void fills_up_channel_data_on_connections(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = {.addr = addr("192.0.2.1:4000"), .socket = 7, .is_stream = true};
    (void)ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .no_integrity = true});
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .transport = 17}), 0);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CHANNEL_BIND, .peer = "10.0.0.5:10000", .channel = 0x4001}),
                     0);
    receive(0, "10.0.0.5:10000", "12345");
    assert_int_equal(w.out.data.len, 12);
    assert_int_equal(w.out.client.socket, 7);
    cf_turn_on_closed(&w.turn, &client);
    assert_int_equal(w.opened, 0);
    fini();
}

static void lasts_as_long_as_it_is_refreshed(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = allocated("192.0.2.1:4000");
    assert_true(cf_turn_deadline(&w.turn) == w.now + CF_TURN_LIFE_DEFAULT);
    /* The credential is over, the nonce too: calls last longer than both (438, then it goes on). */
    w.now += CF_SEC(599);
    struct script s = {.method = CF_STUN_REFRESH, .has_old_nonce = true};
    assert_int_equal(ask(&client, &s), 438);
    s.has_old_nonce = false;
    assert_int_equal(ask(&client, &s), 0);
    /* Of its own family, if one is named. */
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH, .family = CF_STUN_FAMILY_IP4}), 0);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH, .family = CF_STUN_FAMILY_IP6, .lifetime = 1}), 443);
    /* Not of another user, nor with a wrong password, nor for a new address. */
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH, .user = "1793000000:bob"}), 441);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH, .secret = "sharkfish"}), 401);
    struct cf_turn_client other = client_of("192.0.2.1:4001");
    (void)ask(&other, &(struct script){.method = CF_STUN_ALLOCATE, .no_integrity = true});
    assert_int_equal(ask(&other, &(struct script){.method = CF_STUN_ALLOCATE, .transport = 17}), 401);
    assert_int_equal(ask(&other, &(struct script){.method = CF_STUN_REFRESH, .user = "1793000000:bob"}), 437);
    (void)ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .no_integrity = true});
    w.now += CF_TURN_LIFE_DEFAULT;
    cf_turn_on_deadline(&w.turn, w.now);
    assert_int_equal(w.opened, 0);
    assert_true(cf_turn_deadline(&w.turn) == CF_USEC_NEVER);
    fini();
}

static void ends_when_the_client_says_so(void **state) {
    (void)state;
    init();
    struct cf_turn_client client = allocated("192.0.2.1:4000");
    uint32_t lifetime = 9;
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH, .lifetime = 1}), 0);
    assert_true(cf_stun_u32(&w.m, CF_STUN_LIFETIME, &lifetime) && lifetime == 0);
    assert_int_equal(w.opened, 0);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_REFRESH, .lifetime = 1}), 437);
    fini();
}

static void nobody_carries_more_than_his_rate(void **state) {
    (void)state;
    const struct cf_turn_limits limits = {.allocations = SLOTS, .per_name = 3, .per_address = 5, .rate_bps = 80000};
    init_with(&limits, false);
    struct cf_turn_client client = allocated("192.0.2.1:4000");
    static char text[1000];
    size_t passed = 0;
    memset(text, 'x', sizeof text);
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_CHANNEL_BIND, .peer = "10.0.0.5:10000", .channel = 0x4001}),
                     0);
    for (unsigned i = 0; i < 400; i++) {
        w.now += CF_MSEC(25);
        send_channel_data(&client, 0x4001, cf_str_n(text, sizeof text));
        passed += w.out.is_to_peer;
    }
    /* 10000 octets a second for ten seconds, and a second's worth at once. */
    assert_in_range(passed, 105, 112);
    assert_int_equal(w.turn.stats.above_rate, 400 - passed);
    fini();
}

/* Allocations of one request: all that were asked for, or none where none is to be had. */
static void survives_without_memory(const struct script *s, size_t whole) {
    for (size_t n = 0;; n++) {
        init_with_both_families();
        struct cf_turn_client client = client_of("192.0.2.1:4000");
        (void)ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .no_integrity = true});
        w.mem.fail_at = w.mem.count + n;
        unsigned code = ask(&client, s);
        bool has_failed = w.mem.failed;
        /* Of two families one may do. */
        assert_true(code == 0 || (has_failed && code == 508));
        assert_true(w.opened == (code != 0 ? 0 : whole) || (has_failed && s->other != 0 && w.opened == 1));
        assert_int_equal(w.opened, w.turn.count);
        fini();
        if (!has_failed) {
            assert_int_equal(code, 0);
            break;
        }
    }
}

static void survives_without_memory_or_ports(void **state) {
    (void)state;
    survives_without_memory(&(struct script){.method = CF_STUN_ALLOCATE, .transport = 17}, 1);
    survives_without_memory(&(struct script){.method = CF_STUN_ALLOCATE, .transport = 17, .even = 0x80}, 2);
    survives_without_memory(&(struct script){.method = CF_STUN_ALLOCATE, .transport = 17, .other = CF_STUN_FAMILY_IP6}, 2);
    init();
    struct cf_turn_client client = client_of("192.0.2.1:4000");
    w.has_no_ports = true;
    (void)ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .no_integrity = true});
    assert_int_equal(ask(&client, &(struct script){.method = CF_STUN_ALLOCATE, .transport = 17}), 508);
    fini();
}

CF_TEST_MAIN(cmocka_unit_test(nobody_gets_anything_without_a_credential),
             cmocka_unit_test(strangers_over_udp_are_answered_sparingly), cmocka_unit_test(allocates),
             cmocka_unit_test(wants_what_it_can_not_keep_named), cmocka_unit_test(a_port_is_reserved),
             cmocka_unit_test(a_reservation_ends), cmocka_unit_test(of_both_families_if_that_is_wanted),
             cmocka_unit_test(one_of_two_families_is_better_than_none), cmocka_unit_test(each_gets_his_share),
             cmocka_unit_test(reaches_our_media_and_nobody_else), cmocka_unit_test(public_peers_are_reached_if_that_is_wanted),
             cmocka_unit_test(channels_carry_both_ways), cmocka_unit_test(fills_up_channel_data_on_connections),
             cmocka_unit_test(lasts_as_long_as_it_is_refreshed), cmocka_unit_test(ends_when_the_client_says_so),
             cmocka_unit_test(nobody_carries_more_than_his_rate), cmocka_unit_test(survives_without_memory_or_ports))
