/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signalling thread's end of the media workers. */
#include "server/media_link.h"

#include "adapt/opus/prompt_sounds.h"
#include "core/focus/port_stock.h"
#include "core/ice/agent.h"
#include "server/leg_ledger.h"
#include "server/own_prompts.h"
#include "server/socket_ledger.h"
#include "server/worker_totals.h"
#include "shell/file/file.h"
#include "shell/log/log.h"
#include "shell/system/interfaces.h"
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
    struct cf_worker_link workers[CF_PORT_WORKERS_MAX]; /* .source.worker_count of them */
    struct origin origins[CF_PORT_WORKERS_MAX];
    struct cf_worker_rings rings;
    struct cf_worker_totals totals;
    cf_media_event_handler *handler;
    void *handler_ctx;
    struct cf_leg_ledger legs;
    struct cf_socket_ledger sockets;
    struct cf_port_source source;
    struct cf_port_stock *stocks; /* owned: one a worker */
    unsigned stocked;             /* pairs in all of them */
    struct cf_addr local4;
    struct cf_addr local6;
    struct cf_config_range range;
    uint8_t fingerprint[CF_DTLS_FINGERPRINT_LEN];
    cf_usec renew_at;
    struct cf_own_prompts prompts;    /* what .sounds is made of */
    struct cf_prompt_sounds *sounds;  /* owned; NULL: prompts are off */
    struct cf_zrtp_store *zrtp_store; /* NULL: nothing is remembered, or there is no ZRTP */
    bool has_zrtp;
    uint16_t next; /* where to look for a port first */
};

/* --- which worker --- */

/* A transport names its sockets: those that wait go to its worker, before the command that uses them. */
static void hand_over(struct cf_media_link *link, uint32_t socket, uint8_t worker) {
    struct cf_worker_message message CF_SCRATCH;
    message.kind = CF_WORKER_OPEN;
    message.socket = socket;
    if (cf_socket_ledger_claim(&link->sockets, socket, worker, &message.udp) &&
        !cf_worker_link_put(&link->workers[worker], &message)) {
        cf_udp_close(&message.udp);
    }
}

static void hand_over_all(struct cf_media_link *link, const struct cf_media_transport_set *set, uint8_t worker) {
    hand_over(link, set->rtp_socket, worker);
    hand_over(link, set->rtcp_socket, worker);
    for (size_t i = 0; i < set->base_count; i++) {
        hand_over(link, set->bases[i].socket, worker);
    }
}

static void give(struct cf_media_link *link, size_t worker, struct cf_worker_message *message) {
    if (message->command.kind == CF_MEDIA_TRANSPORT_SET) {
        hand_over_all(link, &message->command.as.transport, (uint8_t)worker);
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
    for (size_t i = 0; i < link->source.worker_count; i++) {
        if ((command->workers >> i & 1U) != 0) {
            give(link, i, &message);
        }
    }
}

void cf_media_link_flush(struct cf_media_link *link) {
    for (size_t i = 0; i < link->source.worker_count; i++) {
        cf_worker_link_flush(&link->workers[i]);
    }
}

uint64_t cf_media_link_lost(const struct cf_media_link *link) {
    uint64_t lost = 0;
    for (size_t i = 0; i < link->source.worker_count; i++) {
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
    for (size_t i = 0; i < link->source.worker_count && err == CF_OK; i++) {
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

/* --- ports --- */

static void hold(struct cf_media_link *link, const struct cf_udp *udp) {
    cf_socket_ledger_hold(&link->sockets, cf_port_socket(&udp->local), udp);
}

/* RTP on @p port and, if asked for, RTCP on the next one. False if either can't be bound. */
static bool bind_pair(struct cf_media_link *link, struct cf_addr local, bool with_rtcp, struct cf_port_pair *ret) {
    struct cf_udp rtp;
    struct cf_udp rtcp;
    if (cf_udp_open(&local, CF_UDP_USE_MEDIA, &rtp) != CF_OK) {
        return false;
    }
    ret->rtp = rtp.local;
    ret->rtcp = (struct cf_addr){.family = CF_FAMILY_NONE};
    if (with_rtcp) {
        local.port++;
        if (cf_udp_open(&local, CF_UDP_USE_CONTROL, &rtcp) != CF_OK) {
            cf_udp_close(&rtp);
            return false;
        }
        ret->rtcp = rtcp.local;
        hold(link, &rtcp);
    }
    hold(link, &rtp);
    return true;
}

/* Pairs of the range, which begin at even ports. */
static unsigned pairs_of(const struct cf_media_link *link) {
    unsigned first = (link->range.first + 1U) & ~1U;
    return (link->range.last + 1U - first) / 2;
}

static bool take_open(struct cf_media_link *link, size_t worker, enum cf_family family, bool with_rtcp,
                      struct cf_port_pair *ret) {
    bool is_there = cf_port_stock_take(&link->stocks[worker], family, with_rtcp, ret);
    link->stocked -= is_there;
    return is_there;
}

/* Ports are taken in turn, so that one rests as long as the range allows. */
static bool take(void *ctx, size_t worker, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret) {
    struct cf_media_link *link = ctx;
    struct cf_addr local = family == CF_FAMILY_IP6 ? link->local6 : link->local4;
    unsigned first = (link->range.first + 1U) & ~1U;
    unsigned pairs = pairs_of(link);
    if (local.family == CF_FAMILY_NONE) {
        return false;
    }
    if (take_open(link, worker, family, with_rtcp, ret)) {
        return true;
    }
    for (unsigned i = 0; i < pairs; i++) {
        local.port = (uint16_t)(first + 2 * (link->next++ % pairs));
        if (bind_pair(link, local, with_rtcp, ret)) {
            return true;
        }
    }
    cf_log(CF_LOG_ERROR, "media", "no free port in media.ports");
    return false;
}

static void close_port(struct cf_media_link *link, const struct cf_addr *addr) {
    struct cf_worker_message message CF_SCRATCH;
    uint8_t worker;
    if (addr->family == CF_FAMILY_NONE) {
        return;
    }
    message.kind = CF_WORKER_CLOSE;
    message.socket = cf_port_socket(addr);
    if (cf_socket_ledger_release(&link->sockets, message.socket, &worker)) {
        (void)cf_worker_link_put(&link->workers[worker], &message);
    }
}

/* A port that stays open stays with the worker that reads it. Most of the range is left to whichever worker needs it. */
static bool keep_open(struct cf_media_link *link, const struct cf_port_pair *pair) {
    uint8_t worker = 0;
    bool is_owned = cf_socket_ledger_owner(&link->sockets, cf_port_socket(&pair->rtp), &worker) || link->source.worker_count == 1;
    bool is_kept = is_owned && link->stocked < pairs_of(link) / 4 && cf_port_stock_put(&link->stocks[worker], pair);
    link->stocked += is_kept;
    return is_kept;
}

static void give_back(void *ctx, const struct cf_port_pair *pair) {
    struct cf_media_link *link = ctx;
    if (!keep_open(link, pair)) {
        close_port(link, &pair->rtp);
        close_port(link, &pair->rtcp);
    }
}

struct cf_port_source *cf_media_link_ports(struct cf_media_link *link) {
    return &link->source;
}

/* --- one port a worker for all members with ICE --- */

static enum cf_err open_place(struct cf_media_link *link, size_t worker, struct cf_addr local) {
    struct cf_port_source *source = &link->source;
    struct cf_worker_message message CF_SCRATCH;
    enum cf_err err = cf_udp_open(&local, CF_UDP_USE_MEDIA, &message.udp);
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "media", "media.ice-port: port %u can't be used: %s", local.port, cf_err_text(err));
        return err;
    }
    struct cf_port_place *place = &source->places[worker][source->place_count];
    *place = (struct cf_port_place){.socket = CF_MEDIA_SOCKET_SHARED + (uint32_t)source->place_count, .addr = message.udp.local};
    message.kind = CF_WORKER_OPEN;
    message.socket = place->socket;
    if (!cf_worker_link_put(&link->workers[worker], &message)) {
        cf_udp_close(&message.udp);
        return CF_ERR_LIMIT;
    }
    return CF_OK;
}

/* The port of the first worker, for the others those that follow it; any port, if it is 0. */
static enum cf_err open_place_of_all(struct cf_media_link *link, struct cf_addr local) {
    enum cf_err err = CF_OK;
    for (size_t i = 0; i < link->source.worker_count && err == CF_OK; i++) {
        struct cf_addr own = local;
        own.port = (uint16_t)(local.port == 0 ? 0 : local.port + i);
        err = open_place(link, i, own);
    }
    link->source.place_count += err == CF_OK;
    return err;
}

/* At @p local, or at each address of its family if it stands for all of them: what is sent has to come from where checks went to.
 */
static enum cf_err open_places(struct cf_media_link *link, const struct cf_addr *local, uint16_t port) {
    struct cf_addr list[CF_MEDIA_SHARED_MAX] = {*local};
    size_t room = CF_MEDIA_SHARED_MAX - link->source.place_count;
    size_t count = local->family == CF_FAMILY_NONE || room == 0 ? 0 : 1;
    enum cf_err err = CF_OK;
    if (count > 0 && cf_addr_is_unspecified(local)) {
        count = cf_system_interfaces((enum cf_family)local->family, list, room);
    }
    for (size_t i = 0; i < count && err == CF_OK; i++) {
        list[i].port = port;
        err = open_place_of_all(link, list[i]);
    }
    return err;
}

static enum cf_err set_advertised(struct cf_media_link *link, const struct cf_config *config) {
    /* What SIP says that we are reached at is where media is reached, too, unless that is said. */
    struct cf_str rest = cf_config_list(config->media_advertise.text[0] != '\0' ? &config->media_advertise : &config->advertise);
    struct cf_str text;
    struct cf_port_source *source = &link->source;
    while (cf_config_list_next(&rest, &text) && source->advertised_count < CF_PORT_ADVERTISED_MAX) {
        if (cf_addr_parse_ip(text, &source->advertised[source->advertised_count]) != CF_OK) {
            cf_log(CF_LOG_ERROR, "config", "media.advertise or server.advertise: %.*s is not an address", CF_STR_ARG(text));
            return CF_ERR_CONFIG;
        }
        source->advertised_count++;
    }
    return CF_OK;
}

static enum cf_err share_port(struct cf_media_link *link, const struct cf_config *config) {
    enum cf_err err = set_advertised(link, config);
    if (err != CF_OK || cf_str_eq(cf_config_str(&config->ice), CF_STR("off"))) {
        return err;
    }
    err = open_places(link, &link->local4, (uint16_t)config->ice_port);
    return err == CF_OK ? open_places(link, &link->local6, (uint16_t)config->ice_port) : err;
}

/* --- media over TCP --- */

/* Who is reached by the network for media is not told of a port on loopback. */
static bool is_within_reach(const struct cf_port_source *source, const struct cf_addr *addr) {
    bool is_any_loopback = false;
    for (size_t i = 0; i < source->place_count; i++) {
        is_any_loopback = is_any_loopback || cf_addr_is_loopback(&source->places[0][i].addr);
    }
    return is_any_loopback || !cf_addr_is_loopback(addr);
}

static void add_stream_port(struct cf_port_source *source, const struct cf_addr *addr) {
    if (is_within_reach(source, addr) && source->stream_count < CF_MEDIA_SHARED_MAX) {
        uint32_t family = addr->family == CF_FAMILY_IP6 ? 1 : 0;
        source->streams[source->stream_count++] =
            (struct cf_port_place){.socket = CF_MEDIA_SOCKET_STREAMS + family, .addr = *addr};
    }
}

void cf_media_link_add_stream_port(struct cf_media_link *link, const struct cf_addr *addr) {
    struct cf_port_source *source = &link->source;
    if (!cf_addr_is_unspecified(addr)) {
        add_stream_port(source, addr);
        return;
    }
    for (size_t i = 0; i < source->place_count; i++) {
        struct cf_addr place = source->places[0][i].addr;
        place.port = addr->port;
        if (place.family == addr->family) {
            add_stream_port(source, &place);
        }
    }
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
    for (size_t i = 0; i < link->source.worker_count && err == CF_OK; i++) {
        link->origins[i] = (struct origin){.link = link, .worker = i};
        err = cf_worker_link_open(&link->workers[i], loop, on_event, &link->origins[i]);
    }
    return err;
}

/* The language that everybody hears who asks for none is spoken here. */
static enum cf_err check_language(const struct cf_media_link *link, const struct cf_config *config) {
    const struct cf_sounds *sounds = cf_prompt_sounds_table(link->sounds);
    struct cf_str wanted = cf_config_str(&config->language);
    for (size_t i = 0; i < sounds->language_count; i++) {
        if (cf_str_eq_nocase(sounds->languages[i].tag, wanted)) {
            return CF_OK;
        }
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
    const struct cf_prompt_file *broken = NULL;
    enum cf_err err = cf_own_prompts_load(&link->prompts, config->prompts_folder.text);
    if (err == CF_OK) {
        err = cf_prompt_sounds_create(cf_system_mem(), link->prompts.files, link->prompts.count, &link->sounds, &broken);
    }
    if (broken != NULL) {
        cf_log(CF_LOG_ERROR, "media", "prompt %.*s in language %.*s is broken: %s", CF_STR_ARG(broken->word),
               CF_STR_ARG(broken->language), cf_err_text(err));
    }
    return err == CF_OK ? check_language(link, config) : err;
}

static enum cf_err start_workers(struct cf_media_link *link, const struct cf_config *config) {
    bool is_shared = link->source.worker_count > 1 && config->spread_from > 0;
    struct cf_media_worker_config worker = {.rings = is_shared ? &link->rings : NULL,
                                            .sender = config->uses_io_uring ? CF_SENDER_RING : CF_SENDER_CALLS,
                                            .receiver = config->uses_io_uring ? CF_RECEIVER_RING : CF_RECEIVER_CALLS,
                                            .sounds = cf_prompt_sounds_table(link->sounds),
                                            .sends_silence = config->sends_silence,
                                            .packets_per_sec = config->packet_rate};
    enum cf_err err = is_shared ? cf_worker_rings_init(&link->rings, link->source.worker_count) : CF_OK;
    for (size_t i = 0; i < link->source.worker_count && err == CF_OK; i++) {
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
    link->local4 = *local4;
    link->local6 = *local6;
    link->range = config->media_ports;
    link->next = (uint16_t)cf_entropy_u32(cf_system_entropy());
    link->renew_at = cf_system_now() + CERTIFICATE_RENEW;
    link->handler = handler;
    link->handler_ctx = ctx;
    link->source = (struct cf_port_source){.take = take, .give = give_back, .ctx = link, .worker_count = config->media_workers};
    link->stocks = calloc(link->source.worker_count, sizeof *link->stocks);
    enum cf_err err = link->stocks == NULL ? CF_ERR_NO_MEMORY : cf_leg_ledger_init(&link->legs);
    err = err == CF_OK ? cf_socket_ledger_init(&link->sockets) : err;
    err = err == CF_OK ? open_workers(link, loop) : err;
    err = err == CF_OK ? renew(link) : err;
    open_zrtp(link, config->state.text);
    err = err == CF_OK ? load_sounds(link, config) : err;
    err = err == CF_OK ? start_workers(link, config) : err;
    err = err == CF_OK ? share_port(link, config) : err;
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
    for (size_t i = 0; i < l->source.worker_count; i++) {
        cf_worker_link_stop(&l->workers[i]);
    }
    cf_worker_rings_fini(&l->rings);
    cf_prompt_sounds_destroy(l->sounds);
    cf_own_prompts_free(&l->prompts);
    cf_zrtp_store_close(&l->zrtp_store);
    cf_socket_ledger_fini(&l->sockets);
    cf_leg_ledger_fini(&l->legs);
    free(l->stocks);
    free(l);
    *link = NULL;
}
