/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an offered m-line is for. */
#include "core/focus/line_use.h"

struct cf_media_pick cf_line_pick_of(const struct cf_label_meaning *label, bool is_small) {
    if (label->owner != CF_LABEL_OTHER) {
        return (struct cf_media_pick){.kind = CF_MEDIA_PICK_MEMBER, .is_small = is_small};
    }
    return (struct cf_media_pick){
        .kind = CF_MEDIA_PICK_MEMBER, .is_slides = label->is_slides, .is_small = is_small, .leg = label->leg};
}

/* Another line of sound carries one talker at a time. Under another profile it is not one more but the same once more: phones
 * that would rather be encrypted offer their sound twice. */
static struct cf_line_use talker(struct cf_lines_seen *seen, const struct cf_offered_line *offered) {
    bool sends = cf_direction_sends(offered->direction);
    bool receives = cf_direction_receives(offered->direction);
    bool is_wanted = (receives || !sends) && offered->profile == seen->sound_profile;
    if (!is_wanted || seen->talkers == CF_TALKER_LINES_MAX) {
        return (struct cf_line_use){.is_taken = false};
    }
    seen->talkers++;
    return (struct cf_line_use){.is_taken = true,
                                .direction = CF_DIRECTION_SENDONLY,
                                .media = {.role = CF_MEDIA_ROLE_NONE, .pick = {.kind = CF_MEDIA_PICK_NOBODY}}};
}

static struct cf_line_use sound(struct cf_lines_seen *seen, const struct cf_offered_line *offered) {
    if (seen->has_sound) {
        return talker(seen, offered);
    }
    seen->has_sound = true;
    seen->sound_profile = offered->profile;
    return (struct cf_line_use){
        .is_taken = true, .has_medium = true, .medium = CF_CONF_AUDIO, .direction = CF_DIRECTION_SENDRECV};
}

/* Somebody else's picture; the label decides whose. */
static struct cf_line_use tile(const struct cf_offered_line *offered, const struct cf_label_meaning *label) {
    return (struct cf_line_use){
        .is_taken = true,
        .is_tile = true,
        .direction = CF_DIRECTION_SENDONLY,
        .media = {.role = CF_MEDIA_ROLE_NONE, .pick = cf_line_pick_of(label, offered->content == CF_CONTENT_THUMBNAIL)}};
}

static struct cf_line_use miniature(struct cf_lines_seen *seen) {
    if (seen->has_miniature) {
        return (struct cf_line_use){.is_taken = false};
    }
    seen->has_miniature = true;
    return (struct cf_line_use){.is_taken = true,
                                .has_medium = true,
                                .medium = CF_CONF_THUMBNAIL,
                                .direction = CF_DIRECTION_RECVONLY,
                                .media = {.role = CF_MEDIA_ROLE_THUMBNAIL, .pick = {.kind = CF_MEDIA_PICK_NOBODY}}};
}

/*
 * The camera or screen of the peer, and whoever speaks. A line that is inactive is taken for what it was and may be again; one
 * for which there is no use now stays open: to browsers a line that is refused is gone for good (RFC 3264 section 6).
 */
static struct cf_line_use main_line(struct cf_lines_seen *seen, const struct cf_offered_line *offered) {
    bool sends = cf_direction_sends(offered->direction);
    bool receives = cf_direction_receives(offered->direction);
    bool is_main = (sends || !receives) && !seen->has_main;
    bool follows = receives && !seen->has_follower;
    struct cf_line_use use = {.is_taken = is_main || follows || (!sends && !receives),
                              .has_medium = is_main,
                              .medium = CF_CONF_VIDEO,
                              .direction = CF_DIRECTION_INACTIVE,
                              .media = {.role = CF_MEDIA_ROLE_NONE, .pick = {.kind = CF_MEDIA_PICK_NOBODY}}};
    if (is_main) {
        seen->has_main = true;
        use.media.role = offered->content == CF_CONTENT_SLIDES ? CF_MEDIA_ROLE_SLIDES : CF_MEDIA_ROLE_CAMERA;
        use.direction = CF_DIRECTION_RECVONLY;
    }
    if (follows) {
        seen->has_follower = true;
        use.media.pick.kind = CF_MEDIA_PICK_SPEAKER;
        use.direction = is_main ? CF_DIRECTION_SENDRECV : CF_DIRECTION_SENDONLY;
    }
    return use;
}

static struct cf_line_use pictures(struct cf_lines_seen *seen, const struct cf_offered_line *offered,
                                   const struct cf_label_meaning *label) {
    bool sends = cf_direction_sends(offered->direction);
    bool receives = cf_direction_receives(offered->direction);
    bool is_small = offered->content == CF_CONTENT_THUMBNAIL;
    if (label->owner == CF_LABEL_OTHER && offered->content != CF_CONTENT_SPEAKER && (receives || !sends)) {
        return tile(offered, label);
    }
    if (is_small && sends) {
        return miniature(seen);
    }
    /* A miniature of nobody, or somebody who has left: refused, and the place can be used for another one. */
    bool is_lost = offered->label.len > 0 && label->owner == CF_LABEL_UNKNOWN && !sends;
    if (is_small || (is_lost && offered->content != CF_CONTENT_SPEAKER)) {
        return (struct cf_line_use){.is_taken = false};
    }
    return main_line(seen, offered);
}

struct cf_line_use cf_line_use_of(struct cf_lines_seen *seen, const struct cf_offered_line *offered,
                                  const struct cf_label_meaning *label) {
    if (offered->kind == CF_MEDIA_AUDIO) {
        return sound(seen, offered);
    }
    return offered->kind == CF_MEDIA_VIDEO ? pictures(seen, offered, label) : (struct cf_line_use){.is_taken = false};
}
