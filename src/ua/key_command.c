/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of a server's HTTP interface, changed in its store; a running server looks there at each request. */
#include "ua/commands.h"

#include "adapt/openssl/hash.h"
#include "adapt/sqlite/api_key_store.h"
#include "base/rng.h"
#include "core/auth/api_key.h"
#include "core/auth/scope.h"
#include "server/json.h"
#include "shell/system/system.h"
#include "ua/store_command.h"
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 64
#define LINE_MAX 1024

static void print_line(struct cf_writer *w) {
    cf_put_lit(w, "}\n");
    fwrite(w->base, 1, w->len, stdout);
}

static void begin_line(struct cf_writer *w, char *room, struct cf_str id, struct cf_str name, struct cf_str scopes) {
    cf_writer_init(w, room, LINE_MAX);
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("id"), true);
    cf_put_json_str(w, id);
    cf_put_json_text(w, CF_STR("name"), name);
    cf_put_json_text(w, CF_STR("scopes"), scopes);
}

static void print_key(void *ctx, const struct cf_api_key_row *row) {
    char room[LINE_MAX];
    struct cf_writer w;
    (void)ctx;
    begin_line(&w, room, row->id, row->name, row->scopes);
    print_line(&w);
}

/* Random letters that need no care in shells and headers: an id and a secret without '_' and '-'. */
static void make_word(char *out, size_t len) {
    cf_entropy_word(cf_system_entropy(), out, len);
    for (size_t i = 0; i < len; i++) {
        while (out[i] == '_' || out[i] == '-') {
            cf_entropy_word(cf_system_entropy(), out + i, 1);
        }
    }
}

static int add(struct cf_sqlite *db, const char *name, const char *wanted) {
    char key[4 + CF_API_KEY_ID_LEN + 1 + CF_API_KEY_SECRET_LEN];
    char digest[CF_API_KEY_DIGEST_LEN];
    char scopes_text[128];
    char line[LINE_MAX];
    unsigned scopes = 0;
    struct cf_writer scopes_writer;
    struct cf_writer w;
    char *id = key + 4;
    char *secret = id + CF_API_KEY_ID_LEN + 1;
    if (strlen(name) == 0 || strlen(name) > NAME_MAX_LEN) {
        return cf_store_command_fail(name, "a name has 1 to 64 octets");
    }
    if (!cf_scopes_parse(cf_str_of(wanted), &scopes)) {
        return cf_store_command_fail(wanted, "scopes are rooms:read rooms:write links statistics webhooks admin, or all");
    }
    cf_writer_init(&scopes_writer, scopes_text, sizeof scopes_text);
    cf_put_scopes(&scopes_writer, scopes);
    memcpy(key, "cfk_", 4);
    make_word(id, CF_API_KEY_ID_LEN);
    id[CF_API_KEY_ID_LEN] = '_';
    make_word(secret, CF_API_KEY_SECRET_LEN);
    if (!cf_api_key_digest(cf_openssl_hash(), cf_str_n(secret, CF_API_KEY_SECRET_LEN), digest)) {
        return cf_store_command_fail("add", "SHA-256 can't be had");
    }
    struct cf_api_key_row row = {.id = cf_str_n(id, CF_API_KEY_ID_LEN),
                                 .name = cf_str_of(name),
                                 .digest = cf_str_n(digest, sizeof digest),
                                 .scopes = cf_writer_str(&scopes_writer),
                                 .created = cf_system_wall()};
    enum cf_err err = cf_api_key_store_add(db, &row);
    if (err != CF_OK) {
        return cf_store_command_fail(name, cf_err_text(err));
    }
    begin_line(&w, line, row.id, row.name, row.scopes);
    cf_put_json_text(&w, CF_STR("key"), cf_str_n(key, sizeof key));
    print_line(&w);
    return 0;
}

static int run(struct cf_sqlite *db, int argc, char **argv) {
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "list") == 0 && argc == 2) {
        enum cf_err err = cf_api_key_store_each(db, CF_STR_NONE, print_key, NULL);
        return err == CF_OK ? 0 : cf_store_command_fail("list", cf_err_text(err));
    }
    if (strcmp(verb, "remove") == 0 && argc == 3) {
        enum cf_err err = cf_api_key_store_remove(db, cf_str_of(argv[2]));
        return err == CF_OK ? 0 : cf_store_command_fail(argv[2], cf_err_text(err));
    }
    if (strcmp(verb, "add") == 0 && argc == 5 && strcmp(argv[3], "--scopes") == 0) {
        return add(db, argv[2], argv[4]);
    }
    fprintf(stderr, "usage: confer [--state FOLDER] key add NAME --scopes SCOPE[,SCOPE...] | key list | key remove ID\n");
    return 2;
}

int cf_ua_key(const char *state, int argc, char **argv) {
    return cf_store_command_do(state, argc, argv, run);
}
