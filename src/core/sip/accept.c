/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accept and Accept-Encoding. */
#include "core/sip/accept.h"
#include "core/sip/contact.h"

/* How exactly a range names a type: 0 not at all, 1 anything, 2 all of its type, 3 itself. */
static unsigned specificity(struct cf_str range, struct cf_str type) {
    struct cf_str subtype = type;
    struct cf_str main = cf_str_cut(&subtype, '/');
    struct cf_str range_subtype = range;
    struct cf_str range_main = cf_str_trim(cf_str_cut(&range_subtype, '/'));
    range_subtype = cf_str_trim(range_subtype);
    bool is_any = cf_str_eq(range_subtype, CF_STR("*"));
    if (is_any && cf_str_eq(range_main, CF_STR("*"))) {
        return 1;
    }
    if (!cf_str_eq_nocase(range_main, main)) {
        return 0;
    }
    return is_any ? 2 : cf_str_eq_nocase(range_subtype, subtype) ? 3 : 0;
}

static bool is_refused(struct cf_str params) {
    uint16_t q = CF_SIP_Q_DEFAULT;
    struct cf_str text = cf_sip_param_value(params, CF_STR("q"));
    return text.at && cf_sip_q_parse(text, &q) && q == 0;
}

bool cf_sip_accepts(const struct cf_sip_message *msg, struct cf_str type, bool is_default) {
    struct cf_sip_values it;
    struct cf_str value;
    unsigned best = 0;
    bool is_accepted = false;
    if (!cf_sip_field_first(msg, CF_SIP_HEADER_ACCEPT)) {
        return is_default;
    }
    cf_sip_values_begin(msg, CF_SIP_HEADER_ACCEPT, &it);
    while (cf_sip_values_next(&it, &value)) {
        struct cf_str params = value;
        unsigned fit = specificity(cf_str_trim(cf_str_cut(&params, ';')), type);
        if (fit > best) {
            best = fit;
            is_accepted = !is_refused(params);
        }
    }
    return is_accepted;
}

bool cf_sip_accepts_encoding(const struct cf_sip_message *msg, struct cf_str encoding, bool is_default) {
    struct cf_sip_values it;
    struct cf_str value;
    unsigned best = 0;
    bool is_accepted = cf_str_eq_nocase(encoding, CF_STR("identity"));
    if (!cf_sip_field_first(msg, CF_SIP_HEADER_ACCEPT_ENCODING)) {
        return is_default || is_accepted;
    }
    cf_sip_values_begin(msg, CF_SIP_HEADER_ACCEPT_ENCODING, &it);
    while (cf_sip_values_next(&it, &value)) {
        struct cf_str params = value;
        struct cf_str name = cf_str_trim(cf_str_cut(&params, ';'));
        unsigned fit = cf_str_eq_nocase(name, encoding) ? 2 : cf_str_eq(name, CF_STR("*")) ? 1 : 0;
        if (fit > best) {
            best = fit;
            is_accepted = !is_refused(params);
        }
    }
    return is_accepted;
}
