/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/selector.h"

bool cf_selector_is_possible(const struct cf_selector_source *source, const struct cf_selector_viewer *viewer) {
    return source->allowed && source->seen && source->owner != viewer->owner &&
           cf_video_set_accepts(viewer->formats, source->format);
}

static bool is_live(const struct cf_selector_source *source, cf_usec now) {
    return now - source->last_arrival < CF_SELECTOR_STALE;
}

size_t cf_selector_pick(const struct cf_selector_source *ranked, size_t count, const struct cf_selector_viewer *viewer,
                        cf_usec now) {
    size_t shown =
        viewer->shown < count && cf_selector_is_possible(&ranked[viewer->shown], viewer) ? viewer->shown : CF_SELECTOR_NOBODY;
    bool shown_lives = shown != CF_SELECTOR_NOBODY && is_live(&ranked[shown], now);
    if (shown_lives && now - viewer->shown_since < CF_SELECTOR_HOLD) {
        return shown;
    }
    for (size_t i = 0; i < count; i++) {
        if (cf_selector_is_possible(&ranked[i], viewer) && is_live(&ranked[i], now)) {
            return i;
        }
    }
    /* A frozen picture of somebody is better than that of nobody. */
    return shown;
}
