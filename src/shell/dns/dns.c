/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS over c-ares on the loop. */
#include "shell/dns/dns.h"

#include "shell/dns/records.h"
#include <ares.h>
#include <arpa/nameser.h>
#include <stdlib.h>
#include <uv.h>

#define NAME_MAX_OCTETS 255
#define TRY_MSEC 2000
#define TRIES 2
#define SOCKETS_MAX 16 /* as many as c-ares uses at a time */

/* A socket of c-ares that is being watched. */
struct socket_watch {
    uv_poll_t poll;
    ares_socket_t fd;
    struct cf_dns *dns;
};

struct cf_dns {
    ares_channel channel;
    struct cf_loop *loop;
    uv_timer_t *timer;
    struct socket_watch *sockets[SOCKETS_MAX];
    cf_dns_handler *handler;
    void *ctx;
    size_t asked; /* questions without answer */
    bool is_closing;
};

struct question {
    struct cf_dns *dns;
    uint32_t query;
    enum cf_dns_type type;
};

static void set_timer(struct cf_dns *dns);

static void on_socket(uv_poll_t *poll, int status, int events) {
    struct socket_watch *watch = poll->data;
    struct cf_dns *dns = watch->dns;
    bool reads = status < 0 || (events & UV_READABLE) != 0;
    bool writes = status < 0 || (events & UV_WRITABLE) != 0;
    ares_process_fd(dns->channel, reads ? watch->fd : ARES_SOCKET_BAD, writes ? watch->fd : ARES_SOCKET_BAD);
    set_timer(dns);
}

static void free_data(uv_handle_t *handle) {
    free(handle->data);
}

static struct socket_watch **slot_of(struct cf_dns *dns, ares_socket_t fd) {
    struct socket_watch **unused = NULL;
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        if (dns->sockets[i] != NULL && dns->sockets[i]->fd == fd) {
            return &dns->sockets[i];
        }
        if (dns->sockets[i] == NULL) {
            unused = &dns->sockets[i];
        }
    }
    return unused;
}

static struct socket_watch *watch_socket(struct cf_dns *dns, ares_socket_t fd) {
    struct socket_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL || uv_poll_init(cf_loop_native(dns->loop), &watch->poll, fd) != 0) {
        free(watch);
        return NULL;
    }
    watch->poll.data = watch;
    watch->fd = fd;
    watch->dns = dns;
    return watch;
}

static void unwatch(struct socket_watch **slot) {
    if (*slot != NULL) {
        uv_poll_stop(&(*slot)->poll);
        uv_close((uv_handle_t *)&(*slot)->poll, free_data);
        *slot = NULL;
    }
}

/* c-ares says which of its sockets it wants to read and write; neither: it is about to close it. */
static void on_socket_state(void *data, ares_socket_t fd, int reads, int writes) {
    struct cf_dns *dns = data;
    struct socket_watch **slot = slot_of(dns, fd);
    if (slot == NULL) {
        return;
    }
    if (!reads && !writes) {
        unwatch(slot);
        return;
    }
    if (*slot == NULL) {
        *slot = watch_socket(dns, fd);
    }
    if (*slot != NULL) {
        uv_poll_start(&(*slot)->poll, (reads ? UV_READABLE : 0) | (writes ? UV_WRITABLE : 0), on_socket);
    }
}

static void on_timeout(uv_timer_t *timer) {
    struct cf_dns *dns = timer->data;
    ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    set_timer(dns);
}

static void set_timer(struct cf_dns *dns) {
    struct timeval room;
    struct timeval *until = ares_timeout(dns->channel, NULL, &room);
    if (until == NULL) {
        uv_timer_stop(dns->timer);
        return;
    }
    uint64_t msec = (uint64_t)until->tv_sec * 1000U + (uint64_t)until->tv_usec / 1000U + 1;
    uv_timer_start(dns->timer, on_timeout, msec, 0);
}

static bool set_servers(ares_channel channel, const char *servers) {
    return servers == NULL || ares_set_servers_ports_csv(channel, servers) == ARES_SUCCESS;
}

enum cf_err cf_dns_create(struct cf_loop *loop, const char *servers, cf_dns_handler *handler, void *ctx, struct cf_dns **ret) {
    struct cf_dns *dns = calloc(1, sizeof *dns);
    uv_timer_t *timer = calloc(1, sizeof *timer);
    struct ares_options options = {
        .timeout = TRY_MSEC, .tries = TRIES, .sock_state_cb = on_socket_state, .sock_state_cb_data = dns};
    if (dns == NULL || timer == NULL) {
        free(dns);
        free(timer);
        return CF_ERR_NO_MEMORY;
    }
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS ||
        ares_init_options(&dns->channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB) !=
            ARES_SUCCESS) {
        free(dns);
        free(timer);
        return CF_ERR_IO;
    }
    if (!set_servers(dns->channel, servers)) {
        ares_destroy(dns->channel);
        free(dns);
        free(timer);
        return CF_ERR_IO;
    }
    uv_timer_init(cf_loop_native(loop), timer);
    timer->data = dns;
    dns->loop = loop;
    dns->timer = timer;
    dns->handler = handler;
    dns->ctx = ctx;
    *ret = dns;
    return CF_OK;
}

static void answer(struct question *question, const struct cf_dns_records *records) {
    struct cf_dns *dns = question->dns;
    uint32_t query = question->query;
    dns->asked--;
    free(question);
    if (!dns->is_closing) {
        dns->handler(dns->ctx, query, records->list, records->count);
    }
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *bytes, int len) {
    struct question *question = arg;
    struct cf_dns_records records = {.count = 0};
    (void)timeouts;
    if (status == ARES_SUCCESS) {
        cf_dns_records_parse(question->type, bytes, len, &records);
    }
    answer(question, &records);
    cf_dns_records_fini(&records);
}

static int type_number(enum cf_dns_type type) {
    switch (type) {
    case CF_DNS_NAPTR:
        return T_NAPTR;
    case CF_DNS_SRV:
        return T_SRV;
    case CF_DNS_A:
        return T_A;
    case CF_DNS_AAAA:
        return T_AAAA;
    }
    return T_A;
}

void cf_dns_ask(struct cf_dns *dns, uint32_t query, const struct cf_dns_question *asked) {
    char name[NAME_MAX_OCTETS + 1] = {0};
    struct question *question = calloc(1, sizeof *question);
    if (question == NULL || asked->name.len > NAME_MAX_OCTETS || dns->asked >= CF_DNS_QUESTIONS_MAX) {
        free(question);
        dns->handler(dns->ctx, query, NULL, 0);
        return;
    }
    memcpy(name, asked->name.at, asked->name.len);
    *question = (struct question){dns, query, asked->type};
    dns->asked++;
    ares_query(dns->channel, name, C_IN, type_number(asked->type), on_answer, question);
    set_timer(dns);
}

void cf_dns_destroy(struct cf_dns **dns) {
    if (*dns == NULL) {
        return;
    }
    (*dns)->is_closing = true;
    ares_destroy((*dns)->channel);
    for (size_t i = 0; i < SOCKETS_MAX; i++) {
        unwatch(&(*dns)->sockets[i]);
    }
    uv_timer_stop((*dns)->timer);
    (*dns)->timer->data = (*dns)->timer;
    uv_close((uv_handle_t *)(*dns)->timer, free_data);
    free(*dns);
    *dns = NULL;
    ares_library_cleanup();
}
