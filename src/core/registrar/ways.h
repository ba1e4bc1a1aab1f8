/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which bindings of a user a request goes to (RFC 5626 section 7): a device that keeps several flows gets it over one of them at
 * a time, over another only when that one has failed. State of one request; no I/O, no memory of its own.
 */
#ifndef CF_CORE_REGISTRAR_WAYS_H
#define CF_CORE_REGISTRAR_WAYS_H

#include "core/registrar/location.h"

/** Most bindings that one request is sent to, or was not allowed to: as many as an account may have (`accounts.devices`). */
#define CF_WAYS_MAX 100

/** Status of an edge proxy whose flow to the device is gone (RFC 5626 section 11.5). Outside of dialogs no phone is told. */
#define CF_STATUS_FLOW_FAILED 430U

/** Status of a device that has the request already, by another way (RFC 3261 section 8.2.2.2). */
#define CF_STATUS_MERGED 482U

/** The way to a device: a binding that was taken. Values, so that it may be gone by now. */
struct cf_way {
    uint64_t device;       /**< its .device; 0 also if the binding was passed over */
    uint64_t name;         /**< its .name; 0: none was taken */
    uint64_t serial;       /**< of the registration, each refresh has its own */
    struct cf_handle flow; /**< it had; none: it is reached by its contact */
};

/** The bindings that were taken for one request. Zeros: none yet. */
struct cf_ways {
    struct cf_way taken[CF_WAYS_MAX];
    size_t count;
};

/** The best binding of @p record (NULL: there are none) that leads to a device that no binding was taken of; NULL: none. */
const struct cf_binding *cf_ways_to_another(const struct cf_ways *ways, const struct cf_aor_record *record);

/** The best binding of @p record (NULL: there are none) for @p device that was not taken; NULL: none, or the device is 0. */
const struct cf_binding *cf_ways_to_same(const struct cf_ways *ways, const struct cf_aor_record *record, uint64_t device);

/** @p binding, which one of the functions above gave, is taken: none of them gives it again, refreshed or not, until it has come
 * over another flow. */
void cf_ways_take(struct cf_ways *ways, const struct cf_binding *binding);

/** It may not be used: the same, but its device counts as one that has none yet. */
void cf_ways_pass_over(struct cf_ways *ways, const struct cf_binding *binding);

/** The latest that was taken or passed over; there is one. View. */
const struct cf_way *cf_ways_last(const struct cf_ways *ways);

/**
 * May a request that failed with @p status on one flow of a device be sent over another? An edge proxy that has lost the flow
 * says so; a time-out (408) or a flow that broke (503, @p is_answer false) may mean it, unless the device has been heard.
 * Anything else is the device's own answer (RFC 5626 section 7).
 */
bool cf_ways_is_flow_failure(unsigned status, bool is_answer, bool was_heard);

/**
 * What to tell people of a request outside of dialogs that failed with @p status: 480 for 430, which is for proxies, and for 482
 * to a copy that took the place of another (@p is_again): the device has got that one and did not answer.
 */
unsigned cf_ways_status(unsigned status, bool is_again);

#endif
