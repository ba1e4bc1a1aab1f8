/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * a=rid (RFC 8851 section 10) and a=simulcast (RFC 8853 section 5.1): several encodings of one source in one section. Pure, any
 * thread.
 */
#ifndef CF_CORE_SDP_RID_H
#define CF_CORE_SDP_RID_H

#include "core/sdp/direction.h"
#include "core/sdp/sdp.h"

/** Most streams a direction, and most alternatives in all of them, that are read. */
#define CF_SIMULCAST_ENTRIES_MAX 16

/** a=rid. */
struct cf_sdp_rid {
    struct cf_str id;            /**< letters, digits, "-" and "_" */
    enum cf_direction direction; /**< CF_DIRECTION_SENDONLY or CF_DIRECTION_RECVONLY */
    struct cf_str payload_types; /**< value of pt=, separated by commas; absent: all of the section */
    struct cf_str restrictions;  /**< the other parameters, separated by semicolons; absent: none */
};

/** One alternative of a simulcast stream. */
struct cf_sdp_simulcast_entry {
    struct cf_str rid;
    uint8_t stream; /**< entries with equal numbers are alternatives of one stream */
    bool is_paused; /**< begins paused */
};

/** One direction of a=simulcast. */
struct cf_sdp_simulcast_list {
    uint8_t count;
    struct cf_sdp_simulcast_entry at[CF_SIMULCAST_ENTRIES_MAX];
};

/** a=simulcast. */
struct cf_sdp_simulcast {
    struct cf_sdp_simulcast_list send;
    struct cf_sdp_simulcast_list receive;
};

/** Parse the value of a=rid. False if it does not follow the grammar. */
bool cf_sdp_rid_parse(struct cf_str value, struct cf_sdp_rid *ret);

/** Parse the value of a=simulcast. False if it does not follow the grammar or has more entries than the limit. */
bool cf_sdp_simulcast_parse(struct cf_str value, struct cf_sdp_simulcast *ret);

/** The lines with line end; a=simulcast only if there is an entry. */
void cf_put_sdp_rid(struct cf_writer *w, const struct cf_sdp_rid *rid);
void cf_put_sdp_simulcast(struct cf_writer *w, const struct cf_sdp_simulcast *simulcast);

#endif
