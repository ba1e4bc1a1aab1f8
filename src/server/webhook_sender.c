/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread that delivers webhooks. */
#include "server/webhook_sender.h"

#include "adapt/curl/http_poster.h"
#include "base/public_addr.h"
#include "shell/mailbox/mailbox.h"
#include "shell/thread/thread.h"
#include <stdio.h>
#include <stdlib.h>

#define JOBS_OCTETS (512U * 1024U)
#define RESULTS_OCTETS (16U * 1024U)
#define TIMEOUT_MSEC 10000L
#define IDLE_MSEC 60000

/* Loop to thread. */
struct job {
    bool stops;
    bool allows_private;
    struct cf_handle hook;
    char url[CF_HOOK_URL_MAX + 1];
    char id[64];
    char timestamp[64];
    char signature[96];
    size_t body_len;
    char body[CF_HOOK_BODY_MAX];
};

struct cf_webhook_sender {
    struct cf_mailbox *jobs;
    struct cf_mailbox *results; /* struct cf_http_result */
    struct cf_thread thread;
    struct cf_watch *watch;
    cf_webhook_result *handler;
    void *ctx;
    char user_agent[CF_CONFIG_TEXT_MAX];
    char authorities[CF_CONFIG_TEXT_MAX];
    struct cf_http_poster *poster; /* the thread's */
    bool allows_private;           /* the thread's: as the latest job says */
};

/* --- the thread --- */

static bool allows(void *ctx, const struct cf_addr *addr) {
    const struct cf_webhook_sender *sender = ctx;
    return sender->allows_private || cf_addr_is_public(addr);
}

static void report(struct cf_webhook_sender *sender, struct cf_http_result result) {
    /* One result a hook at most is under way: there is room for all of them. */
    bool has_room = cf_mailbox_put(sender->results, &result, sizeof result);
    (void)has_room;
    cf_mailbox_ring(sender->results);
}

static void begin(struct cf_webhook_sender *sender, const struct job *job) {
    const char *const fields[] = {"Content-Type: application/json", job->id, job->timestamp, job->signature, "Expect:", NULL};
    struct cf_http_post post = {.tag = job->hook, .url = job->url, .fields = fields, .body = cf_str_n(job->body, job->body_len)};
    sender->allows_private = job->allows_private;
    if (cf_http_poster_begin(sender->poster, &post) != CF_OK) {
        report(sender, (struct cf_http_result){.tag = job->hook});
    }
}

/* False: the end. */
static bool take_jobs(struct cf_webhook_sender *sender) {
    struct job job;
    cf_mailbox_hush(sender->jobs);
    while (cf_mailbox_take(sender->jobs, &job)) {
        if (job.stops) {
            return false;
        }
        begin(sender, &job);
    }
    return true;
}

static void *run(void *ctx) {
    struct cf_webhook_sender *sender = ctx;
    while (take_jobs(sender)) {
        struct cf_http_result result;
        cf_http_poster_run(sender->poster, cf_mailbox_fd(sender->jobs), IDLE_MSEC);
        while (cf_http_poster_poll(sender->poster, &result)) {
            report(sender, result);
        }
    }
    return NULL;
}

/* --- the loop --- */

static void on_results(void *ctx) {
    struct cf_webhook_sender *sender = ctx;
    struct cf_http_result result;
    cf_mailbox_hush(sender->results);
    while (cf_mailbox_take(sender->results, &result)) {
        sender->handler(sender->ctx, result.tag, result.status);
    }
}

enum cf_err cf_webhook_sender_prepare(void) {
    return cf_http_poster_global_init();
}

enum cf_err cf_webhook_sender_start(struct cf_loop *loop, const struct cf_config *config, cf_webhook_result *handler, void *ctx,
                                    struct cf_webhook_sender **ret) {
    struct cf_webhook_sender *sender = calloc(1, sizeof *sender);
    if (sender == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    sender->handler = handler;
    sender->ctx = ctx;
    (void)snprintf(sender->user_agent, sizeof sender->user_agent, "%s", config->user_agent.text);
    (void)snprintf(sender->authorities, sizeof sender->authorities, "%s", config->tls_authorities.text);
    const struct cf_http_poster_config poster = {.user_agent = sender->user_agent,
                                                 .authorities = sender->authorities[0] == '\0' ? NULL : sender->authorities,
                                                 .allows = allows,
                                                 .ctx = sender,
                                                 .timeout_msec = TIMEOUT_MSEC};
    enum cf_err err = cf_http_poster_create(&poster, &sender->poster);
    err = err == CF_OK ? cf_mailbox_create(sizeof(struct job), JOBS_OCTETS, &sender->jobs) : err;
    err = err == CF_OK ? cf_mailbox_create(sizeof(struct cf_http_result), RESULTS_OCTETS, &sender->results) : err;
    err = err == CF_OK ? cf_loop_watch(loop, cf_mailbox_fd(sender->results), on_results, sender, &sender->watch) : err;
    err = err == CF_OK ? cf_thread_start(&sender->thread, "webhooks", run, sender) : err;
    if (err != CF_OK) {
        cf_webhook_sender_stop(&sender);
        return err;
    }
    *ret = sender;
    return CF_OK;
}

void cf_webhook_sender_stop(struct cf_webhook_sender **sender) {
    struct cf_webhook_sender *s = *sender;
    if (s == NULL) {
        return;
    }
    if (s->thread.is_running) {
        static const struct job stop = {.stops = true};
        while (!cf_mailbox_put(s->jobs, &stop, sizeof stop)) {
            cf_mailbox_ring(s->jobs);
        }
        cf_mailbox_ring(s->jobs);
        cf_thread_join(&s->thread);
    }
    cf_loop_unwatch(&s->watch);
    cf_http_poster_destroy(&s->poster);
    cf_mailbox_destroy(&s->jobs);
    cf_mailbox_destroy(&s->results);
    free(s);
    *sender = NULL;
}

static void put_field(char *room, size_t size, struct cf_str name, struct cf_str value) {
    struct cf_writer w;
    cf_writer_init(&w, room, size - 1);
    cf_put(&w, name);
    cf_put(&w, value);
    room[w.len] = '\0';
}

bool cf_webhook_sender_send(struct cf_webhook_sender *sender, const struct cf_hook_delivery *delivery, bool allows_private) {
    char number[24];
    struct job job = {.allows_private = allows_private, .hook = delivery->hook, .body_len = delivery->body.len};
    (void)snprintf(job.url, sizeof job.url, "%s", delivery->url);
    (void)snprintf(number, sizeof number, "%lld", (long long)delivery->timestamp);
    put_field(job.id, sizeof job.id, CF_STR("Webhook-Id: "), delivery->id);
    put_field(job.timestamp, sizeof job.timestamp, CF_STR("Webhook-Timestamp: "), cf_str_of(number));
    put_field(job.signature, sizeof job.signature, CF_STR("Webhook-Signature: "),
              cf_str_n(delivery->signature, delivery->signature_len));
    memcpy(job.body, delivery->body.at, delivery->body.len);
    bool is_put = cf_mailbox_put(sender->jobs, &job, sizeof job);
    cf_mailbox_ring(sender->jobs);
    return is_put;
}
