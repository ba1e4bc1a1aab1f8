/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was agreed with a leg, told to the media worker and the roster. */
#include "core/focus/leg_media.h"

#include "core/focus/focus_impl.h"
#include "core/focus/room.h"
#include "core/focus/voice.h"

static void tell_leg(struct cf_leg *leg, enum cf_media_command_kind kind) {
    struct cf_focus *focus = leg->room->focus;
    struct cf_media_command command = {
        .kind = kind, .room = leg->room->handle, .leg = leg->handle, .workers = cf_worker_bit(leg->worker)};
    /* A phone behind a NAT says a wrong address in SDP, but its RTP comes from where its SIP comes from (attacks T33). */
    command.as.leg_policy = (struct cf_media_leg_policy){.latch = {.plain = CF_LATCH_PLAIN_SAME_IP},
                                                         .flow = leg->peer,
                                                         .is_audio_muted = leg->is_muted,
                                                         .is_video_muted = leg->is_listener,
                                                         .is_waiting = leg->is_waiting,
                                                         .silence_usec = focus->config.silence_usec};
    cf_focus_command(focus, &command);
}

void cf_leg_tell_policy(struct cf_leg *leg) {
    if (leg->has_media) {
        tell_leg(leg, CF_MEDIA_LEG_SET);
    }
}

static void tell_transport(struct cf_leg *leg, uint16_t index, const struct cf_media_transport *transport) {
    struct cf_media_command command = {.kind = CF_MEDIA_TRANSPORT_SET, .leg = leg->handle};
    command.as.transport = (struct cf_media_transport_set){.index = index,
                                                           .rtp_socket = cf_port_socket(&transport->local_rtp),
                                                           .rtcp_socket = cf_port_socket(&transport->local_rtcp),
                                                           .transport = *transport};
    const struct cf_policy *policy = cf_leg_policy(leg);
    if (transport->own_ice.is_used) {
        cf_leg_set_bases(leg, &command.as.transport);
    }
    command.as.transport.suite_count = policy->suite_count;
    memcpy(command.as.transport.suites, policy->suites, policy->suite_count * sizeof policy->suites[0]);
    cf_focus_command(leg->room->focus, &command);
    cf_mem_wipe(&command, sizeof command);
}

static void tell_line(struct cf_leg *leg, uint16_t index, const struct cf_media_line *line) {
    struct cf_media_command command = {.kind = CF_MEDIA_LINE_SET, .leg = leg->handle};
    command.as.line = (struct cf_media_line_set){.index = index, .line = *line};
    if (index < leg->line_count) {
        command.as.line.use = leg->lines[index].use.media;
        leg->lines[index].is_told = true;
    }
    cf_focus_command(leg->room->focus, &command);
}

/* Lines that a description had and its follower has not are off. */
static void tell_missing(struct cf_leg *leg, const struct cf_media_params *params) {
    static const struct cf_media_line off = {.is_active = false};
    for (size_t i = params->line_count; i < leg->line_count; i++) {
        if (leg->lines[i].is_told && leg->lines[i].is_active) {
            leg->lines[i].use = (struct cf_line_use){.is_taken = false};
            tell_line(leg, (uint16_t)i, &off);
        }
    }
}

void cf_leg_tell_use(struct cf_leg *leg, uint16_t index) {
    struct cf_media_command command = {.kind = CF_MEDIA_LINE_USE, .leg = leg->handle};
    command.as.use = (struct cf_media_line_use){.index = index, .use = leg->lines[index].use.media};
    cf_focus_command(leg->room->focus, &command);
}

static void tell_media(struct cf_leg *leg, const struct cf_media_params *params) {
    if (!leg->has_media) {
        cf_room_bring(leg->room, leg->worker);
        tell_leg(leg, CF_MEDIA_LEG_ADD);
        leg->has_media = true;
    }
    for (uint16_t i = 0; i < params->transport_count && i < CF_MEDIA_TRANSPORTS_MAX; i++) {
        tell_transport(leg, i, &params->transports[i]);
    }
    for (uint16_t i = 0; i < params->line_count && i < CF_MEDIA_LINES_MAX; i++) {
        tell_line(leg, i, &params->lines[i]);
    }
    tell_missing(leg, params);
}

/* Is line @p index the one that its transport was made of? The others of a bundle have no port of their own, or the same shared
 * one. */
static bool has_own_transport(const struct cf_leg *leg, const struct cf_media_params *params, size_t index) {
    const struct cf_media_line *agreed = &params->lines[index];
    const struct cf_addr own = cf_leg_line_address(leg, &leg->lines[index]);
    bool is_own = cf_addr_eq(&cf_media_transport(params, agreed)->local_rtp, &own);
    for (size_t i = 0; i < index && leg->lines[index].is_shared; i++) {
        is_own = is_own && !(params->lines[i].is_active && params->lines[i].transport == agreed->transport);
    }
    return is_own;
}

/* What the agreement made of the lines; a port that a line got but does not need, since it is bundled with another, goes back. */
static void note_agreed(struct cf_leg *leg, const struct cf_media_params *params, cf_usec now) {
    leg->agreed_count = params->line_count < CF_MEDIA_LINES_MAX ? params->line_count : CF_MEDIA_LINES_MAX;
    for (size_t i = 0; i < leg->line_count; i++) {
        struct cf_leg_line *line = &leg->lines[i];
        const struct cf_media_line *agreed = i < params->line_count ? &params->lines[i] : NULL;
        line->is_active = agreed != NULL && agreed->is_active;
        line->is_bundled = line->is_active && !has_own_transport(leg, params, i);
        line->is_shared = line->is_shared && line->is_active && !line->is_bundled;
        line->transport = line->is_active ? agreed->transport : 0;
        line->mid = line->is_active ? agreed->mid : (struct cf_tag){.len = 0};
        line->has_used_ports = line->has_used_ports || (line->is_active && !line->is_bundled);
        if (line->is_bundled && !line->has_used_ports) {
            cf_ports_rest(&leg->room->focus->ports, &line->ports, now);
            line->ports = (struct cf_port_pair){.rtp = {.family = CF_FAMILY_NONE}};
        }
    }
}

/* Seen from the participant. */
static enum cf_media_status status_of(bool sends, bool receives) {
    if (sends) {
        return receives ? CF_MEDIA_SENDRECV : CF_MEDIA_SENDONLY;
    }
    return receives ? CF_MEDIA_RECVONLY : CF_MEDIA_INACTIVE;
}

/* What was agreed on a line with a medium of the roster. */
static void update_of(const struct cf_media_line *line, const struct cf_line_use *use, struct cf_media_update *update) {
    update->status = status_of(line->can_receive, line->can_send);
    update->content = use->media.role == CF_MEDIA_ROLE_SLIDES ? CF_MEDIA_CONTENT_SLIDES : CF_MEDIA_CONTENT_NORMAL;
    update->has_ssrc = line->remote_ssrc_count > 0;
    update->ssrc = line->remote_ssrc_count > 0 ? line->remote_ssrcs[0] : 0;
}

/*
 * A camera without miniature is its own: whoever asks for the small picture of a phone that has one size only gets that one, so
 * it is announced.
 */
static void lend_miniature(struct cf_media_update *updates) {
    const struct cf_media_update *camera = &updates[CF_CONF_VIDEO];
    bool is_sent = camera->status == CF_MEDIA_SENDRECV || camera->status == CF_MEDIA_SENDONLY;
    if (updates[CF_CONF_THUMBNAIL].status == CF_MEDIA_INACTIVE && is_sent && camera->content == CF_MEDIA_CONTENT_NORMAL) {
        updates[CF_CONF_THUMBNAIL] = *camera;
        updates[CF_CONF_THUMBNAIL].status = CF_MEDIA_SENDONLY;
    }
}

static void forget_updates(struct cf_leg *leg) {
    for (size_t i = 0; i < CF_CONF_MEDIA_COUNT; i++) {
        leg->updates[i] = (struct cf_media_update){.status = CF_MEDIA_INACTIVE};
    }
}

static void tell_updates(struct cf_leg *leg, struct cf_conference *conf, cf_usec now) {
    struct cf_media_update updates[CF_CONF_MEDIA_COUNT];
    memcpy(updates, leg->updates, sizeof updates);
    lend_miniature(updates);
    cf_conference_on_media(conf, now, leg->device, updates);
}

static void tell_conference(struct cf_leg *leg, const struct cf_media_params *params, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    struct cf_media_update *video = &leg->updates[CF_CONF_VIDEO];
    bool is_held = false;
    bool sees = false;
    if (conf == NULL || !cf_handle_is_set(leg->device)) {
        return;
    }
    forget_updates(leg);
    for (uint16_t i = 0; i < params->line_count && i < leg->line_count; i++) {
        const struct cf_media_line *line = &params->lines[i];
        const struct cf_line_use *use = &leg->lines[i].use;
        if (!line->is_active) {
            continue;
        }
        if (use->has_medium) {
            update_of(line, use, &leg->updates[use->medium]);
        }
        sees = sees || (line->kind == CF_MEDIA_VIDEO && line->can_send);
        is_held = is_held || (line->kind == CF_MEDIA_AUDIO && line->is_held);
    }
    /* On whichever lines it sees others; a screen is only sent, which is what Linphone's own server says of it. */
    bool is_screen = video->content == CF_MEDIA_CONTENT_SLIDES;
    video->status = status_of(video->status == CF_MEDIA_SENDRECV || video->status == CF_MEDIA_SENDONLY, sees && !is_screen);
    tell_updates(leg, conf, now);
    cf_conference_on_hold(conf, now, leg->device, is_held);
}

void cf_leg_on_ssrc(struct cf_leg *leg, uint16_t line, uint32_t ssrc, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    if (conf == NULL || line >= leg->line_count || !leg->lines[line].use.has_medium || !cf_handle_is_set(leg->device)) {
        return;
    }
    struct cf_media_update *update = &leg->updates[leg->lines[line].use.medium];
    if (!update->has_ssrc || update->ssrc != ssrc) {
        update->has_ssrc = true;
        update->ssrc = ssrc;
        tell_updates(leg, conf, now);
    }
}

void cf_leg_on_paused(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    uint16_t line = event->as.paused.line;
    uint8_t bit = (uint8_t)(1U << event->as.paused.cause);
    uint8_t paused = 0;
    if (conf == NULL || line >= leg->line_count || !cf_handle_is_set(leg->device)) {
        return;
    }
    leg->lines[line].paused &= (uint8_t)~bit;
    leg->lines[line].paused |= event->as.paused.is_paused ? bit : 0;
    for (size_t i = 0; i < leg->line_count; i++) {
        paused |= leg->lines[i].is_active ? leg->lines[i].paused : 0;
    }
    cf_conference_on_paused(conf, now, leg->device, (paused & 1U << CF_MEDIA_PAUSE_BANDWIDTH) != 0,
                            (paused & 1U << CF_MEDIA_PAUSE_CODEC) != 0);
}

void cf_leg_on_stats(struct cf_leg *leg, const struct cf_media_line_stats *stats) {
    if (stats->line < leg->line_count) {
        leg->lines[stats->line].stats =
            (struct cf_stream_stats){.is_known = true,
                                     .is_sound = stats->is_sound,
                                     .line = stats->line,
                                     .rate_in_bps = stats->rate_in_bps,
                                     .rate_out_bps = stats->rate_out_bps,
                                     .lost_in_permille = stats->lost_in_permille,
                                     .lost_out_permille = (uint16_t)(stats->fraction_lost_out * 1000U / 256U),
                                     .jitter_in_usec = stats->jitter_in_usec,
                                     .jitter_out_usec = stats->jitter_out_usec,
                                     .round_trip_usec = stats->round_trip_usec,
                                     .mos_in_centi = stats->mos_in_centi,
                                     .mos_out_centi = stats->mos_out_centi,
                                     .shown = stats->shown,
                                     .grade_out = stats->grade_out,
                                     .freezes_out = stats->freezes_out,
                                     .frozen_out_usec = stats->frozen_out_usec,
                                     .switches_out = stats->switches_out};
        for (size_t i = 0; i < CF_MEDIA_DISCARD_COUNT; i++) {
            leg->lines[stats->line].stats.discards[i] = (uint32_t)stats->discards[i];
        }
    }
}

size_t cf_focus_worker(const struct cf_focus *focus, struct cf_handle handle) {
    const struct cf_leg *leg = cf_handle_get(&focus->legs, handle);
    return leg == NULL ? 0 : leg->worker;
}

size_t cf_focus_stream_count(const struct cf_focus *focus, struct cf_handle handle) {
    const struct cf_leg *leg = cf_handle_get(&focus->legs, handle);
    return leg == NULL ? 0 : leg->line_count;
}

bool cf_focus_stream(const struct cf_focus *focus, struct cf_handle handle, size_t index, struct cf_stream_stats *ret) {
    const struct cf_leg *leg = cf_handle_get(&focus->legs, handle);
    bool is_known = leg != NULL && index < leg->line_count && leg->lines[index].is_active && leg->lines[index].stats.is_known;
    if (is_known) {
        *ret = leg->lines[index].stats;
    }
    return is_known;
}

void cf_leg_on_agreed(struct cf_leg *leg, cf_usec now) {
    struct cf_negotiation *negotiation = cf_session_negotiation(&leg->session, 0);
    struct cf_media_params *params = negotiation == NULL ? NULL : cf_negotiation_take_params(negotiation);
    if (params == NULL) {
        return;
    }
    tell_media(leg, params);
    note_agreed(leg, params, now);
    tell_conference(leg, params, now);
    cf_leg_look_later(leg, now);
    cf_leg_note_place(leg, now);
    cf_media_params_free(leg->room->focus->config.mem, params);
}

void cf_leg_stop_media(struct cf_leg *leg, cf_usec now) {
    struct cf_focus *focus = leg->room->focus;
    if (leg->has_media) {
        struct cf_media_command command = {.kind = CF_MEDIA_LEG_REMOVE, .leg = leg->handle};
        cf_focus_command(focus, &command);
        leg->has_media = false;
    }
    for (size_t i = 0; i < leg->line_count; i++) {
        cf_ports_rest(&focus->ports, &leg->lines[i].ports, now);
        leg->lines[i].ports.rtp.family = CF_FAMILY_NONE;
    }
}
