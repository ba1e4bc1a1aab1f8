/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/ogg.h"

#include "base/writer.h"
#include "lib/test.h"
#include "lib/test_ogg.h"

#define PAGE_MAX 2000

/* A page of segments of @lens, octets 0, 1, 2... */
static void put_page(struct cf_writer *w, uint8_t flags, uint8_t granule, const uint8_t *lens, uint8_t count) {
    size_t begin = w->len;
    cf_put_lit(w, "OggS");
    cf_put_u8(w, 0);
    cf_put_u8(w, flags);
    cf_put_u8(w, granule);
    for (int i = 0; i < 19; i++) {
        cf_put_u8(w, 0);
    }
    cf_put_u8(w, count);
    cf_put_bytes(w, lens, count);
    for (uint8_t i = 0, octet = 0; i < count; i++) {
        for (uint8_t k = 0; k < lens[i]; k++) {
            cf_put_u8(w, octet++);
        }
    }
    test_ogg_seal(w->base + begin, w->len - begin);
}

static void packets_come_out_of_pages(void **state) {
    uint8_t file[PAGE_MAX];
    struct cf_writer w;
    struct cf_ogg ogg;
    struct cf_span packet;
    (void)state;
    cf_writer_init(&w, file, sizeof file);
    put_page(&w, 2, 0, (const uint8_t[]){19}, 1);
    put_page(&w, 0, 0, NULL, 0);
    put_page(&w, 4, 77, (const uint8_t[]){3, 255, 255, 10, 0, 4}, 6);
    cf_ogg_init(&ogg, cf_writer_span(&w));
    static const size_t lens[] = {19, 3, 520, 0, 4};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        assert_ok(cf_ogg_next(&ogg, &packet));
        assert_int_equal(packet.len, lens[i]);
        assert_int_equal(ogg.granule, i == 0 ? 0 : 77);
    }
    assert_int_equal(packet.at[3], (3 + 520 + 3) % 256);
    assert_int_equal(cf_ogg_next(&ogg, &packet), CF_ERR_NOT_FOUND);
    assert_int_equal(cf_ogg_next(&ogg, &packet), CF_ERR_NOT_FOUND);
}

static void packets_over_pages_are_not_taken(void **state) {
    uint8_t file[PAGE_MAX];
    struct cf_writer w;
    struct cf_ogg ogg;
    struct cf_span packet;
    (void)state;
    cf_writer_init(&w, file, sizeof file);
    put_page(&w, 2, 0, (const uint8_t[]){5, 255}, 2);
    cf_ogg_init(&ogg, cf_writer_span(&w));
    assert_ok(cf_ogg_next(&ogg, &packet));
    assert_int_equal(cf_ogg_next(&ogg, &packet), CF_ERR_UNSUPPORTED);
    cf_writer_init(&w, file, sizeof file);
    put_page(&w, 1, 0, (const uint8_t[]){5}, 1);
    cf_ogg_init(&ogg, cf_writer_span(&w));
    assert_int_equal(cf_ogg_next(&ogg, &packet), CF_ERR_UNSUPPORTED);
}

static void truncated_and_flipped_files_are_found_out(void **state) {
    uint8_t file[PAGE_MAX];
    struct cf_writer w;
    struct cf_ogg ogg;
    struct cf_span packet;
    (void)state;
    cf_writer_init(&w, file, sizeof file);
    put_page(&w, 2, 0, (const uint8_t[]){19, 7}, 2);
    size_t len = w.len;
    for (size_t cut = 1; cut < len; cut++) {
        cf_ogg_init(&ogg, (struct cf_span){file, cut});
        assert_int_equal(cf_ogg_next(&ogg, &packet), CF_ERR_TRUNCATED);
    }
    for (size_t bit = 0; bit < len * 8; bit++) {
        file[bit / 8] = (uint8_t)(file[bit / 8] ^ 1U << bit % 8);
        cf_ogg_init(&ogg, (struct cf_span){file, len});
        assert_int_not_equal(cf_ogg_next(&ogg, &packet), CF_OK);
        file[bit / 8] = (uint8_t)(file[bit / 8] ^ 1U << bit % 8);
    }
}

static void heads_are_read(void **state) {
    static const char good[] = "OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\xff\x00";
    struct cf_opus_head head;
    char other[sizeof good];
    (void)state;
    struct cf_span packet = {(const uint8_t *)good, sizeof good - 1};
    assert_ok(cf_opus_head_parse(packet, &head));
    assert_true(head.channels == 1 && head.pre_skip == 312 && head.gain == -256);
    packet.len--;
    assert_int_equal(cf_opus_head_parse(packet, &head), CF_ERR_MALFORMED);
    static const struct {
        size_t at;
        char value;
        enum cf_err err;
    } rows[] = {{0, 'o', CF_ERR_MALFORMED},
                {8, 0x10, CF_ERR_UNSUPPORTED},
                {9, 0, CF_ERR_UNSUPPORTED},
                {9, 3, CF_ERR_UNSUPPORTED},
                {18, 1, CF_ERR_UNSUPPORTED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memcpy(other, good, sizeof good);
        other[rows[i].at] = rows[i].value;
        assert_int_equal(cf_opus_head_parse((struct cf_span){(const uint8_t *)other, sizeof good - 1}, &head), rows[i].err);
    }
}

CF_TEST_MAIN(cmocka_unit_test(packets_come_out_of_pages), cmocka_unit_test(packets_over_pages_are_not_taken),
             cmocka_unit_test(truncated_and_flipped_files_are_found_out), cmocka_unit_test(heads_are_read))
