/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTP header extensions that confer knows. Row: X(name, uri, default_id): default_id is the id in offers of our own (RFC 8285
 * section 5); 1 to 4 are those that Linphone takes for granted. No include guard: include it with X defined.
 */
X(MID, "urn:ietf:params:rtp-hdrext:sdes:mid", 1)                                                /* RFC 9143 section 15 */
X(SSRC_AUDIO_LEVEL, "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 2)                           /* RFC 6464, client to mixer */
X(CSRC_AUDIO_LEVEL, "urn:ietf:params:rtp-hdrext:csrc-audio-level", 3)                           /* RFC 6465, mixer to client */
X(FRAME_MARKING, "urn:ietf:params:rtp-hdrext:framemarking", 4)                                  /* RFC 9626, Linphone >= 5.4 */
X(RID, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", 5)                                      /* RFC 8852 */
X(REPAIRED_RID, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", 6)                    /* RFC 8852 */
X(ABS_SEND_TIME, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", 7)               /* libwebrtc */
X(TRANSPORT_CC, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", 8) /* libwebrtc */
X(TRANSMISSION_OFFSET, "urn:ietf:params:rtp-hdrext:toffset", 9)                                 /* RFC 5450 */
X(VIDEO_ORIENTATION, "urn:3gpp:video-orientation", 10)                                          /* TS 26.114 */
X(DEPENDENCY_DESCRIPTOR, "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension", 11)
