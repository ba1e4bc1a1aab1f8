/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which worker has which leg. */
#include "server/leg_ledger.h"

#include "lib/test.h"

static struct cf_leg_ledger ledger;

static struct cf_media_command command_of(enum cf_media_command_kind kind, uint32_t leg) {
    return (struct cf_media_command){.kind = kind, .leg = {.slot = leg, .generation = 1}};
}

static uint8_t route(enum cf_media_command_kind kind, uint32_t leg, uint8_t worker_of_room) {
    struct cf_media_command command = command_of(kind, leg);
    return cf_leg_ledger_route(&ledger, &command, worker_of_room);
}

static void set_fragment(uint32_t leg, uint16_t index, const char *ufrag) {
    struct cf_media_command command = command_of(CF_MEDIA_TRANSPORT_SET, leg);
    struct cf_ice_own *own = &command.as.transport.transport.own_ice;
    command.as.transport.index = index;
    own->is_used = ufrag != NULL;
    if (ufrag != NULL) {
        own->ufrag_len = (uint8_t)strlen(ufrag);
        memcpy(own->ufrag, ufrag, own->ufrag_len);
    }
    (void)cf_leg_ledger_route(&ledger, &command, 0);
}

static int worker_of(const char *ufrag) {
    uint8_t worker = 0;
    return cf_leg_ledger_find(&ledger, cf_str_of(ufrag), &worker) ? worker : -1;
}

static void commands_follow_the_leg_to_its_room(void **state) {
    (void)state;
    assert_ok(cf_leg_ledger_init(&ledger));
    assert_int_equal(route(CF_MEDIA_LEG_ADD, 7, 3), 3);
    assert_int_equal(route(CF_MEDIA_LEG_ADD, 8, 1), 1);
    /* Only LEG_ADD says which room it is. */
    assert_int_equal(route(CF_MEDIA_LINE_SET, 7, 0), 3);
    assert_int_equal(route(CF_MEDIA_LEG_REMOVE, 7, 0), 3);
    assert_int_equal(route(CF_MEDIA_STATS_GET, 8, 0), 1);
    /* The slot is another leg's now. */
    assert_int_equal(route(CF_MEDIA_LEG_ADD, 7, 2), 2);
    assert_int_equal(route(CF_MEDIA_LINE_SET, 7, 0), 2);
    /* What no engine takes goes somewhere, and is refused there. */
    assert_int_equal(route(CF_MEDIA_LEG_ADD, CF_LEG_LEDGER_MAX, 5), 5);
    cf_leg_ledger_fini(&ledger);
    cf_leg_ledger_fini(&ledger);
}

static void a_connection_finds_the_worker_of_its_fragment(void **state) {
    (void)state;
    assert_ok(cf_leg_ledger_init(&ledger));
    assert_int_equal(worker_of("abcd"), -1);
    (void)route(CF_MEDIA_LEG_ADD, 0, 1);
    (void)route(CF_MEDIA_LEG_ADD, CF_LEG_LEDGER_MAX - 1, 2);
    set_fragment(0, 0, "abcd");
    set_fragment(0, 1, "efgh");
    set_fragment(CF_LEG_LEDGER_MAX - 1, 0, "ijkl");
    assert_int_equal(worker_of("abcd"), 1);
    assert_int_equal(worker_of("efgh"), 1);
    assert_int_equal(worker_of("ijkl"), 2);
    assert_int_equal(worker_of("abc"), -1);
    assert_int_equal(worker_of(""), -1);
    /* A restart has another fragment, an agreement without ICE none. */
    set_fragment(0, 0, "mnop");
    assert_int_equal(worker_of("abcd"), -1);
    assert_int_equal(worker_of("mnop"), 1);
    set_fragment(0, 0, NULL);
    assert_int_equal(worker_of("mnop"), -1);
    (void)route(CF_MEDIA_LEG_REMOVE, 0, 0);
    assert_int_equal(worker_of("efgh"), -1);
    assert_int_equal(worker_of("ijkl"), 2);
    cf_leg_ledger_fini(&ledger);
}

CF_TEST_MAIN(cmocka_unit_test(commands_follow_the_leg_to_its_room),
             cmocka_unit_test(a_connection_finds_the_worker_of_its_fragment))
