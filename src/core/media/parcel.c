/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/parcel.h"

#include "base/bug.h"
#include <string.h>

/* Messages begin at multiples of it. */
#define STEP 8

/* Before each message: lengths of what says something of the struct, and of the payload behind it. */
struct lengths {
    uint32_t head;
    uint32_t payload;
};
_Static_assert(sizeof(struct lengths) % STEP == 0, "a message is aligned");

/* Octets of a message's struct that say something. */
static size_t head_len(enum cf_parcel_kind kind) {
    size_t start = offsetof(struct cf_parcel_message, as);
    static const struct cf_parcel_message *const none = NULL;
    switch (kind) {
    case CF_PARCEL_HELLO:
        return start + sizeof none->as.hello;
    case CF_PARCEL_SOURCE:
        return start + sizeof none->as.source;
    case CF_PARCEL_SOUND:
        return start + sizeof none->as.sound;
    case CF_PARCEL_WISH:
        return start + sizeof none->as.wish;
    case CF_PARCEL_PICTURE:
        return start + sizeof none->as.picture;
    case CF_PARCEL_VOICE:
        return start + sizeof none->as.voice;
    case CF_PARCEL_RESET:
    case CF_PARCEL_SOURCE_GONE:
    case CF_PARCEL_LEG_GONE:
    case CF_PARCEL_SPEAKER:
    case CF_PARCEL_KIND_COUNT:
        break;
    }
    return start;
}

static size_t round_up(size_t len) {
    return (len + STEP - 1) / STEP * STEP;
}

enum cf_err cf_parcel_reserve(struct cf_parcel *parcel, const struct cf_mem *mem) {
    if (parcel->at == NULL) {
        *parcel = (struct cf_parcel){.mem = mem, .at = cf_mem_alloc(mem, CF_PARCEL_OCTETS)};
    }
    return parcel->at == NULL ? CF_ERR_NO_MEMORY : CF_OK;
}

void cf_parcel_fini(struct cf_parcel *parcel) {
    if (parcel->at != NULL) {
        cf_mem_free(parcel->mem, parcel->at, CF_PARCEL_OCTETS);
    }
    *parcel = (struct cf_parcel){.at = NULL};
}

void cf_parcel_clear(struct cf_parcel *parcel) {
    parcel->len = 0;
    parcel->has_state = false;
}

bool cf_parcel_put(struct cf_parcel *parcel, const struct cf_parcel_message *message) {
    size_t payload_len = message->payload.len + message->tail.len;
    const struct lengths lengths = {.head = (uint32_t)head_len(message->kind), .payload = (uint32_t)payload_len};
    bool is_packet = cf_parcel_is_packet(message->kind);
    size_t need = sizeof lengths + round_up(lengths.head) + round_up(payload_len);
    size_t room = CF_PARCEL_OCTETS - (is_packet ? CF_PARCEL_RESERVE : 0);
    if (parcel->at == NULL || payload_len > CF_PARCEL_OCTETS || parcel->len + need > room) {
        return false;
    }
    uint8_t *out = parcel->at + parcel->len;
    memcpy(out, &lengths, sizeof lengths);
    memcpy(out + sizeof lengths, message, lengths.head);
    uint8_t *payload = out + sizeof lengths + round_up(lengths.head);
    if (message->payload.len > 0) {
        memcpy(payload, message->payload.at, message->payload.len);
    }
    if (message->tail.len > 0) {
        memcpy(payload + message->payload.len, message->tail.at, message->tail.len);
    }
    parcel->len += need;
    parcel->has_state = parcel->has_state || !is_packet;
    return true;
}

bool cf_parcel_next(struct cf_span *rest, struct cf_parcel_message *ret_message) {
    struct lengths lengths;
    if (rest->len < sizeof lengths) {
        return false;
    }
    memcpy(&lengths, rest->at, sizeof lengths);
    size_t start = sizeof lengths + round_up(lengths.head);
    bool is_sound = lengths.head >= offsetof(struct cf_parcel_message, as) && lengths.head <= sizeof *ret_message &&
                    start <= rest->len && round_up(lengths.payload) <= rest->len - start;
    if (!is_sound) {
        return false;
    }
    struct cf_parcel_message message = {.payload = {NULL, 0}};
    memcpy(&message, rest->at + sizeof lengths, lengths.head);
    if (message.kind >= CF_PARCEL_KIND_COUNT || lengths.head != head_len(message.kind)) {
        return false;
    }
    message.payload = (struct cf_span){rest->at + start, lengths.payload};
    *ret_message = message;
    size_t taken = start + round_up(lengths.payload);
    *rest = (struct cf_span){rest->at + taken, rest->len - taken};
    return true;
}
