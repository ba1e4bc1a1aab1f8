/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICE in descriptions (RFC 8839 section 5; TCP: RFC 6544 section 4.5; trickle: RFC 8840): a=candidate, a=ice-ufrag, a=ice-pwd,
 * a=ice-options, a=remote-candidates. Host names in candidates (mDNS among them) are kept and never resolved. Pure, any thread.
 */
#ifndef CF_CORE_SDP_CANDIDATE_H
#define CF_CORE_SDP_CANDIDATE_H

#include "core/sdp/sdp.h"

/** Lengths of user fragment and password (RFC 8839 section 5.4). */
#define CF_ICE_UFRAG_MIN 4
#define CF_ICE_PWD_MIN 22
#define CF_ICE_CREDENTIAL_MAX 256

/** Longest foundation (RFC 8839 section 5.1). */
#define CF_ICE_FOUNDATION_MAX 32

/** What a candidate is. */
enum cf_candidate_type {
    CF_CANDIDATE_HOST,
    CF_CANDIDATE_SRFLX,
    CF_CANDIDATE_PRFLX,
    CF_CANDIDATE_RELAY,
    CF_CANDIDATE_OTHER, /**< to be ignored (RFC 8839 section 5.1) */
};

/** Transport of a candidate. */
enum cf_candidate_transport {
    CF_CANDIDATE_UDP,
    CF_CANDIDATE_TCP_ACTIVE,
    CF_CANDIDATE_TCP_PASSIVE,
    CF_CANDIDATE_TCP_SO,
    CF_CANDIDATE_TRANSPORT_OTHER, /**< to be ignored */
};

/** a=candidate. */
struct cf_sdp_candidate {
    struct cf_str foundation;
    uint16_t component; /**< 1: RTP, 2: RTCP; to 256 */
    enum cf_candidate_transport transport;
    uint32_t priority;
    struct cf_str host;  /**< as written */
    struct cf_addr addr; /**< family NONE if .host is a name; with the port */
    enum cf_candidate_type type;
    struct cf_addr related; /**< raddr and rport; family NONE if not written or a name */
};

/** a=ice-ufrag and a=ice-pwd, and what else a description says of ICE. Begins zeroed. Views. */
struct cf_sdp_ice {
    struct cf_str ufrag; /**< absent: none, or not of a legal length */
    struct cf_str pwd;
    bool is_lite;     /**< a=ice-lite, session level */
    bool can_trickle; /**< "trickle" in a=ice-options */
    bool has_candidate;
    bool is_ended;                   /**< a=end-of-candidates */
    struct cf_str remote_candidates; /**< value of a=remote-candidates; absent: none */
};

/** Parse the value of a=candidate (also with a leading "candidate:"). False if it does not follow the grammar. */
bool cf_sdp_candidate_parse(struct cf_str value, struct cf_sdp_candidate *ret);

/** The line with line end. */
void cf_put_sdp_candidate(struct cf_writer *w, const struct cf_sdp_candidate *candidate);

/** If @p line is one of ICE's put what it says into @p ice. Feed it the session's lines first, then the section's. */
void cf_sdp_ice_read(const struct cf_sdp_line *line, struct cf_sdp_ice *ice);

/** Components that a=remote-candidates is read of: RTP and RTCP. */
#define CF_SDP_REMOTE_CANDIDATES_MAX 2

/**
 * Parse the value of a=remote-candidates (RFC 8839 section 5.7) into @p ret by component, family NONE for one that it does not
 * name or names by name. False if it does not follow the grammar; @p ret is untouched then.
 */
bool cf_sdp_remote_candidates_parse(struct cf_str value, struct cf_addr ret[CF_SDP_REMOTE_CANDIDATES_MAX]);

/** The line with line end, for components 1 to @p count. */
void cf_put_sdp_remote_candidates(struct cf_writer *w, const struct cf_addr *addrs, size_t count);

/** a=ice-ufrag and a=ice-pwd with line ends. */
void cf_put_sdp_ice(struct cf_writer *w, struct cf_str ufrag, struct cf_str pwd);

#endif
