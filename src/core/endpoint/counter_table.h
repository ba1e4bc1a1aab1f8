/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters of the endpoint. Row: X(NAME, "name", "what it counts and what to do when it rises"). No include guard: include it
 * with X defined.
 */
X(REQUESTS_IN, "requests_in", "Requests received, retransmissions included.")
X(RESPONSES_IN, "responses_in", "Responses received, retransmissions included.")
X(REQUESTS_OUT, "requests_out", "Requests sent, retransmissions included.")
X(RESPONSES_OUT, "responses_out", "Responses sent, retransmissions included.")
X(RETRANSMITTED_IN, "retransmitted_in", "Requests received again and answered from the transaction. Much: packets are lost.")
X(RETRANSMITTED_OUT, "retransmitted_out", "Messages sent again by a timer. Much: packets are lost, or a peer is gone.")
X(KEEPALIVES_IN, "keepalives_in", "Keep-alives received (RFC 5626).")
X(DISCARD_MALFORMED, "discard_malformed", "Messages dropped because nothing in them can be answered. Scanners do this.")
X(DISCARD_STRAY_RESPONSE, "discard_stray_response", "Responses that belong to no request of ours. A flood of them is an attack.")
X(DISCARD_STRAY_ACK, "discard_stray_ack", "ACKs without a dialog's tags.")
X(DISCARD_FLOOD, "discard_flood",
  "Datagrams of unproven addresses dropped unread because too many came. A flood, or thousands of phones at once.")
X(DISCARD_AMPLIFYING, "discard_amplifying", "Answers not sent because they would be longer than what an unproven address sent.")
X(DISCARD_NO_MEMORY, "discard_no_memory", "Messages dropped because the allocator refused. Add memory or lower the limits.")
X(REJECTED_MALFORMED, "rejected_malformed", "Requests answered with 400, 413, 505 or 513 by the endpoint itself.")
X(REJECTED_OVERLOAD, "rejected_overload",
  "Requests answered with 503 or dropped because a table is full. Raise the limits or look for a flood.")
X(REJECTED_CANCEL, "rejected_cancel", "CANCELs answered with 481: too late, or forged from another flow.")
X(TIMEOUTS, "timeouts", "Requests of ours that nobody answered.")
X(TRANSPORT_FAILURES, "transport_failures", "Requests of ours whose connection could not be opened or broke.")
X(FAILOVERS, "failovers", "Requests of ours that went on to the next server of a domain.")
X(FLOWS_OPENED, "flows_opened", "Flows made.")
X(FLOWS_CLOSED, "flows_closed", "Flows ended, for whatever reason.")
X(FLOWS_EVICTED, "flows_evicted", "UDP flows forgotten early because the table is full.")
X(FLOWS_REFUSED, "flows_refused", "Connections refused because of a limit.")
X(FLOWS_IDLE, "flows_idle", "Connections closed because nothing came.")
X(FLOWS_BROKEN, "flows_broken", "Connections closed because the peer's bytes can't be cut into messages.")
X(RESPONSES_LOST, "responses_lost", "Responses that could not be sent because their connection was gone.")
