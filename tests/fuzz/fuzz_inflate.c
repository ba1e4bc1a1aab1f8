/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compressed bodies from strangers: never more than the buffer, and everything that we compress comes back. */
#include "adapt/zlib/zlib_body.h"
#include "base/bug.h"
#include "lib/test_mem.h"
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inflate(const struct test_mem *m, struct cf_span in, size_t room) {
    size_t len = 0;
    uint8_t *out = malloc(room + 1); /* exactly, for the sanitizer */
    cf_assert(out != NULL);
    if (cf_zlib_inflate(&m->mem, in, out, room, &len) == CF_OK) {
        cf_assert(len <= room);
    }
    free(out);
}

static void check_round_trip(const struct test_mem *m, struct cf_span in) {
    size_t size = in.len + in.len / 100 + 64;
    size_t packed_len = 0;
    size_t len = 0;
    uint8_t *packed = malloc(size);
    uint8_t *out = malloc(in.len + 1);
    cf_assert(packed != NULL && out != NULL);
    enum cf_err err = cf_zlib_deflate(&m->mem, in, packed, size, &packed_len);
    cf_assert(err == CF_OK);
    err = cf_zlib_inflate(&m->mem, (struct cf_span){packed, packed_len}, out, in.len, &len);
    cf_assert(err == CF_OK && len == in.len && (len == 0 || memcmp(out, in.at, len) == 0));
    free(out);
    free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct test_mem m;
    struct cf_span in = {data, size};
    test_mem_init(&m);
    check_inflate(&m, in, 64);
    check_inflate(&m, in, 65536);
    check_round_trip(&m, in);
    test_mem_fini(&m);
    return 0;
}
