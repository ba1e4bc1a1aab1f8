/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database of a running server. */
#include "server/store.h"

#include "adapt/openssl/hash.h"
#include "adapt/sqlite/account_store.h"
#include "adapt/sqlite/binding_store.h"
#include "adapt/sqlite/conference_store.h"
#include "adapt/sqlite/schema.h"
#include "shell/file/file.h"
#include "shell/log/log.h"
#include "shell/system/system.h"

#define FILE_NAME "confer.db"

enum cf_err cf_store_open(struct cf_store *store, const char *folder) {
    char path[CF_FILE_PATH_MAX];
    *store = (struct cf_store){.account_version = -1};
    enum cf_err err = cf_file_join(folder, FILE_NAME, path, sizeof path);
    if (err == CF_OK) {
        err = cf_sqlite_open(&store->db, path, NULL);
    }
    if (err == CF_OK) {
        err = cf_schema_apply(&store->db);
    }
    if (err != CF_OK) {
        struct cf_str why = cf_sqlite_error_text(&store->db);
        cf_log(CF_LOG_ERROR, "store", "%s: %s (%.*s)", path, cf_err_text(err), CF_STR_ARG(why));
        cf_store_close(store);
    }
    return err;
}

void cf_store_close(struct cf_store *store) {
    cf_sqlite_close(&store->db);
}

/* An account being looked for. */
struct search {
    struct cf_str name;
    bool is_found;
};

static void look(void *ctx, struct cf_str name, struct cf_str realm, const struct cf_digest_hex *secrets) {
    struct search *search = ctx;
    (void)realm;
    (void)secrets;
    search->is_found = search->is_found || cf_str_eq(name, search->name);
}

enum cf_err cf_store_add_account(struct cf_store *store, struct cf_str name, struct cf_str password, struct cf_str realm) {
    struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
    struct search search = {.name = name};
    enum cf_err err = cf_account_store_each(&store->db, look, &search);
    if (err != CF_OK || search.is_found) {
        return err;
    }
    err = cf_account_secrets(cf_openssl_hash(), name, realm, password, secrets);
    return err == CF_OK ? cf_account_store_put(&store->db, name, realm, secrets) : err;
}

static void restore_account(void *ctx, struct cf_str name, struct cf_str realm, const struct cf_digest_hex *secrets) {
    struct cf_node *node = ctx;
    if (!cf_str_eq(realm, cf_node_realm(node))) {
        cf_log(CF_LOG_WARNING, "store", "account %.*s was made for domain %.*s: set its password again", CF_STR_ARG(name),
               CF_STR_ARG(realm));
        return;
    }
    if (cf_accounts_set(cf_node_accounts(node), name, secrets) != CF_OK) {
        cf_log(CF_LOG_WARNING, "store", "account %.*s can't be used", CF_STR_ARG(name));
    }
}

/* Accounts that were removed from the store. */
static void forget_removed(struct cf_node *node, struct cf_store *store) {
    struct cf_accounts *accounts = cf_node_accounts(node);
    struct cf_map_node *each = cf_map_first(&accounts->by_name);
    while (each != NULL) {
        struct cf_map_node *next = cf_map_next(&accounts->by_name, each);
        struct search search = {.name = each->key};
        if (cf_account_store_each(&store->db, look, &search) == CF_OK && !search.is_found) {
            cf_accounts_remove(accounts, each->key);
        }
        each = next;
    }
}

void cf_store_refresh_accounts(struct cf_store *store, struct cf_node *node) {
    int64_t version = store->account_version;
    if (cf_account_store_version(&store->db, &version) != CF_OK || version == store->account_version) {
        return;
    }
    if (cf_account_store_each(&store->db, restore_account, node) == CF_OK) {
        forget_removed(node, store);
        store->account_version = version;
    }
}

/* A node being filled. */
struct restoring {
    struct cf_node *node;
    cf_usec now;
    cf_wall wall;
};

static void restore_binding(void *ctx, struct cf_str aor, const struct cf_binding_values *values, cf_wall expires) {
    struct restoring *r = ctx;
    cf_usec until = r->now + (expires - r->wall);
    if (cf_node_restore_binding(r->node, aor, values, until, r->now) != CF_OK) {
        cf_log(CF_LOG_WARNING, "store", "a registration of %.*s was dropped", CF_STR_ARG(aor));
    }
}

static void restore_conference(void *ctx, const struct cf_conference_row *row) {
    struct restoring *r = ctx;
    cf_focus_restore(cf_node_focus(r->node), row, r->now);
}

enum cf_err cf_store_restore(struct cf_store *store, struct cf_node *node, cf_usec now, cf_wall wall) {
    struct restoring restoring = {node, now, wall};
    size_t skipped = 0;
    cf_store_refresh_accounts(store, node);
    enum cf_err err = cf_account_store_set_domain(&store->db, cf_node_realm(node));
    err = err == CF_OK ? cf_binding_store_each(&store->db, wall, restore_binding, &restoring) : err;
    if (err == CF_OK) {
        err = cf_conference_store_each(&store->db, cf_system_mem(), restore_conference, &restoring, &skipped);
    }
    if (skipped > 0) {
        cf_log(CF_LOG_WARNING, "store", "%zu conferences of another version of this program were left alone", skipped);
    }
    return err;
}

static enum cf_err write_location(struct cf_store *store, const struct cf_location_change *change, cf_usec now, cf_wall wall) {
    if (change->kind == CF_LOCATION_REMOVED) {
        return cf_binding_store_remove(&store->db, change->aor, &change->values);
    }
    return cf_binding_store_put(&store->db, change->aor, &change->values, wall + (change->expires - now));
}

void cf_store_do(struct cf_store *store, const struct cf_node_out *out, cf_usec now, cf_wall wall) {
    enum cf_err err = CF_OK;
    if (out->kind == CF_NODE_OUT_LOCATION) {
        err = write_location(store, &out->location, now, wall);
    } else if (out->kind == CF_NODE_OUT_FOCUS && out->focus.kind == CF_FOCUS_OUT_STORE) {
        err = cf_conference_store_put(&store->db, &out->focus.row);
    } else if (out->kind == CF_NODE_OUT_FOCUS && out->focus.kind == CF_FOCUS_OUT_FORGET) {
        err = cf_conference_store_remove(&store->db, out->focus.key);
    }
    if (err != CF_OK) {
        store->failures++;
        cf_log(CF_LOG_ERROR, "store", "not written: %s", cf_err_text(err));
    }
}
