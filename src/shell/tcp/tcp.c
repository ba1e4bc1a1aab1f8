/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP without a loop. */
#include "shell/tcp/tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel keeps for a slow peer: more would be heard and seen too late. */
#define SEND_BYTES (64 * 1024)

/* A peer that is silent for so long is asked; without answers it is gone. */
#define KEEP_IDLE_SEC 15
#define KEEP_COUNT 3

static void set(int fd, int level, int name, int value) {
    /* Each of them makes things better; without it they are as they were. */
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

void cf_tcp_set_up(int fd) {
    set(fd, SOL_SOCKET, SO_SNDBUF, SEND_BYTES);
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_SEC);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_IDLE_SEC);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
}

static bool is_for_later(int error) {
    return error == EAGAIN || error == EINTR;
}

enum cf_err cf_tcp_read(int fd, uint8_t *buffer, size_t size, size_t *ret_len) {
    ssize_t len = recv(fd, buffer, size, MSG_DONTWAIT);
    if (len == 0 || (len < 0 && !is_for_later(errno))) {
        return CF_ERR_IO;
    }
    *ret_len = len < 0 ? 0 : (size_t)len;
    return CF_OK;
}

enum cf_err cf_tcp_write(int fd, struct cf_span bytes, size_t *ret_len) {
    ssize_t len = send(fd, bytes.at, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (len < 0 && !is_for_later(errno)) {
        return CF_ERR_IO;
    }
    *ret_len = len < 0 ? 0 : (size_t)len;
    return CF_OK;
}

void cf_tcp_close(int *fd) {
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}
