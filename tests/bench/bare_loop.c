/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bare_loop.h"

#include "adapt/srtp/srtp.h"
#include "base/reader.h"
#include "forward_world.h"
#include "shell/udp/sockaddr.h"
#include <poll.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_MAX 64
#define OUT_MAX 128

/* --- bare --- */

struct bare {
    const struct bare_loop *loop;
    const struct cf_packet_crypto *crypto;
    struct cf_srtp_context *contexts[BARE_RECEIVERS_MAX];
    struct cf_sender *sender;
    uint16_t sequence;
    uint8_t in[IN_MAX][BENCH_PACKET_MAX];
    uint8_t headers[OUT_MAX][12];
    uint8_t out[OUT_MAX][BENCH_PACKET_MAX];
    struct cf_protect_job jobs[OUT_MAX];
    struct cf_datagram datagrams[OUT_MAX];
    struct cf_udp *sockets[OUT_MAX]; /* of each */
    size_t waiting;
};

static void flush(struct bare *b) {
    b->crypto->protect(b->crypto->ctx, b->jobs, b->waiting);
    for (size_t i = 0; i < b->waiting; i++) {
        b->datagrams[i].bytes = (struct cf_span){b->jobs[i].dst, b->jobs[i].dst_len};
    }
    for (size_t begin = 0, i = 0; i < b->waiting; i++) {
        if (i + 1 == b->waiting || b->sockets[i + 1] != b->sockets[i]) {
            cf_sender_put(b->sender, b->sockets[i], b->datagrams + begin, i + 1 - begin);
            begin = i + 1;
        }
    }
    cf_sender_flush(b->sender);
    b->waiting = 0;
}

static void add(struct bare *b, size_t receiver, struct cf_span packet, uint16_t sequence) {
    size_t i = b->waiting++;
    memcpy(b->headers[i], packet.at, 12);
    cf_set_be16(b->headers[i] + 2, sequence);
    cf_set_be32(b->headers[i] + 8, 0x1000U + (uint32_t)receiver);
    b->jobs[i] = (struct cf_protect_job){.srtp = b->contexts[receiver],
                                         .header = {b->headers[i], 12},
                                         .payload = {packet.at + 12, packet.len - 12},
                                         .dst = b->out[i],
                                         .dst_size = sizeof b->out[i]};
    b->datagrams[i].remote = b->loop->receivers[receiver];
    b->sockets[i] = b->loop->out == NULL ? b->loop->in : &b->loop->out[receiver];
    if (b->waiting == OUT_MAX) {
        flush(b);
    }
}

static void wait_for(struct cf_udp *udp) {
    struct pollfd interest = {.fd = udp->fd, .events = POLLIN};
    (void)poll(&interest, 1, -1);
}

void *bare_loop_run(void *ctx) {
    const struct bare_loop *loop = ctx;
    struct cf_srtp_engine *engine = NULL;
    struct bare *b = calloc(1, sizeof *b);
    bench_must(b == NULL ? CF_ERR_NO_MEMORY : cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &engine));
    b->loop = loop;
    bench_must(cf_sender_create(loop->sender, &b->sender));
    b->crypto = cf_srtp_engine_crypto(engine);
    for (size_t i = 0; i < loop->count; i++) {
        b->contexts[i] = bench_send_context(b->crypto, loop->suite, NULL);
    }
    for (bool is_over = false; !is_over;) {
        struct cf_datagram in[IN_MAX];
        wait_for(loop->in);
        size_t count = cf_udp_receive(loop->in, b->in[0], BENCH_PACKET_MAX, in, IN_MAX);
        is_over = count > 0 && in[count - 1].bytes.len == 1;
        count -= is_over;
        for (size_t r = 0; r < loop->count; r++) {
            for (size_t p = 0; p < count; p++) {
                add(b, r, in[p].bytes, (uint16_t)(b->sequence + p));
            }
        }
        flush(b);
        b->sequence = (uint16_t)(b->sequence + count);
    }
    for (size_t i = 0; i < loop->count; i++) {
        b->crypto->close(b->crypto->ctx, b->contexts[i]);
    }
    cf_srtp_engine_free(engine);
    cf_sender_destroy(&b->sender);
    free(b);
    return NULL;
}

/* --- naive --- */

static void srtp_must(srtp_err_status_t status) {
    if (status != srtp_err_status_ok) {
        fprintf(stderr, "bare_loop: libsrtp2 fails with %d\n", (int)status);
        exit(1);
    }
}

static void set_suite(srtp_policy_t *policy, enum cf_srtp_suite suite) {
    if (suite == CF_SRTP_AEAD_AES_128_GCM) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
    } else if (suite == CF_SRTP_AEAD_AES_256_GCM) {
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtcp);
    } else {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtcp);
    }
}

static srtp_t naive_session(enum cf_srtp_suite suite) {
    static unsigned char key[64];
    srtp_policy_t policy = {.ssrc = {.type = ssrc_any_outbound}, .key = key};
    srtp_t session = NULL;
    if (suite == CF_SRTP_NONE) {
        return NULL;
    }
    bench_entropy.fill(bench_entropy.ctx, key, sizeof key);
    set_suite(&policy, suite);
    srtp_must(srtp_create(&session, &policy));
    return session;
}

static void naive_send(const struct bare_loop *loop, size_t receiver, srtp_t session, struct cf_span packet, uint16_t sequence) {
    uint8_t out[BENCH_PACKET_MAX];
    int len = (int)packet.len;
    struct sockaddr_storage name;
    memcpy(out, packet.at, packet.len);
    cf_set_be16(out + 2, sequence);
    cf_set_be32(out + 8, 0x1000U + (uint32_t)receiver);
    if (session != NULL) {
        srtp_must(srtp_protect(session, out, &len));
    }
    socklen_t name_len = cf_addr_to_sockaddr(&loop->receivers[receiver], &name);
    (void)sendto(loop->in->fd, out, (size_t)len, MSG_DONTWAIT, (struct sockaddr *)&name, name_len);
}

void *naive_loop_run(void *ctx) {
    const struct bare_loop *loop = ctx;
    srtp_t *sessions = calloc(loop->count, sizeof(srtp_t));
    uint16_t sequence = 0;
    bench_must(sessions == NULL ? CF_ERR_NO_MEMORY : CF_OK);
    srtp_must(srtp_init());
    for (size_t i = 0; i < loop->count; i++) {
        sessions[i] = naive_session(loop->suite);
    }
    for (bool is_over = false; !is_over;) {
        uint8_t in[BENCH_PACKET_MAX];
        wait_for(loop->in);
        ssize_t len = recv(loop->in->fd, in, sizeof in, MSG_DONTWAIT);
        is_over = len == 1;
        for (size_t r = 0; r < loop->count && len > 12; r++) {
            naive_send(loop, r, sessions[r], (struct cf_span){in, (size_t)len}, sequence);
        }
        sequence++;
    }
    for (size_t i = 0; i < loop->count; i++) {
        if (sessions[i] != NULL) {
            srtp_must(srtp_dealloc(sessions[i]));
        }
    }
    srtp_must(srtp_shutdown());
    free((void *)sessions);
    return NULL;
}
