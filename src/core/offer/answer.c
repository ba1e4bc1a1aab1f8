/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers. */
#include "core/offer/answer.h"

#include "core/offer/answer_formats.h"
#include "core/offer/bundle.h"
#include "core/offer/description.h"
#include "core/offer/ice.h"
#include "core/offer/keying.h"
#include "core/offer/simulcast.h"
#include "core/sdp/connection.h"

/* What all lines of an answer are decided from. */
struct answer {
    const struct cf_answer_input *input;
    struct cf_session_part session;
    struct cf_session_part local_before; /* of the agreement in force */
    struct cf_session_part remote_before;
    struct cf_session_plan session_plan;
    struct cf_bundle bundle;
    bool is_taken[CF_SDP_MEDIA_MAX];
    struct cf_str mids[CF_SDP_MEDIA_MAX];
    /* The line that is worked on: here, since they are too large to be made anew for each of many lines. */
    struct cf_section offer;
    struct cf_plan plan;
};

static const struct cf_local_line *local_line(const struct answer *a, size_t index) {
    static const struct cf_local_line refused = {.is_refused = true};
    const struct cf_local_session *local = a->input->local;
    return index < local->line_count ? &local->lines[index] : &refused;
}

/* May keys be shown to this peer? */
static bool is_sdes_allowed(const struct cf_local_session *local) {
    const struct cf_policy *policy = local->policy;
    return policy->allows_sdes && (local->is_signalling_secure || policy->allows_sdes_on_insecure_signalling);
}

/* The place of @p suite in our preferences; the number of all if we don't do it. */
static size_t suite_rank(const struct cf_policy *policy, enum cf_srtp_suite suite) {
    size_t rank = 0;
    while (rank < policy->suite_count && policy->suites[rank] != suite) {
        rank++;
    }
    return rank;
}

/* The offered crypto attribute that we like best: DEVIATION(docs/rfc/4568.md#order). False if none will do. */
static bool find_best_crypto(const struct cf_policy *policy, const struct cf_section *offer, struct cf_sdp_crypto *ret) {
    size_t best = policy->suite_count;
    for (size_t i = 0; i < offer->attributes.crypto_count; i++) {
        struct cf_sdp_crypto crypto;
        if (!cf_sdp_crypto_peek(offer->attributes.cryptos[i], &crypto) || suite_rank(policy, crypto.suite) >= best ||
            !cf_section_crypto_at(offer, i, &crypto) || (crypto.key.mki_len > 0 && !policy->allows_mki)) {
            continue;
        }
        best = suite_rank(policy, crypto.suite);
        *ret = crypto;
    }
    return best < policy->suite_count;
}

/* Are the attributes of @p keying in @p offer, under a profile that may have them, and do we do it? */
static bool is_offered(const struct cf_local_session *local, const struct cf_local_line *line, const struct cf_section *offer,
                       enum cf_keying keying) {
    const struct cf_policy *policy = local->policy;
    /* RFC 8643: attributes under AVP. */
    bool is_plain = cf_profile_is_plain(offer->profile);
    bool is_opportunistic = is_plain && policy->is_opportunistic;
    switch (keying) {
    case CF_KEYING_DTLS:
        return local->fingerprint != NULL && cf_keying_has_dtls(offer) && (!is_plain || is_opportunistic);
    case CF_KEYING_SDES:
        return is_sdes_allowed(local) && (cf_profile_is_sdes(offer->profile) || is_opportunistic);
    case CF_KEYING_ZRTP:
        return line->zrtp_hash != NULL && offer->attributes.has_zrtp_hash && is_plain;
    case CF_KEYING_NONE:
    default:
        return policy->allows_plain && is_plain;
    }
}

/* Why nothing of what was offered will do. */
static enum cf_refusal_reason why_no_security(const struct cf_local_session *local, const struct cf_section *offer) {
    if (local->policy->demands_aes256) {
        return CF_REFUSAL_AES256;
    }
    if (cf_profile_is_plain(offer->profile)) {
        return CF_REFUSAL_PLAIN;
    }
    return cf_profile_is_sdes(offer->profile) && is_sdes_allowed(local) ? CF_REFUSAL_SUITE : CF_REFUSAL_KEYING;
}

/* Bundled lines follow the tagged one, whose section alone has the attributes of the transport (RFC 9143 section 7.1.3). */
static bool follows_other(const struct cf_section *offer) {
    return offer->media->port == 0 && cf_profile_is_dtls(offer->profile) && offer->attributes.fingerprint_count == 0;
}

/*
 * The first of our keyings that was offered: RFC 4568 section 5.1.2, RFC 5763 section 5, RFC 6189 section 8, RFC 8643. With SDES
 * the plan gets the attribute with the peer's key, which is replaced by ours when the answer is written.
 */
static enum cf_refusal_reason decide_security(const struct cf_local_session *local, const struct cf_local_line *line,
                                              const struct cf_section *offer, struct cf_plan *plan) {
    const struct cf_policy *policy = local->policy;
    if (follows_other(offer)) {
        return CF_REFUSAL_NONE;
    }
    for (size_t i = 0; i < policy->keying_count; i++) {
        enum cf_keying keying = policy->keyings[i];
        if (!is_offered(local, line, offer, keying)) {
            continue;
        }
        if (keying == CF_KEYING_SDES) {
            if (!find_best_crypto(policy, offer, &plan->cryptos[0])) {
                continue;
            }
            plan->crypto_count = 1;
        }
        plan->setup = keying == CF_KEYING_DTLS ? CF_SETUP_PASSIVE : CF_SETUP_NONE;
        plan->zrtp_hash = keying == CF_KEYING_ZRTP ? line->zrtp_hash : NULL;
        return CF_REFUSAL_NONE;
    }
    return why_no_security(local, offer);
}

/* With ICE the address is but one of several, or none yet. */
static enum cf_refusal_reason decide_address(const struct cf_section *offer, const struct cf_local_line *local, bool has_ice) {
    if (cf_sdp_is_multicast(&offer->rtp)) {
        return CF_REFUSAL_MULTICAST;
    }
    if (has_ice) {
        return CF_REFUSAL_NONE;
    }
    if (offer->is_name || offer->rtp.family == CF_FAMILY_NONE) {
        return CF_REFUSAL_ADDRESS;
    }
    return offer->rtp.family == local->rtp.family ? CF_REFUSAL_NONE : CF_REFUSAL_ADDRESS;
}

static bool has_format(const struct cf_plan *plan, enum cf_codec codec) {
    size_t i = 0;
    while (i < plan->format_count && plan->formats[i].codec != codec) {
        i++;
    }
    return i < plan->format_count;
}

/* Extensions that are of no use on the line, as a set. */
static uint32_t useless_extensions(const struct cf_section *offer, const struct cf_plan *plan) {
    uint32_t useless = plan->rid_count > 0 ? 0 : CF_SIMULCAST_EXTENSIONS;
    /* Payloads of other formats tell themselves what layer they are of. */
    useless |= has_format(plan, CF_CODEC_H264) ? 0 : 1U << CF_EXTENSION_FRAME_MARKING;
    /* Descriptors of key frames are too long for the short form. */
    bool has_described = has_format(plan, CF_CODEC_AV1) && offer->attributes.allows_mixed;
    useless |= has_described ? 0 : 1U << CF_EXTENSION_DEPENDENCY_DESCRIPTOR;
    return useless;
}

/* Frame marking is read, and nothing of it written. */
static enum cf_direction most_of(enum cf_extension extension) {
    return extension == CF_EXTENSION_FRAME_MARKING ? CF_DIRECTION_RECVONLY : CF_DIRECTION_SENDRECV;
}

static void decide_extensions(const struct cf_policy *policy, const struct cf_section *offer, struct cf_plan *plan) {
    uint32_t ours = cf_policy_extensions_of(policy, offer->media->kind) & ~useless_extensions(offer, plan);
    uint32_t ids[(CF_EXTENSION_ID_MAX + 1) / 32] = {0};
    for (size_t i = 0; i < CF_EXTENSION_COUNT; i++) {
        const struct cf_section_extmap *offered = &offer->attributes.extmaps[i];
        bool is_known_id = (ids[offered->id / 32] & (1U << offered->id % 32)) != 0;
        if (offered->id == 0 || (ours & (1U << i)) == 0 || is_known_id || (i == CF_EXTENSION_MID && plan->mid.at == NULL)) {
            continue;
        }
        ids[offered->id / 32] |= 1U << offered->id % 32;
        plan->allows_mixed = plan->allows_mixed || i == CF_EXTENSION_DEPENDENCY_DESCRIPTOR;
        struct cf_sdp_extmap *map = &plan->extmaps[plan->extmap_count++];
        *map = (struct cf_sdp_extmap){
            .id = offered->id,
            .direction =
                cf_direction_common(cf_direction_mirror((enum cf_direction)offered->direction), most_of((enum cf_extension)i)),
            .extension = (enum cf_extension)i,
            .uri = cf_extension_uri((enum cf_extension)i),
        };
        /* RFC 6464 section 4: whether the voice bit is used is the offerer's word. */
        if (i == CF_EXTENSION_SSRC_AUDIO_LEVEL && offered->has_vad_word) {
            map->attributes = offered->has_vad ? CF_STR("vad=on") : CF_STR("vad=off");
        }
    }
}

static void decide_details(const struct cf_policy *policy, const struct cf_section *offer, const struct cf_local_line *local,
                           struct cf_plan *plan) {
    enum cf_direction offered = offer->attributes.direction;
    if (offer->is_zero && !plan->has_ice) {
        /* RFC 3264 section 8.4: the hold of RFC 2543 leaves the peer nowhere to receive. */
        offered = cf_direction_common(offered, CF_DIRECTION_SENDONLY);
    }
    plan->local = local;
    plan->direction = cf_direction_common(cf_direction_mirror(offered), local->direction);
    plan->has_rtcp_mux = offer->attributes.has_rtcp_mux;
    plan->has_rtcp_rsize = offer->attributes.has_rtcp_rsize && policy->allows_reduced_rtcp;
    plan->has_rtcp = !plan->has_rtcp_mux;
    plan->trr_int_msec = offer->formats.trr_int_msec;
    plan->ptime_msec = offer->media->kind == CF_MEDIA_AUDIO ? policy->ptime_msec : 0;
    plan->mid = offer->attributes.mid;
    plan->label = local->label.at != NULL ? local->label : offer->attributes.label;
    plan->content = local->content.at != NULL ? local->content : offer->attributes.content;
    cf_simulcast_answer(policy, offer, local, plan);
    decide_extensions(policy, offer, plan);
}

static bool is_too_long(struct cf_str s) {
    return s.len > CF_TAG_MAX;
}

static enum cf_refusal_reason decide(const struct answer *a, const struct cf_section *offer, const struct cf_local_line *local,
                                     struct cf_plan *plan) {
    const struct cf_policy *policy = a->input->local->policy;
    bool is_bundle_only = offer->media->port == 0;
    if (cf_policy_codecs_of(policy, offer->media->kind)->count == 0) {
        return CF_REFUSAL_KIND;
    }
    if (offer->profile == CF_PROFILE_OTHER) {
        return CF_REFUSAL_PROTOCOL;
    }
    if (local->is_refused) {
        return CF_REFUSAL_DECLINED;
    }
    if (is_too_long(offer->attributes.mid) || is_too_long(offer->attributes.label)) {
        return CF_REFUSAL_NAME;
    }
    if (is_bundle_only && !policy->allows_bundle) {
        return CF_REFUSAL_BUNDLE;
    }
    enum cf_refusal_reason reason = is_bundle_only ? CF_REFUSAL_NONE : decide_address(offer, local, plan->has_ice);
    if (reason == CF_REFUSAL_NONE) {
        reason = decide_security(a->input->local, local, offer, plan);
    }
    if (reason == CF_REFUSAL_NONE && !cf_answer_formats(policy, offer, plan)) {
        reason = CF_REFUSAL_FORMAT;
    }
    if (reason == CF_REFUSAL_NONE) {
        decide_details(policy, offer, local, plan);
    }
    return reason;
}

/* Line @p index as it was agreed on before. */
struct former {
    struct cf_section local;
    struct cf_section remote;
};

static bool read_former(const struct answer *a, size_t index, struct former *ret) {
    const struct cf_pair *before = a->input->before;
    if (before == NULL || index >= before->local->media_count || index >= before->remote->media_count) {
        return false;
    }
    cf_section_read(&a->local_before, index, &ret->local);
    cf_section_read(&a->remote_before, index, &ret->remote);
    return true;
}

static void decide_ice(const struct answer *a, size_t index, struct cf_plan *plan) {
    if (!cf_ice_is_offered(&a->offer)) {
        cf_ice_decide(a->input->local, local_line(a, index), &a->offer, NULL, plan);
        return;
    }
    struct former former;
    bool is_there = read_former(a, index, &former);
    const struct cf_ice_before before = {&former.local, &former.remote};
    cf_ice_decide(a->input->local, local_line(a, index), &a->offer, is_there ? &before : NULL, plan);
}

/* Read line @p index and plan it but for bundling and keys. */
static void plan_line(struct answer *a, size_t index) {
    const struct cf_section *offer = &a->offer;
    struct cf_plan *plan = &a->plan;
    cf_section_read(&a->session, index, &a->offer);
    cf_plan_reset(plan);
    plan->media = offer->media->media;
    plan->protocol = offer->media->protocol;
    plan->formats_text = offer->media->formats;
    plan->label = is_too_long(offer->attributes.label) ? CF_STR_NONE : offer->attributes.label;
    plan->refusal = CF_REFUSAL_DECLINED;
    if (!cf_section_is_disabled(offer)) {
        decide_ice(a, index, plan);
        plan->refusal = decide(a, offer, local_line(a, index), plan);
    }
}

/*
 * Our key stays while suite and the peer's key stay (RFC 4568 section 7.1.4): a new one would start all counters of the
 * protection anew.
 */
static bool keep_key(const struct answer *a, const struct former *former, struct cf_sdp_crypto *crypto) {
    struct cf_pair_crypto agreed;
    bool is_kept = former != NULL &&
                   cf_pair_crypto_of(&former->local, &former->remote, a->input->before->is_local_offer, &agreed) &&
                   agreed.remote.suite == crypto->suite && cf_sdes_key_eq(&agreed.remote.key, &crypto->key);
    if (is_kept) {
        crypto->key = agreed.local.key;
    }
    return is_kept;
}

/* Keys, certificates and ids: what was agreed on before goes on if the offer lets it. */
static void set_keys(const struct answer *a, size_t index, struct cf_plan *plan) {
    if (plan->crypto_count == 0 && plan->setup == CF_SETUP_NONE && !plan->has_ice) {
        return;
    }
    struct former former;
    bool is_there = read_former(a, index, &former);
    if (plan->crypto_count > 0 && !keep_key(a, is_there ? &former : NULL, &plan->cryptos[0])) {
        cf_sdes_key_make(a->input->local->entropy, plan->cryptos[0].suite, &plan->cryptos[0].key);
    }
    if (plan->setup != CF_SETUP_NONE) {
        const struct cf_keying_before before = {&former.local, &former.remote};
        bool was_dtls = is_there && !cf_section_is_disabled(&former.local) &&
                        cf_keying_of(&former.local, &former.remote, a->input->before->is_local_offer) == CF_KEYING_DTLS;
        cf_keying_answer(a->input->local, &a->offer, was_dtls ? &before : NULL, plan);
    }
    if (plan->has_ice) {
        const struct cf_ice_before before = {&former.local, &former.remote};
        cf_ice_set_answer(a->input->local, &a->offer, is_there ? &before : NULL, plan);
    }
}

static bool is_refused_for_bundle(const struct answer *a, const struct cf_section *offer, size_t index) {
    return offer->media->port == 0 && a->bundle.of[index] == CF_BUNDLE_NONE;
}

/* Which lines would be taken, before it is known whose transport they use. */
static void survey(struct answer *a) {
    for (size_t i = 0; i < a->session.sdp->media_count; i++) {
        plan_line(a, i);
        a->mids[i] = a->offer.attributes.mid;
        a->is_taken[i] = a->plan.refusal == CF_REFUSAL_NONE;
    }
}

/* Write line @p index. Why it is refused, NONE if it is taken or was disabled by the offerer. */
static enum cf_refusal_reason write_line(struct answer *a, size_t index, struct cf_writer *w) {
    plan_line(a, index);
    if (a->plan.refusal == CF_REFUSAL_NONE && is_refused_for_bundle(a, &a->offer, index)) {
        a->plan.refusal = CF_REFUSAL_BUNDLE;
    }
    a->is_taken[index] = a->plan.refusal == CF_REFUSAL_NONE;
    a->plan.is_bundled = a->bundle.of[index] != CF_BUNDLE_NONE && a->bundle.tagged != index;
    if (a->is_taken[index]) {
        set_keys(a, index, &a->plan);
    }
    cf_put_description_section(w, &a->session_plan, &a->plan);
    return cf_section_is_disabled(&a->offer) ? CF_REFUSAL_NONE : a->plan.refusal;
}

/* .is_taken, .mids, .offer and .plan are filled in as lines are read. */
static void begin(struct answer *a, const struct cf_answer_input *input) {
    a->input = input;
    a->session_plan = (struct cf_session_plan){
        .local = input->local,
        .name = input->local->name,
        .start_ntp = input->offer->start_ntp,
        .stop_ntp = input->offer->stop_ntp,
    };
    cf_bundle_none(&a->bundle);
    cf_session_part_read(input->offer, &a->session);
    if (input->before != NULL) {
        cf_session_part_read(input->before->local, &a->local_before);
        cf_session_part_read(input->before->remote, &a->remote_before);
    }
}

/* Write all lines. CF_ERR_UNSUPPORTED: there are lines in use and none of them was taken. */
static enum cf_err write_lines(struct answer *a, struct cf_writer *w, struct cf_refusal *ret_refusal) {
    struct cf_refusal first = {.line = CF_REFUSAL_ALL_LINES};
    bool is_any_taken = false;
    for (size_t i = 0; i < a->session.sdp->media_count; i++) {
        enum cf_refusal_reason reason = write_line(a, i, w);
        is_any_taken = is_any_taken || a->is_taken[i];
        if (reason != CF_REFUSAL_NONE && first.reason == CF_REFUSAL_NONE) {
            first = (struct cf_refusal){.reason = reason, .line = (uint16_t)i};
        }
    }
    if (!is_any_taken && first.reason != CF_REFUSAL_NONE) {
        *ret_refusal = first;
        return CF_ERR_UNSUPPORTED;
    }
    return cf_writer_ok(w) ? CF_OK : CF_ERR_NO_ROOM;
}

enum cf_err cf_answer_write(const struct cf_answer_input *input, struct cf_writer *w, struct cf_refusal *ret_refusal) {
    struct answer a CF_SCRATCH;
    begin(&a, input);
    /* Lines are read once if they can be, and twice if a group has to be known before the first of them is written. */
    if (input->local->policy->allows_bundle && a.session.has_bundle) {
        survey(&a);
        cf_bundle_read(&a.session, a.is_taken, &a.bundle);
    }
    cf_put_description_session(w, &a.session_plan);
    cf_put_bundle(w, &a.bundle, a.mids, input->offer->media_count);
    enum cf_err err = write_lines(&a, w, ret_refusal);
    cf_mem_wipe(a.plan.cryptos, sizeof a.plan.cryptos);
    return err;
}
