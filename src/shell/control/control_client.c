/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command's end of the control socket. */
#include "shell/control/control.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_SEC 10

static int connect_to(const char *path) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = PATIENCE_SEC};
    size_t len = strlen(path);
    if (len >= sizeof name.sun_path) {
        return -1;
    }
    memcpy(name.sun_path, path, len + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&name, sizeof name) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool send_line(int fd, struct cf_str command) {
    char line[CF_CONTROL_LINE_MAX];
    struct cf_writer w;
    cf_writer_init(&w, line, sizeof line);
    cf_put(&w, command);
    cf_put_char(&w, '\n');
    return cf_writer_ok(&w) && send(fd, line, w.len, MSG_NOSIGNAL) == (ssize_t)w.len;
}

static enum cf_err receive_all(int fd, char *answer, size_t size, size_t *ret_len) {
    size_t len = 0;
    for (;;) {
        char spare;
        ssize_t got = len < size ? recv(fd, answer + len, size - len, 0) : recv(fd, &spare, 1, 0);
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

enum cf_err cf_control_ask(const char *path, struct cf_str command, char *answer, size_t size, size_t *ret_len) {
    int fd = connect_to(path);
    if (fd < 0) {
        return CF_ERR_NOT_FOUND;
    }
    enum cf_err err = send_line(fd, command) ? receive_all(fd, answer, size, ret_len) : CF_ERR_IO;
    close(fd);
    return err;
}
