/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTCP feedback messages of a=rtcp-fb that confer knows. Row: X(name, text): text is type and parameter, one blank between (RFC
 * 4585 section 4.2, RFC 5104 section 7.1). trr-int has a number and is apart. No include guard: include it with X defined.
 */
X(NACK, "nack", "")                 /* generic NACK, RFC 4585 */
X(NACK_PLI, "nack", "pli")          /* picture loss, RFC 4585 */
X(NACK_SLI, "nack", "sli")          /* slice loss, RFC 4585 */
X(ACK_RPSI, "ack", "rpsi")          /* reference picture selection, RFC 4585 */
X(CCM_FIR, "ccm", "fir")            /* full intra request, RFC 5104 */
X(CCM_TMMBR, "ccm", "tmmbr")        /* media bit rate, RFC 5104 */
X(CCM_PAUSE, "ccm", "pause")        /* pause and resume, RFC 7728 */
X(TRANSPORT_CC, "transport-cc", "") /* transport-wide congestion control, libwebrtc */
X(GOOG_REMB, "goog-remb", "")       /* receiver estimated bit rate, libwebrtc */
