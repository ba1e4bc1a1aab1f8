/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks of a server. */
#include "server/webhooks.h"

#include "adapt/openssl/hash.h"
#include "adapt/sqlite/webhook_store.h"
#include "core/conf/xml_text.h"
#include "server/json.h"
#include "shell/log/log.h"
#include "shell/system/system.h"

static struct cf_conference_env *env_of(const struct cf_webhooks *webhooks) {
    return &cf_focus_directory(cf_node_focus(webhooks->node))->env;
}

/* A delivery is over: it need not be told after a restart. */
static void take_result(struct cf_webhooks *webhooks, cf_usec now, struct cf_handle handle, unsigned status) {
    char id[CF_HOOK_DELIVERY_ID_LEN];
    const struct cf_hook *hook = cf_handle_get(&webhooks->hooks.table, handle);
    if (cf_hooks_on_result(&webhooks->hooks, now, handle, status, id)) {
        struct cf_str name = cf_hook_id(hook);
        enum cf_err err = cf_webhook_store_forget(&webhooks->store->db, name, cf_str_n(id, sizeof id));
        if (err != CF_OK) {
            cf_log(CF_LOG_WARNING, "webhooks", "%.*s may be told something twice: %s", CF_STR_ARG(name), cf_err_text(err));
        }
    }
}

static void on_result(void *ctx, struct cf_handle hook, unsigned status) {
    struct cf_webhooks *webhooks = ctx;
    cf_usec now = cf_system_now();
    take_result(webhooks, now, hook, status);
    (void)cf_webhooks_on_turn(webhooks, now, cf_system_wall());
}

/* With the first hook events are kept, and there is somebody to deliver them. */
static enum cf_err begin(struct cf_webhooks *webhooks) {
    enum cf_err err = CF_OK;
    if (webhooks->sender == NULL) {
        err = cf_webhook_sender_start(webhooks->loop, webhooks->config, on_result, webhooks, &webhooks->sender);
    }
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "webhooks", "nothing is delivered: %s", cf_err_text(err));
        return err;
    }
    cf_happenings_keep(env_of(webhooks), true);
    return CF_OK;
}

static void restore(void *ctx, const struct cf_webhook_row *row) {
    struct cf_webhooks *webhooks = ctx;
    uint8_t secret[CF_HOOK_SECRET_LEN];
    struct cf_hook_config config = {
        .id = row->id, .url = row->url, .events = row->events, .secret = secret, .created = row->created};
    enum cf_err err = cf_hook_secret_of(row->secret, secret) ? cf_hooks_add(&webhooks->hooks, &config) : CF_ERR_MALFORMED;
    if (err != CF_OK) {
        cf_log(CF_LOG_WARNING, "webhooks", "%.*s is left out: %s", CF_STR_ARG(row->id), cf_err_text(err));
    }
    cf_mem_wipe(secret, sizeof secret);
}

/* What waited when the process ended. Attempts are counted anew. */
static void put_again(void *ctx, const struct cf_webhook_delivery_row *row) {
    struct cf_webhooks *webhooks = ctx;
    enum cf_err err = cf_hooks_put(&webhooks->hooks, cf_system_now(), row->webhook, row->id, row->body);
    if (err != CF_OK) {
        cf_log(CF_LOG_WARNING, "webhooks", "%.*s is not told what waited: %s", CF_STR_ARG(row->webhook), cf_err_text(err));
    }
}

enum cf_err cf_webhooks_open(struct cf_webhooks *webhooks, struct cf_loop *loop, struct cf_store *store, struct cf_node *node,
                             const struct cf_config *config) {
    *webhooks = (struct cf_webhooks){.loop = loop, .store = store, .node = node, .config = config};
    cf_hooks_init(&webhooks->hooks, cf_system_mem(), cf_system_entropy(), cf_openssl_hash());
    enum cf_err err = cf_webhook_store_each(&store->db, restore, webhooks);
    err = err == CF_OK ? cf_webhook_store_waiting(&store->db, put_again, webhooks) : err;
    return err == CF_OK && webhooks->hooks.table.count > 0 ? begin(webhooks) : err;
}

void cf_webhooks_close(struct cf_webhooks *webhooks) {
    cf_webhook_sender_stop(&webhooks->sender);
    if (webhooks->node != NULL) {
        cf_hooks_fini(&webhooks->hooks);
    }
}

struct cf_problem cf_webhooks_add(struct cf_webhooks *webhooks, struct cf_str url, uint32_t events, cf_wall wall,
                                  const struct cf_hook **ret) {
    char id[CF_HOOK_ID_LEN];
    uint8_t secret[CF_HOOK_SECRET_LEN];
    char secret_text[CF_HOOK_SECRET_TEXT_LEN];
    if (!cf_hook_url_is_valid(url)) {
        return CF_PROBLEM(400, "malformed", "This is no URL of http or https");
    }
    cf_entropy_word(cf_system_entropy(), id, sizeof id);
    cf_hook_secret_make(cf_system_entropy(), secret);
    cf_hook_secret_text(secret, secret_text);
    struct cf_hook_config config = {
        .id = cf_str_n(id, sizeof id), .url = url, .events = events, .secret = secret, .created = wall};
    struct cf_webhook_row row = {
        .id = config.id, .url = url, .secret = cf_str_n(secret_text, sizeof secret_text), .events = events, .created = wall};
    enum cf_err err = cf_hooks_add(&webhooks->hooks, &config);
    if (err != CF_OK) {
        return cf_problem_of_err(err);
    }
    err = begin(webhooks);
    err = err == CF_OK ? cf_webhook_store_add(&webhooks->store->db, &row) : err;
    if (err != CF_OK) {
        enum cf_err ignored = cf_hooks_remove(&webhooks->hooks, config.id);
        (void)ignored;
        return cf_problem_of_err(err);
    }
    *ret = cf_hooks_find(&webhooks->hooks, config.id);
    return CF_PROBLEM_NONE;
}

struct cf_problem cf_webhooks_remove(struct cf_webhooks *webhooks, struct cf_str id) {
    enum cf_err err =
        cf_hooks_find(&webhooks->hooks, id) == NULL ? CF_ERR_NOT_FOUND : cf_webhook_store_remove(&webhooks->store->db, id);
    err = err == CF_OK ? cf_hooks_remove(&webhooks->hooks, id) : err;
    if (webhooks->hooks.table.count == 0) {
        cf_happenings_keep(env_of(webhooks), false);
    }
    return cf_problem_of_err(err);
}

/* --- events --- */

static void put_event(struct cf_writer *w, const struct cf_happening *happening, struct cf_str id) {
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("id"), true);
    cf_put_json_str(w, id);
    cf_put_json_text(w, CF_STR("event"), cf_happening_word(happening->kind));
    cf_put_json_key(w, CF_STR("time"), false);
    cf_put_char(w, '"');
    cf_put_date_time(w, happening->at);
    cf_put_char(w, '"');
    cf_put_json_text(w, CF_STR("room"), happening->key);
    if (happening->user.len > 0) {
        cf_put_json_text(w, CF_STR("user"), happening->user);
        cf_put_json_text(w, CF_STR("role"), happening->role);
    }
    if (happening->name.len > 0) {
        cf_put_json_text(w, CF_STR("name"), happening->name);
    }
    cf_put_char(w, '}');
}

/* To all that want it, and to the store, so that it outlives the process. */
static void tell(struct cf_webhooks *webhooks, cf_usec now, uint32_t event, struct cf_str id, struct cf_str body) {
    for (size_t i = 0; i < webhooks->hooks.table.slots_used; i++) {
        const struct cf_hook *hook = cf_hooks_at(&webhooks->hooks, i);
        if (hook == NULL || (hook->events & event) == 0) {
            continue;
        }
        struct cf_webhook_delivery_row row = {.webhook = cf_hook_id(hook), .id = id, .body = body};
        enum cf_err err = cf_hooks_put(&webhooks->hooks, now, row.webhook, id, body);
        err = err == CF_OK ? cf_webhook_store_keep(&webhooks->store->db, &row) : err;
        if (err != CF_OK) {
            cf_log(CF_LOG_WARNING, "webhooks", "%.*s may miss something: %s", CF_STR_ARG(row.webhook), cf_err_text(err));
        }
    }
}

static void take_happenings(struct cf_webhooks *webhooks, cf_usec now) {
    struct cf_happening happening;
    while (cf_happenings_poll(env_of(webhooks), now, &happening)) {
        char id[CF_HOOK_DELIVERY_ID_LEN];
        char body[CF_HOOK_BODY_MAX];
        struct cf_writer w;
        uint32_t event = 1U << happening.kind;
        if (!cf_hooks_want(&webhooks->hooks, event)) {
            continue;
        }
        cf_hooks_make_id(&webhooks->hooks, id);
        cf_writer_init(&w, body, sizeof body);
        put_event(&w, &happening, cf_str_n(id, sizeof id));
        if (cf_writer_ok(&w)) {
            tell(webhooks, now, event, cf_str_n(id, sizeof id), cf_writer_str(&w));
        }
    }
}

cf_usec cf_webhooks_on_turn(struct cf_webhooks *webhooks, cf_usec now, cf_wall wall) {
    struct cf_hook_delivery delivery;
    if (webhooks->sender == NULL) {
        return CF_USEC_NEVER;
    }
    take_happenings(webhooks, now);
    while (cf_hooks_poll(&webhooks->hooks, now, wall, &delivery)) {
        if (!cf_webhook_sender_send(webhooks->sender, &delivery, webhooks->config->sends_webhooks_privately)) {
            take_result(webhooks, now, delivery.hook, 0);
        }
    }
    return cf_hooks_deadline(&webhooks->hooks);
}
