/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media of a leg: ports and SSRCs for a description, and what was agreed told to the media worker and the roster. */
#include "core/focus/focus_impl.h"

void cf_focus_command(struct cf_focus *focus, const struct cf_media_command *command) {
    struct cf_focus_command *waiting = cf_mem_alloc(focus->config.mem, sizeof *waiting);
    if (waiting == NULL) {
        focus->lost_commands++;
        return;
    }
    waiting->command = *command;
    cf_list_append(&focus->commands, &waiting->link);
}

/* The line's ports and SSRC, allocated when it is first used. */
static enum cf_err take_line(struct cf_leg *leg, size_t index, bool with_rtcp) {
    struct cf_focus *focus = leg->room->focus;
    void *lines = leg->lines;
    bool is_grown = cf_mem_grow(focus->config.mem, &lines, &leg->lines_max, index + 1, sizeof(*leg->lines));
    leg->lines = lines;
    if (!is_grown) {
        return CF_ERR_NO_MEMORY;
    }
    if (leg->line_count <= index) {
        leg->line_count = index + 1;
    }
    struct cf_leg_line *line = &leg->lines[index];
    if (line->ports.rtp.family != CF_FAMILY_NONE) {
        return CF_OK;
    }
    enum cf_err err = cf_ports_take(&focus->ports, (enum cf_family)leg->local.family, with_rtcp, &line->ports);
    line->ssrc = err == CF_OK ? cf_entropy_u32(focus->config.entropy) | 1U : 0;
    return err;
}

/* The room's: all that is allowed, or AES-256 only. */
static const struct cf_policy *policy_of(const struct cf_leg *leg) {
    struct cf_focus *focus = leg->room->focus;
    const struct cf_focus_config *config = &focus->config;
    const struct cf_conference *conf = cf_room_conference(leg->room);
    if (conf == NULL || config->demands_aes256 == NULL || !config->demands_aes256(config->demands_ctx, conf->key)) {
        return config->policy;
    }
    focus->strict = *config->policy;
    cf_policy_demand_aes256(&focus->strict);
    return &focus->strict;
}

/* The Hello hash of line @p index, for which ZRTP is prepared when it is needed first. NULL: it can't be had. */
static const uint8_t *zrtp_hash_of(struct cf_leg *leg, size_t index) {
    struct cf_focus *focus = leg->room->focus;
    const struct cf_focus_config *config = &focus->config;
    const struct cf_policy *policy = policy_of(leg);
    struct cf_leg_line *line = &leg->lines[index];
    if (config->zrtp.prepare == NULL || !cf_policy_does(policy, CF_KEYING_ZRTP)) {
        return NULL;
    }
    if (!leg->has_zrtp) {
        struct cf_str self = cf_domains_first(&config->domains);
        leg->has_zrtp = config->zrtp.prepare(config->zrtp.ctx, self, leg->aor, policy->demands_aes256, leg->zrtp_hashes);
    }
    if (line->zrtp == 0 && leg->has_zrtp && leg->zrtp_count < CF_FOCUS_ZRTP_LINES) {
        line->zrtp = ++leg->zrtp_count;
    }
    return line->zrtp == 0 ? NULL : leg->zrtp_hashes[line->zrtp - 1];
}

static struct cf_str label_of(const struct cf_leg *leg, enum cf_media_kind kind) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    struct cf_roster_device *device = conf == NULL ? NULL : cf_roster_device(&conf->roster, leg->device);
    if (device == NULL) {
        return CF_STR_NONE;
    }
    return cf_str_n(device->media[kind == CF_MEDIA_AUDIO ? CF_CONF_AUDIO : CF_CONF_VIDEO].label, CF_ROSTER_LABEL_LEN);
}

static enum cf_err fill_line(struct cf_leg *leg, size_t index, enum cf_media_kind kind, bool with_rtcp, struct cf_str label,
                             struct cf_local_line *ret) {
    struct cf_focus *focus = leg->room->focus;
    enum cf_err err = take_line(leg, index, with_rtcp);
    if (err != CF_OK) {
        return err;
    }
    const struct cf_leg_line *line = &leg->lines[index];
    *ret = (struct cf_local_line){.kind = kind,
                                  .direction = CF_DIRECTION_SENDRECV,
                                  .rtp = line->ports.rtp,
                                  .rtcp = line->ports.rtcp,
                                  .ssrc = line->ssrc,
                                  .cname = cf_domains_first(&focus->config.domains),
                                  .label = label,
                                  .bandwidth_kbps = kind == CF_MEDIA_VIDEO ? focus->config.video_kbps : 0};
    return CF_OK;
}

/* One audio and one video line are served (more of them: docs/rfc/4579.md); others are refused, never left out. */
static enum cf_err answer_lines(struct cf_leg *leg, const struct cf_negotiation *offered, struct cf_local_line *lines,
                                size_t *ret_count) {
    struct cf_offered_line seen[CF_MEDIA_LINES_MAX];
    bool has[CF_MEDIA_VIDEO + 1] = {false};
    size_t count = 0;
    enum cf_err err = cf_negotiation_offered(offered, seen, CF_MEDIA_LINES_MAX, &count);
    count = count < CF_MEDIA_LINES_MAX ? count : CF_MEDIA_LINES_MAX;
    for (size_t i = 0; err == CF_OK && i < count; i++) {
        bool is_wanted = seen[i].kind == CF_MEDIA_AUDIO || (seen[i].kind == CF_MEDIA_VIDEO && leg->sees_video);
        lines[i] = (struct cf_local_line){.is_refused = true};
        if (!is_wanted || seen[i].is_disabled || has[seen[i].kind]) {
            continue;
        }
        has[seen[i].kind] = true;
        struct cf_str label = seen[i].label.len > 0 ? CF_STR_NONE : label_of(leg, seen[i].kind);
        err = fill_line(leg, i, seen[i].kind, !seen[i].has_rtcp_mux, label, &lines[i]);
        if (err == CF_OK && seen[i].has_zrtp) {
            lines[i].zrtp_hash = zrtp_hash_of(leg, i);
        }
    }
    *ret_count = count;
    return err;
}

/* Offers keep the order of what was agreed before: audio, then video, as all of our first offers. */
static enum cf_err offer_lines(struct cf_leg *leg, struct cf_local_line *lines, size_t *ret_count) {
    static const enum cf_media_kind kinds[] = {CF_MEDIA_AUDIO, CF_MEDIA_VIDEO};
    enum cf_err err = CF_OK;
    *ret_count = leg->sees_video ? 2 : 1;
    for (size_t i = 0; i < *ret_count && err == CF_OK; i++) {
        err = fill_line(leg, i, kinds[i], true, CF_STR_NONE, &lines[i]);
        lines[i].zrtp_hash = err == CF_OK ? zrtp_hash_of(leg, i) : NULL;
    }
    return err;
}

enum cf_err cf_leg_describe(struct cf_leg *leg, const struct cf_negotiation *offered, struct cf_local_line *lines,
                            struct cf_local_session *ret) {
    const struct cf_focus_config *config = &leg->room->focus->config;
    size_t count = 0;
    bool is_answer = offered != NULL && cf_negotiation_remote_offer(offered).at != NULL;
    enum cf_err err = is_answer ? answer_lines(leg, offered, lines, &count) : offer_lines(leg, lines, &count);
    if (err != CF_OK) {
        return err;
    }
    *ret = (struct cf_local_session){.policy = policy_of(leg),
                                     .entropy = config->entropy,
                                     .fingerprint = config->fingerprint,
                                     .is_signalling_secure = leg->is_secure,
                                     .address = leg->local,
                                     .user = config->user,
                                     .lines = lines,
                                     .line_count = count};
    return CF_OK;
}

static void tell_leg(struct cf_leg *leg, enum cf_media_command_kind kind) {
    struct cf_focus *focus = leg->room->focus;
    struct cf_media_command command = {.kind = kind, .room = leg->room->handle, .leg = leg->handle};
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
    const struct cf_policy *policy = policy_of(leg);
    command.as.transport.suite_count = policy->suite_count;
    memcpy(command.as.transport.suites, policy->suites, policy->suite_count * sizeof policy->suites[0]);
    cf_focus_command(leg->room->focus, &command);
    cf_mem_wipe(&command, sizeof command);
}

static void tell_line(struct cf_leg *leg, uint16_t index, const struct cf_media_line *line) {
    struct cf_media_command command = {.kind = CF_MEDIA_LINE_SET, .leg = leg->handle};
    command.as.line = (struct cf_media_line_set){.index = index, .line = *line};
    cf_focus_command(leg->room->focus, &command);
}

static void tell_media(struct cf_leg *leg, const struct cf_media_params *params) {
    if (!leg->has_media) {
        tell_leg(leg, CF_MEDIA_LEG_ADD);
        leg->has_media = true;
    }
    for (uint16_t i = 0; i < params->transport_count && i < CF_MEDIA_TRANSPORTS_MAX; i++) {
        tell_transport(leg, i, &params->transports[i]);
    }
    for (uint16_t i = 0; i < params->line_count && i < CF_MEDIA_LINES_MAX; i++) {
        tell_line(leg, i, &params->lines[i]);
    }
}

/* Seen from the participant: what we may receive is what it sends. */
static enum cf_media_status status_of(const struct cf_media_line *line) {
    if (line->can_receive) {
        return line->can_send ? CF_MEDIA_SENDRECV : CF_MEDIA_SENDONLY;
    }
    return line->can_send ? CF_MEDIA_RECVONLY : CF_MEDIA_INACTIVE;
}

static void update_of(const struct cf_media_line *line, struct cf_media_update *update) {
    update->status = status_of(line);
    update->content = line->remote_content == CF_CONTENT_SLIDES ? CF_MEDIA_CONTENT_SLIDES : CF_MEDIA_CONTENT_NORMAL;
    update->has_ssrc = line->remote_ssrc_count > 0;
    update->ssrc = line->remote_ssrc_count > 0 ? line->remote_ssrcs[0] : 0;
}

static void forget_updates(struct cf_leg *leg) {
    for (size_t i = 0; i < CF_CONF_MEDIA_COUNT; i++) {
        leg->updates[i] = (struct cf_media_update){.status = CF_MEDIA_INACTIVE};
    }
}

static void tell_conference(struct cf_leg *leg, const struct cf_media_params *params, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    bool is_held = false;
    if (conf == NULL || !cf_handle_is_set(leg->device)) {
        return;
    }
    forget_updates(leg);
    for (uint16_t i = 0; i < params->line_count && i < leg->line_count; i++) {
        const struct cf_media_line *line = &params->lines[i];
        if (!line->is_active || (line->kind != CF_MEDIA_AUDIO && line->kind != CF_MEDIA_VIDEO)) {
            continue;
        }
        leg->lines[i].medium = line->kind == CF_MEDIA_AUDIO ? CF_CONF_AUDIO : CF_CONF_VIDEO;
        update_of(line, &leg->updates[leg->lines[i].medium]);
        is_held = is_held || (line->kind == CF_MEDIA_AUDIO && line->is_held);
    }
    cf_conference_on_media(conf, now, leg->device, leg->updates);
    cf_conference_on_hold(conf, now, leg->device, is_held);
}

void cf_leg_on_ssrc(struct cf_leg *leg, uint16_t line, uint32_t ssrc, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    if (conf == NULL || line >= leg->line_count || !cf_handle_is_set(leg->device)) {
        return;
    }
    struct cf_media_update *update = &leg->updates[leg->lines[line].medium];
    if (!update->has_ssrc || update->ssrc != ssrc) {
        update->has_ssrc = true;
        update->ssrc = ssrc;
        cf_conference_on_media(conf, now, leg->device, leg->updates);
    }
}

void cf_leg_on_secured(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now) {
    char text[sizeof((struct cf_roster_device *)NULL)->protection];
    struct cf_conference *conf = cf_room_conference(leg->room);
    struct cf_roster_device *device = conf == NULL ? NULL : cf_roster_device(&conf->roster, leg->device);
    if (device == NULL) {
        return;
    }
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put(&w, cf_keying_name(event->as.secured.keying));
    if (event->as.secured.suite != CF_SRTP_NONE) {
        cf_put_char(&w, ' ');
        cf_put(&w, cf_srtp_suites[event->as.secured.suite].name);
    }
    if (event->as.secured.sas[0] != '\0') {
        memcpy(device->sas, event->as.secured.sas, sizeof device->sas);
        device->sas[sizeof device->sas - 1] = '\0';
        device->is_sas_verified = event->as.secured.is_sas_verified;
    }
    cf_conference_on_protection(conf, now, leg->device, cf_writer_str(&w));
}

void cf_leg_on_insecure(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now) {
    char field[160];
    struct cf_writer w;
    cf_writer_init(&w, field, sizeof field);
    cf_put_lit(&w, "Reason: SIP;cause=488;text=\"Keys: ");
    cf_put(&w, cf_str_of(cf_handshake_failure_text(event->as.insecure.failure)));
    cf_put_lit(&w, "\"\r\n");
    cf_session_end(&leg->session, 0, cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR_NONE, now);
    cf_leg_settle(leg, now);
}

void cf_leg_on_agreed(struct cf_leg *leg, cf_usec now) {
    struct cf_negotiation *negotiation = cf_session_negotiation(&leg->session, 0);
    struct cf_media_params *params = negotiation == NULL ? NULL : cf_negotiation_take_params(negotiation);
    if (params == NULL) {
        return;
    }
    tell_media(leg, params);
    tell_conference(leg, params, now);
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
