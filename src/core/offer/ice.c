/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICE in descriptions. */
#include "core/offer/ice.h"

#include "core/offer/fragment.h"

#include "base/hash.h"

/* RFC 8839 section 5.4 wants 24 and 128 bits at least; these are 48 and 144. */
#define UFRAG_LEN 8
#define PWD_LEN 24

/* --- what a section says --- */

static bool has_credentials(const struct cf_section *section) {
    return section->attributes.ice.ufrag.at != NULL && section->attributes.ice.pwd.at != NULL;
}

bool cf_ice_is_offered(const struct cf_section *section) {
    const struct cf_sdp_ice *ice = &section->attributes.ice;
    return has_credentials(section) && (ice->has_candidate || ice->can_trickle);
}

bool cf_ice_is_agreed(const struct cf_section *local, const struct cf_section *remote) {
    bool both_lite = local->attributes.ice.is_lite && remote->attributes.ice.is_lite;
    return has_credentials(local) && cf_ice_is_offered(remote) && !both_lite;
}

bool cf_ice_candidate_of(const struct cf_sdp_candidate *candidate, struct cf_ice_remote_candidate *ret) {
    static const enum cf_ice_type types[] = {[CF_CANDIDATE_HOST] = CF_ICE_HOST,
                                             [CF_CANDIDATE_SRFLX] = CF_ICE_SRFLX,
                                             [CF_CANDIDATE_PRFLX] = CF_ICE_PRFLX,
                                             [CF_CANDIDATE_RELAY] = CF_ICE_RELAY};
    bool is_passive = candidate->transport == CF_CANDIDATE_TCP_PASSIVE;
    if ((candidate->transport != CF_CANDIDATE_UDP && !is_passive) || candidate->type == CF_CANDIDATE_OTHER ||
        candidate->addr.family == CF_FAMILY_NONE || candidate->component > CF_ICE_COMPONENTS_MAX) {
        return false;
    }
    *ret = (struct cf_ice_remote_candidate){
        .addr = candidate->addr,
        .priority = candidate->priority,
        .foundation = (uint32_t)cf_hash(0, candidate->foundation) & UINT32_C(0x7fffffff),
        .component = (uint8_t)candidate->component,
        .type = (uint8_t)types[candidate->type],
        .transport = is_passive ? CF_ICE_TCP_PASSIVE : CF_ICE_UDP,
    };
    return true;
}

/* The next candidate that can be used from line *index on. */
static bool next_candidate(const struct cf_section *section, size_t *index, struct cf_ice_remote_candidate *ret) {
    const struct cf_sdp_lines *lines = &section->media->lines;
    struct cf_sdp_candidate candidate;
    while (*index < lines->count) {
        const struct cf_sdp_line *line = &lines->at[(*index)++];
        if (line->type == 'a' && cf_str_eq(line->name, CF_STR("candidate")) && cf_sdp_candidate_parse(line->value, &candidate) &&
            cf_ice_candidate_of(&candidate, ret)) {
            return true;
        }
    }
    return false;
}

bool cf_ice_is_mismatch(const struct cf_section *section) {
    struct cf_ice_remote_candidate candidate;
    size_t index = 0;
    if (section->is_zero || section->media->port == 0) {
        return false;
    }
    while (next_candidate(section, &index, &candidate)) {
        if (candidate.component == 1 && candidate.transport == CF_ICE_UDP && cf_addr_eq(&candidate.addr, &section->rtp)) {
            return false;
        }
    }
    return true;
}

bool cf_ice_is_local(const struct cf_section *section) {
    struct cf_ice_remote_candidate candidate;
    size_t index = 0;
    bool is_any = false;
    while (next_candidate(section, &index, &candidate)) {
        is_any = true;
        if (cf_addr_is_loopback(&candidate.addr)) {
            return true;
        }
    }
    return !is_any;
}

static bool is_same(struct cf_str a, struct cf_str b) {
    return a.at != NULL && b.at != NULL && cf_str_eq(a, b);
}

static bool has_same_credentials(const struct cf_section *a, const struct cf_section *b) {
    return is_same(a->attributes.ice.ufrag, b->attributes.ice.ufrag) && is_same(a->attributes.ice.pwd, b->attributes.ice.pwd);
}

/* --- ours --- */

static bool can_do(const struct cf_local_session *session, const struct cf_local_line *line) {
    return session->policy->ice != CF_POLICY_ICE_OFF && line->ice != NULL && line->ice->count > 0;
}

/*
 * A server that listens on loopback only, and a phone on the same host that has candidates for the world: no pair of them would
 * do, and without ICE it is reached. Who trickles, as browsers do, can't do without ICE, and may come from an address it has not
 * named.
 */
static bool is_out_of_reach(const struct cf_local_ice *ice, const struct cf_section *offer) {
    bool is_loopback = !offer->attributes.ice.can_trickle;
    for (size_t i = 0; i < ice->count; i++) {
        is_loopback = is_loopback && cf_addr_is_loopback(&ice->candidates[i].addr);
    }
    return is_loopback && !cf_ice_is_local(offer);
}

void cf_ice_decide(const struct cf_local_session *session, const struct cf_local_line *line, const struct cf_section *offer,
                   const struct cf_ice_before *before, struct cf_plan *plan) {
    bool both_lite = session->policy->ice == CF_POLICY_ICE_LITE && offer->attributes.ice.is_lite;
    if (!can_do(session, line) || !cf_ice_is_offered(offer) || both_lite || is_out_of_reach(line->ice, offer)) {
        return;
    }
    /* Once it has run, the default may be any address that was found (section 4.4.2.2). */
    bool is_running = before != NULL && cf_ice_is_agreed(before->local, before->remote);
    plan->is_ice_mismatch = !is_running && cf_ice_is_mismatch(offer);
    plan->has_ice = !plan->is_ice_mismatch;
}

static void make_credentials(const struct cf_local_session *session, struct cf_plan *plan) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t octets[UFRAG_LEN + PWD_LEN];
    cf_entropy_fill(session->entropy, octets, sizeof octets);
    plan->ice_ufrag.len = UFRAG_LEN;
    plan->ice_pwd.len = PWD_LEN;
    for (size_t i = 0; i < UFRAG_LEN; i++) {
        plan->ice_ufrag.text[i] = letters[octets[i] % 64];
    }
    for (size_t i = 0; i < PWD_LEN; i++) {
        plan->ice_pwd.text[i] = letters[octets[UFRAG_LEN + i] % 64];
    }
}

/* False if there are none that could be kept. */
static bool keep_credentials(const struct cf_section *local, struct cf_plan *plan) {
    return has_credentials(local) && cf_tag_set(local->attributes.ice.ufrag, &plan->ice_ufrag) &&
           cf_tag_set(local->attributes.ice.pwd, &plan->ice_pwd);
}

void cf_ice_set_answer(const struct cf_local_session *session, const struct cf_section *offer, const struct cf_ice_before *before,
                       struct cf_plan *plan) {
    bool stays = before != NULL && has_same_credentials(before->remote, offer);
    if (!stays || !keep_credentials(before->local, plan)) {
        make_credentials(session, plan);
    }
    plan->has_trickle = offer->attributes.ice.can_trickle;
    plan->ice_components = plan->has_rtcp_mux ? 1 : 2;
}

void cf_ice_set_offer(const struct cf_local_session *session, const struct cf_ice_before *before, struct cf_plan *plan) {
    if (!can_do(session, plan->local) || (before != NULL && !cf_ice_is_agreed(before->local, before->remote))) {
        return;
    }
    plan->has_ice = true;
    plan->has_trickle = true;
    plan->ice_components = before != NULL && !plan->has_rtcp ? 1 : 2;
    if (before == NULL || session->restarts_ice || !keep_credentials(before->local, plan)) {
        make_credentials(session, plan);
    }
}

/* --- as text --- */

#define END "a=end-of-candidates\r\n"

/* RFC 8445 section 5.1.1.3: the same for candidates of one type, transport and base address. */
static size_t foundation_of(const struct cf_local_ice *ice, size_t index) {
    const struct cf_local_candidate *candidate = &ice->candidates[index];
    bool is_host = candidate->base.family == CF_FAMILY_NONE;
    for (size_t i = 0; i < index; i++) {
        const struct cf_local_candidate *other = &ice->candidates[i];
        bool is_other_host = other->base.family == CF_FAMILY_NONE;
        const struct cf_addr *a = is_host ? &candidate->addr : &candidate->base;
        const struct cf_addr *b = is_other_host ? &other->addr : &other->base;
        if (is_host == is_other_host && candidate->transport == other->transport && cf_addr_eq_ip(a, b)) {
            return i + 1;
        }
    }
    return index + 1;
}

static uint32_t priority_of(const struct cf_local_candidate *c, bool is_host) {
    if (c->transport != CF_ICE_UDP) {
        return cf_ice_tcp_priority((enum cf_ice_transport)c->transport, c->preference, c->component);
    }
    return cf_ice_priority(is_host ? CF_ICE_HOST : CF_ICE_SRFLX, c->preference, c->component);
}

static void put_candidate(struct cf_writer *w, const struct cf_local_ice *ice, size_t index) {
    static const enum cf_candidate_transport transports[] = {[CF_ICE_UDP] = CF_CANDIDATE_UDP,
                                                             [CF_ICE_TCP_ACTIVE] = CF_CANDIDATE_TCP_ACTIVE,
                                                             [CF_ICE_TCP_PASSIVE] = CF_CANDIDATE_TCP_PASSIVE};
    const struct cf_local_candidate *c = &ice->candidates[index];
    bool is_host = c->base.family == CF_FAMILY_NONE;
    char foundation[8];
    struct cf_writer text;
    cf_writer_init(&text, foundation, sizeof foundation);
    cf_put_dec(&text, foundation_of(ice, index));
    const struct cf_sdp_candidate candidate = {
        .foundation = cf_writer_str(&text),
        .component = c->component,
        .transport = transports[c->transport],
        .priority = priority_of(c, is_host),
        .addr = c->addr,
        .type = is_host ? CF_CANDIDATE_HOST : CF_CANDIDATE_SRFLX,
        .related = c->base,
    };
    cf_put_sdp_candidate(w, &candidate);
}

static void put_candidates(struct cf_writer *w, const struct cf_local_ice *ice, uint8_t component_count) {
    for (size_t i = 0; i < ice->count; i++) {
        if (ice->candidates[i].component <= component_count) {
            put_candidate(w, ice, i);
        }
    }
}

/* Which pairs are in use. Who multiplexes has one, though an offer names a port for RTCP in case it is taken back. */
static void put_nominated(struct cf_writer *w, const struct cf_local_ice *ice, uint8_t component_count) {
    size_t count = 0;
    while (count < component_count && ice->nominated[count].family != CF_FAMILY_NONE) {
        count++;
    }
    if (count > 0) {
        cf_put_sdp_remote_candidates(w, ice->nominated, count);
    }
}

void cf_put_ice(struct cf_writer *w, const struct cf_plan *plan) {
    if (plan->is_ice_mismatch) {
        cf_put_lit(w, "a=ice-mismatch\r\n");
    }
    if (!plan->has_ice) {
        return;
    }
    const struct cf_local_ice *ice = plan->local->ice;
    cf_put_sdp_ice(w, cf_tag_str(&plan->ice_ufrag), cf_tag_str(&plan->ice_pwd));
    cf_put(w, plan->has_trickle ? CF_STR("a=ice-options:ice2 trickle\r\n") : CF_STR("a=ice-options:ice2\r\n"));
    put_candidates(w, ice, plan->ice_components);
    put_nominated(w, ice, plan->ice_components);
    if (plan->has_trickle && !ice->is_open) {
        cf_put_lit(w, END);
    }
}

void cf_put_ice_fragment(struct cf_writer *w, struct cf_str ufrag, struct cf_str pwd, const struct cf_local_ice *ice,
                         uint8_t component_count) {
    cf_put_sdp_ice(w, ufrag, pwd);
    put_candidates(w, ice, component_count);
    if (!ice->is_open) {
        cf_put_lit(w, END);
    }
}

/* --- agreements --- */

static void conclude_candidates(const struct cf_section *remote, struct cf_ice_remote *ret) {
    size_t index = 0;
    while (ret->candidate_count < CF_MEDIA_CANDIDATES_MAX &&
           next_candidate(remote, &index, &ret->candidates[ret->candidate_count])) {
        ret->candidate_count++;
    }
}

static void conclude_remote(const struct cf_section *remote, struct cf_ice_remote *ret) {
    const struct cf_sdp_ice *ice = &remote->attributes.ice;
    ret->is_offered = cf_ice_is_offered(remote);
    ret->is_lite = ice->is_lite;
    ret->can_trickle = ice->can_trickle;
    ret->is_ended = ice->is_ended;
    if (ret->is_offered) {
        ret->ufrag_len = (uint16_t)ice->ufrag.len;
        ret->pwd_len = (uint16_t)ice->pwd.len;
        memcpy(ret->ufrag, ice->ufrag.at, ice->ufrag.len);
        memcpy(ret->pwd, ice->pwd.at, ice->pwd.len);
        conclude_candidates(remote, ret);
    }
}

void cf_ice_conclude(const struct cf_section *local, const struct cf_section *remote, bool is_local_offer,
                     struct cf_media_transport *ret) {
    const struct cf_sdp_ice *ours = &local->attributes.ice;
    conclude_remote(remote, &ret->ice);
    if (!cf_ice_is_agreed(local, remote) || ours->ufrag.len > CF_ICE_OWN_TEXT_MAX || ours->pwd.len > CF_ICE_OWN_TEXT_MAX) {
        return;
    }
    ret->own_ice = (struct cf_ice_own){.is_used = true,
                                       .is_lite = ours->is_lite,
                                       .is_controlling = is_local_offer,
                                       .ufrag_len = (uint8_t)ours->ufrag.len,
                                       .pwd_len = (uint8_t)ours->pwd.len};
    memcpy(ret->own_ice.ufrag, ours->ufrag.at, ours->ufrag.len);
    memcpy(ret->own_ice.pwd, ours->pwd.at, ours->pwd.len);
}
