/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys by INFO. */
#include "core/menu/dtmf_info.h"

#define KEYS "0123456789*#ABCD"

enum cf_err cf_dtmf_parse(struct cf_str body, char *ret_digit) {
    uint32_t number = 0;
    struct cf_str text = cf_str_trim(body);
    if (text.len == 1) {
        char key = text.at[0] >= 'a' && text.at[0] <= 'd' ? (char)(text.at[0] - 'a' + 'A') : text.at[0];
        size_t at = cf_str_find(CF_STR(KEYS), key);
        if (at < sizeof KEYS - 1) {
            *ret_digit = key;
            return CF_OK;
        }
    } else if (cf_str_to_u32(text, sizeof KEYS - 2, &number)) {
        *ret_digit = KEYS[number];
        return CF_OK;
    }
    return CF_ERR_MALFORMED;
}

enum cf_err cf_dtmf_relay_parse(struct cf_str body, char *ret_digit) {
    struct cf_str rest = body;
    while (rest.at != NULL) {
        struct cf_str line = cf_str_trim(cf_str_cut(&rest, '\n'));
        struct cf_str name = cf_str_trim(cf_str_head(line, cf_str_find(line, '=')));
        if (cf_str_eq_nocase(name, CF_STR("Signal")) && name.len < line.len) {
            return cf_dtmf_parse(cf_str_skip(line, cf_str_find(line, '=') + 1), ret_digit);
        }
    }
    return CF_ERR_MALFORMED;
}
