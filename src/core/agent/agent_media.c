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
        cf_mem_free_str(agent->config.mem, &agent->lines[i].device);
        agent->lines[i] = (struct cf_agent_line){.role = CF_AGENT_ROLE_NONE};
        if (agent->ices != NULL) {
            agent->ices[i] = (struct cf_agent_ice){.has_checks = false};
        }
    }
    agent->line_count = 0;
    agent->tile_count = 0;
    agent->is_planned = false;
    agent->is_bundled = false;
    agent->trickle_request = 0;
}

enum cf_err cf_agent_take_line(struct cf_agent *agent, size_t index, enum cf_media_kind kind, enum cf_agent_role role) {
    struct cf_port_source *source = agent->config.ports;
    while (agent->line_count <= index) {
        agent->lines[agent->line_count++] = (struct cf_agent_line){.kind = kind};
    }
    struct cf_agent_line *line = &agent->lines[index];
    line->kind = kind;
    line->role = role;
    if (role == CF_AGENT_ROLE_NONE) {
        return CF_OK;
    }
    line->ssrc = line->ssrc != 0 ? line->ssrc : cf_entropy_u32(agent->config.entropy) | 1U;
    if (line->ports.rtp.family != CF_FAMILY_NONE || (agent->is_bundled && index > 0)) {
        return CF_OK;
    }
    if (!source->take(source->ctx, 0, family_of(agent), true, &line->ports)) {
        line->role = CF_AGENT_ROLE_NONE;
        return CF_ERR_NO_PORT;
    }
    agent->is_gathered = false;
    return CF_OK;
}

static bool is_tiled(const struct cf_agent *agent) {
    return agent->config.layout == CF_AGENT_LAYOUT_ACTIVE || agent->config.layout == CF_AGENT_LAYOUT_GRID;
}

/* --- what a line says --- */

static enum cf_direction direction_of(const struct cf_agent *agent, const struct cf_agent_line *line) {
    bool is_of_others = line->role == CF_AGENT_ROLE_REMOTE || line->role == CF_AGENT_ROLE_TALKER;
    bool is_sent = line->role == CF_AGENT_ROLE_AUDIO || (!is_of_others && !agent->config.has_no_camera);
    bool is_grid_main = line->role == CF_AGENT_ROLE_MAIN && agent->is_planned && agent->config.layout == CF_AGENT_LAYOUT_GRID;
    bool is_received = line->role != CF_AGENT_ROLE_THUMBNAIL && !is_grid_main && !agent->is_held;
    if (is_sent) {
        return is_received ? CF_DIRECTION_SENDRECV : CF_DIRECTION_SENDONLY;
    }
    return is_received ? CF_DIRECTION_RECVONLY : CF_DIRECTION_INACTIVE;
}

/* Content picks the quality, label the device; neither is said before the conference is known. */
static struct cf_str content_of(const struct cf_agent *agent, const struct cf_agent_line *line) {
    bool is_grid = agent->config.layout == CF_AGENT_LAYOUT_GRID;
    if (!agent->is_planned || line->kind != CF_MEDIA_VIDEO) {
        return CF_STR_NONE;
    }
    if (line->role == CF_AGENT_ROLE_MAIN) {
        return is_grid ? CF_STR("main") : CF_STR("speaker");
    }
    return line->role == CF_AGENT_ROLE_REMOTE && is_grid ? CF_STR_NONE : CF_STR("thumbnail");
}

static struct cf_str tag_or_none(const struct cf_tag *tag) {
    return tag->len > 0 ? cf_tag_str(tag) : CF_STR_NONE;
}

static struct cf_local_line describe_line(const struct cf_agent *agent, const struct cf_agent_line *line) {
    const struct cf_port_pair *ports =
        line->ports.rtp.family == CF_FAMILY_NONE && agent->is_bundled ? &agent->lines[0].ports : &line->ports;
    return (struct cf_local_line){.is_refused = line->role == CF_AGENT_ROLE_NONE,
                                  .kind = line->kind,
                                  .direction = direction_of(agent, line),
                                  .rtp = ports->rtp,
                                  .rtcp = ports->rtcp,
                                  .ssrc = line->ssrc,
                                  .cname = agent->config.aor,
                                  .label = tag_or_none(&line->label),
                                  .content = content_of(agent, line),
                                  .mid = tag_or_none(&line->mid),
                                  .bandwidth_kbps = line->role == CF_AGENT_ROLE_MAIN ? agent->config.video_kbps : 0,
                                  .simulcast = line->role == CF_AGENT_ROLE_MAIN ? agent->config.simulcast : NULL};
}

/* --- which lines there are --- */

static bool set_mid(struct cf_agent *agent, size_t index, struct cf_str mid) {
    return !(is_tiled(agent) || agent->config.trickles) || cf_tag_set(mid, &agent->lines[index].mid);
}

static enum cf_err plan_talkers(struct cf_agent *agent) {
    enum cf_err err = CF_OK;
    for (size_t i = 0; i < agent->config.talker_lines && err == CF_OK && agent->line_count < CF_AGENT_LINES_MAX; i++) {
        char text[] = {'a', 's', 't', (char)('0' + i % 10), '\0'};
        size_t index = agent->line_count;
        err = cf_agent_take_line(agent, index, CF_MEDIA_AUDIO, CF_AGENT_ROLE_TALKER);
        cf_assert(err != CF_OK || set_mid(agent, index, cf_str_of(text)));
    }
    return err;
}

/* The first time: sound, one line of pictures, and those for talkers. Later: what is there. */
enum cf_err cf_agent_plan_offer(struct cf_agent *agent) {
    if (agent->line_count > 0) {
        return CF_OK;
    }
    enum cf_err err = cf_agent_take_line(agent, 0, CF_MEDIA_AUDIO, CF_AGENT_ROLE_AUDIO);
    bool is_named = err != CF_OK || set_mid(agent, 0, CF_STR("as"));
    if (err == CF_OK && agent->config.layout != CF_AGENT_LAYOUT_AUDIO) {
        err = cf_agent_take_line(agent, 1, CF_MEDIA_VIDEO, CF_AGENT_ROLE_MAIN);
        is_named = is_named && (err != CF_OK || set_mid(agent, 1, CF_STR("vs")));
    }
    cf_assert(is_named);
    return err == CF_OK ? plan_talkers(agent) : err;
}

/* Of lines that are new one of each kind is taken. */
static enum cf_err plan_answer(struct cf_agent *agent, const struct cf_negotiation *offered) {
    struct cf_offered_line seen[CF_AGENT_LINES_MAX];
    size_t count = 0;
    bool has_audio = false;
    bool has_video = agent->config.layout == CF_AGENT_LAYOUT_AUDIO;
    size_t known = agent->line_count;
    enum cf_err err = cf_negotiation_offered(offered, seen, CF_AGENT_LINES_MAX, &count);
    count = count < CF_AGENT_LINES_MAX ? count : CF_AGENT_LINES_MAX;
    for (size_t i = 0; i < known; i++) {
        has_audio = has_audio || agent->lines[i].role == CF_AGENT_ROLE_AUDIO;
        has_video = has_video || agent->lines[i].role == CF_AGENT_ROLE_MAIN;
    }
    for (size_t i = known; err == CF_OK && i < count; i++) {
        enum cf_agent_role role = CF_AGENT_ROLE_NONE;
        if (seen[i].kind == CF_MEDIA_AUDIO && !has_audio && !seen[i].is_disabled) {
            role = CF_AGENT_ROLE_AUDIO;
            has_audio = true;
        } else if (seen[i].kind == CF_MEDIA_VIDEO && !has_video && !seen[i].is_disabled) {
            role = CF_AGENT_ROLE_MAIN;
            has_video = true;
        }
        err = cf_agent_take_line(agent, i, seen[i].kind, role);
    }
    return err;
}

enum cf_err cf_agent_describe(struct cf_agent *agent, const struct cf_negotiation *offered, bool is_secure,
                              struct cf_local_line *lines, struct cf_local_session *ret) {
    enum cf_err err = offered == NULL ? cf_agent_plan_offer(agent) : plan_answer(agent, offered);
    if (err != CF_OK) {
        return err;
    }
    for (size_t i = 0; i < agent->line_count; i++) {
        lines[i] = describe_line(agent, &agent->lines[i]);
        if (agent->lines[i].role != CF_AGENT_ROLE_NONE) {
            bool is_shared = agent->lines[i].ports.rtp.family == CF_FAMILY_NONE && agent->is_bundled;
            lines[i].ice =
                cf_agent_candidates(agent, i, is_shared ? &agent->lines[0].ports : &agent->lines[i].ports, offered == NULL);
        }
        lines[i].zrtp_hash = i < agent->config.zrtp_count ? agent->config.zrtp_hashes[i] : NULL;
    }
    *ret = (struct cf_local_session){.policy = agent->config.policy,
                                     .entropy = agent->config.entropy,
                                     .fingerprint = agent->config.fingerprint,
                                     .is_signalling_secure = is_secure,
                                     .refused_protections = agent->refused_protections,
                                     .restarts_ice = agent->restarts_ice && offered == NULL,
                                     .address = agent->config.locals[0].addr,
                                     .name = CF_STR("Talk"),
                                     .lines = lines,
                                     .line_count = agent->line_count};
    return CF_OK;
}

void cf_agent_note_bundle(struct cf_agent *agent, const struct cf_media_params *params) {
    bool is_shared = false;
    for (size_t i = 1; i < params->line_count; i++) {
        is_shared = is_shared || (params->lines[0].is_active && params->lines[i].is_active &&
                                  params->lines[i].transport == params->lines[0].transport);
    }
    agent->is_bundled = is_shared;
}

enum cf_agent_role cf_agent_line_role(const struct cf_agent *agent, size_t index) {
    return index < agent->line_count ? agent->lines[index].role : CF_AGENT_ROLE_NONE;
}

struct cf_str cf_agent_line_device(const struct cf_agent *agent, size_t index) {
    return index < agent->line_count ? agent->lines[index].device : CF_STR_NONE;
}
