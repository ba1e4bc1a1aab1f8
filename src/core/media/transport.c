/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/transport.h"

void cf_engine_transport_init(struct cf_engine_transport *t, struct cf_engine_leg *leg, uint16_t index) {
    *t = (struct cf_engine_transport){.leg = leg, .index = index, .sockets = {CF_MEDIA_SOCKET_NONE, CF_MEDIA_SOCKET_NONE}};
}

static void close_contexts(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto) {
    crypto->close(crypto->ctx, t->receive);
    crypto->close(crypto->ctx, t->send);
    crypto->close(crypto->ctx, t->control_receive);
    crypto->close(crypto->ctx, t->control_send);
    t->receive = t->send = t->control_receive = t->control_send = NULL;
    t->is_open = false;
    t->is_control_open = false;
    t->suite = CF_SRTP_NONE;
    cf_mem_wipe(t->keys, sizeof t->keys);
}

static void end_associations(struct cf_engine_transport *t) {
    for (size_t i = 0; i < CF_ENGINE_PORT_COUNT; i++) {
        if (t->associations[i] != NULL) {
            cf_association_end(t->associations[i]);
        }
    }
}

void cf_engine_transport_close(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto) {
    close_contexts(t, crypto);
}

void cf_engine_transport_fini(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto) {
    cf_arrivals_fini(&t->arrivals);
    close_contexts(t, crypto);
    end_associations(t);
    cf_list_remove(&t->handshake_link);
}

static struct cf_latch_policy latch_policy(const struct cf_media_leg_policy *policy) {
    struct cf_latch_policy latch = policy->latch;
    if (latch.relearn_after_usec == 0) {
        latch.relearn_after_usec = CF_LATCH_RELEARN_DEFAULT;
    }
    return latch;
}

void cf_engine_transport_set_policy(struct cf_engine_transport *t, const struct cf_media_leg_policy *policy) {
    for (size_t i = 0; i < CF_ENGINE_PORT_COUNT; i++) {
        t->latches[i].policy = latch_policy(policy);
        t->latches[i].flow = policy->flow;
    }
}

static bool is_same_key(const struct cf_sdes_key *a, const struct cf_sdes_key *b) {
    return memcmp(a->key, b->key, sizeof a->key) == 0 && memcmp(a->salt, b->salt, sizeof a->salt) == 0;
}

static enum cf_err open_context(const struct cf_packet_crypto *crypto, enum cf_srtp_suite suite, const struct cf_sdes_key *key,
                                enum cf_srtp_direction direction, struct cf_srtp_context **ret_srtp) {
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[suite];
    const struct cf_srtp_params params = {.suite = suite,
                                          .direction = direction,
                                          .key = {key->key, info->key_len},
                                          .salt = {key->salt, info->salt_len},
                                          .streams_max = CF_SRTP_STREAMS_DEFAULT};
    return crypto->open(crypto->ctx, &params, ret_srtp);
}

/* A new key only where it differs: a context that is made again would begin with rollover counter 0. */
static enum cf_err replace(const struct cf_packet_crypto *crypto, enum cf_srtp_suite suite, bool same_suite,
                           struct cf_sdes_key *have, const struct cf_sdes_key *want, enum cf_srtp_direction direction,
                           struct cf_srtp_context **srtp) {
    if (*srtp != NULL && same_suite && is_same_key(have, want)) {
        return CF_OK;
    }
    struct cf_srtp_context *made;
    enum cf_err err = open_context(crypto, suite, want, direction, &made);
    if (err == CF_OK) {
        crypto->close(crypto->ctx, *srtp);
        *srtp = made;
        *have = *want;
    }
    return err;
}

static enum cf_err set_sdes(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto,
                            const struct cf_media_security *s) {
    bool same_suite = t->suite == s->suite;
    if (s->suite == CF_SRTP_NONE || s->suite >= CF_SRTP_SUITE_COUNT || s->local.mki_len != 0 || s->remote.mki_len != 0) {
        return CF_ERR_UNSUPPORTED;
    }
    enum cf_err err = replace(crypto, s->suite, same_suite, &t->keys[0], &s->local, CF_SRTP_SEND, &t->send);
    if (err == CF_OK) {
        err = replace(crypto, s->suite, same_suite, &t->keys[1], &s->remote, CF_SRTP_RECEIVE, &t->receive);
    }
    t->suite = s->suite;
    t->is_open = err == CF_OK;
    return err;
}

enum cf_err cf_engine_transport_secure(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto,
                                       enum cf_engine_port port, const struct cf_handshake_keys *keys) {
    bool is_control = port == CF_ENGINE_PORT_RTCP;
    struct cf_srtp_context **send = is_control ? &t->control_send : &t->send;
    struct cf_srtp_context **receive = is_control ? &t->control_receive : &t->receive;
    struct cf_srtp_context *made[2] = {NULL, NULL};
    enum cf_err err = open_context(crypto, keys->suite, &keys->local, CF_SRTP_SEND, &made[0]);
    if (err == CF_OK) {
        err = open_context(crypto, keys->suite, &keys->remote, CF_SRTP_RECEIVE, &made[1]);
    }
    if (err != CF_OK) {
        crypto->close(crypto->ctx, made[0]);
        close_contexts(t, crypto);
        return err;
    }
    crypto->close(crypto->ctx, *send);
    crypto->close(crypto->ctx, *receive);
    *send = made[0];
    *receive = made[1];
    *(is_control ? &t->is_control_open : &t->is_open) = true;
    t->suite = keys->suite;
    return CF_OK;
}

/* An association whose terms have not changed goes on; handshake.c begins the others. */
static void set_association(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto,
                            const struct cf_media_security *s) {
    const struct cf_association *a = t->associations[CF_ENGINE_PORT_RTP];
    bool goes_on = a != NULL && cf_association_is_on(a, s);
    bool has_own_control = s->keying == CF_KEYING_DTLS && !t->has_mux;
    if (!goes_on || has_own_control != t->has_own_control) {
        close_contexts(t, crypto);
        end_associations(t);
    }
    t->has_own_control = has_own_control;
}

static enum cf_err set_security(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto,
                                const struct cf_media_security *s) {
    enum cf_err err = CF_OK;
    t->is_secure = s->keying != CF_KEYING_NONE;
    if (s->keying == CF_KEYING_DTLS || s->keying == CF_KEYING_ZRTP) {
        set_association(t, crypto, s);
        return CF_OK;
    }
    end_associations(t);
    t->has_own_control = false;
    if (s->keying == CF_KEYING_SDES) {
        err = set_sdes(t, crypto, s);
    } else {
        close_contexts(t, crypto);
        t->is_open = true;
    }
    if (err != CF_OK) {
        close_contexts(t, crypto);
    }
    return err;
}

enum cf_err cf_engine_transport_set(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto,
                                    const struct cf_media_transport_set *set, const struct cf_media_leg_policy *policy) {
    const struct cf_media_transport *agreed = &set->transport;
    t->sockets[CF_ENGINE_PORT_RTP] = set->rtp_socket;
    t->sockets[CF_ENGINE_PORT_RTCP] = agreed->has_rtcp_mux ? set->rtp_socket : set->rtcp_socket;
    t->has_mux = agreed->has_rtcp_mux;
    t->has_reduced_rtcp = agreed->has_reduced_rtcp;
    enum cf_err err = set_security(t, crypto, &agreed->security);
    cf_engine_transport_set_policy(t, policy);
    cf_latch_signal(&t->latches[CF_ENGINE_PORT_RTP], &agreed->remote_rtp, &policy->flow, t->is_secure);
    cf_latch_signal(&t->latches[CF_ENGINE_PORT_RTCP], &agreed->remote_rtcp, &policy->flow, t->is_secure);
    return err;
}
