/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Symmetric RTP without RTP bleed: when may a leg believe the source address of a packet more than the address in SDP? Phones
 * behind address translators need that; attackers who spray packets at media ports live off it. Rules:
 *   - a packet from the address in use is taken;
 *   - SRTP: an authenticated packet that is the newest of its source moves the leg, at any time: only the owner of the key can
 * make one, and one that was captured and sent later from elsewhere is not the newest;
 *   - plain RTP: moves the leg only if policy allows, only to an IP address that the signalling vouches for (the one in SDP, or
 * the one that SIP comes from), and once; again only after the address in use was silent for long;
 *   - everything else is dropped: not mixed, not forwarded, not answered.
 * With ICE none of this applies: connectivity checks choose the address. A policy over plain structs: pure, no allocation.
 */
#ifndef CF_CORE_RTP_LATCH_H
#define CF_CORE_RTP_LATCH_H

#include "base/addr.h"
#include "base/usec.h"

/** What plain RTP may do. */
enum cf_latch_plain {
    CF_LATCH_PLAIN_NEVER,   /**< use the address in SDP only */
    CF_LATCH_PLAIN_SAME_IP, /**< learn the port, and the address if it is that of the SIP flow */
    CF_LATCH_PLAIN_ANY,     /**< learn from the first packet, whoever sent it: for closed networks and tests */
};

/** Policy of a leg. */
struct cf_latch_policy {
    enum cf_latch_plain plain;
    cf_usec relearn_after_usec; /**< plain: learn again when the address in use was silent for so long; CF_USEC_NEVER: never */
};

/** A sensible relearn_after_usec. */
#define CF_LATCH_RELEARN_DEFAULT CF_SEC(15)

/** What to do with a packet. */
enum cf_latch_verdict {
    CF_LATCH_TAKE,  /**< from the address in use: process it */
    CF_LATCH_LEARN, /**< process it, and send to its source from now on */
    CF_LATCH_DROP,  /**< a stranger's: drop and count it */
};

/** State of one port of a leg. Value type. */
struct cf_latch {
    struct cf_latch_policy policy;
    struct cf_addr remote;    /**< where to send; family NONE: nowhere yet (SDP said none, or 0.0.0.0) */
    struct cf_addr signalled; /**< the address in SDP */
    struct cf_addr flow;      /**< where the peer's SIP comes from; only the IP address counts; family NONE: unknown */
    cf_usec heard_at;         /**< last packet from .remote; meaningful if is_heard */
    bool is_secure;           /**< packets are authenticated (SRTP) */
    bool is_heard;            /**< a packet was taken since .remote was set */
};

/** One packet as the latch sees it. */
struct cf_latch_packet {
    struct cf_addr source;
    bool is_authenticated; /**< its SRTP tag was right and it was not replayed */
    bool is_newest;        /**< and no packet of its source with a higher index came before */
};

/** Begin: nothing is known, everything is dropped until cf_latch_signal(). */
void cf_latch_init(struct cf_latch *latch, const struct cf_latch_policy *policy);

/**
 * The signalling says (again) where the peer is and whether its packets are authenticated. An unchanged address and security
 * keeps what was learnt: re-INVITEs repeat the same SDP. @p flow may be the zero address.
 */
void cf_latch_signal(struct cf_latch *latch, const struct cf_addr *signalled, const struct cf_addr *flow, bool is_secure);

/** What to do with @p packet at @p now. Changes nothing: follow with cf_latch_on_packet() once the packet turned out to be sound.
 */
enum cf_latch_verdict cf_latch_judge(const struct cf_latch *latch, const struct cf_latch_packet *packet, cf_usec now);

/** Judge, and remember what was learnt. The verdict is that of cf_latch_judge(). */
enum cf_latch_verdict cf_latch_on_packet(struct cf_latch *latch, const struct cf_latch_packet *packet, cf_usec now);

#endif
