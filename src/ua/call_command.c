/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confer call`: a SIP phone without a screen. Wiring. */
#include "adapt/openssl/hash.h"
#include "shell/system/system.h"
#include "ua/agent_libraries.h"
#include "ua/call_impl.h"
#include "ua/commands.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATS_INTERVAL CF_SEC(1)
#define GOODBYE_MAX CF_SEC(3)
#define PRODUCT "confer-call/0.1"

/* --- life of the call --- */

void cf_call_leave(struct cf_call *call, cf_usec now) {
    if (call->is_ending) {
        return;
    }
    call->is_ending = true;
    call->leave_at = now + GOODBYE_MAX;
    cf_call_report_stats(call);
    if (call->terminal != NULL) {
        cf_terminal_bye(call->terminal, now);
        cf_media_wire_flush(call->media, call->terminal);
    }
    cf_agent_end(call->agent, now);
}

static enum cf_err begin_call(struct cf_call *call, cf_usec now) {
    struct cf_call_options *o = &call->options;
    struct cf_resource_list list;
    char room[CF_AGENT_URI_MAX];
    enum cf_err err = CF_OK;
    cf_resource_list_init(&list, cf_system_mem(), CF_CALL_INVITED_MAX);
    for (size_t i = 0; i < o->invited_count && err == CF_OK; i++) {
        struct cf_writer w;
        bool is_uri = strchr(o->invited[i], ':') != NULL;
        cf_writer_init(&w, room, sizeof room);
        cf_put(&w, is_uri ? CF_STR("") : CF_STR("sip:"));
        cf_put(&w, cf_str_of(o->invited[i]));
        cf_put(&w, is_uri ? CF_STR("") : CF_STR("@"));
        cf_put(&w, is_uri ? CF_STR("") : cf_str_of(o->domain));
        err = cf_writer_ok(&w) ? cf_resource_list_add(&list, cf_writer_str(&w), CF_STR_NONE, NULL) : CF_ERR_NO_ROOM;
    }
    struct cf_agent_call wanted = {.target = cf_str_of(o->target),
                                   .subject = o->subject == NULL ? CF_STR_NONE : cf_str_of(o->subject),
                                   .invited = o->invited_count > 0 ? &list : NULL};
    err = err == CF_OK ? cf_agent_call(call->agent, &wanted, now) : err;
    cf_resource_list_fini(&list);
    call->has_called = true;
    return err;
}

static void call_or_leave(struct cf_call *call, cf_usec now) {
    if (call->options.target == NULL || call->has_called) {
        return;
    }
    enum cf_err err = begin_call(call, now);
    if (err != CF_OK) {
        fprintf(stderr, "confer call: %s: %s\n", call->options.target, cf_err_text(err));
        cf_call_leave(call, now);
    }
}

static void on_event(struct cf_call *call, const struct cf_agent_event *event, cf_usec now) {
    cf_call_report_event(call, event);
    switch (event->kind) {
    case CF_AGENT_SHELL:
        cf_sip_wire_do(call->sip, &event->shell);
        break;
    case CF_AGENT_REGISTERED:
        call_or_leave(call, now);
        break;
    case CF_AGENT_REGISTER_FAILED:
        if (!event->flag) {
            cf_call_leave(call, now);
        }
        break;
    case CF_AGENT_CONNECTED:
        call->give_up_at = CF_USEC_NEVER;
        call->end_at = call->options.duration_sec == 0 ? CF_USEC_NEVER : now + CF_SEC((cf_usec)call->options.duration_sec);
        break;
    case CF_AGENT_MEDIA:
        cf_call_take_media(call, now);
        break;
    case CF_AGENT_ENDED:
        if (!call->is_ending) {
            cf_call_report_stats(call);
        }
        cf_call_stop_media(call);
        cf_call_leave(call, now);
        break;
    case CF_AGENT_QUIET:
        call->is_quiet = true;
        break;
    case CF_AGENT_UNREGISTERED:
    case CF_AGENT_CALLING:
    case CF_AGENT_RINGING:
    case CF_AGENT_REDIRECTED:
    case CF_AGENT_INCOMING:
    case CF_AGENT_OFFER_FAILED:
    case CF_AGENT_SUBSCRIBED:
    case CF_AGENT_SUBSCRIPTION_ENDED:
    case CF_AGENT_ROSTER:
    case CF_AGENT_REFERRED:
        break;
    }
}

void cf_call_drain(void *ctx) {
    struct cf_call *call = ctx;
    struct cf_agent_event event;
    cf_usec now = cf_system_now();
    while (cf_agent_poll(call->agent, now, &event)) {
        on_event(call, &event, now);
    }
}

/* --- time --- */

static void look_at_clock(struct cf_call *call, cf_usec now) {
    if (call->next_stats <= now) {
        call->next_stats = now + STATS_INTERVAL;
        cf_call_report_stats(call);
    }
    if ((call->end_at <= now || call->give_up_at <= now) && !call->is_ending) {
        cf_call_leave(call, now);
        cf_call_drain(call);
    }
    if (call->is_ending && (call->is_quiet || call->leave_at <= now)) {
        cf_loop_stop(call->start.loop);
    }
}

static cf_usec on_turn(void *ctx, cf_usec now) {
    struct cf_call *call = ctx;
    if (cf_agent_deadline(call->agent) <= now) {
        cf_agent_on_deadline(call->agent, now);
        cf_call_drain(call);
    }
    cf_usec next = cf_usec_min(cf_call_media_turn(call, now), cf_media_wire_turn(call->media, now));
    if (cf_media_wire_is_gathered(call->media)) {
        cf_agent_on_gathered(call->agent, now);
        cf_call_drain(call);
    }
    look_at_clock(call, now);
    next = cf_usec_min(next, cf_agent_deadline(call->agent));
    next = cf_usec_min(next, cf_usec_min(call->next_stats, call->end_at));
    return cf_usec_min(next, cf_usec_min(call->give_up_at, call->leave_at));
}

static void on_signal(void *ctx, int signal_number) {
    struct cf_call *call = ctx;
    (void)signal_number;
    if (call->is_ending) {
        cf_loop_stop(call->start.loop);
        return;
    }
    cf_call_leave(call, cf_system_now());
    cf_call_drain(call);
}

/* --- making it --- */

/* An instance of its own each time: two of them never share a GRUU. */
static void make_instance(struct cf_call *call) {
    uint8_t octets[16];
    struct cf_writer w;
    cf_entropy_fill(cf_system_entropy(), octets, sizeof octets);
    octets[6] = (uint8_t)((octets[6] & 0x0fU) | 0x40U);
    octets[8] = (uint8_t)((octets[8] & 0x3fU) | 0x80U);
    cf_writer_init(&w, call->instance, sizeof call->instance - 1);
    cf_put_lit(&w, "urn:uuid:");
    static const size_t pieces[] = {4, 2, 2, 2, 6};
    for (size_t i = 0, at = 0; i < 5; at += pieces[i++]) {
        cf_put(&w, i == 0 ? CF_STR("") : CF_STR("-"));
        cf_put_hex(&w, (struct cf_span){octets + at, pieces[i]});
    }
}

static struct cf_str str_or_none(const char *text) {
    return text == NULL || text[0] == '\0' ? CF_STR_NONE : cf_str_of(text);
}

/* Encodings to be offered, finest first; NULL: one, without rid. */
static const struct cf_local_simulcast *set_simulcast(struct cf_call *call) {
    static const struct cf_str rids[CF_CALL_ENCODINGS_MAX] = {CF_STR_INIT("f"), CF_STR_INIT("h"), CF_STR_INIT("q")};
    struct cf_local_simulcast *simulcast = &call->simulcast;
    simulcast->count = call->options.encodings;
    for (size_t i = 0; i < simulcast->count; i++) {
        simulcast->rids[i] = rids[i];
        simulcast->restrictions[i] = CF_STR_NONE;
    }
    return simulcast->count > 0 ? simulcast : NULL;
}

static enum cf_err make_agent(struct cf_call *call) {
    const struct cf_call_options *o = &call->options;
    struct cf_agent_config config = {.mem = cf_system_mem(),
                                     .entropy = cf_system_entropy(),
                                     .hash = cf_openssl_hash(),
                                     .aor = cf_str_of(o->aor),
                                     .name = str_or_none(o->name),
                                     .password = str_or_none(o->password),
                                     .realm = str_or_none(o->realm),
                                     .proxy = cf_str_of(call->start.proxy),
                                     .instance = cf_str_of(call->instance),
                                     .specs = str_or_none(o->specs),
                                     .product = CF_STR(PRODUCT),
                                     .is_unregistered = o->is_unregistered,
                                     .answers = o->answers,
                                     .policy = &call->start.policy,
                                     .ports = cf_media_wire_ports(call->media),
                                     .has_ice_tcp = o->has_ice_tcp,
                                     .gathers = o->stun != NULL,
                                     .trickles = o->trickles,
                                     .codecs = &cf_agent_libraries,
                                     .layout = o->layout,
                                     .tiles_max = o->tiles_max,
                                     .talker_lines = o->audio_lines,
                                     .has_no_camera = o->picture.is_none,
                                     .video_kbps = o->video_kbps,
                                     .simulcast = set_simulcast(call)};
    config.locals = cf_sip_wire_locals(call->sip, &config.local_count);
    cf_media_keys_tell_agent(&call->start.keys, &config);
    call->agent = cf_agent_create(&config, cf_system_now());
    return call->agent == NULL ? CF_ERR_NO_MEMORY : CF_OK;
}

static void on_found(void *ctx, const struct cf_ice_reflexive *found) {
    struct cf_call *call = ctx;
    char text[CF_ADDR_TEXT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_addr(&w, &found->addr);
    cf_call_say(call, CF_STR("reflexive"));
    cf_put_json_text(&call->line.w, CF_STR("address"), cf_writer_str(&w));
    cf_json_line_end(&call->line);
    cf_agent_on_reflexive(call->agent, &found->base, &found->addr, cf_system_now());
    cf_call_drain(call);
}

/* Each step needs those before it. */
static enum cf_err start(struct cf_call *call) {
    const struct cf_call_options *o = &call->options;
    const struct cf_addr *local = &call->start.local;
    make_instance(call);
    enum cf_err err = cf_start_make(&call->start, o);
    err = err == CF_OK ? cf_microphone_open(&call->microphone, &o->sound) : err;
    err = err == CF_OK ? cf_recorder_open(&call->recorder, o->record, o->is_blind) : err;
    err = err == CF_OK ? cf_srtp_engine_new(cf_system_mem(), CF_SRTP_LIBRARY_BEST, &call->srtp) : err;
    err = err == CF_OK ? cf_sip_wire_open(call->start.loop, local, o->transport, o->is_insecure, o->is_traced, &call->sip) : err;
    err = err == CF_OK
              ? cf_media_wire_create(call->start.loop, local, cf_call_on_datagram, cf_call_on_settled, call, &call->media)
              : err;
    err = err == CF_OK && o->has_ice_tcp ? cf_media_wire_open_streams(call->media, cf_call_on_stream_closed) : err;
    if (err == CF_OK && o->stun != NULL) {
        cf_media_wire_gather(call->media, &call->start.stun, on_found);
    }
    if (err == CF_OK && o->is_udp_blocked) {
        cf_media_wire_block_udp(call->media);
    }
    err = err == CF_OK ? make_agent(call) : err;
    err = err == CF_OK ? cf_sip_wire_start(call->sip, cf_agent_endpoint(call->agent), cf_call_drain, call) : err;
    err = err == CF_OK ? cf_loop_on_signal(call->start.loop, SIGINT, on_signal, call) : err;
    return err == CF_OK ? cf_loop_on_signal(call->start.loop, SIGTERM, on_signal, call) : err;
}

static void stop(struct cf_call *call) {
    cf_call_stop_media(call);
    cf_agent_destroy(call->agent);
    cf_loop_unwatch(&call->input);
    cf_media_wire_destroy(&call->media);
    cf_sip_wire_close(&call->sip);
    cf_start_free(&call->start);
    cf_srtp_engine_free(call->srtp);
    cf_recorder_close(&call->recorder);
    cf_microphone_close(&call->microphone);
}

static int run(struct cf_call *call) {
    cf_usec now = cf_system_now();
    call->started = now;
    call->next_tick = now;
    call->next_stats = now + STATS_INTERVAL;
    call->end_at = CF_USEC_NEVER;
    call->leave_at = CF_USEC_NEVER;
    call->give_up_at = now + CF_SEC((cf_usec)call->options.patience_sec);
    call->outcome.recorder = &call->recorder;
    /* A regular file can't be watched: then there are no commands. */
    if (cf_loop_watch(call->start.loop, STDIN_FILENO, cf_call_on_input, call, &call->input) != CF_OK) {
        call->input = NULL;
    }
    cf_loop_set_turn(call->start.loop, on_turn, call);
    if (call->options.is_unregistered) {
        call_or_leave(call, now);
    } else if (cf_agent_register(call->agent, now) != CF_OK) {
        cf_call_leave(call, now);
    }
    cf_call_drain(call);
    cf_loop_run(call->start.loop);
    cf_loop_set_turn(call->start.loop, NULL, NULL);
    return cf_call_report_outcome(call);
}

static bool are_known(const char *expect) {
    struct cf_str rest = expect == NULL ? CF_STR_NONE : cf_str_of(expect);
    while (rest.at != NULL && rest.len > 0) {
        struct cf_str wish = cf_str_cut(&rest, ',');
        if (!cf_expectation_is_known(wish)) {
            fprintf(stderr, "confer call: --expect: \"%.*s\" is not known\n", CF_STR_ARG(wish));
            return false;
        }
    }
    return true;
}

int cf_ua_call(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(cf_call_help, stdout);
            return 0;
        }
    }
    struct cf_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        return 1;
    }
    if (!cf_call_options_read(&call->options, argc, argv) || !are_known(call->options.expect)) {
        free(call);
        return 2;
    }
    enum cf_err err = start(call);
    int status = 1;
    if (err == CF_OK) {
        status = run(call);
    } else {
        fprintf(stderr, "confer call: not started: %s\n", cf_err_text(err));
    }
    stop(call);
    free(call);
    return status;
}
