/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ZRTP handshakes between two of ours, in virtual time. */
#include "adapt/bzrtp/zrtp.h"

#include "lib/netem.h"
#include "lib/test.h"
#include "lib/test_mem.h"
#include <stdlib.h>
#include <unistd.h>

/* One side, with two lines. */
struct side {
    struct test_mem mem;
    struct cf_zrtp *zrtp;
    struct cf_zrtp_store *store;
    uint8_t hashes[2][CF_ZRTP_HASH_LEN];
    struct cf_handshake *h[2];
    struct cf_addr address;
};

static struct side sides[2];
static cf_usec now;
static const enum cf_srtp_suite all[] = {CF_SRTP_AES_256_CM_HMAC_SHA1_80, CF_SRTP_AES_CM_128_HMAC_SHA1_80};

static const struct cf_handshakes *table(const struct side *s) {
    return cf_zrtp_handshakes(s->zrtp);
}

static void init_side(struct side *s, uint8_t host) {
    memset(s, 0, sizeof *s);
    test_mem_init(&s->mem);
    assert_ok(cf_zrtp_new(&s->mem.mem, &s->zrtp));
    s->address = (struct cf_addr){.family = CF_FAMILY_IP4, .ip = {192, 0, 2, host}, .port = 4000};
}

static void fini_side(struct side *s) {
    for (size_t i = 0; i < 2; i++) {
        table(s)->close(table(s)->ctx, s->h[i]);
        s->h[i] = NULL;
    }
    cf_zrtp_free(s->zrtp);
    cf_zrtp_store_close(&s->store);
    test_mem_fini(&s->mem);
}

static int begin(void **state) {
    (void)state;
    now = CF_SEC(1000);
    init_side(&sides[0], 1);
    init_side(&sides[1], 2);
    return 0;
}

static int end(void **state) {
    (void)state;
    fini_side(&sides[0]);
    fini_side(&sides[1]);
    return 0;
}

static void make_party(struct side *s, const char *self, const char *peer, bool demands_aes256) {
    struct cf_zrtp_party *party;
    const struct cf_zrtp_party_config config = {.store = s->store,
                                                .self = cf_str_of(self),
                                                .peer = cf_str_of(peer),
                                                .ssrc = 1000U * s->address.ip[3],
                                                .demands_aes256 = demands_aes256};
    assert_ok(cf_zrtp_party_make(&config, &party));
    memcpy(s->hashes[0], cf_zrtp_party_hash(party, 0), CF_ZRTP_HASH_LEN);
    memcpy(s->hashes[1], cf_zrtp_party_hash(party, 1), CF_ZRTP_HASH_LEN);
    cf_zrtp_add(s->zrtp, party);
}

static void make_parties(bool demands_aes256) {
    make_party(&sides[0], "sip:room@example.org", "sip:alice@example.org", demands_aes256);
    make_party(&sides[1], "sip:alice@example.org", "sip:room@example.org", false);
}

static enum cf_err open_line(size_t side, size_t line, const enum cf_srtp_suite *suites, size_t count) {
    struct cf_media_security security = {.keying = CF_KEYING_ZRTP, .has_local_zrtp_hash = true, .has_remote_zrtp_hash = true};
    memcpy(security.local_zrtp_hash, sides[side].hashes[line], CF_ZRTP_HASH_LEN);
    memcpy(security.remote_zrtp_hash, sides[1 - side].hashes[line], CF_ZRTP_HASH_LEN);
    const struct cf_handshake_params params = {.security = &security, .suites = suites, .suite_count = count};
    return table(&sides[side])->open(table(&sides[side])->ctx, &params, now, &sides[side].h[line]);
}

static enum cf_handshake_state state_of(size_t side, size_t line) {
    enum cf_handshake_failure failure;
    return table(&sides[side])->state(table(&sides[side])->ctx, sides[side].h[line], &failure);
}

static struct cf_handshake_keys keys_of(size_t side, size_t line) {
    struct cf_handshake_keys keys;
    assert_true(table(&sides[side])->keys(table(&sides[side])->ctx, sides[side].h[line], &keys));
    return keys;
}

/* One step of 10 ms; a datagram is lost with @p loss_ppm. */
static void step(struct cf_rng *rng, uint32_t loss_ppm) {
    now += CF_MSEC(10);
    for (size_t side = 0; side < 2; side++) {
        for (size_t line = 0; line < 2; line++) {
            struct cf_handshake *h = sides[side].h[line];
            struct cf_handshake *peer = sides[1 - side].h[line];
            struct cf_span datagram;
            struct cf_addr to;
            if (h == NULL) {
                continue;
            }
            if (table(&sides[side])->deadline(table(&sides[side])->ctx, h) <= now) {
                table(&sides[side])->on_deadline(table(&sides[side])->ctx, h, now);
            }
            while (table(&sides[side])->poll(table(&sides[side])->ctx, h, &datagram, &to)) {
                assert_in_range(datagram.len, 1, CF_HANDSHAKE_DATAGRAM_MAX);
                assert_in_range(datagram.at[0], 16, 19);
                if (peer != NULL && !cf_rng_chance(rng, loss_ppm)) {
                    const struct cf_handshakes *other = table(&sides[1 - side]);
                    other->receive(other->ctx, peer, datagram, &sides[side].address, now);
                }
            }
        }
    }
}

static void run(uint64_t seed, uint32_t loss_ppm, size_t lines) {
    struct cf_rng rng;
    cf_usec began = now;
    bool is_done = false;
    cf_rng_init(&rng, seed);
    while (!is_done) {
        assert_true(now - began < CF_SEC(20));
        step(&rng, loss_ppm);
        is_done = true;
        for (size_t line = 0; line < lines; line++) {
            is_done = is_done && state_of(0, line) == CF_HANDSHAKE_DONE && state_of(1, line) == CF_HANDSHAKE_DONE;
        }
    }
}

static void assert_agree(size_t line, enum cf_srtp_suite suite) {
    struct cf_handshake_keys a = keys_of(0, line);
    struct cf_handshake_keys b = keys_of(1, line);
    assert_int_equal(a.suite, suite);
    assert_int_equal(b.suite, suite);
    assert_true(cf_sdes_key_eq(&a.local, &b.remote));
    assert_true(cf_sdes_key_eq(&a.remote, &b.local));
    assert_false(cf_sdes_key_eq(&a.local, &a.remote));
    assert_string_equal(a.sas, b.sas);
}

static void both_get_keys_and_the_same_string(void **state) {
    (void)state;
    make_parties(false);
    assert_ok(open_line(0, 0, all, 2));
    assert_ok(open_line(1, 0, all, 2));
    run(1, 0, 1);
    assert_agree(0, CF_SRTP_AES_256_CM_HMAC_SHA1_80);
    assert_int_equal(strlen(keys_of(0, 0).sas), 4);
    assert_false(keys_of(0, 0).is_sas_verified);
    assert_int_equal(table(&sides[0])->deadline(table(&sides[0])->ctx, sides[0].h[0]), CF_USEC_NEVER);
}

static void further_lines_get_keys_of_the_first(void **state) {
    (void)state;
    make_parties(false);
    /* In any order: the second waits for the first. */
    assert_ok(open_line(0, 1, all, 2));
    assert_ok(open_line(1, 1, all, 2));
    assert_ok(open_line(0, 0, all, 2));
    assert_ok(open_line(1, 0, all, 2));
    run(2, 0, 2);
    assert_agree(0, CF_SRTP_AES_256_CM_HMAC_SHA1_80);
    assert_agree(1, CF_SRTP_AES_256_CM_HMAC_SHA1_80);
    struct cf_handshake_keys first = keys_of(0, 0);
    struct cf_handshake_keys second = keys_of(0, 1);
    assert_false(cf_sdes_key_eq(&first.local, &second.local));
}

static void handshakes_survive_loss(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        make_parties(false);
        assert_ok(open_line(0, 0, all, 2));
        assert_ok(open_line(1, 0, all, 2));
        run(seed, 300000, 1);
        assert_agree(0, CF_SRTP_AES_256_CM_HMAC_SHA1_80);
        for (size_t i = 0; i < 2; i++) {
            table(&sides[i])->close(table(&sides[i])->ctx, sides[i].h[0]);
            sides[i].h[0] = NULL;
        }
    }
}

static void another_hello_than_promised_is_not_answered(void **state) {
    (void)state;
    struct cf_rng rng;
    enum cf_handshake_failure failure = CF_HANDSHAKE_NO_FAILURE;
    cf_rng_init(&rng, 1);
    make_parties(false);
    sides[1].hashes[0][5] ^= 1; /* what side 0 is told */
    assert_ok(open_line(0, 0, all, 2));
    sides[1].hashes[0][5] ^= 1;
    assert_ok(open_line(1, 0, all, 2));
    for (size_t i = 0; i < 2500 && state_of(0, 0) != CF_HANDSHAKE_FAILED; i++) {
        step(&rng, 0);
        assert_int_not_equal(state_of(0, 0), CF_HANDSHAKE_DONE);
        assert_int_not_equal(state_of(1, 0), CF_HANDSHAKE_DONE);
    }
    assert_int_equal(table(&sides[0])->state(table(&sides[0])->ctx, sides[0].h[0], &failure), CF_HANDSHAKE_FAILED);
    assert_int_equal(failure, CF_HANDSHAKE_MISMATCH);
}

static void aes_256_can_be_demanded(void **state) {
    (void)state;
    struct cf_rng rng;
    enum cf_handshake_failure failure = CF_HANDSHAKE_NO_FAILURE;
    cf_rng_init(&rng, 1);
    make_parties(true);
    assert_ok(open_line(0, 0, all, 1));
    assert_ok(open_line(1, 0, all, 2));
    run(4, 0, 1);
    assert_agree(0, CF_SRTP_AES_256_CM_HMAC_SHA1_80);
    table(&sides[0])->close(table(&sides[0])->ctx, sides[0].h[0]);
    table(&sides[1])->close(table(&sides[1])->ctx, sides[1].h[0]);
    sides[0].h[0] = sides[1].h[0] = NULL;
    /* What was agreed on is not allowed. */
    make_parties(true);
    assert_ok(open_line(0, 0, all + 1, 1));
    assert_ok(open_line(1, 0, all, 2));
    for (size_t i = 0; i < 500 && state_of(0, 0) == CF_HANDSHAKE_RUNNING; i++) {
        step(&rng, 0);
    }
    assert_int_equal(table(&sides[0])->state(table(&sides[0])->ctx, sides[0].h[0], &failure), CF_HANDSHAKE_FAILED);
    assert_int_equal(failure, CF_HANDSHAKE_NO_SUITE);
}

static void what_was_not_prepared_is_not_found(void **state) {
    (void)state;
    make_parties(false);
    sides[0].hashes[0][0] ^= 1;
    assert_int_equal(open_line(0, 0, all, 2), CF_ERR_NOT_FOUND);
    sides[0].hashes[0][0] ^= 1;
    assert_ok(open_line(0, 0, all, 2));
    sides[0].h[1] = NULL;
    struct cf_handshake *first = sides[0].h[0];
    assert_int_equal(open_line(0, 0, all, 2), CF_ERR_NOT_FOUND);
    assert_ptr_equal(sides[0].h[0], first);
}

static void any_octets_do_no_harm(void **state) {
    (void)state;
    struct cf_rng rng;
    uint8_t octets[300];
    cf_rng_init(&rng, 9);
    make_parties(false);
    assert_ok(open_line(0, 0, all, 2));
    assert_ok(open_line(1, 0, all, 2));
    for (size_t i = 0; i < 2000; i++) {
        for (size_t k = 0; k < sizeof octets; k++) {
            octets[k] = (uint8_t)cf_rng_u32(&rng);
        }
        static const uint8_t magic[] = {16, 0, 0, 0, 'Z', 'R', 'T', 'P'};
        memcpy(octets, magic, sizeof magic);
        table(&sides[0])->receive(table(&sides[0])->ctx, sides[0].h[0],
                                  (struct cf_span){octets, cf_rng_u32(&rng) % sizeof octets}, &sides[1].address, now);
    }
    run(3, 0, 1);
    assert_agree(0, CF_SRTP_AES_256_CM_HMAC_SHA1_80);
}

static char paths[2][64];

static void open_stores(void) {
    for (size_t i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof paths[i], "/tmp/confer-test-zrtp-XXXXXX");
        int fd = mkstemp(paths[i]);
        assert_true(fd >= 0);
        close(fd);
        assert_ok(cf_zrtp_store_open(paths[i], &sides[i].store));
    }
}

static void remove_stores(void) {
    for (size_t i = 0; i < 2; i++) {
        char name[160];
        cf_zrtp_store_close(&sides[i].store);
        assert_ok(cf_zrtp_store_open(paths[i], &sides[i].store)); /* what is there can be read */
        cf_zrtp_store_close(&sides[i].store);
        unlink(paths[i]);
        snprintf(name, sizeof name, "%s-wal", paths[i]);
        unlink(name);
        snprintf(name, sizeof name, "%s-shm", paths[i]);
        unlink(name);
    }
}

static void call(uint64_t seed) {
    make_parties(false);
    assert_ok(open_line(0, 0, all, 2));
    assert_ok(open_line(1, 0, all, 2));
    run(seed, 0, 1);
    assert_agree(0, CF_SRTP_AES_256_CM_HMAC_SHA1_80);
}

static void hang_up(void) {
    for (size_t i = 0; i < 2; i++) {
        table(&sides[i])->close(table(&sides[i])->ctx, sides[i].h[0]);
        sides[i].h[0] = NULL;
    }
}

static void secrets_are_kept_from_call_to_call(void **state) {
    (void)state;
    open_stores();
    for (size_t i = 0; i < 2; i++) {
        call(5 + i);
        hang_up();
    }
    remove_stores();
}

static bool judge(size_t side, size_t line, bool is_verified) {
    return table(&sides[side])->verify(table(&sides[side])->ctx, sides[side].h[line], is_verified);
}

static void assert_verified(bool is_verified) {
    assert_int_equal(keys_of(0, 0).is_sas_verified, is_verified);
    assert_int_equal(keys_of(1, 0).is_sas_verified, is_verified);
}

/* RFC 6189 section 7.1: what one says alone is not enough for the next call. */
static void a_verified_string_is_remembered_if_both_say_so(void **state) {
    (void)state;
    open_stores();
    call(7);
    assert_verified(false);
    assert_true(judge(0, 0, true));
    assert_true(keys_of(0, 0).is_sas_verified);
    hang_up();
    call(8); /* the other one has not said it */
    assert_verified(false);
    assert_true(judge(0, 0, true));
    assert_true(judge(1, 0, true));
    assert_verified(true);
    hang_up();
    for (size_t i = 0; i < 2; i++) {
        call(9 + i);
        assert_verified(true);
        if (i == 0) {
            hang_up();
        }
    }
    assert_true(judge(1, 0, false)); /* one takes it back */
    assert_false(keys_of(1, 0).is_sas_verified);
    hang_up();
    call(11);
    assert_verified(false);
    hang_up();
    remove_stores();
}

static void there_is_nothing_to_verify_before_keys_and_on_further_lines(void **state) {
    (void)state;
    make_parties(false);
    assert_ok(open_line(0, 0, all, 2));
    assert_false(judge(0, 0, true));
    assert_ok(open_line(1, 0, all, 2));
    assert_ok(open_line(0, 1, all, 2));
    assert_ok(open_line(1, 1, all, 2));
    run(12, 0, 2);
    assert_false(judge(0, 1, true));
    assert_true(judge(0, 0, true)); /* without a store it is of this call only */
    assert_true(keys_of(0, 0).is_sas_verified);
}

static void a_store_that_cannot_be_opened_is_said(void **state) {
    (void)state;
    struct cf_zrtp_store *store = NULL;
    assert_int_equal(cf_zrtp_store_open("/nowhere/at/all", &store), CF_ERR_IO);
    assert_null(store);
}

static void parties_that_wait_in_vain_make_room(void **state) {
    (void)state;
    make_parties(false);
    uint8_t first[CF_ZRTP_HASH_LEN];
    memcpy(first, sides[0].hashes[0], sizeof first);
    for (size_t i = 0; i < CF_ZRTP_WAITING_MAX; i++) {
        make_party(&sides[0], "sip:room@example.org", "sip:alice@example.org", false);
    }
    assert_ok(open_line(0, 0, all, 2));
    memcpy(sides[0].hashes[1], first, sizeof first);
    assert_int_equal(open_line(0, 1, all, 2), CF_ERR_NOT_FOUND);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(T(both_get_keys_and_the_same_string), T(further_lines_get_keys_of_the_first), T(handshakes_survive_loss),
             T(another_hello_than_promised_is_not_answered), T(aes_256_can_be_demanded), T(what_was_not_prepared_is_not_found),
             T(any_octets_do_no_harm), T(secrets_are_kept_from_call_to_call), T(a_verified_string_is_remembered_if_both_say_so),
             T(there_is_nothing_to_verify_before_keys_and_on_further_lines), T(a_store_that_cannot_be_opened_is_said),
             T(parties_that_wait_in_vain_make_room))
