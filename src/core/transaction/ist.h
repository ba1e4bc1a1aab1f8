/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INVITE server transaction (RFC 3261 section 17.2.1, figure 7, with the Accepted state of RFC 6026 section 7.1): hands an INVITE
 * up once, says 100 if the user is slow, repeats a refusal until it is acknowledged. A machine; see nict.h for the pattern. Its
 * owner keeps the last response.
 *
 *      start/pass          200 ms/trying     +------------+  request again, answer 1xx/send
 *          |        +----------------------->| Proceeding |--+
 *          v        |      answer 1xx/send   +------------+<-+
 *      +--------+---+                           |      |
 *      | Trying |         (both from here on)   |      | transport error -------------------------------+
 *      +--------+-------------------------------+      +------------------------------------------------+
 *          |               |                    |                                                       |
 *          | refuse/send   | accept/send        | relay 2xx/send                                        |
 *          |               v                    v                                                       |
 *          |         +---------+  ack seen  +----------+  L: 64*T1                                      |
 *          |         | Unacked |----------->| Accepted |-------------------------------------------+    |
 *          |         +---------+            +----------+  2xx/send; an ACK that matches/pass       |    |
 *          |           | L: timeout; T1 doubled up to T2: send                                     v    v
 *          |           +-------------------------------------------------------------------->+------------+
 *          v                                                                                 | Terminated |
 *      +-----------+  ACK   +-----------+  I: T4, on a connection at once                    +------------+
 *      | Completed |------->| Confirmed |------------------------------------------------------^      ^
 *      +-----------+        +-----------+                                                             |
 *          | H: timeout after 64*T1; transport error                                                  |
 *          +------------------------------------------------------------------------------------------+
 *            G: send, T1 doubled up to T2, not on a connection; request again/send
 *
 * Trying is our name for Proceeding before anything was answered. Unacked is Accepted while a 2xx that we made (not one that a
 * proxy relays) is repeated until its ACK has been seen: the rule of a user agent, RFC 3261 section 13.3.1.4, which stands
 * here because the bytes and the timers are here; it holds on connections too. A connection that is gone does not end it (RFC
 * 6026 section 7.1): the caller may come back over another one with its ACK, and if not, its user hears of that as of any ACK
 * that is missing.
 */
#ifndef CF_CORE_TRANSACTION_IST_H
#define CF_CORE_TRANSACTION_IST_H

#include "core/transaction/machine.h"

/** Its states. */
enum cf_ist_state {
    CF_IST_NEW, /**< before _init */
    CF_IST_TRYING,
    CF_IST_PROCEEDING,
    CF_IST_UNACKED,
    CF_IST_ACCEPTED,
    CF_IST_COMPLETED,
    CF_IST_CONFIRMED,
    CF_IST_TERMINATED,
};

/** A transaction. Value type. */
struct cf_ist {
    struct cf_transaction t;
};

/** Begin with the INVITE; the first output is PASS. @p timers is kept by reference. */
void cf_ist_init(struct cf_ist *t, const struct cf_sip_timers *timers, bool is_reliable, cf_usec now);

/** The same INVITE came again. */
void cf_ist_on_request(struct cf_ist *t, cf_usec now);

/** An ACK came that matches the transaction (so it is for a refusal, or from a peer that takes the same branch for 2xx). */
void cf_ist_on_ack(struct cf_ist *t, cf_usec now);

/** The user answers, @p status 100 to 699; 2xx: repeated until cf_ist_on_ack_seen(). No SEND output: too late, drop it. */
void cf_ist_on_answer(struct cf_ist *t, unsigned status, cf_usec now);

/** A proxy relays an answer; 2xx: sent once, others may follow. No SEND output: too late, drop it. */
void cf_ist_on_relay(struct cf_ist *t, unsigned status, cf_usec now);

/** The dialog got the ACK for the 2xx. */
void cf_ist_on_ack_seen(struct cf_ist *t, cf_usec now);

/** An answer could not be sent, or the connection is gone. */
void cf_ist_on_transport_error(struct cf_ist *t, cf_usec now);

/** Time has passed; nothing happens before the deadline. */
void cf_ist_on_deadline(struct cf_ist *t, cf_usec now);

/** When cf_ist_on_deadline() is to be called. */
cf_usec cf_ist_deadline(const struct cf_ist *t);

/** Outputs: PASS (the INVITE once, and an ACK for a 2xx), SEND, TRYING, TIMEOUT (no ACK came), TRANSPORT, TERMINATED. */
enum cf_transaction_output cf_ist_poll(struct cf_ist *t);

/** Its rules. */
extern const struct cf_transaction_table cf_ist_table;

#endif
