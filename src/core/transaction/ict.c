/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE client transaction. */
#include "core/transaction/ict.h"

enum {
    PROVISIONAL = CF_TRANSACTION_OWN_INPUTS,
    SUCCESS,
    FAILURE,
    CANCEL_SENT,
};

#define SEND CF_TRANSACTION_BIT(CF_TRANSACTION_SEND)
#define PASS CF_TRANSACTION_BIT(CF_TRANSACTION_PASS)
#define ACK CF_TRANSACTION_BIT(CF_TRANSACTION_ACK)
#define DEAD CF_TRANSACTION_BIT(CF_TRANSACTION_TERMINATED)
#define TIMED_OUT (DEAD | CF_TRANSACTION_BIT(CF_TRANSACTION_TIMEOUT))
#define BROKEN (DEAD | CF_TRANSACTION_BIT(CF_TRANSACTION_TRANSPORT))

/* clang-format off */
static const struct cf_transaction_row rows[] = {
    {CF_ICT_NEW,        CF_TRANSACTION_START,           CF_ICT_CALLING,    CF_REPEAT_T1,     CF_END_64_T1,       SEND},
    {CF_ICT_CALLING,    CF_TRANSACTION_REPEAT,          CF_ICT_CALLING,    CF_REPEAT_DOUBLE, CF_END_KEEP,        SEND},
    {CF_ICT_CALLING,    PROVISIONAL,                    CF_ICT_PROCEEDING, CF_REPEAT_STOP,   CF_END_STOP,        PASS},
    {CF_ICT_CALLING,    SUCCESS,                        CF_ICT_ACCEPTED,   CF_REPEAT_STOP,   CF_END_64_T1,       PASS},
    {CF_ICT_CALLING,    FAILURE,                        CF_ICT_COMPLETED,  CF_REPEAT_STOP,   CF_END_64_T1_LOSSY, PASS | ACK},
    {CF_ICT_CALLING,    CF_TRANSACTION_END,             CF_ICT_TERMINATED, CF_REPEAT_STOP,   CF_END_STOP,        TIMED_OUT},
    {CF_ICT_CALLING,    CF_TRANSACTION_TRANSPORT_ERROR, CF_ICT_TERMINATED, CF_REPEAT_STOP,   CF_END_STOP,        BROKEN},
    {CF_ICT_PROCEEDING, PROVISIONAL,                    CF_ICT_PROCEEDING, CF_REPEAT_KEEP,   CF_END_KEEP,        PASS},
    {CF_ICT_PROCEEDING, SUCCESS,                        CF_ICT_ACCEPTED,   CF_REPEAT_STOP,   CF_END_64_T1,       PASS},
    {CF_ICT_PROCEEDING, FAILURE,                        CF_ICT_COMPLETED,  CF_REPEAT_STOP,   CF_END_64_T1_LOSSY, PASS | ACK},
    {CF_ICT_PROCEEDING, CANCEL_SENT,                    CF_ICT_PROCEEDING, CF_REPEAT_KEEP,   CF_END_64_T1,       0},
    {CF_ICT_PROCEEDING, CF_TRANSACTION_END,             CF_ICT_TERMINATED, CF_REPEAT_STOP,   CF_END_STOP,        TIMED_OUT},
    {CF_ICT_PROCEEDING, CF_TRANSACTION_TRANSPORT_ERROR, CF_ICT_TERMINATED, CF_REPEAT_STOP,   CF_END_STOP,        BROKEN},
    {CF_ICT_ACCEPTED,   SUCCESS,                        CF_ICT_ACCEPTED,   CF_REPEAT_KEEP,   CF_END_KEEP,        PASS},
    {CF_ICT_ACCEPTED,   CF_TRANSACTION_END,             CF_ICT_TERMINATED, CF_REPEAT_STOP,   CF_END_STOP,        DEAD},
    {CF_ICT_COMPLETED,  FAILURE,                        CF_ICT_COMPLETED,  CF_REPEAT_KEEP,   CF_END_KEEP,        ACK},
    {CF_ICT_COMPLETED,  CF_TRANSACTION_END,             CF_ICT_TERMINATED, CF_REPEAT_STOP,   CF_END_STOP,        DEAD},
    /* The user has the final response already; that the ACK is lost is of no use to him. */
    {CF_ICT_COMPLETED,  CF_TRANSACTION_TRANSPORT_ERROR, CF_ICT_TERMINATED, CF_REPEAT_STOP,   CF_END_STOP,        DEAD},
};
/* clang-format on */

static const char *const state_names[] = {"New", "Calling", "Proceeding", "Accepted", "Completed", "Terminated"};
static const char *const input_names[] = {"1xx", "2xx", "300-699", "CANCEL sent"};

const struct cf_transaction_table cf_ict_table = {
    .name = "INVITE client",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .state_names = state_names,
    .state_count = sizeof state_names / sizeof *state_names,
    .input_names = input_names,
    .own_input_count = sizeof input_names / sizeof *input_names,
};

void cf_ict_init(struct cf_ict *t, const struct cf_sip_timers *timers, bool is_reliable, cf_usec now) {
    cf_transaction_init(&t->t, &cf_ict_table, timers, is_reliable, now);
}

void cf_ict_on_response(struct cf_ict *t, unsigned status, cf_usec now) {
    cf_transaction_on_input(&t->t, status < 200 ? PROVISIONAL : status < 300 ? SUCCESS : FAILURE, now);
}

void cf_ict_on_cancel_sent(struct cf_ict *t, cf_usec now) {
    cf_transaction_on_input(&t->t, CANCEL_SENT, now);
}

void cf_ict_on_transport_error(struct cf_ict *t, cf_usec now) {
    cf_transaction_on_input(&t->t, CF_TRANSACTION_TRANSPORT_ERROR, now);
}

void cf_ict_on_deadline(struct cf_ict *t, cf_usec now) {
    cf_transaction_on_deadline(&t->t, now);
}

cf_usec cf_ict_deadline(const struct cf_ict *t) {
    return cf_transaction_deadline(&t->t);
}

enum cf_transaction_output cf_ict_poll(struct cf_ict *t) {
    return cf_transaction_poll(&t->t);
}
