/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the four transactions of RFC 3261 section 17 have in common: a state, a table of rows "in this state, on this input, go
 * there, do this", one timer that repeats a message and one that ends a state. The tables are data, so that a test can walk them
 * and compare them with the figures of the RFC; nict.h, ict.h, nist.h and ist.h are the machines, this is their engine.
 *
 * Each machine owns nothing, so there is no _fini; it holds no message bytes. Contract: after _init and each _on_* take outputs
 * by _poll until IDLE. What is not in the table is ignored: bytes from the network can't bring a machine out of step.
 */
#ifndef CF_CORE_TRANSACTION_MACHINE_H
#define CF_CORE_TRANSACTION_MACHINE_H

#include "base/bug.h"
#include "core/transaction/timers.h"
#include <stdbool.h>
#include <stddef.h>

/** What the owner of a transaction must do next, in this order. */
enum cf_transaction_output {
    CF_TRANSACTION_IDLE,       /**< nothing more */
    CF_TRANSACTION_SEND,       /**< send the request or the last response, for the first time or again */
    CF_TRANSACTION_TRYING,     /**< send 100 Trying; it is the last response then */
    CF_TRANSACTION_ACK,        /**< send the ACK for the final response that is not a 2xx, for the first time or again */
    CF_TRANSACTION_PASS,       /**< pass the message that came to the user */
    CF_TRANSACTION_TIMEOUT,    /**< tell the user that nothing came in time */
    CF_TRANSACTION_TRANSPORT,  /**< tell the user that the transport failed */
    CF_TRANSACTION_TERMINATED, /**< forget the transaction */
};

/** Set of outputs. */
#define CF_TRANSACTION_BIT(output) (1U << (output))

/** Inputs that all machines have, first in their enums. */
enum cf_transaction_input {
    CF_TRANSACTION_START,           /**< it begins */
    CF_TRANSACTION_REPEAT,          /**< the timer that repeats has fired: A, E, G, and the 200 ms before 100 Trying */
    CF_TRANSACTION_END,             /**< the timer that ends the state has fired: B, D, F, H, I, J, K, L, M */
    CF_TRANSACTION_TRANSPORT_ERROR, /**< the message could not be sent, or the connection is gone */
    CF_TRANSACTION_OWN_INPUTS,      /**< first number for the inputs of one machine */
};

/** What a row does to the timer that repeats. */
enum cf_transaction_repeat {
    CF_REPEAT_KEEP,
    CF_REPEAT_STOP,
    CF_REPEAT_T1,           /**< in T1, if the transport can lose messages */
    CF_REPEAT_T1_ALWAYS,    /**< in T1 on every transport */
    CF_REPEAT_DOUBLE,       /**< again after twice the last interval */
    CF_REPEAT_DOUBLE_TO_T2, /**< again after twice the last interval, T2 at most */
    CF_REPEAT_T2,           /**< again after T2 */
    CF_REPEAT_200_MSEC,     /**< once, in 200 ms */
};

/** What a row does to the timer that ends the state. */
enum cf_transaction_end {
    CF_END_KEEP,
    CF_END_STOP,
    CF_END_64_T1,       /**< in 64*T1 */
    CF_END_64_T1_LOSSY, /**< in 64*T1; at once if the transport loses nothing */
    CF_END_T4_LOSSY,    /**< in T4; at once if the transport loses nothing */
};

/** One rule: in @c state on @c input. */
struct cf_transaction_row {
    uint8_t state;
    uint8_t input;
    uint8_t next;    /**< state after it */
    uint8_t repeat;  /**< enum cf_transaction_repeat */
    uint8_t end;     /**< enum cf_transaction_end */
    uint8_t outputs; /**< set of CF_TRANSACTION_BIT() */
};

/** The rules of one kind of transaction. State 0 is that before the start, the last one is Terminated. */
struct cf_transaction_table {
    const char *name;
    const struct cf_transaction_row *rows;
    size_t row_count;
    const char *const *state_names;
    size_t state_count;
    const char *const *input_names; /**< of the inputs from CF_TRANSACTION_OWN_INPUTS on */
    size_t own_input_count;
};

/** A running transaction. Value type; embedded in the four machines. */
struct cf_transaction {
    const struct cf_transaction_table *table;
    const struct cf_sip_timers *timers; /**< the owner's, outlives the transaction */
    cf_usec repeat_at;                  /**< CF_USEC_NEVER: not running */
    cf_usec end_at;                     /**< CF_USEC_NEVER: not running */
    cf_usec interval_usec;              /**< last interval of the timer that repeats */
    uint8_t state;
    uint8_t outputs; /**< set of CF_TRANSACTION_BIT() that wait to be polled */
    bool is_reliable;
};

/** Begin at state 0 with CF_TRANSACTION_START. @p timers is kept by reference. */
void cf_transaction_init(struct cf_transaction *t, const struct cf_transaction_table *table, const struct cf_sip_timers *timers,
                         bool is_reliable, cf_usec now);

/** Apply the row for @p input, if there is one. */
void cf_transaction_on_input(struct cf_transaction *t, unsigned input, cf_usec now);

/** Fire what is due: the end before the repetition. */
void cf_transaction_on_deadline(struct cf_transaction *t, cf_usec now);

/** When that is; CF_USEC_NEVER: never. */
cf_usec cf_transaction_deadline(const struct cf_transaction *t);

/** Next thing to do. */
enum cf_transaction_output cf_transaction_poll(struct cf_transaction *t);

/** In the last state? */
bool cf_transaction_is_terminated(const struct cf_transaction *t);

/** The row for @p input in @p state, or NULL if it is ignored there. */
const struct cf_transaction_row *cf_transaction_row(const struct cf_transaction_table *table, unsigned state, unsigned input);

/** Name of an output as in transcripts ("send"), never NULL. */
const char *cf_transaction_output_name(enum cf_transaction_output output);

/** Name of an input of @p table, never NULL. */
const char *cf_transaction_input_name(const struct cf_transaction_table *table, unsigned input);

#endif
