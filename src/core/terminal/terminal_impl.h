/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of a terminal. Private to core/terminal. */
#ifndef CF_CORE_TERMINAL_TERMINAL_IMPL_H
#define CF_CORE_TERMINAL_TERMINAL_IMPL_H

#include "core/ice/agent.h"
#include "core/media/transport.h"
#include "core/mix/mixer.h"
#include "core/mix/source.h"
#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtcp/schedule.h"
#include "core/rtp/extension.h"
#include "core/sfu/assembler.h"
#include "core/sfu/nack_list.h"
#include "core/terminal/sent.h"
#include "core/terminal/terminal.h"

/** Most events that wait; what is beyond is lost, and comes again when it matters. */
#define CF_TERMINAL_EVENTS_MAX 64

/** A key frame is asked for again after that long. */
#define CF_TERMINAL_KEY_AGAIN CF_MSEC(300)

/** Longest CNAME. */
#define CF_TERMINAL_CNAME_MAX 128

/** How a line is sent. */
struct cf_terminal_sender {
    bool is_on;
    const struct cf_payload *payload; /**< in the line's agreement */
    struct cf_rtp_sender rtp;
    uint16_t sequence;  /**< of the next packet */
    uint32_t timestamp; /**< audio: of the next packet; video: that of time 0 */
    uint32_t mids;      /**< packets sent with mid */
    cf_usec mid_at;     /**< when the last of them was sent */
    /* Audio. */
    const struct cf_audio_codec *codec;
    struct cf_audio_params params;
    void *encoder;      /**< owned */
    void *resampler;    /**< owned; NULL: the codec has the mixer's rate */
    int16_t *pcm;       /**< owned: a packet of sound at the codec's rate, CF_AUDIO_SAMPLES_MAX */
    size_t held;        /**< samples in it */
    uint32_t level_sum; /**< loudest level of the packet */
    bool was_silent;    /**< DTX: the next packet gets the marker */
    /* Video. */
    struct cf_sent sent;
    struct cf_vp8_packetiser vp8;
    bool wants_key;
    uint64_t bps; /**< most that the peer wants; 0: it has not said */
};

/** How a line is received. */
struct cf_terminal_receiver {
    bool is_on;
    bool has_source;
    struct cf_rtp_receiver rtp;
    uint32_t shown; /**< CSRC[0] */
    /* Audio. */
    const struct cf_audio_codec *codec;
    struct cf_mix_source *sound; /**< owned */
    bool is_played;              /**< the first tick that it holds has been pulled */
    /* Video. */
    struct cf_assembler *picture; /**< owned */
    enum cf_codec picture_codec;
    struct cf_nack_list nacks;
    bool wants_key;
    cf_usec key_asked_at;
    uint8_t fir_number;
    uint64_t limit_bps; /**< TMMBR to send until TMMBN comes; UINT64_MAX: none */
};

/** A line. */
struct cf_terminal_stream {
    bool is_active;
    struct cf_media_line agreed;
    uint32_t ssrc; /**< ours: of what we send (with simulcast: the first encoding), and of our reports */
    struct cf_terminal_sender out;
    struct cf_terminal_sender
        more[CF_MEDIA_ENCODINGS_MAX - 1]; /**< the other encodings of simulcast; those not .is_on are unused */
    struct cf_terminal_receiver in;
    struct cf_terminal_stats stats;
};

/** A 5-tuple. */
struct cf_terminal_transport {
    bool is_set;
    struct cf_ice_agent *ice; /**< owned; NULL: no checks */
    struct cf_engine_transport path;
    struct cf_association associations[CF_ENGINE_PORT_COUNT]; /**< those of .path */
    enum cf_keying keying;
    bool is_sas_verified;
    char sas[CF_SAS_SIZE];
    enum cf_handshake_failure failure;
    struct cf_rtcp_schedule schedule;
};

/** A packet that waits. */
struct cf_terminal_packet {
    uint32_t socket;
    struct cf_addr to;
    uint16_t len;
    uint8_t octets[CF_TERMINAL_PACKET_MAX + CF_SRTCP_OVERHEAD_MAX];
};

/** The terminal. */
struct cf_terminal {
    const struct cf_mem *mem;
    struct cf_terminal_config config;
    char cname[CF_TERMINAL_CNAME_MAX];
    cf_usec made_at;
    size_t line_count;
    struct cf_terminal_stream *lines[CF_TERMINAL_LINES_MAX]; /**< owned */
    struct cf_terminal_transport transports[CF_TERMINAL_LINES_MAX];
    size_t transport_count;
    struct cf_terminal_packet *out; /**< owned ring of config.out_max */
    size_t out_begin;
    size_t out_count;
    struct cf_terminal_event events[CF_TERMINAL_EVENTS_MAX];
    size_t event_begin;
    size_t event_count;
    char keys[CF_TERMINAL_KEYS_MAX]; /**< to be pressed, the first one now */
    size_t key_count;
    uint32_t key_tick; /**< ticks since it was pressed */
    struct cf_terminal_totals totals;
};

/** Where an event is put. */
void cf_terminal_tell(struct cf_terminal *t, enum cf_terminal_event_kind kind, size_t line, uint32_t ssrc, uint64_t bps);

/** As above for one encoding of what we send. */
void cf_terminal_tell_encoding(struct cf_terminal *t, const struct cf_terminal_event *event);

/** The transport of line @p index, NULL if it is not open. */
struct cf_terminal_transport *cf_terminal_transport_of(struct cf_terminal *t, const struct cf_terminal_stream *line);

/** The codec of ours for @p payload; NULL if there is none. */
const struct cf_audio_codec *cf_terminal_codec(const struct cf_terminal *t, const struct cf_payload *payload);

/** Name of a format of pictures in @p payload; CF_VIDEO_NONE: none that we do. */
enum cf_video_format cf_terminal_format(const struct cf_payload *payload);

/* --- terminal_send.c --- */

/** Begin, go on or stop sending line @p line by its new agreement. False: it can't be sent though agreed on. */
bool cf_terminal_set_sender(struct cf_terminal *t, struct cf_terminal_stream *line, cf_usec now);

/** Stop, and free what belongs to sending. */
void cf_terminal_stop_sender(struct cf_terminal *t, struct cf_terminal_stream *line);

/** A place for a packet of up to CF_TERMINAL_PACKET_MAX octets from port @p port of @p path; NULL: none, counted. */
struct cf_terminal_packet *cf_terminal_reserve(struct cf_terminal *t, const struct cf_engine_transport *path,
                                               enum cf_engine_port port);

/** Send the packet with @p sequence of @p out again as it was. */
void cf_terminal_resend(struct cf_terminal *t, struct cf_terminal_stream *line, struct cf_terminal_sender *out,
                        uint16_t sequence);

/** Sender @p encoding of @p line: 0 .. CF_MEDIA_ENCODINGS_MAX - 1. */
static inline struct cf_terminal_sender *cf_terminal_sender(struct cf_terminal_stream *line, size_t encoding) {
    return encoding == 0 ? &line->out : &line->more[encoding - 1];
}

/** A place for a packet from @p socket to @p to, whether the path is open or not. */
struct cf_terminal_packet *cf_terminal_reserve_to(struct cf_terminal *t, uint32_t socket, const struct cf_addr *to);

/* --- terminal_checks.c --- */

/** Transport @p index was set: begin, go on with, or end its connectivity checks. */
void cf_terminal_set_checks(struct cf_terminal *t, size_t index, const struct cf_media_transport *agreed, cf_usec now);

/** No checks any more. */
void cf_terminal_end_checks(struct cf_terminal *t, size_t index);

/** STUN came. */
void cf_terminal_on_check(struct cf_terminal *t, size_t index, uint32_t socket, const struct cf_addr *from,
                          struct cf_span datagram, cf_usec now);

/** Is a packet from there the peer's: by checks, else by the latch, which may learn from it? */
bool cf_terminal_admits(struct cf_terminal *t, size_t index, enum cf_engine_port port, uint32_t socket,
                        const struct cf_latch_packet *packet, cf_usec now);

/** Does the agent of transport @p index choose the path? False without ICE. */
bool cf_terminal_controls(const struct cf_terminal *t, size_t index);

cf_usec cf_terminal_checks_deadline(const struct cf_terminal *t, size_t index);
void cf_terminal_on_checks_deadline(struct cf_terminal *t, size_t index, cf_usec now);

/* --- terminal_keys.c --- */

/** There is a way: what waits for it goes out. */
void cf_terminal_flush_keys(struct cf_terminal *t, size_t index, cf_usec now);

/** Transport @p index was set by @p set: agree on keys if it needs that. */
void cf_terminal_begin_keys(struct cf_terminal *t, size_t index, const struct cf_media_transport_set *set, cf_usec now);

/** A handshake's datagram came to @p port of transport @p index. */
void cf_terminal_on_handshake(struct cf_terminal *t, size_t index, enum cf_engine_port port, const struct cf_addr *from,
                              struct cf_span datagram, cf_usec now);

/** When a handshake of transport @p index is due, and what to do then. */
cf_usec cf_terminal_keys_deadline(const struct cf_terminal *t, size_t index);
void cf_terminal_on_keys_deadline(struct cf_terminal *t, size_t index, cf_usec now);

/* --- terminal_receive.c --- */

/** Begin, go on or stop receiving. False: it can't be received though agreed on. */
bool cf_terminal_set_receiver(struct cf_terminal *t, struct cf_terminal_stream *line);

/** Stop, and free what belongs to receiving. */
void cf_terminal_stop_receiver(struct cf_terminal *t, struct cf_terminal_stream *line);

/** RTP came over transport @p index. */
void cf_terminal_on_rtp(struct cf_terminal *t, size_t index, uint32_t socket, const struct cf_addr *from, uint8_t *at, size_t len,
                        cf_usec now);

/* --- terminal_control.c --- */

/** RTCP came over transport @p index. */
void cf_terminal_on_rtcp(struct cf_terminal *t, size_t index, uint32_t socket, const struct cf_addr *from, uint8_t *at,
                         size_t len, cf_usec now);

/** Reports of transport @p index begin. */
void cf_terminal_begin_reports(struct cf_terminal *t, size_t index, cf_usec now);

/** Send what is due on transport @p index: reports, and feedback that waits. */
void cf_terminal_report(struct cf_terminal *t, size_t index, cf_usec now);

/** When something of transport @p index is due. */
cf_usec cf_terminal_report_deadline(const struct cf_terminal *t, size_t index);

/** Send a report with BYE for all on transport @p index. */
void cf_terminal_report_bye(struct cf_terminal *t, size_t index, cf_usec now);

/* --- terminal_press.c --- */

/** A tick of @p line belongs to a key, which is sent. False: to sound. */
bool cf_terminal_press_tick(struct cf_terminal *t, struct cf_terminal_stream *line, cf_usec now);

/** All lines have had their tick. */
void cf_terminal_press_on_tick(struct cf_terminal *t);

/* --- terminal_send.c --- */

/** Send @p octets with the type of @p payload on @p line. */
void cf_terminal_send_event(struct cf_terminal *t, struct cf_terminal_stream *line, const struct cf_payload *payload,
                            uint32_t timestamp, bool marker, struct cf_span octets, cf_usec now);

#endif
