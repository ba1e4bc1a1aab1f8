/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE server transaction. */
#include "core/transaction/ist.h"

enum {
    REQUEST = CF_TRANSACTION_OWN_INPUTS,
    ACK,
    PROVISIONAL,
    ACCEPT,
    RELAY,
    REFUSE,
    ACK_SEEN,
};

#define SEND CF_TRANSACTION_BIT(CF_TRANSACTION_SEND)
#define TRYING CF_TRANSACTION_BIT(CF_TRANSACTION_TRYING)
#define PASS CF_TRANSACTION_BIT(CF_TRANSACTION_PASS)
#define DEAD CF_TRANSACTION_BIT(CF_TRANSACTION_TERMINATED)
#define TIMED_OUT (DEAD | CF_TRANSACTION_BIT(CF_TRANSACTION_TIMEOUT))
#define BROKEN (DEAD | CF_TRANSACTION_BIT(CF_TRANSACTION_TRANSPORT))

/* clang-format off */
static const struct cf_transaction_row rows[] = {
    {CF_IST_NEW,        CF_TRANSACTION_START,           CF_IST_TRYING,     CF_REPEAT_200_MSEC,     CF_END_STOP,     PASS},
    {CF_IST_TRYING,     CF_TRANSACTION_REPEAT,          CF_IST_PROCEEDING, CF_REPEAT_STOP,         CF_END_STOP,     TRYING},
    {CF_IST_TRYING,     PROVISIONAL,                    CF_IST_PROCEEDING, CF_REPEAT_STOP,         CF_END_STOP,     SEND},
    {CF_IST_TRYING,     ACCEPT,                         CF_IST_UNACKED,    CF_REPEAT_T1_ALWAYS,    CF_END_64_T1,    SEND},
    {CF_IST_TRYING,     RELAY,                          CF_IST_ACCEPTED,   CF_REPEAT_STOP,         CF_END_64_T1,    SEND},
    {CF_IST_TRYING,     REFUSE,                         CF_IST_COMPLETED,  CF_REPEAT_T1,           CF_END_64_T1,    SEND},
    {CF_IST_TRYING,     CF_TRANSACTION_TRANSPORT_ERROR, CF_IST_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     BROKEN},
    {CF_IST_PROCEEDING, REQUEST,                        CF_IST_PROCEEDING, CF_REPEAT_STOP,         CF_END_STOP,     SEND},
    {CF_IST_PROCEEDING, PROVISIONAL,                    CF_IST_PROCEEDING, CF_REPEAT_STOP,         CF_END_STOP,     SEND},
    {CF_IST_PROCEEDING, ACCEPT,                         CF_IST_UNACKED,    CF_REPEAT_T1_ALWAYS,    CF_END_64_T1,    SEND},
    {CF_IST_PROCEEDING, RELAY,                          CF_IST_ACCEPTED,   CF_REPEAT_STOP,         CF_END_64_T1,    SEND},
    {CF_IST_PROCEEDING, REFUSE,                         CF_IST_COMPLETED,  CF_REPEAT_T1,           CF_END_64_T1,    SEND},
    {CF_IST_PROCEEDING, CF_TRANSACTION_TRANSPORT_ERROR, CF_IST_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     BROKEN},
    {CF_IST_UNACKED,    CF_TRANSACTION_REPEAT,          CF_IST_UNACKED,    CF_REPEAT_DOUBLE_TO_T2, CF_END_KEEP,     SEND},
    {CF_IST_UNACKED,    ACK,                            CF_IST_ACCEPTED,   CF_REPEAT_STOP,         CF_END_KEEP,     PASS},
    {CF_IST_UNACKED,    ACK_SEEN,                       CF_IST_ACCEPTED,   CF_REPEAT_STOP,         CF_END_KEEP,     0},
    {CF_IST_UNACKED,    CF_TRANSACTION_END,             CF_IST_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     TIMED_OUT},
    {CF_IST_ACCEPTED,   ACK,                            CF_IST_ACCEPTED,   CF_REPEAT_STOP,         CF_END_KEEP,     PASS},
    {CF_IST_ACCEPTED,   RELAY,                          CF_IST_ACCEPTED,   CF_REPEAT_STOP,         CF_END_KEEP,     SEND},
    {CF_IST_ACCEPTED,   CF_TRANSACTION_END,             CF_IST_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     DEAD},
    {CF_IST_COMPLETED,  REQUEST,                        CF_IST_COMPLETED,  CF_REPEAT_KEEP,         CF_END_KEEP,     SEND},
    {CF_IST_COMPLETED,  CF_TRANSACTION_REPEAT,          CF_IST_COMPLETED,  CF_REPEAT_DOUBLE_TO_T2, CF_END_KEEP,     SEND},
    {CF_IST_COMPLETED,  ACK,                            CF_IST_CONFIRMED,  CF_REPEAT_STOP,         CF_END_T4_LOSSY, 0},
    {CF_IST_COMPLETED,  CF_TRANSACTION_END,             CF_IST_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     TIMED_OUT},
    {CF_IST_COMPLETED,  CF_TRANSACTION_TRANSPORT_ERROR, CF_IST_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     DEAD},
    {CF_IST_CONFIRMED,  CF_TRANSACTION_END,             CF_IST_TERMINATED, CF_REPEAT_STOP,         CF_END_STOP,     DEAD},
};
/* clang-format on */

static const char *const state_names[] = {"New",      "Trying",    "Proceeding", "Unacked",
                                          "Accepted", "Completed", "Confirmed",  "Terminated"};
static const char *const input_names[] = {"request again", "ACK", "answer 1xx", "accept 2xx", "relay 2xx", "refuse", "ACK seen"};

const struct cf_transaction_table cf_ist_table = {
    .name = "INVITE server",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .state_names = state_names,
    .state_count = sizeof state_names / sizeof *state_names,
    .input_names = input_names,
    .own_input_count = sizeof input_names / sizeof *input_names,
};

void cf_ist_init(struct cf_ist *t, const struct cf_sip_timers *timers, bool is_reliable, cf_usec now) {
    cf_transaction_init(&t->t, &cf_ist_table, timers, is_reliable, now);
}

void cf_ist_on_request(struct cf_ist *t, cf_usec now) {
    cf_transaction_on_input(&t->t, REQUEST, now);
}

void cf_ist_on_ack(struct cf_ist *t, cf_usec now) {
    cf_transaction_on_input(&t->t, ACK, now);
}

void cf_ist_on_answer(struct cf_ist *t, unsigned status, cf_usec now) {
    cf_transaction_on_input(&t->t, status < 200 ? PROVISIONAL : status < 300 ? ACCEPT : REFUSE, now);
}

void cf_ist_on_relay(struct cf_ist *t, unsigned status, cf_usec now) {
    cf_transaction_on_input(&t->t, status < 200 ? PROVISIONAL : status < 300 ? RELAY : REFUSE, now);
}

void cf_ist_on_ack_seen(struct cf_ist *t, cf_usec now) {
    cf_transaction_on_input(&t->t, ACK_SEEN, now);
}

void cf_ist_on_transport_error(struct cf_ist *t, cf_usec now) {
    cf_transaction_on_input(&t->t, CF_TRANSACTION_TRANSPORT_ERROR, now);
}

void cf_ist_on_deadline(struct cf_ist *t, cf_usec now) {
    cf_transaction_on_deadline(&t->t, now);
}

cf_usec cf_ist_deadline(const struct cf_ist *t) {
    return cf_transaction_deadline(&t->t);
}

enum cf_transaction_output cf_ist_poll(struct cf_ist *t) {
    return cf_transaction_poll(&t->t);
}
