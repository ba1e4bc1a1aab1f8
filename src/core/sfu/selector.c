/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/selector.h"

bool cf_selector_is_possible(const struct cf_selector_picture *picture, const struct cf_selector_viewer *viewer) {
    return picture->owner != viewer->owner && cf_video_sets_meet(viewer->formats, picture->formats);
}

size_t cf_selector_pick(const struct cf_selector_picture *ranked, size_t count, const struct cf_selector_viewer *viewer,
                        cf_usec now) {
    size_t first = 0;
    while (first < count && !cf_selector_is_possible(&ranked[first], viewer)) {
        first++;
    }
    bool is_held = viewer->shown < count && now - viewer->shown_since < CF_SELECTOR_HOLD &&
                   cf_selector_is_possible(&ranked[viewer->shown], viewer);
    if (is_held && !ranked[first].is_slides) {
        return viewer->shown;
    }
    return first < count ? first : CF_SELECTOR_NOBODY;
}
