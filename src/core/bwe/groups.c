/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/groups.h"

#define GROUP_LEN CF_MSEC(5)
#define BURST_GAP CF_MSEC(5)
#define BURST_LEN CF_MSEC(100)
#define ARRIVAL_JUMP CF_SEC(3) /* the receiver's clock was set, or it slept */
#define BACKWARDS_MAX 3

static struct cf_bwe_group begin(cf_usec sent, cf_usec arrival) {
    return (struct cf_bwe_group){.any = true,
                                 .first_sent = sent,
                                 .last_sent = sent,
                                 .first_arrival = arrival,
                                 .last_arrival = arrival,
                                 .least_sent = sent,
                                 .least_arrival = arrival};
}

/* Did it come right behind the group's last packet, faster than it was sent? Then both were held up together. */
static bool is_burst(const struct cf_bwe_group *group, cf_usec sent, cf_usec arrival) {
    cf_usec arrival_gap = arrival - group->last_arrival;
    cf_usec sent_gap = sent - group->last_sent;
    return sent_gap == 0 ||
           (arrival_gap - sent_gap < 0 && arrival_gap <= BURST_GAP && arrival - group->first_arrival < BURST_LEN);
}

static bool compare(struct cf_bwe_groups *groups, struct cf_bwe_deltas *ret_deltas) {
    struct cf_bwe_deltas deltas = {
        .sent = groups->current.least_sent - groups->previous.least_sent,
        .arrival = groups->current.least_arrival - groups->previous.least_arrival,
    };
    if (deltas.arrival - deltas.sent >= ARRIVAL_JUMP) {
        *groups = (struct cf_bwe_groups){.backwards = 0};
        return false;
    }
    if (deltas.arrival < 0) {
        groups->backwards++;
        if (groups->backwards >= BACKWARDS_MAX) {
            *groups = (struct cf_bwe_groups){.backwards = 0};
        }
        return false;
    }
    groups->backwards = 0;
    *ret_deltas = deltas;
    return true;
}

bool cf_bwe_groups_on_packet(struct cf_bwe_groups *groups, cf_usec sent, cf_usec arrival, struct cf_bwe_deltas *ret_deltas) {
    struct cf_bwe_group *current = &groups->current;
    bool compared = false;
    if (!current->any) {
        *current = begin(sent, arrival);
        return false;
    }
    if (sent < current->first_sent) {
        return false; /* reordered on the way to us: of a group that is gone */
    }
    if (!is_burst(current, sent, arrival) && sent - current->first_sent > GROUP_LEN) {
        if (groups->previous.any) {
            compared = compare(groups, ret_deltas);
        }
        groups->previous = *current;
        *current = begin(sent, arrival);
        return compared;
    }
    current->last_sent = sent > current->last_sent ? sent : current->last_sent;
    current->last_arrival = arrival;
    if (arrival - sent < current->least_arrival - current->least_sent) {
        current->least_sent = sent;
        current->least_arrival = arrival;
    }
    return false;
}
