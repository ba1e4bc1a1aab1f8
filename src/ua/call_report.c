/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `confer call` prints. */
#include "shell/system/system.h"
#include "ua/call_impl.h"
#include <string.h>

void cf_call_say(struct cf_call *call, struct cf_str event) {
    cf_json_line_begin(&call->line, event, cf_system_now() - call->started);
}

static void put_bare(struct cf_call *call, const char *event) {
    cf_call_say(call, cf_str_of(event));
}

/* --- the agent --- */

static void note_roster(struct cf_call *call, const struct cf_roster_view *roster) {
    size_t present = cf_roster_view_present(roster);
    struct cf_str subject = roster->subject;
    call->outcome.participants |= UINT64_C(1) << (present < 63 ? present : 63);
    call->outcome.subject_len = subject.len < sizeof call->outcome.subject ? subject.len : sizeof call->outcome.subject;
    if (call->outcome.subject_len > 0) {
        memcpy(call->outcome.subject, subject.at, call->outcome.subject_len);
    }
}

static void put_user(struct cf_writer *w, const struct cf_view_user *user, bool is_first) {
    cf_put(w, is_first ? CF_STR("{\"uri\":") : CF_STR(",{\"uri\":"));
    cf_put_json_str(w, user->entity);
    cf_put_json_flag(w, CF_STR("admin"), (user->roles & CF_INFO_ADMIN) != 0);
    cf_put_json_key(w, CF_STR("devices"), false);
    cf_put_char(w, '[');
    for (struct cf_view_endpoint *e = cf_view_user_first(user); e != NULL; e = cf_view_user_next(user, e)) {
        cf_put(w, e == cf_view_user_first(user) ? CF_STR("{\"status\":") : CF_STR(",{\"status\":"));
        cf_put_json_str(w, e->has_status ? cf_endpoint_status_word(e->status) : CF_STR("unknown"));
        cf_put_lit(w, "}");
    }
    cf_put_lit(w, "]}");
}

static void report_roster(struct cf_call *call) {
    const struct cf_roster_view *roster = cf_agent_roster(call->agent);
    struct cf_writer *w = &call->line.w;
    note_roster(call, roster);
    put_bare(call, "roster");
    cf_put_json_number(w, CF_STR("present"), cf_roster_view_present(roster));
    cf_put_json_text(w, CF_STR("subject"), roster->subject);
    cf_put_json_flag(w, CF_STR("locked"), roster->is_locked);
    cf_put_json_flag(w, CF_STR("lobby"), roster->has_lobby);
    cf_put_json_key(w, CF_STR("users"), false);
    cf_put_char(w, '[');
    for (struct cf_view_user *user = cf_roster_view_first(roster); user != NULL; user = cf_roster_view_next(roster, user)) {
        put_user(w, user, user == cf_roster_view_first(roster));
    }
    cf_put_char(w, ']');
    cf_json_line_end(&call->line);
}

static const char *event_name(enum cf_agent_event_kind kind) {
    switch (kind) {
    case CF_AGENT_REGISTERED:
        return "registered";
    case CF_AGENT_REGISTER_FAILED:
        return "register-failed";
    case CF_AGENT_UNREGISTERED:
        return "unregistered";
    case CF_AGENT_CALLING:
        return "calling";
    case CF_AGENT_RINGING:
        return "ringing";
    case CF_AGENT_REDIRECTED:
        return "redirected";
    case CF_AGENT_INCOMING:
        return "incoming";
    case CF_AGENT_CONNECTED:
        return "connected";
    case CF_AGENT_OFFER_FAILED:
        return "offer-failed";
    case CF_AGENT_ENDED:
        return "ended";
    case CF_AGENT_SUBSCRIBED:
        return "subscribed";
    case CF_AGENT_SUBSCRIPTION_ENDED:
        return "subscription-ended";
    case CF_AGENT_REFERRED:
        return "referred";
    case CF_AGENT_MEDIA:
    case CF_AGENT_ROSTER:
    case CF_AGENT_QUIET:
    case CF_AGENT_SHELL:
        break;
    }
    return NULL;
}

static void note(struct cf_call *call, const struct cf_agent_event *event) {
    if (event->kind == CF_AGENT_REGISTERED) {
        call->outcome.is_registered = true;
    } else if (event->kind == CF_AGENT_CONNECTED) {
        call->outcome.is_connected = true;
    } else if (event->kind == CF_AGENT_ENDED) {
        call->outcome.is_over = true;
        call->outcome.cause = event->cause;
        call->outcome.status = event->status;
    }
}

void cf_call_report_event(struct cf_call *call, const struct cf_agent_event *event) {
    const char *name = event_name(event->kind);
    note(call, event);
    if (event->kind == CF_AGENT_ROSTER) {
        report_roster(call);
    }
    if (name == NULL) {
        return;
    }
    put_bare(call, name);
    if (event->status != 0) {
        cf_put_json_number(&call->line.w, CF_STR("status"), event->status);
    }
    if (event->kind == CF_AGENT_CONNECTED) {
        cf_put_json_flag(&call->line.w, CF_STR("focus"), event->flag);
        cf_put_json_text(&call->line.w, CF_STR("call_id"), cf_agent_call_id(call->agent));
    }
    if (event->kind == CF_AGENT_ENDED) {
        cf_put_json_text(&call->line.w, CF_STR("cause"), cf_agent_cause_name(event->cause));
    }
    if (event->text.len > 0) {
        cf_put_json_text(&call->line.w, CF_STR("text"), event->text);
    }
    cf_json_line_end(&call->line);
}

/* --- media --- */

/* The suite of SDES; of the others it is told when it is agreed on. */
static struct cf_str keying_of(const struct cf_media_params *params, const struct cf_media_line *line) {
    const struct cf_media_security *security = &cf_media_transport(params, line)->security;
    return security->keying == CF_KEYING_SDES ? cf_srtp_suites[security->suite].name : cf_keying_name(security->keying);
}

/* What a handshake came to. */
static void put_protection(struct cf_writer *w, const struct cf_terminal_protection *protection) {
    cf_put_json_text(w, CF_STR("keying"), cf_keying_name(protection->keying));
    cf_put_json_text(w, CF_STR("suite"), cf_srtp_suites[protection->suite].name);
    if (protection->sas[0] != '\0') {
        cf_put_json_text(w, CF_STR("sas"), cf_str_of(protection->sas));
        cf_put_json_flag(w, CF_STR("sas-verified"), protection->is_sas_verified);
    }
    if (protection->failure != CF_HANDSHAKE_NO_FAILURE) {
        cf_put_json_text(w, CF_STR("why"), cf_str_of(cf_handshake_failure_text(protection->failure)));
    }
}

void cf_call_report_media(struct cf_call *call, const struct cf_media_params *params) {
    struct cf_writer *w = &call->line.w;
    bool is_first = true;
    call->outcome.is_encrypted = true;
    put_bare(call, "media");
    cf_put_json_key(w, CF_STR("lines"), false);
    cf_put_char(w, '[');
    for (size_t i = 0; i < params->line_count; i++) {
        const struct cf_media_line *line = &params->lines[i];
        if (!line->is_active) {
            continue;
        }
        call->outcome.has_media = true;
        call->outcome.is_encrypted =
            call->outcome.is_encrypted && cf_media_transport(params, line)->security.keying != CF_KEYING_NONE;
        cf_put(w, is_first ? CF_STR("{\"line\":") : CF_STR(",{\"line\":"));
        cf_put_dec(w, i);
        cf_put_json_text(w, CF_STR("kind"), line->kind == CF_MEDIA_AUDIO ? CF_STR("audio") : CF_STR("video"));
        cf_put_json_text(w, CF_STR("codec"), cf_codec_row(line->payloads[0].codec)->encoding);
        cf_put_json_flag(w, CF_STR("send"), line->can_send);
        cf_put_json_flag(w, CF_STR("receive"), line->can_receive);
        cf_put_json_text(w, CF_STR("suite"), keying_of(params, line));
        cf_put_json_text(w, CF_STR("label"), cf_tag_str(&line->remote_label));
        cf_put_json_text(w, CF_STR("content"), cf_content_name(line->local_content));
        cf_put_json_text(w, CF_STR("device"), cf_agent_line_device(call->agent, i));
        cf_put_json_number(w, CF_STR("transport"), line->transport);
        cf_put_json_number(w, CF_STR("encodings"), line->simulcast_out.count);
        cf_put_lit(w, "}");
        is_first = false;
    }
    cf_put_char(w, ']');
    cf_json_line_end(&call->line);
}

void cf_call_report_terminal(struct cf_call *call, const struct cf_terminal_event *event) {
    static const char *const names[] = {"source",  "key-wanted", "bitrate", "shown",    "bye",
                                        "secured", "insecure",   "reached", "unreached"}; /* in the order of the enumeration */
    put_bare(call, names[event->kind]);
    cf_put_json_number(&call->line.w, CF_STR("line"), event->line);
    cf_put_json_number(&call->line.w, CF_STR("ssrc"), event->ssrc);
    if (event->encoding > 0) {
        cf_put_json_text(&call->line.w, CF_STR("rid"), cf_terminal_rid(call->terminal, event->line, event->encoding));
    }
    if (event->kind == CF_TERMINAL_BITRATE) {
        cf_put_json_number(&call->line.w, CF_STR("bps"), event->bps);
    } else if (event->kind == CF_TERMINAL_SECURED || event->kind == CF_TERMINAL_INSECURE) {
        const struct cf_terminal_protection protection = cf_terminal_protection(call->terminal, event->line);
        put_protection(&call->line.w, &protection);
    } else if (event->kind == CF_TERMINAL_REACHED) {
        const struct cf_terminal_path path = cf_terminal_path(call->terminal, event->line);
        char text[CF_ADDR_TEXT_MAX];
        struct cf_writer w;
        cf_writer_init(&w, text, sizeof text);
        cf_put_addr(&w, &path.remote);
        cf_put_json_text(&call->line.w, CF_STR("by"), path.is_tcp ? CF_STR("tcp") : CF_STR("udp"));
        cf_put_json_text(&call->line.w, CF_STR("remote"), cf_writer_str(&w));
    }
    cf_json_line_end(&call->line);
}

static void put_track(struct cf_writer *w, const struct cf_picture_track *track) {
    bool is_first = true;
    cf_put_json_number(w, CF_STR("frames"), track->received);
    cf_put_json_number(w, CF_STR("decoded"), track->decoded);
    cf_put_json_number(w, CF_STR("undecodable"), track->failed);
    cf_put_json_number(w, CF_STR("width"), track->width);
    cf_put_json_number(w, CF_STR("height"), track->height);
    cf_put_json_key(w, CF_STR("cards"), false);
    cf_put_char(w, '{');
    for (unsigned i = 0; i < CF_SENDERS_MAX; i++) {
        if (track->seen[i] > 0) {
            cf_put(w, is_first ? CF_STR("\"") : CF_STR(",\""));
            cf_put_dec(w, i);
            cf_put_lit(w, "\":");
            cf_put_dec(w, track->seen[i]);
            is_first = false;
        }
    }
    cf_put_char(w, '}');
}

static void put_line(struct cf_call *call, size_t index, const struct cf_media_line *line) {
    struct cf_writer *w = &call->line.w;
    struct cf_terminal_stats s = cf_terminal_stats(call->terminal, index);
    cf_put_lit(w, "{\"line\":");
    cf_put_dec(w, index);
    cf_put_json_text(w, CF_STR("kind"), line->kind == CF_MEDIA_AUDIO ? CF_STR("audio") : CF_STR("video"));
    cf_put_json_number(w, CF_STR("sent"), s.packets_sent);
    cf_put_json_number(w, CF_STR("sent_octets"), s.octets_sent);
    cf_put_json_number(w, CF_STR("received"), s.packets_received);
    cf_put_json_number(w, CF_STR("received_octets"), s.octets_received);
    cf_put_json_number(w, CF_STR("lost"), s.packets_lost > 0 ? (uint64_t)s.packets_lost : 0);
    cf_json_line_milli(&call->line, CF_STR("jitter_ms"), s.jitter_usec);
    if (s.round_trip_usec >= 0) {
        cf_json_line_milli(&call->line, CF_STR("rtt_ms"), s.round_trip_usec);
    }
    if (line->kind == CF_MEDIA_AUDIO) {
        cf_put_json_number(w, CF_STR("concealed"), s.sound_concealed);
    } else {
        cf_put_json_number(w, CF_STR("broken"), s.frames_broken);
        cf_put_json_number(w, CF_STR("keys_wanted"), s.keys_wanted);
        cf_put_json_number(w, CF_STR("keys_asked"), s.keys_asked);
        cf_put_json_number(w, CF_STR("resent"), s.resent);
    }
    if (call->recorder.tracks[index] != NULL) {
        put_track(w, call->recorder.tracks[index]);
    }
    cf_put_char(w, '}');
}

void cf_call_report_stats(struct cf_call *call) {
    struct cf_writer *w = &call->line.w;
    struct cf_terminal_totals totals;
    bool is_first = true;
    if (call->terminal == NULL) {
        return;
    }
    totals = cf_terminal_totals(call->terminal);
    put_bare(call, "stats");
    cf_put_json_number(w, CF_STR("level"), call->recorder.level);
    cf_put_json_number(w, CF_STR("audible_ms"), call->recorder.audible * 20);
    cf_put_json_number(w, CF_STR("refused"), totals.refused);
    cf_put_json_number(w, CF_STR("strangers"), totals.strangers);
    cf_put_json_number(w, CF_STR("dropped"), totals.dropped_out);
    cf_put_json_key(w, CF_STR("lines"), false);
    cf_put_char(w, '[');
    for (size_t i = 0; i < cf_terminal_line_count(call->terminal); i++) {
        const struct cf_media_line *line = cf_terminal_line(call->terminal, i);
        if (line != NULL) {
            cf_put(w, is_first ? CF_STR("") : CF_STR(","));
            put_line(call, i, line);
            is_first = false;
        }
    }
    cf_put_char(w, ']');
    cf_json_line_end(&call->line);
    call->recorder.level = 127;
}

int cf_call_report_outcome(struct cf_call *call) {
    struct cf_str rest = call->options.expect == NULL ? CF_STR_NONE : cf_str_of(call->options.expect);
    struct cf_writer *w = &call->line.w;
    bool is_first = true;
    put_bare(call, "outcome");
    cf_put_json_flag(w, CF_STR("connected"), call->outcome.is_connected);
    cf_put_json_number(w, CF_STR("audible_ms"), call->recorder.audible * 20);
    cf_put_json_number(w, CF_STR("pictures"), cf_recorder_decoded(&call->recorder));
    cf_put_json_number(w, CF_STR("senders"), cf_recorder_senders(&call->recorder, 1));
    cf_put_json_number(w, CF_STR("lost_events"), cf_agent_losses(call->agent).events);
    cf_put_json_number(w, CF_STR("untold_candidates"), cf_agent_losses(call->agent).untold);
    cf_put_json_key(w, CF_STR("unmet"), false);
    cf_put_char(w, '[');
    while (rest.at != NULL && rest.len > 0) {
        struct cf_str wish = cf_str_cut(&rest, ',');
        if (!cf_expectation_is_met(wish, &call->outcome)) {
            cf_put(w, is_first ? CF_STR("") : CF_STR(","));
            cf_put_json_str(w, wish);
            is_first = false;
        }
    }
    cf_put_char(w, ']');
    cf_json_line_end(&call->line);
    /* Without expectations the call must have come up, and everything was written. */
    bool is_good = call->options.expect != NULL ? is_first : call->outcome.is_connected;
    return is_good && call->recorder.write_errors == 0 ? 0 : 1;
}
