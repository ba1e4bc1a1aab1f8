/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Datagrams out, made while the shell polls: control, then pictures receiver by receiver, then what was asked for again, then the
 * sound of rooms whose tick was due. Never more than one outbox is made at a time, so that it stays in the cache.
 */
#include "core/media/internal.h"
#include "core/media/rtp_header.h"
#include "core/rtp/rtx.h"

/* Octets of padding alone in one packet, at most as browsers have it, at least so that headers are not all of it; and headers. */
#define PADDING_MAX 224U
#define PADDING_MIN 60U
#define PADDING_HEADERS 72U

/* Octets of padding at most that make a packet as long as the longest that it goes out with, see struct even. */
#define EVEN_MAX 2U

/* --- pictures --- */

/* The contributing source is named if the line tells who is shown (RFC 7667 section 3.7). Where the transport-wide number is:
 * *ret_number_at, if there is one. */
static inline size_t print_picture_header(const struct cf_engine_line *line, const struct cf_sink_item *item, uint8_t *out,
                                          size_t *ret_number_at) {
    uint8_t type = cf_engine_rtp_type(item->patch.marker, line->picture_types[item->packet->format]);
    size_t len = cf_engine_print_rtp_header(line, type, item->patch.sequence, item->patch.timestamp, item->csrc, out);
    *ret_number_at = len - line->extension_len + line->twcc_at;
    if (line->descriptor_id != 0 && item->packet->descriptor_len > 0) {
        return cf_engine_describe(line, item, out, len - line->extension_len, ret_number_at);
    }
    return len;
}

/* A repetition becomes a packet of the line's stream of retransmissions (RFC 4588). False: there is none for its format. */
static bool make_rtx(struct cf_engine_line *line, const struct cf_sink_item *item, struct cf_outbox *outbox,
                     struct cf_outbox_packet *packet) {
    uint8_t type = line->rtx_types[item->packet->format];
    uint8_t *header = cf_outbox_room(outbox);
    uint8_t *prefix = header + packet->header_len;
    if (type == CF_LINE_NO_TYPE) {
        return false;
    }
    cf_rtp_set_payload_type(header, type);
    cf_rtp_set_sequence(header, line->rtx_sequence++);
    cf_rtp_set_ssrc(header, cf_rtx_ssrc(line->ssrc));
    memmove(prefix + CF_RTX_HEADER_LEN, prefix, packet->prefix_len);
    cf_rtx_set(prefix, item->patch.sequence);
    packet->prefix_len += CF_RTX_HEADER_LEN;
    packet->ticket.is_repeat = false; /* an index of its own */
    packet->ticket.is_rtx = true;
    return true;
}

static void put_number(struct cf_engine *engine, const struct cf_engine_line *line, const struct cf_outbox_packet *packet,
                       size_t padding, size_t number_at) {
    size_t len = packet->header_len + packet->prefix_len + packet->payload.len + padding;
    cf_set_be16(cf_outbox_room(&engine->outbox) + number_at, cf_engine_bandwidth_number(engine, line, len));
}

/* What packets of one line that go out together are padded to. Those alone whose headers are of one length: what begins a frame
 * of AV1 has a longer descriptor, and its payload says nothing of how long the datagram is beside the others. */
struct even {
    size_t longest; /* payload; 0: nothing is to be padded */
    bool has_descriptor;
    uint8_t descriptor_len; /* as it came; how long it goes out follows from that */
};

static inline bool has_even_header(const struct cf_sink_item *item, const struct even *even) {
    return !even->has_descriptor || item->packet->descriptor_len == even->descriptor_len;
}

/*
 * Browsers cut a frame into equal shares, of which the last ones may be an octet longer. The kernel takes packets of one length
 * as one run, which a longer one ends: an octet of padding saves a way through the network stack (docs/adr/0193). Only for lines
 * with transport-wide numbers: who has those is used to padding, and a repetition, which has none, is never sent under the index
 * of the packet that it repeats. Returns how many octets.
 */
static inline uint8_t make_even(const struct cf_sink_item *item, const struct even *even, uint8_t *header) {
    size_t len = item->packet->payload.len;
    if (item->is_repeat || len >= even->longest || even->longest - len > EVEN_MAX || !has_even_header(item, even)) {
        return 0;
    }
    header[0] |= 0x20U;
    return (uint8_t)(even->longest - len);
}

/* @even: of the packets that go out together with this one. @way: of the line, all else of it is made here. */
static inline void put_picture(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_sink_item *item,
                               const struct cf_outbox_packet *way, const struct even *even) {
    struct cf_outbox *outbox = &engine->outbox;
    uint8_t *room = cf_outbox_room(outbox);
    if (line->picture_types[item->packet->format] == CF_LINE_NO_TYPE) {
        line->counts.failures_out++;
        return;
    }
    size_t number_at;
    struct cf_outbox_packet packet = {
        .srtp = way->srtp,
        .socket = way->socket,
        .to = way->to,
        .header_len = print_picture_header(line, item, room, &number_at),
        .ticket = {.user = line, .timestamp = item->patch.timestamp, .is_repeat = item->is_repeat},
    };
    packet.prefix_len = cf_rewrite_payload(item->packet, &item->patch, room + packet.header_len, &packet.payload);
    if (item->is_repeat && line->twcc_at > 0 && !make_rtx(line, item, outbox, &packet)) {
        line->counts.failures_out++;
        return;
    }
    if (line->twcc_at == 0) {
        cf_outbox_add(outbox, &packet);
        return;
    }
    uint8_t padding = make_even(item, even, room);
    put_number(engine, line, &packet, padding, number_at);
    cf_outbox_add(outbox, &packet);
    cf_outbox_pad(outbox, padding);
}

static void add_picture(struct cf_engine *engine, const struct cf_sink_item *item) {
    struct cf_engine_line *line = CF_OF(item->sink, struct cf_engine_line, sink);
    struct cf_outbox_packet way;
    if (cf_engine_find_way(line, &way)) {
        put_picture(engine, line, item, &way, &(struct even){.longest = 0});
    } else {
        line->counts.failures_out++;
    }
}

/* Padding alone (RFC 3550 section 5.1) on the stream of retransmissions, where its numbers disturb nothing. */
static void add_padding_packet(struct cf_engine *engine, struct cf_engine_line *line, uint8_t type, uint8_t len) {
    struct cf_outbox *outbox = &engine->outbox;
    struct cf_outbox_packet packet = {.header_len = 12U + line->extension_len,
                                      .ticket = {.user = line, .is_rtx = true, .is_padding = true}};
    uint8_t padding[UINT8_MAX] = {0};
    padding[len - 1] = len;
    if (!cf_engine_find_way(line, &packet) || !cf_outbox_keep(outbox, (struct cf_span){padding, len}, &packet.payload)) {
        return;
    }
    uint8_t *header = cf_outbox_room(outbox);
    header[0] = (uint8_t)(0x80U | 0x20U | (line->extension_len > 0 ? 0x10U : 0));
    header[1] = type;
    cf_set_be16(header + 2, line->rtx_sequence++);
    cf_set_be32(header + 4, line->sink.rewrite.heads.timestamp);
    cf_set_be32(header + 8, cf_rtx_ssrc(line->ssrc));
    cf_engine_put_extension(line, header + 12);
    put_number(engine, line, &packet, 0, 12U + line->twcc_at);
    cf_outbox_add(outbox, &packet);
}

/* As many as it takes, and as there is room for. */
static void add_padding(struct cf_engine *engine, struct cf_engine_line *line, size_t octets) {
    uint8_t type = CF_LINE_NO_TYPE;
    for (size_t i = 0; i < CF_VIDEO_FORMAT_COUNT && type == CF_LINE_NO_TYPE; i++) {
        type = line->rtx_types[i];
    }
    if (type == CF_LINE_NO_TYPE || line->twcc_at == 0) {
        return;
    }
    size_t left = octets > PADDING_MIN + PADDING_HEADERS ? octets - PADDING_HEADERS : PADDING_MIN;
    while (left > 0 && !cf_outbox_is_full(&engine->outbox)) {
        size_t share = left < PADDING_MAX ? left : PADDING_MAX;
        add_padding_packet(engine, line, type, (uint8_t)share);
        left -= share;
    }
}

/* Of the packets that are left, two or more, all of @line. The last one has the header that most have. */
static struct even even_of(const struct cf_engine *engine, const struct cf_engine_line *line) {
    const struct cf_sink_item *items = engine->items;
    struct even even = {.has_descriptor = line->descriptor_id != 0,
                        .descriptor_len = items[engine->item_count - 1].packet->descriptor_len};
    for (size_t i = engine->item_at; i < engine->item_count; i++) {
        size_t len = items[i].is_repeat || !has_even_header(&items[i], &even) ? 0 : items[i].packet->payload.len;
        even.longest = len > even.longest ? len : even.longest;
    }
    return even;
}

/* Packets that are to go out, all of one line, as many as there is room for: now, or when the receiver's pacer says so. */
static void offer_pictures(struct cf_engine *engine) {
    struct cf_engine_line *line = CF_OF(engine->items[engine->item_at].sink, struct cf_engine_line, sink);
    struct cf_outbox_packet way;
    bool has_way = cf_engine_find_way(line, &way);
    bool is_paced = cf_engine_bandwidth_paces(line);
    bool are_many = line->twcc_at > 0 && engine->item_count - engine->item_at > 1;
    const struct even even = are_many ? even_of(engine, line) : (struct even){.longest = 0};
    while (engine->item_at < engine->item_count && !cf_outbox_is_full(&engine->outbox)) {
        const struct cf_sink_item *item = &engine->items[engine->item_at++];
        if (is_paced && !cf_engine_bandwidth_admit(engine, line, item)) {
            continue;
        }
        if (has_way) {
            put_picture(engine, line, item, &way, &even);
        } else {
            line->counts.failures_out++;
        }
    }
}

static void step_room(struct cf_engine *engine) {
    struct cf_engine_room *room = CF_OF(cf_list_first(&engine->batch_rooms), struct cf_engine_room, batch_link);
    engine->item_at = 0;
    engine->item_count = cf_forward_step(&room->forward, engine->now, engine->items);
    if (cf_forward_is_idle(&room->forward)) {
        cf_list_remove(&room->batch_link);
        cf_engine_touch_room(engine, room);
    }
}

static void find_repeat(struct cf_engine *engine) {
    const struct cf_engine_repeat *repeat = &engine->repeats[engine->repeat_at++];
    struct cf_engine_line *line = repeat->line;
    struct cf_forward *forward = &line->leg->room->forward;
    engine->item_at = 0;
    engine->item_count = cf_forward_repeat(forward, &line->sink, repeat->sequence, engine->now, &engine->items[0]) ? 1 : 0;
}

/* --- sound --- */

/* The next leg that gets the frame; its payload is the mixer's until the mixer is asked for more. False: the outbox has to go
 * first. */
static bool step_frame(struct cf_engine *engine) {
    if (engine->frame_kept.at == NULL && !cf_outbox_keep(&engine->outbox, engine->frame.payload, &engine->frame_kept)) {
        return false;
    }
    cf_engine_add_sound(engine, engine->frame.users[engine->frame_at++]);
    return true;
}

static void note_levels(struct cf_engine *engine, struct cf_engine_room *room, const struct cf_mix_output *output) {
    room->level_count = output->level_count;
    memcpy(room->levels, output->levels, output->level_count * sizeof room->levels[0]);
    room->levels_serial++;
    bool is_wanted = room->policy.levels_interval_usec > 0 && cf_engine_is_home(engine, room);
    if (!is_wanted || engine->now < room->next_levels_event) {
        return;
    }
    struct cf_media_event event = {.kind = CF_MEDIA_EVENT_LEVELS, .room = room->name};
    for (size_t i = 0; i < output->level_count && event.as.levels.count < CF_MEDIA_LEVELS_MAX; i++) {
        const struct cf_engine_leg *leg = cf_media_names_at(&engine->legs, output->levels[i].user);
        if (leg != NULL) {
            event.as.levels.list[event.as.levels.count++] =
                (struct cf_media_level){.leg = leg->name, .level = output->levels[i].level};
        }
    }
    cf_event_queue_put(&engine->events, &event);
    room->next_levels_event = engine->now + room->policy.levels_interval_usec;
}

static void note_speaker(struct cf_engine *engine, struct cf_engine_room *room, const struct cf_speaker_event *speaker) {
    const struct cf_engine_leg *leg = speaker->has_speaker ? cf_media_names_at(&engine->legs, speaker->user) : NULL;
    struct cf_media_event event = {.kind = CF_MEDIA_EVENT_SPEAKER, .room = room->name};
    if (!cf_engine_is_home(engine, room)) {
        return;
    }
    if (leg != NULL) {
        event.leg = leg->name;
        cf_forward_on_speaker(&room->forward, speaker->user, engine->now);
    }
    cf_engine_tell_speaker(engine, room, event.leg);
    cf_event_queue_put(&engine->events, &event);
}

static void step_mix(struct cf_engine *engine) {
    struct cf_engine_room *room = CF_OF(cf_list_first(&engine->mix_rooms), struct cf_engine_room, mix_link);
    struct cf_mix_output output;
    if (!cf_mixer_poll(&room->mixer, &output) && (room->lobby == NULL || !cf_mixer_poll(room->lobby, &output))) {
        cf_list_remove(&room->mix_link);
        cf_engine_touch_room(engine, room);
        return;
    }
    switch (output.kind) {
    case CF_MIX_FRAME:
        engine->frame = output.frame;
        engine->frame_at = 0;
        engine->frame_kept.at = NULL;
        break;
    case CF_MIX_SPEAKER:
        note_speaker(engine, room, &output.speaker);
        break;
    case CF_MIX_LEVELS:
        note_levels(engine, room, &output);
        break;
    case CF_MIX_PLAYED:
        cf_engine_note_played(engine, &output);
        break;
    default:
        CF_BUG("the mixer has four kinds of output");
    }
}

/* --- batches --- */

/* One more thing to do. False: nothing is left, or the outbox has to go first. */
static bool advance(struct cf_engine *engine) {
    if (engine->passed_at < engine->passed_count) {
        cf_engine_step_passed(engine);
    } else if (engine->item_at < engine->item_count) {
        offer_pictures(engine);
    } else if (!cf_list_is_empty(&engine->batch_rooms)) {
        step_room(engine);
    } else if (engine->repeat_at < engine->repeat_count) {
        find_repeat(engine);
    } else if (!cf_list_is_empty(&engine->due_pacers)) {
        struct cf_paced_output paced;
        if (cf_engine_bandwidth_poll(engine, &paced) && paced.item.packet != NULL) {
            add_picture(engine, &paced.item);
        } else if (paced.line != NULL) {
            add_padding(engine, paced.line, paced.padding);
        }
    } else if (engine->frame_at < engine->frame.user_count) {
        return step_frame(engine);
    } else if (!cf_list_is_empty(&engine->mix_rooms)) {
        step_mix(engine);
    } else {
        return false;
    }
    return true;
}

/* What became of the datagrams of one line that stand in a row from @p at on. Returns where the next ones begin. */
static size_t account(struct cf_engine *engine, size_t at) {
    const struct cf_outbox *outbox = &engine->outbox;
    struct cf_engine_line *line = outbox->tickets[at].user;
    size_t made = 0;
    size_t failed = 0;
    size_t octets = 0;
    for (; at < outbox->count && outbox->tickets[at].user == line; at++) {
        const struct cf_protect_job *job = &outbox->jobs[at];
        const struct cf_outbox_ticket *ticket = &outbox->tickets[at];
        if (job->err != CF_OK) {
            failed++;
            continue;
        }
        made++;
        octets += job->dst_len;
        if (ticket->is_repeat || ticket->is_rtx) {
            line->counts.repeats_out++;
        }
        /* Neither headers nor padding count (RFC 3550 section 6.4.1). */
        size_t payload = ticket->is_padding ? 0 : job->prefix.len + job->payload.len;
        if (ticket->is_rtx) {
            cf_rtp_sender_on_packet(&line->rtx_sender, ticket->timestamp, payload, engine->now);
        } else if (!ticket->is_repeat) {
            cf_rtp_sender_on_packet(&line->sender, ticket->timestamp, payload, engine->now);
        }
    }
    line->counts.failures_out += failed;
    line->counts.packets_out += made;
    line->counts.octets_out += octets;
    line->has_sent |= made > 0;
    line->is_report_due |= made > 0;
    engine->totals.failures_out += failed;
    engine->totals.datagrams_out += made;
    if (line->has_sink) {
        cf_engine_bandwidth_on_sent(line->leg, made, octets);
    }
    return at;
}

/* Protect what is in the outbox and close ranks over what failed. */
static size_t finish_outbox(struct cf_engine *engine) {
    struct cf_outbox *outbox = &engine->outbox;
    size_t count = 0;
    cf_outbox_protect(outbox, engine->config.crypto);
    for (size_t at = 0; at < outbox->count;) {
        at = account(engine, at);
    }
    for (size_t i = 0; i < outbox->count; i++) {
        if (outbox->outputs[i].data.len > 0 && count++ < i) {
            outbox->outputs[count - 1] = outbox->outputs[i];
        }
    }
    return count;
}

static size_t take_control(struct cf_engine *engine) {
    const struct cf_control_item *items;
    engine->control_taken = cf_control_queue_peek(&engine->control, CF_OUTBOX_MAX, &items);
    for (size_t i = 0; i < engine->control_taken; i++) {
        engine->outbox.outputs[i] =
            (struct cf_media_output){.socket = items[i].socket, .to = items[i].to, .data = {items[i].octets, items[i].len}};
    }
    engine->totals.datagrams_out += engine->control_taken;
    return engine->control_taken;
}

size_t cf_engine_poll_send(struct cf_engine *engine, const struct cf_media_output **ret_outputs) {
    cf_control_queue_drop(&engine->control, engine->control_taken);
    engine->control_taken = 0;
    *ret_outputs = engine->outbox.outputs;
    size_t count = take_control(engine);
    count += cf_engine_take_handshakes(engine, engine->outbox.outputs + count, CF_OUTBOX_MAX - count);
    bool more = true;
    while (count == 0 && more) {
        cf_outbox_clear(&engine->outbox);
        engine->frame_kept.at = NULL;
        while (!cf_outbox_is_full(&engine->outbox) && advance(engine)) {
        }
        more = engine->outbox.count > 0;
        count = finish_outbox(engine);
    }
    if (count == 0) {
        cf_engine_set_room_timers(engine);
    }
    return count;
}

void cf_engine_drop_output(struct cf_engine *engine) {
    engine->totals.dropped_out += engine->item_count - engine->item_at;
    engine->totals.dropped_out += engine->passed_count - engine->passed_at;
    engine->passed_at = engine->passed_count = 0;
    engine->passed_to = NULL;
    engine->passed_instead = 0;
    engine->item_at = engine->item_count = 0;
    engine->repeat_at = engine->repeat_count = 0;
    /* What waits in pacers waits on. */
    for (struct cf_link *link = cf_list_pop(&engine->due_pacers); link != NULL; link = cf_list_pop(&engine->due_pacers)) {
        cf_engine_set_leg_timer(engine, CF_OF(link, struct cf_engine_bandwidth, due_link)->leg);
    }
    engine->frame_at = engine->frame.user_count = 0;
    while (!cf_list_is_empty(&engine->batch_rooms)) {
        step_room(engine);
        engine->totals.dropped_out += engine->item_count;
        engine->item_count = 0;
    }
    while (!cf_list_is_empty(&engine->mix_rooms)) {
        step_mix(engine);
        engine->totals.dropped_out += engine->frame.user_count;
        engine->frame.user_count = 0;
    }
    cf_engine_set_room_timers(engine);
}
