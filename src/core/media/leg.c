/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/leg.h"

/* What a member costs, at most (docs/performance.md, bench_memory): a leg, a transport, and a line or two. Larger ones should be
 * meant. */
_Static_assert(sizeof(struct cf_engine_leg) <= 4096, "a leg is small");
_Static_assert(sizeof(struct cf_engine_transport) <= 1024, "a transport is small");
_Static_assert(sizeof(struct cf_engine_line) <= 8192, "a line is small"); /* half of it a camera's stream */

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

void cf_engine_leg_note_takers(struct cf_engine_leg *leg) {
    leg->taker_count = 0;
    for (size_t i = 0; i < leg->line_count && leg->taker_count < CF_LEG_TAKERS_MAX; i++) {
        struct cf_engine_line *line = leg->lines[i];
        if (line != NULL && line->is_active && line->agreed.can_receive) {
            leg->takers[leg->taker_count++] = line;
        }
    }
}

struct cf_engine_stream *cf_engine_leg_stream_of_peer(const struct cf_engine_leg *leg,
                                                      const struct cf_engine_transport *transport, uint32_t ssrc) {
    size_t index = 0;
    struct cf_engine_stream *found = NULL;
    for (size_t i = 0; i < leg->taker_count && found == NULL; i++) {
        found = leg->takers[i]->transport == transport ? cf_engine_line_stream_of(leg->takers[i], ssrc) : NULL;
    }
    for (struct cf_engine_line *line = next_line(leg, transport, &index); line != NULL && found == NULL;
         line = next_line(leg, transport, &index)) {
        found = cf_engine_line_stream_of(line, ssrc);
    }
    return found;
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

/* How a packet was found to belong to a line, in the order of RFC 9143 section 9.2. */
enum fitness {
    FITS_NOT,
    FITS_CLOSED,    /* its payload type is of a line that takes nothing at the moment */
    FITS_TYPE,      /* its payload type is that of no other line */
    FITS_ANNOUNCED, /* its SSRC is in the description */
    FITS_STREAM,    /* its SSRC has sent on that line */
    FITS_MID,
};

static enum fitness fitness_of(struct cf_engine_line *line, const struct cf_rtp_view *view, bool *ret_has_mid) {
    struct cf_span tag;
    if (line->agreed.mid.len != 0 && cf_engine_line_get_extension(line, CF_EXTENSION_MID, view, &tag)) {
        *ret_has_mid = true;
        return cf_str_eq(cf_span_str(tag), cf_tag_str(&line->agreed.mid)) ? FITS_MID : FITS_NOT;
    }
    if (cf_engine_line_stream_of(line, view->ssrc) != NULL) {
        return FITS_STREAM;
    }
    if (cf_engine_line_announces(line, view->ssrc)) {
        return FITS_ANNOUNCED;
    }
    if (cf_engine_line_payload_in(line, view->payload_type) == NULL) {
        return FITS_NOT;
    }
    return line->agreed.can_receive ? FITS_TYPE : FITS_CLOSED;
}

/* Nearly all packets are of a stream that has sent before, on one of the few lines that take any: no need to look at all others,
 * which may be as many as there are members. */
static struct cf_engine_line *find_taker(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport,
                                         const struct cf_rtp_view *view) {
    struct cf_engine_line *found = NULL;
    bool has_mid = false;
    for (size_t i = 0; i < leg->taker_count; i++) {
        struct cf_engine_line *line = leg->takers[i];
        enum fitness fits = line->transport == transport ? fitness_of(line, view, &has_mid) : FITS_NOT;
        if (fits == FITS_MID) {
            return line;
        }
        found = fits == FITS_STREAM ? line : found;
    }
    return has_mid ? NULL : found;
}

struct cf_engine_line *cf_engine_leg_find_line(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport,
                                               const struct cf_rtp_view *view) {
    struct cf_engine_line *best = find_taker(leg, transport, view);
    if (best != NULL) {
        return best;
    }
    enum fitness best_fitness = FITS_NOT;
    bool is_ambiguous = false;
    bool has_mid = false;
    size_t index = 0;
    for (struct cf_engine_line *line = next_line(leg, transport, &index); line != NULL && best_fitness < FITS_MID;
         line = next_line(leg, transport, &index)) {
        enum fitness fits = fitness_of(line, view, &has_mid);
        is_ambiguous = is_ambiguous || (fits == FITS_TYPE && best_fitness == FITS_TYPE);
        if (fits > best_fitness) {
            best = line;
            best_fitness = fits;
        }
    }
    /* A mid that is nobody's: the packet is of a line that is not there (any more). */
    bool is_lost = has_mid && best_fitness < FITS_MID;
    return is_lost || (best_fitness == FITS_TYPE && is_ambiguous) ? NULL : best;
}
