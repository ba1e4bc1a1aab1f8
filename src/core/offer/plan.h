/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A section of ours before it is written: what answer.c and offer.c decide, and description.c prints. Inside of core/offer only.
 * Views into descriptions, local lines and tables.
 */
#ifndef CF_CORE_OFFER_PLAN_H
#define CF_CORE_OFFER_PLAN_H

#include "core/offer/local.h"
#include "core/offer/refusal.h"
#include "core/sdp/rid.h"

/** A payload type to be written. */
struct cf_plan_format {
    uint8_t payload_type;
    enum cf_codec codec;
    struct cf_str encoding;
    uint32_t clock_hz;
    uint32_t channels;
    uint32_t feedback;
    union cf_codec_params params;
};

/** An encoding to be written: a=rid, and its place in a=simulcast. */
struct cf_plan_rid {
    struct cf_str id;
    struct cf_str restrictions; /**< absent: none */
    bool has_types;             /**< pt= is written */
    uint8_t type_count;
    uint8_t types[CF_MEDIA_PAYLOADS_MAX];
};

/** A section to be written. */
struct cf_plan {
    enum cf_refusal_reason refusal; /**< not NONE: port 0, and only .media, .protocol, .formats_text and .label count */
    struct cf_str media;
    struct cf_str protocol;
    struct cf_str formats_text; /**< refused: the first word of it is written */
    const struct cf_local_line *local;
    bool is_bundled; /**< follows another section: port 0 and a=bundle-only */
    bool has_rtcp_mux;
    bool has_rtcp_rsize;
    bool allows_mixed; /**< write a=extmap-allow-mixed (RFC 8285 section 6) */
    bool has_rtcp;     /**< write a=rtcp */
    bool has_ice;
    bool is_ice_mismatch;   /**< say that the address was changed on the way */
    bool has_trickle;       /**< the peer knows what a=end-of-candidates is */
    uint8_t ice_components; /**< 1 or 2 */
    struct cf_tag ice_ufrag;
    struct cf_tag ice_pwd;
    enum cf_direction direction;
    uint32_t trr_int_msec; /**< CF_FEEDBACK_NO_INTERVAL: none */
    uint16_t ptime_msec;   /**< 0: none */
    struct cf_str mid;     /**< absent: none; this and those below */
    struct cf_str label;
    struct cf_str content;
    enum cf_setup setup;               /**< NONE: no DTLS, then the next two don't count */
    struct cf_fingerprint fingerprint; /**< our certificate */
    struct cf_tag tls_id;              /**< empty: none */
    const uint8_t *zrtp_hash;          /**< NULL: none */
    uint8_t format_count;
    uint8_t crypto_count;
    uint8_t extmap_count;
    uint8_t rid_count;
    enum cf_direction rid_direction; /**< SENDONLY or RECVONLY, if there are rids */
    /* The first that are counted above are valid. */
    struct cf_plan_format formats[CF_MEDIA_PAYLOADS_MAX];
    struct cf_sdp_crypto cryptos[CF_SRTP_SUITE_COUNT];
    struct cf_sdp_extmap extmaps[CF_EXTENSION_COUNT];
    struct cf_plan_rid rids[CF_MEDIA_ENCODINGS_MAX];
};

/** Make @p plan empty. Cheaper than zeros all over: there may be many lines. */
static inline void cf_plan_reset(struct cf_plan *plan) {
    memset(plan, 0, offsetof(struct cf_plan, formats));
}

/** Wipe the keys of @p plan. */
static inline void cf_plan_wipe(struct cf_plan *plan) {
    cf_mem_wipe(plan->cryptos, plan->crypto_count * sizeof plan->cryptos[0]);
}

/** The text of a generated mid: room for "v255". */
struct cf_plan_mid {
    char text[8];
};

#endif
