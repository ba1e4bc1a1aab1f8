/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What signalling and a media worker say to each other: commands go to the engine (engine.h), events come back. Plain structs
 * without pointers, to be copied through a mailbox; the sender of a command does not wait, what can't be done comes back as
 * CF_MEDIA_EVENT_FAILED.
 *
 * Rooms and legs are named by handles of the signalling side's own tables; the engine only compares them. A handle that is not
 * known (any more) makes a command void, without an event: it crossed a removal.
 *
 * Life of a leg: LEG_ADD, a TRANSPORT_SET for each transport of the agreement (core/offer/params.h), a LINE_SET for each m-line.
 * A later agreement is told in the same way, transports before lines; what has not changed may be told again, that is harmless
 * (keys that stay keep their rollover counters). A line that is not active any more is told too. LEG_REMOVE says goodbye (RTCP
 * BYE) on its sockets; they may be closed when CF_MEDIA_EVENT_LEG_GONE has come, not before.
 *
 * Commands carry SDES keys: wipe them when they have been delivered.
 *
 * Sockets are numbers that the worker's shell and signalling agree on; a socket belongs to one transport at a time.
 */
#ifndef CF_MEDIA_MESSAGES_H
#define CF_MEDIA_MESSAGES_H

#include "base/handle.h"
#include "core/ice/candidate.h"
#include "core/media/handshake.h"
#include "core/prompt/player.h"
#include "core/rtp/latch.h"

/** Most lines and transports of a leg. */
#define CF_MEDIA_LINES_MAX 256
#define CF_MEDIA_TRANSPORTS_MAX 64

/** Most workers that media is spread over. */
#define CF_MEDIA_WORKERS_MAX 16

/** Worker @p worker in a set of workers. */
static inline uint16_t cf_worker_bit(size_t worker) {
    return (uint16_t)(1U << worker);
}

/** No socket. */
#define CF_MEDIA_SOCKET_NONE UINT32_MAX

/** Sockets from this number on belong to all transports with ICE: checks and where they come from tell whose a datagram is. */
#define CF_MEDIA_SOCKET_SHARED (UINT32_C(1) << 17)

/** Most of them. */
#define CF_MEDIA_SHARED_MAX 8

/** All TCP connections that peers opened for media (RFC 6544), by family: the peer's address tells which of them. */
#define CF_MEDIA_SOCKET_STREAMS (CF_MEDIA_SOCKET_SHARED + CF_MEDIA_SHARED_MAX)
#define CF_MEDIA_STREAMS_SOCKETS 2

/** Most sockets from which a transport sends connectivity checks. */
#define CF_MEDIA_BASES_MAX (CF_MEDIA_SHARED_MAX + CF_MEDIA_STREAMS_SOCKETS)

/** What is asked of the engine. */
enum cf_media_command_kind {
    CF_MEDIA_ROOM_ADD,    /**< .room.policy */
    CF_MEDIA_ROOM_SET,    /**< .room.policy, new */
    CF_MEDIA_ROOM_REMOVE, /**< its legs must have been removed before; those that were not are removed */
    CF_MEDIA_LEG_ADD,     /**< .leg.policy; into the command's room */
    CF_MEDIA_LEG_SET,     /**< .leg.policy, new */
    CF_MEDIA_LEG_REMOVE,
    CF_MEDIA_TRANSPORT_SET, /**< .transport */
    CF_MEDIA_LINE_SET,      /**< .line */
    CF_MEDIA_TRICKLE,       /**< .trickle: more candidates of a transport with ICE (RFC 8838) */
    CF_MEDIA_LINE_USE,      /**< .use: what a line that was set before is for has changed, and nothing else */
    CF_MEDIA_PLAY,          /**< .phrase: tell it to the leg, or if none is set to everybody in the room */
    CF_MEDIA_HUSH,          /**< a key of the leg was pressed: what it is told ends, but for what is firm */
    CF_MEDIA_SAS_VERIFY,    /**< .is_sas_verified, of the string of ZRTP: CF_MEDIA_EVENT_SECURED follows */
    CF_MEDIA_STATS_GET,     /**< CF_MEDIA_EVENT_STATS for each active line of the leg */
};

/** How a room is run. Zeroed: sound is mixed, pictures follow the speaker. */
struct cf_media_room_policy {
    bool no_audio;                /**< nothing is mixed */
    bool no_video;                /**< nothing is forwarded */
    cf_usec stats_interval_usec;  /**< CF_MEDIA_EVENT_STATS of all active lines that often; 0: when asked */
    bool pauses_unseen;           /**< cameras that nobody sees are asked to send next to nothing */
    cf_usec levels_interval_usec; /**< CF_MEDIA_EVENT_LEVELS that often; 0: never */
    uint8_t home;                 /**< the worker that says who speaks, and how loud members are */
    uint16_t workers;             /**< that have the room, as bits; 0: only this one. Bits are added, never taken away */
};

/** How a leg is treated. Zeroed: a full member whose address is learnt by authentication only. */
struct cf_media_leg_policy {
    struct cf_latch_policy latch; /**< plain RTP from other addresses; relearn_after_usec 0: the default */
    struct cf_addr flow;          /**< where the peer's signalling comes from, for the latch; family NONE: unknown */
    bool is_audio_muted;          /**< nobody hears it, it never becomes the speaker */
    bool is_video_muted;          /**< nobody sees it */
    bool is_waiting;              /**< in the lobby: it neither hears nor sees the room, nor does the room it */
    cf_usec silence_usec;         /**< CF_MEDIA_EVENT_SILENT after so long without a packet; 0: never */
    struct cf_tag cname;          /**< CNAME of what we send to it; empty: the engine's */
};

/** A transport of a leg. */
struct cf_media_transport_set {
    uint16_t index;       /**< in the agreement's transports */
    uint32_t rtp_socket;  /**< CF_MEDIA_SOCKET_NONE: none of its own; with ICE, .bases are shared ones then */
    uint32_t rtcp_socket; /**< the same with rtcp-mux */
    uint8_t base_count;   /**< with ICE */
    struct cf_ice_local bases[CF_MEDIA_BASES_MAX];
    struct cf_media_transport transport;
    uint8_t suite_count;                            /**< DTLS, ZRTP: allowed suites ... */
    enum cf_srtp_suite suites[CF_SRTP_SUITE_COUNT]; /**< ... the most wanted first */
};

/** Candidates that came after the description. */
struct cf_media_trickle {
    uint16_t index; /**< of the transport */
    bool is_ended;  /**< there are no more */
    uint8_t candidate_count;
    uint16_t ufrag_len; /**< of the generation that they belong to; 0: not said */
    char ufrag[CF_ICE_CREDENTIAL_MAX];
    struct cf_ice_remote_candidate candidates[CF_MEDIA_CANDIDATES_MAX];
};

/** What the pictures are that a peer sends on a line. */
enum cf_media_role {
    CF_MEDIA_ROLE_CAMERA,    /**< its camera, in full size */
    CF_MEDIA_ROLE_THUMBNAIL, /**< its camera, small */
    CF_MEDIA_ROLE_SLIDES,    /**< its screen */
    CF_MEDIA_ROLE_NONE,      /**< nothing that anybody is to see */
};

/** Whose picture a peer gets on a line. */
enum cf_media_pick_kind {
    CF_MEDIA_PICK_SPEAKER, /**< the screen that is shared, else the camera of who speaks; never its own */
    CF_MEDIA_PICK_MEMBER,  /**< one leg's, and no other */
    CF_MEDIA_PICK_NOBODY,
};

/** The choice. A leg that is not known (any more) is nobody. */
struct cf_media_pick {
    enum cf_media_pick_kind kind;
    bool is_slides; /**< MEMBER: its screen, not its camera */
    bool is_small;  /**< MEMBER: a miniature will do */
    struct cf_handle leg;
};

/** What a line of pictures is for, as signalling resolved its content and label. Zeroed: camera in, speaker out. */
struct cf_media_use {
    enum cf_media_role role;
    struct cf_media_pick pick;
};

/** A line of a leg. */
struct cf_media_line_set {
    uint16_t index; /**< of the m-line */
    struct cf_media_line line;
    struct cf_media_use use; /**< pictures only */
};

/** What a line is for now. */
struct cf_media_line_use {
    uint16_t index;
    struct cf_media_use use;
};

/** A command. */
struct cf_media_command {
    enum cf_media_command_kind kind;
    struct cf_handle room; /**< of ROOM_ and LEG_ADD */
    struct cf_handle leg;  /**< of all others */
    uint16_t workers;      /**< of ROOM_, LEG_ADD and PLAY to a room: whom it is for, as bits; the engine does not look at it */
    union {
        struct cf_media_room_policy room_policy;
        struct cf_media_leg_policy leg_policy;
        struct cf_media_transport_set transport;
        struct cf_media_line_set line;
        struct cf_media_trickle trickle;
        struct cf_media_line_use use;
        struct cf_phrase phrase;
        bool is_sas_verified;
    } as;
};

/** Octets of @p command that say something, from its start: whoever copies many commands needn't copy the rest. */
size_t cf_media_command_len(const struct cf_media_command *command);

/** Why a picture is not sent. */
enum cf_media_pause {
    CF_MEDIA_PAUSE_BANDWIDTH, /**< it does not fit the leg's link */
    CF_MEDIA_PAUSE_CODEC,     /**< it comes in no format that the leg takes */
};

/** What the engine reports. */
enum cf_media_event_kind {
    CF_MEDIA_EVENT_FAILED,           /**< a command could not be carried out: .as.failed */
    CF_MEDIA_EVENT_LEG_GONE,         /**< a removed leg has said goodbye: its sockets may be closed */
    CF_MEDIA_EVENT_SPEAKER,          /**< .leg is the room's active speaker now; unset: nobody */
    CF_MEDIA_EVENT_SSRC,             /**< a line's peer sends with .as.ssrc (or another one than before) */
    CF_MEDIA_EVENT_LATCHED,          /**< a transport's peer sends from .as.latched */
    CF_MEDIA_EVENT_ICE,              /**< connectivity checks of a transport: .as.ice */
    CF_MEDIA_EVENT_DIGIT,            /**< a key was pressed (RFC 4733): .as.digit */
    CF_MEDIA_EVENT_TONE,             /**< a key was heard in the sound of who waits and has no RFC 4733 (tones.h): .as.digit */
    CF_MEDIA_EVENT_SILENT,           /**< nothing came on any line for the policy's time */
    CF_MEDIA_EVENT_HEARD,            /**< something came: for the first time, or again after SILENT */
    CF_MEDIA_EVENT_KEY_FRAME_WANTED, /**< the peer of .as.line can't be asked in RTCP: ask by INFO (RFC 5168) */
    CF_MEDIA_EVENT_LEVELS,           /**< loudest of the room: .as.levels */
    CF_MEDIA_EVENT_STATS,            /**< .as.stats */
    CF_MEDIA_EVENT_PLAYED,           /**< a phrase with a tag is over: .as.played */
    CF_MEDIA_EVENT_TOTALS,           /**< of the whole engine, at most once a second: .as.totals; of no leg and no room */
    CF_MEDIA_EVENT_PAUSED,   /**< a picture that the leg asked for can't be sent to it any more, or can again: .as.paused */
    CF_MEDIA_EVENT_SECURED,  /**< how a transport is protected from now on: .as.secured */
    CF_MEDIA_EVENT_INSECURE, /**< no keys could be agreed on: nothing comes or goes, end the leg; .as.insecure */
};

/** What connectivity checks have come to. */
enum cf_media_ice_state {
    CF_MEDIA_ICE_CONNECTED, /**< packets of .component go to .remote, from now on */
    CF_MEDIA_ICE_LOST,      /**< the peer does not consent any more: nothing is sent until it restarts ICE */
    CF_MEDIA_ICE_FAILED,    /**< no pair was found for CF_ICE_PATIENCE; it may still be */
};

/** Why a datagram was not used. */
enum cf_media_discard {
#define X(name, text) CF_MEDIA_DISCARD_##name,
#include "core/media/discard_table.h"
#undef X
    CF_MEDIA_DISCARD_COUNT, /**< number of reasons */
};

/** English text of a reason. */
const char *cf_media_discard_text(enum cf_media_discard reason);

/** From so much on hardly a jitter buffer makes up for what comes late: a gap may have been heard. */
#define CF_ENGINE_LATE_USEC CF_MSEC(60)

/** Counters of the engine: in = used + discards. */
struct cf_engine_totals {
    uint64_t datagrams_in;
    uint64_t datagrams_used;
    uint64_t discards[CF_MEDIA_DISCARD_COUNT];
    uint64_t datagrams_out;  /**< handed to the shell */
    uint64_t failures_out;   /**< could not be protected */
    uint64_t dropped_out;    /**< made and not drained by the shell */
    uint64_t repeats_lost;   /**< retransmissions above CF_ENGINE_REPEATS_MAX */
    uint64_t handed_out;     /**< packets handed to other workers, once for each */
    uint64_t handed_in;      /**< packets that came from other workers */
    uint64_t handed_lost;    /**< packets that another worker did not take: it does not keep up */
    uint64_t shadows_failed; /**< what other workers told of their members and could not be taken over */
    /** By how much ticks of rooms with somebody in them came late, the latest room at a time, if CF_ENGINE_LATE_USEC or more. */
    uint64_t late_usec;
};

/** Add @p more to @p sum, counter by counter. */
void cf_engine_totals_add(struct cf_engine_totals *sum, const struct cf_engine_totals *more);

/** Counters and measurements of one line, since it was set up. */
struct cf_media_line_stats {
    uint16_t line;
    bool is_sound;
    uint32_t rate_in_bps;      /**< since the statistics before */
    uint32_t rate_out_bps;     /**< since the statistics before */
    uint16_t lost_in_permille; /**< since the statistics before, after repair */
    uint16_t mos_in_centi;     /**< sound: estimated MOS of what comes in, times 100; 0: not known */
    uint16_t mos_out_centi;    /**< sound: of what goes out, by the peer's reports */
    uint32_t freezes_out;      /**< pictures: times that they stood still */
    cf_usec frozen_out_usec;   /**< pictures: how long in all */
    uint32_t switches_out;     /**< pictures: of source or encoding */
    uint64_t packets_in;       /**< RTP and RTCP datagrams that came for the line; those of its transport for the first line */
    uint64_t packets_used;     /**< packets_in = packets_used + all discards */
    uint64_t discards[CF_MEDIA_DISCARD_COUNT];
    uint64_t octets_in;   /**< of datagrams */
    uint64_t packets_out; /**< RTP datagrams handed to the shell */
    uint64_t octets_out;
    uint64_t repeats_out;  /**< retransmissions among them */
    uint64_t failures_out; /**< could not be made or protected */
    int32_t lost_in;       /**< packets missing, by sequence numbers */
    cf_usec jitter_in_usec;
    uint8_t fraction_lost_out; /**< of 256, last report of the peer */
    int32_t lost_out;          /**< last report of the peer */
    cf_usec jitter_out_usec;   /**< last report of the peer */
    cf_usec round_trip_usec;   /**< -1: not known */
    uint32_t ssrc_in;          /**< 0: nothing came */
    uint32_t ssrc_out;
    uint32_t key_frames_asked;   /**< requests to the peer */
    uint32_t key_frames_wanted;  /**< requests of the peer */
    uint32_t key_frames_refused; /**< of those, above its budget */
    struct cf_handle shown;      /**< whose picture goes out, or who was passed on last; unset: nobody */
    uint64_t target_bps;         /**< what may be sent to the leg; 0: no limit is known */
    uint64_t estimate_bps;       /**< what its link carries by its feedback; 0: it gives none */
    uint64_t wanted_bps;         /**< what it would get if everything fitted; 0: not known */
    uint8_t spatial_out;         /**< highest layers that go out, of what grade (encoding) */
    uint8_t temporal_out;
    uint8_t grade_out;
    bool is_paused;  /**< nothing is sent: it does not fit */
    bool is_limited; /**< something lower than it could have */
};

/** A member's level. */
struct cf_media_level {
    struct cf_handle leg;
    uint8_t level; /**< 0 (loudest) .. 127 (silence), -dBov */
};

/** Most members in one event. */
#define CF_MEDIA_LEVELS_MAX 8

/** An event. */
struct cf_media_event {
    enum cf_media_event_kind kind;
    struct cf_handle room; /**< always set but for TOTALS, LEG_GONE and FAILED of an unknown room */
    struct cf_handle leg;  /**< see the kind */
    union {
        struct {
            enum cf_media_command_kind command;
            enum cf_err err;
            uint16_t index; /**< of line or transport */
        } failed;
        struct {
            uint16_t line;
            uint32_t value;
        } ssrc;
        struct {
            uint16_t transport;
            bool is_rtcp;
            struct cf_addr address;
        } latched;
        struct {
            uint16_t transport;
            enum cf_media_ice_state state;
            uint8_t component;   /**< 1: RTP, 2: RTCP; 0: FAILED */
            bool is_nominated;   /**< CONNECTED: the peer, or we, have decided for it */
            uint8_t remote_type; /**< CONNECTED: enum cf_ice_type of the peer's candidate */
            uint32_t socket;     /**< CONNECTED: of ours */
            struct cf_addr remote;
        } ice;
        struct cf_played played;
        char digit;    /**< 0-9 * # A-D, ! for flash */
        uint16_t line; /**< KEY_FRAME_WANTED */
        struct {
            uint16_t line;
            enum cf_media_pause cause;
            bool is_paused; /**< for this cause */
        } paused;
        struct {
            size_t count;
            struct cf_media_level list[CF_MEDIA_LEVELS_MAX]; /**< loudest first */
        } levels;
        struct cf_media_line_stats stats;
        struct cf_engine_totals totals;
        struct {
            uint16_t transport;
            enum cf_keying keying;
            enum cf_srtp_suite suite;
            char sas[CF_SAS_SIZE]; /**< ZRTP: for people to compare; empty: none */
            bool is_sas_verified;  /**< they have, now or in an earlier call */
        } secured;
        struct {
            uint16_t transport;
            enum cf_handshake_failure failure;
        } insecure;
    } as;
};

#endif
