/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/source.h"

/* What a link carries with each payload: headers of IP, UDP and RTP with an extension, and a tag. */
#define PACKET_OVERHEAD 72

enum cf_err cf_source_init(struct cf_source *source, const struct cf_mem *mem, const struct cf_source_config *config) {
    cf_assert(config->store.bytes >= CF_SOURCE_STORE_MIN);
    *source = (struct cf_source){.config = *config, .allowed = true, .clock = {.clock_rate_hz = CF_VIDEO_CLOCK_HZ}};
    cf_list_init(&source->shown_by);
    cf_list_init(&source->wanted_by);
    return cf_store_init(&source->store, mem, &config->store);
}

void cf_source_fini(struct cf_source *source) {
    cf_assert(!cf_link_is_in(&source->room_link));
    cf_store_fini(&source->store);
}

void cf_source_restart(struct cf_source *source, enum cf_video_format format, uint32_t name, uint32_t ssrc) {
    cf_assert(source->batch_count == 0);
    source->config.format = format;
    cf_store_clear(&source->store);
    source->name = name;
    source->ssrc = ssrc;
    source->missing = (struct cf_nack_list){.count = 0};
    source->clock = (struct cf_clock_map){.clock_rate_hz = CF_VIDEO_CLOCK_HZ};
    source->rates = (struct cf_layer_rates){.any = false};
    source->layers = (struct cf_video_layers){.active = 0};
    source->has_key = false;
    source->has_lip_offset = false;
    source->pixels = 0;
}

/* Short picture ids are carried on as long ones, so that those going out wrap at one place only. */
static void widen_picture_id(struct cf_source *source, struct cf_vp8_descriptor *vp8) {
    if (!vp8->picture_id_long) {
        uint16_t step = (uint16_t)(vp8->picture_id - source->picture_id) & 0x7fU;
        uint16_t back = step < 0x40U ? 0 : 0x80U;
        vp8->picture_id = (uint16_t)(source->picture_id + step - back) & CF_PICTURE_ID_MASK;
    }
    uint16_t ahead = (uint16_t)(vp8->picture_id - source->picture_id) & CF_PICTURE_ID_MASK;
    if (ahead < 0x4000U) {
        source->picture_id = vp8->picture_id;
    }
}

/* Something may have to be asked for: let the room look. */
static void note_ask(struct cf_source *source) {
    if (source->askers != NULL && !cf_link_is_in(&source->ask_link)) {
        cf_list_append(source->askers, &source->ask_link);
    }
}

void cf_source_want_key(struct cf_source *source, enum cf_keyframe_cause cause, cf_usec now) {
    cf_keyframe_gate_want(&source->gate, cause, now);
    note_ask(source);
}

void cf_source_set_bitrate(struct cf_source *source, uint64_t bitrate_bps, cf_usec now) {
    cf_bitrate_ask_set(&source->bitrate, bitrate_bps, now);
    note_ask(source);
}

void cf_source_note_viewer(struct cf_source *source, cf_usec now) {
    source->seen_at = now;
    if (source->is_paused) {
        source->is_paused = source->is_stopped = false;
        source->resumed_at = now;
        cf_source_set_bitrate(source, CF_BITRATE_UNLIMITED, now);
    }
}

static void want_for_loss(struct cf_source *source, cf_usec now) {
    if (cf_keyframe_budget_spend(&source->own_wishes, now)) {
        cf_source_want_key(source, CF_KEYFRAME_CAUSE_LOSS, now);
    }
}

static void note_missing(struct cf_source *source, const struct cf_video_packet *packet) {
    switch (cf_nack_list_on_packet(&source->missing, packet->sequence, packet->arrival)) {
    case CF_NACK_REPAIRED:
        source->counts.repaired++;
        break;
    case CF_NACK_HOPELESS:
        source->counts.lost++;
        want_for_loss(source, packet->arrival);
        break;
    case CF_NACK_GAP:
        note_ask(source);
        break;
    case CF_NACK_IN_ORDER:
    case CF_NACK_LATE:
        break;
    }
}

static void note_key(struct cf_source *source, const struct cf_video_packet *packet) {
    bool newer = !source->has_key || (int16_t)(uint16_t)(packet->sequence - source->key_sequence) > 0;
    if (packet->key_start && newer) {
        source->has_key = true;
        source->key_sequence = packet->sequence;
        source->key_arrival = packet->arrival;
        source->counts.key_frames++;
        source->pixels = packet->height > 0 ? (uint32_t)packet->width * packet->height : source->pixels;
        cf_keyframe_gate_on_key_frame(&source->gate);
    }
}

enum cf_source_result cf_source_on_packet(struct cf_source *source, const struct cf_video_packet *packet) {
    struct cf_video_packet parsed = *packet;
    if (cf_video_packet_parse(source->config.format, packet->payload, &parsed) != CF_OK) {
        source->counts.malformed++;
        return CF_SOURCE_MALFORMED;
    }
    if (source->batch_count == CF_SOURCE_BATCH_MAX) {
        source->counts.overflow++;
        return CF_SOURCE_OVERFLOW;
    }
    if (parsed.has_marking) {
        cf_video_packet_mark(&parsed, &parsed.marking);
    }
    if (parsed.descriptor_len > 0) {
        cf_video_packet_describe(&parsed, &source->layers);
    }
    if (parsed.vp8.has_picture_id) {
        widen_picture_id(source, &parsed.vp8);
    }
    enum cf_err err = cf_store_put(&source->store, &parsed);
    if (err != CF_OK) {
        uint64_t *count = err == CF_ERR_EXISTS ? &source->counts.duplicates : &source->counts.overflow;
        (*count)++;
        return err == CF_ERR_EXISTS ? CF_SOURCE_DUPLICATE : CF_SOURCE_OVERFLOW;
    }
    source->seen = true;
    source->last_arrival = parsed.arrival;
    source->counts.packets++;
    cf_layer_rates_on_packet(&source->rates, &parsed, PACKET_OVERHEAD);
    note_missing(source, &parsed);
    note_key(source, &parsed);
    source->batch[source->batch_count++] = cf_store_get(&source->store, parsed.sequence, parsed.arrival);
    return CF_SOURCE_TAKEN;
}

void cf_source_batch_done(struct cf_source *source) {
    source->batch_count = 0;
}

bool cf_source_can_begin(const struct cf_source *source, cf_usec age, cf_usec now) {
    if (!source->has_key || now - source->key_arrival > age) {
        return false;
    }
    uint16_t count = (uint16_t)(source->store.newest - source->key_sequence + 1U);
    bool fresh = now - source->key_arrival <= CF_SOURCE_KEY_FRESH;
    if (count > CF_SOURCE_CATCH_UP_MAX) {
        return false;
    }
    for (uint16_t i = 0; i < (fresh ? 1 : count); i++) {
        if (cf_store_get(&source->store, (uint16_t)(source->key_sequence + i), now) == NULL) {
            return false;
        }
    }
    return true;
}

cf_usec cf_source_deadline(const struct cf_source *source) {
    cf_usec deadline = cf_keyframe_gate_deadline(&source->gate);
    if (source->config.can_nack) {
        deadline = cf_usec_min(deadline, cf_nack_list_deadline(&source->missing));
    }
    if (source->config.can_bitrate) {
        deadline = cf_usec_min(deadline, cf_bitrate_ask_deadline(&source->bitrate));
    }
    return deadline;
}

bool cf_source_poll(struct cf_source *source, cf_usec now, struct cf_source_ask *ret_ask) {
    struct cf_source_ask ask = {.key_frame = CF_KEYFRAME_CAUSE_NONE};
    size_t lost = 0;
    if (source->config.can_nack) {
        ask.nack_count = cf_nack_list_poll(&source->missing, now, ask.nacks, CF_SOURCE_NACK_MAX, &lost);
    }
    if (lost > 0) {
        source->counts.lost += lost;
        want_for_loss(source, now);
    }
    ask.key_frame = cf_keyframe_gate_poll(&source->gate, now);
    ask.has_bitrate = source->config.can_bitrate && cf_bitrate_ask_poll(&source->bitrate, now, &ask.bitrate_bps);
    bool any = ask.key_frame != CF_KEYFRAME_CAUSE_NONE || ask.nack_count > 0 || ask.has_bitrate;
    if (any) {
        *ret_ask = ask;
    }
    return any;
}
