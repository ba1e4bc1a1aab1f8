/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DTLS handshakes between two of ours, in virtual time. */
#include "adapt/openssl/dtls.h"

#include "lib/netem.h"
#include "lib/test.h"
#include "lib/test_mem.h"

/* One side. */
struct side {
    struct test_mem mem;
    struct cf_dtls *dtls;
    struct cf_fingerprint fingerprint;
    struct cf_media_security security;
    enum cf_srtp_suite suites[4];
    size_t suite_count;
    bool is_listening;
    struct cf_handshake *h;
    struct cf_addr address;
    size_t sent; /* datagrams */
};

static struct side client;
static struct side server;
static cf_usec now;

static const struct cf_handshakes *table(const struct side *s) {
    return cf_dtls_handshakes(s->dtls);
}

static void add_identity(struct side *s) {
    struct cf_dtls_identity *identity;
    assert_ok(cf_dtls_identity_make(30, &identity));
    s->fingerprint = (struct cf_fingerprint){.digest_len = CF_DTLS_FINGERPRINT_LEN};
    assert_true(cf_tag_set(CF_STR("sha-256"), &s->fingerprint.hash));
    memcpy(s->fingerprint.digest, cf_dtls_identity_fingerprint(identity), CF_DTLS_FINGERPRINT_LEN);
    assert_ok(cf_dtls_add(s->dtls, identity));
}

static void init_side(struct side *s, enum cf_dtls_role role, uint8_t host) {
    memset(s, 0, sizeof *s);
    test_mem_init(&s->mem);
    assert_ok(cf_dtls_new(&s->mem.mem, &s->dtls));
    add_identity(s);
    s->security.keying = CF_KEYING_DTLS;
    s->security.dtls_role = role;
    s->suites[0] = CF_SRTP_AEAD_AES_128_GCM;
    s->suites[1] = CF_SRTP_AEAD_AES_256_GCM;
    s->suites[2] = CF_SRTP_AES_CM_128_HMAC_SHA1_80;
    s->suite_count = 3;
    s->address = (struct cf_addr){.family = CF_FAMILY_IP4, .ip = {192, 0, 2, host}, .port = 4000};
}

static void promise(struct side *to, const struct side *of) {
    to->security.local_fingerprint = to->fingerprint;
    to->security.remote_fingerprint_count = 1;
    to->security.remote_fingerprints[0] = of->fingerprint;
}

static int begin(void **state) {
    (void)state;
    now = CF_SEC(1000);
    init_side(&client, CF_DTLS_ROLE_CLIENT, 1);
    init_side(&server, CF_DTLS_ROLE_SERVER, 2);
    promise(&client, &server);
    promise(&server, &client);
    return 0;
}

static void close_side(struct side *s) {
    table(s)->close(table(s)->ctx, s->h);
    s->h = NULL;
}

static int end(void **state) {
    struct side *const sides[] = {&client, &server};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        close_side(sides[i]);
        cf_dtls_free(sides[i]->dtls);
        test_mem_fini(&sides[i]->mem);
    }
    return 0;
}

static enum cf_err open_side(struct side *s) {
    const struct cf_handshake_params params = {
        .security = &s->security, .suites = s->suites, .suite_count = s->suite_count, .is_listening = s->is_listening};
    s->sent = 0;
    return table(s)->open(table(s)->ctx, &params, now, &s->h);
}

static void open_both(void) {
    assert_ok(open_side(&server));
    assert_ok(open_side(&client));
}

static enum cf_handshake_state state_of(const struct side *s, enum cf_handshake_failure *ret_failure) {
    *ret_failure = CF_HANDSHAKE_NO_FAILURE;
    return table(s)->state(table(s)->ctx, s->h, ret_failure);
}

static enum cf_handshake_state just_state_of(const struct side *s) {
    enum cf_handshake_failure failure;
    return state_of(s, &failure);
}

/* The next datagram of @p s, copied. */
static size_t take(struct side *s, uint8_t *out, struct cf_addr *ret_to) {
    struct cf_span datagram;
    if (!table(s)->poll(table(s)->ctx, s->h, &datagram, ret_to)) {
        return 0;
    }
    assert_in_range(datagram.len, 1, CF_HANDSHAKE_DATAGRAM_MAX);
    memcpy(out, datagram.at, datagram.len);
    s->sent++;
    return datagram.len;
}

static void give(struct side *s, const uint8_t *at, size_t len, const struct cf_addr *from) {
    table(s)->receive(table(s)->ctx, s->h, (struct cf_span){at, len}, from, now);
}

static bool carry(struct side *from, struct side *to) {
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
    struct cf_addr to_address;
    bool has_any = false;
    for (size_t len = take(from, octets, &to_address); len > 0; len = take(from, octets, &to_address)) {
        give(to, octets, len, &from->address);
        has_any = true;
    }
    return has_any;
}

static void carry_all(void) {
    bool is_moving = true;
    while (is_moving) {
        is_moving = carry(&client, &server);
        is_moving = carry(&server, &client) || is_moving;
    }
}

static void assert_same_key(const struct cf_sdes_key *a, const struct cf_sdes_key *b) {
    assert_true(cf_sdes_key_eq(a, b));
}

static enum cf_srtp_suite assert_keys_agree(void) {
    struct cf_handshake_keys ours;
    struct cf_handshake_keys theirs;
    static const uint8_t zeros[CF_SRTP_KEY_MAX];
    assert_true(table(&client)->keys(table(&client)->ctx, client.h, &ours));
    assert_true(table(&server)->keys(table(&server)->ctx, server.h, &theirs));
    assert_int_equal(ours.suite, theirs.suite);
    assert_same_key(&ours.local, &theirs.remote);
    assert_same_key(&ours.remote, &theirs.local);
    assert_false(cf_sdes_key_eq(&ours.local, &ours.remote));
    assert_memory_not_equal(ours.local.key, zeros, cf_srtp_suites[ours.suite].key_len);
    return ours.suite;
}

static void both_get_the_same_keys(void **state) {
    (void)state;
    open_both();
    carry_all();
    assert_int_equal(just_state_of(&client), CF_HANDSHAKE_DONE);
    assert_int_equal(just_state_of(&server), CF_HANDSHAKE_DONE);
    assert_int_equal(assert_keys_agree(), CF_SRTP_AEAD_AES_128_GCM);
}

static void the_server_chooses_the_suite(void **state) {
    (void)state;
    static const enum cf_srtp_suite suites[] = {CF_SRTP_AEAD_AES_256_GCM, CF_SRTP_AEAD_AES_128_GCM,
                                                CF_SRTP_AES_CM_128_HMAC_SHA1_80, CF_SRTP_AES_CM_128_HMAC_SHA1_32};
    client.suites[3] = CF_SRTP_AES_CM_128_HMAC_SHA1_32;
    client.suite_count = 4;
    for (size_t i = 0; i < 4; i++) {
        server.suites[0] = suites[i];
        server.suites[1] = suites[(i + 1) % 4];
        server.suites[2] = suites[(i + 2) % 4];
        open_both();
        carry_all();
        assert_int_equal(assert_keys_agree(), suites[i]);
        close_side(&client);
        close_side(&server);
    }
}

static void without_a_suite_in_common_there_are_no_keys(void **state) {
    (void)state;
    enum cf_handshake_failure failure;
    client.suites[0] = CF_SRTP_AES_CM_128_HMAC_SHA1_80;
    client.suite_count = 1;
    server.suite_count = 2;
    open_both();
    carry_all();
    assert_int_equal(state_of(&server, &failure), CF_HANDSHAKE_FAILED);
    assert_int_equal(failure, CF_HANDSHAKE_NO_SUITE);
    assert_int_equal(state_of(&client, &failure), CF_HANDSHAKE_FAILED);
    assert_int_equal(failure, CF_HANDSHAKE_NO_SUITE);
}

static void another_certificate_than_promised_is_refused(void **state) {
    (void)state;
    enum cf_handshake_failure failure;
    client.security.remote_fingerprints[0].digest[31] ^= 1;
    open_both();
    carry_all();
    assert_int_equal(state_of(&client, &failure), CF_HANDSHAKE_FAILED);
    assert_int_equal(failure, CF_HANDSHAKE_MISMATCH);
    assert_int_not_equal(just_state_of(&server), CF_HANDSHAKE_DONE);
    close_side(&client);
    close_side(&server);
    client.security.remote_fingerprints[0].digest[31] ^= 1;
    server.security.remote_fingerprints[0].digest[0] ^= 1;
    open_both();
    carry_all();
    assert_int_equal(state_of(&server, &failure), CF_HANDSHAKE_FAILED);
    assert_int_equal(failure, CF_HANDSHAKE_MISMATCH);
}

static void one_of_several_fingerprints_is_enough(void **state) {
    (void)state;
    client.security.remote_fingerprints[1] = client.security.remote_fingerprints[0];
    client.security.remote_fingerprints[0].digest[5] ^= 4;
    client.security.remote_fingerprint_count = 2;
    open_both();
    carry_all();
    assert_int_equal(assert_keys_agree(), CF_SRTP_AEAD_AES_128_GCM);
}

static void a_renewed_certificate_serves_new_handshakes_and_the_old_one_those_that_know_it(void **state) {
    (void)state;
    for (size_t i = 0; i < CF_DTLS_IDENTITIES_MAX - 1; i++) {
        add_identity(&server);
    }
    open_both();
    carry_all();
    assert_int_equal(just_state_of(&client), CF_HANDSHAKE_DONE);
    close_side(&client);
    close_side(&server);
    add_identity(&server);
    assert_int_equal(open_side(&server), CF_ERR_NOT_FOUND);
    promise(&server, &client);
    promise(&client, &server);
    open_both();
    carry_all();
    assert_int_equal(just_state_of(&client), CF_HANDSHAKE_DONE);
}

/* --- cookies --- */

static void who_listens_proves_the_address_first(void **state) {
    (void)state;
    uint8_t hello[CF_HANDSHAKE_DATAGRAM_MAX];
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
    struct cf_addr to;
    server.is_listening = true;
    open_both();
    size_t len = take(&client, hello, &to);
    /* From many addresses: each is answered with less than it sent, and nothing is kept. */
    for (uint8_t i = 0; i < 8; i++) {
        struct cf_addr from = client.address;
        from.port = (uint16_t)(5000 + i);
        give(&server, hello, len, &from);
        size_t answer = take(&server, octets, &to);
        assert_in_range(answer, 1, len);
        assert_true(cf_addr_eq(&to, &from));
        assert_int_equal(take(&server, octets, &to), 0);
        assert_int_equal(just_state_of(&server), CF_HANDSHAKE_LISTENING);
    }
    give(&server, hello, len, &client.address);
    carry_all();
    assert_int_equal(just_state_of(&server), CF_HANDSHAKE_DONE);
    assert_int_equal(assert_keys_agree(), CF_SRTP_AEAD_AES_128_GCM);
}

static void a_cookie_is_good_for_its_address_only(void **state) {
    (void)state;
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
    struct cf_addr to;
    struct cf_addr other = client.address;
    server.is_listening = true;
    open_both();
    other.ip[3]++;
    carry(&client, &server);
    carry(&server, &client);
    size_t len = take(&client, octets, &to); /* with the cookie */
    assert_true(len > 0);
    give(&server, octets, len, &other);
    assert_int_equal(just_state_of(&server), CF_HANDSHAKE_LISTENING);
    give(&server, octets, len, &client.address);
    assert_int_equal(just_state_of(&server), CF_HANDSHAKE_RUNNING);
}

/* --- time and loss --- */

static void a_flight_comes_again_in_virtual_time(void **state) {
    (void)state;
    static const cf_usec intervals[] = {CF_MSEC(200), CF_MSEC(400), CF_MSEC(800), CF_MSEC(1600), CF_SEC(3), CF_SEC(3)};
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
    struct cf_addr to;
    open_both();
    assert_true(take(&client, octets, &to) > 0);
    for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
        assert_int_equal(table(&client)->deadline(table(&client)->ctx, client.h), now + intervals[i]);
        assert_int_equal(take(&client, octets, &to), 0);
        now += intervals[i];
        table(&client)->on_deadline(table(&client)->ctx, client.h, now);
        assert_true(take(&client, octets, &to) > 0);
    }
}

static void who_is_not_answered_gives_up(void **state) {
    (void)state;
    enum cf_handshake_failure failure = CF_HANDSHAKE_NO_FAILURE;
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
    struct cf_addr to;
    open_both();
    cf_usec began = now;
    while (state_of(&client, &failure) == CF_HANDSHAKE_RUNNING) {
        now = table(&client)->deadline(table(&client)->ctx, client.h);
        assert_true(now < began + CF_SEC(60));
        table(&client)->on_deadline(table(&client)->ctx, client.h, now);
        while (take(&client, octets, &to) > 0) {
        }
    }
    assert_int_equal(failure, CF_HANDSHAKE_TIMEOUT);
    assert_int_equal(table(&client)->deadline(table(&client)->ctx, client.h), CF_USEC_NEVER);
}

static void a_lost_last_flight_is_said_again(void **state) {
    (void)state;
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
    struct cf_addr to;
    open_both();
    carry(&client, &server);
    carry(&server, &client);
    carry(&client, &server);
    assert_int_equal(just_state_of(&server), CF_HANDSHAKE_DONE);
    while (take(&server, octets, &to) > 0) {
    }
    assert_int_equal(just_state_of(&client), CF_HANDSHAKE_RUNNING);
    now = table(&client)->deadline(table(&client)->ctx, client.h);
    table(&client)->on_deadline(table(&client)->ctx, client.h, now);
    carry_all();
    assert_int_equal(just_state_of(&client), CF_HANDSHAKE_DONE);
    assert_int_equal(assert_keys_agree(), CF_SRTP_AEAD_AES_128_GCM);
}

static void memory_is_given_back_some_time_after_the_end(void **state) {
    (void)state;
    open_both();
    carry_all();
    size_t before = server.mem.live_bytes;
    now = table(&server)->deadline(table(&server)->ctx, server.h);
    table(&server)->on_deadline(table(&server)->ctx, server.h, now);
    assert_true(server.mem.live_bytes + 4096 < before);
    assert_int_equal(table(&server)->deadline(table(&server)->ctx, server.h), CF_USEC_NEVER);
    assert_int_equal(assert_keys_agree(), CF_SRTP_AEAD_AES_128_GCM);
    give(&server, (const uint8_t *)"\x16", 1, &client.address);
}

/* Datagrams in flight. */
#define FLYING_MAX 512

struct flying {
    cf_usec at;
    struct side *to;
    const struct side *from;
    size_t len;
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
};

static struct flying flying[FLYING_MAX];
static size_t flying_count;

static void launch(struct netem_link *link, struct side *from, struct side *to) {
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
    struct cf_addr address;
    for (size_t len = take(from, octets, &address); len > 0; len = take(from, octets, &address)) {
        cf_usec arrivals[2];
        size_t count = netem_link_send(link, len, now, arrivals);
        for (size_t i = 0; i < count; i++) {
            assert_true(flying_count < FLYING_MAX);
            struct flying *f = &flying[flying_count++];
            *f = (struct flying){.at = arrivals[i], .to = to, .from = from, .len = len};
            memcpy(f->octets, octets, len);
        }
    }
}

static void land(void) {
    for (size_t i = 0; i < flying_count;) {
        if (flying[i].at > now) {
            i++;
            continue;
        }
        struct flying f = flying[i];
        flying[i] = flying[--flying_count];
        give(f.to, f.octets, f.len, &f.from->address);
    }
}

static void pass_deadline(struct side *s) {
    if (table(s)->deadline(table(s)->ctx, s->h) <= now) {
        table(s)->on_deadline(table(s)->ctx, s->h, now);
    }
}

/* How long it takes until both have keys. */
static cf_usec run_over(const struct netem_config *config, uint64_t seed) {
    struct netem_link there;
    struct netem_link back;
    cf_usec began = now;
    netem_link_init(&there, config, 2 * seed);
    netem_link_init(&back, config, 2 * seed + 1);
    flying_count = 0;
    open_both();
    while (just_state_of(&client) != CF_HANDSHAKE_DONE || just_state_of(&server) != CF_HANDSHAKE_DONE) {
        assert_true(now - began < CF_SEC(30));
        launch(&there, &client, &server);
        launch(&back, &server, &client);
        now += CF_MSEC(5);
        land();
        pass_deadline(&client);
        pass_deadline(&server);
    }
    assert_int_equal(assert_keys_agree(), CF_SRTP_AEAD_AES_128_GCM);
    close_side(&client);
    close_side(&server);
    return now - began;
}

static void t29_handshakes_end_well_at_30_percent_loss(void **state) {
    (void)state;
    static const struct netem_config config = {.delay_usec = CF_MSEC(40),
                                               .jitter_usec = CF_MSEC(60),
                                               .loss_ppm = 300000,
                                               .duplicate_ppm = 100000,
                                               .reorder_ppm = 100000,
                                               .reorder_usec = CF_MSEC(150)};
    cf_usec sum = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        server.is_listening = seed % 2 == 0;
        sum += run_over(&config, seed);
    }
    /* On average, of four flights (six with a cookie). */
    assert_in_range(sum / 100, CF_MSEC(160), CF_SEC(4));
}

static void t29_everything_comes_twice_and_in_disorder(void **state) {
    (void)state;
    static const struct netem_config config = {.delay_usec = CF_MSEC(10),
                                               .jitter_usec = CF_MSEC(100),
                                               .duplicate_ppm = 1000000,
                                               .reorder_ppm = 500000,
                                               .reorder_usec = CF_MSEC(100)};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        (void)run_over(&config, seed);
    }
}

/* --- bad input --- */

static void any_octets_in_between_do_no_harm(void **state) {
    (void)state;
    struct cf_rng rng;
    uint8_t octets[256];
    struct cf_addr to;
    cf_rng_init(&rng, 7);
    for (size_t round = 0; round < 300; round++) {
        open_both();
        uint8_t datagram[CF_HANDSHAKE_DATAGRAM_MAX];
        for (size_t len = take(&client, datagram, &to); len > 0; len = take(&client, datagram, &to)) {
            size_t cut = cf_rng_u32(&rng) % len;
            give(&server, datagram, cut, &client.address);
            for (size_t i = 0; i < sizeof octets; i++) {
                octets[i] = (uint8_t)cf_rng_u32(&rng);
            }
            octets[0] = (uint8_t)(20 + octets[0] % 44);
            give(&server, octets, cf_rng_u32(&rng) % sizeof octets, &client.address);
            datagram[cf_rng_u32(&rng) % len] ^= (uint8_t)(1U << cf_rng_u32(&rng) % 8);
            give(&server, datagram, len, &client.address);
        }
        close_side(&client);
        close_side(&server);
    }
}

static void records_with_a_flipped_bit_never_make_false_keys(void **state) {
    (void)state;
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
    struct cf_addr to;
    for (size_t at = 0; at < 700; at += 7) {
        open_both();
        carry(&client, &server);
        size_t count = 0;
        for (size_t len = take(&server, octets, &to); len > 0; len = take(&server, octets, &to)) {
            if (count++ == 0) {
                octets[at % len] ^= 0x10;
            }
            give(&client, octets, len, &server.address);
        }
        carry_all();
        if (just_state_of(&client) == CF_HANDSHAKE_DONE && just_state_of(&server) == CF_HANDSHAKE_DONE) {
            (void)assert_keys_agree();
        }
        close_side(&client);
        close_side(&server);
    }
}

static void lack_of_memory_is_said(void **state) {
    (void)state;
    for (size_t n = 0; n < 2; n++) {
        server.mem.count = 0;
        server.mem.fail_at = n;
        assert_int_equal(open_side(&server), CF_ERR_NO_MEMORY);
    }
    server.mem.fail_at = SIZE_MAX;
    struct test_mem mem;
    struct cf_dtls *dtls;
    test_mem_init(&mem);
    mem.fail_at = 0;
    assert_int_equal(cf_dtls_new(&mem.mem, &dtls), CF_ERR_NO_MEMORY);
    test_mem_fini(&mem);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(T(both_get_the_same_keys), T(the_server_chooses_the_suite), T(without_a_suite_in_common_there_are_no_keys),
             T(another_certificate_than_promised_is_refused), T(one_of_several_fingerprints_is_enough),
             T(a_renewed_certificate_serves_new_handshakes_and_the_old_one_those_that_know_it),
             T(who_listens_proves_the_address_first), T(a_cookie_is_good_for_its_address_only),
             T(a_flight_comes_again_in_virtual_time), T(who_is_not_answered_gives_up), T(a_lost_last_flight_is_said_again),
             T(memory_is_given_back_some_time_after_the_end), T(t29_handshakes_end_well_at_30_percent_loss),
             T(t29_everything_comes_twice_and_in_disorder), T(any_octets_in_between_do_no_harm),
             T(records_with_a_flipped_bit_never_make_false_keys), T(lack_of_memory_is_said))
