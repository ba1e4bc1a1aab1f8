/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/likeness.h"

#include "core/clip/fourier.h"

#include <math.h>

#define DECIMATION 6U
#define RATE_HZ 8000
#define PIECE 1600 /* 200 ms */
#define NEAR 480   /* a piece is looked for so far around where the last one was: 60 ms */
#define AGAIN 24   /* one that follows a piece found well: 3 ms */

/* A piece this much below the loudest has nothing to compare. */
#define QUIET_SHARE 0.02

/* A piece found as well as that leads the next one. */
#define FOUND 0.5

/* Delays that are tried, by pieces of the source, and the least distance between two of them. */
#define GUESSES 12
#define APART 400 /* 50 ms */
#define PROBES 6

struct sound {
    float *at;
    int64_t count;
};

/* Delays that the correlation speaks for, the best first; in samples. */
struct guesses {
    size_t count;
    int64_t shifts[GUESSES];
    double scores[GUESSES];
};

static struct sound slow_down(const struct cf_mem *mem, const int16_t *pcm, size_t count) {
    struct sound s = {.count = (int64_t)(count / DECIMATION)};
    s.at = s.count == 0 ? NULL : cf_mem_alloc(mem, (size_t)s.count * sizeof *s.at);
    for (int64_t i = 0; s.at != NULL && i < s.count; i++) {
        int32_t sum = 0;
        for (unsigned k = 0; k < DECIMATION; k++) {
            sum += pcm[(size_t)i * DECIMATION + k];
        }
        s.at[i] = (float)sum / DECIMATION;
    }
    return s;
}

static void drop(const struct cf_mem *mem, struct sound *s) {
    cf_mem_free(mem, s->at, (size_t)s->count * sizeof *s->at);
}

/* Product of b with a, a shifted by @p shift, over what overlaps; @p ret_norm: product of the lengths. */
static double product(const struct sound *a, int64_t shift, const struct sound *b, int64_t from, int64_t to, double *ret_norm) {
    float ab = 0;
    float aa = 0;
    float bb = 0;
    int64_t first = from + shift < 0 ? -shift : from;
    int64_t last = to + shift > a->count ? a->count - shift : to;
    for (int64_t i = first; i < last; i++) {
        float x = a->at[i + shift];
        float y = b->at[i];
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    *ret_norm = sqrt((double)aa * (double)bb);
    return (double)ab;
}

/* Keep @p shift if it is better than one that is kept; of neighbours the best stays. */
static void consider(struct guesses *g, int64_t shift, double score) {
    size_t at = g->count;
    for (size_t i = 0; i < g->count; i++) {
        int64_t apart = g->shifts[i] > shift ? g->shifts[i] - shift : shift - g->shifts[i];
        if (apart < APART) {
            if (score <= g->scores[i]) {
                return;
            }
            at = i;
            break;
        }
    }
    if (at == GUESSES) {
        at = GUESSES - 1;
        if (score <= g->scores[at]) {
            return;
        }
    } else if (at == g->count) {
        g->count++;
    }
    for (; at > 0 && g->scores[at - 1] < score; at--) {
        g->scores[at] = g->scores[at - 1];
        g->shifts[at] = g->shifts[at - 1];
    }
    g->scores[at] = score;
    g->shifts[at] = shift;
}

/*
 * The correlation of both at all delays, by way of their spectra. Dividing by the root of the magnitudes makes its peaks sharp
 * (Knapp and Carter, 1976), so that those of a voice in a mix stand out.
 */
static void guess_delays(struct cf_complex *r, struct cf_complex *s, size_t size, struct guesses *ret) {
    int64_t limit = (int64_t)CF_LIKENESS_DELAY_MAX_MSEC * RATE_HZ / 1000;
    cf_fourier(r, size, false);
    cf_fourier(s, size, false);
    for (size_t i = 0; i < size; i++) {
        float re = r[i].re * s[i].re + r[i].im * s[i].im;
        float im = r[i].im * s[i].re - r[i].re * s[i].im;
        float root = sqrtf(sqrtf(re * re + im * im)) + 1;
        r[i] = (struct cf_complex){re / root, im / root};
    }
    cf_fourier(r, size, true);
    ret->count = 0;
    for (int64_t shift = -limit; shift <= limit; shift++) {
        if (shift > -(int64_t)size / 2 && shift < (int64_t)size / 2) {
            consider(ret, shift, (double)r[shift < 0 ? (size_t)(shift + (int64_t)size) : (size_t)shift].re);
        }
    }
}

/* Both as complex numbers with as much silence behind them that nothing wraps around. NULL: no memory. */
static struct cf_complex *spread(const struct cf_mem *mem, const struct sound *s, size_t size) {
    struct cf_complex *at = cf_mem_alloc(mem, size * sizeof *at);
    for (int64_t i = 0; at != NULL && i < s->count; i++) {
        at[i].re = s->at[i];
    }
    return at;
}

static enum cf_err guess(const struct cf_mem *mem, const struct sound *recording, const struct sound *source,
                         struct guesses *ret) {
    size_t size = 1;
    while (size < (size_t)(recording->count + source->count)) {
        size *= 2;
    }
    struct cf_complex *r = spread(mem, recording, size);
    struct cf_complex *s = spread(mem, source, size);
    bool has_both = r != NULL && s != NULL;
    if (has_both) {
        guess_delays(r, s, size, ret);
    }
    cf_mem_free(mem, r, size * sizeof *r);
    cf_mem_free(mem, s, size * sizeof *s);
    return has_both ? CF_OK : CF_ERR_NO_MEMORY;
}

/* The best likeness of a piece of the source with the recording, delayed by @p middle give or take @p range. */
static double find_piece(const struct sound *recording, const struct sound *source, int64_t from, int64_t middle, int64_t range,
                         int64_t *ret_shift) {
    double best = 0;
    for (int64_t shift = middle - range; shift <= middle + range; shift++) {
        double norm;
        double score = product(recording, shift, source, from, from + PIECE, &norm);
        score = norm > 0 ? score / norm : 0;
        if (score > best) {
            best = score;
            *ret_shift = shift;
        }
    }
    return best;
}

static double energy_of(const struct sound *s, int64_t from) {
    double sum = 0;
    for (int64_t i = from; i < from + PIECE; i++) {
        sum += (double)s->at[i] * (double)s->at[i];
    }
    return sum;
}

static double loudest_piece(const struct sound *s) {
    double loudest = 0;
    for (int64_t from = 0; from + PIECE <= s->count; from += PIECE) {
        double energy = energy_of(s, from);
        loudest = energy > loudest ? energy : loudest;
    }
    return loudest;
}

/* Of the guesses the one at which some loud pieces of the source are found best. */
static int64_t choose_delay(const struct sound *recording, const struct sound *source, const struct guesses *guesses) {
    double loudest = loudest_piece(source);
    double best_score = -1;
    int64_t best = 0;
    for (size_t i = 0; i < guesses->count; i++) {
        double score = 0;
        size_t probes = 0;
        for (int64_t from = 0; from + PIECE <= source->count && probes < PROBES; from += PIECE) {
            int64_t at = 0;
            bool is_inside = from + guesses->shifts[i] >= 0 && from + PIECE + guesses->shifts[i] <= recording->count;
            if (is_inside && energy_of(source, from) > loudest / 4) {
                score += find_piece(recording, source, from, guesses->shifts[i], NEAR, &at);
                probes++;
            }
        }
        /* Divided by what was wanted: a delay that leaves less to compare is worth less. */
        if (score / PROBES > best_score) {
            best_score = score / PROBES;
            best = guesses->shifts[i];
        }
    }
    return best;
}

/* A piece was not found near the last one: perhaps the delay has jumped to another of the guesses. Found there or not at all. */
static double find_again(const struct sound *recording, const struct sound *source, int64_t from, const struct guesses *guesses,
                         int64_t *ret_shift) {
    for (size_t i = 0; i < guesses->count; i++) {
        int64_t at = 0;
        double likeness = find_piece(recording, source, from, guesses->shifts[i], NEAR, &at);
        if (likeness >= FOUND) {
            *ret_shift = at;
            return likeness;
        }
    }
    return 0;
}

static struct cf_likeness compare(const struct sound *recording, const struct sound *source, int64_t shift,
                                  const struct guesses *guesses) {
    struct cf_likeness found = {.delay_msec = (int32_t)(shift * 1000 / RATE_HZ)};
    double loudest = loudest_piece(source);
    double sum = 0;
    double weights = 0;
    bool is_led = false;
    for (int64_t from = 0; from + PIECE <= source->count; from += PIECE) {
        double energy = energy_of(source, from);
        /* What lies outside the recording can't be in it, and says nothing. */
        if (energy <= QUIET_SHARE * loudest || from + shift < 0 || from + PIECE + shift > recording->count) {
            continue;
        }
        int64_t at = shift;
        double likeness = is_led ? find_piece(recording, source, from, shift, AGAIN, &at) : 0;
        if (likeness < FOUND) {
            likeness = find_piece(recording, source, from, shift, NEAR, &at);
        }
        double elsewhere = likeness < FOUND ? find_again(recording, source, from, guesses, &at) : 0;
        likeness = elsewhere > likeness ? elsewhere : likeness;
        is_led = likeness >= FOUND;
        shift = is_led ? at : shift;
        sum += likeness * sqrt(energy);
        weights += sqrt(energy);
        found.pieces++;
    }
    found.likeness = weights > 0 ? sum / weights : 0;
    return found;
}

enum cf_err cf_likeness_of(const struct cf_mem *mem, const int16_t *recording, size_t recording_count, const int16_t *source,
                           size_t source_count, struct cf_likeness *ret) {
    struct sound r = slow_down(mem, recording, recording_count);
    struct sound s = slow_down(mem, source, source_count);
    struct guesses guesses = {.count = 0};
    bool is_enough = r.count >= PIECE && s.count >= PIECE;
    enum cf_err err = is_enough && (r.at == NULL || s.at == NULL) ? CF_ERR_NO_MEMORY : CF_OK;
    err = err == CF_OK && is_enough ? guess(mem, &r, &s, &guesses) : err;
    if (err == CF_OK) {
        *ret = (struct cf_likeness){.pieces = 0};
        if (is_enough) {
            *ret = compare(&r, &s, choose_delay(&r, &s, &guesses), &guesses);
        }
    }
    drop(mem, &r);
    drop(mem, &s);
    return err;
}
