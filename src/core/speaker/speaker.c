/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dominant-speaker identification: docs/algorithms/dominant-speaker.md says what and why. */
#include "core/speaker/speaker.h"

#include <math.h>
#include <string.h>

/* Loudness is 127 minus the level: 0 is silence, 127 full scale. One that is not above QUIET is no sound to consider. */
#define QUIET (CF_LEVEL_SILENT - 65)

/* The noise floor: the least loudness of the last FLOOR_SPANS spans, within bounds. */
#define FLOOR_SPANS 4
#define FLOOR_SPAN_STEPS 125
#define FLOOR_LEAST (CF_LEVEL_SILENT - 75)
#define FLOOR_AT_FIRST (CF_LEVEL_SILENT - 60)

/* Syllable: how many notches the loudness is above floor and margin, now. */
#define IMMEDIATE_MAX 13
#define NOTCH_DB 3
#define MARGIN_DB 6

/* Word: in how many of the last MEDIUM_MAX steps there were at least ACTIVE_NOTCHES. */
#define MEDIUM_MAX 10
#define ACTIVE_NOTCHES 3

/* Phrase: in how many of the last LASTING_MAX samples, one in SAMPLE_STEPS, the word count was at least ACTIVE_STEPS. */
#define LASTING_MAX 12
#define SAMPLE_STEPS 5
#define ACTIVE_STEPS 5

/* A level stands for that long if no other comes: the longest packets, and one that is late. */
#define LEVEL_VALID_USEC CF_MSEC(100)

/* How much more likely than the speaker's, as a natural logarithm, a rival's activity must be in each scale. */
#define IMMEDIATE_LEAD 3.0F
#define MEDIUM_LEAD 2.0F
#define LASTING_LEAD 0.0F

/* And what he must have in the last scale anyhow: half a second of speech; less if there is nobody to replace. */
#define LASTING_LEAST 6
#define LASTING_LEAST_ALONE 2

/* Likelihoods below that are all the same: inactive. */
#define SCORE_LEAST 1e-9F

/* A caller that comes later than that is not made up for. */
#define LATE_MAX_USEC CF_SEC(1)

#define MEMBER_LIMIT 1024

_Static_assert(IMMEDIATE_MAX < 16 && MEDIUM_MAX < 16 && LASTING_MAX < 16, "the tables have room");

/* A member and what is remembered of the sound it made. */
struct cf_speaker_member {
    struct cf_link active; /* in cf_speaker.active */
    struct cf_handle self;
    uint32_t user;
    bool ineligible;
    bool heard_since_step;
    uint8_t loudness;                 /* largest since the last step, or of the last level */
    cf_usec heard_at;                 /* when that came */
    uint8_t floor_spans[FLOOR_SPANS]; /* least loudness of each span */
    uint8_t floor_span;               /* the current one */
    uint16_t floor_steps;             /* in the current one */
    uint8_t immediate;                /* notches now */
    uint16_t medium_bits;             /* bit i: i steps ago there were enough notches */
    uint16_t lasting_bits;            /* bit i: i samples ago there were enough active steps */
    uint8_t sample_steps;             /* since the last sample */
    uint16_t quiet_steps;             /* in a row */
};

/*
 * Log-likelihood ratio of @p count of @p max parts being active: speech (each part as likely active as not) against noise (counts
 * fall off exponentially with @p rate). After Volfin and Cohen, equations 6 to 8.
 */
static float score_of(int count, int max, float rate) {
    float ways = 0;
    for (int i = 1; i <= count; i++) {
        ways += logf((float)(max - count + i) / (float)i);
    }
    float score = ways + (float)max * logf(0.5F) - logf(rate) + rate * (float)count;
    return score > SCORE_LEAST ? score : SCORE_LEAST;
}

/* The tables hold logarithms of scores, so that leads are differences. */
static void fill_table(float *table, int max, float rate) {
    for (int count = 0; count <= max; count++) {
        table[count] = logf(score_of(count, max, rate));
    }
}

/* Only where somebody speaks: most rooms of a server are silent, and many come and go. */
static void fill_tables(struct cf_speaker_tables *tables) {
    fill_table(tables->immediate, IMMEDIATE_MAX, 0.78F);
    fill_table(tables->medium, MEDIUM_MAX, 24.0F);
    fill_table(tables->lasting, LASTING_MAX, 47.0F);
    tables->are_filled = true;
}

void cf_speaker_init(struct cf_speaker *speaker, const struct cf_mem *mem, const struct cf_speaker_config *config) {
    memset(speaker, 0, sizeof(*speaker));
    speaker->mem = mem;
    if (config != NULL) {
        speaker->config = *config;
    }
    if (speaker->config.member_limit == 0) {
        speaker->config.member_limit = MEMBER_LIMIT;
    }
    if (speaker->config.hold_min_usec == 0) {
        speaker->config.hold_min_usec = CF_SEC(1);
    }
    cf_handle_table_init(&speaker->members, mem, speaker->config.member_limit);
    cf_list_init(&speaker->active);
    speaker->next_step = CF_USEC_NEVER;
}

void cf_speaker_fini(struct cf_speaker *speaker) {
    for (size_t i = 0; i < speaker->members.slots_used; i++) {
        cf_mem_free(speaker->mem, cf_handle_at(&speaker->members, i), sizeof(struct cf_speaker_member));
    }
    cf_handle_table_fini(&speaker->members);
}

enum cf_err cf_speaker_add(struct cf_speaker *speaker, uint32_t user, struct cf_handle *ret_member) {
    if (speaker->members.count >= speaker->config.member_limit) {
        return CF_ERR_LIMIT;
    }
    struct cf_speaker_member *member = cf_mem_alloc(speaker->mem, sizeof(*member));
    if (member == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *member = (struct cf_speaker_member){.user = user};
    member->self = cf_handle_add(&speaker->members, member);
    if (!cf_handle_is_set(member->self)) {
        cf_mem_free(speaker->mem, member, sizeof(*member));
        return CF_ERR_NO_MEMORY;
    }
    *ret_member = member->self;
    return CF_OK;
}

static void forget_dominant(struct cf_speaker *speaker) {
    speaker->dominant = (struct cf_handle){0, 0};
    speaker->event_pending = true;
}

void cf_speaker_remove(struct cf_speaker *speaker, struct cf_handle handle) {
    struct cf_speaker_member *member = cf_handle_get(&speaker->members, handle);
    if (member == NULL) {
        return;
    }
    if (cf_handle_eq(handle, speaker->dominant)) {
        forget_dominant(speaker);
    }
    cf_list_remove(&member->active);
    cf_handle_remove(&speaker->members, handle);
    cf_mem_free(speaker->mem, member, sizeof(*member));
}

void cf_speaker_set_eligible(struct cf_speaker *speaker, struct cf_handle handle, bool eligible) {
    struct cf_speaker_member *member = cf_handle_get(&speaker->members, handle);
    if (member == NULL) {
        return;
    }
    member->ineligible = !eligible;
    if (!eligible && cf_handle_eq(handle, speaker->dominant)) {
        forget_dominant(speaker);
    }
}

/* Sound after a time of quiet: nothing else is remembered. */
static void activate(struct cf_speaker *speaker, struct cf_speaker_member *member, cf_usec now) {
    cf_list_append(&speaker->active, &member->active);
    memset(member->floor_spans, FLOOR_AT_FIRST, sizeof(member->floor_spans));
    member->floor_steps = 1;
    member->quiet_steps = 0;
    if (!speaker->tables.are_filled) {
        fill_tables(&speaker->tables);
    }
    if (speaker->next_step == CF_USEC_NEVER) {
        speaker->next_step = now + CF_SPEAKER_STEP_USEC;
    }
}

void cf_speaker_on_level(struct cf_speaker *speaker, struct cf_handle handle, uint8_t level, cf_usec now) {
    struct cf_speaker_member *member = cf_handle_get(&speaker->members, handle);
    if (member == NULL || level > CF_LEVEL_SILENT) {
        return;
    }
    uint8_t loudness = (uint8_t)(CF_LEVEL_SILENT - level);
    if (!member->heard_since_step || loudness > member->loudness) {
        member->loudness = loudness;
    }
    member->heard_since_step = true;
    member->heard_at = now;
    if (loudness > QUIET && !cf_link_is_in(&member->active)) {
        activate(speaker, member, now);
    }
}

cf_usec cf_speaker_deadline(const struct cf_speaker *speaker) {
    return speaker->next_step;
}

static uint8_t track_floor(struct cf_speaker_member *member, uint8_t loudness) {
    uint8_t *span = &member->floor_spans[member->floor_span];
    /* A span begins with whatever comes first in it. */
    *span = member->floor_steps == 1 || loudness < *span ? loudness : *span;
    uint8_t least = CF_LEVEL_SILENT;
    for (size_t i = 0; i < FLOOR_SPANS; i++) {
        least = member->floor_spans[i] < least ? member->floor_spans[i] : least;
    }
    if (++member->floor_steps > FLOOR_SPAN_STEPS) {
        member->floor_steps = 1;
        member->floor_span = (uint8_t)((member->floor_span + 1U) % FLOOR_SPANS);
    }
    return least > FLOOR_LEAST ? least : FLOOR_LEAST;
}

static int count_bits(uint16_t bits) {
    int count = 0;
    for (; bits != 0; bits = (uint16_t)(bits & (bits - 1U))) {
        count++;
    }
    return count;
}

static uint16_t push_bit(uint16_t bits, bool bit, unsigned max) {
    return (uint16_t)((((unsigned)bits << 1) | bit) & ((1U << max) - 1U));
}

/* What was active before @p member fell quiet is over, and so is its quiet noise. */
static bool is_over(const struct cf_speaker_member *member) {
    return member->quiet_steps > LASTING_MAX * SAMPLE_STEPS && member->medium_bits == 0 && member->lasting_bits == 0;
}

static void step_member(struct cf_speaker_member *member, cf_usec now) {
    bool valid = member->heard_since_step || now - member->heard_at <= LEVEL_VALID_USEC;
    uint8_t loudness = valid ? member->loudness : 0;
    member->heard_since_step = false;
    member->quiet_steps = (uint16_t)(loudness > QUIET ? 0 : member->quiet_steps + 1);
    int above = (loudness - track_floor(member, loudness) - MARGIN_DB) / NOTCH_DB;
    member->immediate = (uint8_t)(above < 0 ? 0 : above > IMMEDIATE_MAX ? IMMEDIATE_MAX : above);
    member->medium_bits = push_bit(member->medium_bits, member->immediate >= ACTIVE_NOTCHES, MEDIUM_MAX);
    if (++member->sample_steps >= SAMPLE_STEPS) {
        member->sample_steps = 0;
        member->lasting_bits = push_bit(member->lasting_bits, count_bits(member->medium_bits) >= ACTIVE_STEPS, LASTING_MAX);
    }
}

/* The three scales of one member, as logarithms of likelihood. */
struct scores {
    float immediate;
    float medium;
    float lasting;
};

static struct scores scores_of(const struct cf_speaker *speaker, const struct cf_speaker_member *member) {
    const struct cf_speaker_tables *tables = &speaker->tables;
    if (member == NULL) {
        return (struct scores){tables->immediate[0], tables->medium[0], tables->lasting[0]};
    }
    return (struct scores){tables->immediate[member->immediate], tables->medium[count_bits(member->medium_bits)],
                           tables->lasting[count_bits(member->lasting_bits)]};
}

/* By how much @p rival leads in the middle scale, or -1 if he doesn't lead in all of them. */
static float lead_of(struct scores rival, struct scores dominant) {
    bool leads = rival.immediate - dominant.immediate > IMMEDIATE_LEAD && rival.medium - dominant.medium > MEDIUM_LEAD &&
                 rival.lasting - dominant.lasting > LASTING_LEAD;
    return leads ? rival.medium - dominant.medium + rival.lasting - dominant.lasting : -1.0F;
}

static struct cf_speaker_member *find_rival(const struct cf_speaker *speaker, const struct cf_speaker_member *dominant) {
    struct cf_speaker_member *best = NULL;
    float best_lead = 0;
    int least = dominant == NULL ? LASTING_LEAST_ALONE : LASTING_LEAST;
    struct scores to_beat = scores_of(speaker, dominant);
    CF_LIST_EACH (&speaker->active, link, following) {
        struct cf_speaker_member *member = CF_OF(link, struct cf_speaker_member, active);
        if (member == dominant || member->ineligible || count_bits(member->lasting_bits) < least) {
            continue;
        }
        float lead = lead_of(scores_of(speaker, member), to_beat);
        if (lead > best_lead) {
            best = member;
            best_lead = lead;
        }
    }
    return best;
}

static void choose(struct cf_speaker *speaker, cf_usec now) {
    const struct cf_speaker_member *dominant = cf_handle_get(&speaker->members, speaker->dominant);
    if (dominant != NULL && now - speaker->dominant_since < speaker->config.hold_min_usec) {
        return;
    }
    const struct cf_speaker_member *rival = find_rival(speaker, dominant);
    if (rival == NULL) {
        return;
    }
    if (dominant != NULL) {
        speaker->previous = speaker->dominant;
    }
    speaker->dominant = rival->self;
    speaker->dominant_since = now;
    speaker->event_pending = true;
    speaker->switches++;
}

static void step(struct cf_speaker *speaker, cf_usec now) {
    CF_LIST_EACH (&speaker->active, link, following) {
        struct cf_speaker_member *member = CF_OF(link, struct cf_speaker_member, active);
        step_member(member, now);
        if (is_over(member)) {
            cf_list_remove(&member->active);
        }
    }
    choose(speaker, now);
}

void cf_speaker_on_deadline(struct cf_speaker *speaker, cf_usec now) {
    if (speaker->next_step != CF_USEC_NEVER && now - speaker->next_step > LATE_MAX_USEC) {
        speaker->next_step = now - LATE_MAX_USEC;
    }
    while (speaker->next_step <= now) {
        step(speaker, speaker->next_step);
        speaker->next_step = cf_list_is_empty(&speaker->active) ? CF_USEC_NEVER : speaker->next_step + CF_SPEAKER_STEP_USEC;
    }
}

bool cf_speaker_poll(struct cf_speaker *speaker, struct cf_speaker_event *ret_event) {
    if (!speaker->event_pending) {
        return false;
    }
    const struct cf_speaker_member *member = cf_handle_get(&speaker->members, speaker->dominant);
    speaker->event_pending = false;
    *ret_event = (struct cf_speaker_event){
        .has_speaker = member != NULL, .user = member == NULL ? 0 : member->user, .member = speaker->dominant};
    return true;
}

static bool user_of(const struct cf_speaker *speaker, struct cf_handle handle, uint32_t *ret_user) {
    const struct cf_speaker_member *member = cf_handle_get(&speaker->members, handle);
    if (member == NULL) {
        return false;
    }
    *ret_user = member->user;
    return true;
}

bool cf_speaker_dominant(const struct cf_speaker *speaker, uint32_t *ret_user) {
    return user_of(speaker, speaker->dominant, ret_user);
}

bool cf_speaker_previous(const struct cf_speaker *speaker, uint32_t *ret_user) {
    return user_of(speaker, speaker->previous, ret_user);
}
