/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ogg files with one stream of Opus (RFC 3533, RFC 7845): packets out of pages, without copying. A format. Packets that go over
 * several pages are not taken: files of sound have none unless they were made so on purpose.
 */
#ifndef CF_CORE_CLIP_OGG_H
#define CF_CORE_CLIP_OGG_H

#include "base/err.h"
#include "base/str.h"

/** A file being read. Members are private, but for .granule. */
struct cf_ogg {
    struct cf_span rest;     /**< pages that were not looked at */
    struct cf_span segments; /**< of this page, not read yet: their lengths */
    struct cf_span body;     /**< the same: their octets */
    uint64_t granule;        /**< of the last page that was begun: where its last packet ends */
};

/** What an OpusHead packet says (RFC 7845 section 5.1). */
struct cf_opus_head {
    uint8_t channels;  /**< 1 or 2 */
    uint16_t pre_skip; /**< samples at 48 kHz to be left out at the beginning */
    int16_t gain;      /**< to be applied, dB times 256 */
};

/** Begin with @p file, kept by reference. */
void cf_ogg_init(struct cf_ogg *ogg, struct cf_span file);

/**
 * The next packet, a view into the file. CF_ERR_NOT_FOUND: there are no more; CF_ERR_MALFORMED, CF_ERR_TRUNCATED,
 * CF_ERR_UNSUPPORTED (goes over pages).
 */
CF_MUST_USE enum cf_err cf_ogg_next(struct cf_ogg *ogg, struct cf_span *ret_packet);

/** Read an identification header. CF_ERR_MALFORMED, CF_ERR_UNSUPPORTED (more than two channels, another version). */
CF_MUST_USE enum cf_err cf_opus_head_parse(struct cf_span packet, struct cf_opus_head *ret);

#endif
