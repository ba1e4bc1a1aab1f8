/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/scene.h"

#include "core/sfu/selector.h"

void cf_scene_init(struct cf_scene *picture, uint32_t owner, enum cf_scene_kind kind) {
    *picture = (struct cf_scene){.owner = owner, .kind = kind, .rank = CF_SELECTOR_NOBODY};
    cf_list_init(&picture->tiles);
}

bool cf_scene_add(struct cf_scene *picture, struct cf_source *encoding) {
    cf_assert(encoding->picture == NULL);
    if (picture->encoding_count == CF_SCENE_ENCODINGS_MAX) {
        return false;
    }
    size_t at = picture->encoding_count++;
    while (at > 0 && picture->encodings[at - 1]->config.grade > encoding->config.grade) {
        picture->encodings[at] = picture->encodings[at - 1];
        at--;
    }
    picture->encodings[at] = encoding;
    encoding->picture = picture;
    return true;
}

void cf_scene_remove(struct cf_scene *picture, struct cf_source *encoding) {
    size_t kept = 0;
    cf_assert(encoding->picture == picture);
    for (size_t i = 0; i < picture->encoding_count; i++) {
        if (picture->encodings[i] != encoding) {
            picture->encodings[kept++] = picture->encodings[i];
        }
    }
    picture->encoding_count = kept;
    encoding->picture = NULL;
}

/* --- the order of encodings --- */

/* One that costs so much more than another is finer, percent: rates move. */
#define FINER_PERCENT 150U

static uint64_t cost_of(const struct cf_source *encoding, cf_usec now) {
    return encoding->is_paused ? encoding->paused_bps : cf_layer_rates_total(&encoding->rates, now);
}

static bool is_finer(const struct cf_source *a, const struct cf_source *b, cf_usec now) {
    if (a->pixels != 0 && b->pixels != 0) {
        return a->pixels > b->pixels;
    }
    uint64_t cost = cost_of(a, now);
    uint64_t other = cost_of(b, now);
    if (b->pixels == 0 && other == 0) {
        return a->pixels != 0 || cost != 0;
    }
    return other > 0 && cost > other / 100 * FINER_PERCENT;
}

bool cf_scene_rank(struct cf_scene *picture, cf_usec now) {
    struct cf_source **encodings = picture->encodings;
    bool has_changed = false;
    for (size_t i = 1; i < picture->encoding_count; i++) {
        struct cf_source *encoding = encodings[i];
        size_t at = i;
        while (at > 0 && encoding->config.is_ranked && encodings[at - 1]->config.is_ranked &&
               is_finer(encoding, encodings[at - 1], now)) {
            /* They change places and grades. */
            uint8_t grade = encodings[at - 1]->config.grade;
            encodings[at - 1]->config.grade = encoding->config.grade;
            encoding->config.grade = grade;
            encodings[at] = encodings[at - 1];
            at--;
            has_changed = true;
        }
        encodings[at] = encoding;
    }
    return has_changed;
}

bool cf_scene_is_live(const struct cf_source *encoding, cf_usec now) {
    bool is_slides = encoding->picture != NULL && encoding->picture->kind == CF_SCENE_SLIDES;
    cf_usec stale = is_slides ? CF_SCENE_SLIDES_STALE : CF_SELECTOR_STALE;
    return encoding->seen && encoding->allowed && now - encoding->last_arrival < stale;
}

uint32_t cf_scene_formats(const struct cf_scene *picture, cf_usec now) {
    uint32_t formats = 0;
    for (size_t i = 0; i < picture->encoding_count; i++) {
        if (cf_scene_can_come(picture->encodings[i], now)) {
            formats |= CF_VIDEO_SET(picture->encodings[i]->config.format);
        }
    }
    return formats;
}

bool cf_scene_can_come(const struct cf_source *encoding, cf_usec now) {
    bool is_resuming = encoding->resumed_at != 0 && now - encoding->resumed_at < CF_SCENE_RESUME_PATIENCE;
    return cf_scene_is_live(encoding, now) || (encoding->seen && encoding->allowed && (encoding->is_paused || is_resuming));
}

/* The best for @p wish of those that are live, or that can come. */
static struct cf_source *find_best(const struct cf_scene *picture, const struct cf_scene_wish *wish, bool is_live, cf_usec now) {
    struct cf_source *best = NULL;
    for (size_t i = 0; i < picture->encoding_count; i++) {
        struct cf_source *encoding = picture->encodings[i];
        bool is_there = is_live ? cf_scene_is_live(encoding, now) : cf_scene_can_come(encoding, now);
        if (!is_there || !cf_video_set_accepts(wish->formats, encoding->config.format)) {
            continue;
        }
        best = encoding;
        if (!wish->is_small && encoding->config.grade >= wish->grade) {
            break;
        }
    }
    return best;
}

struct cf_source *cf_scene_choose(const struct cf_scene *picture, const struct cf_scene_wish *wish, struct cf_source *shown,
                                  cf_usec now) {
    bool is_shown = shown != NULL && shown->picture == picture && shown->allowed;
    struct cf_source *live = find_best(picture, wish, true, now);
    /* Who sees something can wait for something better; who sees nothing takes what is there. */
    bool can_wait = live == NULL || (is_shown && cf_scene_is_live(shown, now));
    struct cf_source *chosen = can_wait ? find_best(picture, wish, false, now) : live;
    return chosen == NULL && is_shown ? shown : chosen;
}

uint32_t cf_scene_ssrc(const struct cf_scene *picture) {
    for (size_t i = 0; i < picture->encoding_count; i++) {
        if (picture->encodings[i]->seen) {
            return picture->encodings[i]->ssrc;
        }
    }
    return 0;
}
