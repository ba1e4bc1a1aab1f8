/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Load for a rig: frames one after the other, to find out what one costs; frames by the clock, to find out what becomes of them.
 */
#ifndef CF_TESTS_BENCH_RIG_LOAD_H
#define CF_TESTS_BENCH_RIG_LOAD_H

#include "rig.h"

/** A frame, when the next one leaves as the last receiver has it. */
struct bench_frame_cost {
    double cpu_ns;  /**< of the server */
    double wall_ns; /**< until it is everywhere */
};

/** What became of frames that left on time, whether the ones before had arrived or not. Delays are in the receivers. */
struct bench_passage {
    size_t frames;  /**< sent */
    uint64_t got;   /**< packets, by all receivers */
    double cpu_ns;  /**< of the server while they were sent, and after */
    double busy;    /**< share of a processor that the server had while they were sent */
    int64_t behind; /**< ns by which the load was late at the end; it could not keep up if that is much */
};

/** The mean of @p count frames of @p packets, after as many to warm up. Ends the program if one does not come. */
struct bench_frame_cost bench_rig_measure_frame(struct bench_rig *rig, size_t packets, size_t count);

/** Send frames of @p packets for @p seconds, one each @p period ns, and wait a moment for the last ones. */
struct bench_passage bench_rig_pass_on_time(struct bench_rig *rig, size_t packets, int64_t period, double seconds);

#endif
