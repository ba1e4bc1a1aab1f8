/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two endpoints over a network that loses, delays, reorders and repeats: every request has exactly one final result, every
 * request is seen once above, and nothing is left behind.
 */
#include "lib/endpoint_node.h"
#include "lib/sip_text.h"
#include "lib/test.h"
#include <stdlib.h>

#define REQUESTS 60

/** What one request of the client has come to. */
struct outcome {
    unsigned finals;
    unsigned failures;
    unsigned status;
    unsigned terminations;
    bool is_invite;
};

/** A client and a server in one world. */
struct pair {
    struct world *world;
    struct endpoint_node client;
    struct endpoint_node server;
    struct outcome outcomes[REQUESTS];
    unsigned seen[REQUESTS]; /**< times that the server's layers above saw the request */
    unsigned acks;
    struct cf_rng rng;
    bool is_silent; /**< the server never answers */
    bool is_oom;    /**< commands may fail for want of memory */
};

static void done(const struct pair *p, enum cf_err err) {
    assert_true(err == CF_OK || (p->is_oom && err == CF_ERR_NO_MEMORY));
}

static unsigned number_of(const struct cf_sip_message *msg) {
    uint32_t number = 0;
    assert_true(cf_str_to_u32(cf_str_skip(msg->call_id, 5), REQUESTS - 1, &number));
    return number;
}

/* The server: answers at once, provisionally first, accepts and refuses by the number of the request. */
static void on_server_event(void *ctx, struct endpoint_node *node, const struct cf_endpoint_event *event) {
    struct pair *p = ctx;
    struct sip_text *text = malloc(sizeof *text);
    assert_non_null(text);
    if (event->kind == CF_ENDPOINT_REQUEST && !p->is_silent) {
        unsigned number = number_of(event->message);
        p->seen[number]++;
        cf_endpoint_trust_flow(node->ep, event->flow);
        cf_endpoint_set_owner(node->ep, event->tx, (struct cf_owner){1, {number, 1}});
        if (number % 2 == 0) {
            sip_response(text, event->message, 180, "us", NULL);
            done(p, cf_endpoint_respond(node->ep, event->tx, text->text, world_now(p->world)));
        }
        sip_response(text, event->message, number % 3 == 0 ? 486 : 200, "us", NULL);
        done(p, cf_endpoint_respond(node->ep, event->tx, text->text, world_now(p->world)));
    }
    p->acks += event->kind == CF_ENDPOINT_ACK;
    free(text);
}

static void acknowledge(struct pair *p, const struct cf_endpoint_event *event) {
    struct sip_text *text = malloc(sizeof *text);
    assert_non_null(text);
    struct cf_route route = {.flow = event->flow};
    sip_ack(text, event->message, "sip:bob@192.0.2.2");
    done(p, cf_endpoint_send_ack(p->client.ep, &route, text->text, world_now(p->world)));
    free(text);
}

static void on_response(struct pair *p, struct outcome *outcome, const struct cf_endpoint_event *event) {
    unsigned status = event->message->status;
    if (status < 200) {
        assert_int_equal(outcome->finals, 0);
    } else if (status >= 300 || !outcome->is_invite || outcome->finals == 0) {
        outcome->finals++;
        outcome->status = status;
    }
    if (outcome->is_invite && status / 100 == 2) {
        acknowledge(p, event);
    }
}

static void on_client_event(void *ctx, struct endpoint_node *node, const struct cf_endpoint_event *event) {
    struct pair *p = ctx;
    (void)node;
    if (event->owner.kind != 9) {
        assert_int_equal(event->kind, CF_ENDPOINT_FLOW_CLOSED);
        return;
    }
    struct outcome *outcome = &p->outcomes[event->owner.handle.slot];
    if (event->kind == CF_ENDPOINT_RESPONSE) {
        on_response(p, outcome, event);
    } else if (event->kind == CF_ENDPOINT_FAILED) {
        outcome->failures++;
    } else {
        assert_int_equal(event->kind, CF_ENDPOINT_TERMINATED);
        outcome->terminations++;
    }
}

static struct pair *pair_create(uint64_t seed, const struct netem_config *network) {
    struct pair *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->world = world_create(seed);
    cf_rng_init(&p->rng, seed);
    world_default_link(p->world, network);
    endpoint_node_init(&p->client, p->world,
                       &(struct endpoint_node_config){.ip = "192.0.2.1", .seed = 1, .handler = on_client_event, .ctx = p});
    endpoint_node_init(&p->server, p->world,
                       &(struct endpoint_node_config){.ip = "192.0.2.2", .seed = 2, .handler = on_server_event, .ctx = p});
    return p;
}

static void pair_destroy(struct pair *p) {
    endpoint_node_fini(&p->client);
    endpoint_node_fini(&p->server);
    world_destroy(p->world);
    free(p);
}

static void send_all(struct pair *p, enum cf_transport transport) {
    struct sip_text *text = malloc(sizeof *text);
    assert_non_null(text);
    for (unsigned i = 0; i < REQUESTS; i++) {
        char call_id[16];
        struct cf_tx_id tx;
        struct cf_route route = route_to("192.0.2.2:5060", transport);
        snprintf(call_id, sizeof call_id, "call-%u", i);
        p->outcomes[i].is_invite = i % 4 != 0;
        sip_request(text, &(struct sip_request){.method = i % 4 == 0 ? "MESSAGE" : "INVITE", .call_id = call_id, .body_len = i});
        assert_ok(cf_endpoint_request(p->client.ep, &route, text->text, (struct cf_owner){9, {i, 1}}, world_now(p->world), &tx));
        endpoint_node_drain(&p->client);
        world_run_for(p->world, cf_rng_below(&p->rng, 200000));
    }
    free(text);
}

static void everything_is_over(struct pair *p) {
    struct cf_endpoint_gauges client = cf_endpoint_gauges(p->client.ep);
    struct cf_endpoint_gauges server = cf_endpoint_gauges(p->server.ep);
    assert_int_equal(client.client_transactions, 0);
    assert_int_equal(server.server_transactions, 0);
    assert_int_equal(client.kept_bytes, 0);
    assert_int_equal(server.kept_bytes, 0);
}

static void each_has_one_result(const struct pair *p, bool must_succeed) {
    for (unsigned i = 0; i < REQUESTS; i++) {
        const struct outcome *outcome = &p->outcomes[i];
        assert_int_equal(outcome->finals + outcome->failures, 1);
        assert_int_equal(outcome->terminations, outcome->is_invite);
        assert_true(p->seen[i] <= 1);
        if (must_succeed) {
            assert_int_equal(p->seen[i], 1);
            assert_int_equal(outcome->status, i % 3 == 0 ? 486 : 200);
        }
    }
}

static void every_request_has_one_result_over_a_bad_network(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct netem_config network = {
            .delay_usec = CF_MSEC(30),
            .jitter_usec = CF_MSEC(40),
            .loss_ppm = 50000,
            .loss_bad_ppm = 700000,
            .to_bad_ppm = 50000,
            .to_good_ppm = 300000,
            .duplicate_ppm = 100000,
            .reorder_ppm = 100000,
            .reorder_usec = CF_MSEC(700),
        };
        struct pair *p = pair_create(seed, &network);
        send_all(p, CF_TRANSPORT_UDP);
        world_run_for(p->world, CF_SEC(300));
        each_has_one_result(p, false);
        everything_is_over(p);
        pair_destroy(p);
    }
}

static void every_request_succeeds_over_a_network_that_loses_some(void **state) {
    (void)state;
    struct netem_config network = {.delay_usec = CF_MSEC(20), .loss_ppm = 100000, .duplicate_ppm = 50000};
    struct pair *p = pair_create(7, &network);
    send_all(p, CF_TRANSPORT_UDP);
    world_run_for(p->world, CF_SEC(300));
    each_has_one_result(p, true);
    assert_true(cf_endpoint_counter(p->client.ep, CF_ENDPOINT_COUNT_RETRANSMITTED_OUT) > 0);
    everything_is_over(p);
    pair_destroy(p);
}

static void connections_may_be_cut_anywhere(void **state) {
    (void)state;
    for (unsigned split = WORLD_SPLIT_NONE; split <= WORLD_SPLIT_EVERY_BYTE; split++) {
        struct netem_config network = {.delay_usec = CF_MSEC(20), .jitter_usec = CF_MSEC(5)};
        struct pair *p = pair_create(split, &network);
        world_set_split(p->world, (enum world_split)split);
        send_all(p, CF_TRANSPORT_TCP);
        world_run_for(p->world, CF_SEC(100));
        each_has_one_result(p, true);
        assert_int_equal(cf_endpoint_gauges(p->server.ep).streams, 1);
        everything_is_over(p);
        pair_destroy(p);
    }
}

static void every_request_fails_once_if_nobody_answers(void **state) {
    (void)state;
    struct netem_config network = {.delay_usec = CF_MSEC(20)};
    struct pair *p = pair_create(3, &network);
    p->is_silent = true;
    send_all(p, CF_TRANSPORT_UDP);
    world_run_for(p->world, CF_SEC(30));
    /* INVITEs have had their 100 and wait for somebody to pick up. */
    for (unsigned i = 0; i < REQUESTS; i++) {
        assert_int_equal(p->outcomes[i].finals, 0);
    }
    world_run_for(p->world, CF_SEC(100));
    for (unsigned i = 0; i < REQUESTS; i += 4) {
        assert_int_equal(p->outcomes[i].failures, 1);
    }
    pair_destroy(p);
}

/* attacks.md T8 at the level of flows: the server's side closes at every step of the run. */
static void requests_end_when_their_connection_does_at_any_time(void **state) {
    (void)state;
    for (unsigned at = 0; at < 60; at++) {
        struct netem_config network = {.delay_usec = CF_MSEC(2)};
        struct pair *p = pair_create(at, &network);
        struct sip_text *text = malloc(sizeof *text);
        struct cf_route route = route_to("192.0.2.2:5060", CF_TRANSPORT_TCP);
        struct cf_tx_id tx;
        assert_non_null(text);
        world_set_split(p->world, WORLD_SPLIT_ANYWHERE);
        p->outcomes[2].is_invite = true;
        sip_request(text, &(struct sip_request){.method = "INVITE", .call_id = "call-2"});
        assert_ok(cf_endpoint_request(p->client.ep, &route, text->text, (struct cf_owner){9, {2, 1}}, 0, &tx));
        endpoint_node_drain(&p->client);
        world_run_for(p->world, at * 250);
        while (p->server.stream_count > 0) {
            struct cf_flow_id flow = p->server.streams[0].flow;
            cf_endpoint_close_flow(p->server.ep, flow, CF_OK, world_now(p->world));
            endpoint_node_drain(&p->server);
        }
        world_run_for(p->world, CF_SEC(100));
        assert_int_equal(p->outcomes[2].finals + p->outcomes[2].failures, 1);
        everything_is_over(p);
        free(text);
        pair_destroy(p);
    }
}

/* The n-th allocation of one side fails, for all n: nothing is lost but packets. */
static void has_one_result_whichever_allocation_fails(void **state) {
    (void)state;
    for (int side = 0; side < 4; side++) {
        bool has_failed = true;
        for (size_t n = 0; has_failed; n++) {
            struct netem_config network = {.delay_usec = CF_MSEC(20)};
            struct pair *p = pair_create(1, &network);
            struct endpoint_node *victim = side % 2 == 0 ? &p->client : &p->server;
            struct sip_text *text = malloc(sizeof *text);
            struct cf_route route = route_to("192.0.2.2:5060", side < 2 ? CF_TRANSPORT_UDP : CF_TRANSPORT_TCP);
            struct cf_tx_id tx;
            assert_non_null(text);
            p->is_oom = true;
            victim->mem.fail_at = victim->mem.count + n;
            for (unsigned i = 1; i < 4; i++) {
                p->outcomes[i].is_invite = i != 1;
                char call_id[] = {'c', 'a', 'l', 'l', '-', (char)('0' + i), 0};
                sip_request(text, &(struct sip_request){.method = i == 1 ? "MESSAGE" : "INVITE", .call_id = call_id});
                struct cf_owner owner = {9, {i, 1}};
                enum cf_err err = cf_endpoint_request(p->client.ep, &route, text->text, owner, world_now(p->world), &tx);
                assert_true(err == CF_OK || err == CF_ERR_NO_MEMORY);
                p->outcomes[i].failures += err != CF_OK;
                endpoint_node_drain(&p->client);
            }
            world_run_for(p->world, CF_SEC(200));
            for (unsigned i = 1; i < 4; i++) {
                unsigned results = p->outcomes[i].finals + p->outcomes[i].failures;
                /* A server that could not answer an INVITE leaves it ringing: that is for its layers above to end. */
                bool may_ring = side % 2 == 1 && i != 1;
                assert_true(results == 1 || (may_ring && results == 0));
            }
            has_failed = victim->mem.failed;
            free(text);
            pair_destroy(p);
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(every_request_has_one_result_over_a_bad_network),
             cmocka_unit_test(every_request_succeeds_over_a_network_that_loses_some),
             cmocka_unit_test(connections_may_be_cut_anywhere), cmocka_unit_test(every_request_fails_once_if_nobody_answers),
             cmocka_unit_test(requests_end_when_their_connection_does_at_any_time),
             cmocka_unit_test(has_one_result_whichever_allocation_fails))
