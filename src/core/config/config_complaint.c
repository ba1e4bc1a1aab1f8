/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators are told about keys and values that are wrong. */
#include "core/config/config_complaint.h"

#define NAME_MAX 64 /* longest name for which a nearest match is sought */

/* What a problem text is written with. */
struct complaint {
    struct cf_writer w;
    struct cf_config_problem *problem;
};

static void begin(struct complaint *c, struct cf_config_problem *problem) {
    c->problem = problem;
    cf_writer_init(&c->w, problem->text, sizeof problem->text - 1);
}

static enum cf_err finish(struct complaint *c) {
    c->problem->text[c->w.len] = '\0';
    c->problem->err = CF_ERR_CONFIG;
    return CF_ERR_CONFIG;
}

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Levenshtein distance of two short names. */
static size_t distance(struct cf_str a, struct cf_str b) {
    size_t row[NAME_MAX + 1];
    if (a.len > NAME_MAX || b.len > NAME_MAX) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t above = row[j];
            size_t change = diagonal + (a.at[i - 1] == b.at[j - 1] ? 0 : 1);
            row[j] = least_of(change, least_of(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[b.len];
}

/* The key nearest to @p section.@p key: the key's name counts, the section breaks ties. */
static const struct cf_config_row *nearest(struct cf_str section, struct cf_str key) {
    const struct cf_config_row *best = NULL;
    size_t best_distance = SIZE_MAX;
    for (size_t i = 0; i < CF_CONFIG_KEY_COUNT; i++) {
        const struct cf_config_row *row = cf_config_row(i);
        size_t d = distance(key, row->key);
        if (d == SIZE_MAX) {
            continue;
        }
        d = d * 4 + (cf_str_eq(section, row->section) ? 0 : 1);
        if (d < best_distance) {
            best = row;
            best_distance = d;
        }
    }
    return best;
}

enum cf_err cf_config_complain_unknown(struct cf_str section, struct cf_str key, struct cf_config_problem *ret_problem) {
    struct complaint c;
    const struct cf_config_row *row = nearest(section, key);
    begin(&c, ret_problem);
    cf_put_lit(&c.w, "unknown key \"");
    cf_put(&c.w, cf_str_head(key, NAME_MAX));
    cf_put_lit(&c.w, "\" in section [");
    cf_put(&c.w, cf_str_head(section, NAME_MAX));
    cf_put_lit(&c.w, "]");
    if (row != NULL) {
        cf_put_lit(&c.w, "; did you mean \"");
        cf_put(&c.w, row->key);
        cf_put_lit(&c.w, "\" in [");
        cf_put(&c.w, row->section);
        cf_put_lit(&c.w, "]?");
    }
    return finish(&c);
}

static void put_type(struct cf_writer *w, const struct cf_config_row *row) {
    switch (row->type) {
    case CF_CONFIG_TYPE_TEXT:
        cf_put_lit(w, "a text (UTF-8) of so many octets: ");
        break;
    case CF_CONFIG_TYPE_LIST:
        cf_put_lit(w, "a list of so many items: ");
        break;
    case CF_CONFIG_TYPE_NUMBER:
        cf_put_lit(w, "a number from ");
        break;
    case CF_CONFIG_TYPE_FLAG:
        cf_put_lit(w, "yes or no");
        return;
    case CF_CONFIG_TYPE_DURATION:
        cf_put_lit(w, "a duration such as 90s, 5m, 2h or 1d, in seconds from ");
        break;
    case CF_CONFIG_TYPE_RANGE:
        cf_put_lit(w, "a range FIRST-LAST within ");
        break;
    }
    cf_put_dec(w, row->least);
    cf_put_lit(w, " to ");
    cf_put_dec(w, row->most);
}

static void put_quoted(struct cf_writer *w, const struct cf_config_row *row, struct cf_str value) {
    cf_put(w, cf_str_of(row->name));
    cf_put_lit(w, ": \"");
    cf_put(w, cf_str_head(value, NAME_MAX));
    cf_put_char(w, '"');
}

enum cf_err cf_config_complain_wrong(const struct cf_config_row *row, struct cf_str value,
                                     struct cf_config_problem *ret_problem) {
    struct complaint c;
    begin(&c, ret_problem);
    put_quoted(&c.w, row, value);
    cf_put_lit(&c.w, " is not ");
    put_type(&c.w, row);
    return finish(&c);
}

/* The word of @p words nearest to @p item. */
static struct cf_str nearest_word(struct cf_str words, struct cf_str item) {
    struct cf_str best = CF_STR_NONE;
    size_t best_distance = SIZE_MAX;
    while (words.at != NULL) {
        struct cf_str word = cf_str_cut(&words, ' ');
        size_t d = distance(item, word);
        if (d < best_distance) {
            best = word;
            best_distance = d;
        }
    }
    return best;
}

enum cf_err cf_config_complain_form(const struct cf_config_row *row, const struct cf_config_form_row *form, struct cf_str item,
                                    struct cf_config_problem *ret_problem) {
    struct complaint c;
    begin(&c, ret_problem);
    put_quoted(&c.w, row, item);
    cf_put_lit(&c.w, " is not ");
    cf_config_form_put(form, &c.w);
    struct cf_str word = form->form == CF_CONFIG_FORM_WORD ? nearest_word(form->words, item) : CF_STR_NONE;
    if (word.at != NULL) {
        cf_put_lit(&c.w, "; did you mean \"");
        cf_put(&c.w, word);
        cf_put_lit(&c.w, "\"?");
    }
    return finish(&c);
}

enum cf_err cf_config_complain_repeated(const struct cf_config_row *row, struct cf_str item,
                                        struct cf_config_problem *ret_problem) {
    struct complaint c;
    begin(&c, ret_problem);
    put_quoted(&c.w, row, item);
    cf_put_lit(&c.w, " is there twice");
    return finish(&c);
}
