/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/whole_file.h"

#include "shell/file/file.h"
#include <stdlib.h>
#include <sys/stat.h>

enum cf_err cf_whole_file_read(const char *path, struct cf_span *ret) {
    struct stat status;
    size_t len = 0;
    if (stat(path, &status) < 0) {
        return CF_ERR_NOT_FOUND;
    }
    if (status.st_size < 0 || (size_t)status.st_size > CF_WHOLE_FILE_MAX) {
        return CF_ERR_LIMIT;
    }
    size_t size = (size_t)status.st_size + 1;
    uint8_t *at = malloc(size);
    if (at == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = cf_file_read(path, at, size, &len);
    if (err != CF_OK) {
        free(at);
        return err;
    }
    *ret = (struct cf_span){at, len};
    return CF_OK;
}
