/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of figures and its text. */
#include "core/metrics/metrics.h"

#include "lib/test.h"

static bool is_name(struct cf_str name) {
    for (size_t i = 0; i < name.len; i++) {
        if (!((name.at[i] >= 'a' && name.at[i] <= 'z') || name.at[i] == '_')) {
            return false;
        }
    }
    return name.len > 0;
}

/* Every row has a name that Prometheus takes, used once, and says what to do. */
static void rows_are_in_order(void **state) {
    (void)state;
    for (int i = 0; i < CF_METRIC_COUNT; i++) {
        struct cf_str name = cf_metric_name((enum cf_metric)i);
        struct cf_str help = cf_metric_help((enum cf_metric)i);
        assert_true(is_name(name));
        assert_true(help.len > 10 && help.at[help.len - 1] == '.');
        assert_int_equal(cf_str_find(help, '\n'), help.len);
        assert_int_equal(cf_str_find(help, '\\'), help.len);
        bool is_total = name.len > 6 && cf_str_eq(cf_str_skip(name, name.len - 6), CF_STR("_total"));
        assert_int_equal(is_total, cf_metric_type((enum cf_metric)i) != CF_METRIC_GAUGE);
        for (int k = 0; k < i; k++) {
            assert_false(cf_str_eq(name, cf_metric_name((enum cf_metric)k)));
        }
    }
}

static void is_written_as_prometheus_reads_it(void **state) {
    (void)state;
    char text[16384];
    struct cf_writer w;
    struct cf_metrics metrics = {{0}};
    metrics.values[CF_METRIC_ROOMS] = 3;
    metrics.values[CF_METRIC_AUTH_FAILURES] = UINT64_MAX;
    cf_writer_init(&w, text, sizeof text);
    cf_put_metrics(&w, &metrics);
    assert_true(cf_writer_ok(&w));
    struct cf_str all = cf_writer_str(&w);
    assert_true(cf_str_find_str(all, CF_STR("\n# TYPE confer_rooms gauge\nconfer_rooms 3\n")) < all.len);
    assert_true(cf_str_find_str(all, CF_STR("# TYPE confer_auth_failures_total counter\nconfer_auth_failures_total "
                                            "18446744073709551615\n")) < all.len);
    size_t lines = 0;
    for (size_t i = 0; i < all.len; i++) {
        lines += all.at[i] == '\n';
    }
    size_t families = 0;
    for (int i = 0; i < CF_METRIC_COUNT; i++) {
        families += cf_metric_is_family((enum cf_metric)i);
    }
    assert_int_equal(lines, 3 * (CF_METRIC_COUNT - families));
}

static void a_family_has_a_line_for_each_kind(void **state) {
    (void)state;
    char text[1024];
    struct cf_writer w;
    const struct cf_metric_series series[] = {{CF_STR("a second copy"), 7}, {CF_STR("malformed"), 0}};
    cf_writer_init(&w, text, sizeof text);
    cf_put_metric_family(&w, CF_METRIC_MEDIA_DISCARDS, CF_STR("reason"), series, 2);
    struct cf_str all = cf_writer_str(&w);
    assert_true(cf_writer_ok(&w));
    assert_true(cf_str_find_str(all, CF_STR("# TYPE confer_media_datagrams_discarded_total counter\n"
                                            "confer_media_datagrams_discarded_total{reason=\"a second copy\"} 7\n"
                                            "confer_media_datagrams_discarded_total{reason=\"malformed\"} 0\n")) < all.len);
}

static void a_small_room_is_an_error_and_no_overrun(void **state) {
    (void)state;
    char text[100];
    struct cf_writer w;
    const struct cf_metrics metrics = {{0}};
    cf_writer_init(&w, text, sizeof text);
    cf_put_metrics(&w, &metrics);
    assert_false(cf_writer_ok(&w));
}

CF_TEST_MAIN(cmocka_unit_test(rows_are_in_order), cmocka_unit_test(is_written_as_prometheus_reads_it),
             cmocka_unit_test(a_family_has_a_line_for_each_kind), cmocka_unit_test(a_small_room_is_an_error_and_no_overrun))
