/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The location service: which devices an address-of-record can be reached at (RFC 3261 section 10.3), several a user, named by
 * instance (RFC 5626, RFC 5627). A machine in memory; what must survive a restart comes out as rows by cf_location_poll() and
 * goes in by cf_location_restore(). It knows no message and answers none: registrar.h does. Limits: bindings per AOR and in all.
 * One thread.
 */
#ifndef CF_CORE_REGISTRAR_LOCATION_H
#define CF_CORE_REGISTRAR_LOCATION_H

#include "base/err.h"
#include "base/rng.h"
#include "core/registrar/binding.h"

/** Limits of a location service. */
struct cf_location_config {
    const struct cf_mem *mem; /**< kept by reference */
    uint64_t seed;            /**< of the hash tables, from entropy */
    size_t devices_max;       /**< bindings of one AOR */
    size_t bindings_max;      /**< bindings in all */
};

/** The service. */
struct cf_location {
    struct cf_location_config config;
    struct cf_map records; /**< of struct cf_aor_record */
    struct cf_map flows;   /**< connections and the bindings that came over each */
    struct cf_heap timers;
    struct cf_list changes; /**< rows to be stored, of struct change */
    struct cf_link *told;   /**< the row that was handed out last, not in the list any more; NULL: none */
    size_t binding_count;
    uint64_t serial; /**< of the last registration */
    uint64_t untold; /**< rows for the store that were lost for want of memory */
};

/** What has to be written to the store. */
enum cf_location_change_kind {
    CF_LOCATION_STORED,  /**< insert or replace the row (aor, contact, instance, reg-id) */
    CF_LOCATION_REMOVED, /**< delete that row */
};

/** A row to be written. Views valid until the next call on the service. */
struct cf_location_change {
    enum cf_location_change_kind kind;
    struct cf_str aor;
    struct cf_binding_values values; /**< only what names the row counts for REMOVED */
    cf_usec expires;                 /**< monotonic end of the registration; the store keeps wall clock */
};

/** Empty. */
void cf_location_init(struct cf_location *location, const struct cf_location_config *config);

/** Free everything. */
void cf_location_fini(struct cf_location *location);

/** One contact of an update. */
struct cf_location_op {
    const struct cf_binding_values *values; /**< the device and what is known of it */
    cf_usec expires;                        /**< bind it until then, or refresh it; 0: remove it */
};

/**
 * Do all of @p ops to the bindings of @p aor (canonical), or nothing (RFC 3261 section 10.3 step 7). A binding replaces those of
 * the same device (instance and reg-id) and, unless both have these, of the same contact URI, also of a contact before it in
 * @p ops; removing one that is not there is no error. CF_ERR_STATE if this request is older than the one that made a binding it
 * touches (same Call-ID, CSeq not greater): answer 500. CF_ERR_LIMIT, CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_location_update(struct cf_location *location, struct cf_str aor, const struct cf_location_op *ops,
                                           size_t count);

/** Remove all bindings of @p aor ("Contact: *"), or none if one of them is newer: CF_ERR_STATE. */
CF_MUST_USE enum cf_err cf_location_unbind_all(struct cf_location *location, struct cf_str aor, struct cf_str call_id,
                                               uint32_t cseq);

/**
 * Put back a stored row; @p values.flow is that of a UDP address made again, or none. Rows that are past @p now are dropped. It
 * is not told to the store again. Errors as cf_location_update().
 */
CF_MUST_USE enum cf_err cf_location_restore(struct cf_location *location, struct cf_str aor,
                                            const struct cf_binding_values *values, cf_usec expires, cf_usec now);

/** Bindings of @p aor (canonical), or NULL if there are none. Valid until the next change. */
const struct cf_aor_record *cf_location_find(const struct cf_location *location, struct cf_str aor);

/** First binding of @p record and the one after @p binding, NULL at the end. */
const struct cf_binding *cf_aor_first(const struct cf_aor_record *record);
const struct cf_binding *cf_aor_next(const struct cf_aor_record *record, const struct cf_binding *binding);

/** The latest binding of the device @p instance of @p aor, or NULL. For public GRUUs. */
const struct cf_binding *cf_location_find_instance(const struct cf_location *location, struct cf_str aor, struct cf_str instance);

/**
 * A connection is gone: its bindings with an instance and reg-id are removed (RFC 5626 section 7), the others lose the flow. So
 * do those with a Path: the flow to the device is that of the proxy at its edge, which is connected to again.
 */
void cf_location_on_flow_closed(struct cf_location *location, struct cf_handle flow);

/** An edge proxy has said that the flow of the binding @p serial of @p aor (canonical) is gone: it is removed if it has an
 * instance and reg-id. One that is not there (any more) is no error. */
void cf_location_on_flow_failed(struct cf_location *location, struct cf_str aor, uint64_t serial);

/** Next end of a registration. */
cf_usec cf_location_deadline(const struct cf_location *location);

/** Remove what has ended. */
void cf_location_on_deadline(struct cf_location *location, cf_usec now);

/** Next row to be written; false if there is none. */
bool cf_location_poll(struct cf_location *location, struct cf_location_change *ret);

#endif
