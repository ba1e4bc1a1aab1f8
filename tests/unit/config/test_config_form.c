/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What texts and items of lists have to be. */
#include "core/config/config_form.h"

#include "adapt/opus/prompt_files.h"
#include "core/auth/digest.h"
#include "core/conf/pin_guard.h"
#include "core/config/config_row.h"
#include "core/offer/policy.h"
#include "lib/test.h"
#include "shell/log/log.h"

static struct cf_config config;
static struct cf_config_problem problem;

static int begin(void **state) {
    (void)state;
    cf_config_init(&config);
    return 0;
}

static enum cf_err set(const char *section, const char *key, const char *value) {
    return cf_config_set(&config, cf_str_of(section), cf_str_of(key), cf_str_of(value), &problem);
}

struct trial {
    const char *section, *key, *value;
};

static const struct trial right[] = {
    {"server", "domains", "example.org 192.0.2.1 ::1 xn--bcher-kva.example"},
    {"server", "listen", "192.0.2.1 192.0.2.1:5060 [::1]:5060 [::] 0.0.0.0:5062"},
    {"server", "advertise", "198.51.100.7"},
    {"server", "advertise", ""},
    {"server", "user-agent", "what you want"},
    {"server", "dns", "192.0.2.53 [2001:db8::1]:5353"},
    {"web", "origins", "*"},
    {"web", "origins", "https://a.example http://[::1]:8080 https://b.example:8443"},
    {"web", "trusted-proxies", "192.0.2.1 2001:db8::1"},
    {"web", "public-url", "https://meet.example.org/"},
    {"web", "public-url", "https://meet.example.org:8443/confer"},
    {"accounts", "trusted-proxies", "192.0.2.1:5060 192.0.2.2"},
    {"accounts", "outbound-proxy", "sips:proxy.example;transport=tls"},
    {"accounts", "algorithms", "SHA-512-256 MD5"},
    {"conferences", "factories", "factory my.factory+1"},
    {"conferences", "rooms", "tea_1 Coffee.room"},
    {"conferences", "pins", "tea:1234 coffee:0123456789012345"},
    {"conferences", "language", "en"},
    {"conferences", "language", "zh-Hant-x-a"},
    {"media", "suites", "AES_128_CM_HMAC_SHA1_80 aes_cm_256_hmac_sha1_80"},
    {"media", "video", ""},
    {"turn", "peers", "public"},
};

static const struct trial wrong[] = {
    {"server", "domains", "a_b.example"},
    {"server", "domains", "sip:example.org"},
    {"server", "listen", "localhost:5060"},
    {"server", "listen", "192.0.2.1:70000"},
    {"server", "listen-tls", "192.0.2.1:"},
    {"server", "advertise", "192.0.2.1:5060"},
    {"server", "advertise", "sip.example.org"},
    {"server", "dns", "resolver"},
    {"web", "listen", "8080"},
    {"web", "origins", "a.example"},
    {"web", "origins", "https://a.example/page"},
    {"web", "origins", "https://a.example:0"},
    {"web", "origins", "https://"},
    {"web", "trusted-proxies", "192.0.2.1 192.0.2.0/24"},
    {"web", "public-url", "meet.example.org"},
    {"web", "public-url", "https://meet.example.org/?a=b"},
    {"accounts", "trusted-proxies", "proxy.example"},
    {"accounts", "outbound-proxy", "proxy.example"},
    {"accounts", "outbound-proxy", "tel:123"},
    {"accounts", "algorithms", "SHA256"},
    {"accounts", "algorithms", "MD5 md5"},
    {"conferences", "factories", "sip:factory@example.org"},
    {"conferences", "focus", "a b"},
    {"conferences", "answer", "yes"},
    {"conferences", "rooms", "tea:1234"},
    {"conferences", "rooms", "a23456789012345678901234567890123456789012345"},
    {"conferences", "lobby-rooms", "tea@example.org"},
    {"conferences", "pins", "tea"},
    {"conferences", "pins", "tea:123"},
    {"conferences", "pins", "tea:12345678901234567"},
    {"conferences", "pins", "tea:12a4"},
    {"conferences", "prompts", "phone"},
    {"conferences", "language", "e"},
    {"conferences", "language", "en_GB"},
    {"conferences", "language", "en-"},
    {"conferences", "language", "franglais"},
    {"media", "address", "eth0"},
    {"media", "advertise", "192.0.2.1 example.org"},
    {"media", "ice", "on"},
    {"media", "keying", "dtls sdes dtls"},
    {"media", "aes256-rooms", "*"},
    {"media", "suites", "AES_CM_128"},
    {"media", "audio", "opus MP3"},
    {"media", "video", "opus"},
    {"turn", "listen", ":3478"},
    {"turn", "peers", "all"},
    {"log", "level", "verbose"},
};

static void takes_what_has_the_form(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        if (set(right[i].section, right[i].key, right[i].value) != CF_OK) {
            fail_msg("%s = %s: %s", right[i].key, right[i].value, problem.text);
        }
    }
    assert_str(cf_config_str(&config.suites), CF_STR("AES_128_CM_HMAC_SHA1_80 AES_CM_256_HMAC_SHA1_80"));
}

static void refuses_what_has_not_and_keeps_the_old(void **state) {
    (void)state;
    struct cf_config before = config;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (set(wrong[i].section, wrong[i].key, wrong[i].value) == CF_OK) {
            fail_msg("%s = %s was taken", wrong[i].key, wrong[i].value);
        }
        assert_memory_equal(&before, &config, sizeof config);
    }
}

static void says_what_is_allowed_and_nearest(void **state) {
    (void)state;
    assert_int_equal(set("conferences", "prompts", "phone"), CF_ERR_CONFIG);
    assert_string_equal(problem.text, "conferences.prompts: \"phone\" is not phones, all or off; did you mean \"phones\"?");
    assert_int_equal(set("web", "trusted-proxies", "192.0.2.1, proxy"), CF_ERR_CONFIG);
    assert_string_equal(problem.text, "web.trusted-proxies: \"proxy\" is not an IP address");
    assert_int_equal(set("media", "keying", "dtls sdes DTLS"), CF_ERR_CONFIG);
    assert_string_equal(problem.text, "media.keying: \"dtls\" is there twice");
    assert_int_equal(set("media", "suites", "AEAD_AES_128_CCM"), CF_ERR_CONFIG);
    assert_true(cf_str_ends(cf_str_of(problem.text), CF_STR("did you mean \"AEAD_AES_128_GCM\"?")));
    /* Nothing is near to that. */
    assert_int_equal(set("media", "suites", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
                     CF_ERR_CONFIG);
    assert_false(cf_str_find_str(cf_str_of(problem.text), CF_STR("did you mean")) < strlen(problem.text));
}

/* Later code compares words as they are. */
static void spells_words_as_the_program_does(void **state) {
    (void)state;
    assert_ok(set("media", "ice", "OFF"));
    assert_str(cf_config_str(&config.ice), CF_STR("off"));
    assert_ok(set("media", "audio", "pcmu OPUS"));
    assert_str(cf_config_str(&config.audio), CF_STR("PCMU opus"));
}

static void every_text_and_list_has_a_form_and_every_form_a_key(void **state) {
    (void)state;
    size_t keys = 0;
    size_t forms = 0;
    for (size_t i = 0; i < CF_CONFIG_KEY_COUNT; i++) {
        const struct cf_config_row *row = cf_config_row(i);
        bool is_text = row->type == CF_CONFIG_TYPE_TEXT || row->type == CF_CONFIG_TYPE_LIST;
        if (is_text != (cf_config_form_of(row->name) != NULL)) {
            fail_msg("%s", row->name);
        }
        keys += is_text ? 1 : 0;
    }
    while (cf_config_form_row(forms) != NULL) {
        forms++;
    }
    assert_int_equal(keys, forms);
}

static bool allows(const char *name, struct cf_str word) {
    struct cf_str spelt;
    return cf_config_form_fits(cf_config_form_of(name), word, &spelt);
}

/* Every word does something: whoever uses the values knows it. */
static void words_are_those_that_are_known(void **state) {
    (void)state;
    struct cf_policy policy;
    cf_policy_default(&policy);
    assert_ok(cf_policy_codecs_parse(cf_config_form_of("media.audio")->words, CF_MEDIA_AUDIO, &policy.audio));
    assert_ok(cf_policy_codecs_parse(cf_config_form_of("media.video")->words, CF_MEDIA_VIDEO, &policy.video));
    assert_ok(cf_policy_set_keyings(&policy, cf_config_form_of("media.keying")->words));
    for (size_t i = CF_SRTP_NONE + 1; i < CF_SRTP_SUITE_COUNT; i++) {
        assert_true(allows("media.suites", cf_srtp_suites[i].name) && allows("media.suites", cf_srtp_suites[i].alias));
    }
    struct cf_str algorithms = cf_config_form_of("accounts.algorithms")->words;
    while (algorithms.at != NULL) {
        enum cf_digest_algorithm algorithm;
        bool is_session = true;
        assert_true(cf_digest_algorithm_of(cf_str_cut(&algorithms, ' '), &algorithm, &is_session) && !is_session);
    }
    for (size_t i = 0; i < cf_prompt_file_count; i++) {
        assert_true(allows("conferences.language", cf_prompt_files[i].language));
    }
    struct cf_str levels = cf_config_form_of("log.level")->words;
    while (levels.at != NULL) {
        enum cf_log_level level;
        assert_ok(cf_log_level_of(cf_str_cut(&levels, ' '), &level));
    }
}

static void pins_are_those_that_rooms_take(void **state) {
    (void)state;
    static const char *const pins[] = {"123", "1234", "1234567890123456", "12345678901234567", "12x4"};
    for (size_t i = 0; i < sizeof pins / sizeof *pins; i++) {
        char item[64];
        snprintf(item, sizeof item, "tea:%s", pins[i]);
        assert_int_equal(allows("conferences.pins", cf_str_of(item)), cf_pin_is_valid(cf_str_of(pins[i])));
    }
}

CF_TEST_MAIN(cmocka_unit_test_setup(takes_what_has_the_form, begin),
             cmocka_unit_test_setup(refuses_what_has_not_and_keeps_the_old, begin),
             cmocka_unit_test_setup(says_what_is_allowed_and_nearest, begin),
             cmocka_unit_test_setup(spells_words_as_the_program_does, begin),
             cmocka_unit_test_setup(every_text_and_list_has_a_form_and_every_form_a_key, begin),
             cmocka_unit_test_setup(words_are_those_that_are_known, begin),
             cmocka_unit_test_setup(pins_are_those_that_rooms_take, begin))
