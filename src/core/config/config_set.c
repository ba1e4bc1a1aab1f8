/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checking and storing one value. */
#include "core/config/config_row.h"

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

static enum cf_err unknown(struct cf_str section, struct cf_str key, struct cf_config_problem *ret_problem) {
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
        cf_put_lit(w, "a text");
        return;
    case CF_CONFIG_TYPE_LIST:
        cf_put_lit(w, "a list");
        return;
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

static enum cf_err wrong(const struct cf_config_row *row, struct cf_str value, struct cf_config_problem *ret_problem) {
    struct complaint c;
    begin(&c, ret_problem);
    cf_put(&c.w, cf_str_of(row->name));
    cf_put_lit(&c.w, ": \"");
    cf_put(&c.w, cf_str_head(value, NAME_MAX));
    cf_put_lit(&c.w, "\" is not ");
    put_type(&c.w, row);
    return finish(&c);
}

static bool set_text(const struct cf_config_row *row, struct cf_str value, struct cf_config_text *ret) {
    if (value.len < row->least || value.len > row->most || value.len >= CF_CONFIG_TEXT_MAX || !cf_str_is_utf8(value)) {
        return false;
    }
    memset(ret->text, 0, sizeof ret->text);
    memcpy(ret->text, value.at, value.len);
    return true;
}

static bool is_separator(char c) {
    return c == ' ' || c == ',' || c == '\t';
}

static bool set_list(const struct cf_config_row *row, struct cf_str value, struct cf_config_text *ret) {
    struct cf_config_text list = {{0}};
    size_t len = 0;
    size_t count = 0;
    for (size_t i = 0; i < value.len; i++) {
        bool begins = !is_separator(value.at[i]) && (i == 0 || is_separator(value.at[i - 1]));
        if (is_separator(value.at[i])) {
            continue;
        }
        count += begins ? 1 : 0;
        if (len + 2 >= sizeof list.text) {
            return false;
        }
        if (begins && len > 0) {
            list.text[len++] = ' ';
        }
        list.text[len++] = value.at[i];
    }
    if (count < row->least || count > row->most) {
        return false;
    }
    *ret = list;
    return true;
}

static bool set_flag(struct cf_str value, bool *ret) {
    bool yes = cf_str_eq_nocase(value, CF_STR("yes")) || cf_str_eq_nocase(value, CF_STR("true")) || cf_str_eq(value, CF_STR("1"));
    bool no = cf_str_eq_nocase(value, CF_STR("no")) || cf_str_eq_nocase(value, CF_STR("false")) || cf_str_eq(value, CF_STR("0"));
    if (yes || no) {
        *ret = yes;
    }
    return yes || no;
}

static uint32_t seconds_per_unit(char unit) {
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    default:
        return 0;
    }
}

static bool set_duration(const struct cf_config_row *row, struct cf_str value, cf_usec *ret) {
    uint32_t count = 0;
    uint32_t unit = 1;
    struct cf_str digits = value;
    if (value.len > 0 && !cf_ascii_is_digit(value.at[value.len - 1])) {
        unit = seconds_per_unit(value.at[value.len - 1]);
        digits.len--;
    }
    if (unit == 0 || !cf_str_to_u32(digits, UINT32_MAX / 86400U, &count)) {
        return false;
    }
    uint64_t sec = (uint64_t)count * unit;
    if (sec < row->least || sec > row->most) {
        return false;
    }
    *ret = CF_SEC((cf_usec)sec);
    return true;
}

static bool set_range(const struct cf_config_row *row, struct cf_str value, struct cf_config_range *ret) {
    uint32_t first = 0;
    uint32_t last = 0;
    struct cf_str rest = value;
    struct cf_str low = cf_str_trim(cf_str_cut(&rest, '-'));
    if (!cf_str_to_u32(low, row->most, &first) || !cf_str_to_u32(cf_str_trim(rest), row->most, &last)) {
        return false;
    }
    if (first < row->least || first > last) {
        return false;
    }
    *ret = (struct cf_config_range){(uint16_t)first, (uint16_t)last};
    return true;
}

static bool set_number(const struct cf_config_row *row, struct cf_str value, uint32_t *ret) {
    uint32_t number = 0;
    if (!cf_str_to_u32(value, row->most, &number) || number < row->least) {
        return false;
    }
    *ret = number;
    return true;
}

static bool set_value(const struct cf_config_row *row, struct cf_str value, void *at) {
    switch (row->type) {
    case CF_CONFIG_TYPE_TEXT:
        return set_text(row, value, at);
    case CF_CONFIG_TYPE_LIST:
        return set_list(row, value, at);
    case CF_CONFIG_TYPE_NUMBER:
        return set_number(row, value, at);
    case CF_CONFIG_TYPE_FLAG:
        return set_flag(value, at);
    case CF_CONFIG_TYPE_DURATION:
        return set_duration(row, value, at);
    case CF_CONFIG_TYPE_RANGE:
        return set_range(row, value, at);
    }
    return false;
}

enum cf_err cf_config_set(struct cf_config *config, struct cf_str section, struct cf_str key, struct cf_str value,
                          struct cf_config_problem *ret_problem) {
    for (size_t i = 0; i < CF_CONFIG_KEY_COUNT; i++) {
        const struct cf_config_row *row = cf_config_row(i);
        if (cf_str_eq(section, row->section) && cf_str_eq(key, row->key)) {
            bool is_set = set_value(row, cf_str_trim(value), cf_config_value_mut(config, i));
            return is_set ? CF_OK : wrong(row, value, ret_problem);
        }
    }
    return unknown(section, key, ret_problem);
}

void cf_config_init(struct cf_config *config) {
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < CF_CONFIG_KEY_COUNT; i++) {
        const struct cf_config_row *row = cf_config_row(i);
        bool is_set = set_value(row, row->preset, cf_config_value_mut(config, i));
        cf_assert(is_set);
    }
}
