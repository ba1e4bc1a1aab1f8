/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/leg.h"

/* The next active line of @transport from *index on; *index is then the one after it. */
static struct cf_engine_line *next_line(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport,
                                        size_t *index) {
    while (*index < leg->line_count) {
        struct cf_engine_line *line = leg->lines[(*index)++];
        if (line != NULL && line->is_active && line->transport == transport) {
            return line;
        }
    }
    return NULL;
}

struct cf_engine_line *cf_engine_leg_first_line(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport) {
    size_t index = 0;
    return next_line(leg, transport, &index);
}

struct cf_engine_line *cf_engine_leg_line_of_peer(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport,
                                                  uint32_t ssrc) {
    size_t index = 0;
    for (struct cf_engine_line *line = next_line(leg, transport, &index); line != NULL;
         line = next_line(leg, transport, &index)) {
        if (line->receiver.is_started && line->receiver.ssrc == ssrc) {
            return line;
        }
    }
    return NULL;
}

struct cf_engine_line *cf_engine_leg_line_of_ours(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport,
                                                  uint32_t ssrc) {
    size_t index = 0;
    for (struct cf_engine_line *line = next_line(leg, transport, &index); line != NULL;
         line = next_line(leg, transport, &index)) {
        if (line->ssrc == ssrc) {
            return line;
        }
    }
    return NULL;
}

/* How well a packet of a new SSRC fits to a line; 0: not at all. */
static int fitness(const struct cf_engine_line *line, const struct cf_rtp_view *view) {
    const struct cf_media_extension *mid = &line->agreed.extensions[CF_EXTENSION_MID];
    struct cf_span tag;
    if (mid->id != 0 && mid->can_receive && line->agreed.mid.len != 0 && cf_rtp_ext_find(view, mid->id, &tag)) {
        return cf_str_eq(cf_span_str(tag), cf_tag_str(&line->agreed.mid)) ? 3 : 0;
    }
    if (cf_engine_line_announces(line, view->ssrc)) {
        return 2;
    }
    return cf_engine_line_payload_in(line, view->payload_type) != NULL ? 1 : 0;
}

struct cf_engine_line *cf_engine_leg_find_line(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport,
                                               const struct cf_rtp_view *view) {
    struct cf_engine_line *best = cf_engine_leg_line_of_peer(leg, transport, view->ssrc);
    if (best != NULL) {
        return best;
    }
    int best_fitness = 0;
    size_t index = 0;
    for (struct cf_engine_line *line = next_line(leg, transport, &index); line != NULL;
         line = next_line(leg, transport, &index)) {
        int fits = fitness(line, view);
        if (fits > best_fitness) {
            best = line;
            best_fitness = fits;
        }
    }
    return best;
}
