/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Non-INVITE server transaction. */
#include "core/transaction/nist.h"

enum {
    REQUEST = CF_TRANSACTION_OWN_INPUTS,
    PROVISIONAL,
    FINAL,
};

#define SEND CF_TRANSACTION_BIT(CF_TRANSACTION_SEND)
#define PASS CF_TRANSACTION_BIT(CF_TRANSACTION_PASS)
#define DEAD CF_TRANSACTION_BIT(CF_TRANSACTION_TERMINATED)
#define TIMED_OUT (DEAD | CF_TRANSACTION_BIT(CF_TRANSACTION_TIMEOUT))
#define BROKEN (DEAD | CF_TRANSACTION_BIT(CF_TRANSACTION_TRANSPORT))

/* clang-format off */
static const struct cf_transaction_row rows[] = {
    {CF_NIST_NEW,        CF_TRANSACTION_START,           CF_NIST_TRYING,     CF_REPEAT_STOP, CF_END_64_T1,       PASS},
    {CF_NIST_TRYING,     PROVISIONAL,                    CF_NIST_PROCEEDING, CF_REPEAT_STOP, CF_END_64_T1,       SEND},
    {CF_NIST_TRYING,     FINAL,                          CF_NIST_COMPLETED,  CF_REPEAT_STOP, CF_END_64_T1_LOSSY, SEND},
    {CF_NIST_TRYING,     CF_TRANSACTION_END,             CF_NIST_TERMINATED, CF_REPEAT_STOP, CF_END_STOP,        TIMED_OUT},
    {CF_NIST_TRYING,     CF_TRANSACTION_TRANSPORT_ERROR, CF_NIST_TERMINATED, CF_REPEAT_STOP, CF_END_STOP,        BROKEN},
    {CF_NIST_PROCEEDING, REQUEST,                        CF_NIST_PROCEEDING, CF_REPEAT_STOP, CF_END_KEEP,        SEND},
    {CF_NIST_PROCEEDING, PROVISIONAL,                    CF_NIST_PROCEEDING, CF_REPEAT_STOP, CF_END_64_T1,       SEND},
    {CF_NIST_PROCEEDING, FINAL,                          CF_NIST_COMPLETED,  CF_REPEAT_STOP, CF_END_64_T1_LOSSY, SEND},
    {CF_NIST_PROCEEDING, CF_TRANSACTION_END,             CF_NIST_TERMINATED, CF_REPEAT_STOP, CF_END_STOP,        TIMED_OUT},
    {CF_NIST_PROCEEDING, CF_TRANSACTION_TRANSPORT_ERROR, CF_NIST_TERMINATED, CF_REPEAT_STOP, CF_END_STOP,        BROKEN},
    {CF_NIST_COMPLETED,  REQUEST,                        CF_NIST_COMPLETED,  CF_REPEAT_STOP, CF_END_KEEP,        SEND},
    {CF_NIST_COMPLETED,  CF_TRANSACTION_END,             CF_NIST_TERMINATED, CF_REPEAT_STOP, CF_END_STOP,        DEAD},
    {CF_NIST_COMPLETED,  CF_TRANSACTION_TRANSPORT_ERROR, CF_NIST_TERMINATED, CF_REPEAT_STOP, CF_END_STOP,        DEAD},
};
/* clang-format on */

static const char *const state_names[] = {"New", "Trying", "Proceeding", "Completed", "Terminated"};
static const char *const input_names[] = {"request again", "answer 1xx", "answer 2xx-6xx"};

const struct cf_transaction_table cf_nist_table = {
    .name = "non-INVITE server",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .state_names = state_names,
    .state_count = sizeof state_names / sizeof *state_names,
    .input_names = input_names,
    .own_input_count = sizeof input_names / sizeof *input_names,
};

void cf_nist_init(struct cf_nist *t, const struct cf_sip_timers *timers, bool is_reliable, cf_usec now) {
    cf_transaction_init(&t->t, &cf_nist_table, timers, is_reliable, now);
}

void cf_nist_on_request(struct cf_nist *t, cf_usec now) {
    cf_transaction_on_input(&t->t, REQUEST, now);
}

void cf_nist_on_answer(struct cf_nist *t, unsigned status, cf_usec now) {
    cf_transaction_on_input(&t->t, status < 200 ? PROVISIONAL : FINAL, now);
}

void cf_nist_on_transport_error(struct cf_nist *t, cf_usec now) {
    cf_transaction_on_input(&t->t, CF_TRANSACTION_TRANSPORT_ERROR, now);
}

void cf_nist_on_deadline(struct cf_nist *t, cf_usec now) {
    cf_transaction_on_deadline(&t->t, now);
}

cf_usec cf_nist_deadline(const struct cf_nist *t) {
    return cf_transaction_deadline(&t->t);
}

enum cf_transaction_output cf_nist_poll(struct cf_nist *t) {
    return cf_transaction_poll(&t->t);
}
