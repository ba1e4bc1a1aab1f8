/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a room answers to lines that are on hold from the first offer on. */
#include "core/node/node.h"

#include "lib/node_alone.h"
#include "lib/test.h"

#define ALICE "198.51.100.1:5060"

static struct node_alone f;

#define VIDEO(port, direction) "m=video " port " RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\na=" direction "\r\n"

static void an_inactive_line_more_is_no_refusal(void **state) {
    (void)state;
    node_begin(&f);
    struct node_request invite = {.method = "INVITE",
                                  .uri = "sip:room-tea@example.org",
                                  .fields = "Contact: <sip:alice@" ALICE ">\r\n",
                                  .type = "application/sdp",
                                  .body = "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
                                          "m=audio 4000 RTP/AVP 0\r\n"
                                          "m=audio 4002 RTP/AVP 0\r\na=inactive\r\n" VIDEO("4004", "sendonly")
                                              VIDEO("4006", "inactive") VIDEO("4008", "recvonly") VIDEO("4010", "sendonly")};
    assert_int_equal(node_ask(&f, ALICE, &invite), 200);
    struct cf_str rest = node_last_to(&f, ALICE)->body;
    static const struct {
        const char *direction; /* NULL: port 0 */
    } lines[] = {{"a=sendrecv"}, {"a=inactive"}, {"a=recvonly"}, {"a=inactive"}, {"a=sendonly"}, {NULL}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        rest = cf_str_skip(rest, cf_str_find_str(rest, CF_STR("m=")) + 2);
        struct cf_str line = cf_str_head(rest, cf_str_find_str(rest, CF_STR("m=")));
        bool is_refused = cf_str_find_str(cf_str_head(line, 10), CF_STR("o 0 ")) < 10;
        bool is_said = lines[i].direction == NULL || cf_str_find_str(line, cf_str_of(lines[i].direction)) < line.len ||
                       strcmp(lines[i].direction, "a=sendrecv") == 0;
        if (is_refused != (lines[i].direction == NULL) || !is_said) {
            fail_msg("line %zu: %.*s", i, CF_STR_ARG(line));
        }
    }
    node_end(&f);
}

CF_TEST_MAIN(cmocka_unit_test(an_inactive_line_more_is_no_refusal))
