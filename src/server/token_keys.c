/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of tokens in a file. */
#include "server/token_keys.h"

#include "base/mem.h"
#include "base/reader.h"
#include "base/writer.h"
#include "shell/file/file.h"
#include "shell/log/log.h"
#include "shell/system/system.h"

#define FILE_NAME "tokens.key"
#define CONTENT_MAX 512

static void put_key(struct cf_writer *w, const struct cf_token_key *key) {
    if (key->is_set) {
        cf_put(w, cf_str_n(key->name, sizeof key->name));
        cf_put_char(w, ' ');
        cf_put_hex(w, (struct cf_span){key->secret, sizeof key->secret});
        cf_put_char(w, '\n');
    }
}

static bool read_key(struct cf_str *rest, struct cf_token_key *key) {
    size_t len = 0;
    struct cf_str line = cf_str_cut(rest, '\n');
    struct cf_str name = cf_str_cut(&line, ' ');
    key->is_set = false;
    if (name.len == 0 && rest->at == NULL) {
        return true; /* there is no other one */
    }
    if (name.len != sizeof key->name || cf_hex_decode(line, key->secret, sizeof key->secret, &len) != CF_OK ||
        len != sizeof key->secret) {
        return false;
    }
    memcpy(key->name, name.at, name.len);
    key->is_set = true;
    return true;
}

static enum cf_err write_keys(const char *path, const struct cf_token_keys *keys) {
    char content[CONTENT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, content, sizeof content);
    put_key(&w, &keys->current);
    put_key(&w, &keys->former);
    enum cf_err err = cf_file_write(path, cf_writer_span(&w), true);
    cf_mem_wipe(content, sizeof content);
    return err;
}

static enum cf_err read_keys(const char *path, struct cf_token_keys *ret) {
    char content[CONTENT_MAX];
    size_t len = 0;
    enum cf_err err = cf_file_read(path, content, sizeof content, &len);
    if (err == CF_OK) {
        struct cf_str rest = cf_str_n(content, len);
        bool is_right = read_key(&rest, &ret->current) && ret->current.is_set && read_key(&rest, &ret->former);
        err = is_right ? CF_OK : CF_ERR_MALFORMED;
    }
    cf_mem_wipe(content, sizeof content);
    return err;
}

static enum cf_err complain(const char *path, enum cf_err err) {
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "server", "%s: %s", path, cf_err_text(err));
    }
    return err;
}

enum cf_err cf_token_keys_load(const char *folder, struct cf_token_keys *ret) {
    char path[CF_FILE_PATH_MAX];
    *ret = (struct cf_token_keys){.former = {.is_set = false}};
    enum cf_err err = cf_file_join(folder, FILE_NAME, path, sizeof path);
    if (err == CF_OK && cf_file_exists(path)) {
        err = read_keys(path, ret);
    } else if (err == CF_OK) {
        cf_token_key_make(&ret->current, cf_system_entropy());
        err = write_keys(path, ret);
    }
    return complain(path, err);
}

enum cf_err cf_token_keys_rotate(const char *folder, struct cf_token_keys *keys) {
    char path[CF_FILE_PATH_MAX];
    struct cf_token_keys fresh = {.former = keys->current};
    cf_token_key_make(&fresh.current, cf_system_entropy());
    enum cf_err err = cf_file_join(folder, FILE_NAME, path, sizeof path);
    err = err == CF_OK ? write_keys(path, &fresh) : err;
    if (err == CF_OK) {
        *keys = fresh;
    }
    cf_mem_wipe(&fresh, sizeof fresh);
    return complain(path, err);
}
