/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pair of descriptions means. What needs both sides is in test_answer.c and test_offer.c. */
#include "core/offer/conclude.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#define OURS "v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\n"
#define THEIRS "v=0\no=- 1 1 IN IP4 198.51.100.1\nc=IN IP4 198.51.100.1\n"
#define PRINT "a=fingerprint:sha-1 AA:BB:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13\n"

static struct test_mem m;
static struct cf_media_params *params;

static int begin(void **state) {
    (void)state;
    test_mem_init(&m);
    params = NULL;
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_media_params_free(&m.mem, params);
    test_mem_fini(&m);
    return 0;
}

/* What these texts mean; ours is the offer if @p is_local_offer. */
static const struct cf_media_line *conclude(const char *ours, const char *theirs, bool is_local_offer) {
    struct cf_sdp local;
    struct cf_sdp remote;
    struct cf_parse_error error;
    assert_ok(cf_sdp_load(&m.mem, cf_str_of(ours), &local, &error));
    assert_ok(cf_sdp_load(&m.mem, cf_str_of(theirs), &remote, &error));
    const struct cf_pair pair = {.local = &local, .remote = &remote, .is_local_offer = is_local_offer};
    cf_media_params_free(&m.mem, params);
    assert_ok(cf_conclude(&m.mem, &pair, &params));
    cf_sdp_unload(&m.mem, &local);
    cf_sdp_unload(&m.mem, &remote);
    return &params->lines[0];
}

static void dtls_roles_follow_from_setup(void **state) {
    (void)state;
    static const char *const ours = OURS "m=audio 1 UDP/TLS/RTP/SAVPF 0\n" PRINT "a=setup:actpass\n";
    assert_true(conclude(ours, THEIRS "m=audio 2 UDP/TLS/RTP/SAVPF 0\n" PRINT "a=setup:active\n", true)->is_active);
    assert_int_equal(params->transports[0].security.keying, CF_KEYING_DTLS);
    assert_int_equal(params->transports[0].security.dtls_role, CF_DTLS_ROLE_SERVER);
    assert_int_equal(params->transports[0].security.remote_fingerprints[0].digest[1], 0xBB);
    (void)conclude(ours, THEIRS "m=audio 2 UDP/TLS/RTP/SAVPF 0\n" PRINT "a=setup:passive\n", true);
    assert_int_equal(params->transports[0].security.dtls_role, CF_DTLS_ROLE_CLIENT);
    /* Without a fingerprint there is nobody to trust. */
    assert_false(conclude(ours, THEIRS "m=audio 2 UDP/TLS/RTP/SAVPF 0\na=setup:passive\n", true)->is_active);
}

static void zrtp_needs_both_hashes(void **state) {
    (void)state;
    static const char hash[] = "a=zrtp-hash:1.10 69a8923102645a17d8a53163884a00e3040952035132e1ab66aa55119fbf38b1\n";
    char ours[256];
    char theirs[256];
    snprintf(ours, sizeof ours, OURS "m=audio 1 RTP/AVP 0\n%s", hash);
    snprintf(theirs, sizeof theirs, THEIRS "m=audio 1 RTP/AVP 0\n%s", hash);
    (void)conclude(ours, theirs, false);
    assert_int_equal(params->transports[0].security.keying, CF_KEYING_ZRTP);
    assert_int_equal(params->transports[0].security.remote_zrtp_hash[0], 0x69);
    (void)conclude(OURS "m=audio 1 RTP/AVP 0\n", theirs, false);
    assert_int_equal(params->transports[0].security.keying, CF_KEYING_NONE);
}

static void ice_of_the_peer_is_told(void **state) {
    (void)state;
    static const char *const ours = OURS "m=audio 1 RTP/AVP 0\n";
    (void)conclude(ours,
                   THEIRS "a=ice-lite\na=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\nm=audio 1 RTP/AVP 0\n"
                          "a=candidate:1 1 UDP 1 198.51.100.1 1 typ host\n",
                   false);
    assert_true(params->transports[0].ice.is_offered);
    assert_true(params->transports[0].ice.is_lite);
    assert_int_equal(params->transports[0].ice.pwd_len, 22);
    (void)conclude(ours, THEIRS "a=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\nm=audio 1 RTP/AVP 0\n", false);
    assert_false(params->transports[0].ice.is_offered);
}

static void what_only_one_side_says_is_not_agreed(void **state) {
    (void)state;
    const struct cf_media_line *line =
        conclude(OURS "m=audio 1 RTP/AVPF 96\na=rtpmap:96 opus/48000/2\na=rtcp-mux\na=rtcp-rsize\na=rtcp-fb:* nack\na=mid:x\n"
                      "a=extmap:1 urn:ietf:params:rtp-hdrext:toffset\na=extmap:2 urn:3gpp:video-orientation\n",
                 THEIRS "m=audio 2 RTP/AVP 96\na=rtpmap:96 opus/48000/2\na=rtcp-fb:* ccm fir\na=mid:y\n"
                        "a=extmap:3 urn:ietf:params:rtp-hdrext:toffset\na=extmap:2/recvonly urn:3gpp:video-orientation\n",
                 true);
    assert_int_equal(line->profile, CF_PROFILE_AVP);
    assert_int_equal(line->payloads[0].feedback, 0);
    assert_int_equal(line->mid.len, 0);
    assert_int_equal(line->extensions[CF_EXTENSION_TRANSMISSION_OFFSET].id, 0);
    assert_true(line->extensions[CF_EXTENSION_VIDEO_ORIENTATION].can_send);
    assert_false(line->extensions[CF_EXTENSION_VIDEO_ORIENTATION].can_receive);
    assert_false(params->transports[0].has_rtcp_mux);
    assert_false(params->transports[0].has_reduced_rtcp);
    assert_int_equal(params->transports[0].remote_rtcp.port, 3);
}

static void a_line_needs_all_of_port_address_kind_and_codec(void **state) {
    (void)state;
    static const char *const ours = OURS "m=audio 1 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\n";
    static const char *const theirs[] = {
        THEIRS "m=audio 0 RTP/AVP 0\n",
        THEIRS "m=video 2 RTP/AVP 0\n",
        THEIRS "m=audio 2 RTP/AVP 8\n",
        THEIRS "m=audio 2 RTP/AVP 0\nc=IN IP4 host\n",
        THEIRS "m=audio 2 RTP/AVP 101\na=rtpmap:101 telephone-event/8000\n",
    };
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        assert_false(conclude(ours, theirs[i], true)->is_active);
        assert_int_equal(params->transport_count, 0);
    }
    assert_true(conclude(ours, THEIRS "m=audio 2 RTP/AVP 0\n", true)->is_active);
}

static void numbers_may_differ_but_not_formats(void **state) {
    (void)state;
    const struct cf_media_line *line = conclude(
        OURS "m=video 1 RTP/AVP 96 97\na=rtpmap:96 H264/90000\na=fmtp:96 profile-level-id=42e01f;packetization-mode=1\n"
             "a=rtpmap:97 H264/90000\na=fmtp:97 profile-level-id=42e01f\n",
        THEIRS
        "m=video 2 RTP/AVP 110 111 112\na=rtpmap:110 H264/90000\na=fmtp:110 profile-level-id=42e014\na=rtpmap:111 H264/90000\n"
        "a=fmtp:111 profile-level-id=64001f;packetization-mode=1\na=rtpmap:112 H264/90000\n"
        "a=fmtp:112 profile-level-id=42e01f;packetization-mode=2\n",
        true);
    assert_int_equal(line->payload_count, 1);
    assert_int_equal(line->payloads[0].send_type, 110);
    assert_int_equal(line->payloads[0].receive_type, 97);
    assert_int_equal(line->payloads[0].remote.h264.level_idc, 20);
}

static void more_payloads_than_fit_are_left_out(void **state) {
    (void)state;
    char section[2048] = OURS "m=audio 1 RTP/AVP";
    for (int i = 96; i < 120; i++) {
        snprintf(section + strlen(section), sizeof section - strlen(section), " %d", i);
    }
    for (int i = 96; i < 120; i++) {
        snprintf(section + strlen(section), sizeof section - strlen(section), "\na=rtpmap:%d opus/48000/2", i);
    }
    assert_int_equal(conclude(section, section, true)->payload_count, CF_MEDIA_PAYLOADS_MAX);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(T(dtls_roles_follow_from_setup), T(zrtp_needs_both_hashes), T(ice_of_the_peer_is_told),
             T(what_only_one_side_says_is_not_agreed), T(a_line_needs_all_of_port_address_kind_and_codec),
             T(numbers_may_differ_but_not_formats), T(more_payloads_than_fit_are_left_out))
