/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The torture messages of RFC 4475 and RFC 5118, byte for byte, against a whole server: as a datagram, over TCP split at every
 * octet, and as a message of WebSocket. The server serves the domains in them and is the conference factory "user"; what comes
 * over UDP and TCP is vouched for by a proxy, so that it gets further than to a challenge. What the grammar alone says is in
 * sip_torture.c.
 */
#include "core/endpoint/via_line.h"

#include "lib/endpoint_node.h"
#include "lib/node_alone.h"
#include "lib/test.h"

#define PROXY "203.0.113.20"

/* How a connection goes on after the message. */
enum after {
    OPEN,
    CLOSED, /* nobody knows where the next message begins */
};

struct row {
    const char *name;
    unsigned datagram; /* status of the answer; 0: none */
    unsigned stream;
    unsigned browser; /* over WebSocket, by somebody who has no credentials */
    enum after after;
};

static const struct row rfc4475[] = {
    {"wsinv", 481, 481, 481, OPEN},   /* it has a To tag */
    {"intmeth", 404, 404, 407, OPEN}, /* 3.1.1.2: a proxy passes every method on, but nobody is called that */
    {"esc01", 404, 404, 407, OPEN},
    {"escnull", 200, 200, 401, OPEN},
    {"esc02", 405, 405, 405, OPEN}, /* 3.1.1.5: no REGISTER, but a method that nobody knows */
    {"lwsdisp", 200, 200, 401, OPEN},
    {"longreq", 200, 200, 401, OPEN},
    {"dblreq", 200, 200, 401, CLOSED}, /* 3.1.1.8: what stands behind the first message is no message */
    {"semiuri", 404, 404, 407, OPEN},
    {"transports", 200, 200, 401, OPEN},
    {"mpart01", 404, 404, 407, OPEN},
    {"unreason", 0, 0, 0, OPEN}, /* responses to nothing */
    {"noreason", 0, 0, 0, OPEN},
    {"badinv01", 400, 400, 400, OPEN},
    {"clerr", 400, 0, 400, OPEN},   /* 3.1.2.2: the stream waits for the rest */
    {"ncl", 400, 400, 400, CLOSED}, /* 3.1.2.3 */
    {"scalar02", 400, 400, 400, OPEN},
    {"scalarlg", 0, 0, 0, OPEN}, /* 3.1.2.5 */
    {"quotbal", 400, 400, 400, OPEN},
    {"ltgtruri", 400, 400, 400, OPEN},
    {"lwsruri", 400, 400, 400, OPEN},
    {"lwsstart", 400, 400, 400, OPEN},
    {"trws", 400, 400, 400, OPEN},
    {"escruri", 400, 400, 400, OPEN},
    {"baddate", 200, 200, 401, OPEN},
    {"regbadct", 400, 400, 400, OPEN},
    {"badaspec", 400, 400, 400, OPEN},
    {"baddn", 400, 0, 400, OPEN},     /* 3.1.2.15: the vector lacks its blank line */
    {"badvers", 505, 505, 505, OPEN}, /* 3.1.2.16 */
    {"mismatch01", 400, 400, 400, OPEN},
    {"mismatch02", 400, 400, 400, OPEN},
    {"bigcode", 0, 0, 0, OPEN},
    {"badbranch", 200, 200, 401, OPEN},
    {"insuf", 400, 400, 400, OPEN},
    {"unkscm", 416, 416, 416, OPEN},   /* 3.3.2 */
    {"novelsc", 416, 416, 416, OPEN},  /* 3.3.3 */
    {"unksm2", 404, 404, 401, OPEN},   /* 3.3.4 */
    {"bext01", 420, 420, 401, OPEN},   /* 3.3.5 */
    {"invut", 415, 415, 401, OPEN},    /* 3.3.6 */
    {"regaut01", 200, 200, 401, OPEN}, /* 3.3.7: credentials that nobody knows are none */
    {"multi01", 400, 400, 400, OPEN},
    {"mcl01", 400, 400, 400, CLOSED}, /* 3.3.9 */
    {"bcast", 0, 0, 0, OPEN},         /* 3.3.10: a response to nothing */
    {"zeromf", 200, 200, 401, OPEN},  /* 3.3.11: answered, as nothing is forwarded */
    {"cparam01", 200, 200, 401, OPEN},
    {"cparam02", 200, 200, 401, OPEN},
    {"regescrt", 200, 200, 401, OPEN},
    {"sdp01", 406, 406, 401, OPEN},     /* 3.3.15 */
    {"inv2543", 404, 400, 407, CLOSED}, /* 3.4.1: a stream needs Content-Length */
};

static const struct row rfc5118[] = {
    {"ipv6-good", 404, 404, 404, OPEN},
    {"ipv6-bad", 400, 400, 400, OPEN},
    {"port-ambiguous", 404, 404, 404, OPEN},
    {"port-unambiguous", 404, 404, 404, OPEN},
    {"via-received-param-with-delim", 481, 481, 481, OPEN},
    {"via-received-param-no-delim", 403, 403, 403, OPEN},
    {"ipv6-in-sdp", 403, 403, 403, OPEN},
    {"mult-ip-in-header", 481, 481, 481, OPEN},
    {"mult-ip-in-sdp", 403, 403, 403, OPEN},
    {"ipv4-mapped-ipv6", 302, 302, 401, OPEN},
    {"ipv6-bug-abnf-3-colons", 403, 403, 403, OPEN},
    {"ipv6-correct-abnf-2-colons", 403, 403, 403, OPEN},
};

static struct node_alone f;
static struct cf_endpoint_local locals[4];
static char vector[CF_SIP_MESSAGE_MAX];
static unsigned port = 1024;

static int begin(void **state) {
    struct cf_node_config config = node_config(&f);
    (void)state;
    memcpy(locals, f.locals, sizeof f.locals);
    locals[3] = (struct cf_endpoint_local){.transport = CF_TRANSPORT_WS, .addr = addr_of("192.0.2.1:8080")};
    config.locals = locals;
    config.local_count = 4;
    config.domains = CF_STR("example.com example.org example.net chair-dnrc.example.com registrar.example.com company.com");
    config.focus.factories = CF_STR("user");
    config.focus.limits.per_account = config.focus.limits.conferences;
    config.live.proxies[0] = addr_of(PROXY);
    config.live.proxy_count = 1;
    node_begin_with(&f, &config);
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

static struct cf_str load(const char *rfc, const char *name) {
    char path[160];
    snprintf(path, sizeof path, "tests/vectors/%s/%s.dat", rfc, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(vector, 1, sizeof vector, file);
    fclose(file);
    assert_true(len > 0);
    return cf_str_n(vector, len);
}

/* A new place for each message: what others left behind is no part of it. */
static const char *next_from(void) {
    static char from[40];
    port = port < 60000 ? port + 1 : 1024;
    snprintf(from, sizeof from, PROXY ":%u", port);
    return from;
}

/* Transactions, calls and registrations of a message are over before the next one comes. */
static void settle(void) {
    cf_focus_end_all(cf_node_focus(f.node), f.now);
    node_drain(&f);
    node_run_until(&f, f.now + CF_SEC(4000));
}

/* The status of the first final response that was sent, 0: none. What it repeats of its request may be broken. */
static unsigned answered(void) {
    for (size_t i = 0; i < f.sent_count && i < NODE_SENT_MAX; i++) {
        unsigned status = cf_status_of(f.sent[i].message.text);
        if (status >= 200) {
            return status;
        }
    }
    return 0;
}

static unsigned as_datagram(struct cf_str raw) {
    node_clear(&f);
    node_datagram(&f, next_from(), raw);
    unsigned status = answered();
    settle();
    return status;
}

/* In two pieces, cut at @p at. */
static unsigned as_stream(uint32_t local, struct cf_str raw, size_t at, bool *ret_is_open) {
    struct cf_flow_info info;
    struct cf_flow_id flow = node_accept(&f, local, next_from());
    node_clear(&f);
    node_bytes(&f, flow, cf_str_head(raw, at));
    if (at < raw.len) {
        node_bytes(&f, flow, cf_str_skip(raw, at));
    }
    unsigned status = answered();
    *ret_is_open = cf_endpoint_flow_info(cf_node_endpoint(f.node), flow, &info);
    node_close(&f, flow);
    settle();
    return status;
}

static void answered_as_in_the_table(const char *rfc, const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct cf_str raw = load(rfc, rows[i].name);
        bool is_open = false;
        unsigned datagram = as_datagram(raw);
        unsigned browser = as_stream(3, raw, raw.len, &is_open);
        if (datagram != rows[i].datagram || browser != rows[i].browser || !is_open) {
            fail_msg("%s: %u as a datagram, %u over WebSocket", rows[i].name, datagram, browser);
        }
        for (size_t at = 1; at <= raw.len; at++) {
            unsigned stream = as_stream(1, raw, at, &is_open);
            if (stream != rows[i].stream || is_open != (rows[i].after == OPEN)) {
                fail_msg("%s: %u over TCP, cut at %zu, open %d", rows[i].name, stream, at, is_open);
            }
        }
    }
}

static void rfc4475_is_answered_as_in_the_table(void **state) {
    (void)state;
    answered_as_in_the_table("rfc4475", rfc4475, sizeof rfc4475 / sizeof *rfc4475);
}

static void rfc5118_is_answered_as_in_the_table(void **state) {
    (void)state;
    answered_as_in_the_table("rfc5118", rfc5118, sizeof rfc5118 / sizeof *rfc5118);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(rfc4475_is_answered_as_in_the_table), CASE(rfc5118_is_answered_as_in_the_table))
