/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of the conference event package and of our store. Rows: X(name, word). No include guard: define X and the
 * CF_..._TABLE that is wanted.
 */
#ifdef CF_ENDPOINT_STATUS_TABLE
/* RFC 4575 section 5.7.3 */
X(PENDING, "pending")                 /* expected, nothing done yet */
X(DIALING_OUT, "dialing-out")         /* we called it, no answer yet */
X(ALERTING, "alerting")               /* we called it and it rings */
X(DIALING_IN, "dialing-in")           /* it called us, its call is being set up */
X(CONNECTED, "connected")             /* in */
X(ON_HOLD, "on-hold")                 /* in, but neither heard nor hearing; or asking to be let in */
X(MUTED_VIA_FOCUS, "muted-via-focus") /* in and hearing, but the focus keeps it silent */
X(DISCONNECTING, "disconnecting")     /* we are hanging up */
X(DISCONNECTED, "disconnected")       /* gone or never reached; shown for a while with the reason */
#endif
#ifdef CF_JOINING_METHOD_TABLE
/* RFC 4575 section 5.7.4 */
X(DIALED_IN, "dialed-in")
X(DIALED_OUT, "dialed-out")
X(FOCUS_OWNER, "focus-owner")
#endif
#ifdef CF_DISCONNECTION_METHOD_TABLE
/* RFC 4575 section 5.7.6 */
X(DEPARTED, "departed")
X(BOOTED, "booted")
X(FAILED, "failed")
X(BUSY, "busy")
#endif
#ifdef CF_MEDIA_STATUS_TABLE
/* RFC 4575 section 5.8.5, seen from the participant */
X(INACTIVE, "inactive")
X(RECVONLY, "recvonly")
X(SENDONLY, "sendonly")
X(SENDRECV, "sendrecv")
#endif
#ifdef CF_CONF_MEDIA_TABLE
/* The four media of an endpoint, in the order of their id 1, 2, 3, 4. Here the row is X(name, display text, SDP media type). */
X(AUDIO, "audio", "audio")
X(VIDEO, "video", "video")
X(TEXT, "text", "text")
X(THUMBNAIL, "thumbnail", "video")
#endif
#ifdef CF_CONF_ROLE_TABLE
/* What a participant may send; the word is also the value of the URI parameter X-ROLE in Linphone's lists. */
X(SPEAKER, "speaker")
X(LISTENER, "listener")
#endif
#ifdef CF_CONFERENCE_KIND_TABLE
X(AD_HOC, "ad-hoc")       /* begins at once, is over when the last one leaves */
X(SCHEDULED, "scheduled") /* has a time, may be empty in between, is over when it expires */
X(ROOM, "room")           /* is always there */
X(ON_DEMAND, "on-demand") /* a room that is made when dialled and forgotten when empty; never stored */
#endif
#ifdef CF_CONFERENCE_STATE_TABLE
X(CREATED, "created")     /* nobody has been in yet; an ad hoc one waits for its organiser */
X(RUNNING, "running")     /* somebody is in */
X(IDLE, "idle")           /* somebody was in and will come again */
X(ENDED, "ended")         /* over */
X(CANCELLED, "cancelled") /* the organiser called it off */
X(EXPIRED, "expired")     /* its time is over */
#endif
#ifdef CF_CONFERENCE_ACCESS_TABLE
X(OPEN, "open")       /* anybody whom the server serves may dial in */
X(INVITED, "invited") /* only the organiser, those on the list and those an administrator calls */
#endif
