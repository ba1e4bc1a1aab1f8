/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests out of a stream: cut anywhere, one behind the other, too long, broken. */
#include "adapt/http_parser/http_reader.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static struct test_mem mem;
static struct cf_http_reader *reader;

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    return cf_http_reader_create(&mem.mem, &reader) == CF_OK ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    cf_http_reader_destroy(&reader);
    cf_http_reader_destroy(&reader);
    test_mem_fini(&mem);
    return 0;
}

static enum cf_http_reading feed(struct cf_str text, size_t *ret_used) {
    return cf_http_reader_on_bytes(reader, cf_str_span(text), ret_used);
}

#define POST CF_STR("POST /api/rooms?x=1&y HTTP/1.1\r\nHost: a:1\r\nX-Two:  b \r\nX-Empty:\r\nContent-Length: 5\r\n\r\nhello")

static void check_post(void) {
    const struct cf_http_request *request = cf_http_reader_request(reader);
    assert_str(request->method, CF_STR("POST"));
    assert_str(request->path, CF_STR("/api/rooms"));
    assert_str(request->query, CF_STR("x=1&y"));
    assert_str(request->body, CF_STR("hello"));
    assert_true(request->is_1_1);
    assert_true(request->keeps_alive);
    assert_false(request->is_upgrade);
    assert_int_equal(request->field_count, 4);
    assert_str(request->fields[1].value, CF_STR("b"));
    assert_str(request->fields[2].value, CF_STR(""));
}

static void a_request_may_be_cut_anywhere(void **state) {
    (void)state;
    size_t used = 0;
    for (size_t at = 1; at < POST.len; at++) {
        assert_int_equal(feed(cf_str_head(POST, at), &used), CF_HTTP_READING_MORE);
        assert_int_equal(used, at);
        assert_true(cf_http_reader_is_inside(reader));
        assert_int_equal(feed(cf_str_skip(POST, at), &used), CF_HTTP_READING_REQUEST);
        assert_int_equal(used, POST.len - at);
        check_post();
        cf_http_reader_next(reader);
        assert_false(cf_http_reader_is_inside(reader));
    }
    for (size_t i = 0; i + 1 < POST.len; i++) {
        assert_int_equal(feed(cf_str_n(POST.at + i, 1), &used), CF_HTTP_READING_MORE);
    }
    assert_int_equal(feed(cf_str_skip(POST, POST.len - 1), &used), CF_HTTP_READING_REQUEST);
    check_post();
}

static void what_follows_waits(void **state) {
    (void)state;
    char text[400];
    size_t used = 0;
    memcpy(text, POST.at, POST.len);
    memcpy(text + POST.len, POST.at, POST.len);
    struct cf_str two = cf_str_n(text, 2 * POST.len);
    assert_int_equal(feed(two, &used), CF_HTTP_READING_REQUEST);
    assert_int_equal(used, POST.len);
    check_post();
    assert_int_equal(feed(cf_str_skip(two, used), &used), CF_HTTP_READING_REQUEST);
    assert_int_equal(used, 0);
    cf_http_reader_next(reader);
    assert_int_equal(feed(cf_str_skip(two, POST.len), &used), CF_HTTP_READING_REQUEST);
    check_post();
}

static void an_upgrade_leaves_the_rest_alone(void **state) {
    (void)state;
    struct cf_str text = CF_STR("GET /sip HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x85"
                                "abcd12345");
    size_t used = 0;
    assert_int_equal(feed(text, &used), CF_HTTP_READING_REQUEST);
    assert_int_equal(text.len - used, 11);
    assert_true(cf_http_reader_request(reader)->is_upgrade);
}

static void chunks_are_one_body(void **state) {
    (void)state;
    size_t used = 0;
    assert_int_equal(
        feed(CF_STR("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), &used),
        CF_HTTP_READING_REQUEST);
    assert_str(cf_http_reader_request(reader)->body, CF_STR("abcde"));
    cf_http_reader_next(reader);
    static const char piece[CF_HTTP_BODY_MAX] = "";
    assert_int_equal(feed(CF_STR("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n"), &used), CF_HTTP_READING_MORE);
    assert_int_equal(feed(cf_str_n(piece, sizeof piece), &used), CF_HTTP_READING_MORE);
    assert_int_equal(feed(cf_str_n(piece, 1), &used), CF_HTTP_READING_BROKEN);
    assert_int_equal(cf_http_reader_status(reader), 413);
}

static void old_clients_are_not_kept(void **state) {
    (void)state;
    size_t used = 0;
    assert_int_equal(feed(CF_STR("GET / HTTP/1.0\r\n\r\n"), &used), CF_HTTP_READING_REQUEST);
    assert_false(cf_http_reader_request(reader)->is_1_1);
    assert_false(cf_http_reader_request(reader)->keeps_alive);
    assert_null(cf_http_reader_request(reader)->query.at);
}

static void fails(const char *text, unsigned status) {
    size_t used = 0;
    end(NULL);
    begin(NULL);
    assert_int_equal(feed(cf_str_of(text), &used), CF_HTTP_READING_BROKEN);
    if (cf_http_reader_status(reader) != status) {
        fail_msg("%.40s: %u, not %u", text, cf_http_reader_status(reader), status);
    }
    assert_int_equal(feed(POST, &used), CF_HTTP_READING_BROKEN);
}

static void broken_ones_are_refused(void **state) {
    (void)state;
    static char text[40000];
    fails("BREW / HTTP/1.1\r\n\r\n", 400);
    fails("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400);
    fails("GET / HTTP/1.1\r\n folded\r\n\r\n", 400);
    fails("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400);
    fails("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
    fails("POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", 413);
    int len = snprintf(text, sizeof text, "GET /");
    memset(text + len, 'a', 5000);
    snprintf(text + len + 5000, 30, " HTTP/1.1\r\n\r\n");
    fails(text, 414);
    len = snprintf(text, sizeof text, "GET / HTTP/1.1\r\nX: ");
    memset(text + len, 'a', 17000);
    snprintf(text + len + 17000, 30, "\r\n\r\n");
    fails(text, 431);
    len = snprintf(text, sizeof text, "GET / HTTP/1.1\r\n");
    for (int i = 0; i <= CF_HTTP_FIELDS_MAX; i++) {
        len += snprintf(text + len, 10, "X: y\r\n");
    }
    snprintf(text + len, 10, "\r\n");
    fails(text, 431);
}

static void survives_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        size_t used = 0;
        end(NULL);
        begin(NULL);
        mem.fail_at = mem.count + n;
        enum cf_http_reading reading = feed(POST, &used);
        if (!mem.failed) {
            assert_int_equal(reading, CF_HTTP_READING_REQUEST);
            break;
        }
        assert_int_equal(reading, CF_HTTP_READING_BROKEN);
        assert_int_equal(cf_http_reader_status(reader), 500);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(a_request_may_be_cut_anywhere), CASE(what_follows_waits), CASE(an_upgrade_leaves_the_rest_alone),
             CASE(chunks_are_one_body), CASE(old_clients_are_not_kept), CASE(broken_ones_are_refused),
             CASE(survives_want_of_memory))
