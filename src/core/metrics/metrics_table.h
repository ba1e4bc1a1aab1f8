/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the server counts for its operator. Row: X(NAME, name, TYPE, "what it is, and what to do about it"): the text is the HELP
 * of the Prometheus format, so that whoever sees an alarm has the advice beside it. Names get "confer_" in front. No include
 * guard: define X.
 */
/* clang-format off */
X(ROOMS, rooms, GAUGE,
  "Conferences that are not over. Near conferences.count new ones are refused: raise it, or use another server.")
X(MEMBERS, members, GAUGE, "Devices that are in a conference.")
X(LEGS, legs, GAUGE, "Calls that are up or being set up, members and those being called.")
X(REGISTRATIONS, registrations, GAUGE, "Registered devices. A sudden fall: the network to the phones, or their DNS, is gone.")
X(AUTH_FAILURES, auth_failures_total, COUNTER,
  "Requests refused because of who sent them. A steady rise: somebody guesses passwords; see the log for addresses.")
X(MEMBERS_WAITING, members_waiting, GAUGE, "Devices in a lobby, or that owe a PIN. For long: moderators are missing.")
X(TOKENS_REFUSED, tokens_refused_total, COUNTER,
  "Meeting links and tokens of guests that were no good. Many after rotate-keys; else old links, or somebody who guesses.")
X(PINS_WRONG, pins_wrong_total, COUNTER, "Wrong PINs. A steady rise: somebody guesses; longer PINs, or a lobby.")
X(PINS_BARRED, pins_barred_total, COUNTER,
  "PINs that were not looked at because of too many wrong ones before: guessing is being slowed down.")
X(WEBHOOKS_WAITING, webhooks_waiting, GAUGE, "Events that wait to be delivered. Near 1000 they are lost: a receiver is down.")
X(WEBHOOKS_FAILED, webhooks_failed_total, COUNTER, "Events given up, of the webhooks that there are: confer webhooks.")
X(SIP_SERVER_TRANSACTIONS, sip_server_transactions, GAUGE,
  "Requests of others that are being answered. Thousands: a flood, or the store is slow.")
X(SIP_CLIENT_TRANSACTIONS, sip_client_transactions, GAUGE,
  "Requests of ours that wait for an answer. Thousands: phones don't answer; look at the network.")
X(SIP_FLOWS, sip_flows, GAUGE, "Peers that signalling is open to.")
X(SIP_KEPT_BYTES, sip_kept_bytes, GAUGE,
  "Octets kept for retransmission. Near 64 MiB new requests are refused: a flood, or very slow peers.")
X(MEDIA_STREAMS, media_streams, GAUGE, "Streams of sound and pictures, in and out, in the last statistics of all legs.")
X(MEDIA_IN_RATE, media_in_bits_per_second, GAUGE, "What all members send us.")
X(MEDIA_OUT_RATE, media_out_bits_per_second, GAUGE, "What we send to all members. Compare with the link of the server.")
X(MEDIA_DATAGRAMS_IN, media_datagrams_in_total, COUNTER, "Datagrams of media that came in, as of some seconds ago.")
X(MEDIA_DATAGRAMS_OUT, media_datagrams_out_total, COUNTER, "Datagrams of media that were sent, as of some seconds ago.")
X(MEDIA_DROPPED_OUT, media_datagrams_dropped_total, COUNTER,
  "Datagrams that were made and found no room on the way out. Rising: the worker is overloaded, spread the rooms.")
X(MEDIA_HANDED, media_packets_handed_total, COUNTER,
  "Packets that media workers handed to each other, for conferences that are spread over several (media.spread-from).")
X(MEDIA_HANDED_LOST, media_packets_handed_lost_total, COUNTER,
  "Of those, packets that the other worker had no room for. Rising: it does not keep up.")
X(MEDIA_LATE, media_late_milliseconds_total, COUNTER,
  "Time by which media workers came late to mix and send, where it was 60 ms at once or more: gaps may have been heard. Rising: "
  "other programs take the processors, or a worker has too many members; spread the rooms.")
X(MEDIA_DISCARDS, media_datagrams_discarded_total, FAMILY,
  "Datagrams of media that came in and were not used, by reason. Which member it is: confer rooms, under discarded.")
X(MEDIA_LOSSY_IN, media_streams_losing_in, GAUGE,
  "Streams of which 5 % or more were lost on the way to us: links of their senders, or our socket buffers if it is all of "
  "them.")
X(MEDIA_LOSSY_OUT, media_streams_losing_out, GAUGE,
  "Streams of which receivers report 5 % or more lost: their links, or ours if it is all of them.")
X(MEDIA_FROZEN, media_freezes, GAUGE,
  "Times that pictures stood still for more than 400 ms, of all streams that are there now.")
X(MEDIA_MOS_LOW, media_sound_poor, GAUGE,
  "Streams of sound whose estimated MOS (E-model) is below 3.6: people complain. Loss or delay of their links.")
X(MEDIA_MOS_LEAST, media_mos_least, GAUGE,
  "The lowest estimated MOS (E-model) of all streams of sound, times 100; 0: there are none.")
/* clang-format on */
