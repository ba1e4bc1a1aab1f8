/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checking and storing one value. */
#include "core/config/config_complaint.h"

/* Is @p item in the list @p before, which ends where it begins? */
static bool is_repeated(struct cf_str before, struct cf_str item) {
    while (before.len > 0) {
        if (cf_str_eq(cf_str_cut(&before, ' '), item)) {
            return true;
        }
    }
    return false;
}

/* Hold a text, or each item of a list, to its form; spell words as the program does. */
static enum cf_err shape(const struct cf_config_row *row, struct cf_config_text *text, struct cf_config_problem *ret_problem) {
    const struct cf_config_form_row *form = cf_config_form_of(row->name);
    struct cf_str rest = row->type == CF_CONFIG_TYPE_LIST ? cf_config_list(text) : cf_config_str(text);
    cf_assert(form != NULL);
    while (rest.len > 0) {
        struct cf_str word;
        struct cf_str item = row->type == CF_CONFIG_TYPE_LIST ? cf_str_cut(&rest, ' ') : rest;
        size_t at = (size_t)(item.at - text->text);
        if (!cf_config_form_fits(form, item, &word)) {
            return cf_config_complain_form(row, form, item, ret_problem);
        }
        memmove(text->text + at, word.at, word.len);
        if (form->form == CF_CONFIG_FORM_WORD && is_repeated(cf_str_n(text->text, at), word)) {
            return cf_config_complain_repeated(row, word, ret_problem);
        }
        rest = row->type == CF_CONFIG_TYPE_LIST ? rest : CF_STR_NONE;
    }
    return CF_OK;
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

static enum cf_err set_row(const struct cf_config_row *row, struct cf_str value, void *at,
                           struct cf_config_problem *ret_problem) {
    struct cf_config_text text;
    bool has_form = row->type == CF_CONFIG_TYPE_TEXT || row->type == CF_CONFIG_TYPE_LIST;
    if (!set_value(row, value, has_form ? &text : at)) {
        return cf_config_complain_wrong(row, value, ret_problem);
    }
    enum cf_err err = has_form ? shape(row, &text, ret_problem) : CF_OK;
    if (has_form && err == CF_OK) {
        memcpy(at, &text, sizeof text);
    }
    return err;
}

enum cf_err cf_config_set(struct cf_config *config, struct cf_str section, struct cf_str key, struct cf_str value,
                          struct cf_config_problem *ret_problem) {
    size_t i = cf_config_key_of(section, key);
    ret_problem->key_count = 0;
    if (i == CF_CONFIG_KEY_COUNT) {
        return cf_config_complain_unknown(section, key, ret_problem);
    }
    return set_row(cf_config_row(i), cf_str_trim(value), cf_config_value_mut(config, i), ret_problem);
}

void cf_config_init(struct cf_config *config) {
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < CF_CONFIG_KEY_COUNT; i++) {
        const struct cf_config_row *row = cf_config_row(i);
        struct cf_config_problem problem;
        bool is_set = set_row(row, row->preset, cf_config_value_mut(config, i), &problem) == CF_OK;
        cf_assert(is_set);
    }
}
