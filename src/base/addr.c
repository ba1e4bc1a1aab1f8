/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transport addresses: comparing, parsing, printing. */
#include "base/addr.h"

#define GROUPS 8 /* 16-bit groups of an IPv6 address */

bool cf_addr_eq_ip(const struct cf_addr *a, const struct cf_addr *b) {
    return a->family == b->family && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

bool cf_addr_eq(const struct cf_addr *a, const struct cf_addr *b) {
    return a->port == b->port && cf_addr_eq_ip(a, b);
}

static bool parse_ip4(struct cf_str text, uint8_t *out) {
    struct cf_str rest = text;
    for (int i = 0; i < 4; i++) {
        if (rest.at == NULL) {
            return false;
        }
        struct cf_str part = cf_str_cut(&rest, '.');
        uint32_t octet = 0;
        if (part.len > 3 || !cf_str_to_u32(part, 255, &octet)) {
            return false;
        }
        out[i] = (uint8_t)octet;
    }
    return rest.at == NULL;
}

static bool parse_group(struct cf_str part, uint8_t *out) {
    if (part.len == 0 || part.len > 4) {
        return false;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < part.len; i++) {
        int digit = cf_ascii_hex_value(part.at[i]);
        if (digit < 0) {
            return false;
        }
        value = value * 16 + (uint32_t)digit;
    }
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return true;
}

/* Groups between colons; returns their number of octets, or -1. The last one may be an IPv4 address. */
static int parse_groups(struct cf_str text, uint8_t *out) {
    size_t len = 0;
    struct cf_str rest = text;
    if (text.len == 0) {
        return 0;
    }
    while (rest.at != NULL) {
        struct cf_str part = cf_str_cut(&rest, ':');
        if (rest.at == NULL && cf_str_find(part, '.') < part.len) {
            if (len > 12 || !parse_ip4(part, out + len)) {
                return -1;
            }
            return (int)len + 4;
        }
        if (len > 14 || !parse_group(part, out + len)) {
            return -1;
        }
        len += 2;
    }
    return (int)len;
}

static bool parse_ip6(struct cf_str text, uint8_t *out) {
    uint8_t head[16] = {0};
    uint8_t tail[16] = {0};
    size_t gap = cf_str_find_str(text, CF_STR("::"));
    if (gap == text.len) {
        return parse_groups(text, out) == 16;
    }
    int head_len = parse_groups(cf_str_head(text, gap), head);
    int tail_len = parse_groups(cf_str_skip(text, gap + 2), tail);
    if (head_len < 0 || tail_len < 0 || head_len + tail_len > 14) {
        return false;
    }
    memcpy(out, head, (size_t)head_len);
    memcpy(out + 16 - tail_len, tail, (size_t)tail_len);
    return true;
}

enum cf_err cf_addr_parse_ip(struct cf_str text, struct cf_addr *ret) {
    struct cf_addr addr = {.family = CF_FAMILY_IP4};
    if (parse_ip4(text, addr.ip)) {
        *ret = addr;
        return CF_OK;
    }
    struct cf_str inner = text;
    if (cf_str_starts(text, CF_STR("[")) && cf_str_ends(text, CF_STR("]"))) {
        inner = cf_str_n(text.at + 1, text.len - 2);
    }
    addr = (struct cf_addr){.family = CF_FAMILY_IP6};
    if (!parse_ip6(inner, addr.ip)) {
        return CF_ERR_MALFORMED;
    }
    *ret = addr;
    return CF_OK;
}

enum cf_err cf_addr_parse(struct cf_str text, struct cf_addr *ret) {
    struct cf_addr addr;
    if (cf_addr_parse_ip(text, &addr) == CF_OK) {
        *ret = addr;
        return CF_OK;
    }
    size_t colon = text.len;
    while (colon > 0 && text.at[colon - 1] != ':') {
        colon--;
    }
    uint32_t port = 0;
    if (colon == 0 || !cf_str_to_u32(cf_str_skip(text, colon), 65535, &port)) {
        return CF_ERR_MALFORMED;
    }
    struct cf_str host = cf_str_head(text, colon - 1);
    if (host.len == 0 || (cf_str_find(host, ':') < host.len && host.at[0] != '[') || cf_addr_parse_ip(host, &addr) != CF_OK) {
        return CF_ERR_MALFORMED;
    }
    addr.port = (uint16_t)port;
    *ret = addr;
    return CF_OK;
}

static void put_ip4(struct cf_writer *w, const uint8_t *ip) {
    for (int i = 0; i < 4; i++) {
        if (i > 0) {
            cf_put_char(w, '.');
        }
        cf_put_dec(w, ip[i]);
    }
}

static unsigned group_at(const uint8_t *ip, int i) {
    return (unsigned)(ip[2 * i] << 8) | ip[2 * i + 1];
}

/* RFC 5952 section 4.2: the longest run of at least two zero groups, the first of equals. */
static int longest_zero_run(const uint8_t *ip, int *ret_len) {
    int best = -1;
    int best_len = 1;
    for (int i = 0; i < GROUPS; i++) {
        int len = 0;
        while (i + len < GROUPS && group_at(ip, i + len) == 0) {
            len++;
        }
        if (len > best_len) {
            best = i;
            best_len = len;
        }
    }
    *ret_len = best_len;
    return best;
}

static void put_group(struct cf_writer *w, unsigned group) {
    static const char digits[] = "0123456789abcdef";
    bool begun = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        unsigned digit = (group >> shift) & 15U;
        begun = begun || digit != 0 || shift == 0;
        if (begun) {
            cf_put_char(w, digits[digit]);
        }
    }
}

static void put_ip6(struct cf_writer *w, const uint8_t *ip) {
    int run_len = 0;
    int run = longest_zero_run(ip, &run_len);
    for (int i = 0; i < GROUPS; i++) {
        if (i == run) {
            cf_put_lit(w, "::");
            i += run_len - 1;
            continue;
        }
        if (i > 0 && i != run + run_len) {
            cf_put_char(w, ':');
        } else if (i > 0 && run < 0) {
            cf_put_char(w, ':');
        }
        put_group(w, group_at(ip, i));
    }
}

void cf_put_ip(struct cf_writer *w, const struct cf_addr *addr) {
    if (addr->family == CF_FAMILY_IP6) {
        put_ip6(w, addr->ip);
    } else {
        put_ip4(w, addr->ip);
    }
}

void cf_put_ip_host(struct cf_writer *w, const struct cf_addr *addr) {
    bool is_ip6 = addr->family == CF_FAMILY_IP6;
    if (is_ip6) {
        cf_put_char(w, '[');
    }
    cf_put_ip(w, addr);
    if (is_ip6) {
        cf_put_char(w, ']');
    }
}

void cf_put_addr(struct cf_writer *w, const struct cf_addr *addr) {
    cf_put_ip_host(w, addr);
    cf_put_char(w, ':');
    cf_put_dec(w, addr->port);
}

bool cf_addr_is_loopback(const struct cf_addr *addr) {
    static const uint8_t ip6_loopback[16] = {[15] = 1};
    if (addr->family == CF_FAMILY_IP4) {
        return addr->ip[0] == 127;
    }
    return addr->family == CF_FAMILY_IP6 && memcmp(addr->ip, ip6_loopback, sizeof ip6_loopback) == 0;
}

bool cf_addr_is_unspecified(const struct cf_addr *addr) {
    static const uint8_t zero[16] = {0};
    return addr->family != CF_FAMILY_NONE && memcmp(addr->ip, zero, sizeof zero) == 0;
}
