/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * message/cpim (RFC 3862): a message with its own From, To and DateTime around a MIME body. A format; views into the text. Only
 * what a relay needs: namespaces and other headers are passed over.
 */
#ifndef CF_CORE_MIME_CPIM_H
#define CF_CORE_MIME_CPIM_H

#include "core/mime/mime.h"

/** A message as read. */
struct cf_cpim {
    struct cf_str from;         /**< URI of From, without angle brackets; absent: there is none */
    struct cf_str content_type; /**< of the inner body; absent: text/plain by default */
    struct cf_str body;         /**< inner body */
};

/** Parse all of @p text. CF_ERR_MALFORMED: no empty line after the headers, From without a URI, two of them. */
CF_MUST_USE enum cf_err cf_cpim_parse(struct cf_str text, struct cf_cpim *ret);

/** A message to write. */
struct cf_cpim_out {
    struct cf_str from_name;    /**< display name, cleaned of controls; absent or empty: none */
    struct cf_str from;         /**< URI */
    struct cf_str to;           /**< URI */
    struct cf_str date_time;    /**< RFC 3339 */
    struct cf_str content_type; /**< of the inner body */
    struct cf_str body;
};

/** Write it. */
void cf_put_cpim(struct cf_writer *w, const struct cf_cpim_out *message);

#endif
