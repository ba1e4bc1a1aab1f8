/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Non-INVITE client transaction (RFC 3261 section 17.1.2, figure 6): sends a request until it is answered, gives up after 64*T1.
 * A machine; the pattern for the other three. It holds no bytes: its owner keeps the request while it may be sent again
 * (Trying, Proceeding) and needs nothing of it afterwards.
 *
 *                     start/send           E: repeat, T1 doubled up to T2      F, transport error
 *                         |                                                    +-----------+
 *                         v                                                    |           v
 *                    +---------+  1xx/pass   +------------+                    |     +------------+
 *               E +--| Trying  |------------>| Proceeding |--+ E (every T2)    +-----| Trying,    |
 *            send +->|         |             |            |<-+ send, 1xx/pass        | Proceeding |
 *                    +---------+             +------------+                          +------------+
 *                         | 2xx-6xx/pass           | 2xx-6xx/pass
 *                         v                        v
 *                    +-----------------------------------+   K: T4, on a connection at once   +------------+
 *                    |             Completed             |----------------------------------->| Terminated |
 *                    +-----------------------------------+                                    +------------+
 *
 * Thread: the owner's. Limits: none needed, its size is fixed.
 */
#ifndef CF_CORE_TRANSACTION_NICT_H
#define CF_CORE_TRANSACTION_NICT_H

#include "core/transaction/machine.h"

/** Its states. */
enum cf_nict_state {
    CF_NICT_NEW, /**< before _init */
    CF_NICT_TRYING,
    CF_NICT_PROCEEDING,
    CF_NICT_COMPLETED,
    CF_NICT_TERMINATED,
};

/** A transaction. Value type. */
struct cf_nict {
    struct cf_transaction t;
};

/** Begin; the first output is SEND. @p timers is kept by reference; @p is_reliable: nothing is sent twice. */
void cf_nict_init(struct cf_nict *t, const struct cf_sip_timers *timers, bool is_reliable, cf_usec now);

/** A response that matches came, @p status 100 to 699. */
void cf_nict_on_response(struct cf_nict *t, unsigned status, cf_usec now);

/** The request could not be sent, or the connection on which the response was to come is gone. */
void cf_nict_on_transport_error(struct cf_nict *t, cf_usec now);

/** Time has passed; nothing happens before the deadline. */
void cf_nict_on_deadline(struct cf_nict *t, cf_usec now);

/** When cf_nict_on_deadline() is to be called. */
cf_usec cf_nict_deadline(const struct cf_nict *t);

/** Outputs: SEND, PASS, TIMEOUT, TRANSPORT, TERMINATED. Of PASS of a final response, TIMEOUT and TRANSPORT there is exactly one.
 */
enum cf_transaction_output cf_nict_poll(struct cf_nict *t);

/** Its rules. */
extern const struct cf_transaction_table cf_nict_table;

#endif
