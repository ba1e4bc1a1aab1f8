/* SPDX-License-Identifier: GPL-3.0-or-later */
/* docs/api/openapi.json as octets of the program, put there by tools/embed.py. */
#ifndef CF_SERVER_API_DOCUMENT_H
#define CF_SERVER_API_DOCUMENT_H

#include "base/str.h"

/** The document; static. */
struct cf_span cf_api_document(void);

#endif
