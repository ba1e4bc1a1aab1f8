/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two endpoints and the way between them. */
#include "lib/sip_pair.h"

#include "lib/test.h"
#include <stdlib.h>

static const char *const addresses[] = {"192.0.2.1:5060", "192.0.2.2:5060"};

static bool make_side(struct sip_pair *pair, unsigned index, size_t fail_at, uint64_t seed) {
    struct sip_pair_side *side = &pair->sides[index];
    test_mem_init(&side->mem);
    side->mem.fail_at = fail_at;
    test_entropy_init(&side->entropy, seed * 2 + index);
    assert_ok(cf_addr_parse(cf_str_of(addresses[index]), &side->addr));
    struct cf_endpoint_local local = {.transport = CF_TRANSPORT_UDP, .addr = side->addr};
    struct cf_endpoint_config config = {
        .mem = &side->mem.mem, .entropy = &side->entropy.entropy, .locals = &local, .local_count = 1};
    side->ep = cf_endpoint_create(&config, 0);
    return side->ep != NULL;
}

static bool init(struct sip_pair *pair, const struct sip_pair_user *user, uint64_t seed, unsigned failing, size_t fail_at) {
    *pair = (struct sip_pair){.user = *user, .delay_usec = CF_MSEC(10)};
    cf_rng_init(&pair->rng, seed);
    transcript_init(&pair->transcript);
    bool is_made = make_side(pair, 0, failing == 0 ? fail_at : SIZE_MAX, seed);
    return make_side(pair, 1, failing == 1 ? fail_at : SIZE_MAX, seed) && is_made;
}

void sip_pair_init(struct sip_pair *pair, const struct sip_pair_user *user, uint64_t seed) {
    assert_true(init(pair, user, seed, 0, SIZE_MAX));
}

bool sip_pair_init_failing(struct sip_pair *pair, const struct sip_pair_user *user, unsigned side, size_t fail_at) {
    return init(pair, user, 1, side, fail_at);
}

void sip_pair_fini(struct sip_pair *pair) {
    for (unsigned i = 0; i < 2; i++) {
        cf_endpoint_destroy(pair->sides[i].ep);
        test_mem_fini(&pair->sides[i].mem);
    }
    for (size_t i = 0; i < pair->message_count; i++) {
        free(pair->messages[i].bytes);
    }
    free(pair->messages);
    free(pair->last_buffer);
    transcript_fini(&pair->transcript);
}

/* "INVITE 1", "200 INVITE 1" */
static void summarise(struct cf_span bytes, char *out, size_t size) {
    struct cf_sip_message msg;
    struct cf_parse_error error;
    if (cf_sip_parse(cf_span_str(bytes), &msg, &error) != CF_OK) {
        snprintf(out, size, "broken");
    } else if (msg.is_request) {
        snprintf(out, size, "%.*s %u", CF_STR_ARG(msg.method_name), (unsigned)msg.cseq.number);
    } else {
        snprintf(out, size, "%u %.*s %u", (unsigned)msg.status, CF_STR_ARG(msg.cseq.method_name), (unsigned)msg.cseq.number);
    }
}

void sip_pair_lose(struct sip_pair *pair, unsigned side, const char *prefix, unsigned count) {
    assert_true(pair->loss_count < sizeof pair->losses / sizeof *pair->losses);
    pair->losses[pair->loss_count++] = (struct sip_pair_loss){.side = side, .prefix = prefix, .count = count};
}

static bool is_lost(struct sip_pair *pair, unsigned side, const char *summary) {
    for (size_t i = 0; i < pair->loss_count; i++) {
        struct sip_pair_loss *loss = &pair->losses[i];
        if (loss->side == side && loss->count > 0 && strncmp(summary, loss->prefix, strlen(loss->prefix)) == 0) {
            if (loss->skip > 0) {
                loss->skip--;
                return false;
            }
            loss->count--;
            return true;
        }
    }
    return cf_rng_chance(&pair->rng, pair->dice.loss_ppm);
}

static void put(struct sip_pair *pair, unsigned to, const struct cf_addr *from, struct cf_span bytes, cf_usec at) {
    if (pair->message_count == pair->message_max) {
        pair->message_max = pair->message_max > 0 ? 2 * pair->message_max : 16;
        pair->messages = realloc(pair->messages, pair->message_max * sizeof *pair->messages);
        assert_non_null(pair->messages);
    }
    /* A block of the exact size, so that the sanitizer sees a read past the end. */
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes.at, bytes.len);
    pair->messages[pair->message_count++] =
        (struct sip_pair_message){.at = at, .order = pair->order++, .to = to, .from = *from, .bytes = copy, .len = bytes.len};
}

static void remember(struct sip_pair *pair, struct cf_span bytes) {
    free(pair->last_buffer);
    pair->last_buffer = malloc(bytes.len);
    assert_non_null(pair->last_buffer);
    memcpy(pair->last_buffer, bytes.at, bytes.len);
    pair->last_bytes = cf_str_n(pair->last_buffer, bytes.len);
}

static void send(struct sip_pair *pair, unsigned side, const struct cf_endpoint_event *event) {
    char summary[64];
    struct cf_sip_message msg;
    struct cf_parse_error error;
    bool is_to_peer = cf_addr_eq(&event->remote, &pair->sides[1 - side].addr);
    bool is_sip = cf_sip_parse(cf_span_str(event->bytes), &msg, &error) == CF_OK;
    summarise(event->bytes, summary, sizeof summary);
    bool lost = is_to_peer && is_lost(pair, side, summary);
    remember(pair, event->bytes);
    pair->sides[side].sent++;
    if (!pair->is_silent) {
        transcript_line(&pair->transcript, pair->now, "%c>%c %s%s%s", 'A' + (char)side, is_to_peer ? 'B' - (char)side : '?',
                        summary, is_sip && msg.body.len > 0 ? " +" : "", lost ? " lost" : "");
    }
    if (!is_to_peer || lost) {
        return;
    }
    unsigned copies = cf_rng_chance(&pair->rng, pair->dice.duplicate_ppm) ? 2 : 1;
    for (unsigned i = 0; i < copies; i++) {
        cf_usec jitter = pair->dice.jitter_usec > 0 ? cf_rng_below(&pair->rng, (uint32_t)pair->dice.jitter_usec) : 0;
        put(pair, 1 - side, &pair->sides[side].addr, event->bytes, pair->now + pair->delay_usec + jitter);
    }
}

void sip_pair_drain(struct sip_pair *pair) {
    bool is_busy = true;
    while (is_busy) {
        is_busy = false;
        for (unsigned side = 0; side < 2; side++) {
            struct cf_endpoint_event event;
            while (cf_endpoint_poll(pair->sides[side].ep, &event)) {
                is_busy = true;
                if (event.kind == CF_ENDPOINT_SEND_DATAGRAM) {
                    send(pair, side, &event);
                } else {
                    pair->user.on_event(pair->user.ctx, side, &event);
                }
            }
        }
    }
}

void sip_pair_inject(struct sip_pair *pair, unsigned to, const char *from, struct cf_str text) {
    struct cf_addr addr;
    assert_ok(cf_addr_parse(cf_str_of(from), &addr));
    cf_endpoint_on_datagram(pair->sides[to].ep, 0, &addr, cf_str_span(text), pair->now);
    sip_pair_drain(pair);
}

/* Index of the message that arrives next, or message_count. */
static size_t first_message(const struct sip_pair *pair) {
    size_t first = pair->message_count;
    for (size_t i = 0; i < pair->message_count; i++) {
        const struct sip_pair_message *m = &pair->messages[i];
        if (first == pair->message_count || m->at < pair->messages[first].at ||
            (m->at == pair->messages[first].at && m->order < pair->messages[first].order)) {
            first = i;
        }
    }
    return first;
}

static void deliver(struct sip_pair *pair, size_t index) {
    struct sip_pair_message message = pair->messages[index];
    pair->messages[index] = pair->messages[--pair->message_count];
    cf_endpoint_on_datagram(pair->sides[message.to].ep, 0, &message.from, (struct cf_span){message.bytes, message.len},
                            pair->now);
    sip_pair_drain(pair);
    free(message.bytes);
}

/* The next thing that happens; CF_USEC_NEVER: nothing. */
static cf_usec next_time(struct sip_pair *pair) {
    size_t first = first_message(pair);
    cf_usec next = first < pair->message_count ? pair->messages[first].at : CF_USEC_NEVER;
    for (unsigned side = 0; side < 2; side++) {
        next = cf_usec_min(next, cf_endpoint_deadline(pair->sides[side].ep));
        next = cf_usec_min(next, pair->user.deadline(pair->user.ctx, side));
    }
    return next;
}

void sip_pair_run_until(struct sip_pair *pair, cf_usec until) {
    sip_pair_drain(pair);
    unsigned idle = 0;
    for (cf_usec next = next_time(pair); next <= until; next = next_time(pair)) {
        /* A deadline that does not move on is a bug of the machine. */
        idle = next > pair->now ? 0 : idle + 1;
        assert_true(idle < 1000);
        pair->now = next > pair->now ? next : pair->now;
        size_t first = first_message(pair);
        if (first < pair->message_count && pair->messages[first].at <= pair->now) {
            deliver(pair, first);
            continue;
        }
        for (unsigned side = 0; side < 2; side++) {
            if (cf_endpoint_deadline(pair->sides[side].ep) <= pair->now) {
                cf_endpoint_on_deadline(pair->sides[side].ep, pair->now);
            }
            sip_pair_drain(pair);
            if (pair->user.deadline(pair->user.ctx, side) <= pair->now) {
                pair->user.on_deadline(pair->user.ctx, side);
            }
            sip_pair_drain(pair);
        }
    }
    pair->now = until > pair->now ? until : pair->now;
}

void sip_pair_run_for(struct sip_pair *pair, cf_usec duration) {
    sip_pair_run_until(pair, pair->now + duration);
}

struct cf_flow_id sip_pair_flow(struct sip_pair *pair, unsigned side) {
    struct cf_flow_id flow;
    assert_ok(cf_endpoint_udp_flow(pair->sides[side].ep, 0, &pair->sides[1 - side].addr, pair->now, &flow));
    return flow;
}
