/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of the operator. */
#include "server/operator.h"

#include "core/conf/conference_command.h"
#include "core/sip/text.h"
#include "server/json.h"
#include "server/operator_links.h"
#include "server/operator_webhooks.h"
#include "server/stream_json.h"
#include "shell/system/system.h"

/* Streams that lose so much, or sound so bad, are counted apart. */
#define LOSSY_PERMILLE 50
#define POOR_MOS_CENTI 360

/* A command taken apart. */
struct asked {
    struct cf_services *services;
    struct cf_node *node;
    cf_usec now;
    struct cf_str words[4];
    struct cf_str rest; /* all behind the second word */
    struct cf_writer *w;
};

static void begin_object(struct cf_writer *w, struct cf_str key, struct cf_str text) {
    cf_put_char(w, '{');
    cf_put_json_key(w, key, true);
    cf_put_json_str(w, text);
}

static void end_object(struct cf_writer *w) {
    cf_put_lit(w, "}\n");
}

static void fail(struct cf_writer *w, struct cf_str why) {
    begin_object(w, CF_STR("error"), why);
    end_object(w);
}

/* --- users --- */

static void put_device(struct cf_writer *w, const struct cf_binding *binding, cf_usec now) {
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("contact"), true);
    cf_put_json_str(w, binding->values.contact);
    cf_put_json_text(w, CF_STR("agent"), binding->values.user_agent);
    cf_put_json_number(w, CF_STR("expires"), (uint64_t)((binding->timer.deadline - now) / CF_SEC(1)));
    cf_put_char(w, '}');
}

static void put_user(struct asked *a, const struct cf_account *account) {
    char aor[CF_AOR_MAX];
    struct cf_writer aor_writer;
    struct cf_str name = cf_str_n(account->name, account->name_len);
    cf_writer_init(&aor_writer, aor, sizeof aor);
    cf_sip_put_address(&aor_writer, name, cf_node_realm(a->node));
    const struct cf_aor_record *record = cf_location_find(cf_node_location(a->node), cf_writer_str(&aor_writer));
    begin_object(a->w, CF_STR("user"), name);
    cf_put_json_key(a->w, CF_STR("devices"), false);
    cf_put_char(a->w, '[');
    bool is_first = true;
    for (const struct cf_binding *b = record == NULL ? NULL : cf_aor_first(record); b != NULL; b = cf_aor_next(record, b)) {
        cf_put(a->w, is_first ? CF_STR_NONE : CF_STR(","));
        put_device(a->w, b, a->now);
        is_first = false;
    }
    cf_put_char(a->w, ']');
    end_object(a->w);
}

static void do_users(struct asked *a) {
    const struct cf_accounts *accounts = cf_node_accounts(a->node);
    for (struct cf_map_node *n = cf_map_first(&accounts->by_name); n != NULL; n = cf_map_next(&accounts->by_name, n)) {
        put_user(a, CF_OF(n, struct cf_account, node));
    }
}

/* --- rooms --- */

static void put_participant(struct cf_writer *w, const struct cf_focus *focus, const struct cf_roster_participant *p) {
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("user"), true);
    cf_put_json_str(w, p->aor);
    cf_put_json_text(w, CF_STR("name"), p->name);
    cf_put_json_flag(w, CF_STR("admin"), p->is_admin);
    cf_put_json_flag(w, CF_STR("verified"), p->is_verified);
    cf_put_json_flag(w, CF_STR("guest"), p->is_guest);
    cf_put_json_text(w, CF_STR("role"), cf_conf_role_word(p->role));
    cf_put_json_flag(w, CF_STR("muted"), p->is_muted);
    cf_put_json_flag(w, CF_STR("hand"), p->hand_up != 0);
    cf_put_json_key(w, CF_STR("devices"), false);
    cf_put_char(w, '[');
    for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        cf_put(w, d == cf_roster_first_device(p) ? CF_STR("{") : CF_STR(",{"));
        cf_put_json_key(w, CF_STR("entity"), true);
        cf_put_json_str(w, d->entity);
        cf_put_json_text(w, CF_STR("status"), cf_endpoint_status_word(cf_roster_device_status(d)));
        cf_put_json_flag(w, CF_STR("waiting"), d->is_waiting);
        cf_put_json_flag(w, CF_STR("paused"), d->is_starved || d->lacks_codec);
        cf_put_json_text(w, CF_STR("audio"), cf_media_status_word(d->media[CF_CONF_AUDIO].status));
        cf_put_json_text(w, CF_STR("video"), cf_media_status_word(d->media[CF_CONF_VIDEO].status));
        cf_put_json_text(w, CF_STR("encryption"), cf_str_of(d->protection));
        if (d->sas[0] != '\0') {
            cf_put_json_text(w, CF_STR("sas"), cf_str_of(d->sas));
            cf_put_json_flag(w, CF_STR("sas-verified"), d->is_sas_verified);
        }
        cf_put_json_number(w, CF_STR("worker"), cf_focus_worker(focus, d->leg));
        cf_put_paths(w, focus, d->leg);
        cf_put_streams(w, focus, d->leg);
        cf_put_char(w, '}');
    }
    cf_put_lit(w, "]}");
}

static void put_room(struct cf_writer *w, const struct cf_focus *focus, const struct cf_conference *conf) {
    begin_object(w, CF_STR("room"), conf->key);
    cf_put_json_text(w, CF_STR("uri"), conf->uri);
    cf_put_json_text(w, CF_STR("subject"), conf->subject);
    cf_put_json_text(w, CF_STR("organiser"), conf->organiser);
    cf_put_json_flag(w, CF_STR("locked"), conf->is_locked);
    cf_put_json_flag(w, CF_STR("lobby"), conf->has_lobby);
    cf_put_json_flag(w, CF_STR("aes256"), cf_focus_demands_aes256(focus, conf));
    cf_put_json_flag(w, CF_STR("pin"), conf->pin.len > 0);
    cf_put_json_number(w, CF_STR("in"), conf->in_count);
    cf_put_json_key(w, CF_STR("participants"), false);
    cf_put_char(w, '[');
    for (const struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL;
         p = cf_roster_next(&conf->roster, p)) {
        cf_put(w, p == cf_roster_first(&conf->roster) ? CF_STR_NONE : CF_STR(","));
        put_participant(w, focus, p);
    }
    cf_put_char(w, ']');
    end_object(w);
}

static void do_rooms(struct asked *a) {
    struct cf_directory *directory = cf_focus_directory(cf_node_focus(a->node));
    for (const struct cf_conference *conf = cf_directory_next(directory, NULL); conf != NULL;
         conf = cf_directory_next(directory, conf)) {
        put_room(a->w, cf_node_focus(a->node), conf);
    }
}

/* --- what changes a room --- */

static struct cf_conference *find_room(struct asked *a) {
    struct cf_conference *conf = NULL;
    struct cf_denial denial = cf_directory_find(cf_focus_directory(cf_node_focus(a->node)), a->words[1], &conf);
    if (!cf_denial_is_none(denial)) {
        fail(a->w, cf_denial_text(denial.reason));
        return NULL;
    }
    return conf;
}

static void finish(struct asked *a, struct cf_denial denial) {
    if (cf_denial_is_none(denial)) {
        begin_object(a->w, CF_STR("done"), a->words[0]);
        end_object(a->w);
    } else {
        fail(a->w, cf_denial_text(denial.reason));
    }
}

static const struct cf_conference_actor operator_actor = {.is_operator = true};

/* One of the conference's own commands: "mute ROOM USER", "lock ROOM", "subject ROOM TEXT". False: there is none of that name. */
static bool do_conference_command(struct asked *a) {
    enum cf_conference_command command;
    if (!cf_conference_command_of(a->words[0], &command)) {
        return false;
    }
    bool wants_user = cf_conference_command_takes(command) == CF_COMMAND_TAKES_USER;
    if (wants_user && a->words[2].len == 0) {
        fail(a->w, CF_STR("whom? give the address, sip:name@domain"));
        return true;
    }
    struct cf_conference *conf = find_room(a);
    if (conf != NULL) {
        finish(a, cf_conference_do(conf, a->now, &operator_actor, command, wants_user ? a->words[2] : a->rest));
    }
    return true;
}

/* "verify-sas ROOM USER STRING": the string is said again, so that nobody verifies what was not compared. "unverify-sas ROOM
 * USER". */
static void judge_sas(struct asked *a, bool is_verified) {
    struct cf_conference *conf = find_room(a);
    if (conf == NULL) {
        return;
    }
    if (a->words[2].len == 0 || (is_verified && a->words[3].len == 0)) {
        fail(a->w, CF_STR("ROOM, the address sip:name@domain and, to verify it, the string that was compared"));
    } else if (cf_focus_verify_sas(cf_node_focus(a->node), conf, a->words[2], a->words[3], is_verified) == 0) {
        fail(a->w, CF_STR("nobody of that address is in with that string"));
    } else {
        finish(a, (struct cf_denial){.reason = CF_DENIAL_NONE});
    }
}

static void do_verify_sas(struct asked *a) {
    judge_sas(a, true);
}

static void do_unverify_sas(struct asked *a) {
    judge_sas(a, false);
}

/* --- counters --- */

static void do_stats(struct asked *a) {
    struct cf_endpoint *endpoint = cf_node_endpoint(a->node);
    struct cf_endpoint_gauges gauges = cf_endpoint_gauges(endpoint);
    begin_object(a->w, CF_STR("stats"), CF_STR("sip"));
    cf_put_json_number(a->w, CF_STR("legs"), cf_focus_leg_count(cf_node_focus(a->node)));
    cf_put_json_number(a->w, CF_STR("registrations"), cf_node_location(a->node)->binding_count);
    cf_put_json_number(a->w, CF_STR("auth_failures"), cf_node_auth_failures(a->node));
    cf_put_json_number(a->w, CF_STR("server_transactions"), gauges.server_transactions);
    cf_put_json_number(a->w, CF_STR("client_transactions"), gauges.client_transactions);
    cf_put_json_number(a->w, CF_STR("flows"), gauges.udp_flows + gauges.streams);
    cf_put_json_number(a->w, CF_STR("kept_bytes"), gauges.kept_bytes);
    for (int i = 0; i < CF_ENDPOINT_COUNTER_COUNT_; i++) {
        enum cf_endpoint_counter counter = (enum cf_endpoint_counter)i;
        cf_put_json_number(a->w, cf_str_of(cf_endpoint_counter_name(counter)), cf_endpoint_counter(endpoint, counter));
    }
    end_object(a->w);
}

/* --- figures for Prometheus --- */

static void count_stream(struct cf_metrics *m, const struct cf_stream_stats *s) {
    uint16_t mos = s->mos_in_centi == 0 || (s->mos_out_centi != 0 && s->mos_out_centi < s->mos_in_centi) ? s->mos_out_centi
                                                                                                         : s->mos_in_centi;
    uint64_t least = m->values[CF_METRIC_MEDIA_MOS_LEAST];
    m->values[CF_METRIC_MEDIA_STREAMS]++;
    m->values[CF_METRIC_MEDIA_IN_RATE] += s->rate_in_bps;
    m->values[CF_METRIC_MEDIA_OUT_RATE] += s->rate_out_bps;
    m->values[CF_METRIC_MEDIA_LOSSY_IN] += s->lost_in_permille >= LOSSY_PERMILLE;
    m->values[CF_METRIC_MEDIA_LOSSY_OUT] += s->lost_out_permille >= LOSSY_PERMILLE;
    m->values[CF_METRIC_MEDIA_FROZEN] += s->freezes_out;
    m->values[CF_METRIC_MEDIA_MOS_LOW] += mos != 0 && mos < POOR_MOS_CENTI;
    m->values[CF_METRIC_MEDIA_MOS_LEAST] = mos != 0 && (least == 0 || mos < least) ? mos : least;
}

static void count_streams(struct cf_metrics *m, const struct cf_focus *focus, struct cf_handle leg) {
    struct cf_stream_stats stats;
    for (size_t i = 0; i < cf_focus_stream_count(focus, leg); i++) {
        if (cf_focus_stream(focus, leg, i, &stats)) {
            count_stream(m, &stats);
        }
    }
}

static void count_room(struct cf_metrics *m, const struct cf_focus *focus, const struct cf_conference *conf) {
    m->values[CF_METRIC_ROOMS]++;
    m->values[CF_METRIC_MEMBERS] += conf->in_count;
    for (const struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL;
         p = cf_roster_next(&conf->roster, p)) {
        for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
            m->values[CF_METRIC_MEMBERS_WAITING] += d->is_waiting ? 1 : 0;
            count_streams(m, focus, d->leg);
        }
    }
}

/* What keeps strangers out, and tells others of what happens. */
static void count_doors(const struct cf_services *services, struct cf_metrics *m) {
    const struct cf_pin_guard *guard = &cf_focus_directory(cf_node_focus(services->node))->env.guard;
    const struct cf_hooks *hooks = &services->webhooks->hooks;
    m->values[CF_METRIC_TOKENS_REFUSED] = cf_node_guests(services->node)->refused;
    m->values[CF_METRIC_PINS_WRONG] = guard->wrong;
    m->values[CF_METRIC_PINS_BARRED] = guard->barred;
    m->values[CF_METRIC_WEBHOOKS_WAITING] = hooks->waiting;
    for (size_t i = 0; i < hooks->table.slots_used; i++) {
        const struct cf_hook *hook = cf_hooks_at(hooks, i);
        m->values[CF_METRIC_WEBHOOKS_FAILED] += hook == NULL ? 0 : hook->failed;
    }
}

void cf_operator_measure(const struct cf_services *services, struct cf_metrics *ret) {
    struct cf_node *node = services->node;
    struct cf_focus *focus = cf_node_focus(node);
    struct cf_directory *directory = cf_focus_directory(focus);
    struct cf_endpoint_gauges gauges = cf_endpoint_gauges(cf_node_endpoint(node));
    *ret = (struct cf_metrics){{0}};
    for (const struct cf_conference *conf = cf_directory_next(directory, NULL); conf != NULL;
         conf = cf_directory_next(directory, conf)) {
        count_room(ret, focus, conf);
    }
    count_doors(services, ret);
    ret->values[CF_METRIC_LEGS] = cf_focus_leg_count(focus);
    ret->values[CF_METRIC_REGISTRATIONS] = cf_node_location(node)->binding_count;
    ret->values[CF_METRIC_AUTH_FAILURES] = cf_node_auth_failures(node);
    ret->values[CF_METRIC_SIP_SERVER_TRANSACTIONS] = gauges.server_transactions;
    ret->values[CF_METRIC_SIP_CLIENT_TRANSACTIONS] = gauges.client_transactions;
    ret->values[CF_METRIC_SIP_FLOWS] = gauges.udp_flows + gauges.streams;
    ret->values[CF_METRIC_SIP_KEPT_BYTES] = gauges.kept_bytes;
    const struct cf_engine_totals *totals = cf_focus_media_totals(focus);
    ret->values[CF_METRIC_MEDIA_DATAGRAMS_IN] = totals->datagrams_in;
    ret->values[CF_METRIC_MEDIA_DATAGRAMS_OUT] = totals->datagrams_out;
    ret->values[CF_METRIC_MEDIA_DROPPED_OUT] = totals->dropped_out;
    ret->values[CF_METRIC_MEDIA_HANDED] = totals->handed_out;
    ret->values[CF_METRIC_MEDIA_HANDED_LOST] = totals->handed_lost;
    ret->values[CF_METRIC_MEDIA_LATE] = totals->late_usec / 1000;
}

static void put_discards(struct cf_writer *w, const struct cf_engine_totals *totals) {
    struct cf_metric_series series[CF_MEDIA_DISCARD_COUNT];
    for (int i = 0; i < CF_MEDIA_DISCARD_COUNT; i++) {
        series[i] = (struct cf_metric_series){cf_str_of(cf_media_discard_text((enum cf_media_discard)i)), totals->discards[i]};
    }
    cf_put_metric_family(w, CF_METRIC_MEDIA_DISCARDS, CF_STR("reason"), series, CF_MEDIA_DISCARD_COUNT);
}

void cf_operator_put_metrics(const struct cf_services *services, struct cf_writer *w) {
    struct cf_metrics metrics;
    cf_operator_measure(services, &metrics);
    cf_put_metrics(w, &metrics);
    put_discards(w, cf_focus_media_totals(cf_node_focus(services->node)));
}

static void do_metrics(struct asked *a) {
    cf_operator_put_metrics(a->services, a->w);
}

static void do_ping(struct asked *a) {
    begin_object(a->w, CF_STR("done"), CF_STR("ping"));
    end_object(a->w);
}

static const struct {
    struct cf_str name;
    void (*run)(struct asked *a);
} commands[] = {
    {CF_STR_INIT("users"), do_users},
    {CF_STR_INIT("rooms"), do_rooms},
    {CF_STR_INIT("stats"), do_stats},
    {CF_STR_INIT("ping"), do_ping},
    {CF_STR_INIT("metrics"), do_metrics},
    {CF_STR_INIT("verify-sas"), do_verify_sas},
    {CF_STR_INIT("unverify-sas"), do_unverify_sas},
};

void cf_operator_do(struct cf_services *services, struct cf_str command, cf_usec now, struct cf_writer *answer) {
    struct asked a = {.services = services, .node = services->node, .now = now, .w = answer};
    struct cf_str rest = command;
    for (size_t i = 0; i < sizeof a.words / sizeof *a.words && rest.at != NULL; i++) {
        a.words[i] = cf_str_cut(&rest, ' ');
        /* Behind the room: what a command takes that is not one word. */
        a.rest = i == 1 && rest.at != NULL ? rest : a.rest;
    }
    if (do_conference_command(&a) || cf_operator_links_do(services, command, cf_system_wall(), answer) ||
        cf_operator_webhooks_do(services, command, cf_system_wall(), answer)) {
        return;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (cf_str_eq(a.words[0], commands[i].name)) {
            commands[i].run(&a);
            return;
        }
    }
    fail(answer, CF_STR("unknown command"));
}
