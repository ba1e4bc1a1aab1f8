/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of header fields: a table (header_table.h). Names are case-insensitive (RFC 3261 section 7.3.1). */
#ifndef CF_CORE_SIP_HEADER_H
#define CF_CORE_SIP_HEADER_H

#include "base/str.h"

/** A known header field. */
enum cf_sip_header {
    CF_SIP_HEADER_OTHER, /**< a name that is not in the table */
#define X(id, name, compact, kind) CF_SIP_HEADER_##id,
#include "core/sip/header_table.h"
#undef X
    CF_SIP_HEADER_COUNT_,
};

/** How often a header field may stand in a message. */
enum cf_sip_header_kind {
    CF_SIP_HEADER_KIND_LIST,   /**< any number of fields, or one with values separated by commas */
    CF_SIP_HEADER_KIND_SINGLE, /**< the first one counts; commas don't separate */
    CF_SIP_HEADER_KIND_UNIQUE, /**< a second one makes the message malformed */
};

/** Header of that name in full or compact form, case ignored; CF_SIP_HEADER_OTHER if unknown. */
enum cf_sip_header cf_sip_header_of(struct cf_str name);

/** Full name, such as "Call-ID"; empty for CF_SIP_HEADER_OTHER. */
struct cf_str cf_sip_header_name(enum cf_sip_header id);

/** Compact form, or 0 if there is none. */
char cf_sip_header_compact(enum cf_sip_header id);

/** How often it may stand in a message; CF_SIP_HEADER_KIND_SINGLE for CF_SIP_HEADER_OTHER. */
enum cf_sip_header_kind cf_sip_header_kind_of(enum cf_sip_header id);

#endif
