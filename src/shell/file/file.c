/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole reads, atomic writes, folders. */
#include "shell/file/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum cf_err cf_file_make_folder(const char *path) {
    char part[CF_FILE_PATH_MAX];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part) {
        return CF_ERR_IO;
    }
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != '\0') {
            continue;
        }
        char saved = part[i];
        part[i] = '\0';
        if (mkdir(part, 0700) < 0 && errno != EEXIST) {
            return CF_ERR_IO;
        }
        part[i] = saved;
    }
    return CF_OK;
}

enum cf_err cf_file_join(const char *folder, const char *name, char *out, size_t size) {
    int len = name[0] == '/' ? snprintf(out, size, "%s", name) : snprintf(out, size, "%s/%s", folder, name);
    return len < 0 || (size_t)len >= size ? CF_ERR_NO_ROOM : CF_OK;
}

bool cf_file_exists(const char *path) {
    return access(path, F_OK) == 0;
}

static enum cf_err read_all(int fd, uint8_t *buffer, size_t size, size_t *ret_len) {
    size_t len = 0;
    for (;;) {
        uint8_t one_more;
        ssize_t got = len < size ? read(fd, buffer + len, size - len) : read(fd, &one_more, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return CF_ERR_IO;
        }
        if (got == 0) {
            *ret_len = len;
            return CF_OK;
        }
        if (len == size) {
            return CF_ERR_NO_ROOM;
        }
        len += (size_t)got;
    }
}

enum cf_err cf_file_read(const char *path, void *buffer, size_t size, size_t *ret_len) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? CF_ERR_NOT_FOUND : CF_ERR_IO;
    }
    enum cf_err err = read_all(fd, buffer, size, ret_len);
    close(fd);
    return err;
}

static bool write_all(int fd, struct cf_span content) {
    size_t done = 0;
    while (done < content.len) {
        ssize_t written = write(fd, content.at + done, content.len - done);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        done += (size_t)written;
    }
    return true;
}

enum cf_err cf_file_write(const char *path, struct cf_span content, bool is_secret) {
    char fresh[CF_FILE_PATH_MAX];
    int len = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (len < 0 || (size_t)len >= sizeof fresh) {
        return CF_ERR_IO;
    }
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, is_secret ? 0600 : 0644);
    if (fd < 0) {
        return CF_ERR_IO;
    }
    bool is_written = write_all(fd, content) && fsync(fd) == 0;
    is_written = close(fd) == 0 && is_written;
    if (!is_written || rename(fresh, path) < 0) {
        unlink(fresh);
        return CF_ERR_IO;
    }
    return CF_OK;
}

enum cf_err cf_file_keep_private(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return CF_ERR_IO;
    }
    bool is_private = fchmod(fd, 0600) == 0;
    return close(fd) == 0 && is_private ? CF_OK : CF_ERR_IO;
}

int64_t cf_file_changed_at(const char *path) {
    struct stat st;
    if (stat(path, &st) != 0) {
        return 0;
    }
    return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

/* A walk over a folder. */
struct walk {
    const char *folder;
    cf_file_visitor *visit;
    cf_file_visitor *on_odd; /* NULL: links and what is odd are passed over */
    void *ctx;
    unsigned depth;
};

#define DEPTH_MAX 8

static enum cf_err walk_into(struct walk *walk, const char *below);

static enum cf_err pass_over(struct walk *walk, const char *path, const char *name) {
    return walk->on_odd == NULL || walk->on_odd(walk->ctx, path, name) ? CF_OK : CF_ERR_LIMIT;
}

static enum cf_err walk_entry(struct walk *walk, const char *below, const char *entry) {
    char name[CF_FILE_PATH_MAX];
    char path[CF_FILE_PATH_MAX];
    struct stat st;
    int len = snprintf(name, sizeof name, "%s%s%s", below, below[0] == '\0' ? "" : "/", entry);
    if (len < 0 || (size_t)len >= sizeof name || cf_file_join(walk->folder, name, path, sizeof path) != CF_OK) {
        return CF_ERR_LIMIT;
    }
    int failed = walk->on_odd == NULL ? lstat(path, &st) : stat(path, &st);
    if (failed == 0 && S_ISDIR(st.st_mode)) {
        return walk_into(walk, name);
    }
    if (failed == 0 && S_ISREG(st.st_mode)) {
        return walk->visit(walk->ctx, path, name) ? CF_OK : CF_ERR_LIMIT;
    }
    return pass_over(walk, path, name);
}

static enum cf_err walk_into(struct walk *walk, const char *below) {
    char path[CF_FILE_PATH_MAX];
    if (walk->depth == DEPTH_MAX || cf_file_join(walk->folder, below, path, sizeof path) != CF_OK) {
        return CF_ERR_LIMIT;
    }
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return below[0] == '\0' ? CF_ERR_NOT_FOUND : pass_over(walk, path, below);
    }
    enum cf_err err = CF_OK;
    walk->depth++;
    for (struct dirent *entry = readdir(dir); entry != NULL && err == CF_OK; entry = readdir(dir)) {
        err = entry->d_name[0] == '.' ? CF_OK : walk_entry(walk, below, entry->d_name);
    }
    walk->depth--;
    closedir(dir);
    return err;
}

enum cf_err cf_file_each(const char *folder, cf_file_visitor *visit, void *ctx) {
    struct walk walk = {folder, visit, NULL, ctx, 0};
    return walk_into(&walk, "");
}

enum cf_err cf_file_each_strictly(const char *folder, cf_file_visitor *visit, cf_file_visitor *on_odd, void *ctx) {
    struct walk walk = {folder, visit, on_odd, ctx, 0};
    return walk_into(&walk, "");
}
