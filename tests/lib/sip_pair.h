/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two SIP endpoints, A and B, with a UDP path between them that a test controls message by message: constant delay, so that what
 * both send at the same time crosses; "lose the next ACK of A"; dice for sweeps; messages put in from anywhere. Virtual time.
 * What is above the endpoints is the test's, by a table of functions.
 *
 * The transcript has a line for each message, "[100] A>B INVITE 1", with "lost" behind it if it was, and what the test adds.
 */
#ifndef CF_TESTS_LIB_SIP_PAIR_H
#define CF_TESTS_LIB_SIP_PAIR_H

#include "core/endpoint/endpoint.h"
#include "core/sip/message.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"
#include "lib/transcript.h"

struct sip_pair;

/** What stands above the endpoints; each function gets the side, 0 or 1. */
struct sip_pair_user {
    void (*on_event)(void *ctx, unsigned side, const struct cf_endpoint_event *event);
    cf_usec (*deadline)(void *ctx, unsigned side);
    void (*on_deadline)(void *ctx, unsigned side);
    void *ctx;
};

/** One of the two. */
struct sip_pair_side {
    struct cf_endpoint *ep;
    struct test_mem mem;
    struct test_entropy entropy;
    struct cf_addr addr; /**< 192.0.2.1:5060 and 192.0.2.2:5060 */
    uint64_t sent;       /**< messages to the other one, lost ones included */
};

/** A message on its way. */
struct sip_pair_message {
    cf_usec at;
    uint64_t order; /**< of two at the same time the first sent comes first */
    unsigned to;
    struct cf_addr from;
    uint8_t *bytes;
    size_t len;
};

/** Messages to be lost: those of @c side whose summary begins with @c prefix, the first @c skip not, then @c count of them. */
struct sip_pair_loss {
    unsigned side;
    const char *prefix;
    unsigned skip;
    unsigned count;
};

/** Chance. Zeroed: none. */
struct sip_pair_dice {
    uint32_t loss_ppm;
    uint32_t duplicate_ppm;
    cf_usec jitter_usec; /**< evenly, messages overtake each other by it */
};

/** A pair. */
struct sip_pair {
    struct sip_pair_side sides[2];
    struct sip_pair_user user;
    cf_usec now;
    cf_usec delay_usec; /**< one way */
    struct sip_pair_dice dice;
    struct cf_rng rng;
    struct sip_pair_loss losses[8];
    size_t loss_count;
    struct sip_pair_message *messages; /**< owned */
    size_t message_count;
    size_t message_max;
    uint64_t order;
    struct transcript transcript;
    bool is_silent;           /**< no lines for messages */
    struct cf_str last_bytes; /**< of the message that was sent last; a copy, owned */
    char *last_buffer;
};

/** Begin at time 0 with a delay of 10 ms. */
void sip_pair_init(struct sip_pair *pair, const struct sip_pair_user *user, uint64_t seed);

/** As sip_pair_init(); the n-th allocation of @p side fails. False if its endpoint could not be made. */
bool sip_pair_init_failing(struct sip_pair *pair, const struct sip_pair_user *user, unsigned side, size_t fail_at);

/** End; asserts that both have given everything back. */
void sip_pair_fini(struct sip_pair *pair);

/** Lose the next @p count messages of @p side that begin with @p prefix: "ACK", "200 INVITE". */
void sip_pair_lose(struct sip_pair *pair, unsigned side, const char *prefix, unsigned count);

/** Put in a message from @p from, at once. */
void sip_pair_inject(struct sip_pair *pair, unsigned to, const char *from, struct cf_str text);

/** Hand out what the endpoints and users have to say: after commands from outside. */
void sip_pair_drain(struct sip_pair *pair);

/** Let time pass. */
void sip_pair_run_until(struct sip_pair *pair, cf_usec until);
void sip_pair_run_for(struct sip_pair *pair, cf_usec duration);

/** Flow from @p side to the other one. */
struct cf_flow_id sip_pair_flow(struct sip_pair *pair, unsigned side);

#endif
