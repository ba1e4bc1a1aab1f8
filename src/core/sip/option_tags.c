/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets of option tags and methods. */
#include "core/sip/option_tags.h"
#include "core/sip/builder.h"

static const struct cf_str names[CF_SIP_OPTION_COUNT_] = {
#define X(id, name) [CF_SIP_OPTION_##id] = CF_STR_INIT(name),
#include "core/sip/option_table.h"
#undef X
};

_Static_assert(CF_SIP_OPTION_COUNT_ <= 32, "a set has 32 bits");

struct cf_str cf_sip_option_name(enum cf_sip_option option) {
    return names[option];
}

uint32_t cf_sip_option_of(struct cf_str name) {
    for (unsigned i = 0; i < CF_SIP_OPTION_COUNT_; i++) {
        if (cf_str_eq_nocase(name, names[i])) {
            return CF_SIP_OPTION_BIT(i);
        }
    }
    return 0;
}

uint32_t cf_sip_options(const struct cf_sip_message *msg, enum cf_sip_header id) {
    struct cf_sip_values it;
    struct cf_str value;
    uint32_t options = 0;
    cf_sip_values_begin(msg, id, &it);
    while (cf_sip_values_next(&it, &value)) {
        options |= cf_sip_option_of(value);
    }
    return options;
}

/* The next value of the walk that is not in @p supported. */
static bool next_unsupported(struct cf_sip_values *it, uint32_t supported, struct cf_str *ret) {
    struct cf_str value;
    while (cf_sip_values_next(it, &value)) {
        if ((cf_sip_option_of(value) & supported) == 0) {
            *ret = value;
            return true;
        }
    }
    return false;
}

bool cf_sip_requires_unsupported(const struct cf_sip_message *msg, enum cf_sip_header id, uint32_t supported) {
    struct cf_sip_values it;
    struct cf_str value;
    cf_sip_values_begin(msg, id, &it);
    return next_unsupported(&it, supported, &value);
}

void cf_sip_put_unsupported(struct cf_writer *w, const struct cf_sip_message *msg, enum cf_sip_header id, uint32_t supported) {
    struct cf_sip_values it;
    struct cf_str value;
    bool is_first = true;
    cf_sip_values_begin(msg, id, &it);
    while (next_unsupported(&it, supported, &value)) {
        if (is_first) {
            cf_sip_field_begin(w, CF_SIP_HEADER_UNSUPPORTED);
        }
        cf_put(w, is_first ? CF_STR("") : CF_STR(", "));
        cf_sip_put_line_text(w, value);
        is_first = false;
    }
    if (!is_first) {
        cf_sip_field_end(w);
    }
}

void cf_sip_put_options(struct cf_writer *w, enum cf_sip_header id, uint32_t options) {
    bool is_first = true;
    for (unsigned i = 0; i < CF_SIP_OPTION_COUNT_; i++) {
        if (options & CF_SIP_OPTION_BIT(i)) {
            if (is_first) {
                cf_sip_field_begin(w, id);
            }
            cf_put(w, is_first ? CF_STR("") : CF_STR(", "));
            cf_put(w, names[i]);
            is_first = false;
        }
    }
    if (!is_first) {
        cf_sip_field_end(w);
    }
}

unsigned cf_sip_allowed_methods(const struct cf_sip_message *msg) {
    struct cf_sip_values it;
    struct cf_str value;
    unsigned methods = 0;
    cf_sip_values_begin(msg, CF_SIP_HEADER_ALLOW, &it);
    while (cf_sip_values_next(&it, &value)) {
        methods |= CF_SIP_METHOD_BIT(cf_sip_method_of(value));
    }
    return methods;
}
