/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Methods. Row: X(NAME), the name being the wire form too. No include guard: include it with X defined. */
X(INVITE)    /* RFC 3261 */
X(ACK)       /* RFC 3261 */
X(BYE)       /* RFC 3261 */
X(CANCEL)    /* RFC 3261 */
X(OPTIONS)   /* RFC 3261 */
X(REGISTER)  /* RFC 3261 */
X(PRACK)     /* RFC 3262 */
X(UPDATE)    /* RFC 3311 */
X(MESSAGE)   /* RFC 3428 */
X(REFER)     /* RFC 3515 */
X(PUBLISH)   /* RFC 3903 */
X(INFO)      /* RFC 6086 */
X(SUBSCRIBE) /* RFC 6665 */
X(NOTIFY)    /* RFC 6665 */
