/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The roster: who is in a conference with which devices and media, and when each of that changed. */
#include "core/conf/roster.h"

#include "base/bug.h"
#include "core/conf/display_name.h"

static const struct cf_mem *mem_of(const struct cf_roster *roster) {
    return roster->config.mem;
}

static uint64_t next_sequence(struct cf_roster *roster) {
    return ++roster->sequence;
}

void cf_roster_init(struct cf_roster *roster, const struct cf_roster_config *config) {
    uint64_t seed = 0;
    cf_entropy_fill(config->entropy, &seed, sizeof seed);
    *roster = (struct cf_roster){.config = *config};
    cf_map_init(&roster->by_aor, config->mem, seed);
    cf_map_init(&roster->by_label, config->mem, ~seed);
    cf_handle_table_init(&roster->devices, config->mem, config->participants_max * config->devices_max);
    cf_list_init(&roster->order);
    cf_list_init(&roster->journal);
    cf_list_init(&roster->gone);
}

static void free_call(const struct cf_mem *mem, struct cf_roster_call *call) {
    cf_mem_free_str(mem, &call->call_id);
    cf_mem_free_str(mem, &call->from_tag);
    cf_mem_free_str(mem, &call->to_tag);
}

static void free_gone_device(const struct cf_mem *mem, struct cf_roster_gone_device *gone) {
    cf_mem_free_str(mem, &gone->entity);
    cf_mem_free_str(mem, &gone->cause.text);
    free_call(mem, &gone->call);
}

static void free_participant(const struct cf_mem *mem, struct cf_roster_participant *p) {
    for (size_t i = 0; i < p->gone_count; i++) {
        free_gone_device(mem, &p->gone[i]);
    }
    cf_mem_free(mem, p->gone, p->gone_max * sizeof(*p->gone));
    cf_mem_free_str(mem, &p->aor);
    cf_mem_free_str(mem, &p->name);
    cf_mem_free(mem, p, sizeof *p);
}

static void free_device(struct cf_roster *roster, struct cf_roster_device *device) {
    const struct cf_mem *mem = mem_of(roster);
    cf_roster_drop_labels(roster, device);
    cf_handle_remove(&roster->devices, device->handle);
    cf_list_remove(&device->in_participant);
    cf_mem_free_str(mem, &device->entity);
    cf_mem_free_str(mem, &device->cause.text);
    cf_mem_free_str(mem, &device->brought_by);
    free_call(mem, &device->call);
    cf_mem_free(mem, device, sizeof *device);
}

void cf_roster_fini(struct cf_roster *roster) {
    CF_LIST_EACH (&roster->order, link, next) {
        struct cf_roster_participant *p = CF_OF(link, struct cf_roster_participant, in_order);
        CF_LIST_EACH (&p->devices, device_link, next_device) {
            free_device(roster, CF_OF(device_link, struct cf_roster_device, in_participant));
        }
        cf_map_remove(&roster->by_aor, &p->node);
        free_participant(mem_of(roster), p);
    }
    CF_LIST_EACH (&roster->gone, link, next) {
        free_participant(mem_of(roster), CF_OF(link, struct cf_roster_participant, in_order));
    }
    cf_map_fini(&roster->by_aor);
    cf_map_fini(&roster->by_label);
    cf_handle_table_fini(&roster->devices);
}

struct cf_roster_participant *cf_roster_find(const struct cf_roster *roster, struct cf_str aor) {
    struct cf_map_node *node = cf_map_get(&roster->by_aor, aor);
    return node == NULL ? NULL : CF_OF(node, struct cf_roster_participant, node);
}

struct cf_roster_device *cf_roster_device(const struct cf_roster *roster, struct cf_handle handle) {
    return cf_handle_get(&roster->devices, handle);
}

struct cf_roster_device *cf_roster_find_device(const struct cf_roster_participant *participant, struct cf_str entity) {
    for (struct cf_roster_device *d = cf_roster_first_device(participant); d != NULL; d = cf_roster_next_device(d)) {
        if (cf_str_eq(d->entity, entity)) {
            return d;
        }
    }
    return NULL;
}

struct cf_roster_participant *cf_roster_first(const struct cf_roster *roster) {
    struct cf_link *link = cf_list_first(&roster->order);
    return link == NULL ? NULL : CF_OF(link, struct cf_roster_participant, in_order);
}

struct cf_roster_participant *cf_roster_next(const struct cf_roster *roster, const struct cf_roster_participant *participant) {
    struct cf_link *link = cf_list_next(&roster->order, &participant->in_order);
    return link == NULL ? NULL : CF_OF(link, struct cf_roster_participant, in_order);
}

struct cf_roster_device *cf_roster_first_device(const struct cf_roster_participant *participant) {
    struct cf_link *link = cf_list_first(&participant->devices);
    return link == NULL ? NULL : CF_OF(link, struct cf_roster_device, in_participant);
}

struct cf_roster_device *cf_roster_next_device(const struct cf_roster_device *device) {
    struct cf_link *link = cf_list_next(&device->participant->devices, &device->in_participant);
    return link == NULL ? NULL : CF_OF(link, struct cf_roster_device, in_participant);
}

static void note_change(struct cf_roster *roster, struct cf_roster_participant *p) {
    p->changed = next_sequence(roster);
    cf_list_remove(&p->in_journal);
    cf_list_append(&roster->journal, &p->in_journal);
}

enum cf_err cf_roster_add(struct cf_roster *roster, struct cf_str aor, struct cf_roster_participant **ret) {
    const struct cf_mem *mem = mem_of(roster);
    if (roster->participant_count >= roster->config.participants_max || aor.len > CF_ROSTER_AOR_MAX || aor.len == 0) {
        return CF_ERR_LIMIT;
    }
    struct cf_roster_participant *p = cf_mem_alloc(mem, sizeof *p);
    if (p == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    cf_list_init(&p->devices);
    enum cf_err err = cf_mem_dup_str(mem, aor, &p->aor) ? cf_map_add(&roster->by_aor, &p->node, p->aor) : CF_ERR_NO_MEMORY;
    if (err != CF_OK) {
        free_participant(mem, p);
        return err;
    }
    p->ordinal = ++roster->ordinal;
    cf_list_append(&roster->order, &p->in_order);
    roster->participant_count++;
    note_change(roster, p);
    p->own_changed = p->changed;
    cf_roster_touch_count(roster);
    *ret = p;
    return CF_OK;
}

/* Who has not seen the removal that is forgotten now can't be told it any more. */
static void raise_floor(struct cf_roster *roster, uint64_t sequence) {
    roster->floor = sequence > roster->floor ? sequence : roster->floor;
}

static void forget_oldest_note(struct cf_roster *roster) {
    struct cf_link *oldest = cf_list_pop(&roster->gone);
    cf_assert(oldest != NULL);
    struct cf_roster_participant *p = CF_OF(oldest, struct cf_roster_participant, in_order);
    raise_floor(roster, p->changed);
    cf_list_remove(&p->in_journal);
    roster->gone_count--;
    free_participant(mem_of(roster), p);
}

void cf_roster_remove(struct cf_roster *roster, struct cf_roster_participant *participant) {
    cf_assert(cf_list_is_empty(&participant->devices) && !cf_link_is_in(&participant->in_departed));
    cf_map_remove(&roster->by_aor, &participant->node);
    cf_list_remove(&participant->in_order);
    roster->participant_count--;
    participant->is_gone = true;
    cf_list_append(&roster->gone, &participant->in_order);
    roster->gone_count++;
    note_change(roster, participant);
    cf_roster_touch_count(roster);
    if (roster->gone_count > CF_ROSTER_GONE_MAX) {
        forget_oldest_note(roster);
    }
}

enum cf_err cf_roster_add_device(struct cf_roster *roster, struct cf_roster_participant *participant, struct cf_str entity,
                                 struct cf_roster_device **ret) {
    const struct cf_mem *mem = mem_of(roster);
    if (participant->device_count >= roster->config.devices_max || entity.len > CF_ROSTER_ENTITY_MAX || entity.len == 0) {
        return CF_ERR_LIMIT;
    }
    if (cf_roster_find_device(participant, entity) != NULL) {
        return CF_ERR_EXISTS;
    }
    struct cf_roster_device *device = cf_mem_alloc(mem, sizeof *device);
    if (device == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    device->participant = participant;
    bool has_all = cf_mem_dup_str(mem, entity, &device->entity);
    if (has_all) {
        device->handle = cf_handle_add(&roster->devices, device);
        has_all = cf_handle_is_set(device->handle);
    }
    if (!has_all) {
        free_device(roster, device);
        return CF_ERR_NO_MEMORY;
    }
    cf_roster_make_labels(roster, device);
    cf_list_append(&participant->devices, &device->in_participant);
    participant->device_count++;
    cf_roster_touch_device(roster, device);
    device->added = device->changed;
    device->fresh = device->changed;
    *ret = device;
    return CF_OK;
}

/* A place for one more note of a removed device, or NULL if the note must be done without. */
static struct cf_roster_gone_device *take_note(struct cf_roster *roster, struct cf_roster_participant *p) {
    if (p->gone_count == CF_ROSTER_GONE_DEVICES_MAX) {
        raise_floor(roster, p->gone[0].removed);
        free_gone_device(mem_of(roster), &p->gone[0]);
        p->gone_count--;
        memmove(&p->gone[0], &p->gone[1], p->gone_count * sizeof(*p->gone));
    }
    void *gone = p->gone;
    bool grown = cf_mem_grow(mem_of(roster), &gone, &p->gone_max, p->gone_count + 1, sizeof(*p->gone));
    p->gone = gone;
    return grown ? &p->gone[p->gone_count++] : NULL;
}

void cf_roster_remove_device(struct cf_roster *roster, struct cf_roster_device *device) {
    cf_assert(!cf_link_is_in(&device->in_linger) && !cf_link_is_in(&device->in_out));
    struct cf_roster_participant *p = device->participant;
    cf_roster_touch_device(roster, device);
    struct cf_roster_gone_device *note = take_note(roster, p);
    if (note == NULL) {
        raise_floor(roster, device->changed);
    } else {
        *note = (struct cf_roster_gone_device){.entity = device->entity,
                                               .call = device->call,
                                               .method = device->disconnection_method,
                                               .cause = device->cause,
                                               .at = device->disconnected,
                                               .added = device->added,
                                               .removed = device->changed};
        device->entity = CF_STR_NONE;
        device->call = (struct cf_roster_call){.call_id = CF_STR_NONE};
        device->cause.text = CF_STR_NONE;
    }
    p->device_count--;
    free_device(roster, device);
}

enum cf_err cf_roster_rename_device(struct cf_roster *roster, struct cf_roster_device *device, struct cf_str entity) {
    struct cf_roster_participant *p = device->participant;
    struct cf_str copy = CF_STR_NONE;
    if (cf_str_eq(device->entity, entity)) {
        return CF_OK;
    }
    if (entity.len > CF_ROSTER_ENTITY_MAX || entity.len == 0) {
        return CF_ERR_LIMIT;
    }
    if (cf_roster_find_device(p, entity) != NULL) {
        return CF_ERR_EXISTS;
    }
    if (!cf_mem_dup_str(mem_of(roster), entity, &copy)) {
        return CF_ERR_NO_MEMORY;
    }
    cf_roster_touch_device(roster, device);
    struct cf_roster_gone_device *note = take_note(roster, p);
    if (note == NULL) {
        raise_floor(roster, device->changed);
        cf_mem_free_str(mem_of(roster), &device->entity);
    } else {
        *note = (struct cf_roster_gone_device){.entity = device->entity, .added = device->added, .removed = device->changed};
    }
    device->entity = copy;
    device->added = device->changed;
    device->fresh = device->changed;
    return CF_OK;
}

enum cf_err cf_roster_set_call(struct cf_roster *roster, struct cf_roster_device *device, const struct cf_roster_call *call) {
    const struct cf_mem *mem = mem_of(roster);
    struct cf_roster_call copy = {.call_id = CF_STR_NONE};
    if (call->call_id.len > CF_ROSTER_CALL_ID_MAX || call->from_tag.len > CF_ROSTER_TAG_MAX ||
        call->to_tag.len > CF_ROSTER_TAG_MAX) {
        return CF_ERR_LIMIT;
    }
    if (!cf_mem_dup_str(mem, call->call_id, &copy.call_id) || !cf_mem_dup_str(mem, call->from_tag, &copy.from_tag) ||
        !cf_mem_dup_str(mem, call->to_tag, &copy.to_tag)) {
        free_call(mem, &copy);
        return CF_ERR_NO_MEMORY;
    }
    bool had_ids = device->call.call_id.len > 0;
    free_call(mem, &device->call);
    device->call = copy;
    cf_roster_touch_device(roster, device);
    if (had_ids && copy.call_id.len == 0) {
        cf_roster_freshen(roster, device);
    }
    return CF_OK;
}

void cf_roster_freshen(struct cf_roster *roster, struct cf_roster_device *device) {
    cf_roster_touch_device(roster, device);
    device->fresh = device->changed;
}

bool cf_roster_renew_handle(struct cf_roster *roster, struct cf_roster_device *device) {
    /* A slot is given back first: taking one then needs no memory and can't fail. */
    cf_handle_remove(&roster->devices, device->handle);
    device->handle = cf_handle_add(&roster->devices, device);
    return cf_handle_is_set(device->handle);
}

void cf_roster_set_name(struct cf_roster *roster, struct cf_roster_participant *participant, struct cf_str name) {
    char clean[CF_ROSTER_NAME_MAX];
    struct cf_str copy = CF_STR_NONE;
    struct cf_str cleaned = cf_str_n(clean, cf_display_name_clean(name, clean, sizeof clean));
    if (cleaned.len == 0 || cf_str_eq(cleaned, participant->name) || !cf_mem_dup_str(mem_of(roster), cleaned, &copy)) {
        return;
    }
    cf_mem_free_str(mem_of(roster), &participant->name);
    participant->name = copy;
    cf_roster_touch(roster, participant);
}

void cf_roster_set_cause(struct cf_roster *roster, struct cf_roster_device *device, uint16_t code, struct cf_str text) {
    char clean[CF_ROSTER_REASON_MAX];
    struct cf_str cleaned = cf_str_n(clean, cf_display_name_clean(text, clean, sizeof clean));
    for (size_t i = 0; i < cleaned.len; i++) {
        clean[i] = (char)(clean[i] == '"' || clean[i] == '\\' ? '\'' : clean[i]); /* it will stand in a quoted string */
    }
    cf_mem_free_str(mem_of(roster), &device->cause.text);
    device->cause.code = code;
    if (cleaned.len > 0) {
        (void)cf_mem_dup_str(mem_of(roster), cleaned, &device->cause.text); /* the code alone is good enough */
    }
}

void cf_roster_set_brought_by(struct cf_roster *roster, struct cf_roster_device *device, struct cf_str aor) {
    cf_mem_free_str(mem_of(roster), &device->brought_by);
    (void)cf_mem_dup_str(mem_of(roster), aor, &device->brought_by); /* a courtesy: absent is fine */
}

void cf_roster_touch_device(struct cf_roster *roster, struct cf_roster_device *device) {
    note_change(roster, device->participant);
    device->changed = device->participant->changed;
}

void cf_roster_touch(struct cf_roster *roster, struct cf_roster_participant *participant) {
    note_change(roster, participant);
    participant->own_changed = participant->changed;
}

void cf_roster_touch_description(struct cf_roster *roster) {
    roster->described = next_sequence(roster);
}

void cf_roster_touch_count(struct cf_roster *roster) {
    roster->counted = next_sequence(roster);
}

struct cf_str cf_roster_role_word(const struct cf_roster_participant *participant) {
    if (participant->is_admin) {
        return CF_STR("moderator");
    }
    return participant->role == CF_CONF_ROLE_LISTENER ? CF_STR("listener") : CF_STR("speaker");
}

bool cf_roster_is_silenced(const struct cf_roster_participant *participant) {
    return participant->is_muted || participant->role == CF_CONF_ROLE_LISTENER;
}

enum cf_endpoint_status cf_roster_device_status(const struct cf_roster_device *device) {
    bool is_up = device->status == CF_ENDPOINT_CONNECTED || device->status == CF_ENDPOINT_DIALING_IN;
    if (is_up && device->is_waiting) {
        return CF_ENDPOINT_ON_HOLD;
    }
    if (device->status != CF_ENDPOINT_CONNECTED) {
        return device->status;
    }
    if (device->is_held) {
        return CF_ENDPOINT_ON_HOLD;
    }
    return device->participant->is_muted ? CF_ENDPOINT_MUTED_VIA_FOCUS : CF_ENDPOINT_CONNECTED;
}

bool cf_roster_device_is_in(const struct cf_roster_device *device) {
    return device->status == CF_ENDPOINT_CONNECTED && !device->is_waiting;
}
