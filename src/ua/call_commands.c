/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands on standard input of `confer call`, a line each. */
#include "shell/system/system.h"
#include "ua/call_impl.h"
#include <unistd.h>

static void answer(struct cf_call *call, struct cf_str verb, enum cf_err err) {
    cf_call_say(call, CF_STR("command"));
    cf_put_json_text(&call->line.w, CF_STR("command"), verb);
    cf_put_json_flag(&call->line.w, CF_STR("done"), err == CF_OK);
    if (err != CF_OK) {
        cf_put_json_text(&call->line.w, CF_STR("why"), cf_str_of(cf_err_text(err)));
    }
    cf_json_line_end(&call->line);
}

/* A name alone is one of our domain. */
static struct cf_str uri_of(const struct cf_call *call, struct cf_str text, struct cf_writer *w) {
    if (cf_str_find(text, ':') < text.len) {
        return text;
    }
    cf_put_lit(w, "sip:");
    cf_put(w, text);
    cf_put_char(w, '@');
    cf_put(w, cf_str_of(call->options.domain));
    return cf_writer_ok(w) ? cf_writer_str(w) : text;
}

static enum cf_err refer(struct cf_call *call, enum cf_agent_wish wish, struct cf_str whom, cf_usec now) {
    char room[CF_AGENT_URI_MAX];
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    return cf_agent_refer(call->agent, wish, uri_of(call, whom, &w), now);
}

static enum cf_err place(struct cf_call *call, struct cf_str whom, cf_usec now) {
    char room[CF_AGENT_URI_MAX];
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    struct cf_agent_call wanted = {.target = uri_of(call, whom, &w)};
    return cf_agent_call(call->agent, &wanted, now);
}

static enum cf_err set_layout(struct cf_call *call, struct cf_str name, cf_usec now) {
    char text[16] = {0};
    enum cf_agent_layout layout;
    if (name.len >= sizeof text) {
        return CF_ERR_MALFORMED;
    }
    memcpy(text, name.at, name.len);
    return cf_layout_read(text, &layout) ? cf_agent_set_layout(call->agent, layout, now) : CF_ERR_MALFORMED;
}

/* What concerns our own sound, pictures and keys. CF_ERR_UNSUPPORTED: it is another command. */
static enum cf_err do_media_command(struct cf_call *call, struct cf_str verb, struct cf_str rest, cf_usec now) {
    if (cf_str_eq(verb, CF_STR("mute")) || cf_str_eq(verb, CF_STR("unmute"))) {
        call->microphone.is_muted = verb.at[0] == 'm';
        return CF_OK;
    }
    if (cf_str_eq(verb, CF_STR("keys"))) {
        return call->terminal == NULL ? CF_ERR_STATE : cf_terminal_press(call->terminal, rest);
    }
    if (cf_str_eq(verb, CF_STR("verify-sas")) || cf_str_eq(verb, CF_STR("unverify-sas"))) {
        return call->terminal == NULL ? CF_ERR_STATE : cf_terminal_verify_sas(call->terminal, verb.at[0] == 'v');
    }
    return cf_str_eq(verb, CF_STR("layout")) ? set_layout(call, rest, now) : CF_ERR_UNSUPPORTED;
}

static enum cf_err do_command(struct cf_call *call, struct cf_str verb, struct cf_str rest, cf_usec now) {
    if (cf_str_eq(verb, CF_STR("hold"))) {
        return cf_agent_hold(call->agent, true, now);
    }
    if (cf_str_eq(verb, CF_STR("resume"))) {
        return cf_agent_hold(call->agent, false, now);
    }
    if (cf_str_eq(verb, CF_STR("offer"))) {
        return cf_agent_offer(call->agent, now);
    }
    if (cf_str_eq(verb, CF_STR("restart-ice"))) {
        return cf_agent_restart_ice(call->agent, now);
    }
    if (cf_str_eq(verb, CF_STR("subject")) || cf_str_eq(verb, CF_STR("subject-offerless"))) {
        return cf_agent_set_subject(call->agent, rest, verb.len > 7, now);
    }
    if (cf_str_eq(verb, CF_STR("add"))) {
        return refer(call, CF_AGENT_ADD, rest, now);
    }
    if (cf_str_eq(verb, CF_STR("remove"))) {
        return refer(call, CF_AGENT_REMOVE, rest, now);
    }
    if (cf_str_eq(verb, CF_STR("admin"))) {
        return refer(call, CF_AGENT_ADMIN, rest, now);
    }
    if (cf_str_eq(verb, CF_STR("no-admin"))) {
        return refer(call, CF_AGENT_NOT_ADMIN, rest, now);
    }
    if (cf_str_eq(verb, CF_STR("answer"))) {
        return cf_agent_answer(call->agent, now);
    }
    if (cf_str_eq(verb, CF_STR("call"))) {
        return place(call, rest, now);
    }
    if (cf_str_eq(verb, CF_STR("decline")) || cf_str_eq(verb, CF_STR("hang-up"))) {
        cf_agent_hang_up(call->agent, verb.at[0] == 'd' ? 603 : 0, now);
        return CF_OK;
    }
    if (cf_str_eq(verb, CF_STR("quit"))) {
        cf_call_leave(call, now);
        return CF_OK;
    }
    return do_media_command(call, verb, rest, now);
}

static void take_line(struct cf_call *call, struct cf_str line) {
    struct cf_str rest = cf_str_trim(line);
    struct cf_str verb = cf_str_cut(&rest, ' ');
    if (verb.len == 0) {
        return;
    }
    answer(call, verb, do_command(call, verb, rest.at == NULL ? CF_STR("") : cf_str_trim(rest), cf_system_now()));
    cf_call_drain(call);
}

void cf_call_on_input(void *ctx) {
    struct cf_call *call = ctx;
    ssize_t len = read(STDIN_FILENO, call->command + call->command_len, sizeof call->command - call->command_len);
    if (len <= 0) {
        /* The end of commands is not the end of the call. */
        cf_loop_unwatch(&call->input);
        return;
    }
    struct cf_str rest = cf_str_n(call->command, call->command_len + (size_t)len);
    while (cf_str_find(rest, '\n') < rest.len) {
        take_line(call, cf_str_cut(&rest, '\n'));
    }
    if (rest.len == sizeof call->command) {
        fprintf(stderr, "confer call: a command is too long\n");
        rest.len = 0;
    }
    memmove(call->command, rest.at, rest.len);
    call->command_len = rest.len;
}
