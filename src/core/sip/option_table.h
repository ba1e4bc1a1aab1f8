/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Option tags of Require, Supported, Proxy-Require. Row: X(ID, "tag"). At most 32. No include guard: include it with X defined.
 */
X(REL100, "100rel")                                     /* RFC 3262 */
X(ANSWERMODE, "answermode")                             /* RFC 5373 */
X(EARLY_SESSION, "early-session")                       /* RFC 3959 */
X(EVENTLIST, "eventlist")                               /* RFC 4662 */
X(EXPLICITSUB, "explicitsub")                           /* RFC 7614 */
X(FROM_CHANGE, "from-change")                           /* RFC 4916 */
X(GRUU, "gruu")                                         /* RFC 5627 */
X(HISTINFO, "histinfo")                                 /* RFC 7044 */
X(ICE, "ice")                                           /* RFC 5768 */
X(JOIN, "join")                                         /* RFC 3911 */
X(MULTIPLE_REFER, "multiple-refer")                     /* RFC 5368 */
X(NOREFERSUB, "norefersub")                             /* RFC 4488 */
X(NOSUB, "nosub")                                       /* RFC 7614 */
X(OUTBOUND, "outbound")                                 /* RFC 5626 */
X(PATH, "path")                                         /* RFC 3327 */
X(PRECONDITION, "precondition")                         /* RFC 3312 */
X(PREF, "pref")                                         /* RFC 3840 */
X(PRIVACY, "privacy")                                   /* RFC 3323 */
X(RECIPIENT_LIST_INVITE, "recipient-list-invite")       /* RFC 5366 */
X(RECIPIENT_LIST_MESSAGE, "recipient-list-message")     /* RFC 5365 */
X(RECIPIENT_LIST_SUBSCRIBE, "recipient-list-subscribe") /* RFC 5367 */
X(REPLACES, "replaces")                                 /* RFC 3891 */
X(SDP_ANAT, "sdp-anat")                                 /* RFC 4092 */
X(TDIALOG, "tdialog")                                   /* RFC 4538 */
X(TIMER, "timer")                                       /* RFC 4028 */
X(TRICKLE_ICE, "trickle-ice")                           /* RFC 8840 */
