/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Content-Type of a file by the ending of its name. A table. */
#ifndef CF_CORE_HTTP_MEDIA_TYPE_H
#define CF_CORE_HTTP_MEDIA_TYPE_H

#include "base/str.h"

/** Type of the file called @p name; application/octet-stream if its ending is not known. */
struct cf_str cf_media_type_of(struct cf_str name);

#endif
