/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RTP ports: taken from a source that the shell provides (it binds the sockets), rested after use so that late packets of one
 * call never reach the next (attacks T40). A machine; single-threaded. Sockets are named to the media worker by cf_port_socket().
 */
#ifndef CF_CORE_FOCUS_PORTS_H
#define CF_CORE_FOCUS_PORTS_H

#include "base/addr.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/usec.h"
#include "core/media/messages.h"

/** A port for RTP and, if asked for, the next one for RTCP. */
struct cf_port_pair {
    struct cf_addr rtp;  /**< address and port as peers should see them; family NONE: no port */
    struct cf_addr rtcp; /**< family NONE: none was asked for */
};

/** Most public addresses that lead to our ports. */
#define CF_PORT_ADVERTISED_MAX 4

/** A socket that all members with ICE share; of TCP ports, all of one family have the same number (CF_MEDIA_SOCKET_STREAMS). */
struct cf_port_place {
    uint32_t socket;     /**< its number, CF_MEDIA_SOCKET_SHARED or more */
    struct cf_addr addr; /**< that it is bound to */
};

/** Most media workers. */
#define CF_PORT_WORKERS_MAX CF_MEDIA_WORKERS_MAX

/** Where ports come from; the shell's. */
struct cf_port_source {
    /** Bind a port (even), and the next one if @p with_rtcp, for a leg on @p worker. False if there is none left. */
    bool (*take)(void *ctx, size_t worker, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret);
    /** Give back a pair. */
    void (*give)(void *ctx, const struct cf_port_pair *pair);
    void *ctx;           /**< passed to both */
    size_t worker_count; /**< media workers, over which rooms are spread; 0 is 1 */
    size_t place_count;  /**< 0: each member gets a port of its own */
    struct cf_port_place places[CF_PORT_WORKERS_MAX][CF_MEDIA_SHARED_MAX]; /**< of each worker, for members with ICE, the most
                                                                              wanted first; sockets have the same numbers */
    size_t stream_count;                                                   /**< 0: no ICE over TCP */
    struct cf_port_place streams[CF_MEDIA_SHARED_MAX];                     /**< TCP ports that members with ICE may connect to */
    size_t advertised_count;
    struct cf_addr advertised[CF_PORT_ADVERTISED_MAX]; /**< public addresses (port 0) in front of ours, by 1:1 translation */
};

/** The worker that is the home of @p room; its members live there too, unless it is spread (placement.h). */
static inline size_t cf_port_worker(const struct cf_port_source *source, struct cf_handle room) {
    return source->worker_count > 1 ? room.slot % source->worker_count : 0;
}

/** Ports that rest. */
struct cf_ports {
    const struct cf_mem *mem;
    struct cf_port_source *source;
    cf_usec quarantine_usec;
    struct cf_list resting; /**< oldest first */
};

/** No port taken. */
void cf_ports_init(struct cf_ports *ports, const struct cf_mem *mem, struct cf_port_source *source, cf_usec quarantine_usec);

/** Give back what rests. */
void cf_ports_fini(struct cf_ports *ports);

/** Take a pair for a leg on @p worker. CF_ERR_NO_PORT. */
CF_MUST_USE enum cf_err cf_ports_take(struct cf_ports *ports, size_t worker, enum cf_family family, bool with_rtcp,
                                      struct cf_port_pair *ret);

/** Let @p pair rest from @p now on, then give it back. A pair without port is ignored. */
void cf_ports_rest(struct cf_ports *ports, const struct cf_port_pair *pair, cf_usec now);

/** When the first pair has rested enough. */
cf_usec cf_ports_deadline(const struct cf_ports *ports);

/** Give back what has rested enough. */
void cf_ports_on_deadline(struct cf_ports *ports, cf_usec now);

/** Number by which signalling and media worker name the socket of @p addr: the port, and a bit for IPv6. */
uint32_t cf_port_socket(const struct cf_addr *addr);

#endif
