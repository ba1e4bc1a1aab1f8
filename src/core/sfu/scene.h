/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scene: one picture of a member, what its camera or its screen shows, in any number of encodings. An encoding is a stream of
 * its own (source.h): Linphone's main and thumbnail lines, the rids of a simulcast line. Who looks at the picture gets one of
 * them: the finest that it may have, or the coarsest if it shows the picture small.
 *
 * Table without machine; choosing is a policy, a pure function of what is there. Encodings and sinks are the caller's memory.
 */
#ifndef CF_SFU_SCENE_H
#define CF_SFU_SCENE_H

#include "core/sfu/source.h"

/** What a picture shows. */
enum cf_scene_kind {
    CF_SCENE_CAMERA,
    CF_SCENE_SLIDES,     /**< a shared screen */
    CF_SCENE_KIND_COUNT, /**< number of kinds */
};

/** Most encodings of a picture. */
#define CF_SCENE_ENCODINGS_MAX 6

/** A screen that is quiet for so long is shown no more, if there is something else: nothing moves on it most of the time. */
#define CF_SCENE_SLIDES_STALE CF_SEC(30)

/** An encoding that was asked to go on is waited for that long before it counts as not there. */
#define CF_SCENE_RESUME_PATIENCE CF_SEC(3)

/** The picture. */
struct cf_scene {
    uint32_t owner; /**< the member it belongs to */
    enum cf_scene_kind kind;
    struct cf_source *encodings[CF_SCENE_ENCODINGS_MAX]; /**< borrowed; finest first */
    size_t encoding_count;
    struct cf_list tiles;     /**< sinks that show this picture and no other, by .tile_link */
    struct cf_link room_link; /**< in the room's list of its kind, while it has encodings */
    uint32_t live;            /**< which encodings were live at the last look, as bits by index */
    size_t rank;              /**< index in the last selection, CF_SELECTOR_NOBODY: not in it */
};

/** What somebody who looks at a picture can take. */
struct cf_scene_wish {
    uint32_t formats; /**< what it can decode: CF_VIDEO_SET() of each */
    uint8_t grade;    /**< nothing finer than that; 0: anything */
    bool is_small;    /**< the coarsest will do */
};

/** A picture without encodings. */
void cf_scene_init(struct cf_scene *picture, uint32_t owner, enum cf_scene_kind kind);

/** Add an encoding, which must be in no picture. False if there are too many. */
CF_MUST_USE bool cf_scene_add(struct cf_scene *picture, struct cf_source *encoding);

/** Take an encoding out. */
void cf_scene_remove(struct cf_scene *picture, struct cf_source *encoding);

/**
 * Put encodings whose grades follow from what they show (config.is_ranked) into their order, finest first: by the size of their
 * pictures, else by what they cost, else as they are; those of which nothing is known yet come last. True if that changed
 * something: grades are others then.
 */
bool cf_scene_rank(struct cf_scene *picture, cf_usec now);

/** Does something come in on @p encoding, and may it be shown? */
bool cf_scene_is_live(const struct cf_source *encoding, cf_usec now);

/** Formats of all encodings that can come: a set. 0: nothing can be shown. */
uint32_t cf_scene_formats(const struct cf_scene *picture, cf_usec now);

/**
 * Can @p encoding be had: is it live, or would it be if it were asked for? An encoding that was paused for want of viewers is
 * silent, and that must not be why it has none.
 */
bool cf_scene_can_come(const struct cf_source *encoding, cf_usec now);

/**
 * The encoding for @p wish, where @p shown (NULL: none) is seen at the moment. Nothing live that it can take: @p shown if that is
 * of this picture and allowed, for a frozen picture is better than none; else NULL.
 */
struct cf_source *cf_scene_choose(const struct cf_scene *picture, const struct cf_scene_wish *wish, struct cf_source *shown,
                                  cf_usec now);

/** SSRC by which receivers know the picture (a CSRC for them): that of the finest encoding that was ever seen; 0: none. */
uint32_t cf_scene_ssrc(const struct cf_scene *picture);

#endif
