/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands for media that wait: in order, no longer than what they say, counted when lost, and no key left in freed memory. */
#include "core/focus/command_queue.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#define KEY_OCTET 0xA5

static struct test_mem memory;
static bool has_freed_key;

/* Looks at what is given back. Pointers may have one such octet. */
static void look_and_free(void *ctx, void *freed, size_t size) {
    const struct test_mem *m = ctx;
    const uint8_t *octets = freed;
    size_t run = 0;
    for (size_t i = 0; i < size && run < sizeof(struct cf_sdes_key) / 2; i++) {
        run = octets[i] == KEY_OCTET ? run + 1 : 0;
    }
    has_freed_key = has_freed_key || run >= sizeof(struct cf_sdes_key) / 2;
    m->mem.free(m->mem.ctx, freed, size);
}

static void *alloc(void *ctx, size_t size) {
    const struct test_mem *m = ctx;
    return m->mem.alloc(m->mem.ctx, size);
}

static const struct cf_mem looking = {alloc, look_and_free, &memory};

static int begin(void **state) {
    (void)state;
    test_mem_init(&memory);
    has_freed_key = false;
    return 0;
}

static int end(void **state) {
    (void)state;
    test_mem_fini(&memory);
    return 0;
}

static struct cf_media_command transport_with_key(void) {
    struct cf_media_command command = {.kind = CF_MEDIA_TRANSPORT_SET, .leg = {4, 1}};
    memset(&command.as.transport.transport.security.remote, KEY_OCTET, sizeof command.as.transport.transport.security.remote);
    return command;
}

static void gives_what_was_put_in_order(void **state) {
    (void)state;
    struct cf_command_queue queue;
    struct cf_media_command line = {.kind = CF_MEDIA_LINE_SET, .leg = {7, 2}};
    const struct cf_media_command sent[] = {
        {.kind = CF_MEDIA_ROOM_ADD, .room = {3, 1}}, transport_with_key(), line, {.kind = CF_MEDIA_LEG_REMOVE, .leg = {7, 2}}};
    cf_command_queue_init(&queue, &looking);
    assert_null(cf_command_queue_poll(&queue));
    for (size_t i = 0; i < 4; i++) {
        cf_command_queue_put(&queue, &sent[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        const struct cf_media_command *got = cf_command_queue_poll(&queue);
        assert_non_null(got);
        assert_memory_equal(got, &sent[i], cf_media_command_len(&sent[i]));
    }
    assert_null(cf_command_queue_poll(&queue));
    cf_command_queue_fini(&queue);
    assert_false(has_freed_key);
}

static void takes_the_memory_of_what_is_said(void **state) {
    (void)state;
    struct cf_command_queue queue;
    const struct cf_media_command gone = {.kind = CF_MEDIA_LEG_REMOVE, .leg = {7, 2}};
    cf_command_queue_init(&queue, &memory.mem);
    cf_command_queue_put(&queue, &gone);
    assert_true(memory.peak_bytes <= 64);
    cf_command_queue_fini(&queue);
}

static void forgets_what_waits_and_what_was_polled(void **state) {
    (void)state;
    struct cf_command_queue queue;
    const struct cf_media_command command = transport_with_key();
    cf_command_queue_init(&queue, &looking);
    cf_command_queue_put(&queue, &command);
    cf_command_queue_put(&queue, &command);
    assert_non_null(cf_command_queue_poll(&queue));
    cf_command_queue_fini(&queue);
    assert_false(has_freed_key);
}

static void counts_what_is_lost(void **state) {
    (void)state;
    struct cf_command_queue queue;
    const struct cf_media_command gone = {.kind = CF_MEDIA_LEG_REMOVE, .leg = {7, 2}};
    memory.fail_at = 0;
    cf_command_queue_init(&queue, &memory.mem);
    cf_command_queue_put(&queue, &gone);
    cf_command_queue_put(&queue, &gone);
    assert_int_equal(queue.lost, 1);
    assert_non_null(cf_command_queue_poll(&queue));
    assert_null(cf_command_queue_poll(&queue));
    cf_command_queue_fini(&queue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_what_was_put_in_order, begin, end),
        cmocka_unit_test_setup_teardown(takes_the_memory_of_what_is_said, begin, end),
        cmocka_unit_test_setup_teardown(forgets_what_waits_and_what_was_polled, begin, end),
        cmocka_unit_test_setup_teardown(counts_what_is_lost, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
