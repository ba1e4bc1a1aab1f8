/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A SIP user agent's signalling as one pure machine, made of the same cores as the server: an account that registers, one call at
 * a time (made or taken, RFC 3261, 3264), the subscription to the conference it leads into (RFC 4575), and REFER to its focus
 * (RFC 3515, 4579). It behaves as Linphone does where that matters to a conference server: the factory's 302 is followed by a
 * call to the conference with the same list, the Contact is the GRUU that the registrar gave, the focus is known by isfocus. In
 * the layouts ACTIVE and GRID it asks for pictures by content and label and offers anew whenever the roster tells of a change, as
 * Linphone does from 5.2 on.
 *
 * Use: bytes go straight into cf_agent_endpoint() (cf_endpoint_on_*), commands by the functions here; after every input drain
 * cf_agent_poll(). What was agreed on for media is taken by cf_agent_take_media() after CF_AGENT_MEDIA. Single-threaded; tests
 * run it in virtual time.
 *
 * Limits: CF_AGENT_LINES_MAX m-lines, CF_AGENT_EVENTS_MAX events that wait, CF_AGENT_REFERRALS_MAX REFERs at a time.
 */
#ifndef CF_CORE_AGENT_AGENT_H
#define CF_CORE_AGENT_AGENT_H

#include "core/auth/client_auth.h"
#include "core/conf/resource_list.h"
#include "core/conf/roster_view.h"
#include "core/dialog/session.h"
#include "core/endpoint/endpoint.h"
#include "core/focus/ports.h"

#define CF_AGENT_LINES_MAX 64
#define CF_AGENT_EVENTS_MAX 64
#define CF_AGENT_REFERRALS_MAX 16

/** Longest text of an event, octets. */
#define CF_AGENT_TEXT_MAX 256

/** Longest URI that a command takes, octets. */
#define CF_AGENT_URI_MAX 512

/** Bodies that need a library; the wiring fills it in from adapt/zlib and adapt/expat. */
struct cf_agent_codecs {
    /** Undo Content-Encoding: deflate into @p out. CF_ERR_MALFORMED, CF_ERR_LIMIT. */
    enum cf_err (*inflate)(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len);
    /** Read application/conference-info+xml. CF_ERR_MALFORMED, CF_ERR_LIMIT, CF_ERR_NO_MEMORY. */
    enum cf_err (*read_info)(void *ctx, const struct cf_mem *mem, struct cf_str xml, struct cf_conference_info *ret);
    void *ctx; /**< passed to both */
};

/** Which pictures of a conference are asked for. */
enum cf_agent_layout {
    CF_AGENT_LAYOUT_SPEAKER, /**< one line without content or labels, as older phones have it: whoever speaks */
    CF_AGENT_LAYOUT_AUDIO,   /**< none, and none is sent */
    CF_AGENT_LAYOUT_ACTIVE,  /**< whoever speaks, and a miniature of everybody */
    CF_AGENT_LAYOUT_GRID,    /**< everybody in full */
};

/** What an m-line is for. */
enum cf_agent_role {
    CF_AGENT_ROLE_NONE, /**< refused or given up */
    CF_AGENT_ROLE_AUDIO,
    CF_AGENT_ROLE_MAIN,      /**< camera out, and what is shown in */
    CF_AGENT_ROLE_THUMBNAIL, /**< our miniature, out */
    CF_AGENT_ROLE_REMOTE,    /**< one device of the conference, in */
    CF_AGENT_ROLE_TALKER,    /**< sound of one talker at a time, in */
};

/** Settings. What is pointed to is kept by reference and may not change while the agent lives. */
struct cf_agent_config {
    const struct cf_mem *mem;
    const struct cf_entropy *entropy;
    const struct cf_hash *hash;
    const struct cf_endpoint_local *locals; /**< the one requests go out from first */
    size_t local_count;
    struct cf_str aor;                              /**< "sip:alice@example.org" */
    struct cf_str name;                             /**< display name; absent: none */
    struct cf_str user;                             /**< for digest; absent: that of the AOR */
    struct cf_str password;                         /**< absent: challenges are not answered */
    struct cf_str realm;                            /**< the only one that is answered; absent: host of the AOR */
    struct cf_str proxy;                            /**< URI that everything goes through: "sip:192.0.2.1:5060;transport=tcp" */
    struct cf_str instance;                         /**< "urn:uuid:..." for +sip.instance; absent: none */
    struct cf_str specs;                            /**< +org.linphone.specs in Contact, without quotes; absent: none */
    struct cf_str product;                          /**< User-Agent */
    uint32_t expires_sec;                           /**< of the registration; 0: the default */
    bool is_unregistered;                           /**< never register */
    bool answers;                                   /**< take calls at once; else they ring until cf_agent_answer() */
    const struct cf_policy *policy;                 /**< what is negotiated */
    const uint8_t *fingerprint;                     /**< SHA-256 of our certificate; NULL: no DTLS */
    const uint8_t (*zrtp_hashes)[CF_ZRTP_HASH_LEN]; /**< of our Hellos, for the first .zrtp_count lines of a call */
    size_t zrtp_count;
    struct cf_port_source *ports; /**< where RTP ports come from */
    bool has_ice_tcp;             /**< with ICE: we connect over TCP as well, if the peer waits for that (RFC 6544) */
    bool gathers;  /**< with ICE: somebody finds reflexive addresses of ports, and tells by cf_agent_on_reflexive() and
                        cf_agent_on_gathered(). Calls wait for that before they are made, unless ... */
    bool trickles; /**< ... what is found later is told later: by INFO (RFC 8840), or another offer to who can't take that */
    const struct cf_agent_codecs *codecs;
    enum cf_agent_layout layout;
    size_t tiles_max;                           /**< most devices that are asked for; 0: as many as there are lines */
    size_t talker_lines;                        /**< lines of sound that are offered besides the first, for one talker each */
    bool has_no_camera;                         /**< no pictures are sent */
    uint32_t video_kbps;                        /**< b=AS of video lines; 0: none */
    const struct cf_local_simulcast *simulcast; /**< encodings that the main picture is offered in; NULL: one */
};

/** An agent; opaque. */
struct cf_agent;

/** An agent that does nothing yet; NULL if memory is out or the configuration makes no sense (AOR or proxy are no SIP URIs). */
struct cf_agent *cf_agent_create(const struct cf_agent_config *config, cf_usec now);

/** Free everything; nothing is sent. NULL is ignored. */
void cf_agent_destroy(struct cf_agent *agent);

/** Where bytes go in. */
struct cf_endpoint *cf_agent_endpoint(struct cf_agent *agent);

/** Begin to register. CF_ERR_STATE: not wanted by the configuration, or done already. */
CF_MUST_USE enum cf_err cf_agent_register(struct cf_agent *agent, cf_usec now);

/** A call to make. Views are borrowed for the call. */
struct cf_agent_call {
    struct cf_str target;                   /**< URI */
    struct cf_str subject;                  /**< absent: none */
    const struct cf_resource_list *invited; /**< recipient list (RFC 5366); NULL: none */
};

/** Call somebody, or a conference or factory. CF_ERR_STATE: there is a call already; CF_ERR_MALFORMED, CF_ERR_NO_PORT... */
CF_MUST_USE enum cf_err cf_agent_call(struct cf_agent *agent, const struct cf_agent_call *call, cf_usec now);

/** Take the call that rings. CF_ERR_STATE: none does. */
CF_MUST_USE enum cf_err cf_agent_answer(struct cf_agent *agent, cf_usec now);

/** End the call, whatever its state: CANCEL, BYE, or a refusal with @p status (0: 486). */
void cf_agent_hang_up(struct cf_agent *agent, uint16_t status, cf_usec now);

/** Put the call on hold, or take it back. CF_ERR_STATE: no call that is up. */
CF_MUST_USE enum cf_err cf_agent_hold(struct cf_agent *agent, bool is_held, cf_usec now);

/** Offer anew, as a client that has something to change does. CF_ERR_STATE. */
CF_MUST_USE enum cf_err cf_agent_offer(struct cf_agent *agent, cf_usec now);

/** Offer anew with new ICE credentials: all is checked again (RFC 8839 section 4.4.3.1.1). CF_ERR_STATE, CF_ERR_UNSUPPORTED. */
CF_MUST_USE enum cf_err cf_agent_restart_ice(struct cf_agent *agent, cf_usec now);

/** Port @p base looks like @p addr from outside; the same address twice, or the base's own, is no news. */
void cf_agent_on_reflexive(struct cf_agent *agent, const struct cf_addr *base, const struct cf_addr *addr, cf_usec now);

/** Nothing more will be found for the ports that were taken so far. Calling it too often does no harm. */
void cf_agent_on_gathered(struct cf_agent *agent, cf_usec now);

/**
 * Checks of line @p index, which we control (RFC 8445 section 6.1.1), have led to candidates @p remotes of the peer, by
 * component; later offers say so (RFC 8839 section 4.4.1.2.2). @p count 0: to none, or the peer controls them.
 */
void cf_agent_on_selected(struct cf_agent *agent, size_t index, const struct cf_addr *remotes, size_t count);

/**
 * See the conference in another way; a new offer follows if something changes. CF_ERR_STATE: no call that is up.
 * CF_ERR_UNSUPPORTED: many lines with ZRTP, which has but .zrtp_count channels.
 */
CF_MUST_USE enum cf_err cf_agent_set_layout(struct cf_agent *agent, enum cf_agent_layout layout, cf_usec now);

/** What line @p index is for. */
enum cf_agent_role cf_agent_line_role(const struct cf_agent *agent, size_t index);

/** Whom line @p index of role REMOTE shows: the entity of the device; absent: nobody. Valid until the next call. */
struct cf_str cf_agent_line_device(const struct cf_agent *agent, size_t index);

/** Say another subject of the conference, by re-INVITE; @p is_offerless as Linphone 5.1 does it. CF_ERR_STATE, CF_ERR_LIMIT. */
CF_MUST_USE enum cf_err cf_agent_set_subject(struct cf_agent *agent, struct cf_str subject, bool is_offerless, cf_usec now);

/** What a focus is asked for by REFER. */
enum cf_agent_wish {
    CF_AGENT_ADD,       /**< call somebody in */
    CF_AGENT_REMOVE,    /**< remove somebody (method=BYE); inside the dialog */
    CF_AGENT_ADMIN,     /**< make somebody administrator */
    CF_AGENT_NOT_ADMIN, /**< no longer */
};

/** Ask the focus of the call; CF_AGENT_REFERRED tells how it went. CF_ERR_STATE: no focus; CF_ERR_LIMIT; CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_agent_refer(struct cf_agent *agent, enum cf_agent_wish wish, struct cf_str uri, cf_usec now);

/** End it all: call, subscription, registration. CF_AGENT_QUIET comes when everybody has answered. */
void cf_agent_end(struct cf_agent *agent, cf_usec now);

/** Next deadline, and what to do then. */
cf_usec cf_agent_deadline(const struct cf_agent *agent);
void cf_agent_on_deadline(struct cf_agent *agent, cf_usec now);

/** What happened. */
enum cf_agent_event_kind {
    CF_AGENT_REGISTERED,      /**< .text: GRUU, if there is one */
    CF_AGENT_REGISTER_FAILED, /**< .status; 0: nobody answered */
    CF_AGENT_UNREGISTERED,
    CF_AGENT_CALLING,            /**< our INVITE goes out; .text: whereto */
    CF_AGENT_RINGING,            /**< .status 101-199 */
    CF_AGENT_REDIRECTED,         /**< .text: whereto */
    CF_AGENT_INCOMING,           /**< .text: who calls */
    CF_AGENT_CONNECTED,          /**< .text: the peer's Contact URI; .flag: it is a focus */
    CF_AGENT_MEDIA,              /**< something was agreed on: cf_agent_take_media() */
    CF_AGENT_OFFER_FAILED,       /**< our offer was refused with .status */
    CF_AGENT_ENDED,              /**< the call is over or never was: .cause, .status, .text (phrase of the response,
                                    or Reason of the request, if there is one) */
    CF_AGENT_SUBSCRIBED,         /**< to the conference */
    CF_AGENT_SUBSCRIPTION_ENDED, /**< .status */
    CF_AGENT_ROSTER,             /**< the roster has changed: cf_agent_roster() */
    CF_AGENT_REFERRED,           /**< a REFER was answered with .status; .text: whom it was about */
    CF_AGENT_QUIET,              /**< after cf_agent_end(): nothing is left */
    CF_AGENT_SHELL,              /**< .shell: something for the shell to do */
};

/** An event. */
struct cf_agent_event {
    enum cf_agent_event_kind kind;
    uint16_t status;
    enum cf_session_cause cause;
    bool flag;
    struct cf_str text;             /**< valid until the next poll */
    struct cf_endpoint_event shell; /**< one of those for the shell; valid until the next call */
};

/** Next event. False: nothing left. */
bool cf_agent_poll(struct cf_agent *agent, cf_usec now, struct cf_agent_event *ret);

/** What was agreed on last, the caller's to free by cf_media_params_free(); NULL: nothing new. */
struct cf_media_params *cf_agent_take_media(struct cf_agent *agent);

/** The roster as far as it is known. */
const struct cf_roster_view *cf_agent_roster(const struct cf_agent *agent);

/** Call-ID of the call; absent without one. */
struct cf_str cf_agent_call_id(const struct cf_agent *agent);

/** Is there a call at all? */
bool cf_agent_is_there(const struct cf_agent *agent);

/** Is there a call that is up, on our side of it? */
bool cf_agent_is_up(const struct cf_agent *agent);

/** What got lost, since the beginning. */
struct cf_agent_losses {
    uint64_t events; /**< for which there was no room or memory */
    uint64_t untold; /**< INFOs with candidates that the peer refused */
};
struct cf_agent_losses cf_agent_losses(const struct cf_agent *agent);

/** Word for @p cause: "bye", "rejected"... */
struct cf_str cf_agent_cause_name(enum cf_session_cause cause);

#endif
