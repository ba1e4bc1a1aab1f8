/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retransmission of provisional responses. */
#include "core/dialog/provisional.h"

#define REPEAT_INTERVAL CF_SEC(60)

enum cf_err cf_provisional_sent(struct cf_provisional *p, const struct cf_mem *mem, struct cf_str message, uint32_t rseq,
                                const struct cf_sip_timers *timers, cf_usec now) {
    struct cf_str copy;
    if (p->is_pending && rseq == 0) {
        /* Said once; the one that waits for its PRACK goes on being repeated (RFC 3262 section 3). */
        return CF_OK;
    }
    if (!cf_mem_dup_str(mem, message, &copy)) {
        return CF_ERR_NO_MEMORY;
    }
    cf_mem_free_str(mem, &p->message);
    p->message = copy;
    p->is_pending = rseq != 0;
    p->interval = rseq != 0 ? timers->t1_usec : REPEAT_INTERVAL;
    p->next_at = now + p->interval;
    if (rseq != 0) {
        p->rseq = rseq;
        p->can_ack = true;
        p->give_up_at = now + 64 * timers->t1_usec;
    }
    return CF_OK;
}

bool cf_provisional_acked(struct cf_provisional *p, uint32_t rseq) {
    if (!p->can_ack || rseq != p->rseq) {
        return false;
    }
    /* From now on it is kept alive like one that is not reliable; RFC 3262 section 3 wants that every two and a half minutes. */
    p->next_at += REPEAT_INTERVAL - p->interval;
    p->interval = REPEAT_INTERVAL;
    p->is_pending = false;
    p->has_description = false;
    p->can_ack = false;
    return true;
}

cf_usec cf_provisional_deadline(const struct cf_provisional *p) {
    if (p->message.at == NULL) {
        return CF_USEC_NEVER;
    }
    return p->is_pending ? cf_usec_min(p->next_at, p->give_up_at) : p->next_at;
}

enum cf_provisional_due cf_provisional_on_deadline(struct cf_provisional *p, cf_usec now) {
    if (cf_provisional_deadline(p) > now) {
        return CF_PROVISIONAL_NOTHING;
    }
    if (p->is_pending && p->give_up_at <= now) {
        p->is_pending = false;
        return CF_PROVISIONAL_GIVE_UP;
    }
    p->interval = p->is_pending ? 2 * p->interval : REPEAT_INTERVAL;
    p->next_at = now + p->interval;
    return CF_PROVISIONAL_SEND;
}

void cf_provisional_fini(struct cf_provisional *p, const struct cf_mem *mem) {
    cf_mem_free_str(mem, &p->message);
    *p = (struct cf_provisional){.rseq = p->rseq, .can_ack = p->can_ack};
}
