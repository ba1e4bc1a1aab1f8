/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dependency descriptor (AV1 RTP specification, appendix A): a header extension that tells of each frame which layers it
 * belongs to, what it needs, and which decode targets (qualities) need it. The templates it refers to come with key frames and
 * are kept once a source. Whoever gets fewer layers is told which decode targets there are for it. Format file, and a bounded
 * structure that the caller keeps; no allocation.
 */
#ifndef CF_RTP_DEPENDENCY_H
#define CF_RTP_DEPENDENCY_H

#include "base/reader.h"

/** Limits of the specification. */
#define CF_DD_TEMPLATES_MAX 64U
#define CF_DD_TARGETS_MAX 32U
#define CF_DD_SPATIAL_MAX 4U
#define CF_DD_TEMPORAL_MAX 8U

/** Longest descriptor that is passed on, and what it can become. */
#define CF_DD_LEN_MAX 128U
#define CF_DD_PRINTED_MAX (CF_DD_LEN_MAX + 6U)

/** How many frames back are told apart of those that a frame needs. */
#define CF_DD_NEEDS_MAX 64U

/** Octets of the part that every packet has, and where its frame number is. */
#define CF_DD_LEN_MIN 3U
#define CF_DD_FRAME_NUMBER_AT 1U

/** How a decode target needs a frame: two bits each. */
enum cf_dd_indication {
    CF_DD_NOT_PRESENT, /**< the frame is of no use for it */
    CF_DD_DISCARDABLE, /**< shown, and nothing needs it */
    CF_DD_SWITCH,      /**< from here on the target can be followed by somebody who has what this frame needs */
    CF_DD_REQUIRED,
};

/** One template. */
struct cf_dd_template {
    uint8_t spatial;
    uint8_t temporal;
    uint16_t needs;       /**< see struct cf_dd */
    uint64_t indications; /**< two bits a decode target, the first one lowest */
};

/** The templates of a source. Zeroed: none. Value type, about 1 kB. */
struct cf_dd_structure {
    bool any;
    uint8_t id_offset;
    uint8_t template_count;
    uint8_t target_count;
    uint8_t spatial_max;
    struct cf_dd_template templates[CF_DD_TEMPLATES_MAX];
    uint8_t target_spatial[CF_DD_TARGETS_MAX]; /**< layers of each decode target */
    uint8_t target_temporal[CF_DD_TARGETS_MAX];
    uint8_t temporal_max;
    uint16_t widths[CF_DD_SPATIAL_MAX]; /**< of each spatial layer; 0: not told */
    uint16_t heights[CF_DD_SPATIAL_MAX];
};

/** Where in a descriptor the active decode targets are. */
struct cf_dd_place {
    uint16_t mask_at;     /**< bit at which they are, or would be */
    uint8_t target_count; /**< bits that they take */
    bool has_mask;        /**< they are there */
};

/** The descriptor of one packet. */
struct cf_dd {
    bool frame_start;
    bool frame_end;
    bool has_structure; /**< came with templates: a key frame */
    uint16_t frame_number;
    uint8_t spatial;
    uint8_t temporal;
    uint64_t indications;    /**< see struct cf_dd_template */
    uint64_t needs;          /**< frames that this one refers to: bit n is the one whose number is n + 1 lower */
    bool needs_older;        /**< ... and others further back than that */
    uint32_t active_targets; /**< bit t: decode target t is being sent; meaningful if .has_active_targets */
    bool has_active_targets;
    struct cf_dd_place place;
};

/** How decode target @p target needs the frame. */
static inline enum cf_dd_indication cf_dd_indication(const struct cf_dd *dd, unsigned target) {
    return (enum cf_dd_indication)(dd->indications >> (2 * target) & 3U);
}

/**
 * Parse @p data with the templates in @p structure, which it replaces if it brings new ones. CF_ERR_TRUNCATED; CF_ERR_MALFORMED;
 * CF_ERR_NOT_FOUND if its template is not in @p structure (a key frame is missing). On an error nothing is changed.
 */
CF_MUST_USE enum cf_err cf_dd_parse(struct cf_span data, struct cf_dd_structure *structure, struct cf_dd *ret);

/** The decode targets that need nothing above layers @p spatial and @p temporal, as bits. */
uint32_t cf_dd_targets(const struct cf_dd_structure *structure, unsigned spatial, unsigned temporal);

/**
 * The highest temporal layer up to which its spatial layer can be followed from here on by whoever has what this frame needs: of
 * the decode targets that it is a switch for, with all that is below them in time. -1: it is a switch for none.
 */
int cf_dd_switch_temporal(const struct cf_dd *dd, const struct cf_dd_structure *structure);

/**
 * Print descriptor @p data, of at most CF_DD_LEN_MAX octets, with @p frame_number and, unless @p targets is NULL, these active
 * decode targets at @p out, CF_DD_PRINTED_MAX octets. Returns its length.
 */
size_t cf_dd_print(struct cf_span data, const struct cf_dd_place *place, uint16_t frame_number, const uint32_t *targets,
                   uint8_t *out);

/** Can somebody who knows nothing begin here? Its first packet has new templates and a frame of the lowest layer. */
static inline bool cf_dd_is_key_start(const struct cf_dd *dd) {
    return dd->has_structure && dd->frame_start && dd->spatial == 0;
}

#endif
