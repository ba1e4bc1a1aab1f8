/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference: the list of people who are invited, and moving or cancelling a scheduled one. */
#include "core/conf/conference.h"
#include "core/conf/conference_internal.h"
#include "core/conf/display_name.h"

struct cf_conference_invitee *cf_conf_invitee(const struct cf_conference *conf, struct cf_str aor) {
    struct cf_map_node *node = cf_map_get(&conf->invitees_by_aor, aor);
    return node == NULL ? NULL : CF_OF(node, struct cf_conference_invitee, node);
}

static void free_invitee(const struct cf_mem *mem, struct cf_conference_invitee *invitee) {
    cf_mem_free_str(mem, &invitee->aor);
    cf_mem_free_str(mem, &invitee->name);
    cf_mem_free(mem, invitee, sizeof *invitee);
}

static bool copy_invitee(const struct cf_mem *mem, const struct cf_resource_entry *entry, struct cf_conference_invitee *invitee) {
    char clean[CF_ROSTER_NAME_MAX];
    struct cf_str name = cf_str_n(clean, cf_display_name_clean(entry->name, clean, sizeof clean));
    invitee->role = entry->has_role ? entry->role : CF_CONF_ROLE_SPEAKER;
    invitee->sequence = entry->sequence;
    invitee->copy = entry->copy;
    invitee->is_anonymous = entry->is_anonymous;
    return cf_mem_dup_str(mem, entry->uri, &invitee->aor) && (name.len == 0 || cf_mem_dup_str(mem, name, &invitee->name));
}

enum cf_denial_reason cf_conf_invite(struct cf_conference *conf, const struct cf_resource_entry *entry) {
    const struct cf_mem *mem = conf->env->mem;
    void *invitees = (void *)conf->invitees;
    struct cf_conference_invitee *known = cf_conf_invitee(conf, entry->uri);
    if (known != NULL) {
        /* RFC 5364 section 4: of duplicates the most open one counts. */
        bool is_more_open = entry->copy != CF_COPY_UNMARKED && (known->copy == CF_COPY_UNMARKED || entry->copy < known->copy);
        known->copy = is_more_open ? entry->copy : known->copy;
        return CF_DENIAL_NONE;
    }
    if (conf->invitee_count >= conf->env->limits.list) {
        return CF_DENIAL_LIST_TOO_LONG;
    }
    if (entry->uri.len == 0 || entry->uri.len > CF_ROSTER_AOR_MAX) {
        return CF_DENIAL_TOO_LONG;
    }
    bool grown = cf_mem_grow(mem, &invitees, &conf->invitees_max, conf->invitee_count + 1, sizeof(*conf->invitees));
    conf->invitees = invitees;
    struct cf_conference_invitee *invitee = grown ? cf_mem_alloc(mem, sizeof *invitee) : NULL;
    if (invitee == NULL) {
        return CF_DENIAL_NO_MEMORY;
    }
    if (!copy_invitee(mem, entry, invitee) || cf_map_add(&conf->invitees_by_aor, &invitee->node, invitee->aor) != CF_OK) {
        free_invitee(mem, invitee);
        return CF_DENIAL_NO_MEMORY;
    }
    conf->invitees[conf->invitee_count++] = invitee;
    cf_conf_store(conf);
    return CF_DENIAL_NONE;
}

void cf_conf_uninvite(struct cf_conference *conf, struct cf_str aor) {
    struct cf_conference_invitee *invitee = cf_conf_invitee(conf, aor);
    size_t at = 0;
    if (invitee == NULL) {
        return;
    }
    while (conf->invitees[at] != invitee) {
        at++;
    }
    conf->invitee_count--;
    memmove((void *)&conf->invitees[at], (void *)&conf->invitees[at + 1], (conf->invitee_count - at) * sizeof(*conf->invitees));
    cf_map_remove(&conf->invitees_by_aor, &invitee->node);
    free_invitee(conf->env->mem, invitee);
    cf_conf_store(conf);
}

void cf_conf_clear_invitees(struct cf_conference *conf) {
    for (size_t i = 0; i < conf->invitee_count; i++) {
        cf_map_remove(&conf->invitees_by_aor, &conf->invitees[i]->node);
        free_invitee(conf->env->mem, conf->invitees[i]);
    }
    conf->invitee_count = 0;
}

static bool has_copy_control(const struct cf_conference *conf) {
    for (size_t i = 0; i < conf->invitee_count; i++) {
        if (conf->invitees[i]->copy != CF_COPY_UNMARKED || conf->invitees[i]->is_anonymous) {
            return true;
        }
    }
    return false;
}

void cf_put_conference_list(struct cf_writer *w, const struct cf_conference *conf) {
    struct cf_resource_list_writer l;
    bool is_marked = has_copy_control(conf);
    cf_resource_list_put_begin(&l, w, CF_RESOURCE_LIST_HISTORY, is_marked);
    for (size_t i = 0; i < conf->invitee_count; i++) {
        const struct cf_conference_invitee *invitee = conf->invitees[i];
        struct cf_resource_entry entry = {
            .uri = invitee->aor, .name = invitee->name, .copy = invitee->copy, .is_anonymous = invitee->is_anonymous};
        cf_resource_list_put_entry(&l, &entry);
    }
    if (conf->organiser.at != NULL && cf_conf_invitee(conf, conf->organiser) == NULL) {
        struct cf_resource_entry entry = {.uri = conf->organiser, .copy = is_marked ? CF_COPY_TO : CF_COPY_UNMARKED};
        cf_resource_list_put_entry(&l, &entry);
    }
    cf_resource_list_put_end(&l);
}

/* --- moving and cancelling --- */

/* The organiser of a scheduled conference in which nobody is. */
static enum cf_denial_reason check_organiser(const struct cf_conference *conf, const struct cf_conference_actor *actor) {
    bool is_organiser = conf->organiser.at != NULL && cf_str_eq(conf->organiser, actor->aor);
    if (cf_conference_is_over(conf)) {
        return conf->state == CF_CONFERENCE_STATE_CANCELLED ? CF_DENIAL_CANCELLED : CF_DENIAL_GONE;
    }
    if (!actor->is_operator && !is_organiser) {
        return CF_DENIAL_NOT_ORGANISER;
    }
    if (conf->kind != CF_CONFERENCE_SCHEDULED) {
        return CF_DENIAL_STATE;
    }
    return conf->roster.devices.count > 0 ? CF_DENIAL_IN_USE : CF_DENIAL_NONE;
}

/* The new list in place of the old one. If memory runs out part of the new list is in place, and the denial says so. */
static enum cf_denial_reason replace_invitees(struct cf_conference *conf, const struct cf_resource_list *list) {
    if (list->count > conf->env->limits.list) {
        return CF_DENIAL_LIST_TOO_LONG;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].uri.len == 0 || list->entries[i].uri.len > CF_ROSTER_AOR_MAX) {
            return CF_DENIAL_TOO_LONG;
        }
    }
    cf_conf_clear_invitees(conf);
    for (size_t i = 0; i < list->count; i++) {
        enum cf_denial_reason reason = cf_conf_invite(conf, &list->entries[i]);
        if (reason != CF_DENIAL_NONE) {
            return reason;
        }
    }
    return CF_DENIAL_NONE;
}

struct cf_denial cf_conference_on_update(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor,
                                         const struct cf_conference_update *update) {
    char clean[CF_CONFERENCE_SUBJECT_MAX];
    struct cf_str copy = CF_STR_NONE;
    enum cf_denial_reason reason = check_organiser(conf, actor);
    struct cf_str subject = cf_str_n(clean, cf_display_name_clean(update->subject, clean, sizeof clean));
    if (reason == CF_DENIAL_NONE && subject.len > 0 && !cf_mem_dup_str(conf->env->mem, subject, &copy)) {
        reason = CF_DENIAL_NO_MEMORY;
    }
    if (reason == CF_DENIAL_NONE && update->invitees != NULL) {
        reason = replace_invitees(conf, update->invitees);
    }
    if (reason != CF_DENIAL_NONE) {
        cf_mem_free_str(conf->env->mem, &copy);
        return cf_deny(reason);
    }
    if (copy.at != NULL) {
        cf_mem_free_str(conf->env->mem, &conf->subject);
        conf->subject = copy;
    }
    conf->start = cf_conf_clamp(update->start);
    conf->end = cf_conf_clamp(update->end);
    cf_roster_touch_description(&conf->roster);
    cf_conf_store(conf);
    cf_conf_settle(conf, now);
    return cf_deny(CF_DENIAL_NONE);
}

struct cf_denial cf_conference_on_cancel(struct cf_conference *conf, cf_usec now, const struct cf_conference_actor *actor) {
    enum cf_denial_reason reason = check_organiser(conf, actor);
    if (reason == CF_DENIAL_NONE) {
        cf_conf_step(conf, now, CF_CONFERENCE_CALLED_OFF);
        cf_conf_settle(conf, now);
    }
    return cf_deny(reason);
}
