/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP connections on the loop: an echo over loopback, closed by either side. */
#include "shell/stream/stream.h"

#include "lib/test.h"
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#define TOTAL (300 * 1024)

struct side {
    struct cf_loop *loop;
    size_t received;
    int closed;
    bool echoes;
};

static struct side client;
static struct side server;
static struct cf_listener *listener;

static void on_bytes(void *owner, struct cf_stream *stream, struct cf_span bytes) {
    struct side *side = owner;
    side->received += bytes.len;
    if (side->echoes) {
        assert_ok(cf_stream_write(stream, bytes));
    } else if (side->received == TOTAL) {
        cf_stream_close(stream);
        cf_stream_close(stream);
        assert_int_equal(cf_stream_write(stream, bytes), CF_ERR_STATE);
    }
}

static void on_closed(void *owner, struct cf_stream *stream) {
    struct side *side = owner;
    (void)stream;
    side->closed++;
    if (client.closed + server.closed == 2) {
        cf_listener_close(&listener);
        cf_loop_stop(side->loop);
    }
}

static void on_connected(void *owner, struct cf_stream *stream) {
    static uint8_t bytes[TOTAL];
    (void)owner;
    struct cf_addr remote = cf_stream_remote(stream);
    struct cf_addr listening = cf_listener_local(listener);
    assert_true(cf_addr_eq(&remote, &listening));
    assert_ok(cf_stream_write(stream, (struct cf_span){bytes, TOTAL}));
}

static const struct cf_stream_events events = {on_connected, on_bytes, on_closed};

static void on_accept(void *ctx, struct cf_stream *stream) {
    cf_stream_set_owner(stream, &events, ctx);
}

static void echoes_and_closes_both_ends_once(void **state) {
    (void)state;
    struct cf_loop *loop = NULL;
    struct cf_stream *stream = NULL;
    struct cf_addr local;
    assert_ok(cf_loop_create(&loop));
    client = (struct side){.loop = loop};
    server = (struct side){.loop = loop, .echoes = true};
    assert_ok(cf_addr_parse(CF_STR("127.0.0.1:0"), &local));
    assert_ok(cf_stream_listen(loop, &local, on_accept, &server, &listener));
    local = cf_listener_local(listener);
    assert_ok(cf_stream_connect(loop, &local, &events, &client, &stream));
    cf_loop_run(loop);
    assert_int_equal(server.received, TOTAL);
    assert_int_equal(client.received, TOTAL);
    assert_int_equal(client.closed, 1);
    assert_int_equal(server.closed, 1);
    cf_loop_destroy(&loop);
}

static void tells_when_nobody_listens(void **state) {
    (void)state;
    struct cf_loop *loop = NULL;
    struct cf_stream *stream = NULL;
    struct cf_addr local;
    assert_ok(cf_loop_create(&loop));
    client = (struct side){.loop = loop};
    server = (struct side){.loop = loop, .closed = 1};
    assert_ok(cf_addr_parse(CF_STR("127.0.0.1:0"), &local));
    assert_ok(cf_stream_listen(loop, &local, on_accept, &server, &listener));
    local = cf_listener_local(listener);
    cf_listener_close(&listener);
    assert_ok(cf_stream_connect(loop, &local, &events, &client, &stream));
    cf_loop_run(loop);
    assert_int_equal(client.closed, 1);
    cf_loop_destroy(&loop);
}

static void stop(void *owner, struct cf_stream *stream) {
    struct side *side = owner;
    (void)stream;
    cf_loop_stop(side->loop);
}

static void count_closed(void *owner, struct cf_stream *stream) {
    struct side *side = owner;
    (void)stream;
    side->closed++;
}

static const struct cf_stream_events counting = {stop, on_bytes, count_closed};

static void count_accepted(void *ctx, struct cf_stream *stream) {
    cf_stream_set_owner(stream, &counting, ctx);
}

static const struct cf_stream_events stopping = {NULL, on_bytes, stop};

static unsigned farewell_msec;

/* As much as is taken, and then good-bye. */
static void say_too_much(void *ctx, struct cf_stream *stream) {
    static uint8_t bytes[CF_STREAM_QUEUE_MAX / 4];
    enum cf_err err = CF_OK;
    cf_stream_set_owner(stream, &stopping, ctx);
    for (size_t i = 0; err == CF_OK; i++) {
        assert_true(i < 1000);
        err = cf_stream_write(stream, (struct cf_span){bytes, sizeof bytes});
    }
    assert_int_equal(err, CF_ERR_LIMIT);
    cf_stream_close_within(stream, farewell_msec);
}

/* Until what is said to one who reads nothing is given up; returns how long that took. */
static cf_usec talk_to_the_deaf(unsigned most_msec) {
    struct cf_loop *loop = NULL;
    struct cf_addr local;
    assert_ok(cf_loop_create(&loop));
    server = (struct side){.loop = loop};
    assert_ok(cf_addr_parse(CF_STR("127.0.0.1:0"), &local));
    assert_ok(cf_stream_listen(loop, &local, say_too_much, &server, &listener));
    local = cf_listener_local(listener);
    const struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = htons(local.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int deaf = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(deaf, (const struct sockaddr *)&name, sizeof name), 0);
    farewell_msec = most_msec;
    cf_usec begin = cf_loop_now(loop);
    cf_loop_run(loop); /* until the server's end is closed */
    cf_usec took = cf_loop_now(loop) - begin;
    close(deaf);
    cf_listener_close(&listener);
    cf_loop_destroy(&loop);
    return took;
}

static void who_reads_nothing_is_left(void **state) {
    (void)state;
    assert_true(talk_to_the_deaf(CF_STREAM_FAREWELL_MAX_SEC * 1000) < CF_SEC(CF_STREAM_FAREWELL_MAX_SEC));
}

/* Whatever is acknowledged meanwhile. */
static void a_farewell_has_an_end(void **state) {
    (void)state;
    assert_true(talk_to_the_deaf(100) < CF_SEC(CF_STREAM_FAREWELL_SEC));
}

/* One that waits for its last octets to go out, and one that has never been closed: both are told of and freed. */
static void streams_end_with_the_loop(void **state) {
    (void)state;
    struct cf_loop *loop = NULL;
    struct cf_stream *streams[2];
    struct cf_addr local;
    assert_ok(cf_loop_create(&loop));
    client = (struct side){.loop = loop};
    server = (struct side){.loop = loop};
    assert_ok(cf_addr_parse(CF_STR("127.0.0.1:0"), &local));
    assert_ok(cf_stream_listen(loop, &local, count_accepted, &server, &listener));
    local = cf_listener_local(listener);
    for (size_t i = 0; i < 2; i++) {
        assert_ok(cf_stream_connect(loop, &local, &counting, &client, &streams[i]));
        cf_loop_run(loop);
    }
    cf_stream_close(streams[0]);
    assert_int_equal(client.closed, 0);
    cf_listener_close(&listener);
    cf_loop_destroy(&loop);
    assert_int_equal(client.closed, 2);
}

CF_TEST_MAIN(cmocka_unit_test(echoes_and_closes_both_ends_once), cmocka_unit_test(tells_when_nobody_listens),
             cmocka_unit_test(who_reads_nothing_is_left), cmocka_unit_test(a_farewell_has_an_end),
             cmocka_unit_test(streams_end_with_the_loop))
