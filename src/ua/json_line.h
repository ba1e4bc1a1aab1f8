/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One JSON object a line on standard output: {"event":"...","t":seconds since the start, ...}. */
#ifndef CF_UA_JSON_LINE_H
#define CF_UA_JSON_LINE_H

#include "base/usec.h"
#include "server/json.h"

/** Longest line, octets. */
#define CF_JSON_LINE_MAX 32768

/** A line being written. */
struct cf_json_line {
    struct cf_writer w;
    char room[CF_JSON_LINE_MAX];
};

/** Begin with event and time. */
void cf_json_line_begin(struct cf_json_line *line, struct cf_str event, cf_usec since_start);

/** "key":-12.345 from thousandths, with a comma before it. */
void cf_json_line_milli(struct cf_json_line *line, struct cf_str key, int64_t thousandths);

/** Print it. A line that does not fit is left out and said so on standard error. */
void cf_json_line_end(struct cf_json_line *line);

#endif
