/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/start.h"

#include "shell/udp/sockaddr.h"
#include "shell/udp/udp.h"
#include <netdb.h>
#include <stdio.h>
#include <string.h>

/* RFC 8489 section 14. */
#define STUN_PORT 3478

/* The address of "HOST[:PORT]"; asks the system's resolver if it is a name. */
static enum cf_err find_host(const char *text, struct cf_addr *ret) {
    struct cf_str rest = cf_str_of(text);
    char host[CF_CALL_TEXT_MAX];
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    uint32_t port = 0;
    if (cf_addr_parse(rest, ret) == CF_OK) {
        return CF_OK;
    }
    struct cf_str name = cf_str_cut(&rest, ':');
    if (name.len >= sizeof host || (rest.at != NULL && !cf_str_to_u32(rest, UINT16_MAX, &port))) {
        return CF_ERR_MALFORMED;
    }
    memcpy(host, name.at, name.len);
    host[name.len] = '\0';
    hints.ai_family = AF_INET;
    if (getaddrinfo(host, NULL, &hints, &found) != 0 || found == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    *ret = cf_addr_of_sockaddr(found->ai_addr);
    ret->port = (uint16_t)port;
    freeaddrinfo(found);
    return CF_OK;
}

/* The URI that everything goes through. */
static enum cf_err put_proxy(struct cf_start *start, const struct cf_call_options *o, const struct cf_addr *server) {
    struct cf_writer w;
    struct cf_addr addr = *server;
    struct cf_str transport = cf_transport_uri_name(o->transport);
    bool is_tls = o->transport == CF_TRANSPORT_TLS;
    cf_writer_init(&w, start->proxy, sizeof start->proxy - 1);
    cf_put_lit(&w, "sip:");
    if (is_tls && !o->is_insecure && o->server == NULL) {
        /* The certificate must be good for the name. */
        cf_put(&w, cf_str_of(o->domain));
    } else {
        cf_put_ip_host(&w, &addr);
    }
    addr.port = addr.port != 0 ? addr.port : cf_transport_default_port(o->transport);
    cf_put_char(&w, ':');
    cf_put_dec(&w, addr.port);
    cf_put_lit(&w, ";transport=");
    cf_put(&w, transport);
    return cf_writer_ok(&w) ? CF_OK : CF_ERR_NO_ROOM;
}

static enum cf_err set_policy(struct cf_policy *p, const struct cf_call_options *o) {
    enum cf_err err = CF_OK;
    cf_policy_default(p);
    p->takes_redundancy = false; /* the terminal has one packet for one frame */
    p->allows_sdes_on_insecure_signalling = true;
    p->takes_simulcast = false;
    static const struct {
        struct cf_str keyings;
        enum cf_profile profile;
    } rows[] = {
        [CF_CALL_ENCRYPTION_ANY] = {CF_STR_INIT("dtls sdes none"), CF_PROFILE_AVPF},
        [CF_CALL_ENCRYPTION_NONE] = {CF_STR_INIT("none"), CF_PROFILE_AVPF},
        [CF_CALL_ENCRYPTION_SDES] = {CF_STR_INIT("sdes"), CF_PROFILE_SAVPF},
        [CF_CALL_ENCRYPTION_DTLS] = {CF_STR_INIT("dtls"), CF_PROFILE_DTLS_SAVPF},
        [CF_CALL_ENCRYPTION_ZRTP] = {CF_STR_INIT("zrtp"), CF_PROFILE_AVPF},
    };
    p->offer_profile = rows[o->encryption].profile;
    err = cf_policy_set_keyings(p, rows[o->encryption].keyings);
    p->allows_bundle = o->is_bundled;
    p->ice = o->has_ice || o->has_ice_tcp || o->stun != NULL || o->trickles ? CF_POLICY_ICE_FULL : CF_POLICY_ICE_OFF;
    if (err == CF_OK && o->suites != NULL) {
        err = cf_policy_set_suites(p, cf_str_of(o->suites));
    }
    if (err == CF_OK && o->audio_codecs != NULL) {
        err = cf_policy_codecs_parse(cf_str_of(o->audio_codecs), CF_MEDIA_AUDIO, &p->audio);
    }
    if (err == CF_OK && o->video_codecs != NULL) {
        err = cf_policy_codecs_parse(cf_str_of(o->video_codecs), CF_MEDIA_VIDEO, &p->video);
    }
    if (err != CF_OK) {
        fprintf(stderr, "confer: --suites, --audio-codecs or --video-codecs names something unknown\n");
    }
    return err;
}

static enum cf_err find_local(const struct cf_call_options *o, const struct cf_addr *server, struct cf_addr *ret) {
    if (o->local != NULL) {
        return cf_addr_parse_ip(cf_str_of(o->local), ret);
    }
    return cf_udp_route(server, ret);
}

enum cf_err cf_start_make(struct cf_start *start, const struct cf_call_options *options) {
    struct cf_addr server = {.family = CF_FAMILY_NONE};
    enum cf_err err = set_policy(&start->policy, options);
    bool has_dtls = cf_policy_does(&start->policy, CF_KEYING_DTLS);
    bool has_zrtp = cf_policy_does(&start->policy, CF_KEYING_ZRTP);
    err = err == CF_OK && has_dtls ? cf_media_keys_add_dtls(&start->keys) : err;
    err = err == CF_OK && has_zrtp
              ? cf_media_keys_add_zrtp(&start->keys, cf_str_of(options->aor), cf_str_of(options->target), options->zrtp_secrets)
              : err;
    err = err == CF_OK ? find_host(options->server == NULL ? options->domain : options->server, &server) : err;
    err = err == CF_OK ? put_proxy(start, options, &server) : err;
    if (err == CF_OK && options->stun != NULL) {
        err = find_host(options->stun, &start->stun);
        start->stun.port = start->stun.port != 0 ? start->stun.port : STUN_PORT;
    }
    err = err == CF_OK ? find_local(options, &server, &start->local) : err;
    return err == CF_OK ? cf_loop_create(&start->loop) : err;
}

void cf_start_free(struct cf_start *start) {
    cf_media_keys_free(&start->keys);
    cf_loop_destroy(&start->loop);
}
