/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is who: addresses, devices, conferences. Private to core/focus. */
#ifndef CF_CORE_FOCUS_IDENTITY_H
#define CF_CORE_FOCUS_IDENTITY_H

#include "core/focus/focus.h"

/** Our first address of @p family or, without any, the first one at all: for a peer of whom no flow is known. Port 0. */
struct cf_addr cf_focus_local(const struct cf_focus *focus, enum cf_family family);

/** The entity that names the device behind Contact of @p message: its GRUU, else the contact without transport. */
struct cf_str cf_device_entity(const struct cf_sip_message *message, char *room, size_t size);

/**
 * Where a conference that is made by dialling @p uri (NULL: none) is: the host, and the port if there is one, that the caller
 * knows us by. A client without outbound proxy calls it and subscribes there.
 */
void cf_focus_put_place(const struct cf_focus *focus, const struct cf_sip_uri *uri, struct cf_writer *w);

/** Find the conference that @p uri names, making an open room if that is allowed. */
CF_MUST_USE struct cf_denial cf_focus_find(struct cf_focus *focus, const struct cf_sip_uri *uri, cf_usec now,
                                           struct cf_conference **ret);

/** The same for @p caller: NOT_INVITED if they are a guest of another one. */
CF_MUST_USE struct cf_denial cf_focus_find_for(struct cf_focus *focus, const struct cf_caller *caller,
                                               const struct cf_sip_uri *uri, cf_usec now, struct cf_conference **ret);

/** Devices of the user @p aor of this server, or NULL if there are none. */
const struct cf_aor_record *cf_focus_locate(const struct cf_focus *focus, struct cf_str aor);

/** Is @p uri one of the factories? */
bool cf_focus_is_factory(const struct cf_focus *focus, const struct cf_sip_uri *uri);

/**
 * A Record-Route line of our own for the peer behind @p flow, written to @p room: the conference URI names a domain, and what
 * belongs to a dialog has to come to this server over the peer's flow whatever the DNS says of that domain. @p is_sips: a sips
 * URI.
 */
struct cf_str cf_focus_record_route(const struct cf_focus *focus, struct cf_flow_id flow, bool is_sips, char *room, size_t size);

/** Room for it. */
#define CF_FOCUS_ROUTE_MAX 160

#endif
