/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The documents of one conference from beginning to end, compared with tests/vectors/conference-info/. The vectors are laid out
 * for reading; line ends and indentation between elements don't count. They say what Linphone 5.1, 5.2 and later and RFC 4575
 * clients were found to need (docs/rfc/4575.md). After a wanted change of the documents run this with CF_WRITE_VECTORS=1 and look
 * at the difference.
 */
#include "adapt/expat/expat_conference_info.h"
#include "core/conf/roster_document.h"
#include "lib/conf_world.h"

#define FOLDER "tests/vectors/conference-info/"
#define ENTITY "sip:conference-focus@example.org;gr=urn:uuid:f;conf-id=xyz"

/** A scene: alice's conference and one subscriber. */
struct scene {
    struct world w;
    struct cf_conference *conf;
    struct cf_roster_subscriber sub;
    struct cf_handle alice;
    char text[CF_ROSTER_DOCUMENT_MAX];
};

static struct scene scene;

/* --- vectors --- */

/* Drop what is between '>' and '<' if it is blank. */
static size_t squeeze(char *text, size_t len) {
    size_t out = 0;
    for (size_t i = 0; i < len; i++) {
        text[out++] = text[i];
        if (text[i] == '>') {
            size_t next = i + 1;
            while (next < len && strchr(" \r\n", text[next]) != NULL) {
                next++;
            }
            i = next < len && text[next] != '<' ? i : next - 1;
        }
    }
    return out;
}

/* One element with text a line, containers indented. */
static void write_vector(const char *path, const char *text, size_t len) {
    FILE *file = fopen(path, "w");
    int depth = 0;
    assert_non_null(file);
    for (size_t i = 0; i < len;) {
        const char *end = memchr(text + i, '>', len - i);
        assert_non_null(end);
        size_t tag = (size_t)(end - text) + 1 - i;
        bool is_end = text[i + 1] == '/';
        bool is_start = !is_end && text[i + 1] != '?' && text[i + tag - 2] != '/';
        depth -= is_end ? 1 : 0;
        fprintf(file, "%*s%.*s", depth, "", (int)tag, text + i);
        i += tag;
        if (is_start && i < len && (text[i] != '<' || text[i + 1] == '/')) {
            const char *close = memchr(text + i, '>', len - i);
            assert_non_null(close);
            fprintf(file, "%.*s", (int)(close + 1 - (text + i)), text + i);
            i = (size_t)(close - text) + 1;
        } else {
            depth += is_start ? 1 : 0;
        }
        fputc('\n', file);
    }
    fclose(file);
}

static void compare(const char *name, size_t len) {
    static char expected[CF_ROSTER_DOCUMENT_MAX];
    char path[256];
    len = squeeze(scene.text, len);
    snprintf(path, sizeof path, FOLDER "%s.xml", name);
    if (getenv("CF_WRITE_VECTORS") != NULL) {
        write_vector(path, scene.text, len);
    }
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t expected_len = squeeze(expected, fread(expected, 1, sizeof expected, file));
    fclose(file);
    assert_str(cf_str_n(scene.text, len), cf_str_n(expected, expected_len));
}

/* --- the scene --- */

/* The document that is due now, compared with vector @p name and read back. */
static void expect(const char *name, enum cf_roster_document_kind expected_kind) {
    struct cf_writer w;
    struct cf_conference_info info;
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    (void)world_drain(&scene.w);
    scene.w.now += CF_SEC(1);
    assert_true(cf_roster_subscriber_deadline(&scene.sub, scene.conf) <= scene.w.now);
    cf_writer_init(&w, scene.text, sizeof scene.text);
    assert_ok(cf_roster_document_write(&scene.sub, scene.conf, scene.w.now, &w, &kind));
    assert_int_equal(kind, expected_kind);
    assert_ok(cf_expat_read_conference_info(&scene.w.mem.mem, cf_writer_str(&w), &info));
    assert_int_equal(info.version, scene.sub.version);
    assert_str(info.entity, CF_STR(ENTITY));
    cf_conference_info_fini(&info);
    compare(name, w.len);
    cf_roster_subscriber_on_answered(&scene.sub, true, scene.w.now);
    assert_true(cf_roster_subscriber_deadline(&scene.sub, scene.conf) == CF_USEC_NEVER);
}

static void set_media(struct cf_handle device, enum cf_media_content content, enum cf_media_status thumbnail) {
    struct cf_media_update updates[CF_CONF_MEDIA_COUNT] = {
        [CF_CONF_AUDIO] = {.status = CF_MEDIA_SENDRECV, .has_ssrc = true, .ssrc = 837441304},
        [CF_CONF_VIDEO] = {.status = content == CF_MEDIA_CONTENT_SLIDES ? CF_MEDIA_SENDONLY : CF_MEDIA_SENDRECV,
                           .content = content,
                           .has_ssrc = true,
                           .ssrc = 680871508},
        [CF_CONF_THUMBNAIL] = {.status = thumbnail, .has_ssrc = thumbnail != CF_MEDIA_INACTIVE, .ssrc = 4222681533}};
    cf_conference_on_media(scene.conf, scene.w.now, device, updates);
}

static int begin(void **state) {
    (void)state;
    struct cf_resource_list list;
    world_init(&scene.w, NULL);
    cf_resource_list_init(&list, &scene.w.mem.mem, 10);
    assert_ok(cf_resource_list_add(&list, CF_STR(BOB ";X-ROLE=speaker"), CF_STR_NONE, NULL));
    assert_ok(cf_resource_list_add(&list, CF_STR(CAROL ";X-ROLE=listener"), CF_STR_NONE, NULL));
    scene.conf = world_ad_hoc(&scene.w, &list);
    cf_resource_list_fini(&list);
    struct cf_conference_call call = world_call(&scene.w, ALICE, ALICE_PHONE, "hz4O8oIhs6");
    call.name = CF_STR("Alice \"<&>\" \xe2\x80\xae\xff");
    struct cf_admission admission = cf_conference_on_dial_in(scene.conf, scene.w.now, &call);
    assert_int_equal(admission.denial.reason, CF_DENIAL_NONE);
    scene.alice = admission.device;
    assert_ok(cf_roster_subscriber_init(&scene.sub, &scene.w.mem.mem, CF_STR(ENTITY), CF_STR(ALICE), 0));
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_roster_subscriber_fini(&scene.sub);
    world_fini(&scene.w);
    return 0;
}

static struct cf_handle bob_answers(void) {
    struct cf_conference_call call = world_call(&scene.w, BOB, NULL, "jNiV5tEkQQ");
    struct cf_handle bob = world_device(scene.conf, BOB)->handle;
    call.ids.to_tag = CF_STR("");
    cf_conference_on_dialing(scene.conf, scene.w.now, bob, &call);
    expect("03-bob-is-called", CF_ROSTER_DOCUMENT_PARTIAL);
    call = world_call(&scene.w, BOB, BOB_PHONE, "jNiV5tEkQQ");
    cf_conference_on_answered(scene.conf, scene.w.now, bob, &call);
    set_media(bob, CF_MEDIA_CONTENT_NORMAL, CF_MEDIA_INACTIVE);
    return bob;
}

static void the_documents_of_a_conference_from_beginning_to_end(void **state) {
    (void)state;
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_conference *conf = scene.conf;
    expect("01-full-dialing-in", CF_ROSTER_DOCUMENT_FULL);
    cf_conference_on_connected(conf, scene.w.now, scene.alice);
    set_media(scene.alice, CF_MEDIA_CONTENT_NORMAL, CF_MEDIA_SENDONLY);
    expect("02-connected-and-list-called", CF_ROSTER_DOCUMENT_PARTIAL);
    struct cf_handle bob = bob_answers();
    struct cf_roster_cause busy = {486, CF_STR("Busy Here")};
    cf_conference_on_dial_failed(conf, scene.w.now, world_device(conf, CAROL)->handle, CF_CALL_BUSY, &busy);
    expect("04-bob-answered-carol-busy", CF_ROSTER_DOCUMENT_PARTIAL);
    assert_int_equal(cf_conference_on_subject(conf, scene.w.now, &alice, CF_STR("Budget & plans")).reason, CF_DENIAL_NONE);
    expect("05-subject", CF_ROSTER_DOCUMENT_PARTIAL);
    assert_int_equal(cf_conference_on_set_admin(conf, scene.w.now, &alice, CF_STR(BOB), true).reason, CF_DENIAL_NONE);
    expect("06-bob-admin", CF_ROSTER_DOCUMENT_PARTIAL);
    cf_conference_on_hold(conf, scene.w.now, bob, true);
    expect("07-bob-on-hold", CF_ROSTER_DOCUMENT_PARTIAL);
    set_media(bob, CF_MEDIA_CONTENT_SLIDES, CF_MEDIA_SENDONLY);
    cf_conference_on_hold(conf, scene.w.now, bob, false);
    expect("08-bob-shares-his-screen", CF_ROSTER_DOCUMENT_PARTIAL);
    assert_int_equal(cf_conference_on_mute(conf, scene.w.now, &alice, CF_STR(BOB), true).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_lock(conf, scene.w.now, &alice, true).reason, CF_DENIAL_NONE);
    expect("09-bob-muted-and-locked", CF_ROSTER_DOCUMENT_PARTIAL);
    assert_int_equal(cf_conference_on_remove(conf, scene.w.now, &alice, CF_STR(BOB)).reason, CF_DENIAL_NONE);
    expect("10-bob-is-being-removed", CF_ROSTER_DOCUMENT_PARTIAL);
    cf_conference_on_left(conf, scene.w.now, bob, false);
    expect("11-bobs-endpoint-gone", CF_ROSTER_DOCUMENT_PARTIAL);
    world_run(&scene.w, scene.w.now + CF_SEC(1));
    expect("12-bob-gone", CF_ROSTER_DOCUMENT_PARTIAL);
    assert_int_equal(cf_conference_on_lobby(conf, scene.w.now, &alice, true).reason, CF_DENIAL_NONE);
    expect("13-lobby", CF_ROSTER_DOCUMENT_PARTIAL);
}

static void a_scheduled_conference_tells_its_times(void **state) {
    (void)state;
    struct cf_conference_config config = {.kind = CF_CONFERENCE_SCHEDULED,
                                          .uri = CF_STR("sip:focus@example.org"),
                                          .organiser = CF_STR(ALICE),
                                          .start = WORLD_WALL,
                                          .end = WORLD_WALL + CF_SEC(1800)};
    scene.conf = world_create(&scene.w, &config);
    expect("20-scheduled-empty", CF_ROSTER_DOCUMENT_FULL);
    (void)world_join(&scene.w, scene.conf, BOB, BOB);
    expect("21-newcomer", CF_ROSTER_DOCUMENT_PARTIAL);
}

static void the_last_document_says_that_it_is_over(void **state) {
    (void)state;
    struct cf_writer w;
    cf_writer_init(&w, scene.text, sizeof scene.text);
    assert_ok(cf_roster_document_write_deleted(&scene.sub, &w));
    compare("30-deleted", w.len);
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, begin, end)

CF_TEST_MAIN(IN_SCENE(the_documents_of_a_conference_from_beginning_to_end), IN_SCENE(a_scheduled_conference_tells_its_times),
             IN_SCENE(the_last_document_says_that_it_is_over))
