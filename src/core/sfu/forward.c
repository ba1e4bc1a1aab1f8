/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/forward.h"

#include "core/sfu/forward_select.h"

void cf_forward_init(struct cf_forward *forward, cf_usec now) {
    *forward = (struct cf_forward){.next_look = now + CF_FORWARD_PERIOD};
    for (size_t i = 0; i < CF_SCENE_KIND_COUNT; i++) {
        cf_list_init(&forward->pictures[i]);
    }
    cf_list_init(&forward->sources);
    cf_list_init(&forward->followers);
    cf_list_init(&forward->idle_tiles);
    cf_list_init(&forward->batch_sources);
    cf_list_init(&forward->askers);
    cf_list_init(&forward->unfit);
}

static struct cf_source *source_of(struct cf_link *room_link) {
    return CF_OF(room_link, struct cf_source, room_link);
}

/* --- members --- */

bool cf_forward_add_source(struct cf_forward *forward, struct cf_scene *picture, struct cf_source *source, uint32_t ssrc,
                           cf_usec now) {
    if (!cf_scene_add(picture, source)) {
        return false;
    }
    struct cf_list *pictures = &forward->pictures[picture->kind];
    if (!cf_link_is_in(&picture->room_link) && picture->kind == CF_SCENE_SLIDES) {
        cf_list_prepend(pictures, &picture->room_link);
    } else if (!cf_link_is_in(&picture->room_link)) {
        cf_list_append(pictures, &picture->room_link);
    }
    source->seen = false;
    source->seen_at = now;
    cf_source_restart(source, source->config.format, ++forward->names, ssrc);
    source->askers = &forward->askers;
    cf_list_append(&forward->sources, &source->room_link);
    forward->source_count++;
    cf_forward_select_picture(forward, picture, now);
    return true;
}

/* Nobody shows @p source any more; those who did may want it again. */
static void hide(struct cf_source *source) {
    CF_LIST_EACH (&source->shown_by, link, following) {
        cf_sink_detach(CF_OF(link, struct cf_sink, shown_link));
    }
    CF_LIST_EACH (&source->wanted_by, link, next) {
        cf_sink_want(CF_OF(link, struct cf_sink, wanted_link), NULL, 0);
    }
}

void cf_forward_remove_source(struct cf_forward *forward, struct cf_source *source, cf_usec now) {
    struct cf_scene *picture = source->picture;
    cf_assert(cf_forward_is_idle(forward));
    hide(source);
    cf_scene_remove(picture, source);
    if (picture->encoding_count == 0) {
        cf_list_remove(&picture->room_link);
    }
    cf_list_remove(&source->room_link);
    cf_list_remove(&source->ask_link);
    source->askers = NULL;
    forward->source_count--;
    cf_forward_select_picture(forward, picture, now);
}

void cf_forward_forget_picture(struct cf_forward *forward, struct cf_scene *picture) {
    cf_assert(picture->encoding_count == 0);
    CF_LIST_EACH (&picture->tiles, link, following) {
        struct cf_sink *sink = CF_OF(link, struct cf_sink, tile_link);
        cf_list_remove(link);
        sink->view.picture = NULL;
        cf_list_append(&forward->idle_tiles, &sink->room_link);
    }
}

void cf_forward_restart_source(struct cf_forward *forward, struct cf_source *source, enum cf_video_format format, uint32_t ssrc,
                               cf_usec now) {
    if (cf_link_is_in(&source->batch_link)) {
        /* What came before the restart in this batch is given up. */
        cf_source_batch_done(source);
    }
    hide(source);
    cf_source_restart(source, format, ++forward->names, ssrc);
    cf_forward_select_picture(forward, source->picture, now);
}

void cf_forward_end_source(struct cf_forward *forward, struct cf_source *source, cf_usec now) {
    source->seen = false;
    cf_forward_restart_source(forward, source, source->config.format, source->ssrc, now);
}

void cf_forward_allow_source(struct cf_forward *forward, struct cf_source *source, bool allowed, cf_usec now) {
    if (source->allowed == allowed) {
        return;
    }
    source->allowed = allowed;
    if (!allowed) {
        hide(source);
    }
    cf_forward_select_picture(forward, source->picture, now);
}

static void enter(struct cf_forward *forward, struct cf_sink *sink, const struct cf_sink_view *view) {
    sink->view = *view;
    if (!view->is_tile) {
        cf_list_append(&forward->followers, &sink->room_link);
    } else if (view->picture == NULL) {
        cf_list_append(&forward->idle_tiles, &sink->room_link);
    } else {
        cf_assert(view->picture->owner != sink->config.owner);
        cf_list_append(&view->picture->tiles, &sink->tile_link);
    }
}

void cf_forward_add_sink(struct cf_forward *forward, struct cf_sink *sink, const struct cf_sink_view *view, cf_usec now) {
    enter(forward, sink, view);
    forward->sink_count++;
    cf_forward_select_sink(forward, sink, now);
}

void cf_forward_remove_sink(struct cf_forward *forward, struct cf_sink *sink) {
    cf_assert(cf_forward_is_idle(forward));
    cf_sink_detach(sink);
    cf_list_remove(&sink->room_link);
    cf_list_remove(&sink->tile_link);
    if (cf_link_is_in(&sink->unfit_link)) {
        /* Nobody was told. */
        cf_list_remove(&sink->unfit_link);
        sink->is_unfit = !sink->is_unfit;
    }
    forward->sink_count--;
}

struct cf_sink *cf_forward_poll_unfit(struct cf_forward *forward) {
    struct cf_link *link = cf_list_pop(&forward->unfit);
    return link == NULL ? NULL : CF_OF(link, struct cf_sink, unfit_link);
}

void cf_forward_set_view(struct cf_forward *forward, struct cf_sink *sink, const struct cf_sink_view *view, cf_usec now) {
    cf_assert(cf_forward_is_idle(forward));
    bool is_same = sink->view.is_tile && view->is_tile && sink->view.picture == view->picture;
    if (!is_same) {
        cf_sink_detach(sink);
    }
    cf_list_remove(&sink->room_link);
    cf_list_remove(&sink->tile_link);
    enter(forward, sink, view);
    cf_forward_select_sink(forward, sink, now);
}

void cf_forward_set_limit(struct cf_forward *forward, struct cf_sink *sink, const struct cf_sink_limit *limit, cf_usec now) {
    cf_assert(cf_forward_is_idle(forward));
    cf_sink_set_limit(sink, limit, now);
    cf_forward_select_sink(forward, sink, now);
}

/* --- packets --- */

enum cf_source_result cf_forward_on_packet(struct cf_forward *forward, struct cf_source *source,
                                           const struct cf_video_packet *packet, cf_usec now) {
    cf_assert(!forward->cursor_is_set);
    bool first = !source->seen;
    uint32_t pixels = source->pixels;
    enum cf_source_result result = cf_source_on_packet(source, packet);
    if (result == CF_SOURCE_TAKEN && !cf_link_is_in(&source->batch_link)) {
        cf_list_append(&forward->batch_sources, &source->batch_link);
    }
    bool is_reordered = source->pixels != pixels && cf_scene_rank(source->picture, now);
    if ((result == CF_SOURCE_TAKEN && first) || is_reordered) {
        cf_forward_select_picture(forward, source->picture, now);
    }
    return result;
}

bool cf_forward_is_idle(const struct cf_forward *forward) {
    return cf_list_is_empty(&forward->batch_sources);
}

/* The next sink of @p source that has to be looked at; NULL: all have been. The one returned may leave the list. */
static struct cf_sink *next_sink(struct cf_forward *forward, struct cf_source *source) {
    if (!forward->cursor_is_set) {
        forward->cursor_is_set = true;
        forward->cursor_is_wanted = false;
        forward->cursor = cf_list_first(&source->shown_by);
    }
    if (forward->cursor == NULL && !forward->cursor_is_wanted) {
        forward->cursor_is_wanted = true;
        forward->cursor = cf_list_first(&source->wanted_by);
    }
    struct cf_link *link = forward->cursor;
    if (link == NULL) {
        return NULL;
    }
    bool wanted = forward->cursor_is_wanted;
    forward->cursor = cf_list_next(wanted ? &source->wanted_by : &source->shown_by, link);
    return wanted ? CF_OF(link, struct cf_sink, wanted_link) : CF_OF(link, struct cf_sink, shown_link);
}

static void source_is_done(struct cf_forward *forward, struct cf_source *source) {
    cf_source_batch_done(source);
    cf_list_remove(&source->batch_link);
    forward->cursor_is_set = false;
    if (cf_forward_is_idle(forward)) {
        forward->batch++;
    }
}

size_t cf_forward_step(struct cf_forward *forward, cf_usec now, struct cf_sink_item *items) {
    struct cf_link *link = cf_list_first(&forward->batch_sources);
    if (link == NULL) {
        return 0;
    }
    struct cf_source *source = CF_OF(link, struct cf_source, batch_link);
    struct cf_sink *sink = next_sink(forward, source);
    if (sink == NULL) {
        source_is_done(forward, source);
        return 0;
    }
    /* Batches count from 1 here: 0 is a sink that never began. */
    uint32_t batch = forward->batch + 1;
    return forward->cursor_is_wanted ? cf_sink_try_switch(sink, batch, now, items) : cf_sink_forward(sink, batch, now, items);
}

/* --- repairs --- */

static struct cf_source *find_source(struct cf_forward *forward, const struct cf_sink *sink, uint32_t name) {
    if (sink->shown != NULL && sink->shown->name == name) {
        return sink->shown;
    }
    CF_LIST_EACH (&forward->sources, link, following) {
        if (source_of(link)->name == name) {
            return source_of(link);
        }
    }
    return NULL;
}

bool cf_forward_recall(struct cf_forward *forward, struct cf_sink *sink, uint16_t sequence, cf_usec now,
                       struct cf_sink_item *ret_item) {
    const struct cf_rewrite_stay *stay;
    uint16_t original;
    if (!cf_rewrite_trace(&sink->rewrite, sequence, &stay, &original)) {
        return false;
    }
    const struct cf_source *source = find_source(forward, sink, stay->source);
    const struct cf_video_packet *packet = source == NULL ? NULL : cf_store_get(&source->store, original, now);
    if (packet == NULL) {
        return false;
    }
    *ret_item = (struct cf_sink_item){.sink = sink,
                                      .packet = packet,
                                      .patch = cf_rewrite_patch_of(stay, packet),
                                      .layers = &source->layers,
                                      .csrc = stay->csrc,
                                      .is_repeat = true};
    return true;
}

bool cf_forward_repeat(struct cf_forward *forward, struct cf_sink *sink, uint16_t sequence, cf_usec now,
                       struct cf_sink_item *ret_item) {
    cf_sink_on_missed(sink, now);
    if (!cf_sink_spend_repeat(sink, now) || !cf_forward_recall(forward, sink, sequence, now, ret_item)) {
        return false;
    }
    sink->counts.repeats++;
    return true;
}

/* --- now and then --- */

/* Next to nothing, then nothing; back to next to nothing for those that take 0 for no limit. */
static void stop_paused(struct cf_source *source, cf_usec now) {
    if (!source->is_stopped && !source->misreads_zero && now - source->paused_at >= CF_BITRATE_STOP_AFTER) {
        source->is_stopped = true;
        source->stopped_at = now;
        cf_source_set_bitrate(source, 0, now);
    } else if (source->is_stopped && now - source->stopped_at >= CF_BITRATE_STOP_CHECK &&
               cf_layer_rates_total(&source->rates, now) > 2 * CF_BITRATE_UNSEEN_BPS) {
        source->is_stopped = false;
        source->misreads_zero = true;
        cf_source_set_bitrate(source, CF_BITRATE_UNSEEN_BPS, now);
    }
}

static void note_paused(struct cf_source *source, cf_usec now) {
    source->is_paused = true;
    source->paused_at = now;
    source->paused_bps = cf_layer_rates_total(&source->rates, now);
}

/* Nobody has seen it for a while: it need not cost its sender's link anything. */
static void pause_unseen(struct cf_source *source, cf_usec now) {
    if (source->is_paused) {
        stop_paused(source, now);
    } else if (now - source->seen_at >= (source->config.is_quick ? CF_BITRATE_UNSEEN_AFTER : CF_BITRATE_UNSEEN_AFTER_SLOW)) {
        note_paused(source, now);
        cf_source_set_bitrate(source, CF_BITRATE_UNSEEN_BPS, now);
    }
}

/* The limit is made, and the source paused, where it lives; what is said is what those here want of it, waiting ones included. */
static void set_far_bitrate(const struct cf_forward *forward, struct cf_source *source, uint64_t limit, cf_usec now) {
    CF_LIST_EACH (&source->wanted_by, waiting, next) {
        limit = cf_bitrate_add(limit, cf_bitrate_wish_now(&CF_OF(waiting, struct cf_sink, wanted_link)->wish, now));
    }
    if (limit != 0) {
        cf_source_note_viewer(source, now);
    } else if (forward->pauses_unseen && source->seen && !source->is_paused && now - source->seen_at >= CF_BITRATE_UNSEEN_AFTER) {
        note_paused(source, now);
    }
    cf_source_set_bitrate(source, limit, now);
}

static void set_bitrate(const struct cf_forward *forward, struct cf_source *source, cf_usec now) {
    uint64_t limit = source->far_bps == 0 ? 0 : cf_bitrate_add(0, source->far_bps);
    CF_LIST_EACH (&source->shown_by, link, following) {
        limit = cf_bitrate_add(limit, cf_bitrate_wish_now(&CF_OF(link, struct cf_sink, shown_link)->wish, now));
    }
    if (source->config.is_far) {
        set_far_bitrate(forward, source, limit, now);
        return;
    }
    if (limit != 0 || !cf_list_is_empty(&source->wanted_by)) {
        cf_source_note_viewer(source, now);
    }
    if (limit != 0) {
        cf_source_set_bitrate(source, limit, now);
    } else if (forward->pauses_unseen && source->seen) {
        pause_unseen(source, now);
    }
}

cf_usec cf_forward_deadline(const struct cf_forward *forward) {
    bool has_choice = forward->sink_count > 0 && forward->source_count > 0;
    bool has_news = !cf_list_is_empty(&forward->unfit); /* to be polled for, perhaps of the last source, which has gone */
    cf_usec deadline = has_choice || has_news ? forward->next_look : CF_USEC_NEVER;
    CF_LIST_EACH (&forward->askers, link, following) {
        deadline = cf_usec_min(deadline, cf_source_deadline(CF_OF(link, struct cf_source, ask_link)));
    }
    return deadline;
}

/* What its viewers may have of it and don't get. */
static void look_at_viewers(struct cf_source *source, cf_usec now) {
    CF_LIST_EACH (&source->shown_by, link, following) {
        cf_sink_look(CF_OF(link, struct cf_sink, shown_link), now);
    }
}

void cf_forward_on_deadline(struct cf_forward *forward, cf_usec now) {
    if (now < forward->next_look) {
        return;
    }
    forward->next_look = now + CF_FORWARD_PERIOD;
    cf_forward_select_due(forward, now);
    CF_LIST_EACH (&forward->sources, link, following) {
        set_bitrate(forward, source_of(link), now);
        look_at_viewers(source_of(link), now);
    }
}

bool cf_forward_poll_ask(struct cf_forward *forward, cf_usec now, struct cf_source **ret_source, struct cf_source_ask *ret_ask) {
    CF_LIST_EACH (&forward->askers, link, following) {
        struct cf_source *source = CF_OF(link, struct cf_source, ask_link);
        cf_usec deadline = cf_source_deadline(source);
        if (deadline == CF_USEC_NEVER) {
            cf_list_remove(link);
        } else if (deadline <= now && cf_source_poll(source, now, ret_ask)) {
            *ret_source = source;
            return true;
        }
    }
    return false;
}
