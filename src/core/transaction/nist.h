/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Non-INVITE server transaction (RFC 3261 section 17.2.2, figure 8): hands a request up once, however often it comes, and repeats
 * the answer. A machine; see nict.h for the pattern. Its owner keeps the last response, and that of Completed until Terminated.
 *
 *     start/pass        request again: nothing
 *         |             +----+
 *         v             |    v
 *      +-------------------------+   answer 1xx/send    +------------+  request again, answer 1xx/send
 *      |         Trying          |--------------------->| Proceeding |--+
 *      +-------------------------+                      +------------+<-+
 *         |       |  no answer in 64*T1                    |      |  no answer in 64*T1 (restarted by 1xx)
 *         |       |  transport error                       |      |  transport error
 *         |       +-------------------------------+--------)------+
 *         | answer 2xx-6xx/send                   |        | answer 2xx-6xx/send
 *         v                                       v        |
 *      +-----------+   J: 64*T1, at once on   +------------+
 *      | Completed |------------------------->| Terminated |     Completed: request again/send
 *      +-----------+   a connection           +------------+     (Proceeding, too, goes to Completed on its answer)
 *
 * Added to the RFC: a user who never answers loses the transaction when the client has given up (RFC 4320 section 4.2 forbids to
 * answer later anyway), so that one bug above can't fill the table.
 */
#ifndef CF_CORE_TRANSACTION_NIST_H
#define CF_CORE_TRANSACTION_NIST_H

#include "core/transaction/machine.h"

/** Its states. */
enum cf_nist_state {
    CF_NIST_NEW, /**< before _init */
    CF_NIST_TRYING,
    CF_NIST_PROCEEDING,
    CF_NIST_COMPLETED,
    CF_NIST_TERMINATED,
};

/** A transaction. Value type. */
struct cf_nist {
    struct cf_transaction t;
};

/** Begin with the request; the first output is PASS. @p timers is kept by reference. */
void cf_nist_init(struct cf_nist *t, const struct cf_sip_timers *timers, bool is_reliable, cf_usec now);

/** The same request came again. */
void cf_nist_on_request(struct cf_nist *t, cf_usec now);

/** The user answers, @p status 100 to 699. Without a SEND output the answer came too late and is dropped. */
void cf_nist_on_answer(struct cf_nist *t, unsigned status, cf_usec now);

/** An answer could not be sent, or the connection is gone. */
void cf_nist_on_transport_error(struct cf_nist *t, cf_usec now);

/** Time has passed; nothing happens before the deadline. */
void cf_nist_on_deadline(struct cf_nist *t, cf_usec now);

/** When cf_nist_on_deadline() is to be called. */
cf_usec cf_nist_deadline(const struct cf_nist *t);

/** Outputs: PASS (once), SEND, TIMEOUT (the user did not answer), TRANSPORT, TERMINATED. */
enum cf_transaction_output cf_nist_poll(struct cf_nist *t);

/** Its rules. */
extern const struct cf_transaction_table cf_nist_table;

#endif
