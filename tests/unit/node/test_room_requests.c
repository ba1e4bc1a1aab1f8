/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a room is asked for and does not have: packages of INFO (RFC 6086), formats of documents (RFC 6665). */
#include "core/node/node.h"

#include "lib/node_alone.h"
#include "lib/test.h"

#define ALICE "198.51.100.1:5060"
#define ROOM "sip:room-tea@example.org"

static struct node_alone f;

static int begin(void **state) {
    (void)state;
    struct cf_node_config config = node_config(&f);
    f.policy.ice = CF_POLICY_ICE_OFF;
    node_begin_with(&f, &config);
    return 0;
}

static int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

/* INFO with @p fields and @p body inside the dialog with the tag @p to_tag. */
static unsigned inform(const char *to_tag, const char *fields, const char *type, const char *body) {
    static unsigned cseq = 100;
    return node_send(&f, ALICE,
                     &(struct node_request){.method = "INFO",
                                            .uri = ROOM,
                                            .call_id = "tea",
                                            .to_tag = to_tag,
                                            .fields = fields,
                                            .type = type,
                                            .body = body,
                                            .cseq = ++cseq});
}

/* RFC 6086 section 4.2.2: refused with 469, which says what is taken: without ICE nothing. Older uses of INFO name no package. */
static void packages_of_info_are_refused_without_ice(void **state) {
    (void)state;
    char to_tag[64];
    struct node_request invite = {.method = "INVITE",
                                  .uri = ROOM,
                                  .call_id = "tea",
                                  .fields = "Contact: <sip:alice@" ALICE ">\r\n",
                                  .type = "application/sdp",
                                  .body = NODE_SOUND};
    assert_int_equal(node_ask(&f, ALICE, &invite), 200);
    snprintf(to_tag, sizeof to_tag, "%.*s", CF_STR_ARG(node_last_to(&f, ALICE)->to_tag));
    const struct cf_sip_message *answer = node_last_to(&f, ALICE);
    assert_null(cf_sip_field_first(answer, CF_SIP_HEADER_RECV_INFO));
    assert_int_equal(inform(to_tag, "Info-Package: trickle-ice\r\nContent-Disposition: Info-Package\r\n",
                            "application/trickle-ice-sdpfrag", "a=end-of-candidates\r\n"),
                     469);
    answer = node_last_to(&f, ALICE);
    assert_non_null(cf_sip_field_first(answer, CF_SIP_HEADER_RECV_INFO));
    assert_int_equal(cf_sip_value(answer, CF_SIP_HEADER_RECV_INFO).len, 0);
    assert_int_equal(inform(to_tag, "Info-Package: x-unheard-of\r\n", NULL, NULL), 469);
    assert_int_equal(inform(to_tag, NULL, "application/dtmf-relay", "Signal=1\r\nDuration=100\r\n"), 200);
}

static unsigned subscribe(const char *fields) {
    char lines[300];
    snprintf(lines, sizeof lines, "Contact: <sip:alice@" ALICE ">\r\n%s", fields);
    return node_ask(&f, ALICE, &(struct node_request){.method = "SUBSCRIBE", .uri = ROOM, .fields = lines, .is_bare = true});
}

/* RFC 6665 section 4.1.2.1, RFC 4575 section 3.4. */
static void a_subscriber_must_take_the_document(void **state) {
    (void)state;
    assert_int_equal(subscribe("Event: presence\r\n"), 489);
    assert_str(cf_sip_value(node_last_to(&f, ALICE), CF_SIP_HEADER_ALLOW_EVENTS), CF_STR("conference, refer"));
    assert_int_equal(subscribe("Event: conference\r\nAccept: application/pidf+xml, text/plain\r\n"), 406);
    assert_str(cf_sip_value(node_last_to(&f, ALICE), CF_SIP_HEADER_ACCEPT), CF_STR("application/conference-info+xml"));
    assert_int_not_equal(subscribe("Event: conference\r\nAccept: application/*;q=0.5\r\n"), 406);
    assert_int_not_equal(subscribe("Event: conference\r\n"), 406);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(packages_of_info_are_refused_without_ice), CASE(a_subscriber_must_take_the_document))
