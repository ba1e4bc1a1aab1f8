/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where connectivity checks have led a leg's transports: shown to operators; a leg that nothing reaches any more ends. */
#include "core/focus/focus_impl.h"
#include "core/focus/leg_media.h"

/* A peer whose network has changed restarts ICE as soon as its signalling is there again: so long it may take. */
#define GRACE CF_SEC(20)

static const struct cf_leg_path *path_of(const struct cf_leg *leg, size_t index) {
    return index < leg->line_count && leg->lines[index].path.is_known ? &leg->lines[index].path : NULL;
}

bool cf_focus_path(const struct cf_focus *focus, struct cf_handle handle, size_t index, struct cf_leg_path *ret) {
    const struct cf_leg *leg = cf_handle_get(&focus->legs, handle);
    const struct cf_leg_path *path = leg == NULL ? NULL : path_of(leg, index);
    if (path != NULL) {
        *ret = *path;
    }
    return path != NULL;
}

/* Is there a transport with a way, and one that has lost or never found its? */
static void look(const struct cf_leg *leg, bool *ret_has_way, bool *ret_has_none) {
    for (size_t i = 0; i < leg->line_count; i++) {
        const struct cf_leg_path *path = path_of(leg, i);
        *ret_has_way = *ret_has_way || (path != NULL && path->state == CF_MEDIA_ICE_CONNECTED);
        *ret_has_none = *ret_has_none || (path != NULL && path->state != CF_MEDIA_ICE_CONNECTED);
    }
}

void cf_leg_on_checks(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now) {
    bool has_way = false;
    bool has_none = false;
    size_t index = event->as.ice.transport;
    if (index >= leg->line_count || event->as.ice.component > 1) {
        return;
    }
    struct cf_leg_path *path = &leg->lines[index].path;
    struct cf_leg_path before = *path;
    *path = (struct cf_leg_path){.is_known = true, .state = event->as.ice.state};
    if (event->as.ice.state == CF_MEDIA_ICE_CONNECTED) {
        path->is_nominated = event->as.ice.is_nominated;
        path->is_tcp = event->as.ice.socket >= CF_MEDIA_SOCKET_STREAMS && event->as.ice.socket != CF_MEDIA_SOCKET_NONE;
        path->remote_type = event->as.ice.remote_type;
        path->remote = event->as.ice.remote;
        path->local = cf_leg_address_of_socket(leg, event->as.ice.socket);
    } else {
        path->remote = before.remote; /* where it was last */
        path->local = before.local;
    }
    look(leg, &has_way, &has_none);
    if (has_way || !has_none) {
        leg->path_until = CF_USEC_NEVER;
    } else if (leg->path_until == CF_USEC_NEVER) {
        leg->path_until = now + GRACE;
    }
    if (path->is_nominated) {
        cf_leg_has_way(leg, now);
    }
    cf_leg_set_timer(leg);
}

void cf_leg_on_path_deadline(struct cf_leg *leg, cf_usec now) {
    bool was_lost = false;
    if (now < leg->path_until) {
        return;
    }
    leg->path_until = CF_USEC_NEVER;
    for (size_t i = 0; i < leg->line_count; i++) {
        const struct cf_leg_path *path = path_of(leg, i);
        was_lost = was_lost || (path != NULL && path->state == CF_MEDIA_ICE_LOST);
    }
    cf_session_end(&leg->session, 0,
                   was_lost ? CF_STR("Reason: SIP;cause=408;text=\"The peer consents to media no more\"\r\n")
                            : CF_STR("Reason: SIP;cause=408;text=\"No way for media was found\"\r\n"),
                   now);
}
