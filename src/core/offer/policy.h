/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What we offer and accept: codecs, protection, features. Plain data that the server makes from its configuration once and a user
 * agent from its options; answer.h and offer.h are pure functions of it. Nothing here is of one call, except whether its
 * signalling is secure, which the caller states in struct cf_local_session.
 */
#ifndef CF_CORE_OFFER_POLICY_H
#define CF_CORE_OFFER_POLICY_H

#include "core/offer/params.h"

/** Most codecs of a kind. */
#define CF_POLICY_CODECS_MAX 12

/** A codec that we do. */
struct cf_policy_codec {
    enum cf_codec codec;
    union cf_codec_params params; /**< what we say of it in offers and, adapted, in answers */
};

/** A codec preference list, the most wanted first. */
struct cf_policy_codecs {
    uint8_t count;
    struct cf_policy_codec list[CF_POLICY_CODECS_MAX];
};

/** Most ways to agree on keys. */
#define CF_POLICY_KEYINGS_MAX 4

/** Connectivity checks. */
enum cf_policy_ice {
    CF_POLICY_ICE_OFF,  /**< offers with ICE are answered without */
    CF_POLICY_ICE_FULL, /**< we check too */
    CF_POLICY_ICE_LITE, /**< we only answer checks (RFC 8445 section 2.5): for servers without a translator in front of them */
};

/** What we offer and accept. */
struct cf_policy {
    struct cf_policy_codecs audio; /**< without telephone-event, which follows the clocks of the codecs taken */
    struct cf_policy_codecs video; /**< none: video lines are refused and not offered */
    bool has_telephone_event;      /**< take and offer telephone-event at every clock rate of the audio codecs */
    bool is_our_order; /**< answers list codecs in our order; else in the offerer's, as RFC 3264 section 6.1 advises */

    bool allows_plain;                       /**< RTP without protection */
    bool allows_sdes;                        /**< keys in the description */
    bool allows_sdes_on_insecure_signalling; /**< RFC 4568 section 9 warns of it */
    uint8_t keying_count;
    enum cf_keying keyings[CF_POLICY_KEYINGS_MAX]; /**< that we do, the most wanted first: DTLS if the caller has a certificate,
                                                        ZRTP if he has a Hello hash for the line, the others if allowed above */
    bool demands_aes256;                           /**< no other suites are in .suites, and refusals say why */
    bool allows_mki;                               /**< take crypto attributes with an MKI; only if the packet protection can */
    bool is_opportunistic;     /**< a=crypto under RTP/AVP(F) is taken (RFC 8643); else it is ignored like Linphone does */
    bool offers_opportunistic; /**< offers under RTP/AVP(F) have DTLS and SDES attributes too (RFC 8643) */
    uint8_t suite_count;
    enum cf_srtp_suite suites[CF_SRTP_SUITE_COUNT]; /**< allowed, the most wanted first; GCM first by default */
    enum cf_profile
        offer_profile; /**< of our offers; what it stands for if that can be done for a line, else the first keying that can */

    enum cf_policy_ice ice;
    bool offers_congestion_control; /**< RTX, transport-wide feedback and REMB in offers of new lines: phones have not heard of
                                       them. In answers they are taken whenever offered, and later offers keep them */
    bool allows_bundle;   /**< RFC 9143 groups are taken and offered; off: each line for itself, bundle-only lines are refused */
    bool offers_rtcp_mux; /**< RFC 5761 in offers; taken in answers whenever offered */
    bool allows_reduced_rtcp; /**< RFC 5506, if the peer offers it */
    uint32_t audio_feedback;  /**< sets of enum cf_feedback that we do */
    uint32_t video_feedback;
    uint32_t trr_int_msec; /**< least interval of regular RTCP that we ask for in offers; CF_FEEDBACK_NO_INTERVAL */
    bool takes_redundancy; /**< redundant audio (RFC 2198), if it is offered */
    bool takes_simulcast;  /**< several encodings of a picture in one line, told apart by rid (RFC 8853), if they are offered */
    uint32_t audio_extensions; /**< sets of 1 << enum cf_extension that we do */
    uint32_t video_extensions;
    uint16_t ptime_msec; /**< a=ptime that we write for audio; 0: none */
};

/**
 * The server's default: Opus, G722, PCMU, PCMA, telephone-event; VP8, H.264 modes 1 and 0; protected by DTLS, SDES on secure
 * signalling, ZRTP, or plain, all suites, GCM first; AVPF feedback, mid and audio levels; lines bundled.
 */
void cf_policy_default(struct cf_policy *ret);

/** A list with the codecs called @p names (separated by blanks, without regard to case) with our usual parameters, H264 standing
 * for its modes 1 and 0. CF_ERR_CONFIG: a name is not known or not of @p kind, or there are too many. */
CF_MUST_USE enum cf_err cf_policy_codecs_parse(struct cf_str names, enum cf_media_kind kind, struct cf_policy_codecs *ret);

/** Put the suites called @p names (separated by blanks) into @p policy. CF_ERR_CONFIG: one is not known, or is named twice. */
CF_MUST_USE enum cf_err cf_policy_set_suites(struct cf_policy *policy, struct cf_str names);

/**
 * What @p names (separated by blanks, of "dtls", "sdes", "zrtp", "none", each at most once) says is the order of wishes, and what
 * is missing is not done. CF_ERR_CONFIG: one is not known, or is named twice. Flags stay as they are.
 */
CF_MUST_USE enum cf_err cf_policy_set_keyings(struct cf_policy *policy, struct cf_str names);

/** From now on nothing but AES-256: other suites and plain RTP go. */
void cf_policy_demand_aes256(struct cf_policy *policy);

/** The name of @p keying in configuration and reports. */
struct cf_str cf_keying_name(enum cf_keying keying);

/** Is @p keying in the list? */
bool cf_policy_does(const struct cf_policy *policy, enum cf_keying keying);

/** Our parameters for @p codec when nothing else was configured. */
void cf_policy_codec_params(enum cf_codec codec, union cf_codec_params *ret);

#endif
