/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ICE agent and whatever a peer could do to it, the right password included: the input is a list of steps. Nothing is valid
 * but what answered a check of ours, and the agent never sends more than its limits say.
 */
#include "adapt/openssl/stun_hash.h"
#include "core/ice/agent.h"
#include "core/stun/build.h"

#include "base/reader.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct cf_ice_agent agent;
static uint8_t last[CF_ICE_MESSAGE_MAX];
static size_t last_len;
static struct cf_addr last_to;
static cf_usec now;
static uint64_t chance;

static void fill(void *ctx, uint8_t *out, size_t len) {
    (void)ctx;
    for (size_t i = 0; i < len; i++) {
        chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407U;
        out[i] = (uint8_t)(chance >> 33);
    }
}

static struct cf_addr take_addr(struct cf_reader *r) {
    uint8_t kind = cf_take_u8(r);
    struct cf_addr addr = {.ip = {203, 0, 113, kind}, .port = (uint16_t)(5000 + kind % 4), .family = CF_FAMILY_IP4};
    if (kind > 250) {
        struct cf_span ip = cf_take(r, 16);
        addr = (struct cf_addr){.port = kind, .family = CF_FAMILY_IP6};
        if (ip.len == 16) {
            memcpy(addr.ip, ip.at, 16);
        }
    }
    return addr;
}

static void drain(void) {
    struct cf_ice_output out;
    struct cf_ice_event event;
    size_t count = 0;
    while (cf_ice_agent_poll_send(&agent, &out)) {
        memcpy(last, out.data.at, out.data.len);
        last_len = out.data.len;
        last_to = out.to;
        if (++count > CF_ICE_PAIRS_MAX + 4) {
            abort();
        }
    }
    count = 0;
    while (cf_ice_agent_poll_event(&agent, &event)) {
        if (++count > 2 * CF_ICE_PAIRS_MAX + 4) {
            abort();
        }
    }
    if (agent.stats.checks_out > 0 && agent.pair_count == 0) {
        abort();
    }
}

static void put_authentic(struct cf_reader *r, struct cf_addr from) {
    uint8_t octets[512];
    struct cf_writer w;
    uint8_t flags = cf_take_u8(r);
    struct cf_span id = cf_take(r, CF_STUN_ID_LEN);
    if (id.len != CF_STUN_ID_LEN) {
        return;
    }
    cf_writer_init(&w, octets, sizeof octets);
    struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_REQUEST, CF_STUN_BINDING, id.at);
    cf_stun_put(&b, CF_STUN_USERNAME, cf_str_span(CF_STR("ours:peer")));
    if ((flags & 1U) == 0) {
        cf_stun_put_u32(&b, CF_STUN_PRIORITY, cf_take_u32(r));
    }
    cf_stun_put_u64(&b, (flags & 2U) != 0 ? CF_STUN_ICE_CONTROLLED : CF_STUN_ICE_CONTROLLING, cf_take_u8(r));
    if ((flags & 4U) != 0) {
        cf_stun_put(&b, CF_STUN_USE_CANDIDATE, (struct cf_span){octets, 0});
    }
    if (cf_stun_put_integrity(&b, cf_openssl_stun_hash(), cf_str_span(CF_STR("our-password")))) {
        cf_stun_put_fingerprint(&b);
        (void)cf_ice_agent_receive(&agent, (flags & 8U) != 0, &from, cf_writer_span(&w), now);
    }
}

static void put_answer(struct cf_reader *r, struct cf_addr from) {
    static const unsigned codes[] = {0, 487, 403, 400};
    uint8_t octets[256];
    struct cf_writer w;
    struct cf_stun_message m;
    unsigned code = codes[cf_take_u8(r) % 4];
    if (last_len == 0 || cf_stun_parse((struct cf_span){last, last_len}, &m) != CF_OK || m.kind != CF_STUN_REQUEST) {
        return;
    }
    cf_writer_init(&w, octets, sizeof octets);
    struct cf_stun_builder b = cf_stun_begin(&w, code == 0 ? CF_STUN_SUCCESS : CF_STUN_ERROR, CF_STUN_BINDING, m.id);
    if (code != 0) {
        cf_stun_put_error(&b, code);
    }
    if (cf_stun_put_integrity(&b, cf_openssl_stun_hash(), cf_str_span(CF_STR("peer-password")))) {
        (void)cf_ice_agent_receive(&agent, 0, &from, cf_writer_span(&w), now);
    }
}

static void step(struct cf_reader *r) {
    uint8_t kind = cf_take_u8(r) % 7;
    struct cf_addr from = take_addr(r);
    if (kind == 0 || kind == 1) {
        cf_usec deadline = cf_ice_agent_deadline(&agent);
        now = kind == 0 && deadline != CF_USEC_NEVER && deadline > now ? deadline : now + CF_MSEC(1) * cf_take_u16(r);
        cf_ice_agent_on_deadline(&agent, now);
    } else if (kind == 2) {
        put_authentic(r, from);
    } else if (kind == 3) {
        put_answer(r, last_to);
    } else if (kind == 4) {
        const struct cf_ice_remote_candidate candidate = {.addr = from,
                                                          .priority = cf_take_u32(r),
                                                          .foundation = cf_take_u8(r),
                                                          .component = cf_take_u8(r) % 4,
                                                          .type = CF_ICE_HOST};
        cf_ice_agent_add_remote(&agent, &candidate, now);
    } else if (kind == 5) {
        (void)cf_ice_agent_receive(&agent, 0, &from, cf_take(r, cf_take_u8(r)), now);
    } else {
        put_answer(r, from);
    }
    drain();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct cf_entropy entropy = {fill, NULL};
    struct cf_reader r;
    cf_reader_init(&r, (struct cf_span){data, size});
    uint8_t flags = cf_take_u8(&r);
    chance = 1;
    now = CF_SEC(1);
    last_len = 0;
    const struct cf_ice_config config = {.hash = cf_openssl_stun_hash(),
                                         .entropy = &entropy,
                                         .ufrag = CF_STR("ours"),
                                         .pwd = CF_STR("our-password"),
                                         .prefix = 5,
                                         .component_count = (uint8_t)(1 + (flags & 1U)),
                                         .is_controlling = (flags & 2U) != 0,
                                         .is_lite = (flags & 4U) != 0};
    if (cf_ice_agent_init(&agent, &config, now) != CF_OK) {
        abort();
    }
    for (uint8_t i = 0; i < 2; i++) {
        const struct cf_ice_local local = {
            .socket = i,
            .addr = {.ip = {198, 51, 100, 1}, .port = (uint16_t)(4000 + i), .family = CF_FAMILY_IP4},
            .priority = 1000U - i,
            .component = (uint8_t)(1 + (i & flags & 1U))};
        (void)cf_ice_agent_add_local(&agent, &local, now);
    }
    if ((flags & 8U) == 0 &&
        cf_ice_agent_set_remote(&agent, CF_STR("peer"), CF_STR("peer-password"), (flags & 16U) != 0, now) != CF_OK) {
        abort();
    }
    while (cf_reader_ok(&r) && cf_reader_left(&r) > 0) {
        step(&r);
    }
    cf_ice_agent_fini(&agent);
    return 0;
}
