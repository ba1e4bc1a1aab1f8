/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/assembler.h"

static const struct cf_store_config store_config = {.bytes = (size_t)1024 * 1024, .packets = 2048, .age = CF_SEC(2)};

enum cf_err cf_assembler_init(struct cf_assembler *a, const struct cf_mem *mem, enum cf_video_format format) {
    struct cf_assembler made = {.mem = mem, .format = format, .wants_key = true};
    enum cf_err err = cf_store_init(&made.store, mem, &store_config);
    if (err != CF_OK) {
        return err;
    }
    made.frame = cf_mem_alloc(mem, CF_ASSEMBLER_FRAME_MAX);
    if (made.frame == NULL) {
        cf_store_fini(&made.store);
        return CF_ERR_NO_MEMORY;
    }
    *a = made;
    return CF_OK;
}

void cf_assembler_fini(struct cf_assembler *a) {
    if (a->mem == NULL) {
        return;
    }
    cf_store_fini(&a->store);
    cf_mem_free(a->mem, a->frame, CF_ASSEMBLER_FRAME_MAX);
    *a = (struct cf_assembler){.mem = NULL};
}

void cf_assembler_restart(struct cf_assembler *a, enum cf_video_format format) {
    cf_store_clear(&a->store);
    a->format = format;
    a->is_synced = false;
    a->is_waiting = false;
    a->wants_key = true;
}

enum cf_err cf_assembler_on_packet(struct cf_assembler *a, const struct cf_video_packet *packet) {
    struct cf_video_packet parsed = *packet;
    enum cf_err err = cf_video_packet_parse(a->format, packet->payload, &parsed);
    if (err == CF_OK) {
        err = cf_store_put(&a->store, &parsed);
    }
    if (err == CF_OK && parsed.key_start && !a->is_synced) {
        a->is_synced = true;
        a->is_waiting = false;
        a->next = parsed.sequence;
    }
    return err;
}

/* The number of packets of the frame that begins with .next; 0: not whole. */
static size_t frame_packets(const struct cf_assembler *a, cf_usec now) {
    const struct cf_video_packet *first = cf_store_get(&a->store, a->next, now);
    const struct cf_video_packet *packet = first;
    for (size_t count = 0; packet != NULL && count < store_config.packets; count++) {
        if (packet->timestamp != first->timestamp) {
            return count; /* whose sender sets no marker */
        }
        if (packet->marker) {
            return count + 1;
        }
        packet = cf_store_get(&a->store, (uint16_t)(a->next + count + 1), now);
    }
    return 0;
}

static enum cf_err join(struct cf_assembler *a, size_t packets, cf_usec now, struct cf_writer *w) {
    struct cf_h264_joiner joiner = {.in_unit = false};
    enum cf_err err = CF_OK;
    for (size_t i = 0; i < packets && err == CF_OK; i++) {
        const struct cf_video_packet *packet = cf_store_get(&a->store, (uint16_t)(a->next + i), now);
        err = a->format == CF_VIDEO_VP8 ? cf_vp8_join(w, packet->payload) : cf_h264_join(&joiner, w, packet->payload);
    }
    return err;
}

/* What can't be made whole is left behind; out of sync until a key frame. */
static void give_up(struct cf_assembler *a) {
    a->broken++;
    a->is_synced = false;
    a->is_waiting = false;
    a->wants_key = true;
}

/* Is there a packet that comes after .next, so that waiting has begun? */
static bool has_later(const struct cf_assembler *a) {
    return a->store.any && (int16_t)(uint16_t)(a->store.newest - a->next) >= 0;
}

/* A later key frame that has already begun to come in is where to go on. */
static void resume(struct cf_assembler *a, cf_usec now) {
    uint16_t later = (uint16_t)(a->store.newest - a->next);
    for (uint16_t i = 1; i <= later && later < store_config.packets; i++) {
        const struct cf_video_packet *packet = cf_store_get(&a->store, (uint16_t)(a->next + i), now);
        if (packet != NULL && packet->key_start) {
            a->next = packet->sequence;
            a->is_synced = true;
            return;
        }
    }
}

bool cf_assembler_poll(struct cf_assembler *a, cf_usec now, struct cf_assembled_frame *ret_frame) {
    if (!a->is_synced || !has_later(a)) {
        return false;
    }
    size_t packets = frame_packets(a, now);
    if (packets == 0) {
        a->waiting_since = a->is_waiting ? a->waiting_since : now;
        a->is_waiting = true;
        if (now - a->waiting_since >= CF_ASSEMBLER_PATIENCE) {
            give_up(a);
            resume(a, now);
        }
        return false;
    }
    struct cf_writer w;
    const struct cf_video_packet *first = cf_store_get(&a->store, a->next, now);
    cf_writer_init(&w, a->frame, CF_ASSEMBLER_FRAME_MAX);
    enum cf_err err = join(a, packets, now, &w);
    a->next = (uint16_t)(a->next + packets);
    a->is_waiting = false;
    if (err != CF_OK) {
        give_up(a);
        return false;
    }
    a->frames++;
    *ret_frame = (struct cf_assembled_frame){
        .octets = cf_writer_span(&w), .timestamp = first->timestamp, .is_key = first->key_start, .arrival = first->arrival};
    return true;
}

bool cf_assembler_wants_key(struct cf_assembler *a) {
    bool wants = a->wants_key;
    a->wants_key = false;
    return wants;
}
