/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading an INI file, over inih. */
#include "shell/config/config_file.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

struct reading {
    cf_config_file_handler *handler;
    void *ctx;
    bool has_stopped; /* later keys are not looked at: inih itself reads on */
    FILE *file;
    int line;          /* that was read last */
    int too_long_line; /* the first one that did not fit; 0: none */
};

static bool is_comment(const char *text) {
    const char *at = text + strspn(text, " \t");
    return *at == ';' || *at == '#';
}

/* As fgets(), counting; inih hands a line's key out as soon as it has the line. What does not fit is left out, of comments
 * unseen. */
static char *read_line(char *text, int size, void *stream) {
    struct reading *reading = stream;
    char *read = fgets(text, size, reading->file);
    if (read == NULL) {
        return NULL;
    }
    reading->line++;
    if (strchr(text, '\n') == NULL && !feof(reading->file)) {
        bool is_first = reading->too_long_line == 0 && !is_comment(text);
        reading->too_long_line = is_first ? reading->line : reading->too_long_line;
        for (int c = fgetc(reading->file); c != '\n' && c != EOF; c = fgetc(reading->file)) {
        }
    }
    return read;
}

static int on_key(void *user, const char *section, const char *key, const char *value) {
    struct reading *reading = user;
    if (reading->has_stopped || reading->too_long_line != 0) {
        return 1;
    }
    bool goes_on = reading->handler(reading->ctx, cf_str_of(section), cf_str_of(key), cf_str_of(value), reading->line);
    reading->has_stopped = !goes_on;
    return goes_on ? 1 : 0;
}

enum cf_err cf_config_file_read(const char *path, cf_config_file_handler *handler, void *ctx, int *ret_line) {
    struct reading reading = {.handler = handler, .ctx = ctx, .file = fopen(path, "re")};
    if (reading.file == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    /* inih returns the first line in error. */
    int line = ini_parse_stream(read_line, &reading, on_key, &reading);
    fclose(reading.file);
    if (reading.too_long_line != 0 && (line == 0 || reading.too_long_line < line)) {
        line = reading.too_long_line;
    }
    if (line > 0) {
        *ret_line = line;
        return CF_ERR_CONFIG;
    }
    return CF_OK;
}
