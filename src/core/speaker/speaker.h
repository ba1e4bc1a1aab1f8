/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who speaks: dominant-speaker identification by levels alone, after Volfin and Cohen (2013): speech activity over three time
 * scales (a syllable, a word, a phrase), compared as likelihoods; a new speaker must lead in all of them. Short sounds, coughs
 * and agreement of others don't change the speaker; constant sound (fans, tones, a sender that claims 0 dBov for ever) becomes
 * that member's noise floor and counts for nothing. docs/algorithms/dominant-speaker.md. A pure machine in virtual time, used by
 * the mixer and by forwarding alike. Cost: members that have been silent for a while cost nothing.
 */
#ifndef CF_CORE_SPEAKER_SPEAKER_H
#define CF_CORE_SPEAKER_SPEAKER_H

#include "base/err.h"
#include "base/handle.h"
#include "base/list.h"
#include "core/speaker/level.h"

/** Length of a step. */
#define CF_SPEAKER_STEP_USEC CF_MSEC(20)

/** Settings. Zeroed fields: the defaults. */
struct cf_speaker_config {
    size_t member_limit;   /**< most members; 1024 */
    cf_usec hold_min_usec; /**< a speaker stays at least that long unless he leaves; 1 s */
};

/** Something has changed. */
struct cf_speaker_event {
    bool has_speaker;        /**< false: the speaker left or became ineligible and nobody else has spoken yet */
    uint32_t user;           /**< the caller's name of the new speaker */
    struct cf_handle member; /**< and ours */
};

/** The loudness likelihoods of the three scales; private to speaker.c. */
struct cf_speaker_tables {
    float immediate[16];
    float medium[16];
    float lasting[16];
    bool are_filled; /**< since somebody spoke for the first time */
};

/** The machine. Members are private to speaker.c. */
struct cf_speaker {
    const struct cf_mem *mem;
    struct cf_speaker_config config;
    struct cf_handle_table members;  /**< of owned struct cf_speaker_member */
    struct cf_list active;           /**< members with activity in memory */
    struct cf_speaker_tables tables; /**< by activity count */
    struct cf_handle dominant;       /**< unset: nobody yet */
    struct cf_handle previous;       /**< who was dominant before */
    cf_usec dominant_since;
    cf_usec next_step; /**< CF_USEC_NEVER: nobody is active */
    bool event_pending;
    uint64_t switches; /**< counter: changes of the speaker */
};

/** Nobody there. @p mem is kept by reference; @p config is copied, NULL: defaults. */
void cf_speaker_init(struct cf_speaker *speaker, const struct cf_mem *mem, const struct cf_speaker_config *config);

/** Forget all members. */
void cf_speaker_fini(struct cf_speaker *speaker);

/** A member that the caller calls @p user. CF_ERR_LIMIT, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_speaker_add(struct cf_speaker *speaker, uint32_t user, struct cf_handle *ret_member);

/** A member leaves. Unknown handles are ignored. */
void cf_speaker_remove(struct cf_speaker *speaker, struct cf_handle member);

/** May the member be the speaker (true at first)? False for who is muted, on hold, or silenced by a moderator. */
void cf_speaker_set_eligible(struct cf_speaker *speaker, struct cf_handle member, bool eligible);

/** A frame of the member was that loud: claimed (and judged) or measured; CF_LEVEL_UNKNOWN is ignored. O(1). */
void cf_speaker_on_level(struct cf_speaker *speaker, struct cf_handle member, uint8_t level, cf_usec now);

/** When to call cf_speaker_on_deadline(); CF_USEC_NEVER while nobody makes a sound. */
cf_usec cf_speaker_deadline(const struct cf_speaker *speaker);

/** Steps that are due at @p now. O(active members). */
void cf_speaker_on_deadline(struct cf_speaker *speaker, cf_usec now);

/** True and the event if the speaker has changed since the last call. */
bool cf_speaker_poll(struct cf_speaker *speaker, struct cf_speaker_event *ret_event);

/** The speaker now; false if there is none. */
bool cf_speaker_dominant(const struct cf_speaker *speaker, uint32_t *ret_user);

/** Whom the speaker himself should see: who spoke before him and is still there; false if nobody. */
bool cf_speaker_previous(const struct cf_speaker *speaker, uint32_t *ret_user);

#endif
