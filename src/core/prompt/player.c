/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/prompt/player.h"

#include <string.h>

/* 10 ms. */
#define FADE (CF_PLAYER_TICK / 2U)

#define TICK_MSEC 20U

void cf_player_init(struct cf_player *player, const struct cf_sounds *sounds) {
    *player = (struct cf_player){.sounds = sounds};
}

bool cf_player_is_busy(const struct cf_player *player) {
    return player->count > 0;
}

static void note_played(struct cf_player *player, const struct cf_phrase *phrase, bool is_whole) {
    if (phrase->tag == 0) {
        return;
    }
    if (player->played_count == CF_PLAYER_PLAYED_MAX) {
        player->played_count--;
        memmove(player->played, player->played + 1, player->played_count * sizeof player->played[0]);
    }
    player->played[player->played_count++] = (struct cf_played){.tag = phrase->tag, .is_whole = is_whole};
}

static void remove_phrase(struct cf_player *player, size_t index, bool is_whole) {
    note_played(player, &player->queue[index], is_whole);
    player->count--;
    memmove(player->queue + index, player->queue + index + 1, (player->count - index) * sizeof player->queue[0]);
}

/* The next phrase, from its beginning. */
static void rewind_player(struct cf_player *player) {
    player->part = 0;
    player->at = 0;
    player->pause = 0;
    player->is_ending = false;
}

static bool is_valid(const struct cf_phrase *phrase) {
    bool valid = phrase->count > 0 && phrase->count <= CF_PHRASE_PARTS_MAX;
    for (size_t i = 0; valid && i < phrase->count; i++) {
        valid = phrase->parts[i] < CF_PROMPT_COUNT_;
    }
    return valid;
}

static bool has_begun(const struct cf_player *player) {
    return player->part > 0 || player->at > 0 || player->pause > 0;
}

enum cf_err cf_player_say(struct cf_player *player, const struct cf_phrase *phrase) {
    if (player->sounds == NULL) {
        return CF_ERR_UNSUPPORTED;
    }
    if (!is_valid(phrase)) {
        return CF_ERR_MALFORMED;
    }
    for (size_t i = 0; i < player->count; i++) {
        if (cf_phrase_eq(&player->queue[i], phrase) && !(i == 0 && player->is_ending)) {
            return CF_OK;
        }
    }
    if (player->count == CF_PLAYER_QUEUE_MAX) {
        player->refused++;
        return CF_ERR_LIMIT;
    }
    if (player->count > 0 && player->queue[0].is_endless) {
        player->is_ending = true;
    }
    player->queue[player->count++] = *phrase;
    return CF_OK;
}

void cf_player_hush(struct cf_player *player) {
    for (size_t i = player->count; i-- > 0;) {
        if (player->queue[i].is_firm) {
            continue;
        }
        if (i == 0 && has_begun(player)) {
            player->is_ending = true;
        } else {
            remove_phrase(player, i, false);
        }
    }
}

/* Samples of the parts of queue[0] to @pcm, at most @count; how many. */
static size_t read_parts(struct cf_player *player, int16_t *pcm, size_t count) {
    const struct cf_phrase *phrase = &player->queue[0];
    size_t filled = 0;
    while (filled < count && player->part < phrase->count) {
        struct cf_sound sound = cf_sounds_get(player->sounds, phrase->language, (enum cf_prompt)phrase->parts[player->part]);
        size_t left = sound.count - player->at;
        size_t taken = left < count - filled ? left : count - filled;
        if (taken > 0) {
            memcpy(pcm + filled, sound.pcm + player->at, taken * sizeof *pcm);
        }
        filled += taken;
        player->at += taken;
        if (player->at == sound.count) {
            player->at = 0;
            player->part++;
        }
    }
    return filled;
}

static void fade_out(int16_t *pcm) {
    for (int32_t i = 0; i < (int32_t)FADE; i++) {
        pcm[i] = (int16_t)(pcm[i] * ((int32_t)FADE - i) / (int32_t)FADE);
    }
    memset(pcm + FADE, 0, (CF_PLAYER_TICK - FADE) * sizeof *pcm);
}

/* All parts were said in this tick or before: the pause, and then the next phrase or the same one again. */
static void go_on(struct cf_player *player, bool was_over) {
    const struct cf_phrase *phrase = &player->queue[0];
    if (!was_over) {
        player->pause = phrase->pause_msec / TICK_MSEC;
    } else {
        player->pause--;
    }
    if (player->pause > 0) {
        return;
    }
    if (!phrase->is_endless) {
        remove_phrase(player, 0, true);
    }
    rewind_player(player);
}

bool cf_player_read(struct cf_player *player, int16_t *pcm) {
    if (player->count == 0) {
        return false;
    }
    bool was_over = player->part == player->queue[0].count;
    size_t filled = read_parts(player, pcm, CF_PLAYER_TICK);
    memset(pcm + filled, 0, (CF_PLAYER_TICK - filled) * sizeof *pcm);
    if (player->is_ending) {
        fade_out(pcm);
        remove_phrase(player, 0, false);
        rewind_player(player);
    } else if (player->part == player->queue[0].count) {
        go_on(player, was_over);
    }
    return true;
}

bool cf_player_take_played(struct cf_player *player, struct cf_played *ret) {
    if (player->played_count == 0) {
        return false;
    }
    *ret = player->played[0];
    player->played_count--;
    memmove(player->played, player->played + 1, player->played_count * sizeof player->played[0]);
    return true;
}
