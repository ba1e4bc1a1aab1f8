/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks: queues, attempts, signatures. */
#include "core/hook/hooks.h"

#include "base/reader.h"

#define SECRET_PREFIX CF_STR("whsec_")

/* Something that waits for one hook. */
struct delivery {
    struct cf_link link;
    char id[CF_HOOK_DELIVERY_ID_LEN];
    size_t body_len;
    char body[];
};

void cf_hooks_init(struct cf_hooks *hooks, const struct cf_mem *mem, const struct cf_entropy *entropy,
                   const struct cf_hash *hash) {
    *hooks = (struct cf_hooks){.mem = mem, .entropy = entropy, .hash = hash};
    cf_handle_table_init(&hooks->table, mem, CF_HOOKS_MAX);
}

static struct delivery *first_of(const struct cf_hook *hook) {
    struct cf_link *link = cf_list_first(&hook->queue);
    return link == NULL ? NULL : CF_OF(link, struct delivery, link);
}

static void drop_first(struct cf_hooks *hooks, struct cf_hook *hook) {
    struct delivery *delivery = first_of(hook);
    if (delivery != NULL) {
        cf_list_remove(&delivery->link);
        cf_mem_free(hooks->mem, delivery, sizeof *delivery + delivery->body_len);
        hook->waiting--;
        hooks->waiting--;
    }
    hook->is_busy = false;
    hook->attempts = 0;
    hook->due = 0; /* the next one, if there is one, at once */
}

static void destroy(struct cf_hooks *hooks, struct cf_hook *hook) {
    while (first_of(hook) != NULL) {
        drop_first(hooks, hook);
    }
    cf_handle_remove(&hooks->table, hook->handle);
    cf_mem_wipe(hook->secret, sizeof hook->secret);
    cf_mem_free(hooks->mem, hook, sizeof *hook);
}

void cf_hooks_fini(struct cf_hooks *hooks) {
    for (size_t i = 0; i < hooks->table.slots_used; i++) {
        struct cf_hook *hook = cf_handle_at(&hooks->table, i);
        if (hook != NULL) {
            destroy(hooks, hook);
        }
    }
    cf_handle_table_fini(&hooks->table);
}

/* --- URLs and secrets --- */

bool cf_hook_url_is_valid(struct cf_str url) {
    struct cf_str rest = cf_str_starts_nocase(url, CF_STR("https://"))  ? cf_str_skip(url, 8)
                         : cf_str_starts_nocase(url, CF_STR("http://")) ? cf_str_skip(url, 7)
                                                                        : CF_STR_NONE;
    struct cf_str authority = cf_str_head(rest, cf_str_find(rest, '/'));
    for (size_t i = 0; i < url.len; i++) {
        uint8_t c = (uint8_t)url.at[i];
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '#') {
            return false;
        }
    }
    return authority.len > 0 && cf_str_find(authority, '@') == authority.len && url.len <= CF_HOOK_URL_MAX;
}

void cf_hook_secret_make(const struct cf_entropy *entropy, uint8_t ret[CF_HOOK_SECRET_LEN]) {
    cf_entropy_fill(entropy, ret, CF_HOOK_SECRET_LEN);
}

void cf_hook_secret_text(const uint8_t secret[CF_HOOK_SECRET_LEN], char ret[CF_HOOK_SECRET_TEXT_LEN]) {
    struct cf_writer w;
    cf_writer_init(&w, ret, CF_HOOK_SECRET_TEXT_LEN);
    cf_put(&w, SECRET_PREFIX);
    cf_put_base64(&w, (struct cf_span){secret, CF_HOOK_SECRET_LEN});
}

bool cf_hook_secret_of(struct cf_str text, uint8_t ret[CF_HOOK_SECRET_LEN]) {
    size_t len = 0;
    return cf_str_starts(text, SECRET_PREFIX) &&
           cf_base64_decode(cf_str_skip(text, SECRET_PREFIX.len), ret, CF_HOOK_SECRET_LEN, &len) == CF_OK &&
           len == CF_HOOK_SECRET_LEN;
}

/* --- hooks --- */

static struct cf_hook *find(const struct cf_hooks *hooks, struct cf_str id) {
    for (size_t i = 0; i < hooks->table.slots_used; i++) {
        struct cf_hook *hook = cf_handle_at(&hooks->table, i);
        if (hook != NULL && cf_str_eq(cf_hook_id(hook), id)) {
            return hook;
        }
    }
    return NULL;
}

const struct cf_hook *cf_hooks_find(const struct cf_hooks *hooks, struct cf_str id) {
    return find(hooks, id);
}

const struct cf_hook *cf_hooks_at(const struct cf_hooks *hooks, size_t index) {
    return cf_handle_at(&hooks->table, index);
}

enum cf_err cf_hooks_add(struct cf_hooks *hooks, const struct cf_hook_config *config) {
    if (config->id.len != CF_HOOK_ID_LEN || !cf_hook_url_is_valid(config->url)) {
        return CF_ERR_MALFORMED;
    }
    if (find(hooks, config->id) != NULL) {
        return CF_ERR_EXISTS;
    }
    if (hooks->table.count >= CF_HOOKS_MAX) {
        return CF_ERR_LIMIT;
    }
    struct cf_hook *hook = cf_mem_alloc(hooks->mem, sizeof *hook);
    if (hook == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    hook->handle = cf_handle_add(&hooks->table, hook);
    if (!cf_handle_is_set(hook->handle)) {
        cf_mem_free(hooks->mem, hook, sizeof *hook);
        return CF_ERR_NO_MEMORY;
    }
    memcpy(hook->id, config->id.at, CF_HOOK_ID_LEN);
    memcpy(hook->url, config->url.at, config->url.len);
    memcpy(hook->secret, config->secret, CF_HOOK_SECRET_LEN);
    hook->events = config->events;
    hook->created = config->created;
    cf_list_init(&hook->queue);
    return CF_OK;
}

enum cf_err cf_hooks_remove(struct cf_hooks *hooks, struct cf_str id) {
    struct cf_hook *hook = find(hooks, id);
    if (hook == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    destroy(hooks, hook);
    return CF_OK;
}

/* --- what happens --- */

bool cf_hooks_want(const struct cf_hooks *hooks, uint32_t event) {
    for (size_t i = 0; i < hooks->table.slots_used; i++) {
        const struct cf_hook *hook = cf_handle_at(&hooks->table, i);
        if (hook != NULL && (hook->events & event) != 0) {
            return true;
        }
    }
    return false;
}

void cf_hooks_make_id(const struct cf_hooks *hooks, char ret[CF_HOOK_DELIVERY_ID_LEN]) {
    cf_entropy_word(hooks->entropy, ret, CF_HOOK_DELIVERY_ID_LEN);
}

enum cf_err cf_hooks_put(struct cf_hooks *hooks, cf_usec now, struct cf_str id, struct cf_str delivery_id, struct cf_str body) {
    struct cf_hook *hook = find(hooks, id);
    if (hook == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    bool has_room =
        hooks->waiting < CF_HOOKS_WAITING_MAX && body.len <= CF_HOOK_BODY_MAX && delivery_id.len == CF_HOOK_DELIVERY_ID_LEN;
    struct delivery *delivery = has_room ? cf_mem_alloc(hooks->mem, sizeof *delivery + body.len) : NULL;
    if (delivery == NULL) {
        hook->failed++;
        return has_room ? CF_ERR_NO_MEMORY : CF_ERR_LIMIT;
    }
    memcpy(delivery->id, delivery_id.at, delivery_id.len);
    memcpy(delivery->body, body.at, body.len);
    delivery->body_len = body.len;
    hook->due = hook->waiting == 0 ? now : hook->due;
    cf_list_append(&hook->queue, &delivery->link);
    hook->waiting++;
    hooks->waiting++;
    return CF_OK;
}

/* --- deliveries --- */

static bool sign(const struct cf_hooks *hooks, const struct cf_hook *hook, struct cf_hook_delivery *delivery) {
    char number[24];
    uint8_t mac[CF_HASH_SHA256_LEN];
    struct cf_writer w;
    cf_writer_init(&w, number, sizeof number);
    cf_put_dec(&w, (uint64_t)delivery->timestamp);
    struct cf_span parts[] = {cf_str_span(delivery->id), cf_str_span(CF_STR(".")), cf_writer_span(&w), cf_str_span(CF_STR(".")),
                              cf_str_span(delivery->body)};
    if (hooks->hash->hmac_sha256 == NULL ||
        !hooks->hash->hmac_sha256(hooks->hash->ctx, (struct cf_span){hook->secret, sizeof hook->secret}, parts,
                                  sizeof parts / sizeof *parts, mac)) {
        return false;
    }
    cf_writer_init(&w, delivery->signature, sizeof delivery->signature);
    cf_put_lit(&w, "v1,");
    cf_put_base64(&w, (struct cf_span){mac, sizeof mac});
    delivery->signature_len = w.len;
    return cf_writer_ok(&w);
}

bool cf_hooks_poll(struct cf_hooks *hooks, cf_usec now, cf_wall wall, struct cf_hook_delivery *ret) {
    for (size_t i = 0; i < hooks->table.slots_used; i++) {
        struct cf_hook *hook = cf_handle_at(&hooks->table, i);
        const struct delivery *first = hook == NULL || hook->is_busy || hook->due > now ? NULL : first_of(hook);
        if (hook == NULL || first == NULL) {
            continue;
        }
        *ret = (struct cf_hook_delivery){.hook = hook->handle,
                                         .url = hook->url,
                                         .id = cf_str_n(first->id, sizeof first->id),
                                         .body = cf_str_n(first->body, first->body_len),
                                         .timestamp = wall / CF_SEC(1)};
        if (!sign(hooks, hook, ret)) {
            hook->due = now + CF_HOOK_SIGN_DELAY; /* it keeps its place; nothing was sent, so it is no attempt */
            continue;
        }
        hook->is_busy = true;
        hook->attempts++;
        return true;
    }
    return false;
}

bool cf_hooks_on_result(struct cf_hooks *hooks, cf_usec now, struct cf_handle handle, unsigned status,
                        char ret_id[CF_HOOK_DELIVERY_ID_LEN]) {
    static const cf_usec delays[] = CF_HOOK_DELAYS;
    struct cf_hook *hook = cf_handle_get(&hooks->table, handle);
    if (hook == NULL || !hook->is_busy) {
        return false;
    }
    bool is_delivered = status >= 200 && status < 300;
    if (!is_delivered && hook->attempts < CF_HOOK_ATTEMPTS) {
        hook->is_busy = false;
        hook->due = now + delays[hook->attempts - 1];
        return false;
    }
    hook->delivered += is_delivered ? 1 : 0;
    hook->failed += is_delivered ? 0 : 1;
    const struct delivery *first = first_of(hook);
    cf_assert(first != NULL); /* what is on its way waits here */
    memcpy(ret_id, first->id, CF_HOOK_DELIVERY_ID_LEN);
    drop_first(hooks, hook);
    return true;
}

cf_usec cf_hooks_deadline(const struct cf_hooks *hooks) {
    cf_usec deadline = CF_USEC_NEVER;
    for (size_t i = 0; i < hooks->table.slots_used; i++) {
        const struct cf_hook *hook = cf_handle_at(&hooks->table, i);
        if (hook != NULL && !hook->is_busy && hook->waiting > 0) {
            deadline = cf_usec_min(deadline, hook->due);
        }
    }
    return deadline;
}
