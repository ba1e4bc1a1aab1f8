/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference that demands AES-256: who has less goes, and it stays so after a restart. */
#include "core/conf/conference_command.h"
#include "lib/conf_world.h"

static struct cf_conference *room(struct world *w) {
    struct cf_conference_config config = {.kind = CF_CONFERENCE_ROOM,
                                          .key = CF_STR("room-vault"),
                                          .uri = CF_STR("sip:room-vault@example.org"),
                                          .organiser = CF_STR(ALICE)};
    return world_create(w, &config);
}

static enum cf_denial_reason demand(struct world *w, struct cf_conference *conf, const char *who, const char *word) {
    struct cf_conference_actor actor = world_actor(who);
    enum cf_conference_command command;
    assert_true(cf_conference_command_of(cf_str_of(word), &command));
    return cf_conference_do(conf, w->now, &actor, command, CF_STR_NONE).reason;
}

static void who_has_less_is_hung_up_on(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = room(&w);
    struct cf_handle alice = world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    struct cf_handle laptop = world_join(&w, conf, BOB, BOB_LAPTOP);
    struct cf_handle carol = world_join(&w, conf, CAROL, CAROL_PHONE);
    cf_conference_on_protection(conf, w.now, alice, CF_STR("dtls AEAD_AES_256_GCM"), true);
    cf_conference_on_protection(conf, w.now, bob, CF_STR("sdes AES_CM_128_HMAC_SHA1_80"), false);
    cf_conference_on_protection(conf, w.now, laptop, CF_STR("none"), false);
    (void)world_drain(&w);
    assert_int_equal(demand(&w, conf, BOB, "aes256"), CF_DENIAL_NOT_ADMIN);
    assert_false(conf->demands_aes256);
    assert_int_equal(demand(&w, conf, ALICE, "aes256"), CF_DENIAL_NONE);
    /* Of carol nothing is known yet: her keys may still be on their way. */
    assert_str(world_drain(&w), CF_STR("hang up " BOB " leg 2 (weak)\nhang up " BOB " leg 3 (weak)\nstore running\nroster\n"));
    cf_conference_on_protection(conf, w.now, carol, CF_STR("dtls AEAD_AES_128_GCM"), false);
    assert_str(world_drain(&w), CF_STR("hang up " CAROL " leg 4 (weak)\nroster\n"));
    assert_int_equal(conf->in_count, 1);
    /* Twice is once; and when it is taken back all is as before. */
    assert_int_equal(demand(&w, conf, ALICE, "aes256"), CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR(""));
    assert_int_equal(demand(&w, conf, ALICE, "no-aes256"), CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("store running\n"));
    cf_conference_on_protection(conf, w.now, alice, CF_STR("dtls AEAD_AES_128_GCM"), false);
    assert_str(world_drain(&w), CF_STR("roster\n"));
    cf_conference_on_left(conf, w.now, bob, false);
    uint64_t stale = conf->stale;
    cf_conference_on_protection(conf, w.now, bob, CF_STR("none"), false);
    assert_int_equal(conf->stale, stale + 1);
    world_fini(&w);
}

static void it_is_kept_in_the_row(void **state) {
    (void)state;
    struct world before;
    struct world after;
    struct cf_conference *found = NULL;
    struct cf_conference_actor operator= {.is_operator = true};
    world_init(&before, NULL);
    world_init(&after, NULL);
    struct cf_conference *conf = room(&before);
    assert_int_equal(cf_conference_row_of(conf).flags, 0);
    assert_int_equal(cf_conference_on_aes256(conf, before.now, &operator, true).reason, CF_DENIAL_NONE);
    struct cf_conference_row row = cf_conference_row_of(conf);
    assert_int_equal(row.flags, CF_CONFERENCE_ROW_AES256);
    assert_int_equal(cf_directory_restore(&after.dir, after.now, &row).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_directory_find(&after.dir, conf->key, &found).reason, CF_DENIAL_NONE);
    assert_true(found->demands_aes256);
    world_fini(&before);
    world_fini(&after);
}

CF_TEST_MAIN(cmocka_unit_test(who_has_less_is_hung_up_on), cmocka_unit_test(it_is_kept_in_the_row))
