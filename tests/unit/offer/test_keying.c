/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DTLS, SDES, ZRTP or nothing: what is chosen, who is client, when an association goes on. */
#include "core/offer/keying.h"

#include "lib/test.h"
#include "lib/test_party.h"

#define D20 "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13"
#define D32 D20 ":14:15:16:17:18:19:1A:1B:1C:1D:1E:1F"
#define OTHER32 "FF:" D20 ":15:16:17:18:19:1A:1B:1C:1D:1E:1F"
#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define ID "a=tls-id:abcdefghijklmnopqrst\r\n"

static struct test_party a;
static struct test_party b;
static const uint8_t print_a[32] = {0xAA};
static const uint8_t print_b[32] = {0xBB};
static const uint8_t print_c[32] = {0xCC};
static const uint8_t hash_a[CF_ZRTP_HASH_LEN] = {0x1A};
static const uint8_t hash_b[CF_ZRTP_HASH_LEN] = {0x1B};

static bool contains(struct cf_str text, struct cf_str part) {
    return cf_str_find_str(text, part) < text.len;
}

static int begin(void **state) {
    (void)state;
    test_party_init(&a, "alice", 1, 1);
    test_party_init(&b, "bob", 2, 1);
    a.session.fingerprint = print_a;
    b.session.fingerprint = print_b;
    a.policy.offer_profile = CF_PROFILE_DTLS_SAVPF;
    return 0;
}

static int end(void **state) {
    (void)state;
    test_party_fini(&a);
    test_party_fini(&b);
    return 0;
}

static const struct cf_media_security *security(const struct test_party *p) {
    return &p->params->transports[0].security;
}

static uint8_t read_fingerprints(const char *text, struct cf_fingerprint *ret) {
    struct cf_sdp sdp;
    struct cf_session_part part;
    struct cf_section section;
    struct cf_parse_error error;
    assert_ok(cf_sdp_load(&a.mem.mem, cf_str_of(text), &sdp, &error));
    cf_session_part_read(&sdp, &part);
    cf_section_read(&part, 0, &section);
    uint8_t count = cf_keying_fingerprints(&section, ret);
    assert_int_equal(cf_keying_has_dtls(&section), count > 0);
    cf_sdp_unload(&a.mem.mem, &sdp);
    return count;
}

static void the_strongest_hash_counts(void **state) {
    (void)state;
    struct cf_fingerprint list[CF_MEDIA_FINGERPRINTS_MAX];
    const char *two = HEAD "m=audio 9 RTP/SAVPF 0\r\na=fingerprint:sha-1 " D20 "\r\na=fingerprint:SHA-256 " D32
                           "\r\na=fingerprint:sha-256 " OTHER32 "\r\na=fingerprint:md5 00:01\r\n";
    assert_int_equal(read_fingerprints(two, list), 2);
    assert_true(cf_str_eq(cf_tag_str(&list[0].hash), CF_STR("sha-256")));
    assert_int_equal(list[1].digest[0], 0xFF);
    /* In any order. */
    const char *weak_last = HEAD "m=audio 9 RTP/SAVPF 0\r\na=fingerprint:sha-256 " D32 "\r\na=fingerprint:sha-1 " D20 "\r\n";
    assert_int_equal(read_fingerprints(weak_last, list), 1);
    assert_int_equal(list[0].digest_len, 32);
    assert_int_equal(read_fingerprints(HEAD "m=audio 9 RTP/SAVPF 0\r\na=fingerprint:sha-1 " D20 "\r\n", list), 1);
    assert_int_equal(list[0].digest_len, 20);
}

static void the_sections_fingerprints_replace_the_sessions(void **state) {
    (void)state;
    struct cf_fingerprint list[CF_MEDIA_FINGERPRINTS_MAX];
    assert_int_equal(read_fingerprints(HEAD "a=fingerprint:sha-256 " D32 "\r\nm=audio 9 RTP/SAVPF 0\r\n", list), 1);
    assert_int_equal(list[0].digest[0], 0);
    assert_int_equal(read_fingerprints(HEAD "a=fingerprint:sha-256 " D32
                                            "\r\nm=audio 9 RTP/SAVPF 0\r\na=fingerprint:sha-256 " OTHER32 "\r\n",
                                       list),
                     1);
    assert_int_equal(list[0].digest[0], 0xFF);
}

static void weak_and_broken_fingerprints_are_none(void **state) {
    (void)state;
    static const char *const values[] = {
        "md5 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F", "sha-256 " D20, "sha-256", "sha3-256 " D32, "sha-1 " D32, "x"};
    struct cf_fingerprint list[CF_MEDIA_FINGERPRINTS_MAX];
    char text[512];
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        snprintf(text, sizeof text, HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:%s\r\n", values[i]);
        assert_int_equal(read_fingerprints(text, list), 0);
    }
    assert_int_equal(test_party_try(&b, cf_str_of(text)), CF_ERR_UNSUPPORTED);
    assert_int_equal(b.refusal.reason, CF_REFUSAL_KEYING);
}

static void dtls_is_agreed_on_with_the_answerer_as_server(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    assert_int_equal(a.params->lines[0].profile, CF_PROFILE_DTLS_SAVPF);
    assert_int_equal(security(&a)->keying, CF_KEYING_DTLS);
    assert_int_equal(security(&a)->dtls_role, CF_DTLS_ROLE_CLIENT);
    assert_int_equal(security(&b)->dtls_role, CF_DTLS_ROLE_SERVER);
    assert_int_equal(security(&a)->remote_fingerprints[0].digest[0], 0xBB);
    assert_int_equal(security(&a)->local_fingerprint.digest[0], 0xAA);
    assert_int_equal(security(&b)->local_fingerprint.digest[0], 0xBB);
    assert_true(security(&a)->dtls_association != 0);
}

static void offers_say_actpass_and_have_an_id(void **state) {
    (void)state;
    struct cf_str text = test_party_offer(&a);
    assert_true(contains(text, CF_STR("a=setup:actpass\r\n")));
    assert_true(contains(text, CF_STR("a=tls-id:")));
    assert_true(contains(text, CF_STR("a=fingerprint:sha-256 AA:00:")));
}

static void an_association_goes_on_in_later_exchanges(void **state) {
    (void)state;
    test_party_exchange(&a, &b);
    uint64_t association = security(&a)->dtls_association;
    /* A certificate renewed meanwhile is for new associations only. */
    a.session.fingerprint = print_c;
    b.session.fingerprint = print_c;
    test_party_exchange(&b, &a);
    assert_int_equal(a.params->lines[0].changed, 0);
    assert_int_equal(security(&a)->dtls_association, association);
    assert_int_equal(security(&a)->dtls_role, CF_DTLS_ROLE_CLIENT);
    assert_int_equal(security(&b)->local_fingerprint.digest[0], 0xBB);
    test_party_exchange(&a, &b);
    assert_int_equal(b.params->lines[0].changed, 0);
    assert_int_equal(security(&b)->dtls_role, CF_DTLS_ROLE_SERVER);
}

static struct cf_str answer_to(const char *attributes) {
    static char text[1024];
    snprintf(text, sizeof text, HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n%s", attributes);
    return test_party_answer(&b, cf_str_of(text));
}

static void roles_complement_the_offerers(void **state) {
    (void)state;
    const struct {
        const char *setup;
        const char *answer;
        enum cf_dtls_role role;
    } rows[] = {
        {"a=setup:actpass\r\n", "a=setup:passive\r\n", CF_DTLS_ROLE_SERVER},
        {"a=setup:active\r\n", "a=setup:passive\r\n", CF_DTLS_ROLE_SERVER},
        {"a=setup:passive\r\n", "a=setup:active\r\n", CF_DTLS_ROLE_CLIENT},
        {"", "a=setup:passive\r\n", CF_DTLS_ROLE_SERVER},
    };
    char text[512];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(text, sizeof text, "%sa=fingerprint:sha-256 " D32 "\r\n", rows[i].setup);
        struct cf_str answer = answer_to(text);
        assert_true(contains(answer, cf_str_of(rows[i].answer)));
        assert_int_equal(security(&b)->dtls_role, rows[i].role);
        /* RFC 8842 section 5.3: no id in the answer without one in the offer. */
        assert_false(contains(answer, CF_STR("tls-id")));
    }
}

static void holdconn_is_refused(void **state) {
    (void)state;
    const char *text = HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=setup:holdconn\r\na=fingerprint:sha-256 " D32 "\r\n";
    assert_int_equal(test_party_try(&b, cf_str_of(text)), CF_ERR_UNSUPPORTED);
    assert_int_equal(b.refusal.reason, CF_REFUSAL_KEYING);
}

static void a_new_fingerprint_or_id_begins_anew(void **state) {
    (void)state;
    (void)answer_to("a=setup:actpass\r\na=fingerprint:sha-256 " D32 "\r\n" ID);
    uint64_t first = security(&b)->dtls_association;
    (void)answer_to("a=setup:actpass\r\na=fingerprint:sha-256 " D32 "\r\n" ID);
    assert_int_equal(b.params->lines[0].changed, 0);
    b.session.fingerprint = print_c;
    (void)answer_to("a=setup:actpass\r\na=fingerprint:sha-256 " D32 "\r\na=tls-id:bbbbbbbbbbbbbbbbbbbbbbbb\r\n");
    assert_true(security(&b)->dtls_association != first);
    assert_int_equal(b.params->lines[0].changed, CF_MEDIA_CHANGE_SECURITY);
    assert_int_equal(security(&b)->local_fingerprint.digest[0], 0xCC);
    (void)answer_to("a=setup:actpass\r\na=fingerprint:sha-256 " OTHER32 "\r\na=tls-id:bbbbbbbbbbbbbbbbbbbbbbbb\r\n");
    assert_int_equal(b.params->lines[0].changed, CF_MEDIA_CHANGE_SECURITY);
    (void)answer_to("a=setup:passive\r\na=fingerprint:sha-256 " OTHER32 "\r\na=tls-id:bbbbbbbbbbbbbbbbbbbbbbbb\r\n");
    assert_int_equal(security(&b)->dtls_role, CF_DTLS_ROLE_CLIENT);
    /* Once client, actpass does not change it. */
    assert_true(
        contains(answer_to("a=setup:actpass\r\na=fingerprint:sha-256 " OTHER32 "\r\na=tls-id:bbbbbbbbbbbbbbbbbbbbbbbb\r\n"),
                 CF_STR("a=setup:active\r\n")));
}

static void without_ids_an_association_goes_on_in_our_offers(void **state) {
    (void)state;
    (void)answer_to("a=setup:actpass\r\na=fingerprint:sha-256 " D32 "\r\n");
    struct cf_str offer = test_party_offer(&b);
    assert_true(contains(offer, CF_STR("a=setup:actpass\r\n")));
    assert_false(contains(offer, CF_STR("tls-id")));
    test_party_take_answer(&b, CF_STR(HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 opus/48000/2\r\na=setup:active\r\n"
                                           "a=fingerprint:sha-256 " D32 "\r\n"));
    assert_int_equal(b.params->lines[0].changed & CF_MEDIA_CHANGE_SECURITY, 0);
    assert_int_equal(security(&b)->dtls_association, 0);
    assert_int_equal(security(&b)->dtls_role, CF_DTLS_ROLE_SERVER);
}

static void old_clients_write_savpf_with_a_fingerprint(void **state) {
    (void)state;
    const char *text = HEAD "m=audio 9 RTP/SAVPF 0\r\na=setup:actpass\r\na=fingerprint:sha-1 " D20 "\r\na=crypto:1 "
                            "AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
    struct cf_str answer = test_party_answer(&b, cf_str_of(text));
    assert_true(contains(answer, CF_STR("RTP/SAVPF")));
    assert_true(contains(answer, CF_STR("a=fingerprint:")));
    assert_false(contains(answer, CF_STR("a=crypto:")));
}

static void our_order_of_keyings_counts(void **state) {
    (void)state;
    const char *text = HEAD "m=audio 9 RTP/SAVPF 0\r\na=setup:actpass\r\na=fingerprint:sha-1 " D20 "\r\na=crypto:1 "
                            "AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
    assert_ok(cf_policy_set_keyings(&b.policy, CF_STR("sdes dtls")));
    struct cf_str answer = test_party_answer(&b, cf_str_of(text));
    assert_true(contains(answer, CF_STR("a=crypto:")));
    assert_false(contains(answer, CF_STR("a=fingerprint:")));
}

static void without_dtls_the_offer_is_refused(void **state) {
    (void)state;
    assert_ok(cf_policy_set_keyings(&b.policy, CF_STR("sdes zrtp none")));
    assert_int_equal(test_party_try(&b, test_party_offer(&a)), CF_ERR_UNSUPPORTED);
    assert_int_equal(b.refusal.reason, CF_REFUSAL_KEYING);
    assert_ok(cf_policy_set_keyings(&b.policy, CF_STR("dtls none")));
    b.session.fingerprint = NULL;
    assert_int_equal(test_party_try(&b, cf_negotiation_local_offer(&a.n)), CF_ERR_UNSUPPORTED);
}

static void zrtp_is_agreed_on_under_avp(void **state) {
    (void)state;
    a.policy.offer_profile = CF_PROFILE_AVPF;
    a.lines[0].zrtp_hash = hash_a;
    b.lines[0].zrtp_hash = hash_b;
    b.policy.allows_plain = false;
    test_party_exchange(&a, &b);
    assert_int_equal(security(&a)->keying, CF_KEYING_ZRTP);
    assert_int_equal(security(&a)->remote_zrtp_hash[0], 0x1B);
    assert_int_equal(security(&a)->local_zrtp_hash[0], 0x1A);
    assert_int_equal(security(&b)->remote_zrtp_hash[0], 0x1A);
    test_party_exchange(&b, &a);
    assert_int_equal(a.params->lines[0].changed, 0);
}

static void a_room_that_demands_aes256_says_so(void **state) {
    (void)state;
    cf_policy_demand_aes256(&b.policy);
    a.policy.offer_profile = CF_PROFILE_SAVPF;
    assert_ok(cf_policy_set_suites(&a.policy, CF_STR("AEAD_AES_128_GCM AES_CM_128_HMAC_SHA1_80")));
    assert_int_equal(test_party_try(&b, test_party_offer(&a)), CF_ERR_UNSUPPORTED);
    assert_int_equal(b.refusal.reason, CF_REFUSAL_AES256);
    assert_ok(cf_negotiation_rollback(&a.n));
    assert_ok(cf_policy_set_suites(&a.policy, CF_STR("AEAD_AES_128_GCM AEAD_AES_256_GCM")));
    test_party_exchange(&a, &b);
    assert_int_equal(security(&a)->suite, CF_SRTP_AEAD_AES_256_GCM);
}

static void opportunities_are_offered_under_avp(void **state) {
    (void)state;
    a.policy.offer_profile = CF_PROFILE_AVPF;
    a.policy.offers_opportunistic = true;
    a.lines[0].zrtp_hash = hash_a;
    struct cf_str text = test_party_offer(&a);
    assert_true(contains(text, CF_STR("RTP/AVPF")));
    assert_true(contains(text, CF_STR("a=fingerprint:")));
    assert_true(contains(text, CF_STR("a=crypto:")));
    assert_true(contains(text, CF_STR("a=zrtp-hash:")));
    assert_ok(cf_negotiation_rollback(&a.n));
    b.lines[0].zrtp_hash = hash_b;
    static const enum cf_keying expected[] = {CF_KEYING_DTLS, CF_KEYING_SDES, CF_KEYING_ZRTP, CF_KEYING_NONE};
    static const char *const orders[] = {"dtls sdes zrtp none", "sdes dtls zrtp none", "zrtp none", "none"};
    for (size_t i = 0; i < 4; i++) {
        struct test_party c;
        struct test_party d;
        test_party_init(&c, "carol", 3, 1);
        test_party_init(&d, "dave", 4, 1);
        c.policy.offers_opportunistic = true;
        c.session.fingerprint = print_a;
        d.session.fingerprint = print_b;
        c.lines[0].zrtp_hash = hash_a;
        d.lines[0].zrtp_hash = hash_b;
        assert_ok(cf_policy_set_keyings(&d.policy, cf_str_of(orders[i])));
        test_party_exchange(&c, &d);
        assert_int_equal(security(&c)->keying, expected[i]);
        test_party_exchange(&d, &c);
        assert_int_equal(c.params->lines[0].changed, 0);
        test_party_fini(&c);
        test_party_fini(&d);
    }
}

/* What was refused is passed over: all keyings in the profile that is wanted first, then in the other one. */
static void refused_protections_are_passed_over(void **state) {
    (void)state;
    static const char *const with[] = {"UDP/TLS/RTP/SAVPF", "RTP/SAVPF", "RTP/AVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVP", "RTP/AVP"};
    static const char *const without[] = {"RTP/AVP",  "UDP/TLS/RTP/SAVP",  "RTP/SAVP",
                                          "RTP/AVPF", "UDP/TLS/RTP/SAVPF", "RTP/SAVPF"};
    const size_t count = sizeof with / sizeof *with;
    assert_ok(cf_policy_set_keyings(&a.policy, CF_STR("dtls sdes none")));
    for (size_t i = 0; i < 2 * count; i++) {
        char line[60];
        a.policy.offer_profile = i < count ? CF_PROFILE_DTLS_SAVPF : CF_PROFILE_AVP;
        a.session.refused_protections = (uint8_t)(i % count);
        snprintf(line, sizeof line, "m=audio 1000 %s ", i < count ? with[i] : without[i - count]);
        if (!contains(test_party_offer(&a), cf_str_of(line))) {
            fail_msg("way %zu: not %s", i, line);
        }
        assert_ok(cf_negotiation_rollback(&a.n));
    }
    struct cf_str none;
    a.session.refused_protections = (uint8_t)count;
    assert_int_equal(cf_negotiation_offer(&a.n, &a.session, &none), CF_ERR_STATE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

CF_TEST_MAIN(T(the_strongest_hash_counts), T(the_sections_fingerprints_replace_the_sessions),
             T(weak_and_broken_fingerprints_are_none), T(dtls_is_agreed_on_with_the_answerer_as_server),
             T(offers_say_actpass_and_have_an_id), T(an_association_goes_on_in_later_exchanges), T(roles_complement_the_offerers),
             T(holdconn_is_refused), T(a_new_fingerprint_or_id_begins_anew), T(without_ids_an_association_goes_on_in_our_offers),
             T(old_clients_write_savpf_with_a_fingerprint), T(our_order_of_keyings_counts), T(without_dtls_the_offer_is_refused),
             T(zrtp_is_agreed_on_under_avp), T(a_room_that_demands_aes256_says_so), T(opportunities_are_offered_under_avp),
             T(refused_protections_are_passed_over))
