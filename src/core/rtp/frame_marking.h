/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frame marking (RFC 9626): a header extension by which a forwarder learns of frames and layers without looking into the payload,
 * for codecs whose payload does not say (H.264), or for payloads that are encrypted end to end. Format file.
 */
#ifndef CF_RTP_FRAME_MARKING_H
#define CF_RTP_FRAME_MARKING_H

#include "base/reader.h"

/** The data of the extension. Values that are not there are 0. */
struct cf_frame_marking {
    bool start;         /**< S: first packet of a frame (of a layer) */
    bool end;           /**< E: last packet of it */
    bool independent;   /**< I: can be decoded by itself */
    bool discardable;   /**< D: no other frame needs it */
    bool base_sync;     /**< B: depends on the base layer only */
    bool has_layers;    /**< the long form, one to three octets more or less */
    uint8_t tid;        /**< temporal layer, 0..7 */
    uint8_t lid;        /**< spatial and quality layer, codec specific */
    bool has_tl0picidx; /**< .tl0picidx is there */
    uint8_t tl0picidx;  /**< running number of base layer frames */
};

/** Parse the data: one octet (section 3.2) or up to four (3.1). False if empty. */
bool cf_frame_marking_parse(struct cf_span data, struct cf_frame_marking *ret);

/** Write the long form with three octets at @p out, or the short form with one. Returns the octets. */
size_t cf_frame_marking_print(const struct cf_frame_marking *marking, uint8_t *out);

#endif
