/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a negotiation has agreed on: plain structs, one struct cf_media_line for each m-line in the order of the descriptions, one
 * struct cf_media_transport for each 5-tuple that carries RTP. The media engine is programmed against this header alone and never
 * sees SDP. All of it is computed by conclude.h from a pair of descriptions; see docs/algorithms/offer-answer.md.
 *
 * "Local" is us, "remote" the peer, whoever offered. Nothing points out of the structs, so they may be copied and handed to other
 * threads; they are large, and meant to be read once and thrown away. Limits are constants below: what a peer announces beyond
 * them is left out of the agreement (payloads, SSRCs) or makes the line refused (mid).
 */
#ifndef CF_CORE_OFFER_PARAMS_H
#define CF_CORE_OFFER_PARAMS_H

#include "base/addr.h"
#include "base/mem.h"
#include "core/ice/candidate.h"
#include "core/sdp/bandwidth.h"
#include "core/sdp/candidate.h"
#include "core/sdp/content.h"
#include "core/sdp/crypto.h"
#include "core/sdp/dtls.h"
#include "core/sdp/extmap.h"
#include "core/sdp/feedback.h"
#include "core/sdp/fmtp.h"
#include "core/sdp/sdp.h"

/** Most payloads agreed on in a line. */
#define CF_MEDIA_PAYLOADS_MAX 16

/** Most SSRCs that a side announces in a line and that are kept. */
#define CF_MEDIA_SSRCS_MAX 8

/** Longest mid and label, octets. */
#define CF_TAG_MAX 47

/** A short text by value: mid, label. Empty: there is none. */
struct cf_tag {
    uint8_t len;
    char text[CF_TAG_MAX];
};

/** The text of @p tag; valid as long as the tag. */
static inline struct cf_str cf_tag_str(const struct cf_tag *tag) {
    return cf_str_n(tag->text, tag->len);
}

/** The third word of an m-line. */
enum cf_profile {
    CF_PROFILE_OTHER,      /**< nothing that we do */
    CF_PROFILE_AVP,        /**< RTP/AVP */
    CF_PROFILE_AVPF,       /**< RTP/AVPF */
    CF_PROFILE_SAVP,       /**< RTP/SAVP */
    CF_PROFILE_SAVPF,      /**< RTP/SAVPF */
    CF_PROFILE_DTLS_SAVP,  /**< UDP/TLS/RTP/SAVP */
    CF_PROFILE_DTLS_SAVPF, /**< UDP/TLS/RTP/SAVPF */
};

/** Codec, numbers and parameters that both sides have. */
struct cf_payload {
    enum cf_codec codec;
    uint8_t send_type;            /**< payload type in packets that we send: the peer's number */
    uint8_t receive_type;         /**< payload type in packets that we receive: our number */
    uint8_t channels;             /**< audio; 0 for video */
    uint32_t clock_hz;            /**< RTP clock */
    uint32_t feedback;            /**< set of enum cf_feedback that both sides named for this payload */
    union cf_codec_params local;  /**< what we said of it: binds what we receive */
    union cf_codec_params remote; /**< what the peer said of it: binds what we send */
};

/** A header extension in a line. */
struct cf_media_extension {
    uint8_t id;    /**< 1..255; 0: not agreed on */
    bool can_send; /**< we may put it on packets */
    bool can_receive;
};

/** How RTP is protected. */
enum cf_keying {
    CF_KEYING_NONE, /**< plain RTP */
    CF_KEYING_SDES,
    CF_KEYING_DTLS,
    CF_KEYING_ZRTP, /**< begins in clear, protected when ZRTP has agreed */
};

/** Who opens the DTLS connection (RFC 5763 section 5, RFC 8842). */
enum cf_dtls_role {
    CF_DTLS_ROLE_NONE,   /**< not DTLS */
    CF_DTLS_ROLE_CLIENT, /**< we are active: we send the ClientHello */
    CF_DTLS_ROLE_SERVER, /**< we are passive */
};

/** A certificate's digest (RFC 8122 section 5). */
struct cf_fingerprint {
    struct cf_tag hash; /**< as the peer wrote it, such as "sha-256" */
    uint8_t digest[CF_FINGERPRINT_MAX];
    uint8_t digest_len; /**< 0: there is none */
};

/** Most fingerprints of a peer: certificates that it may show. */
#define CF_MEDIA_FINGERPRINTS_MAX 4

/** Protection of a transport. */
struct cf_media_security {
    enum cf_keying keying;
    enum cf_srtp_suite suite;  /**< SDES: the suite of both directions */
    uint32_t crypto_tag;       /**< SDES: tag of the crypto attribute, to recognise it later */
    struct cf_sdes_key local;  /**< SDES: protects what we send */
    struct cf_sdes_key remote; /**< SDES: protects what we receive */
    enum cf_dtls_role dtls_role;
    struct cf_fingerprint local_fingerprint; /**< DTLS: of the certificate that our description promises */
    uint8_t remote_fingerprint_count;        /**< DTLS: at least one */
    struct cf_fingerprint remote_fingerprints[CF_MEDIA_FINGERPRINTS_MAX]; /**< one of these must be the peer's certificate's */
    uint64_t
        dtls_association; /**< made of both a=tls-id: another number is another association (RFC 8842 section 4); 0: not known */
    bool has_local_zrtp_hash;
    uint8_t local_zrtp_hash[CF_ZRTP_HASH_LEN]; /**< ours, as our description says */
    bool has_remote_zrtp_hash;
    uint8_t remote_zrtp_hash[CF_ZRTP_HASH_LEN]; /**< SHA-256 of the peer's Hello (RFC 6189 section 8.1) */
};

/** Most candidates of a peer that are kept, in the order of the description. */
#define CF_MEDIA_CANDIDATES_MAX 24

/** Longest user fragment and password of ours. */
#define CF_ICE_OWN_TEXT_MAX 32

/** ICE of the peer (RFC 8839 section 5). */
struct cf_ice_remote {
    bool is_offered; /**< user fragment, password and at least one candidate or a trickle promise */
    bool is_lite;
    bool can_trickle;
    bool is_ended; /**< there are no more candidates */
    uint8_t candidate_count;
    uint16_t ufrag_len;
    uint16_t pwd_len;
    char ufrag[CF_ICE_CREDENTIAL_MAX];
    char pwd[CF_ICE_CREDENTIAL_MAX];
    struct cf_ice_remote_candidate
        candidates[CF_MEDIA_CANDIDATES_MAX]; /**< UDP and passive TCP, with addresses; names are left out */
};

/** ICE of ours. */
struct cf_ice_own {
    bool is_used; /**< both sides do ICE: connectivity checks find the addresses */
    bool is_lite;
    bool is_controlling; /**< at the beginning: we have offered (RFC 8445 section 6.1.1) */
    uint8_t ufrag_len;
    uint8_t pwd_len;
    char ufrag[CF_ICE_OWN_TEXT_MAX];
    char pwd[CF_ICE_OWN_TEXT_MAX];
};

/** One 5-tuple: addresses, multiplexing, protection. */
struct cf_media_transport {
    struct cf_addr local_rtp;
    struct cf_addr local_rtcp;  /**< the same as .local_rtp with rtcp_mux */
    struct cf_addr remote_rtp;  /**< family CF_FAMILY_NONE: not known (held the old way, or a host name, never resolved) */
    struct cf_addr remote_rtcp; /**< the same as .remote_rtp with rtcp_mux */
    bool has_rtcp_mux;          /**< RTP and RTCP on one port (RFC 5761) */
    bool has_reduced_rtcp;      /**< reduced-size RTCP may be sent (RFC 5506) */
    struct cf_media_security security;
    struct cf_ice_remote ice;
    struct cf_ice_own own_ice;
};

/** What of a line is new since the last agreement, as bits of cf_media_line.changed. */
enum cf_media_change {
    CF_MEDIA_CHANGE_ACTIVE = 1 << 0,     /**< the line was taken into use or given up; then all others are set too */
    CF_MEDIA_CHANGE_DIRECTION = 1 << 1,  /**< can_send, can_receive, is_held */
    CF_MEDIA_CHANGE_REMOTE = 1 << 2,     /**< the peer's addresses */
    CF_MEDIA_CHANGE_LOCAL = 1 << 3,      /**< our addresses, or bundled otherwise */
    CF_MEDIA_CHANGE_SECURITY = 1 << 4,   /**< keys, suite, keying, profile */
    CF_MEDIA_CHANGE_PAYLOADS = 1 << 5,   /**< payloads, their parameters or feedback, ptime */
    CF_MEDIA_CHANGE_EXTENSIONS = 1 << 6, /**< header extensions */
    CF_MEDIA_CHANGE_NAMES = 1 << 7,      /**< mid, label, content, SSRCs, rids */
    CF_MEDIA_CHANGE_BANDWIDTH = 1 << 8,
    CF_MEDIA_CHANGE_ALL = (1 << 9) - 1,
};

/** Longest rid that is taken: what a header extension of the one-byte form carries (RFC 8285 section 4.2). */
#define CF_MEDIA_RID_MAX 16

/** Most encodings of a line. */
#define CF_MEDIA_ENCODINGS_MAX 4

/** One encoding of a line with simulcast (RFC 8851, 8853). */
struct cf_media_encoding {
    uint8_t rid_len; /**< 0: there is none */
    char rid[CF_MEDIA_RID_MAX];
    bool has_types;    /**< its packets have but those payload types: */
    uint64_t types[2]; /**< a set, by bits; types that its sender writes */
};

/** The rid of @p encoding; valid as long as that. */
static inline struct cf_str cf_media_rid(const struct cf_media_encoding *encoding) {
    return cf_str_n(encoding->rid, encoding->rid_len);
}

/** Encodings of a line, the one that its sender prefers first. */
struct cf_media_simulcast {
    uint8_t count; /**< 0: no simulcast */
    struct cf_media_encoding at[CF_MEDIA_ENCODINGS_MAX];
};

/** An m-line as agreed on. */
struct cf_media_line {
    enum cf_media_kind kind;
    enum cf_profile profile;
    bool is_active;     /**< accepted by both; if false nothing below counts */
    bool can_send;      /**< we may send */
    bool can_receive;   /**< the peer may send */
    bool is_held;       /**< the peer doesn't want to hear us: sendonly, inactive or an address of zeros (RFC 3264 section 8.4) */
    uint16_t transport; /**< index into cf_media_params.transports; bundled lines have the same */
    uint32_t changed;   /**< set of enum cf_media_change */

    uint8_t payload_count;
    struct cf_payload payloads[CF_MEDIA_PAYLOADS_MAX]; /**< most wanted first: send with the first one that you can encode */
    uint16_t ptime_msec;                               /**< audio in a packet that the peer wants; 0: not said */
    uint16_t max_ptime_msec;                           /**< most audio in a packet that the peer takes; 0: not said */
    uint32_t trr_int_msec;         /**< least interval of regular RTCP that the peer asks for (RFC 4585); 0: none */
    uint32_t remote_bandwidth_bps; /**< most that the peer wants to receive (b=); CF_BANDWIDTH_NONE */

    struct cf_media_extension extensions[CF_EXTENSION_COUNT]; /**< by enum cf_extension */
    bool has_vad; /**< the voice bit of ssrc-audio-level counts (RFC 6464 section 4) */

    struct cf_tag mid;
    struct cf_tag local_label;  /**< a=label that we wrote */
    struct cf_tag remote_label; /**< a=label that the peer wrote */
    enum cf_content local_content;
    enum cf_content remote_content;
    uint32_t local_ssrc; /**< the first that we announced; 0: none */
    uint8_t remote_ssrc_count;
    uint32_t remote_ssrcs[CF_MEDIA_SSRCS_MAX]; /**< in the order of the description */
    struct cf_media_simulcast simulcast_in;    /**< what the peer sends at once */
    struct cf_media_simulcast simulcast_out;   /**< what we may send at once */
};

/** The whole agreement. One allocation; free with cf_media_params_free(). */
struct cf_media_params {
    size_t size; /**< of the allocation */
    uint16_t line_count;
    uint16_t transport_count;
    struct cf_media_line *lines;           /**< .line_count of them, behind this struct */
    struct cf_media_transport *transports; /**< .transport_count of them: those of active lines */
};

/** Agreement with room for @p line_count lines (at most 256) and as many transports, zeroed. NULL if the allocator refuses. */
struct cf_media_params *cf_media_params_new(const struct cf_mem *mem, size_t line_count);

/** Free @p params; NULL is ignored. Keys are wiped. */
void cf_media_params_free(const struct cf_mem *mem, struct cf_media_params *params);

/** The transport of an active line. */
static inline const struct cf_media_transport *cf_media_transport(const struct cf_media_params *params,
                                                                  const struct cf_media_line *line) {
    return &params->transports[line->transport];
}

/** Set CF_MEDIA_CHANGE_ bits in every line of @p params by comparing with @p before, which may be NULL: then all is new. */
void cf_media_params_compare(struct cf_media_params *params, const struct cf_media_params *before);

/** Do both say the same? Then associations and rollover counters go on. */
bool cf_media_security_is_same(const struct cf_media_security *a, const struct cf_media_security *b);

/** The agreed payload of @p line that comes in with @p receive_type, or NULL. */
const struct cf_payload *cf_media_payload_of_type(const struct cf_media_line *line, uint8_t receive_type);

/** The first agreed payload of @p codec with @p clock_hz (0: any), or NULL. */
const struct cf_payload *cf_media_payload_of_codec(const struct cf_media_line *line, enum cf_codec codec, uint32_t clock_hz);

/** May a packet of @p encoding have payload type @p type? */
bool cf_media_encoding_has_type(const struct cf_media_encoding *encoding, uint8_t type);

/** Do both have the same encodings, in the same order? */
bool cf_media_simulcast_is_same(const struct cf_media_simulcast *a, const struct cf_media_simulcast *b);

/** @p text as a tag. False (and @p ret untouched) if it is too long. */
bool cf_tag_set(struct cf_str text, struct cf_tag *ret);

#endif
