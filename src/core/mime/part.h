/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parser of one part of a multipart body; the walk's business (mime.h is what others use). */
#ifndef CF_CORE_MIME_PART_H
#define CF_CORE_MIME_PART_H

#include "core/mime/mime.h"

/**
 * Parse what stands between two delimiters: fields, a blank line, the body. The header may end with the text (RFC 2046
 * section 5.1.1). CF_ERR_MALFORMED: a broken or repeated field; CF_ERR_LIMIT: more than CF_MIME_FIELDS_MAX fields, or one too
 * long.
 */
CF_MUST_USE enum cf_err cf_mime_part_parse(struct cf_str text, unsigned depth, struct cf_mime_part *ret);

#endif
