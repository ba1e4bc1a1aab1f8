/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The location service. */
#include "core/registrar/location.h"

/* A row that waits for cf_location_poll(). The texts stand behind it. */
struct change {
    struct cf_link link;
    size_t size;
    struct cf_location_change row;
};

/* The bindings that came over one connection. Exists only as long as there are any. */
struct flow_record {
    struct cf_map_node node; /* key: the handle's octets */
    struct cf_handle flow;
    struct cf_list bindings; /* of struct cf_binding.of_flow */
};

#define TEXTS 7

static struct cf_str *texts_of(struct cf_binding_values *values, size_t i) {
    struct cf_str *const texts[TEXTS] = {&values->contact, &values->params,     &values->instance, &values->call_id,
                                         &values->path,    &values->user_agent, &values->received};
    return texts[i];
}

static size_t texts_size(const struct cf_binding_values *values) {
    return values->contact.len + values->params.len + values->instance.len + values->call_id.len + values->path.len +
           values->user_agent.len + values->received.len;
}

/* Copies the texts of @p from to @p block and lets @p to point there. */
static char *copy_texts(const struct cf_binding_values *from, struct cf_binding_values *to, char *block) {
    struct cf_binding_values source = *from;
    *to = *from;
    for (size_t i = 0; i < TEXTS; i++) {
        struct cf_str text = *texts_of(&source, i);
        if (text.at != NULL) {
            memcpy(block, text.at, text.len);
            *texts_of(to, i) = cf_str_n(block, text.len);
            block += text.len;
        }
    }
    return block;
}

void cf_location_init(struct cf_location *location, const struct cf_location_config *config) {
    *location = (struct cf_location){.config = *config};
    cf_map_init(&location->records, config->mem, config->seed);
    cf_map_init(&location->flows, config->mem, config->seed);
    cf_heap_init(&location->timers, config->mem);
    cf_list_init(&location->changes);
}

static void free_change(struct cf_location *location, struct change *change) {
    cf_list_remove(&change->link);
    cf_mem_free(location->config.mem, change, change->size);
}

/* Changes are told until polled; one that can't be remembered is counted, and the store is only behind by that row. */
static void tell(struct cf_location *location, enum cf_location_change_kind kind, const struct cf_binding *binding) {
    struct cf_str aor = binding->record->aor;
    size_t size = sizeof(struct change) + aor.len + texts_size(&binding->values) + 1;
    struct change *change = cf_mem_alloc(location->config.mem, size);
    if (change == NULL) {
        location->untold++;
        return;
    }
    char *block = (char *)(change + 1);
    change->size = size;
    change->row.kind = kind;
    change->row.expires = binding->timer.deadline;
    block = copy_texts(&binding->values, &change->row.values, block);
    memcpy(block, aor.at, aor.len);
    change->row.aor = cf_str_n(block, aor.len);
    cf_list_append(&location->changes, &change->link);
}

static void free_record(struct cf_location *location, struct cf_aor_record *record) {
    cf_map_remove(&location->records, &record->node);
    cf_mem_free_str(location->config.mem, &record->aor);
    cf_mem_free(location->config.mem, record, sizeof *record);
}

static struct cf_str flow_key(const struct cf_handle *flow) {
    return cf_str_n((const char *)flow, sizeof *flow);
}

static struct flow_record *find_flow(const struct cf_location *location, struct cf_handle flow) {
    struct cf_map_node *node = cf_map_get(&location->flows, flow_key(&flow));
    return node == NULL ? NULL : CF_OF(node, struct flow_record, node);
}

static bool join_flow(struct cf_location *location, struct cf_binding *binding) {
    struct cf_handle flow = binding->values.flow;
    struct flow_record *record = find_flow(location, flow);
    if (!cf_handle_is_set(flow)) {
        return true;
    }
    if (record == NULL) {
        record = cf_mem_alloc(location->config.mem, sizeof *record);
        if (record == NULL) {
            return false;
        }
        record->flow = flow;
        cf_list_init(&record->bindings);
        if (cf_map_add(&location->flows, &record->node, flow_key(&record->flow)) != CF_OK) {
            cf_mem_free(location->config.mem, record, sizeof *record);
            return false;
        }
    }
    cf_list_append(&record->bindings, &binding->of_flow);
    return true;
}

static void leave_flow(struct cf_location *location, struct cf_binding *binding) {
    struct flow_record *record = find_flow(location, binding->values.flow);
    if (record == NULL || !cf_link_is_in(&binding->of_flow)) {
        return;
    }
    cf_list_remove(&binding->of_flow);
    if (cf_list_is_empty(&record->bindings)) {
        cf_map_remove(&location->flows, &record->node);
        cf_mem_free(location->config.mem, record, sizeof *record);
    }
    binding->values.flow = (struct cf_handle){0, 0};
}

static void free_binding(struct cf_location *location, struct cf_binding *binding) {
    struct cf_aor_record *record = binding->record;
    leave_flow(location, binding);
    cf_heap_cancel(&location->timers, &binding->timer);
    cf_list_remove(&binding->of_aor);
    record->binding_count--;
    location->binding_count--;
    cf_mem_free(location->config.mem, binding, binding->size);
    if (record->binding_count == 0) {
        free_record(location, record);
    }
}

static void remove_binding(struct cf_location *location, struct cf_binding *binding) {
    tell(location, CF_LOCATION_REMOVED, binding);
    free_binding(location, binding);
}

void cf_location_fini(struct cf_location *location) {
    for (struct cf_map_node *node = cf_map_first(&location->records); node != NULL; node = cf_map_first(&location->records)) {
        struct cf_aor_record *record = CF_OF(node, struct cf_aor_record, node);
        while (record->binding_count > 1) {
            free_binding(location, CF_OF(cf_list_first(&record->bindings), struct cf_binding, of_aor));
        }
        free_binding(location, CF_OF(cf_list_first(&record->bindings), struct cf_binding, of_aor));
    }
    CF_LIST_EACH (&location->changes, link, following) {
        free_change(location, CF_OF(link, struct change, link));
    }
    if (location->told != NULL) {
        free_change(location, CF_OF(location->told, struct change, link));
    }
    cf_map_fini(&location->flows);
    cf_map_fini(&location->records);
    cf_heap_fini(&location->timers);
}

static struct cf_aor_record *find_record(const struct cf_location *location, struct cf_str aor) {
    struct cf_map_node *node = cf_map_get(&location->records, aor);
    return node == NULL ? NULL : CF_OF(node, struct cf_aor_record, node);
}

const struct cf_aor_record *cf_location_find(const struct cf_location *location, struct cf_str aor) {
    return find_record(location, aor);
}

const struct cf_binding *cf_aor_first(const struct cf_aor_record *record) {
    struct cf_link *link = cf_list_first(&record->bindings);
    return link == NULL ? NULL : CF_OF(link, struct cf_binding, of_aor);
}

const struct cf_binding *cf_aor_next(const struct cf_aor_record *record, const struct cf_binding *binding) {
    struct cf_link *link = cf_list_next(&record->bindings, &binding->of_aor);
    return link == NULL ? NULL : CF_OF(link, struct cf_binding, of_aor);
}

/* RFC 3261 section 10.3 step 7: same Call-ID and a CSeq that is not higher. */
static bool is_newer(const struct cf_binding *binding, struct cf_str call_id, uint32_t cseq) {
    return cf_str_eq(binding->values.call_id, call_id) && binding->values.cseq >= cseq;
}

static struct cf_aor_record *make_record(struct cf_location *location, struct cf_str aor) {
    const struct cf_mem *mem = location->config.mem;
    struct cf_aor_record *record = cf_mem_alloc(mem, sizeof *record);
    if (record == NULL) {
        return NULL;
    }
    cf_list_init(&record->bindings);
    if (!cf_mem_dup_str(mem, aor, &record->aor)) {
        cf_mem_free(mem, record, sizeof *record);
        return NULL;
    }
    if (cf_map_add(&location->records, &record->node, record->aor) != CF_OK) {
        cf_mem_free_str(mem, &record->aor);
        cf_mem_free(mem, record, sizeof *record);
        return NULL;
    }
    return record;
}

/* Most preferred first; of equals the latest first. */
static void insert_by_preference(struct cf_aor_record *record, struct cf_binding *binding) {
    CF_LIST_EACH (&record->bindings, link, following) {
        struct cf_binding *other = CF_OF(link, struct cf_binding, of_aor);
        if (other->values.q_thousandths <= binding->values.q_thousandths) {
            binding->of_aor.next = link;
            binding->of_aor.prev = link->prev;
            link->prev->next = &binding->of_aor;
            link->prev = &binding->of_aor;
            return;
        }
    }
    cf_list_append(&record->bindings, &binding->of_aor);
}

static struct cf_binding *make_binding(struct cf_location *location, struct cf_aor_record *record,
                                       const struct cf_binding_values *values, cf_usec expires) {
    size_t size = sizeof(struct cf_binding) + texts_size(values) + 1;
    struct cf_binding *binding = cf_mem_alloc(location->config.mem, size);
    if (binding == NULL) {
        return NULL;
    }
    binding->size = size;
    binding->record = record;
    copy_texts(values, &binding->values, (char *)(binding + 1));
    cf_binding_set_hashes(binding);
    if (!join_flow(location, binding) || cf_heap_set(&location->timers, &binding->timer, expires) != CF_OK) {
        leave_flow(location, binding);
        cf_mem_free(location->config.mem, binding, size);
        return NULL;
    }
    binding->serial = ++location->serial;
    insert_by_preference(record, binding);
    record->binding_count++;
    location->binding_count++;
    return binding;
}

static bool is_too_long(const struct cf_binding_values *values) {
    struct cf_binding_values copy = *values;
    for (size_t i = 0; i < TEXTS; i++) {
        if (texts_of(&copy, i)->len > CF_BINDING_TEXT_MAX) {
            return true;
        }
    }
    return false;
}

/* An update being carried out. */
struct update {
    struct cf_location *location;
    struct cf_str aor;
    const struct cf_location_op *ops;
    size_t count;
    struct cf_aor_record *record; /* NULL: none before */
    uint64_t serial;              /* last one before this update */
};

static bool binds(const struct cf_location_op *op) {
    return op->expires != 0;
}

/* May every part be done? Nothing is changed yet. */
static enum cf_err check_update(const struct update *u) {
    const struct cf_location_config *config = &u->location->config;
    size_t bound = 0;
    size_t kept = u->record == NULL ? 0 : u->record->binding_count;
    for (size_t i = 0; i < u->count; i++) {
        bound += binds(&u->ops[i]) ? 1 : 0;
        if (is_too_long(u->ops[i].values)) {
            return CF_ERR_LIMIT;
        }
    }
    for (const struct cf_binding *b = u->record == NULL ? NULL : cf_aor_first(u->record); b != NULL;
         b = cf_aor_next(u->record, b)) {
        bool is_touched = false;
        for (size_t i = 0; i < u->count; i++) {
            bool fits = cf_binding_is_same(&b->values, u->ops[i].values);
            if (fits && is_newer(b, u->ops[i].values->call_id, u->ops[i].values->cseq)) {
                return CF_ERR_STATE;
            }
            is_touched = is_touched || fits;
        }
        kept -= is_touched ? 1 : 0;
    }
    size_t others = u->location->binding_count - (u->record == NULL ? 0 : u->record->binding_count);
    bool is_full = bound > 0 && (kept + bound > config->devices_max || others + kept + bound > config->bindings_max);
    return is_full ? CF_ERR_LIMIT : CF_OK;
}

/* Frees what this update has made, so that everything is as before. */
static void take_back(struct update *u) {
    struct cf_aor_record *record = find_record(u->location, u->aor);
    size_t left = record == NULL ? 0 : record->binding_count;
    if (record != NULL && left == 0) {
        free_record(u->location, record);
    }
    struct cf_link *link = left == 0 ? NULL : cf_list_first(&record->bindings);
    for (; left > 0; left--) {
        struct cf_link *next = cf_list_next(&record->bindings, link);
        struct cf_binding *binding = CF_OF(link, struct cf_binding, of_aor);
        if (binding->serial > u->serial) {
            free_binding(u->location, binding);
        }
        link = next;
    }
}

/* The new bindings stand beside the old ones. */
static enum cf_err add_fresh(struct update *u) {
    for (size_t i = 0; i < u->count; i++) {
        if (!binds(&u->ops[i])) {
            continue;
        }
        if (u->record == NULL) {
            u->record = make_record(u->location, u->aor);
        }
        if (u->record == NULL || make_binding(u->location, u->record, u->ops[i].values, u->ops[i].expires) == NULL) {
            take_back(u);
            return CF_ERR_NO_MEMORY;
        }
    }
    return CF_OK;
}

static struct cf_binding *find_replaced(const struct cf_aor_record *record, const struct cf_binding_values *values,
                                        uint64_t before) {
    CF_LIST_EACH (&record->bindings, link, following) {
        struct cf_binding *binding = CF_OF(link, struct cf_binding, of_aor);
        if (binding->serial < before && cf_binding_is_same(&binding->values, values)) {
            return binding;
        }
    }
    return NULL;
}

/* Takes those that are older than @p before out of the way. A successor may have the same row of the store. */
static void remove_replaced(struct update *u, const struct cf_location_op *op, uint64_t before) {
    struct cf_aor_record *record = find_record(u->location, u->aor);
    struct cf_binding *old = record == NULL ? NULL : find_replaced(record, op->values, before);
    while (old != NULL) {
        if (!binds(op) || !cf_binding_is_same_row(&old->values, op->values)) {
            tell(u->location, CF_LOCATION_REMOVED, old);
        }
        free_binding(u->location, old);
        record = find_record(u->location, u->aor);
        old = record == NULL ? NULL : find_replaced(record, op->values, before);
    }
}

static void tell_stored(struct update *u, uint64_t serial) {
    CF_LIST_EACH (&u->record->bindings, link, following) {
        struct cf_binding *binding = CF_OF(link, struct cf_binding, of_aor);
        if (binding->serial == serial) {
            tell(u->location, CF_LOCATION_STORED, binding);
        }
    }
}

/* The old ones go. The record goes with its last binding, but it can't while one of this update is there. */
static void commit(struct update *u) {
    uint64_t serial = u->serial;
    for (size_t i = 0; i < u->count; i++) {
        const struct cf_location_op *op = &u->ops[i];
        if (binds(op)) {
            serial++;
            remove_replaced(u, op, serial);
            tell_stored(u, serial);
        } else {
            remove_replaced(u, op, serial + 1);
        }
    }
}

enum cf_err cf_location_update(struct cf_location *location, struct cf_str aor, const struct cf_location_op *ops, size_t count) {
    struct update u = {location, aor, ops, count, find_record(location, aor), location->serial};
    enum cf_err err = check_update(&u);
    if (err == CF_OK) {
        err = add_fresh(&u);
    }
    if (err == CF_OK) {
        commit(&u);
    }
    return err;
}

enum cf_err cf_location_restore(struct cf_location *location, struct cf_str aor, const struct cf_binding_values *values,
                                cf_usec expires, cf_usec now) {
    struct cf_location_op op = {values, expires};
    struct update u = {location, aor, &op, 1, find_record(location, aor), location->serial};
    if (expires <= now) {
        return CF_OK;
    }
    enum cf_err err = check_update(&u);
    return err == CF_OK ? add_fresh(&u) : err;
}

enum cf_err cf_location_unbind_all(struct cf_location *location, struct cf_str aor, struct cf_str call_id, uint32_t cseq) {
    struct cf_aor_record *record = find_record(location, aor);
    if (record == NULL) {
        return CF_OK;
    }
    CF_LIST_EACH (&record->bindings, link, following) {
        if (is_newer(CF_OF(link, struct cf_binding, of_aor), call_id, cseq)) {
            return CF_ERR_STATE;
        }
    }
    /* The record goes with its last binding: count instead of asking it. */
    for (size_t left = record->binding_count; left > 0; left--) {
        remove_binding(location, CF_OF(cf_list_first(&record->bindings), struct cf_binding, of_aor));
    }
    return CF_OK;
}

const struct cf_binding *cf_location_find_instance(const struct cf_location *location, struct cf_str aor,
                                                   struct cf_str instance) {
    const struct cf_aor_record *record = find_record(location, aor);
    const struct cf_binding *latest = NULL;
    if (record == NULL) {
        return NULL;
    }
    for (const struct cf_binding *b = cf_aor_first(record); b != NULL; b = cf_aor_next(record, b)) {
        if (cf_str_eq_nocase(b->values.instance, instance) && (latest == NULL || b->serial > latest->serial)) {
            latest = b;
        }
    }
    return latest;
}

void cf_location_on_flow_closed(struct cf_location *location, struct cf_handle flow) {
    struct flow_record *record = find_flow(location, flow);
    while (record != NULL) {
        struct cf_link *first = cf_list_first(&record->bindings);
        cf_assert(first != NULL);
        struct cf_binding *binding = CF_OF(first, struct cf_binding, of_flow);
        if (cf_binding_is_outbound(&binding->values) && binding->values.path.len == 0) {
            remove_binding(location, binding);
        } else {
            leave_flow(location, binding);
        }
        /* The record goes with its last binding. */
        record = find_flow(location, flow);
    }
}

void cf_location_on_flow_failed(struct cf_location *location, struct cf_str aor, uint64_t serial) {
    struct cf_aor_record *record = find_record(location, aor);
    if (record == NULL) {
        return;
    }
    CF_LIST_EACH (&record->bindings, link, following) {
        struct cf_binding *binding = CF_OF(link, struct cf_binding, of_aor);
        if (binding->serial == serial && cf_binding_is_outbound(&binding->values)) {
            remove_binding(location, binding);
            return; /* the record goes with its last binding */
        }
    }
}

cf_usec cf_location_deadline(const struct cf_location *location) {
    return cf_heap_deadline(&location->timers);
}

void cf_location_on_deadline(struct cf_location *location, cf_usec now) {
    for (struct cf_timer *timer = cf_heap_pop(&location->timers, now); timer != NULL;
         timer = cf_heap_pop(&location->timers, now)) {
        remove_binding(location, CF_OF(timer, struct cf_binding, timer));
    }
}

bool cf_location_poll(struct cf_location *location, struct cf_location_change *ret) {
    if (location->told != NULL) {
        free_change(location, CF_OF(location->told, struct change, link));
    }
    location->told = cf_list_pop(&location->changes);
    if (location->told == NULL) {
        return false;
    }
    *ret = CF_OF(location->told, struct change, link)->row;
    return true;
}
