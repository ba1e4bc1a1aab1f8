/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is spoken on a new connection of the one port: found out, and given to whom it is for. */
#include "server/web_internal.h"

#include "shell/system/system.h"

static enum cf_first_bytes tell(struct cf_web_peer *peer, struct cf_span bytes) {
    bool is_bare = peer->tls != NULL;
    enum cf_first_bytes by_alpn = cf_first_bytes_of_alpn(cf_connection_alpn(peer->connection));
    size_t room = sizeof peer->first - peer->first_len;
    size_t len = bytes.len < room ? bytes.len : room;
    if (by_alpn != CF_FIRST_BYTES_MORE) {
        return by_alpn;
    }
    memcpy(peer->first + peer->first_len, bytes.at, len);
    peer->first_len += len;
    const struct cf_span first = {peer->first, peer->first_len};
    return is_bare ? cf_first_bytes_of_bare(first) : cf_first_bytes_of(first);
}

/* What came before @bytes, of which there are @before octets, and @bytes. */
struct joined {
    size_t len;
    uint8_t octets[CF_FIRST_BYTES_MAX + CF_WEB_CHUNK];
};

static void join(const struct cf_web_peer *peer, size_t before, struct cf_span bytes, struct joined *ret) {
    cf_assert(before <= CF_FIRST_BYTES_MAX && bytes.len <= CF_WEB_CHUNK);
    memcpy(ret->octets, peer->first, before);
    memcpy(ret->octets + before, bytes.at, bytes.len);
    ret->len = before + bytes.len;
}

/* The octets seen so far were those of TLS; what is inside of it is found out anew. */
static void speak_tls(struct cf_web_peer *peer, struct cf_span bytes, size_t before) {
    struct joined joined CF_SCRATCH;
    struct cf_tls_context *tls = *peer->tls;
    join(peer, before, bytes, &joined);
    peer->tls = NULL;
    peer->first_len = 0;
    if (!cf_connection_start_tls(peer->connection, tls, (struct cf_span){joined.octets, joined.len})) {
        cf_web_forget(peer);
    }
}

/* Media and clients of the relay go to threads of their own. */
static void hand_over(struct cf_web_peer *peer, enum cf_first_bytes kind, struct cf_span bytes, size_t before) {
    struct cf_web *web = peer->web;
    struct cf_connection *connection = peer->connection;
    struct cf_loose_connection loose;
    struct joined joined CF_SCRATCH;
    if (web->hooks.hand_over == NULL) {
        cf_web_hang_up(peer);
        return;
    }
    join(peer, before, bytes, &joined);
    cf_web_forget(peer);
    if (cf_connection_release(connection, &loose)) {
        web->hooks.hand_over(web->hooks.hand_over_ctx, kind, &loose, (struct cf_span){joined.octets, joined.len});
    }
}

static void speak_sip(struct cf_web_peer *peer, struct cf_span bytes, size_t before) {
    struct cf_web *web = peer->web;
    struct cf_connection *connection = peer->connection;
    struct joined joined CF_SCRATCH;
    join(peer, before, bytes, &joined);
    cf_web_forget(peer);
    web->hooks.adopt(web->hooks.adopt_ctx, connection, peer->sip_local, (struct cf_span){joined.octets, joined.len});
}

void cf_web_on_first_bytes(struct cf_web_peer *peer, struct cf_span bytes, cf_usec now) {
    size_t before = peer->first_len;
    enum cf_first_bytes kind = tell(peer, bytes);
    switch (kind) {
    case CF_FIRST_BYTES_MORE:
        return;
    case CF_FIRST_BYTES_TLS:
        speak_tls(peer, bytes, before);
        return;
    case CF_FIRST_BYTES_ICE:
    case CF_FIRST_BYTES_TURN:
        hand_over(peer, kind, bytes, before);
        return;
    case CF_FIRST_BYTES_HTTP:
        if (cf_http_reader_create(cf_system_mem(), &peer->reader) != CF_OK) {
            break;
        }
        peer->phase = CF_WEB_PHASE_HTTP;
        cf_web_on_http_bytes(peer, (struct cf_span){peer->first, before}, now);
        cf_web_on_http_bytes(peer, bytes, now);
        return;
    case CF_FIRST_BYTES_SIP:
        if (peer->sip_local == CF_WEB_NO_LOCAL || bytes.len > CF_WEB_CHUNK) {
            break;
        }
        speak_sip(peer, bytes, before);
        return;
    case CF_FIRST_BYTES_NEITHER:
        break;
    }
    cf_web_hang_up(peer);
}
