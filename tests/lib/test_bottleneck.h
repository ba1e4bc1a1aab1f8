/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receivers behind one narrow link, in virtual time: for each a sender made of the real estimator, pacer and allocation with one
 * picture in layers, and a receiver that gives real feedback. What happens is sampled every 100 ms.
 */
#ifndef CF_TESTS_LIB_TEST_BOTTLENECK_H
#define CF_TESTS_LIB_TEST_BOTTLENECK_H

#include "core/bwe/allocation.h"
#include "core/bwe/arrivals.h"
#include "core/bwe/estimator.h"
#include "core/bwe/pacer.h"
#include "lib/netem.h"
#include "lib/test_mem.h"
#include <stdio.h>

/** Most receivers, packets under way, messages under way, samples a receiver. */
#define TEST_FLOWS_MAX 4
#define TEST_UNDER_WAY_MAX 8192
#define TEST_MESSAGES_MAX 64
#define TEST_SAMPLES_MAX 3000

/** Time between samples. */
#define TEST_SAMPLE CF_MSEC(100)

/** What was seen of one receiver. */
struct test_sample {
    uint64_t target_bps;
    uint64_t arrived_bps;
    uint64_t link_bps;
    cf_usec queue; /**< how long a packet waits at the link */
    int layer;
};

/** A packet on its way. */
struct test_under_way {
    cf_usec at;
    size_t flow;
    uint16_t sequence;
    uint16_t len;
};

/** A feedback message on its way. */
struct test_message {
    cf_usec at;
    size_t len;
    uint8_t octets[1024];
};

/** One sender and its receiver. */
struct test_flow {
    struct cf_bwe_estimator estimator;
    struct cf_pacer pacer;
    struct cf_arrivals arrivals;
    struct cf_tile tile;
    struct cf_allocation allocation;
    bool is_on;
    bool no_padding; /**< probes can't be filled up */
    bool is_elastic; /**< the picture has any bit rate: nine tenths of the target */
    cf_usec frame_at;
    cf_usec allocate_at;
    size_t switches; /**< changes of the layer */
    struct test_message messages[TEST_MESSAGES_MAX];
    size_t message_count;
    uint64_t arrived_octets; /**< since the last sample */
    uint64_t sent;           /**< packets */
    struct test_sample samples[TEST_SAMPLES_MAX];
    size_t sample_count;
};

/** The world. Large: make it static. */
struct test_bottleneck {
    struct test_mem mem;
    struct netem_link link;
    cf_usec back_delay; /**< of feedback */
    uint64_t cross_bps; /**< of other traffic that does not adapt */
    cf_usec cross_at;
    cf_usec now;
    cf_usec sample_at;
    struct test_flow flows[TEST_FLOWS_MAX];
    size_t flow_count;
    struct test_under_way under_way[TEST_UNDER_WAY_MAX];
    size_t under_way_count;
};

/** A link, and @p flow_count receivers that are not on yet. */
void test_bottleneck_init(struct test_bottleneck *b, const struct netem_config *config, size_t flow_count, uint64_t seed);
void test_bottleneck_fini(struct test_bottleneck *b);

/** Begin (or go on) sending to flow @p index. */
void test_bottleneck_start(struct test_bottleneck *b, size_t index);

/** Let @p duration pass. */
void test_bottleneck_run(struct test_bottleneck *b, cf_usec duration);

/** Average of what arrived between two times, bits a second. */
uint64_t test_bottleneck_arrived(const struct test_bottleneck *b, size_t flow, cf_usec from, cf_usec to);

/** Longest wait at the link between two times. */
cf_usec test_bottleneck_queue(const struct test_bottleneck *b, cf_usec from, cf_usec to);

/** First time at or after @p from when the target of @p flow is below (or, with @p above, above) @p bps; CF_USEC_NEVER: never. */
cf_usec test_bottleneck_when(const struct test_bottleneck *b, size_t flow, cf_usec from, uint64_t bps, bool above);

/** If the environment has CONFER_TEST_PLOTS, write the samples to a file <name>.csv in that folder. */
void test_bottleneck_save(const struct test_bottleneck *b, const char *name);

#endif
