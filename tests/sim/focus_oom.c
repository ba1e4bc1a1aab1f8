/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A short meeting in which one allocation of the server fails, for each of them: calls may be refused or end, but nothing is
 * lost, nobody stays behind, and whoever comes next is served.
 */
#include "focus_scene.h"

static bool is_up(size_t who, size_t call) {
    return scene.phones[who].calls[call].is_up;
}

static void meet(void) {
    struct phone_call_options list = {.subject = "Tea", .list = LIST_OF(ENTRY(AOR_CAROL))};
    size_t alice = phone_call(&scene.phones[ALICE], FACTORY, &list);
    scene_run(CF_MSEC(400));
    if (!is_up(ALICE, alice)) {
        return;
    }
    const char *uri = scene.phones[ALICE].calls[alice].contact;
    phone_watch(&scene.phones[ALICE], alice);
    size_t bob = phone_call(&scene.phones[BOB], uri, NULL);
    scene_run(CF_MSEC(400));
    if (is_up(BOB, bob)) {
        phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_MESSAGE, NULL, "text/plain", "hello");
        phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_INFO, NULL, "application/vnd.confer.command", "hand-up");
    }
    phone_refer(&scene.phones[ALICE], uri, "<" AOR_DAVE ">", NULL);
    scene_run(CF_MSEC(400));
    if (is_up(ALICE, alice)) {
        phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_REFER, "Refer-To: <" AOR_CAROL ";method=BYE>\r\n", NULL, NULL);
        phone_reinvite(&scene.phones[ALICE], alice, "High tea", true);
    }
    scene_run(CF_SEC(2));
}

static void part(void) {
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        for (size_t call = 0; call < PHONE_CALLS_MAX; call++) {
            if (scene.phones[i].calls[call].is_there) {
                phone_hang_up(&scene.phones[i], call);
            }
        }
    }
    scene_run(CF_SEC(150));
}

/* True if there was an n-th allocation to fail. */
static bool run(size_t n) {
    scene_begin(1);
    struct test_mem *mem = &scene.server.net.mem;
    mem->fail_at = mem->count + n;
    meet();
    part();
    bool has_failed = mem->failed;
    mem->fail_at = SIZE_MAX;
    /* The server is as good as new. */
    size_t dave = scene_join(DAVE, ROOM);
    phone_hang_up(&scene.phones[DAVE], dave);
    scene_run(CF_SEC(40));
    if (cf_focus_leg_count(cf_node_focus(scene.server.node)) > 0) {
        /* The BYE was lost with the memory; over TCP it does not come again. The session timer finds out. */
        scene_run(CF_SEC(2000));
    }
    assert_int_equal(cf_focus_leg_count(cf_node_focus(scene.server.node)), 0);
    scene_end();
    return has_failed;
}

static void each_allocation_fails_once(void **state) {
    (void)state;
    size_t n = 0;
    size_t runs = 0;
    while (run(n)) {
        n += 1 + n / 40; /* all of the beginning, then a sample that grows thinner */
        runs++;
    }
    print_message("%zu runs, %zu allocations in a meeting\n", runs, n);
    assert_true(runs > 50);
}

CF_TEST_MAIN(cmocka_unit_test(each_allocation_fails_once))
