/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rates and losses over time. */
#include "server/leg_history.h"

#include "shell/system/system.h"

/* The samples of one call, a ring. */
struct history {
    struct cf_map_node node;
    struct cf_handle leg;
    uint64_t round; /* of its latest sample */
    size_t count;   /* taken, not more than fit */
    size_t at;      /* of the next one */
    struct cf_leg_sample samples[CF_LEG_HISTORY_COUNT];
};

static struct history *history_of(struct cf_map_node *node) {
    return node == NULL ? NULL : CF_OF(node, struct history, node);
}

static struct cf_str key_of(const struct cf_handle *leg) {
    return cf_str_n((const char *)leg, sizeof *leg);
}

void cf_leg_histories_init(struct cf_leg_histories *histories, uint64_t seed) {
    *histories = (struct cf_leg_histories){.next = 0};
    cf_map_init(&histories->by_leg, cf_system_mem(), seed);
}

static void drop(struct cf_leg_histories *histories, struct history *history) {
    cf_map_remove(&histories->by_leg, &history->node);
    cf_mem_free(cf_system_mem(), history, sizeof *history);
}

void cf_leg_histories_fini(struct cf_leg_histories *histories) {
    for (struct history *h = history_of(cf_map_first(&histories->by_leg)); h != NULL;
         h = history_of(cf_map_first(&histories->by_leg))) {
        drop(histories, h);
    }
    cf_map_fini(&histories->by_leg);
}

static struct history *find_or_make(struct cf_leg_histories *histories, struct cf_handle leg) {
    struct history *history = history_of(cf_map_get(&histories->by_leg, key_of(&leg)));
    if (history != NULL) {
        return history;
    }
    history = cf_mem_alloc(cf_system_mem(), sizeof *history);
    if (history == NULL) {
        return NULL;
    }
    history->leg = leg;
    if (cf_map_add(&histories->by_leg, &history->node, key_of(&history->leg)) != CF_OK) {
        cf_mem_free(cf_system_mem(), history, sizeof *history);
        return NULL;
    }
    return history;
}

static struct cf_leg_sample measure(const struct cf_focus *focus, struct cf_handle leg) {
    struct cf_leg_sample sample = {.in_bps = 0};
    for (size_t i = 0; i < cf_focus_stream_count(focus, leg); i++) {
        struct cf_stream_stats s;
        if (cf_focus_stream(focus, leg, i, &s)) {
            sample.in_bps += s.rate_in_bps;
            sample.out_bps += s.rate_out_bps;
            sample.lost_in_permille = s.lost_in_permille > sample.lost_in_permille ? s.lost_in_permille : sample.lost_in_permille;
            sample.lost_out_permille =
                s.lost_out_permille > sample.lost_out_permille ? s.lost_out_permille : sample.lost_out_permille;
        }
    }
    return sample;
}

static void sample_leg(struct cf_leg_histories *histories, const struct cf_focus *focus, struct cf_handle leg) {
    struct history *history = cf_handle_is_set(leg) ? find_or_make(histories, leg) : NULL;
    if (history == NULL) {
        return; /* nothing there, or no memory: a line of the admin page is missing */
    }
    history->samples[history->at] = measure(focus, leg);
    history->at = (history->at + 1) % CF_LEG_HISTORY_COUNT;
    history->count += history->count < CF_LEG_HISTORY_COUNT ? 1 : 0;
    history->round = histories->round;
}

static void sample_room(struct cf_leg_histories *histories, const struct cf_focus *focus, const struct cf_conference *conf) {
    for (const struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL;
         p = cf_roster_next(&conf->roster, p)) {
        for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
            sample_leg(histories, focus, d->leg);
        }
    }
}

/* Calls that were not seen this time are over. */
static void forget_gone(struct cf_leg_histories *histories) {
    struct cf_map_node *node = cf_map_first(&histories->by_leg);
    while (node != NULL) {
        struct cf_map_node *next = cf_map_next(&histories->by_leg, node);
        if (history_of(node)->round != histories->round) {
            drop(histories, history_of(node));
        }
        node = next;
    }
}

cf_usec cf_leg_histories_on_turn(struct cf_leg_histories *histories, struct cf_node *node, cf_usec now) {
    struct cf_focus *focus = cf_node_focus(node);
    struct cf_directory *directory = cf_focus_directory(focus);
    if (now < histories->next) {
        return histories->next;
    }
    histories->next = now + CF_LEG_HISTORY_USEC;
    histories->round++;
    for (const struct cf_conference *conf = cf_directory_next(directory, NULL); conf != NULL;
         conf = cf_directory_next(directory, conf)) {
        sample_room(histories, focus, conf);
    }
    forget_gone(histories);
    return histories->next;
}

size_t cf_leg_history(const struct cf_leg_histories *histories, struct cf_handle leg, struct cf_leg_sample *out) {
    const struct history *history = history_of(cf_map_get(&histories->by_leg, key_of(&leg)));
    if (history == NULL) {
        return 0;
    }
    size_t first = history->count < CF_LEG_HISTORY_COUNT ? 0 : history->at;
    for (size_t i = 0; i < history->count; i++) {
        out[i] = history->samples[(first + i) % CF_LEG_HISTORY_COUNT];
    }
    return history->count;
}
