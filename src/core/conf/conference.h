/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One conference (RFC 4353, 4579): a machine that decides who may come in, who is called, who is hung up on, who is administrator
 * and when it is over. It knows neither SIP nor RTP: the focus tells it what happened to calls and does what it says. Identities
 * are canonical addresses of record, made and authenticated by the focus; the conference compares them octet by octet.
 *
 * Use: each event is one call with `now`; then drain cf_directory_poll() until CF_CONF_OUT_NONE. Pointers in what poll returns
 * are valid until the next event. Devices are named by handles; an event for a device that is gone is ignored (calls end on both
 * sides at the same time), except that it is counted in `stale`. Event functions that a member's wish can bring about return a
 * struct cf_denial; out-parameters are untouched if it is not none.
 *
 * The rules in short (docs/rfc/4579.md has them with their tests):
 *  - The organiser is administrator from the moment of being in, however they came in. When the last administrator goes while
 *    others are in, whoever has been in longest becomes one; so does the first who is in where there is no organiser to wait for
 *    (rooms, an ad hoc conference into which the operator has called somebody).
 *  - Ad hoc: waits for its organiser, calls the people on its list when the organiser is in, is over when the last device has
 *    left. Scheduled: can be entered from `availability before start` on, may be empty in between, is over when it expires.
 *    Room: always there; an on-demand room disappears without trace when it is empty.
 *  - The same device calling again takes the place of its former call. A participant who dials in while being called in is no
 *    longer called.
 *  - Called in vain (busy, declined, unreachable): shown with the reason for a while, then removed.
 *  - In a locked conference only those get in that are in already (another device) or that an administrator has called. With a
 *    lobby people who were not invited wait: they are shown as on-hold and have no media until an administrator admits them.
 *    The same wait at the door of a conference with a PIN until they have entered it; with a lobby too they wait there then.
 *  - Guests (no account; struct cf_conference_pass) come with a role. They are never made administrator for having been in
 *    longest, and call nobody in.
 *  - Administrators are the moderators: they mute and unmute, make speakers of listeners, lower hands, remove, lock, end.
 *
 * Single-threaded. Limits: cf_conference_limits. Memory per member about 1 kB (cf_roster_participant + cf_roster_device).
 */
#ifndef CF_CORE_CONF_CONFERENCE_H
#define CF_CORE_CONF_CONFERENCE_H

#include "base/heap.h"
#include "core/conf/denial.h"
#include "core/conf/pin_guard.h"
#include "core/conf/resource_list.h"
#include "core/conf/roster.h"

/** Longest strings, octets. */
#define CF_CONFERENCE_KEY_MAX 64
#define CF_CONFERENCE_URI_MAX 512
#define CF_CONFERENCE_SUBJECT_MAX 256

/** Maxima. All from the configuration. */
struct cf_conference_limits {
    size_t conferences;  /**< of a server */
    size_t per_account;  /**< conferences that one account has organised and that are not over */
    size_t participants; /**< of a conference, those being called included */
    size_t devices;      /**< of a participant */
    size_t list;         /**< people on a list */
    size_t tombstones;   /**< conferences that are over and still answered for */
};

/** Durations. */
struct cf_conference_times {
    cf_usec organiser_wait_usec;   /**< an ad hoc conference whose organiser doesn't come ends after this; 60 s */
    cf_usec failed_shown_usec;     /**< how long a call in vain is shown; 20 s */
    cf_usec departed_shown_usec;   /**< how long a participant without device is kept; 1 s, see roster-notifications.md */
    cf_usec available_before_usec; /**< how early a scheduled conference can be entered; 15 min */
    cf_usec expires_after_usec;    /**< how long after its end (without one: its start) it can be; 24 h */
    cf_usec tombstone_usec;        /**< how long it is answered for after it is over; 24 h */
};

/** The defaults that the comments above name. */
extern const struct cf_conference_limits cf_conference_limits_default;
extern const struct cf_conference_times cf_conference_times_default;

/** What all conferences of a server share. The directory has it; tests may have one of their own. */
struct cf_conference_env {
    const struct cf_mem *mem;
    const struct cf_entropy *entropy;
    struct cf_conference_limits limits;
    struct cf_conference_times times;
    cf_wall wall_offset;   /**< wall clock = now + this */
    struct cf_heap timers; /**< one timer a conference */
    struct cf_list busy;   /**< conferences that have something to be polled */
    struct cf_pin_guard guard;
    struct cf_list happenings; /**< conference_happening.h: not polled yet */
    size_t happening_count;
    bool keeps_happenings;
    uint64_t lost_happenings; /**< there was no room or memory for */
};

/** Set up and tear down @p env; conferences made with it must be gone by then. Limits and times are copied; NULL: defaults. */
void cf_conference_env_init(struct cf_conference_env *env, const struct cf_mem *mem, const struct cf_entropy *entropy,
                            const struct cf_conference_limits *limits, const struct cf_conference_times *times);
void cf_conference_env_fini(struct cf_conference_env *env);

/** What a conference is made of. Strings and the list are copied. */
struct cf_conference_config {
    enum cf_conference_kind kind;
    enum cf_conference_access access;
    struct cf_str key;                       /**< conf-id or room name: names the conference in its server */
    struct cf_str uri;                       /**< canonical conference URI, as in the focus' Contact */
    struct cf_str subject;                   /**< absent or empty: none yet */
    struct cf_str organiser;                 /**< AOR; absent: none (rooms) */
    struct cf_str organiser_name;            /**< display name */
    cf_wall start;                           /**< SCHEDULED: when it begins; 0: now */
    cf_wall end;                             /**< when it should be over; 0: open */
    bool has_video;                          /**< members may send pictures */
    bool has_lobby;                          /**< people who were not invited wait to be admitted */
    bool demands_aes256;                     /**< media is encrypted with AES-256, or there is no call */
    struct cf_str pin;                       /**< whom nobody has invited has to enter it; absent or empty: none */
    const struct cf_resource_list *invitees; /**< NULL: none. AORs, canonical: the focus has looked at each URI */
};

/** What is to be done; rows of cf_conference_out. */
enum cf_conference_out_kind {
    CF_CONF_OUT_NONE,     /**< nothing more */
    CF_CONF_OUT_INVITE,   /**< call .device's participant: report cf_conference_on_dialing() at once, then what becomes of it */
    CF_CONF_OUT_HANG_UP,  /**< BYE or CANCEL .leg (and .device, NULL if it is no longer known), and report cf_conference_on_left()
                           */
    CF_CONF_OUT_ADMITTED, /**< .device may have media now */
    CF_CONF_OUT_MUTE,     /**< .device's sound is to be silenced, or heard again: see its is_muted */
    CF_CONF_OUT_ROSTER,   /**< documents changed: ask each subscriber's deadline (roster_document.h) */
    CF_CONF_OUT_STORE,    /**< write cf_conference_row_of() to the store */
    CF_CONF_OUT_OVER,     /**< it is over: end subscriptions and forget it. The last one of a conference */
};

/** Why a call is ended by us. */
enum cf_hang_up_reason {
    CF_HANG_UP_REMOVED,  /**< an administrator removed the participant */
    CF_HANG_UP_REPLACED, /**< the same device called again */
    CF_HANG_UP_JOINED,   /**< the participant has come in by another call: this one rings in vain */
    CF_HANG_UP_DENIED,   /**< was not let in from the lobby */
    CF_HANG_UP_OVER,     /**< the conference is over */
    CF_HANG_UP_WEAK,     /**< its media is not encrypted as the conference demands */
};

struct cf_conference;

/** Something to be done. */
struct cf_conference_out {
    enum cf_conference_out_kind kind;
    struct cf_conference *conference;
    const struct cf_roster_device *device; /**< INVITE, ADMITTED, MUTE, HANG_UP (may be NULL there) */
    struct cf_handle leg;                  /**< HANG_UP: the focus' name of the call; unset if it never told one */
    enum cf_hang_up_reason reason;         /**< HANG_UP */
};

/** Somebody on the list. */
struct cf_conference_invitee {
    struct cf_str aor;  /**< owned, canonical */
    struct cf_str name; /**< owned */
    enum cf_conf_role role;
    uint32_t sequence; /**< X-SEQ */
    enum cf_copy_control copy;
    bool is_anonymous;       /**< both for the list that the people called get */
    bool was_called;         /**< since the conference began to run */
    struct cf_map_node node; /**< by aor */
};

/** A conference. Readable by all; written by conference*.c only. */
struct cf_conference {
    struct cf_conference_env *env;
    struct cf_handle handle; /**< the directory's name for it */
    enum cf_conference_kind kind;
    enum cf_conference_state state;
    enum cf_conference_access access;
    struct cf_str key;       /**< owned */
    struct cf_str uri;       /**< owned */
    struct cf_str subject;   /**< owned; empty: none */
    struct cf_str organiser; /**< owned; absent: none */
    struct cf_str organiser_name;
    struct cf_str pin; /**< owned: whom nobody has invited has to enter it; empty: none */
    cf_wall start;     /**< 0: at once */
    cf_wall end;       /**< 0: open */
    cf_wall created;   /**< for the document's event time too */
    cf_wall over;      /**< when it ended, was cancelled or expired; 0: it hasn't */
    bool has_video;
    bool is_locked;
    bool has_lobby;
    bool demands_aes256;
    bool has_dialled_list;                   /**< the people on the list were called */
    bool needs_admin;                        /**< an administrator has gone, or somebody came where one must be */
    struct cf_conference_invitee **invitees; /**< owned, in the order of the list */
    size_t invitee_count;
    size_t invitees_max;
    struct cf_map invitees_by_aor;
    struct cf_roster roster;
    size_t in_count;         /**< devices that are in or on their way in; not those in the lobby */
    size_t people_count;     /**< participants of whom a device is in */
    struct cf_list out;      /**< devices with something to be polled */
    struct cf_list linger;   /**< devices that were called in vain, oldest first */
    struct cf_list departed; /**< participants without device, oldest first */
    cf_usec begun;           /**< when it was created or restored, monotonic */
    struct cf_timer timer;
    struct cf_link in_busy;
    struct cf_map_node node; /**< the directory's */
    uint64_t told;           /**< sequence number of the roster at the last CF_CONF_OUT_ROSTER */
    bool must_store;         /**< CF_CONF_OUT_STORE is due */
    bool is_over_told;       /**< CF_CONF_OUT_OVER was polled */
    uint64_t stale;          /**< events for devices that were gone */
};

/**
 * What a guest comes in with (a meeting link, or the PIN entered elsewhere): it stands for being invited and for the PIN, not
 * for being let in from the lobby, but for moderators. Zeroed: no guest.
 */
struct cf_conference_pass {
    bool is_guest;
    bool is_moderator;
    enum cf_conf_role role;
};

/** A call as the focus knows it. Strings are copied. */
struct cf_conference_call {
    struct cf_str aor;  /**< canonical address of record of the caller or called */
    struct cf_str name; /**< display name as they gave it; absent: none */
    bool is_verified;   /**< aor was authenticated by us or by a trusted proxy */
    struct cf_conference_pass pass;
    struct cf_str entity;      /**< GRUU, or contact if there is none: names the device */
    struct cf_roster_call ids; /**< dialog identifiers */
    struct cf_handle leg;      /**< the focus' name of the call, given back in CF_CONF_OUT_HANG_UP */
};

/** Result of an attempt to come in. */
struct cf_admission {
    struct cf_denial denial; /**< none: accept the call */
    struct cf_handle device; /**< set if accepted */
    bool is_waiting;         /**< in the lobby: no media until CF_CONF_OUT_ADMITTED */
    bool wants_pin;          /**< waiting for cf_conference_on_pin() */
};

/** Why a call out failed. */
enum cf_call_failure {
    CF_CALL_BUSY,        /**< 486, 600 */
    CF_CALL_DECLINED,    /**< 603, 403 */
    CF_CALL_NO_ANSWER,   /**< rang in vain, 408, 487 after our CANCEL */
    CF_CALL_UNREACHABLE, /**< 404, 480, 5xx, no route */
};

/** What a device sends and receives. */
struct cf_media_update {
    enum cf_media_status status; /**< as the device sees it */
    enum cf_media_content content;
    bool has_ssrc;
    uint32_t ssrc;
};

/** Who wants something done. */
struct cf_conference_actor {
    struct cf_str aor; /**< canonical, authenticated */
    bool is_operator;  /**< the server's own operator: may do everything */
};

/* --- life --- */

/**
 * A new conference. LIST_TOO_LONG, TOO_LONG, NO_MEMORY; nothing is left behind then. Only the directory and tests call this: see
 * cf_directory_create().
 */
CF_MUST_USE struct cf_denial cf_conference_init(struct cf_conference *conf, struct cf_conference_env *env, cf_usec now,
                                                const struct cf_conference_config *config);

/** Free everything. Calls that are still up are the focus' business. */
void cf_conference_fini(struct cf_conference *conf);

/** Next thing to be done by this conference, or CF_CONF_OUT_NONE. Normally cf_directory_poll() is used. */
struct cf_conference_out cf_conference_poll(struct cf_conference *conf);

/** Time has passed: the env's timer of this conference is due. */
void cf_conference_on_deadline(struct cf_conference *conf, cf_usec now);

/** The wall clock jumped: the timer is set anew. */
void cf_conference_on_wall_clock(struct cf_conference *conf, cf_usec now);

/** The conference that @p timer belongs to. */
struct cf_conference *cf_conference_of_timer(struct cf_timer *timer);

/* --- calls that come in --- */

/** May somebody with this identity come in now? Nothing changes. For answering before a call is set up, and for tests. */
struct cf_denial cf_conference_may_join(const struct cf_conference *conf, cf_usec now, struct cf_str aor);

/** A device called. If accepted it is dialing-in until cf_conference_on_connected(). */
CF_MUST_USE struct cf_admission cf_conference_on_dial_in(struct cf_conference *conf, cf_usec now,
                                                         const struct cf_conference_call *call);

/** Its call is set up (ACK arrived, ICE concluded). Also for calls out, which are connected by cf_conference_on_answered(). */
void cf_conference_on_connected(struct cf_conference *conf, cf_usec now, struct cf_handle device);

/* --- calls that go out, in this order --- */

/** The answer to CF_CONF_OUT_INVITE, before any other event: there is a call now. Its leg and, as far as known, ids; no entity.
 */
void cf_conference_on_dialing(struct cf_conference *conf, cf_usec now, struct cf_handle device,
                              const struct cf_conference_call *call);

/** It rings somewhere. */
void cf_conference_on_ringing(struct cf_conference *conf, cf_usec now, struct cf_handle device);

/** A device answered: call->entity names it. If that device is in already by a call of its own, this one is hung up. */
void cf_conference_on_answered(struct cf_conference *conf, cf_usec now, struct cf_handle device,
                               const struct cf_conference_call *call);

/** Nobody answered. @p code and @p text are for the roster (486, "Busy Here"); 0 and absent if there is none. */
void cf_conference_on_dial_failed(struct cf_conference *conf, cf_usec now, struct cf_handle device, enum cf_call_failure failure,
                                  const struct cf_roster_cause *cause);

/* --- calls that are up --- */

/** The call is over: the device said BYE, or ours was answered (@p failed false), or it broke (true). */
void cf_conference_on_left(struct cf_conference *conf, cf_usec now, struct cf_handle device, bool failed);

/** The device put us on hold or took us back. */
void cf_conference_on_hold(struct cf_conference *conf, cf_usec now, struct cf_handle device, bool is_held);

/**
 * The device's media is encrypted now, or otherwise than before: @p protection ("dtls AEAD_AES_128_GCM"; cut to what the roster
 * keeps) is shown to everybody. @p is_aes256: all of it is AES-256; else the device is hung up on (WEAK) where that is demanded.
 */
void cf_conference_on_protection(struct cf_conference *conf, cf_usec now, struct cf_handle device, struct cf_str protection,
                                 bool is_aes256);

/**
 * ZRTP's short authentication string of the device's call (RFC 6189 section 7; cut to what the roster keeps), and whether it has
 * been compared: shown to everybody, since it is no secret (section 4.5.2). Empty: it has none any more.
 */
void cf_conference_on_sas(struct cf_conference *conf, cf_usec now, struct cf_handle device, struct cf_str sas, bool is_verified);

/**
 * Not all pictures that the device asked for fit its link (@p is_starved), or some come in no format that it takes (@p
 * lacks_codec): shown, so that one knows why.
 */
void cf_conference_on_paused(struct cf_conference *conf, cf_usec now, struct cf_handle device, bool is_starved, bool lacks_codec);

/**
 * The device is about to send @p content on its video line: its label changes at once, so that the answer can name it, and
 * subscribers are told with cf_conference_on_media().
 */
void cf_conference_on_content(struct cf_conference *conf, struct cf_handle device, enum cf_media_content content);

/** What the device sends and receives after an offer and answer; CF_CONF_MEDIA_COUNT updates by enum cf_conf_media_kind. */
void cf_conference_on_media(struct cf_conference *conf, cf_usec now, struct cf_handle device,
                            const struct cf_media_update *updates);

/* --- what members want --- */

/** Have somebody called (REFER). Nothing happens if they are in or being called. NOT_ADMIN, FULL, STATE... */
CF_MUST_USE struct cf_denial cf_conference_on_add(struct cf_conference *conf, cf_usec now,
                                                  const struct cf_conference_actor *actor, const struct cf_resource_entry *entry);

/**
 * Add people to the list (recipient list in the INVITE of somebody who comes in); an ad hoc conference calls those that were
 * not called yet as soon as it runs. All or nothing. NOT_ADMIN, LIST_TOO_LONG, FULL...
 */
CF_MUST_USE struct cf_denial cf_conference_on_list(struct cf_conference *conf, cf_usec now,
                                                   const struct cf_conference_actor *actor, const struct cf_resource_list *list);

/** Remove a participant with all devices (REFER method=BYE). Everybody may remove themselves. NOT_ADMIN, NOT_MEMBER. */
CF_MUST_USE struct cf_denial cf_conference_on_remove(struct cf_conference *conf, cf_usec now,
                                                     const struct cf_conference_actor *actor, struct cf_str aor);

/** Make a participant administrator or take that away (REFER admin=1, 0). The last one stays it. NOT_ADMIN, NOT_MEMBER. */
CF_MUST_USE struct cf_denial cf_conference_on_set_admin(struct cf_conference *conf, cf_usec now,
                                                        const struct cf_conference_actor *actor, struct cf_str aor,
                                                        bool is_admin);

/** Let a participant speak, or only listen. NOT_ADMIN, NOT_MEMBER. */
CF_MUST_USE struct cf_denial cf_conference_on_set_role(struct cf_conference *conf, cf_usec now,
                                                       const struct cf_conference_actor *actor, struct cf_str aor,
                                                       enum cf_conf_role role);

/**
 * A Subject came in a re-INVITE. Canned texts of Linphone and the present subject are no change (subject.h): none then, whoever
 * sent it. NOT_ADMIN otherwise if the actor is not: the focus ignores that, since phones send subjects with every re-INVITE.
 */
CF_MUST_USE struct cf_denial cf_conference_on_subject(struct cf_conference *conf, cf_usec now,
                                                      const struct cf_conference_actor *actor, struct cf_str subject);

/** Silence a participant's devices (muted-via-focus) or let them be heard again. Everybody may mute themselves. */
CF_MUST_USE struct cf_denial cf_conference_on_mute(struct cf_conference *conf, cf_usec now,
                                                   const struct cf_conference_actor *actor, struct cf_str aor, bool is_muted);

/** Silence everybody who is in but administrators. They may unmute themselves. NOT_ADMIN. */
CF_MUST_USE struct cf_denial cf_conference_on_mute_all(struct cf_conference *conf, cf_usec now,
                                                       const struct cf_conference_actor *actor);

/** Raise one's hand, or lower it; an administrator may lower everybody's. NOT_ADMIN, NOT_MEMBER. */
CF_MUST_USE struct cf_denial cf_conference_on_hand(struct cf_conference *conf, cf_usec now,
                                                   const struct cf_conference_actor *actor, struct cf_str aor, bool is_up);

/** Lock or unlock. NOT_ADMIN. */
CF_MUST_USE struct cf_denial cf_conference_on_lock(struct cf_conference *conf, cf_usec now,
                                                   const struct cf_conference_actor *actor, bool is_locked);

/** Let a participant in from the lobby, or send them away. NOT_ADMIN, NOT_MEMBER. */
CF_MUST_USE struct cf_denial cf_conference_on_admit(struct cf_conference *conf, cf_usec now,
                                                    const struct cf_conference_actor *actor, struct cf_str aor, bool is_let_in);

/** Let everybody in who waits and owes no PIN. NOT_ADMIN. */
CF_MUST_USE struct cf_denial cf_conference_on_admit_all(struct cf_conference *conf, cf_usec now,
                                                        const struct cf_conference_actor *actor);

/** Have a lobby from now on, or none: then those who wait in it come in. NOT_ADMIN. */
CF_MUST_USE struct cf_denial cf_conference_on_lobby(struct cf_conference *conf, cf_usec now,
                                                    const struct cf_conference_actor *actor, bool has_lobby);

/** Demand AES-256 from now on, or not any more: devices that are in with less are hung up on (WEAK), and may come again with it.
 * NOT_ADMIN. */
CF_MUST_USE struct cf_denial cf_conference_on_aes256(struct cf_conference *conf, cf_usec now,
                                                     const struct cf_conference_actor *actor, bool is_demanded);

/** Ask for @p pin from now on (4 to CF_PIN_MAX digits; empty: none). NOT_ADMIN, TOO_LONG (not a PIN), NO_MEMORY. */
CF_MUST_USE struct cf_denial cf_conference_on_set_pin(struct cf_conference *conf, cf_usec now,
                                                      const struct cf_conference_actor *actor, struct cf_str pin);

/** Wrong PINs of a call before it is ended. */
#define CF_CONFERENCE_PINS_MAX 3

/** A device that owes the PIN has entered @p digits. After CF_CONFERENCE_PINS_MAX wrong ones, or when barred, it is hung up. */
enum cf_pin_verdict cf_conference_on_pin(struct cf_conference *conf, cf_usec now, struct cf_handle device, struct cf_str digits);

/** Move a scheduled conference. */
struct cf_conference_update {
    struct cf_str subject;                   /**< absent: leave */
    cf_wall start;                           /**< 0: now */
    cf_wall end;                             /**< 0: open */
    const struct cf_resource_list *invitees; /**< NULL: leave */
};

/** Change time, subject and list of a scheduled conference. IN_USE while somebody is in, NOT_ORGANISER, STATE (not scheduled). */
CF_MUST_USE struct cf_denial cf_conference_on_update(struct cf_conference *conf, cf_usec now,
                                                     const struct cf_conference_actor *actor,
                                                     const struct cf_conference_update *update);

/** Call a scheduled conference off. IN_USE, NOT_ORGANISER, STATE. */
CF_MUST_USE struct cf_denial cf_conference_on_cancel(struct cf_conference *conf, cf_usec now,
                                                     const struct cf_conference_actor *actor);

/** End it for everybody: all calls are hung up. A scheduled or room conference is empty then, an ad hoc one over. NOT_ADMIN. */
CF_MUST_USE struct cf_denial cf_conference_on_end(struct cf_conference *conf, cf_usec now,
                                                  const struct cf_conference_actor *actor);

/** End it for good, rooms too: only the operator may. NOT_ADMIN, GONE. */
CF_MUST_USE struct cf_denial cf_conference_on_delete(struct cf_conference *conf, cf_usec now,
                                                     const struct cf_conference_actor *actor);

/* --- questions --- */

/** Write the list that goes with an INVITE to the people called: those invited and the organiser (RFC 5366 section 5). */
void cf_put_conference_list(struct cf_writer *w, const struct cf_conference *conf);

/** Over (ended, cancelled, expired)? */
bool cf_conference_is_over(const struct cf_conference *conf);

/** Is @p aor in the conference with at least one device? */
bool cf_conference_is_member(const struct cf_conference *conf, struct cf_str aor);

/** People who are in the conference or on their way in, those in the lobby not counted. */
size_t cf_conference_people(const struct cf_conference *conf);

/** May @p actor act as administrator? */
bool cf_conference_is_admin(const struct cf_conference *conf, const struct cf_conference_actor *actor);

/** From when on a scheduled conference can be entered, and when it expires; 0 and INT64_MAX where there is no bound. */
cf_wall cf_conference_opens(const struct cf_conference *conf);
cf_wall cf_conference_expires(const struct cf_conference *conf);

#endif
