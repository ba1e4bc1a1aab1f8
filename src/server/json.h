/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing JSON (RFC 8259) into a writer: strings escaped, malformed UTF-8 replaced; objects by hand. */
#ifndef CF_SERVER_JSON_H
#define CF_SERVER_JSON_H

#include "base/usec.h"
#include "base/writer.h"

/** A string in quotes. */
void cf_put_json_str(struct cf_writer *w, struct cf_str text);

/** "key": (with a comma before it unless @p is_first). @p key is a constant of ours. */
void cf_put_json_key(struct cf_writer *w, struct cf_str key, bool is_first);

/** "key":"text" and "key":number and "key":true, with a comma before it. */
void cf_put_json_text(struct cf_writer *w, struct cf_str key, struct cf_str text);
void cf_put_json_number(struct cf_writer *w, struct cf_str key, uint64_t number);
void cf_put_json_flag(struct cf_writer *w, struct cf_str key, bool flag);

/** "key":"2026-01-31T12:00:00Z", with a comma before it. */
void cf_put_json_time(struct cf_writer *w, struct cf_str key, cf_wall wall);

#endif
