/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of header fields. */
#include "core/sip/header.h"

struct row {
    struct cf_str name;
    char compact;
    uint8_t kind;
};

static const struct row rows[CF_SIP_HEADER_COUNT_] = {
    [CF_SIP_HEADER_OTHER] = {CF_STR_INIT(""), 0, CF_SIP_HEADER_KIND_SINGLE},
#define X(id, name, compact, kind) [CF_SIP_HEADER_##id] = {CF_STR_INIT(name), compact, CF_SIP_HEADER_KIND_##kind},
#include "core/sip/header_table.h"
#undef X
};

static enum cf_sip_header of_compact(char letter) {
    for (int i = CF_SIP_HEADER_OTHER + 1; letter != 0 && i < CF_SIP_HEADER_COUNT_; i++) {
        if (rows[i].compact == letter) {
            return (enum cf_sip_header)i;
        }
    }
    return CF_SIP_HEADER_OTHER;
}

static int order_nocase(struct cf_str a, struct cf_str b) {
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int order = (uint8_t)cf_ascii_lower(a.at[i]) - (uint8_t)cf_ascii_lower(b.at[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

enum cf_sip_header cf_sip_header_of(struct cf_str name) {
    if (name.len == 1) {
        return of_compact(cf_ascii_lower(name.at[0]));
    }
    int low = CF_SIP_HEADER_OTHER + 1;
    int high = CF_SIP_HEADER_COUNT_;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = order_nocase(name, rows[middle].name);
        if (order == 0) {
            return (enum cf_sip_header)middle;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return CF_SIP_HEADER_OTHER;
}

struct cf_str cf_sip_header_name(enum cf_sip_header id) {
    return rows[id].name;
}

char cf_sip_header_compact(enum cf_sip_header id) {
    return rows[id].compact;
}

enum cf_sip_header_kind cf_sip_header_kind_of(enum cf_sip_header id) {
    return (enum cf_sip_header_kind)rows[id].kind;
}
