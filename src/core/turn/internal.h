/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the relay call of each other. Not for others. */
#ifndef CF_CORE_TURN_INTERNAL_H
#define CF_CORE_TURN_INTERNAL_H

#include "core/stun/build.h"
#include "core/turn/turn.h"

/* --- turn.c --- */

/** The allocation of @p client for that family, or NULL. */
struct cf_turn_allocation *cf_turn_find(const struct cf_turn *turn, const struct cf_turn_client *client, enum cf_family family);

/** One of @p client, of IPv4 if there are both, or NULL. */
struct cf_turn_allocation *cf_turn_any(const struct cf_turn *turn, const struct cf_turn_client *client);

/** The channel of @p client with that number, of any family, or NULL; and the allocation that has it. */
const struct cf_turn_channel *cf_turn_channel_of(const struct cf_turn *turn, const struct cf_turn_client *client, uint16_t number,
                                                 cf_usec now, struct cf_turn_allocation **ret_owner);

/** Make one. CF_ERR_LIMIT: a limit in all; CF_ERR_NO_PORT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_turn_allocate(struct cf_turn *turn, const struct cf_turn_client *client,
                                         const struct cf_turn_wish *wish, cf_usec until, struct cf_turn_allocation **ret);

/** Reserve the port behind that of @p before until @p until; both have its token. Errors as cf_turn_allocate(). */
CF_MUST_USE enum cf_err cf_turn_reserve(struct cf_turn *turn, struct cf_turn_allocation *before, cf_usec until,
                                        struct cf_turn_allocation **ret);

/** What is reserved with @p token, or NULL. */
struct cf_turn_allocation *cf_turn_reserved(const struct cf_turn *turn, struct cf_span token);

/** What was reserved is @p client's, who has none of that family, until @p until. CF_ERR_NO_MEMORY: it stays reserved. */
CF_MUST_USE enum cf_err cf_turn_claim(struct cf_turn *turn, struct cf_turn_allocation *a, const struct cf_turn_client *client,
                                      cf_usec until);

/** End one. */
void cf_turn_free(struct cf_turn *turn, struct cf_turn_allocation *a);

/** It lasts until @p until. */
void cf_turn_extend(struct cf_turn *turn, struct cf_turn_allocation *a, cf_usec until);

/** What is in .out goes to @p client. */
void cf_turn_answer(struct cf_turn *turn, const struct cf_turn_client *client, size_t len);

/* --- request.c --- */

/** A request, and what is being made of it. */
struct cf_turn_request {
    struct cf_turn *turn;
    const struct cf_turn_client *client;
    const struct cf_stun_message *m;
    struct cf_turn_allocation *allocation; /**< one of the client; NULL: none */
    struct cf_str user;
    struct cf_str name;
    uint8_t key[CF_TURN_KEY_LEN];
    cf_usec now;
    struct cf_writer w;
    struct cf_stun_builder b;
};

/** A request of STUN. */
void cf_turn_on_request(struct cf_turn *turn, const struct cf_turn_client *client, const struct cf_stun_message *m, cf_usec now);

/** Begin an answer; put its attributes by .b; send it with integrity. */
void cf_turn_begin_answer(struct cf_turn_request *r, enum cf_stun_class kind);
void cf_turn_send_answer(struct cf_turn_request *r);

/** Answer with an error. */
void cf_turn_refuse(struct cf_turn_request *r, unsigned code);

/* --- allocate.c, permit.c: what is asked for, by one who may (RFC 8656 sections 7, 8; 10, 12) --- */

void cf_turn_on_allocate(struct cf_turn_request *r);
void cf_turn_on_refresh(struct cf_turn_request *r);
void cf_turn_on_create_permission(struct cf_turn_request *r);
void cf_turn_on_channel_bind(struct cf_turn_request *r);

#endif
