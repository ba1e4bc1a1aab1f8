/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/onset.h"

/* A packet of redundancy is kept whole; the primary block, which is the packet, is its end. */
static struct cf_span whole_of(const struct cf_engine_voice *voice) {
    return voice->red.count > 0 ? voice->red.body : voice->packet->payload;
}

void cf_onset_keep(struct cf_onset *onset, const struct cf_engine_voice *voice, uint32_t starts, cf_usec now) {
    struct cf_span whole = whole_of(voice);
    if (starts != onset->starts) {
        onset->starts = starts;
        onset->count = 0;
    }
    if (whole.len > CF_ONSET_OCTETS || now == onset->taken_at) {
        return;
    }
    if (onset->count == CF_ONSET_PACKETS) {
        onset->first = (onset->first + 1) % CF_ONSET_PACKETS;
        onset->count--;
    }
    struct cf_onset_packet *kept = &onset->packets[(onset->first + onset->count++) % CF_ONSET_PACKETS];
    size_t payload_at = whole.len - voice->packet->payload.len;
    kept->came_at = now;
    kept->packet = *voice->packet;
    kept->voice = *voice;
    if (whole.len > 0) {
        memcpy(kept->octets, whole.at, whole.len);
    }
    kept->packet.payload = (struct cf_span){kept->octets + payload_at, voice->packet->payload.len};
    kept->voice.packet = &kept->packet;
    kept->voice.red.body = (struct cf_span){kept->octets, voice->red.count > 0 ? whole.len : 0};
}

const struct cf_onset_packet *cf_onset_take(struct cf_onset *onset, uint32_t starts, cf_usec now) {
    if (starts != onset->starts) {
        onset->count = 0;
    }
    while (onset->count > 0) {
        const struct cf_onset_packet *packet = &onset->packets[onset->first];
        onset->first = (onset->first + 1) % CF_ONSET_PACKETS;
        onset->count--;
        if (now - packet->came_at <= CF_ONSET_AGE) {
            onset->taken_at = now;
            return packet;
        }
    }
    return NULL;
}
