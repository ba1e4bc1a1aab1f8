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

/* The first row whose name begins with each letter or, if there is none, with a later one. The table is in alphabetical order. */
static const uint8_t begins[] = {
    ['a' - 'a'] = CF_SIP_HEADER_ACCEPT,
    ['b' - 'a'] = CF_SIP_HEADER_CALL_ID,
    ['c' - 'a'] = CF_SIP_HEADER_CALL_ID,
    ['d' - 'a'] = CF_SIP_HEADER_DATE,
    ['e' - 'a'] = CF_SIP_HEADER_ERROR_INFO,
    ['f' - 'a'] = CF_SIP_HEADER_FLOW_TIMER,
    ['g' - 'a'] = CF_SIP_HEADER_HISTORY_INFO,
    ['h' - 'a'] = CF_SIP_HEADER_HISTORY_INFO,
    ['i' - 'a'] = CF_SIP_HEADER_IDENTITY,
    ['j' - 'a'] = CF_SIP_HEADER_JOIN,
    ['k' - 'a'] = CF_SIP_HEADER_LAST_NOTIFY_VERSION,
    ['l' - 'a'] = CF_SIP_HEADER_LAST_NOTIFY_VERSION,
    ['m' - 'a'] = CF_SIP_HEADER_MAX_BREADTH,
    ['n' - 'a'] = CF_SIP_HEADER_ORGANIZATION,
    ['o' - 'a'] = CF_SIP_HEADER_ORGANIZATION,
    ['p' - 'a'] = CF_SIP_HEADER_P_ASSERTED_IDENTITY,
    ['q' - 'a'] = CF_SIP_HEADER_RACK,
    ['r' - 'a'] = CF_SIP_HEADER_RACK,
    ['s' - 'a'] = CF_SIP_HEADER_SERVER,
    ['t' - 'a'] = CF_SIP_HEADER_TARGET_DIALOG,
    ['u' - 'a'] = CF_SIP_HEADER_UNSUPPORTED,
    ['v' - 'a'] = CF_SIP_HEADER_VIA,
    ['w' - 'a'] = CF_SIP_HEADER_WARNING,
    ['x' - 'a'] = CF_SIP_HEADER_COUNT_,
    ['y' - 'a'] = CF_SIP_HEADER_COUNT_,
    ['z' - 'a'] = CF_SIP_HEADER_COUNT_,
    ['z' - 'a' + 1] = CF_SIP_HEADER_COUNT_,
};

enum cf_sip_header cf_sip_header_of(struct cf_str name) {
    if (name.len < 2) {
        return name.len == 0 ? CF_SIP_HEADER_OTHER : of_compact(cf_ascii_lower(name.at[0]));
    }
    char letter = cf_ascii_lower(name.at[0]);
    if (letter < 'a' || letter > 'z') {
        return CF_SIP_HEADER_OTHER;
    }
    for (int i = begins[letter - 'a']; i < begins[letter - 'a' + 1]; i++) {
        if (cf_str_eq_nocase(name, rows[i].name)) {
            return (enum cf_sip_header)i;
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
