/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A dialog's offers and answers. The first octet chooses the policy; the rest are descriptions of the peer, separated by NUL,
 * each taken for what the state makes of it. An answer of ours must keep the rules that we hold peers to, and mean the same to
 * both sides.
 */
#include "core/offer/conclude.h"
#include "core/offer/negotiation.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINES 4

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static void fill(void *ctx, uint8_t *out, size_t len) {
    uint8_t *next = ctx;
    for (size_t i = 0; i < len; i++) {
        out[i] = (*next)++;
    }
}

static uint8_t next_octet;
static const struct cf_mem mem = {heap_alloc, heap_free, NULL};
static const struct cf_entropy entropy = {fill, &next_octet};
static struct cf_policy policy;
static struct cf_local_line local_lines[LINES];
static struct cf_local_session session;
static struct cf_negotiation n;

static void begin(uint8_t options) {
    next_octet = 0;
    cf_policy_default(&policy);
    policy.allows_bundle = (options & 1U) != 0;
    policy.allows_plain = (options & 2U) == 0;
    policy.is_opportunistic = (options & 4U) != 0;
    policy.is_our_order = (options & 8U) != 0;
    policy.offer_profile = (options & 16U) != 0 ? CF_PROFILE_SAVPF : CF_PROFILE_AVP;
    policy.allows_mki = (options & 32U) != 0;
    for (size_t i = 0; i < LINES; i++) {
        local_lines[i] = (struct cf_local_line){
            .is_refused = i == 2,
            .kind = i == 0 ? CF_MEDIA_AUDIO : CF_MEDIA_VIDEO,
            .direction = i == 3 ? CF_DIRECTION_SENDONLY : CF_DIRECTION_SENDRECV,
            .rtp = {.ip = {192, 0, 2, 1}, .port = (uint16_t)(1000 + 2 * i), .family = CF_FAMILY_IP4},
            .ssrc = 7,
        };
    }
    session = (struct cf_local_session){
        .policy = &policy,
        .entropy = &entropy,
        .is_signalling_secure = (options & 64U) == 0,
        .address = {.ip = {192, 0, 2, 1}, .family = CF_FAMILY_IP4},
        .lines = local_lines,
        .line_count = LINES,
    };
    cf_negotiation_init(&n, &mem);
}

static void check_line(const struct cf_media_line *ours, const struct cf_media_line *theirs) {
    require(ours->is_active == theirs->is_active);
    if (!ours->is_active) {
        return;
    }
    require(ours->can_send == theirs->can_receive || !ours->can_send);
    require(ours->can_receive == theirs->can_send);
    require(ours->payload_count == theirs->payload_count && ours->payload_count > 0);
    for (size_t i = 0; i < ours->payload_count; i++) {
        require(ours->payloads[i].codec == theirs->payloads[i].codec);
        require(ours->payloads[i].send_type == theirs->payloads[i].receive_type);
        require(ours->payloads[i].receive_type == theirs->payloads[i].send_type);
        require(cf_media_payload_of_type(ours, ours->payloads[i].receive_type) == &ours->payloads[i]);
    }
}

/* What the offerer would make of our answer. */
static void check_answer(struct cf_str offer_text, struct cf_str answer_text, const struct cf_media_params *ours) {
    struct cf_sdp offer;
    struct cf_sdp answer;
    struct cf_parse_error error;
    struct cf_refusal refusal;
    struct cf_media_params *theirs = NULL;
    require(cf_sdp_load(&mem, offer_text, &offer, &error) == CF_OK);
    require(cf_sdp_load(&mem, answer_text, &answer, &error) == CF_OK);
    require(cf_answer_check(&offer, &answer, &refusal) == CF_OK);
    const struct cf_pair pair = {.local = &offer, .remote = &answer, .is_local_offer = true};
    require(cf_conclude(&mem, &pair, &theirs) == CF_OK);
    require(cf_answer_check_use(&answer, theirs, &refusal) == CF_OK);
    require(ours->line_count == theirs->line_count && ours->transport_count == theirs->transport_count);
    for (size_t i = 0; i < ours->line_count; i++) {
        check_line(&ours->lines[i], &theirs->lines[i]);
        require(!ours->lines[i].is_active || ours->lines[i].transport < ours->transport_count);
    }
    cf_media_params_free(&mem, theirs);
    cf_sdp_unload(&mem, &offer);
    cf_sdp_unload(&mem, &answer);
}

static void run_offer(struct cf_str text) {
    struct cf_offered_line lines[LINES];
    struct cf_refusal refusal = {0};
    struct cf_str answer;
    size_t count = 0;
    if (cf_negotiation_on_offer(&n, text, &refusal) != CF_OK) {
        require(refusal.reason != CF_REFUSAL_NONE && n.state == CF_NEGOTIATION_STABLE);
        return;
    }
    require(cf_negotiation_offered(&n, lines, LINES, &count) == CF_OK);
    enum cf_err err = cf_negotiation_answer(&n, &session, &answer, &refusal);
    if (err != CF_OK) {
        require(err == CF_ERR_NO_ROOM || refusal.reason != CF_REFUSAL_NONE);
        require(cf_negotiation_rollback(&n) == CF_OK);
        return;
    }
    struct cf_media_params *params = cf_negotiation_take_params(&n);
    check_answer(text, answer, params);
    cf_media_params_free(&mem, params);
}

/* We offer as many lines as there are, and @p text is the answer, first as a preview. */
static void run_answer(struct cf_str text) {
    struct cf_str offer;
    struct cf_refusal refusal = {0};
    if (cf_negotiation_offer(&n, &session, &offer) != CF_OK) {
        return;
    }
    enum cf_err preview = cf_negotiation_on_preview(&n, text, &refusal);
    cf_media_params_free(&mem, cf_negotiation_take_params(&n));
    enum cf_err err = cf_negotiation_on_answer(&n, text, &refusal);
    require(preview == err);
    if (err != CF_OK) {
        require(refusal.reason != CF_REFUSAL_NONE);
        require(cf_negotiation_rollback(&n) == CF_OK);
    }
    cf_media_params_free(&mem, cf_negotiation_take_params(&n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    struct cf_str rest = cf_span_str((struct cf_span){data + 1, size - 1});
    bool is_offerer = (data[0] & 128U) != 0;
    begin(data[0]);
    while (rest.at != NULL) {
        struct cf_str text = cf_str_cut(&rest, '\0');
        if (is_offerer) {
            run_answer(text);
        } else {
            run_offer(text);
        }
        is_offerer = (data[0] & 128U) != 0 && !is_offerer;
    }
    cf_negotiation_fini(&n);
    return 0;
}
