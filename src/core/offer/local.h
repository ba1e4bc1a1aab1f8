/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our side of one negotiation, filled in by the caller: what is the session's, and for each m-line the addresses that it has
 * allocated and what it wants of the line. Views are borrowed for the duration of the call they are passed to. Texts come from
 * ourselves, not from peers, except where they were read by this module from a description: no CR, LF or NUL may be in them.
 */
#ifndef CF_CORE_OFFER_LOCAL_H
#define CF_CORE_OFFER_LOCAL_H

#include "base/rng.h"
#include "core/ice/candidate.h"
#include "core/offer/policy.h"

/** Most candidates of ours in a line. */
#define CF_LOCAL_CANDIDATES_MAX 24

/** A candidate of ours. */
struct cf_local_candidate {
    struct cf_addr addr; /**< as the peer should see it */
    struct cf_addr base; /**< server-reflexive: where it leads to; family NONE: it is a host candidate */
    uint16_t preference; /**< RFC 8445 section 5.1.2.1, the higher the better */
    uint8_t component;   /**< 1: RTP, 2: RTCP */
    uint8_t transport;   /**< enum cf_ice_transport; an active one has port 9 (RFC 6544 section 4.5) */
};

/** Where a line can be reached by ICE. */
struct cf_local_ice {
    bool is_open; /**< there may be more, which are told by INFO (RFC 8838): no a=end-of-candidates */
    uint8_t count;
    struct cf_addr nominated[CF_ICE_COMPONENTS_MAX]; /**< offers of who controls: the peer's candidates of nominated pairs, by
                                                          component (RFC 8839 section 5.7); family NONE: none */
    struct cf_local_candidate candidates[CF_LOCAL_CANDIDATES_MAX];
};

/** Encodings of ours that a line is sent in at once. */
struct cf_local_simulcast {
    uint8_t count;
    struct cf_str rids[CF_MEDIA_ENCODINGS_MAX];         /**< the most wanted first */
    struct cf_str restrictions[CF_MEDIA_ENCODINGS_MAX]; /**< RFC 8851 section 5, "max-width=320"; absent: none */
};

/** What we want of an m-line. */
struct cf_local_line {
    bool is_refused;                /**< answer: refuse it (reason DECLINED); offer: disabled, port 0 */
    enum cf_media_kind kind;        /**< offers only: audio or video */
    enum cf_direction direction;    /**< the most that we want, seen from us; an answer never exceeds what the offer allows */
    struct cf_addr rtp;             /**< where we receive RTP, as the peer should see it */
    struct cf_addr rtcp;            /**< where we receive RTCP if it is not multiplexed; family NONE: port of .rtp + 1 */
    uint32_t ssrc;                  /**< of what we send; 0: not announced */
    struct cf_str cname;            /**< RTCP CNAME to go with the SSRC; absent: a=ssrc without attribute */
    struct cf_str label;            /**< a=label; absent: answers repeat the offerer's */
    struct cf_str content;          /**< a=content; absent: answers repeat the offerer's */
    struct cf_str mid;              /**< a=mid, offers only; absent: none, or with bundling "a0", "v1", ... */
    uint32_t bandwidth_kbps;        /**< b=AS; 0: none */
    const uint8_t *zrtp_hash;       /**< CF_ZRTP_HASH_LEN octets of our Hello for this line; NULL: no ZRTP */
    const struct cf_local_ice *ice; /**< candidates; NULL: no ICE for this line */
    const struct cf_local_simulcast *simulcast; /**< we want to send it in several encodings; NULL: in one */
    struct cf_str extra;                        /**< whole lines with CRLF, put at the end of the section; absent: none */
};

/** What is ours in a description. */
struct cf_local_session {
    const struct cf_policy *policy;
    const struct cf_entropy *entropy; /**< for keys and the session id */
    bool is_signalling_secure;        /**< TLS all the way to the peer: SDES keys may be shown */
    bool restarts_ice;                /**< offers: new credentials, all is checked anew (RFC 8839 section 4.4.3.1.1) */
    uint8_t refused_protections; /**< offers: how many ways of protecting new lines are passed over, since the peer refused them
                               (488): keyings, then these with or without feedback (AVPF), which the policy does not want */
    const uint8_t *fingerprint;  /**< SHA-256 of the certificate for new DTLS associations; NULL: no DTLS */
    struct cf_addr address;      /**< for o= and c=; its port is ignored */
    struct cf_str user;          /**< o= user name, no blanks; absent: "-" */
    struct cf_str name;          /**< s=; absent: "-" */
    uint32_t bandwidth_kbps;     /**< b=AS of the session; 0: none */
    uint64_t start_ntp;          /**< t= of offers, seconds since 1900; answers repeat the offerer's */
    uint64_t stop_ntp;
    struct cf_str extra;               /**< whole lines with CRLF for the session part; absent: none */
    const struct cf_local_line *lines; /**< answers: one for each line of the offer; offers: all, old ones first and in order */
    size_t line_count;                 /**< lines that the offer has beyond that are refused */
};

/** What a peer's offer has in a line: enough to decide on a struct cf_local_line. Views into the offer. */
struct cf_offered_line {
    enum cf_media_kind kind;
    enum cf_profile profile;
    bool is_disabled;            /**< port 0 and not bundle-only: nothing but a refusal is possible */
    bool is_bundle_only;         /**< RFC 9143: needs no address of its own */
    bool has_rtcp_mux;           /**< one port will do */
    bool has_zrtp;               /**< a Hello hash: it can do ZRTP */
    bool has_ice;                /**< connectivity checks can be made ... */
    bool has_ice_mismatch;       /**< ... unless this is the first offer: its address was changed on the way */
    bool is_ice_lite;            /**< ... and the offerer makes none */
    bool is_ice_local;           /**< they may come from loopback */
    enum cf_direction direction; /**< as the offerer sees it */
    bool is_held;                /**< sendonly, inactive or address of zeros */
    struct cf_addr
        nominated;     /**< our candidate for RTP that the peer has nominated (RFC 8839 section 5.7); family NONE: it says none */
    struct cf_str mid; /**< absent: none */
    struct cf_str label;
    enum cf_content content;
};

#endif
