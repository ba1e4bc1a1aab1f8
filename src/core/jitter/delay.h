/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long to wait for packets: measures when each arrives against its timestamp and says how much delay would have caught nearly
 * all of the recent ones. The earliest arrivals of the last seconds are the base, so that clocks that run apart move the base and
 * not the delay. Pure arithmetic, O(1) a packet.
 */
#ifndef CF_CORE_JITTER_DELAY_H
#define CF_CORE_JITTER_DELAY_H

#include "base/usec.h"
#include <stdbool.h>
#include <stdint.h>

/** Width of a class of lateness, and number of classes: 0..400 ms and beyond. */
#define CF_JITTER_DELAY_CLASS_USEC CF_MSEC(5)
#define CF_JITTER_DELAY_CLASSES 81

/** Arrivals remembered, about 5 s at 20 ms. A power of two. */
#define CF_JITTER_DELAY_MEMORY 256

/** The base is the earliest of the last CF_JITTER_DELAY_SPANS spans of time. */
#define CF_JITTER_DELAY_SPANS 8
#define CF_JITTER_DELAY_SPAN_USEC CF_SEC(1)

/** The measurement. Transit is arrival minus media time: an arbitrary offset plus what the network took. */
struct cf_jitter_delay {
    cf_usec earliest[CF_JITTER_DELAY_SPANS]; /**< smallest transit of each span */
    cf_usec span_end;                        /**< when the current span is over */
    uint8_t span;                            /**< index of the current one */
    bool has_base;
    cf_usec base;                             /**< smallest transit of all spans */
    cf_usec last_arrival;                     /**< of the packet before */
    cf_usec last_media;                       /**< media time of the packet before */
    uint8_t memory[CF_JITTER_DELAY_MEMORY];   /**< class of each remembered arrival */
    uint16_t counts[CF_JITTER_DELAY_CLASSES]; /**< remembered arrivals a class */
    uint32_t arrivals;                        /**< ever */
    cf_usec wanted;                           /**< the answer, before bounds */
};

/** Nothing measured. */
void cf_jitter_delay_init(struct cf_jitter_delay *delay);

/** A packet of media time @p media (any origin, microseconds) has arrived. */
void cf_jitter_delay_on_arrival(struct cf_jitter_delay *delay, cf_usec media, cf_usec now);

/** How far @p media at @p now would be off the base; 0 if nothing is measured. Large: not the same time line. */
cf_usec cf_jitter_delay_lateness(const struct cf_jitter_delay *delay, cf_usec media, cf_usec now);

/** Delay after the base that catches nearly all; 0 when nothing is measured. */
cf_usec cf_jitter_delay_wanted(const struct cf_jitter_delay *delay);

#endif
