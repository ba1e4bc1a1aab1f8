/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/rewrite.h"

/* A packet this far behind the newest is no reordering any more. Less than half the sequence space. */
#define REACH 4096

/* Timestamps of two frames differ by at least this much: a frame at 250 Hz. */
#define FRAME_TICKS_MIN (CF_VIDEO_CLOCK_HZ / 250)

void cf_rewrite_init(struct cf_rewrite *rewrite, const struct cf_rewrite_heads *heads) {
    *rewrite = (struct cf_rewrite){.heads = *heads};
    rewrite->heads.picture_id &= CF_PICTURE_ID_MASK;
}

/* @p a comes after @p b, modulo 2^16, 2^32, 2^15, 2^8. */
static bool is_after_16(uint16_t a, uint16_t b) {
    return (int16_t)(uint16_t)(a - b) > 0;
}

static bool is_after_32(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) > 0;
}

static bool is_after_15(uint16_t a, uint16_t b) {
    uint16_t distance = (uint16_t)(a - b) & CF_PICTURE_ID_MASK;
    return distance != 0 && distance < 0x4000U;
}

static bool is_after_8(uint8_t a, uint8_t b) {
    return (int8_t)(uint8_t)(a - b) > 0;
}

/* Ticks from the newest frame to the one that begins with @p first, by the time they came in. */
static uint32_t elapsed_ticks(const struct cf_rewrite *rewrite, const struct cf_video_packet *first) {
    cf_usec elapsed = first->arrival - rewrite->head_arrival;
    uint64_t ticks = elapsed > 0 ? cf_usec_to_ticks(elapsed, CF_VIDEO_CLOCK_HZ) : 0;
    return (uint32_t)(ticks > FRAME_TICKS_MIN ? ticks : FRAME_TICKS_MIN);
}

void cf_rewrite_switch(struct cf_rewrite *rewrite, uint32_t source, uint32_t csrc, const struct cf_video_packet *first) {
    cf_assert(source != 0);
    const struct cf_rewrite_heads *heads = &rewrite->heads;
    memmove(rewrite->stays + 1, rewrite->stays, sizeof rewrite->stays - sizeof rewrite->stays[0]);
    /* The very first timestamp is just as random whatever is added to it. */
    uint32_t timestamp = heads->timestamp + elapsed_ticks(rewrite, first);
    rewrite->stays[0] = (struct cf_rewrite_stay){
        .source = source,
        .csrc = csrc,
        .timestamp_shift = timestamp - first->timestamp,
        .sequence_shift = (uint16_t)(heads->sequence + 1 - first->sequence),
        .picture_id_shift = (uint16_t)(heads->picture_id + 1 - first->vp8.picture_id),
        .tl0picidx_shift = (uint8_t)(heads->tl0picidx + 1 - first->vp8.tl0picidx),
        .keyidx_shift = (uint8_t)(heads->keyidx + 1 - first->vp8.keyidx),
        .frame_number_shift = (uint16_t)(heads->frame_number + 1 - cf_video_frame_number(first)),
        .spatial_top = CF_LAYER_ANY,
        .temporal_top = CF_LAYER_ANY,
        .first = (uint16_t)(heads->sequence + 1),
    };
    rewrite->has_skipped = false;
}

/* A stay that goes on with the same source. */
static struct cf_rewrite_stay *split(struct cf_rewrite *rewrite) {
    struct cf_rewrite_stay *stay = &rewrite->stays[0];
    /* If the present one has sent nothing yet it is changed itself: packets are left out in rows. */
    if (is_after_16(stay->first, rewrite->heads.sequence)) {
        return stay;
    }
    memmove(rewrite->stays + 1, rewrite->stays, sizeof rewrite->stays - sizeof rewrite->stays[0]);
    return stay;
}

void cf_rewrite_change_top(struct cf_rewrite *rewrite, struct cf_layer_limit top, const struct cf_video_packet *packet) {
    uint16_t number = (uint16_t)(packet->sequence + rewrite->stays[0].sequence_shift);
    if (!is_after_16(number, rewrite->heads.sequence)) {
        return;
    }
    struct cf_rewrite_stay *stay = split(rewrite);
    stay->first = is_after_16(stay->first, number) ? stay->first : number;
    stay->spatial_top = top.spatial;
    stay->temporal_top = top.temporal;
    stay->is_masked = true;
}

void cf_rewrite_skip(struct cf_rewrite *rewrite, const struct cf_video_packet *packet) {
    cf_assert(rewrite->stays[0].source != 0);
    uint16_t number = (uint16_t)(packet->sequence + rewrite->stays[0].sequence_shift);
    if (!is_after_16(number, rewrite->heads.sequence) || is_after_16(rewrite->stays[0].first, number)) {
        return;
    }
    struct cf_rewrite_stay *stay = split(rewrite);
    stay->first = number;
    stay->sequence_shift--;
    bool new_picture = !rewrite->has_skipped || rewrite->skipped_picture_id != packet->vp8.picture_id;
    /* VP9 tells what a picture needs by the distance of picture ids: they keep their gaps (RFC 9628 section 4.2). */
    if (packet->format == CF_VIDEO_VP8 && new_picture) {
        stay->picture_id_shift--;
        rewrite->skipped_picture_id = packet->vp8.picture_id;
        rewrite->has_skipped = true;
    }
}

/* Field by field: what only descriptors need is not touched. */
static inline void make_patch(const struct cf_rewrite_stay *stay, const struct cf_video_packet *packet,
                              struct cf_rewrite_patch *ret) {
    ret->timestamp = packet->timestamp + stay->timestamp_shift;
    ret->sequence = (uint16_t)(packet->sequence + stay->sequence_shift);
    ret->picture_id = (uint16_t)(packet->vp8.picture_id + stay->picture_id_shift) & CF_PICTURE_ID_MASK;
    ret->tl0picidx = (uint8_t)(packet->vp8.tl0picidx + stay->tl0picidx_shift);
    ret->keyidx = (uint8_t)(packet->vp8.keyidx + stay->keyidx_shift) & 0x1fU;
    ret->marker = packet->marker || (packet->layer.is_spatial_end && packet->layer.spatial == stay->spatial_top);
}

/* What the dependency descriptor of @packet gets, if it has one. */
static void describe(const struct cf_rewrite_stay *stay, const struct cf_video_packet *packet, struct cf_rewrite_patch *patch) {
    patch->frame_number = (uint16_t)(cf_video_frame_number(packet) + stay->frame_number_shift);
    patch->spatial_top = stay->spatial_top;
    patch->temporal_top = stay->temporal_top;
    patch->is_masked = stay->is_masked;
}

struct cf_rewrite_patch cf_rewrite_patch_of(const struct cf_rewrite_stay *stay, const struct cf_video_packet *packet) {
    struct cf_rewrite_patch patch = {.timestamp = 0};
    make_patch(stay, packet, &patch);
    if (packet->descriptor_len > 0) {
        describe(stay, packet, &patch);
    }
    return patch;
}

static inline void advance_vp8(struct cf_rewrite_heads *heads, const struct cf_vp8_descriptor *vp8,
                               const struct cf_rewrite_patch *patch) {
    if (vp8->has_picture_id && is_after_15(patch->picture_id, heads->picture_id)) {
        heads->picture_id = patch->picture_id;
    }
    if (vp8->has_tl0picidx && is_after_8(patch->tl0picidx, heads->tl0picidx)) {
        heads->tl0picidx = patch->tl0picidx;
    }
    if (vp8->has_keyidx) {
        heads->keyidx = patch->keyidx;
    }
}

static void advance_frame_number(struct cf_rewrite_heads *heads, const struct cf_rewrite_patch *patch) {
    if (is_after_16(patch->frame_number, heads->frame_number)) {
        heads->frame_number = patch->frame_number;
    }
}

static inline void advance(struct cf_rewrite *rewrite, const struct cf_video_packet *packet,
                           const struct cf_rewrite_patch *patch) {
    struct cf_rewrite_stay *stay = &rewrite->stays[0];
    if (is_after_16(patch->sequence, rewrite->heads.sequence)) {
        rewrite->heads.sequence = patch->sequence;
        if ((int16_t)(uint16_t)(patch->sequence - stay->first) > REACH) {
            stay->first = (uint16_t)(patch->sequence - REACH);
        }
    }
    if (is_after_32(patch->timestamp, rewrite->heads.timestamp)) {
        rewrite->heads.timestamp = patch->timestamp;
        rewrite->head_arrival = packet->arrival;
    }
    if (packet->format == CF_VIDEO_VP8 || packet->format == CF_VIDEO_VP9) {
        advance_vp8(&rewrite->heads, &packet->vp8, patch);
    }
}

/* The earlier stay with the present source that gives @p packet its numbers; NULL: it is from before all, or was left out. */
static const struct cf_rewrite_stay *earlier_stay(const struct cf_rewrite *rewrite, const struct cf_video_packet *packet) {
    const struct cf_rewrite_stay *stays = rewrite->stays;
    for (size_t i = 1; i < CF_REWRITE_STAYS && stays[i].source == stays[0].source; i++) {
        uint16_t number = (uint16_t)(packet->sequence + stays[i].sequence_shift);
        if (!is_after_16(stays[i].first, number)) {
            return is_after_16(stays[i - 1].first, number) ? &stays[i] : NULL;
        }
    }
    return NULL;
}

bool cf_rewrite_packet(struct cf_rewrite *rewrite, const struct cf_video_packet *packet, struct cf_rewrite_patch *ret) {
    const struct cf_rewrite_stay *stay = &rewrite->stays[0];
    cf_assert(stay->source != 0);
    if (is_after_16(stay->first, (uint16_t)(packet->sequence + stay->sequence_shift))) {
        stay = earlier_stay(rewrite, packet);
    }
    if (stay == NULL) {
        return false;
    }
    make_patch(stay, packet, ret);
    if (packet->descriptor_len > 0) {
        describe(stay, packet, ret);
        advance_frame_number(&rewrite->heads, ret);
    }
    advance(rewrite, packet, ret);
    return true;
}

bool cf_rewrite_trace(const struct cf_rewrite *rewrite, uint16_t sequence, const struct cf_rewrite_stay **ret_stay,
                      uint16_t *ret_source_sequence) {
    if ((uint16_t)(rewrite->heads.sequence - sequence) > REACH) {
        return false;
    }
    for (size_t i = 0; i < CF_REWRITE_STAYS && rewrite->stays[i].source != 0; i++) {
        const struct cf_rewrite_stay *stay = &rewrite->stays[i];
        if (!is_after_16(stay->first, sequence)) {
            *ret_stay = stay;
            *ret_source_sequence = (uint16_t)(sequence - stay->sequence_shift);
            return true;
        }
    }
    return false;
}

void cf_rewrite_forget(struct cf_rewrite *rewrite) {
    memset(rewrite->stays + 1, 0, sizeof rewrite->stays - sizeof rewrite->stays[0]);
    rewrite->stays[0].first = (uint16_t)(rewrite->heads.sequence + 1);
}

size_t cf_rewrite_payload(const struct cf_video_packet *packet, const struct cf_rewrite_patch *patch, uint8_t *out,
                          struct cf_span *ret_body) {
    const struct cf_video_head *head = &packet->head;
    *ret_body = (struct cf_span){packet->payload.at + head->replaced_len, packet->payload.len - head->replaced_len};
    if (head->len == 0) {
        return 0;
    }
    memcpy(out, head->octets, sizeof head->octets);
    if (head->picture_id_at > 0) {
        cf_set_be16(out + head->picture_id_at, (uint16_t)(0x8000U | patch->picture_id));
    }
    if (head->tl0picidx_at > 0) {
        out[head->tl0picidx_at] = patch->tl0picidx;
    }
    if (head->keyidx_at > 0) {
        out[head->keyidx_at] = (uint8_t)((out[head->keyidx_at] & 0xe0U) | patch->keyidx);
    }
    return head->len;
}
