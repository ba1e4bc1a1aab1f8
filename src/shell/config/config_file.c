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
    int line;       /* that was read last */
    bool is_within; /* its end was not read yet */
};

/* As fgets(), counting: inih hands a line's keys out as soon as it has the line. */
static char *read_line(char *text, int size, void *stream) {
    struct reading *reading = stream;
    char *read = fgets(text, size, reading->file);
    if (read != NULL) {
        reading->line += reading->is_within ? 0 : 1;
        reading->is_within = strchr(text, '\n') == NULL;
    }
    return read;
}

static int on_key(void *user, const char *section, const char *key, const char *value) {
    struct reading *reading = user;
    if (reading->has_stopped) {
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
    if (line > 0) {
        *ret_line = line;
        return CF_ERR_CONFIG;
    }
    return CF_OK;
}
