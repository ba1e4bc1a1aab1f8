/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/conf/roster_document.h"

#include "core/conf/roster_element.h"
#include "lib/conf_world.h"

/* The bytes are compared in tests/conformance/conference_info.c, sequences of documents judged in tests/sim/roster_subscribers.c.
 */

static char buffer[CF_ROSTER_DOCUMENT_MAX];

static struct cf_roster_subscriber subscribe(struct world *w, const char *self, uint32_t last) {
    struct cf_roster_subscriber sub;
    assert_ok(cf_roster_subscriber_init(&sub, &w->mem.mem, CF_STR("sip:focus@example.org;conf-id=x"), cf_str_of(self), last));
    return sub;
}

static enum cf_roster_document_kind write_next(struct world *w, struct cf_roster_subscriber *sub,
                                               const struct cf_conference *conf, struct cf_str *ret) {
    struct cf_writer out;
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    cf_writer_init(&out, buffer, sizeof buffer);
    assert_ok(cf_roster_document_write(sub, conf, w->now, &out, &kind));
    cf_roster_subscriber_on_answered(sub, true, w->now);
    *ret = cf_writer_str(&out);
    return kind;
}

static bool contains(struct cf_str text, const char *needle) {
    return cf_str_find_str(text, cf_str_of(needle)) < text.len;
}

static size_t count(struct cf_str text, const char *needle) {
    size_t n = 0;
    for (size_t at = cf_str_find_str(text, cf_str_of(needle)); at < text.len; at = cf_str_find_str(text, cf_str_of(needle))) {
        text = cf_str_skip(text, at + 1);
        n++;
    }
    return n;
}

static void versions_go_on_from_what_the_phone_has_seen(void **state) {
    (void)state;
    struct world w;
    struct cf_str text;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_roster_subscriber sub = subscribe(&w, NULL, 41);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    assert_true(contains(text, " version=\"42\">"));
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_true(contains(text, " version=\"43\">"));
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void only_one_notify_is_under_way_and_a_lost_one_brings_the_full_state(void **state) {
    (void)state;
    struct world w;
    struct cf_writer out;
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_roster_subscriber sub = subscribe(&w, NULL, 0);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == 0);
    cf_writer_init(&out, buffer, sizeof buffer);
    assert_ok(cf_roster_document_write(&sub, conf, w.now, &out, &kind));
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == CF_USEC_NEVER);
    cf_roster_subscriber_on_answered(&sub, true, w.now);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == CF_MSEC(100));
    w.now = CF_MSEC(100);
    assert_ok(cf_roster_document_write(&sub, conf, w.now, &out, &kind));
    assert_int_equal(kind, CF_ROSTER_DOCUMENT_PARTIAL);
    cf_roster_subscriber_on_answered(&sub, false, w.now);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == w.now + CF_SEC(1));
    w.now += CF_SEC(1);
    assert_ok(cf_roster_document_write(&sub, conf, w.now, &out, &kind));
    assert_int_equal(kind, CF_ROSTER_DOCUMENT_FULL);
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void a_peer_that_refuses_everything_is_asked_ever_more_seldom(void **state) {
    (void)state;
    struct world w;
    struct cf_writer out;
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_roster_subscriber sub = subscribe(&w, NULL, 0);
    unsigned documents = 0;
    for (cf_usec at = cf_roster_subscriber_deadline(&sub, conf); at <= CF_SEC(600); documents++) {
        w.now = at > w.now ? at : w.now;
        cf_writer_init(&out, buffer, sizeof buffer);
        assert_ok(cf_roster_document_write(&sub, conf, w.now, &out, &kind));
        assert_int_equal(kind, CF_ROSTER_DOCUMENT_FULL);
        cf_roster_subscriber_on_answered(&sub, false, w.now);
        at = cf_roster_subscriber_deadline(&sub, conf);
    }
    assert_int_equal(documents, 15); /* after 0, 1, 3, 7, 15, 31, 63, 127, 191, ... s */
    /* It refreshes: that is answered at once. When it takes documents again all is as before. */
    cf_roster_subscriber_on_refresh(&sub, false, 0);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == 0);
    cf_writer_init(&out, buffer, sizeof buffer);
    assert_ok(cf_roster_document_write(&sub, conf, w.now, &out, &kind));
    assert_int_equal(kind, CF_ROSTER_DOCUMENT_FULL);
    cf_roster_subscriber_on_answered(&sub, true, w.now);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == CF_USEC_NEVER);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == w.now + CF_MSEC(100));
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void protection_and_hands_are_told(void **state) {
    (void)state;
    struct world w;
    struct cf_str text;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_handle alice = world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_roster_subscriber sub = subscribe(&w, NULL, 0);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    assert_false(contains(text, "endpoint-state"));
    assert_true(contains(text, "<user-state xmlns=\"urn:confer:conference-info\" verified=\"true\"/></user>"));
    cf_conference_on_protection(conf, w.now, alice, CF_STR("dtls AEAD_AES_128_GCM"), false);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_true(contains(text, " encryption=\"dtls AEAD_AES_128_GCM\"/></endpoint>"));
    assert_false(contains(text, "user-state")); /* as before */
    cf_conference_on_protection(conf, w.now, alice, CF_STR("dtls AEAD_AES_128_GCM"), false);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == CF_USEC_NEVER);
    cf_conference_on_sas(conf, w.now, alice, CF_STR("t3xw"), false);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_true(contains(text, " encryption=\"dtls AEAD_AES_128_GCM\" sas=\"t3xw\" sas-verified=\"false\"/></endpoint>"));
    cf_conference_on_sas(conf, w.now, alice, CF_STR("t3xw"), false);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == CF_USEC_NEVER);
    cf_conference_on_sas(conf, w.now, alice, CF_STR("t3xw"), true);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_true(contains(text, " sas-verified=\"true\"/></endpoint>"));
    cf_conference_on_sas(conf, w.now, alice, CF_STR(""), false);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_false(contains(text, "sas"));
    cf_conference_on_paused(conf, w.now, alice, true, false);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_true(contains(text, " encryption=\"dtls AEAD_AES_128_GCM\" paused=\"bandwidth\"/></endpoint>"));
    cf_conference_on_paused(conf, w.now, alice, false, true);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_true(contains(text, " paused=\"codec\"/></endpoint>"));
    cf_conference_on_paused(conf, w.now, alice, false, false);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_false(contains(text, "paused"));
    struct cf_conference_actor actor = world_actor(ALICE);
    assert_int_equal(cf_conference_on_hand(conf, w.now, &actor, CF_STR(ALICE), true).reason, CF_DENIAL_NONE);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_true(contains(text, " hand-up=\"2026-01-01T00:00:00Z\"/>"));
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void who_waits_in_the_lobby_sees_only_themselves(void **state) {
    (void)state;
    struct world w;
    struct cf_str text;
    world_init(&w, NULL);
    struct cf_conference_config config = {.kind = CF_CONFERENCE_ROOM,
                                          .key = CF_STR("room-lounge"),
                                          .uri = CF_STR("sip:room-lounge@example.org"),
                                          .subject = CF_STR("Lounge"),
                                          .organiser = CF_STR(ALICE),
                                          .has_lobby = true};
    struct cf_conference *conf = world_create(&w, &config);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    struct cf_roster_subscriber sub = subscribe(&w, BOB, 0);
    cf_roster_subscriber_set_waiting(&sub, true);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    assert_true(contains(text, "<subject>Lounge</subject>"));
    assert_true(contains(text, "<status>on-hold</status>"));
    assert_true(contains(text, " waits=\"lobby\"/>")); /* a phone on hold is something else */
    assert_true(contains(text, BOB));
    assert_false(contains(text, ALICE));
    assert_false(contains(text, "user-count"));
    /* Whatever happens inside is not told, and a refresh brings no more either. */
    (void)world_join(&w, conf, CAROL, CAROL_PHONE);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == CF_USEC_NEVER);
    cf_roster_subscriber_on_refresh(&sub, false, 0);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    assert_false(contains(text, ALICE));
    assert_false(contains(text, CAROL));
    struct cf_conference_actor actor = world_actor(ALICE);
    assert_int_equal(cf_conference_on_admit(conf, w.now, &actor, CF_STR(BOB), true).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_admit(conf, w.now, &actor, CF_STR(CAROL), true).reason, CF_DENIAL_NONE);
    cf_roster_subscriber_set_waiting(&sub, false);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == 0);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    assert_true(contains(text, ALICE));
    assert_false(contains(text, "waits="));
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void a_refresh_is_answered_with_what_is_missing(void **state) {
    (void)state;
    struct world w;
    struct cf_str text;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_roster_subscriber sub = subscribe(&w, NULL, 0);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == CF_USEC_NEVER);
    /* Has everything: an empty NOTIFY. */
    cf_roster_subscriber_on_refresh(&sub, true, 1);
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == 0);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_EMPTY);
    assert_int_equal(text.len, 0);
    assert_int_equal(sub.version, 1);
    /* Missed something, or does not say (RFC 4575: the full state). */
    cf_roster_subscriber_on_refresh(&sub, true, 0);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    cf_roster_subscriber_on_refresh(&sub, false, 0);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    assert_true(contains(text, " version=\"3\">"));
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void the_rate_of_a_whole_room_is_bounded(void **state) {
    (void)state;
    assert_true(cf_roster_interval(0) == CF_MSEC(100));
    for (size_t n = 10; n <= 500; n += 10) {
        /* each of n subscribers gets at most one per interval: 100 a second in all */
        assert_true((cf_usec)n * CF_SEC(1) / cf_roster_interval(n) <= 100);
    }
    assert_true(cf_roster_interval(100000) == CF_SEC(5));
}

/* Fills a conference so that documents have something to say. */
static void join_many(struct world *w, struct cf_conference *conf, unsigned from, unsigned to) {
    for (unsigned i = from; i < to; i++) {
        char aor[64];
        char entity[128];
        snprintf(aor, sizeof aor, "sip:user%u@example.org", i);
        snprintf(entity, sizeof entity, "%s;gr=urn:uuid:00000000-0000-4000-8000-%012u", aor, i);
        (void)world_join(w, conf, aor, entity);
    }
}

static void a_long_full_state_is_told_in_parts_oneself_first(void **state) {
    (void)state;
    struct world w;
    struct cf_str text;
    size_t told = 0;
    size_t documents = 0;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    join_many(&w, conf, 0, 60);
    struct cf_roster_subscriber sub = subscribe(&w, "sip:user59@example.org", 0);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    assert_true(contains(text, "<user-count>61</user-count>"));
    size_t first = cf_str_find_str(text, CF_STR("<user entity=\""));
    assert_true(cf_str_starts(cf_str_skip(text, first), CF_STR("<user entity=\"sip:user59@example.org\"")));
    do {
        assert_in_range(text.len, 1, CF_ROSTER_DOCUMENT_SOFT_MAX + 2000);
        assert_true(documents == 0 || contains(text, "state=\"partial\" version="));
        told += count(text, "<user entity=");
        documents++;
        /* The rest follows at once; what is news after that waits for its interval. */
        w.now += told < 61 ? 1 : CF_SEC(5);
        assert_true(told == 61 || cf_roster_subscriber_deadline(&sub, conf) <= w.now);
    } while (cf_roster_subscriber_deadline(&sub, conf) != CF_USEC_NEVER &&
             write_next(&w, &sub, conf, &text) != CF_ROSTER_DOCUMENT_EMPTY);
    assert_int_equal(told, 61);
    assert_in_range(documents, 4, 10);
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

/* A hundred people come within a second, each subscribing at once: what does it cost? */
static void a_hundred_joins_are_far_from_a_hundred_full_states_each(void **state) {
    (void)state;
    struct world w;
    struct cf_conference_limits limits = cf_conference_limits_default;
    static struct cf_roster_subscriber subs[100];
    struct cf_str text;
    size_t documents = 0;
    size_t bytes = 0;
    limits.participants = 101;
    world_init(&w, &limits);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    for (unsigned step = 0; step < 2000; step++) {
        unsigned joined = step < 100 ? step + 1 : 100;
        if (step < 100) {
            char self[64];
            snprintf(self, sizeof self, "sip:user%u@example.org", step);
            join_many(&w, conf, step, step + 1);
            subs[step] = subscribe(&w, self, 0);
        }
        for (unsigned i = 0; i < joined; i++) {
            if (cf_roster_subscriber_deadline(&subs[i], conf) <= w.now) {
                (void)write_next(&w, &subs[i], conf, &text);
                documents++;
                bytes += text.len;
            }
        }
        w.now += CF_MSEC(10);
    }
    print_message("%zu documents, %zu octets\n", documents, bytes);
    /* Each of 100 has to learn of 101, about 1.3 kB each: 13 MB are necessary, 100 x 100 full states would be 600 MB. */
    assert_in_range(documents, 100, 2500);
    assert_in_range(bytes, 10000000, 20000000);
    for (unsigned i = 0; i < 100; i++) {
        assert_true(cf_roster_subscriber_deadline(&subs[i], conf) == CF_USEC_NEVER);
        cf_roster_subscriber_fini(&subs[i]);
    }
    world_fini(&w);
}

static void who_missed_more_removals_than_are_remembered_gets_the_full_state(void **state) {
    (void)state;
    struct world w;
    struct cf_str text;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_roster_subscriber devices = subscribe(&w, NULL, 0);
    struct cf_roster_subscriber people = subscribe(&w, NULL, 0);
    (void)write_next(&w, &devices, conf, &text);
    for (unsigned i = 0; i <= CF_ROSTER_GONE_DEVICES_MAX; i++) {
        char entity[64];
        snprintf(entity, sizeof entity, "sip:alice@192.0.2.%u", i);
        cf_conference_on_left(conf, w.now, world_join(&w, conf, ALICE, entity), false);
    }
    w.now += CF_SEC(1);
    assert_int_equal(write_next(&w, &devices, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    (void)write_next(&w, &people, conf, &text);
    for (unsigned i = 0; i <= CF_ROSTER_GONE_MAX; i++) {
        char aor[64];
        snprintf(aor, sizeof aor, "sip:user%u@example.org", i);
        cf_conference_on_left(conf, w.now, world_join(&w, conf, aor, aor), false);
        world_run(&w, w.now + CF_SEC(1));
    }
    assert_int_equal(conf->roster.gone_count, CF_ROSTER_GONE_MAX);
    assert_int_equal(write_next(&w, &people, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    /* Who is told now needs no more than what comes. */
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    w.now += CF_SEC(1);
    assert_int_equal(write_next(&w, &people, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    cf_roster_subscriber_fini(&devices);
    cf_roster_subscriber_fini(&people);
    world_fini(&w);
}

static void people_who_came_and_went_unseen_are_not_mentioned(void **state) {
    (void)state;
    struct world w;
    struct cf_str text;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_roster_subscriber sub = subscribe(&w, NULL, 0);
    (void)write_next(&w, &sub, conf, &text);
    cf_conference_on_left(conf, w.now, world_join(&w, conf, BOB, BOB_PHONE), false);
    world_run(&w, CF_SEC(5));
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_PARTIAL);
    assert_false(contains(text, "bob"));
    assert_true(cf_roster_subscriber_deadline(&sub, conf) == CF_USEC_NEVER);
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void endpoints_go_before_their_user_does(void **state) {
    (void)state;
    struct world w;
    struct cf_str text;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    struct cf_roster_subscriber sub = subscribe(&w, NULL, 0);
    (void)write_next(&w, &sub, conf, &text);
    cf_conference_on_left(conf, w.now, bob, false);
    world_run(&w, CF_SEC(5)); /* he is gone for good before the slow subscriber hears anything */
    (void)write_next(&w, &sub, conf, &text);
    assert_true(
        contains(text, "<user entity=\"" BOB "\" state=\"partial\"><endpoint entity=\"" BOB_PHONE "\" state=\"deleted\">"));
    /* He comes back in the meantime. */
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    (void)write_next(&w, &sub, conf, &text);
    assert_true(contains(text, "<user entity=\"" BOB "\" state=\"deleted\">"));
    assert_int_equal(count(text, "<user entity"), 1);
    (void)write_next(&w, &sub, conf, &text);
    assert_true(contains(text, "<user entity=\"" BOB "\" state=\"full\">"));
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void the_worst_participant_fits_into_the_buffer(void **state) {
    (void)state;
    struct world w;
    struct cf_conference_limits limits = cf_conference_limits_default;
    struct cf_str text;
    char aor[CF_ROSTER_AOR_MAX];
    char entity[CF_ROSTER_ENTITY_MAX];
    char word[CF_ROSTER_CALL_ID_MAX];
    char subject[CF_CONFERENCE_SUBJECT_MAX];
    memset(aor, '"', sizeof aor);
    memset(entity, '"', sizeof entity);
    memset(word, '"', sizeof word);
    memset(subject, '"', sizeof subject);
    limits.participants = 3;
    world_init(&w, &limits);
    struct cf_conference_config config = {
        .kind = CF_CONFERENCE_ROOM, .key = CF_STR("k"), .uri = CF_STR("sip:k"), .subject = cf_str_n(subject, sizeof subject)};
    struct cf_conference *conf = world_create(&w, &config);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE); /* fills the first page nearly, then the worst comes */
    for (size_t i = 0; i < limits.devices; i++) {
        entity[0] = (char)('a' + i);
        struct cf_conference_call call = {
            .aor = cf_str_n(aor, sizeof aor),
            .name = cf_str_n(word, CF_ROSTER_NAME_MAX),
            .entity = cf_str_n(entity, sizeof entity),
            .ids = {cf_str_n(word, sizeof word), cf_str_n(word, CF_ROSTER_TAG_MAX), cf_str_n(word, CF_ROSTER_TAG_MAX)}};
        assert_int_equal(cf_conference_on_dial_in(conf, w.now, &call).denial.reason, CF_DENIAL_NONE);
    }
    struct cf_roster_subscriber sub = subscribe(&w, NULL, 0);
    assert_int_equal(write_next(&w, &sub, conf, &text), CF_ROSTER_DOCUMENT_FULL);
    assert_int_equal(count(text, "<endpoint "), limits.devices + 1);
    assert_in_range(text.len, CF_ROSTER_USER_MAX / 3, CF_ROSTER_USER_MAX);
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void without_room_nothing_changes(void **state) {
    (void)state;
    struct world w;
    struct cf_writer out;
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_roster_subscriber sub = subscribe(&w, NULL, 0);
    size_t needed = 0;
    for (size_t size = 0; needed == 0; size++) {
        cf_writer_init(&out, buffer, size);
        enum cf_err err = cf_roster_document_write(&sub, conf, w.now, &out, &kind);
        if (err == CF_OK) {
            needed = out.len;
            assert_int_equal(needed, size);
        } else {
            assert_int_equal(err, CF_ERR_NO_ROOM);
            assert_int_equal(out.len, 0);
            assert_int_equal(sub.version, 0);
            assert_false(sub.is_sending);
        }
    }
    cf_writer_init(&out, buffer, 20);
    assert_int_equal(cf_roster_document_write_deleted(&sub, &out), CF_ERR_NO_ROOM);
    assert_int_equal(sub.version, 1);
    cf_roster_subscriber_fini(&sub);
    world_fini(&w);
}

static void a_subscription_without_memory_is_none(void **state) {
    (void)state;
    for (size_t n = 0; n < 2; n++) {
        struct test_mem m;
        struct cf_roster_subscriber sub;
        test_mem_init(&m);
        m.fail_at = n;
        assert_int_equal(cf_roster_subscriber_init(&sub, &m.mem, CF_STR("sip:x"), CF_STR("sip:y"), 0), CF_ERR_NO_MEMORY);
        test_mem_fini(&m);
    }
}

CF_TEST_MAIN(cmocka_unit_test(versions_go_on_from_what_the_phone_has_seen),
             cmocka_unit_test(only_one_notify_is_under_way_and_a_lost_one_brings_the_full_state),
             cmocka_unit_test(a_peer_that_refuses_everything_is_asked_ever_more_seldom),
             cmocka_unit_test(protection_and_hands_are_told), cmocka_unit_test(who_waits_in_the_lobby_sees_only_themselves),
             cmocka_unit_test(a_refresh_is_answered_with_what_is_missing), cmocka_unit_test(the_rate_of_a_whole_room_is_bounded),
             cmocka_unit_test(a_long_full_state_is_told_in_parts_oneself_first),
             cmocka_unit_test(a_hundred_joins_are_far_from_a_hundred_full_states_each),
             cmocka_unit_test(who_missed_more_removals_than_are_remembered_gets_the_full_state),
             cmocka_unit_test(people_who_came_and_went_unseen_are_not_mentioned),
             cmocka_unit_test(endpoints_go_before_their_user_does), cmocka_unit_test(the_worst_participant_fits_into_the_buffer),
             cmocka_unit_test(without_room_nothing_changes), cmocka_unit_test(a_subscription_without_memory_is_none))
