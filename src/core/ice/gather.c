/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/ice/gather.h"

#include "core/stun/build.h"
#include "core/stun/value.h"

void cf_ice_gather_init(struct cf_ice_gather *gather, const struct cf_entropy *entropy, const struct cf_addr *server) {
    *gather = (struct cf_ice_gather){.entropy = entropy, .server = *server};
}

static struct cf_ice_gather_base *find(struct cf_ice_gather *gather, const struct cf_addr *base) {
    for (size_t i = 0; i < gather->count; i++) {
        if (cf_addr_eq(&gather->bases[i].addr, base)) {
            return &gather->bases[i];
        }
    }
    return NULL;
}

static void ask(struct cf_ice_gather_base *base, cf_usec now) {
    base->must_send = true;
    base->due = now + (CF_ICE_GATHER_RTO << base->sends);
    base->sends++;
}

bool cf_ice_gather_add(struct cf_ice_gather *gather, const struct cf_addr *base, cf_usec now) {
    if (gather->count == CF_ICE_GATHER_MAX || base->family != gather->server.family) {
        return false;
    }
    struct cf_ice_gather_base *added = &gather->bases[gather->count++];
    *added = (struct cf_ice_gather_base){.addr = *base};
    cf_entropy_fill(gather->entropy, added->id, sizeof added->id);
    ask(added, now);
    return true;
}

void cf_ice_gather_remove(struct cf_ice_gather *gather, const struct cf_addr *base) {
    struct cf_ice_gather_base *found = find(gather, base);
    if (found != NULL) {
        *found = gather->bases[--gather->count];
    }
}

bool cf_ice_gather_receive(struct cf_ice_gather *gather, const struct cf_addr *base, const struct cf_addr *from,
                           struct cf_span datagram) {
    struct cf_stun_message m;
    struct cf_ice_gather_base *asked = find(gather, base);
    if (asked == NULL || !cf_addr_eq(from, &gather->server) || !cf_stun_is(datagram) || cf_stun_parse(datagram, &m) != CF_OK ||
        m.method != CF_STUN_BINDING || memcmp(m.id, asked->id, sizeof asked->id) != 0) {
        return false;
    }
    if (asked->is_done || m.kind == CF_STUN_REQUEST || m.kind == CF_STUN_INDICATION) {
        return true;
    }
    asked->is_done = true;
    asked->must_send = false;
    asked->is_found = m.kind == CF_STUN_SUCCESS && m.unknown_count == 0 &&
                      cf_stun_address(&m, CF_STUN_XOR_MAPPED_ADDRESS, &asked->mapped) &&
                      asked->mapped.family == asked->addr.family && asked->mapped.port != 0;
    return true;
}

cf_usec cf_ice_gather_deadline(const struct cf_ice_gather *gather) {
    cf_usec deadline = CF_USEC_NEVER;
    for (size_t i = 0; i < gather->count; i++) {
        deadline = gather->bases[i].is_done ? deadline : cf_usec_min(deadline, gather->bases[i].due);
    }
    return deadline;
}

void cf_ice_gather_on_deadline(struct cf_ice_gather *gather, cf_usec now) {
    for (size_t i = 0; i < gather->count; i++) {
        struct cf_ice_gather_base *base = &gather->bases[i];
        if (base->is_done || base->due > now) {
            continue;
        }
        if (base->sends < CF_ICE_GATHER_SENDS) {
            ask(base, now);
        } else {
            base->is_done = true;
            base->must_send = false;
        }
    }
}

bool cf_ice_gather_poll_send(struct cf_ice_gather *gather, struct cf_addr *ret_base, struct cf_span *ret_datagram) {
    for (size_t i = 0; i < gather->count; i++) {
        struct cf_ice_gather_base *base = &gather->bases[i];
        if (base->must_send) {
            struct cf_writer w;
            base->must_send = false;
            cf_writer_init(&w, (char *)gather->request, sizeof gather->request);
            (void)cf_stun_begin(&w, CF_STUN_REQUEST, CF_STUN_BINDING, base->id);
            *ret_base = base->addr;
            *ret_datagram = (struct cf_span){gather->request, w.len};
            return true;
        }
    }
    return false;
}

bool cf_ice_gather_poll_found(struct cf_ice_gather *gather, struct cf_ice_reflexive *ret) {
    for (size_t i = 0; i < gather->count; i++) {
        struct cf_ice_gather_base *base = &gather->bases[i];
        if (base->is_found) {
            base->is_found = false;
            *ret = (struct cf_ice_reflexive){.base = base->addr, .addr = base->mapped};
            return true;
        }
    }
    return false;
}

bool cf_ice_gather_is_done(const struct cf_ice_gather *gather) {
    return cf_ice_gather_deadline(gather) == CF_USEC_NEVER;
}
