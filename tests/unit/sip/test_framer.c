/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams: messages and keep-alives come out the same however the stream is split; what can't be cut ends it. */
#include "core/sip/framer.h"
#include "core/sip/message.h"
#include "lib/test.h"
#include "lib/test_mem.h"

#define ONE "OPTIONS sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\nabc"
#define TWO "SIP/2.0 200 OK\r\nl : 0\r\n\r\n"

static struct test_mem mem;
static struct cf_sip_framer framer;
static char log_text[1024];
static struct cf_writer log_writer;

static void begin(size_t message_max) {
    test_mem_init(&mem);
    cf_sip_framer_init(&framer, &mem.mem, message_max);
    cf_writer_init(&log_writer, log_text, sizeof log_text);
}

static void end(void) {
    cf_sip_framer_fini(&framer);
    test_mem_fini(&mem);
}

static void log_event(const struct cf_sip_framer_event *event) {
    static const struct cf_str names[] = {[CF_SIP_FRAMER_MESSAGE] = CF_STR_INIT("message "),
                                          [CF_SIP_FRAMER_PING] = CF_STR_INIT("ping "),
                                          [CF_SIP_FRAMER_PONG] = CF_STR_INIT("pong "),
                                          [CF_SIP_FRAMER_BROKEN] = CF_STR_INIT("broken ")};
    cf_put(&log_writer, names[event->kind]);
    if (event->kind == CF_SIP_FRAMER_MESSAGE) {
        cf_put_dec(&log_writer, event->bytes.len);
        cf_put_char(&log_writer, ' ');
    }
    if (event->kind == CF_SIP_FRAMER_BROKEN) {
        cf_put(&log_writer, cf_str_of(event->error.what));
        cf_put_char(&log_writer, ' ');
    }
}

static void feed(struct cf_str bytes) {
    struct cf_sip_framer_event event;
    assert_ok(cf_sip_framer_on_bytes(&framer, cf_str_span(bytes)));
    while (cf_sip_framer_poll(&framer, &event)) {
        log_event(&event);
    }
}

static void expect(const char *text) {
    assert_str(cf_writer_str(&log_writer), cf_str_of(text));
}

static void cuts_messages_out_of_one_read(void **state) {
    (void)state;
    begin(1000);
    feed(CF_STR(ONE TWO ONE));
    expect("message 47 message 25 message 47 ");
    assert_false(cf_sip_framer_is_partial(&framer));
    end();
}

static void all_messages_of_a_read_stay_valid_together(void **state) {
    (void)state;
    struct cf_sip_framer_event events[2];
    begin(1000);
    assert_ok(cf_sip_framer_on_bytes(&framer, cf_str_span(CF_STR(ONE TWO))));
    assert_true(cf_sip_framer_poll(&framer, &events[0]));
    assert_true(cf_sip_framer_poll(&framer, &events[1]));
    assert_str(events[0].bytes, CF_STR(ONE));
    assert_str(events[1].bytes, CF_STR(TWO));
    end();
}

static void any_split_in_three_gives_the_same(void **state) {
    (void)state;
    const struct cf_str stream = CF_STR(ONE TWO ONE);
    for (size_t first = 0; first <= stream.len; first++) {
        for (size_t second = first; second <= stream.len; second++) {
            begin(1000);
            feed(cf_str_head(stream, first));
            feed(cf_str_skip(cf_str_head(stream, second), first));
            cf_sip_framer_trim(&framer);
            feed(cf_str_skip(stream, second));
            expect("message 47 message 25 message 47 ");
            end();
        }
    }
}

static void keep_alives_between_messages_are_told(void **state) {
    (void)state;
    begin(1000);
    feed(CF_STR("\r\n\r\n"));
    feed(CF_STR("\r\n"));
    feed(CF_STR(ONE "\r\n\r\n" TWO "\r\n" ONE));
    expect("ping pong message 47 ping message 25 pong message 47 ");
    end();
}

static void a_ping_in_two_reads_is_still_answered(void **state) {
    (void)state;
    const struct cf_str ping = CF_STR("\r\n\r\n");
    for (size_t at = 1; at < 4; at++) {
        begin(1000);
        feed(cf_str_head(ping, at));
        feed(cf_str_skip(ping, at));
        expect(at == 1 ? "ping " : "pong ping ");
        end();
    }
    begin(1000);
    feed(CF_STR("\r\n"));
    feed(CF_STR(TWO));
    feed(CF_STR("\r\n"));
    expect("pong message 25 pong ");
    end();
}

static void a_stream_without_a_length_is_broken(void **state) {
    (void)state;
    static const struct {
        struct cf_str bytes;
        const char *log;
    } cases[] = {
        {CF_STR_INIT("OPTIONS sip:a SIP/2.0\r\n\r\n"), "broken Content-Length "},
        {CF_STR_INIT("OPTIONS sip:a SIP/2.0\r\nContent-Length: x\r\n\r\n"), "broken Content-Length "},
        {CF_STR_INIT("OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n"), "broken Content-Length "},
        {CF_STR_INIT("OPTIONS sip:a SIP/2.0\r\nContent-Length:\r\n\r\n"), "broken Content-Length "},
        {CF_STR_INIT("OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\nl: 0\r\n\r\n"), "broken Content-Length "},
        {CF_STR_INIT("OPTIONS sip:a SIP/2.0\r\nl: 0\r\nContent-Length\t: 4\r\n\r\n"), "broken Content-Length "},
        {CF_STR_INIT("OPTIONS sip:a SIP/2.0\r\nX: Content-Length: 0\r\n\r\n"), "broken Content-Length "},
        {CF_STR_INIT("OPTIONS sip:a SIP/2.0\r\nX: y\r\n Content-Length: 0\r\n\r\n"), "broken Content-Length "},
        {CF_STR_INIT("OPTIONS sip:a SIP/2.0\r\nX: y\nContent-Length: 0\r\n\r\n"), "broken Content-Length "},
        {CF_STR_INIT("\r"
                     "OPTIONS"),
         "broken start line "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(1000);
        feed(cases[i].bytes);
        expect(cases[i].log);
        feed(CF_STR(ONE));
        expect(cases[i].log);
        end();
    }
}

static void a_folded_length_is_a_length(void **state) {
    (void)state;
    begin(1000);
    feed(CF_STR("OPTIONS sip:a SIP/2.0\r\nContent-Length:\r\n\t3\r\n\r\nabc" TWO));
    expect("message 49 message 25 ");
    end();
}

static void a_message_with_a_broken_line_is_still_cut(void **state) {
    (void)state;
    begin(1000);
    feed(CF_STR("OPTIONS sip:a SIP/2.0\r\nno colon\r\n\x01\r\nl: 0\r\n\r\n" TWO));
    expect("message 44 message 25 ");
    end();
}

static void the_broken_part_is_there_for_an_answer(void **state) {
    (void)state;
    struct cf_sip_framer_event event;
    begin(1000);
    const struct cf_str bytes = CF_STR("OPTIONS sip:a SIP/2.0\r\nl: x\r\n\r\n");
    assert_ok(cf_sip_framer_on_bytes(&framer, cf_str_span(bytes)));
    assert_true(cf_sip_framer_poll(&framer, &event));
    assert_str(event.bytes, bytes);
    assert_int_equal(event.error.code, CF_ERR_MALFORMED);
    end();
}

static void a_message_beyond_the_limit_breaks_the_stream(void **state) {
    (void)state;
    begin(47);
    feed(CF_STR(ONE));
    expect("message 47 ");
    end();
    begin(46);
    feed(CF_STR(ONE));
    expect("broken message ");
    end();
    begin(40);
    feed(CF_STR("OPTIONS sip:a SIP/2.0\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"));
    expect("broken message ");
    end();
    begin(1000);
    feed(CF_STR("OPTIONS sip:a SIP/2.0\r\nl: 4294967295\r\n\r\n"));
    expect("broken message ");
    end();
}

static void memory_is_bounded_by_one_message_and_one_read(void **state) {
    (void)state;
    static char junk[1024];
    memset(junk, 'x', sizeof junk);
    begin(4096);
    for (int i = 0; i < 1000; i++) {
        feed(cf_str_n(junk, sizeof junk));
    }
    expect("broken message ");
    assert_true(mem.peak_bytes <= 4 * 4096);
    end();
}

static void an_idle_stream_holds_no_memory(void **state) {
    (void)state;
    begin(1000);
    feed(CF_STR(ONE));
    cf_sip_framer_trim(&framer);
    assert_int_equal(mem.live, 0);
    feed(CF_STR(TWO));
    cf_sip_framer_trim(&framer);
    assert_int_equal(mem.live, 0);
    expect("message 47 message 25 ");
    end();
}

static void a_refused_allocation_is_reported_and_harmless(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        begin(1000);
        mem.fail_at = n;
        enum cf_err err = cf_sip_framer_on_bytes(&framer, cf_str_span(CF_STR(ONE)));
        if (err == CF_OK) {
            static char big[2000];
            err = cf_sip_framer_on_bytes(&framer, (struct cf_span){(const uint8_t *)big, sizeof big});
        }
        assert_true(err == CF_OK || err == CF_ERR_NO_MEMORY);
        assert_int_equal(err == CF_ERR_NO_MEMORY, mem.failed);
        bool failed = mem.failed;
        end();
        if (!failed) {
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(cuts_messages_out_of_one_read), cmocka_unit_test(all_messages_of_a_read_stay_valid_together),
             cmocka_unit_test(any_split_in_three_gives_the_same), cmocka_unit_test(keep_alives_between_messages_are_told),
             cmocka_unit_test(a_ping_in_two_reads_is_still_answered), cmocka_unit_test(a_stream_without_a_length_is_broken),
             cmocka_unit_test(a_folded_length_is_a_length), cmocka_unit_test(a_message_with_a_broken_line_is_still_cut),
             cmocka_unit_test(the_broken_part_is_there_for_an_answer),
             cmocka_unit_test(a_message_beyond_the_limit_breaks_the_stream),
             cmocka_unit_test(memory_is_bounded_by_one_message_and_one_read), cmocka_unit_test(an_idle_stream_holds_no_memory),
             cmocka_unit_test(a_refused_allocation_is_reported_and_harmless))
