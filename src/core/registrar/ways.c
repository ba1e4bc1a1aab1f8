/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which bindings a request goes to. */
#include "core/registrar/ways.h"

#include "base/hash.h"

uint64_t cf_binding_device(const struct cf_binding *binding) {
    if (binding->values.instance.len == 0) {
        return 0;
    }
    uint64_t hash = cf_hash(0, binding->values.instance);
    return hash == 0 ? 1 : hash;
}

static bool is_taken(const struct cf_ways *ways, const struct cf_binding *binding) {
    for (size_t i = 0; i < ways->count; i++) {
        if (ways->taken[i].serial == binding->serial) {
            return true;
        }
    }
    return false;
}

static bool is_served(const struct cf_ways *ways, uint64_t device) {
    for (size_t i = 0; device != 0 && i < ways->count; i++) {
        if (ways->taken[i].device == device) {
            return true;
        }
    }
    return false;
}

const struct cf_binding *cf_ways_to_another(const struct cf_ways *ways, const struct cf_aor_record *record) {
    const struct cf_binding *b = record == NULL || ways->count == CF_WAYS_MAX ? NULL : cf_aor_first(record);
    while (b != NULL && (is_taken(ways, b) || is_served(ways, cf_binding_device(b)))) {
        b = cf_aor_next(record, b);
    }
    return b;
}

const struct cf_binding *cf_ways_to_same(const struct cf_ways *ways, const struct cf_aor_record *record, uint64_t device) {
    bool is_over = record == NULL || ways->count == CF_WAYS_MAX || device == 0;
    const struct cf_binding *b = is_over ? NULL : cf_aor_first(record);
    while (b != NULL && (is_taken(ways, b) || cf_binding_device(b) != device)) {
        b = cf_aor_next(record, b);
    }
    return b;
}

static void note(struct cf_ways *ways, uint64_t device, uint64_t serial) {
    cf_assert(ways->count < CF_WAYS_MAX);
    ways->taken[ways->count++] = (struct cf_way_taken){device, serial};
}

void cf_ways_take(struct cf_ways *ways, const struct cf_binding *binding) {
    note(ways, cf_binding_device(binding), binding->serial);
}

void cf_ways_pass_over(struct cf_ways *ways, const struct cf_binding *binding) {
    note(ways, 0, binding->serial);
}

bool cf_ways_is_flow_failure(unsigned status, bool is_answer, bool was_heard) {
    if (status == CF_STATUS_FLOW_FAILED) {
        return true;
    }
    return !was_heard && (status == 408 || (status == 503 && !is_answer));
}
