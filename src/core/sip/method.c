/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Methods. */
#include "core/sip/method.h"

static const struct cf_str names[CF_SIP_METHOD_COUNT_] = {
    [CF_SIP_METHOD_OTHER] = CF_STR_INIT("OTHER"),
#define X(name) [CF_SIP_METHOD_##name] = CF_STR_INIT(#name),
#include "core/sip/method_table.h"
#undef X
};

enum cf_sip_method cf_sip_method_of(struct cf_str name) {
    for (int i = CF_SIP_METHOD_OTHER + 1; i < CF_SIP_METHOD_COUNT_; i++) {
        if (cf_str_eq(name, names[i])) {
            return (enum cf_sip_method)i;
        }
    }
    return CF_SIP_METHOD_OTHER;
}

struct cf_str cf_sip_method_name(enum cf_sip_method method) {
    return names[method];
}
