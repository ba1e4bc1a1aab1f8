/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/conf_world.h"

static struct cf_resource_list make_list(struct world *w, const char *const *uris, size_t count) {
    struct cf_resource_list list;
    cf_resource_list_init(&list, &w->mem.mem, 100);
    for (size_t i = 0; i < count; i++) {
        assert_ok(cf_resource_list_add(&list, cf_str_of(uris[i]), CF_STR_NONE, NULL));
    }
    return list;
}

/* --- ad hoc --- */

static void an_ad_hoc_conference_waits_for_its_organiser_and_calls_the_list(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    static const char *const uris[] = {BOB, CAROL, ALICE, BOB};
    struct cf_resource_list list = make_list(&w, uris, 4);
    struct cf_conference *conf = world_ad_hoc(&w, &list);
    cf_resource_list_fini(&list);
    assert_str(world_drain(&w), CF_STR(""));

    assert_int_equal(world_try(&w, conf, BOB, BOB_PHONE), CF_DENIAL_NO_ORGANISER);
    struct cf_conference_call call = world_call(&w, ALICE, ALICE_PHONE, "a1");
    struct cf_admission admission = cf_conference_on_dial_in(conf, w.now, &call);
    assert_int_equal(admission.denial.reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("roster\n"));
    assert_int_equal(conf->state, CF_CONFERENCE_STATE_RUNNING);
    assert_true(world_is_admin(conf, ALICE));
    assert_int_equal(world_device(conf, ALICE)->status, CF_ENDPOINT_DIALING_IN);

    cf_conference_on_connected(conf, w.now, admission.device);
    assert_str(world_drain(&w), CF_STR("invite sip:bob@example.org\ninvite sip:carol@example.org\nroster\n"));
    assert_int_equal(world_device(conf, BOB)->status, CF_ENDPOINT_PENDING);
    /* The acknowledgement may be told twice. */
    cf_conference_on_connected(conf, w.now, admission.device);
    assert_str(world_drain(&w), CF_STR(""));
    world_fini(&w);
}

static void an_organiser_who_never_comes_ends_it(void **state) {
    (void)state;
    struct world w;
    struct cf_conference *found = NULL;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    char key[CF_DIRECTORY_ID_LEN];
    memcpy(key, conf->key.at, sizeof key);
    assert_true(cf_directory_deadline(&w.dir) == CF_SEC(60));
    world_run(&w, CF_SEC(60) - 1);
    assert_int_equal(cf_directory_find(&w.dir, cf_str_n(key, sizeof key), &found).reason, CF_DENIAL_NONE);
    w.now = CF_SEC(60);
    cf_directory_on_deadline(&w.dir, w.now);
    assert_str(world_drain(&w), CF_STR("over ended\n"));
    assert_int_equal(cf_directory_find(&w.dir, cf_str_n(key, sizeof key), &found).reason, CF_DENIAL_GONE);
    world_fini(&w);
}

static void it_ends_when_the_last_device_leaves_and_stops_ringing_the_others(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    static const char *const uris[] = {BOB, CAROL};
    struct cf_resource_list list = make_list(&w, uris, 2);
    struct cf_conference *conf = world_ad_hoc(&w, &list);
    cf_resource_list_fini(&list);
    struct cf_handle alice = world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_drain(&w);
    struct cf_conference_call call = world_call(&w, BOB, NULL, "b1");
    cf_conference_on_dialing(conf, w.now, world_device(conf, BOB)->handle, &call);
    cf_conference_on_ringing(conf, w.now, world_device(conf, BOB)->handle);
    struct cf_conference_call other = world_call(&w, CAROL, NULL, "c1");
    cf_conference_on_dialing(conf, w.now, world_device(conf, CAROL)->handle, &other);
    (void)world_drain(&w);
    cf_conference_on_left(conf, w.now, alice, false);
    assert_str(world_drain(&w), CF_STR("hang up sip:bob@example.org leg 2 (over)\nhang up sip:carol@example.org leg 3 (over)\n"
                                       "over ended\n"));
    assert_int_equal(w.dir.handles.count, 0);
    world_fini(&w);
}

static void the_list_is_called_once_and_additions_to_it_too(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    static const char *const first[] = {BOB};
    static const char *const second[] = {BOB, CAROL};
    struct cf_resource_list list = make_list(&w, first, 1);
    struct cf_conference *conf = world_ad_hoc(&w, &list);
    cf_resource_list_fini(&list);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    assert_str(world_drain(&w), CF_STR("invite sip:bob@example.org\nroster\n"));
    list = make_list(&w, second, 2);
    struct cf_conference_actor alice = world_actor(ALICE);
    assert_int_equal(cf_conference_on_list(conf, w.now, &alice, &list).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("invite sip:carol@example.org\nroster\n"));
    struct cf_conference_actor bob = world_actor(BOB);
    assert_int_equal(cf_conference_on_list(conf, w.now, &bob, &list).reason, CF_DENIAL_NOT_ADMIN);
    cf_resource_list_fini(&list);
    world_fini(&w);
}

/* --- calls out --- */

/* A running conference of alice that has just been told to call bob. */
static struct cf_conference *calling_bob(struct world *w) {
    struct cf_conference *conf = world_ad_hoc(w, NULL);
    (void)world_join(w, conf, ALICE, ALICE_PHONE);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_resource_entry bob = {.uri = CF_STR(BOB)};
    assert_int_equal(cf_conference_on_add(conf, w->now, &alice, &bob).reason, CF_DENIAL_NONE);
    assert_str(world_drain(w), CF_STR("invite sip:bob@example.org\nroster\n"));
    struct cf_conference_call call = world_call(w, BOB, NULL, "b1");
    cf_conference_on_dialing(conf, w->now, world_device(conf, BOB)->handle, &call);
    return conf;
}

static void a_call_out_passes_through_its_statuses(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = calling_bob(&w);
    const struct cf_roster_device *bob = world_device(conf, BOB);
    assert_int_equal(bob->status, CF_ENDPOINT_DIALING_OUT);
    assert_str(bob->entity, CF_STR(BOB));
    assert_str(bob->brought_by, CF_STR(ALICE));
    cf_conference_on_ringing(conf, w.now, bob->handle);
    assert_int_equal(bob->status, CF_ENDPOINT_ALERTING);
    w.now = CF_SEC(5);
    struct cf_conference_call call = world_call(&w, BOB, BOB_PHONE, "b1");
    cf_conference_on_answered(conf, w.now, bob->handle, &call);
    assert_int_equal(bob->status, CF_ENDPOINT_CONNECTED);
    assert_str(bob->entity, CF_STR(BOB_PHONE));
    assert_true(bob->joined == WORLD_WALL + CF_SEC(5));
    assert_int_equal(bob->joining_method, CF_JOINING_DIALED_OUT);
    assert_true(cf_conference_is_member(conf, CF_STR(BOB)));
    assert_false(world_is_admin(conf, BOB));
    world_fini(&w);
}

static void a_call_in_vain_is_shown_with_its_reason_and_then_goes(void **state) {
    (void)state;
    struct world w;
    static const struct {
        enum cf_call_failure failure;
        struct cf_roster_cause cause;
        enum cf_disconnection_method method;
    } rows[] = {{CF_CALL_BUSY, {486, CF_STR_INIT("Busy Here")}, CF_DISCONNECTION_BUSY},
                {CF_CALL_DECLINED, {603, CF_STR_INIT("Decline")}, CF_DISCONNECTION_FAILED},
                {CF_CALL_NO_ANSWER, {0, {NULL, 0}}, CF_DISCONNECTION_FAILED},
                {CF_CALL_UNREACHABLE, {404, CF_STR_INIT("Not \"Found\"")}, CF_DISCONNECTION_FAILED}};
    for (size_t i = 0; i < 4; i++) {
        world_init(&w, NULL);
        struct cf_conference *conf = calling_bob(&w);
        cf_conference_on_dial_failed(conf, w.now, world_device(conf, BOB)->handle, rows[i].failure, &rows[i].cause);
        assert_str(world_drain(&w), CF_STR("roster\n"));
        const struct cf_roster_device *bob = world_device(conf, BOB);
        assert_int_equal(bob->status, CF_ENDPOINT_DISCONNECTED);
        assert_int_equal(bob->disconnection_method, rows[i].method);
        assert_int_equal(bob->cause.code, rows[i].cause.code);
        world_run(&w, CF_SEC(20) - 1);
        assert_non_null(world_find_device(conf, BOB));
        world_run(&w, CF_SEC(20));
        assert_null(world_find_device(conf, BOB));
        assert_non_null(cf_roster_find(&conf->roster, CF_STR(BOB)));
        world_run(&w, CF_SEC(21));
        assert_null(cf_roster_find(&conf->roster, CF_STR(BOB)));
        world_fini(&w);
    }
}

static void calling_again_replaces_the_failure(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = calling_bob(&w);
    struct cf_roster_cause busy = {486, CF_STR("Busy Here")};
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_resource_entry bob = {.uri = CF_STR(BOB)};
    cf_conference_on_dial_failed(conf, w.now, world_device(conf, BOB)->handle, CF_CALL_BUSY, &busy);
    assert_int_equal(cf_conference_on_add(conf, w.now, &alice, &bob).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("invite sip:bob@example.org\nroster\n"));
    assert_int_equal(world_device(conf, BOB)->status, CF_ENDPOINT_PENDING);
    /* and while it rings nobody needs a second call */
    assert_int_equal(cf_conference_on_add(conf, w.now, &alice, &bob).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR(""));
    world_run(&w, CF_SEC(60));
    assert_int_equal(world_device(conf, BOB)->status, CF_ENDPOINT_PENDING);
    world_fini(&w);
}

static void an_answer_that_crosses_our_cancel_is_hung_up(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = calling_bob(&w);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_handle bob = world_device(conf, BOB)->handle;
    assert_int_equal(cf_conference_on_remove(conf, w.now, &alice, CF_STR(BOB)).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("hang up sip:bob@example.org leg 2 (removed)\nroster\n"));
    struct cf_conference_call call = world_call(&w, BOB, BOB_PHONE, "b1");
    call.leg.slot = 2;
    cf_conference_on_answered(conf, w.now, bob, &call);
    assert_str(world_drain(&w), CF_STR("hang up sip:bob@example.org leg 2 (removed)\nroster\n"));
    assert_false(cf_conference_is_member(conf, CF_STR(BOB)));
    cf_conference_on_left(conf, w.now, bob, false);
    cf_conference_on_left(conf, w.now, bob, false);
    assert_int_equal(conf->stale, 1);
    assert_null(world_find_device(conf, BOB));
    world_fini(&w);
}

static void who_dials_in_is_no_longer_called(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = calling_bob(&w);
    (void)world_drain(&w);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    assert_str(world_drain(&w), CF_STR("hang up sip:bob@example.org leg 2 (joined)\nroster\n"));
    assert_true(cf_conference_is_member(conf, CF_STR(BOB)));
    world_fini(&w);
}

static void who_dials_in_before_we_call_is_not_called_at_all(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_drain(&w);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_resource_entry bob = {.uri = CF_STR(BOB)};
    assert_int_equal(cf_conference_on_add(conf, w.now, &alice, &bob).reason, CF_DENIAL_NONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    assert_str(world_drain(&w), CF_STR("roster\n"));
    world_fini(&w);
}

static void a_plain_phone_whose_contact_is_its_address_takes_over_the_call_out(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = calling_bob(&w);
    struct cf_handle called = world_device(conf, BOB)->handle;
    (void)world_drain(&w);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB);
    assert_str(world_drain(&w), CF_STR("hang up - leg 2 (joined)\nroster\n"));
    cf_conference_on_left(conf, w.now, called, false); /* of the call that was cancelled: it is nobody's now */
    assert_true(cf_roster_device(&conf->roster, bob) == world_device(conf, BOB));
    assert_true(cf_conference_is_member(conf, CF_STR(BOB)));
    world_fini(&w);
}

/* --- devices --- */

static void the_same_device_calling_again_replaces_its_call(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_handle first = world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_drain(&w);
    struct cf_handle second = world_join(&w, conf, ALICE, ALICE_PHONE);
    assert_str(world_drain(&w), CF_STR("hang up - leg 1 (replaced)\nroster\n"));
    assert_false(cf_handle_eq(first, second));
    cf_conference_on_left(conf, w.now, first, false); /* the BYE of the old call */
    assert_int_equal(conf->state, CF_CONFERENCE_STATE_RUNNING);
    assert_int_equal(conf->in_count, 1);
    assert_int_equal(cf_roster_find(&conf->roster, CF_STR(ALICE))->device_count, 1);
    cf_conference_on_left(conf, w.now, second, false);
    assert_str(world_drain(&w), CF_STR("over ended\n"));
    world_fini(&w);
}

static void several_devices_are_one_participant(void **state) {
    (void)state;
    struct world w;
    struct cf_conference_limits limits = cf_conference_limits_default;
    limits.devices = 2;
    world_init(&w, &limits);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_handle phone = world_join(&w, conf, BOB, BOB_PHONE);
    (void)world_join(&w, conf, BOB, BOB_LAPTOP);
    assert_int_equal(world_try(&w, conf, BOB, "sip:bob@192.0.2.1"), CF_DENIAL_TOO_MANY_DEVICES);
    assert_int_equal(conf->roster.participant_count, 2);
    cf_conference_on_left(conf, w.now, phone, false);
    assert_true(cf_conference_is_member(conf, CF_STR(BOB)));
    world_fini(&w);
}

static void who_comes_back_at_once_is_the_same_participant(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    uint64_t ordinal = cf_roster_find(&conf->roster, CF_STR(BOB))->ordinal;
    cf_conference_on_left(conf, w.now, bob, false);
    world_run(&w, w.now + CF_MSEC(999));
    bob = world_join(&w, conf, BOB, BOB_PHONE);
    assert_true(cf_roster_find(&conf->roster, CF_STR(BOB))->ordinal == ordinal);
    world_run(&w, w.now + CF_SEC(10));
    assert_true(cf_conference_is_member(conf, CF_STR(BOB)));
    cf_conference_on_left(conf, w.now, bob, false);
    world_run(&w, w.now + CF_SEC(1));
    assert_null(cf_roster_find(&conf->roster, CF_STR(BOB)));
    world_fini(&w);
}

static void all_are_muted_but_moderators(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    assert_int_equal(cf_conference_people(conf), 2);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_conference_actor bob = world_actor(BOB);
    (void)world_drain(&w);
    assert_int_equal(cf_conference_on_mute_all(conf, w.now, &bob).reason, CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_mute_all(conf, w.now, &alice).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("mute sip:bob@example.org\nroster\n"));
    assert_int_equal(cf_conference_on_mute_all(conf, w.now, &alice).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR(""));
    /* It binds nobody. */
    assert_int_equal(cf_conference_on_mute(conf, w.now, &bob, CF_STR(BOB), false).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("unmute sip:bob@example.org\nroster\n"));
    world_fini(&w);
}

static void hold_and_mute_show_in_the_status(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    const struct cf_roster_device *device = world_device(conf, BOB);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_conference_actor self = world_actor(BOB);
    (void)world_drain(&w);
    assert_int_equal(cf_roster_device_status(device), CF_ENDPOINT_CONNECTED);
    assert_int_equal(cf_conference_on_mute(conf, w.now, &alice, CF_STR(BOB), true).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("mute sip:bob@example.org\nroster\n"));
    assert_int_equal(cf_roster_device_status(device), CF_ENDPOINT_MUTED_VIA_FOCUS);
    cf_conference_on_hold(conf, w.now, bob, true);
    assert_int_equal(cf_roster_device_status(device), CF_ENDPOINT_ON_HOLD);
    cf_conference_on_hold(conf, w.now, bob, false);
    assert_int_equal(cf_roster_device_status(device), CF_ENDPOINT_MUTED_VIA_FOCUS);
    /* What an administrator muted, only one may unmute; and a second device does not get round it. */
    assert_int_equal(cf_conference_on_mute(conf, w.now, &self, CF_STR(BOB), false).reason, CF_DENIAL_NOT_ADMIN);
    (void)world_drain(&w);
    (void)world_join(&w, conf, BOB, BOB_LAPTOP);
    assert_str(world_drain(&w), CF_STR("mute sip:bob@example.org\nroster\n"));
    assert_int_equal(cf_conference_on_mute(conf, w.now, &alice, CF_STR(BOB), false).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("unmute sip:bob@example.org\nunmute sip:bob@example.org\nroster\n"));
    /* One's own mute is one's own business. */
    assert_int_equal(cf_conference_on_mute(conf, w.now, &self, CF_STR(BOB), true).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_mute(conf, w.now, &self, CF_STR(BOB), false).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_mute(conf, w.now, &self, CF_STR(ALICE), true).reason, CF_DENIAL_NOT_ADMIN);
    world_fini(&w);
}

/* What the map says of each label of @p device. */
static void assert_labels_are_found(const struct cf_conference *conf, const struct cf_roster_device *device) {
    for (size_t i = 0; i < CF_CONF_MEDIA_COUNT; i++) {
        enum cf_conf_media_kind kind = CF_CONF_MEDIA_COUNT;
        struct cf_str label = cf_str_n(device->media[i].label, CF_ROSTER_LABEL_LEN);
        assert_ptr_equal(cf_roster_find_label(&conf->roster, label, &kind), device);
        assert_memory_equal(device->media[kind].label, label.at, label.len);
        assert_true(kind <= i);
    }
}

static void labels_are_found_until_their_device_goes(void **state) {
    (void)state;
    struct world w;
    char label[CF_ROSTER_LABEL_LEN];
    enum cf_conf_media_kind kind;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    assert_labels_are_found(conf, world_device(conf, ALICE));
    assert_labels_are_found(conf, world_device(conf, BOB));
    memcpy(label, world_device(conf, BOB)->media[CF_CONF_AUDIO].label, sizeof label);
    cf_conference_on_left(conf, w.now, bob, false);
    world_run(&w, w.now + CF_SEC(60));
    assert_null(cf_roster_find_label(&conf->roster, cf_str_n(label, sizeof label), &kind));
    assert_null(cf_roster_find_label(&conf->roster, CF_STR("nobody123"), &kind));
    assert_null(cf_roster_find_label(&conf->roster, CF_STR_NONE, &kind));
    assert_labels_are_found(conf, world_device(conf, ALICE));
    world_fini(&w);
}

static void a_shared_screen_has_a_label_of_its_own_while_it_lasts(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_handle alice = world_join(&w, conf, ALICE, ALICE_PHONE);
    const struct cf_roster_device *device = world_device(conf, ALICE);
    struct cf_media_update updates[CF_CONF_MEDIA_COUNT] = {
        [CF_CONF_AUDIO] = {.status = CF_MEDIA_SENDRECV, .has_ssrc = true, .ssrc = 1},
        [CF_CONF_VIDEO] = {.status = CF_MEDIA_SENDRECV, .has_ssrc = true, .ssrc = 2}};
    char camera[CF_ROSTER_LABEL_LEN];
    (void)world_drain(&w);
    cf_conference_on_media(conf, w.now, alice, updates);
    assert_str(world_drain(&w), CF_STR("roster\n"));
    cf_conference_on_media(conf, w.now, alice, updates);
    assert_str(world_drain(&w), CF_STR(""));
    memcpy(camera, device->media[CF_CONF_VIDEO].label, sizeof camera);
    assert_memory_equal(camera, device->media[CF_CONF_THUMBNAIL].label, sizeof camera);
    assert_memory_not_equal(camera, device->media[CF_CONF_AUDIO].label, sizeof camera);
    updates[CF_CONF_VIDEO].content = CF_MEDIA_CONTENT_SLIDES;
    cf_conference_on_media(conf, w.now, alice, updates);
    assert_memory_not_equal(camera, device->media[CF_CONF_VIDEO].label, sizeof camera);
    assert_memory_equal(camera, device->media[CF_CONF_THUMBNAIL].label, sizeof camera);
    assert_labels_are_found(conf, device);
    updates[CF_CONF_VIDEO].content = CF_MEDIA_CONTENT_NORMAL;
    cf_conference_on_media(conf, w.now, alice, updates);
    assert_labels_are_found(conf, device);
    assert_memory_equal(camera, device->media[CF_CONF_VIDEO].label, sizeof camera);
    world_fini(&w);
}

/* --- administrators --- */

static void the_organiser_is_administrator_whenever_present(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_conference_actor bob = world_actor(BOB);
    struct cf_handle first = world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    assert_true(cf_conference_is_admin(conf, &alice));
    assert_false(cf_conference_is_admin(conf, &bob));
    cf_conference_on_left(conf, w.now, first, false);
    world_run(&w, w.now + CF_SEC(5));
    assert_false(cf_conference_is_admin(conf, &alice));
    assert_true(cf_conference_is_admin(conf, &bob)); /* somebody must be */
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    assert_true(cf_conference_is_admin(conf, &alice));
    assert_true(cf_conference_is_admin(conf, &bob));
    world_fini(&w);
}

/* Calls @p aor into @p conf in the name of the operator and lets @p entity answer. */
static void call_in(struct world *w, struct cf_conference *conf, const char *aor, const char *entity) {
    struct cf_conference_actor operator= {.is_operator = true};
    struct cf_resource_entry entry = {.uri = cf_str_of(aor)};
    assert_int_equal(cf_conference_on_add(conf, w->now, &operator, & entry).reason, CF_DENIAL_NONE);
    (void)world_drain(w);
    struct cf_conference_call call = world_call(w, aor, entity, entity);
    struct cf_handle device = world_device(conf, aor)->handle;
    cf_conference_on_dialing(conf, w->now, device, &call);
    cf_conference_on_answered(conf, w->now, device, &call);
}

static void whoever_is_called_in_first_is_administrator_too(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference_config room = {
        .kind = CF_CONFERENCE_ROOM, .key = CF_STR("room-lounge"), .uri = CF_STR("sip:room-lounge@example.org")};
    struct cf_conference *lounge = world_create(&w, &room);
    call_in(&w, lounge, BOB, BOB_PHONE);
    call_in(&w, lounge, CAROL, CAROL_PHONE);
    assert_true(world_is_admin(lounge, BOB));
    assert_false(world_is_admin(lounge, CAROL));
    assert_true(cf_roster_find(&lounge->roster, CF_STR(BOB))->is_verified);
    struct cf_conference *ad_hoc = world_ad_hoc(&w, NULL);
    call_in(&w, ad_hoc, BOB, BOB_PHONE);
    assert_true(world_is_admin(ad_hoc, BOB));
    /* The organiser is called in like anybody else, and is administrator. */
    call_in(&w, ad_hoc, ALICE, ALICE_PHONE);
    assert_true(world_is_admin(ad_hoc, ALICE));
    assert_true(world_is_admin(ad_hoc, BOB));
    world_fini(&w);
}

static void when_the_last_administrator_steps_back_the_eldest_other_takes_over(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_conference_actor alice = world_actor(ALICE);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    /* Alone one stays what one is. */
    assert_int_equal(cf_conference_on_set_admin(conf, w.now, &alice, CF_STR(ALICE), false).reason, CF_DENIAL_NONE);
    assert_true(world_is_admin(conf, ALICE));
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    (void)world_join(&w, conf, CAROL, CAROL_PHONE);
    assert_int_equal(cf_conference_on_set_admin(conf, w.now, &alice, CF_STR(ALICE), false).reason, CF_DENIAL_NONE);
    assert_false(world_is_admin(conf, ALICE));
    assert_true(world_is_admin(conf, BOB));
    assert_false(world_is_admin(conf, CAROL));
    world_fini(&w);
}

static void only_administrators_may(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_conference_actor bob = world_actor(BOB);
    struct cf_conference_actor stranger = world_actor(CAROL);
    struct cf_conference_actor operator= {.is_operator = true};
    struct cf_resource_entry carol = {.uri = CF_STR(CAROL)};
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    assert_int_equal(cf_conference_on_add(conf, w.now, &bob, &carol).reason, CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_remove(conf, w.now, &bob, CF_STR(ALICE)).reason, CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_set_admin(conf, w.now, &bob, CF_STR(BOB), true).reason, CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_set_role(conf, w.now, &bob, CF_STR(ALICE), CF_CONF_ROLE_LISTENER).reason,
                     CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_subject(conf, w.now, &bob, CF_STR("Mine")).reason, CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_lock(conf, w.now, &bob, true).reason, CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_end(conf, w.now, &bob).reason, CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_end(conf, w.now, &stranger).reason, CF_DENIAL_NOT_ADMIN);
    assert_int_equal(cf_conference_on_remove(conf, w.now, &alice, CF_STR(CAROL)).reason, CF_DENIAL_NOT_MEMBER);
    assert_int_equal(cf_conference_on_set_admin(conf, w.now, &alice, CF_STR(BOB), true).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_lock(conf, w.now, &bob, true).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_set_admin(conf, w.now, &operator, CF_STR(BOB), false).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_lock(conf, w.now, &bob, false).reason, CF_DENIAL_NOT_ADMIN);
    world_fini(&w);
}

static void an_administrator_who_is_being_removed_is_none_any_more(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_conference_actor bob = world_actor(BOB);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    assert_int_equal(cf_conference_on_set_admin(conf, w.now, &alice, CF_STR(BOB), true).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_remove(conf, w.now, &alice, CF_STR(BOB)).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_end(conf, w.now, &bob).reason, CF_DENIAL_NOT_ADMIN);
    world_fini(&w);
}

static void removal_hangs_up_on_every_device_and_takes_off_the_list(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    static const char *const uris[] = {BOB};
    struct cf_resource_list list = make_list(&w, uris, 1);
    struct cf_conference_config config = {.kind = CF_CONFERENCE_AD_HOC,
                                          .access = CF_CONFERENCE_ACCESS_INVITED,
                                          .uri = CF_STR("sip:focus@example.org"),
                                          .organiser = CF_STR(ALICE),
                                          .invitees = &list};
    struct cf_conference *conf = world_create(&w, &config);
    cf_resource_list_fini(&list);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_handle phone = world_join(&w, conf, BOB, BOB_PHONE);
    struct cf_handle laptop = world_join(&w, conf, BOB, BOB_LAPTOP);
    (void)world_drain(&w);
    struct cf_conference_actor alice = world_actor(ALICE);
    assert_int_equal(cf_conference_on_remove(conf, w.now, &alice, CF_STR(BOB)).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w),
               CF_STR("hang up sip:bob@example.org leg 2 (removed)\nhang up sip:bob@example.org leg 3 (removed)\nroster\n"));
    assert_false(cf_conference_is_member(conf, CF_STR(BOB)));
    assert_int_equal(world_device(conf, BOB)->status, CF_ENDPOINT_DISCONNECTING);
    /* No way back in, not even while the BYE is under way. */
    assert_int_equal(world_try(&w, conf, BOB, BOB_PHONE), CF_DENIAL_NOT_INVITED);
    cf_conference_on_left(conf, w.now, phone, false);
    cf_conference_on_left(conf, w.now, laptop, false);
    assert_int_equal(world_try(&w, conf, BOB, BOB_PHONE), CF_DENIAL_NOT_INVITED);
    world_fini(&w);
}

/* --- subject --- */

static void only_real_subjects_change_the_subject(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_conference_actor bob = world_actor(BOB);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    (void)world_drain(&w);
    static const char *const none[] = {"Media change", "call on hold",    " ICE processing concluded ", "", "   ",
                                       "Weekly sync",  "Weekly  sync\r\n"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(cf_conference_on_subject(conf, w.now, &bob, cf_str_of(none[i])).reason, CF_DENIAL_NONE);
        assert_int_equal(cf_conference_on_subject(conf, w.now, &alice, cf_str_of(none[i])).reason, CF_DENIAL_NONE);
        assert_str(conf->subject, CF_STR("Weekly sync"));
    }
    assert_str(world_drain(&w), CF_STR(""));
    assert_int_equal(cf_conference_on_subject(conf, w.now, &alice, CF_STR("Budget\n\xe2\x80\xae 2027")).reason, CF_DENIAL_NONE);
    assert_str(conf->subject, CF_STR("Budget 2027"));
    assert_str(world_drain(&w), CF_STR("roster\n"));
    world_fini(&w);
}

/* --- doors --- */

static void a_locked_conference_lets_in_only_who_is_in_or_called(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_handle first = world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    assert_int_equal(cf_conference_on_lock(conf, w.now, &alice, true).reason, CF_DENIAL_NONE);
    assert_int_equal(world_try(&w, conf, CAROL, CAROL_PHONE), CF_DENIAL_LOCKED);
    assert_int_equal(world_try(&w, conf, BOB, BOB_LAPTOP), CF_DENIAL_NONE);
    struct cf_resource_entry carol = {.uri = CF_STR(CAROL)};
    assert_int_equal(cf_conference_on_add(conf, w.now, &alice, &carol).reason, CF_DENIAL_NONE);
    (void)world_drain(&w);
    assert_int_equal(world_try(&w, conf, CAROL, CAROL_PHONE), CF_DENIAL_NONE);
    cf_conference_on_left(conf, w.now, first, false);
    assert_int_equal(world_try(&w, conf, ALICE, ALICE_PHONE), CF_DENIAL_NONE);
    world_fini(&w);
}

static void a_full_conference_says_so(void **state) {
    (void)state;
    struct world w;
    struct cf_conference_limits limits = cf_conference_limits_default;
    limits.participants = 2;
    world_init(&w, &limits);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    assert_int_equal(world_try(&w, conf, CAROL, CAROL_PHONE), CF_DENIAL_FULL);
    assert_int_equal(world_try(&w, conf, BOB, BOB_LAPTOP), CF_DENIAL_NONE);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_resource_entry carol = {.uri = CF_STR(CAROL)};
    assert_int_equal(cf_conference_on_add(conf, w.now, &alice, &carol).reason, CF_DENIAL_FULL);
    assert_int_equal(cf_conference_on_remove(conf, w.now, &alice, CF_STR(BOB)).reason, CF_DENIAL_NONE);
    cf_conference_on_left(conf, w.now, bob, false);
    cf_conference_on_left(conf, w.now, world_device(conf, BOB)->handle, false);
    /* Bob is still shown, but his place is free. */
    assert_non_null(cf_roster_find(&conf->roster, CF_STR(BOB)));
    assert_int_equal(world_try(&w, conf, CAROL, CAROL_PHONE), CF_DENIAL_NONE);
    world_fini(&w);
}

static struct cf_conference *lobby(struct world *w) {
    struct cf_conference_config config = {
        .kind = CF_CONFERENCE_AD_HOC, .uri = CF_STR("sip:focus@example.org"), .organiser = CF_STR(ALICE), .has_lobby = true};
    return world_create(w, &config);
}

static void the_lobby_holds_strangers_until_admitted(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = lobby(&w);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_conference_actor bob = world_actor(BOB);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_conference_call call = world_call(&w, BOB, BOB_PHONE, "b1");
    struct cf_admission admission = cf_conference_on_dial_in(conf, w.now, &call);
    assert_int_equal(admission.denial.reason, CF_DENIAL_NONE);
    assert_true(admission.is_waiting);
    cf_conference_on_connected(conf, w.now, admission.device);
    const struct cf_roster_device *device = cf_roster_device(&conf->roster, admission.device);
    assert_int_equal(cf_roster_device_status(device), CF_ENDPOINT_ON_HOLD);
    assert_false(cf_roster_device_is_in(device));
    /* Neither calling again nor a second device nor one's own word gets one in. */
    call = world_call(&w, BOB, BOB_PHONE, "b2");
    assert_true(cf_conference_on_dial_in(conf, w.now, &call).is_waiting);
    call = world_call(&w, BOB, BOB_LAPTOP, "b3");
    assert_true(cf_conference_on_dial_in(conf, w.now, &call).is_waiting);
    assert_int_equal(cf_conference_on_admit(conf, w.now, &bob, CF_STR(BOB), true).reason, CF_DENIAL_NOT_ADMIN);
    (void)world_drain(&w);
    assert_int_equal(cf_conference_on_admit(conf, w.now, &alice, CF_STR(BOB), true).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("admitted sip:bob@example.org\nadmitted sip:bob@example.org\nroster\n"));
    assert_true(cf_conference_is_member(conf, CF_STR(BOB)));
    call = world_call(&w, BOB, "sip:bob@192.0.2.9", "b4");
    assert_false(cf_conference_on_dial_in(conf, w.now, &call).is_waiting);
    world_fini(&w);
}

static void who_is_sent_away_from_the_lobby_is_hung_up_on(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = lobby(&w);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_handle first = world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    (void)world_drain(&w);
    assert_int_equal(cf_conference_on_admit(conf, w.now, &alice, CF_STR(BOB), false).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("hang up sip:bob@example.org leg 2 (denied)\nroster\n"));
    /* Those who wait don't keep a conference alive. */
    (void)world_join(&w, conf, CAROL, CAROL_PHONE);
    (void)world_drain(&w);
    cf_conference_on_left(conf, w.now, first, false);
    assert_str(world_drain(&w), CF_STR("hang up sip:carol@example.org leg 3 (over)\nover ended\n"));
    world_fini(&w);
}

static void overlong_strings_are_refused(void **state) {
    (void)state;
    struct world w;
    static char big[600];
    memset(big, 'x', sizeof big);
    world_init(&w, NULL);
    struct cf_conference *conf = world_ad_hoc(&w, NULL);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    struct cf_conference_call call = {.aor = cf_str_n(big, 257), .entity = CF_STR("sip:x")};
    assert_int_equal(cf_conference_on_dial_in(conf, w.now, &call).denial.reason, CF_DENIAL_TOO_LONG);
    call = (struct cf_conference_call){.aor = CF_STR(BOB), .entity = cf_str_n(big, 385)};
    assert_int_equal(cf_conference_on_dial_in(conf, w.now, &call).denial.reason, CF_DENIAL_TOO_LONG);
    assert_null(cf_roster_find(&conf->roster, CF_STR(BOB)));
    /* A Call-ID that does not fit is left out of the documents; the call is fine. */
    call = (struct cf_conference_call){.aor = CF_STR(BOB), .entity = CF_STR(BOB), .ids = {.call_id = cf_str_n(big, 257)}};
    assert_int_equal(cf_conference_on_dial_in(conf, w.now, &call).denial.reason, CF_DENIAL_NONE);
    assert_int_equal(world_device(conf, BOB)->call.call_id.len, 0);
    world_fini(&w);
}

/* --- scheduled --- */

#define HOUR CF_SEC(3600)

static struct cf_conference *scheduled(struct world *w) {
    struct cf_conference_config config = {.kind = CF_CONFERENCE_SCHEDULED,
                                          .uri = CF_STR("sip:focus@example.org"),
                                          .organiser = CF_STR(ALICE),
                                          .start = WORLD_WALL + 2 * HOUR,
                                          .end = WORLD_WALL + 3 * HOUR};
    struct cf_conference *conf = world_create(w, &config);
    assert_str(world_drain(w), CF_STR("store created\n"));
    return conf;
}

static void a_scheduled_conference_opens_and_expires(void **state) {
    (void)state;
    struct world w;
    char text[128];
    struct cf_writer out;
    world_init(&w, NULL);
    struct cf_conference *conf = scheduled(&w);
    struct cf_denial denial = cf_conference_may_join(conf, w.now, CF_STR(ALICE));
    assert_int_equal(denial.reason, CF_DENIAL_TOO_EARLY);
    cf_writer_init(&out, text, sizeof text);
    cf_put_denial(&out, denial);
    assert_str(cf_writer_str(&out), CF_STR("Conference can be joined from 2026-01-01T01:45:00Z"));
    world_run(&w, HOUR + CF_SEC(45 * 60));
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    assert_str(world_drain(&w), CF_STR("store running\nroster\n"));
    assert_false(world_is_admin(conf, BOB)); /* the organiser will be */
    cf_conference_on_left(conf, w.now, bob, false);
    assert_str(world_drain(&w), CF_STR("roster\n"));
    assert_int_equal(conf->state, CF_CONFERENCE_STATE_IDLE);
    /* Somebody in it when it should expire is not thrown out. */
    bob = world_join(&w, conf, BOB, BOB_PHONE);
    world_run(&w, 30 * HOUR);
    assert_int_equal(conf->state, CF_CONFERENCE_STATE_RUNNING);
    assert_int_equal(world_try(&w, conf, ALICE, ALICE_PHONE), CF_DENIAL_NONE);
    cf_conference_on_left(conf, w.now, world_device(conf, ALICE)->handle, false);
    cf_conference_on_left(conf, w.now, bob, false);
    (void)world_drain(&w);
    cf_directory_on_deadline(&w.dir, w.now);
    assert_str(world_drain(&w), CF_STR("store expired\nover expired\n"));
    world_fini(&w);
}

static void an_unused_scheduled_conference_expires_a_day_after_its_end(void **state) {
    (void)state;
    struct world w;
    struct cf_conference *found = NULL;
    world_init(&w, NULL);
    char key[CF_DIRECTORY_ID_LEN];
    memcpy(key, scheduled(&w)->key.at, sizeof key);
    assert_true(cf_directory_deadline(&w.dir) == 27 * HOUR);
    world_run(&w, 27 * HOUR);
    struct cf_denial denial = cf_directory_find(&w.dir, cf_str_n(key, sizeof key), &found);
    assert_int_equal(denial.reason, CF_DENIAL_TOO_LATE);
    assert_true(denial.at == WORLD_WALL + 27 * HOUR);
    world_run(&w, 52 * HOUR);
    assert_int_equal(cf_directory_find(&w.dir, cf_str_n(key, sizeof key), &found).reason, CF_DENIAL_NOT_FOUND);
    world_fini(&w);
}

static void the_organiser_moves_and_cancels_but_not_while_people_are_in(void **state) {
    (void)state;
    struct world w;
    struct cf_conference *found = NULL;
    world_init(&w, NULL);
    struct cf_conference *conf = scheduled(&w);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_conference_actor bob = world_actor(BOB);
    static const char *const uris[] = {BOB, CAROL};
    struct cf_resource_list list = make_list(&w, uris, 2);
    struct cf_conference_update update = {
        .subject = CF_STR("Moved"), .start = WORLD_WALL, .end = WORLD_WALL + HOUR, .invitees = &list};
    assert_int_equal(cf_conference_on_update(conf, w.now, &bob, &update).reason, CF_DENIAL_NOT_ORGANISER);
    assert_int_equal(cf_conference_on_cancel(conf, w.now, &bob).reason, CF_DENIAL_NOT_ORGANISER);
    assert_int_equal(cf_conference_on_update(conf, w.now, &alice, &update).reason, CF_DENIAL_NONE);
    cf_resource_list_fini(&list);
    assert_str(world_drain(&w), CF_STR("store created\nroster\n"));
    assert_str(conf->subject, CF_STR("Moved"));
    assert_int_equal(conf->invitee_count, 2);
    struct cf_handle device = world_join(&w, conf, BOB, BOB_PHONE);
    assert_int_equal(cf_conference_on_update(conf, w.now, &alice, &update).reason, CF_DENIAL_IN_USE);
    assert_int_equal(cf_conference_on_cancel(conf, w.now, &alice).reason, CF_DENIAL_IN_USE);
    cf_conference_on_left(conf, w.now, device, false);
    (void)world_drain(&w);
    char key[CF_DIRECTORY_ID_LEN];
    memcpy(key, conf->key.at, sizeof key);
    assert_int_equal(cf_conference_on_cancel(conf, w.now, &alice).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_cancel(conf, w.now, &alice).reason, CF_DENIAL_CANCELLED);
    assert_str(world_drain(&w), CF_STR("store cancelled\nover cancelled\n"));
    assert_int_equal(cf_directory_find(&w.dir, cf_str_n(key, sizeof key), &found).reason, CF_DENIAL_CANCELLED);
    world_fini(&w);
}

static void the_wall_clock_may_jump(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = scheduled(&w);
    assert_int_equal(world_try(&w, conf, BOB, BOB_PHONE), CF_DENIAL_TOO_EARLY);
    cf_directory_set_wall(&w.dir, w.now, WORLD_WALL + 2 * HOUR);
    assert_int_equal(cf_conference_may_join(conf, w.now, CF_STR(BOB)).reason, CF_DENIAL_NONE);
    assert_true(cf_directory_deadline(&w.dir) == 25 * HOUR);
    world_fini(&w);
}

static void ending_for_all_leaves_a_scheduled_conference_callable(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = scheduled(&w);
    struct cf_conference_actor alice = world_actor(ALICE);
    w.now = 2 * HOUR;
    struct cf_handle device = world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_drain(&w);
    assert_int_equal(cf_conference_on_end(conf, w.now, &alice).reason, CF_DENIAL_NONE);
    assert_str(world_drain(&w), CF_STR("hang up sip:alice@example.org leg 1 (over)\nroster\n"));
    cf_conference_on_left(conf, w.now, device, false);
    assert_int_equal(world_try(&w, conf, ALICE, ALICE_PHONE), CF_DENIAL_NONE);
    world_fini(&w);
}

/* --- rooms --- */

static void a_room_made_on_demand_disappears_without_trace(void **state) {
    (void)state;
    struct world w;
    struct cf_conference *found = NULL;
    world_init(&w, NULL);
    struct cf_conference_config config = {
        .kind = CF_CONFERENCE_ON_DEMAND, .key = CF_STR("room-tea"), .uri = CF_STR("sip:room-tea@example.org")};
    struct cf_conference *conf = world_create(&w, &config);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    assert_str(world_drain(&w), CF_STR("roster\n"));
    assert_true(world_is_admin(conf, BOB)); /* the first who comes, for want of an organiser */
    (void)world_join(&w, conf, CAROL, CAROL_PHONE);
    assert_false(world_is_admin(conf, CAROL));
    cf_conference_on_left(conf, w.now, bob, false);
    assert_true(world_is_admin(conf, CAROL));
    cf_conference_on_left(conf, w.now, world_device(conf, CAROL)->handle, true);
    assert_str(world_drain(&w), CF_STR("over ended\n"));
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("room-tea"), &found).reason, CF_DENIAL_NOT_FOUND);
    /* One that nobody enters goes too. */
    (void)world_create(&w, &config);
    world_run(&w, w.now + CF_SEC(61));
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("room-tea"), &found).reason, CF_DENIAL_NOT_FOUND);
    world_fini(&w);
}

static void a_permanent_room_stays(void **state) {
    (void)state;
    struct world w;
    struct cf_conference *found = NULL;
    world_init(&w, NULL);
    struct cf_conference_config config = {
        .kind = CF_CONFERENCE_ROOM, .key = CF_STR("room-lounge"), .uri = CF_STR("sip:room-lounge@example.org")};
    struct cf_conference *conf = world_create(&w, &config);
    struct cf_handle bob = world_join(&w, conf, BOB, BOB_PHONE);
    assert_str(world_drain(&w), CF_STR("store running\nroster\n"));
    cf_conference_on_left(conf, w.now, bob, false);
    (void)world_drain(&w);
    world_run(&w, 1000 * HOUR);
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("room-lounge"), &found).reason, CF_DENIAL_NONE);
    assert_ptr_equal(found, conf);
    world_fini(&w);
}

/* --- memory --- */

static void full_story(struct world *w) {
    static const char *const uris[] = {BOB, CAROL};
    struct cf_resource_list list;
    struct cf_conference *conf = NULL;
    struct cf_conference_actor alice = world_actor(ALICE);
    cf_resource_list_init(&list, &w->mem.mem, 10);
    for (size_t i = 0; i < 2; i++) {
        enum cf_err err = cf_resource_list_add(&list, cf_str_of(uris[i]), CF_STR("Somebody"), NULL);
        assert_true(err == CF_OK || err == CF_ERR_NO_MEMORY);
    }
    struct cf_conference_config config = {.kind = CF_CONFERENCE_AD_HOC,
                                          .uri = CF_STR("sip:focus@example.org"),
                                          .subject = CF_STR("x"),
                                          .organiser = CF_STR(ALICE),
                                          .organiser_name = CF_STR("Alice"),
                                          .invitees = &list};
    struct cf_denial denial = cf_directory_create(&w->dir, 0, &config, &conf);
    cf_resource_list_fini(&list);
    if (!cf_denial_is_none(denial)) {
        assert_int_equal(denial.reason, CF_DENIAL_NO_MEMORY);
        return;
    }
    struct cf_handle handles[3] = {{0, 0}};
    static const char *const entities[] = {ALICE_PHONE, ALICE_PHONE, "sip:alice@192.0.2.1"};
    for (size_t i = 0; i < 3; i++) {
        struct cf_conference_call call = world_call(w, ALICE, entities[i], "id");
        call.name = CF_STR("Alice A.");
        struct cf_admission admission = cf_conference_on_dial_in(conf, 0, &call);
        assert_true(admission.denial.reason == CF_DENIAL_NONE || admission.denial.reason == CF_DENIAL_NO_MEMORY);
        handles[i] = admission.device;
        cf_conference_on_connected(conf, 0, admission.device);
        (void)world_drain(w);
    }
    const struct cf_roster_device *bob = world_find_device(conf, BOB);
    if (bob != NULL) {
        struct cf_conference_call call = world_call(w, BOB, BOB_PHONE, "id");
        struct cf_roster_cause cause = {486, CF_STR("Busy Here")};
        cf_conference_on_dialing(conf, 0, bob->handle, &call);
        cf_conference_on_answered(conf, 0, bob->handle, &call);
        enum cf_denial_reason reason = cf_conference_on_subject(conf, 0, &alice, CF_STR("another")).reason;
        assert_true(reason == CF_DENIAL_NONE || reason == CF_DENIAL_NO_MEMORY);
        assert_int_equal(cf_conference_on_remove(conf, 0, &alice, CF_STR(BOB)).reason, CF_DENIAL_NONE);
        (void)cf_conference_on_dial_failed(conf, 0, bob->handle, CF_CALL_BUSY, &cause);
    }
    (void)world_drain(w);
    for (size_t i = 0; i < 3; i++) {
        cf_conference_on_left(conf, 0, handles[i], false);
    }
    (void)world_drain(w);
}

static void survives_running_out_of_memory_at_any_point(void **state) {
    (void)state;
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        struct world w;
        world_init(&w, NULL);
        w.mem.fail_at = w.mem.count + n - 1;
        full_story(&w);
        failed = w.mem.failed;
        world_fini(&w);
        assert_true(n < 1000);
    }
}

CF_TEST_MAIN(
    cmocka_unit_test(an_ad_hoc_conference_waits_for_its_organiser_and_calls_the_list),
    cmocka_unit_test(an_organiser_who_never_comes_ends_it),
    cmocka_unit_test(it_ends_when_the_last_device_leaves_and_stops_ringing_the_others),
    cmocka_unit_test(the_list_is_called_once_and_additions_to_it_too), cmocka_unit_test(a_call_out_passes_through_its_statuses),
    cmocka_unit_test(a_call_in_vain_is_shown_with_its_reason_and_then_goes), cmocka_unit_test(calling_again_replaces_the_failure),
    cmocka_unit_test(an_answer_that_crosses_our_cancel_is_hung_up), cmocka_unit_test(who_dials_in_is_no_longer_called),
    cmocka_unit_test(who_dials_in_before_we_call_is_not_called_at_all),
    cmocka_unit_test(a_plain_phone_whose_contact_is_its_address_takes_over_the_call_out),
    cmocka_unit_test(the_same_device_calling_again_replaces_its_call), cmocka_unit_test(several_devices_are_one_participant),
    cmocka_unit_test(who_comes_back_at_once_is_the_same_participant), cmocka_unit_test(hold_and_mute_show_in_the_status),
    cmocka_unit_test(all_are_muted_but_moderators), cmocka_unit_test(labels_are_found_until_their_device_goes),
    cmocka_unit_test(a_shared_screen_has_a_label_of_its_own_while_it_lasts),
    cmocka_unit_test(the_organiser_is_administrator_whenever_present),
    cmocka_unit_test(whoever_is_called_in_first_is_administrator_too),
    cmocka_unit_test(when_the_last_administrator_steps_back_the_eldest_other_takes_over),
    cmocka_unit_test(only_administrators_may), cmocka_unit_test(an_administrator_who_is_being_removed_is_none_any_more),
    cmocka_unit_test(removal_hangs_up_on_every_device_and_takes_off_the_list),
    cmocka_unit_test(only_real_subjects_change_the_subject),
    cmocka_unit_test(a_locked_conference_lets_in_only_who_is_in_or_called), cmocka_unit_test(a_full_conference_says_so),
    cmocka_unit_test(the_lobby_holds_strangers_until_admitted), cmocka_unit_test(who_is_sent_away_from_the_lobby_is_hung_up_on),
    cmocka_unit_test(overlong_strings_are_refused), cmocka_unit_test(a_scheduled_conference_opens_and_expires),
    cmocka_unit_test(an_unused_scheduled_conference_expires_a_day_after_its_end),
    cmocka_unit_test(the_organiser_moves_and_cancels_but_not_while_people_are_in), cmocka_unit_test(the_wall_clock_may_jump),
    cmocka_unit_test(ending_for_all_leaves_a_scheduled_conference_callable),
    cmocka_unit_test(a_room_made_on_demand_disappears_without_trace), cmocka_unit_test(a_permanent_room_stays),
    cmocka_unit_test(survives_running_out_of_memory_at_any_point))
