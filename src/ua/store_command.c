/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/store_command.h"

#include "adapt/sqlite/schema.h"
#include "shell/file/file.h"
#include <stdio.h>

int cf_store_command_fail(const char *what, const char *why) {
    fprintf(stderr, "confer: %s: %s\n", what, why);
    return 1;
}

int cf_store_command_do(const char *state, int argc, char **argv, cf_store_command *run) {
    char path[CF_FILE_PATH_MAX];
    struct cf_sqlite db;
    enum cf_err err = cf_file_make_folder(state);
    err = err == CF_OK ? cf_file_join(state, "confer.db", path, sizeof path) : err;
    if (err != CF_OK) {
        return cf_store_command_fail(state, cf_err_text(err));
    }
    err = cf_sqlite_open(&db, path, NULL);
    err = err == CF_OK ? cf_schema_apply(&db) : err;
    int status = err == CF_OK ? run(&db, argc, argv) : cf_store_command_fail(path, cf_err_text(err));
    cf_sqlite_close(&db);
    return status;
}
