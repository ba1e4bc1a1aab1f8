/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The resolver against a small DNS server of the test's own on loopback. */
#include "shell/dns/dns.h"

#include "base/reader.h"
#include "base/writer.h"
#include "lib/test.h"
#include "shell/udp/udp.h"

static struct cf_loop *loop;
static struct cf_udp server;
static struct cf_watch *watch;
static struct cf_dns *dns;
static bool answers_rubbish;
static size_t answered;
static struct cf_dns_record got[CF_DNS_RECORDS_MAX];
static size_t got_count;
static char got_name[64];

static void put_name(struct cf_writer *w, const char *name) {
    struct cf_str rest = cf_str_of(name);
    while (rest.at != NULL) {
        struct cf_str label = cf_str_cut(&rest, '.');
        cf_put_u8(w, (uint8_t)label.len);
        cf_put(w, label);
    }
    cf_put_u8(w, 0);
}

static void put_text(struct cf_writer *w, const char *text) {
    cf_put_u8(w, (uint8_t)strlen(text));
    cf_put(w, cf_str_of(text));
}

/* One record of the type that was asked for. */
static void put_data(struct cf_writer *w, uint16_t type) {
    if (type == 1) {
        cf_put_u32(w, 0xC0000201);
    } else if (type == 28) {
        cf_put_u64(w, UINT64_C(0x20010db800000000));
        cf_put_u64(w, 1);
    } else if (type == 33) {
        cf_put_u16(w, 10);
        cf_put_u16(w, 60);
        cf_put_u16(w, 5061);
        put_name(w, "sip1.example.org");
    } else {
        cf_put_u16(w, 50);
        cf_put_u16(w, 51);
        put_text(w, "s");
        put_text(w, "SIPS+D2T");
        put_text(w, "");
        put_name(w, "_sips._tcp.example.org");
    }
}

/* Answers with the question and one record (RFC 1035 section 4). */
static void on_query(void *ctx) {
    uint8_t buffer[512];
    uint8_t answer[512];
    struct cf_datagram in;
    struct cf_writer w;
    (void)ctx;
    if (cf_udp_receive(&server, buffer, sizeof buffer, &in, 1) == 0) {
        return;
    }
    size_t question_len = 0;
    while (in.bytes.at[12 + question_len] != 0) {
        question_len += in.bytes.at[12 + question_len] + 1U;
    }
    question_len += 5;
    uint16_t type = cf_be16(in.bytes.at + 12 + question_len - 4);
    cf_writer_init(&w, answer, sizeof answer);
    cf_put_bytes(&w, in.bytes.at, 2);
    cf_put_u16(&w, 0x8180);
    cf_put_u16(&w, 1);
    cf_put_u16(&w, 1);
    cf_put_u32(&w, 0);
    cf_put_bytes(&w, in.bytes.at + 12, question_len);
    cf_put_u16(&w, 0xC00C);
    cf_put_u16(&w, type);
    cf_put_u16(&w, 1);
    cf_put_u32(&w, 60);
    size_t length_at = w.len;
    cf_put_u16(&w, 0);
    put_data(&w, type);
    cf_set_be16(answer + length_at, answers_rubbish ? 0xFFFF : (uint16_t)(w.len - length_at - 2));
    struct cf_datagram out = {in.remote, cf_writer_span(&w)};
    assert_int_equal(cf_udp_send(&server, &out, 1), 1);
}

static void on_records(void *ctx, uint32_t query, const struct cf_dns_record *records, size_t count) {
    (void)ctx;
    answered = query;
    got_count = count;
    if (count > 0) {
        memcpy(got, records, count * sizeof *got);
        snprintf(got_name, sizeof got_name, "%.*s", CF_STR_ARG(records[0].name));
    }
    cf_loop_stop(loop);
}

static void ask(uint32_t query, enum cf_dns_type type) {
    struct cf_dns_question question = {type, CF_STR("example.org")};
    answered = 0;
    cf_dns_ask(dns, query, &question);
    if (answered == 0) {
        cf_loop_run(loop);
    }
    assert_int_equal(answered, query);
}

static int begin(void **state) {
    char servers[CF_ADDR_TEXT_MAX];
    struct cf_addr local;
    struct cf_writer w;
    (void)state;
    assert_ok(cf_loop_create(&loop));
    assert_ok(cf_addr_parse(CF_STR("127.0.0.1:0"), &local));
    assert_ok(cf_udp_open(&local, CF_UDP_USE_SIGNALLING, &server));
    assert_ok(cf_loop_watch(loop, server.fd, on_query, NULL, &watch));
    cf_writer_init(&w, servers, sizeof servers);
    cf_put_addr(&w, &server.local);
    cf_put_char(&w, '\0');
    assert_ok(cf_dns_create(loop, servers, on_records, NULL, &dns));
    answers_rubbish = false;
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_dns_destroy(&dns);
    cf_loop_unwatch(&watch);
    cf_loop_destroy(&loop);
    cf_udp_close(&server);
    return 0;
}

static void answers_each_type(void **state) {
    (void)state;
    ask(1, CF_DNS_A);
    assert_int_equal(got_count, 1);
    assert_int_equal(got[0].addr.ip[0], 192);
    ask(2, CF_DNS_AAAA);
    assert_int_equal(got[0].addr.family, CF_FAMILY_IP6);
    ask(3, CF_DNS_SRV);
    assert_int_equal(got[0].port, 5061);
    assert_int_equal(got[0].order, 10);
    assert_int_equal(got[0].preference, 60);
    assert_string_equal(got_name, "sip1.example.org");
    ask(4, CF_DNS_NAPTR);
    assert_int_equal(got[0].order, 50);
    assert_string_equal(got_name, "_sips._tcp.example.org");
}

static void rubbish_is_no_answer(void **state) {
    (void)state;
    answers_rubbish = true;
    ask(5, CF_DNS_SRV);
    assert_int_equal(got_count, 0);
}

/* Attacks T11: nobody waits for a resolver that is gone. */
static void can_be_destroyed_with_questions_open(void **state) {
    struct cf_dns_question question = {CF_DNS_A, CF_STR("example.org")};
    (void)state;
    cf_loop_unwatch(&watch);
    answered = 0;
    cf_dns_ask(dns, 9, &question);
    cf_dns_destroy(&dns);
    assert_int_equal(answered, 0);
}

CF_TEST_MAIN(cmocka_unit_test_setup_teardown(answers_each_type, begin, end),
             cmocka_unit_test_setup_teardown(rubbish_is_no_answer, begin, end),
             cmocka_unit_test_setup_teardown(can_be_destroyed_with_questions_open, begin, end))
