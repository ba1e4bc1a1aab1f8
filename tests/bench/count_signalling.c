/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * count_signalling register|call COUNT: so many registrations (401, digest, 200) or calls into a room (INVITE, 200, ACK, BYE,
 * 200) through a whole node, for tests/bench/check_counts.py, which counts their instructions.
 */
#include "core/node/node.h"

#include "lib/node_alone.h"
#include "lib/test.h"
#include <stdio.h>
#include <stdlib.h>

#define PROXY "198.51.100.9:4000"
#define ROOM "sip:room-tea@example.org"
#define DESCRIPTION "v=0\r\no=- 1 1 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\nm=audio 4002 RTP/AVP 0\r\n"

static struct node_alone f;

static void registrations(unsigned count) {
    node_begin(&f);
    for (unsigned i = 0; i < count; i++) {
        node_register(&f, "alice", "198.51.100.1:5060");
        node_run_until(&f, f.now + CF_SEC(40));
    }
    node_end(&f);
}

static unsigned say(const char *method, unsigned call, const char *tag, unsigned cseq) {
    char call_id[40];
    bool is_invite = strcmp(method, "INVITE") == 0;
    snprintf(call_id, sizeof call_id, "call-%u", call);
    return node_send(&f, PROXY,
                     &(struct node_request){.method = method,
                                            .uri = ROOM,
                                            .to_tag = tag,
                                            .call_id = call_id,
                                            .fields = "Contact: <sip:alice@198.51.100.9:4000>\r\n",
                                            .type = is_invite ? "application/sdp" : NULL,
                                            .body = is_invite ? DESCRIPTION : NULL,
                                            .cseq = cseq});
}

static void calls(unsigned count) {
    char tag[64];
    struct cf_node_config config = node_config(&f);
    config.is_registrar = false;
    assert_ok(cf_addr_parse(CF_STR("198.51.100.9"), &config.live.proxies[0]));
    config.live.proxy_count = 1;
    node_begin_with(&f, &config);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(say("INVITE", i, NULL, 1), 200);
        snprintf(tag, sizeof tag, "%.*s", CF_STR_ARG(node_last_to(&f, PROXY)->to_tag));
        (void)say("ACK", i, tag, 1);
        assert_int_equal(say("BYE", i, tag, 2), 200);
        node_run_until(&f, f.now + CF_SEC(40));
    }
    node_end(&f);
}

static unsigned count_wanted;
static bool wants_calls;

static void run(void **state) {
    (void)state;
    (wants_calls ? calls : registrations)(count_wanted);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s register|call COUNT\n", argv[0]);
        return 2;
    }
    wants_calls = strcmp(argv[1], "call") == 0;
    count_wanted = (unsigned)strtoul(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {cmocka_unit_test(run)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
