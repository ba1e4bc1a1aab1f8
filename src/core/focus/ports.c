/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTP ports and their rest. */
#include "core/focus/ports.h"

struct resting {
    struct cf_link link;
    struct cf_port_pair pair;
    cf_usec until;
};

void cf_ports_init(struct cf_ports *ports, const struct cf_mem *mem, struct cf_port_source *source, cf_usec quarantine_usec) {
    *ports = (struct cf_ports){.mem = mem, .source = source, .quarantine_usec = quarantine_usec};
    cf_list_init(&ports->resting);
}

static void give_back(struct cf_ports *ports, struct resting *resting) {
    ports->source->give(ports->source->ctx, &resting->pair);
    cf_list_remove(&resting->link);
    cf_mem_free(ports->mem, resting, sizeof *resting);
}

void cf_ports_fini(struct cf_ports *ports) {
    CF_LIST_EACH (&ports->resting, link, following) {
        give_back(ports, CF_OF(link, struct resting, link));
    }
}

enum cf_err cf_ports_take(struct cf_ports *ports, size_t worker, enum cf_family family, bool with_rtcp,
                          struct cf_port_pair *ret) {
    return ports->source->take(ports->source->ctx, worker, family, with_rtcp, ret) ? CF_OK : CF_ERR_NO_PORT;
}

void cf_ports_rest(struct cf_ports *ports, const struct cf_port_pair *pair, cf_usec now) {
    if (pair->rtp.family == CF_FAMILY_NONE) {
        return;
    }
    struct resting *resting = cf_mem_alloc(ports->mem, sizeof *resting);
    if (resting == NULL) {
        /* Rather no rest than a port lost for good. */
        ports->source->give(ports->source->ctx, pair);
        return;
    }
    resting->pair = *pair;
    resting->until = now + ports->quarantine_usec;
    cf_list_append(&ports->resting, &resting->link);
}

cf_usec cf_ports_deadline(const struct cf_ports *ports) {
    struct cf_link *first = cf_list_first(&ports->resting);
    return first == NULL ? CF_USEC_NEVER : CF_OF(first, struct resting, link)->until;
}

void cf_ports_on_deadline(struct cf_ports *ports, cf_usec now) {
    CF_LIST_EACH (&ports->resting, link, following) {
        struct resting *resting = CF_OF(link, struct resting, link);
        if (resting->until > now) {
            return;
        }
        give_back(ports, resting);
    }
}

uint32_t cf_port_socket(const struct cf_addr *addr) {
    return addr->family == CF_FAMILY_NONE ? CF_MEDIA_SOCKET_NONE
                                          : addr->port | (addr->family == CF_FAMILY_IP6 ? UINT32_C(1) << 16 : 0);
}
