/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/bandwidth.h"

#include "core/media/internal.h"

/* What IP, UDP and the tag add to a packet. */
#define OVERHEAD 44

/* REMB is repeated all the time: what is not is forgotten. */
#define WISH_TTL CF_SEC(10)

static bool can_number(const struct cf_engine_line *line) {
    return line != NULL && line->is_active && line->has_sink && line->twcc_at > 0;
}

static bool has_sinks(const struct cf_engine_leg *leg) {
    for (size_t i = 0; i < leg->line_count; i++) {
        if (leg->lines[i] != NULL && leg->lines[i]->is_active && leg->lines[i]->has_sink) {
            return true;
        }
    }
    return false;
}

/* The first transport whose pictures are numbered. */
static struct cf_engine_transport *numbered_transport(const struct cf_engine_leg *leg) {
    for (size_t i = 0; i < leg->line_count; i++) {
        if (can_number(leg->lines[i])) {
            return leg->lines[i]->transport;
        }
    }
    return NULL;
}

static void close_transport(struct cf_engine_bandwidth *b) {
    if (b->transport != NULL) {
        cf_bwe_estimator_fini(&b->estimator);
        cf_pacer_fini(&b->pacer);
        b->transport = NULL;
    }
}

static enum cf_err open_transport(struct cf_engine *engine, struct cf_engine_bandwidth *b, struct cf_engine_transport *t) {
    static const struct cf_bwe_bounds bounds = {CF_BWE_MIN_BPS, CF_BWE_MAX_BPS};
    uint16_t first = (uint16_t)(cf_entropy_u32(engine->config.entropy) & 0x7fffU);
    enum cf_err err = cf_bwe_estimator_init(&b->estimator, engine->mem, &bounds, CF_BWE_START_BPS, first);
    if (err != CF_OK) {
        return err;
    }
    err = cf_pacer_init(&b->pacer, engine->mem);
    if (err != CF_OK) {
        cf_bwe_estimator_fini(&b->estimator);
        return err;
    }
    cf_pacer_set_padding(&b->pacer, true);
    b->transport = t;
    return CF_OK;
}

void cf_engine_bandwidth_free(struct cf_engine *engine, struct cf_engine_leg *leg) {
    struct cf_engine_bandwidth *b = leg->bandwidth;
    if (b != NULL) {
        close_transport(b);
        cf_list_remove(&b->due_link);
        cf_mem_free(engine->mem, b, sizeof *b);
        leg->bandwidth = NULL;
    }
}

/* Most that a line's peer wants to get on it: TMMBR, b=. */
static uint64_t cap_of(const struct cf_engine_line *line, cf_usec now) {
    uint64_t wish = cf_bitrate_wish_now(&line->sink.wish, now);
    uint64_t agreed = line->agreed.remote_bandwidth_bps == CF_BANDWIDTH_NONE ? UINT64_MAX : line->agreed.remote_bandwidth_bps;
    return wish < agreed ? wish : agreed;
}

static bool has_cap(const struct cf_engine_leg *leg, cf_usec now) {
    for (size_t i = 0; i < leg->line_count; i++) {
        const struct cf_engine_line *line = leg->lines[i];
        if (line != NULL && line->has_sink && cap_of(line, now) != UINT64_MAX) {
            return true;
        }
    }
    return false;
}

enum cf_err cf_engine_bandwidth_set(struct cf_engine *engine, struct cf_engine_leg *leg) {
    if (!has_sinks(leg)) {
        cf_engine_bandwidth_free(engine, leg);
        return CF_OK;
    }
    if (leg->bandwidth == NULL) {
        leg->bandwidth = cf_mem_alloc(engine->mem, sizeof *leg->bandwidth);
        if (leg->bandwidth == NULL) {
            return CF_ERR_NO_MEMORY;
        }
        *leg->bandwidth = (struct cf_engine_bandwidth){.leg = leg, .look_at = CF_USEC_NEVER, .measured_at = engine->now};
    }
    struct cf_engine_bandwidth *b = leg->bandwidth;
    struct cf_engine_transport *t = numbered_transport(leg);
    /* What was agreed on may have another limit than before; without one, and without reports of arrivals, nobody would look. */
    if (b->has_limits || has_cap(leg, engine->now)) {
        b->look_at = engine->now;
        cf_engine_set_leg_timer(engine, leg);
    }
    if (t == b->transport) {
        return CF_OK;
    }
    cf_list_remove(&b->due_link);
    close_transport(b);
    b->look_at = engine->now;
    return t == NULL ? CF_OK : open_transport(engine, b, t);
}

/* --- allocation --- */

static struct cf_scene *scene_of(const struct cf_sink *sink) {
    if (sink->view.is_tile) {
        return sink->view.picture;
    }
    const struct cf_source *source = sink->wanted != NULL ? sink->wanted : sink->shown;
    return source == NULL ? NULL : source->picture;
}

static enum cf_tile_kind kind_of(const struct cf_sink *sink, const struct cf_scene *picture) {
    if (picture->kind == CF_SCENE_SLIDES) {
        return CF_TILE_SCREEN;
    }
    if (!sink->view.is_tile) {
        return CF_TILE_SPEAKER;
    }
    return sink->view.is_small ? CF_TILE_THUMBNAIL : CF_TILE_GRID;
}

/* Finer encodings are better whatever they cost at the moment. */
static uint16_t quality_of(const struct cf_source *encoding, unsigned spatial) {
    return (uint16_t)(CF_RATES_SPATIAL_MAX * (UINT8_MAX - encoding->config.grade) + spatial);
}

static void add_layer(struct cf_tile *tile, const struct cf_source *encoding, unsigned s, unsigned t, uint64_t bps) {
    if (bps > 0 && tile->layer_count < CF_ALLOCATION_LAYERS_MAX) {
        tile->layers[tile->layer_count++] = (struct cf_tile_layer){.bitrate_bps = bps,
                                                                   .height = quality_of(encoding, s),
                                                                   .encoding = encoding->config.grade,
                                                                   .spatial = (uint8_t)s,
                                                                   .temporal = (uint8_t)t};
    }
}

static void add_layers(struct cf_tile *tile, const struct cf_source *encoding, cf_usec now) {
    bool is_resuming = encoding->resumed_at != 0 && cf_layer_rates_total(&encoding->rates, now) == 0;
    if (encoding->is_paused || is_resuming) {
        /* It will cost what it did before it was asked to pause. */
        add_layer(tile, encoding, 0, CF_RATES_TEMPORAL_MAX - 1, encoding->paused_bps);
        return;
    }
    for (unsigned s = 0; s < CF_RATES_SPATIAL_MAX; s++) {
        for (unsigned t = 0; t < CF_RATES_TEMPORAL_MAX; t++) {
            add_layer(tile, encoding, s, t, cf_layer_rates_of(&encoding->rates, s, t, now));
        }
    }
}

/* Layers of all encodings that the line can get; of the coarsest if the picture is seen small. */
static void list_layers(struct cf_tile *tile, const struct cf_engine_line *line, const struct cf_scene *picture, cf_usec now) {
    for (size_t i = picture->encoding_count; i > 0; i--) {
        const struct cf_source *encoding = picture->encodings[i - 1];
        if (cf_scene_can_come(encoding, now) && cf_video_set_accepts(line->sink.config.formats, encoding->config.format)) {
            add_layers(tile, encoding, now);
            if (tile->kind == CF_TILE_THUMBNAIL && tile->layer_count > 0) {
                break;
            }
        }
    }
    tile->layer_count = cf_allocation_order(tile->kind, tile->layers, tile->layer_count);
}

/* No layers above what the peer wants on the line; the lowest stays. */
static void cap_layers(struct cf_tile *tile, struct cf_engine_line *line, cf_usec now) {
    uint64_t cap = cap_of(line, now);
    line->share.is_capped = false;
    while (tile->layer_count > 1 && tile->layers[tile->layer_count - 1].bitrate_bps > cap) {
        tile->layer_count--;
        line->share.is_capped = true;
    }
}

/* The index of what the line has now: the same layer, or the highest that costs no more than that did. */
static int present_of(const struct cf_tile *tile, const struct cf_engine_line *line) {
    const struct cf_line_share *share = &line->share;
    const struct cf_source *shown = line->sink.shown;
    int present = CF_TILE_PAUSED;
    for (size_t i = 0; i < tile->layer_count; i++) {
        const struct cf_tile_layer *layer = &tile->layers[i];
        bool is_same = share->is_known && layer->encoding == share->layer.encoding && layer->spatial == share->layer.spatial &&
                       layer->temporal == share->layer.temporal;
        bool is_cheaper = share->is_known ? layer->bitrate_bps <= share->layer.bitrate_bps
                                          : shown != NULL && layer->encoding >= shown->config.grade;
        if (is_same) {
            return (int)i;
        }
        present = is_cheaper ? (int)i : present;
    }
    return share->is_paused ? CF_TILE_PAUSED : present;
}

static bool make_tile(struct cf_engine_line *line, struct cf_tile *tile, cf_usec now) {
    const struct cf_scene *picture = line->has_sink && line->is_active ? scene_of(&line->sink) : NULL;
    if (picture == NULL) {
        return false;
    }
    *tile = (struct cf_tile){.kind = kind_of(&line->sink, picture), .memory = line->share.memory};
    list_layers(tile, line, picture, now);
    /* In this order: what a cap takes away is a fall. */
    tile->present = present_of(tile, line);
    cap_layers(tile, line, now);
    return true;
}

/* What may be sent to the leg, pictures alone. */
static uint64_t budget_of(const struct cf_engine_bandwidth *b, cf_usec now) {
    uint64_t wish = b->wish.bitrate_bps != 0 && now < b->wish.until ? b->wish.bitrate_bps : UINT64_MAX;
    uint64_t link = b->transport != NULL ? cf_bwe_estimator_target(&b->estimator) : cf_report_loss_limit(&b->loss);
    return wish < link ? wish : link;
}

/* Loss reports are too coarse to take somebody's picture away: the lowest layer always fits. */
static uint64_t raise_budget(const struct cf_tile *tiles, size_t count, uint64_t budget) {
    uint64_t least = 0;
    for (size_t i = 0; i < count; i++) {
        least += tiles[i].layer_count > 0 ? tiles[i].layers[0].bitrate_bps : 0;
    }
    least += least / (100 - CF_ALLOCATION_HEADROOM_PERCENT) * CF_ALLOCATION_HEADROOM_PERCENT + 1000;
    return budget > least ? budget : least;
}

/* That a picture is missing is told when it has been for a moment: probes at the beginning take less. */
static void tell_paused(struct cf_engine *engine, struct cf_engine_line *line, bool is_paused) {
    struct cf_line_share *share = &line->share;
    share->paused_at = !is_paused ? 0 : share->paused_at == 0 ? engine->now : share->paused_at;
    bool is_worth_it = !is_paused || engine->now - share->paused_at >= CF_BANDWIDTH_PAUSE_TOLD_AFTER;
    if (share->is_told_paused == is_paused || !is_worth_it) {
        return;
    }
    share->is_told_paused = is_paused;
    cf_engine_tell_paused(engine, line, CF_MEDIA_PAUSE_BANDWIDTH, is_paused);
}

static void apply(struct cf_engine *engine, struct cf_engine_line *line, struct cf_tile *tile, struct cf_tile_choice choice,
                  uint64_t budget) {
    struct cf_line_share *share = &line->share;
    struct cf_sink_limit limit = {.is_paused = choice.reason == CF_TILE_NO_BUDGET};
    if (choice.reason == CF_TILE_NO_SOURCE) {
        return; /* nothing comes, or its rate is not known yet: it is asked for as before */
    }
    cf_allocation_note(tile, choice, budget, engine->now);
    share->memory = tile->memory;
    share->is_paused = limit.is_paused;
    share->is_limited = limit.is_paused || share->is_capped || choice.layer + 1 < (int)tile->layer_count;
    share->is_known = choice.layer != CF_TILE_PAUSED;
    if (share->is_known) {
        share->layer = tile->layers[choice.layer];
    }
    if (share->is_limited && !limit.is_paused) {
        limit.grade = share->layer.encoding;
        limit.spatial_count = (uint8_t)(share->layer.spatial + 1);
        limit.temporal_count = (uint8_t)(share->layer.temporal + 1);
    }
    const struct cf_sink_limit *before = &line->sink.limit;
    tell_paused(engine, line, limit.is_paused);
    if (before->is_paused != limit.is_paused || before->grade != limit.grade || before->spatial_count != limit.spatial_count ||
        before->temporal_count != limit.temporal_count) {
        cf_forward_set_limit(&line->leg->room->forward, &line->sink, &limit, engine->now);
        cf_engine_touch_room(engine, line->leg->room);
    }
}

static void allocate(struct cf_engine *engine, struct cf_engine_bandwidth *b) {
    struct cf_engine_line *lines[CF_ALLOCATION_TILES_MAX];
    struct cf_tile *tiles = engine->tiles;
    struct cf_allocation result;
    size_t count = 0;
    uint64_t budget = budget_of(b, engine->now);
    for (size_t i = 0; i < b->leg->line_count && count < CF_ALLOCATION_TILES_MAX; i++) {
        if (b->leg->lines[i] != NULL && make_tile(b->leg->lines[i], &tiles[count], engine->now)) {
            lines[count++] = b->leg->lines[i];
        }
    }
    budget = b->transport == NULL && budget != UINT64_MAX ? raise_budget(tiles, count, budget) : budget;
    cf_allocation_choose(tiles, count, budget, engine->now, &result);
    b->used_bps = result.used_bps;
    b->wanted_bps = result.wanted_bps;
    b->has_limits = false;
    for (size_t i = 0; i < count; i++) {
        apply(engine, lines[i], &tiles[i], result.tiles[i], budget);
        b->has_limits |= lines[i]->share.is_limited;
    }
    if (b->transport == NULL) {
        return;
    }
    cf_bwe_estimator_set_wanted(&b->estimator, result.wanted_bps, engine->now);
    /* Where nothing fits nothing is sent, and probes of padding alone tell when the link has become better. */
    bool is_starved = result.used_bps == 0 && result.wanted_bps > 0;
    if (is_starved && cf_engine_transport_can_send(b->transport, CF_ENGINE_PORT_RTP)) {
        cf_bwe_estimator_start(&b->estimator, engine->now);
    }
}

/* Something has changed: look again, soon. */
static void want_look(struct cf_engine *engine, struct cf_engine_bandwidth *b) {
    cf_usec soonest = b->looked_at + CF_BANDWIDTH_LOOK_MIN;
    b->look_at = cf_usec_min(b->look_at, soonest > engine->now ? soonest : engine->now);
    cf_engine_set_leg_timer(engine, b->leg);
}

/* --- the timer --- */

cf_usec cf_engine_bandwidth_deadline(const struct cf_engine_leg *leg) {
    const struct cf_engine_bandwidth *b = leg->bandwidth;
    if (b == NULL) {
        return CF_USEC_NEVER;
    }
    if (b->transport == NULL) {
        return b->look_at;
    }
    cf_usec pacer = cf_link_is_in(&b->due_link) ? CF_USEC_NEVER : cf_pacer_deadline(&b->pacer);
    return cf_usec_min(b->look_at, cf_usec_min(pacer, cf_bwe_estimator_deadline(&b->estimator)));
}

static void look(struct cf_engine *engine, struct cf_engine_bandwidth *b) {
    bool is_free = b->transport == NULL && budget_of(b, engine->now) == UINT64_MAX && !has_cap(b->leg, engine->now);
    b->looked_at = engine->now;
    if (!is_free || b->has_limits) {
        allocate(engine, b);
    }
    b->look_at = is_free && !b->has_limits ? CF_USEC_NEVER : engine->now + CF_BANDWIDTH_LOOK_MAX;
}

void cf_engine_bandwidth_on_timer(struct cf_engine *engine, struct cf_engine_leg *leg) {
    struct cf_engine_bandwidth *b = leg->bandwidth;
    struct cf_bwe_cluster cluster;
    if (b == NULL) {
        return;
    }
    if (engine->now >= b->look_at) {
        look(engine, b);
    }
    if (b->transport == NULL) {
        return;
    }
    if (engine->now >= cf_bwe_estimator_deadline(&b->estimator)) {
        cf_bwe_estimator_on_deadline(&b->estimator, engine->now);
    }
    while (cf_bwe_estimator_poll_cluster(&b->estimator, &cluster)) {
        cf_pacer_begin_cluster(&b->pacer, &cluster);
    }
    cf_pacer_set_target(&b->pacer, cf_bwe_estimator_target(&b->estimator), engine->now);
    if (engine->now >= cf_pacer_deadline(&b->pacer) && !cf_link_is_in(&b->due_link)) {
        cf_list_append(&engine->due_pacers, &b->due_link);
    }
}

/* --- what the peer reports --- */

void cf_engine_bandwidth_on_feedback(struct cf_engine *engine, const struct cf_engine_transport *t,
                                     const struct cf_rtcp_feedback *feedback) {
    struct cf_engine_bandwidth *b = t->leg->bandwidth;
    struct cf_twcc twcc;
    if (b == NULL || b->transport != t || cf_twcc_parse(feedback, &twcc) != CF_OK) {
        return;
    }
    if (cf_bwe_estimator_on_feedback(&b->estimator, &twcc, engine->now) == CF_OK) {
        want_look(engine, b);
    }
}

void cf_engine_bandwidth_on_report(struct cf_engine *engine, const struct cf_engine_line *line) {
    struct cf_engine_bandwidth *b = line->leg->bandwidth;
    if (b == NULL || !line->has_sink) {
        return;
    }
    if (b->transport != NULL) {
        if (line->report.round_trip_usec >= 0) {
            cf_bwe_estimator_on_round_trip(&b->estimator, line->report.round_trip_usec);
        }
        return;
    }
    cf_usec elapsed = engine->now - b->measured_at;
    if (elapsed >= CF_MSEC(500)) {
        b->sent_bps = b->octets * 8000000U / (uint64_t)elapsed;
        b->octets = 0;
        b->measured_at = engine->now;
    }
    cf_report_loss_on_report(&b->loss, line->report.fraction_lost, b->sent_bps, engine->now);
    if (cf_report_loss_limit(&b->loss) != UINT64_MAX || b->has_limits) {
        want_look(engine, b);
    }
}

void cf_engine_bandwidth_on_limit(struct cf_engine *engine, struct cf_engine_leg *leg, uint64_t remb_bps) {
    struct cf_engine_bandwidth *b = leg->bandwidth;
    if (b == NULL) {
        return;
    }
    if (remb_bps != 0) {
        cf_bitrate_wish_set(&b->wish, remb_bps, engine->now);
        b->wish.until = engine->now + WISH_TTL;
    }
    want_look(engine, b);
}

/* --- packets --- */

bool cf_engine_bandwidth_admit(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_sink_item *item) {
    struct cf_engine_bandwidth *b = line->leg->bandwidth;
    size_t len = item->packet->payload.len + OVERHEAD + 16U + line->extension_len;
    if (!cf_engine_bandwidth_paces(line)) {
        return true;
    }
    enum cf_pacer_class which = item->is_repeat ? CF_PACER_REPEAT : CF_PACER_MEDIA;
    b->cluster = cf_pacer_cluster(&b->pacer);
    if (cf_pacer_admit(&b->pacer, which, len, engine->now)) {
        return true;
    }
    const struct cf_pacer_item waiting = {
        .user = line, .sequence = item->patch.sequence, .len = (uint16_t)len, .tag = item->is_repeat};
    bool was_idle = cf_pacer_is_idle(&b->pacer);
    if (!cf_pacer_push(&b->pacer, which, &waiting)) {
        return true;
    }
    if (was_idle) {
        cf_engine_set_leg_timer(engine, line->leg);
    }
    return false;
}

uint16_t cf_engine_bandwidth_number(struct cf_engine *engine, const struct cf_engine_line *line, size_t len) {
    struct cf_engine_bandwidth *b = line->leg->bandwidth;
    if (b == NULL || b->transport != line->transport) {
        return 0; /* of a second transport: numbered, but nobody listens */
    }
    return cf_bwe_estimator_on_sent(&b->estimator, len + OVERHEAD, b->cluster, engine->now);
}

void cf_engine_bandwidth_on_sent(struct cf_engine_leg *leg, size_t packets, size_t octets) {
    if (leg->bandwidth != NULL) {
        leg->bandwidth->octets += octets + packets * OVERHEAD;
    }
}

/* One of the last packets again: what pads is of use if it was lost. Its line if there is none; NULL: nothing can pad. */
static struct cf_engine_line *find_padding(struct cf_engine *engine, struct cf_engine_bandwidth *b,
                                           struct cf_sink_item *ret_item) {
    struct cf_engine_line *found = NULL;
    for (size_t i = 0; i < b->leg->line_count; i++) {
        struct cf_engine_line *line = b->leg->lines[i];
        if (!can_number(line) || line->transport != b->transport) {
            continue;
        }
        found = found == NULL ? line : found;
        uint16_t back = b->padding_back++ % 8U;
        uint16_t sequence = (uint16_t)(line->sink.rewrite.heads.sequence - back);
        if (line->has_sent && cf_forward_recall(&line->leg->room->forward, &line->sink, sequence, engine->now, ret_item)) {
            return line;
        }
    }
    return found;
}

bool cf_engine_bandwidth_poll(struct cf_engine *engine, struct cf_paced_output *ret) {
    struct cf_link *link = cf_list_first(&engine->due_pacers);
    if (link == NULL) {
        return false;
    }
    struct cf_engine_bandwidth *b = CF_OF(link, struct cf_engine_bandwidth, due_link);
    struct cf_pacer_item waiting;
    b->cluster = cf_pacer_cluster(&b->pacer);
    while (cf_pacer_poll(&b->pacer, engine->now, &waiting)) {
        *ret = (struct cf_paced_output){.line = waiting.user};
        if (cf_forward_recall(&ret->line->leg->room->forward, &ret->line->sink, waiting.sequence, engine->now, &ret->item)) {
            ret->item.is_repeat = waiting.tag != 0;
            return true;
        }
        b->cluster = cf_pacer_cluster(&b->pacer);
    }
    *ret = (struct cf_paced_output){.item = {.packet = NULL}};
    if (cf_pacer_poll_padding(&b->pacer, engine->now, &ret->padding)) {
        ret->line = find_padding(engine, b, &ret->item);
        return ret->line != NULL;
    }
    cf_list_remove(link);
    cf_engine_set_leg_timer(engine, b->leg);
    return false;
}

void cf_engine_bandwidth_forget(struct cf_engine_line *line) {
    struct cf_engine_bandwidth *b = line->leg->bandwidth;
    if (b != NULL && b->transport != NULL) {
        cf_pacer_forget(&b->pacer, line);
    }
    line->share = (struct cf_line_share){.is_known = false};
}

uint64_t cf_engine_bandwidth_target(const struct cf_engine_leg *leg, cf_usec now) {
    return leg->bandwidth == NULL ? UINT64_MAX : budget_of(leg->bandwidth, now);
}
