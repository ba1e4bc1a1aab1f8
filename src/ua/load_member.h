/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One member of a load: a whole agent with its sockets and a terminal that counts, fed from a clip. */
#ifndef CF_UA_LOAD_MEMBER_H
#define CF_UA_LOAD_MEMBER_H

#include "core/agent/agent.h"
#include "core/terminal/terminal.h"
#include "ua/load_clip.h"
#include "ua/media_keys.h"
#include "ua/media_wire.h"
#include "ua/sip_wire.h"

/** Longest text of an identity and the NUL behind it; what is a token is long. */
#define CF_LOAD_TEXT_MAX 1024

/** Who a member is. */
struct cf_load_identity {
    char aor[CF_LOAD_TEXT_MAX];      /**< "sip:alice@localhost" */
    char user[CF_LOAD_TEXT_MAX];     /**< for digest; empty: that of .aor */
    char password[CF_LOAD_TEXT_MAX]; /**< for digest */
};

/** What all members have in common; kept by reference. */
struct cf_load_scene {
    struct cf_loop *loop;
    const struct cf_load_clip *clip;
    const struct cf_packet_crypto *crypto;
    const struct cf_policy *policy;
    const struct cf_media_keys *keys;
    struct cf_addr local;
    const char *proxy;
    enum cf_transport transport;
    enum cf_agent_layout layout;
    bool is_insecure;
    uint8_t fps;
    bool has_dtx; /**< who does not speak sends a packet of silence every 400 ms, as Opus does with DTX; else every 20 ms */
};

/** Where a member is. */
enum cf_load_state {
    CF_LOAD_IDLE,
    CF_LOAD_JOINING,
    CF_LOAD_UP,
    CF_LOAD_FAILED,
};

/** A member. */
struct cf_load_member {
    const struct cf_load_scene *scene;
    size_t number;
    enum cf_load_state state;
    struct cf_sip_wire *sip;
    struct cf_media_wire *media;
    struct cf_agent *agent;
    struct cf_terminal *terminal;
    struct cf_load_identity identity;
    bool is_talking;
    bool hears; /**< somebody else in its room talks: it gets sound all the time */
    bool has_camera;
    cf_usec joined_at;
    cf_usec join_usec; /**< from the INVITE until it was up */
    uint16_t status;   /**< why it failed; 0: nobody answered */
    cf_usec next_sound_at;
    cf_usec next_picture_at;
    size_t sound_at;
    size_t picture_at;
    bool wants_key;
};

/** Sums over a member's lines. */
struct cf_load_sums {
    uint64_t sent;
    uint64_t received;
    uint64_t octets; /**< received */
    int64_t lost;
    uint32_t jitter_usec; /**< of sound */
    uint64_t sound;       /**< packets of sound received by who hears */
};

/** Begin: @p identity, which is copied, dials @p room. */
CF_MUST_USE enum cf_err cf_load_member_start(struct cf_load_member *member, const struct cf_load_scene *scene, size_t number,
                                             const struct cf_load_identity *identity, const char *room, cf_usec now);

/** Say goodbye. */
void cf_load_member_leave(struct cf_load_member *member, cf_usec now);

/** Free; nothing is said. */
void cf_load_member_free(struct cf_load_member *member);

/** Do what is due; returns when to come again. */
cf_usec cf_load_member_turn(struct cf_load_member *member, cf_usec now);

/** What it has sent and got so far. */
struct cf_load_sums cf_load_member_sums(const struct cf_load_member *member);

#endif
