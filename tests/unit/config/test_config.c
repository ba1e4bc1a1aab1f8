/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration table: defaults, values, problems, printing. */
#include "core/config/config.h"

#include "core/config/config_row.h"
#include "lib/test.h"

static struct cf_config config;
static struct cf_config_problem problem;

static int begin(void **state) {
    (void)state;
    cf_config_init(&config);
    memset(&problem, 0, sizeof problem);
    return 0;
}

static enum cf_err set(const char *section, const char *key, const char *value) {
    return cf_config_set(&config, cf_str_of(section), cf_str_of(key), cf_str_of(value), &problem);
}

static void defaults_are_valid_and_closed(void **state) {
    (void)state;
    assert_ok(cf_config_check(&config, &problem));
    assert_str(cf_config_str(&config.listen), CF_STR(""));
    assert_false(config.allows_plain);
    assert_true(config.is_registrar);
    assert_int_equal(config.drain_time_usec, CF_SEC(30));
    assert_int_equal(config.media_ports.first, 20000);
}

static void takes_values_of_each_type(void **state) {
    (void)state;
    assert_ok(set("server", "domains", " a.example,\tb.example  c.example "));
    assert_str(cf_config_str(&config.domains), CF_STR("a.example b.example c.example"));
    assert_true(cf_config_list_has(&config.domains, CF_STR("B.EXAMPLE")));
    assert_false(cf_config_list_has(&config.domains, CF_STR("b")));
    assert_ok(set("media", "ports", "30000 - 30009"));
    assert_int_equal(config.media_ports.last, 30009);
    assert_ok(set("media", "plain", "Yes"));
    assert_true(config.allows_plain);
    assert_ok(set("accounts", "expires-most", "2h"));
    assert_int_equal(config.expires_most_usec, CF_SEC(7200));
    assert_ok(set("conferences", "participants", "7"));
    assert_int_equal(config.participants_max, 7);
}

static void names_the_nearest_key(void **state) {
    (void)state;
    assert_int_equal(set("server", "domain", "x"), CF_ERR_CONFIG);
    assert_string_equal(problem.text, "unknown key \"domain\" in section [server]; did you mean \"domains\" in [server]?");
    assert_int_equal(set("server", "ports", "1-2"), CF_ERR_CONFIG);
    assert_string_equal(problem.text, "unknown key \"ports\" in section [server]; did you mean \"ports\" in [media]?");
}

static void refuses_wrong_values_and_keeps_the_old(void **state) {
    (void)state;
    const char *const wrong[][3] = {
        {"media", "ports", "5-2"},
        {"media", "ports", "30000"},
        {"media", "ports", "1-70000"},
        {"media", "plain", "maybe"},
        {"conferences", "count", "0"},
        {"conferences", "count", "x"},
        {"accounts", "expires-most", "1y"},
        {"accounts", "expires-most", ""},
        {"accounts", "algorithms", ""},
        {"accounts", "algorithms", "a b c d"},
        {"server", "state", ""},
        {"server", "user-agent", "\xff"},
    };
    struct cf_config before = config;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(set(wrong[i][0], wrong[i][1], wrong[i][2]), CF_ERR_CONFIG);
        assert_memory_equal(&before, &config, sizeof config);
    }
    assert_int_equal(set("conferences", "count", "0"), CF_ERR_CONFIG);
    assert_string_equal(problem.text, "conferences.count: \"0\" is not a number from 1 to 10000");
}

/* The rule that is broken is about these keys, so that the operator can be told a line. */
/* Both bounds of each type. */
static void values_have_bounds(void **state) {
    (void)state;
    static const struct {
        const char *section;
        const char *key;
        const char *value;
        bool is_right;
    } cases[] = {
        {"server", "drain-time", "3600s", true},
        {"server", "drain-time", "3601s", false},
        {"server", "drain-time", "2h", false},
        {"accounts", "nonce-life", "10s", true},
        {"accounts", "nonce-life", "9s", false},
        {"accounts", "devices", "1", true},
        {"accounts", "devices", "0", false},
        {"accounts", "devices", "100", true},
        {"accounts", "devices", "101", false},
        {"media", "ports", "30000-20000", false},
        {"media", "ports", "20000-20000", true},
        {"media", "ports", "20000-65536", false},
        {"conferences", "factories", "a b c d e f g h", true},
        {"conferences", "factories", "a b c d e f g h i", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum cf_err err = set(cases[i].section, cases[i].key, cases[i].value);
        if ((err == CF_OK) != cases[i].is_right) {
            fail_msg("%s.%s = %s", cases[i].section, cases[i].key, cases[i].value);
        }
    }
}

static void assert_rule_of(const char *section, const char *key) {
    size_t wanted = cf_config_key_of(cf_str_of(section), cf_str_of(key));
    bool is_there = false;
    assert_int_equal(cf_config_check(&config, &problem), CF_ERR_CONFIG);
    assert_true(wanted < CF_CONFIG_KEY_COUNT);
    for (size_t i = 0; i < problem.key_count; i++) {
        assert_true(problem.keys[i] < CF_CONFIG_KEY_COUNT);
        is_there = is_there || problem.keys[i] == wanted;
    }
    assert_true(is_there);
}

static void checks_what_no_key_shows_alone(void **state) {
    (void)state;
    assert_ok(set("tls", "certificate", "c.pem"));
    assert_rule_of("tls", "certificate");
    assert_ok(set("tls", "private-key", "k.pem"));
    assert_ok(cf_config_check(&config, &problem));
    assert_ok(set("accounts", "registrar", "no"));
    assert_rule_of("accounts", "registrar");
    assert_ok(set("accounts", "trusted-proxies", "127.0.0.1"));
    assert_ok(cf_config_check(&config, &problem));
    assert_ok(set("accounts", "expires-least", "2h"));
    assert_rule_of("accounts", "expires-least");
    assert_ok(set("accounts", "expires-least", "60s"));
    assert_ok(set("turn", "ports", "29999-30005"));
    assert_ok(cf_config_check(&config, &problem));
    assert_ok(set("turn", "enabled", "yes"));
    assert_rule_of("turn", "ports");
    assert_string_equal(problem.text, "turn.ports and media.ports overlap");
    assert_ok(set("turn", "ports", "30000-30005"));
    assert_ok(cf_config_check(&config, &problem));
    assert_ok(set("media", "keying", "none"));
    assert_rule_of("media", "keying");
    assert_ok(set("media", "plain", "yes"));
    assert_ok(cf_config_check(&config, &problem));
}

static void ports_of_ice_are_not_among_others(void **state) {
    (void)state;
    static const struct {
        const char *port, *workers, *ice;
        bool is_right;
    } cases[] = {{"19999", "1", "full", true},  {"19999", "2", "full", false}, {"20000", "1", "full", false},
                 {"29999", "1", "lite", false}, {"30000", "1", "full", true},  {"25000", "1", "off", true},
                 {"0", "16", "full", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_ok(set("media", "ice-port", cases[i].port));
        assert_ok(set("media", "workers", cases[i].workers));
        assert_ok(set("media", "ice", cases[i].ice));
        assert_int_equal(cf_config_check(&config, &problem) == CF_OK, cases[i].is_right);
    }
}

static void reload_refuses_what_needs_a_restart(void **state) {
    (void)state;
    struct cf_config was = config;
    const char *key = NULL;
    assert_ok(set("media", "plain", "yes"));
    assert_true(cf_config_can_reload(&was, &config, &key));
    assert_ok(set("media", "ports", "30000-30100"));
    assert_false(cf_config_can_reload(&was, &config, &key));
    assert_string_equal(key, "media.ports");
}

/* Reads back what was printed, as the shell would. */
static void parse_back(struct cf_str file, struct cf_config *ret) {
    struct cf_str section = CF_STR("");
    cf_config_init(ret);
    while (file.at != NULL) {
        struct cf_str line = cf_str_trim(cf_str_cut(&file, '\n'));
        if (line.len == 0 || line.at[0] == '#') {
            continue;
        }
        if (line.at[0] == '[') {
            section = cf_str_n(line.at + 1, line.len - 2);
            continue;
        }
        struct cf_str value = line;
        struct cf_str key = cf_str_trim(cf_str_cut(&value, '='));
        assert_ok(cf_config_set(ret, section, key, cf_str_trim(value), &problem));
    }
}

static void prints_what_it_can_read(void **state) {
    (void)state;
    static char file[32768];
    struct cf_writer w;
    struct cf_config again;
    assert_ok(set("server", "listen", "127.0.0.1:5060 [::1]:5060"));
    assert_ok(set("accounts", "nonce-life", "90s"));
    cf_writer_init(&w, file, sizeof file);
    cf_config_print(&config, &w);
    assert_true(cf_writer_ok(&w));
    parse_back(cf_writer_str(&w), &again);
    assert_memory_equal(&again, &config, sizeof config);
}

static void every_row_is_documented(void **state) {
    (void)state;
    for (size_t i = 0; i < CF_CONFIG_KEY_COUNT; i++) {
        assert_true(cf_config_row(i)->doc.len > 10);
        assert_true(cf_str_ends(cf_config_row(i)->doc, CF_STR(".")) || cf_str_ends(cf_config_row(i)->doc, CF_STR(")")));
    }
}

CF_TEST_MAIN(cmocka_unit_test_setup(values_have_bounds, begin), cmocka_unit_test_setup(defaults_are_valid_and_closed, begin),
             cmocka_unit_test_setup(takes_values_of_each_type, begin), cmocka_unit_test_setup(names_the_nearest_key, begin),
             cmocka_unit_test_setup(refuses_wrong_values_and_keeps_the_old, begin),
             cmocka_unit_test_setup(checks_what_no_key_shows_alone, begin),
             cmocka_unit_test_setup(ports_of_ice_are_not_among_others, begin),
             cmocka_unit_test_setup(reload_refuses_what_needs_a_restart, begin),
             cmocka_unit_test_setup(prints_what_it_can_read, begin), cmocka_unit_test_setup(every_row_is_documented, begin))
