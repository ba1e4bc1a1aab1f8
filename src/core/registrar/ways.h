/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which bindings of a user a request goes to (RFC 5626 section 7): a device that keeps several flows gets it over one of them at
 * a time, over another only when that one has failed. State of one request; no I/O, no memory of its own.
 */
#ifndef CF_CORE_REGISTRAR_WAYS_H
#define CF_CORE_REGISTRAR_WAYS_H

#include "core/registrar/location.h"

/** Most bindings that one request is sent to, or was not allowed to. */
#define CF_WAYS_MAX 32

/** Status of an edge proxy whose flow to the device is gone (RFC 5626 section 11.5). Never told to a phone. */
#define CF_STATUS_FLOW_FAILED 430U

/** A binding that was taken. Values, so that it may be gone by now. */
struct cf_way_taken {
    uint64_t device; /**< of its instance; 0: it has none, and is a device by itself */
    uint64_t serial; /**< of the binding */
};

/** The bindings that were taken for one request. Zeros: none yet. */
struct cf_ways {
    struct cf_way_taken taken[CF_WAYS_MAX];
    size_t count;
};

/** What bindings of one device have in common; 0 for one without an instance. */
uint64_t cf_binding_device(const struct cf_binding *binding);

/** The best binding of @p record (NULL: there are none) that leads to a device that no binding was taken of; NULL: none. */
const struct cf_binding *cf_ways_to_another(const struct cf_ways *ways, const struct cf_aor_record *record);

/** The best binding of @p record (NULL: there are none) for @p device that was not taken; NULL: none, or the device is 0. */
const struct cf_binding *cf_ways_to_same(const struct cf_ways *ways, const struct cf_aor_record *record, uint64_t device);

/** @p binding, which one of the functions above gave, is taken. */
void cf_ways_take(struct cf_ways *ways, const struct cf_binding *binding);

/** It may not be used: no other function gives it any more, and others of its device are as good as before. */
void cf_ways_pass_over(struct cf_ways *ways, const struct cf_binding *binding);

/**
 * May a request that failed with @p status on one flow of a device be sent over another? An edge proxy that has lost the flow
 * says so; a time-out (408) or a flow that broke (503, @p is_answer false) may mean it, unless the device has been heard.
 * Anything else is the device's own answer (RFC 5626 section 7).
 */
bool cf_ways_is_flow_failure(unsigned status, bool is_answer, bool was_heard);

#endif
