/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server: wiring of loop, transports, node, store, media and operator. */
#include "server/server.h"

#include "adapt/openssl/hash.h"
#include "core/node/node.h"
#include "core/offer/policy.h"
#include "server/content_codecs.h"
#include "server/handover.h"
#include "server/media_link.h"
#include "server/meeting_links.h"
#include "server/operator.h"
#include "server/permanent_rooms.h"
#include "server/policy.h"
#include "server/settings.h"
#include "server/store.h"
#include "server/transports.h"
#include "shell/control/control.h"
#include "shell/file/file.h"
#include "shell/log/log.h"
#include "shell/loop/loop.h"
#include "shell/system/system.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define ACCOUNTS_LOOK CF_SEC(1) /* how soon a change by the command line is noticed */
#define DRAIN_LOOK CF_MSEC(100)

struct server {
    struct cf_server_options *options;
    struct cf_loop *loop;
    struct cf_transports *transports;
    struct cf_node *node;
    struct cf_store store;
    struct cf_media_link *media;
    struct cf_handover handover;
    struct cf_control *control;
    struct cf_policy policy;
    struct cf_meeting_links links;
    struct cf_leg_histories histories;
    struct cf_webhooks webhooks;
    struct cf_services services;
    cf_usec look_at_accounts;
    cf_usec drain_until; /* 0: not draining */
    bool is_ending;      /* calls are being ended */
    char proxy_uri[CF_CONFIG_TEXT_MAX + 16];
    uint8_t gruu_key[CF_GRUU_KEY_LEN];
};

/* --- draining what the node wants --- */

static void do_out(struct server *s, const struct cf_node_out *out, cf_usec now) {
    if (out->kind == CF_NODE_OUT_ENDPOINT) {
        cf_transports_do(s->transports, &out->event);
    } else if (out->kind == CF_NODE_OUT_FOCUS && out->focus.kind == CF_FOCUS_OUT_MEDIA) {
        cf_media_link_command(s->media, out->focus.command);
    } else {
        cf_store_do(&s->store, out, now, cf_system_wall());
    }
}

static void drain_node(void *ctx) {
    struct server *s = ctx;
    struct cf_node_out out;
    cf_usec now = cf_system_now();
    while (cf_node_poll(s->node, now, &out)) {
        do_out(s, &out, now);
    }
}

static void on_media_event(void *ctx, const struct cf_media_event *event) {
    struct server *s = ctx;
    cf_node_on_media(s->node, event, cf_system_now());
    drain_node(s);
}

static void on_command(void *ctx, struct cf_str command, struct cf_writer *answer) {
    struct server *s = ctx;
    cf_store_refresh_accounts(&s->store, s->node);
    cf_operator_do(&s->services, command, cf_system_now(), answer);
    drain_node(s);
}

/* --- time --- */

static cf_usec look_at_end(struct server *s, cf_usec now) {
    struct cf_focus *focus = cf_node_focus(s->node);
    if (s->drain_until == 0) {
        return CF_USEC_NEVER;
    }
    if (cf_focus_leg_count(focus) == 0) {
        cf_loop_stop(s->loop);
        return now;
    }
    if (now < s->drain_until) {
        return cf_usec_min(s->drain_until, now + DRAIN_LOOK);
    }
    if (!s->is_ending) {
        /* Time is up: say goodbye, and leave without those that don't answer. */
        s->is_ending = true;
        s->drain_until = now + CF_SEC(2);
        cf_focus_end_all(focus, now);
        drain_node(s);
        return now + DRAIN_LOOK;
    }
    cf_loop_stop(s->loop);
    return now;
}

static cf_usec on_turn(void *ctx, cf_usec now) {
    struct server *s = ctx;
    if (cf_node_deadline(s->node) <= now) {
        cf_node_on_deadline(s->node, now);
        drain_node(s);
    }
    if (s->look_at_accounts <= now) {
        s->look_at_accounts = now + ACCOUNTS_LOOK;
        cf_store_refresh_accounts(&s->store, s->node);
        unsigned long suppressed = cf_log_suppressed();
        if (suppressed > 0) {
            cf_log(CF_LOG_WARNING, "log", "%lu lines were not written", suppressed);
        }
    }
    /* What a turn's events have made goes out together. */
    cf_transports_on_turn(s->transports, now);
    cf_media_link_flush(s->media);
    cf_usec deadline = cf_usec_min(cf_node_deadline(s->node), s->look_at_accounts);
    deadline = cf_usec_min(deadline, cf_webhooks_on_turn(&s->webhooks, now, cf_system_wall()));
    deadline = cf_usec_min(deadline, cf_leg_histories_on_turn(&s->histories, s->node, now));
    deadline = cf_usec_min(deadline, cf_media_link_on_deadline(s->media, now));
    deadline = cf_usec_min(deadline, cf_transports_deadline(s->transports));
    return cf_usec_min(deadline, look_at_end(s, now));
}

/* --- signals --- */

static void begin_drain(void *ctx) {
    struct server *s = ctx;
    if (s->drain_until != 0) {
        return;
    }
    s->services.is_draining = true;
    cf_log(CF_LOG_INFO, "server", "draining %zu calls", cf_focus_leg_count(cf_node_focus(s->node)));
    cf_focus_drain(cf_node_focus(s->node));
    s->drain_until = cf_system_now() + s->options->config.drain_time_usec;
    s->drain_until = s->drain_until == 0 ? 1 : s->drain_until;
}

static void on_terminate(void *ctx, int signal_number) {
    struct server *s = ctx;
    (void)signal_number;
    if (s->drain_until != 0) {
        cf_loop_stop(s->loop);
    } else {
        begin_drain(s);
    }
}

static enum cf_err set_log_level(const struct cf_config *config) {
    enum cf_log_level level = CF_LOG_INFO;
    enum cf_err err = cf_log_level_of(cf_config_str(&config->log_level), &level);
    if (err == CF_OK) {
        cf_log_set_level(level);
    } else {
        cf_log(CF_LOG_ERROR, "config", "log.level: \"%s\" is not error, warning, info or debug", config->log_level.text);
    }
    return err;
}

/* --- making the node --- */

static enum cf_factory_answer factory_answer(const struct cf_config *config) {
    struct cf_str word = cf_config_str(&config->factory_answer);
    if (cf_str_eq(word, CF_STR("redirect"))) {
        return CF_FACTORY_ANSWER_REDIRECT;
    }
    return cf_str_eq(word, CF_STR("accept")) ? CF_FACTORY_ANSWER_ACCEPT : CF_FACTORY_ANSWER_AUTO;
}

static enum cf_focus_prompts prompts(const struct cf_config *config) {
    struct cf_str word = cf_config_str(&config->prompts);
    if (cf_str_eq(word, CF_STR("all"))) {
        return CF_FOCUS_PROMPTS_ALL;
    }
    return cf_str_eq(word, CF_STR("off")) ? CF_FOCUS_PROMPTS_OFF : CF_FOCUS_PROMPTS_PHONES;
}

static bool demands_aes256(void *ctx, struct cf_str room) {
    const struct server *s = ctx;
    const struct cf_config *config = &s->options->config;
    struct cf_str rest = cf_config_list(&config->aes256_rooms);
    struct cf_str name;
    bool is_demanded = config->demands_aes256;
    static const struct cf_str prefix = CF_STR_INIT("room-");
    if (cf_str_starts(room, prefix)) {
        room = cf_str_n(room.at + prefix.len, room.len - prefix.len);
    }
    while (!is_demanded && cf_config_list_next(&rest, &name)) {
        is_demanded = cf_str_eq_nocase(name, room);
    }
    return is_demanded;
}

static struct cf_focus_config focus_config(struct server *s) {
    const struct cf_config *c = &s->options->config;
    struct cf_focus_config focus = {.policy = &s->policy,
                                    .fingerprint = cf_media_link_fingerprint(s->media),
                                    .zrtp = cf_media_link_zrtp(s->media),
                                    .demands_aes256 = demands_aes256,
                                    .demands_ctx = s,
                                    .codecs = cf_server_content_codecs(),
                                    .port_source = cf_media_link_ports(s->media),
                                    .user = cf_config_str(&c->focus),
                                    .factories = cf_config_str(&c->factories),
                                    .factory_answer = factory_answer(c),
                                    .has_open_rooms = c->has_open_rooms,
                                    .announces_chat = c->announces_chat,
                                    .limits = cf_conference_limits_default,
                                    .times = cf_conference_times_default,
                                    .ring_usec = c->ring_time_usec,
                                    .quarantine_usec = c->quarantine_usec,
                                    .silence_usec = c->silence_time_usec,
                                    .video_kbps = c->video_rate_kbps,
                                    .stats_interval_usec = CF_SEC(5),
                                    .spread_from = c->spread_from,
                                    .pauses_unseen = c->pauses_unseen,
                                    .sounds = cf_media_link_sounds(s->media),
                                    .prompts = prompts(c),
                                    .language = cf_config_str(&c->language),
                                    .tones_max = c->tones_max};
    focus.limits.conferences = c->conferences_max;
    focus.limits.per_account = c->per_account_max;
    focus.limits.participants = c->participants_max;
    focus.limits.list = c->list_max;
    focus.times.available_before_usec = c->availability_before_start_usec;
    return focus;
}

/* The key of temporary GRUUs, made at the first start. */
static enum cf_err load_gruu_key(struct server *s) {
    char path[CF_FILE_PATH_MAX];
    size_t len = 0;
    enum cf_err err = cf_file_join(s->options->config.state.text, "gruu.key", path, sizeof path);
    if (err == CF_OK && cf_file_exists(path)) {
        err = cf_file_read(path, s->gruu_key, sizeof s->gruu_key, &len);
        err = err == CF_OK && len != sizeof s->gruu_key ? CF_ERR_TRUNCATED : err;
    } else if (err == CF_OK) {
        cf_entropy_fill(cf_system_entropy(), s->gruu_key, sizeof s->gruu_key);
        err = cf_file_write(path, (struct cf_span){s->gruu_key, sizeof s->gruu_key}, true);
    }
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "server", "%s: %s", path, cf_err_text(err));
    }
    return err;
}

static enum cf_err make_node(struct server *s) {
    const struct cf_config *c = &s->options->config;
    struct cf_node_config node = {
        .mem = cf_system_mem(),
        .entropy = cf_system_entropy(),
        .hash = cf_openssl_hash(),
        .domains = cf_config_str(&c->domains),
        .is_registrar = c->is_registrar,
        .live = cf_settings_live(c),
        .endpoint_limits = {.streams_per_address = c->per_address_max, .strangers_per_sec = c->strangers_per_sec},
        .gruu_key = {s->gruu_key, sizeof s->gruu_key},
        .focus = focus_config(s)};
    node.locals = cf_transports_locals(s->transports, &node.local_count);
    node.proxy_uri = cf_settings_proxy_uri(c, &node.live, s->proxy_uri, sizeof s->proxy_uri);
    s->node = cf_node_create(&node, cf_system_now(), cf_system_wall());
    return s->node == NULL ? CF_ERR_NO_MEMORY : CF_OK;
}

static enum cf_err add_dev_accounts(struct server *s) {
    enum cf_err err = CF_OK;
    for (size_t i = 0; s->options->is_dev && cf_dev_accounts[i] != NULL && err == CF_OK; i++) {
        struct cf_str name = cf_str_of(cf_dev_accounts[i]);
        err = cf_store_add_account(&s->store, name, name, cf_node_realm(s->node));
    }
    return err;
}

/* Media is received where SIP is, unless configured otherwise. */
static struct cf_addr media_address(const struct server *s, enum cf_family family) {
    struct cf_addr addr;
    if (cf_addr_parse_ip(cf_config_str(&s->options->config.media_address), &addr) == CF_OK && addr.family == family) {
        return addr;
    }
    return cf_transports_bound(s->transports, family);
}

static enum cf_err start_media(struct server *s) {
    struct cf_addr local4 = media_address(s, CF_FAMILY_IP4);
    struct cf_addr local6 = media_address(s, CF_FAMILY_IP6);
    enum cf_err err = cf_media_link_start(s->loop, &s->options->config, &local4, &local6, on_media_event, s, &s->media);
    struct cf_str realms = cf_config_list(&s->options->config.domains);
    struct cf_str realm = CF_STR_NONE;
    (void)cf_config_list_next(&realms, &realm);
    return err == CF_OK ? cf_handover_open(&s->handover, &s->options->config, realm, s->transports, s->media) : err;
}

static enum cf_err open_control(struct server *s) {
    char path[CF_FILE_PATH_MAX];
    const struct cf_config *c = &s->options->config;
    enum cf_err err = cf_file_join(c->state.text, c->control.text, path, sizeof path);
    if (err == CF_OK) {
        err = cf_control_listen(s->loop, path, on_command, s, &s->control);
    }
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "control", "%s: %s", path,
               err == CF_ERR_EXISTS ? "another server uses this state folder" : cf_err_text(err));
    }
    return err;
}

static void on_hangup(void *ctx, int signal_number) {
    struct server *s = ctx;
    struct cf_config fresh;
    struct cf_policy policy;
    (void)signal_number;
    if (cf_server_options_reload(s->options, &fresh) != CF_OK || cf_server_set_policy(&fresh, &policy) != CF_OK) {
        return;
    }
    s->options->config = fresh;
    s->policy = policy;
    (void)set_log_level(&fresh);
    if (cf_transports_reload(s->transports, &fresh) != CF_OK) {
        cf_log(CF_LOG_WARNING, "config", "the old certificates stay in use");
    }
    struct cf_node_live live = cf_settings_live(&s->options->config);
    struct cf_focus_config focus = focus_config(s);
    cf_node_set_live(s->node, &live, &focus);
    cf_meeting_links_reload(&s->links);
    cf_log(CF_LOG_INFO, "config", "read again");
}

static enum cf_err offer_services(struct server *s) {
    s->services = (struct cf_services){.node = s->node,
                                       .relay = s->handover.relay,
                                       .config = &s->options->config,
                                       .store = &s->store,
                                       .links = &s->links,
                                       .histories = &s->histories,
                                       .webhooks = &s->webhooks,
                                       .started = cf_system_now(),
                                       .drain = begin_drain,
                                       .drain_ctx = s};
    enum cf_err err = cf_meeting_links_open(&s->links, &s->store, s->node, &s->options->config);
    return err == CF_OK ? cf_webhooks_open(&s->webhooks, s->loop, &s->store, s->node, &s->options->config) : err;
}

static enum cf_err catch_signals(struct server *s) {
    enum cf_err err = cf_loop_on_signal(s->loop, SIGTERM, on_terminate, s);
    if (err == CF_OK) {
        err = cf_loop_on_signal(s->loop, SIGINT, on_terminate, s);
    }
    return err == CF_OK ? cf_loop_on_signal(s->loop, SIGHUP, on_hangup, s) : err;
}

/* Each step needs those before it. The first error wins and has been logged. */
static enum cf_err start(struct server *s) {
    const struct cf_config *c = &s->options->config;
    enum cf_err err = set_log_level(c);
    err = err == CF_OK ? cf_server_set_policy(c, &s->policy) : err;
    err = err == CF_OK ? cf_file_make_folder(c->state.text) : err;
    err = err == CF_OK ? cf_webhook_sender_prepare() : err;
    err = err == CF_OK ? cf_loop_create(&s->loop) : err;
    err = err == CF_OK ? open_control(s) : err;
    err = err == CF_OK ? cf_store_open(&s->store, c->state.text) : err;
    err = err == CF_OK ? cf_transports_open(s->loop, c, c->state.text, &s->transports) : err;
    err = err == CF_OK ? load_gruu_key(s) : err;
    err = err == CF_OK ? start_media(s) : err;
    err = err == CF_OK ? make_node(s) : err;
    err = err == CF_OK ? add_dev_accounts(s) : err;
    err = err == CF_OK ? cf_store_restore(&s->store, s->node, cf_system_now(), cf_system_wall()) : err;
    err = err == CF_OK ? offer_services(s) : err;
    err = err == CF_OK ? catch_signals(s) : err;
    return err;
}

static void stop(struct server *s) {
    cf_leg_histories_fini(&s->histories);
    cf_webhooks_close(&s->webhooks);
    cf_node_destroy(s->node);
    cf_handover_close(&s->handover);
    cf_media_link_stop(&s->media);
    cf_transports_close(&s->transports);
    cf_control_close(&s->control);
    cf_store_close(&s->store);
    cf_loop_destroy(&s->loop);
}

/* --- what the operator sees --- */

/* Browsers take http://localhost for safe, and it has no certificate that they would warn of. */
static void say_web(const struct server *s) {
    const char *tls = s->options->config.web_listen_tls.text;
    const char *plain = s->options->config.web_listen.text;
    if (tls[0] != '\0') {
        printf("  WebSocket  wss://%s/sip\n", tls);
    }
    if (tls[0] != '\0' && !cf_transports_have_page(s->transports)) {
        printf("  Browsers   The web page is not built: there is none to open (make web)\n");
    } else if (tls[0] != '\0' && s->options->is_dev && strrchr(plain, ':') != NULL) {
        printf("  Browsers   Open http://localhost%s/ or, with a warning about its certificate, https://localhost%s/\n",
               strrchr(plain, ':'), strrchr(tls, ':'));
    } else if (tls[0] != '\0') {
        char room[CF_CONFIG_TEXT_MAX];
        struct cf_writer url;
        cf_writer_init(&url, room, sizeof room);
        cf_put_page_base(&url, &s->options->config, cf_node_realm(s->node));
        printf("  Browsers   %.*s/\n", CF_STR_ARG(cf_writer_str(&url)));
    }
}

/* A link to try the page with: opened in two tabs, it is a meeting. */
static void say_link(struct server *s) {
    struct cf_made_link made;
    struct cf_link_wish wish = {.room = CF_STR("tea"), .role = CF_TOKEN_MODERATOR};
    if (s->options->is_dev && cf_transports_have_page(s->transports) &&
        cf_meeting_links_make(&s->links, &wish, cf_system_wall(), &made).status == 0) {
        printf("  Meeting    Open this in a browser, in two tabs for a meeting of two:\n             %.*s\n",
               CF_STR_ARG(made.url));
    }
}

static void say_hello(struct server *s) {
    size_t count = 0;
    const struct cf_endpoint_local *locals = cf_transports_locals(s->transports, &count);
    struct cf_str domain = cf_node_realm(s->node);
    if (s->options->is_dev) {
        printf("This is a development server: it is reached from this machine only, and its passwords are known.\n"
               "  Accounts   alice bob carol dave erin frank grace heidi ivan judy; the password is the name\n"
               "  Rooms      dial sip:room-NAME@%.*s, any NAME\n"
               "  Factory    sip:videoconference-factory@%.*s makes a conference\n"
               "  Linphone   Use a SIP account: user name alice, password alice, domain %.*s, and in the account's settings\n"
               "             as conference factory and video conference factory the URI above\n",
               CF_STR_ARG(domain), CF_STR_ARG(domain), CF_STR_ARG(domain));
    }
    for (size_t i = 0; i < count; i++) {
        char text[CF_ADDR_TEXT_MAX];
        struct cf_writer w;
        struct cf_str transport = cf_transport_name(locals[i].transport);
        cf_writer_init(&w, text, sizeof text);
        cf_put_addr(&w, &locals[i].addr);
        struct cf_str addr = cf_writer_str(&w);
        printf("  SIP/%-6.*s %.*s\n", CF_STR_ARG(transport), CF_STR_ARG(addr));
    }
    say_web(s);
    say_link(s);
    printf("ready: confer serves %s\n", s->options->config.domains.text);
    fflush(stdout);
}

int cf_server_run(struct cf_server_options *options) {
    struct server s = {.options = options};
    cf_leg_histories_init(&s.histories,
                          ((uint64_t)cf_entropy_u32(cf_system_entropy()) << 32) | cf_entropy_u32(cf_system_entropy()));
    enum cf_err err = start(&s);
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "server", "not started: %s", cf_err_text(err));
        stop(&s);
        return 1;
    }
    cf_transports_start(s.transports, &s.services, drain_node, &s);
    cf_handover_start(&s.handover, s.transports);
    cf_loop_set_turn(s.loop, on_turn, &s);
    cf_permanent_rooms_add(&s.options->config, cf_node_focus(s.node), cf_system_now());
    drain_node(&s);
    say_hello(&s);
    cf_loop_run(s.loop);
    drain_node(&s);
    cf_log(CF_LOG_INFO, "server", "ended");
    cf_loop_set_turn(s.loop, NULL, NULL);
    stop(&s);
    return 0;
}
