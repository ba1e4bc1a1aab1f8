/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which pictures are asked for: one line for each device of the conference that has some, found by the label that the roster
 * tells, and one for our own miniature. Lines keep their place; what is given up leaves its place to whoever comes next.
 */
#include "core/agent/agent_impl.h"

static bool is_tiled(const struct cf_agent *agent) {
    return agent->config.layout == CF_AGENT_LAYOUT_ACTIVE || agent->config.layout == CF_AGENT_LAYOUT_GRID;
}

/* --- what the roster says --- */

static bool is_own(const struct cf_agent *agent, const struct cf_view_endpoint *endpoint) {
    return endpoint->call.call_id.len > 0 && cf_str_eq(endpoint->call.call_id, cf_agent_call_id(agent));
}

static bool is_present(const struct cf_view_endpoint *endpoint) {
    return endpoint->has_status && (endpoint->status == CF_ENDPOINT_CONNECTED || endpoint->status == CF_ENDPOINT_ON_HOLD);
}

static bool is_sending(const struct cf_view_media *media) {
    return media->has_status && (media->status == CF_MEDIA_SENDRECV || media->status == CF_MEDIA_SENDONLY);
}

static const struct cf_view_media *find_media(const struct cf_view_endpoint *endpoint, struct cf_str type, bool is_thumbnail) {
    for (size_t i = 0; i < endpoint->media_count; i++) {
        const struct cf_view_media *media = &endpoint->media[i];
        if (cf_str_eq(media->type, type) && cf_str_eq(media->content, CF_STR("thumbnail")) == is_thumbnail) {
            return media;
        }
    }
    return NULL;
}

/* The label by which the pictures of @p endpoint are asked for; absent: it sends none. A conference without miniatures has but
 * the main picture. */
static struct cf_str label_of(const struct cf_agent *agent, const struct cf_view_endpoint *endpoint) {
    const struct cf_view_media *main = find_media(endpoint, CF_STR("video"), false);
    const struct cf_view_media *small = find_media(endpoint, CF_STR("video"), true);
    bool wants_small = agent->config.layout == CF_AGENT_LAYOUT_ACTIVE;
    if (wants_small && small != NULL && is_sending(small) && small->label.len > 0) {
        return small->label;
    }
    return main != NULL && is_sending(main) ? main->label : CF_STR_NONE;
}

/* --- lines --- */

static size_t line_of(const struct cf_agent *agent, struct cf_str device) {
    for (size_t i = 0; i < agent->line_count; i++) {
        if (agent->lines[i].role == CF_AGENT_ROLE_REMOTE && cf_str_eq(agent->lines[i].device, device)) {
            return i;
        }
    }
    return agent->line_count;
}

/* A place for a new line: one that was given up, else behind the others; CF_AGENT_LINES_MAX: there is none. */
static size_t free_place(const struct cf_agent *agent) {
    for (size_t i = 0; i < agent->line_count; i++) {
        if (agent->lines[i].role == CF_AGENT_ROLE_NONE && agent->lines[i].kind == CF_MEDIA_VIDEO) {
            return i;
        }
    }
    return agent->line_count;
}

static bool set_label(struct cf_agent_line *line, struct cf_str label) {
    struct cf_tag tag = {.len = 0};
    if (cf_str_eq(cf_tag_str(&line->label), label) || !cf_tag_set(label, &tag)) {
        return false;
    }
    line->label = tag;
    return true;
}

static bool set_mid(struct cf_agent_line *line, struct cf_str label) {
    char text[CF_TAG_MAX];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "vs");
    cf_put(&w, label);
    return cf_writer_ok(&w) && cf_tag_set(cf_writer_str(&w), &line->mid);
}

static void give_up(struct cf_agent *agent, struct cf_agent_line *line) {
    line->role = CF_AGENT_ROLE_NONE;
    line->label.len = 0;
    line->mid.len = 0;
    line->ssrc = 0;
    cf_mem_free_str(agent->config.mem, &line->device);
    agent->tile_count--;
}

static bool add_tile(struct cf_agent *agent, struct cf_str device, struct cf_str label) {
    size_t place = free_place(agent);
    size_t most = agent->config.tiles_max == 0 ? CF_AGENT_LINES_MAX : agent->config.tiles_max;
    if (place >= CF_AGENT_LINES_MAX || agent->tile_count >= most ||
        cf_agent_take_line(agent, place, CF_MEDIA_VIDEO, CF_AGENT_ROLE_REMOTE) != CF_OK) {
        return false;
    }
    struct cf_agent_line *line = &agent->lines[place];
    line->is_wanted = true;
    agent->tile_count++;
    if (!cf_agent_keep(agent, &line->device, device) || !set_label(line, label) || !set_mid(line, label)) {
        give_up(agent, line);
        return false;
    }
    return true;
}

/* A device that sends pictures has a line. */
static bool plan_device(struct cf_agent *agent, const struct cf_view_endpoint *endpoint) {
    struct cf_str label = label_of(agent, endpoint);
    size_t at = line_of(agent, endpoint->entity);
    if (label.len == 0 || !is_present(endpoint)) {
        return false;
    }
    if (at == agent->line_count) {
        return add_tile(agent, endpoint->entity, label);
    }
    agent->lines[at].is_wanted = true;
    return set_label(&agent->lines[at], label);
}

/* What the roster tells of ourselves: our labels. */
static bool plan_own(struct cf_agent *agent, const struct cf_view_endpoint *endpoint) {
    const struct cf_view_media *audio = find_media(endpoint, CF_STR("audio"), false);
    const struct cf_view_media *main = find_media(endpoint, CF_STR("video"), false);
    bool has_changed = false;
    for (size_t i = 0; i < agent->line_count; i++) {
        struct cf_agent_line *line = &agent->lines[i];
        const struct cf_view_media *media = line->role == CF_AGENT_ROLE_AUDIO       ? audio
                                            : line->role == CF_AGENT_ROLE_THUMBNAIL ? main
                                                                                    : NULL;
        if (media != NULL && media->label.len > 0) {
            has_changed = set_label(line, media->label) || has_changed;
        }
    }
    return has_changed;
}

static bool plan_thumbnail(struct cf_agent *agent) {
    size_t place = free_place(agent);
    for (size_t i = 0; i < agent->line_count; i++) {
        if (agent->lines[i].role == CF_AGENT_ROLE_THUMBNAIL) {
            return false;
        }
    }
    if (agent->config.has_no_camera || place >= CF_AGENT_LINES_MAX ||
        cf_agent_take_line(agent, place, CF_MEDIA_VIDEO, CF_AGENT_ROLE_THUMBNAIL) != CF_OK) {
        return false;
    }
    return cf_tag_set(CF_STR("vsMethumbnail"), &agent->lines[place].mid);
}

bool cf_agent_plan(struct cf_agent *agent) {
    bool has_changed = !agent->is_planned;
    if (!is_tiled(agent) || !agent->roster.has_state || agent->line_count == 0) {
        return false;
    }
    agent->is_planned = true;
    has_changed = plan_thumbnail(agent) || has_changed;
    for (size_t i = 0; i < agent->line_count; i++) {
        agent->lines[i].is_wanted = agent->lines[i].role != CF_AGENT_ROLE_REMOTE;
    }
    for (struct cf_view_user *u = cf_roster_view_first(&agent->roster); u != NULL; u = cf_roster_view_next(&agent->roster, u)) {
        for (struct cf_view_endpoint *e = cf_view_user_first(u); e != NULL; e = cf_view_user_next(u, e)) {
            has_changed = (is_own(agent, e) ? plan_own(agent, e) : plan_device(agent, e)) || has_changed;
        }
    }
    for (size_t i = 0; i < agent->line_count; i++) {
        if (!agent->lines[i].is_wanted) {
            give_up(agent, &agent->lines[i]);
            has_changed = true;
        }
    }
    return has_changed;
}

void cf_agent_follow_roster(struct cf_agent *agent, cf_usec now) {
    if (cf_agent_is_up(agent) && cf_agent_plan(agent)) {
        /* Not possible now: the next change of the roster brings it up again. */
        enum cf_err err = cf_agent_offer(agent, now);
        (void)err;
    }
}

enum cf_err cf_agent_set_layout(struct cf_agent *agent, enum cf_agent_layout layout, cf_usec now) {
    bool has_changed = agent->config.layout != layout;
    bool was_tiled = is_tiled(agent);
    if (!cf_agent_is_up(agent)) {
        return CF_ERR_STATE;
    }
    if (agent->config.zrtp_count > 0 && layout >= CF_AGENT_LAYOUT_ACTIVE) {
        return CF_ERR_UNSUPPORTED;
    }
    agent->config.layout = layout;
    for (size_t i = 0; i < agent->line_count && was_tiled && !is_tiled(agent); i++) {
        if (agent->lines[i].role == CF_AGENT_ROLE_REMOTE) {
            give_up(agent, &agent->lines[i]);
        }
    }
    if (layout == CF_AGENT_LAYOUT_AUDIO) {
        for (size_t i = 0; i < agent->line_count; i++) {
            bool is_video = agent->lines[i].kind == CF_MEDIA_VIDEO;
            agent->lines[i].role = is_video ? CF_AGENT_ROLE_NONE : agent->lines[i].role;
        }
    } else if (agent->line_count > 1 && agent->lines[1].role == CF_AGENT_ROLE_NONE) {
        enum cf_err err = cf_agent_take_line(agent, 1, CF_MEDIA_VIDEO, CF_AGENT_ROLE_MAIN);
        if (err != CF_OK) {
            return err;
        }
    }
    has_changed = cf_agent_plan(agent) || has_changed;
    return has_changed ? cf_agent_offer(agent, now) : CF_OK;
}
