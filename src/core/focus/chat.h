/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages to a conference. Private to core/focus. */
#ifndef CF_CORE_FOCUS_CHAT_H
#define CF_CORE_FOCUS_CHAT_H

#include "core/dialog/outgoing.h"
#include "core/focus/focus.h"

struct cf_room;

/** A copy of a chat message on its way to a device. */
struct cf_delivery {
    struct cf_handle handle;
    struct cf_room *room;
    struct cf_link in_room;
    struct cf_dialog dialog; /**< no dialog, but what a request needs of one */
    struct cf_outgoing message;
};

/** MESSAGE of @p aor to the conference of @p room: copied to the others. Returns the status to answer with. */
unsigned cf_room_on_message(struct cf_room *room, struct cf_str aor, const struct cf_sip_message *message, cf_usec now);

/** A copy was answered, or not. It may be gone after this. */
void cf_delivery_on_event(struct cf_delivery *delivery, const struct cf_endpoint_event *event, cf_usec now);

void cf_delivery_destroy(struct cf_delivery *delivery);

/** Does the phone that sent @p message read message/cpim? */
bool cf_focus_reads_cpim(const struct cf_sip_message *message);

#endif
