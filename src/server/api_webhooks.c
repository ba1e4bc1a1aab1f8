/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks at the HTTP interface. */
#include "server/api_handlers.h"
#include "server/json.h"

static void put_hook(struct cf_writer *w, const struct cf_hook *hook) {
    bool is_first = true;
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("id"), true);
    cf_put_json_str(w, cf_hook_id(hook));
    cf_put_json_text(w, CF_STR("url"), cf_str_of(hook->url));
    cf_put_json_key(w, CF_STR("events"), false);
    cf_put_char(w, '[');
    for (size_t i = 0; i < CF_HAPPENING_COUNT_; i++) {
        if ((hook->events & (1U << i)) != 0) {
            cf_put(w, is_first ? CF_STR_NONE : CF_STR(","));
            cf_put_json_str(w, cf_happening_word((enum cf_happening_kind)i));
            is_first = false;
        }
    }
    cf_put_char(w, ']');
    cf_put_json_time(w, CF_STR("created"), hook->created);
    cf_put_json_number(w, CF_STR("waiting"), hook->waiting);
    cf_put_json_number(w, CF_STR("delivered"), hook->delivered);
    cf_put_json_number(w, CF_STR("failed"), hook->failed);
}

/* The hook with the least id behind @p after; NULL: none. */
static const struct cf_hook *next_hook(const struct cf_hooks *hooks, struct cf_str after) {
    const struct cf_hook *least = NULL;
    for (size_t i = 0; i < hooks->table.slots_used; i++) {
        const struct cf_hook *hook = cf_hooks_at(hooks, i);
        if (hook != NULL && cf_str_cmp(cf_hook_id(hook), after) > 0 &&
            (least == NULL || cf_str_cmp(cf_hook_id(hook), cf_hook_id(least)) < 0)) {
            least = hook;
        }
    }
    return least;
}

void cf_api_list_webhooks(struct cf_api_call *call) {
    struct cf_api_page page;
    const struct cf_hooks *hooks = &call->services->webhooks->hooks;
    if (!cf_api_page_begin(call, &page)) {
        return;
    }
    const struct cf_hook *hook = next_hook(hooks, page.after.at == NULL ? CF_STR("") : page.after);
    while (hook != NULL && cf_api_page_takes(call, &page, cf_hook_id(hook))) {
        put_hook(&call->body, hook);
        cf_put_char(&call->body, '}');
        hook = next_hook(hooks, cf_hook_id(hook));
    }
    cf_api_page_end(call, &page);
}

void cf_api_get_webhook(struct cf_api_call *call) {
    const struct cf_hook *hook = cf_hooks_find(&call->services->webhooks->hooks, call->match.params[0]);
    if (hook == NULL) {
        (void)cf_api_fail(call, cf_problem_of_err(CF_ERR_NOT_FOUND));
        return;
    }
    put_hook(&call->body, hook);
    cf_put_char(&call->body, '}');
}

static bool read_events(struct cf_api_call *call, const struct cf_json_member *member, uint32_t *ret) {
    char texts[1024];
    struct cf_writer room;
    struct cf_json_value value;
    struct cf_str rest = member->value.text;
    uint32_t events = 0;
    if (member->value.kind == CF_JSON_ABSENT) {
        return true;
    }
    cf_writer_init(&room, texts, sizeof texts);
    while (member->value.kind == CF_JSON_ARRAY && cf_json_next(&rest, &room, &value)) {
        enum cf_happening_kind kind;
        if (value.kind != CF_JSON_TEXT || !cf_happening_of(value.text, &kind)) {
            return cf_api_fail(call, CF_PROBLEM(400, "malformed", "There is no such event"));
        }
        events |= 1U << kind;
    }
    if (events == 0) {
        return cf_api_fail(call, CF_PROBLEM(400, "malformed", "events has to be a list of events"));
    }
    *ret = events;
    return true;
}

void cf_api_add_webhook(struct cf_api_call *call) {
    char secret[CF_HOOK_SECRET_TEXT_LEN];
    struct cf_str url = CF_STR("");
    uint32_t events = CF_WEBHOOK_EVENTS_ALL;
    const struct cf_hook *hook = NULL;
    struct cf_json_member members[] = {{.name = CF_STR("url")}, {.name = CF_STR("events")}};
    if (!cf_api_read(call, members, 2) || !cf_api_take_text(call, &members[0], CF_HOOK_URL_MAX, &url) ||
        !read_events(call, &members[1], &events)) {
        return;
    }
    struct cf_problem problem = cf_webhooks_add(call->services->webhooks, url, events, call->wall, &hook);
    if (problem.status != 0) {
        (void)cf_api_fail(call, problem);
        return;
    }
    put_hook(&call->body, hook);
    cf_hook_secret_text(hook->secret, secret);
    cf_put_json_text(&call->body, CF_STR("secret"), cf_str_n(secret, sizeof secret));
    cf_put_char(&call->body, '}');
    cf_api_made(call, CF_STR("/api/webhooks/"), cf_hook_id(hook));
}

void cf_api_remove_webhook(struct cf_api_call *call) {
    struct cf_problem problem = cf_webhooks_remove(call->services->webhooks, call->match.params[0]);
    if (problem.status == 0) {
        cf_api_done(call);
    } else {
        (void)cf_api_fail(call, problem);
    }
}
