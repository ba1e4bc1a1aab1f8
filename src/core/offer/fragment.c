/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates that come later. */
#include "core/offer/fragment.h"

#include "core/offer/ice.h"

void cf_ice_fragments_init(struct cf_ice_fragments *walk, struct cf_str body) {
    *walk = (struct cf_ice_fragments){.rest = body};
}

static struct cf_str next_line(struct cf_str *rest) {
    struct cf_str line = cf_str_cut(rest, '\n');
    return line.len > 0 && line.at[line.len - 1] == '\r' ? cf_str_head(line, line.len - 1) : line;
}

/* The line's attribute, or an absent name. */
static struct cf_str attribute_of(struct cf_str line, struct cf_str *ret_value) {
    if (!cf_str_starts(line, CF_STR("a="))) {
        return CF_STR_NONE;
    }
    *ret_value = cf_str_skip(line, 2);
    return cf_str_cut(ret_value, ':');
}

static void read_line(struct cf_str line, struct cf_ice_fragment *fragment) {
    struct cf_str value = CF_STR_NONE;
    struct cf_sdp_candidate candidate;
    struct cf_str name = attribute_of(line, &value);
    if (cf_str_eq(name, CF_STR("mid"))) {
        fragment->mid = value;
    } else if (cf_str_eq(name, CF_STR("ice-ufrag"))) {
        fragment->ufrag = value;
    } else if (cf_str_eq(name, CF_STR("end-of-candidates"))) {
        fragment->is_ended = true;
    } else if (cf_str_eq(name, CF_STR("candidate")) && fragment->candidate_count < CF_MEDIA_CANDIDATES_MAX &&
               cf_sdp_candidate_parse(value, &candidate) &&
               cf_ice_candidate_of(&candidate, &fragment->candidates[fragment->candidate_count])) {
        fragment->candidate_count++;
    }
}

/* Lines up to the next m=, which is left where it is. */
static void read_section(struct cf_str *rest, struct cf_ice_fragment *fragment) {
    while (rest->len > 0 && !cf_str_starts(*rest, CF_STR("m="))) {
        read_line(next_line(rest), fragment);
    }
}

static bool says_anything(const struct cf_ice_fragment *fragment) {
    return fragment->candidate_count > 0 || fragment->is_ended;
}

bool cf_ice_fragments_next(struct cf_ice_fragments *walk, struct cf_ice_fragment *ret) {
    bool is_session = !walk->is_begun;
    do {
        memset(ret, 0, offsetof(struct cf_ice_fragment, candidates));
        ret->ufrag = walk->ufrag;
        ret->is_ended = walk->is_ended;
        if (walk->is_begun) {
            if (walk->rest.len == 0) {
                return false;
            }
            (void)next_line(&walk->rest); /* m= */
        }
        read_section(&walk->rest, ret);
        if (is_session) {
            walk->ufrag = ret->ufrag;
            walk->is_ended = ret->is_ended && walk->rest.len > 0;
            is_session = false;
            walk->is_begun = true;
            if (walk->rest.len > 0 && ret->candidate_count == 0) {
                ret->is_ended = false; /* said of the sections that follow */
            }
        }
    } while (!says_anything(ret));
    return true;
}
