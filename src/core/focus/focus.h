/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The focus (RFC 4353, RFC 4579): where SIP meets the conference. It answers INVITE to factory and conference URIs, calls people
 * (RFC 5366), takes REFER (RFC 3515) and SUBSCRIBE (RFC 4575), and keeps the media workers told of every leg. The rules of a
 * conference are core/conf's, those of a call core/dialog's: here one is translated into the other.
 *
 * A machine. In: endpoint events by cf_focus_on_event() (those whose owner is of a kind below, or requests for a URI that
 * cf_focus_serves()), media events, commands of the operator, time. Out by cf_focus_poll(), after every input, until false:
 * commands for media, rows for the store. It sends SIP by calling the endpoint, whose events have to be polled too.
 * Single-threaded.
 *
 * Who calls is told by struct cf_caller: authentication is the node's business. Limits: those of core/conf, one leg a device, and
 * CF_FOCUS_WATCHERS_MAX subscriptions.
 */
#ifndef CF_CORE_FOCUS_FOCUS_H
#define CF_CORE_FOCUS_FOCUS_H

#include "core/conf/directory.h"
#include "core/dialog/dialog_table.h"
#include "core/dialog/usage.h"
#include "core/focus/content.h"
#include "core/focus/ports.h"
#include "core/media/messages.h"
#include "core/prompt/language.h"
#include "core/registrar/domains.h"
#include "core/registrar/location.h"

/** Subscriptions to conferences at a time. */
#define CF_FOCUS_WATCHERS_MAX 20000

/** Kinds of struct cf_owner that belong to the focus. */
enum cf_focus_owner {
    CF_FOCUS_OWNER_LEG = 1,
    CF_FOCUS_OWNER_WATCHER = 2,
    CF_FOCUS_OWNER_REFERRAL = 3,
    CF_FOCUS_OWNER_DELIVERY = 4,
    CF_FOCUS_OWNER_LAST = 4,
};

/** What a factory answers. */
enum cf_factory_answer {
    CF_FACTORY_ANSWER_AUTO,     /**< 302 for clients that announce conference support, else 200 */
    CF_FACTORY_ANSWER_REDIRECT, /**< always 302 */
    CF_FACTORY_ANSWER_ACCEPT,   /**< always 200 */
};

/** Who is spoken to. */
enum cf_focus_prompts {
    CF_FOCUS_PROMPTS_PHONES, /**< callers whose phones don't show the conference; at the door and in the lobby all */
    CF_FOCUS_PROMPTS_ALL,
    CF_FOCUS_PROMPTS_OFF,
};

/** Lines of a leg that can have ZRTP. */
#define CF_FOCUS_ZRTP_LINES 2

/** Who gets one side of ZRTP ready for a leg, where the media worker finds it. */
struct cf_focus_zrtp {
    /** Hello hashes for the lines of a leg in @p room between @p self and @p peer, URIs. False: it can't be had. */
    bool (*prepare)(void *ctx, size_t worker, struct cf_str self, struct cf_str peer, bool demands_aes256,
                    uint8_t ret_hashes[CF_FOCUS_ZRTP_LINES][CF_ZRTP_HASH_LEN]);
    void *ctx;
};

/** Settings of a focus; views and pointers are kept by reference. */
struct cf_focus_config {
    const struct cf_mem *mem;
    const struct cf_entropy *entropy;
    struct cf_endpoint *endpoint;
    struct cf_dialog_table *dialogs;
    const struct cf_endpoint_local *locals; /**< the endpoint's, for Record-Route */
    size_t local_count;
    struct cf_location *location;   /**< where users are; NULL: only by proxy */
    const struct cf_policy *policy; /**< what is negotiated */
    const uint8_t *fingerprint;     /**< SHA-256 of the certificate for new DTLS associations; NULL: no DTLS */
    struct cf_focus_zrtp zrtp;      /**< .prepare NULL: no ZRTP */
    bool (*demands_aes256)(void *ctx, struct cf_str room); /**< does the room with that key? NULL: none does */
    void *demands_ctx;
    const struct cf_content_codecs *codecs; /**< bodies: inflate, deflate, lists */
    struct cf_port_source *port_source;     /**< where RTP ports come from */
    struct cf_client_auth *auth;            /**< credentials for challenges of the configured proxy; NULL: none are answered */
    struct cf_domains domains;              /**< ours; the first is in URIs that we make */
    struct cf_str user;                     /**< user part of conference URIs */
    struct cf_str factories;                /**< user parts of factory URIs, separated by blanks */
    struct cf_str proxy;                    /**< URI that calls out go through; absent: straight to registered devices */
    struct cf_str product;                  /**< User-Agent and Server */
    enum cf_factory_answer factory_answer;
    bool has_open_rooms; /**< room-NAME exists as soon as somebody dials it */
    bool announces_chat; /**< clients that keep a chat room of each conference are told that there is chat */
    struct cf_conference_limits limits;
    struct cf_conference_times times;
    cf_usec ring_usec;              /**< how long people are rung */
    cf_usec quarantine_usec;        /**< how long a media port rests */
    cf_usec silence_usec;           /**< a leg without a packet that long is ended; 0: never */
    uint32_t video_kbps;            /**< bit rate asked of senders of pictures */
    cf_usec stats_interval_usec;    /**< statistics of all streams are taken that often; 0: never */
    uint32_t spread_from;           /**< members from which on a conference is spread over media workers; 0: never */
    bool pauses_unseen;             /**< cameras that nobody sees are asked to send next to nothing */
    const struct cf_sounds *sounds; /**< those of the media worker; NULL: nothing is said */
    enum cf_focus_prompts prompts;  /**< who is spoken to */
    struct cf_str language;         /**< tag, for callers that ask for none that there is */
    uint32_t tones_max;             /**< chimes when people come and go, up to so many in a conference; 0: none */
};

/** Who is behind a request, as the node found out. Views valid during the call. */
struct cf_caller {
    struct cf_str aor;       /**< canonical address of record */
    struct cf_str name;      /**< display name; absent: none */
    bool is_verified;        /**< proved by digest or by a trusted proxy */
    bool is_own;             /**< an account of this server, or vouched for by the trusted proxy: may create and be called */
    struct cf_str only_room; /**< a guest: key of the conference that may be entered, and no other; absent: no guest */
    struct cf_conference_pass pass; /**< a guest's rights there */
};

/** A focus; opaque. */
struct cf_focus;

/** A focus, or NULL if memory is out. @p wall: wall clock at @p now. */
struct cf_focus *cf_focus_create(const struct cf_focus_config *config, cf_usec now, cf_wall wall);

/** Free everything; nothing is sent. NULL is ignored. */
void cf_focus_destroy(struct cf_focus *focus);

/** Is @p uri a factory, a conference or a room of this focus? The host has been found to be ours. */
bool cf_focus_serves(const struct cf_focus *focus, const struct cf_sip_uri *uri);

/** A request outside a dialog for a URI that the focus serves. */
void cf_focus_on_request(struct cf_focus *focus, const struct cf_endpoint_event *event, const struct cf_caller *caller,
                         cf_usec now);

/**
 * An event of the endpoint for owner @p owner (the event's, or that of the dialog table for a request inside a dialog).
 */
void cf_focus_on_event(struct cf_focus *focus, struct cf_owner owner, const struct cf_endpoint_event *event, cf_usec now);

/** FLOW_CLOSED of the endpoint: a connection is gone, which calls and subscriptions may have come by. */
void cf_focus_on_flow_closed(struct cf_focus *focus, const struct cf_endpoint_event *event, cf_usec now);

/** An event of the media worker. */
void cf_focus_on_media(struct cf_focus *focus, const struct cf_media_event *event, cf_usec now);

/** Put a stored conference back, at start. Rows that are too much are counted and left out. */
void cf_focus_restore(struct cf_focus *focus, const struct cf_conference_row *row, cf_usec now);

/** Make a permanent room NAME, at start. */
CF_MUST_USE struct cf_denial cf_focus_add_room(struct cf_focus *focus, struct cf_str name, cf_usec now);

/** Octets of the longest key of a room. */
#define CF_FOCUS_KEY_MAX 64

/**
 * The key of the conference that people call @p name: a key ("room-tea", a conf-id) or a room's name ("tea"). It is there, or is
 * an open room that will be. NOT_FOUND, GONE and what else the directory says. @p room has CF_FOCUS_KEY_MAX octets.
 */
CF_MUST_USE struct cf_denial cf_focus_key_of(struct cf_focus *focus, struct cf_str name, char *room, struct cf_str *ret);

/** The conference that @p name means as for cf_focus_key_of(), which must be there. Errors of cf_directory_find(). */
CF_MUST_USE struct cf_denial cf_focus_find_room(struct cf_focus *focus, struct cf_str name, struct cf_conference **ret);

/** Only people of ours are called (attacks T16): is @p aor one? A trusted proxy decides for itself. */
bool cf_focus_may_call(const struct cf_focus *focus, struct cf_str aor);

/** A room's name out of its key; other keys as they are. */
struct cf_str cf_focus_room_name(struct cf_str key);

/**
 * Other settings from a configuration that was read again: factory_answer, has_open_rooms, limits, times and what follows them in
 * @p config; the rest of it is not looked at. What is there stays.
 */
void cf_focus_set_live(struct cf_focus *focus, const struct cf_focus_config *config);

/** No new calls from now on: 503 (drain). */
void cf_focus_drain(struct cf_focus *focus);

/** End every call and conference. */
void cf_focus_end_all(struct cf_focus *focus, cf_usec now);

/** Calls that are up or being set up. */
size_t cf_focus_leg_count(const struct cf_focus *focus);

/** The wall clock at @p now. */
cf_wall cf_focus_wall(const struct cf_focus *focus, cf_usec now);

/** The wall clock may have been set. */
void cf_focus_set_wall(struct cf_focus *focus, cf_usec now, cf_wall wall);

/** Next deadline, and what to do then. */
cf_usec cf_focus_deadline(const struct cf_focus *focus);
void cf_focus_on_deadline(struct cf_focus *focus, cf_usec now);

/** How one line of a call is doing, for the operator; by the media worker's latest statistics. */
struct cf_stream_stats {
    bool is_known;
    bool is_sound;
    uint16_t line;
    uint32_t rate_in_bps;
    uint32_t rate_out_bps;
    uint16_t lost_in_permille;
    uint16_t lost_out_permille;
    cf_usec jitter_in_usec;
    cf_usec jitter_out_usec;
    cf_usec round_trip_usec; /**< -1: not known */
    uint16_t mos_in_centi;   /**< estimates, times 100; 0: not known */
    uint16_t mos_out_centi;
    struct cf_handle shown; /**< pictures: leg whose goes out; unset: nobody's */
    uint8_t grade_out;      /**< 0: its finest encoding */
    uint32_t freezes_out;
    cf_usec frozen_out_usec;
    uint32_t switches_out;
    uint32_t discards[CF_MEDIA_DISCARD_COUNT]; /**< what came and was not used, by reason; since the line was set up */
};

/** Where connectivity checks (RFC 8445) have led a transport of a call. */
struct cf_leg_path {
    bool is_known; /**< there is something to tell */
    bool is_nominated;
    bool is_tcp;
    uint8_t remote_type; /**< enum cf_ice_type */
    enum cf_media_ice_state state;
    struct cf_addr local;  /**< ours; family NONE: not known */
    struct cf_addr remote; /**< the peer's; family NONE: there was none yet */
};

/** The path of transport @p index of call @p leg. False: it has none, or makes no checks. */
bool cf_focus_path(const struct cf_focus *focus, struct cf_handle leg, size_t index, struct cf_leg_path *ret);

/** Counters of the media worker, as it told them last. */
const struct cf_engine_totals *cf_focus_media_totals(const struct cf_focus *focus);

/**
 * People have compared the string that ZRTP shows at @p aor's devices in @p conf with ours, or take that back (@p is_verified
 * false). Only devices whose string is @p sas are meant (without regard to case); empty: all that have one. What comes of it is
 * in the roster as soon as the media worker has told; a later call is verified if the phone remembers it too (RFC 6189 section
 * 7.1). Returns how many devices were meant.
 */
size_t cf_focus_verify_sas(struct cf_focus *focus, struct cf_conference *conf, struct cf_str aor, struct cf_str sas,
                           bool is_verified);

/** Does @p conf demand AES-256, by itself or by the configuration? */
bool cf_focus_demands_aes256(const struct cf_focus *focus, const struct cf_conference *conf);

/** Statistics of line @p index of call @p leg. False: there is no such line, or nothing is known of it. */
bool cf_focus_stream(const struct cf_focus *focus, struct cf_handle leg, size_t index, struct cf_stream_stats *ret);

/** Lines of call @p leg, in use or not; 0 if it is gone. */
size_t cf_focus_stream_count(const struct cf_focus *focus, struct cf_handle leg);

/** The media worker that call @p leg lives on; 0 if it is gone. */
size_t cf_focus_worker(const struct cf_focus *focus, struct cf_handle leg);

/** What the focus wants done. */
enum cf_focus_out_kind {
    CF_FOCUS_OUT_MEDIA,  /**< give .command to the media worker */
    CF_FOCUS_OUT_STORE,  /**< write .row */
    CF_FOCUS_OUT_FORGET, /**< delete the row of .key */
};

/** Something to do; valid until the next call on the focus. */
struct cf_focus_out {
    enum cf_focus_out_kind kind;
    const struct cf_media_command *command;
    struct cf_conference_row row;
    struct cf_str key;
};

/** Next thing to do. False: nothing left. */
bool cf_focus_poll(struct cf_focus *focus, cf_usec now, struct cf_focus_out *ret);

/** The directory, for the operator's views and commands; drain cf_focus_poll() afterwards. */
struct cf_directory *cf_focus_directory(struct cf_focus *focus);

#endif
