/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All conferences of a server. */
#include "core/conf/directory.h"

#include "base/bug.h"
#include "core/conf/conference_internal.h"

struct cf_directory_account {
    struct cf_map_node node;
    struct cf_str aor; /**< owned */
    size_t count;      /**< conferences; never 0 */
};

static struct cf_conference *conference_of(struct cf_map_node *node) {
    return node == NULL ? NULL : CF_OF(node, struct cf_conference, node);
}

static struct cf_tombstone *tomb_of(struct cf_map_node *node) {
    return node == NULL ? NULL : CF_OF(node, struct cf_tombstone, node);
}

static struct cf_directory_account *account_of(struct cf_map_node *node) {
    return node == NULL ? NULL : CF_OF(node, struct cf_directory_account, node);
}

/* --- accounts --- */

static enum cf_denial_reason charge_account(struct cf_directory *dir, struct cf_str aor) {
    const struct cf_mem *mem = dir->env.mem;
    if (aor.at == NULL) {
        return CF_DENIAL_NONE;
    }
    struct cf_directory_account *account = account_of(cf_map_get(&dir->accounts, aor));
    if (account != NULL) {
        if (account->count >= dir->env.limits.per_account) {
            return CF_DENIAL_ACCOUNT_FULL;
        }
        account->count++;
        return CF_DENIAL_NONE;
    }
    account = cf_mem_alloc(mem, sizeof *account);
    if (account == NULL) {
        return CF_DENIAL_NO_MEMORY;
    }
    account->count = 1;
    if (!cf_mem_dup_str(mem, aor, &account->aor) || cf_map_add(&dir->accounts, &account->node, account->aor) != CF_OK) {
        cf_mem_free_str(mem, &account->aor);
        cf_mem_free(mem, account, sizeof *account);
        return CF_DENIAL_NO_MEMORY;
    }
    return CF_DENIAL_NONE;
}

static void discharge_account(struct cf_directory *dir, struct cf_str aor) {
    struct cf_directory_account *account = aor.at == NULL ? NULL : account_of(cf_map_get(&dir->accounts, aor));
    if (account == NULL || --account->count > 0) {
        return;
    }
    cf_map_remove(&dir->accounts, &account->node);
    cf_mem_free_str(dir->env.mem, &account->aor);
    cf_mem_free(dir->env.mem, account, sizeof *account);
}

/* --- the end of conferences and tombstones --- */

static void unlink_conference(struct cf_directory *dir, struct cf_conference *conf) {
    cf_map_remove(&dir->by_key, &conf->node);
    cf_handle_remove(&dir->handles, conf->handle);
    discharge_account(dir, conf->organiser);
    cf_list_remove(&conf->in_busy);
    cf_heap_cancel(&dir->env.timers, &conf->timer);
}

static void free_conference(struct cf_directory *dir, struct cf_conference *conf) {
    cf_conference_fini(conf);
    cf_mem_free(dir->env.mem, conf, sizeof *conf);
}

static void free_tomb(struct cf_directory *dir, struct cf_tombstone *tomb) {
    cf_mem_free_str(dir->env.mem, &tomb->key);
    cf_mem_free(dir->env.mem, tomb, sizeof *tomb);
}

static void unlink_tomb(struct cf_directory *dir, struct cf_tombstone *tomb) {
    cf_map_remove(&dir->tombs, &tomb->node);
    cf_list_remove(&tomb->in_order);
}

/* Without memory for it late callers are told 404 instead of 410. */
static struct cf_tombstone *bury(struct cf_directory *dir, cf_usec now, struct cf_str key, enum cf_conference_state state,
                                 cf_wall over) {
    const struct cf_mem *mem = dir->env.mem;
    struct cf_tombstone *tomb = cf_mem_alloc(mem, sizeof *tomb);
    if (tomb == NULL) {
        return NULL;
    }
    if (!cf_mem_dup_str(mem, key, &tomb->key) || cf_map_add(&dir->tombs, &tomb->node, tomb->key) != CF_OK) {
        free_tomb(dir, tomb);
        return NULL;
    }
    tomb->state = state;
    tomb->over = over;
    tomb->until = now + dir->env.times.tombstone_usec;
    cf_list_append(&dir->tombs_in_order, &tomb->in_order);
    return tomb;
}

/* --- beginning and end --- */

void cf_directory_init(struct cf_directory *dir, const struct cf_directory_config *config) {
    uint64_t seed = 0;
    *dir = (struct cf_directory){.over = NULL};
    cf_conference_env_init(&dir->env, config->mem, config->entropy, config->limits, config->times);
    cf_entropy_fill(config->entropy, &seed, sizeof seed);
    cf_map_init(&dir->by_key, config->mem, seed);
    cf_map_init(&dir->tombs, config->mem, seed);
    cf_map_init(&dir->accounts, config->mem, seed);
    cf_list_init(&dir->tombs_in_order);
    cf_handle_table_init(&dir->handles, config->mem, UINT16_MAX); /* the limit that counts is limits.conferences */
}

static void reap(struct cf_directory *dir) {
    if (dir->over != NULL) {
        free_conference(dir, dir->over);
        dir->over = NULL;
    }
    if (dir->forgotten != NULL) {
        free_tomb(dir, dir->forgotten);
        dir->forgotten = NULL;
    }
}

void cf_directory_fini(struct cf_directory *dir) {
    reap(dir);
    for (struct cf_map_node *n = cf_map_first(&dir->by_key); n != NULL; n = cf_map_first(&dir->by_key)) {
        struct cf_conference *conf = conference_of(n);
        unlink_conference(dir, conf);
        free_conference(dir, conf);
    }
    for (struct cf_link *link = cf_list_first(&dir->tombs_in_order); link != NULL; link = cf_list_first(&dir->tombs_in_order)) {
        struct cf_tombstone *tomb = CF_OF(link, struct cf_tombstone, in_order);
        unlink_tomb(dir, tomb);
        free_tomb(dir, tomb);
    }
    cf_map_fini(&dir->by_key);
    cf_map_fini(&dir->tombs);
    cf_map_fini(&dir->accounts);
    cf_handle_table_fini(&dir->handles);
    cf_conference_env_fini(&dir->env);
}

void cf_directory_set_wall(struct cf_directory *dir, cf_usec now, cf_wall wall) {
    dir->env.wall_offset = wall - now;
    for (size_t i = 0; i < dir->handles.slots_used; i++) {
        struct cf_conference *conf = cf_directory_at(dir, i);
        if (conf != NULL) {
            cf_conference_on_wall_clock(conf, now);
        }
    }
}

void cf_directory_set_limits(struct cf_directory *dir, const struct cf_conference_limits *limits,
                             const struct cf_conference_times *times) {
    dir->env.limits = *limits;
    dir->env.times = *times;
}

/* --- conferences --- */

static struct cf_denial check_new(const struct cf_directory *dir, struct cf_str key) {
    if (cf_map_get(&dir->by_key, key) != NULL) {
        return cf_deny(CF_DENIAL_EXISTS);
    }
    if (dir->handles.count >= dir->env.limits.conferences || dir->handles.count >= dir->handles.limit) {
        return cf_deny(CF_DENIAL_CONFERENCES_FULL);
    }
    return cf_deny(CF_DENIAL_NONE);
}

/* Give @p conf its places in the tables. */
static enum cf_denial_reason enter(struct cf_directory *dir, struct cf_conference *conf) {
    enum cf_denial_reason reason = charge_account(dir, conf->organiser);
    if (reason != CF_DENIAL_NONE) {
        return reason;
    }
    conf->handle = cf_handle_add(&dir->handles, conf);
    if (!cf_handle_is_set(conf->handle) || cf_map_add(&dir->by_key, &conf->node, conf->key) != CF_OK) {
        cf_handle_remove(&dir->handles, conf->handle);
        discharge_account(dir, conf->organiser);
        return CF_DENIAL_NO_MEMORY;
    }
    /* A name that is used again is no longer over. */
    struct cf_tombstone *tomb = tomb_of(cf_map_get(&dir->tombs, conf->key));
    if (tomb != NULL) {
        unlink_tomb(dir, tomb);
        free_tomb(dir, tomb);
    }
    return CF_DENIAL_NONE;
}

static struct cf_denial create(struct cf_directory *dir, cf_usec now, const struct cf_conference_config *config,
                               struct cf_conference **ret) {
    struct cf_denial denial = check_new(dir, config->key);
    if (!cf_denial_is_none(denial)) {
        return denial;
    }
    struct cf_conference *conf = cf_mem_alloc(dir->env.mem, sizeof *conf);
    if (conf == NULL) {
        return cf_deny(CF_DENIAL_NO_MEMORY);
    }
    denial = cf_conference_init(conf, &dir->env, now, config);
    if (!cf_denial_is_none(denial)) {
        cf_mem_free(dir->env.mem, conf, sizeof *conf);
        return denial;
    }
    denial = cf_deny(enter(dir, conf));
    if (!cf_denial_is_none(denial)) {
        free_conference(dir, conf);
        return denial;
    }
    *ret = conf;
    return denial;
}

struct cf_denial cf_directory_create(struct cf_directory *dir, cf_usec now, const struct cf_conference_config *config,
                                     struct cf_conference **ret) {
    char key[CF_DIRECTORY_ID_LEN];
    char uri[CF_CONFERENCE_URI_MAX];
    struct cf_conference_config named = *config;
    struct cf_writer w;
    reap(dir);
    if (config->key.at == NULL) {
        cf_entropy_word(dir->env.entropy, key, sizeof key);
        cf_writer_init(&w, uri, sizeof uri);
        cf_put(&w, config->uri);
        cf_put_lit(&w, ";conf-id=");
        cf_put_bytes(&w, key, sizeof key);
        if (!cf_writer_ok(&w)) {
            return cf_deny(CF_DENIAL_TOO_LONG);
        }
        named.key = cf_str_n(key, sizeof key);
        named.uri = cf_writer_str(&w);
    }
    struct cf_denial denial = create(dir, now, &named, ret);
    dir->refused += cf_denial_is_none(denial) ? 0 : 1;
    return denial;
}

static struct cf_denial deny_by_tomb(const struct cf_tombstone *tomb) {
    switch (tomb->state) {
    case CF_CONFERENCE_STATE_CANCELLED:
        return cf_deny(CF_DENIAL_CANCELLED);
    case CF_CONFERENCE_STATE_EXPIRED:
        return cf_deny_at(CF_DENIAL_TOO_LATE, tomb->over);
    case CF_CONFERENCE_STATE_ENDED:
    case CF_CONFERENCE_STATE_CREATED:
    case CF_CONFERENCE_STATE_RUNNING:
    case CF_CONFERENCE_STATE_IDLE:
    case CF_CONFERENCE_STATE_COUNT_:
        break;
    }
    return cf_deny(CF_DENIAL_GONE);
}

struct cf_denial cf_directory_find(struct cf_directory *dir, struct cf_str key, struct cf_conference **ret) {
    reap(dir);
    struct cf_conference *conf = conference_of(cf_map_get(&dir->by_key, key));
    if (conf != NULL) {
        *ret = conf;
        return cf_deny(CF_DENIAL_NONE);
    }
    const struct cf_tombstone *tomb = tomb_of(cf_map_get(&dir->tombs, key));
    return tomb != NULL ? deny_by_tomb(tomb) : cf_deny(CF_DENIAL_NOT_FOUND);
}

struct cf_conference *cf_directory_get(const struct cf_directory *dir, struct cf_handle handle) {
    return cf_handle_get(&dir->handles, handle);
}

struct cf_conference *cf_directory_at(const struct cf_directory *dir, size_t index) {
    return cf_handle_at(&dir->handles, index);
}

struct cf_conference *cf_directory_next(const struct cf_directory *dir, const struct cf_conference *after) {
    for (size_t i = after == NULL ? 0 : (size_t)after->handle.slot + 1; i < dir->handles.slots_used; i++) {
        struct cf_conference *conf = cf_directory_at(dir, i);
        if (conf != NULL && !cf_conference_is_over(conf)) {
            return conf;
        }
    }
    return NULL;
}

/* --- the store --- */

/* What the row says beyond a configuration. The invitees' limit may have become lower since: they stay. */
static enum cf_denial_reason restore_rest(struct cf_conference *conf, const struct cf_conference_row *row) {
    conf->state = row->state == CF_CONFERENCE_STATE_RUNNING ? CF_CONFERENCE_STATE_IDLE : row->state;
    conf->created = row->created;
    conf->is_locked = (row->flags & CF_CONFERENCE_ROW_LOCKED) != 0;
    for (size_t i = 0; i < row->invitee_count; i++) {
        const struct cf_conference_invitee *from = row->invitees[i];
        struct cf_resource_entry entry = {.uri = from->aor,
                                          .name = from->name,
                                          .has_role = true,
                                          .role = from->role,
                                          .sequence = from->sequence,
                                          .copy = from->copy,
                                          .is_anonymous = from->is_anonymous};
        enum cf_denial_reason reason = cf_conf_invite(conf, &entry);
        if (reason != CF_DENIAL_NONE && reason != CF_DENIAL_LIST_TOO_LONG) {
            return reason;
        }
    }
    conf->must_store = false;
    return CF_DENIAL_NONE;
}

static struct cf_denial restore_living(struct cf_directory *dir, cf_usec now, const struct cf_conference_row *row) {
    struct cf_conference *conf = NULL;
    struct cf_conference_config config = {.kind = row->kind,
                                          .access = row->access,
                                          .key = row->key,
                                          .uri = row->uri,
                                          .subject = row->subject,
                                          .organiser = row->organiser,
                                          .organiser_name = row->organiser_name,
                                          .pin = row->pin,
                                          .start = row->start,
                                          .end = row->end,
                                          .has_video = (row->media & CF_CONFERENCE_ROW_VIDEO) != 0,
                                          .has_lobby = (row->flags & CF_CONFERENCE_ROW_LOBBY) != 0,
                                          .demands_aes256 = (row->flags & CF_CONFERENCE_ROW_AES256) != 0};
    struct cf_denial denial = create(dir, now, &config, &conf);
    if (!cf_denial_is_none(denial)) {
        return denial;
    }
    denial = cf_deny(restore_rest(conf, row));
    if (!cf_denial_is_none(denial)) {
        unlink_conference(dir, conf);
        free_conference(dir, conf);
        return denial;
    }
    cf_conf_settle(conf, now);
    return denial;
}

struct cf_denial cf_directory_restore(struct cf_directory *dir, cf_usec now, const struct cf_conference_row *row) {
    bool is_over = row->state == CF_CONFERENCE_STATE_ENDED || row->state == CF_CONFERENCE_STATE_CANCELLED ||
                   row->state == CF_CONFERENCE_STATE_EXPIRED;
    reap(dir);
    if (!is_over) {
        return restore_living(dir, now, row);
    }
    if (cf_map_get(&dir->tombs, row->key) != NULL || cf_map_get(&dir->by_key, row->key) != NULL) {
        return cf_deny(CF_DENIAL_EXISTS);
    }
    struct cf_tombstone *tomb = bury(dir, now, row->key, row->state, row->over);
    if (tomb == NULL) {
        return cf_deny(CF_DENIAL_NO_MEMORY);
    }
    /* It has lain there since before the restart. */
    tomb->is_stored = true;
    tomb->until = row->over + dir->env.times.tombstone_usec - dir->env.wall_offset;
    return cf_deny(CF_DENIAL_NONE);
}

/* --- time and output --- */

/* The oldest tombstone that is due, or too many. Stored ones may be out of order by a restart: they go a little late then. */
static struct cf_tombstone *due_tomb(const struct cf_directory *dir, cf_usec now) {
    struct cf_link *link = cf_list_first(&dir->tombs_in_order);
    struct cf_tombstone *tomb = link == NULL ? NULL : CF_OF(link, struct cf_tombstone, in_order);
    return tomb != NULL && (tomb->until <= now || dir->tombs.count > dir->env.limits.tombstones) ? tomb : NULL;
}

cf_usec cf_directory_deadline(const struct cf_directory *dir) {
    struct cf_link *link = cf_list_first(&dir->tombs_in_order);
    cf_usec deadline = cf_heap_deadline(&dir->env.timers);
    deadline = deadline == CF_USEC_NEVER - 1 ? CF_USEC_NEVER : deadline; /* how conferences say never */
    return link == NULL ? deadline : cf_usec_min(deadline, CF_OF(link, struct cf_tombstone, in_order)->until);
}

void cf_directory_on_deadline(struct cf_directory *dir, cf_usec now) {
    reap(dir);
    for (struct cf_timer *timer = cf_heap_pop(&dir->env.timers, now); timer != NULL; timer = cf_heap_pop(&dir->env.timers, now)) {
        cf_conference_on_deadline(cf_conference_of_timer(timer), now);
    }
}

static void bury_conference(struct cf_directory *dir, cf_usec now, struct cf_conference *conf) {
    unlink_conference(dir, conf);
    dir->over = conf;
    if (conf->kind == CF_CONFERENCE_ON_DEMAND) {
        return;
    }
    struct cf_tombstone *tomb = bury(dir, now, conf->key, conf->state, conf->over);
    if (tomb != NULL) {
        tomb->is_stored = conf->kind != CF_CONFERENCE_AD_HOC;
    }
}

/* Let a due tombstone fall; true if the store has to know. */
static bool forget_tomb(struct cf_directory *dir, cf_usec now) {
    for (struct cf_tombstone *tomb = due_tomb(dir, now); tomb != NULL; tomb = due_tomb(dir, now)) {
        unlink_tomb(dir, tomb);
        if (tomb->is_stored) {
            dir->forgotten = tomb;
            return true;
        }
        free_tomb(dir, tomb);
    }
    return false;
}

bool cf_directory_poll(struct cf_directory *dir, cf_usec now, struct cf_directory_out *ret) {
    reap(dir);
    for (struct cf_link *link = cf_list_first(&dir->env.busy); link != NULL; link = cf_list_first(&dir->env.busy)) {
        struct cf_conference *conf = CF_OF(link, struct cf_conference, in_busy);
        struct cf_conference_out out = cf_conference_poll(conf);
        if (out.kind == CF_CONF_OUT_NONE) {
            cf_list_remove(&conf->in_busy);
            continue;
        }
        if (out.kind == CF_CONF_OUT_OVER) {
            bury_conference(dir, now, conf);
        }
        *ret = (struct cf_directory_out){.conference = out};
        return true;
    }
    if (forget_tomb(dir, now)) {
        *ret = (struct cf_directory_out){.forget_key = dir->forgotten->key};
        return true;
    }
    return false;
}
