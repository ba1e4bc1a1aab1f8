/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference: what calls do to its devices, its head count and its participants. */
#include "base/bug.h"
#include "core/conf/conference.h"
#include "core/conf/conference_happening.h"
#include "core/conf/conference_internal.h"

/* --- head count --- */

bool cf_conf_counts(const struct cf_roster_device *device) {
    return (device->status == CF_ENDPOINT_DIALING_IN || device->status == CF_ENDPOINT_CONNECTED) && !device->is_waiting;
}

bool cf_conf_is_present(const struct cf_roster_participant *participant) {
    for (struct cf_roster_device *d = cf_roster_first_device(participant); d != NULL; d = cf_roster_next_device(d)) {
        if (cf_conf_counts(d)) {
            return true;
        }
    }
    return false;
}

/* The organiser always is administrator; where there is no organiser to wait for, somebody of those who are in has to be. */
static void give_roles(struct cf_conference *conf, struct cf_roster_participant *p) {
    if (p->is_organiser && !p->is_admin) {
        p->is_admin = true;
        cf_roster_touch(&conf->roster, p);
    }
    bool waits_for_organiser = conf->kind == CF_CONFERENCE_SCHEDULED && conf->organiser.at != NULL;
    conf->needs_admin = conf->needs_admin || !waits_for_organiser;
}

/* Is another device of the same participant in? */
static bool has_other(const struct cf_roster_device *device) {
    for (struct cf_roster_device *d = cf_roster_first_device(device->participant); d != NULL; d = cf_roster_next_device(d)) {
        if (d != device && cf_conf_counts(d)) {
            return true;
        }
    }
    return false;
}

/* A hand goes down with the last device of who raised it. */
static void lower_hand(struct cf_conference *conf, struct cf_roster_participant *leaving) {
    if (leaving->hand_up != 0) {
        leaving->hand_up = 0;
        cf_roster_touch(&conf->roster, leaving);
    }
}

static void count(struct cf_conference *conf, const struct cf_roster_device *device) {
    if (conf->in_count == 0 && conf->state != CF_CONFERENCE_STATE_RUNNING) {
        cf_conf_tell(conf, CF_HAPPENING_STARTED, NULL);
    }
    conf->in_count++;
    if (!has_other(device)) {
        conf->people_count++;
        cf_conf_tell(conf, CF_HAPPENING_JOINED, device->participant);
    }
    give_roles(conf, device->participant);
}

static void uncount(struct cf_conference *conf, const struct cf_roster_device *device) {
    conf->in_count--;
    conf->needs_admin = conf->needs_admin || device->participant->is_admin;
    if (!has_other(device)) {
        conf->people_count--;
        lower_hand(conf, device->participant);
        cf_conf_tell(conf, CF_HAPPENING_LEFT, device->participant);
    }
}

static void recount(struct cf_conference *conf, const struct cf_roster_device *device, bool counted) {
    bool counts = cf_conf_counts(device);
    if (counts && !counted) {
        count(conf, device);
    }
    if (!counts && counted) {
        uncount(conf, device);
    }
}

void cf_conf_set_status(struct cf_conference *conf, struct cf_roster_device *device, enum cf_endpoint_status status) {
    bool counted = cf_conf_counts(device);
    bool was_gone = device->status == CF_ENDPOINT_DISCONNECTED;
    device->status = status;
    recount(conf, device, counted);
    cf_roster_touch_device(&conf->roster, device);
    if (was_gone && status != CF_ENDPOINT_DISCONNECTED) {
        cf_roster_freshen(&conf->roster, device); /* there is no reason for its absence any more */
    }
}

void cf_conf_set_waiting(struct cf_conference *conf, struct cf_roster_device *device, bool is_waiting) {
    bool counted = cf_conf_counts(device);
    device->is_waiting = is_waiting;
    if (is_waiting) {
        cf_conf_tell(conf, CF_HAPPENING_WAITING, device->participant);
    }
    recount(conf, device, counted);
    cf_roster_touch_device(&conf->roster, device);
    cf_roster_touch(&conf->roster, device->participant);
}

bool cf_conference_is_member(const struct cf_conference *conf, struct cf_str aor) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, aor);
    return p != NULL && cf_conf_is_present(p);
}

void cf_conf_set_verified(struct cf_conference *conf, struct cf_roster_participant *participant, bool is_verified) {
    if (participant->is_verified != is_verified) {
        participant->is_verified = is_verified;
        cf_roster_touch(&conf->roster, participant);
    }
}

/* --- participants come and go --- */

/* A participant who is only still shown makes place for one who comes. */
static bool flush_departed(struct cf_conference *conf) {
    struct cf_link *link = cf_list_pop(&conf->departed);
    if (link == NULL) {
        return false;
    }
    cf_roster_remove(&conf->roster, CF_OF(link, struct cf_roster_participant, in_departed));
    return true;
}

static enum cf_denial_reason add_participant(struct cf_conference *conf, struct cf_str aor, struct cf_roster_participant **ret) {
    enum cf_err err = CF_OK;
    do {
        err = cf_roster_add(&conf->roster, aor, ret);
    } while (err == CF_ERR_LIMIT && aor.len <= CF_ROSTER_AOR_MAX && aor.len > 0 && flush_departed(conf));
    return cf_denial_of(err, aor.len <= CF_ROSTER_AOR_MAX && aor.len > 0 ? CF_DENIAL_FULL : CF_DENIAL_TOO_LONG);
}

enum cf_denial_reason cf_conf_take_participant(struct cf_conference *conf, cf_usec now, struct cf_str aor, struct cf_str name,
                                               struct cf_roster_participant **ret) {
    struct cf_roster_participant *p = cf_roster_find(&conf->roster, aor);
    if (p == NULL) {
        enum cf_denial_reason reason = add_participant(conf, aor, &p);
        if (reason != CF_DENIAL_NONE) {
            return reason;
        }
        const struct cf_conference_invitee *invitee = cf_conf_invitee(conf, aor);
        if (invitee != NULL) {
            p->role = invitee->role;
            cf_roster_set_name(&conf->roster, p, invitee->name);
        }
        p->is_organiser = conf->organiser.at != NULL && cf_str_eq(conf->organiser, aor);
        cf_conf_depart(conf, now, p); /* until it has a device */
    }
    cf_roster_set_name(&conf->roster, p, name);
    *ret = p;
    return CF_DENIAL_NONE;
}

void cf_conf_depart(struct cf_conference *conf, cf_usec now, struct cf_roster_participant *participant) {
    if (participant->device_count == 0 && !cf_link_is_in(&participant->in_departed)) {
        participant->departed_at = now + conf->env->times.departed_shown_usec;
        cf_list_append(&conf->departed, &participant->in_departed);
    }
}

void cf_conf_drop_device(struct cf_conference *conf, cf_usec now, struct cf_roster_device *device) {
    struct cf_roster_participant *p = device->participant;
    if (cf_conf_counts(device)) {
        uncount(conf, device);
    }
    if (device->disconnected == 0) {
        device->disconnected = cf_conf_wall(conf, now);
    }
    cf_list_remove(&device->in_out);
    cf_list_remove(&device->in_linger);
    cf_roster_remove_device(&conf->roster, device);
    cf_conf_depart(conf, now, p);
}

void cf_conf_hang_up(struct cf_conference *conf, cf_usec now, struct cf_roster_device *device, enum cf_hang_up_reason reason) {
    bool was_begun = (device->out & CF_CONF_WANT_INVITE) == 0;
    switch (device->status) {
    case CF_ENDPOINT_DISCONNECTING:
        return;
    case CF_ENDPOINT_DISCONNECTED:
        cf_conf_drop_device(conf, now, device);
        return;
    case CF_ENDPOINT_PENDING:
    case CF_ENDPOINT_DIALING_OUT:
    case CF_ENDPOINT_ALERTING:
    case CF_ENDPOINT_DIALING_IN:
    case CF_ENDPOINT_CONNECTED:
    case CF_ENDPOINT_ON_HOLD:
    case CF_ENDPOINT_MUTED_VIA_FOCUS:
    case CF_ENDPOINT_STATUS_COUNT_:
        break;
    }
    device->disconnection_method = CF_DISCONNECTION_BOOTED;
    if (!was_begun) {
        cf_conf_drop_device(conf, now, device);
        return;
    }
    device->hang_up_reason = (uint8_t)reason;
    cf_conf_set_status(conf, device, CF_ENDPOINT_DISCONNECTING);
    cf_conf_want(conf, device, CF_CONF_WANT_HANG_UP);
}

/* --- events of one call --- */

/* The ids in the document must be those of this call or none at all. */
enum cf_err cf_conf_take_ids(struct cf_conference *conf, struct cf_roster_device *device, const struct cf_roster_call *ids) {
    static const struct cf_roster_call none;
    enum cf_err err = cf_roster_set_call(&conf->roster, device, ids);
    return err == CF_ERR_LIMIT ? cf_roster_set_call(&conf->roster, device, &none) : err;
}

static struct cf_roster_device *find_device(struct cf_conference *conf, struct cf_handle handle) {
    struct cf_roster_device *device = cf_roster_device(&conf->roster, handle);
    conf->stale += device == NULL ? 1 : 0;
    return device;
}

static void show_failed(struct cf_conference *conf, cf_usec now, struct cf_roster_device *device) {
    device->disconnected = cf_conf_wall(conf, now);
    device->linger_at = now + conf->env->times.failed_shown_usec;
    cf_list_append(&conf->linger, &device->in_linger);
}

/* Act on a cell of the table; false if the device is gone after it. */
static bool step_device(struct cf_conference *conf, cf_usec now, struct cf_roster_device *device, enum cf_device_event event) {
    struct cf_device_rule rule = cf_device_next(device->status, event);
    switch (rule.step) {
    case CF_DEVICE_IGNORE:
        break;
    case CF_DEVICE_ENTER:
        device->joined = cf_conf_wall(conf, now);
        cf_conf_set_status(conf, device, rule.next);
        break;
    case CF_DEVICE_MOVE:
        cf_conf_set_status(conf, device, rule.next);
        break;
    case CF_DEVICE_SHOW_FAILED:
        cf_conf_set_status(conf, device, rule.next);
        show_failed(conf, now, device);
        break;
    case CF_DEVICE_REMOVE:
        cf_conf_drop_device(conf, now, device);
        return false;
    case CF_DEVICE_HANG_UP:
        cf_list_remove(&device->in_linger);
        cf_conf_set_status(conf, device, rule.next);
        cf_conf_want(conf, device, CF_CONF_WANT_HANG_UP);
        break;
    }
    return true;
}

void cf_conference_on_connected(struct cf_conference *conf, cf_usec now, struct cf_handle handle) {
    struct cf_roster_device *device = find_device(conf, handle);
    if (device == NULL) {
        return;
    }
    bool was_connected = device->status == CF_ENDPOINT_CONNECTED;
    (void)step_device(conf, now, device, CF_DEVICE_CONNECTED);
    bool is_connected = device->status == CF_ENDPOINT_CONNECTED;
    if (is_connected && !was_connected && cf_roster_is_silenced(device->participant)) {
        cf_conf_want(conf, device, CF_CONF_WANT_MUTE);
    }
    if (is_connected && conf->kind == CF_CONFERENCE_AD_HOC && device->participant->is_admin) {
        cf_conf_dial_list(conf, now);
    }
    cf_conf_settle(conf, now);
}

void cf_conference_on_dialing(struct cf_conference *conf, cf_usec now, struct cf_handle handle,
                              const struct cf_conference_call *call) {
    struct cf_roster_device *device = find_device(conf, handle);
    if (device == NULL) {
        return;
    }
    device->leg = call->leg;
    (void)cf_conf_take_ids(conf, device,
                           &call->ids); /* without ids the document has no call-info: good enough until it answers */
    (void)step_device(conf, now, device, CF_DEVICE_DIALED);
    cf_conf_settle(conf, now);
}

void cf_conference_on_ringing(struct cf_conference *conf, cf_usec now, struct cf_handle handle) {
    struct cf_roster_device *device = find_device(conf, handle);
    if (device != NULL) {
        (void)step_device(conf, now, device, CF_DEVICE_RANG);
        cf_conf_settle(conf, now);
    }
}

void cf_conference_on_answered(struct cf_conference *conf, cf_usec now, struct cf_handle handle,
                               const struct cf_conference_call *call) {
    struct cf_roster_device *device = find_device(conf, handle);
    if (device == NULL) {
        return;
    }
    bool was_connected = device->status == CF_ENDPOINT_CONNECTED;
    device->leg = call->leg;
    if (cf_device_next(device->status, CF_DEVICE_ANSWERED).step == CF_DEVICE_ENTER) {
        /* Without memory it goes by the name it was called by: nothing depends on the other one. */
        if (call->entity.at != NULL && cf_roster_rename_device(&conf->roster, device, call->entity) == CF_ERR_EXISTS) {
            cf_conf_hang_up(conf, now, device, CF_HANG_UP_JOINED);
            cf_conf_settle(conf, now);
            return;
        }
        (void)cf_conf_take_ids(conf, device, &call->ids);
        cf_roster_set_name(&conf->roster, device->participant, call->name);
        cf_conf_set_verified(conf, device->participant, call->is_verified);
    }
    (void)step_device(conf, now, device, CF_DEVICE_ANSWERED);
    if (!was_connected && device->status == CF_ENDPOINT_CONNECTED && cf_roster_is_silenced(device->participant)) {
        cf_conf_want(conf, device, CF_CONF_WANT_MUTE);
    }
    cf_conf_settle(conf, now);
}

void cf_conference_on_dial_failed(struct cf_conference *conf, cf_usec now, struct cf_handle handle, enum cf_call_failure failure,
                                  const struct cf_roster_cause *cause) {
    struct cf_roster_device *device = find_device(conf, handle);
    if (device == NULL) {
        return;
    }
    if (cf_device_next(device->status, CF_DEVICE_FAILED).step == CF_DEVICE_IGNORE) {
        return;
    }
    if (device->status != CF_ENDPOINT_DISCONNECTING) { /* else we ended it ourselves */
        device->disconnection_method = failure == CF_CALL_BUSY ? CF_DISCONNECTION_BUSY : CF_DISCONNECTION_FAILED;
    }
    cf_roster_set_cause(&conf->roster, device, cause->code, cause->text);
    (void)step_device(conf, now, device, CF_DEVICE_FAILED);
    cf_conf_settle(conf, now);
}

void cf_conference_on_left(struct cf_conference *conf, cf_usec now, struct cf_handle handle, bool failed) {
    struct cf_roster_device *device = find_device(conf, handle);
    if (device == NULL) {
        return;
    }
    if (device->status != CF_ENDPOINT_DISCONNECTING && device->status != CF_ENDPOINT_DISCONNECTED) {
        device->disconnection_method = failed ? CF_DISCONNECTION_FAILED : CF_DISCONNECTION_DEPARTED;
    }
    (void)step_device(conf, now, device, CF_DEVICE_LEFT);
    cf_conf_settle(conf, now);
}

void cf_conference_on_hold(struct cf_conference *conf, cf_usec now, struct cf_handle handle, bool is_held) {
    struct cf_roster_device *device = find_device(conf, handle);
    if (device != NULL && device->is_held != is_held) {
        device->is_held = is_held;
        cf_roster_touch_device(&conf->roster, device);
        cf_conf_settle(conf, now);
    }
}

void cf_conference_on_paused(struct cf_conference *conf, cf_usec now, struct cf_handle handle, bool is_starved,
                             bool lacks_codec) {
    struct cf_roster_device *device = find_device(conf, handle);
    if (device != NULL && (device->is_starved != is_starved || device->lacks_codec != lacks_codec)) {
        device->is_starved = is_starved;
        device->lacks_codec = lacks_codec;
        cf_roster_touch_device(&conf->roster, device);
        cf_conf_settle(conf, now);
    }
}

static bool media_differ(const struct cf_roster_media *media, const struct cf_media_update *update) {
    return media->status != update->status || media->content != update->content || media->has_ssrc != update->has_ssrc ||
           (update->has_ssrc && media->ssrc != update->ssrc);
}

/* A shared screen is another stream of the same device: it has a label of its own while it lasts. */
static void relabel(struct cf_conference *conf, struct cf_roster_device *device, enum cf_media_content content) {
    struct cf_roster_media *video = &device->media[CF_CONF_VIDEO];
    if (video->content == content) {
        return;
    }
    if (content == CF_MEDIA_CONTENT_SLIDES) {
        cf_roster_new_label(&conf->roster, device, CF_CONF_VIDEO);
    } else {
        cf_roster_share_label(&conf->roster, device);
    }
    video->content = content;
    video->is_relabelled = true;
}

void cf_conference_on_content(struct cf_conference *conf, struct cf_handle handle, enum cf_media_content content) {
    struct cf_roster_device *device = find_device(conf, handle);
    if (device != NULL) {
        relabel(conf, device, content);
    }
}

void cf_conference_on_media(struct cf_conference *conf, cf_usec now, struct cf_handle handle,
                            const struct cf_media_update *updates) {
    struct cf_roster_device *device = find_device(conf, handle);
    bool has_changed = false;
    if (device == NULL) {
        return;
    }
    relabel(conf, device, updates[CF_CONF_VIDEO].content);
    has_changed = device->media[CF_CONF_VIDEO].is_relabelled;
    device->media[CF_CONF_VIDEO].is_relabelled = false;
    for (size_t i = 0; i < CF_CONF_MEDIA_COUNT; i++) {
        struct cf_roster_media *media = &device->media[i];
        has_changed = has_changed || media_differ(media, &updates[i]);
        media->status = updates[i].status;
        media->content = updates[i].content;
        media->has_ssrc = updates[i].has_ssrc;
        media->ssrc = updates[i].has_ssrc ? updates[i].ssrc : 0;
    }
    if (has_changed) {
        cf_roster_touch_device(&conf->roster, device);
        cf_conf_settle(conf, now);
    }
}
