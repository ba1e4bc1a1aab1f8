/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream of octets as HTTP: cut where its first octet says, read, judged as a handshake and as a request for a route. */
#include "adapt/http_parser/http_reader.h"
#include "adapt/openssl/hash.h"
#include "core/http/first_bytes.h"
#include "core/http/response.h"
#include "core/http/route.h"
#include "core/ws/handshake.h"
#include "lib/test_mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cf_http_route routes[] = {
    {CF_STR_INIT("GET"), CF_STR_INIT("/api/{a}")},
    {CF_STR_INIT("POST"), CF_STR_INIT("/api/{a}/{b}/c/{d}/{e}")},
};

static void judge(const struct cf_http_request *request) {
    char fields[300];
    struct cf_http_match match;
    struct cf_writer w;
    struct cf_ws_rules rules = {
        .origins = CF_STR("https://a.example"), .domains = CF_STR("localhost"), .is_secure = true, .sha1 = cf_openssl_sha1};
    cf_writer_init(&w, fields, sizeof fields);
    unsigned status = cf_ws_judge(request, &rules, &w);
    cf_assert(status >= 101 && status < 600 && cf_writer_ok(&w));
    status = cf_http_route_find(routes, 2, request, &match);
    cf_assert(status == 0 || status == 400 || status == 404 || status == 405);
    (void)cf_http_is_fresh(request, CF_STR("abc"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_http_reader *reader = NULL;
    struct test_mem mem;
    struct cf_span rest = {data, size};
    size_t step = size > 0 ? 1 + data[0] % 64U : 1;
    test_mem_init(&mem);
    (void)cf_first_bytes_of(rest);
    if (cf_http_reader_create(&mem.mem, &reader) != CF_OK) {
        return 0;
    }
    while (rest.len > 0) {
        size_t used = 0;
        struct cf_span piece = {rest.at, step < rest.len ? step : rest.len};
        enum cf_http_reading reading = cf_http_reader_on_bytes(reader, piece, &used);
        cf_assert(used <= piece.len);
        rest = (struct cf_span){rest.at + used, rest.len - used};
        if (reading == CF_HTTP_READING_REQUEST) {
            judge(cf_http_reader_request(reader));
            cf_http_reader_next(reader);
        } else if (reading == CF_HTTP_READING_BROKEN || used == 0) {
            break;
        }
    }
    cf_http_reader_destroy(&reader);
    test_mem_fini(&mem);
    return 0;
}
