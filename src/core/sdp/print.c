/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Model to text. */
#include "core/sdp/sdp.h"

static void put_line(struct cf_writer *w, const struct cf_sdp_line *line) {
    cf_put_char(w, line->type);
    cf_put_char(w, '=');
    cf_put(w, line->name);
    if (line->name.at != NULL && line->value.at != NULL) {
        cf_put_char(w, ':');
    }
    cf_put(w, line->value);
    cf_put_lit(w, "\r\n");
}

static void put_lines(struct cf_writer *w, struct cf_sdp_lines lines) {
    for (size_t i = 0; i < lines.count; i++) {
        put_line(w, &lines.at[i]);
    }
}

static void put_media(struct cf_writer *w, const struct cf_sdp_media *media) {
    cf_put_lit(w, "m=");
    cf_put(w, media->media);
    cf_put_char(w, ' ');
    cf_put_dec(w, media->port);
    if (media->port_count != 1) {
        cf_put_char(w, '/');
        cf_put_dec(w, media->port_count);
    }
    cf_put_char(w, ' ');
    cf_put(w, media->protocol);
    cf_put_char(w, ' ');
    cf_put(w, media->formats);
    cf_put_lit(w, "\r\n");
    put_lines(w, media->lines);
}

void cf_put_sdp(struct cf_writer *w, const struct cf_sdp *sdp) {
    put_lines(w, sdp->lines);
    for (size_t i = 0; i < sdp->media_count; i++) {
        put_media(w, &sdp->media[i]);
    }
}
