/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Associations with real DTLS behind them over a bad network, in virtual time: loss, disorder, strangers, peers that begin anew.
 */
#include "adapt/openssl/dtls.h"
#include "core/media/association.h"

#include "lib/netem.h"
#include "lib/test.h"
#include "lib/test_mem.h"

#define NODES_MAX 24
#define FLYING_MAX 4096
#define STEP CF_MSEC(5)

/* Somebody at an address. Node 0 is the server, node 1 the peer that signalling promised, the others are strangers. */
struct node {
    struct cf_association association;
    struct cf_dtls *dtls;
    uint8_t fingerprint[CF_DTLS_FINGERPRINT_LEN];
    struct cf_addr address;
    struct cf_handshake_keys keys;
    size_t secured; /* how often */
};

struct flying {
    cf_usec at;
    size_t from;
    struct cf_addr to;
    size_t len;
    uint8_t octets[CF_HANDSHAKE_DATAGRAM_MAX];
};

static struct test_mem mem;
static struct node nodes[NODES_MAX];
static size_t node_count;
static struct flying flying[FLYING_MAX];
static size_t flying_count;
static struct netem_link link;
static cf_usec now;
static const enum cf_srtp_suite suites[] = {CF_SRTP_AEAD_AES_128_GCM, CF_SRTP_AES_CM_128_HMAC_SHA1_80};

static void add_node(uint8_t host) {
    struct cf_dtls_identity *identity;
    struct node *n = &nodes[node_count++];
    *n = (struct node){.address = {.family = CF_FAMILY_IP4, .ip = {192, 0, 2, host}, .port = (uint16_t)(4000 + host)}};
    assert_ok(cf_dtls_new(&mem.mem, &n->dtls));
    assert_ok(cf_dtls_identity_make(30, &identity));
    memcpy(n->fingerprint, cf_dtls_identity_fingerprint(identity), sizeof n->fingerprint);
    assert_ok(cf_dtls_add(n->dtls, identity));
}

static void begin(size_t count, const struct netem_config *config, uint64_t seed) {
    test_mem_init(&mem);
    now = CF_SEC(500);
    node_count = 0;
    flying_count = 0;
    netem_link_init(&link, config, seed);
    for (size_t i = 0; i < count; i++) {
        add_node((uint8_t)(i + 1));
    }
}

static void end(void) {
    for (size_t i = 0; i < node_count; i++) {
        cf_association_end(&nodes[i].association);
        cf_dtls_free(nodes[i].dtls);
    }
    test_mem_fini(&mem);
}

static struct cf_fingerprint print_of(const struct node *n) {
    struct cf_fingerprint print = {.digest_len = CF_DTLS_FINGERPRINT_LEN};
    assert_true(cf_tag_set(CF_STR("sha-256"), &print.hash));
    memcpy(print.digest, n->fingerprint, sizeof n->fingerprint);
    return print;
}

/* @p n shakes hands with @p peer; where signalling says that it is. */
static void start(struct node *n, enum cf_dtls_role role, const struct node *peer, const struct cf_addr *signalled,
                  bool is_checked) {
    struct cf_media_security security = {.keying = CF_KEYING_DTLS, .dtls_role = role, .remote_fingerprint_count = 1};
    security.local_fingerprint = print_of(n);
    security.remote_fingerprints[0] = print_of(peer);
    const struct cf_association_config config = {.provider = cf_dtls_handshakes(n->dtls),
                                                 .security = &security,
                                                 .suites = suites,
                                                 .suite_count = 2,
                                                 .is_checked = is_checked,
                                                 .signalled = *signalled};
    cf_association_begin(&n->association, &config, now);
}

static void launch(size_t i) {
    struct cf_span datagram;
    struct cf_addr to;
    while (cf_association_poll(&nodes[i].association, &datagram, &to)) {
        cf_usec arrivals[2];
        size_t count = netem_link_send(&link, datagram.len, now, arrivals);
        for (size_t k = 0; k < count; k++) {
            assert_true(flying_count < FLYING_MAX);
            struct flying *f = &flying[flying_count++];
            /* Who knows no address sends to the one that it was told. */
            *f = (struct flying){.at = arrivals[k],
                                 .from = i,
                                 .to = to.family == CF_FAMILY_NONE ? nodes[i == 0 ? 1 : 0].address : to,
                                 .len = datagram.len};
            memcpy(f->octets, datagram.at, datagram.len);
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
        for (size_t k = 0; k < node_count; k++) {
            if (cf_addr_eq(&nodes[k].address, &f.to)) {
                (void)cf_association_on_datagram(&nodes[k].association, (struct cf_span){f.octets, f.len}, &nodes[f.from].address,
                                                 now);
            }
        }
    }
}

static void settle(size_t i) {
    struct node *n = &nodes[i];
    struct cf_addr peer;
    if (cf_association_deadline(&n->association) <= now) {
        cf_association_on_deadline(&n->association, now);
    }
    if (cf_association_take_news(&n->association, &n->keys, &peer) &&
        cf_association_state(&n->association) == CF_ASSOCIATION_SECURED) {
        n->secured++;
        assert_true(i != 0 || peer.family == CF_FAMILY_NONE || cf_addr_eq(&peer, &nodes[1].address));
    }
}

static void step(void) {
    now += STEP;
    land();
    for (size_t i = 0; i < node_count; i++) {
        settle(i);
        launch(i);
    }
}

static void run_until_secured(size_t times, cf_usec patience) {
    cf_usec give_up = now + patience;
    while (nodes[0].secured < times || nodes[1].secured < times) {
        assert_true(now < give_up);
        step();
    }
    assert_int_equal(nodes[0].keys.suite, CF_SRTP_AEAD_AES_128_GCM);
    assert_true(cf_sdes_key_eq(&nodes[0].keys.local, &nodes[1].keys.remote));
    assert_true(cf_sdes_key_eq(&nodes[0].keys.remote, &nodes[1].keys.local));
}

static void t29_two_associations_agree_at_30_percent_loss(void **state) {
    (void)state;
    static const struct netem_config config = {
        .delay_usec = CF_MSEC(30), .jitter_usec = CF_MSEC(50), .loss_ppm = 300000, .duplicate_ppm = 50000};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        begin(2, &config, seed);
        start(&nodes[0], CF_DTLS_ROLE_SERVER, &nodes[1], &nodes[1].address, seed % 2 == 0);
        start(&nodes[1], CF_DTLS_ROLE_CLIENT, &nodes[0], &nodes[0].address, false);
        run_until_secured(1, CF_ASSOCIATION_PATIENCE);
        end();
    }
}

/* Before, between and after: whoever knocks, some of them with all that a client needs but the right certificate. */
static void t28_real_hellos_of_strangers_hinder_nobody(void **state) {
    (void)state;
    static const struct netem_config config = {.delay_usec = CF_MSEC(10), .jitter_usec = CF_MSEC(30), .loss_ppm = 50000};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        begin(NODES_MAX, &config, seed);
        start(&nodes[0], CF_DTLS_ROLE_SERVER, &nodes[1], &nodes[1].address, false);
        for (size_t i = 2; i < node_count; i++) {
            start(&nodes[i], CF_DTLS_ROLE_CLIENT, &nodes[0], &nodes[0].address, false);
        }
        for (uint64_t i = 0; i < 10 * (seed % 3); i++) {
            step();
        }
        start(&nodes[1], CF_DTLS_ROLE_CLIENT, &nodes[0], &nodes[0].address, false);
        run_until_secured(1, CF_ASSOCIATION_PATIENCE);
        for (size_t i = 0; i < 400; i++) {
            step();
        }
        assert_int_equal(nodes[0].secured, 1);
        assert_int_equal(cf_association_state(&nodes[0].association), CF_ASSOCIATION_SECURED);
        for (size_t i = 2; i < node_count; i++) {
            assert_int_equal(nodes[i].secured, 0);
        }
        end();
    }
}

/* Behind an address translator the peer comes from where nobody said. */
static void a_peer_from_an_address_that_nobody_named(void **state) {
    (void)state;
    static const struct netem_config config = {.delay_usec = CF_MSEC(20), .loss_ppm = 100000};
    const struct cf_addr inside = {.family = CF_FAMILY_IP4, .ip = {10, 0, 0, 7}, .port = 5000};
    begin(2, &config, 3);
    start(&nodes[0], CF_DTLS_ROLE_SERVER, &nodes[1], &inside, false);
    start(&nodes[1], CF_DTLS_ROLE_CLIENT, &nodes[0], &nodes[0].address, false);
    run_until_secured(1, CF_ASSOCIATION_PATIENCE);
    end();
}

static void a_peer_that_lost_its_state_gets_new_keys(void **state) {
    (void)state;
    static const struct netem_config config = {.delay_usec = CF_MSEC(20), .loss_ppm = 100000};
    for (int is_checked = 0; is_checked < 2; is_checked++) {
        begin(2, &config, 4);
        start(&nodes[0], CF_DTLS_ROLE_SERVER, &nodes[1], &nodes[1].address, is_checked == 1);
        start(&nodes[1], CF_DTLS_ROLE_CLIENT, &nodes[0], &nodes[0].address, false);
        run_until_secured(1, CF_ASSOCIATION_PATIENCE);
        struct cf_sdes_key before = nodes[0].keys.local;
        start(&nodes[1], CF_DTLS_ROLE_CLIENT, &nodes[0], &nodes[0].address, false);
        run_until_secured(2, CF_ASSOCIATION_PATIENCE);
        assert_false(cf_sdes_key_eq(&before, &nodes[0].keys.local));
        end();
    }
}

static void t29_another_certificate_fails_for_good(void **state) {
    (void)state;
    static const struct netem_config config = {.delay_usec = CF_MSEC(20), .loss_ppm = 100000};
    begin(3, &config, 5);
    start(&nodes[0], CF_DTLS_ROLE_SERVER, &nodes[2], &nodes[1].address, false); /* promised was another's */
    start(&nodes[1], CF_DTLS_ROLE_CLIENT, &nodes[0], &nodes[0].address, false);
    for (size_t i = 0; i < 2000 && cf_association_state(&nodes[0].association) != CF_ASSOCIATION_FAILED; i++) {
        step();
    }
    assert_int_equal(cf_association_state(&nodes[0].association), CF_ASSOCIATION_FAILED);
    assert_int_equal(cf_association_failure(&nodes[0].association), CF_HANDSHAKE_MISMATCH);
    assert_int_equal(nodes[0].secured, 0);
    end();
}

CF_TEST_MAIN(cmocka_unit_test(t29_two_associations_agree_at_30_percent_loss),
             cmocka_unit_test(t28_real_hellos_of_strangers_hinder_nobody),
             cmocka_unit_test(a_peer_from_an_address_that_nobody_named),
             cmocka_unit_test(a_peer_that_lost_its_state_gets_new_keys), cmocka_unit_test(t29_another_certificate_fails_for_good))
