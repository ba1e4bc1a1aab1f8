/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our candidates: host ones, reflexive ones as somebody finds them, and how the peer gets to know: in descriptions, by INFO while
 * a description is there already (RFC 8838, 8840), or by another offer if the peer does not trickle.
 */
#include "core/agent/agent_impl.h"
#include "core/offer/fragment.h"

/* RFC 6544 section 4.5: who connects has no port to tell. */
#define DISCARD_PORT 9

/* A section has three candidates at most; what does not fit is told by the next INFO. */
#define SECTION_MAX 640U
#define BODY_MAX 4096U

bool cf_agent_must_gather(const struct cf_agent *agent) {
    return agent->ices != NULL && agent->config.gathers && !agent->is_gathered;
}

static void add(struct cf_agent_ice *ice, const struct cf_addr *addr, const struct cf_addr *base, uint8_t component,
                enum cf_ice_transport transport) {
    struct cf_local_candidate *candidate = &ice->local.candidates[ice->local.count++];
    *candidate = (struct cf_local_candidate){
        .addr = *addr, .preference = UINT16_MAX, .component = component, .transport = (uint8_t)transport};
    if (base != NULL) {
        candidate->base = *base;
    }
}

static void add_component(struct cf_agent_ice *ice, const struct cf_addr *base, uint8_t component) {
    if (base->family == CF_FAMILY_NONE) {
        return;
    }
    const struct cf_addr *reflexive = &ice->reflexive[component - 1];
    add(ice, base, NULL, component, CF_ICE_UDP);
    if (reflexive->family != CF_FAMILY_NONE) {
        add(ice, reflexive, base, component, CF_ICE_UDP);
    }
    ice->is_told[component - 1] = true;
}

const struct cf_local_ice *cf_agent_candidates(struct cf_agent *agent, size_t index, const struct cf_port_pair *ports,
                                               bool is_offer) {
    struct cf_agent_ice *ice = agent->ices == NULL ? NULL : &agent->ices[index];
    if (ice == NULL || ports->rtp.family == CF_FAMILY_NONE) {
        return NULL;
    }
    ice->local = (struct cf_local_ice){.is_open = cf_agent_must_gather(agent)};
    add_component(ice, &ports->rtp, 1);
    add_component(ice, &ports->rtcp, 2);
    if (agent->config.has_ice_tcp) {
        struct cf_addr active = ports->rtp;
        active.port = DISCARD_PORT;
        add(ice, &active, NULL, 1, CF_ICE_TCP_ACTIVE);
    }
    /* RFC 8839 section 5.7: who controls says which pairs were nominated. */
    for (size_t i = 0; is_offer && !agent->restarts_ice && i < CF_ICE_COMPONENTS_MAX; i++) {
        ice->local.nominated[i] = ice->nominated[i];
    }
    ice->is_end_told = !ice->local.is_open;
    return &ice->local;
}

/* --- what was agreed on --- */

static bool is_first_of_transport(const struct cf_media_params *params, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (params->lines[i].is_active && params->lines[i].transport == params->lines[index].transport) {
            return false;
        }
    }
    return params->lines[index].is_active;
}

static void note(struct cf_agent_ice *ice, const struct cf_media_transport *transport) {
    const struct cf_ice_own *own = &transport->own_ice;
    bool is_same = cf_str_eq(cf_str_n(own->ufrag, own->ufrag_len), cf_tag_str(&ice->ufrag));
    ice->peer_trickles = transport->ice.can_trickle;
    ice->component_count = transport->has_rtcp_mux ? 1 : 2;
    if (!is_same) {
        memset(ice->nominated, 0, sizeof ice->nominated);
    }
    ice->has_checks = own->is_used && cf_tag_set(cf_str_n(own->ufrag, own->ufrag_len), &ice->ufrag) &&
                      cf_tag_set(cf_str_n(own->pwd, own->pwd_len), &ice->pwd);
}

void cf_agent_note_ice(struct cf_agent *agent, const struct cf_media_params *params) {
    agent->restarts_ice = false;
    for (size_t i = 0; agent->ices != NULL && i < agent->line_count; i++) {
        struct cf_agent_ice *ice = &agent->ices[i];
        if (i < params->line_count && is_first_of_transport(params, i)) {
            note(ice, &params->transports[params->lines[i].transport]);
        } else {
            ice->has_checks = false;
        }
    }
}

void cf_agent_on_selected(struct cf_agent *agent, size_t index, const struct cf_addr *remotes, size_t count) {
    if (agent->ices == NULL || index >= agent->line_count) {
        return;
    }
    struct cf_agent_ice *ice = &agent->ices[index];
    memset(ice->nominated, 0, sizeof ice->nominated);
    for (size_t i = 0; count >= ice->component_count && i < ice->component_count && i < CF_ICE_COMPONENTS_MAX; i++) {
        ice->nominated[i] = remotes[i];
    }
}

/* --- telling the peer of more --- */

static bool has_untold(const struct cf_agent_ice *ice) {
    for (size_t i = 0; i < ice->component_count; i++) {
        if (!ice->is_told[i] && ice->reflexive[i].family != CF_FAMILY_NONE) {
            return true;
        }
    }
    return false;
}

static bool must_tell(const struct cf_agent *agent, const struct cf_agent_ice *ice) {
    return ice->has_checks && (has_untold(ice) || (!ice->is_end_told && !cf_agent_must_gather(agent)));
}

/* RFC 8840 section 9: a pseudo m-line, of which nothing counts but the mid. */
static void put_section(struct cf_writer *w, struct cf_agent *agent, size_t index) {
    struct cf_agent_ice *ice = &agent->ices[index];
    const struct cf_agent_line *line = &agent->lines[index];
    cf_put(w, line->kind == CF_MEDIA_AUDIO ? CF_STR("m=audio 9 RTP/AVP 0\r\n") : CF_STR("m=video 9 RTP/AVP 0\r\n"));
    if (line->mid.len > 0) {
        cf_put_lit(w, "a=mid:");
        cf_put(w, cf_tag_str(&line->mid));
        cf_put_lit(w, "\r\n");
    }
    cf_put_ice_fragment(w, cf_tag_str(&ice->ufrag), cf_tag_str(&ice->pwd), &ice->local, ice->component_count);
}

/* All that this line has to tell. */
static void put_line(struct cf_writer *w, struct cf_agent *agent, size_t index) {
    struct cf_agent_ice *ice = &agent->ices[index];
    const struct cf_port_pair *ports = &agent->lines[index].ports;
    ice->local = (struct cf_local_ice){.is_open = cf_agent_must_gather(agent)};
    for (uint8_t i = 0; i < ice->component_count; i++) {
        const struct cf_addr *base = i == 0 ? &ports->rtp : &ports->rtcp;
        if (!ice->is_told[i] && ice->reflexive[i].family != CF_FAMILY_NONE) {
            add(ice, &ice->reflexive[i], base, (uint8_t)(i + 1), CF_ICE_UDP);
        }
    }
    put_section(w, agent, index);
}

static bool send_info(struct cf_agent *agent, struct cf_str body, cf_usec now) {
    const struct cf_session_request request = {.method = CF_SIP_METHOD_INFO,
                                               .fields =
                                                   CF_STR("Info-Package: trickle-ice\r\nContent-Disposition: Info-Package\r\n"),
                                               .content_type = CF_STR("application/trickle-ice-sdpfrag"),
                                               .body = body};
    return cf_session_request(&agent->call->session, &request, now, &agent->trickle_request) == CF_OK;
}

/* What stands in the INFO that is out now was told. If it can't go out it is tried again at the next occasion. */
static void note_told(struct cf_agent *agent) {
    for (size_t i = 0; i < agent->line_count; i++) {
        struct cf_agent_ice *ice = &agent->ices[i];
        for (size_t c = 0; ice->is_in_info && c < ice->component_count; c++) {
            ice->is_told[c] = ice->is_told[c] || ice->reflexive[c].family != CF_FAMILY_NONE;
        }
        ice->is_end_told = ice->is_end_told || (ice->is_in_info && !ice->local.is_open);
    }
}

/* An INFO with what there is room for. True: something was left that the peer can only be offered. */
static bool tell_by_info(struct cf_agent *agent, cf_usec now) {
    char text[BODY_MAX];
    struct cf_writer w;
    bool must_offer = false;
    cf_writer_init(&w, text, sizeof text);
    for (size_t i = 0; i < agent->line_count; i++) {
        struct cf_agent_ice *ice = &agent->ices[i];
        bool must = must_tell(agent, ice);
        ice->is_in_info = must && ice->peer_trickles && w.len + SECTION_MAX <= sizeof text;
        must_offer = must_offer || (must && !ice->peer_trickles && has_untold(ice));
        if (ice->is_in_info) {
            put_line(&w, agent, i);
        }
    }
    if (w.len > 0 && cf_writer_ok(&w) && send_info(agent, cf_writer_str(&w), now)) {
        note_told(agent);
    }
    return must_offer;
}

void cf_agent_trickle(struct cf_agent *agent, cf_usec now) {
    if (agent->ices == NULL || !cf_agent_is_up(agent) || agent->trickle_request != 0) {
        return;
    }
    if (tell_by_info(agent, now) && !cf_agent_must_gather(agent)) {
        enum cf_err err = cf_session_modify(&agent->call->session, CF_SESSION_MODIFY_OFFER, now);
        (void)err; /* it can't be offered now: when that changes we are here again */
    }
}

void cf_agent_on_trickled(struct cf_agent *agent, uint32_t request, uint16_t status) {
    if (agent->trickle_request == 0 || request != agent->trickle_request) {
        return;
    }
    agent->trickle_request = 0;
    /* A peer that refuses it costs candidates; its checks, or ours, may still find the way. */
    agent->losses.untold += status >= 300 ? 1 : 0;
}

/* --- what is found --- */

void cf_agent_on_reflexive(struct cf_agent *agent, const struct cf_addr *base, const struct cf_addr *addr, cf_usec now) {
    for (size_t i = 0; agent->ices != NULL && i < agent->line_count; i++) {
        const struct cf_port_pair *ports = &agent->lines[i].ports;
        bool is_rtp = cf_addr_eq(&ports->rtp, base);
        bool is_there = is_rtp || cf_addr_eq(&ports->rtcp, base);
        struct cf_agent_ice *ice = &agent->ices[i];
        /* RFC 8445 section 5.1.3: what is the base itself is known. */
        if (is_there && !cf_addr_eq(base, addr) && !cf_addr_eq(&ice->reflexive[is_rtp ? 0 : 1], addr)) {
            ice->reflexive[is_rtp ? 0 : 1] = *addr;
            ice->is_told[is_rtp ? 0 : 1] = false;
        }
    }
    if (agent->call != NULL && agent->config.trickles) {
        cf_agent_trickle(agent, now);
        cf_agent_settle_leg(agent->call, now);
    }
}

void cf_agent_on_gathered(struct cf_agent *agent, cf_usec now) {
    if (!cf_agent_must_gather(agent)) {
        return;
    }
    agent->is_gathered = true;
    if (agent->is_waiting) {
        cf_agent_go_on(agent, now);
    } else if (agent->call != NULL) {
        cf_agent_trickle(agent, now);
        cf_agent_settle_leg(agent->call, now);
    }
}

enum cf_err cf_agent_restart_ice(struct cf_agent *agent, cf_usec now) {
    if (agent->ices == NULL) {
        return CF_ERR_UNSUPPORTED;
    }
    agent->restarts_ice = true;
    enum cf_err err = cf_agent_offer(agent, now);
    agent->restarts_ice = err == CF_OK;
    return err;
}
