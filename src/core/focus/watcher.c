/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscriptions to the conference event package (RFC 4575 over RFC 6665). */
#include "core/focus/watcher.h"

#include "core/focus/answer.h"
#include "core/focus/focus_impl.h"
#include "core/focus/identity.h"
#include "core/focus/room.h"
#include "core/focus/subscription.h"
#include "core/sip/accept.h"
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

/* Interop: Linphone from 5.4 on says conference/2.0 and has chat in conferences. */
static bool shows_chat(const struct cf_sip_message *message) {
    struct cf_str contact = cf_sip_value(message, CF_SIP_HEADER_CONTACT);
    return cf_str_find_str(contact, CF_STR("conference/2")) < contact.len;
}

static bool last_version_of(const struct cf_sip_message *message, uint32_t *ret) {
    return cf_str_to_u32(cf_sip_value(message, CF_SIP_HEADER_LAST_NOTIFY_VERSION), UINT32_MAX, ret);
}

/* How a subscriber stands to the conference. */
enum standing {
    STANDING_STRANGER, /**< not in the roster */
    STANDING_LEAVING,  /**< has been in, or was called in vain */
    STANDING_WAITING,  /**< in the lobby */
    STANDING_MEMBER,   /**< in, or being called */
};

static enum standing standing_of(const struct cf_conference *conf, struct cf_str aor) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, aor);
    enum standing standing = p == NULL ? STANDING_STRANGER : STANDING_LEAVING;
    for (struct cf_roster_device *d = p == NULL ? NULL : cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
        if (d->status == CF_ENDPOINT_DISCONNECTING || d->status == CF_ENDPOINT_DISCONNECTED) {
            continue;
        }
        if (!d->is_waiting) {
            return STANDING_MEMBER;
        }
        standing = STANDING_WAITING;
    }
    return standing;
}

void cf_watcher_destroy(struct cf_watcher *watcher) {
    const struct cf_mem *mem = watcher->sub.room->focus->config.mem;
    cf_room_subscription_close(&watcher->sub);
    if (watcher->has_subscriber) {
        cf_roster_subscriber_fini(&watcher->subscriber);
    }
    cf_mem_free_str(mem, &watcher->aor);
    cf_mem_free(mem, watcher, sizeof *watcher);
}

static bool open(struct cf_watcher *watcher, const struct cf_sip_message *message, struct cf_str self) {
    struct cf_focus *focus = watcher->sub.room->focus;
    uint32_t last_version = 0;
    (void)last_version_of(message, &last_version);
    watcher->has_subscriber =
        cf_mem_dup_str(focus->config.mem, self, &watcher->aor) &&
        cf_room_subscription_open(&watcher->sub, &focus->watchers, &watcher->sub.room->watchers, watcher) &&
        cf_roster_subscriber_init(&watcher->subscriber, focus->config.mem, message->to.uri.text, self, last_version) == CF_OK;
    return watcher->has_subscriber;
}

static struct cf_watcher *create(struct cf_room *room, const struct cf_sip_message *message, struct cf_str self) {
    struct cf_watcher *watcher = cf_mem_alloc(room->focus->config.mem, sizeof *watcher);
    if (watcher == NULL) {
        return NULL;
    }
    *watcher = (struct cf_watcher){.sub = {.room = room, .timer = {.kind = CF_FOCUS_TIMER_WATCHER}},
                                   .takes_deflate = takes_deflate(message)};
    if (!open(watcher, message, self)) {
        cf_watcher_destroy(watcher);
        return NULL;
    }
    return watcher;
}

/* Compresses @p content if it is long and the subscriber can read that. */
static void encode(struct cf_watcher *watcher, struct cf_notifier_content *content) {
    struct cf_focus *focus = watcher->sub.room->focus;
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

static enum cf_err write_document(struct cf_watcher *watcher, struct cf_writer *w, cf_usec now) {
    enum cf_roster_document_kind kind = CF_ROSTER_DOCUMENT_EMPTY;
    struct cf_conference *conf = cf_room_conference(watcher->sub.room);
    if (conf == NULL || cf_conference_is_over(conf)) {
        return cf_roster_document_write_deleted(&watcher->subscriber, w);
    }
    if (watcher->is_ending && watcher->subscriber.has_sent) {
        return CF_OK; /* the last NOTIFY of somebody who has left or wants no more; a fetch has its first one still to come */
    }
    return cf_roster_document_write(&watcher->subscriber, conf, now, w, &kind);
}

static void notify(struct cf_watcher *watcher, cf_usec now) {
    struct cf_focus *focus = watcher->sub.room->focus;
    struct cf_notifier_content content = {.content_type = CF_STR_NONE};
    struct cf_writer w;
    watcher->is_asked = false;
    cf_writer_init(&w, focus->scratch, CF_FOCUS_SCRATCH_MAX);
    enum cf_err err = write_document(watcher, &w, now);
    if (err == CF_OK && w.len > 0) {
        content.content_type = TYPE;
        content.body = cf_writer_str(&w);
        encode(watcher, &content);
    }
    enum cf_err sent = cf_notifier_notify(&watcher->sub.notifier, &content, now);
    if (sent == CF_ERR_NO_ROOM) {
        watcher->subscriber.soft_max = 0; /* it could not be compressed as far as was hoped for: in smaller pieces then */
    }
    /* A document that can't be written is as good as lost; the NOTIFY itself may still be due. */
    if (sent != CF_OK || err != CF_OK) {
        cf_roster_subscriber_on_answered(&watcher->subscriber, false, now);
    }
}

static void on_refreshed(struct cf_watcher *watcher, const struct cf_sip_message *message) {
    uint32_t last_version = 0;
    bool has_version = last_version_of(message, &last_version);
    cf_roster_subscriber_on_refresh(&watcher->subscriber, has_version, last_version);
}

static void accept(struct cf_watcher *watcher, cf_usec now) {
    char room[CF_FOCUS_ROUTE_MAX];
    const struct cf_dialog *dialog = cf_notifier_dialog(&watcher->sub.notifier);
    struct cf_str route = cf_focus_record_route(watcher->sub.room->focus, dialog->flow, dialog->is_sips, room, sizeof room);
    enum cf_subscription_state state = watcher->subscriber.is_waiting ? CF_SUBSCRIPTION_PENDING : CF_SUBSCRIPTION_ACTIVE;
    enum cf_err err = cf_notifier_accept(&watcher->sub.notifier, state, route, now);
    if (err != CF_OK) {
        /* The request is gone, or memory is out: there is no subscription. */
        cf_notifier_end(&watcher->sub.notifier, CF_SUBSCRIPTION_REASON_NONE, 0, now);
    }
}

static void on_event(struct cf_watcher *watcher, const struct cf_notifier_event *event, cf_usec now) {
    switch (event->kind) {
    case CF_NOTIFIER_SUBSCRIBED:
        accept(watcher, now);
        break;
    case CF_NOTIFIER_REFRESHED:
        on_refreshed(watcher, event->message);
        break;
    case CF_NOTIFIER_WANTED:
        notify(watcher, now);
        break;
    case CF_NOTIFIER_DELIVERED:
        cf_roster_subscriber_on_answered(&watcher->subscriber, true, now);
        break;
    case CF_NOTIFIER_REFUSED:
        cf_roster_subscriber_on_answered(&watcher->subscriber, false, now);
        break;
    case CF_NOTIFIER_ENDED:
        watcher->is_ending = true;
        break;
    case CF_NOTIFIER_GONE:
        break;
    }
}

/* When a document is due; never while the notifier has been told so and waits for its time. */
static cf_usec document_deadline(const struct cf_watcher *watcher) {
    struct cf_conference *conf = cf_room_conference(watcher->sub.room);
    bool has_none = conf == NULL || watcher->is_ending || watcher->is_asked;
    return has_none ? CF_USEC_NEVER : cf_roster_subscriber_deadline(&watcher->subscriber, conf);
}

void cf_watcher_settle(struct cf_watcher *watcher, cf_usec now) {
    struct cf_notifier_event event;
    struct cf_room *room = watcher->sub.room;
    while (cf_notifier_poll(&watcher->sub.notifier, &event)) {
        if (event.kind == CF_NOTIFIER_GONE) {
            cf_watcher_destroy(watcher);
            cf_room_settle(room);
            return;
        }
        on_event(watcher, &event, now);
    }
    cf_usec deadline = cf_usec_min(document_deadline(watcher), cf_notifier_deadline(&watcher->sub.notifier));
    cf_focus_set_timer(room->focus, &watcher->sub.timer, deadline);
}

/* A document is due. Who is in the conference no more isn't told of it any more either (attacks: the roster is for members). */
static void on_due(struct cf_watcher *watcher, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(watcher->sub.room);
    if (conf != NULL && standing_of(conf, watcher->aor) == STANDING_STRANGER) {
        watcher->is_ending = true;
        cf_notifier_end(&watcher->sub.notifier, CF_SUBSCRIPTION_REASON_NORESOURCE, 0, now);
        return;
    }
    watcher->is_asked = true;
    cf_notifier_changed(&watcher->sub.notifier, now);
}

void cf_watcher_on_deadline(struct cf_watcher *watcher, cf_usec now) {
    cf_notifier_on_deadline(&watcher->sub.notifier, now);
    if (document_deadline(watcher) <= now) {
        on_due(watcher, now);
    }
    cf_watcher_settle(watcher, now);
}

void cf_watcher_on_roster(struct cf_watcher *watcher, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(watcher->sub.room);
    if (conf != NULL && watcher->subscriber.is_waiting) {
        enum standing standing = standing_of(conf, watcher->aor);
        if (standing == STANDING_MEMBER) {
            cf_roster_subscriber_set_waiting(&watcher->subscriber, false);
            cf_notifier_activate(&watcher->sub.notifier, now);
        } else if (standing == STANDING_STRANGER) {
            on_due(watcher, now);
        }
    }
    cf_watcher_settle(watcher, now);
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
    if (!cf_sip_accepts(event->message, CF_STR("application/conference-info+xml"), true)) {
        /* RFC 6665 section 4.1.2.1, RFC 4575 section 3.4: nothing that we could send. */
        cf_focus_answer(focus, event, 406, CF_STR_NONE, CF_STR("Accept: application/conference-info+xml\r\n"), now);
        return;
    }
    enum standing standing = standing_of(conf, caller->aor);
    if (standing == STANDING_STRANGER || standing == STANDING_LEAVING) {
        cf_focus_answer(focus, event, 603, CF_STR("Declined"), CF_STR_NONE, now);
        return;
    }
    struct cf_room *room = cf_room_of(focus, conf);
    struct cf_watcher *watcher = room == NULL ? NULL : create(room, event->message, caller->aor);
    if (watcher == NULL) {
        cf_focus_answer(focus, event, 503, CF_STR_NONE, CF_STR("Retry-After: 10\r\n"), now);
        return;
    }
    cf_roster_subscriber_set_waiting(&watcher->subscriber, standing == STANDING_WAITING);
    watcher->subscriber.shows_chat = focus->config.announces_chat && shows_chat(event->message);
    watcher->subscriber.soft_max = cf_roster_soft_max(cf_transport_is_reliable(event->transport), watcher->takes_deflate);
    struct cf_usage usage = cf_room_usage(room, CF_FOCUS_OWNER_WATCHER, watcher->sub.handle);
    enum cf_err err = cf_notifier_init(&watcher->sub.notifier, &usage, &rules, event, now);
    if (err != CF_OK) {
        cf_watcher_destroy(watcher);
        cf_focus_answer(focus, event, err == CF_ERR_MALFORMED ? 400 : 500, CF_STR_NONE, CF_STR_NONE, now);
        return;
    }
    cf_watcher_settle(watcher, now);
}
