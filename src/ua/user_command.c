/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts of a server, changed in its store; a running server notices within a second. */
#include "ua/commands.h"

#include "adapt/openssl/hash.h"
#include "adapt/sqlite/account_store.h"
#include "base/rng.h"
#include "base/writer.h"
#include "shell/system/system.h"
#include "ua/store_command.h"
#include <stdio.h>
#include <string.h>

#define PASSWORD_MAX 128
#define PASSWORD_LEN 16 /* of one that we make: 96 bits */

static void print_account(void *ctx, struct cf_str name, struct cf_str realm, const struct cf_digest_hex *secrets) {
    (void)ctx;
    (void)secrets;
    printf("{\"user\":\"%.*s\",\"domain\":\"%.*s\"}\n", CF_STR_ARG(name), CF_STR_ARG(realm));
}

/* The domain of the server whose store it is, if it was not said. */
static bool find_domain(struct cf_sqlite *db, const char *said, struct cf_writer *w) {
    if (said != NULL) {
        cf_put(w, cf_str_of(said));
        return w->len > 0;
    }
    return cf_account_store_domain(db, w) == CF_OK && w->len > 0;
}

/* The password: given, or the first line of standard input with "-", or made. */
static struct cf_str password_of(const char *given, char *room) {
    if (given == NULL) {
        cf_entropy_word(cf_system_entropy(), room, PASSWORD_LEN);
        return cf_str_n(room, PASSWORD_LEN);
    }
    if (strcmp(given, "-") == 0) {
        return fgets(room, PASSWORD_MAX, stdin) == NULL ? CF_STR_NONE : cf_str_trim(cf_str_of(room));
    }
    return cf_str_of(given);
}

/* Who was added; the password only if we made it. */
static void print_added(const char *name, struct cf_str realm, struct cf_str password) {
    printf("{\"user\":\"%s\",\"domain\":\"%.*s\"", name, CF_STR_ARG(realm));
    if (password.len > 0) {
        printf(",\"password\":\"%.*s\"", CF_STR_ARG(password));
    }
    puts("}");
}

static int add(struct cf_sqlite *db, const char *name, const char *given, const char *domain) {
    char password_room[PASSWORD_MAX];
    char realm_room[CF_ACCOUNT_DOMAIN_MAX];
    struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
    struct cf_writer realm;
    cf_writer_init(&realm, realm_room, sizeof realm_room);
    if (!cf_account_name_is_valid(cf_str_of(name))) {
        return cf_store_command_fail(name, "an account's name has letters, digits, '-', '_', '.' and '+' only");
    }
    if (!find_domain(db, domain, &realm)) {
        return cf_store_command_fail(name, "no server has been started with this state folder yet: say --domain DOMAIN");
    }
    struct cf_str password = password_of(given, password_room);
    if (password.len == 0) {
        return cf_store_command_fail(name, "no password");
    }
    enum cf_err err = cf_account_secrets(cf_openssl_hash(), cf_str_of(name), cf_writer_str(&realm), password, secrets);
    if (err == CF_OK) {
        err = cf_account_store_put(db, cf_str_of(name), cf_writer_str(&realm), secrets);
    }
    if (err != CF_OK) {
        return cf_store_command_fail(name, cf_err_text(err));
    }
    print_added(name, cf_writer_str(&realm), given == NULL ? password : CF_STR_NONE);
    return 0;
}

static int run(struct cf_sqlite *db, int argc, char **argv) {
    const char *domain = NULL;
    if (argc >= 3 && strcmp(argv[argc - 2], "--domain") == 0) {
        domain = argv[argc - 1];
        argc -= 2;
    }
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "list") == 0 && argc == 2) {
        enum cf_err err = cf_account_store_each(db, print_account, NULL);
        return err == CF_OK ? 0 : cf_store_command_fail("list", cf_err_text(err));
    }
    if (strcmp(verb, "remove") == 0 && argc == 3) {
        enum cf_err err = cf_account_store_remove(db, cf_str_of(argv[2]));
        return err == CF_OK ? 0 : cf_store_command_fail(argv[2], cf_err_text(err));
    }
    if (strcmp(verb, "add") == 0 && (argc == 3 || argc == 4)) {
        return add(db, argv[2], argc == 4 ? argv[3] : NULL, domain);
    }
    bool is_admin = argc == 4 && strcmp(argv[3], "admin") == 0;
    if (strcmp(verb, "role") == 0 && argc == 4 && (is_admin || strcmp(argv[3], "user") == 0)) {
        enum cf_err err = cf_account_store_set_admin(db, cf_str_of(argv[2]), is_admin);
        return err == CF_OK ? 0 : cf_store_command_fail(argv[2], cf_err_text(err));
    }
    fprintf(stderr,
            "usage: confer [--state FOLDER] user add NAME [PASSWORD|-] [--domain DOMAIN] | user list | user remove NAME | "
            "user role NAME admin|user\n");
    return 2;
}

int cf_ua_user(const char *state, int argc, char **argv) {
    return cf_store_command_do(state, argc, argv, run);
}
