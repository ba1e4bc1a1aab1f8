/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is shown to whom on a line that follows the speaker: the member who spoke last, never oneself (so the speaker sees who
 * spoke before), only in a format that the receiver negotiated, only somebody whose picture is coming in. A shared screen
 * goes before all speakers (docs/algorithms/speaker-video.md). Policy: a pure function.
 */
#ifndef CF_SFU_SELECTOR_H
#define CF_SFU_SELECTOR_H

#include "core/sfu/video.h"

/** A camera's picture stays at least so long, unless it ends or somebody shows a screen. */
#define CF_SELECTOR_HOLD CF_MSEC(1000)

/** A camera that has been quiet for so long is shown no more, if there is another. */
#define CF_SELECTOR_STALE CF_SEC(3)

/** A picture that could be shown. */
struct cf_selector_picture {
    uint32_t owner;   /**< the member it belongs to */
    uint32_t formats; /**< of its live encodings: CF_VIDEO_SET() of each; 0: nothing is coming in, or it may not be shown */
    bool is_slides;   /**< a shared screen */
};

/** Somebody who looks. */
struct cf_selector_viewer {
    uint32_t owner;
    uint32_t formats; /**< what it can decode: CF_VIDEO_SET() of each */
    size_t shown;     /**< index of the picture that it sees, CF_SELECTOR_NOBODY: none of these */
    cf_usec shown_since;
};

/** No picture. */
#define CF_SELECTOR_NOBODY SIZE_MAX

/** May @p viewer see @p picture at all? */
bool cf_selector_is_possible(const struct cf_selector_picture *picture, const struct cf_selector_viewer *viewer);

/**
 * Index of the picture for @p viewer among the @p count at @p ranked, screens first, then who spoke last first;
 * CF_SELECTOR_NOBODY if there is none for it.
 */
size_t cf_selector_pick(const struct cf_selector_picture *ranked, size_t count, const struct cf_selector_viewer *viewer,
                        cf_usec now);

#endif
