/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A leg: one call of a member. Private to core/focus. */
#ifndef CF_CORE_FOCUS_LEG_H
#define CF_CORE_FOCUS_LEG_H

#include "core/dialog/session.h"
#include "core/focus/focus.h"
#include "core/focus/focus_timer.h"
#include "core/focus/line_use.h"
#include "core/menu/attendant.h"
#include "core/registrar/ways.h"

struct cf_dial;
struct cf_room;

/** One m-line of a leg, kept from one negotiation to the next. */
struct cf_leg_line {
    struct cf_port_pair ports; /**< family NONE: none, or bundled with another line */
    struct cf_addr
        nominated;  /**< our candidate that the peer says it has nominated: the default of our answer; family NONE: none */
    bool is_shared; /**< received on the port that all members with ICE share; no .ports then */
    struct cf_local_ice *ice; /**< owned; candidates as last described; NULL: none */
    struct cf_tag mid;        /**< as agreed on */
    uint16_t transport;       /**< of the agreement, while .is_active */
    uint32_t ssrc;            /**< of what we send */
    uint8_t zrtp;             /**< place in the leg's Hello hashes + 1; 0: none */
    enum cf_media_kind kind;
    struct cf_line_use use;       /**< what it is for by the latest description */
    struct cf_tag label;          /**< as offered */
    bool is_active;               /**< agreed on */
    bool is_bundled;              /**< agreed on, with the transport of another line */
    bool has_used_ports;          /**< the media worker knows .ports */
    bool is_told;                 /**< the media worker knows the line */
    bool is_weak;                 /**< the transport whose index is this line's is not encrypted by AES-256 */
    bool has_sas;                 /**< and has a short authentication string of ZRTP */
    uint8_t paused;               /**< what it should show is not sent: bits by enum cf_media_pause */
    struct cf_stream_stats stats; /**< the latest; .is_known false: none yet */
    struct cf_leg_path path;      /**< of the transport whose index is this line's */
};

/** One call of a member, in or out. */
struct cf_leg {
    struct cf_handle handle; /**< ours, the conference's and the media worker's */
    struct cf_room *room;    /**< borrowed */
    struct cf_link in_room;
    size_t worker; /**< the media worker that it lives on */
    struct cf_focus_timer timer;
    struct cf_session session;
    struct cf_handle device; /**< in the roster; unset: not admitted */
    struct cf_dial *dial;    /**< the attempt it is part of; NULL: called in, or has won */
    struct cf_link in_dial;
    struct cf_way way;           /**< called out: the binding that is called; zeros: by the proxy, or called in */
    bool is_again;               /**< called out: over another flow of a device that has failed over one */
    bool was_heard;              /**< called out: the device has said that it is at work */
    uint8_t refused_protections; /**< how many ways of protecting its media the peer has refused (488) */
    struct cf_list referrals;    /**< of struct cf_referral.in_leg: they share the session's dialog */
    struct cf_str aor;           /**< owned, canonical */
    struct cf_str name;          /**< owned display name */
    bool is_verified;
    struct cf_conference_pass pass;
    bool is_secure;    /**< signalling is encrypted */
    bool is_browser;   /**< called over WebSocket: it insists on DTLS and knows congestion control */
    bool has_media;    /**< the media worker knows it */
    bool is_waiting;   /**< in the lobby */
    bool is_muted;     /**< by an administrator */
    bool is_listener;  /**< neither heard nor seen */
    bool takes_cpim;   /**< it reads message/cpim (RFC 3862) */
    cf_usec chat_at;   /**< when all its messages so far would have come at the allowed rate */
    cf_usec notice_at; /**< and all its notices about messages */
    struct cf_menu menu;
    char tone;         /**< key that was heard last; NUL: none */
    cf_usec tone_at;   /**< when */
    bool keys_by_info; /**< the phone says its keys by INFO */
    struct cf_attendant attendant;
    bool believes_muted;                                 /**< what its user knows of being muted */
    cf_usec farewell_until;                              /**< a last word is said, then it ends; 0: no */
    cf_usec errand_until;                                /**< it is an errand (errand.c), and ends then; 0: it is a member's */
    bool has_left;                                       /**< the conference knows that it is over */
    bool sees_video;                                     /**< the conference has pictures */
    bool asks_by_label;                                  /**< it has offered lines with a label or content */
    bool is_heard;                                       /**< something of its media has come */
    cf_usec path_until;                                  /**< it ends then unless media finds a way; never: it has one */
    bool has_way;                                        /**< connectivity checks have nominated a pair */
    bool waits_for_way;                                  /**< .look_at: its state may have come while it was checking */
    cf_usec look_at;                                     /**< is every picture asked for? Looked at then; never: no need */
    uint64_t lacked;                                     /**< by the last look, which pictures were not asked for; 0: none */
    struct cf_addr local;                                /**< where signalling came to: media is received at the same address */
    struct cf_addr peer;                                 /**< where signalling comes from */
    struct cf_media_update updates[CF_CONF_MEDIA_COUNT]; /**< as last told to the conference */
    bool has_zrtp;                                       /**< it was prepared */
    uint8_t zrtp_count;                                  /**< hashes that lines have */
    uint8_t zrtp_hashes[CF_FOCUS_ZRTP_LINES][CF_ZRTP_HASH_LEN];
    struct cf_leg_line *lines; /**< by index of the m-line */
    size_t line_count;
    size_t lines_max;
    size_t agreed_count; /**< m-lines of the agreement in force; 0: there is none */
};

/** A leg without session. NULL if memory is out. */
struct cf_leg *cf_leg_create(struct cf_room *room, const struct cf_caller *caller);

/** Free at once; media is told, ports rest. */
void cf_leg_destroy(struct cf_leg *leg, cf_usec now);

/** Take what the session has to say, set its timer; the leg may be gone after this. */
void cf_leg_settle(struct cf_leg *leg, cf_usec now);

/** Its deadline has changed. */
void cf_leg_set_timer(struct cf_leg *leg);

/** What the conference needs to know of the call; views into leg and session. */
struct cf_conference_call cf_leg_call(const struct cf_leg *leg, struct cf_str entity);

#endif
