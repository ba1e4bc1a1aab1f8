/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a datagram that came in was not used. Row: X(name, text). Datagrams in = used + discarded by reason, always: the tests
 * assert it. No include guard: include it with X defined.
 */
X(UNKNOWN_SOCKET, "came to a socket of no leg")                    /* late, or a scanner */
X(NOT_MEDIA, "neither RTP nor RTCP")                               /* STUN, DTLS, noise */
X(MALFORMED, "malformed header or payload")                        /* lengths that don't add up */
X(WRONG_ADDRESS, "not from the peer's address")                    /* injection, or a NAT that policy does not allow */
X(AUTHENTICATION, "authentication failed")                         /* wrong key or forged */
X(REPLAYED, "seen before or too old")                              /* replay, or a duplicate on the way */
X(DIRECTION, "the peer may not send on this line now")             /* held, muted by agreement, recvonly */
X(PAYLOAD_TYPE, "payload type was not agreed on")                  /* not negotiated */
X(SSRC, "SSRC was not agreed on, or collides")                     /* spoofed within the leg, or too many */
X(ENCODING, "encoding was not agreed on")                          /* rid, or its payload type */
X(PROBATION, "first packets of a source that is not believed yet") /* plain RTP only */
X(JUMP, "far from its neighbours")                                 /* RFC 3550 appendix A.1 */
X(DUPLICATE, "a second copy")
X(LATE, "too late to be played")
X(BUDGET, "above the leg's packet or memory budget") /* floods, or a burst larger than a batch */
X(RTCP_MALFORMED, "malformed RTCP")
X(HANDSHAKE, "of no use to a handshake")      /* a stranger's, an alert in clear, or out of its time */
X(NOT_WANTED, "nothing in the room takes it") /* no mixer, no format that can be forwarded */
