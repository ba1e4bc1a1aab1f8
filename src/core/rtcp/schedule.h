/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When RTCP is sent: the interval of RFC 3550 sections 6.2 and 6.3 with timer reconsideration, and the early feedback of RFC 4585
 * section 3.5 with trr-int. A machine in virtual time; what is in the packets is the owner's business. One per RTP session, that
 * is per transport with one peer or per m-line without bundling. Value type of fixed size, no allocation.
 *
 * Loop: cf_rtcp_schedule_deadline() -> cf_rtcp_schedule_on_deadline() -> while cf_rtcp_schedule_poll() says so: write and send a
 * packet, cf_rtcp_schedule_on_sent().
 */
#ifndef CF_CORE_RTCP_SCHEDULE_H
#define CF_CORE_RTCP_SCHEDULE_H

#include "base/rng.h"
#include "base/usec.h"

/** RTCP's share of the session bandwidth (RFC 3550 section 6.2): one part of so many. */
#define CF_RTCP_SHARE 20U

/** What the session agreed on. */
struct cf_rtcp_schedule_config {
    uint32_t bandwidth_bps; /**< for RTCP of all members: b=RS plus b=RR, or the session's divided by CF_RTCP_SHARE; not 0 */
    bool is_avpf;           /**< early feedback, and no minimum of five seconds */
    bool is_multiparty;     /**< more than one peer can hear what we send: feedback is delayed by chance; never so on unicast */
    cf_usec minimum_usec;   /**< AVP: Tmin; CF_RTCP_MINIMUM, or less for the "reduced minimum" of section 6.2 */
    cf_usec trr_int_usec;   /**< AVPF: least time between regular reports (a=rtcp-fb trr-int); 0: only bandwidth limits them */
    uint32_t packet_octets; /**< guess of the mean size of a compound, with UDP and IP headers */
    uint64_t seed;          /**< of the dithering */
};

/** Tmin of RFC 3550. */
#define CF_RTCP_MINIMUM CF_SEC(5)

/** What to send. */
enum cf_rtcp_due {
    CF_RTCP_DUE_NONE,     /**< nothing */
    CF_RTCP_DUE_REGULAR,  /**< a full compound: reports, SDES, and feedback that waits */
    CF_RTCP_DUE_FEEDBACK, /**< feedback that waits, in a minimal compound (or alone, if reduced size was agreed on) */
};

/** What becomes of feedback that is wanted. */
enum cf_rtcp_feedback_plan {
    CF_RTCP_FEEDBACK_EARLY,   /**< put it into the packet that is due (see the deadline, which may be now) */
    CF_RTCP_FEEDBACK_REGULAR, /**< put it into the next regular packet */
    CF_RTCP_FEEDBACK_DISCARD, /**< it would come too late: forget it */
};

/** The machine. */
struct cf_rtcp_schedule {
    struct cf_rtcp_schedule_config config;
    struct cf_rng rng;
    cf_usec last_at;        /**< tp: when a packet was sent last, or would have been */
    cf_usec next_at;        /**< tn: the next one as far as bandwidth goes */
    cf_usec floor_at;       /**< no regular report before: trr-int */
    cf_usec early_at;       /**< when the early packet is due; meaningful if has_early */
    cf_usec early_again_at; /**< no early packet before */
    cf_usec interval_usec;  /**< T_rr: the last one drawn */
    uint32_t members;       /**< SSRCs of peers and of us, at least 1 */
    uint32_t senders;       /**< those of them that send media */
    uint32_t mean_size_16;  /**< octets of a compound times 16, a sliding mean */
    bool is_sender;         /**< we are among the senders */
    bool is_initial;        /**< no regular report was sent yet */
    bool has_early;         /**< an early packet is scheduled */
    bool has_feedback;      /**< feedback waits for the next regular packet */
    enum cf_rtcp_due due;   /**< for poll */
};

/** Begin at @p now; the first report is half a minimal interval away (at once with AVPF on unicast, as far as bandwidth allows).
 */
void cf_rtcp_schedule_init(struct cf_rtcp_schedule *s, const struct cf_rtcp_schedule_config *config, cf_usec now);

/**
 * Membership changed: @p members SSRCs (ours included, at least 1), @p senders of which send, @p is_sender whether we do. When
 * members leave, the next report comes sooner (RFC 3550 section 6.3.4).
 */
void cf_rtcp_schedule_on_members(struct cf_rtcp_schedule *s, uint32_t members, uint32_t senders, bool is_sender, cf_usec now);

/** A compound of @p octets (with UDP and IP headers) came in. */
void cf_rtcp_schedule_on_received(struct cf_rtcp_schedule *s, size_t octets);

/** A compound of @p octets (with UDP and IP headers) was sent. */
void cf_rtcp_schedule_on_sent(struct cf_rtcp_schedule *s, size_t octets);

/**
 * Feedback is wanted at @p now that is useful for @p useful_usec. What to do with it. Without AVPF all feedback goes with the
 * regular packets. Discarded feedback changes nothing.
 */
enum cf_rtcp_feedback_plan cf_rtcp_schedule_on_feedback(struct cf_rtcp_schedule *s, cf_usec useful_usec, cf_usec now);

/** When cf_rtcp_schedule_on_deadline() is to be called. */
cf_usec cf_rtcp_schedule_deadline(const struct cf_rtcp_schedule *s);

/** Time has come (or not: then nothing happens). */
void cf_rtcp_schedule_on_deadline(struct cf_rtcp_schedule *s, cf_usec now);

/** What is due, once. */
enum cf_rtcp_due cf_rtcp_schedule_poll(struct cf_rtcp_schedule *s);

/** A member not heard of for so long is gone (RFC 3550 section 6.3.5, RFC 4585 section 3.5.4). */
cf_usec cf_rtcp_schedule_timeout(const struct cf_rtcp_schedule *s);

#endif
