/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of a leg in descriptions: what each is for, its port and SSRC, its names. */
#include "core/focus/focus_impl.h"
#include "core/focus/leg_media.h"
#include "core/focus/room.h"

/* The names that Linphone gives to sound and main picture; its later offers go by them. */
#define SOUND_MID CF_STR("as")
#define PICTURE_MID CF_STR("vs")

/* The entry of the line in the leg's table, made when it is first used. NULL if memory is out. */
static struct cf_leg_line *take_line(struct cf_leg *leg, size_t index) {
    const struct cf_focus *focus = leg->room->focus;
    void *lines = leg->lines;
    bool is_grown = cf_mem_grow(focus->config.mem, &lines, &leg->lines_max, index + 1, sizeof(*leg->lines));
    leg->lines = lines;
    if (!is_grown) {
        return NULL;
    }
    if (leg->line_count <= index) {
        leg->line_count = index + 1;
    }
    struct cf_leg_line *line = &leg->lines[index];
    while (line->ssrc == 0) {
        line->ssrc = cf_entropy_u32(focus->config.entropy);
    }
    return line;
}

static enum cf_err take_ports(struct cf_leg *leg, struct cf_leg_line *line, bool with_rtcp) {
    if (line->ports.rtp.family != CF_FAMILY_NONE) {
        return CF_OK;
    }
    return cf_ports_take(&leg->room->focus->ports, leg->worker, (enum cf_family)leg->local.family, with_rtcp, &line->ports);
}

bool cf_focus_demands_aes256(const struct cf_focus *focus, const struct cf_conference *conf) {
    const struct cf_focus_config *config = &focus->config;
    return conf->demands_aes256 || (config->demands_aes256 != NULL && config->demands_aes256(config->demands_ctx, conf->key));
}

const struct cf_policy *cf_leg_policy(const struct cf_leg *leg) {
    struct cf_focus *focus = leg->room->focus;
    const struct cf_focus_config *config = &focus->config;
    const struct cf_conference *conf = cf_room_conference(leg->room);
    bool is_strict = conf != NULL && cf_focus_demands_aes256(focus, conf);
    if (!is_strict && !leg->is_browser) {
        return config->policy;
    }
    focus->strict = *config->policy;
    if (is_strict) {
        cf_policy_demand_aes256(&focus->strict);
    }
    if (leg->is_browser) {
        focus->strict.offer_profile = CF_PROFILE_DTLS_SAVPF;
        focus->strict.offers_congestion_control = true;
    }
    return &focus->strict;
}

/* The Hello hash of line @p index, for which ZRTP is prepared when it is needed first. NULL: it can't be had. */
static const uint8_t *zrtp_hash_of(struct cf_leg *leg, size_t index) {
    struct cf_focus *focus = leg->room->focus;
    const struct cf_focus_config *config = &focus->config;
    const struct cf_policy *policy = cf_leg_policy(leg);
    struct cf_leg_line *line = &leg->lines[index];
    if (config->zrtp.prepare == NULL || !cf_policy_does(policy, CF_KEYING_ZRTP)) {
        return NULL;
    }
    if (!leg->has_zrtp) {
        struct cf_str self = cf_domains_first(&config->domains);
        leg->has_zrtp =
            config->zrtp.prepare(config->zrtp.ctx, leg->worker, self, leg->aor, policy->demands_aes256, leg->zrtp_hashes);
    }
    if (line->zrtp == 0 && leg->has_zrtp && leg->zrtp_count < CF_FOCUS_ZRTP_LINES) {
        line->zrtp = ++leg->zrtp_count;
    }
    return line->zrtp == 0 ? NULL : leg->zrtp_hashes[line->zrtp - 1];
}

/* --- labels --- */

static struct cf_roster_device *device_of(const struct cf_leg *leg) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    return conf == NULL ? NULL : cf_roster_device(&conf->roster, leg->device);
}

static struct cf_str label_of(const struct cf_leg *leg, enum cf_conf_media_kind medium) {
    const struct cf_roster_device *device = device_of(leg);
    return device == NULL ? CF_STR_NONE : cf_str_n(device->media[medium].label, CF_ROSTER_LABEL_LEN);
}

static struct cf_label_meaning meaning_of(const struct cf_leg *leg, struct cf_str label) {
    struct cf_label_meaning meaning = {.owner = CF_LABEL_UNKNOWN};
    struct cf_conference *conf = cf_room_conference(leg->room);
    enum cf_conf_media_kind medium = CF_CONF_VIDEO;
    const struct cf_roster_device *device = NULL;
    if (conf != NULL && label.len > 0) {
        device = cf_roster_find_label(&conf->roster, label, &medium);
    }
    if (device == NULL || (medium != CF_CONF_VIDEO && medium != CF_CONF_THUMBNAIL)) {
        return meaning;
    }
    bool is_gone = device->status == CF_ENDPOINT_DISCONNECTING || device->status == CF_ENDPOINT_DISCONNECTED;
    if (cf_handle_eq(device->handle, leg->device)) {
        meaning.owner = CF_LABEL_OWN;
    } else if (!is_gone) {
        meaning.owner = CF_LABEL_OTHER;
        meaning.leg = device->leg;
        meaning.is_slides = medium == CF_CONF_VIDEO && device->media[medium].content == CF_MEDIA_CONTENT_SLIDES;
    }
    return meaning;
}

static bool is_same_pick(const struct cf_media_pick *a, const struct cf_media_pick *b) {
    return a->kind == b->kind && a->is_slides == b->is_slides && a->is_small == b->is_small && cf_handle_eq(a->leg, b->leg);
}

void cf_leg_refresh_tiles(struct cf_leg *leg) {
    for (size_t i = 0; i < leg->line_count && leg->has_media; i++) {
        struct cf_leg_line *line = &leg->lines[i];
        if (!line->use.is_tile || !line->is_told) {
            continue;
        }
        const struct cf_label_meaning meaning = meaning_of(leg, cf_tag_str(&line->label));
        const struct cf_media_pick pick = cf_line_pick_of(&meaning, line->use.media.pick.is_small);
        if (!is_same_pick(&pick, &line->use.media.pick)) {
            line->use.media.pick = pick;
            cf_leg_tell_use(leg, (uint16_t)i);
        }
    }
}

/* --- answers --- */

/* A shared screen has a label of its own, and the answer has to say it. */
static void note_content(struct cf_leg *leg, const struct cf_line_use *use) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    if (conf != NULL && use->has_medium && use->medium == CF_CONF_VIDEO) {
        bool is_slides = use->media.role == CF_MEDIA_ROLE_SLIDES;
        cf_conference_on_content(conf, leg->device, is_slides ? CF_MEDIA_CONTENT_SLIDES : CF_MEDIA_CONTENT_NORMAL);
    }
}

/* The label to be written; absent: the offerer's. */
static struct cf_str own_label(const struct cf_leg *leg, const struct cf_line_use *use) {
    if (use->has_medium) {
        return label_of(leg, use->medium);
    }
    return use->media.pick.kind == CF_MEDIA_PICK_SPEAKER ? label_of(leg, CF_CONF_VIDEO) : CF_STR_NONE;
}

static enum cf_err answer_line(struct cf_leg *leg, size_t index, const struct cf_offered_line *offered,
                               const struct cf_line_use *use, struct cf_local_line *ret) {
    struct cf_focus *focus = leg->room->focus;
    struct cf_leg_line *line = take_line(leg, index);
    if (line == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    bool has_ports = line->ports.rtp.family != CF_FAMILY_NONE;
    line->is_shared = !offered->is_bundle_only && !has_ports && cf_leg_can_share(leg, offered, line->is_shared);
    enum cf_err err = offered->is_bundle_only || line->is_shared ? CF_OK : take_ports(leg, line, !offered->has_rtcp_mux);
    if (err != CF_OK) {
        return err;
    }
    note_content(leg, use);
    leg->asks_by_label = leg->asks_by_label || offered->label.len > 0 || offered->content != CF_CONTENT_NONE;
    line->use = *use;
    line->kind = offered->kind;
    line->label = (struct cf_tag){.len = 0};
    (void)cf_tag_set(offered->label, &line->label);
    const struct cf_local_ice *ice = offered->is_bundle_only || !offered->has_ice ? NULL : cf_leg_candidates(leg, line);
    cf_leg_note_nominated(line, &offered->nominated);
    bool is_plain_main =
        use->has_medium && use->medium == CF_CONF_VIDEO && offered->content == CF_CONTENT_NONE && offered->label.len == 0;
    *ret = (struct cf_local_line){.kind = offered->kind,
                                  .direction = use->direction,
                                  .rtp = cf_leg_line_address(leg, line),
                                  .rtcp = cf_leg_public_address(leg, &line->ports.rtcp),
                                  .ice = ice,
                                  .ssrc = line->ssrc,
                                  .cname = cf_domains_first(&focus->config.domains),
                                  .label = own_label(leg, use),
                                  .content = is_plain_main ? cf_content_name(CF_CONTENT_MAIN) : CF_STR_NONE,
                                  .bandwidth_kbps = offered->kind == CF_MEDIA_VIDEO ? focus->config.video_kbps : 0,
                                  .zrtp_hash = offered->has_zrtp ? zrtp_hash_of(leg, index) : NULL};
    return CF_OK;
}

/* Whatever a line was for, it is for nothing now. */
static void forget_use(struct cf_leg *leg, size_t index) {
    if (index < leg->line_count) {
        leg->lines[index].use = (struct cf_line_use){.is_taken = false};
    }
}

static enum cf_err answer_lines(struct cf_leg *leg, const struct cf_negotiation *offered, struct cf_local_line *lines,
                                size_t *ret_count) {
    struct cf_offered_line list[CF_MEDIA_LINES_MAX] CF_SCRATCH;
    struct cf_lines_seen seen = {0};
    size_t count = 0;
    enum cf_err err = cf_negotiation_offered(offered, list, CF_MEDIA_LINES_MAX, &count);
    count = count < CF_MEDIA_LINES_MAX ? count : CF_MEDIA_LINES_MAX;
    for (size_t i = 0; err == CF_OK && i < count; i++) {
        const struct cf_label_meaning meaning = meaning_of(leg, list[i].label);
        struct cf_line_use use = {.is_taken = false};
        lines[i] = (struct cf_local_line){.is_refused = true};
        forget_use(leg, i);
        if (!list[i].is_disabled && (list[i].kind != CF_MEDIA_VIDEO || leg->sees_video)) {
            use = cf_line_use_of(&seen, &list[i], &meaning);
        }
        if (use.is_taken) {
            err = answer_line(leg, i, &list[i], &use, &lines[i]);
        }
    }
    *ret_count = count;
    return err;
}

/* --- offers --- */

/* The line whose port bundled ones use. */
static struct cf_leg_line *tagged_line(const struct cf_leg *leg) {
    size_t i = 0;
    while (i + 1 < leg->line_count && (!leg->lines[i].is_active || leg->lines[i].is_bundled)) {
        i++;
    }
    return &leg->lines[i];
}

static enum cf_err offer_line(struct cf_leg *leg, size_t index, enum cf_media_kind kind, const struct cf_line_use *use,
                              struct cf_local_line *ret) {
    const struct cf_focus *focus = leg->room->focus;
    struct cf_leg_line *line = take_line(leg, index);
    if (line == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = line->is_bundled || line->is_shared ? CF_OK : take_ports(leg, line, true);
    if (err != CF_OK) {
        return err;
    }
    line->use = *use;
    line->kind = kind;
    /* A bundled line has no port of its own; the description wants to know an address, and doesn't write it. */
    struct cf_leg_line *own = line->is_bundled ? tagged_line(leg) : line;
    *ret = (struct cf_local_line){.kind = kind,
                                  .direction = use->direction,
                                  .rtp = cf_leg_line_address(leg, own),
                                  .rtcp = cf_leg_public_address(leg, &own->ports.rtcp),
                                  .ice = cf_leg_candidates(leg, own),
                                  .ssrc = line->ssrc,
                                  .cname = cf_domains_first(&focus->config.domains),
                                  .label = use->is_tile ? cf_tag_str(&line->label) : own_label(leg, use),
                                  .mid = kind == CF_MEDIA_AUDIO ? SOUND_MID : PICTURE_MID,
                                  .bandwidth_kbps = kind == CF_MEDIA_VIDEO ? focus->config.video_kbps : 0,
                                  .zrtp_hash = zrtp_hash_of(leg, index)};
    return CF_OK;
}

/* Our first offer: sound, and one line of pictures. */
static enum cf_err first_offer(struct cf_leg *leg, struct cf_local_line *lines, size_t *ret_count) {
    struct cf_lines_seen seen = {0};
    const struct cf_label_meaning nobody = {.owner = CF_LABEL_UNKNOWN};
    const struct cf_offered_line sound = {.kind = CF_MEDIA_AUDIO, .direction = CF_DIRECTION_SENDRECV};
    const struct cf_offered_line picture = {.kind = CF_MEDIA_VIDEO, .direction = CF_DIRECTION_SENDRECV};
    const struct cf_line_use sound_use = cf_line_use_of(&seen, &sound, &nobody);
    const struct cf_line_use picture_use = cf_line_use_of(&seen, &picture, &nobody);
    enum cf_err err = offer_line(leg, 0, CF_MEDIA_AUDIO, &sound_use, &lines[0]);
    *ret_count = 1;
    if (err == CF_OK && leg->sees_video) {
        err = offer_line(leg, 1, CF_MEDIA_VIDEO, &picture_use, &lines[1]);
        *ret_count = 2;
    }
    return err;
}

/* A later one, asked for by an INVITE without description: all lines as they are. */
static enum cf_err offer_again(struct cf_leg *leg, struct cf_local_line *lines, size_t *ret_count) {
    enum cf_err err = CF_OK;
    for (size_t i = 0; i < leg->agreed_count && err == CF_OK; i++) {
        const struct cf_line_use use = i < leg->line_count ? leg->lines[i].use : (struct cf_line_use){.is_taken = false};
        bool is_used = use.is_taken && leg->lines[i].is_active;
        lines[i] = (struct cf_local_line){.is_refused = true, .kind = CF_MEDIA_VIDEO};
        if (is_used) {
            err = offer_line(leg, i, leg->lines[i].kind, &use, &lines[i]);
        }
    }
    *ret_count = leg->agreed_count;
    return err;
}

/* Where media is received, for the lines that don't say it themselves; with a port of 0. */
static struct cf_addr session_address(const struct cf_leg *leg, const struct cf_local_line *lines, size_t count) {
    struct cf_addr addr = cf_leg_public_address(leg, &leg->local);
    for (size_t i = count; i-- > 0;) {
        if (!lines[i].is_refused && lines[i].rtp.family != CF_FAMILY_NONE) {
            addr = lines[i].rtp;
        }
    }
    addr.port = 0;
    return addr;
}

enum cf_err cf_leg_describe(struct cf_leg *leg, const struct cf_negotiation *offered, struct cf_local_line *lines,
                            struct cf_local_session *ret) {
    const struct cf_focus_config *config = &leg->room->focus->config;
    size_t count = 0;
    bool is_answer = offered != NULL && cf_negotiation_remote_offer(offered).at != NULL;
    enum cf_err err = is_answer                ? answer_lines(leg, offered, lines, &count)
                      : leg->agreed_count == 0 ? first_offer(leg, lines, &count)
                                               : offer_again(leg, lines, &count);
    if (err != CF_OK) {
        return err;
    }
    *ret = (struct cf_local_session){.policy = cf_leg_policy(leg),
                                     .entropy = config->entropy,
                                     .refused_protections = leg->refused_protections,
                                     .fingerprint = config->fingerprint,
                                     .is_signalling_secure = leg->is_secure,
                                     .address = session_address(leg, lines, count),
                                     .user = config->user,
                                     .lines = lines,
                                     .line_count = count};
    return CF_OK;
}
