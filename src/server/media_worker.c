/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The media worker's thread. */
#include "server/media_worker.h"

#include "adapt/bzrtp/zrtp.h"
#include "adapt/g711/g711.h"
#include "adapt/openssl/dtls.h"
#include "adapt/openssl/stun_hash.h"
#include "adapt/opus/opus_codec.h"
#include "adapt/resample/resample.h"
#include "adapt/spandsp/dtmf.h"
#include "adapt/spandsp/g722.h"
#include "adapt/srtp/srtp.h"
#include "core/media/engine.h"
#include "core/rtp/framing.h"
#include "server/lateness.h"
#include "server/loose_streams.h"
#include "server/media_messages.h"
#include "server/media_streams.h"
#include "shell/log/log.h"
#include "shell/system/system.h"
#include "shell/thread/thread.h"
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define READY_MAX 64
#define SLOT 2048 /* longer datagrams are no RTP of ours */
#define INBOX UINT32_MAX

/* Rings of other workers: these and those below. */
#define PEERS (INBOX - 1)
#define PEERS_END (PEERS - CF_MEDIA_WORKERS_MAX)

/* The ring that receives, of all sockets that it has. */
#define RING PEERS_END

/* Parcels of one worker that are taken before sockets have their turn. */
#define PARCELS_MAX 16

static const struct cf_audio_codec *const codecs[] = {&cf_codec_opus, &cf_codec_g722, &cf_codec_pcmu, &cf_codec_pcma};

struct cf_media_worker {
    struct cf_thread thread;
    struct cf_mailbox *inbox;
    struct cf_mailbox *outbox;
    struct cf_srtp_engine *srtp;
    struct cf_dtls *dtls;
    struct cf_zrtp *zrtp;
    struct cf_engine *engine;
    struct cf_udp **sockets;                           /* by number; CF_MEDIA_SOCKETS_MAX of them */
    uint8_t *buffer;                                   /* a slot for each input, if it comes over TCP */
    struct cf_media_input inputs[CF_ENGINE_BATCH_MAX]; /* came in and wait for the engine, of all sockets */
    size_t input_count;
    struct cf_media_streams *streams;
    struct cf_worker_peers peers;
    uint8_t *parcel; /* CF_PARCEL_OCTETS, for one that is taken; NULL: there are no other workers */
    int epoll;
    enum cf_sender_kind sender_kind;
    enum cf_receiver_kind receiver_kind;
    cf_usec nap_usec;
    struct cf_sender *sender; /* made by the thread itself, as is .receiver */
    struct cf_receiver *receiver;
    bool stops;
    bool has_told; /* events wait to be rung for */
    uint64_t lost_events;
    struct cf_lateness lateness;
};

/* --- sockets --- */

static void close_socket(struct cf_media_worker *w, uint32_t number) {
    if (number < CF_MEDIA_SOCKETS_MAX && w->sockets[number] != NULL) {
        cf_receiver_remove(w->receiver, w->sockets[number]);
        cf_udp_close(w->sockets[number]);
        free(w->sockets[number]);
        w->sockets[number] = NULL;
    }
}

static void open_socket(struct cf_media_worker *w, uint32_t number, const struct cf_udp *udp) {
    struct cf_udp taken = *udp;
    /* A port for all has much at once, ports of one member each a little of many. */
    enum cf_receiver_kind kind = number < CF_MEDIA_SOCKET_SHARED ? w->receiver_kind : CF_RECEIVER_CALLS;
    struct cf_udp *kept = number < CF_MEDIA_SOCKETS_MAX ? malloc(sizeof *kept) : NULL;
    if (kept != NULL) {
        *kept = taken;
    }
    if (kept == NULL || cf_receiver_add(w->receiver, number, kept, kind) != CF_OK) {
        cf_log(CF_LOG_ERROR, "media", "a socket can't be used");
        free(kept);
        cf_udp_close(&taken);
        return;
    }
    close_socket(w, number);
    w->sockets[number] = kept;
}

/* --- out --- */

/* What the engine gave, to be sent by socket after socket. What the kernel's queues do not take is lost, as on the network. */
static void send_outputs(struct cf_media_worker *w, const struct cf_media_output *outputs, size_t count) {
    struct cf_datagram datagrams[CF_OUTBOX_MAX] CF_SCRATCH;
    size_t begin = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t number = outputs[i].socket;
        if (number >= CF_MEDIA_SOCKET_STREAMS && number < CF_MEDIA_SOCKET_STREAMS + CF_MEDIA_STREAMS_SOCKETS) {
            cf_media_streams_send(w->streams, number, &outputs[i].to, outputs[i].data);
            begin = i + 1;
            continue;
        }
        datagrams[i] = (struct cf_datagram){outputs[i].to, outputs[i].data};
        if (i + 1 < count && outputs[i + 1].socket == number) {
            continue;
        }
        if (number < CF_MEDIA_SOCKETS_MAX && w->sockets[number] != NULL) {
            cf_sender_put(w->sender, w->sockets[number], datagrams + begin, i + 1 - begin);
        }
        begin = i + 1;
    }
    cf_sender_flush(w->sender);
    cf_loose_streams_flush(cf_media_streams_loose(w->streams));
}

/* First of all, so that others work while this one does. */
static void send_parcels(struct cf_media_worker *w) {
    struct cf_engine_parcel parcel;
    while (cf_engine_poll_parcel(w->engine, &parcel)) {
        if (!cf_worker_peers_put(&w->peers, parcel.worker, parcel.octets, parcel.is_firm)) {
            cf_engine_on_parcel_lost(w->engine);
        }
    }
    cf_worker_peers_ring(&w->peers);
}

static void drain(struct cf_media_worker *w) {
    const struct cf_media_output *outputs = NULL;
    struct cf_media_event event;
    send_parcels(w);
    for (size_t count = cf_engine_poll_send(w->engine, &outputs); count > 0; count = cf_engine_poll_send(w->engine, &outputs)) {
        send_outputs(w, outputs, count);
    }
    while (cf_engine_poll_event(w->engine, &event)) {
        w->has_told = true;
        if (!cf_mailbox_put(w->outbox, &event, sizeof event)) {
            w->lost_events++;
        }
    }
    send_parcels(w); /* mixing has told who speaks */
}

/* --- in --- */

static void take_identity(struct cf_media_worker *w, struct cf_dtls_identity *identity) {
    if (cf_dtls_add(w->dtls, identity) != CF_OK) {
        cf_log(CF_LOG_ERROR, "media", "a new DTLS certificate can't be used");
        cf_dtls_identity_destroy(&identity);
    }
}

static void take_message(struct cf_media_worker *w, const struct cf_worker_message *message) {
    switch (message->kind) {
    case CF_WORKER_OPEN:
        open_socket(w, message->socket, &message->udp);
        break;
    case CF_WORKER_CLOSE:
        close_socket(w, message->socket);
        break;
    case CF_WORKER_STREAM:
        cf_media_streams_add(w->streams, message->stream.fd, &message->stream.remote,
                             (struct cf_span){message->stream.octets, message->stream.len}, cf_system_now());
        break;
    case CF_WORKER_COMMAND:
        cf_engine_command(w->engine, &message->command, cf_system_now());
        drain(w);
        break;
    case CF_WORKER_IDENTITY:
        take_identity(w, message->identity);
        break;
    case CF_WORKER_ZRTP:
        cf_zrtp_add(w->zrtp, message->party);
        break;
    case CF_WORKER_STOP:
        w->stops = true;
        break;
    }
}

static void take_messages(struct cf_media_worker *w) {
    struct cf_worker_message message CF_SCRATCH;
    cf_mailbox_hush(w->inbox);
    while (cf_mailbox_take(w->inbox, &message)) {
        take_message(w, &message);
    }
}

/* What came in by one turn goes to the engine as one batch, from whatever socket: the more there is, the longer are the runs that
 * each receiver gets, and the cheaper is each packet. When there is little, nothing waits. */
static void flush_inputs(struct cf_media_worker *w) {
    if (w->input_count > 0) {
        cf_engine_receive(w->engine, w->inputs, w->input_count, cf_system_now());
        w->input_count = 0;
        drain(w);
    }
    cf_receiver_release(w->receiver);
}

/* What a socket has; @p number RING: what the ring has of all. */
static void receive(struct cf_media_worker *w, uint32_t number) {
    struct cf_received received[CF_ENGINE_BATCH_MAX] CF_SCRATCH;
    struct cf_udp *udp = number < CF_MEDIA_SOCKETS_MAX ? w->sockets[number] : NULL;
    if (udp == NULL && number != RING) {
        return;
    }
    size_t count = cf_receiver_take(w->receiver, number, udp, received, CF_ENGINE_BATCH_MAX - w->input_count);
    for (size_t i = 0; i < count; i++) {
        /* The engine decrypts them in place. */
        w->inputs[w->input_count++] = (struct cf_media_input){
            .socket = received[i].number, .from = received[i].from, .at = received[i].at, .len = received[i].len};
    }
    if (w->input_count == CF_ENGINE_BATCH_MAX) {
        flush_inputs(w); /* the rest comes with the next turn */
    }
}

/* --- from other workers --- */

static void take_parcels(struct cf_media_worker *w, size_t from) {
    size_t len = 1;
    cf_worker_peers_hush(&w->peers, from);
    for (size_t i = 0; i < PARCELS_MAX && len > 0; i++) {
        len = cf_worker_peers_take(&w->peers, from, w->parcel);
        if (len > 0) {
            cf_engine_on_parcel(w->engine, from, (struct cf_span){w->parcel, len}, cf_system_now());
            drain(w);
        }
    }
    if (len > 0) {
        cf_worker_peers_again(&w->peers, from);
    }
}

/* --- media over TCP --- */

static void on_stream_datagram(void *ctx, uint32_t socket, const struct cf_addr *from, struct cf_span octets) {
    struct cf_media_worker *w = ctx;
    uint8_t *slot = w->buffer + w->input_count * SLOT;
    _Static_assert(SLOT >= CF_FRAME_MAX, "a datagram of a frame fits");
    memcpy(slot, octets.at, octets.len);
    w->inputs[w->input_count++] = (struct cf_media_input){.socket = socket, .from = *from, .at = slot, .len = octets.len};
    if (w->input_count == CF_ENGINE_BATCH_MAX) {
        flush_inputs(w);
    }
}

static void on_stream_closed(void *ctx, uint32_t socket, const struct cf_addr *from) {
    struct cf_media_worker *w = ctx;
    if (w->stops) {
        return; /* there is nobody left to tell */
    }
    cf_engine_on_closed(w->engine, socket, from, cf_system_now());
    drain(w);
}

static bool is_stream_used(void *ctx, uint32_t socket, const struct cf_addr *from) {
    const struct cf_media_worker *w = ctx;
    return cf_engine_knows(w->engine, socket, from);
}

static enum cf_err make_streams(struct cf_media_worker *w) {
    const struct cf_media_streams_hooks hooks = {
        .datagram = on_stream_datagram, .closed = on_stream_closed, .is_used = is_stream_used, .ctx = w};
    return cf_media_streams_create(w->epoll, &hooks, &w->streams);
}

static struct timespec timespec_of(cf_usec usec) {
    return (struct timespec){.tv_sec = usec / 1000000, .tv_nsec = usec % 1000000 * 1000};
}

static struct timespec *time_left(const struct cf_media_worker *w, struct timespec *room) {
    cf_usec deadline = cf_usec_min(cf_engine_deadline(w->engine), cf_loose_streams_deadline(cf_media_streams_loose(w->streams)));
    if (deadline == CF_USEC_NEVER) {
        return NULL;
    }
    cf_usec left = deadline - cf_system_now();
    *room = timespec_of(left < 0 ? 0 : left);
    return room;
}

static int await_something(struct cf_media_worker *w, struct epoll_event *ready) {
    struct timespec left;
    if (w->nap_usec == 0) {
        return epoll_pwait2(w->epoll, ready, READY_MAX, time_left(w, &left), NULL);
    }
    const struct timespec nap = timespec_of(w->nap_usec);
    int count = epoll_wait(w->epoll, ready, READY_MAX, 0);
    if (count == 0) {
        (void)nanosleep(&nap, NULL);
    }
    return count;
}

static void turn(struct cf_media_worker *w) {
    struct epoll_event ready[READY_MAX];
    int count = await_something(w, ready);
    for (int i = 0; i < count; i++) {
        if (ready[i].data.u32 == INBOX) {
            take_messages(w);
        } else if (ready[i].data.u32 == RING) {
            receive(w, RING);
        } else if (ready[i].data.u32 > PEERS_END) {
            take_parcels(w, PEERS - ready[i].data.u32);
        } else if ((ready[i].data.u32 & CF_LOOSE_TAG) != 0) {
            bool is_readable = (ready[i].events & ~(uint32_t)EPOLLOUT) != 0;
            cf_loose_streams_on_ready(cf_media_streams_loose(w->streams), ready[i].data.u32, is_readable,
                                      (ready[i].events & EPOLLOUT) != 0);
        } else {
            receive(w, ready[i].data.u32);
        }
    }
    flush_inputs(w);
    cf_usec now = cf_system_now();
    cf_loose_streams_on_deadline(cf_media_streams_loose(w->streams), now);
    cf_loose_streams_bury(cf_media_streams_loose(w->streams));
    if (cf_engine_deadline(w->engine) <= now) {
        cf_engine_on_deadline(w->engine, now);
        drain(w);
        (void)cf_lateness_tell(&w->lateness, w->peers.worker, cf_engine_totals(w->engine)->late_usec, now);
    }
    if (w->has_told) {
        w->has_told = false;
        cf_mailbox_ring(w->outbox);
    }
}

/* A ring belongs to the thread that makes it, so this is done here. False: memory is out. */
static bool open_sender(struct cf_media_worker *w) {
    if (w->sender_kind == CF_SENDER_RING && cf_sender_create(CF_SENDER_RING, &w->sender) == CF_OK) {
        return true;
    }
    if (w->sender_kind == CF_SENDER_RING) {
        cf_log(CF_LOG_INFO, "media", "no io_uring here: sending by calls");
    }
    return cf_sender_create(CF_SENDER_CALLS, &w->sender) == CF_OK;
}

static bool open_receiver(struct cf_media_worker *w) {
    struct cf_receiver_config config = {.kind = w->receiver_kind, .epoll = w->epoll, .ring_tag = RING, .slot = SLOT};
    if (config.kind == CF_RECEIVER_RING && cf_receiver_create(&config, &w->receiver) == CF_OK) {
        return true;
    }
    if (config.kind == CF_RECEIVER_RING) {
        cf_log(CF_LOG_INFO, "media", "no receiving by io_uring here: by calls");
    }
    config.kind = CF_RECEIVER_CALLS;
    return cf_receiver_create(&config, &w->receiver) == CF_OK;
}

static void *run(void *ctx) {
    struct cf_media_worker *w = ctx;
    if (!open_sender(w) || !open_receiver(w)) {
        cf_log(CF_LOG_ERROR, "media", "no memory to send and to receive with");
        cf_sender_destroy(&w->sender);
        return NULL;
    }
    while (!w->stops) {
        turn(w);
    }
    for (uint32_t i = 0; i < CF_MEDIA_SOCKETS_MAX; i++) {
        close_socket(w, i);
    }
    cf_receiver_destroy(&w->receiver);
    cf_sender_destroy(&w->sender);
    return NULL;
}

/* --- life --- */

static void destroy(struct cf_media_worker *w) {
    cf_media_streams_destroy(&w->streams);
    if (w->engine != NULL) {
        cf_engine_fini(w->engine);
    }
    free(w->engine);
    cf_zrtp_free(w->zrtp);
    cf_dtls_free(w->dtls);
    cf_srtp_engine_free(w->srtp);
    free((void *)w->sockets);
    free(w->buffer);
    free(w->parcel);
    if (w->epoll >= 0) {
        close(w->epoll);
    }
    free(w);
}

static enum cf_err make_engine(struct cf_media_worker *w, const struct cf_media_worker_config *made_of) {
    struct cf_engine *engine = calloc(1, sizeof *engine);
    struct cf_engine_config config = {.crypto = cf_srtp_engine_crypto(w->srtp),
                                      .dtls = cf_dtls_handshakes(w->dtls),
                                      .zrtp = cf_zrtp_handshakes(w->zrtp),
                                      .entropy = cf_system_entropy(),
                                      .stun_hash = cf_openssl_stun_hash(),
                                      .codecs = codecs,
                                      .tones = &cf_dtmf_tones,
                                      .codec_count = sizeof codecs / sizeof *codecs,
                                      .resampler = &cf_resampler_speex,
                                      .sounds = made_of->sounds,
                                      .socket_limit = CF_MEDIA_SOCKETS_MAX,
                                      .sends_silence = made_of->sends_silence,
                                      .packets_per_sec = made_of->packets_per_sec,
                                      .wall = cf_system_wall(),
                                      .worker = (uint8_t)made_of->worker};
    enum cf_err err = engine == NULL ? CF_ERR_NO_MEMORY : cf_engine_init(engine, cf_system_mem(), &config, cf_system_now());
    if (err != CF_OK) {
        free(engine);
        return err;
    }
    w->engine = engine;
    return CF_OK;
}

static enum cf_err join_peers(struct cf_media_worker *w, const struct cf_media_worker_config *config) {
    w->peers = (struct cf_worker_peers){.rings = config->rings, .worker = config->worker};
    if (config->rings == NULL) {
        return CF_OK;
    }
    w->parcel = malloc(CF_PARCEL_OCTETS);
    if (w->parcel == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < CF_MEDIA_WORKERS_MAX; i++) {
        struct epoll_event interest = {.events = EPOLLIN, .data.u32 = PEERS - i};
        int fd = cf_worker_peers_fd(&w->peers, i);
        if (fd >= 0 && epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &interest) < 0) {
            return CF_ERR_IO;
        }
    }
    return CF_OK;
}

static enum cf_err make(struct cf_media_worker *w, const struct cf_media_worker_config *config) {
    struct epoll_event interest = {.events = EPOLLIN, .data.u32 = INBOX};
    w->sockets = calloc(CF_MEDIA_SOCKETS_MAX, sizeof(*w->sockets));
    w->buffer = malloc((size_t)CF_ENGINE_BATCH_MAX * SLOT);
    w->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (w->sockets == NULL || w->buffer == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    if (w->epoll < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, cf_mailbox_fd(w->inbox), &interest) < 0) {
        return CF_ERR_IO;
    }
    enum cf_err err = cf_srtp_engine_new(cf_system_mem(), CF_SRTP_LIBRARY_BEST, &w->srtp);
    err = err == CF_OK ? cf_dtls_new(cf_system_mem(), &w->dtls) : err;
    err = err == CF_OK ? cf_zrtp_new(cf_system_mem(), &w->zrtp) : err;
    err = err == CF_OK ? make_streams(w) : err;
    err = err == CF_OK ? join_peers(w, config) : err;
    return err == CF_OK ? make_engine(w, config) : err;
}

enum cf_err cf_media_worker_start(const struct cf_media_worker_config *config, struct cf_media_worker **ret) {
    struct cf_media_worker *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    w->inbox = config->inbox;
    w->outbox = config->outbox;
    w->sender_kind = config->sender;
    w->receiver_kind = config->receiver;
    w->nap_usec = config->nap_usec;
    w->epoll = -1;
    enum cf_err err = make(w, config);
    if (err == CF_OK) {
        struct cf_str library = cf_srtp_engine_library(w->srtp);
        cf_log(CF_LOG_INFO, "media", "SRTP by %.*s", CF_STR_ARG(library));
        err = cf_thread_start(&w->thread, "media", run, w);
    }
    if (err != CF_OK) {
        destroy(w);
        return err;
    }
    *ret = w;
    return CF_OK;
}

void cf_media_worker_join(struct cf_media_worker **worker) {
    if (*worker != NULL) {
        cf_thread_join(&(*worker)->thread);
        destroy(*worker);
        *worker = NULL;
    }
}
