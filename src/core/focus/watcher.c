/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscriptions to the conference event package (RFC 4575 over RFC 6665). */
#include "core/focus/focus_impl.h"
#include "core/sip/builder.h"
#include "core/sip/event_field.h"

#define EXPIRES_SEC 600      /* what Linphone asks for */
#define EXPIRES_MAX_SEC 3600 /* a lost subscriber is noticed within an hour */
#define COMPRESS_ABOVE 1000  /* octets: what fits into a datagram is sent as it is */
#define TYPE CF_STR("application/conference-info+xml")

/* Linphone takes compressed documents without saying so (interop 12.15); others say Accept-Encoding. */
static bool takes_deflate(const struct cf_sip_message *message) {
    struct cf_str contact = cf_sip_value(message, CF_SIP_HEADER_CONTACT);
    struct cf_str encodings = cf_sip_value(message, CF_SIP_HEADER_ACCEPT_ENCODING);
    return cf_str_find_str(contact, CF_STR("org.linphone.specs")) < contact.len ||
           cf_str_find_str(encodings, CF_STR("deflate")) < encodings.len;
}

static bool last_version_of(const struct cf_sip_message *message, uint32_t *ret) {
    return cf_str_to_u32(cf_sip_value(message, CF_SIP_HEADER_LAST_NOTIFY_VERSION), UINT32_MAX, ret);
}

void cf_watcher_destroy(struct cf_watcher *watcher) {
    struct cf_focus *focus = watcher->room->focus;
    cf_notifier_fini(&watcher->notifier);
    if (watcher->has_subscriber) {
        cf_roster_subscriber_fini(&watcher->subscriber);
    }
    cf_heap_cancel(&focus->timers, &watcher->timer.timer);
    cf_list_remove(&watcher->in_room);
    cf_handle_remove(&focus->watchers, watcher->handle);
    cf_mem_free(focus->config.mem, watcher, sizeof *watcher);
}

static struct cf_watcher *create(struct cf_room *room, const struct cf_sip_message *message, struct cf_str self) {
    struct cf_focus *focus = room->focus;
    uint32_t last_version = 0;
    struct cf_watcher *watcher = cf_mem_alloc(focus->config.mem, sizeof *watcher);
    if (watcher == NULL) {
        return NULL;
    }
    *watcher =
        (struct cf_watcher){.room = room, .timer = {.kind = CF_FOCUS_TIMER_WATCHER}, .takes_deflate = takes_deflate(message)};
    cf_list_append(&room->watchers, &watcher->in_room);
    watcher->handle = cf_handle_add(&focus->watchers, watcher);
    (void)last_version_of(message, &last_version);
    watcher->has_subscriber =
        cf_handle_is_set(watcher->handle) &&
        cf_roster_subscriber_init(&watcher->subscriber, focus->config.mem, message->to.uri.text, self, last_version) == CF_OK;
    if (!watcher->has_subscriber) {
        cf_watcher_destroy(watcher);
        return NULL;
    }
    return watcher;
}

/* Compresses @p content if it is long and the subscriber can read that. */
static void encode(struct cf_watcher *watcher, struct cf_notifier_content *content) {
    struct cf_focus *focus = watcher->room->focus;
    size_t len = 0;
    if (!watcher->takes_deflate || content->body.len <= COMPRESS_ABOVE) {
        return;
    }
    const struct cf_content_codecs *codecs = focus->config.codecs;
    if (codecs->deflate(codecs->ctx, cf_str_span(content->body), (uint8_t *)focus->deflated, CF_FOCUS_SCRATCH_MAX, &len) ==
        CF_OK) {
        content->encoding = CF_STR("deflate");
        content->body = cf_str_n(focus->deflated, len);
    }
}

static enum cf_err write_document(struct cf_watcher *watcher, bool is_last, struct cf_writer *w, cf_usec now) {
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    struct cf_conference *conf = cf_room_conference(watcher->room);
    if (conf == NULL || watcher->is_ending) {
        return cf_roster_document_write_deleted(&watcher->subscriber, w);
    }
    (void)is_last;
    return cf_roster_document_write(&watcher->subscriber, conf, now, w, &kind);
}

static void notify(struct cf_watcher *watcher, bool is_last, cf_usec now) {
    struct cf_focus *focus = watcher->room->focus;
    struct cf_notifier_content content = {.content_type = CF_STR_NONE};
    struct cf_writer w;
    cf_writer_init(&w, focus->scratch, CF_FOCUS_SCRATCH_MAX);
    if (write_document(watcher, is_last, &w, now) == CF_OK && w.len > 0) {
        content.content_type = TYPE;
        content.body = cf_writer_str(&w);
        encode(watcher, &content);
    }
    if (cf_notifier_notify(&watcher->notifier, &content, now) != CF_OK) {
        cf_roster_subscriber_on_answered(&watcher->subscriber, false);
    }
}

static void on_refreshed(struct cf_watcher *watcher, const struct cf_sip_message *message) {
    uint32_t last_version = 0;
    bool has_version = last_version_of(message, &last_version);
    cf_roster_subscriber_on_refresh(&watcher->subscriber, has_version, last_version);
}

static void on_event(struct cf_watcher *watcher, const struct cf_notifier_event *event, cf_usec now) {
    switch (event->kind) {
    case CF_NOTIFIER_SUBSCRIBED: {
        char room[CF_FOCUS_ROUTE_MAX];
        struct cf_str route =
            cf_focus_record_route(watcher->room->focus, cf_notifier_dialog(&watcher->notifier)->flow, room, sizeof room);
        enum cf_err err = cf_notifier_accept(&watcher->notifier, CF_SUBSCRIPTION_ACTIVE, route, now);
        (void)err;
        break;
    }
    case CF_NOTIFIER_REFRESHED:
        on_refreshed(watcher, event->message);
        break;
    case CF_NOTIFIER_WANTED:
        notify(watcher, event->is_last, now);
        break;
    case CF_NOTIFIER_DELIVERED:
        cf_roster_subscriber_on_answered(&watcher->subscriber, true);
        break;
    case CF_NOTIFIER_REFUSED:
        cf_roster_subscriber_on_answered(&watcher->subscriber, false);
        break;
    case CF_NOTIFIER_ENDED:
        watcher->is_ending = true;
        break;
    case CF_NOTIFIER_GONE:
        break;
    }
}

static cf_usec deadline_of(const struct cf_watcher *watcher) {
    struct cf_conference *conf = cf_room_conference(watcher->room);
    cf_usec document =
        conf == NULL || watcher->is_ending ? CF_USEC_NEVER : cf_roster_subscriber_deadline(&watcher->subscriber, conf);
    return cf_usec_min(document, cf_notifier_deadline(&watcher->notifier));
}

void cf_watcher_settle(struct cf_watcher *watcher, cf_usec now) {
    struct cf_notifier_event event;
    struct cf_room *room = watcher->room;
    bool is_gone = false;
    while (!is_gone && cf_notifier_poll(&watcher->notifier, &event)) {
        on_event(watcher, &event, now);
        is_gone = event.kind == CF_NOTIFIER_GONE;
    }
    if (is_gone) {
        cf_watcher_destroy(watcher);
        cf_room_settle(room);
        return;
    }
    cf_focus_set_timer(room->focus, &watcher->timer, deadline_of(watcher));
}

void cf_watcher_on_deadline(struct cf_watcher *watcher, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(watcher->room);
    cf_notifier_on_deadline(&watcher->notifier, now);
    if (conf != NULL && !watcher->is_ending && cf_roster_subscriber_deadline(&watcher->subscriber, conf) <= now) {
        cf_notifier_changed(&watcher->notifier, now);
    }
    cf_watcher_settle(watcher, now);
}

/* Interop: only those who are in, or being called, may watch. */
static bool may_watch(const struct cf_conference *conf, const struct cf_caller *caller) {
    return cf_roster_find(&conf->roster, caller->aor) != NULL;
}

void cf_focus_on_subscribe(struct cf_focus *focus, struct cf_conference *conf, const struct cf_endpoint_event *event,
                           const struct cf_caller *caller, cf_usec now) {
    static const struct cf_notifier_rules rules = {.expires_sec = EXPIRES_SEC, .expires_max_sec = EXPIRES_MAX_SEC};
    struct cf_sip_event package;
    bool is_read = cf_sip_event_parse(cf_sip_value(event->message, CF_SIP_HEADER_EVENT), &package) == CF_OK;
    if (!is_read || !cf_str_eq(package.package, CF_STR("conference"))) {
        cf_focus_answer(focus, event, 489, CF_STR_NONE, CF_STR("Allow-Events: conference, refer\r\n"), now);
        return;
    }
    if (!may_watch(conf, caller)) {
        cf_focus_answer(focus, event, 603, CF_STR("Declined"), CF_STR_NONE, now);
        return;
    }
    struct cf_room *room = cf_room_of(focus, conf);
    struct cf_watcher *watcher = room == NULL ? NULL : create(room, event->message, caller->aor);
    if (watcher == NULL) {
        cf_focus_answer(focus, event, 503, CF_STR_NONE, CF_STR("Retry-After: 10\r\n"), now);
        return;
    }
    struct cf_usage usage = cf_room_usage(room, CF_FOCUS_OWNER_WATCHER, watcher->handle);
    enum cf_err err = cf_notifier_init(&watcher->notifier, &usage, &rules, event, now);
    if (err != CF_OK) {
        cf_watcher_destroy(watcher);
        cf_focus_answer(focus, event, err == CF_ERR_MALFORMED ? 400 : 500, CF_STR_NONE, CF_STR_NONE, now);
        return;
    }
    cf_watcher_settle(watcher, now);
}
