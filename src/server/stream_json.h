/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the streams of a call are doing, as JSON: for the confer command and the HTTP interface alike. */
#ifndef CF_SERVER_STREAM_JSON_H
#define CF_SERVER_STREAM_JSON_H

#include "core/focus/focus.h"

/** "streams":[...] of call @p leg, with a comma before it; Stream of docs/api/openapi.json. */
void cf_put_streams(struct cf_writer *w, const struct cf_focus *focus, struct cf_handle leg);

/** "paths":[...]: where connectivity checks have led each transport of call @p leg, with a comma before it. */
void cf_put_paths(struct cf_writer *w, const struct cf_focus *focus, struct cf_handle leg);

#endif
