/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/prompt/language.h"

#define QUALITY_ONE 1000U

/* "0.8" in thousandths; what is no quality value counts as 1. */
static unsigned quality_of(struct cf_str text) {
    unsigned quality = 0;
    unsigned weight = QUALITY_ONE;
    if (text.len == 0 || (text.at[0] != '0' && text.at[0] != '1') || (text.len > 1 && text.at[1] != '.')) {
        return QUALITY_ONE;
    }
    for (size_t i = 0; i < text.len && i < 5; i++) {
        if (i != 1) {
            if (!cf_ascii_is_digit(text.at[i])) {
                return QUALITY_ONE;
            }
            quality += weight * (unsigned)(text.at[i] - '0');
            weight /= 10;
        }
    }
    return quality < QUALITY_ONE ? quality : QUALITY_ONE;
}

/* Of the parameters of a range, the quality. */
static unsigned quality_in(struct cf_str params) {
    while (params.at != NULL) {
        struct cf_str param = cf_str_trim(cf_str_cut(&params, ';'));
        struct cf_str name = cf_str_trim(cf_str_cut(&param, '='));
        if (cf_str_eq_nocase(name, CF_STR("q")) && param.at != NULL) {
            return quality_of(cf_str_trim(param));
        }
    }
    return QUALITY_ONE;
}

/* RFC 4647 section 3.4: the range loses its last subtag until it is the tag. @ret says how many octets of it were of use. */
static bool range_fits(struct cf_str range, struct cf_str tag, size_t *ret) {
    while (range.len > 0) {
        if (cf_str_eq_nocase(range, tag)) {
            *ret = range.len;
            return true;
        }
        size_t cut = range.len;
        while (cut > 0 && range.at[cut - 1] != '-') {
            cut--;
        }
        range = cf_str_head(range, cut == 0 ? 0 : cut - 1);
    }
    return false;
}

static size_t index_of(const struct cf_sounds *sounds, struct cf_str range) {
    size_t best = SIZE_MAX;
    size_t best_len = 0;
    for (size_t i = 0; i < sounds->language_count; i++) {
        size_t len = 0;
        if (range_fits(range, sounds->languages[i].tag, &len) && len > best_len) {
            best = i;
            best_len = len;
        }
    }
    return best;
}

size_t cf_language_choose(const struct cf_sounds *sounds, struct cf_str accept, struct cf_str fallback) {
    size_t chosen = SIZE_MAX;
    unsigned best = 0;
    struct cf_str rest = accept;
    for (size_t i = 0; rest.at != NULL && i < CF_LANGUAGE_RANGES_MAX; i++) {
        struct cf_str params = cf_str_cut(&rest, ',');
        struct cf_str range = cf_str_trim(cf_str_cut(&params, ';'));
        unsigned quality = quality_in(params);
        size_t found = index_of(sounds, range);
        if (found != SIZE_MAX && quality > best) {
            chosen = found;
            best = quality;
        }
    }
    chosen = chosen == SIZE_MAX ? index_of(sounds, fallback) : chosen;
    return chosen == SIZE_MAX ? 0 : chosen;
}
