/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/forward.h"

void cf_forward_init(struct cf_forward *forward, cf_usec now) {
    *forward = (struct cf_forward){.next_look = now + CF_FORWARD_PERIOD};
    cf_list_init(&forward->sources);
    cf_list_init(&forward->sinks);
    cf_list_init(&forward->batch_sources);
    cf_list_init(&forward->askers);
}

static struct cf_source *source_of(struct cf_link *room_link) {
    return CF_OF(room_link, struct cf_source, room_link);
}

/* --- who is shown to whom --- */

struct ranking {
    struct cf_selector_source ranked[CF_FORWARD_RANKED_MAX];
    struct cf_source *sources[CF_FORWARD_RANKED_MAX];
    size_t count;
};

/* Those who can be candidates at all, the last speaker first. */
static void rank_sources(struct cf_forward *forward, struct ranking *ranking, cf_usec now) {
    ranking->count = 0;
    CF_LIST_EACH (&forward->sources, link, following) {
        struct cf_source *source = source_of(link);
        bool live = source->seen && now - source->last_arrival < CF_SELECTOR_STALE;
        source->rank = CF_SELECTOR_NOBODY;
        if (live && source->allowed && ranking->count < CF_FORWARD_RANKED_MAX) {
            source->rank = ranking->count;
            ranking->sources[ranking->count] = source;
            ranking->ranked[ranking->count++] = (struct cf_selector_source){.owner = source->config.owner,
                                                                            .format = source->config.format,
                                                                            .allowed = true,
                                                                            .seen = true,
                                                                            .last_arrival = source->last_arrival};
        }
    }
}

static void select_for(struct cf_sink *sink, const struct ranking *ranking, cf_usec now) {
    struct cf_selector_viewer viewer = {
        .owner = sink->config.owner,
        .formats = sink->config.formats,
        .shown = sink->shown == NULL ? CF_SELECTOR_NOBODY : sink->shown->rank,
        .shown_since = sink->shown_since,
    };
    size_t picked = cf_selector_pick(ranking->ranked, ranking->count, &viewer, now);
    if (picked != CF_SELECTOR_NOBODY) {
        cf_sink_want(sink, ranking->sources[picked], now);
    } else {
        cf_sink_want(sink, NULL, now);
    }
}

static void select_for_all(struct cf_forward *forward, cf_usec now) {
    struct ranking ranking;
    rank_sources(forward, &ranking, now);
    CF_LIST_EACH (&forward->sinks, link, following) {
        select_for(CF_OF(link, struct cf_sink, room_link), &ranking, now);
    }
}

void cf_forward_on_speaker(struct cf_forward *forward, uint32_t owner, cf_usec now) {
    CF_LIST_EACH (&forward->sources, link, following) {
        if (source_of(link)->config.owner == owner) {
            cf_list_remove(link);
            cf_list_prepend(&forward->sources, link);
        }
    }
    select_for_all(forward, now);
}

/* --- members --- */

void cf_forward_add_source(struct cf_forward *forward, struct cf_source *source, uint32_t ssrc) {
    cf_source_restart(source, source->config.format, ++forward->names, ssrc);
    source->askers = &forward->askers;
    cf_list_append(&forward->sources, &source->room_link);
    forward->source_count++;
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
    cf_assert(cf_forward_is_idle(forward));
    hide(source);
    cf_list_remove(&source->room_link);
    cf_list_remove(&source->ask_link);
    source->askers = NULL;
    forward->source_count--;
    select_for_all(forward, now);
}

void cf_forward_restart_source(struct cf_forward *forward, struct cf_source *source, enum cf_video_format format, uint32_t ssrc,
                               cf_usec now) {
    if (cf_link_is_in(&source->batch_link)) {
        /* What came before the restart in this batch is given up. */
        cf_source_batch_done(source);
    }
    hide(source);
    cf_source_restart(source, format, ++forward->names, ssrc);
    select_for_all(forward, now);
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
    select_for_all(forward, now);
}

void cf_forward_add_sink(struct cf_forward *forward, struct cf_sink *sink, cf_usec now) {
    struct ranking ranking;
    cf_list_append(&forward->sinks, &sink->room_link);
    rank_sources(forward, &ranking, now);
    select_for(sink, &ranking, now);
}

void cf_forward_remove_sink(struct cf_forward *forward, struct cf_sink *sink) {
    cf_assert(cf_forward_is_idle(forward));
    cf_sink_detach(sink);
    cf_list_remove(&sink->room_link);
}

/* --- packets --- */

enum cf_source_result cf_forward_on_packet(struct cf_forward *forward, struct cf_source *source,
                                           const struct cf_video_packet *packet, cf_usec now) {
    cf_assert(!forward->cursor_is_set);
    bool first = !source->seen;
    enum cf_source_result result = cf_source_on_packet(source, packet);
    if (result == CF_SOURCE_TAKEN && !cf_link_is_in(&source->batch_link)) {
        cf_list_append(&forward->batch_sources, &source->batch_link);
    }
    if (result == CF_SOURCE_TAKEN && first) {
        select_for_all(forward, now);
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

bool cf_forward_repeat(struct cf_forward *forward, struct cf_sink *sink, uint16_t sequence, cf_usec now,
                       struct cf_sink_item *ret_item) {
    const struct cf_rewrite_stay *stay;
    uint16_t original;
    if (!cf_sink_spend_repeat(sink, now) || !cf_rewrite_trace(&sink->rewrite, sequence, &stay, &original)) {
        return false;
    }
    const struct cf_source *source = find_source(forward, sink, stay->source);
    const struct cf_video_packet *packet = source == NULL ? NULL : cf_store_get(&source->store, original, now);
    if (packet == NULL) {
        return false;
    }
    *ret_item = (struct cf_sink_item){
        .sink = sink, .packet = packet, .patch = cf_rewrite_patch_of(stay, packet), .csrc = source->ssrc, .is_repeat = true};
    sink->counts.repeats++;
    return true;
}

/* --- now and then --- */

static void set_bitrate(struct cf_source *source, cf_usec now) {
    uint64_t limit = 0;
    CF_LIST_EACH (&source->shown_by, link, following) {
        limit = cf_bitrate_add(limit, cf_bitrate_wish_now(&CF_OF(link, struct cf_sink, shown_link)->wish, now));
    }
    if (limit != 0) {
        cf_source_set_bitrate(source, limit, now);
    }
}

cf_usec cf_forward_deadline(const struct cf_forward *forward) {
    cf_usec deadline = cf_list_is_empty(&forward->sinks) ? CF_USEC_NEVER : forward->next_look;
    CF_LIST_EACH (&forward->askers, link, following) {
        deadline = cf_usec_min(deadline, cf_source_deadline(CF_OF(link, struct cf_source, ask_link)));
    }
    return deadline;
}

void cf_forward_on_deadline(struct cf_forward *forward, cf_usec now) {
    if (now < forward->next_look) {
        return;
    }
    forward->next_look = now + CF_FORWARD_PERIOD;
    select_for_all(forward, now);
    CF_LIST_EACH (&forward->sources, link, following) {
        set_bitrate(source_of(link), now);
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
