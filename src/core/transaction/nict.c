/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Non-INVITE client transaction. */
#include "core/transaction/nict.h"

enum {
    PROVISIONAL = CF_TRANSACTION_OWN_INPUTS,
    FINAL,
};

#define SEND CF_TRANSACTION_BIT(CF_TRANSACTION_SEND)
#define PASS CF_TRANSACTION_BIT(CF_TRANSACTION_PASS)
#define DEAD CF_TRANSACTION_BIT(CF_TRANSACTION_TERMINATED)
#define TIMED_OUT (DEAD | CF_TRANSACTION_BIT(CF_TRANSACTION_TIMEOUT))
#define BROKEN (DEAD | CF_TRANSACTION_BIT(CF_TRANSACTION_TRANSPORT))

/* clang-format off */
static const struct cf_transaction_row rows[] = {
    {CF_NICT_NEW,        CF_TRANSACTION_START,           CF_NICT_TRYING,     CF_REPEAT_T1,           CF_END_64_T1,    SEND},
    {CF_NICT_TRYING,     CF_TRANSACTION_REPEAT,          CF_NICT_TRYING,     CF_REPEAT_DOUBLE_TO_T2, CF_END_KEEP,     SEND},
    {CF_NICT_TRYING,     PROVISIONAL,                    CF_NICT_PROCEEDING, CF_REPEAT_KEEP,         CF_END_KEEP,     PASS},
    {CF_NICT_TRYING,     FINAL,                          CF_NICT_COMPLETED,  CF_REPEAT_STOP,         CF_END_T4_LOSSY, PASS},
    {CF_NICT_TRYING,     CF_TRANSACTION_END,             CF_NICT_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     TIMED_OUT},
    {CF_NICT_TRYING,     CF_TRANSACTION_TRANSPORT_ERROR, CF_NICT_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     BROKEN},
    {CF_NICT_PROCEEDING, CF_TRANSACTION_REPEAT,          CF_NICT_PROCEEDING, CF_REPEAT_T2,           CF_END_KEEP,     SEND},
    {CF_NICT_PROCEEDING, PROVISIONAL,                    CF_NICT_PROCEEDING, CF_REPEAT_KEEP,         CF_END_KEEP,     PASS},
    {CF_NICT_PROCEEDING, FINAL,                          CF_NICT_COMPLETED,  CF_REPEAT_STOP,         CF_END_T4_LOSSY, PASS},
    {CF_NICT_PROCEEDING, CF_TRANSACTION_END,             CF_NICT_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     TIMED_OUT},
    {CF_NICT_PROCEEDING, CF_TRANSACTION_TRANSPORT_ERROR, CF_NICT_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     BROKEN},
    {CF_NICT_COMPLETED,  CF_TRANSACTION_END,             CF_NICT_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     DEAD},
};
/* clang-format on */

static const char *const state_names[] = {"New", "Trying", "Proceeding", "Completed", "Terminated"};
static const char *const input_names[] = {"1xx", "2xx-6xx"};

const struct cf_transaction_table cf_nict_table = {
    .name = "non-INVITE client",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .state_names = state_names,
    .state_count = sizeof state_names / sizeof *state_names,
    .input_names = input_names,
    .own_input_count = sizeof input_names / sizeof *input_names,
};

void cf_nict_init(struct cf_nict *t, const struct cf_sip_timers *timers, bool is_reliable, cf_usec now) {
    cf_transaction_init(&t->t, &cf_nict_table, timers, is_reliable, now);
}

void cf_nict_on_response(struct cf_nict *t, unsigned status, cf_usec now) {
    cf_transaction_on_input(&t->t, status < 200 ? PROVISIONAL : FINAL, now);
}

void cf_nict_on_transport_error(struct cf_nict *t, cf_usec now) {
    cf_transaction_on_input(&t->t, CF_TRANSACTION_TRANSPORT_ERROR, now);
}

void cf_nict_on_deadline(struct cf_nict *t, cf_usec now) {
    cf_transaction_on_deadline(&t->t, now);
}

cf_usec cf_nict_deadline(const struct cf_nict *t) {
    return cf_transaction_deadline(&t->t);
}

enum cf_transaction_output cf_nict_poll(struct cf_nict *t) {
    return cf_transaction_poll(&t->t);
}
