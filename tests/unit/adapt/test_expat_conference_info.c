/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of documents, and the view that is kept from them (core/conf/roster_view.h), which needs documents to be tested. */
#include "adapt/expat/expat_conference_info.h"

#include "core/conf/roster_view.h"
#include "lib/test.h"
#include "lib/test_mem.h"

#define ROOT(attributes) "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"sip:c@x\" " attributes ">"
#define CLOSE "</conference-info>"

/* What matters to us of the example in RFC 4575 section 7.1, and what Linphone adds. */
static const char sample[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"sips:conf233@example.com\" state=\"full\" "
    "version=\"1\"\n"
    " xmlns:linphone-cie=\"linphone:xml:ns:conference-info-linphone-extension\"><!-- info -->\n"
    " <conference-description><subject>Agenda: This month's goals</subject><free-text>1795351109</free-text>\n"
    "  <service-uris><entry><uri>http://sharepoint/</uri><purpose>web-page</purpose></entry></service-uris>\n"
    "  "
    "<linphone-cie:conference-times><linphone-cie:start>2026-11-22T12:38:29Z</linphone-cie:start></"
    "linphone-cie:conference-times>\n"
    " </conference-description><conference-state><user-count>33</user-count><active>true</active><locked>1</locked>"
    "<c:room-state xmlns:c=\"urn:confer:conference-info\" lobby=\"true\"/></conference-state>\n"
    " <users><user entity=\"sip:bob@example.com\" state=\"full\"><display-text>Bob Hoskins</display-text>\n"
    "   <roles><entry>admin</entry><entry>speaker</entry><entry>organizer</entry></roles>\n"
    "   <endpoint entity=\"sip:bob@pc33.example.com\"><display-text>Bob's Laptop</display-text><status>disconnected</status>\n"
    "    <joining-method>dialed-out</joining-method><disconnection-method>departed</disconnection-method>\n"
    "    <disconnection-info><when>2005-03-04T20:00:00Z</when><reason>bad voice quality</reason></disconnection-info>\n"
    "    <media id=\"1\"><display-text>main audio</display-text><type>audio</type><label>34567</label><src-id>432424</src-id>\n"
    "     <status>sendrecv</status></media>\n"
    "    <media id=\"4\"><type>video</type><status>sendonly</status><linphone-cie:stream-data>\n"
    "     <linphone-cie:stream-content>thumbnail</linphone-cie:stream-content></linphone-cie:stream-data></media>\n"
    "    <call-info><sip><call-id>c1</call-id><from-tag>f</from-tag><to-tag/></sip></call-info>\n"
    "   </endpoint></user></users>\n"
    " <sidebars-by-val><entry entity=\"sip:s\"><users><user entity=\"sip:evil\"/></users></entry></sidebars-by-val>\n"
    "</conference-info>\n";

static void reads_the_example_of_the_rfc(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_conference_info info;
    test_mem_init(&m);
    assert_ok(cf_expat_read_conference_info(&m.mem, cf_str_of(sample), &info));
    assert_str(info.entity, CF_STR("sips:conf233@example.com"));
    assert_int_equal(info.state, CF_ROSTER_FULL);
    assert_int_equal(info.version, 1);
    assert_str(info.subject, CF_STR("Agenda: This month's goals"));
    assert_str(info.free_text, CF_STR("1795351109"));
    assert_str(info.start, CF_STR("2026-11-22T12:38:29Z"));
    assert_null(info.end.at);
    assert_true(info.has_user_count && info.user_count == 33 && info.is_active && info.is_locked);
    assert_true(info.has_room_state && info.has_lobby);
    assert_int_equal(info.user_count_read, 1); /* sidebars are not the conference */
    const struct cf_info_user *user = &info.users[0];
    assert_str(user->name, CF_STR("Bob Hoskins"));
    assert_int_equal(user->roles, CF_INFO_ADMIN | CF_INFO_SPEAKER | CF_INFO_ORGANISER);
    assert_int_equal(user->endpoint_count, 1);
    const struct cf_info_endpoint *endpoint = &info.endpoints[0];
    assert_str(endpoint->entity, CF_STR("sip:bob@pc33.example.com"));
    assert_int_equal(endpoint->status, CF_ENDPOINT_DISCONNECTED);
    assert_int_equal(endpoint->joining_method, CF_JOINING_DIALED_OUT);
    assert_int_equal(endpoint->disconnection_method, CF_DISCONNECTION_DEPARTED);
    assert_str(endpoint->disconnection_reason, CF_STR("bad voice quality"));
    assert_str(endpoint->call.call_id, CF_STR("c1"));
    assert_non_null(endpoint->call.to_tag.at);
    assert_int_equal(endpoint->media_count, 2);
    assert_str(info.media[0].label, CF_STR("34567"));
    assert_str(info.media[0].src_id, CF_STR("432424"));
    assert_int_equal(info.media[0].status, CF_MEDIA_SENDRECV);
    assert_str(info.media[1].content, CF_STR("thumbnail"));
    cf_conference_info_fini(&info);
    test_mem_fini(&m);
}

static void refuses_documents_that_can_not_be_placed(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_conference_info info;
    static const char *const bad[] = {
        "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\"/>",
        "<conference-info entity=\"sip:x\"/>",
        ROOT("state=\"whole\"") CLOSE,
        ROOT("version=\"-1\"") CLOSE,
        ROOT("version=\"4294967296\"") CLOSE,
        ROOT("") "<users state=\"x\"/>" CLOSE,
        ROOT("") "<users><user/></users>" CLOSE,
        ROOT("") "<users><user entity=\"\"/></users>" CLOSE,
        ROOT("") "<users><user entity=\"sip:a\" state=\"x\"/></users>" CLOSE,
        ROOT("") "<users><user entity=\"sip:a\"><endpoint/></user></users>" CLOSE,
        ROOT("") "<users><user entity=\"sip:a\"><endpoint entity=\"e\"><media/></endpoint></user></users>" CLOSE,
        "<!DOCTYPE x [<!ENTITY y \"z\">]>" ROOT("") CLOSE,
        ROOT(""),
    };
    test_mem_init(&m);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (cf_expat_read_conference_info(&m.mem, cf_str_of(bad[i]), &info) != CF_ERR_MALFORMED) {
            fail_msg("accepted: %s", bad[i]);
        }
        assert_int_equal(m.live, 0);
    }
    test_mem_fini(&m);
}

static void survives_truncation_and_flipped_bits(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_conference_info info;
    static char copy[sizeof sample];
    test_mem_init(&m);
    /* The line end behind the last tag may go. */
    for (size_t len = 0; len < sizeof sample - 2; len++) {
        assert_int_equal(cf_expat_read_conference_info(&m.mem, cf_str_n(sample, len), &info), CF_ERR_MALFORMED);
    }
    for (size_t bit = 0; bit < (sizeof sample - 1) * 8; bit++) {
        memcpy(copy, sample, sizeof sample);
        copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << (bit % 8)));
        enum cf_err err = cf_expat_read_conference_info(&m.mem, cf_str_n(copy, sizeof sample - 1), &info);
        if (err == CF_OK) {
            cf_conference_info_fini(&info);
        }
        assert_true(err == CF_OK || err == CF_ERR_MALFORMED);
    }
    test_mem_fini(&m);
}

/* --- the view --- */

static enum cf_view_result apply(struct cf_roster_view *view, const struct cf_mem *mem, const char *xml) {
    struct cf_conference_info info;
    enum cf_view_result result = CF_VIEW_OLD;
    assert_ok(cf_expat_read_conference_info(mem, cf_str_of(xml), &info));
    assert_ok(cf_roster_view_apply(view, &info, &result));
    cf_conference_info_fini(&info);
    return result;
}

#define USER(entity, state, content) "<user entity=\"" entity "\" state=\"" state "\">" content "</user>"
#define ENDPOINT(entity, state, content) "<endpoint entity=\"" entity "\" state=\"" state "\">" content "</endpoint>"
#define PARTIAL(version, users)                                                                                                  \
    ROOT("state=\"partial\" version=\"" version "\"") "<users state=\"partial\">" users "</users>" CLOSE
#define FULL(version, users) ROOT("state=\"full\" version=\"" version "\"") "<users>" users "</users>" CLOSE

static void the_view_follows_partial_documents(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_roster_view view;
    test_mem_init(&m);
    cf_roster_view_init(&view, &m.mem, 1);
    assert_int_equal(
        apply(&view, &m.mem,
              FULL("5", USER("sip:a", "full",
                             "<display-text>A</display-text>" ENDPOINT(
                                 "e1", "full", "<status>connected</status><media id=\"1\"><label>l</label></media>")))),
        CF_VIEW_APPLIED);
    assert_int_equal(apply(&view, &m.mem,
                           PARTIAL("6", USER("sip:a", "partial", ENDPOINT("e1", "partial", "<status>on-hold</status>"))
                                            USER("sip:b", "full", ENDPOINT("e2", "full", "<status>alerting</status>")))),
                     CF_VIEW_APPLIED);
    const struct cf_view_user *a = cf_roster_view_find(&view, CF_STR("sip:a"));
    assert_non_null(a);
    assert_str(a->name, CF_STR("A"));
    const struct cf_view_endpoint *e1 = cf_view_user_find(a, CF_STR("e1"));
    assert_int_equal(e1->status, CF_ENDPOINT_ON_HOLD);
    assert_int_equal(e1->media_count, 1);
    assert_int_equal(view.user_count, 2);
    assert_int_equal(cf_roster_view_present(&view), 1);
    /* full replaces, deleted removes */
    assert_int_equal(apply(&view, &m.mem,
                           PARTIAL("7", USER("sip:a", "partial",
                                             ENDPOINT("e1", "full", "<status>connected</status>") ENDPOINT("e3", "deleted", ""))
                                            USER("sip:b", "deleted", ""))),
                     CF_VIEW_APPLIED);
    assert_int_equal(cf_view_user_find(a, CF_STR("e1"))->media_count, 0);
    assert_null(cf_roster_view_find(&view, CF_STR("sip:b")));
    assert_int_equal(apply(&view, &m.mem, PARTIAL("8", USER("sip:a", "full", ""))), CF_VIEW_APPLIED);
    assert_null(a->name.at);
    assert_int_equal(a->endpoint_count, 0);
    cf_roster_view_fini(&view);
    test_mem_fini(&m);
}

static void the_view_asks_for_the_full_state_when_something_is_missing(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_roster_view view;
    test_mem_init(&m);
    cf_roster_view_init(&view, &m.mem, 1);
    assert_int_equal(apply(&view, &m.mem, PARTIAL("1", "")), CF_VIEW_REFRESH);
    assert_int_equal(apply(&view, &m.mem, FULL("5", USER("sip:a", "full", ""))), CF_VIEW_APPLIED);
    assert_int_equal(apply(&view, &m.mem, PARTIAL("5", USER("sip:b", "full", ""))), CF_VIEW_OLD);
    assert_int_equal(apply(&view, &m.mem, FULL("4", "")), CF_VIEW_OLD);
    assert_int_equal(apply(&view, &m.mem, PARTIAL("7", USER("sip:b", "full", ""))), CF_VIEW_REFRESH);
    assert_int_equal(view.user_count, 1);
    assert_int_equal(apply(&view, &m.mem, FULL("8", USER("sip:c", "full", ""))), CF_VIEW_APPLIED);
    assert_non_null(cf_roster_view_find(&view, CF_STR("sip:c")));
    assert_null(cf_roster_view_find(&view, CF_STR("sip:a")));
    /* A new subscription counts anew. */
    cf_roster_view_on_subscribed(&view);
    assert_int_equal(apply(&view, &m.mem, FULL("1", "")), CF_VIEW_APPLIED);
    assert_int_equal(view.user_count, 0);
    assert_int_equal(apply(&view, &m.mem, ROOT("state=\"deleted\" version=\"2\"") CLOSE), CF_VIEW_GONE);
    assert_true(view.is_deleted);
    cf_roster_view_fini(&view);
    test_mem_fini(&m);
}

static void the_view_has_limits_and_is_empty_after_an_error(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_roster_view view;
    struct cf_conference_info info;
    enum cf_view_result result = CF_VIEW_OLD;
    static char xml[20000];
    test_mem_init(&m);
    cf_roster_view_init(&view, &m.mem, 1);
    size_t len = (size_t)snprintf(xml, sizeof xml, "%s", ROOT("version=\"1\"") "<users><user entity=\"sip:a\">");
    for (unsigned i = 0; i <= CF_VIEW_ENDPOINTS_MAX; i++) {
        len += (size_t)snprintf(xml + len, sizeof xml - len, "<endpoint entity=\"%u\"/>", i);
    }
    snprintf(xml + len, sizeof xml - len, "</user></users>" CLOSE);
    assert_ok(cf_expat_read_conference_info(&m.mem, cf_str_of(xml), &info));
    assert_int_equal(cf_roster_view_apply(&view, &info, &result), CF_ERR_LIMIT);
    assert_int_equal(view.user_count, 0);
    assert_false(view.has_state);
    cf_conference_info_fini(&info);
    cf_roster_view_fini(&view);
    test_mem_fini(&m);
}

static void reading_and_viewing_survive_running_out_of_memory(void **state) {
    (void)state;
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        struct test_mem m;
        struct cf_roster_view view;
        struct cf_conference_info info;
        enum cf_view_result result = CF_VIEW_OLD;
        test_mem_init(&m);
        m.fail_at = n;
        cf_roster_view_init(&view, &m.mem, 1);
        enum cf_err err = cf_expat_read_conference_info(&m.mem, cf_str_of(sample), &info);
        if (err == CF_OK) {
            err = cf_roster_view_apply(&view, &info, &result);
            cf_conference_info_fini(&info);
            assert_int_equal(view.user_count, err == CF_OK ? 1 : 0);
        }
        assert_int_equal(err, m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        failed = m.failed;
        cf_roster_view_fini(&view);
        test_mem_fini(&m);
    }
}

CF_TEST_MAIN(cmocka_unit_test(reads_the_example_of_the_rfc), cmocka_unit_test(refuses_documents_that_can_not_be_placed),
             cmocka_unit_test(survives_truncation_and_flipped_bits), cmocka_unit_test(the_view_follows_partial_documents),
             cmocka_unit_test(the_view_asks_for_the_full_state_when_something_is_missing),
             cmocka_unit_test(the_view_has_limits_and_is_empty_after_an_error),
             cmocka_unit_test(reading_and_viewing_survive_running_out_of_memory))
