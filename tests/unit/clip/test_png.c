/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/png.h"
#include "lib/test.h"
#include "lib/test_mem.h"

/* Compared with what a PNG reader wants: lengths that add up, one row of known colour, the checksum of IEND. */
static void chunks_add_up(void **state) {
    static const uint8_t end[12] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    struct test_mem mem;
    struct cf_picture p;
    struct cf_writer w;
    (void)state;
    test_mem_init(&mem);
    assert_ok(cf_picture_init(&p, &mem.mem, 200, 200));
    cf_picture_fill(&p, 0, 0, 200, 200, (struct cf_colour){235, 128, 128});
    size_t size = cf_png_size(200, 200);
    uint8_t *file = cf_mem_alloc(&mem.mem, size);
    cf_writer_init(&w, file, size);
    cf_put_png(&w, &p);
    assert_true(cf_writer_ok(&w));
    size_t data = (size_t)file[33] << 24 | (size_t)file[34] << 16 | (size_t)file[35] << 8 | file[36];
    assert_int_equal(w.len, 33 + 12 + data + 12);
    assert_memory_equal(file + w.len - sizeof end, end, sizeof end);
    /* Behind the heads of zlib and of the first block: filter 0, then white. */
    assert_int_equal(file[33 + 8 + 2 + 5], 0);
    assert_int_equal(file[33 + 8 + 2 + 6], 255);
    cf_mem_free(&mem.mem, file, size);
    cf_picture_fini(&p, &mem.mem);
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(chunks_add_up))
