/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a negotiation has agreed on. */
#include "core/offer/params.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static struct test_mem m;
static struct cf_media_params *now;
static struct cf_media_params *before;

/* Two equal agreements with one active line. */
static int begin(void **state) {
    (void)state;
    test_mem_init(&m);
    struct cf_media_params **both[] = {&now, &before};
    for (size_t i = 0; i < 2; i++) {
        struct cf_media_params *p = cf_media_params_new(&m.mem, 2);
        assert_non_null(p);
        p->transport_count = 1;
        p->lines[0] = (struct cf_media_line){.kind = CF_MEDIA_AUDIO, .is_active = true, .payload_count = 2};
        p->lines[0].payloads[0] =
            (struct cf_payload){.codec = CF_CODEC_OPUS, .send_type = 96, .receive_type = 97, .clock_hz = 48000};
        p->lines[0].payloads[1] =
            (struct cf_payload){.codec = CF_CODEC_TELEPHONE_EVENT, .send_type = 100, .receive_type = 101, .clock_hz = 8000};
        *both[i] = p;
    }
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_media_params_free(&m.mem, now);
    cf_media_params_free(&m.mem, before);
    test_mem_fini(&m);
    return 0;
}

static uint32_t changed(void) {
    cf_media_params_compare(now, before);
    return now->lines[0].changed;
}

static void equal_agreements_have_no_change(void **state) {
    (void)state;
    assert_int_equal(changed(), 0);
    assert_int_equal(now->lines[1].changed, 0);
}

static void lines_that_come_or_go_are_all_new(void **state) {
    (void)state;
    cf_media_params_compare(now, NULL);
    assert_int_equal(now->lines[0].changed, CF_MEDIA_CHANGE_ALL);
    assert_int_equal(now->lines[1].changed, 0);
    now->lines[0].is_active = false;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_ALL);
    before->line_count = 0;
    now->lines[0].is_active = true;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_ALL);
}

static void each_difference_has_its_bit(void **state) {
    (void)state;
    struct cf_media_line *line = &now->lines[0];
    const struct cf_media_line old = *line;
    struct cf_media_transport *t = &now->transports[0];
    line->is_held = true;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_DIRECTION);
    *line = old;
    line->payloads[0].remote.opus.has_dtx = true;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_PAYLOADS);
    *line = old;
    line->ptime_msec = 20;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_PAYLOADS);
    *line = old;
    line->extensions[CF_EXTENSION_MID].id = 1;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_EXTENSIONS);
    *line = old;
    assert_true(cf_tag_set(CF_STR("x"), &line->remote_label));
    assert_int_equal(changed(), CF_MEDIA_CHANGE_NAMES);
    *line = old;
    line->remote_ssrc_count = 1;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_NAMES);
    *line = old;
    line->remote_bandwidth_bps = 1;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_BANDWIDTH);
    *line = old;
    t->remote_rtp.port = 1;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_REMOTE);
    t->remote_rtp.port = 0;
    t->ice.ufrag_len = 1;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_REMOTE);
    t->ice.ufrag_len = 0;
    t->local_rtcp.port = 1;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_LOCAL);
    t->local_rtcp.port = 0;
    t->security.remote.key[3] = 1;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_SECURITY);
    t->security.remote.key[3] = 0;
    t->security.remote_fingerprint_count = 1;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_SECURITY);
    t->security.remote_fingerprint_count = 0;
    t->security.dtls_association = 1;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_SECURITY);
    t->security.dtls_association = 0;
    line->profile = CF_PROFILE_SAVP;
    line->can_send = true;
    assert_int_equal(changed(), CF_MEDIA_CHANGE_SECURITY | CF_MEDIA_CHANGE_DIRECTION);
}

static void payloads_are_found_by_number_and_codec(void **state) {
    (void)state;
    const struct cf_media_line *line = &now->lines[0];
    assert_ptr_equal(cf_media_payload_of_type(line, 97), &line->payloads[0]);
    assert_null(cf_media_payload_of_type(line, 96));
    assert_ptr_equal(cf_media_payload_of_codec(line, CF_CODEC_TELEPHONE_EVENT, 8000), &line->payloads[1]);
    assert_null(cf_media_payload_of_codec(line, CF_CODEC_TELEPHONE_EVENT, 48000));
    assert_ptr_equal(cf_media_payload_of_codec(line, CF_CODEC_OPUS, 0), &line->payloads[0]);
}

static void tags_are_short(void **state) {
    (void)state;
    struct cf_tag tag = {.len = 1};
    char text[CF_TAG_MAX + 1];
    memset(text, 'x', sizeof text);
    assert_false(cf_tag_set(cf_str_n(text, CF_TAG_MAX + 1), &tag));
    assert_int_equal(tag.len, 1);
    assert_true(cf_tag_set(cf_str_n(text, CF_TAG_MAX), &tag));
    assert_int_equal(cf_tag_str(&tag).len, CF_TAG_MAX);
    assert_true(cf_tag_set(CF_STR_NONE, &tag));
    assert_int_equal(tag.len, 0);
}

static void lack_of_memory_is_told(void **state) {
    (void)state;
    m.fail_at = m.count;
    assert_null(cf_media_params_new(&m.mem, 256));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(T(equal_agreements_have_no_change), T(lines_that_come_or_go_are_all_new), T(each_difference_has_its_bit),
             T(payloads_are_found_by_number_and_codec), T(tags_are_short), T(lack_of_memory_is_told))
