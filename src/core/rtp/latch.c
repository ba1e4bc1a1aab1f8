/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a leg may learn its remote address. */
#include "core/rtp/latch.h"

void cf_latch_init(struct cf_latch *latch, const struct cf_latch_policy *policy) {
    *latch = (struct cf_latch){.policy = *policy};
}

/* Can media be sent there? */
static bool is_usable(const struct cf_addr *addr) {
    return addr->family != CF_FAMILY_NONE && addr->port != 0 && !cf_addr_is_unspecified(addr);
}

void cf_latch_signal(struct cf_latch *latch, const struct cf_addr *signalled, const struct cf_addr *flow, bool is_secure) {
    bool is_same = cf_addr_eq(signalled, &latch->signalled) && is_secure == latch->is_secure;
    latch->flow = *flow;
    if (is_same) {
        return;
    }
    latch->signalled = *signalled;
    latch->is_secure = is_secure;
    latch->is_heard = false;
    latch->remote = is_usable(signalled) ? *signalled : (struct cf_addr){0};
}

/* Does the signalling vouch for @source? */
static bool is_vouched_for(const struct cf_latch *latch, const struct cf_addr *source) {
    return cf_addr_eq_ip(source, &latch->signalled) ||
           (latch->flow.family != CF_FAMILY_NONE && cf_addr_eq_ip(source, &latch->flow));
}

static enum cf_latch_verdict judge_plain(const struct cf_latch *latch, const struct cf_addr *source, cf_usec now) {
    const struct cf_latch_policy *policy = &latch->policy;
    if (latch->is_heard) {
        cf_usec silent = now - latch->heard_at;
        if (policy->relearn_after_usec == CF_USEC_NEVER || silent < policy->relearn_after_usec) {
            return CF_LATCH_DROP;
        }
    }
    switch (policy->plain) {
    case CF_LATCH_PLAIN_SAME_IP:
        return is_vouched_for(latch, source) ? CF_LATCH_LEARN : CF_LATCH_DROP;
    case CF_LATCH_PLAIN_ANY:
        return CF_LATCH_LEARN;
    case CF_LATCH_PLAIN_NEVER:
    default:
        return CF_LATCH_DROP;
    }
}

enum cf_latch_verdict cf_latch_judge(const struct cf_latch *latch, const struct cf_latch_packet *packet, cf_usec now) {
    if (latch->signalled.family == CF_FAMILY_NONE) {
        return CF_LATCH_DROP; /* nobody has said yet that there is a peer */
    }
    if (latch->is_secure && !packet->is_authenticated) {
        return CF_LATCH_DROP;
    }
    if (latch->remote.family != CF_FAMILY_NONE && cf_addr_eq(&packet->source, &latch->remote)) {
        return CF_LATCH_TAKE;
    }
    if (latch->is_secure) {
        /* Authentic but late: perhaps caught and sent on by somebody else. Good media, no reason to move. */
        return packet->is_newest ? CF_LATCH_LEARN : CF_LATCH_TAKE;
    }
    return judge_plain(latch, &packet->source, now);
}

enum cf_latch_verdict cf_latch_on_packet(struct cf_latch *latch, const struct cf_latch_packet *packet, cf_usec now) {
    enum cf_latch_verdict verdict = cf_latch_judge(latch, packet, now);
    if (verdict == CF_LATCH_LEARN) {
        latch->remote = packet->source;
    }
    if (verdict == CF_LATCH_LEARN || (verdict == CF_LATCH_TAKE && cf_addr_eq(&packet->source, &latch->remote))) {
        latch->is_heard = true;
        latch->heard_at = now;
    }
    return verdict;
}
