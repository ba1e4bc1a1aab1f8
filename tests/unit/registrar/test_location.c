/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The location service: RFC 3261 section 10.3, several devices, flows, rows for the store. */
#include "core/registrar/location.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#define ALICE CF_STR("sip:alice@example.org")

static struct test_mem mem;
static struct cf_location location;

static void open_location(size_t devices_max) {
    struct cf_location_config config = {.mem = &mem.mem, .seed = 1, .devices_max = devices_max, .bindings_max = 8};
    cf_location_init(&location, &config);
}

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    open_location(3);
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_location_fini(&location);
    test_mem_fini(&mem);
    return 0;
}

static struct cf_binding_values device(const char *contact, const char *instance, const char *call_id, uint32_t cseq) {
    return (struct cf_binding_values){.contact = cf_str_of(contact),
                                      .instance = cf_str_of(instance),
                                      .call_id = cf_str_of(call_id),
                                      .cseq = cseq,
                                      .q_thousandths = 1000};
}

static enum cf_err bind(struct cf_str aor, const struct cf_binding_values *values, cf_usec expires) {
    return cf_location_update(&location, aor, &(struct cf_location_op){values, expires}, 1);
}

static enum cf_err unbind(struct cf_str aor, const struct cf_binding_values *values) {
    return bind(aor, values, 0);
}

static size_t count_of(struct cf_str aor) {
    const struct cf_aor_record *record = cf_location_find(&location, aor);
    size_t count = 0;
    for (const struct cf_binding *b = record ? cf_aor_first(record) : NULL; b != NULL; b = cf_aor_next(record, b)) {
        count++;
    }
    return count;
}

static void keeps_one_binding_a_device(void **state) {
    (void)state;
    struct cf_binding_values phone = device("sip:alice@192.0.2.1:5060", "urn:uuid:1", "c1", 1);
    struct cf_binding_values moved = device("sip:alice@192.0.2.1:6000", "urn:uuid:1", "c2", 1);
    struct cf_binding_values plain = device("sip:alice@192.0.2.9;transport=tcp", NULL, "c3", 1);
    struct cf_binding_values twin = device("sip:alice@192.0.2.9;Transport=TCP", NULL, "c4", 1);
    assert_ok(bind(ALICE, &phone, CF_SEC(60)));
    assert_ok(bind(ALICE, &moved, CF_SEC(60)));
    assert_ok(bind(ALICE, &plain, CF_SEC(60)));
    assert_ok(bind(ALICE, &twin, CF_SEC(60)));
    assert_int_equal(count_of(ALICE), 2);
    const struct cf_binding *found = cf_location_find_instance(&location, ALICE, CF_STR("urn:uuid:1"));
    assert_str(found->values.contact, CF_STR("sip:alice@192.0.2.1:6000"));
    assert_null(cf_location_find_instance(&location, ALICE, CF_STR("urn:uuid:2")));
}

/* Of the whole server, whoever they belong to; those that are there can still be renewed and removed. */
static void holds_no_more_bindings_than_it_may(void **state) {
    (void)state;
    char aor[40];
    for (unsigned i = 0; i < 9; i++) {
        struct cf_binding_values phone = device("sip:x@192.0.2.1", NULL, "c1", 1);
        snprintf(aor, sizeof aor, "sip:user%u@example.org", i);
        assert_int_equal(bind(cf_str_of(aor), &phone, CF_SEC(60)), i < 8 ? CF_OK : CF_ERR_LIMIT);
    }
    struct cf_binding_values again = device("sip:x@192.0.2.1", NULL, "c1", 2);
    assert_ok(bind(CF_STR("sip:user3@example.org"), &again, CF_SEC(60)));
    again.cseq = 3;
    assert_ok(unbind(CF_STR("sip:user3@example.org"), &again));
    assert_ok(bind(cf_str_of(aor), &again, CF_SEC(60)));
}

static void refuses_requests_that_were_overtaken(void **state) {
    (void)state;
    struct cf_binding_values phone = device("sip:alice@192.0.2.1", NULL, "c1", 5);
    struct cf_binding_values old = device("sip:alice@192.0.2.1", NULL, "c1", 5);
    assert_ok(bind(ALICE, &phone, CF_SEC(60)));
    assert_int_equal(bind(ALICE, &old, CF_SEC(90)), CF_ERR_STATE);
    assert_int_equal(unbind(ALICE, &old), CF_ERR_STATE);
    assert_int_equal(cf_location_unbind_all(&location, ALICE, CF_STR("c1"), 5), CF_ERR_STATE);
    old.cseq = 6;
    assert_ok(unbind(ALICE, &old));
    assert_null(cf_location_find(&location, ALICE));
    assert_ok(unbind(ALICE, &old));
}

static void orders_by_preference_then_lateness(void **state) {
    (void)state;
    const char *const contacts[] = {"sip:a@h1", "sip:a@h2", "sip:a@h3"};
    const uint32_t q[] = {500, 1000, 500};
    const char *const expected[] = {"sip:a@h2", "sip:a@h3", "sip:a@h1"};
    for (size_t i = 0; i < 3; i++) {
        struct cf_binding_values values = device(contacts[i], NULL, "c", (uint32_t)i + 1);
        values.q_thousandths = q[i];
        assert_ok(bind(ALICE, &values, CF_SEC(60)));
    }
    const struct cf_aor_record *record = cf_location_find(&location, ALICE);
    size_t i = 0;
    for (const struct cf_binding *b = cf_aor_first(record); b != NULL; b = cf_aor_next(record, b)) {
        assert_str(b->values.contact, cf_str_of(expected[i++]));
    }
}

static void ends_registrations_in_time(void **state) {
    (void)state;
    struct cf_binding_values a = device("sip:a@h1", NULL, "c1", 1);
    struct cf_binding_values b = device("sip:a@h2", NULL, "c2", 1);
    assert_ok(bind(ALICE, &a, CF_SEC(60)));
    assert_ok(bind(ALICE, &b, CF_SEC(90)));
    assert_int_equal(cf_location_deadline(&location), CF_SEC(60));
    cf_location_on_deadline(&location, CF_SEC(60));
    assert_int_equal(count_of(ALICE), 1);
    cf_location_on_deadline(&location, CF_SEC(90));
    assert_null(cf_location_find(&location, ALICE));
    assert_int_equal(cf_location_deadline(&location), CF_USEC_NEVER);
}

static void has_limits(void **state) {
    (void)state;
    char contact[2000] = "sip:a@";
    for (int i = 0; i < 4; i++) {
        char text[32];
        snprintf(text, sizeof text, "sip:a@h%d", i);
        struct cf_binding_values values = device(text, NULL, "c", 1);
        assert_int_equal(bind(ALICE, &values, CF_SEC(60)), i < 3 ? CF_OK : CF_ERR_LIMIT);
    }
    memset(contact + 6, 'h', sizeof contact - 7);
    struct cf_binding_values values = device(contact, NULL, "c", 1);
    assert_int_equal(bind(CF_STR("sip:b@x"), &values, CF_SEC(60)), CF_ERR_LIMIT);
    assert_null(cf_location_find(&location, CF_STR("sip:b@x")));
}

static void connections_take_their_bindings_along(void **state) {
    (void)state;
    struct cf_binding_values outbound = device("sip:a@h1", "urn:uuid:1", "c1", 1);
    struct cf_binding_values plain = device("sip:a@h2", NULL, "c2", 1);
    struct cf_binding_values other = device("sip:a@h3", NULL, "c3", 1);
    outbound.reg_id = 1;
    outbound.flow = plain.flow = (struct cf_handle){1, 1};
    other.flow = (struct cf_handle){2, 1};
    assert_ok(bind(ALICE, &outbound, CF_SEC(60)));
    assert_ok(bind(ALICE, &plain, CF_SEC(60)));
    assert_ok(bind(ALICE, &other, CF_SEC(60)));
    cf_location_on_flow_closed(&location, (struct cf_handle){1, 1});
    cf_location_on_flow_closed(&location, (struct cf_handle){1, 1});
    assert_int_equal(count_of(ALICE), 2);
    const struct cf_aor_record *record = cf_location_find(&location, ALICE);
    for (const struct cf_binding *b = cf_aor_first(record); b != NULL; b = cf_aor_next(record, b)) {
        bool is_other = cf_str_eq(b->values.contact, CF_STR("sip:a@h3"));
        assert_int_equal(cf_handle_is_set(b->values.flow), is_other);
    }
}

/* RFC 5626 section 9: a phone names the same contact over all its flows; behind NATs two phones may by chance. */
static void flows_with_the_same_contact_stand_side_by_side(void **state) {
    (void)state;
    struct cf_binding_values first = device("sip:a@192.0.2.2;transport=tcp", "urn:uuid:1", "c1", 1);
    struct cf_binding_values second = device("sip:a@192.0.2.2;transport=tcp", "urn:uuid:1", "c2", 1);
    struct cf_binding_values other = device("sip:a@192.0.2.2;transport=tcp", "urn:uuid:2", "c3", 1);
    struct cf_binding_values plain = device("sip:a@192.0.2.2;transport=tcp", NULL, "c4", 1);
    struct cf_location_change change;
    first.reg_id = other.reg_id = 1;
    second.reg_id = 2;
    assert_ok(bind(ALICE, &first, CF_SEC(60)));
    assert_ok(bind(ALICE, &second, CF_SEC(60)));
    assert_ok(bind(ALICE, &other, CF_SEC(60)));
    assert_int_equal(count_of(ALICE), 3);
    first.cseq = 2;
    assert_ok(unbind(ALICE, &first));
    assert_int_equal(count_of(ALICE), 2);
    while (cf_location_poll(&location, &change)) {
    }
    /* Without an instance the contact is all there is. What it replaces has rows of its own in the store. */
    assert_ok(bind(ALICE, &plain, CF_SEC(60)));
    assert_int_equal(count_of(ALICE), 1);
    for (size_t i = 0; i < 2; i++) {
        assert_true(cf_location_poll(&location, &change));
        assert_int_equal(change.kind, CF_LOCATION_REMOVED);
        assert_int_not_equal(change.values.reg_id, 0);
    }
    assert_true(cf_location_poll(&location, &change));
    assert_int_equal(change.kind, CF_LOCATION_STORED);
}

/* RFC 5626 section 7: an edge proxy that has lost the flow says so; a connection to it may be opened again. */
static void flows_of_an_edge_proxy_end_when_it_says_so(void **state) {
    (void)state;
    struct cf_binding_values outbound = device("sip:a@h1", "urn:uuid:1", "c1", 1);
    struct cf_binding_values plain = device("sip:a@h2", NULL, "c2", 1);
    outbound.reg_id = 1;
    outbound.path = CF_STR("<sip:token@edge.example.org;lr;ob>");
    outbound.flow = (struct cf_handle){1, 1};
    assert_ok(bind(ALICE, &outbound, CF_SEC(60)));
    assert_ok(bind(ALICE, &plain, CF_SEC(60)));
    cf_location_on_flow_closed(&location, (struct cf_handle){1, 1});
    assert_int_equal(count_of(ALICE), 2);
    const struct cf_binding *kept = cf_location_find_instance(&location, ALICE, CF_STR("urn:uuid:1"));
    assert_false(cf_handle_is_set(kept->values.flow));
    uint64_t serial = kept->serial;
    cf_location_on_flow_failed(&location, ALICE, serial + 1); /* the plain one: it has no flow that could fail */
    cf_location_on_flow_failed(&location, ALICE, serial + 9);
    cf_location_on_flow_failed(&location, CF_STR("sip:bob@example.org"), serial);
    assert_int_equal(count_of(ALICE), 2);
    cf_location_on_flow_failed(&location, ALICE, serial);
    assert_null(cf_location_find_instance(&location, ALICE, CF_STR("urn:uuid:1")));
    assert_int_equal(count_of(ALICE), 1);
}

static void tells_the_store_and_takes_back_what_it_kept(void **state) {
    (void)state;
    struct cf_location_change row;
    struct cf_binding_values a = device("sip:a@h1", "urn:uuid:1", "c1", 1);
    struct cf_binding_values moved = device("sip:a@h2", "urn:uuid:1", "c1", 2);
    assert_ok(bind(ALICE, &a, CF_SEC(60)));
    assert_true(cf_location_poll(&location, &row));
    assert_int_equal(row.kind, CF_LOCATION_STORED);
    assert_str(row.aor, ALICE);
    assert_str(row.values.instance, CF_STR("urn:uuid:1"));
    assert_int_equal(row.expires, CF_SEC(60));
    assert_false(cf_location_poll(&location, &row));
    assert_ok(bind(ALICE, &moved, CF_SEC(70)));
    assert_true(cf_location_poll(&location, &row));
    assert_int_equal(row.kind, CF_LOCATION_REMOVED);
    assert_str(row.values.contact, CF_STR("sip:a@h1"));
    assert_true(cf_location_poll(&location, &row));
    assert_str(row.values.contact, CF_STR("sip:a@h2"));
    assert_ok(cf_location_unbind_all(&location, ALICE, CF_STR("c9"), 1));
    assert_true(cf_location_poll(&location, &row));
    assert_int_equal(row.kind, CF_LOCATION_REMOVED);
    assert_ok(cf_location_restore(&location, ALICE, &moved, CF_SEC(70), CF_SEC(10)));
    assert_ok(cf_location_restore(&location, ALICE, &a, CF_SEC(5), CF_SEC(10)));
    assert_false(cf_location_poll(&location, &row));
    assert_int_equal(count_of(ALICE), 1);
}

static void updates_all_or_nothing(void **state) {
    (void)state;
    struct cf_binding_values a = device("sip:a@h1", "urn:uuid:1", "c1", 5);
    struct cf_binding_values old = device("sip:a@h1", "urn:uuid:1", "c1", 4);
    struct cf_binding_values b = device("sip:a@h2", NULL, "c2", 1);
    struct cf_location_op ops[] = {{&b, CF_SEC(60)}, {&old, 0}};
    struct cf_location_change row;
    assert_ok(bind(ALICE, &a, CF_SEC(60)));
    while (cf_location_poll(&location, &row)) {
    }
    assert_int_equal(cf_location_update(&location, ALICE, ops, 2), CF_ERR_STATE);
    assert_int_equal(count_of(ALICE), 1);
    assert_false(cf_location_poll(&location, &row));
    ops[1].values = &a;
    a.cseq = 6;
    assert_ok(cf_location_update(&location, ALICE, ops, 2));
    assert_int_equal(count_of(ALICE), 1);
    assert_true(cf_location_poll(&location, &row));
    assert_str(row.values.contact, CF_STR("sip:a@h2"));
    assert_true(cf_location_poll(&location, &row));
    assert_int_equal(row.kind, CF_LOCATION_REMOVED);
    assert_str(row.values.contact, CF_STR("sip:a@h1"));
    assert_false(cf_location_poll(&location, &row));
}

/* Four new ones do not fit, but three do that replace three. */
static void counts_what_an_update_replaces(void **state) {
    (void)state;
    struct cf_binding_values v[4];
    struct cf_location_op ops[4];
    const char *const contacts[] = {"sip:a@h1", "sip:a@h2", "sip:a@h3", "sip:a@h4"};
    for (size_t i = 0; i < 4; i++) {
        v[i] = device(contacts[i], NULL, "c", 1);
        ops[i] = (struct cf_location_op){&v[i], CF_SEC(60)};
    }
    assert_int_equal(cf_location_update(&location, ALICE, ops, 4), CF_ERR_LIMIT);
    assert_null(cf_location_find(&location, ALICE));
    assert_ok(cf_location_update(&location, ALICE, ops, 3));
    for (size_t i = 0; i < 4; i++) {
        v[i].cseq = 2;
    }
    assert_ok(cf_location_update(&location, ALICE, ops, 3));
    assert_int_equal(count_of(ALICE), 3);
    ops[0].expires = 0;
    v[0].cseq = 3;
    ops[3].expires = CF_SEC(90);
    assert_ok(cf_location_update(&location, ALICE, (struct cf_location_op[]){ops[3], ops[0]}, 2));
    assert_int_equal(count_of(ALICE), 3);
}

/* The same device twice in one request: the later one counts, also where two old ones were taken for others. */
static void a_binding_replaces_all_that_are_the_same(void **state) {
    (void)state;
    struct cf_binding_values by_instance = device("sip:a@h1", "urn:uuid:1", "c1", 1);
    struct cf_binding_values by_contact = device("sip:a@h2", NULL, "c2", 1);
    struct cf_binding_values both = device("sip:a@h2", "urn:uuid:1", "c3", 1);
    struct cf_binding_values moved = device("sip:a@h3", "urn:uuid:1", "c3", 1);
    assert_ok(bind(ALICE, &by_instance, CF_SEC(60)));
    assert_ok(bind(ALICE, &by_contact, CF_SEC(60)));
    assert_int_equal(count_of(ALICE), 2);
    struct cf_location_op ops[] = {{&both, CF_SEC(60)}, {&moved, CF_SEC(60)}};
    assert_ok(cf_location_update(&location, ALICE, ops, 2));
    assert_int_equal(count_of(ALICE), 1);
    assert_str(cf_location_find_instance(&location, ALICE, CF_STR("urn:uuid:1"))->values.contact, CF_STR("sip:a@h3"));
}

/* A binding is there whole or not at all, whichever allocation fails; what was there before stays. */
static void survives_want_of_memory(void **state) {
    (void)state;
    struct cf_binding_values a = device("sip:a@h1", "urn:uuid:1", "c1", 1);
    struct cf_binding_values b = device("sip:a@h2", NULL, "c2", 1);
    struct cf_location_op ops[] = {{&a, CF_SEC(60)}, {&b, CF_SEC(60)}};
    a.flow = b.flow = (struct cf_handle){1, 1};
    for (size_t n = 0;; n++) {
        mem.count = 0;
        mem.failed = false;
        mem.fail_at = n;
        enum cf_err err = cf_location_update(&location, ALICE, ops, 2);
        mem.fail_at = SIZE_MAX;
        assert_int_equal(count_of(ALICE), err == CF_OK ? 2 : 0);
        assert_true(err == CF_OK || err == CF_ERR_NO_MEMORY);
        assert_ok(cf_location_unbind_all(&location, ALICE, CF_STR("c"), 1));
        if (!mem.failed) {
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test_setup_teardown(keeps_one_binding_a_device, begin, end),
             cmocka_unit_test_setup_teardown(holds_no_more_bindings_than_it_may, begin, end),
             cmocka_unit_test_setup_teardown(refuses_requests_that_were_overtaken, begin, end),
             cmocka_unit_test_setup_teardown(orders_by_preference_then_lateness, begin, end),
             cmocka_unit_test_setup_teardown(ends_registrations_in_time, begin, end),
             cmocka_unit_test_setup_teardown(has_limits, begin, end),
             cmocka_unit_test_setup_teardown(connections_take_their_bindings_along, begin, end),
             cmocka_unit_test_setup_teardown(flows_with_the_same_contact_stand_side_by_side, begin, end),
             cmocka_unit_test_setup_teardown(flows_of_an_edge_proxy_end_when_it_says_so, begin, end),
             cmocka_unit_test_setup_teardown(tells_the_store_and_takes_back_what_it_kept, begin, end),
             cmocka_unit_test_setup_teardown(updates_all_or_nothing, begin, end),
             cmocka_unit_test_setup_teardown(counts_what_an_update_replaces, begin, end),
             cmocka_unit_test_setup_teardown(a_binding_replaces_all_that_are_the_same, begin, end),
             cmocka_unit_test_setup_teardown(survives_want_of_memory, begin, end))
