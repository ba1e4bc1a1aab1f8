/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The elements of a conference information document (RFC 4575 sections 5.3 to 5.8, in the order of its schema, with Linphone's
 * extension elements), each complete in itself. A format. roster_document.h decides which of them go into a document.
 */
#ifndef CF_CORE_CONF_ROSTER_ELEMENT_H
#define CF_CORE_CONF_ROSTER_ELEMENT_H

#include "base/writer.h"
#include "core/conf/conference.h"

/** The state attribute, RFC 4575 section 4.4. */
enum cf_roster_state {
    CF_ROSTER_FULL,
    CF_ROSTER_PARTIAL,
    CF_ROSTER_DELETED,
};

/** The XML declaration and the root's start tag. */
void cf_put_roster_root(struct cf_writer *w, struct cf_str entity, enum cf_roster_state state, uint32_t version);

/** <conference-description>; @p wall is the time that Linphone takes for that of the event. */
void cf_put_roster_description(struct cf_writer *w, const struct cf_conference *conf, bool shows_chat, cf_wall wall);

/** <conference-state>, with whether there is a lobby. */
void cf_put_roster_conference_state(struct cf_writer *w, const struct cf_conference *conf);

/** Start tag of <user>; the end tag is the caller's. */
void cf_put_roster_user(struct cf_writer *w, const struct cf_roster_participant *participant, enum cf_roster_state state);

/** <display-text> and <roles> of a user. */
void cf_put_roster_roles(struct cf_writer *w, const struct cf_roster_participant *participant);

/** All of an <endpoint>. */
void cf_put_roster_endpoint(struct cf_writer *w, const struct cf_roster_device *device, enum cf_roster_state state);

/** A deleted <endpoint>. */
void cf_put_roster_gone_endpoint(struct cf_writer *w, const struct cf_roster_gone_device *gone);

/** What RFC 4575 has no words for: is the identity proved, is the hand raised and since when. The last element of a user. */
void cf_put_roster_user_state(struct cf_writer *w, const struct cf_roster_participant *participant);

#endif
