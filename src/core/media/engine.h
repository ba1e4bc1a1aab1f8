/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The media engine of one worker: rooms of legs, RTP and RTCP in, RTP and RTCP out. Sound is mixed (core/mix), pictures follow
 * the speaker and are forwarded (core/sfu). It knows sockets as numbers, does no I/O, reads no clock; keys come from signalling
 * by the commands of messages.h, packet protection and codecs from adapters through tables.
 *
 * Machine. Every mutation (_command, _receive, _on_deadline) is followed by draining _poll_send until it gives nothing, then
 * _poll_event, and _poll_parcel where rooms are shared with other workers; what was not drained before the next mutation is
 * dropped. What _poll_send gives is valid until the next call. No allocation a packet: memory is taken at init and by commands
 * (and by a peer that changes its audio codec, once a second at most). Datagrams are never a reason to end a leg; what is not
 * used is counted by reason, and datagrams in = used + discarded, for every line and for the engine.
 *
 *     cf_engine_receive(e, datagrams, count, now);
 *     while (cf_engine_poll_parcel(e, &parcel)) to that worker's cf_engine_on_parcel();
 *     while ((n = cf_engine_poll_send(e, &out)) > 0) sendmmsg(out, n);
 *     while (cf_engine_poll_event(e, &event)) to signalling;
 */
#ifndef CF_MEDIA_ENGINE_H
#define CF_MEDIA_ENGINE_H

#include "core/media/checks.h"
#include "core/media/control_queue.h"
#include "core/media/event_queue.h"
#include "core/media/leg.h"
#include "core/media/names.h"
#include "core/media/outbox.h"

/** Most datagrams in one call of cf_engine_receive(). */
#define CF_ENGINE_BATCH_MAX 64

/** Retransmissions that are looked for after one batch. */
#define CF_ENGINE_REPEATS_MAX 256

/** Packets of sound that one batch passes on, with what redundancy brings back and what came before. */
#define CF_ENGINE_PASSED_MAX (3 * CF_ENGINE_BATCH_MAX)

/** Packets a second that a line of sound may send: ten times the shortest packets in use. */
#define CF_ENGINE_SOUND_PACKETS_PER_SEC 1000U

/** Lines of a transport that report at once; the others have their turn the next time. */
#define CF_ENGINE_REPORTS_MAX 24

/** What an engine is made of. All pointers are kept. */
struct cf_engine_config {
    const struct cf_packet_crypto *crypto;
    const struct cf_handshakes *dtls; /**< NULL: transports that want it fail */
    const struct cf_handshakes *zrtp; /**< NULL: transports that want it fail */
    const struct cf_entropy *entropy;
    const struct cf_stun_hash *stun_hash;       /**< for connectivity checks; NULL: no ICE */
    const struct cf_audio_codec *const *codecs; /**< those that can be mixed, .codec_count of them */
    size_t codec_count;
    const struct cf_resampler *resampler;
    const struct cf_key_tones *tones; /**< finds keys in sound; NULL: they are not heard */
    const struct cf_sounds *sounds;   /**< what can be played; NULL: nothing, and who waits hears nothing */
    size_t slot_limit;                /**< highest slot of a room's or leg's handle + 1; 0: 65536 */
    size_t socket_limit;              /**< highest socket number + 1; 0: 131072 */
    size_t event_limit;               /**< most events that wait; 0: 4096 */
    struct cf_store_config store;     /**< of each picture source, CF_SOURCE_STORE_MIN or more; 0: 256 kB, 1024 packets, 2 s */
    uint32_t packets_per_sec;         /**< most that one line of pictures may send; 0: 6000 */
    bool sends_silence;               /**< listeners get all frames of silence; else only some (core/mix/rest.h) */
    cf_wall wall;                     /**< wall clock at init */
    uint8_t worker;                   /**< which worker this is, 0..CF_MEDIA_WORKERS_MAX - 1 */
};

/** A datagram that came in. Its octets are decrypted in place. */
struct cf_media_input {
    uint32_t socket;
    struct cf_addr from;
    uint8_t *at;
    size_t len;
};

/** Something for another worker. */
struct cf_engine_parcel {
    size_t worker;
    struct cf_span octets; /**< CF_PARCEL_OCTETS at most */
    bool is_firm;          /**< not packets alone, which may be lost */
};

/** What a socket belongs to; private. */
struct cf_engine_socket {
    struct cf_engine_transport *transport; /**< NULL: nothing */
    enum cf_engine_port port;
};

/** A retransmission to look for; private. */
struct cf_engine_repeat {
    struct cf_engine_line *line;
    uint16_t sequence;
};

/** A datagram on its way through receive.c; private. */
struct cf_engine_arrival {
    struct cf_engine_transport *transport; /**< NULL: done with */
    enum cf_engine_port port;
    uint32_t socket;
    const struct cf_addr *from;
    struct cf_span octets; /**< in clear */
    size_t datagram_len;   /**< as it came */
    size_t job;            /**< index of its unprotect job, SIZE_MAX: none */
    bool is_newest;
    bool is_authenticated;
};

/** The engine. All fields private to core/media. */
struct cf_engine {
    const struct cf_mem *mem;
    struct cf_engine_config config;
    const struct cf_audio_codec *codecs[CF_CODEC_COUNT]; /**< by enum cf_codec; NULL: not ours */
    struct cf_tag cname;
    cf_usec now;         /**< of the last mutation, for draining */
    cf_wall wall_offset; /**< wall minus monotonic */

    struct cf_media_names rooms; /**< of owned struct cf_engine_room */
    struct cf_media_names legs;  /**< of owned struct cf_engine_leg */
    struct cf_engine_socket *sockets;
    size_t sockets_max;
    struct cf_heap room_timers;
    struct cf_heap leg_timers;
    struct cf_engine_checks_index checks;

    struct cf_event_queue events;
    struct cf_control_queue control;
    size_t control_taken; /**< compounds in the batch that was polled last */
    struct cf_outbox outbox;
    struct cf_branch_post post; /**< for other workers */

    struct cf_list handshakes; /**< transports whose associations have something to say */
    struct cf_list batch_rooms;
    struct cf_list mix_rooms;
    struct cf_list touched_rooms;
    struct cf_list due_pacers;                     /**< of struct cf_engine_bandwidth */
    struct cf_tile tiles[CF_ALLOCATION_TILES_MAX]; /**< of an allocation, while it is made */
    struct cf_sink_item items[CF_SINK_ITEMS_MAX];
    size_t item_count;
    size_t item_at;
    struct cf_engine_repeat repeats[CF_ENGINE_REPEATS_MAX];
    size_t repeat_count;
    size_t repeat_at;
    struct cf_engine_passed passed[CF_ENGINE_PASSED_MAX];
    size_t passed_count;
    size_t passed_at;
    struct cf_link *passed_to; /**< next line for the first of them; NULL: the first one of its place */
    uint8_t passed_instead;    /**< places of which whoever has them was looked at for it */
    struct cf_mix_frame frame; /**< of the first of mix_rooms, meaningful while frame_at < frame.user_count */
    size_t frame_at;
    struct cf_span frame_kept; /**< its payload in the outbox; .at NULL: not there */

    struct cf_engine_arrival arrivals[CF_ENGINE_BATCH_MAX];
    struct cf_unprotect_job jobs[CF_ENGINE_BATCH_MAX];
    struct cf_engine_totals totals;
    cf_usec totals_at; /**< not told of before */
};

/** An empty engine. CF_ERR_NO_MEMORY. @p mem and what is in @p config are kept by reference. */
CF_MUST_USE enum cf_err cf_engine_init(struct cf_engine *engine, const struct cf_mem *mem, const struct cf_engine_config *config,
                                       cf_usec now);

/** Drop everything, without goodbye. */
void cf_engine_fini(struct cf_engine *engine);

/** The wall clock was set: it is @p wall at @p now. Only reports to peers are touched by that. */
void cf_engine_set_wall(struct cf_engine *engine, cf_wall wall, cf_usec now);

/** Do @p command. What can't be done is reported as CF_MEDIA_EVENT_FAILED. */
void cf_engine_command(struct cf_engine *engine, const struct cf_media_command *command, cf_usec now);

/** Datagrams have come, at most CF_ENGINE_BATCH_MAX. Their octets are free again when _poll_send has been drained. */
void cf_engine_receive(struct cf_engine *engine, const struct cf_media_input *datagrams, size_t count, cf_usec now);

/**
 * The TCP connection from @p from to a socket of CF_MEDIA_SOCKET_STREAMS is closed: nothing goes there any more. Whoever opens
 * another one is found by his checks.
 */
void cf_engine_on_closed(struct cf_engine *engine, uint32_t socket, const struct cf_addr *from, cf_usec now);

/** Has somebody proved by checks that he sends to @p socket from @p from? Others' connections need not be kept. */
bool cf_engine_knows(const struct cf_engine *engine, uint32_t socket, const struct cf_addr *from);

/** When cf_engine_on_deadline() is to be called. */
cf_usec cf_engine_deadline(const struct cf_engine *engine);

/** Mix, report, ask: whatever is due at @p now. */
void cf_engine_on_deadline(struct cf_engine *engine, cf_usec now);

/** The next datagrams to be sent, at most CF_OUTBOX_MAX; 0: nothing more. Datagrams of one receiver come in a row. */
size_t cf_engine_poll_send(struct cf_engine *engine, const struct cf_media_output **ret_outputs);

/** The next parcel for another worker that has rooms of ours, too. False: there is none. Valid until the next call. */
bool cf_engine_poll_parcel(struct cf_engine *engine, struct cf_engine_parcel *ret_parcel);

/** The parcel that was given out last could not be delivered: what must not be lost is said again a little later. */
void cf_engine_on_parcel_lost(struct cf_engine *engine);

/** @p parcel came from worker @p worker, in the order in which that gave them out. It is read only, and free again when
 * _poll_send has been drained. */
void cf_engine_on_parcel(struct cf_engine *engine, size_t worker, struct cf_span parcel, cf_usec now);

/** The next event. False if there is none. */
bool cf_engine_poll_event(struct cf_engine *engine, struct cf_media_event *ret_event);

/** Counters. */
const struct cf_engine_totals *cf_engine_totals(const struct cf_engine *engine);

#endif
