/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command line and configuration file of conferd. */
#include "server/options.h"

#include "base/addr.h"
#include "shell/config/config_file.h"
#include <stdio.h>
#include <string.h>

#define DEV_LISTEN "127.0.0.1:5060"
#define DEV_WEB "127.0.0.1:8443"

const char *const cf_dev_accounts[] = {"alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", NULL};

/* Switches as they were given. */
struct switches {
    const char *listen;
    const char *state;
    const char *web;
};

/* Where each key stands in the file; 0: not there. */
struct lines {
    int of_key[CF_CONFIG_KEY_COUNT];
};

/* A configuration being read from a file. */
struct reading {
    struct cf_config *config;
    struct lines *lines;
    struct cf_config_problem problem;
    bool has_problem;
};

static bool on_key(void *ctx, struct cf_str section, struct cf_str key, struct cf_str value, int line) {
    struct reading *reading = ctx;
    size_t index = cf_config_key_of(section, key);
    if (index < CF_CONFIG_KEY_COUNT) {
        reading->lines->of_key[index] = line;
    }
    reading->has_problem = cf_config_set(reading->config, section, key, value, &reading->problem) != CF_OK;
    return !reading->has_problem;
}

static enum cf_err complain(const char *what) {
    fprintf(stderr, "conferd: %s\n", what);
    return CF_ERR_CONFIG;
}

/* The same of a line of the file @path; 0: it is not from there. */
static enum cf_err complain_at(const char *path, int line, const char *what) {
    if (line == 0) {
        return complain(what);
    }
    fprintf(stderr, "conferd: %s:%d: %s\n", path, line, what);
    return CF_ERR_CONFIG;
}

static enum cf_err read_file(const char *path, struct cf_config *config, struct lines *lines) {
    struct reading reading = {.config = config, .lines = lines};
    int line = 0;
    enum cf_err err = cf_config_file_read(path, on_key, &reading, &line);
    if (err == CF_ERR_NOT_FOUND) {
        fprintf(stderr, "conferd: %s: can't be read\n", path);
        return CF_ERR_CONFIG;
    }
    if (reading.has_problem) {
        return complain_at(path, line, reading.problem.text);
    }
    if (err != CF_OK) {
        fprintf(stderr, "conferd: %s:%d: not KEY = VALUE, or longer than %d octets\n", path, line, CF_CONFIG_LINE_MAX);
        return CF_ERR_CONFIG;
    }
    return CF_OK;
}

static enum cf_err set(struct cf_config *config, const char *section, const char *key, const char *value) {
    struct cf_config_problem problem;
    enum cf_err err = cf_config_set(config, cf_str_of(section), cf_str_of(key), cf_str_of(value), &problem);
    return err == CF_OK ? CF_OK : complain(problem.text);
}

/* Attacks T48: passwords that everybody knows are for this machine alone. */
static const char loopback_only[] = "--dev has passwords that everybody knows: it listens on loopback addresses only";

/* The address after SIP's, where TLS listens in development. */
static enum cf_err set_dev_listen(struct cf_config *config, const char *listen) {
    char text[CF_ADDR_TEXT_MAX];
    char domains[CF_ADDR_TEXT_MAX + 16];
    struct cf_addr addr;
    struct cf_writer w;
    if (cf_addr_parse(cf_str_of(listen), &addr) != CF_OK || addr.port == 0 || addr.port == UINT16_MAX) {
        return complain("--listen wants ADDR:PORT");
    }
    if (!cf_addr_is_loopback(&addr)) {
        return complain(loopback_only);
    }
    cf_writer_init(&w, domains, sizeof domains - 1);
    cf_put_lit(&w, "localhost ");
    cf_put_ip(&w, &addr);
    domains[w.len] = '\0';
    addr.port++;
    cf_writer_init(&w, text, sizeof text - 1);
    cf_put_addr(&w, &addr);
    text[w.len] = '\0';
    enum cf_err err = set(config, "server", "listen", listen);
    if (err == CF_OK) {
        err = set(config, "server", "listen-tls", text);
    }
    return err == CF_OK ? set(config, "server", "domains", domains) : err;
}

/* Over TLS at @p web, without at the port after it. */
static enum cf_err set_dev_web(struct cf_config *config, const char *web) {
    char text[CF_ADDR_TEXT_MAX];
    struct cf_addr addr;
    struct cf_writer w;
    if (cf_addr_parse(cf_str_of(web), &addr) != CF_OK || addr.port == 0 || addr.port == UINT16_MAX ||
        !cf_addr_is_loopback(&addr)) {
        return complain("--web wants ADDR:PORT, with --dev a loopback address");
    }
    addr.port++;
    cf_writer_init(&w, text, sizeof text - 1);
    cf_put_addr(&w, &addr);
    text[w.len] = '\0';
    enum cf_err err = set(config, "web", "listen-tls", web);
    err = err == CF_OK ? set(config, "web", "listen", text) : err;
    /* Browsers take http://localhost for safe, and it has no certificate that they would warn of. */
    cf_writer_init(&w, text, sizeof text - 1);
    cf_put_lit(&w, "http://localhost:");
    cf_put_dec(&w, addr.port);
    text[w.len] = '\0';
    return err == CF_OK ? set(config, "web", "public-url", text) : err;
}

static enum cf_err set_dev(struct cf_config *config, const struct switches *switches) {
    static const char *const rows[][3] = {
        {"conferences", "open-rooms", "yes"},
        {"media", "plain", "yes"},
        {"media", "sdes-insecure", "yes"},
        {"media", "ports", "40000-49999"},
        {"media", "ice-port", "0"},
        {"accounts", "failures", "1000"},
        {"media", "quarantine", "2s"},
        {"server", "drain-time", "0s"},
        {"conferences", "per-account", "1000"},
        {"conferences", "participants", "1000"},
        {"server", "connections-per-address", "5000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum cf_err err = set(config, rows[i][0], rows[i][1], rows[i][2]);
        if (err != CF_OK) {
            return err;
        }
    }
    enum cf_err err = set(config, "server", "state", switches->state == NULL ? "confer-dev" : switches->state);
    if (err == CF_OK) {
        err = set_dev_listen(config, switches->listen == NULL ? DEV_LISTEN : switches->listen);
    }
    /* Servers of tests listen elsewhere, many at a time: they have a web port if they are told one. */
    const char *web = switches->web != NULL || switches->listen != NULL ? switches->web : DEV_WEB;
    return err == CF_OK && web != NULL ? set_dev_web(config, web) : err;
}

static bool takes_value(const char *name, const char *arg, int *index, int argc, char **argv, const char **ret) {
    if (strcmp(arg, name) != 0) {
        return false;
    }
    *ret = *index + 1 < argc ? argv[++*index] : NULL;
    return true;
}

static const struct {
    const char *name;
    enum cf_server_action action;
} actions[] = {
    {"--check-config", CF_SERVER_CHECK_CONFIG},
    {"--print-config", CF_SERVER_PRINT_CONFIG},
    {"--print-config-page", CF_SERVER_PRINT_CONFIG_PAGE},
    {"--version", CF_SERVER_VERSION},
    {"--help", CF_SERVER_HELP},
};

static bool take_action(const char *arg, struct cf_server_options *ret) {
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(arg, actions[i].name) == 0) {
            ret->action = actions[i].action;
            return true;
        }
    }
    return false;
}

static enum cf_err read_switches(int argc, char **argv, struct cf_server_options *ret, struct switches *switches) {
    for (int i = 1; i < argc; i++) {
        const char *value = "";
        if (strcmp(argv[i], "--dev") == 0) {
            ret->is_dev = true;
        } else if (takes_value("--listen", argv[i], &i, argc, argv, &value)) {
            switches->listen = value;
        } else if (takes_value("--state", argv[i], &i, argc, argv, &value)) {
            switches->state = value;
        } else if (takes_value("--web", argv[i], &i, argc, argv, &value)) {
            switches->web = value;
        } else if (takes_value("--config", argv[i], &i, argc, argv, &value)) {
            ret->config_path = value;
        } else if (!take_action(argv[i], ret)) {
            fprintf(stderr, "conferd: unknown switch %s; see conferd --help\n", argv[i]);
            return CF_ERR_CONFIG;
        }
        if (value == NULL) {
            return complain("the last switch wants a value");
        }
    }
    return CF_OK;
}

/* Rules over several keys. The line is that of the last of them in the file, which broke the rule. */
static enum cf_err check(const struct cf_config *config, const char *path, const struct lines *lines) {
    struct cf_config_problem problem;
    int line = 0;
    if (cf_config_check(config, &problem) == CF_OK) {
        return CF_OK;
    }
    for (size_t i = 0; i < problem.key_count; i++) {
        int of_key = lines->of_key[problem.keys[i]];
        line = of_key > line ? of_key : line;
    }
    return complain_at(path, line, problem.text);
}

static bool are_loopback(const struct cf_config_text *list) {
    struct cf_str rest = cf_config_list(list);
    struct cf_str each;
    struct cf_addr addr;
    while (cf_config_list_next(&rest, &each)) {
        if (cf_addr_parse(each, &addr) != CF_OK || !cf_addr_is_loopback(&addr)) {
            return false;
        }
    }
    return true;
}

/* A file may move a development server, but not to where others are. */
static enum cf_err check_dev(const struct cf_config *config, const char *path, const struct lines *lines) {
    const struct {
        const char *section;
        const char *key;
        const struct cf_config_text *list;
    } all[] = {{"server", "listen", &config->listen},
               {"server", "listen-tls", &config->listen_tls},
               {"web", "listen", &config->web_listen},
               {"web", "listen-tls", &config->web_listen_tls},
               {"turn", "listen", &config->turn_listen}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!are_loopback(all[i].list)) {
            size_t index = cf_config_key_of(cf_str_of(all[i].section), cf_str_of(all[i].key));
            return complain_at(path, lines->of_key[index], loopback_only);
        }
    }
    return CF_OK;
}

enum cf_err cf_server_options_read(int argc, char **argv, struct cf_server_options *ret) {
    struct switches switches = {NULL, NULL, NULL};
    struct lines lines = {{0}};
    memset(ret, 0, sizeof *ret);
    cf_config_init(&ret->config);
    enum cf_err err = read_switches(argc, argv, ret, &switches);
    if (err == CF_OK && ret->is_dev) {
        err = set_dev(&ret->config, &switches);
    }
    if (err == CF_OK && ret->config_path != NULL) {
        err = read_file(ret->config_path, &ret->config, &lines);
    }
    if (err == CF_OK && !ret->is_dev && switches.listen != NULL) {
        err = set(&ret->config, "server", "listen", switches.listen);
    }
    if (err == CF_OK && !ret->is_dev && switches.web != NULL) {
        err = set(&ret->config, "web", "listen-tls", switches.web);
    }
    if (err == CF_OK && !ret->is_dev && switches.state != NULL) {
        err = set(&ret->config, "server", "state", switches.state);
    }
    if (err == CF_OK && ret->is_dev) {
        err = check_dev(&ret->config, ret->config_path, &lines);
    }
    return err == CF_OK ? check(&ret->config, ret->config_path, &lines) : err;
}

enum cf_err cf_server_options_reload(const struct cf_server_options *options, struct cf_config *ret) {
    const char *key = NULL;
    struct lines lines = {{0}};
    struct cf_config fresh = options->config;
    if (options->config_path == NULL) {
        return complain("there is no configuration file to read again");
    }
    if (!options->is_dev) {
        cf_config_init(&fresh);
    }
    enum cf_err err = read_file(options->config_path, &fresh, &lines);
    if (err == CF_OK) {
        err = check(&fresh, options->config_path, &lines);
    }
    if (err == CF_OK && !cf_config_can_reload(&options->config, &fresh, &key)) {
        fprintf(stderr, "conferd: %s can't be changed while running; the old configuration stays\n", key);
        err = CF_ERR_CONFIG;
    }
    if (err == CF_OK) {
        *ret = fresh;
    }
    return err;
}
