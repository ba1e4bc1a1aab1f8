/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * name-addr and addr-spec with parameters: From, To, Contact, Route, Record-Route, Path, Refer-To, Referred-By,
 * P-Asserted-Identity... (RFC 3261 section 20.10, 25.1). A format; views into the text.
 */
#ifndef CF_CORE_SIP_NAME_ADDR_H
#define CF_CORE_SIP_NAME_ADDR_H

#include "core/sip/text.h"
#include "core/sip/uri.h"

/** "Display" <uri>;params, or uri;params */
struct cf_sip_name_addr {
    struct cf_str display;   /**< a quoted string with its quotes, or tokens; absent if there is none */
    struct cf_sip_uri uri;   /**< what it names */
    struct cf_str params;    /**< header parameters after the first ';': tag, q, expires, +sip.instance...; absent if none */
    bool has_angle_brackets; /**< <uri>; without them what follows ';' are header parameters, never the URI's */
};

/** Take one name-addr or addr-spec with its parameters at the position of @p s. CF_ERR_MALFORMED, CF_ERR_LIMIT; the position is
 * where. */
CF_MUST_USE enum cf_err cf_sip_name_addr_scan(struct cf_sip_scan *s, struct cf_sip_name_addr *ret);

/** Parse all of @p text as one name-addr or addr-spec. CF_ERR_MALFORMED, CF_ERR_LIMIT (the URI). */
CF_MUST_USE enum cf_err cf_sip_name_addr_parse(struct cf_str text, struct cf_sip_name_addr *ret);

/** Value of the tag parameter, or the absent string. */
struct cf_str cf_sip_name_addr_tag(const struct cf_sip_name_addr *addr);

/**
 * What the display name means: unquoted, folds turned to one blank, control characters and malformed UTF-8 replaced by U+FFFD. So
 * the result is always well-formed UTF-8 without control characters. Nothing if there is none.
 */
void cf_sip_put_display(struct cf_writer *w, const struct cf_sip_name_addr *addr);

/** Print a name-addr: "display" (given as plain text, quoted here; absent: none) <uri>. Parameters are put behind by the caller.
 */
void cf_sip_put_name_addr(struct cf_writer *w, struct cf_str display, struct cf_str uri);

#endif
