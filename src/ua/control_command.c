/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking a running server through its control socket. */
#include "ua/commands.h"

#include "shell/control/control.h"
#include "shell/file/file.h"
#include <stdio.h>
#include <stdlib.h>

static bool put_command(struct cf_writer *w, int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        cf_put(w, i == 0 ? CF_STR_NONE : CF_STR(" "));
        cf_put(w, cf_str_of(argv[i]));
    }
    return cf_writer_ok(w) && cf_str_find(cf_writer_str(w), '\n') == w->len;
}

int cf_ua_control(const char *state, int argc, char **argv) {
    char path[CF_FILE_PATH_MAX];
    char line[CF_CONTROL_LINE_MAX - 1];
    struct cf_writer w;
    size_t len = 0;
    cf_writer_init(&w, line, sizeof line);
    if (!put_command(&w, argc, argv) || cf_file_join(state, "control.sock", path, sizeof path) != CF_OK) {
        fprintf(stderr, "confer: the command is too long\n");
        return 2;
    }
    char *answer = malloc(CF_CONTROL_ANSWER_MAX);
    enum cf_err err =
        answer == NULL ? CF_ERR_NO_MEMORY : cf_control_ask(path, cf_writer_str(&w), answer, CF_CONTROL_ANSWER_MAX, &len);
    if (err != CF_OK) {
        fprintf(stderr, "confer: %s: %s\n", path,
                err == CF_ERR_NOT_FOUND ? "no server is running there (see --state)" : cf_err_text(err));
        free(answer);
        return 1;
    }
    fwrite(answer, 1, len, stdout);
    bool is_error = cf_str_starts(cf_str_n(answer, len), CF_STR("{\"error\""));
    free(answer);
    return is_error ? 1 : 0;
}
