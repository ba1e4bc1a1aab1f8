/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Option tags (RFC 3261 section 19.2) as sets, and sets of methods as in Allow. Unknown tags can't be in a set: what a request
 * requires and we don't know is found by cf_sip_put_unsupported(), which names them.
 */
#ifndef CF_CORE_SIP_OPTION_TAGS_H
#define CF_CORE_SIP_OPTION_TAGS_H

#include "core/sip/message.h"

/** A known option tag: its bit in a set is CF_SIP_OPTION_BIT(option). */
enum cf_sip_option {
#define X(id, name) CF_SIP_OPTION_##id,
#include "core/sip/option_table.h"
#undef X
    CF_SIP_OPTION_COUNT_,
};

/** Bit of an option tag. */
#define CF_SIP_OPTION_BIT(option) ((uint32_t)1 << (option))

/** The tag as text. */
struct cf_str cf_sip_option_name(enum cf_sip_option option);

/** Bit of the tag called @p name (case ignored), or 0 if unknown. */
uint32_t cf_sip_option_of(struct cf_str name);

/** Known tags in all fields called @p id (Require, Supported, Proxy-Require, Unsupported). */
uint32_t cf_sip_options(const struct cf_sip_message *msg, enum cf_sip_header id);

/** Does any field called @p id (Require or Proxy-Require) have a tag that is not in @p supported, known or not? */
bool cf_sip_requires_unsupported(const struct cf_sip_message *msg, enum cf_sip_header id, uint32_t supported);

/** "Unsupported: a, b" with the tags for which cf_sip_requires_unsupported() is true; nothing if it is false. */
void cf_sip_put_unsupported(struct cf_writer *w, const struct cf_sip_message *msg, enum cf_sip_header id, uint32_t supported);

/** A field called @p id with the tags of @p options; nothing for an empty set. */
void cf_sip_put_options(struct cf_writer *w, enum cf_sip_header id, uint32_t options);

/** Set of CF_SIP_METHOD_BIT() of all Allow fields. CF_SIP_METHOD_BIT(CF_SIP_METHOD_OTHER) if there are unknown ones. */
unsigned cf_sip_allowed_methods(const struct cf_sip_message *msg);

#endif
