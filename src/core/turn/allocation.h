/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One allocation of the relay (RFC 8656 section 3): who it is for, its relayed address, its permissions and channels. A client
 * has one of each family of addresses at most (section 7.2 step 9). One that is reserved (EVEN-PORT) waits for a client that
 * names its token and has no permissions, so that nothing passes. Private to core/turn but for reading.
 */
#ifndef CF_CORE_TURN_ALLOCATION_H
#define CF_CORE_TURN_ALLOCATION_H

#include "base/addr.h"
#include "base/heap.h"
#include "base/map.h"
#include "core/turn/credential.h"

/** Most permissions, and channels, of an allocation. */
#define CF_TURN_PERMISSIONS_MAX 16
#define CF_TURN_CHANNELS_MAX 16

/** How long they last (sections 9 and 12). */
#define CF_TURN_PERMISSION_LIFE CF_SEC(300)
#define CF_TURN_CHANNEL_LIFE CF_SEC(600)

/** Numbers of channels: to 0x4fff in section 12; clients of RFC 5766 use all of these. */
#define CF_TURN_CHANNEL_FIRST 0x4000
#define CF_TURN_CHANNEL_LAST 0x7fff

/** Octets of the token of a reservation. */
#define CF_TURN_TOKEN_LEN 8

/** Octets in front of the data of a channel. */
#define CF_TURN_CHANNEL_HEAD_LEN 4

/** Where a client is: with the server's end of it, its 5-tuple. */
struct cf_turn_client {
    uint32_t socket; /**< the shell's name of a UDP socket or of a connection; a name means one or the other */
    struct cf_addr addr;
    bool is_stream; /**< a connection */
};

/** Who may send to the client, and is sent to. */
struct cf_turn_permission {
    struct cf_addr ip; /**< port 0 */
    cf_usec until;
};

/** A channel. */
struct cf_turn_channel {
    uint16_t number;
    struct cf_addr peer;
    cf_usec until;
};

/** Octets of the key of a client. */
#define CF_TURN_CLIENT_KEY_LEN 24

/** An allocation. */
struct cf_turn_allocation {
    struct cf_map_node by_client; /**< not in the map while it is reserved */
    struct cf_timer timer;
    uint32_t slot; /**< the shell's name of its socket */
    bool is_reserved;
    bool has_token;                   /**< it is reserved, or the port behind its own was reserved with it */
    uint8_t token[CF_TURN_TOKEN_LEN]; /**< of the reservation */
    uint16_t other_error;             /**< why there is none of the other family, which was asked for too; 0: it was not */
    struct cf_turn_client client;     /**< while it is reserved: who did that */
    uint8_t client_key[CF_TURN_CLIENT_KEY_LEN];
    struct cf_addr relayed;
    uint8_t key[CF_TURN_KEY_LEN]; /**< of its user */
    uint8_t id[CF_STUN_ID_LEN];   /**< of the request that made it: its answer may be asked for again */
    uint8_t user_len;
    char user[CF_TURN_USER_MAX];
    cf_usec until;
    struct cf_turn_permission permissions[CF_TURN_PERMISSIONS_MAX];
    struct cf_turn_channel channels[CF_TURN_CHANNELS_MAX];
    int64_t tokens; /**< octets that may pass now, both ways together */
    cf_usec tokens_at;
};

/** Is there a permission for the address of @p peer? */
bool cf_turn_is_permitted(const struct cf_turn_allocation *a, const struct cf_addr *peer, cf_usec now);

/** Is there room for permissions of the @p count addresses in @p peers: known ones, or places? */
bool cf_turn_can_permit(const struct cf_turn_allocation *a, const struct cf_addr *peers, size_t count, cf_usec now);

/** Make or refresh a permission; there must be room. */
void cf_turn_permit(struct cf_turn_allocation *a, const struct cf_addr *peer, cf_usec now);

/** The channel of that number, of that peer, or NULL. */
const struct cf_turn_channel *cf_turn_channel_numbered(const struct cf_turn_allocation *a, uint16_t number, cf_usec now);
const struct cf_turn_channel *cf_turn_channel_to(const struct cf_turn_allocation *a, const struct cf_addr *peer, cf_usec now);

/** Bind or refresh @p number to @p peer, which has to be free or bound so already. False: no place. */
bool cf_turn_bind(struct cf_turn_allocation *a, uint16_t number, const struct cf_addr *peer, cf_usec now);

/** May @p octets pass at @p bps; they are counted if so. 0: no limit. */
bool cf_turn_spend(struct cf_turn_allocation *a, size_t octets, uint64_t bps, cf_usec now);

#endif
