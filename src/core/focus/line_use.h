/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an offered m-line is for: Linphone's contract that `content` picks the quality and `label` the device (docs/rfc/4796.md),
 * with what phones that know neither mean. Policy: a pure function of the lines before, the line, and whose its label is.
 *
 *  - The main line sends the peer's camera (content main, speaker or none) or screen (slides), and receives whoever speaks unless
 *    it is content main (the grid) or sendonly.
 *  - A thumbnail that the peer sends is its own miniature.
 *  - A line that receives under another device's label gets that device's picture: small with content thumbnail, else in full.
 *
 *  - The first line of sound carries what the peer says, and the mix; on the others that receive it gets talkers as they came,
 *    one a line (core/media/passing.h).
 *
 * A peer has one line that it speaks on, one camera or screen, one miniature, one line that follows the speaker; more are not
 * taken.
 */
#ifndef CF_CORE_FOCUS_LINE_USE_H
#define CF_CORE_FOCUS_LINE_USE_H

#include "core/conf/vocabulary.h"
#include "core/media/messages.h"
#include "core/offer/local.h"

/** Whose a label is. */
enum cf_label_owner {
    CF_LABEL_UNKNOWN, /**< nobody's (any more), or there is none */
    CF_LABEL_OWN,     /**< the offerer's */
    CF_LABEL_OTHER,   /**< another device's, which .leg and .is_slides say */
};

/** What a label means. */
struct cf_label_meaning {
    enum cf_label_owner owner;
    bool is_slides; /**< of a shared screen */
    struct cf_handle leg;
};

/** Most lines of sound besides the first: a room lets no more be heard at once. */
#define CF_TALKER_LINES_MAX 4

/** Lines that a description had so far. Zeroed: none. */
struct cf_lines_seen {
    bool has_sound;
    enum cf_profile sound_profile; /**< of the first line of sound */
    uint8_t talkers;               /**< lines of sound besides the first */
    bool has_main;                 /**< a camera or a screen */
    bool has_miniature;
    bool has_follower;
};

/** What is to be done with a line. Zeroed: refuse it. */
struct cf_line_use {
    bool is_taken;
    bool is_tile;                   /**< follows a label: the meaning of it may change */
    bool has_medium;                /**< the peer sends or could send .medium on it */
    enum cf_conf_media_kind medium; /**< of the roster */
    enum cf_direction direction;    /**< the most that we want, seen from us */
    struct cf_media_use media;
};

/** Decide on a line that is not disabled, and note it in @p seen. */
struct cf_line_use cf_line_use_of(struct cf_lines_seen *seen, const struct cf_offered_line *offered,
                                  const struct cf_label_meaning *label);

/** The pick of a tile whose label means @p label: nobody if it is not another's. */
struct cf_media_pick cf_line_pick_of(const struct cf_label_meaning *label, bool is_small);

#endif
