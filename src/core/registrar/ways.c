/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which bindings a request goes to. */
#include "core/registrar/ways.h"

/* A phone that has refreshed is where it was; one that has connected again may be reached now. */
static bool is_taken(const struct cf_ways *ways, const struct cf_binding *binding) {
    for (size_t i = 0; i < ways->count; i++) {
        if (ways->taken[i].name == binding->name && cf_handle_eq(ways->taken[i].flow, binding->values.flow)) {
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
    while (b != NULL && (is_taken(ways, b) || is_served(ways, b->device))) {
        b = cf_aor_next(record, b);
    }
    return b;
}

const struct cf_binding *cf_ways_to_same(const struct cf_ways *ways, const struct cf_aor_record *record, uint64_t device) {
    bool is_over = record == NULL || ways->count == CF_WAYS_MAX || device == 0;
    const struct cf_binding *b = is_over ? NULL : cf_aor_first(record);
    while (b != NULL && (is_taken(ways, b) || b->device != device)) {
        b = cf_aor_next(record, b);
    }
    return b;
}

static void note(struct cf_ways *ways, const struct cf_binding *binding, uint64_t device) {
    cf_assert(ways->count < CF_WAYS_MAX);
    ways->taken[ways->count++] = (struct cf_way){device, binding->name, binding->serial, binding->values.flow};
}

void cf_ways_take(struct cf_ways *ways, const struct cf_binding *binding) {
    note(ways, binding, binding->device);
}

void cf_ways_pass_over(struct cf_ways *ways, const struct cf_binding *binding) {
    note(ways, binding, 0);
}

const struct cf_way *cf_ways_last(const struct cf_ways *ways) {
    cf_assert(ways->count > 0);
    return &ways->taken[ways->count - 1];
}

bool cf_ways_is_flow_failure(unsigned status, bool is_answer, bool was_heard) {
    if (status == CF_STATUS_FLOW_FAILED) {
        return true;
    }
    return !was_heard && (status == 408 || (status == 503 && !is_answer));
}

unsigned cf_ways_status(unsigned status, bool is_again) {
    bool is_of_flows = status == CF_STATUS_FLOW_FAILED || (status == CF_STATUS_MERGED && is_again);
    return is_of_flows ? 480 : status;
}
