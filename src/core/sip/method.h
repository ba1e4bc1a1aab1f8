/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP methods: a table. Names are case-sensitive (RFC 3261 section 7.1). */
#ifndef CF_CORE_SIP_METHOD_H
#define CF_CORE_SIP_METHOD_H

#include "base/str.h"

/** A method. */
enum cf_sip_method {
    CF_SIP_METHOD_OTHER, /**< a token that is none of the others */
#define X(name) CF_SIP_METHOD_##name,
#include "core/sip/method_table.h"
#undef X
    CF_SIP_METHOD_COUNT_,
};

/** Sets of methods, for Allow: bit CF_SIP_METHOD_BIT(method). */
#define CF_SIP_METHOD_BIT(method) (1U << (method))

/** Method of that name, or CF_SIP_METHOD_OTHER. */
enum cf_sip_method cf_sip_method_of(struct cf_str name);

/** Name of @p method; "OTHER" for CF_SIP_METHOD_OTHER. */
struct cf_str cf_sip_method_name(enum cf_sip_method method);

#endif
