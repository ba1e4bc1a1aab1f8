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

bool cf_scene_is_live(const struct cf_source *encoding, cf_usec now) {
    bool is_slides = encoding->picture != NULL && encoding->picture->kind == CF_SCENE_SLIDES;
    cf_usec stale = is_slides ? CF_SCENE_SLIDES_STALE : CF_SELECTOR_STALE;
    return encoding->seen && encoding->allowed && now - encoding->last_arrival < stale;
}

uint32_t cf_scene_formats(const struct cf_scene *picture, cf_usec now) {
    uint32_t formats = 0;
    for (size_t i = 0; i < picture->encoding_count; i++) {
        if (cf_scene_is_live(picture->encodings[i], now)) {
            formats |= CF_VIDEO_SET(picture->encodings[i]->config.format);
        }
    }
    return formats;
}

struct cf_source *cf_scene_choose(const struct cf_scene *picture, const struct cf_scene_wish *wish, struct cf_source *shown,
                                  cf_usec now) {
    struct cf_source *chosen = NULL;
    for (size_t i = 0; i < picture->encoding_count; i++) {
        struct cf_source *encoding = picture->encodings[i];
        if (!cf_scene_is_live(encoding, now) || !cf_video_set_accepts(wish->formats, encoding->config.format)) {
            continue;
        }
        chosen = encoding;
        if (!wish->is_small && encoding->config.grade >= wish->grade) {
            break;
        }
    }
    if (chosen == NULL && shown != NULL && shown->picture == picture && shown->allowed) {
        return shown;
    }
    return chosen;
}

uint32_t cf_scene_ssrc(const struct cf_scene *picture) {
    for (size_t i = 0; i < picture->encoding_count; i++) {
        if (picture->encodings[i]->seen) {
            return picture->encodings[i]->ssrc;
        }
    }
    return 0;
}
