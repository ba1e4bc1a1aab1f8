/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several messages at once over a connection: each finds the node as the one before has left it. */
#include "core/node/node.h"

#include "lib/node_alone.h"
#include "lib/test.h"
#include <stdio.h>

#define PROXY "198.51.100.9:4000"
#define ROOM "sip:room-tea@example.org"

static struct node_alone f;
static struct cf_flow_id flow;

static int begin(void **state) {
    (void)state;
    struct cf_node_config config = node_config(&f);
    config.is_registrar = false;
    assert_ok(cf_addr_parse(CF_STR("198.51.100.9"), &config.live.proxies[0]));
    config.live.proxy_count = 1;
    node_begin_with(&f, &config);
    flow = node_accept(&f, 1, PROXY);
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

/* What @p user sends about the call to the room, that has @p tag at the room's end. */
static struct cf_str text(struct sip_text *to, const char *method, const char *user, const char *tag, unsigned cseq) {
    char contact[100];
    char call_id[40];
    bool is_invite = strcmp(method, "INVITE") == 0;
    snprintf(contact, sizeof contact, "Contact: <sip:%s@198.51.100.9:4000;transport=tcp>\r\n", user);
    snprintf(call_id, sizeof call_id, "call-of-%s", user);
    return node_text(&f, to, "TCP " PROXY,
                     &(struct node_request){.method = method,
                                            .uri = ROOM,
                                            .user = user,
                                            .to_tag = tag,
                                            .call_id = call_id,
                                            .fields = contact,
                                            .type = is_invite ? "application/sdp" : NULL,
                                            .body = is_invite ? NODE_SOUND : NULL,
                                            .cseq = cseq});
}

static void a_room_is_dialled_as_its_last_member_leaves(void **state) {
    (void)state;
    static struct sip_text first;
    static struct sip_text second;
    char both[2 * sizeof first.buffer];
    char tag[64];
    node_bytes(&f, flow, text(&first, "INVITE", "alice", NULL, 1));
    const struct cf_sip_message *answer = node_last_over(&f, flow);
    assert_non_null(answer);
    assert_int_equal(answer->status, 200);
    snprintf(tag, sizeof tag, "%.*s", CF_STR_ARG(answer->to_tag));
    node_bytes(&f, flow, text(&first, "ACK", "alice", tag, 1));
    node_clear(&f);
    struct cf_str bye = text(&first, "BYE", "alice", tag, 2);
    struct cf_str invite = text(&second, "INVITE", "bob", NULL, 1);
    memcpy(both, bye.at, bye.len);
    memcpy(both + bye.len, invite.at, invite.len);
    node_bytes(&f, flow, cf_str_n(both, bye.len + invite.len));
    answer = node_last_over(&f, flow);
    assert_non_null(answer);
    assert_int_equal(answer->cseq.method, CF_SIP_METHOD_INVITE);
    assert_int_equal(answer->status, 200);
}

/* ADR 14 rations what strangers are sent. A proxy that is trusted is none: it gets the 200 until 64 T1 are over. */
static void a_trusted_proxy_is_answered_until_it_acknowledges(void **state) {
    (void)state;
    static struct sip_text invite;
    node_datagram(&f, PROXY, text(&invite, "INVITE", "carol", NULL, 1));
    node_run_until(&f, f.now + CF_SEC(31));
    size_t answers = 0;
    for (size_t i = 0; i < f.sent_count; i++) {
        answers += cf_str_starts(f.sent[i].message.text, CF_STR("SIP/2.0 200")) ? 1 : 0;
    }
    /* At 0, 0.5, 1.5, 3.5, 7.5 and every 4 s from then on. */
    assert_int_equal(answers, 10);
}

CF_TEST_MAIN(cmocka_unit_test_setup_teardown(a_room_is_dialled_as_its_last_member_leaves, begin, end),
             cmocka_unit_test_setup_teardown(a_trusted_proxy_is_answered_until_it_acknowledges, begin, end))
