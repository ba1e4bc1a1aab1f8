/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parameters: ";name=value" after a header value (generic-param, RFC 3261 section 25.1) or after a URI (uri-parameters). The
 * part after the first ';' is kept as one string and walked when needed; the parsers of messages and URIs have checked its
 * grammar before. Walking is total: on text that nobody has checked it stops or gives odd names, but never reads outside.
 * A walk is linear; each find is linear in the length of the parameters. Names are compared without case.
 */
#ifndef CF_CORE_SIP_PARAMS_H
#define CF_CORE_SIP_PARAMS_H

#include "base/err.h"
#include "base/str.h"
#include "base/writer.h"

/** One parameter. */
struct cf_sip_param {
    struct cf_str name;  /**< without blanks */
    struct cf_str value; /**< without blanks; a quoted string has its quotes; absent without '=' */
};

/**
 * Cut the next parameter off @p rest, which is what stands after the first ';'. False at the end.
 *     struct cf_str rest = uri.params; while (cf_sip_param_next(&rest, &param)) ...
 */
bool cf_sip_param_next(struct cf_str *rest, struct cf_sip_param *ret);

/** Value of the first parameter called @p name: true if it is there; @p ret_value (may be NULL) is absent if it has no value. */
bool cf_sip_param_find(struct cf_str params, struct cf_str name, struct cf_str *ret_value);

/** Is there a parameter called @p name? */
bool cf_sip_param_has(struct cf_str params, struct cf_str name);

/** Value of the parameter called @p name, or the absent string if it is not there or has none. */
struct cf_str cf_sip_param_value(struct cf_str params, struct cf_str name);

/** Value of a numeric parameter of at most @p max. False if it is not there, has no value or another one. */
bool cf_sip_param_u32(struct cf_str params, struct cf_str name, uint32_t max, uint32_t *ret);

/** Is @p value a quoted string, with its quotes? */
bool cf_sip_is_quoted(struct cf_str value);

/** What a quoted string means: without quotes and with its quoted pairs resolved; any other text as it is. */
void cf_sip_put_unquoted(struct cf_writer *w, struct cf_str value);

/** @p text as a quoted string; quotes and backslashes are escaped, control characters (CR and LF too) become blanks. */
void cf_sip_put_quoted(struct cf_writer *w, struct cf_str text);

/** Does the meaning of @p value (a token or a quoted string) equal @p text, octet by octet? */
bool cf_sip_unquoted_eq(struct cf_str value, struct cf_str text);

/** As cf_sip_unquoted_eq(), ASCII case ignored. */
bool cf_sip_unquoted_eq_nocase(struct cf_str value, struct cf_str text);

/** Is @p text a token of RFC 3261 section 25.1 (at least one octet)? */
bool cf_sip_is_token(struct cf_str text);

/** ";name=value", or ";name" if @p value is absent. @p value must be a token or come from cf_sip_put_quoted(). */
void cf_sip_put_param(struct cf_writer *w, struct cf_str name, struct cf_str value);

/** ;name=number */
void cf_sip_put_param_dec(struct cf_writer *w, struct cf_str name, uint64_t value);

#endif
