/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * a=sendrecv, sendonly, recvonly, inactive (RFC 8866 section 6.7), and their algebra for offer and answer (RFC 3264 sections 5.1
 * and 6.1). A direction is a set of two bits, always seen from whoever wrote the description. Pure, any thread.
 */
#ifndef CF_CORE_SDP_DIRECTION_H
#define CF_CORE_SDP_DIRECTION_H

#include "base/writer.h"

/** Who sends, as a set of bits. */
enum cf_direction {
    CF_DIRECTION_INACTIVE = 0,
    CF_DIRECTION_SENDONLY = 1, /**< bit: the writer sends */
    CF_DIRECTION_RECVONLY = 2, /**< bit: the writer receives */
    CF_DIRECTION_SENDRECV = 3,
};

/** Is @p name one of the four attributes? Then its value is put into @p ret. */
bool cf_direction_of_name(struct cf_str name, enum cf_direction *ret);

/** The attribute name of @p direction. */
struct cf_str cf_direction_name(enum cf_direction direction);

/** The same streams seen from the other side: sendonly and recvonly change places. */
static inline enum cf_direction cf_direction_mirror(enum cf_direction direction) {
    return (enum cf_direction)((((unsigned)direction & 1U) << 1) | (((unsigned)direction & 2U) >> 1));
}

/** What both directions allow. */
static inline enum cf_direction cf_direction_common(enum cf_direction a, enum cf_direction b) {
    return (enum cf_direction)((unsigned)a & (unsigned)b);
}

/** Does the writer send? */
static inline bool cf_direction_sends(enum cf_direction direction) {
    return ((unsigned)direction & CF_DIRECTION_SENDONLY) != 0;
}

/** Does the writer receive? */
static inline bool cf_direction_receives(enum cf_direction direction) {
    return ((unsigned)direction & CF_DIRECTION_RECVONLY) != 0;
}

/** "a=sendrecv" and its like with line end. */
void cf_put_direction(struct cf_writer *w, enum cf_direction direction);

#endif
