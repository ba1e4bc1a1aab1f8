/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One side of an offer/answer exchange. */
#include "lib/test_party.h"

#include "lib/test.h"

static struct cf_addr address(uint8_t host, size_t port) {
    return (struct cf_addr){.ip = {192, 0, 2, host}, .port = (uint16_t)port, .family = CF_FAMILY_IP4};
}

void test_party_init(struct test_party *p, const char *user, uint8_t host, size_t line_count) {
    memset(p, 0, sizeof *p);
    test_mem_init(&p->mem);
    test_entropy_init(&p->entropy, host);
    cf_policy_default(&p->policy);
    /* Like a phone; tests of bundles say so. */
    p->policy.allows_bundle = false;
    cf_negotiation_init(&p->n, &p->mem.mem);
    for (size_t i = 0; i < line_count; i++) {
        p->lines[i] = (struct cf_local_line){
            .kind = i == 0 ? CF_MEDIA_AUDIO : CF_MEDIA_VIDEO,
            .direction = CF_DIRECTION_SENDRECV,
            .rtp = address(host, host * 1000U + 2 * i),
            .rtcp = address(host, host * 1000U + 2 * i + 1),
            .ssrc = (uint32_t)(host * 1000U + i),
            .cname = cf_str_of(user),
        };
    }
    p->session = (struct cf_local_session){
        .policy = &p->policy,
        .entropy = &p->entropy.entropy,
        .is_signalling_secure = true,
        .address = address(host, 0),
        .user = cf_str_of(user),
        .lines = p->lines,
        .line_count = line_count,
    };
}

void test_party_fini(struct test_party *p) {
    cf_media_params_free(&p->mem.mem, p->params);
    cf_negotiation_fini(&p->n);
    test_mem_fini(&p->mem);
}

static void take_params(struct test_party *p) {
    struct cf_media_params *params = cf_negotiation_take_params(&p->n);
    assert_non_null(params);
    cf_media_params_free(&p->mem.mem, p->params);
    p->params = params;
}

struct cf_str test_party_offer(struct test_party *p) {
    struct cf_str text;
    assert_ok(cf_negotiation_offer(&p->n, &p->session, &text));
    return text;
}

struct cf_str test_party_answer(struct test_party *p, struct cf_str text) {
    struct cf_str answer;
    assert_ok(cf_negotiation_on_offer(&p->n, text, &p->refusal));
    assert_ok(cf_negotiation_answer(&p->n, &p->session, &answer, &p->refusal));
    take_params(p);
    return answer;
}

enum cf_err test_party_try(struct test_party *p, struct cf_str text) {
    struct cf_str answer;
    p->refusal = (struct cf_refusal){0};
    enum cf_err err = cf_negotiation_on_offer(&p->n, text, &p->refusal);
    if (err == CF_OK) {
        err = cf_negotiation_answer(&p->n, &p->session, &answer, &p->refusal);
    }
    if (err == CF_OK) {
        take_params(p);
    } else {
        assert_ok(cf_negotiation_rollback(&p->n));
    }
    return err;
}

void test_party_take_answer(struct test_party *p, struct cf_str text) {
    enum cf_err err = cf_negotiation_on_answer(&p->n, text, &p->refusal);
    if (err != CF_OK) {
        fail_msg("%s: %.*s", cf_err_text(err), CF_STR_ARG(cf_refusal_text(p->refusal.reason)));
    }
    take_params(p);
}

void test_party_exchange(struct test_party *a, struct test_party *b) {
    struct cf_str answer = test_party_answer(b, test_party_offer(a));
    test_party_take_answer(a, answer);
    test_party_assert_agree(a, b);
}

static void assert_same_payloads(const struct cf_media_line *x, const struct cf_media_line *y) {
    assert_int_equal(x->payload_count, y->payload_count);
    for (size_t i = 0; i < x->payload_count; i++) {
        assert_int_equal(x->payloads[i].codec, y->payloads[i].codec);
        assert_int_equal(x->payloads[i].send_type, y->payloads[i].receive_type);
        assert_int_equal(x->payloads[i].receive_type, y->payloads[i].send_type);
        assert_int_equal(x->payloads[i].feedback, y->payloads[i].feedback);
        assert_int_equal(x->payloads[i].clock_hz, y->payloads[i].clock_hz);
        assert_memory_equal(&x->payloads[i].local, &y->payloads[i].remote, sizeof x->payloads[i].local);
        assert_memory_equal(&x->payloads[i].remote, &y->payloads[i].local, sizeof x->payloads[i].local);
    }
}

static void assert_same_transport(const struct cf_media_transport *x, const struct cf_media_transport *y) {
    assert_true(cf_addr_eq(&x->local_rtp, &y->remote_rtp) || y->remote_rtp.family == CF_FAMILY_NONE);
    assert_true(cf_addr_eq(&x->local_rtcp, &y->remote_rtcp) || y->remote_rtp.family == CF_FAMILY_NONE);
    assert_int_equal(x->has_rtcp_mux, y->has_rtcp_mux);
    assert_int_equal(x->security.keying, y->security.keying);
    assert_int_equal(x->security.suite, y->security.suite);
    assert_int_equal(x->security.crypto_tag, y->security.crypto_tag);
    assert_true(cf_sdes_key_eq(&x->security.local, &y->security.remote));
    assert_true(cf_sdes_key_eq(&x->security.remote, &y->security.local));
}

static void assert_same_line(const struct cf_media_line *x, const struct cf_media_line *y) {
    assert_int_equal(x->kind, y->kind);
    assert_int_equal(x->profile, y->profile);
    assert_int_equal(x->can_send, y->can_receive);
    assert_int_equal(x->can_receive, y->can_send);
    assert_int_equal(x->transport, y->transport);
    assert_str(cf_tag_str(&x->mid), cf_tag_str(&y->mid));
    assert_str(cf_tag_str(&x->local_label), cf_tag_str(&y->remote_label));
    assert_int_equal(x->has_vad, y->has_vad);
    assert_same_payloads(x, y);
    for (size_t i = 0; i < CF_EXTENSION_COUNT; i++) {
        assert_int_equal(x->extensions[i].id, y->extensions[i].id);
        assert_int_equal(x->extensions[i].can_send, y->extensions[i].can_receive);
    }
}

void test_party_assert_agree(const struct test_party *a, const struct test_party *b) {
    assert_int_equal(a->params->line_count, b->params->line_count);
    assert_int_equal(a->params->transport_count, b->params->transport_count);
    for (size_t i = 0; i < a->params->line_count; i++) {
        assert_int_equal(a->params->lines[i].is_active, b->params->lines[i].is_active);
        if (a->params->lines[i].is_active) {
            assert_same_line(&a->params->lines[i], &b->params->lines[i]);
            assert_same_line(&b->params->lines[i], &a->params->lines[i]);
        }
    }
    for (size_t i = 0; i < a->params->transport_count; i++) {
        assert_same_transport(&a->params->transports[i], &b->params->transports[i]);
        assert_same_transport(&b->params->transports[i], &a->params->transports[i]);
    }
}
