/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one place that splits the header of a message (or of a body part) into lines and fields, shared by the parser, the framer
 * and core/mime, so that they can't disagree about where a field or a message ends (RFC 3261 section 7.3.1). Lines end with CR
 * LF; a line that begins with a blank goes on with the one before. Control characters are refused but for tab and those behind a
 * backslash (quoted pairs may have them, RFC 3261 section 25.1).
 */
#ifndef CF_CORE_SIP_LINES_H
#define CF_CORE_SIP_LINES_H

#include "core/sip/scan.h"

/** A start line or a header field as split. */
struct cf_sip_line {
    struct cf_str text;  /**< all of it without the last CR LF */
    struct cf_str name;  /**< field: a token, without blanks */
    struct cf_str value; /**< field: trimmed; folds may stand inside */
    size_t wrong_at;     /**< after an error: position of what is wrong */
};

/** Index of the first octet of @p in below 0x20 from @p at on, or in.len; eight at a time, as most of a header is plain text. */
size_t cf_sip_find_control(struct cf_str in, size_t at);

/**
 * Take a start line: all up to the first CR LF, which is taken too. CF_ERR_TRUNCATED: no end of line, nothing is taken. With all
 * other errors the line is taken, so that one can go on behind it: CF_ERR_MALFORMED: a control character; CF_ERR_LIMIT: longer
 * than CF_SIP_LINE_MAX. (An exception to the house rule: @p ret is filled as far as possible.)
 */
CF_MUST_USE enum cf_err cf_sip_scan_start_line(struct cf_sip_scan *s, struct cf_sip_line *ret);

/**
 * Take the next field with its continuation lines; CF_ERR_NOT_FOUND: the blank line was there (and is taken). Other errors as
 * cf_sip_scan_start_line(); CF_ERR_MALFORMED also for a line without a name and a colon.
 */
CF_MUST_USE enum cf_err cf_sip_scan_field(struct cf_sip_scan *s, struct cf_sip_line *ret);

#endif
