/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the focus: its objects and who does what. Private to core/focus. */
#ifndef CF_CORE_FOCUS_FOCUS_IMPL_H
#define CF_CORE_FOCUS_FOCUS_IMPL_H

#include "core/conf/roster_document.h"
#include "core/dialog/notifier.h"
#include "core/dialog/session.h"
#include "core/focus/focus.h"
#include "core/focus/line_use.h"
#include "core/focus/placement.h"
#include "core/menu/attendant.h"

/** What a timer of the focus is of. */
enum cf_focus_timer_kind {
    CF_FOCUS_TIMER_LEG,
    CF_FOCUS_TIMER_DIAL,
    CF_FOCUS_TIMER_WATCHER,
    CF_FOCUS_TIMER_REFERRAL,
};

/** A deadline in the focus' heap that knows its object. */
struct cf_focus_timer {
    struct cf_timer timer;
    enum cf_focus_timer_kind kind;
};

/** The focus' side of a conference: how it presents itself, its legs and its subscribers. */
struct cf_room {
    struct cf_map_node node;            /**< key: the conference's handle */
    struct cf_handle conference;        /**< the directory's name */
    struct cf_handle handle;            /**< ours, and the media worker's */
    struct cf_focus *focus;             /**< borrowed */
    struct cf_str contact;              /**< owned: "<uri>;isfocus" */
    struct cf_str fields;               /**< owned: "Subject: ...\r\n", or empty */
    struct cf_ua_profile profile;       /**< of all its usages but errands */
    struct cf_ua_profile plain_profile; /**< of errands: the same without isfocus */
    struct cf_list legs;                /**< of struct cf_leg.in_room */
    struct cf_list dials;               /**< of struct cf_dial.in_room */
    struct cf_list watchers;            /**< of struct cf_watcher.in_room */
    struct cf_list referrals;           /**< of struct cf_referral.in_room */
    struct cf_list deliveries;          /**< of struct cf_delivery.in_room */
    uint32_t people;                    /**< in the conference, as last heard */
    uint32_t leg_count;                 /**< of .legs */
    uint16_t workers;                   /**< media workers that have the room, as bits; its home is one of them */
    bool is_over;                       /**< the conference is gone; the room goes with its last usage */
};

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
    uint8_t paused;               /**< what it should show is not sent: bits by enum cf_media_pause */
    struct cf_stream_stats stats; /**< the latest; .is_known false: none yet */
    struct cf_leg_path path;      /**< of the transport whose index is this line's */
};

struct cf_dial;

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
    uint64_t binding;         /**< called out: hash of the Contact that is called; 0: by the proxy */
    uint8_t keying_rank;      /**< keyings that the peer has refused */
    struct cf_list referrals; /**< of struct cf_referral.in_leg: they share the session's dialog */
    struct cf_str aor;        /**< owned, canonical */
    struct cf_str name;       /**< owned display name */
    bool is_verified;
    struct cf_conference_pass pass;
    bool is_secure;   /**< signalling is encrypted */
    bool is_browser;  /**< called over WebSocket: it insists on DTLS and knows congestion control */
    bool has_media;   /**< the media worker knows it */
    bool is_waiting;  /**< in the lobby */
    bool is_muted;    /**< by an administrator */
    bool is_listener; /**< neither heard nor seen */
    bool takes_cpim;  /**< it reads message/cpim (RFC 3862) */
    cf_usec chat_at;  /**< when all its messages so far would have come at the allowed rate */
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

/** An attempt to reach a participant: all registered devices at once, the first answer wins. */
struct cf_dial {
    struct cf_room *room;
    struct cf_link in_room;
    struct cf_focus_timer timer; /**< end of ringing */
    struct cf_handle device;     /**< of the roster */
    struct cf_list legs;         /**< of struct cf_leg.in_dial */
    unsigned best_status;        /**< most telling final response so far; 0: none */
    bool is_ringing;
};

/** A subscription to something of a room. */
struct cf_room_subscription {
    struct cf_room *room;
    struct cf_handle_table *handles; /**< of the focus: where its handle is of; NULL: in none */
    struct cf_handle handle;
    struct cf_link in_room;
    struct cf_focus_timer timer;
    struct cf_notifier notifier;
};

/** A subscription to the conference event package. */
struct cf_watcher {
    struct cf_room_subscription sub;
    struct cf_str aor; /**< owned: who watches */
    struct cf_roster_subscriber subscriber;
    bool has_subscriber;
    bool takes_deflate; /**< may be sent compressed documents */
    bool is_asked;      /**< the notifier knows that there is news; it says when */
    bool is_ending;
};

/** The subscription that a REFER made (RFC 3515): it tells how it went. */
struct cf_referral {
    struct cf_room_subscription sub;
    struct cf_link in_leg; /**< the leg in whose dialog it was made; in none: it has a dialog of its own */
    struct cf_str aor;     /**< owned: whose call is waited for; absent: nothing is */
    unsigned status;       /**< what is told; below 200: that is not known yet */
};

/** A copy of a chat message on its way to a device. */
struct cf_delivery {
    struct cf_handle handle;
    struct cf_room *room;
    struct cf_link in_room;
    struct cf_dialog dialog; /**< no dialog, but what a request needs of one */
    struct cf_outgoing message;
};

/** A command for media that waits to be polled. */
struct cf_focus_command {
    struct cf_link link;
    struct cf_media_command command;
};

/** The focus. */
struct cf_focus {
    struct cf_focus_config config;
    struct cf_directory directory;
    struct cf_ports ports;
    struct cf_engine_totals media_totals; /**< the latest */
    uint32_t loads[CF_PORT_WORKERS_MAX];  /**< legs, by media worker */
    struct cf_heap timers;
    struct cf_map rooms; /**< by conference handle */
    struct cf_handle_table room_handles;
    struct cf_handle_table legs;
    struct cf_handle_table watchers;
    struct cf_handle_table referrals;
    struct cf_handle_table deliveries;
    struct cf_list commands;         /**< of struct cf_focus_command */
    struct cf_focus_command *polled; /**< handed out last */
    struct cf_policy strict;         /**< config.policy as it is for one leg (AES-256, browsers), made anew when it is needed */
    char *scratch;                   /**< CF_FOCUS_SCRATCH_MAX octets for documents */
    char *deflated;                  /**< the same for compressed ones */
    bool is_draining;
    uint64_t lost_commands; /**< for want of memory */
    uint64_t lost_messages; /**< copies of chat messages that were refused, not answered or not sent */
};

#define CF_FOCUS_SCRATCH_MAX CF_ROSTER_DOCUMENT_MAX

/* --- room.c --- */

/** The room of @p conf, made if need be. NULL if memory is out. */
struct cf_room *cf_room_of(struct cf_focus *focus, struct cf_conference *conf);

/** One more leg in @p room: the media worker that it is going to live on. */
size_t cf_room_place(struct cf_room *room);

/** A leg that lived on @p worker is gone. */
void cf_room_unplace(struct cf_room *room, size_t worker);

/** @p worker is going to have media of a leg: the room is made known there. */
void cf_room_bring(struct cf_room *room, size_t worker);

/** The conference of @p room; NULL if it is over. */
struct cf_conference *cf_room_conference(const struct cf_room *room);

/** The subject or another part of how the room presents itself has changed. */
void cf_room_refresh(struct cf_room *room);

/** Free @p room if it is over and nothing uses it any more. */
void cf_room_settle(struct cf_room *room);

/** Free @p room and all that is in it, without a word. */
void cf_room_destroy(struct cf_room *room);

/** The roster has changed: subscribers are told in time. */
void cf_room_on_roster(struct cf_room *room, cf_usec now);

/** The conference is over: subscriptions end. */
void cf_room_on_over(struct cf_room *room, cf_usec now);

/* --- leg.c --- */

/** A leg without session. NULL if memory is out. */
struct cf_leg *cf_leg_create(struct cf_room *room, const struct cf_caller *caller);

/** Free at once; media is told, ports rest. */
void cf_leg_destroy(struct cf_leg *leg, cf_usec now);

/** Checks of a transport have come to something (leg_path.c). */
void cf_leg_on_checks(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now);

/** End the leg if no way was found in time; settle it afterwards. */
void cf_leg_on_path_deadline(struct cf_leg *leg, cf_usec now);

/** Our address that packets of media worker's socket @p socket come to; family NONE: not known. */
struct cf_addr cf_leg_address_of_socket(const struct cf_leg *leg, uint32_t socket);

/** Take what the session has to say, set its timer; the leg may be gone after this. */
void cf_leg_settle(struct cf_leg *leg, cf_usec now);

/** Its deadline has changed. */
void cf_leg_set_timer(struct cf_leg *leg);

/** What the conference needs to know of the call; views into leg and session. */
struct cf_conference_call cf_leg_call(const struct cf_leg *leg, struct cf_str entity);

/** The usage of sessions and subscriptions in @p room for @p owner. */
struct cf_usage cf_room_usage(struct cf_room *room, enum cf_focus_owner kind, struct cf_handle handle);

/** The owner's deadline; CF_USEC_NEVER: none. */
void cf_focus_set_timer(struct cf_focus *focus, struct cf_focus_timer *timer, cf_usec deadline);

/**
 * A Record-Route line of our own for the peer behind @p flow, written to @p room: the conference URI names a domain, and what
 * belongs to a dialog has to come to this server over the peer's flow whatever the DNS says of that domain. @p is_sips: a sips
 * URI.
 */
struct cf_str cf_focus_record_route(const struct cf_focus *focus, struct cf_flow_id flow, bool is_sips, char *room, size_t size);

/** Room for it. */
#define CF_FOCUS_ROUTE_MAX 160

/* --- leg_lines.c --- */

/** Our side of the negotiation for @p leg; fills @p lines (CF_MEDIA_LINES_MAX of them). CF_ERR_NO_PORT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_leg_describe(struct cf_leg *leg, const struct cf_negotiation *offered, struct cf_local_line *lines,
                                        struct cf_local_session *ret);

/** What may be negotiated with @p leg: all that is allowed, or what its room demands. Valid until the next call. */
const struct cf_policy *cf_leg_policy(const struct cf_leg *leg);

/** The roster has changed: labels may mean other legs than before. */
void cf_leg_refresh_tiles(struct cf_leg *leg);

/* --- leg_ice.c --- */

/** The peer says that it uses our candidate @p nominated (family NONE: it says nothing): our next answers have that as default.
 */
void cf_leg_note_nominated(struct cf_leg_line *line, const struct cf_addr *nominated);

/** May a line that is offered so be received on the shared port? @p is_shared: it is already. */
bool cf_leg_can_share(const struct cf_leg *leg, const struct cf_offered_line *offered, bool is_shared);

/** @p local as the peer should see it: with the public address in front of it if there is one. */
struct cf_addr cf_leg_public_address(const struct cf_leg *leg, const struct cf_addr *local);

/** Where @p line receives RTP, as the peer should see it; family NONE: nowhere of its own. */
struct cf_addr cf_leg_line_address(const struct cf_leg *leg, const struct cf_leg_line *line);

/** Where @p line can be reached, for its description; NULL: no ICE. */
const struct cf_local_ice *cf_leg_candidates(const struct cf_leg *leg, struct cf_leg_line *line);

/** Free the candidates of all lines. */
void cf_leg_forget_candidates(struct cf_leg *leg);

/** From which sockets the transport in @p set, which has agreed on ICE, is checked. */
void cf_leg_set_bases(const struct cf_leg *leg, struct cf_media_transport_set *set);

/** Candidates came later, as application/trickle-ice-sdpfrag (RFC 8840): the media worker is told. */
void cf_leg_on_trickle(const struct cf_leg *leg, struct cf_str body);

/* --- leg_media.c --- */

/** The media worker is told what line @p index is for now. */
void cf_leg_tell_use(struct cf_leg *leg, uint16_t index);

/** An agreement is in force: tell the media worker and the conference. */
void cf_leg_on_agreed(struct cf_leg *leg, cf_usec now);

/** Pictures of a line of @p leg are not sent, for a cause of enum cf_media_pause, or are again. */
void cf_leg_on_paused(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now);

/** What the media worker says of the keys of @p leg: shown to the operator, and without keys the call ends. */
void cf_leg_on_secured(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now);
void cf_leg_on_insecure(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now);

/** The peer sends line @p line with @p ssrc: subscribers know the speaker by it. */
void cf_leg_on_ssrc(struct cf_leg *leg, uint16_t line, uint32_t ssrc, cf_usec now);

/** Statistics of a line: kept for the operator. */
void cf_leg_on_stats(struct cf_leg *leg, const struct cf_media_line_stats *stats);

/** Mute or lobby has changed: tell the media worker. */
void cf_leg_tell_policy(struct cf_leg *leg);

/** The leg is over for media; ports rest. */
void cf_leg_stop_media(struct cf_leg *leg, cf_usec now);

/** Queue @p command for cf_focus_poll(). */
void cf_focus_command(struct cf_focus *focus, const struct cf_media_command *command);

/* --- leg_pictures.c --- */

/** Lines or roster have changed: in a while it is looked at whether @p leg has asked for all pictures. */
void cf_leg_look_later(struct cf_leg *leg, cf_usec now);

/**
 * A pair was nominated for @p leg: if we have called it, it is sent the full state once more in a while, unless it has asked for
 * pictures by then (docs/adr/0153).
 */
void cf_leg_has_way(struct cf_leg *leg, cf_usec now);

/** If it is time, look at it; who lacks pictures, or waited for its way, is sent the full state. */
void cf_leg_on_look(struct cf_leg *leg, cf_usec now);

/* --- dial_in.c --- */

/** INVITE outside a dialog. */
void cf_focus_on_invite(struct cf_focus *focus, const struct cf_endpoint_event *event, const struct cf_caller *caller,
                        cf_usec now);

/* --- dial_out.c --- */

/** Call the participant of @p device. */
void cf_dial_begin(struct cf_room *room, const struct cf_roster_device *device, cf_usec now);

/** @p leg of an attempt rings, was answered by @p contact, or failed with @p status. */
void cf_dial_on_ringing(struct cf_leg *leg, cf_usec now);
void cf_dial_on_answered(struct cf_leg *leg, const struct cf_sip_message *message, cf_usec now);
void cf_dial_on_failed(struct cf_leg *leg, unsigned status, cf_usec now);

/** Why devices need not ring any more (RFC 3326): the person has answered on another one. A whole line. */
#define CF_FOCUS_ELSEWHERE CF_STR("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n")

/** Nobody is to be called any more: hang up and say @p why, a whole Reason line; absent: nothing. */
void cf_dial_cancel(struct cf_dial *dial, struct cf_str why, cf_usec now);

/** The attempt for @p device, or NULL. */
struct cf_dial *cf_dial_of(struct cf_room *room, struct cf_handle device);

/** It has rung long enough. */
void cf_dial_on_deadline(struct cf_dial *dial, cf_usec now);

/** Free without a word. */
void cf_dial_destroy(struct cf_dial *dial);

/* --- refer.c --- */

/** REFER outside a dialog, for the conference @p conf. */
void cf_focus_on_refer(struct cf_focus *focus, struct cf_conference *conf, const struct cf_endpoint_event *event,
                       const struct cf_caller *caller, cf_usec now);

/** REFER inside the dialog of @p leg: answers it. */
void cf_leg_on_refer(struct cf_leg *leg, struct cf_tx_id tx, const struct cf_sip_message *message, cf_usec now);

/* --- subscription.c --- */

/** Give @p sub, whose room is set, a name for @p self in @p handles and a place in list @p in of the room. False: too many. */
bool cf_room_subscription_open(struct cf_room_subscription *sub, struct cf_handle_table *handles, struct cf_list *in, void *self);

/** Free all of it, without a word. One that was never opened is allowed. */
void cf_room_subscription_close(struct cf_room_subscription *sub);

/* --- referral.c --- */

/**
 * The REFER of @p event was done (@p awaited absent) or begun: the call to @p awaited tells how it went. Answers it with 202;
 * false: it is not answered, for want of memory or because it is broken.
 */
bool cf_referral_open(struct cf_room *room, const struct cf_endpoint_event *event, struct cf_str awaited, cf_usec now);

/** The same for @p refer inside the dialog of @p leg, answered already. Without memory nothing is told. */
void cf_referral_open_in_leg(struct cf_leg *leg, const struct cf_sip_message *refer, struct cf_str awaited, cf_usec now);

/** A SUBSCRIBE inside the dialog of @p leg: answers it if it is for one of its referrals. */
bool cf_referral_take_subscribe(struct cf_leg *leg, const struct cf_endpoint_event *event, cf_usec now);

/** The session of @p leg goes away: its referrals too. */
void cf_referral_detach_all(struct cf_leg *leg);

/** The roster has changed, or the conference is over. The referral may be gone after this. */
void cf_referral_on_roster(struct cf_referral *referral, cf_usec now);

void cf_referral_settle(struct cf_referral *referral, cf_usec now);
void cf_referral_destroy(struct cf_referral *referral);

/* --- watcher.c --- */

/** SUBSCRIBE outside a dialog, for the conference @p conf. */
void cf_focus_on_subscribe(struct cf_focus *focus, struct cf_conference *conf, const struct cf_endpoint_event *event,
                           const struct cf_caller *caller, cf_usec now);

/** The roster has changed: who waited in the lobby may be in now. */
void cf_watcher_on_roster(struct cf_watcher *watcher, cf_usec now);

void cf_watcher_settle(struct cf_watcher *watcher, cf_usec now);
void cf_watcher_on_deadline(struct cf_watcher *watcher, cf_usec now);
void cf_watcher_destroy(struct cf_watcher *watcher);

/** Where media of @p leg is received, and where it may come from: as signalling. */
void cf_leg_learn_way(struct cf_leg *leg, const struct cf_endpoint_event *event);

/* --- errand.c --- */

/** Answer the INVITE of @p event, whose wish was fulfilled, with a description. False: it is not answered. */
bool cf_errand_begin(struct cf_room *room, const struct cf_endpoint_event *event, const struct cf_caller *caller, cf_usec now);

/** If @p leg is an errand and lasts too long it ends. */
void cf_errand_on_deadline(struct cf_leg *leg, cf_usec now);

/* --- chat.c --- */

/** MESSAGE of @p aor to the conference of @p room: copied to the others. Returns the status to answer with. */
unsigned cf_room_on_message(struct cf_room *room, struct cf_str aor, const struct cf_sip_message *message, cf_usec now);

/** A copy was answered, or not. It may be gone after this. */
void cf_delivery_on_event(struct cf_delivery *delivery, const struct cf_endpoint_event *event, cf_usec now);

void cf_delivery_destroy(struct cf_delivery *delivery);

/** Does the phone that sent @p message read message/cpim? */
bool cf_focus_reads_cpim(const struct cf_sip_message *message);

/* --- keys.c --- */

/** A key was pressed, whatever way it came. */
void cf_leg_on_digit(struct cf_leg *leg, char digit, cf_usec now);

/** A key was heard in the sound of @p leg. */
void cf_leg_on_tone(struct cf_leg *leg, char key, cf_usec now);

/** INFO inside the dialog of @p leg: a key, or a command. Returns the status to answer with. */
unsigned cf_leg_on_info(struct cf_leg *leg, const struct cf_sip_message *message, cf_usec now);

/* --- voice.c --- */

/** Tell @p leg @p phrase, if anything is said at all. */
void cf_leg_say(const struct cf_leg *leg, const struct cf_phrase *phrase);

/** What the attendant of @p leg needs to know. */
struct cf_attendant_view cf_leg_view(const struct cf_leg *leg);

/** Begin with the attendant of @p leg, in the language of an Accept-Language header (absent: there was none). */
void cf_leg_choose_language(struct cf_leg *leg, struct cf_str accept);

/** @p leg may stand elsewhere now, or hear for the first time. */
void cf_leg_note_place(struct cf_leg *leg, cf_usec now);

/** A key of @p leg was pressed: it is not spoken to meanwhile. */
void cf_leg_on_key(struct cf_leg *leg, cf_usec now);

/** Somebody else has muted or unmuted @p leg. */
void cf_leg_on_muted_by_other(const struct cf_leg *leg);

/** When something is to be said to @p leg, or the last word was. */
cf_usec cf_leg_voice_deadline(const struct cf_leg *leg);
void cf_leg_voice_on_deadline(struct cf_leg *leg, cf_usec now);

/** Something that was said to @p leg is over. It may be gone after this. */
void cf_leg_on_played(struct cf_leg *leg, const struct cf_played *played, cf_usec now);

/** @p leg is to be hung up on: true if it is told why first, and ends after that. */
bool cf_leg_bid_farewell(struct cf_leg *leg, enum cf_hang_up_reason reason, cf_usec now);

/** People have come or gone. */
void cf_room_voice_on_roster(struct cf_room *room, cf_usec now);

/* --- replace.c --- */

/**
 * The leg of @p aor in @p room whose place @p invite wants to take; *ret_leg is untouched if it names none. Returns 0, or the
 * status to refuse it with: 400, 403, 481, 486, 603.
 */
unsigned cf_leg_find_replaced(const struct cf_room *room, const struct cf_sip_message *invite, struct cf_str aor,
                              struct cf_leg **ret_leg);

/** Another call has taken the place of @p leg: it ends, and may be gone after this. */
void cf_leg_give_way(struct cf_leg *leg, cf_usec now);

/* --- screening.c --- */

/** Does the focus take a request like that of @p event, from whomever? If not it is answered. */
bool cf_focus_screens(struct cf_focus *focus, const struct cf_endpoint_event *event, cf_usec now);

/* --- answer.c --- */

/** Answer the request of @p event with @p status; @p fields are whole lines, absent: none. */
void cf_focus_answer(struct cf_focus *focus, const struct cf_endpoint_event *event, unsigned status, struct cf_str reason,
                     struct cf_str fields, cf_usec now);

/** Answer with what a denial means in SIP. */
void cf_focus_deny(struct cf_focus *focus, const struct cf_endpoint_event *event, struct cf_denial denial, cf_usec now);

/** Status for a denial. */
unsigned cf_denial_status(enum cf_denial_reason reason);

/** The same inside a dialog: there 404, 410, 480 and their like would end the call (RFC 5057 section 5.1), and become 403. */
unsigned cf_status_in_dialog(unsigned status);

/* --- identity.c --- */

/** Our first address of @p family or, without any, the first one at all: for a peer of whom no flow is known. Port 0. */
struct cf_addr cf_focus_local(const struct cf_focus *focus, enum cf_family family);

/** The entity that names the device behind Contact of @p message: its GRUU, else the contact without transport. */
struct cf_str cf_device_entity(const struct cf_sip_message *message, char *room, size_t size);

/**
 * Where a conference that is made by dialling @p uri (NULL: none) is: the host, and the port if there is one, that the caller
 * knows us by. A client without outbound proxy calls it and subscribes there.
 */
void cf_focus_put_place(const struct cf_focus *focus, const struct cf_sip_uri *uri, struct cf_writer *w);

/** Find the conference that @p uri names, making an open room if that is allowed. */
CF_MUST_USE struct cf_denial cf_focus_find(struct cf_focus *focus, const struct cf_sip_uri *uri, cf_usec now,
                                           struct cf_conference **ret);

/** The same for @p caller: NOT_INVITED if they are a guest of another one. */
CF_MUST_USE struct cf_denial cf_focus_find_for(struct cf_focus *focus, const struct cf_caller *caller,
                                               const struct cf_sip_uri *uri, cf_usec now, struct cf_conference **ret);

/** Devices of the user @p aor of this server, or NULL if there are none. */
const struct cf_aor_record *cf_focus_locate(const struct cf_focus *focus, struct cf_str aor);

/** Is @p uri one of the factories? */
bool cf_focus_is_factory(const struct cf_focus *focus, const struct cf_sip_uri *uri);

#endif
