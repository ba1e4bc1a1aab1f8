/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring of events. */
#include "core/media/event_queue.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static void gives_events_in_order_and_counts_what_is_lost(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_event_queue queue;
    struct cf_media_event event = {.kind = CF_MEDIA_EVENT_DIGIT};
    test_mem_init(&m);
    assert_ok(cf_event_queue_init(&queue, &m.mem, 3));
    for (int round = 0; round < 5; round++) {
        for (char i = 0; i < 5; i++) {
            event.as.digit = (char)('0' + i);
            cf_event_queue_put(&queue, &event);
        }
        for (char i = 0; i < 3; i++) {
            assert_true(cf_event_queue_take(&queue, &event));
            assert_int_equal(event.as.digit, '0' + i);
        }
        assert_false(cf_event_queue_take(&queue, &event));
    }
    assert_int_equal(queue.lost, 10);
    cf_event_queue_fini(&queue);
    cf_event_queue_fini(&queue);
    m.fail_at = m.count;
    assert_int_equal(cf_event_queue_init(&queue, &m.mem, 3), CF_ERR_NO_MEMORY);
    test_mem_fini(&m);
}

static void knows_a_text_for_every_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < CF_MEDIA_DISCARD_COUNT; i++) {
        const char *text = cf_media_discard_text((enum cf_media_discard)i);
        assert_non_null(text);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(text, cf_media_discard_text((enum cf_media_discard)k));
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(gives_events_in_order_and_counts_what_is_lost), cmocka_unit_test(knows_a_text_for_every_reason))
