/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nothing a peer can write makes reading or answering it quadratic. The cores under test are compiled with a call at every basic
 * block; the calls are counted, so that the result is the same on every machine: twice the input may cost a little more than
 * twice the blocks, never four times.
 */
#include "core/offer/negotiation.h"

#include "lib/test.h"
#include "lib/test_party.h"

static uint64_t blocks;

/* Called by the instrumented code. */
void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void) {
    blocks++;
}

static char text[CF_SDP_TEXT_MAX];
static struct cf_writer w;

#define HEAD "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
#define AUDIO "m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 opus/48000/2\r\n"
#define KEY " AES_CM_128_HMAC_SHA1_80 inline:ERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0u\r\n"

static void put_numbered(struct cf_str before, size_t number, struct cf_str behind) {
    cf_put(&w, before);
    cf_put_dec(&w, number);
    cf_put(&w, behind);
}

static void many_lines(size_t n) {
    cf_put_lit(&w, HEAD);
    for (size_t i = 0; i < n; i++) {
        cf_put_lit(&w, "m=video 4002 RTP/AVPF 97\r\na=rtpmap:97 VP8/90000\r\na=rtcp-fb:* nack pli\r\na=sendonly\r\n");
    }
}

static void many_bundled_lines(size_t n) {
    cf_put_lit(&w, HEAD "a=group:BUNDLE");
    for (size_t i = n; i > 0; i--) {
        put_numbered(CF_STR(" v"), i - 1, CF_STR(""));
    }
    cf_put_lit(&w, "\r\n");
    for (size_t i = 0; i < n; i++) {
        cf_put_lit(&w, "m=video 4002 RTP/AVPF 97\r\na=rtpmap:97 VP8/90000\r\na=rtcp-mux\r\n");
        put_numbered(CF_STR("a=mid:v"), i, CF_STR("\r\n"));
    }
}

static void many_bundle_words(size_t n) {
    cf_put_lit(&w, HEAD "a=group:BUNDLE");
    for (size_t i = 0; i < n; i++) {
        cf_put_lit(&w, " a");
    }
    cf_put_lit(&w, "\r\n" AUDIO "a=mid:a\r\na=rtcp-mux\r\n");
}

static void many_session_attributes_and_lines(size_t n) {
    cf_put_lit(&w, HEAD);
    for (size_t i = 0; i < 8 * n; i++) {
        cf_put_lit(&w, "a=x-nothing:1\r\n");
    }
    for (size_t i = 0; i < n; i++) {
        cf_put_lit(&w, AUDIO);
    }
}

static void many_attributes(size_t n) {
    cf_put_lit(&w, HEAD AUDIO);
    for (size_t i = 0; i < n; i++) {
        cf_put_lit(&w, "a=x-nothing:1\r\n");
    }
}

static void many_formats(size_t n) {
    cf_put_lit(&w, HEAD "m=audio 4000 RTP/AVP");
    for (size_t i = 0; i < n; i++) {
        put_numbered(CF_STR(" "), i % 200, CF_STR(""));
    }
    cf_put_lit(&w, "\r\n");
    for (size_t i = 0; i < n; i++) {
        put_numbered(CF_STR("a=rtpmap:"), i % 128, CF_STR(" opus/48000/2\r\n"));
        put_numbered(CF_STR("a=fmtp:"), i % 128, CF_STR(" useinbandfec=1\r\n"));
    }
}

static void huge_fmtp(size_t n) {
    cf_put_lit(&w, HEAD AUDIO "a=fmtp:96 ");
    for (size_t i = 0; i < n; i++) {
        cf_put_lit(&w, "x=1;");
    }
    cf_put_lit(&w, "\r\n");
}

static void many_keys(size_t n) {
    cf_put_lit(&w, HEAD "m=audio 4000 RTP/SAVP 0\r\n");
    for (size_t i = 0; i < n; i++) {
        put_numbered(CF_STR("a=crypto:"), i, CF_STR(KEY));
    }
}

static void many_sources(size_t n) {
    cf_put_lit(&w, HEAD AUDIO);
    for (size_t i = 0; i < n; i++) {
        put_numbered(CF_STR("a=ssrc:"), i, CF_STR(" cname:x\r\n"));
        put_numbered(CF_STR("a=extmap:"), i % 256, CF_STR(" urn:ietf:params:rtp-hdrext:toffset\r\n"));
        put_numbered(CF_STR("a=rtcp-fb:"), i % 128, CF_STR(" nack\r\n"));
    }
}

static void many_candidates(size_t n) {
    cf_put_lit(&w, HEAD AUDIO);
    for (size_t i = 0; i < n; i++) {
        put_numbered(CF_STR("a=candidate:"), i, CF_STR(" 1 UDP 1 198.51.100.1 4000 typ host\r\n"));
    }
}

/* Blocks for reading and answering, twice in one dialog, what @p write writes at size @p n. */
static uint64_t cost(void (*write)(size_t n), size_t n) {
    struct test_party p;
    test_party_init(&p, "focus", 1, CF_SDP_MEDIA_MAX);
    p.policy.allows_bundle = true;
    cf_writer_init(&w, text, sizeof text);
    write(n);
    assert_true(cf_writer_ok(&w));
    blocks = 0;
    test_party_answer(&p, cf_writer_str(&w));
    test_party_answer(&p, cf_writer_str(&w));
    uint64_t result = blocks;
    test_party_fini(&p);
    return result;
}

static void assert_linear(void (*write)(size_t n), size_t n) {
    uint64_t once = cost(write, n);
    uint64_t twice = cost(write, 2 * n);
    /* The counter works at all. */
    assert_true(once > n);
    if (twice * 10 > once * 23) {
        fail_msg("%llu blocks at %zu, %llu at twice that", (unsigned long long)once, n, (unsigned long long)twice);
    }
}

static void the_number_of_lines_costs_no_more_than_its_share(void **state) {
    (void)state;
    assert_linear(many_lines, 128);
    assert_linear(many_bundled_lines, 128);
    assert_linear(many_session_attributes_and_lines, 128);
}

static void the_number_of_attributes_costs_no_more_than_its_share(void **state) {
    (void)state;
    assert_linear(many_attributes, 5000);
    assert_linear(many_formats, 1000);
    assert_linear(many_keys, 1000);
    assert_linear(many_sources, 1000);
    assert_linear(many_candidates, 2000);
}

static void the_length_of_an_attribute_costs_no_more_than_its_share(void **state) {
    (void)state;
    assert_linear(huge_fmtp, 1000);
    assert_linear(many_bundle_words, 2000);
}

CF_TEST_MAIN(cmocka_unit_test(the_number_of_lines_costs_no_more_than_its_share),
             cmocka_unit_test(the_number_of_attributes_costs_no_more_than_its_share),
             cmocka_unit_test(the_length_of_an_attribute_costs_no_more_than_its_share))
