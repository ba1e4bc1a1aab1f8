/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/json_line.h"

#include <stdio.h>

void cf_json_line_begin(struct cf_json_line *line, struct cf_str event, cf_usec since_start) {
    cf_writer_init(&line->w, line->room, sizeof line->room);
    cf_put_lit(&line->w, "{\"event\":");
    cf_put_json_str(&line->w, event);
    cf_json_line_milli(line, CF_STR("t"), since_start / 1000);
}

void cf_json_line_milli(struct cf_json_line *line, struct cf_str key, int64_t thousandths) {
    uint64_t value = thousandths < 0 ? (uint64_t)-thousandths : (uint64_t)thousandths;
    cf_put_json_key(&line->w, key, false);
    cf_put(&line->w, thousandths < 0 ? CF_STR("-") : CF_STR(""));
    cf_put_dec(&line->w, value / 1000);
    cf_put_char(&line->w, '.');
    for (uint64_t place = 100; place > 0; place /= 10) {
        cf_put_char(&line->w, (char)('0' + value / place % 10));
    }
}

void cf_json_line_end(struct cf_json_line *line) {
    cf_put_lit(&line->w, "}\n");
    if (!cf_writer_ok(&line->w)) {
        fprintf(stderr, "confer: a line was too long\n");
        return;
    }
    fwrite(line->room, 1, line->w.len, stdout);
    fflush(stdout);
}
