/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Source descriptions (RFC 3550 section 6.5): the canonical name, and the media identification of RFC 8843 that some write
 * as item 10 instead of the registered 15. A format.
 */
#ifndef CF_CORE_RTCP_SDES_H
#define CF_CORE_RTCP_SDES_H

#include "core/rtcp/rtcp.h"

/** Item types. */
#define CF_SDES_CNAME 1U
#define CF_SDES_NAME 2U
#define CF_SDES_TOOL 6U
#define CF_SDES_NOTE 7U
#define CF_SDES_MID 15U          /**< RFC 8843 */
#define CF_SDES_MID_LINPHONE 10U /**< what oRTP sends and expects for the same */
#define CF_SDES_RID 12U          /**< RFC 8852 */

/** An item. */
struct cf_sdes_item {
    uint32_t ssrc; /**< of the chunk */
    uint8_t type;
    struct cf_str value; /**< at most 255 octets, as sent: check UTF-8 before showing it to anybody */
};

/** Where a visit stands. Value type. */
struct cf_sdes_iter {
    struct cf_span body;
    size_t at;
    size_t chunks_left;
    uint32_t ssrc; /**< of the chunk that is being visited */
    bool is_in_chunk;
};

/** Begin visiting all items of all chunks of @p packet, of type CF_RTCP_SDES. */
void cf_sdes_iter_init(struct cf_sdes_iter *iter, const struct cf_rtcp_packet *packet);

/** The next item. False at the end, or where an item runs past the packet. Chunks without items give nothing. */
bool cf_sdes_next(struct cf_sdes_iter *iter, struct cf_sdes_item *ret_item);

/** True for either number of the media identification. */
bool cf_sdes_is_mid(uint8_t type);

/** Append an SDES with one chunk for @p ssrc with @p count items (their .ssrc is not looked at); values of at most 255 octets. */
void cf_put_rtcp_sdes(struct cf_writer *w, uint32_t ssrc, const struct cf_sdes_item *items, size_t count);

#endif
