/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a description or one of its lines is not taken. Row: X(name, warn_code, text): warn_code is that of the Warning header (RFC
 * 3261 section 20.43), text goes into it. No include guard: include it with X defined.
 */
X(MALFORMED, 399, "Session description cannot be read")
X(LIMIT, 399, "Session description is too large")
X(LINES_DIFFER, 399, "The answer has not as many media lines as the offer") /* RFC 3264 section 6 */
X(KIND, 304, "Media type not available")                                    /* text, application, ... */
X(PROTOCOL, 302, "Incompatible transport protocol")                         /* nothing that carries RTP as we do */
X(ADDRESS, 301, "Incompatible network address formats")                     /* a host name, never resolved, or no address */
X(MULTICAST, 330, "Multicast not available")
X(FORMAT, 305, "Incompatible media format") /* no codec in common */
X(PLAIN, 399, "Encryption is required")
X(KEYING, 399, "No acceptable key management") /* DTLS or SDES is not allowed here */
X(SUITE, 399, "No acceptable SRTP crypto suite")
X(AES256, 399, "AES-256 is required here")
X(KEYS, 399, "The crypto attribute of the answer was not offered") /* RFC 4568 section 5.1.3 */
X(MUX, 399, "RTP and RTCP must be multiplexed")
X(BUNDLE, 399, "Media line is only offered bundled")                    /* RFC 9143 section 6 */
X(NAME, 399, "Media identification is missing, too long or used twice") /* RFC 5888 section 4 */
X(NOT_OFFERED, 399, "The answer takes what was not offered")
X(DECLINED, 399, "Media line is not wanted") /* by the caller */
