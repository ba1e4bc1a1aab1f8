/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine of the transactions. */
#include "core/transaction/machine.h"

/* RFC 3261 section 17.2.1: 100 Trying unless the user answers within 200 ms. */
#define TRYING_USEC CF_MSEC(200)

const struct cf_transaction_row *cf_transaction_row(const struct cf_transaction_table *table, unsigned state, unsigned input) {
    for (size_t i = 0; i < table->row_count; i++) {
        if (table->rows[i].state == state && table->rows[i].input == input) {
            return &table->rows[i];
        }
    }
    return NULL;
}

/* A late deadline counts from now, not from when it was due: there are no bursts after a pause. */
static void repeat_in(struct cf_transaction *t, cf_usec interval_usec, cf_usec now) {
    t->interval_usec = interval_usec;
    t->repeat_at = now + interval_usec;
}

static void set_repeat(struct cf_transaction *t, enum cf_transaction_repeat repeat, cf_usec now) {
    switch (repeat) {
    case CF_REPEAT_KEEP:
        break;
    case CF_REPEAT_STOP:
        t->repeat_at = CF_USEC_NEVER;
        break;
    case CF_REPEAT_T1:
        t->repeat_at = CF_USEC_NEVER;
        if (!t->is_reliable) {
            repeat_in(t, t->timers->t1_usec, now);
        }
        break;
    case CF_REPEAT_T1_ALWAYS:
        repeat_in(t, t->timers->t1_usec, now);
        break;
    case CF_REPEAT_DOUBLE:
        repeat_in(t, t->interval_usec * 2, now);
        break;
    case CF_REPEAT_DOUBLE_TO_T2:
        repeat_in(t, cf_usec_min(t->interval_usec * 2, t->timers->t2_usec), now);
        break;
    case CF_REPEAT_T2:
        repeat_in(t, t->timers->t2_usec, now);
        break;
    case CF_REPEAT_200_MSEC:
        repeat_in(t, TRYING_USEC, now);
        break;
    }
}

static void set_end(struct cf_transaction *t, enum cf_transaction_end end, cf_usec now) {
    switch (end) {
    case CF_END_KEEP:
        break;
    case CF_END_STOP:
        t->end_at = CF_USEC_NEVER;
        break;
    case CF_END_64_T1:
        t->end_at = now + 64 * t->timers->t1_usec;
        break;
    case CF_END_64_T1_LOSSY:
        t->end_at = t->is_reliable ? now : now + 64 * t->timers->t1_usec;
        break;
    case CF_END_T4_LOSSY:
        t->end_at = t->is_reliable ? now : now + t->timers->t4_usec;
        break;
    }
}

static void apply(struct cf_transaction *t, unsigned input, cf_usec now) {
    const struct cf_transaction_row *row = cf_transaction_row(t->table, t->state, input);
    if (row == NULL) {
        return;
    }
    t->state = row->next;
    t->outputs |= row->outputs;
    set_repeat(t, (enum cf_transaction_repeat)row->repeat, now);
    set_end(t, (enum cf_transaction_end)row->end, now);
    if (cf_transaction_is_terminated(t)) {
        t->repeat_at = CF_USEC_NEVER;
        t->end_at = CF_USEC_NEVER;
    }
}

void cf_transaction_on_input(struct cf_transaction *t, unsigned input, cf_usec now) {
    cf_assert(t->outputs == 0);
    apply(t, input, now);
    /* A state that lasts no time, as Completed does on a connection. */
    if (t->end_at <= now) {
        apply(t, CF_TRANSACTION_END, now);
    }
}

void cf_transaction_init(struct cf_transaction *t, const struct cf_transaction_table *table, const struct cf_sip_timers *timers,
                         bool is_reliable, cf_usec now) {
    cf_assert(timers->t1_usec > 0 && timers->t1_usec <= timers->t2_usec && timers->t4_usec > 0);
    *t = (struct cf_transaction){
        .table = table,
        .timers = timers,
        .repeat_at = CF_USEC_NEVER,
        .end_at = CF_USEC_NEVER,
        .is_reliable = is_reliable,
    };
    cf_transaction_on_input(t, CF_TRANSACTION_START, now);
}

void cf_transaction_on_deadline(struct cf_transaction *t, cf_usec now) {
    cf_assert(t->outputs == 0);
    if (t->end_at <= now) {
        t->end_at = CF_USEC_NEVER;
        apply(t, CF_TRANSACTION_END, now);
    } else if (t->repeat_at <= now) {
        t->repeat_at = CF_USEC_NEVER;
        apply(t, CF_TRANSACTION_REPEAT, now);
    }
}

cf_usec cf_transaction_deadline(const struct cf_transaction *t) {
    return cf_usec_min(t->repeat_at, t->end_at);
}

enum cf_transaction_output cf_transaction_poll(struct cf_transaction *t) {
    for (unsigned output = CF_TRANSACTION_SEND; output <= CF_TRANSACTION_TERMINATED; output++) {
        if ((t->outputs & CF_TRANSACTION_BIT(output)) != 0) {
            t->outputs &= (uint8_t)~CF_TRANSACTION_BIT(output);
            return (enum cf_transaction_output)output;
        }
    }
    return CF_TRANSACTION_IDLE;
}

bool cf_transaction_is_terminated(const struct cf_transaction *t) {
    return t->state == t->table->state_count - 1;
}

const char *cf_transaction_output_name(enum cf_transaction_output output) {
    static const char *const names[] = {"idle", "send", "trying", "ack", "pass", "timeout", "transport", "terminated"};
    cf_assert(output <= CF_TRANSACTION_TERMINATED);
    return names[output];
}

const char *cf_transaction_input_name(const struct cf_transaction_table *table, unsigned input) {
    static const char *const names[CF_TRANSACTION_OWN_INPUTS] = {"start", "repeat", "end", "transport error"};
    if (input < CF_TRANSACTION_OWN_INPUTS) {
        return names[input];
    }
    cf_assert(input - CF_TRANSACTION_OWN_INPUTS < table->own_input_count);
    return table->input_names[input - CF_TRANSACTION_OWN_INPUTS];
}
