/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/sound_rewrite.h"

#include "base/bug.h"

/* Numbers that are remembered: packets that come later than that are of no use to anybody. */
#define REACH 64

/* Two talkspurts are at least so far apart. */
#define PAUSE_MIN CF_MSEC(20)

void cf_sound_rewrite_init(struct cf_sound_rewrite *rewrite, const struct cf_sound_numbers *heads) {
    *rewrite = (struct cf_sound_rewrite){.heads = *heads};
}

static void begin(struct cf_sound_rewrite *rewrite, uint64_t stay, const struct cf_sound_numbers *in, uint32_t clock_hz,
                  cf_usec now) {
    cf_usec pause = now - rewrite->sent_at;
    rewrite->lead = pause > PAUSE_MIN ? 0 : PAUSE_MIN - pause;
    uint32_t ticks = (uint32_t)cf_usec_to_ticks(pause > PAUSE_MIN ? pause : PAUSE_MIN, clock_hz);
    rewrite->sequence_shift = (uint16_t)(rewrite->heads.sequence + 1U - in->sequence);
    rewrite->timestamp_shift = rewrite->heads.timestamp + ticks - in->timestamp;
    rewrite->stay = stay;
    rewrite->sent = UINT64_MAX; /* nothing before it is sent any more */
}

/* Note that @p sequence is sent. False: it was, or is too old. */
static bool note(struct cf_sound_rewrite *rewrite, uint16_t sequence) {
    int32_t ahead = (int16_t)(uint16_t)(sequence - rewrite->heads.sequence);
    if (ahead > 0) {
        rewrite->sent = ahead < REACH ? rewrite->sent << ahead | 1U : 1U;
        rewrite->heads.sequence = sequence;
        return true;
    }
    if (ahead <= -REACH || (rewrite->sent >> -ahead & 1U) != 0) {
        return false;
    }
    rewrite->sent |= UINT64_C(1) << -ahead;
    return true;
}

bool cf_sound_rewrite_packet(struct cf_sound_rewrite *rewrite, uint64_t stay, const struct cf_sound_numbers *in,
                             uint32_t clock_hz, cf_usec now, struct cf_sound_numbers *ret) {
    cf_assert(stay != 0);
    bool is_first = stay != rewrite->stay;
    if (is_first) {
        begin(rewrite, stay, in, clock_hz, now);
    }
    const struct cf_sound_numbers out = {.timestamp = in->timestamp + rewrite->timestamp_shift,
                                         .sequence = (uint16_t)(in->sequence + rewrite->sequence_shift),
                                         .marker = in->marker || is_first};
    if (!note(rewrite, out.sequence)) {
        return false;
    }
    if (is_first || (int32_t)(out.timestamp - rewrite->heads.timestamp) > 0) {
        rewrite->heads.timestamp = out.timestamp;
        rewrite->sent_at = now + rewrite->lead;
    }
    *ret = out;
    return true;
}
