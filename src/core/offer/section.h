/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that offer and answer look at in a section of a description, typed: the m-line, its attributes, and what it inherits from
 * the session. Inside of core/offer only. Read in one pass over the section; the session's part is read once for all sections, so
 * that many sections with a long session part stay linear. Views into the description.
 */
#ifndef CF_CORE_OFFER_SECTION_H
#define CF_CORE_OFFER_SECTION_H

#include "core/offer/params.h"
#include "core/sdp/candidate.h"
#include "core/sdp/format.h"
#include "core/sdp/group.h"
#include "core/sdp/rtcp.h"
#include "core/sdp/ssrc.h"

/** Most a=crypto of a section that are looked at. */
#define CF_SECTION_CRYPTOS_MAX 16

/** Most a=rid of a section that are looked at. */
#define CF_SECTION_RIDS_MAX 12

/** An a=extmap of an extension that we know. Small, since there is one for each. */
struct cf_section_extmap {
    uint16_t id;       /**< 1..255; 0: none */
    uint8_t direction; /**< enum cf_direction */
    bool has_vad_word; /**< something is written behind the URI */
    bool has_vad;      /**< cf_sdp_extmap_has_vad() */
};

/** Attributes of a session or a section. */
struct cf_attributes {
    bool has_direction;
    enum cf_direction direction; /**< sendrecv if none is written */
    bool has_rtcp_mux;
    bool has_rtcp_rsize;
    bool is_bundle_only;
    bool allows_mixed; /**< header extensions of both forms may be in one stream (RFC 8285 section 4.1.2) */
    bool has_rtcp;
    struct cf_sdp_rtcp rtcp;
    struct cf_str mid;     /**< absent: none, or no token */
    struct cf_str label;   /**< absent: none, or no token */
    struct cf_str content; /**< absent: none, or not tokens with commas */
    uint16_t ptime_msec;
    uint16_t max_ptime_msec;
    struct cf_section_extmap extmaps[CF_EXTENSION_COUNT];
    struct cf_sdp_ice ice;
    enum cf_setup setup;
    struct cf_str tls_id; /**< absent: none, or not of its grammar */
    bool has_inherited_fingerprints;
    uint8_t fingerprint_count;
    struct cf_str fingerprints[CF_MEDIA_FINGERPRINTS_MAX]; /**< values of a=fingerprint, not looked at yet */
    bool has_zrtp_hash;
    uint8_t zrtp_hash[CF_ZRTP_HASH_LEN];
    uint8_t ssrc_count;
    uint8_t crypto_count;
    uint8_t rid_count;
    uint8_t simulcast_count; /**< of a=simulcast, 2 for more; then they don't count (RFC 8853 section 5.3.2) */
    /* The first that are counted above are valid. */
    uint32_t ssrcs[CF_MEDIA_SSRCS_MAX];
    struct cf_str cryptos[CF_SECTION_CRYPTOS_MAX]; /**< values of a=crypto in order, not looked at yet */
    struct cf_str rids[CF_SECTION_RIDS_MAX];       /**< values of a=rid, not looked at yet */
    struct cf_str simulcast;                       /**< value of the first a=simulcast */
};

/** What all sections of a description share. */
struct cf_session_part {
    const struct cf_sdp *sdp;
    struct cf_attributes attributes;
    uint32_t bandwidth_bps; /**< CF_BANDWIDTH_NONE */
    bool has_bundle;
    struct cf_sdp_group bundle; /**< the first a=group:BUNDLE */
};

/** A section. */
struct cf_section {
    const struct cf_sdp_media *media;
    enum cf_profile profile;
    struct cf_addr rtp;  /**< family NONE: a name or missing; zeros: held the old way */
    struct cf_addr rtcp; /**< when not multiplexed: that of a=rtcp, or .rtp with the next port */
    bool is_name;        /**< the address is a host name */
    bool is_zero;        /**< there is a port, and the address is 0.0.0.0 or :: */
    uint32_t bandwidth_bps;
    struct cf_attributes attributes; /**< with what it inherits */
    struct cf_sdp_formats formats;
};

/** Read the session's part of @p sdp. */
void cf_session_part_read(const struct cf_sdp *sdp, struct cf_session_part *ret);

/** Read section @p index, which must exist. */
void cf_section_read(const struct cf_session_part *session, size_t index, struct cf_section *ret);

/** As cf_section_read() without the formats. */
void cf_section_read_attributes(const struct cf_session_part *session, size_t index, struct cf_section *ret);

/** The profile called @p protocol. */
enum cf_profile cf_profile_of(struct cf_str protocol);

/** The name of @p profile; empty for CF_PROFILE_OTHER. */
struct cf_str cf_profile_name(enum cf_profile profile);

/** Keys in the description are what @p profile is protected with. */
static inline bool cf_profile_is_sdes(enum cf_profile profile) {
    return profile == CF_PROFILE_SAVP || profile == CF_PROFILE_SAVPF;
}

/** Protected by DTLS-SRTP. */
static inline bool cf_profile_is_dtls(enum cf_profile profile) {
    return profile == CF_PROFILE_DTLS_SAVP || profile == CF_PROFILE_DTLS_SAVPF;
}

/** Plain RTP, as far as the profile says. */
static inline bool cf_profile_is_plain(enum cf_profile profile) {
    return profile == CF_PROFILE_AVP || profile == CF_PROFILE_AVPF;
}

/** Port 0 and not bundle-only: the section is not in use (RFC 3264 section 5.1, RFC 9143 section 6). */
bool cf_section_is_disabled(const struct cf_section *section);

/**
 * The crypto attribute number @p index of the section: false if it is broken, of no suite of ours, not usable, or has the tag of
 * one before it.
 */
bool cf_section_crypto_at(const struct cf_section *section, size_t index, struct cf_sdp_crypto *ret);

/** The first crypto attribute with @p tag. False if there is none or it is not usable. */
bool cf_section_crypto(const struct cf_section *section, uint32_t tag, struct cf_sdp_crypto *ret);

#endif
