/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A binding: one contact of one address-of-record, with all that is needed to reach it and to name it (RFC 3261 section 10, RFC
 * 5626, RFC 5627, RFC 3327). Objects of the location service; others read them.
 */
#ifndef CF_CORE_REGISTRAR_BINDING_H
#define CF_CORE_REGISTRAR_BINDING_H

#include "base/handle.h"
#include "base/heap.h"
#include "base/map.h"

/** Longest of each text of a binding, octets. */
#define CF_BINDING_TEXT_MAX 1024

/** Values of a binding, views. What a REGISTER says of one contact, and what the store keeps. */
struct cf_binding_values {
    struct cf_str contact;    /**< URI as registered */
    struct cf_str params;     /**< Contact's header parameters as registered, without expires; absent if none */
    struct cf_str instance;   /**< +sip.instance without quotes and angle brackets ("urn:uuid:..."); absent if none */
    struct cf_str call_id;    /**< of the REGISTER */
    struct cf_str path;       /**< Path values of the REGISTER, comma separated (RFC 3327); absent if none */
    struct cf_str user_agent; /**< User-Agent of the REGISTER; absent if none */
    struct cf_str received;   /**< UDP: "ADDR:PORT ADDR:PORT", the phone's (or its NAT's) and ours; absent over a connection */
    uint32_t cseq;            /**< of the REGISTER */
    uint32_t reg_id;          /**< RFC 5626; 0: none */
    uint32_t q_thousandths;   /**< preference, 0 to 1000; 1000 if not given */
    struct cf_handle flow;    /**< connection that the REGISTER came over; not stored */
};

/** Does the contact keep a flow, by an instance and a reg-id (RFC 5626 section 6)? */
bool cf_binding_is_outbound(const struct cf_binding_values *values);

/** Does one of @p a and @p b, of the same address-of-record, replace the other? */
bool cf_binding_is_same(const struct cf_binding_values *a, const struct cf_binding_values *b);

/** Have they one row in the store: contact, instance and reg-id? */
bool cf_binding_is_same_row(const struct cf_binding_values *a, const struct cf_binding_values *b);

struct cf_binding;

/** The instance of @p binding in lower case, in @p room: the case of its letters means nothing. Absent if it has none. */
struct cf_str cf_binding_instance(const struct cf_binding *binding, char room[CF_BINDING_TEXT_MAX]);

/** A binding. */
struct cf_binding {
    struct cf_link of_aor;           /**< in its record */
    struct cf_link of_flow;          /**< in its connection's list; in none without a connection */
    struct cf_timer timer;           /**< end of the registration */
    struct cf_aor_record *record;    /**< whose binding, borrowed */
    struct cf_binding_values values; /**< texts in the block behind this struct */
    uint64_t serial;                 /**< of the registration: a later one is greater */
    uint64_t device;                 /**< what bindings of one device share, a hash of the instance; 0: a device by itself */
    uint64_t name;                   /**< what it keeps when it is refreshed, a hash of instance, reg-id, contact; never 0 */
    size_t size;                     /**< octets of the allocation */
};

/** Set .device and .name of @p binding by its values. */
void cf_binding_set_hashes(struct cf_binding *binding);

/** All bindings of one address-of-record. Exists only as long as there are any. */
struct cf_aor_record {
    struct cf_map_node node; /**< key: the canonical AOR */
    struct cf_list bindings; /**< of struct cf_binding.of_aor, most preferred and latest first */
    size_t binding_count;
    struct cf_str aor; /**< canonical, owned */
};

#endif
