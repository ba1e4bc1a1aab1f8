/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session descriptions: model to text. */
#include "core/sdp/sdp.h"

#include "lib/test.h"

static struct cf_sdp_line lines[64];
static struct cf_sdp_media media[8];
static const struct cf_sdp_room room = {lines, 64, media, 8};

static struct cf_str printed(struct cf_str text, char *out, size_t size) {
    struct cf_sdp sdp;
    struct cf_parse_error error;
    struct cf_writer w;
    assert_ok(cf_sdp_parse(text, &room, &sdp, &error));
    cf_writer_init(&w, out, size);
    cf_put_sdp(&w, &sdp);
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

#define TEXT                                                                                                                     \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=\r\ni=about\r\nc=IN IP4 host.example\r\nb=X-Y:1\r\nt=0 0\r\nr=7d 1h 0 25h\r\n"         \
    "k=prompt\r\na=X-flag\r\na=X-empty:\r\na=X-value:a:b c\r\nq=unknown\r\nm=audio 5004/2 RTP/AVP 0 96\r\na=rtpmap:96 x/1\r\n"   \
    "m=application 9 TCP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP6 ::1\r\n"

static void gives_back_all_it_was_parsed_from(void **state) {
    (void)state;
    char out[1024];
    assert_str(printed(CF_STR(TEXT), out, sizeof out), CF_STR(TEXT));
}

static void writes_line_ends_in_full_and_no_blank_lines(void **state) {
    (void)state;
    char out[256];
    assert_str(printed(CF_STR("\nv=0\no=- 1 1 IN IP4 h\n\nm=audio  9  RTP/AVP   0\n\n"), out, sizeof out),
               CF_STR("v=0\r\no=- 1 1 IN IP4 h\r\nm=audio 9 RTP/AVP 0\r\n"));
}

CF_TEST_MAIN(cmocka_unit_test(gives_back_all_it_was_parsed_from), cmocka_unit_test(writes_line_ends_in_full_and_no_blank_lines))
