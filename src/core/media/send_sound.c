/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A frame of the mix for one leg: its header, with who is in the mix and how loud. The payload is the same for all of them. */
#include "core/media/internal.h"
#include "core/media/rtp_header.h"

/* The leg itself, and whoever uses its SSRC: for a receiver that would be a loop (RFC 3550 section 8.2). */
static bool is_own(const struct cf_engine_line *line, const struct cf_mix_level *level) {
    return level->user == cf_engine_leg_number(line->leg) ||
           (line->in.receiver.is_started && level->ssrc == line->in.receiver.ssrc);
}

/*
 * The others in the mix, and how loud they are, if the line has not had them; room for CF_MIX_LEVELS_MAX. Who takes levels gets
 * those of silent members too; who takes mids is a browser, or like one, and gets the contributing sources alone (RFC 3550
 * section 7.1): others choke on a CSRC list.
 */
static size_t list_sources(const struct cf_engine_line *line, uint32_t *ssrcs, uint8_t *levels) {
    const struct cf_engine_room *room = line->leg->room;
    bool has_levels = cf_engine_line_sends(line, CF_EXTENSION_CSRC_AUDIO_LEVEL);
    size_t count = 0;
    if ((!has_levels && line->extension_len == 0) || line->levels_serial == room->levels_serial) {
        return 0;
    }
    for (size_t i = 0; i < room->level_count; i++) {
        const struct cf_mix_level *level = &room->levels[i];
        bool is_in = level->is_heard && !cf_engine_gets_passed(line->leg, level->place, level->kind);
        if (!is_own(line, level) && (has_levels || is_in)) {
            ssrcs[count] = level->ssrc;
            levels[count++] = level->level;
        }
    }
    return count;
}

/* With contributing sources, and their levels if the line takes them, or without the place that its extension has for a level. */
static size_t print_sources_header(const struct cf_engine_line *line, struct cf_rtp_header *header, const uint8_t *levels,
                                   uint8_t *out) {
    uint8_t block[CF_OUTBOX_HEADER_MAX] CF_SCRATCH;
    struct cf_rtp_ext list[2];
    size_t count = 0;
    struct cf_writer w;
    struct cf_writer whole;
    count = cf_engine_line_list_mid(line, list, count);
    if (header->csrc_count > 0 && cf_engine_line_sends(line, CF_EXTENSION_CSRC_AUDIO_LEVEL)) {
        uint8_t id = line->agreed.extensions[CF_EXTENSION_CSRC_AUDIO_LEVEL].id;
        list[count++] = (struct cf_rtp_ext){.id = id, .data = {levels, header->csrc_count}};
    }
    cf_writer_init(&w, block, sizeof block);
    header->extension_profile = cf_rtp_put_extensions(&w, list, count);
    header->extension = cf_writer_span(&w);
    cf_writer_init(&whole, out, CF_OUTBOX_HEADER_MAX);
    cf_rtp_put_header(&whole, header);
    cf_assert(cf_writer_ok(&w) && cf_writer_ok(&whole));
    return whole.len;
}

static size_t print_sound_header(struct cf_engine_line *line, const struct cf_mix_frame *frame, uint32_t timestamp,
                                 uint8_t *out) {
    uint32_t ssrcs[CF_MIX_LEVELS_MAX] CF_SCRATCH;
    uint8_t levels[CF_MIX_LEVELS_MAX] CF_SCRATCH;
    size_t source_count = list_sources(line, ssrcs, levels);
    bool marker = frame->marker || !line->has_sent || timestamp != line->timestamp_next;
    line->levels_serial = line->leg->room->levels_serial;
    if (source_count == 0 && line->passing.level_at == 0) {
        uint8_t type = cf_engine_rtp_type(marker, line->payload_type_out);
        return cf_engine_print_rtp_header(line, type, line->sequence, timestamp, 0, out);
    }
    struct cf_rtp_header header = {
        .csrcs = ssrcs,
        .csrc_count = (uint8_t)source_count,
        .timestamp = timestamp,
        .ssrc = line->ssrc,
        .sequence = line->sequence,
        .payload_type = line->payload_type_out,
        .marker = marker,
    };
    return print_sources_header(line, &header, levels, out);
}

void cf_engine_add_sound(struct cf_engine *engine, uint32_t user) {
    struct cf_engine_leg *leg = cf_media_names_at(&engine->legs, user);
    struct cf_engine_line *line = leg == NULL ? NULL : leg->mixed;
    const struct cf_mix_frame *frame = &engine->frame;
    if (line == NULL || line->payload_type_out == CF_LINE_NO_TYPE) {
        return;
    }
    uint32_t timestamp = line->timestamp_offset + frame->timestamp;
    struct cf_outbox_packet packet = {.payload = engine->frame_kept, .ticket = {.user = line, .timestamp = timestamp}};
    if (!cf_engine_find_way(line, &packet)) {
        line->counts.failures_out++;
        return;
    }
    packet.header_len = print_sound_header(line, frame, timestamp, cf_outbox_room(&engine->outbox));
    line->sequence++;
    line->timestamp_next = timestamp + frame->ticks;
    cf_outbox_add(&engine->outbox, &packet);
}
