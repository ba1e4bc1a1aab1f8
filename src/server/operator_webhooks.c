/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about webhooks. */
#include "server/operator_webhooks.h"

#include "server/json.h"

static void fail(struct cf_writer *w, struct cf_str why) {
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("error"), true);
    cf_put_json_str(w, why);
    cf_put_lit(w, "}\n");
}

static void put_hook(struct cf_writer *w, const struct cf_hook *hook) {
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("webhook"), true);
    cf_put_json_str(w, cf_hook_id(hook));
    cf_put_json_text(w, CF_STR("url"), cf_str_of(hook->url));
    cf_put_json_number(w, CF_STR("waiting"), hook->waiting);
    cf_put_json_number(w, CF_STR("delivered"), hook->delivered);
    cf_put_json_number(w, CF_STR("failed"), hook->failed);
}

static bool read_events(struct cf_str rest, uint32_t *ret) {
    enum cf_happening_kind kind;
    uint32_t events = rest.at == NULL ? CF_WEBHOOK_EVENTS_ALL : 0;
    while (rest.at != NULL) {
        if (!cf_happening_of(cf_str_cut(&rest, ' '), &kind)) {
            return false;
        }
        events |= 1U << kind;
    }
    *ret = events;
    return true;
}

static void do_webhook(struct cf_services *services, struct cf_str rest, cf_wall wall, struct cf_writer *w) {
    char secret[CF_HOOK_SECRET_TEXT_LEN];
    uint32_t events = 0;
    const struct cf_hook *hook = NULL;
    struct cf_str url = cf_str_cut(&rest, ' ');
    if (!read_events(rest, &events)) {
        fail(w, CF_STR("webhook URL [room.started] [room.ended] [member.joined] [member.left] [member.waiting]"));
        return;
    }
    struct cf_problem problem = cf_webhooks_add(services->webhooks, url, events, wall, &hook);
    if (problem.status != 0) {
        fail(w, problem.detail);
        return;
    }
    put_hook(w, hook);
    cf_hook_secret_text(hook->secret, secret);
    cf_put_json_text(w, CF_STR("secret"), cf_str_n(secret, sizeof secret));
    cf_put_lit(w, "}\n");
}

static void do_webhooks(struct cf_services *services, struct cf_writer *w) {
    const struct cf_hooks *hooks = &services->webhooks->hooks;
    for (size_t i = 0; i < hooks->table.slots_used; i++) {
        const struct cf_hook *hook = cf_hooks_at(hooks, i);
        if (hook != NULL) {
            put_hook(w, hook);
            cf_put_lit(w, "}\n");
        }
    }
}

static void do_unwebhook(struct cf_services *services, struct cf_str id, struct cf_writer *w) {
    struct cf_problem problem = cf_webhooks_remove(services->webhooks, id);
    if (problem.status != 0) {
        fail(w, problem.detail);
    } else {
        cf_put_lit(w, "{\"done\":\"unwebhook\"}\n");
    }
}

bool cf_operator_webhooks_do(struct cf_services *services, struct cf_str command, cf_wall wall, struct cf_writer *answer) {
    struct cf_str rest = command;
    struct cf_str word = cf_str_cut(&rest, ' ');
    if (cf_str_eq(word, CF_STR("webhook"))) {
        do_webhook(services, rest, wall, answer);
    } else if (cf_str_eq(word, CF_STR("webhooks"))) {
        do_webhooks(services, answer);
    } else if (cf_str_eq(word, CF_STR("unwebhook"))) {
        do_unwebhook(services, rest, answer);
    } else {
        return false;
    }
    return true;
}
