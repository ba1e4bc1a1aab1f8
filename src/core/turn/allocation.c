/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Permissions and channels of an allocation. What has expired is a free place. */
#include "core/turn/allocation.h"

static struct cf_turn_permission *find_permission(struct cf_turn_allocation *a, const struct cf_addr *peer, cf_usec now) {
    for (size_t i = 0; i < CF_TURN_PERMISSIONS_MAX; i++) {
        struct cf_turn_permission *permission = &a->permissions[i];
        if (permission->until > now && cf_addr_eq_ip(&permission->ip, peer)) {
            return permission;
        }
    }
    return NULL;
}

bool cf_turn_is_permitted(const struct cf_turn_allocation *a, const struct cf_addr *peer, cf_usec now) {
    for (size_t i = 0; i < CF_TURN_PERMISSIONS_MAX; i++) {
        if (a->permissions[i].until > now && cf_addr_eq_ip(&a->permissions[i].ip, peer)) {
            return true;
        }
    }
    return false;
}

static bool is_among(const struct cf_addr *peers, size_t count, const struct cf_addr *peer) {
    for (size_t i = 0; i < count; i++) {
        if (cf_addr_eq_ip(&peers[i], peer)) {
            return true;
        }
    }
    return false;
}

bool cf_turn_can_permit(const struct cf_turn_allocation *a, const struct cf_addr *peers, size_t count, cf_usec now) {
    size_t room = 0;
    for (size_t i = 0; i < CF_TURN_PERMISSIONS_MAX; i++) {
        room += a->permissions[i].until <= now;
    }
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        wanted += !cf_turn_is_permitted(a, &peers[i], now) && !is_among(peers, i, &peers[i]);
    }
    return wanted <= room;
}

void cf_turn_permit(struct cf_turn_allocation *a, const struct cf_addr *peer, cf_usec now) {
    struct cf_turn_permission *place = find_permission(a, peer, now);
    for (size_t i = 0; place == NULL && i < CF_TURN_PERMISSIONS_MAX; i++) {
        place = a->permissions[i].until <= now ? &a->permissions[i] : NULL;
    }
    cf_assert(place != NULL);
    place->ip = *peer;
    place->ip.port = 0;
    place->until = now + CF_TURN_PERMISSION_LIFE;
}

const struct cf_turn_channel *cf_turn_channel_numbered(const struct cf_turn_allocation *a, uint16_t number, cf_usec now) {
    for (size_t i = 0; i < CF_TURN_CHANNELS_MAX; i++) {
        if (a->channels[i].until > now && a->channels[i].number == number) {
            return &a->channels[i];
        }
    }
    return NULL;
}

const struct cf_turn_channel *cf_turn_channel_to(const struct cf_turn_allocation *a, const struct cf_addr *peer, cf_usec now) {
    for (size_t i = 0; i < CF_TURN_CHANNELS_MAX; i++) {
        if (a->channels[i].until > now && cf_addr_eq(&a->channels[i].peer, peer)) {
            return &a->channels[i];
        }
    }
    return NULL;
}

bool cf_turn_bind(struct cf_turn_allocation *a, uint16_t number, const struct cf_addr *peer, cf_usec now) {
    struct cf_turn_channel *place = NULL;
    for (size_t i = 0; i < CF_TURN_CHANNELS_MAX; i++) {
        struct cf_turn_channel *channel = &a->channels[i];
        if (channel->until > now && channel->number == number) {
            place = channel;
            break;
        }
        if (channel->until <= now && place == NULL) {
            place = channel;
        }
    }
    if (place != NULL) {
        *place = (struct cf_turn_channel){.number = number, .peer = *peer, .until = now + CF_TURN_CHANNEL_LIFE};
    }
    return place != NULL;
}

/* What may pass at once, however long nothing did: a second's worth. */
bool cf_turn_spend(struct cf_turn_allocation *a, size_t octets, uint64_t bps, cf_usec now) {
    if (bps == 0) {
        return true;
    }
    int64_t most = (int64_t)(bps / 8);
    cf_usec passed = now - a->tokens_at < CF_SEC(1) ? now - a->tokens_at : CF_SEC(1);
    a->tokens += most * passed / CF_SEC(1);
    a->tokens = a->tokens > most ? most : a->tokens;
    a->tokens_at = now;
    if (a->tokens < (int64_t)octets) {
        return false;
    }
    a->tokens -= (int64_t)octets;
    return true;
}
