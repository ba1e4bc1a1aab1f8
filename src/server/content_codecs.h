/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zlib and expat as the focus wants them. Stateless; any thread. */
#ifndef CF_SERVER_CONTENT_CODECS_H
#define CF_SERVER_CONTENT_CODECS_H

#include "core/focus/content.h"

/** The table. */
const struct cf_content_codecs *cf_server_content_codecs(void);

#endif
