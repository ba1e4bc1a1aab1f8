/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading an INI file, over inih. */
#include "shell/config/config_file.h"

#include <ini.h>

struct reading {
    cf_config_file_handler *handler;
    void *ctx;
    bool has_stopped; /* later keys are not looked at: inih itself reads on */
};

static int on_key(void *user, const char *section, const char *key, const char *value) {
    struct reading *reading = user;
    if (reading->has_stopped) {
        return 1;
    }
    bool goes_on = reading->handler(reading->ctx, cf_str_of(section), cf_str_of(key), cf_str_of(value));
    reading->has_stopped = !goes_on;
    return goes_on ? 1 : 0;
}

enum cf_err cf_config_file_read(const char *path, cf_config_file_handler *handler, void *ctx, int *ret_line) {
    struct reading reading = {handler, ctx, false};
    /* inih returns the first line in error, -1 if the file can't be opened. */
    int line = ini_parse(path, on_key, &reading);
    if (line < 0) {
        return CF_ERR_NOT_FOUND;
    }
    if (line > 0) {
        *ret_line = line;
        return CF_ERR_CONFIG;
    }
    return CF_OK;
}
