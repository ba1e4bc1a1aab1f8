/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICE of a leg: where its lines can be reached, from which sockets they are checked, candidates that come later. */
#include "core/focus/focus_impl.h"
#include "core/focus/leg_media.h"
#include "core/focus/room.h"

#include "core/offer/fragment.h"

/* The first address in front of ours, if there is one of that family. */
static struct cf_addr seen_from_outside(const struct cf_port_source *source, const struct cf_addr *local) {
    struct cf_addr addr = *local;
    for (size_t i = 0; i < source->advertised_count; i++) {
        if (source->advertised[i].family == local->family) {
            addr = source->advertised[i];
            addr.port = local->port;
            return addr;
        }
    }
    return addr;
}

/* A socket of all our addresses: this peer reaches us at the one that it talks SIP to. */
static struct cf_addr within_reach(const struct cf_leg *leg, const struct cf_addr *local) {
    struct cf_addr addr = *local;
    if (local->family != CF_FAMILY_NONE && cf_addr_is_unspecified(local) && local->family == leg->local.family) {
        addr = leg->local;
        addr.port = local->port;
    }
    return addr;
}

struct cf_addr cf_leg_public_address(const struct cf_leg *leg, const struct cf_addr *local) {
    if (local->family == CF_FAMILY_NONE) {
        return *local;
    }
    struct cf_addr addr = seen_from_outside(leg->room->focus->config.port_source, local);
    return within_reach(leg, &addr);
}

/* Sockets of the worker that the leg lives on, .place_count of them. */
static const struct cf_port_place *places_of(const struct cf_leg *leg) {
    const struct cf_port_source *source = leg->room->focus->config.port_source;
    return source->places[leg->worker];
}

static const struct cf_port_place *place_for(const struct cf_leg *leg) {
    const struct cf_port_source *source = leg->room->focus->config.port_source;
    const struct cf_port_place *places = places_of(leg);
    for (size_t i = 0; i < source->place_count; i++) {
        if (places[i].addr.family == leg->local.family) {
            return &places[i];
        }
    }
    return source->place_count > 0 ? &places[0] : NULL;
}

bool cf_leg_can_share(const struct cf_leg *leg, const struct cf_offered_line *offered, bool is_shared) {
    const struct cf_policy *policy = leg->room->focus->config.policy;
    bool both_lite = policy->ice == CF_POLICY_ICE_LITE && offered->is_ice_lite;
    /* Once it has run, the address in the description may be any (RFC 8839 section 4.4.2.2). */
    bool is_sound = is_shared || !offered->has_ice_mismatch;
    const struct cf_port_place *place = place_for(leg);
    bool is_within_reach = place != NULL && (offered->is_ice_local || !cf_addr_is_loopback(&place->addr));
    return policy->ice != CF_POLICY_ICE_OFF && offered->has_ice && is_sound && !both_lite && offered->has_rtcp_mux &&
           is_within_reach;
}

/* RFC 8839 section 4.4.3.2: what the peer says that it uses, if we have offered it. */
static bool is_candidate(const struct cf_leg_line *line, const struct cf_addr *addr) {
    for (size_t i = 0; line->ice != NULL && i < line->ice->count; i++) {
        const struct cf_local_candidate *candidate = &line->ice->candidates[i];
        if (candidate->component == 1 && candidate->transport == CF_ICE_UDP && cf_addr_eq(&candidate->addr, addr)) {
            return true;
        }
    }
    return false;
}

void cf_leg_note_nominated(struct cf_leg_line *line, const struct cf_addr *nominated) {
    line->nominated = is_candidate(line, nominated) ? *nominated : (struct cf_addr){.family = CF_FAMILY_NONE};
}

struct cf_addr cf_leg_line_address(const struct cf_leg *leg, const struct cf_leg_line *line) {
    if (line->is_shared && line->nominated.family != CF_FAMILY_NONE) {
        return line->nominated;
    }
    const struct cf_port_place *place = line->is_shared ? place_for(leg) : NULL;
    return cf_leg_public_address(leg, place != NULL ? &place->addr : &line->ports.rtp);
}

/* --- candidates --- */

/* The more wanted come first; each has a preference of its own, so that pairs have an order. */
static uint16_t preference_of(size_t rank) {
    return (uint16_t)(UINT16_MAX - rank);
}

static void add_candidate(struct cf_local_ice *ice, const struct cf_addr *addr, const struct cf_addr *base, size_t rank,
                          uint8_t component, enum cf_ice_transport transport) {
    if (ice->count < CF_LOCAL_CANDIDATES_MAX) {
        struct cf_local_candidate *candidate = &ice->candidates[ice->count++];
        *candidate = (struct cf_local_candidate){
            .addr = *addr, .preference = preference_of(rank), .component = component, .transport = (uint8_t)transport};
        if (base != NULL) {
            candidate->base = *base;
        }
    }
}

/* The address itself, and those in front of it. */
static void add_base(const struct cf_port_source *source, struct cf_local_ice *ice, const struct cf_addr *base, size_t rank,
                     uint8_t component, enum cf_ice_transport transport) {
    if (base->family == CF_FAMILY_NONE || cf_addr_is_unspecified(base)) {
        return; /* nobody can send there */
    }
    add_candidate(ice, base, NULL, rank, component, transport);
    for (size_t i = 0; i < source->advertised_count; i++) {
        struct cf_addr outside = source->advertised[i];
        outside.port = base->port;
        if (outside.family == base->family && !cf_addr_eq_ip(&outside, base)) {
            add_candidate(ice, &outside, base, rank, component, transport);
        }
    }
}

const struct cf_local_ice *cf_leg_candidates(const struct cf_leg *leg, struct cf_leg_line *line) {
    const struct cf_focus *focus = leg->room->focus;
    const struct cf_port_source *source = focus->config.port_source;
    if (focus->config.policy->ice == CF_POLICY_ICE_OFF) {
        return NULL;
    }
    if (line->ice == NULL) {
        line->ice = cf_mem_alloc(focus->config.mem, sizeof *line->ice);
    }
    if (line->ice == NULL) {
        return NULL; /* without memory there is still a call without ICE */
    }
    line->ice->count = 0;
    for (size_t i = 0; line->is_shared && i < source->place_count; i++) {
        add_base(source, line->ice, &places_of(leg)[i].addr, i, 1, CF_ICE_UDP);
    }
    for (size_t i = 0; line->is_shared && i < source->stream_count; i++) {
        add_base(source, line->ice, &source->streams[i].addr, i, 1, CF_ICE_TCP_PASSIVE);
    }
    if (!line->is_shared) {
        struct cf_addr rtp = within_reach(leg, &line->ports.rtp);
        struct cf_addr rtcp = within_reach(leg, &line->ports.rtcp);
        add_base(source, line->ice, &rtp, 0, 1, CF_ICE_UDP);
        add_base(source, line->ice, &rtcp, 0, 2, CF_ICE_UDP);
    }
    return line->ice;
}

void cf_leg_forget_candidates(struct cf_leg *leg) {
    const struct cf_mem *mem = leg->room->focus->config.mem;
    for (size_t i = 0; i < leg->line_count; i++) {
        cf_mem_free(mem, leg->lines[i].ice, sizeof *leg->lines[i].ice);
        leg->lines[i].ice = NULL;
    }
}

/* --- bases --- */

static void put_base(struct cf_media_transport_set *set, uint32_t socket, const struct cf_addr *addr, size_t rank,
                     uint8_t component) {
    if (addr->family != CF_FAMILY_NONE && set->base_count < CF_MEDIA_BASES_MAX) {
        set->bases[set->base_count++] = (struct cf_ice_local){
            .socket = socket,
            .addr = *addr,
            .priority = cf_ice_priority(CF_ICE_HOST, preference_of(rank), component),
            .foundation = (uint32_t)rank + 1,
            .component = component,
        };
    }
}

/* All connections of a family come by one socket, whatever address they were opened to. */
static void put_streams(const struct cf_port_source *source, struct cf_media_transport_set *set) {
    for (uint32_t i = 0; i < CF_MEDIA_STREAMS_SOCKETS; i++) {
        enum cf_family family = i == 0 ? CF_FAMILY_IP4 : CF_FAMILY_IP6;
        bool is_there = false;
        for (size_t k = 0; k < source->stream_count; k++) {
            is_there = is_there || source->streams[k].socket == CF_MEDIA_SOCKET_STREAMS + i;
        }
        if (is_there && set->base_count < CF_MEDIA_BASES_MAX) {
            set->bases[set->base_count++] = (struct cf_ice_local){
                .socket = CF_MEDIA_SOCKET_STREAMS + i,
                .addr = {.family = (uint8_t)family},
                .priority = cf_ice_tcp_priority(CF_ICE_TCP_PASSIVE, preference_of(i), 1),
                .foundation = CF_MEDIA_SHARED_MAX + i + 1,
                .component = 1,
                .transport = CF_ICE_TCP_PASSIVE,
            };
        }
    }
}

/* The line whose transport it is: bundled ones have neither ports nor a share. */
static const struct cf_leg_line *line_of(const struct cf_leg *leg, const struct cf_addr *local) {
    for (size_t i = 0; i < leg->line_count; i++) {
        const struct cf_addr own = cf_leg_line_address(leg, &leg->lines[i]);
        if (cf_addr_eq(&own, local)) {
            return &leg->lines[i];
        }
    }
    return NULL;
}

void cf_leg_set_bases(const struct cf_leg *leg, struct cf_media_transport_set *set) {
    const struct cf_port_source *source = leg->room->focus->config.port_source;
    const struct cf_leg_line *line = line_of(leg, &set->transport.local_rtp);
    if (line == NULL || !line->is_shared) {
        put_base(set, set->rtp_socket, line == NULL ? &set->transport.local_rtp : &line->ports.rtp, 0, 1);
        put_base(set, set->rtcp_socket, line == NULL ? &set->transport.local_rtcp : &line->ports.rtcp, 0, 2);
        return;
    }
    set->rtp_socket = set->rtcp_socket = CF_MEDIA_SOCKET_NONE;
    for (size_t i = 0; i < source->place_count; i++) {
        put_base(set, places_of(leg)[i].socket, &places_of(leg)[i].addr, i, 1);
    }
    put_streams(source, set);
}

struct cf_addr cf_leg_address_of_socket(const struct cf_leg *leg, uint32_t socket) {
    const struct cf_port_source *source = leg->room->focus->config.port_source;
    for (size_t i = 0; i < source->place_count; i++) {
        if (places_of(leg)[i].socket == socket) {
            return places_of(leg)[i].addr;
        }
    }
    for (size_t i = 0; i < source->stream_count; i++) {
        if (source->streams[i].socket == socket) {
            return source->streams[i].addr;
        }
    }
    for (size_t i = 0; i < leg->line_count; i++) {
        const struct cf_addr *own = &leg->lines[i].ports.rtp;
        if (own->family != CF_FAMILY_NONE && cf_port_socket(own) == socket) {
            return *own;
        }
    }
    return (struct cf_addr){.family = CF_FAMILY_NONE};
}

/* --- candidates that come later --- */

/* The line that is called @p mid; without one, the first. NULL: none that has media. */
static const struct cf_leg_line *line_called(const struct cf_leg *leg, struct cf_str mid) {
    for (size_t i = 0; i < leg->line_count; i++) {
        const struct cf_leg_line *line = &leg->lines[i];
        if (line->is_active && (mid.at == NULL || cf_str_eq(cf_tag_str(&line->mid), mid))) {
            return line;
        }
    }
    return NULL;
}

static void tell_fragment(const struct cf_leg *leg, const struct cf_ice_fragment *fragment) {
    const struct cf_leg_line *line = line_called(leg, fragment->mid);
    struct cf_media_command command = {.kind = CF_MEDIA_TRICKLE, .leg = leg->handle};
    struct cf_media_trickle *trickle = &command.as.trickle;
    if (line == NULL || fragment->ufrag.len > sizeof trickle->ufrag) {
        return;
    }
    trickle->index = line->transport;
    trickle->is_ended = fragment->is_ended;
    trickle->candidate_count = fragment->candidate_count;
    memcpy(trickle->candidates, fragment->candidates, fragment->candidate_count * sizeof fragment->candidates[0]);
    trickle->ufrag_len = (uint16_t)fragment->ufrag.len;
    if (fragment->ufrag.len > 0) {
        memcpy(trickle->ufrag, fragment->ufrag.at, fragment->ufrag.len);
    }
    cf_focus_command(leg->room->focus, &command);
}

void cf_leg_on_trickle(const struct cf_leg *leg, struct cf_str body) {
    struct cf_ice_fragments walk;
    struct cf_ice_fragment fragment;
    cf_ice_fragments_init(&walk, body);
    while (leg->has_media && cf_ice_fragments_next(&walk, &fragment)) {
        tell_fragment(leg, &fragment);
    }
}
