/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the engine call of each other. Not for others. */
#ifndef CF_MEDIA_INTERNAL_H
#define CF_MEDIA_INTERNAL_H

#include "core/media/engine.h"
#include "core/rtcp/feedback.h"
#include "core/rtp/red.h"

/** What was made of a datagram: a reason for which it was discarded, or this: it was used. */
#define CF_MEDIA_USED CF_MEDIA_DISCARD_COUNT

/* engine.c */

/** A mutation begins: what was not drained is dropped. */
void cf_engine_begin(struct cf_engine *engine, cf_usec now);

/** Now on the wall. */
cf_wall cf_engine_wall(const struct cf_engine *engine);

/** The timer of @p room has to be looked at when all is drained. */
void cf_engine_touch_room(struct cf_engine *engine, struct cf_engine_room *room);

/** Look at the timer of @p leg. */
void cf_engine_set_leg_timer(struct cf_engine *engine, struct cf_engine_leg *leg);

/** Look at the timers of all rooms that were touched. */
void cf_engine_set_room_timers(struct cf_engine *engine);

/** An event of @p leg and its room. */
struct cf_media_event cf_engine_leg_event(const struct cf_engine_leg *leg, enum cf_media_event_kind kind);

/** Tell that pictures of @p line are not sent for @p cause, or are again. */
void cf_engine_tell_paused(struct cf_engine *engine, const struct cf_engine_line *line, enum cf_media_pause cause,
                           bool is_paused);

/* command.c */

/** Take @p leg out of its room and free it, without goodbye. */
void cf_engine_free_leg(struct cf_engine *engine, struct cf_engine_leg *leg);

/** Everybody in the leg takes part as policy and agreements say; the first error, and of which line. */
CF_MUST_USE enum cf_err cf_engine_join_all(struct cf_engine *engine, struct cf_engine_leg *leg, uint16_t *ret_index);

/** Free @p room, which must have no legs. */
void cf_engine_free_room(struct cf_engine *engine, struct cf_engine_room *room);

/**
 * @p leg, zeroed but for .is_shadow, .worker and .policy, is called @p name and in @p room from now on. Errors as
 * cf_media_names_add().
 */
CF_MUST_USE enum cf_err cf_engine_enter_leg(struct cf_engine *engine, struct cf_engine_room *room, struct cf_engine_leg *leg,
                                            struct cf_handle name);

/* stats.c */

/** CF_MEDIA_EVENT_TOTALS, if the last one was long enough ago. */
void cf_engine_report_totals(struct cf_engine *engine);

/** CF_MEDIA_EVENT_STATS for each active line of @p leg. Rates are those since the last time. */
void cf_engine_report_stats(struct cf_engine *engine, struct cf_engine_leg *leg);

/* receive.c */

/** A packet of pictures of @p stream, which has a source. */
enum cf_source_result cf_engine_forward_packet(struct cf_engine *engine, struct cf_engine_stream *stream,
                                               const struct cf_video_packet *packet);

/** A packet of sound of @p line, which is in a mixer, whose next tick may be due earlier for it. */
void cf_engine_mix_packet(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_mix_packet *packet);

/* branch.c: what other workers are told. All do nothing where nobody listens. */

/** Is this the worker that says who speaks in @p room? */
bool cf_engine_is_home(const struct cf_engine *engine, const struct cf_engine_room *room);

/** The policy of @p room has been set: are there other branches now? CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_engine_set_branches(struct cf_engine *engine, struct cf_engine_room *room);

/** Legs of @p room have come or gone. */
void cf_engine_look_at_branches(struct cf_engine *engine, struct cf_engine_room *room);

/** @p room ends. */
void cf_engine_forget_branches(struct cf_engine_room *room);

/** Another branch of @p room said hello. */
void cf_engine_on_hello(struct cf_engine *engine, struct cf_engine_room *room, size_t worker, bool wants);

/** @p stream has got a source, or that has changed; it is about to go; sound has changed; @p leg goes. */
void cf_engine_tell_source(struct cf_engine *engine, struct cf_engine_stream *stream);
void cf_engine_tell_source_gone(struct cf_engine *engine, struct cf_engine_stream *stream);
void cf_engine_tell_sound(struct cf_engine *engine, struct cf_engine_line *line);
void cf_engine_tell_leg_gone(struct cf_engine *engine, const struct cf_engine_leg *leg);

/** @p leg speaks; unset: nobody. */
void cf_engine_tell_speaker(struct cf_engine *engine, struct cf_engine_room *room, struct cf_handle leg);

/** Packets that were taken. */
void cf_engine_hand_picture(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_video_packet *packet);
void cf_engine_hand_voice(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_engine_voice *voice);

/** @p stream is a shadow's: ask for this where it lives. */
void cf_engine_tell_wish(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_source_ask *ask);

/** Worker @p worker could not be understood: have it say all again, a while later. */
void cf_engine_ask_again(struct cf_engine *engine, size_t worker);

/** When cf_engine_branches_on_deadline() is due. */
cf_usec cf_engine_branches_deadline(const struct cf_engine *engine);

void cf_engine_branches_on_deadline(struct cf_engine *engine);

/* shadow.c: what other workers tell */

/** Forget shadows of legs in @p room that live on @p workers (bits). */
void cf_engine_drop_shadows(struct cf_engine *engine, struct cf_engine_room *room, uint16_t workers);

/** A leg of our own is going to be called @p name: a shadow in its slot is one of an earlier call. */
void cf_engine_make_way(struct cf_engine *engine, struct cf_handle name);

/** Worker @p worker has nobody in @p room any more who wants anything. */
void cf_engine_forget_wishes(struct cf_engine *engine, struct cf_engine_room *room, size_t worker);

/* streams.c: what comes in on a line */

/**
 * @p line is going to be set to receive what @p agreed says: if its encodings are others than before, all streams begin anew.
 * CF_ERR_NO_MEMORY: they are as they were, but in no room.
 */
CF_MUST_USE enum cf_err cf_engine_set_streams(struct cf_engine *engine, struct cf_engine_line *line,
                                              const struct cf_media_line *agreed);

/**
 * @p line has @p count streams from now on, one at least; the first is its own. All begin anew: they must have no sources.
 * CF_ERR_NO_MEMORY: they are as they were.
 */
CF_MUST_USE enum cf_err cf_engine_make_streams(struct cf_engine *engine, struct cf_engine_line *line, size_t count);

/** Free all streams of @p line but the first. */
void cf_engine_free_streams(struct cf_engine *engine, struct cf_engine_line *line);

/** The stream of @p line that a packet is of; NULL: of none that was agreed on, or it can't be told. */
struct cf_engine_stream *cf_engine_find_stream(struct cf_engine_line *line, const struct cf_rtp_view *view,
                                               const struct cf_payload *payload);

/** A packet came for @p stream: is it believed, and does its SSRC take over? CF_MEDIA_USED, or why not. */
enum cf_media_discard cf_engine_stream_take(struct cf_engine *engine, struct cf_engine_stream *stream,
                                            const struct cf_rtp_view *view, const struct cf_payload *payload, uint8_t probation);

/** A sender that changes its format begins anew; not all the time: false if it is too soon. */
bool cf_engine_stream_follow_format(struct cf_engine *engine, struct cf_engine_stream *stream, enum cf_video_format format);

/* join.c: lines and the room */

/** Line @p index of @p leg, below CF_MEDIA_LINES_MAX, made if it is not there. NULL: no memory. */
struct cf_engine_line *cf_engine_get_line(struct cf_engine *engine, struct cf_engine_leg *leg, uint16_t index);

/** Let @p line take part in its room as its agreement, the leg's and the room's policy say. */
CF_MUST_USE enum cf_err cf_engine_join(struct cf_engine *engine, struct cf_engine_line *line);

/** The store of a source of grade @p grade. */
struct cf_store_config cf_engine_store_of(const struct cf_engine *engine, uint8_t grade);

/** @p stream shows nothing in its room any more. */
void cf_engine_part_source(struct cf_engine *engine, struct cf_engine_stream *stream);

/** Take @p line out of mixer and forwarding. */
void cf_engine_part(struct cf_engine *engine, struct cf_engine_line *line);

/** The peer sends another sound codec. False: too soon after the last change. */
bool cf_engine_change_codec(struct cf_engine *engine, struct cf_engine_line *line, uint8_t payload_type);

/* described.c */

/**
 * Give the packet at @p header, whose header has @p fixed_len octets without its extension, an extension with the dependency
 * descriptor of @p item. Returns the length of the header; @p ret_number_at: where in it the transport-wide number is, if the
 * line has them.
 */
size_t cf_engine_describe(const struct cf_engine_line *line, const struct cf_sink_item *item, uint8_t *header, size_t fixed_len,
                          size_t *ret_number_at);

/* receive_sound.c */

/** Sound, key presses or comfort noise came on @p line. */
enum cf_media_discard cf_engine_take_sound(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_rtp_view *view,
                                           const struct cf_payload *payload);

/* passing.c: lines of sound, and talkers that are passed on (passing.h) */

/** Lines have changed: which is mixed for others, which carries the mix, and which have a place. */
void cf_engine_choose_sound(struct cf_engine_leg *leg);

/** Places, as bits, whose talkers @p leg gets as they came if they send one of @p ret_kinds (bits by enum cf_codec). */
uint8_t cf_engine_places_of(const struct cf_engine_leg *leg, uint32_t *ret_kinds);

/** Let @p line take whoever is at its place, or not any more, as its agreement and policies say. */
void cf_engine_join_place(struct cf_engine_line *line);

/** What can be passed on of the redundancy that a packet came in; NULL: it came alone. */
struct cf_engine_passed_red cf_engine_redundancy_of(const struct cf_red *red);

/** A packet of sound came on @p line: pass it on to those who take it. */
void cf_engine_pass_on(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_engine_voice *voice);

/** Forget what the peer of @p line said before it was heard; give its memory back. */
void cf_engine_forget_onset(struct cf_engine_line *line);
void cf_engine_free_onset(struct cf_engine *engine, struct cf_engine_line *line);

/** Sound of @p leg that waits to be passed on is given up. */
void cf_engine_forget_passed(struct cf_engine *engine, const struct cf_engine_leg *leg);

/** Does @p leg get who is at @p place and sends @p kind (a bit by enum cf_codec) as it comes? Then that is not in its mix. */
bool cf_engine_gets_passed(const struct cf_engine_leg *leg, uint8_t place, uint32_t kind);

/** The next line for a packet that is passed on; there must be one. The outbox has room for a datagram. */
void cf_engine_step_passed(struct cf_engine *engine);

/* handshake.c: keys that come by the media path */

/**
 * A handshake's datagram came in: DTLS (first octet 20..63) or ZRTP (16..19, RFC 6189 section 5). It came by a checked pair if
 * the transport has ICE, from anywhere else otherwise.
 */
enum cf_media_discard cf_engine_take_handshake(struct cf_engine *engine, const struct cf_engine_arrival *arrival,
                                               enum cf_packet_kind kind);

/**
 * @p t has been set: agree on keys if it needs that, and tell how it is protected. Called again, with what has not changed, that
 * goes on.
 */
void cf_engine_begin_handshakes(struct cf_engine *engine, struct cf_engine_transport *t,
                                const struct cf_media_transport_set *set);

/** Give back the memory of associations of @p t, which are ended: cf_engine_transport_fini(). */
void cf_engine_free_associations(struct cf_engine *engine, struct cf_engine_transport *t);

/** People say that they have compared the short authentication string of @p leg, or take that back: tells how it is protected. */
void cf_engine_verify_sas(struct cf_engine *engine, struct cf_engine_leg *leg, bool is_verified);

/** When cf_engine_on_handshake_deadline() is due for a transport of @p leg. */
cf_usec cf_engine_handshake_deadline(const struct cf_engine_leg *leg);

void cf_engine_on_handshake_deadline(struct cf_engine *engine, struct cf_engine_leg *leg);

/** Put datagrams of handshakes into @p outputs, at most @p max; their number. */
size_t cf_engine_take_handshakes(struct cf_engine *engine, struct cf_media_output *outputs, size_t max);

/* control_in.c, control_out.c */

/** RTCP came in, in clear. True if it was sound. */
bool cf_engine_take_control(struct cf_engine *engine, const struct cf_engine_arrival *arrival);

/** Send a compound report of @p line, with BYE if @p is_last. */
void cf_engine_send_report(struct cf_engine *engine, struct cf_engine_line *line, bool is_last);

/** The regular reports of @p transport are due: one for each line that has something to say, CF_ENGINE_REPORTS_MAX at most. */
void cf_engine_send_reports(struct cf_engine *engine, struct cf_engine_transport *transport);

/** Ask the peer that sends @p stream. */
void cf_engine_send_ask(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_source_ask *ask);

/** Acknowledge the limit that the peer of @p line asked for. */
void cf_engine_send_limit(struct cf_engine *engine, struct cf_engine_line *line, uint64_t bitrate_bps, uint32_t owner_ssrc);

/* send_sound.c */

/** Put engine->frame, of which the payload is engine->frame_kept, for the leg in slot @p user into the outbox, which is not full.
 */
void cf_engine_add_sound(struct cf_engine *engine, uint32_t user);

/* prompts.c: what legs are told */

/** The mixer of those who wait in @p room, made if need be. NULL: there are no sounds, or memory is out. */
struct cf_mixer *cf_engine_lobby(struct cf_engine *engine, struct cf_engine_room *room);

/** Does nobody wait in @p room? Its lobby, if there is one, stands still then. */
static inline bool cf_engine_lobby_is_empty(const struct cf_engine_room *room) {
    return room->lobby == NULL || room->lobby->legs.count == 0;
}

/** Free it; its legs are gone. */
void cf_engine_free_lobby(struct cf_engine *engine, struct cf_engine_room *room);

/** Is nobody in it, neither a leg nor the shadow of one? Then its time stands still. */
bool cf_engine_room_is_empty(const struct cf_engine_room *room);

/** When the next tick of @p room's sound, or of its lobby's, is due. */
cf_usec cf_engine_mix_deadline(const struct cf_engine_room *room);

/** Tell @p leg, or everybody in @p room. Errors as cf_player_say(). */
CF_MUST_USE enum cf_err cf_engine_play(struct cf_engine *engine, struct cf_engine_leg *leg, const struct cf_phrase *phrase);
CF_MUST_USE enum cf_err cf_engine_announce(struct cf_engine *engine, struct cf_engine_room *room, const struct cf_phrase *phrase);

/** A key of @p leg was pressed: what it is told ends. */
void cf_engine_hush(struct cf_engine_leg *leg);

/** CF_MIX_PLAYED came out of a mixer. */
void cf_engine_note_played(struct cf_engine *engine, const struct cf_mix_output *output);

/* send.c */

/** Forget all that waits to be sent. */
void cf_engine_drop_output(struct cf_engine *engine);

/** Tell the peer of @p leg when its packets came, where that is due (transport-wide feedback). */
void cf_engine_send_arrivals(struct cf_engine *engine, struct cf_engine_leg *leg);

/* --- bandwidth.c --- */

/** Lines or transports of @p leg have changed. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_engine_bandwidth_set(struct cf_engine *engine, struct cf_engine_leg *leg);

/** Forget what is known of @p leg's link. */
void cf_engine_bandwidth_free(struct cf_engine *engine, struct cf_engine_leg *leg);

/** What may be sent to @p leg, pictures alone; UINT64_MAX: no limit is known. */
uint64_t cf_engine_bandwidth_target(const struct cf_engine_leg *leg, cf_usec now);

/** When to call cf_engine_bandwidth_on_timer(). */
cf_usec cf_engine_bandwidth_deadline(const struct cf_engine_leg *leg);

/** Allocate, probe, pace: whatever is due. What is to be sent comes out of cf_engine_bandwidth_poll(). */
void cf_engine_bandwidth_on_timer(struct cf_engine *engine, struct cf_engine_leg *leg);

/** Transport-wide feedback came on @p t. */
void cf_engine_bandwidth_on_feedback(struct cf_engine *engine, const struct cf_engine_transport *t,
                                     const struct cf_rtcp_feedback *feedback);

/** The peer has reported on what @p line sends: it is in line->report. */
void cf_engine_bandwidth_on_report(struct cf_engine *engine, const struct cf_engine_line *line);

/** The peer asked for a limit: @p remb_bps for all of it, or 0: for one line, which is in its sink. */
void cf_engine_bandwidth_on_limit(struct cf_engine *engine, struct cf_engine_leg *leg, uint64_t remb_bps);

/** Do packets of @p line go through its receiver's pacer? */
static inline bool cf_engine_bandwidth_paces(const struct cf_engine_line *line) {
    const struct cf_engine_bandwidth *b = line->twcc_at > 0 ? line->leg->bandwidth : NULL;
    return b != NULL && b->transport == line->transport;
}

/** May @p item of @p line go out now? False: it waits in the pacer. */
bool cf_engine_bandwidth_admit(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_sink_item *item);

/** The transport-wide number of a packet of @p len octets that goes out now on @p line. */
uint16_t cf_engine_bandwidth_number(struct cf_engine *engine, const struct cf_engine_line *line, size_t len);

/** @p packets of pictures, @p octets in all, were sent to @p leg. */
void cf_engine_bandwidth_on_sent(struct cf_engine_leg *leg, size_t packets, size_t octets);

/** The next packet that a pacer gives out. False: those whose turn it was have nothing (more); look at engine->due_pacers. */
bool cf_engine_bandwidth_poll(struct cf_engine *engine, struct cf_paced_output *ret);

/** @p line parts with its sink: nothing of it waits any more. */
void cf_engine_bandwidth_forget(struct cf_engine_line *line);

#endif
