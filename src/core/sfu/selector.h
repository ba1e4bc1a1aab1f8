/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is shown to whom on a line that follows the speaker: the member who spoke last, never oneself (so the speaker sees who
 * spoke before), only in a format that the receiver negotiated, only somebody whose picture is coming in (docs/algorithms/
 * speaker-video.md). Policy: a pure function.
 */
#ifndef CF_SFU_SELECTOR_H
#define CF_SFU_SELECTOR_H

#include "core/sfu/video.h"

/** A picture stays at least so long, unless it ends. */
#define CF_SELECTOR_HOLD CF_MSEC(1000)

/** A source that has been quiet for so long is shown no more, if there is another. */
#define CF_SELECTOR_STALE CF_SEC(3)

/** Somebody who could be shown. */
struct cf_selector_source {
    uint32_t owner;              /**< the member it belongs to */
    enum cf_video_format format; /**< negotiated with it */
    bool allowed;                /**< not muted or put on hold */
    bool seen;                   /**< packets have come; last_arrival is meaningful */
    cf_usec last_arrival;
};

/** Somebody who looks. */
struct cf_selector_viewer {
    uint32_t owner;
    uint32_t formats; /**< what it can decode: CF_VIDEO_SET() of each */
    size_t shown;     /**< index of the source that it sees, CF_SELECTOR_NOBODY: none */
    cf_usec shown_since;
};

/** No source. */
#define CF_SELECTOR_NOBODY SIZE_MAX

/** May @p viewer see @p source at all? */
bool cf_selector_is_possible(const struct cf_selector_source *source, const struct cf_selector_viewer *viewer);

/**
 * Index of the source for @p viewer among the @p count at @p ranked, who spoke last first; CF_SELECTOR_NOBODY if there is none
 * for it.
 */
size_t cf_selector_pick(const struct cf_selector_source *ranked, size_t count, const struct cf_selector_viewer *viewer,
                        cf_usec now);

#endif
