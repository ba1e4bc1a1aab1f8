/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the web page. */
#include "server/static_files.h"

#include "adapt/openssl/hash.h"
#include "core/auth/hash.h"
#include "core/http/media_type.h"
#include "shell/file/file.h"
#include "shell/system/system.h"
#include <stdlib.h>

#define ETAG_OCTETS 16
#define FILE_OCTETS_MAX (16U * 1024 * 1024)

struct file {
    struct cf_map_node node;
    char name[CF_FILE_PATH_MAX]; /* with '/' in front */
    char etag[2 * ETAG_OCTETS];
    size_t len;
    uint8_t content[];
};

void cf_static_files_init(struct cf_static_files *files) {
    *files = (struct cf_static_files){.octets = 0};
    cf_map_init(&files->by_name, cf_system_mem(), 1);
}

void cf_static_files_fini(struct cf_static_files *files) {
    for (struct cf_map_node *node = cf_map_first(&files->by_name); node != NULL; node = cf_map_first(&files->by_name)) {
        cf_map_remove(&files->by_name, node);
        free(CF_OF(node, struct file, node));
    }
    cf_map_fini(&files->by_name);
}

static void make_etag(struct file *file) {
    uint8_t hash[CF_HASH_SHA256_LEN] = {0};
    struct cf_span content = {file->content, file->len};
    struct cf_writer w;
    (void)cf_openssl_hash()->sha256(NULL, &content, 1, hash);
    cf_writer_init(&w, file->etag, sizeof file->etag);
    cf_put_hex(&w, (struct cf_span){hash, ETAG_OCTETS});
}

/* What is being loaded. */
struct loading {
    struct cf_static_files files;
    uint8_t *buffer;
    enum cf_err err;
};

static bool load_file(void *ctx, const char *path, const char *name) {
    struct loading *loading = ctx;
    size_t len = 0;
    size_t name_len = strlen(name);
    loading->err = cf_file_read(path, loading->buffer, FILE_OCTETS_MAX, &len);
    if (loading->err != CF_OK || loading->files.by_name.count == CF_STATIC_FILES_MAX ||
        loading->files.octets + len > CF_STATIC_OCTETS_MAX || name_len + 1 >= CF_FILE_PATH_MAX) {
        loading->err = loading->err == CF_OK ? CF_ERR_LIMIT : loading->err;
        return false;
    }
    struct file *file = calloc(1, sizeof *file + len);
    if (file == NULL) {
        loading->err = CF_ERR_NO_MEMORY;
        return false;
    }
    file->name[0] = '/';
    memcpy(file->name + 1, name, name_len + 1);
    memcpy(file->content, loading->buffer, len);
    file->len = len;
    make_etag(file);
    loading->err = cf_map_add(&loading->files.by_name, &file->node, cf_str_n(file->name, name_len + 1));
    if (loading->err != CF_OK) {
        free(file);
        return false;
    }
    loading->files.octets += len;
    return true;
}

enum cf_err cf_static_files_load(struct cf_static_files *files, const char *folder) {
    struct loading loading = {.buffer = malloc(FILE_OCTETS_MAX)};
    if (loading.buffer == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    cf_static_files_init(&loading.files);
    enum cf_err err = cf_file_each(folder, load_file, &loading);
    err = loading.err == CF_OK ? err : loading.err;
    free(loading.buffer);
    if (err != CF_OK) {
        cf_static_files_fini(&loading.files);
        return err;
    }
    cf_static_files_fini(files);
    *files = loading.files;
    return CF_OK;
}

static const struct file *find(const struct cf_static_files *files, struct cf_str name) {
    struct cf_map_node *node = cf_map_get(&files->by_name, name);
    return node == NULL ? NULL : CF_OF(node, struct file, node);
}

/* A place of the page, not a file: a meeting, whose name may have dots, or what has none in its last segment. */
static bool is_place(struct cf_str path) {
    struct cf_str rest = path;
    struct cf_str last = CF_STR_NONE;
    while (rest.at != NULL) {
        last = cf_str_cut(&rest, '/');
    }
    bool is_meeting = cf_str_starts(path, CF_STR("/m/")) && path.len == CF_STR("/m/").len + last.len;
    return is_meeting || cf_str_find(last, '.') == last.len;
}

void cf_static_files_answer(const struct cf_static_files *files, const struct cf_http_request *request,
                            struct cf_http_response *response) {
    if (!cf_str_eq(request->method, CF_STR("GET")) && !cf_str_eq(request->method, CF_STR("HEAD"))) {
        response->status = 405;
        response->allow = CF_STR("GET, HEAD");
        return;
    }
    const struct file *file = find(files, request->path);
    if (file == NULL && is_place(request->path)) {
        file = find(files, CF_STR("/index.html"));
    }
    if (file == NULL) {
        response->status = 404;
        return;
    }
    response->etag = cf_str_n(file->etag, sizeof file->etag);
    response->type = cf_media_type_of(cf_str_of(file->name));
    response->is_immutable = cf_str_starts(request->path, CF_STR("/assets/"));
    response->body = (struct cf_span){file->content, file->len};
    response->status = cf_http_is_fresh(request, response->etag) ? 304 : 200;
}
