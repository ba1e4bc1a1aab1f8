/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/forward_select.h"

#include "core/sfu/selector.h"

static struct cf_scene *picture_of(struct cf_link *room_link) {
    return CF_OF(room_link, struct cf_scene, room_link);
}

/* --- those who follow the speaker --- */

struct ranking {
    struct cf_selector_picture ranked[CF_FORWARD_RANKED_MAX];
    struct cf_scene *pictures[CF_FORWARD_RANKED_MAX];
    size_t count;
};

static void rank(struct ranking *ranking, struct cf_scene *picture, cf_usec now) {
    uint32_t formats = cf_scene_formats(picture, now);
    picture->rank = CF_SELECTOR_NOBODY;
    if (formats != 0 && ranking->count < CF_FORWARD_RANKED_MAX) {
        picture->rank = ranking->count;
        ranking->pictures[ranking->count] = picture;
        ranking->ranked[ranking->count++] = (struct cf_selector_picture){
            .owner = picture->owner, .formats = formats, .is_slides = picture->kind == CF_SCENE_SLIDES};
    }
}

/* Those who can be candidates at all: screens, then cameras of the last speakers. */
static void rank_all(struct cf_forward *forward, struct ranking *ranking, cf_usec now) {
    ranking->count = 0;
    CF_LIST_EACH (&forward->pictures[CF_SCENE_SLIDES], link, following) {
        rank(ranking, picture_of(link), now);
    }
    CF_LIST_EACH (&forward->pictures[CF_SCENE_CAMERA], camera, next) {
        rank(ranking, picture_of(camera), now);
    }
}

static struct cf_scene_wish wish_of(const struct cf_sink *sink) {
    return (struct cf_scene_wish){
        .formats = sink->config.formats, .grade = sink->limit.grade, .is_small = sink->view.is_tile && sink->view.is_small};
}

static void note_fit(struct cf_forward *forward, struct cf_sink *sink, bool is_unfit) {
    if (sink->is_unfit == is_unfit) {
        return;
    }
    sink->is_unfit = is_unfit;
    if (cf_link_is_in(&sink->unfit_link)) {
        cf_list_remove(&sink->unfit_link); /* as it was told */
    } else {
        cf_list_append(&forward->unfit, &sink->unfit_link);
    }
}

/* Does anything come of others at all? */
static bool has_others(const struct ranking *ranking, uint32_t owner) {
    bool any = false;
    for (size_t i = 0; i < ranking->count; i++) {
        any = any || ranking->ranked[i].owner != owner;
    }
    return any;
}

static void select_follower(struct cf_forward *forward, struct cf_sink *sink, const struct ranking *ranking, cf_usec now) {
    const struct cf_scene_wish wish = wish_of(sink);
    const struct cf_selector_viewer viewer = {
        .owner = sink->config.owner,
        .formats = sink->config.formats,
        .shown = sink->shown == NULL ? CF_SELECTOR_NOBODY : sink->shown->picture->rank,
        .shown_since = sink->shown_since,
    };
    size_t picked = cf_selector_pick(ranking->ranked, ranking->count, &viewer, now);
    /* A frozen picture of somebody is better than that of nobody: NULL is to stay. */
    struct cf_source *source = NULL;
    if (picked != CF_SELECTOR_NOBODY) {
        source = cf_scene_choose(ranking->pictures[picked], &wish, sink->shown, now);
    }
    note_fit(forward, sink, picked == CF_SELECTOR_NOBODY && has_others(ranking, sink->config.owner));
    cf_sink_want(sink, source, now);
}

static void select_followers(struct cf_forward *forward, cf_usec now) {
    struct ranking ranking;
    rank_all(forward, &ranking, now);
    CF_LIST_EACH (&forward->followers, link, following) {
        struct cf_sink *sink = CF_OF(link, struct cf_sink, room_link);
        if (!sink->limit.is_paused) {
            select_follower(forward, sink, &ranking, now);
        }
    }
}

void cf_forward_on_speaker(struct cf_forward *forward, uint32_t owner, cf_usec now) {
    CF_LIST_EACH (&forward->pictures[CF_SCENE_CAMERA], link, following) {
        if (picture_of(link)->owner == owner) {
            cf_list_remove(link);
            cf_list_prepend(&forward->pictures[CF_SCENE_CAMERA], link);
        }
    }
    select_followers(forward, now);
}

/* --- tiles --- */

static void select_tile(struct cf_forward *forward, struct cf_sink *sink, cf_usec now) {
    const struct cf_scene_wish wish = wish_of(sink);
    uint32_t formats = sink->view.picture == NULL ? 0 : cf_scene_formats(sink->view.picture, now);
    note_fit(forward, sink, formats != 0 && !cf_video_sets_meet(sink->config.formats, formats));
    if (sink->view.picture == NULL || sink->limit.is_paused) {
        cf_sink_detach(sink);
    } else {
        cf_sink_want(sink, cf_scene_choose(sink->view.picture, &wish, sink->shown, now), now);
    }
}

static void select_tiles(struct cf_forward *forward, struct cf_scene *picture, cf_usec now) {
    CF_LIST_EACH (&picture->tiles, link, following) {
        select_tile(forward, CF_OF(link, struct cf_sink, tile_link), now);
    }
}

/* --- all --- */

void cf_forward_select_picture(struct cf_forward *forward, struct cf_scene *picture, cf_usec now) {
    select_tiles(forward, picture, now);
    select_followers(forward, now);
}

void cf_forward_select_sink(struct cf_forward *forward, struct cf_sink *sink, cf_usec now) {
    if (sink->view.is_tile) {
        select_tile(forward, sink, now);
    } else if (sink->limit.is_paused) {
        cf_sink_detach(sink);
    } else {
        struct ranking ranking;
        rank_all(forward, &ranking, now);
        select_follower(forward, sink, &ranking, now);
    }
}

/* Which encodings of @p picture are live, as bits. */
static uint32_t live_of(const struct cf_scene *picture, cf_usec now) {
    uint32_t live = 0;
    for (size_t i = 0; i < picture->encoding_count; i++) {
        live |= cf_scene_is_live(picture->encodings[i], now) ? 1U << i : 0;
    }
    return live;
}

/* Tiles cost as many looks as there are members times members: only those are visited that may have to change. */
static void select_due_tiles(struct cf_forward *forward, enum cf_scene_kind kind, cf_usec now) {
    CF_LIST_EACH (&forward->pictures[kind], link, following) {
        struct cf_scene *picture = picture_of(link);
        bool is_reordered = cf_scene_rank(picture, now);
        uint32_t live = live_of(picture, now);
        if (live != picture->live || is_reordered) {
            picture->live = live;
            select_tiles(forward, picture, now);
        }
    }
}

/* Whoever has waited in vain asks once more. */
static void select_waiting_tiles(struct cf_forward *forward, cf_usec now) {
    CF_LIST_EACH (&forward->sources, link, following) {
        CF_LIST_EACH (&CF_OF(link, struct cf_source, room_link)->wanted_by, waiting, next) {
            struct cf_sink *sink = CF_OF(waiting, struct cf_sink, wanted_link);
            if (sink->view.is_tile) {
                select_tile(forward, sink, now);
            }
        }
    }
}

void cf_forward_select_due(struct cf_forward *forward, cf_usec now) {
    select_due_tiles(forward, CF_SCENE_SLIDES, now);
    select_due_tiles(forward, CF_SCENE_CAMERA, now);
    select_waiting_tiles(forward, now);
    select_followers(forward, now);
}
