/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/messages.h"

const char *cf_media_discard_text(enum cf_media_discard reason) {
    static const char *const texts[] = {
#define X(name, text) [CF_MEDIA_DISCARD_##name] = text,
#include "core/media/discard_table.h"
#undef X
    };
    cf_assert((size_t)reason < sizeof texts / sizeof texts[0]);
    return texts[reason];
}
