/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What we say in descriptions: which m-lines there are, what for, and where their packets come to. */
#include "core/agent/agent_impl.h"

static enum cf_family family_of(const struct cf_agent *agent) {
    return (enum cf_family)agent->config.locals[0].addr.family;
}

void cf_agent_give_ports(struct cf_agent *agent) {
    struct cf_port_source *source = agent->config.ports;
    for (size_t i = 0; i < agent->line_count; i++) {
        if (agent->lines[i].ports.rtp.family != CF_FAMILY_NONE) {
            source->give(source->ctx, &agent->lines[i].ports);
        }
    }
    agent->line_count = 0;
}

/* Line @p index with a port of its own. */
static enum cf_err take_line(struct cf_agent *agent, size_t index, enum cf_media_kind kind, enum cf_agent_role role) {
    struct cf_port_source *source = agent->config.ports;
    while (agent->line_count <= index) {
        agent->lines[agent->line_count++] = (struct cf_agent_line){.kind = kind};
    }
    struct cf_agent_line *line = &agent->lines[index];
    line->kind = kind;
    line->role = role;
    if (role == CF_AGENT_ROLE_NONE || line->ports.rtp.family != CF_FAMILY_NONE) {
        return CF_OK;
    }
    if (!source->take(source->ctx, family_of(agent), true, &line->ports)) {
        line->role = CF_AGENT_ROLE_NONE;
        return CF_ERR_NO_PORT;
    }
    line->ssrc = cf_entropy_u32(agent->config.entropy) | 1U;
    return CF_OK;
}

static enum cf_direction direction_of(const struct cf_agent *agent) {
    return agent->is_held ? CF_DIRECTION_SENDONLY : CF_DIRECTION_SENDRECV;
}

static struct cf_local_line describe_line(const struct cf_agent *agent, const struct cf_agent_line *line) {
    return (struct cf_local_line){.is_refused = line->role == CF_AGENT_ROLE_NONE,
                                  .kind = line->kind,
                                  .direction = direction_of(agent),
                                  .rtp = line->ports.rtp,
                                  .rtcp = line->ports.rtcp,
                                  .ssrc = line->ssrc,
                                  .cname = agent->config.aor,
                                  .bandwidth_kbps = line->kind == CF_MEDIA_VIDEO ? agent->config.video_kbps : 0};
}

/* The first time: sound, and one line of pictures. Later: what is there. */
static enum cf_err plan_offer(struct cf_agent *agent) {
    if (agent->line_count > 0) {
        return CF_OK;
    }
    enum cf_err err = take_line(agent, 0, CF_MEDIA_AUDIO, CF_AGENT_ROLE_AUDIO);
    if (err == CF_OK && agent->config.layout != CF_AGENT_LAYOUT_AUDIO) {
        err = take_line(agent, 1, CF_MEDIA_VIDEO, CF_AGENT_ROLE_MAIN);
    }
    return err;
}

/* One line of each kind is taken. */
static enum cf_err plan_answer(struct cf_agent *agent, const struct cf_negotiation *offered) {
    struct cf_offered_line seen[CF_AGENT_LINES_MAX];
    size_t count = 0;
    bool has_audio = false;
    bool has_video = agent->config.layout == CF_AGENT_LAYOUT_AUDIO;
    enum cf_err err = cf_negotiation_offered(offered, seen, CF_AGENT_LINES_MAX, &count);
    count = count < CF_AGENT_LINES_MAX ? count : CF_AGENT_LINES_MAX;
    for (size_t i = 0; err == CF_OK && i < count; i++) {
        enum cf_agent_role role = CF_AGENT_ROLE_NONE;
        if (seen[i].kind == CF_MEDIA_AUDIO && !has_audio && !seen[i].is_disabled) {
            role = CF_AGENT_ROLE_AUDIO;
            has_audio = true;
        } else if (seen[i].kind == CF_MEDIA_VIDEO && !has_video && !seen[i].is_disabled) {
            role = CF_AGENT_ROLE_MAIN;
            has_video = true;
        }
        err = take_line(agent, i, seen[i].kind, role);
    }
    return err;
}

enum cf_err cf_agent_describe(struct cf_agent *agent, const struct cf_negotiation *offered, bool is_secure,
                              struct cf_local_line *lines, struct cf_local_session *ret) {
    enum cf_err err = offered == NULL ? plan_offer(agent) : plan_answer(agent, offered);
    if (err != CF_OK) {
        return err;
    }
    for (size_t i = 0; i < agent->line_count; i++) {
        lines[i] = describe_line(agent, &agent->lines[i]);
    }
    *ret = (struct cf_local_session){.policy = agent->config.policy,
                                     .entropy = agent->config.entropy,
                                     .is_signalling_secure = is_secure,
                                     .address = agent->config.locals[0].addr,
                                     .name = CF_STR("Talk"),
                                     .lines = lines,
                                     .line_count = agent->line_count};
    return CF_OK;
}
