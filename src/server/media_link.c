/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The signalling thread's end of the media worker. */
#include "server/media_link.h"

#include "core/focus/port_stock.h"
#include "server/media_messages.h"
#include "server/media_worker.h"
#include "shell/file/file.h"
#include "shell/log/log.h"
#include "shell/mailbox/mailbox.h"
#include "shell/system/interfaces.h"
#include "shell/system/system.h"
#include "shell/tcp/tcp.h"
#include <stdlib.h>

#define COMMANDS_OCTETS (8U << 20)
#define EVENTS_OCTETS (4U << 20)

/* DTLS certificates: good for long enough that no clock is wrong by as much, renewed so often that the provider, which keeps
 * some, has every one that a peer may still have been told. */
#define CERTIFICATE_DAYS 30
#define CERTIFICATE_RENEW CF_SEC((cf_usec)7 * 24 * 3600)
#define CERTIFICATE_RETRY CF_SEC(60)

struct cf_media_link {
    struct cf_mailbox *commands;
    struct cf_mailbox *events;
    struct cf_media_worker *worker;
    struct cf_loop *loop;
    struct cf_watch *watch;
    cf_media_event_handler *handler;
    void *ctx;
    struct cf_port_source source;
    struct cf_port_stock stock;
    struct cf_addr local4;
    struct cf_addr local6;
    struct cf_config_range range;
    uint8_t fingerprint[CF_DTLS_FINGERPRINT_LEN];
    cf_usec renew_at;
    struct cf_zrtp_store *zrtp_store; /* NULL: nothing is remembered, or there is no ZRTP */
    bool has_zrtp;
    uint16_t next; /* where to look for a port first */
    bool has_put;
    uint64_t lost;
};

static void put(struct cf_media_link *link, const struct cf_worker_message *message) {
    if (cf_mailbox_put(link->commands, message, cf_worker_message_len(message))) {
        link->has_put = true;
        return;
    }
    /* The worker is far behind: what is lost now is a leg's media, and it is said once in a while. */
    if (link->lost++ % 1000 == 0) {
        cf_log(CF_LOG_ERROR, "media", "the worker does not keep up: commands are lost");
    }
}

void cf_media_link_command(struct cf_media_link *link, const struct cf_media_command *command) {
    struct cf_worker_message message CF_SCRATCH;
    message.kind = CF_WORKER_COMMAND;
    memcpy(&message.command, command, cf_media_command_len(command));
    put(link, &message);
}

void cf_media_link_flush(struct cf_media_link *link) {
    if (link->has_put) {
        link->has_put = false;
        cf_mailbox_ring(link->commands);
    }
}

uint64_t cf_media_link_lost(const struct cf_media_link *link) {
    return link->lost;
}

/* --- certificates --- */

static enum cf_err renew(struct cf_media_link *link) {
    struct cf_dtls_identity *identity;
    enum cf_err err = cf_dtls_identity_make(CERTIFICATE_DAYS, &identity);
    if (err != CF_OK) {
        return err;
    }
    struct cf_worker_message message = {.kind = CF_WORKER_IDENTITY, .identity = identity};
    uint8_t fingerprint[CF_DTLS_FINGERPRINT_LEN];
    memcpy(fingerprint, cf_dtls_identity_fingerprint(identity), sizeof fingerprint);
    if (!cf_mailbox_put(link->commands, &message, cf_worker_message_len(&message))) {
        cf_dtls_identity_destroy(&identity);
        return CF_ERR_LIMIT;
    }
    link->has_put = true;
    memcpy(link->fingerprint, fingerprint, sizeof fingerprint);
    return CF_OK;
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
    err = err == CF_OK ? cf_zrtp_store_open(path, &link->zrtp_store) : err;
    link->has_zrtp = err != CF_ERR_UNSUPPORTED;
    if (err != CF_OK && link->has_zrtp) {
        cf_log(CF_LOG_WARNING, "media", "%s: ZRTP remembers nothing: %s", path, cf_err_text(err));
    }
}

static bool prepare_zrtp(void *ctx, struct cf_str self, struct cf_str peer, bool demands_aes256,
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
    if (!cf_mailbox_put(link->commands, &message, cf_worker_message_len(&message))) {
        cf_zrtp_party_destroy(&party);
        return false;
    }
    link->has_put = true;
    return true;
}

struct cf_focus_zrtp cf_media_link_zrtp(struct cf_media_link *link) {
    return (struct cf_focus_zrtp){.prepare = link->has_zrtp ? prepare_zrtp : NULL, .ctx = link};
}

/* --- ports --- */

static void hand_over(struct cf_media_link *link, uint32_t socket, const struct cf_udp *udp) {
    struct cf_worker_message message CF_SCRATCH;
    message.kind = CF_WORKER_OPEN;
    message.socket = socket;
    message.udp = *udp;
    put(link, &message);
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
        hand_over(link, cf_port_socket(&rtcp.local), &rtcp);
    }
    hand_over(link, cf_port_socket(&rtp.local), &rtp);
    return true;
}

/* Ports are taken in turn, so that one rests as long as the range allows. */
static bool take(void *ctx, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret) {
    struct cf_media_link *link = ctx;
    struct cf_addr local = family == CF_FAMILY_IP6 ? link->local6 : link->local4;
    unsigned first = (link->range.first + 1U) & ~1U;
    unsigned pairs = (link->range.last + 1U - first) / 2;
    if (local.family == CF_FAMILY_NONE) {
        return false;
    }
    if (cf_port_stock_take(&link->stock, family, with_rtcp, ret)) {
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
    message.kind = CF_WORKER_CLOSE;
    message.socket = cf_port_socket(addr);
    if (addr->family != CF_FAMILY_NONE) {
        put(link, &message);
    }
}

static void give(void *ctx, const struct cf_port_pair *pair) {
    struct cf_media_link *link = ctx;
    if (!cf_port_stock_put(&link->stock, pair)) {
        close_port(link, &pair->rtp);
        close_port(link, &pair->rtcp);
    }
}

struct cf_port_source *cf_media_link_ports(struct cf_media_link *link) {
    return &link->source;
}

/* --- one port for all members with ICE --- */

static enum cf_err open_place(struct cf_media_link *link, struct cf_addr local) {
    struct cf_port_source *source = &link->source;
    struct cf_udp udp;
    enum cf_err err = cf_udp_open(&local, CF_UDP_USE_MEDIA, &udp);
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "media", "media.ice-port: port %u can't be used: %s", local.port, cf_err_text(err));
        return err;
    }
    struct cf_port_place *place = &source->places[source->place_count];
    *place = (struct cf_port_place){.socket = CF_MEDIA_SOCKET_SHARED + (uint32_t)source->place_count, .addr = udp.local};
    source->place_count++;
    hand_over(link, place->socket, &udp);
    return CF_OK;
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
        err = open_place(link, list[i]);
    }
    return err;
}

static enum cf_err set_advertised(struct cf_media_link *link, const struct cf_config *config) {
    struct cf_str rest = cf_config_list(&config->media_advertise);
    struct cf_str text;
    struct cf_port_source *source = &link->source;
    while (cf_config_list_next(&rest, &text) && source->advertised_count < CF_PORT_ADVERTISED_MAX) {
        if (cf_addr_parse_ip(text, &source->advertised[source->advertised_count]) != CF_OK) {
            cf_log(CF_LOG_ERROR, "config", "media.advertise: %.*s is not an address", CF_STR_ARG(text));
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
        is_any_loopback = is_any_loopback || cf_addr_is_loopback(&source->places[i].addr);
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
        struct cf_addr place = source->places[i].addr;
        place.port = addr->port;
        if (place.family == addr->family) {
            add_stream_port(source, &place);
        }
    }
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
    if (!cf_mailbox_put(link->commands, &message, cf_worker_message_len(&message))) {
        cf_tcp_close(&fd);
        link->lost++;
        return;
    }
    cf_mailbox_ring(link->commands);
}

/* --- events --- */

static void on_events(void *ctx) {
    struct cf_media_link *link = ctx;
    struct cf_media_event event;
    cf_mailbox_hush(link->events);
    while (cf_mailbox_take(link->events, &event)) {
        link->handler(link->ctx, &event);
    }
}

/* --- life --- */

static enum cf_err start_worker(struct cf_media_link *link, const struct cf_config *config) {
    const struct cf_media_worker_config worker = {.inbox = link->commands,
                                                  .outbox = link->events,
                                                  .sender = config->uses_io_uring ? CF_SENDER_RING : CF_SENDER_CALLS,
                                                  .sends_silence = config->sends_silence,
                                                  .packets_per_sec = config->packet_rate};
    return cf_media_worker_start(&worker, &link->worker);
}

enum cf_err cf_media_link_start(struct cf_loop *loop, const struct cf_config *config, const struct cf_addr *local4,
                                const struct cf_addr *local6, cf_media_event_handler *handler, void *ctx,
                                struct cf_media_link **ret) {
    struct cf_media_link *link = calloc(1, sizeof *link);
    if (link == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    link->loop = loop;
    link->handler = handler;
    link->ctx = ctx;
    link->local4 = *local4;
    link->local6 = *local6;
    link->range = config->media_ports;
    link->next = (uint16_t)cf_entropy_u32(cf_system_entropy());
    link->renew_at = cf_system_now() + CERTIFICATE_RENEW;
    link->source = (struct cf_port_source){.take = take, .give = give, .ctx = link};
    enum cf_err err = cf_mailbox_create(sizeof(struct cf_worker_message), COMMANDS_OCTETS, &link->commands);
    err = err == CF_OK ? cf_mailbox_create(sizeof(struct cf_media_event), EVENTS_OCTETS, &link->events) : err;
    err = err == CF_OK ? renew(link) : err;
    open_zrtp(link, config->state.text);
    err = err == CF_OK ? start_worker(link, config) : err;
    err = err == CF_OK ? share_port(link, config) : err;
    err = err == CF_OK ? cf_loop_watch(loop, cf_mailbox_fd(link->events), on_events, link, &link->watch) : err;
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
    if (l->worker != NULL) {
        struct cf_worker_message stop = {.kind = CF_WORKER_STOP};
        while (!cf_mailbox_put(l->commands, &stop, cf_worker_message_len(&stop))) {
            cf_mailbox_ring(l->commands);
        }
        cf_mailbox_ring(l->commands);
        cf_media_worker_join(&l->worker);
    }
    cf_zrtp_store_close(&l->zrtp_store);
    cf_loop_unwatch(&l->watch);
    cf_mailbox_destroy(&l->commands);
    cf_mailbox_destroy(&l->events);
    free(l);
    *link = NULL;
}
