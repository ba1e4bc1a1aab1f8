/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a leg has to do with media: its lines, candidates, keys, ways and pictures. Private to core/focus. */
#ifndef CF_CORE_FOCUS_LEG_MEDIA_H
#define CF_CORE_FOCUS_LEG_MEDIA_H

#include "core/focus/leg.h"

/* --- what is agreed on: leg_lines.c --- */

/** Our side of the negotiation for @p leg; fills @p lines (CF_MEDIA_LINES_MAX of them). CF_ERR_NO_PORT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_leg_describe(struct cf_leg *leg, const struct cf_negotiation *offered, struct cf_local_line *lines,
                                        struct cf_local_session *ret);

/** What may be negotiated with @p leg: all that is allowed, or what its room demands. Valid until the next call. */
const struct cf_policy *cf_leg_policy(const struct cf_leg *leg);

/** The roster has changed: labels may mean other legs than before. */
void cf_leg_refresh_tiles(struct cf_leg *leg);

/* --- where it is received: leg_ice.c, leg_path.c --- */

/** The peer says that it uses our candidate @p nominated (family NONE: it says nothing): our next answers default to it. */
void cf_leg_note_nominated(struct cf_leg_line *line, const struct cf_addr *nominated);

/** May a line that is offered so be received on the shared port? @p is_shared: it is already. */
bool cf_leg_can_share(const struct cf_leg *leg, const struct cf_offered_line *offered, bool is_shared);

/** @p local as the peer should see it: with the public address in front of it if there is one. */
struct cf_addr cf_leg_public_address(const struct cf_leg *leg, const struct cf_addr *local);

/** Where @p line receives RTP, as the peer should see it; family NONE: nowhere of its own. */
struct cf_addr cf_leg_line_address(const struct cf_leg *leg, const struct cf_leg_line *line);

/** Where @p line can be reached, for its description; NULL: no ICE. */
const struct cf_local_ice *cf_leg_candidates(const struct cf_leg *leg, struct cf_leg_line *line);

/** Free the candidates of all lines. */
void cf_leg_forget_candidates(struct cf_leg *leg);

/** From which sockets the transport in @p set, which has agreed on ICE, is checked. */
void cf_leg_set_bases(const struct cf_leg *leg, struct cf_media_transport_set *set);

/** Candidates came later, as application/trickle-ice-sdpfrag (RFC 8840): the media worker is told. */
void cf_leg_on_trickle(const struct cf_leg *leg, struct cf_str body);

/** Checks of a transport have come to something. */
void cf_leg_on_checks(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now);

/** End the leg if no way was found in time; settle it afterwards. */
void cf_leg_on_path_deadline(struct cf_leg *leg, cf_usec now);

/** Our address that packets of media worker's socket @p socket come to; family NONE: not known. */
struct cf_addr cf_leg_address_of_socket(const struct cf_leg *leg, uint32_t socket);

/* --- what the media worker is told and says: leg_media.c, leg_security.c --- */

/** The media worker is told what line @p index is for now. */
void cf_leg_tell_use(struct cf_leg *leg, uint16_t index);

/** An agreement is in force: tell the media worker and the conference. */
void cf_leg_on_agreed(struct cf_leg *leg, cf_usec now);

/** Pictures of a line of @p leg are not sent, for a cause of enum cf_media_pause, or are again. */
void cf_leg_on_paused(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now);

/** What the media worker says of the keys of @p leg: shown to the operator, and without keys the call ends. */
void cf_leg_on_secured(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now);
void cf_leg_on_insecure(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now);

/** The peer sends line @p line with @p ssrc: subscribers know the speaker by it. */
void cf_leg_on_ssrc(struct cf_leg *leg, uint16_t line, uint32_t ssrc, cf_usec now);

/** Statistics of a line: kept for the operator. */
void cf_leg_on_stats(struct cf_leg *leg, const struct cf_media_line_stats *stats);

/** Mute or lobby has changed: tell the media worker. */
void cf_leg_tell_policy(struct cf_leg *leg);

/** The leg is over for media; ports rest. */
void cf_leg_stop_media(struct cf_leg *leg, cf_usec now);

/* --- is everything asked for that can be seen: leg_pictures.c --- */

/** Lines or roster have changed: in a while it is looked at whether @p leg has asked for all pictures. */
void cf_leg_look_later(struct cf_leg *leg, cf_usec now);

/**
 * A pair was nominated for @p leg: if we have called it, it is sent the full state once more in a while, unless it has asked for
 * pictures by then (docs/adr/0153).
 */
void cf_leg_has_way(struct cf_leg *leg, cf_usec now);

/** If it is time, look at it; who lacks pictures, or waited for its way, is sent the full state. */
void cf_leg_on_look(struct cf_leg *leg, cf_usec now);

#endif
