/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chat: MESSAGE (RFC 3428) of a member to the conference is copied to the devices of all others. To phones that read message/cpim
 * (Linphone from 5.4 on) it goes with the sender's name and address inside, as their own server does it; to others as the plain
 * text, with the name in From. A copy is a request outside of dialogs over the flow of the device's call.
 *
 * Notices are what phones say about messages by themselves: that they came or were read (RFC 5438), that somebody types (RFC
 * 3994). Those in message/cpim, which Linphone compresses, are for readers of that only: no others can tell which message is
 * meant.
 *
 * Limits: CHAT_BODY_MAX octets, CHAT_BURST messages at once and then one each CHAT_INTERVAL of one device, and as many notices. A
 * copy that can't be sent or is refused is lost: there is nobody to tell (RFC 3428 section 5 leaves that to the relay).
 */
#include "core/focus/chat.h"

#include "core/conf/display_name.h"
#include "core/conf/xml_text.h"
#include "core/dialog/message_out.h"
#include "core/focus/content.h"
#include "core/focus/focus_impl.h"
#include "core/focus/leg.h"
#include "core/focus/room.h"
#include "core/mime/cpim.h"
#include "core/sip/builder.h"

#define CHAT_BODY_MAX 8192U
#define CHAT_WRAPPED_MAX (CHAT_BODY_MAX + 2048U)
#define CHAT_BURST 10
#define CHAT_INTERVAL CF_MSEC(500)

#define CPIM CF_STR("message/cpim")

/* A message on its way through. */
struct chat {
    struct cf_room *room;
    const struct cf_roster_participant *sender;
    struct cf_str content_type; /* as it came */
    struct cf_str body;         /* in plain */
    uint8_t *inflated;          /* CHAT_BODY_MAX octets, where .body is if it came compressed */
    bool is_cpim;
    bool is_notice;
    struct cf_cpim cpim;
    cf_usec now;
};

void cf_delivery_destroy(struct cf_delivery *delivery) {
    struct cf_focus *focus = delivery->room->focus;
    struct cf_usage usage = cf_room_usage(delivery->room, CF_FOCUS_OWNER_DELIVERY, delivery->handle);
    cf_outgoing_fini(&delivery->message, &usage);
    cf_dialog_fini(&delivery->dialog);
    cf_list_remove(&delivery->in_room);
    cf_handle_remove(&focus->deliveries, delivery->handle);
    cf_mem_free(focus->config.mem, delivery, sizeof *delivery);
}

void cf_delivery_on_event(struct cf_delivery *delivery, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_room *room = delivery->room;
    struct cf_usage usage = cf_room_usage(room, CF_FOCUS_OWNER_DELIVERY, delivery->handle);
    bool is_final = event->kind == CF_ENDPOINT_FAILED || (event->kind == CF_ENDPOINT_RESPONSE && event->message->status >= 200);
    if (is_final && !cf_outgoing_on_final(&delivery->message, &usage, &delivery->dialog, event, now)) {
        room->focus->lost_messages += event->kind == CF_ENDPOINT_FAILED || event->message->status >= 300 ? 1 : 0;
        cf_delivery_destroy(delivery);
        cf_room_settle(room);
    }
}

/* --- what goes to a device --- */

static void put_from(struct cf_writer *w, const struct chat *chat, bool with_name) {
    struct cf_str contact = chat->room->contact;
    if (with_name && chat->sender->name.len > 0) {
        cf_sip_put_quoted(w, chat->sender->name);
        cf_put_char(w, ' ');
    }
    cf_put(w, cf_str_head(contact, cf_str_find(contact, '>') + 1));
}

/* Fills in type and body of @p ret for a phone that reads message/cpim, or not. @p wrapped has CHAT_WRAPPED_MAX octets. */
static void choose_form(const struct chat *chat, const struct cf_leg *to, char *wrapped, struct cf_outline *ret) {
    char date[40];
    struct cf_writer w;
    struct cf_writer when;
    ret->content_type = chat->content_type;
    ret->body = chat->body;
    if (chat->is_cpim == to->takes_cpim) {
        return;
    }
    if (chat->is_cpim) {
        ret->content_type = chat->cpim.content_type.at != NULL ? chat->cpim.content_type : CF_STR("text/plain");
        ret->body = chat->cpim.body;
        return;
    }
    cf_writer_init(&when, date, sizeof date);
    cf_put_date_time(&when, chat->now + chat->room->focus->directory.env.wall_offset);
    cf_writer_init(&w, wrapped, CHAT_WRAPPED_MAX);
    const struct cf_cpim_out out = {
        .from_name = chat->sender->name,
        .from = chat->sender->aor,
        .to = cf_str_head(cf_str_skip(chat->room->contact, 1), cf_str_find(chat->room->contact, '>') - 1),
        .date_time = cf_writer_str(&when),
        .content_type = chat->content_type,
        .body = chat->body};
    cf_put_cpim(&w, &out);
    if (cf_writer_ok(&w)) {
        ret->content_type = CPIM;
        ret->body = cf_writer_str(&w);
    }
}

static enum cf_err send_copy(struct cf_delivery *delivery, const struct chat *chat, struct cf_leg *to) {
    char from[CF_CONFERENCE_URI_MAX + 2 * CF_ROSTER_NAME_MAX + 16];
    char wrapped[CHAT_WRAPPED_MAX];
    struct cf_writer w;
    struct cf_flow_info flow;
    const struct cf_dialog *call = cf_session_dialog(&to->session);
    struct cf_usage usage = cf_room_usage(chat->room, CF_FOCUS_OWNER_DELIVERY, delivery->handle);
    cf_writer_init(&w, from, sizeof from);
    put_from(&w, chat, !to->takes_cpim);
    struct cf_dialog_start start = {
        .local = cf_writer_str(&w), .remote = to->aor, .target = call->target, .routes = call->routes};
    enum cf_err err = cf_writer_ok(&w) ? cf_dialog_init(&delivery->dialog, usage.mem, usage.entropy, &start) : CF_ERR_NO_ROOM;
    if (err != CF_OK) {
        return err;
    }
    if (cf_endpoint_flow_info(usage.endpoint, call->flow, &flow)) {
        cf_dialog_set_flow(&delivery->dialog, call->flow, &flow);
    }
    struct cf_outline outline = {.method = CF_SIP_METHOD_MESSAGE, .fields = CF_STR("Session-mode: true\r\n")};
    choose_form(chat, to, wrapped, &outline);
    return cf_usage_send(&usage, &delivery->dialog, &delivery->message, &outline, chat->now);
}

static void deliver(const struct chat *chat, struct cf_leg *to) {
    struct cf_focus *focus = chat->room->focus;
    struct cf_delivery *delivery = cf_mem_alloc(focus->config.mem, sizeof *delivery);
    if (delivery == NULL) {
        focus->lost_messages++;
        return;
    }
    *delivery = (struct cf_delivery){.room = chat->room};
    cf_list_append(&chat->room->deliveries, &delivery->in_room);
    delivery->handle = cf_handle_add(&focus->deliveries, delivery);
    if (!cf_handle_is_set(delivery->handle) || send_copy(delivery, chat, to) != CF_OK) {
        focus->lost_messages++;
        cf_delivery_destroy(delivery);
    }
}

/* --- what comes --- */

static bool is_in(const struct cf_conference *conf, const struct cf_leg *leg) {
    const struct cf_roster_device *device = cf_roster_device(&conf->roster, leg->device);
    return device != NULL && cf_roster_device_is_in(device);
}

/* A member's leg: what is counted is what a device sends. */
static struct cf_leg *leg_of(struct cf_room *room, const struct cf_conference *conf, struct cf_str aor) {
    CF_LIST_EACH (&room->legs, link, following) {
        struct cf_leg *leg = CF_OF(link, struct cf_leg, in_room);
        if (cf_str_eq(leg->aor, aor) && is_in(conf, leg)) {
            return leg;
        }
    }
    return NULL;
}

static bool is_below_limit(cf_usec at, cf_usec now) {
    return at - now <= CHAT_BURST * CHAT_INTERVAL;
}

static bool may_send(cf_usec *at, cf_usec now) {
    if (!is_below_limit(*at, now)) {
        return false;
    }
    *at = (*at > now ? *at : now) + CHAT_INTERVAL;
    return true;
}

static unsigned inflate(struct chat *chat, const struct cf_mime_part *part) {
    const struct cf_focus *focus = chat->room->focus;
    const struct cf_content_codecs *codecs = focus->config.codecs;
    size_t len = 0;
    if (!cf_str_eq_nocase(part->encoding, CF_STR("deflate"))) {
        return 415;
    }
    chat->inflated = cf_mem_alloc(focus->config.mem, CHAT_BODY_MAX);
    if (chat->inflated == NULL) {
        return 500;
    }
    enum cf_err err = codecs->inflate(codecs->ctx, cf_str_span(part->body), chat->inflated, CHAT_BODY_MAX, &len);
    chat->body = cf_str_n((const char *)chat->inflated, len);
    return err == CF_OK ? 0 : cf_content_status(err);
}

static bool is_notice(const struct cf_mime_type *type) {
    return cf_mime_type_is(type, CF_STR("message/imdn+xml")) || cf_mime_type_is(type, CF_STR("application/im-iscomposing+xml"));
}

/*
 * Look at what is in an envelope. Another envelope is refused: those who get the content alone (choose_form) would take its From,
 * which nobody has checked, for the sender's. So is a type that can't be read: others may read it as that.
 */
static bool can_read_content(struct chat *chat) {
    struct cf_mime_type type;
    if (chat->cpim.content_type.at == NULL) {
        return true; /* text/plain */
    }
    if (cf_mime_type_parse(chat->cpim.content_type, &type) != CF_OK || cf_mime_type_is(&type, CPIM)) {
        return false;
    }
    chat->is_notice = is_notice(&type);
    return true;
}

/* The sender named inside must be the sender (attacks T22). */
static unsigned read_message(struct chat *chat, const struct cf_sip_message *message) {
    char room[CF_ROSTER_AOR_MAX];
    struct cf_writer w;
    struct cf_sip_uri from;
    chat->content_type = cf_sip_value(message, CF_SIP_HEADER_CONTENT_TYPE);
    chat->body = message->body;
    struct cf_mime_part part;
    if (message->body.len > CHAT_BODY_MAX) {
        return 413;
    }
    if (cf_mime_body_of(message, &part) != CF_OK) {
        return 400;
    }
    unsigned status = part.encoding.len > 0 && !cf_str_eq_nocase(part.encoding, CF_STR("identity")) ? inflate(chat, &part) : 0;
    if (status != 0) {
        return status;
    }
    chat->is_cpim = cf_mime_type_is(&part.type, CPIM);
    if (!chat->is_cpim) {
        chat->is_notice = is_notice(&part.type);
        return 0;
    }
    if (cf_cpim_parse(chat->body, &chat->cpim) != CF_OK || !can_read_content(chat)) {
        return 400;
    }
    cf_writer_init(&w, room, sizeof room);
    if (chat->cpim.from.at == NULL || cf_sip_uri_parse(chat->cpim.from, &from) != CF_OK) {
        return 400;
    }
    cf_sip_put_aor(&w, &from);
    return cf_writer_ok(&w) && cf_str_eq(cf_writer_str(&w), chat->sender->aor) ? 0 : 403;
}

/* What is compressed is not even unpacked where either limit is reached: only then would be seen which of them counts. */
static bool is_flood(const struct cf_leg *leg, const struct cf_sip_message *message, cf_usec now) {
    bool is_packed = cf_sip_value(message, CF_SIP_HEADER_CONTENT_ENCODING).len > 0;
    return is_packed && !(is_below_limit(leg->chat_at, now) && is_below_limit(leg->notice_at, now));
}

static void deliver_to_all(const struct chat *chat, const struct cf_conference *conf) {
    CF_LIST_EACH (&chat->room->legs, link, following) {
        struct cf_leg *to = CF_OF(link, struct cf_leg, in_room);
        /* Bare notices are for all: whether a phone that reads no message/cpim shows them, nothing of its call says. */
        bool is_for_it = to->takes_cpim || !chat->is_cpim || !chat->is_notice;
        if (is_for_it && !cf_str_eq(to->aor, chat->sender->aor) && is_in(conf, to)) {
            deliver(chat, to);
        }
    }
}

unsigned cf_room_on_message(struct cf_room *room, struct cf_str aor, const struct cf_sip_message *message, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(room);
    struct cf_leg *leg = conf == NULL ? NULL : leg_of(room, conf, aor);
    if (leg == NULL) {
        return 403;
    }
    struct chat chat = {.room = room, .sender = cf_roster_find(&conf->roster, aor), .now = now};
    unsigned status = chat.sender == NULL || is_flood(leg, message, now) ? 403 : read_message(&chat, message);
    if (status == 0 && !may_send(chat.is_notice ? &leg->notice_at : &leg->chat_at, now)) {
        status = 403;
    }
    if (status == 0) {
        deliver_to_all(&chat, conf);
    }
    if (chat.inflated != NULL) {
        cf_mem_free(room->focus->config.mem, chat.inflated, CHAT_BODY_MAX);
    }
    return status == 0 ? 200 : status;
}
