/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How imitated Linphones read documents (RFC 4575), and what makes them ask for pictures. */
#include "lib/linphone_internal.h"

#include "adapt/expat/expat_conference_info.h"
#include "lib/test.h"

void linphone_forget_roster(struct linphone_client *c) {
    memset(c->devices, 0, sizeof c->devices);
}

static struct linphone_device *find(struct linphone_client *c, struct cf_str user, struct cf_str entity, struct cf_str call_id) {
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX && call_id.len > 0; i++) {
        if (c->devices[i].is_there && cf_str_eq(cf_str_of(c->devices[i].call_id), call_id)) {
            return &c->devices[i];
        }
    }
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX; i++) {
        if (c->devices[i].is_there && cf_str_eq(cf_str_of(c->devices[i].entity), entity) &&
            cf_str_eq(cf_str_of(c->devices[i].user), user)) {
            return &c->devices[i];
        }
    }
    return NULL;
}

static struct linphone_device *add(struct linphone_client *c, struct cf_str user, struct cf_str entity) {
    struct linphone_device *found = find(c, user, entity, CF_STR_NONE);
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX && found == NULL; i++) {
        if (!c->devices[i].is_there) {
            found = &c->devices[i];
            *found = (struct linphone_device){.is_there = true};
            linphone_copy(found->user, sizeof found->user, user);
            linphone_copy(found->entity, sizeof found->entity, entity);
        }
    }
    assert_non_null(found);
    return found;
}

static bool knows_user(const struct linphone_client *c, struct cf_str user) {
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX; i++) {
        if (c->devices[i].is_there && cf_str_eq(cf_str_of(c->devices[i].user), user)) {
            return true;
        }
    }
    return false;
}

static bool is_sent(enum cf_media_status status) {
    return status == CF_MEDIA_SENDRECV || status == CF_MEDIA_SENDONLY;
}

static uint32_t ssrc_of(const struct cf_info_media *m) {
    uint32_t ssrc = 0;
    if (m->src_id.len > 0) {
        assert_true(cf_str_to_u32(m->src_id, UINT32_MAX, &ssrc));
    }
    return ssrc;
}

static void keep_label(char *to, size_t size, struct cf_str label) {
    if (label.len > 0) {
        linphone_copy(to, size, label);
    }
}

static void read_medium(struct linphone_device *d, const struct cf_info_media *m) {
    /* It dereferences both without looking. */
    assert_true(m->type.len > 0);
    assert_true(m->has_status);
    if (cf_str_eq(m->type, CF_STR("audio"))) {
        d->sound = m->status;
        d->sound_ssrc = ssrc_of(m);
        keep_label(d->sound_label, sizeof d->sound_label, m->label);
    } else if (cf_str_eq(m->content, CF_STR("thumbnail"))) {
        d->miniature = m->status;
        d->miniature_ssrc = ssrc_of(m);
        keep_label(d->miniature_label, sizeof d->miniature_label, m->label);
    } else if (cf_str_eq(m->type, CF_STR("video"))) {
        d->video = m->status;
        d->video_ssrc = ssrc_of(m);
        d->is_sharing = cf_str_eq(m->content, CF_STR("slides"));
        keep_label(d->label, sizeof d->label, m->label);
    } else {
        assert_str(m->type, CF_STR("text"));
    }
}

/* Returns whether it asks for pictures because of this. */
static bool read_endpoint(struct linphone_client *c, const struct cf_conference_info *info, const struct cf_info_user *user,
                          const struct cf_info_endpoint *e) {
    bool is_full = info->state == CF_ROSTER_FULL;
    struct linphone_device *d =
        e->state == CF_ROSTER_FULL ? add(c, user->entity, e->entity) : find(c, user->entity, e->entity, e->call.call_id);
    if (e->state == CF_ROSTER_DELETED) {
        bool was_there = d != NULL;
        bool had_joined = was_there && d->status != CF_ENDPOINT_PENDING;
        if (was_there) {
            d->is_there = false;
        }
        return had_joined;
    }
    /* Unknown devices make it ask for the full state. */
    assert_non_null(d);
    enum cf_endpoint_status before = d->status;
    bool was_video = is_sent(d->video);
    bool was_miniature = is_sent(d->miniature);
    bool was_sharing = d->is_sharing;
    linphone_copy(d->entity, sizeof d->entity, e->entity);
    for (size_t i = 0; i < e->media_count; i++) {
        read_medium(d, &info->media[e->first_media + i]);
    }
    assert_true(e->has_status);
    assert_true(e->has_joining_method);
    d->status = e->status;
    linphone_copy(d->call_id, sizeof d->call_id, e->call.call_id);
    d->roles = user->has_roles ? user->roles : d->roles;
    bool is_new = e->state == CF_ROSTER_FULL;
    bool was_coming = before == CF_ENDPOINT_PENDING || before == CF_ENDPOINT_DIALING_IN || before == CF_ENDPOINT_DIALING_OUT ||
                      before == CF_ENDPOINT_ALERTING;
    bool has_changed =
        !is_full && !is_new && !was_coming && (was_video != is_sent(d->video) || was_miniature != is_sent(d->miniature));
    bool has_come = !is_full && (before != d->status || is_new) && d->status == CF_ENDPOINT_CONNECTED && is_sent(d->video);
    bool is_to_be_asked = !is_full && !is_new && was_sharing != d->is_sharing && c->is_grid;
    return has_changed || has_come || is_to_be_asked;
}

static bool read_user(struct linphone_client *c, const struct cf_conference_info *info, const struct cf_info_user *user) {
    bool asks = false;
    if (user->state == CF_ROSTER_DELETED) {
        /* It drops who has devices left, and never hears of them again. */
        assert_false(knows_user(c, user->entity));
        return false;
    }
    for (size_t i = 0; i < user->endpoint_count; i++) {
        const struct cf_info_endpoint *e = &info->endpoints[user->first_endpoint + i];
        bool is_own = cf_str_eq(e->call.call_id, cf_str_of(c->call.call_id));
        asks = (read_endpoint(c, info, user, e) && !is_own) || asks;
    }
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX && user->has_roles; i++) {
        if (c->devices[i].is_there && cf_str_eq(cf_str_of(c->devices[i].user), user->entity)) {
            c->devices[i].roles = user->roles;
        }
    }
    return asks;
}

static void read_description(struct linphone_client *c, const struct cf_conference_info *info) {
    if (!info->has_description) {
        return;
    }
    if (info->subject.len > 0) {
        linphone_copy(c->told_subject, sizeof c->told_subject, info->subject);
    }
    /* It is parsed as a number, or the document is lost. */
    uint64_t seconds = 0;
    assert_true(info->free_text.at == NULL || cf_str_to_u64(info->free_text, UINT64_MAX, &seconds));
    linphone_copy(c->start, sizeof c->start, info->start);
    linphone_copy(c->end, sizeof c->end, info->end);
}

void linphone_on_document(struct linphone_client *c, struct cf_str xml) {
    struct cf_conference_info info;
    bool asks = false;
    /* Nodes are compared as strings. */
    assert_true(linphone_has(xml, "xmlns:linphone-cie=\"linphone:xml:ns:conference-info-linphone-extension\""));
    sip_text_copy(&c->document, xml);
    assert_ok(cf_expat_read_conference_info(&c->world->node.mem.mem, xml, &info));
    bool is_full = info.state == CF_ROSTER_FULL;
    assert_true(is_full || c->has_state);
    assert_true(info.has_version && (is_full || info.version > c->version));
    c->version = info.version;
    c->documents++;
    c->full_documents += is_full ? 1 : 0;
    linphone_copy(c->told_entity, sizeof c->told_entity, info.entity);
    if (is_full) {
        linphone_forget_roster(c);
        c->has_text = linphone_has(xml, "<type>text</type><status>sendrecv");
    }
    read_description(c, &info);
    for (size_t i = 0; i < info.user_count_read; i++) {
        asks = read_user(c, &info, &info.users[i]) || asks;
    }
    c->has_state = true;
    c->wants_update = c->wants_update || asks || is_full;
    cf_conference_info_fini(&info);
}
