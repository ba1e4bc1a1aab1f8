/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audio levels of RFC 6464 and RFC 6465. */
#include "core/rtp/audio_level.h"

enum { VOICE_BIT = 0x80, LEVEL_BITS = 0x7f };

bool cf_audio_level_parse(struct cf_span data, struct cf_audio_level *ret_level) {
    if (data.len < 1) {
        return false;
    }
    *ret_level = (struct cf_audio_level){.level = data.at[0] & LEVEL_BITS, .is_voice = (data.at[0] & VOICE_BIT) != 0};
    return true;
}

uint8_t cf_audio_level_octet(struct cf_audio_level level) {
    return (uint8_t)((level.is_voice ? VOICE_BIT : 0) | (level.level & LEVEL_BITS));
}

bool cf_mixer_level_at(struct cf_span data, size_t index, uint8_t *ret_level) {
    if (index >= data.len) {
        return false;
    }
    *ret_level = data.at[index] & LEVEL_BITS; /* the first bit is reserved: RFC 6465 section 3 */
    return true;
}

void cf_put_mixer_levels(struct cf_writer *w, const uint8_t *levels, size_t count) {
    for (size_t i = 0; i < count; i++) {
        cf_put_u8(w, levels[i] & LEVEL_BITS);
    }
}
