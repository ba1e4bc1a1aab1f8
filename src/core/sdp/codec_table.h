/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The codecs and formats that confer knows by name. Row: X(name, encoding, kind, clock_hz, channels, static_type, default_type).
 * encoding, clock_hz and channels are those of a=rtpmap (RFC 8866 section 6.6), which for G.722 is not the sampling rate (RFC
 * 3551 section 4.5.2). clock_hz 0: any. static_type: RFC 3551 table 4, CF_PAYLOAD_NONE if there is none. default_type: what our
 * own offers use. No include guard: include it with X defined.
 */
X(OPUS, "opus", AUDIO, 48000, 2, CF_PAYLOAD_NONE, 96)                    /* RFC 7587 */
X(G722, "G722", AUDIO, 8000, 1, 9, 9)                                    /* RFC 3551; sampled at 16 kHz */
X(PCMU, "PCMU", AUDIO, 8000, 1, 0, 0)                                    /* RFC 3551 */
X(PCMA, "PCMA", AUDIO, 8000, 1, 8, 8)                                    /* RFC 3551 */
X(CN, "CN", AUDIO, 8000, 1, 13, 13)                                      /* RFC 3389 */
X(TELEPHONE_EVENT, "telephone-event", AUDIO, 0, 1, CF_PAYLOAD_NONE, 101) /* RFC 4733 */
X(RED, "red", OTHER, 0, 0, CF_PAYLOAD_NONE, 110)                         /* RFC 2198; audio or video */
X(VP8, "VP8", VIDEO, 90000, 0, CF_PAYLOAD_NONE, 97)                      /* RFC 7741 */
X(H264, "H264", VIDEO, 90000, 0, CF_PAYLOAD_NONE, 98)                    /* RFC 6184 */
X(VP9, "VP9", VIDEO, 90000, 0, CF_PAYLOAD_NONE, 103)                     /* RFC 9628 */
X(AV1, "AV1", VIDEO, 90000, 0, CF_PAYLOAD_NONE, 104)                     /* AOMedia's RTP payload format */
X(H265, "H265", VIDEO, 90000, 0, CF_PAYLOAD_NONE, 105)                   /* RFC 7798 */
X(RTX, "rtx", OTHER, 0, 0, CF_PAYLOAD_NONE, 111)                         /* RFC 4588; fmtp apt names the repaired format */
X(ULPFEC, "ulpfec", OTHER, 0, 0, CF_PAYLOAD_NONE, 112)                   /* RFC 5109 */
X(FLEXFEC, "flexfec-03", OTHER, 0, 0, CF_PAYLOAD_NONE, 113)              /* the draft that browsers speak */
