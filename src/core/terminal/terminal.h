/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Media of a user agent: what was agreed on in a call (core/offer/params.h) made into RTP and RTCP in both directions (RFC 3550,
 * 4585, 5104; SRTP by core/rtp/crypto.h). Sound and encoded pictures go in and come out; devices, files and video codecs are the
 * caller's. One terminal is one call.
 *
 * A machine. Inputs: an agreement, datagrams, sound every 20 ms, encoded frames, time. After each of them: drain
 * cf_terminal_poll_send(), cf_terminal_poll_frame() and cf_terminal_poll_event(). Sound is taken by cf_terminal_pull_sound() in
 * the listener's time. It answers PLI and FIR by CF_TERMINAL_KEY_WANTED, TMMBR and REMB by CF_TERMINAL_BITRATE, NACK by sending
 * again; it asks for what it misses itself. A line may be received from one source at a time: a new SSRC takes its place.
 *
 * Limits: CF_TERMINAL_LINES_MAX lines; packets to send wait in CF_TERMINAL_OUT_MAX places and are dropped, counted, beyond.
 * Memory is taken when an agreement brings a line. Single-threaded.
 */
#ifndef CF_CORE_TERMINAL_TERMINAL_H
#define CF_CORE_TERMINAL_TERMINAL_H

#include "base/usec.h"
#include "core/media/handshake.h"
#include "core/mix/bus.h"
#include "core/mix/codec.h"
#include "core/mix/resampler.h"
#include "core/offer/params.h"
#include "core/rtp/crypto.h"
#include "core/stun/integrity.h"

/** Most lines and transports of a call. */
#define CF_TERMINAL_LINES_MAX 64

/** Most packets that wait to be sent, unless the configuration says less. */
#define CF_TERMINAL_OUT_MAX 256

/** Longest packet sent, octets. */
#define CF_TERMINAL_PACKET_MAX 1472

/** What a terminal needs. What is pointed to is kept by reference. */
struct cf_terminal_config {
    const struct cf_packet_crypto *crypto;
    const struct cf_handshakes *dtls; /**< NULL: transports that want it stay closed */
    const struct cf_handshakes *zrtp; /**< NULL: the same */
    const enum cf_srtp_suite *suites; /**< allowed in handshakes, the most wanted first */
    size_t suite_count;
    const struct cf_entropy *entropy;
    const struct cf_audio_codec *const *codecs; /**< audio codecs that there are */
    size_t codec_count;
    const struct cf_resampler *resampler;
    const struct cf_stun_hash *stun_hash; /**< NULL: no connectivity checks (ICE) */
    struct cf_str cname;                  /**< RTCP CNAME; copied */
    cf_wall wall;                         /**< wall clock when it is made, for sender reports */
    bool has_ice_tcp;                     /**< checks go over TCP too: the caller connects for each transport and address */
    size_t out_max;                       /**< most packets that wait to be sent; 0: CF_TERMINAL_OUT_MAX */
    bool counts_only; /**< what is received is counted, not put together, and what is sent is not kept: for load */
};

/** A terminal; opaque. */
struct cf_terminal;

/** A terminal without lines; NULL if memory is out. */
struct cf_terminal *cf_terminal_create(const struct cf_mem *mem, const struct cf_terminal_config *config, cf_usec now);

/** Free everything; nothing is sent. NULL is ignored. */
void cf_terminal_destroy(struct cf_terminal *t);

/** Sockets from this name on stand for the TCP connections of one transport each: .to of what is sent tells to where. */
#define CF_TERMINAL_SOCKET_STREAMS (UINT32_C(1) << 18)

/** Name of the socket at the local address @p addr of a transport. */
uint32_t cf_terminal_socket(const struct cf_addr *addr);

/**
 * An agreement is in force, the first or a new one; @p params is not kept. What has not changed goes on undisturbed. A line that
 * can't be served (memory, no codec of ours) is silent and counted in .failed_lines.
 */
void cf_terminal_set(struct cf_terminal *t, const struct cf_media_params *params, cf_usec now);

/** What was agreed for line @p index; NULL if there is no such line or it is not active. Valid until the next agreement. */
const struct cf_media_line *cf_terminal_line(const struct cf_terminal *t, size_t index);

/** Lines of the agreement. */
size_t cf_terminal_line_count(const struct cf_terminal *t);

/** The codec that line @p index is sent with; NULL: it is not sent. Valid until the next agreement. */
const struct cf_payload *cf_terminal_payload(const struct cf_terminal *t, size_t index);

/** Can line @p index be sent on now: agreed on, and its transport is open? */
bool cf_terminal_can_send(const struct cf_terminal *t, size_t index);

/** A datagram came to @p socket; its octets are changed (decrypted in place). */
void cf_terminal_on_datagram(struct cf_terminal *t, uint32_t socket, const struct cf_addr *from, uint8_t *at, size_t len,
                             cf_usec now);

/** The TCP connection of @p socket to @p to is closed, or could not be opened. */
void cf_terminal_on_closed(struct cf_terminal *t, uint32_t socket, const struct cf_addr *to, cf_usec now);

/** Send 20 ms of sound (CF_MIX_TICK_SAMPLES samples at 48 kHz) on every audio line that is sent. */
void cf_terminal_send_sound(struct cf_terminal *t, const int16_t *pcm, cf_usec now);

/** Keys that wait to be pressed. */
#define CF_TERMINAL_KEYS_MAX 32U

/**
 * Press @p keys (0-9 * # A-D), one after the other, on every audio line that has agreed on telephone events (RFC 4733): in the
 * place of the next sound, 320 ms each. CF_ERR_LIMIT: none, or too many; CF_ERR_MALFORMED: no key.
 */
CF_MUST_USE enum cf_err cf_terminal_press(struct cf_terminal *t, struct cf_str keys);

/**
 * Send sound that is encoded already, 20 ms of it, on line @p index. CF_ERR_STATE: the line is not sent; CF_ERR_MISMATCH: with
 * another codec than @p codec.
 */
CF_MUST_USE enum cf_err cf_terminal_send_coded(struct cf_terminal *t, size_t index, enum cf_codec codec, struct cf_span payload,
                                               cf_usec now);

/** Nothing is sent on line @p index for @p frames of 20 ms: the clock of its sound goes on (DTX, RFC 7587 section 4.1). */
void cf_terminal_skip_coded(struct cf_terminal *t, size_t index, uint32_t frames);

/**
 * Send an encoded frame, captured at @p now, on line @p index. CF_ERR_STATE: the line is not sent; CF_ERR_NO_ROOM: a NAL unit is
 * too long for packetization-mode 0.
 */
CF_MUST_USE enum cf_err cf_terminal_send_frame(struct cf_terminal *t, size_t index, struct cf_span octets, cf_usec now);

/** Encodings that line @p index is sent in at once: 1, or with simulcast (RFC 8853) as many as were agreed on; 0: it is not sent.
 */
size_t cf_terminal_encoding_count(const struct cf_terminal *t, size_t index);

/** The rid of encoding @p encoding of line @p index; empty: it has none, or is not there. Valid until the next agreement. */
struct cf_str cf_terminal_rid(const struct cf_terminal *t, size_t index, size_t encoding);

/** As cf_terminal_send_frame(), a frame of encoding @p encoding. CF_ERR_STATE also if there is no such encoding. */
CF_MUST_USE enum cf_err cf_terminal_send_encoding(struct cf_terminal *t, size_t index, size_t encoding, struct cf_span octets,
                                                  cf_usec now);

/**
 * The next 20 ms to be heard of all audio lines together, CF_MIX_TICK_SAMPLES samples. To be called every 20 ms. False: nobody
 * sends, it is silence.
 */
bool cf_terminal_pull_sound(struct cf_terminal *t, int16_t *pcm, cf_usec now);

/** What line @p index contributed to the last of them; NULL: silence. Valid until the next one. */
const int16_t *cf_terminal_heard(const struct cf_terminal *t, size_t index);

/** Ask the sender of line @p index for a key frame. */
void cf_terminal_want_key(struct cf_terminal *t, size_t index);

/** Ask the sender of line @p index for at most @p bps (TMMBR); 0: nothing of it. */
void cf_terminal_limit(struct cf_terminal *t, size_t index, uint64_t bps);

/** People have compared ZRTP's string, or take that back: CF_TERMINAL_SECURED follows. CF_ERR_STATE: there is none. */
CF_MUST_USE enum cf_err cf_terminal_verify_sas(struct cf_terminal *t, bool is_verified);

/** Say goodbye (RTCP BYE) on every transport. */
void cf_terminal_bye(struct cf_terminal *t, cf_usec now);

/** Next deadline, and what to do then. */
cf_usec cf_terminal_deadline(const struct cf_terminal *t);
void cf_terminal_on_deadline(struct cf_terminal *t, cf_usec now);

/** A packet to send; valid until the next call that is no poll. */
struct cf_terminal_out {
    uint32_t socket;
    struct cf_addr to;
    struct cf_span data;
};

/** The next packet to send. False: nothing left. */
bool cf_terminal_poll_send(struct cf_terminal *t, struct cf_terminal_out *ret);

/** A whole frame that was received; valid until the next call. */
struct cf_terminal_frame {
    size_t line;
    enum cf_codec codec;
    struct cf_span octets; /**< VP8: the frame; H.264: a byte stream with start codes */
    uint32_t timestamp;    /**< RTP, 90 kHz */
    uint32_t ssrc;
    uint32_t shown; /**< CSRC[0]: whose picture it is, as the mixer says; 0: it does not say */
    bool is_key;
};

/** The next frame. False: none. */
bool cf_terminal_poll_frame(struct cf_terminal *t, cf_usec now, struct cf_terminal_frame *ret);

/** What happened. */
enum cf_terminal_event_kind {
    CF_TERMINAL_SOURCE,     /**< line .line is received from .ssrc: for the first time, or from another one */
    CF_TERMINAL_KEY_WANTED, /**< the peer wants a key frame on line .line, of encoding .encoding */
    CF_TERMINAL_BITRATE,    /**< the peer wants at most .bps on line .line, of encoding .encoding */
    CF_TERMINAL_SHOWN,      /**< line .line, of pictures or of talkers, carries .ssrc now (CSRC[0]) */
    CF_TERMINAL_BYE,        /**< source .ssrc of line .line has left */
    CF_TERMINAL_SECURED,    /**< keys were agreed on for the transport of line .line: see cf_terminal_protection() */
    CF_TERMINAL_INSECURE,   /**< no keys could be agreed on for it: it stays closed */
    CF_TERMINAL_REACHED,    /**< checks have found a way for the transport of line .line */
    CF_TERMINAL_UNREACHED,  /**< they found none, or it was lost */
};

/** How a line is protected. */
struct cf_terminal_protection {
    enum cf_keying keying;
    enum cf_srtp_suite suite;          /**< CF_SRTP_NONE: not, or not yet */
    char sas[CF_SAS_SIZE];             /**< ZRTP; empty: none */
    bool is_sas_verified;              /**< it was compared, or that of an earlier call was, by both */
    enum cf_handshake_failure failure; /**< why there are no keys */
};

/** An event. */
struct cf_terminal_event {
    enum cf_terminal_event_kind kind;
    size_t line;
    size_t encoding; /**< of simulcast; 0 else */
    uint32_t ssrc;
    uint64_t bps;
};

/** The next event. False: none. */
bool cf_terminal_poll_event(struct cf_terminal *t, struct cf_terminal_event *ret);

/** Counters of a line since it is there, and what is measured. */
struct cf_terminal_stats {
    uint64_t packets_sent;
    uint64_t octets_sent; /**< of payload */
    uint64_t packets_received;
    uint64_t octets_received; /**< of payload */
    int64_t packets_lost;     /**< as in reports */
    uint32_t jitter_usec;
    uint64_t frames_received; /**< whole pictures */
    uint64_t frames_broken;   /**< pictures given up */
    uint64_t sound_concealed; /**< audio: items made up for missing packets */
    uint64_t resent;          /**< packets sent again because of NACK */
    uint64_t keys_asked;      /**< PLI and FIR that we sent */
    uint64_t keys_wanted;     /**< PLI and FIR that came */
    uint64_t nacked;          /**< packets we asked for again */
    cf_usec round_trip_usec;  /**< of the last report; -1: unknown */
    uint8_t fraction_lost;    /**< of 256, of what we send, as the peer reported last */
};

/** Counters of line @p index; zeros if there is none. */
struct cf_terminal_stats cf_terminal_stats(const struct cf_terminal *t, size_t index);

/** How line @p index is protected; zeros if there is none. */
struct cf_terminal_protection cf_terminal_protection(const struct cf_terminal *t, size_t index);

/** Where line @p index is sent to. */
struct cf_terminal_path {
    bool is_tcp;
    bool is_ours;                  /**< we choose it: the controlling side of ICE; false without ICE */
    struct cf_addr remote;         /**< family NONE: nowhere yet */
    struct cf_addr remote_control; /**< of RTCP on a port of its own; family NONE: it has none, or nowhere yet */
};
struct cf_terminal_path cf_terminal_path(const struct cf_terminal *t, size_t index);

/** Counters of the whole. */
struct cf_terminal_totals {
    uint64_t refused;      /**< packets that failed authentication or were replayed */
    uint64_t strangers;    /**< packets from addresses not agreed on, or for no line */
    uint64_t malformed;    /**< packets that were none */
    uint64_t dropped_out;  /**< packets to send for which there was no place */
    uint64_t failed_lines; /**< lines that could not be served */
};
struct cf_terminal_totals cf_terminal_totals(const struct cf_terminal *t);

#endif
