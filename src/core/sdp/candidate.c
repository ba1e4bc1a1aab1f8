/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICE attributes. */
#include "core/sdp/candidate.h"

static const struct cf_str types[] = {
    [CF_CANDIDATE_HOST] = CF_STR_INIT("host"),
    [CF_CANDIDATE_SRFLX] = CF_STR_INIT("srflx"),
    [CF_CANDIDATE_PRFLX] = CF_STR_INIT("prflx"),
    [CF_CANDIDATE_RELAY] = CF_STR_INIT("relay"),
};

static const struct cf_str tcp_types[] = {
    [CF_CANDIDATE_TCP_ACTIVE] = CF_STR_INIT("active"),
    [CF_CANDIDATE_TCP_PASSIVE] = CF_STR_INIT("passive"),
    [CF_CANDIDATE_TCP_SO] = CF_STR_INIT("so"),
};

static bool is_ice_text(struct cf_str s, size_t min, size_t max) {
    return s.len >= min && cf_str_is_made_of(s, CF_STR("+/"), max);
}

static enum cf_candidate_type type_of(struct cf_str word) {
    int i = CF_CANDIDATE_HOST;
    while (i < CF_CANDIDATE_OTHER && !cf_str_eq_nocase(word, types[i])) {
        i++;
    }
    return (enum cf_candidate_type)i;
}

static enum cf_candidate_transport tcp_of(struct cf_str word) {
    int i = CF_CANDIDATE_TCP_ACTIVE;
    while (i < CF_CANDIDATE_TRANSPORT_OTHER && !cf_str_eq_nocase(word, tcp_types[i])) {
        i++;
    }
    return (enum cf_candidate_transport)i;
}

static bool parse_address(struct cf_str host, struct cf_str port, struct cf_addr *ret) {
    uint32_t number = 0;
    if (host.len == 0 || !cf_str_to_u32(port, UINT16_MAX, &number)) {
        return false;
    }
    if (cf_addr_parse_ip(host, ret) == CF_OK) {
        ret->port = (uint16_t)number;
    } else {
        *ret = (struct cf_addr){0};
    }
    return true;
}

/* Pairs of name and value behind the type. @p is_tcp: tcptype is wanted. */
static bool parse_extensions(struct cf_str rest, bool is_tcp, struct cf_sdp_candidate *candidate) {
    struct cf_str related = CF_STR_NONE;
    while (rest.len > 0) {
        struct cf_str name = cf_sdp_word(&rest);
        struct cf_str value = cf_sdp_word(&rest);
        if (cf_str_eq_nocase(name, CF_STR("raddr"))) {
            related = value;
        } else if (cf_str_eq_nocase(name, CF_STR("rport"))) {
            if (related.at != NULL && !parse_address(related, value, &candidate->related)) {
                return false;
            }
        } else if (is_tcp && cf_str_eq_nocase(name, CF_STR("tcptype"))) {
            candidate->transport = tcp_of(value);
        }
    }
    return true;
}

bool cf_sdp_candidate_parse(struct cf_str value, struct cf_sdp_candidate *ret) {
    struct cf_sdp_candidate c = {.transport = CF_CANDIDATE_TRANSPORT_OTHER};
    struct cf_str rest = cf_str_starts(value, CF_STR("candidate:")) ? cf_str_skip(value, 10) : value;
    c.foundation = cf_sdp_word(&rest);
    struct cf_str component = cf_sdp_word(&rest);
    struct cf_str transport = cf_sdp_word(&rest);
    struct cf_str priority = cf_sdp_word(&rest);
    c.host = cf_sdp_word(&rest);
    struct cf_str port = cf_sdp_word(&rest);
    struct cf_str typ = cf_sdp_word(&rest);
    struct cf_str type = cf_sdp_word(&rest);
    uint32_t number = 0;
    if (!is_ice_text(c.foundation, 1, CF_ICE_FOUNDATION_MAX) || !cf_str_to_u32(component, 256, &number) || number == 0 ||
        !cf_str_to_u32(priority, UINT32_MAX, &c.priority) || !parse_address(c.host, port, &c.addr) ||
        !cf_str_eq_nocase(typ, CF_STR("typ")) || type.len == 0) {
        return false;
    }
    c.component = (uint16_t)number;
    c.type = type_of(type);
    bool is_tcp = cf_str_eq_nocase(transport, CF_STR("TCP"));
    if (cf_str_eq_nocase(transport, CF_STR("UDP"))) {
        c.transport = CF_CANDIDATE_UDP;
    }
    if (!parse_extensions(rest, is_tcp, &c)) {
        return false;
    }
    *ret = c;
    return true;
}

static void put_address(struct cf_writer *w, const struct cf_addr *addr, struct cf_str before_port) {
    cf_put_ip(w, addr);
    cf_put(w, before_port);
    cf_put_dec(w, addr->port);
}

void cf_put_sdp_candidate(struct cf_writer *w, const struct cf_sdp_candidate *c) {
    cf_put_lit(w, "a=candidate:");
    cf_put(w, c->foundation);
    cf_put_char(w, ' ');
    cf_put_dec(w, c->component);
    cf_put(w, c->transport == CF_CANDIDATE_UDP ? CF_STR(" UDP ") : CF_STR(" TCP "));
    cf_put_dec(w, c->priority);
    cf_put_char(w, ' ');
    put_address(w, &c->addr, CF_STR(" "));
    cf_put_lit(w, " typ ");
    cf_put(w, types[c->type]);
    if (c->related.family != CF_FAMILY_NONE) {
        cf_put_lit(w, " raddr ");
        put_address(w, &c->related, CF_STR(" rport "));
    }
    if (c->transport != CF_CANDIDATE_UDP) {
        cf_put_lit(w, " tcptype ");
        cf_put(w, tcp_types[c->transport]);
    }
    cf_put_lit(w, "\r\n");
}

static bool has_word(struct cf_str words, struct cf_str word) {
    while (words.len > 0) {
        if (cf_str_eq(cf_sdp_word(&words), word)) {
            return true;
        }
    }
    return false;
}

static struct cf_str credential(struct cf_str value, size_t min) {
    return is_ice_text(value, min, CF_ICE_CREDENTIAL_MAX) ? value : CF_STR_NONE;
}

void cf_sdp_ice_read(const struct cf_sdp_line *line, struct cf_sdp_ice *ice) {
    if (line->type != 'a') {
        return;
    }
    if (cf_str_eq(line->name, CF_STR("ice-ufrag"))) {
        ice->ufrag = credential(line->value, CF_ICE_UFRAG_MIN);
    } else if (cf_str_eq(line->name, CF_STR("ice-pwd"))) {
        ice->pwd = credential(line->value, CF_ICE_PWD_MIN);
    } else if (cf_str_eq(line->name, CF_STR("ice-options"))) {
        ice->can_trickle = has_word(line->value, CF_STR("trickle"));
    } else if (cf_str_eq(line->name, CF_STR("ice-lite"))) {
        ice->is_lite = true;
    } else if (cf_str_eq(line->name, CF_STR("candidate"))) {
        ice->has_candidate = true;
    } else if (cf_str_eq(line->name, CF_STR("end-of-candidates"))) {
        ice->is_ended = true;
    } else if (cf_str_eq(line->name, CF_STR("remote-candidates"))) {
        ice->remote_candidates = line->value;
    }
}

bool cf_sdp_remote_candidates_parse(struct cf_str value, struct cf_addr ret[CF_SDP_REMOTE_CANDIDATES_MAX]) {
    struct cf_addr found[CF_SDP_REMOTE_CANDIDATES_MAX] = {{.family = CF_FAMILY_NONE}};
    struct cf_str rest = value;
    do {
        struct cf_addr addr;
        uint32_t component = 0;
        struct cf_str number = cf_sdp_word(&rest);
        struct cf_str host = cf_sdp_word(&rest);
        struct cf_str port = cf_sdp_word(&rest);
        if (!cf_str_to_u32(number, 256, &component) || component == 0 || !parse_address(host, port, &addr)) {
            return false;
        }
        if (component <= CF_SDP_REMOTE_CANDIDATES_MAX) {
            found[component - 1] = addr;
        }
    } while (rest.len > 0);
    memcpy(ret, found, sizeof found);
    return true;
}

void cf_put_sdp_remote_candidates(struct cf_writer *w, const struct cf_addr *addrs, size_t count) {
    cf_put_lit(w, "a=remote-candidates:");
    for (size_t i = 0; i < count; i++) {
        cf_put(w, i == 0 ? CF_STR("") : CF_STR(" "));
        cf_put_dec(w, i + 1);
        cf_put_char(w, ' ');
        put_address(w, &addrs[i], CF_STR(" "));
    }
    cf_put_lit(w, "\r\n");
}

void cf_put_sdp_ice(struct cf_writer *w, struct cf_str ufrag, struct cf_str pwd) {
    cf_put_lit(w, "a=ice-ufrag:");
    cf_put(w, ufrag);
    cf_put_lit(w, "\r\na=ice-pwd:");
    cf_put(w, pwd);
    cf_put_lit(w, "\r\n");
}
