/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INVITE client transaction (RFC 3261 section 17.1.1, figure 5, with the Accepted state of RFC 6026 section 7.2): sends an INVITE
 * until something comes back, acknowledges refusals by itself, and stays open for the 2xx of other forks. A machine; see nict.h
 * for the pattern. Its owner keeps the INVITE until the final response (for retransmission, for CANCEL and for the ACK) and
 * the ACK while Completed.
 *
 *       start/send         A: repeat, T1 doubled, not on a connection
 *           |              B: timeout after 64*T1; transport error ------------------------+
 *           v                                                                              |
 *      +---------+  1xx/pass   +------------+  after CANCEL: timeout after 64*T1           |
 *      | Calling |------------>| Proceeding |---------------------------------------------+|
 *      +---------+             +------------+  transport error                            ||
 *         |   | 2xx/pass          | 2xx/pass                                              vv
 *         |   |                   |      +----------+  M: 64*T1                      +------------+
 *         |   +-------------------+----->| Accepted |------------------------------->| Terminated |
 *         |                       |      +----------+  2xx/pass                      +------------+
 *         | 300-699/pass, ack     |                                                        ^
 *         |                       |      +-----------+ D: 64*T1, on a connection at once   |
 *         +-----------------------+----->| Completed |-------------------------------------+
 *                                        +-----------+ 300-699/ack; transport error
 */
#ifndef CF_CORE_TRANSACTION_ICT_H
#define CF_CORE_TRANSACTION_ICT_H

#include "core/transaction/machine.h"

/** Its states. */
enum cf_ict_state {
    CF_ICT_NEW, /**< before _init */
    CF_ICT_CALLING,
    CF_ICT_PROCEEDING,
    CF_ICT_ACCEPTED,
    CF_ICT_COMPLETED,
    CF_ICT_TERMINATED,
};

/** A transaction. Value type. */
struct cf_ict {
    struct cf_transaction t;
};

/** Begin; the first output is SEND. @p timers is kept by reference; @p is_reliable: the INVITE is not sent twice. */
void cf_ict_init(struct cf_ict *t, const struct cf_sip_timers *timers, bool is_reliable, cf_usec now);

/** A response that matches came, @p status 100 to 699. */
void cf_ict_on_response(struct cf_ict *t, unsigned status, cf_usec now);

/** CANCEL was sent: in 64*T1 there must be a final response (RFC 3261 section 9.1). */
void cf_ict_on_cancel_sent(struct cf_ict *t, cf_usec now);

/** INVITE or ACK could not be sent, or the connection on which responses were to come is gone. */
void cf_ict_on_transport_error(struct cf_ict *t, cf_usec now);

/** Time has passed; nothing happens before the deadline. */
void cf_ict_on_deadline(struct cf_ict *t, cf_usec now);

/** When cf_ict_on_deadline() is to be called. */
cf_usec cf_ict_deadline(const struct cf_ict *t);

/**
 * Outputs: SEND, ACK, PASS, TIMEOUT, TRANSPORT, TERMINATED. Of PASS of a first final response, TIMEOUT and TRANSPORT there is
 * exactly one; after a 2xx more PASS of 2xx may come.
 */
enum cf_transaction_output cf_ict_poll(struct cf_ict *t);

/** Its rules. */
extern const struct cf_transaction_table cf_ict_table;

#endif
