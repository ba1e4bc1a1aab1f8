/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offers of ours: what can't be offered, numbers, names; the cases are in tests/conformance/offer_answer.c. */
#include "core/offer/offer.h"

#include "core/rtp/rtx.h"
#include "lib/test.h"
#include "lib/test_party.h"

static struct test_party a;
static struct test_party b;

static int begin(void **state) {
    (void)state;
    test_party_init(&a, "alice", 1, 2);
    test_party_init(&b, "bob", 2, 4);
    return 0;
}

static int end(void **state) {
    (void)state;
    test_party_fini(&a);
    test_party_fini(&b);
    return 0;
}

static enum cf_err try_offer(void) {
    struct cf_str text;
    enum cf_err err = cf_negotiation_offer(&a.n, &a.session, &text);
    assert_ok(cf_negotiation_rollback(&a.n));
    return err;
}

static void what_can_not_be_offered_is_the_callers_mistake(void **state) {
    (void)state;
    a.session.line_count = CF_SDP_MEDIA_MAX + 1;
    assert_int_equal(try_offer(), CF_ERR_LIMIT);
    a.session.line_count = 2;
    a.lines[0].rtp.port = 0;
    assert_int_equal(try_offer(), CF_ERR_STATE);
    a.lines[0].rtp.port = 1000;
    a.lines[0].kind = CF_MEDIA_OTHER;
    assert_int_equal(try_offer(), CF_ERR_STATE);
    a.lines[0].kind = CF_MEDIA_AUDIO;
    a.policy.allows_plain = false;
    a.session.is_signalling_secure = false;
    assert_int_equal(try_offer(), CF_ERR_STATE);
    a.policy.allows_plain = true;
    a.policy.video.count = 0;
    assert_int_equal(try_offer(), CF_ERR_STATE);
    a.lines[1].is_refused = true;
    assert_ok(try_offer());
}

static void protection_is_the_best_that_is_allowed(void **state) {
    (void)state;
    a.policy.allows_plain = false;
    test_party_exchange(&a, &b);
    assert_int_equal(a.params->lines[0].profile, CF_PROFILE_SAVPF);
    assert_int_equal(a.params->transports[0].security.suite, CF_SRTP_AEAD_AES_128_GCM);
}

static void keys_are_not_shown_on_insecure_signalling(void **state) {
    (void)state;
    a.policy.offer_profile = CF_PROFILE_SAVPF;
    a.session.is_signalling_secure = false;
    struct cf_str text = test_party_offer(&a);
    assert_int_equal(cf_str_find_str(text, CF_STR("a=crypto")), text.len);
    assert_true(cf_str_find_str(text, CF_STR("RTP/AVPF")) < text.len);
}

static void formats_have_one_number_in_all_lines(void **state) {
    (void)state;
    a.session.line_count = 4;
    test_party_init(&a, "alice", 1, 4);
    a.lines[3].kind = CF_MEDIA_AUDIO;
    test_party_exchange(&a, &b);
    const struct cf_media_line *lines = a.params->lines;
    for (size_t i = 0; i < lines[1].payload_count; i++) {
        assert_int_equal(lines[1].payloads[i].receive_type, lines[2].payloads[i].receive_type);
        assert_null(cf_media_payload_of_type(&lines[0], lines[1].payloads[i].receive_type));
    }
    assert_int_equal(lines[0].payloads[0].receive_type, lines[3].payloads[0].receive_type);
}

static void retransmission_is_offered_for_each_video_codec(void **state) {
    (void)state;
    a.policy.offers_congestion_control = true;
    test_party_exchange(&a, &b);
    const struct cf_media_line *line = &a.params->lines[1];
    assert_int_equal(line->payload_count, 6);
    const struct cf_payload *rtx = cf_media_payload_of_codec(line, CF_CODEC_RTX, 90000);
    assert_int_equal(rtx->local.rtx.apt, line->payloads[0].receive_type);
    test_party_exchange(&a, &b);
    assert_int_equal(a.params->lines[1].changed, 0);
}

static bool says(struct cf_str text, const char *what) {
    size_t len = strlen(what);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (memcmp(text.at + i, what, len) == 0) {
            return true;
        }
    }
    return false;
}

static void congestion_control_is_taken_but_not_offered_to_phones(void **state) {
    (void)state;
    struct cf_str offer = test_party_offer(&b);
    assert_false(says(offer, "transport-cc") || says(offer, "transport-wide") || says(offer, "rtx/") || says(offer, "goog-remb"));
    assert_false(says(offer, "ssrc-group"));
    assert_ok(cf_negotiation_rollback(&b.n));
    a.policy.offers_congestion_control = true; /* a browser */
    offer = test_party_offer(&a);
    struct cf_str answer = test_party_answer(&b, offer);
    char fid[64];
    uint32_t ssrc = b.lines[1].ssrc;
    (void)snprintf(fid, sizeof fid, "a=ssrc-group:FID %u %u\r\n", (unsigned)ssrc, (unsigned)cf_rtx_ssrc(ssrc));
    assert_true(says(answer, fid));
    assert_true(says(answer, "transport-cc") && says(answer, "goog-remb") && says(answer, "rtx/90000"));
    test_party_take_answer(&a, answer);
    const struct cf_media_line *line = &b.params->lines[1];
    assert_true(line->extensions[CF_EXTENSION_TRANSPORT_CC].id != 0 && line->extensions[CF_EXTENSION_TRANSPORT_CC].can_send);
    assert_true((line->payloads[0].feedback & CF_FEEDBACK_TRANSPORT_CC) != 0);
    assert_int_equal(b.params->lines[0].extensions[CF_EXTENSION_TRANSPORT_CC].id, 0);
    /* What is in use is not dropped by an offer of ours (RFC 3264 section 8): nothing changes. */
    test_party_exchange(&b, &a);
    uint32_t news = CF_MEDIA_CHANGE_EXTENSIONS | CF_MEDIA_CHANGE_NAMES | CF_MEDIA_CHANGE_LOCAL | CF_MEDIA_CHANGE_REMOTE;
    assert_int_equal(b.params->lines[1].changed & news, 0);
    assert_non_null(cf_media_payload_of_codec(&b.params->lines[1], CF_CODEC_RTX, 90000));
    assert_true((b.params->lines[1].payloads[0].feedback & CF_FEEDBACK_TRANSPORT_CC) != 0);
    assert_true((b.params->lines[1].payloads[0].feedback & CF_FEEDBACK_GOOG_REMB) != 0);
}

static void what_the_peer_does_not_have_is_not_kept(void **state) {
    (void)state;
    a.policy.offers_congestion_control = true;
    b.policy.video_feedback &= ~(uint32_t)CF_FEEDBACK_GOOG_REMB;
    b.policy.video_extensions &= ~(1U << CF_EXTENSION_TRANSPORT_CC);
    test_party_exchange(&a, &b);
    a.policy.offers_congestion_control = false;
    struct cf_str offer = test_party_offer(&a);
    assert_true(says(offer, "rtx/90000") && says(offer, "transport-cc"));
    assert_false(says(offer, "goog-remb") || says(offer, "transport-wide"));
    assert_ok(cf_negotiation_rollback(&a.n));
}

static void a_later_offer_does_not_change_what_is_in_use(void **state) {
    (void)state;
    struct cf_policy full = b.policy;
    struct cf_media_line before[2];
    b.session.line_count = 2;
    /* The peer begins with its last sound codec and the poorer form of H.264, and could do all. */
    b.policy.audio.list[0] = full.audio.list[full.audio.count - 1];
    b.policy.video.list[0] = full.video.list[full.video.count - 1];
    b.policy.audio.count = b.policy.video.count = 1;
    test_party_exchange(&b, &a);
    memcpy(before, a.params->lines, sizeof before);
    b.policy = full;
    test_party_exchange(&a, &b);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(a.params->lines[i].payloads[0].codec, before[i].payloads[0].codec);
        assert_int_equal(a.params->lines[i].payloads[0].send_type, before[i].payloads[0].send_type);
    }
    assert_int_equal(before[1].payloads[0].codec, CF_CODEC_H264);
    for (size_t i = 0; i < a.params->lines[1].payload_count; i++) {
        assert_int_equal(a.params->lines[1].payloads[i].local.h264.packetization_mode, 0);
    }
}

static void names_do_not_collide_with_the_peers(void **state) {
    (void)state;
    a.policy.allows_bundle = true;
    b.policy.allows_bundle = true;
    /* The peer calls its only line as we would call our second one. */
    b.session.line_count = 1;
    b.lines[0].mid = CF_STR("v1");
    test_party_exchange(&b, &a);
    assert_str(cf_tag_str(&a.params->lines[0].mid), CF_STR("v1"));
    b.session.line_count = 2;
    test_party_exchange(&a, &b);
    assert_str(cf_tag_str(&a.params->lines[0].mid), CF_STR("v1"));
    assert_str(cf_tag_str(&a.params->lines[1].mid), CF_STR("vv1"));
    assert_int_equal(a.params->transport_count, 1);
}

static void a_group_that_was_not_taken_is_not_offered_again(void **state) {
    (void)state;
    a.policy.allows_bundle = true;
    test_party_exchange(&a, &b);
    assert_int_equal(a.params->transport_count, 2);
    struct cf_str text = test_party_offer(&a);
    assert_int_equal(cf_str_find_str(text, CF_STR("a=group")), text.len);
}

static void labels_and_contents_are_told(void **state) {
    (void)state;
    a.lines[1].label = CF_STR("k63gm93Lz");
    a.lines[1].content = CF_STR("thumbnail");
    test_party_exchange(&a, &b);
    assert_str(cf_tag_str(&b.params->lines[1].remote_label), CF_STR("k63gm93Lz"));
    assert_int_equal(b.params->lines[1].remote_content, CF_CONTENT_THUMBNAIL);
    /* Answers repeat what they have nothing better for. */
    assert_str(cf_tag_str(&a.params->lines[1].remote_label), CF_STR("k63gm93Lz"));
    b.lines[1].label = CF_STR("other");
    test_party_exchange(&a, &b);
    assert_str(cf_tag_str(&a.params->lines[1].remote_label), CF_STR("other"));
    assert_int_equal(a.params->lines[1].changed, CF_MEDIA_CHANGE_NAMES);
}

static void lines_come_and_go_for_both_sides(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    a.lines[1].is_refused = true;
    test_party_exchange(&a, &b);
    assert_false(b.params->lines[1].is_active);
    b.session.line_count = 3;
    b.lines[1].is_refused = true;
    a.session.line_count = 3;
    a.lines[2] = a.lines[1];
    a.lines[2].is_refused = false;
    a.lines[2].rtp.port = 1004;
    test_party_exchange(&b, &a);
    assert_true(b.params->lines[2].is_active);
    assert_int_equal(b.params->lines[2].changed, CF_MEDIA_CHANGE_ALL);
    assert_int_equal(b.params->lines[0].changed, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(T(what_can_not_be_offered_is_the_callers_mistake), T(protection_is_the_best_that_is_allowed),
             T(keys_are_not_shown_on_insecure_signalling), T(formats_have_one_number_in_all_lines),
             T(retransmission_is_offered_for_each_video_codec), T(congestion_control_is_taken_but_not_offered_to_phones),
             T(what_the_peer_does_not_have_is_not_kept), T(a_later_offer_does_not_change_what_is_in_use),
             T(names_do_not_collide_with_the_peers), T(a_group_that_was_not_taken_is_not_offered_again),
             T(labels_and_contents_are_told), T(lines_come_and_go_for_both_sides))
