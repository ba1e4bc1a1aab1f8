/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ICE agent for one data stream (RFC 8445): finds out by connectivity checks from which socket to which address of the peer
 * packets get through, keeps the peer's consent fresh (RFC 7675), and follows a peer that moves. Full or lite, controlled or
 * controlling, over UDP and TCP (RFC 6544). One agent is one generation of credentials: a restart makes another agent, and the
 * former one goes on until the new one has found a pair. docs/algorithms/ice.md tells the rules.
 *
 *           add_local, set_remote, add_remote            a check got through       30 s without consent
 *     checking ------------------------------> checks ----> SELECTED ... SELECTED ----------> LOST
 *         |                                      | 40 s without a pair                         (another pair: SELECTED)
 *         +--------------------------------------+--> FAILED
 *
 * Machine. Every mutation is followed by draining _poll_send and _poll_event. Nothing is believed of a datagram before its
 * MESSAGE-INTEGRITY is proved; requests that fail it are not answered. Checks are paced (one new one each CF_ICE_PACE), limited
 * in number, and only sent to addresses (never names) that signalling gave or that authenticated checks came from. Size is fixed,
 * about 9 kB; no allocation. Thread: the owner's.
 */
#ifndef CF_CORE_ICE_AGENT_H
#define CF_CORE_ICE_AGENT_H

#include "base/mem.h"
#include "base/rng.h"
#include "base/usec.h"
#include "core/ice/candidate.h"
#include "core/stun/integrity.h"

/** Limits: bases, candidates of the peer, pairs. What is beyond is left out, the least wanted first. */
#define CF_ICE_LOCALS_MAX 10
#define CF_ICE_REMOTES_MAX 24
#define CF_ICE_PAIRS_MAX 48

/** Longest user fragment and password of ours, and of the peer's (RFC 8839 section 5.4). */
#define CF_ICE_OWN_CREDENTIAL_MAX 32
#define CF_ICE_PEER_CREDENTIAL_MAX 256

/** Time between two new checks (section 14.2). */
#define CF_ICE_PACE CF_MSEC(50)

/** Without a pair for so long the agent says FAILED, once; it goes on. */
#define CF_ICE_PATIENCE CF_SEC(40)

/** Without proof that the peer wants to hear us for so long nothing is sent to it any more (RFC 7675 section 5.1). */
#define CF_ICE_CONSENT CF_SEC(30)

/** Octets of the longest message that an agent sends. */
#define CF_ICE_MESSAGE_MAX 512

/** Consent requests whose answer is still taken. */
#define CF_ICE_CONSENTS_MAX 6

/** Octets of a transaction id that are new for each; the first four are the agent's. */
#define CF_ICE_NONCE_LEN 8

/** What an agent is made of. */
struct cf_ice_config {
    const struct cf_stun_hash *hash;  /**< kept by reference */
    const struct cf_entropy *entropy; /**< kept by reference */
    struct cf_str ufrag;              /**< ours, copied; at most CF_ICE_OWN_CREDENTIAL_MAX */
    struct cf_str pwd;
    uint32_t prefix;         /**< first 32 bits of all transaction ids: unguessable, tells agents of one socket apart */
    uint8_t component_count; /**< 1 or 2 */
    bool is_controlling;
    bool is_lite;
};

/** State of a pair (section 6.1.2.6). */
enum cf_ice_state {
    CF_ICE_FROZEN,
    CF_ICE_WAITING,
    CF_ICE_IN_PROGRESS,
    CF_ICE_SUCCEEDED,
    CF_ICE_FAILED,
};

/** A pair of candidates. Private to core/ice but for reading. */
struct cf_ice_pair {
    uint8_t local;  /**< index */
    uint8_t remote; /**< index */
    uint8_t state;  /**< enum cf_ice_state */
    uint8_t sends;  /**< of the check that is in progress */
    bool is_triggered;
    bool is_valid;        /**< a check got through not long ago */
    bool is_nominated;    /**< and the controlling side wants it */
    bool is_wanted;       /**< becomes nominated when its check gets through */
    bool has_use;         /**< the check in progress has USE-CANDIDATE */
    bool was_controlling; /**< our role in the check in progress */
    bool is_dead;         /**< consent was lost: never again with these credentials */
    bool must_send;       /**< the check is to be sent now */
    bool is_told;         /**< the owner knows that it is valid */
    uint64_t priority;
    uint32_t turn;        /**< order of the triggered checks */
    cf_usec rto;          /**< of the check in progress */
    cf_usec due;          /**< its next retransmission, or its end */
    cf_usec heard_at;     /**< last authentic message by the pair */
    cf_usec nominated_at; /**< last time that the peer asked for it */
    uint8_t nonce[CF_ICE_NONCE_LEN];
    uint8_t former_nonce[CF_ICE_NONCE_LEN]; /**< of a check that was cancelled: an answer still counts */
    bool has_former;
};

/** What is known of one component. */
struct cf_ice_component {
    int selected;    /**< index of the pair in use, -1: none */
    bool is_changed; /**< SELECTED or LOST has to be told */
    bool is_nominating;
    cf_usec valid_at; /**< first valid pair; meaningful if .has_valid */
    bool has_valid;
    cf_usec consent_until; /**< meaningful while there is a selected pair */
    cf_usec consent_next;
    bool must_ask;       /**< a consent request is to be sent now */
    uint8_t asked_count; /**< valid entries of .asked */
    uint8_t asked_at;    /**< where the next one goes */
    uint8_t asked[CF_ICE_CONSENTS_MAX][CF_ICE_NONCE_LEN];
};

/** Counters. */
struct cf_ice_stats {
    uint32_t requests_in;  /**< authentic ones */
    uint32_t responses_in; /**< authentic ones that belong to a check of ours */
    uint32_t refused_in;   /**< not authentic, malformed, or no transaction of ours */
    uint32_t checks_out;   /**< with retransmissions and consent */
    uint32_t conflicts;    /**< of roles, repaired */
    uint32_t left_out;     /**< candidates and pairs above a limit or that make no sense */
};

/** The agent. Fields are private to core/ice but for .stats. */
struct cf_ice_agent {
    const struct cf_stun_hash *hash;
    const struct cf_entropy *entropy;
    uint32_t prefix;
    bool is_controlling;
    bool is_lite;
    bool is_peer_lite;
    bool is_ended;  /**< the peer has no more candidates */
    bool is_failed; /**< FAILED was told, or is to be */
    bool must_tell_failed;
    uint8_t component_count;
    uint8_t local_count;
    uint8_t remote_count;
    uint8_t pair_count;
    uint64_t tie_breaker;
    uint32_t turns;
    cf_usec now;
    cf_usec pace_at; /**< no new check before */
    cf_usec give_up_at;
    struct cf_ice_local locals[CF_ICE_LOCALS_MAX];
    struct cf_ice_remote_candidate remotes[CF_ICE_REMOTES_MAX];
    struct cf_ice_pair pairs[CF_ICE_PAIRS_MAX];
    struct cf_ice_component components[CF_ICE_COMPONENTS_MAX];
    struct cf_ice_stats stats;
    uint8_t ufrag_len;
    uint8_t pwd_len;
    uint16_t peer_ufrag_len; /**< 0: not known yet */
    uint16_t peer_pwd_len;
    char ufrag[CF_ICE_OWN_CREDENTIAL_MAX];
    char pwd[CF_ICE_OWN_CREDENTIAL_MAX];
    char peer_ufrag[CF_ICE_PEER_CREDENTIAL_MAX];
    char peer_pwd[CF_ICE_PEER_CREDENTIAL_MAX];
    /* the answer to the request that came last */
    bool has_answer;
    uint32_t answer_socket;
    struct cf_addr answer_to;
    size_t message_len;
    uint8_t message[CF_ICE_MESSAGE_MAX];
};

/** What was made of a datagram. */
enum cf_ice_verdict {
    CF_ICE_USED,
    CF_ICE_NOT_STUN,      /**< malformed, or no Binding */
    CF_ICE_NOT_AUTHENTIC, /**< wrong user name or integrity */
    CF_ICE_NOT_OURS,      /**< an answer to nothing that was asked, or from somebody else */
};

/** Events; .component and .pair are set but for FAILED. */
enum cf_ice_event_kind {
    CF_ICE_EVENT_VALID,    /**< packets from .remote to .socket are the peer's */
    CF_ICE_EVENT_INVALID,  /**< they are not any more */
    CF_ICE_EVENT_SELECTED, /**< send from .socket to .remote from now on */
    CF_ICE_EVENT_LOST,     /**< there is nowhere to send to any more */
    CF_ICE_EVENT_FAILED,   /**< some component has found no pair for CF_ICE_PATIENCE */
};

/** An event. */
struct cf_ice_event {
    enum cf_ice_event_kind kind;
    uint8_t component; /**< 1.. */
    bool is_nominated; /**< SELECTED: the controlling side has decided */
    uint32_t socket;
    struct cf_addr remote;
    enum cf_ice_type remote_type;
};

/** A datagram to be sent; .data is valid until the next call. */
struct cf_ice_output {
    uint32_t socket;
    struct cf_addr to;
    struct cf_span data;
};

/** An agent without candidates. CF_ERR_LIMIT: credentials are too long or the number of components is none that can be. */
CF_MUST_USE enum cf_err cf_ice_agent_init(struct cf_ice_agent *agent, const struct cf_ice_config *config, cf_usec now);

/** Wipe the passwords. */
void cf_ice_agent_fini(struct cf_ice_agent *agent);

/** One more base. False if there are too many, or of no component of the agent. */
bool cf_ice_agent_add_local(struct cf_ice_agent *agent, const struct cf_ice_local *local, cf_usec now);

/** The peer's credentials are known: checks may begin. A full agent controls a lite one. CF_ERR_LIMIT, CF_ERR_STATE (twice). */
CF_MUST_USE enum cf_err cf_ice_agent_set_remote(struct cf_ice_agent *agent, struct cf_str ufrag, struct cf_str pwd, bool is_lite,
                                                cf_usec now);

/** A candidate of the peer, at the beginning or later (RFC 8838). What can't be used is counted. Known ones are ignored. */
void cf_ice_agent_add_remote(struct cf_ice_agent *agent, const struct cf_ice_remote_candidate *candidate, cf_usec now);

/** The peer has no more candidates (RFC 8838 section 14): if all checks have failed, that is all. */
void cf_ice_agent_end_remote(struct cf_ice_agent *agent, cf_usec now);

/** STUN came to @p socket from @p from. */
enum cf_ice_verdict cf_ice_agent_receive(struct cf_ice_agent *agent, uint32_t socket, const struct cf_addr *from,
                                         struct cf_span datagram, cf_usec now);

/**
 * The TCP connection between base @p socket and @p remote is closed, or could not be opened: its pair is of no use. A peer that
 * connects again does so from another port, which is another pair.
 */
void cf_ice_agent_on_closed(struct cf_ice_agent *agent, uint32_t socket, const struct cf_addr *remote, cf_usec now);

/** When cf_ice_agent_on_deadline() is to be called. */
cf_usec cf_ice_agent_deadline(const struct cf_ice_agent *agent);

/** Time has passed. */
void cf_ice_agent_on_deadline(struct cf_ice_agent *agent, cf_usec now);

/** The next datagram to be sent. False: none. */
bool cf_ice_agent_poll_send(struct cf_ice_agent *agent, struct cf_ice_output *ret);

/** The next event. False: none. */
bool cf_ice_agent_poll_event(struct cf_ice_agent *agent, struct cf_ice_event *ret);

/** May packets that come to @p socket from @p from be the peer's: is there a valid pair? *ret_component is set if so. */
bool cf_ice_agent_is_valid(const struct cf_ice_agent *agent, uint32_t socket, const struct cf_addr *from, uint8_t *ret_component);

/** The user fragment in front of the colon of a request's USERNAME: whose it is. Absent if it is no request with one. */
struct cf_str cf_ice_addressee(struct cf_span datagram);

/** The first 32 bits of the transaction id of an answer: whose it is. False if it is none. */
bool cf_ice_asker(struct cf_span datagram, uint32_t *ret_prefix);

#endif
