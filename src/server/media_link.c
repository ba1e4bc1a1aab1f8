/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signalling thread's end of the media workers. */
#include "server/media_link.h"

#include "adapt/opus/prompt_sounds.h"
#include "core/ice/agent.h"
#include "server/leg_ledger.h"
#include "server/media_ports.h"
#include "server/own_prompts.h"
#include "server/worker_totals.h"
#include "shell/file/file.h"
#include "shell/log/log.h"
#include "shell/system/system.h"
#include "shell/tcp/tcp.h"
#include <stdlib.h>

/* DTLS certificates: good for long enough that no clock is wrong by as much, renewed so often that the provider, which keeps
 * some, has every one that a peer may still have been told. */
#define CERTIFICATE_DAYS 30
#define CERTIFICATE_RENEW CF_SEC((cf_usec)7 * 24 * 3600)
#define CERTIFICATE_RETRY CF_SEC(60)

/* A worker, as its events name it. */
struct origin {
    struct cf_media_link *link;
    size_t worker;
};

struct cf_media_link {
    struct cf_worker_link workers[CF_PORT_WORKERS_MAX]; /* .ports.source.worker_count of them */
    struct origin origins[CF_PORT_WORKERS_MAX];
    struct cf_worker_rings rings;
    struct cf_worker_totals totals;
    cf_media_event_handler *handler;
    void *handler_ctx;
    struct cf_leg_ledger legs;
    struct cf_media_ports ports;
    uint8_t fingerprint[CF_DTLS_FINGERPRINT_LEN];
    cf_usec renew_at;
    struct cf_own_prompts prompts;    /* what .sounds is made of */
    struct cf_prompt_sounds *sounds;  /* owned; NULL: prompts are off */
    struct cf_zrtp_store *zrtp_store; /* NULL: nothing is remembered, or there is no ZRTP */
    bool has_zrtp;
};

/* --- which worker --- */

static void give(struct cf_media_link *link, size_t worker, struct cf_worker_message *message) {
    if (message->command.kind == CF_MEDIA_TRANSPORT_SET) {
        cf_media_ports_hand_over(&link->ports, &message->command.as.transport, (uint8_t)worker);
    }
    (void)cf_worker_link_put(&link->workers[worker], message);
}

/* Sounds are decoded here, when they are first wanted: the workers only read them, and never wait for it. */
static void prepare_phrase(struct cf_media_link *link, const struct cf_phrase *phrase) {
    for (size_t i = 0; i < phrase->count && link->sounds != NULL; i++) {
        enum cf_prompt prompt = (enum cf_prompt)phrase->parts[i];
        enum cf_err err = cf_prompt_sounds_prepare(link->sounds, phrase->language, prompt);
        if (err != CF_OK) {
            cf_log(CF_LOG_ERROR, "media", "prompt %.*s can't be played: %s", CF_STR_ARG(cf_prompt_word(prompt)),
                   cf_err_text(err));
        }
    }
}

/* The first of @p workers. */
static uint8_t first_of(uint16_t workers) {
    uint8_t first = 0;
    while (workers > 1 && (workers >> first & 1U) == 0) {
        first++;
    }
    return first;
}

void cf_media_link_command(struct cf_media_link *link, const struct cf_media_command *command) {
    struct cf_worker_message message CF_SCRATCH;
    if (command->kind == CF_MEDIA_PLAY) {
        prepare_phrase(link, &command->as.phrase);
    }
    message.kind = CF_WORKER_COMMAND;
    memcpy(&message.command, command, cf_media_command_len(command));
    if (command->kind > CF_MEDIA_ROOM_REMOVE && cf_handle_is_set(command->leg)) {
        give(link, cf_leg_ledger_route(&link->legs, command, first_of(command->workers)), &message);
        return;
    }
    for (size_t i = 0; i < link->ports.source.worker_count; i++) {
        if ((command->workers >> i & 1U) != 0) {
            give(link, i, &message);
        }
    }
}

void cf_media_link_flush(struct cf_media_link *link) {
    for (size_t i = 0; i < link->ports.source.worker_count; i++) {
        cf_worker_link_flush(&link->workers[i]);
    }
}

uint64_t cf_media_link_lost(const struct cf_media_link *link) {
    uint64_t lost = 0;
    for (size_t i = 0; i < link->ports.source.worker_count; i++) {
        lost += link->workers[i].lost;
    }
    return lost;
}

/* --- certificates --- */

/* Each worker has a reference of its own. */
static enum cf_err give_identity(struct cf_worker_link *worker, const struct cf_dtls_identity *identity) {
    struct cf_worker_message message = {.kind = CF_WORKER_IDENTITY};
    enum cf_err err = cf_dtls_identity_share(identity, &message.identity);
    if (err == CF_OK && !cf_worker_link_put(worker, &message)) {
        cf_dtls_identity_destroy(&message.identity);
        err = CF_ERR_LIMIT;
    }
    return err;
}

static enum cf_err renew(struct cf_media_link *link) {
    struct cf_dtls_identity *identity;
    enum cf_err err = cf_dtls_identity_make(CERTIFICATE_DAYS, &identity);
    if (err != CF_OK) {
        return err;
    }
    for (size_t i = 0; i < link->ports.source.worker_count && err == CF_OK; i++) {
        err = give_identity(&link->workers[i], identity);
    }
    if (err == CF_OK) {
        memcpy(link->fingerprint, cf_dtls_identity_fingerprint(identity), sizeof link->fingerprint);
    }
    cf_dtls_identity_destroy(&identity);
    return err;
}

const struct cf_sounds *cf_media_link_sounds(const struct cf_media_link *link) {
    return cf_prompt_sounds_table(link->sounds);
}

const uint8_t *cf_media_link_fingerprint(const struct cf_media_link *link) {
    return link->fingerprint;
}

cf_usec cf_media_link_on_deadline(struct cf_media_link *link, cf_usec now) {
    if (now >= link->renew_at) {
        enum cf_err err = renew(link);
        if (err != CF_OK) {
            cf_log(CF_LOG_ERROR, "media", "the DTLS certificate was not renewed: %s", cf_err_text(err));
        }
        link->renew_at = now + (err == CF_OK ? CERTIFICATE_RENEW : CERTIFICATE_RETRY);
        cf_media_link_flush(link);
    }
    return link->renew_at;
}

/* --- ZRTP --- */

static void open_zrtp(struct cf_media_link *link, const char *state) {
    char path[CF_FILE_PATH_MAX];
    enum cf_err err = cf_file_join(state, "zrtp.db", path, sizeof path);
    err = err == CF_OK ? cf_file_keep_private(path) : err; /* secrets kept for the next call are in it */
    err = err == CF_OK ? cf_zrtp_store_open(path, &link->zrtp_store) : err;
    link->has_zrtp = err != CF_ERR_UNSUPPORTED;
    if (err != CF_OK && link->has_zrtp) {
        cf_log(CF_LOG_WARNING, "media", "%s: ZRTP remembers nothing: %s", path, cf_err_text(err));
    }
}

static bool prepare_zrtp(void *ctx, size_t worker, struct cf_str self, struct cf_str peer, bool demands_aes256,
                         uint8_t ret_hashes[CF_FOCUS_ZRTP_LINES][CF_ZRTP_HASH_LEN]) {
    struct cf_media_link *link = ctx;
    struct cf_zrtp_party *party;
    const struct cf_zrtp_party_config config = {.store = link->zrtp_store,
                                                .self = self,
                                                .peer = peer,
                                                .ssrc = cf_entropy_u32(cf_system_entropy()) | 2U,
                                                .demands_aes256 = demands_aes256};
    _Static_assert(CF_FOCUS_ZRTP_LINES <= CF_ZRTP_CHANNELS_MAX, "each line has a channel");
    if (cf_zrtp_party_make(&config, &party) != CF_OK) {
        return false;
    }
    for (size_t i = 0; i < CF_FOCUS_ZRTP_LINES; i++) {
        memcpy(ret_hashes[i], cf_zrtp_party_hash(party, i), CF_ZRTP_HASH_LEN);
    }
    struct cf_worker_message message = {.kind = CF_WORKER_ZRTP, .party = party};
    if (!cf_worker_link_put(&link->workers[worker], &message)) {
        cf_zrtp_party_destroy(&party);
        return false;
    }
    return true;
}

struct cf_focus_zrtp cf_media_link_zrtp(struct cf_media_link *link) {
    return (struct cf_focus_zrtp){.prepare = link->has_zrtp ? prepare_zrtp : NULL, .ctx = link};
}

struct cf_port_source *cf_media_link_ports(struct cf_media_link *link) {
    return &link->ports.source;
}

/* --- media over TCP --- */

void cf_media_link_add_stream_port(struct cf_media_link *link, const struct cf_addr *addr) {
    cf_media_ports_add_stream(&link->ports, addr);
}

/* The first frame is a connectivity check, whose addressee has a leg. If not, whichever worker gets it closes it. */
static struct cf_worker_link *worker_of_stream(struct cf_media_link *link, struct cf_span octets) {
    uint8_t worker = 0;
    if (octets.len > 2) {
        size_t len = ((size_t)octets.at[0] << 8) | octets.at[1];
        struct cf_span first = {octets.at + 2, len < octets.len - 2 ? len : octets.len - 2};
        struct cf_str ufrag = cf_ice_addressee(first);
        (void)(ufrag.at != NULL && cf_leg_ledger_find(&link->legs, ufrag, &worker));
    }
    return &link->workers[worker];
}

void cf_media_link_take_stream(struct cf_media_link *link, int fd, const struct cf_addr *remote, struct cf_span octets) {
    struct cf_worker_message message CF_SCRATCH;
    message.kind = CF_WORKER_STREAM;
    message.stream.fd = fd;
    message.stream.remote = *remote;
    message.stream.len = (uint16_t)octets.len;
    if (octets.len > sizeof message.stream.octets) {
        cf_tcp_close(&fd);
        return;
    }
    memcpy(message.stream.octets, octets.at, octets.len);
    struct cf_worker_link *worker = worker_of_stream(link, octets);
    if (!cf_worker_link_put(worker, &message)) {
        cf_tcp_close(&fd);
        return;
    }
    cf_worker_link_flush(worker);
}

/* --- life --- */

static void on_event(void *ctx, const struct cf_media_event *event) {
    const struct origin *origin = ctx;
    struct cf_media_link *link = origin->link;
    if (event->kind == CF_MEDIA_EVENT_TOTALS) {
        struct cf_media_event sums = *event;
        sums.as.totals = cf_worker_totals_note(&link->totals, origin->worker, &event->as.totals);
        link->handler(link->handler_ctx, &sums);
        return;
    }
    link->handler(link->handler_ctx, event);
}

static enum cf_err open_workers(struct cf_media_link *link, struct cf_loop *loop) {
    enum cf_err err = CF_OK;
    for (size_t i = 0; i < link->ports.source.worker_count && err == CF_OK; i++) {
        link->origins[i] = (struct origin){.link = link, .worker = i};
        err = cf_worker_link_open(&link->workers[i], loop, on_event, &link->origins[i]);
    }
    return err;
}

/* The language that everybody hears who asks for none is spoken here. */
static enum cf_err check_language(const struct cf_media_link *link, const struct cf_config *config) {
    const struct cf_sounds *sounds = cf_prompt_sounds_table(link->sounds);
    struct cf_str wanted = cf_config_str(&config->language);
    size_t language;
    if (cf_sounds_find(sounds, wanted, &language)) {
        return CF_OK;
    }
    cf_log(CF_LOG_ERROR, "prompts", "nothing is spoken in conferences.language, %.*s; a folder of that name is missing in %s",
           CF_STR_ARG(wanted),
           config->prompts_folder.text[0] == '\0' ? "conferences.prompts-folder" : config->prompts_folder.text);
    return CF_ERR_CONFIG;
}

/* What is said, unless nothing is. */
static enum cf_err load_sounds(struct cf_media_link *link, const struct cf_config *config) {
    if (cf_str_eq(cf_config_str(&config->prompts), CF_STR("off"))) {
        return CF_OK;
    }
    const struct cf_prompt_file *blamed = NULL;
    enum cf_err err = cf_own_prompts_load(&link->prompts, config->prompts_folder.text);
    if (err == CF_OK) {
        err = cf_prompt_sounds_create(cf_system_mem(), link->prompts.files, link->prompts.count, &link->sounds, &blamed);
    }
    if (blamed != NULL) {
        cf_log(CF_LOG_ERROR, "prompts", "prompt %.*s in language %.*s: %s", CF_STR_ARG(blamed->word),
               CF_STR_ARG(blamed->language), err == CF_ERR_LIMIT ? "there are too many languages" : "it is there twice");
    }
    return err == CF_OK ? check_language(link, config) : err;
}

static enum cf_err start_workers(struct cf_media_link *link, const struct cf_config *config) {
    bool is_shared = link->ports.source.worker_count > 1 && config->spread_from > 0;
    struct cf_media_worker_config worker = {.rings = is_shared ? &link->rings : NULL,
                                            .sender = config->uses_io_uring ? CF_SENDER_RING : CF_SENDER_CALLS,
                                            .receiver = config->uses_io_uring ? CF_RECEIVER_RING : CF_RECEIVER_CALLS,
                                            .sounds = cf_prompt_sounds_table(link->sounds),
                                            .sends_silence = config->sends_silence,
                                            .packets_per_sec = config->packet_rate};
    enum cf_err err = is_shared ? cf_worker_rings_init(&link->rings, link->ports.source.worker_count) : CF_OK;
    for (size_t i = 0; i < link->ports.source.worker_count && err == CF_OK; i++) {
        worker.worker = i;
        err = cf_worker_link_start(&link->workers[i], &worker);
    }
    return err;
}

enum cf_err cf_media_link_start(struct cf_loop *loop, const struct cf_config *config, const struct cf_addr *local4,
                                const struct cf_addr *local6, cf_media_event_handler *handler, void *ctx,
                                struct cf_media_link **ret) {
    struct cf_media_link *link = calloc(1, sizeof *link);
    if (link == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    link->renew_at = cf_system_now() + CERTIFICATE_RENEW;
    link->handler = handler;
    link->handler_ctx = ctx;
    enum cf_err err = cf_media_ports_init(&link->ports, config, local4, local6, link->workers);
    err = err == CF_OK ? cf_leg_ledger_init(&link->legs) : err;
    err = err == CF_OK ? open_workers(link, loop) : err;
    err = err == CF_OK ? renew(link) : err;
    open_zrtp(link, config->state.text);
    err = err == CF_OK ? load_sounds(link, config) : err;
    err = err == CF_OK ? start_workers(link, config) : err;
    err = err == CF_OK ? cf_media_ports_share(&link->ports, config) : err;
    if (err != CF_OK) {
        cf_media_link_stop(&link);
        return err;
    }
    *ret = link;
    return CF_OK;
}

void cf_media_link_stop(struct cf_media_link **link) {
    struct cf_media_link *l = *link;
    if (l == NULL) {
        return;
    }
    for (size_t i = 0; i < l->ports.source.worker_count; i++) {
        cf_worker_link_stop(&l->workers[i]);
    }
    cf_worker_rings_fini(&l->rings);
    cf_prompt_sounds_destroy(l->sounds);
    cf_own_prompts_free(&l->prompts);
    cf_zrtp_store_close(&l->zrtp_store);
    cf_media_ports_fini(&l->ports);
    cf_leg_ledger_fini(&l->legs);
    free(l);
    *link = NULL;
}
