/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts and their secrets. */
#include "core/auth/accounts.h"

void cf_accounts_init(struct cf_accounts *accounts, const struct cf_mem *mem, uint64_t seed) {
    accounts->mem = mem;
    cf_map_init(&accounts->by_name, mem, seed);
}

static void drop(struct cf_accounts *accounts, struct cf_account *account) {
    cf_map_remove(&accounts->by_name, &account->node);
    memset(account, 0, sizeof *account);
    cf_mem_free(accounts->mem, account, sizeof *account);
}

void cf_accounts_fini(struct cf_accounts *accounts) {
    for (struct cf_map_node *node = cf_map_first(&accounts->by_name); node != NULL; node = cf_map_first(&accounts->by_name)) {
        drop(accounts, CF_OF(node, struct cf_account, node));
    }
    cf_map_fini(&accounts->by_name);
}

bool cf_account_name_is_valid(struct cf_str name) {
    return cf_str_is_made_of(name, CF_STR("-_.+"), CF_ACCOUNT_NAME_MAX);
}

static struct cf_account *find(const struct cf_accounts *accounts, struct cf_str name) {
    struct cf_map_node *node = cf_map_get(&accounts->by_name, name);
    return node == NULL ? NULL : CF_OF(node, struct cf_account, node);
}

const struct cf_account *cf_accounts_find(const struct cf_accounts *accounts, struct cf_str name) {
    return find(accounts, name);
}

enum cf_err cf_accounts_set(struct cf_accounts *accounts, struct cf_str name,
                            const struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS]) {
    if (!cf_account_name_is_valid(name)) {
        return CF_ERR_MALFORMED;
    }
    struct cf_account *account = find(accounts, name);
    if (account == NULL) {
        if (accounts->by_name.count >= CF_ACCOUNTS_MAX) {
            return CF_ERR_LIMIT;
        }
        account = cf_mem_alloc(accounts->mem, sizeof *account);
        if (account == NULL) {
            return CF_ERR_NO_MEMORY;
        }
        memcpy(account->name, name.at, name.len);
        account->name_len = (uint8_t)name.len;
        if (cf_map_add(&accounts->by_name, &account->node, cf_str_n(account->name, name.len)) != CF_OK) {
            cf_mem_free(accounts->mem, account, sizeof *account);
            return CF_ERR_NO_MEMORY;
        }
    }
    memcpy(account->secrets, secrets, sizeof account->secrets);
    return CF_OK;
}

void cf_accounts_remove(struct cf_accounts *accounts, struct cf_str name) {
    struct cf_account *account = find(accounts, name);
    if (account != NULL) {
        drop(accounts, account);
    }
}

enum cf_err cf_account_secrets(const struct cf_hash *hash, struct cf_str name, struct cf_str realm, struct cf_str password,
                               struct cf_digest_hex ret[CF_ACCOUNT_SECRETS]) {
    bool has_any = false;
    for (unsigned i = 0; i < CF_ACCOUNT_SECRETS; i++) {
        ret[i].len = 0;
        /* An algorithm that the system forbids is left out. */
        has_any = cf_digest_secret(hash, (enum cf_digest_algorithm)i, name, realm, password, &ret[i]) == CF_OK || has_any;
    }
    return has_any ? CF_OK : CF_ERR_UNSUPPORTED;
}
