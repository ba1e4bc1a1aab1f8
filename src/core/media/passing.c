/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which lines of sound a leg has for what, and sound that is passed on as it came. */
#include "core/media/passing.h"

#include "core/media/internal.h"
#include "core/media/onset.h"
#include "core/media/rtp_header.h"

/* --- what lines are for --- */

static bool is_sound(const struct cf_engine_line *line) {
    return line != NULL && line->is_active && line->agreed.kind == CF_MEDIA_AUDIO;
}

void cf_engine_choose_sound(struct cf_engine_leg *leg) {
    uint8_t place = 0;
    leg->sound = leg->mixed = NULL;
    for (size_t i = 0; i < leg->line_count; i++) {
        if (is_sound(leg->lines[i])) {
            leg->sound = leg->sound == NULL ? leg->lines[i] : leg->sound;
            leg->mixed = leg->mixed == NULL && leg->lines[i]->agreed.can_send ? leg->lines[i] : leg->mixed;
        }
    }
    leg->mixed = leg->mixed == NULL ? leg->sound : leg->mixed;
    for (size_t i = 0; i < leg->line_count; i++) {
        if (is_sound(leg->lines[i])) {
            bool is_other = leg->lines[i] != leg->sound && leg->lines[i] != leg->mixed && place < CF_MIX_PLACES_MAX;
            leg->lines[i]->passing.place = is_other ? place++ : CF_MIX_NO_PLACE;
        }
    }
}

/* Does @line take whoever is at its place? */
static bool takes_part(const struct cf_engine_line *line) {
    const struct cf_engine_leg *leg = line->leg;
    return is_sound(line) && line->passing.place != CF_MIX_NO_PLACE && line->agreed.can_send && !leg->policy.is_waiting &&
           !leg->room->policy.no_audio && cf_engine_transport_is_open(line->transport, CF_ENGINE_PORT_RTP);
}

static uint32_t kinds_of(const struct cf_engine_line *line) {
    uint32_t kinds = 0;
    for (size_t codec = 0; codec < CF_CODEC_COUNT; codec++) {
        kinds |= line->passing.types[codec] == CF_LINE_NO_TYPE ? 0 : UINT32_C(1) << codec;
    }
    return kinds;
}

uint8_t cf_engine_places_of(const struct cf_engine_leg *leg, uint32_t *ret_kinds) {
    uint8_t places = 0;
    uint32_t kinds = UINT32_MAX;
    for (size_t i = 0; i < leg->line_count; i++) {
        if (leg->lines[i] != NULL && takes_part(leg->lines[i])) {
            places |= (uint8_t)(1U << leg->lines[i]->passing.place);
            kinds &= kinds_of(leg->lines[i]);
        }
    }
    *ret_kinds = places == 0 ? 0 : kinds;
    return kinds == 0 ? 0 : places;
}

void cf_engine_join_place(struct cf_engine_line *line) {
    struct cf_engine_passing *passing = &line->passing;
    uint32_t kinds;
    bool wanted = takes_part(line) && cf_engine_places_of(line->leg, &kinds) != 0;
    cf_list_remove(&passing->link);
    if (!wanted) {
        return;
    }
    if (passing->rewrite.stay == 0 || passing->rewrite.heads.sequence != (uint16_t)(line->sequence - 1U)) {
        /* The line may have carried the mix before. */
        const struct cf_sound_numbers heads = {.timestamp = line->has_sent ? line->timestamp_next : line->timestamp_offset,
                                               .sequence = (uint16_t)(line->sequence - 1U)};
        cf_sound_rewrite_init(&passing->rewrite, &heads);
    }
    cf_list_append(&line->leg->room->places[passing->place], &passing->link);
}

/* --- packets --- */

/* Blocks of one format, few enough, are passed on as they are; else the primary alone. */
struct cf_engine_passed_red cf_engine_redundancy_of(const struct cf_red *red) {
    struct cf_engine_passed_red ret = {.count = 0};
    if (red == NULL || red->count < 2 || red->count - 1 > CF_PASSED_COPIES_MAX) {
        return ret;
    }
    const struct cf_red_block *primary = &red->blocks[red->count - 1];
    for (size_t i = 0; i + 1 < red->count; i++) {
        if (red->blocks[i].payload_type != primary->payload_type) {
            return ret;
        }
        ret.heads[i] = (uint32_t)red->blocks[i].offset << 10 | (uint32_t)red->blocks[i].data.len;
    }
    const uint8_t *body = red->blocks[0].data.at;
    ret.count = (uint8_t)(red->count - 1);
    ret.body = (struct cf_span){body, (size_t)(primary->data.at - body) + primary->data.len};
    return ret;
}

static void pass(struct cf_engine *engine, const struct cf_engine_line *line, const struct cf_mix_seat *seat,
                 const struct cf_engine_voice *voice, cf_usec came_at) {
    const struct cf_mix_packet *packet = voice->packet;
    if (engine->passed_count == CF_ENGINE_PASSED_MAX) {
        engine->totals.dropped_out++;
        return;
    }
    engine->passed[engine->passed_count++] = (struct cf_engine_passed){
        .from = line,
        .place = seat->place,
        .level = seat->level,
        .stay = (uint64_t)seat->stay << 32 | line->in.starts,
        .codec = voice->codec,
        .clock_hz = voice->clock_hz,
        .csrc = packet->ssrc,
        .came_at = came_at,
        .numbers = {.timestamp = packet->timestamp, .sequence = packet->seq, .marker = packet->marker},
        .payload = packet->payload,
        .red = voice->red,
    };
}

/* The beginning of a word, perhaps. What others hear in the mix has begun already. */
static void keep_onset(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_engine_voice *voice) {
    struct cf_engine_passing *passing = &line->passing;
    if (!cf_mixer_is_unheard(line->mixer, line->mix)) {
        cf_engine_forget_onset(line);
        return;
    }
    if (passing->onset == NULL) {
        passing->onset = cf_mem_alloc(engine->mem, sizeof *passing->onset);
    }
    if (passing->onset != NULL) {
        cf_onset_keep(passing->onset, voice, line->in.starts, engine->now);
    }
}

void cf_engine_forget_onset(struct cf_engine_line *line) {
    if (line->passing.onset != NULL) {
        cf_onset_forget(line->passing.onset);
    }
}

void cf_engine_free_onset(struct cf_engine *engine, struct cf_engine_line *line) {
    if (line->passing.onset != NULL) {
        cf_engine_forget_passed(engine, line->leg); /* which may be in it */
        cf_mem_free(engine->mem, line->passing.onset, sizeof *line->passing.onset);
        line->passing.onset = NULL;
    }
}

void cf_engine_forget_passed(struct cf_engine *engine, const struct cf_engine_leg *leg) {
    size_t kept = 0;
    cf_assert(engine->passed_at == 0 && engine->passed_to == NULL && engine->passed_instead == 0);
    for (size_t i = 0; i < engine->passed_count; i++) {
        if (engine->passed[i].from->leg != leg) {
            engine->passed[kept++] = engine->passed[i];
        }
    }
    engine->totals.dropped_out += engine->passed_count - kept;
    engine->passed_count = kept;
}

void cf_engine_pass_on(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_engine_voice *voice) {
    const struct cf_engine_room *room = line->leg->room;
    struct cf_mix_seat seat;
    if (line->mixer != &room->mixer || room->mixer.places.count == 0) {
        return;
    }
    if (!cf_mixer_seat(&room->mixer, line->mix, &seat)) {
        keep_onset(engine, line, voice);
        return;
    }
    const struct cf_onset_packet *kept = NULL;
    while (line->passing.onset != NULL && (kept = cf_onset_take(line->passing.onset, line->in.starts, engine->now)) != NULL) {
        pass(engine, line, &seat, &kept->voice, kept->came_at);
    }
    pass(engine, line, &seat, voice, engine->now);
}

/* On a line for the place. */
static bool has_line_for(const struct cf_engine_leg *leg, uint8_t place, uint32_t kind) {
    const struct cf_engine_line *sound = leg->sound;
    return sound != NULL && cf_mix_place_is_in(place, sound->mix_config.places) && (sound->mix_config.place_kinds & kind) != 0;
}

/* On the line for its own place, where it would hear itself. */
static bool gets_instead(const struct cf_engine_leg *leg, uint8_t place, uint32_t kind, uint8_t *ret_own) {
    const struct cf_engine_line *sound = leg->sound;
    return place != 0 && place != CF_MIX_NO_PLACE && sound != NULL && sound->mixer == &leg->room->mixer &&
           cf_mixer_gets_instead(sound->mixer, sound->mix, place, kind, ret_own);
}

bool cf_engine_gets_passed(const struct cf_engine_leg *leg, uint8_t place, uint32_t kind) {
    uint8_t own;
    return has_line_for(leg, place, kind) || gets_instead(leg, place, kind, &own);
}

/* The talker is the contributing source, his level stands in the extension. */
static size_t print_header(const struct cf_engine_line *line, const struct cf_engine_passed *passed,
                           const struct cf_sound_numbers *numbers, uint8_t *out) {
    const struct cf_engine_passing *passing = &line->passing;
    uint8_t type = cf_engine_rtp_type(numbers->marker, passing->types[passed->codec]);
    size_t len = cf_engine_print_rtp_header(line, type, numbers->sequence, numbers->timestamp, passed->csrc, out);
    if (passing->level_at > 0) {
        out[len - line->extension_len + passing->level_at] = passed->level;
    }
    return len;
}

/* Those who take redundancy get it; block headers have the payload type by which they know the codec (RFC 2198 section 3). */
static struct cf_span print_payload(const struct cf_engine_passing *passing, const struct cf_engine_passed *passed,
                                    uint8_t *header, size_t header_len, size_t *ret_prefix_len) {
    const struct cf_engine_passed_red *red = &passed->red;
    uint8_t *prefix = header + header_len;
    uint8_t type = passing->types[passed->codec];
    size_t len = 0;
    *ret_prefix_len = 0;
    if (red->count == 0 || passing->types[CF_CODEC_RED] == CF_LINE_NO_TYPE) {
        return passed->payload;
    }
    for (size_t i = 0; i < red->count; i++, len += 4) {
        cf_set_be32(prefix + len, (0x80U | type) << 24 | red->heads[i]);
    }
    prefix[len++] = type;
    cf_rtp_set_payload_type(header, passing->types[CF_CODEC_RED]);
    *ret_prefix_len = len;
    return red->body;
}

static void add_to(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_engine_passed *passed) {
    struct cf_engine_passing *passing = &line->passing;
    struct cf_sound_numbers numbers;
    struct cf_outbox_packet packet = {.ticket = {.user = line}};
    if (!cf_engine_find_way(line, &packet)) {
        line->counts.failures_out++;
        return;
    }
    if (passed->came_at != engine->now && cf_sound_rewrite_overlaps(&passing->rewrite, passed->stay, passed->came_at)) {
        return;
    }
    if (!cf_sound_rewrite_packet(&passing->rewrite, passed->stay, &passed->numbers, passed->clock_hz, passed->came_at,
                                 &numbers)) {
        return;
    }
    passing->talker = passed->from->leg->name;
    line->sequence = (uint16_t)(passing->rewrite.heads.sequence + 1U);
    line->timestamp_next = passing->rewrite.heads.timestamp;
    packet.header_len = print_header(line, passed, &numbers, cf_outbox_room(&engine->outbox));
    packet.ticket.timestamp = numbers.timestamp;
    packet.payload = print_payload(passing, passed, cf_outbox_room(&engine->outbox), packet.header_len, &packet.prefix_len);
    cf_outbox_add(&engine->outbox, &packet);
}

/* Nobody hears himself, and nobody gets what he can't decode: that is in his mix. */
static bool is_for(const struct cf_engine_line *line, const struct cf_engine_passed *passed) {
    return line->leg != passed->from->leg && has_line_for(line->leg, passed->place, UINT32_C(1) << passed->codec);
}

static struct cf_engine_line *line_at(const struct cf_engine_leg *leg, uint8_t place) {
    for (size_t i = 0; i < leg->line_count; i++) {
        if (leg->lines[i] != NULL && leg->lines[i]->passing.place == place && cf_link_is_in(&leg->lines[i]->passing.link)) {
            return leg->lines[i];
        }
    }
    return NULL;
}

/* The line on which whoever has, or had, @p place gets the packet instead of himself; NULL: he does not. */
static struct cf_engine_line *line_instead(const struct cf_engine *engine, const struct cf_engine_passed *passed, uint8_t place) {
    const struct cf_mix_place *taken = &passed->from->leg->room->mixer.places.at[place];
    const struct cf_engine_leg *leg = taken->stay == 0 ? NULL : cf_media_names_at(&engine->legs, taken->user);
    uint8_t own;
    bool is_for_him = leg != NULL && leg != passed->from->leg && leg->room == passed->from->leg->room &&
                      gets_instead(leg, passed->place, UINT32_C(1) << passed->codec, &own) && own == place;
    return is_for_him ? line_at(leg, place) : NULL;
}

/* Those who get it instead of themselves. False: all have. */
static bool step_instead(struct cf_engine *engine, const struct cf_engine_passed *passed) {
    while (engine->passed_instead < passed->place) {
        struct cf_engine_line *line = line_instead(engine, passed, engine->passed_instead++);
        if (line != NULL) {
            add_to(engine, line, passed);
            return true;
        }
    }
    return false;
}

static void next_passed(struct cf_engine *engine) {
    engine->passed_at++;
    engine->passed_to = NULL;
    engine->passed_instead = 0;
}

void cf_engine_step_passed(struct cf_engine *engine) {
    const struct cf_engine_passed *passed = &engine->passed[engine->passed_at];
    const struct cf_list *lines = &passed->from->leg->room->places[passed->place];
    if (step_instead(engine, passed)) {
        return;
    }
    struct cf_link *link = engine->passed_to == NULL ? cf_list_first(lines) : engine->passed_to;
    if (link == NULL) {
        next_passed(engine);
        return;
    }
    struct cf_engine_line *line = CF_OF(link, struct cf_engine_line, passing.link);
    engine->passed_to = cf_list_next(lines, link);
    if (engine->passed_to == NULL) {
        next_passed(engine);
    }
    if (is_for(line, passed)) {
        add_to(engine, line, passed);
    }
}
