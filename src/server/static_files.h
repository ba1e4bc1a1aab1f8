/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of the web page: all of them in memory, found by exact name, so that no path of a request ever reaches the disk.
 * Loaded at start and by SIGHUP. Bounded in number and size. On the loop's thread.
 */
#ifndef CF_SERVER_STATIC_FILES_H
#define CF_SERVER_STATIC_FILES_H

#include "base/map.h"
#include "core/http/response.h"

/** Most files, and octets of all of them. */
#define CF_STATIC_FILES_MAX 1000
#define CF_STATIC_OCTETS_MAX (32U * 1024 * 1024)

/** Files. */
struct cf_static_files {
    struct cf_map by_name; /**< "/index.html" */
    size_t octets;
};

/** No file. */
void cf_static_files_init(struct cf_static_files *files);

/** Free. */
void cf_static_files_fini(struct cf_static_files *files);

/**
 * Load what is below @p folder instead of what is there. CF_ERR_NOT_FOUND, CF_ERR_LIMIT, CF_ERR_IO, CF_ERR_NO_MEMORY: what was
 * there stays.
 */
CF_MUST_USE enum cf_err cf_static_files_load(struct cf_static_files *files, const char *folder);

/**
 * Answer GET or HEAD of @p request: a file, 304 if the asker has it, else 404. "/" is "/index.html", and so is a path whose last
 * segment has no dot: the page knows itself what it means. 405 for other methods.
 */
void cf_static_files_answer(const struct cf_static_files *files, const struct cf_http_request *request,
                            struct cf_http_response *response);

#endif
