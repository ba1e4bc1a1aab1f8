/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offers. */
#include "core/offer/offer.h"

#include "core/offer/answer_formats.h"
#include "core/offer/bundle.h"
#include "core/offer/description.h"
#include "core/offer/ice.h"
#include "core/offer/keying.h"
#include "core/offer/offer_formats.h"
#include "core/offer/simulcast.h"

/* What all lines of an offer are decided from. */
struct offer {
    const struct cf_offer_input *input;
    struct cf_session_part local_before; /* of the agreement in force, if there is one */
    struct cf_session_part remote_before;
    struct cf_numbering numbering;
    bool has_group;     /* offer a BUNDLE group */
    bool is_group_used; /* it is agreed on already: lines share a transport */
    struct cf_bundle bundle;
    struct cf_plan_mid generated[CF_SDP_MEDIA_MAX];
    struct cf_str mids[CF_SDP_MEDIA_MAX];
};

/* A line as it is in the agreement in force. */
struct former {
    bool is_there;  /* there is such a line, perhaps not in use */
    bool is_in_use; /* and the offer goes on with it */
    struct cf_section local;
    struct cf_section remote;
};

static void read_former(const struct offer *o, size_t index, struct former *ret) {
    const struct cf_pair *before = o->input->before;
    ret->is_there = before != NULL && index < before->local->media_count && index < before->remote->media_count;
    ret->is_in_use = false;
    if (ret->is_there) {
        cf_section_read(&o->local_before, index, &ret->local);
        cf_section_read(&o->remote_before, index, &ret->remote);
        ret->is_in_use = !cf_section_is_disabled(&ret->local) && !cf_section_is_disabled(&ret->remote);
    }
}

static bool is_sdes_allowed(const struct cf_local_session *local) {
    return local->policy->allows_sdes && (local->is_signalling_secure || local->policy->allows_sdes_on_insecure_signalling);
}

/* Could a new line be protected in that way? */
static bool can_offer(const struct cf_local_session *local, const struct cf_local_line *line, enum cf_keying keying) {
    const struct cf_policy *policy = local->policy;
    if (!cf_policy_does(policy, keying)) {
        return false;
    }
    switch (keying) {
    case CF_KEYING_DTLS:
        return local->fingerprint != NULL;
    case CF_KEYING_SDES:
        return is_sdes_allowed(local) && policy->suite_count > 0;
    case CF_KEYING_ZRTP:
        return line->zrtp_hash != NULL;
    case CF_KEYING_NONE:
    default:
        return policy->allows_plain;
    }
}

static enum cf_keying keying_of_profile(enum cf_profile profile) {
    if (cf_profile_is_dtls(profile)) {
        return CF_KEYING_DTLS;
    }
    return cf_profile_is_sdes(profile) ? CF_KEYING_SDES : CF_KEYING_NONE;
}

/* A way of protecting a new line, and whether it has the feedback of RFC 4585. */
struct protection {
    enum cf_keying keying;
    bool has_feedback;
};

static bool has_feedback(enum cf_profile profile) {
    return profile == CF_PROFILE_AVPF || profile == CF_PROFILE_SAVPF || profile == CF_PROFILE_DTLS_SAVPF;
}

/* What the policy's profile stands for if it can be, then our keyings that can, in their order; *@p passed counts down to the one
 * that is wanted. False: none is left. */
static bool next_keying(const struct cf_local_session *local, const struct cf_local_line *line, unsigned *passed,
                        enum cf_keying *ret) {
    const struct cf_policy *policy = local->policy;
    enum cf_keying wanted = keying_of_profile(policy->offer_profile);
    if (can_offer(local, line, wanted) && (*passed)-- == 0) {
        *ret = wanted;
        return true;
    }
    for (size_t i = 0; i < policy->keying_count; i++) {
        bool is_another = policy->keyings[i] != wanted && can_offer(local, line, policy->keyings[i]);
        if (is_another && (*passed)-- == 0) {
            *ret = policy->keyings[i];
            return true;
        }
    }
    return false;
}

/*
 * All keyings with the feedback that the policy wants, or without, then all of them the other way round: a 488 is more often
 * about keys, but there are phones that know no AVPF, and browsers that take nothing else. What was refused already is passed
 * over.
 */
static bool new_protection(const struct cf_local_session *local, const struct cf_local_line *line, struct protection *ret) {
    unsigned passed = local->refused_protections;
    ret->has_feedback = has_feedback(local->policy->offer_profile);
    if (next_keying(local, line, &passed, &ret->keying)) {
        return true;
    }
    ret->has_feedback = !ret->has_feedback;
    return next_keying(local, line, &passed, &ret->keying);
}

static enum cf_profile profile_of(const struct protection *protection) {
    if (protection->keying == CF_KEYING_DTLS) {
        return protection->has_feedback ? CF_PROFILE_DTLS_SAVPF : CF_PROFILE_DTLS_SAVP;
    }
    if (protection->keying == CF_KEYING_SDES) {
        return protection->has_feedback ? CF_PROFILE_SAVPF : CF_PROFILE_SAVP;
    }
    return protection->has_feedback ? CF_PROFILE_AVPF : CF_PROFILE_AVP;
}

/* Our former attributes for a line, in its order. */
struct former_cryptos {
    size_t count;
    struct cf_sdp_crypto list[CF_SECTION_CRYPTOS_MAX];
    uint32_t highest_tag;
};

static void read_former_cryptos(const struct former *former, struct former_cryptos *ret) {
    ret->count = 0;
    ret->highest_tag = 0;
    for (size_t i = 0; former->is_in_use && i < former->local.attributes.crypto_count; i++) {
        struct cf_sdp_crypto *crypto = &ret->list[ret->count];
        if (cf_section_crypto_at(&former->local, i, crypto)) {
            ret->count++;
            ret->highest_tag = crypto->tag > ret->highest_tag ? crypto->tag : ret->highest_tag;
        }
    }
}

static const struct cf_sdp_crypto *former_crypto(const struct former_cryptos *former, enum cf_srtp_suite suite) {
    for (size_t i = 0; i < former->count; i++) {
        if (former->list[i].suite == suite) {
            return &former->list[i];
        }
    }
    return NULL;
}

/*
 * The suite in use comes first with the key it has (RFC 4568 section 7.1.4), then the others. Those that this peer was offered
 * before are offered again as they were, so that an offer without news has none.
 */
static void plan_cryptos(const struct offer *o, const struct former *former, struct cf_plan *plan) {
    const struct cf_policy *policy = o->input->local->policy;
    struct cf_pair_crypto agreed;
    enum cf_srtp_suite kept = CF_SRTP_NONE;
    struct former_cryptos cryptos;
    read_former_cryptos(former, &cryptos);
    uint32_t tag = cryptos.highest_tag;
    if (former->is_in_use && cf_pair_crypto_of(&former->local, &former->remote, o->input->before->is_local_offer, &agreed)) {
        plan->cryptos[plan->crypto_count++] = agreed.local;
        kept = agreed.local.suite;
    }
    for (size_t i = 0; i < policy->suite_count && plan->crypto_count < CF_SRTP_SUITE_COUNT; i++) {
        const struct cf_sdp_crypto *was = former_crypto(&cryptos, policy->suites[i]);
        struct cf_sdp_crypto *crypto = &plan->cryptos[plan->crypto_count];
        if (policy->suites[i] == kept || (was == NULL && tag == CF_SDP_CRYPTO_TAG_MAX)) {
            continue;
        }
        plan->crypto_count++;
        if (was != NULL) {
            *crypto = *was;
            continue;
        }
        *crypto = (struct cf_sdp_crypto){.tag = ++tag, .suite = policy->suites[i]};
        cf_sdes_key_make(o->input->local->entropy, policy->suites[i], &crypto->key);
    }
    cf_mem_wipe(&cryptos, sizeof cryptos);
}

/* Attributes under RTP/AVP(F): ZRTP always (RFC 6189 section 8), the others if policy wants them there (RFC 8643). */
static void plan_opportunities(const struct offer *o, const struct former *former, struct cf_plan *plan) {
    const struct cf_local_session *local = o->input->local;
    bool is_new = !former->is_in_use && local->policy->offers_opportunistic;
    if (is_new && can_offer(local, plan->local, CF_KEYING_DTLS)) {
        cf_keying_offer(local, NULL, plan);
    }
    if (is_new && can_offer(local, plan->local, CF_KEYING_SDES)) {
        plan_cryptos(o, former, plan);
    }
    if (can_offer(local, plan->local, CF_KEYING_ZRTP)) {
        plan->zrtp_hash = plan->local->zrtp_hash;
    }
}

static enum cf_err plan_new_protection(const struct offer *o, const struct former *former, struct cf_plan *plan) {
    const struct cf_local_session *local = o->input->local;
    struct protection protection;
    if (!new_protection(local, plan->local, &protection)) {
        return CF_ERR_STATE;
    }
    plan->protocol = cf_profile_name(profile_of(&protection));
    if (protection.keying == CF_KEYING_DTLS) {
        cf_keying_offer(local, NULL, plan);
    } else if (protection.keying == CF_KEYING_SDES) {
        plan_cryptos(o, former, plan);
    } else {
        plan_opportunities(o, former, plan);
    }
    return CF_OK;
}

/* A line that is in use goes on as it is protected. */
static enum cf_err plan_protection(const struct offer *o, const struct former *former, struct cf_plan *plan) {
    const struct cf_keying_before before = {&former->local, &former->remote};
    if (!former->is_in_use) {
        return plan_new_protection(o, former, plan);
    }
    plan->protocol = cf_profile_name(former->local.profile);
    enum cf_keying keying = cf_keying_of(&former->local, &former->remote, o->input->before->is_local_offer);
    if (keying == CF_KEYING_DTLS) {
        cf_keying_offer(o->input->local, &before, plan);
    } else if (keying == CF_KEYING_SDES || cf_profile_is_sdes(former->local.profile)) {
        plan_cryptos(o, former, plan);
    } else {
        plan_opportunities(o, former, plan);
    }
    return CF_OK;
}

static bool is_id_used(const struct cf_plan *plan, uint16_t id) {
    for (size_t i = 0; i < plan->extmap_count; i++) {
        if (plan->extmaps[i].id == id) {
            return true;
        }
    }
    return false;
}

static bool is_extension_in_use(const struct former *former, enum cf_extension extension) {
    return former->is_in_use && former->local.attributes.extmaps[extension].id != 0 &&
           former->remote.attributes.extmaps[extension].id != 0;
}

/* Descriptors of layers (AV1) are for those who are offered all that browsers have; what is in use goes on. They need extensions
 * of the long form. */
static bool offers_descriptors(const struct cf_policy *policy, enum cf_media_kind kind, const struct former *former) {
    if (former->is_in_use) {
        return is_extension_in_use(former, CF_EXTENSION_DEPENDENCY_DESCRIPTOR);
    }
    const struct cf_policy_codecs *codecs = cf_policy_codecs_of(policy, kind);
    bool has_av1 = false;
    for (size_t i = 0; i < codecs->count; i++) {
        has_av1 = has_av1 || codecs->list[i].codec == CF_CODEC_AV1;
    }
    return has_av1 && policy->offers_congestion_control;
}

/* Ids stay what they were (RFC 8285 section 6); an extension whose usual id is taken by another one is not offered. */
static void plan_extensions(const struct offer *o, enum cf_media_kind kind, const struct former *former, struct cf_plan *plan) {
    const struct cf_policy *policy = o->input->local->policy;
    uint32_t ours = cf_policy_extensions_of(policy, kind);
    bool has_control = policy->offers_congestion_control || is_extension_in_use(former, CF_EXTENSION_TRANSPORT_CC);
    ours &= ~(is_extension_in_use(former, CF_EXTENSION_FRAME_MARKING) ? 0 : 1U << CF_EXTENSION_FRAME_MARKING);
    bool has_described = offers_descriptors(policy, kind, former);
    ours &= ~(has_control ? 0 : 1U << CF_EXTENSION_TRANSPORT_CC);
    ours &= ~(has_described ? 0 : 1U << CF_EXTENSION_DEPENDENCY_DESCRIPTOR);
    plan->allows_mixed = has_described;
    ours &= ~(plan->rid_count > 0 ? 0 : CF_SIMULCAST_EXTENSIONS);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < CF_EXTENSION_COUNT; i++) {
            enum cf_extension extension = (enum cf_extension)i;
            uint16_t id = former->is_in_use ? former->local.attributes.extmaps[i].id : 0;
            bool is_turn = (id != 0) == (pass == 0);
            id = id != 0 ? id : cf_extension_default_id(extension);
            if (!is_turn || (ours & (1U << i)) == 0 || (extension == CF_EXTENSION_MID && plan->mid.at == NULL) ||
                is_id_used(plan, id)) {
                continue;
            }
            plan->extmaps[plan->extmap_count++] = (struct cf_sdp_extmap){
                .id = id,
                .direction = extension == CF_EXTENSION_FRAME_MARKING ? CF_DIRECTION_RECVONLY : CF_DIRECTION_SENDRECV,
                .extension = extension,
                .uri = cf_extension_uri(extension),
                .attributes = extension == CF_EXTENSION_SSRC_AUDIO_LEVEL ? CF_STR("vad=on") : CF_STR_NONE,
            };
        }
    }
}

static struct cf_str kind_name(enum cf_media_kind kind) {
    return kind == CF_MEDIA_AUDIO ? CF_STR("audio") : CF_STR("video");
}

static bool is_mid_taken(const struct offer *o, struct cf_str mid) {
    for (size_t i = 0; i < o->input->local->line_count; i++) {
        if (o->mids[i].at != NULL && cf_str_eq(o->mids[i], mid)) {
            return true;
        }
    }
    return false;
}

/* "a0", "v1", or with more letters if the peer has used that for another line. Absent if even that is so. */
static struct cf_str generate_mid(struct offer *o, size_t index) {
    struct cf_plan_mid *mid = &o->generated[index];
    struct cf_writer w;
    for (size_t letters = 1; letters <= 4; letters++) {
        cf_writer_init(&w, mid->text, sizeof mid->text);
        for (size_t i = 0; i < letters; i++) {
            cf_put_char(&w, o->input->local->lines[index].kind == CF_MEDIA_AUDIO ? 'a' : 'v');
        }
        cf_put_dec(&w, index);
        if (!is_mid_taken(o, cf_writer_str(&w))) {
            return cf_writer_str(&w);
        }
    }
    return CF_STR_NONE;
}

static void plan_refused(const struct offer *o, size_t index, const struct former *former, struct cf_plan *plan) {
    plan->refusal = CF_REFUSAL_DECLINED;
    plan->media = kind_name(o->input->local->lines[index].kind);
    plan->protocol = CF_STR("RTP/AVP");
    plan->formats_text = CF_STR("0");
    if (former->is_there) {
        plan->media = former->local.media->media;
        plan->protocol = former->local.media->protocol;
        plan->formats_text = former->local.media->formats;
    }
}

static enum cf_err plan_line(const struct offer *o, size_t index, const struct former *former, struct cf_plan *plan) {
    const struct cf_local_line *local = &o->input->local->lines[index];
    const struct cf_policy *policy = o->input->local->policy;
    cf_plan_reset(plan);
    if (local->is_refused) {
        plan_refused(o, index, former, plan);
        return CF_OK;
    }
    if (local->kind == CF_MEDIA_OTHER || local->rtp.family == CF_FAMILY_NONE || local->rtp.port == 0 ||
        (former->is_in_use && former->local.media->kind != local->kind)) {
        return CF_ERR_STATE;
    }
    bool is_mux_agreed = former->is_in_use && former->local.attributes.has_rtcp_mux && former->remote.attributes.has_rtcp_mux;
    plan->local = local;
    plan->media = kind_name(local->kind);
    plan->direction = local->direction;
    plan->is_bundled = o->is_group_used && o->bundle.of[index] != CF_BUNDLE_NONE && o->bundle.tagged != index;
    plan->has_rtcp_mux = former->is_in_use ? is_mux_agreed : policy->offers_rtcp_mux || o->has_group;
    plan->has_rtcp = !is_mux_agreed || former->local.attributes.has_rtcp;
    plan->has_rtcp_rsize = policy->allows_reduced_rtcp;
    plan->trr_int_msec = policy->trr_int_msec;
    plan->ptime_msec = local->kind == CF_MEDIA_AUDIO ? policy->ptime_msec : 0;
    plan->mid = o->mids[index];
    plan->label = local->label;
    plan->content = local->content;
    cf_simulcast_offer(local, former->is_in_use ? &former->local : NULL, former->is_in_use ? &former->remote : NULL, plan);
    plan_extensions(o, local->kind, former, plan);
    cf_offer_formats(&o->numbering, local->kind, former->is_in_use ? &former->local : NULL,
                     former->is_in_use ? &former->remote : NULL, plan);
    if (plan->format_count == 0) {
        return CF_ERR_STATE;
    }
    const struct cf_ice_before before = {&former->local, &former->remote};
    cf_ice_set_offer(o->input->local, former->is_in_use ? &before : NULL, plan);
    return plan_protection(o, former, plan);
}

/* A group is offered at first; later only if it was agreed on (RFC 9143 section 7.5). */
static void begin(struct offer *o, const struct cf_offer_input *input) {
    struct cf_bundle agreed;
    memset(o, 0, sizeof *o);
    o->input = input;
    o->has_group = input->local->policy->allows_bundle;
    cf_bundle_none(&o->bundle);
    cf_numbering_make(input->local->policy, &o->numbering);
    if (input->before != NULL) {
        cf_session_part_read(input->before->local, &o->local_before);
        cf_session_part_read(input->before->remote, &o->remote_before);
        bool is_local_offer = input->before->is_local_offer;
        cf_bundle_agreed(is_local_offer ? &o->local_before : &o->remote_before,
                         is_local_offer ? &o->remote_before : &o->local_before, &agreed);
        o->has_group = o->has_group && agreed.is_used;
        o->is_group_used = o->has_group;
    }
}

/* Names of all lines: first those that have one, so that new ones don't collide with them. */
static void plan_mids(struct offer *o, struct former *former) {
    const struct cf_local_session *local = o->input->local;
    for (size_t i = 0; i < local->line_count; i++) {
        if (!local->lines[i].is_refused) {
            read_former(o, i, former);
            o->mids[i] = former->is_in_use ? former->local.attributes.mid : local->lines[i].mid;
        }
    }
    for (size_t i = 0; i < local->line_count && o->has_group; i++) {
        if (!local->lines[i].is_refused && o->mids[i].at == NULL) {
            o->mids[i] = generate_mid(o, i);
        }
    }
}

/* The group of all lines in use, tagged by the first of them. */
static void plan_group(struct offer *o) {
    for (size_t i = 0; i < o->input->local->line_count && o->has_group; i++) {
        if (o->mids[i].at == NULL) {
            continue;
        }
        if (!o->bundle.is_used) {
            o->bundle.is_used = true;
            o->bundle.tagged = (uint16_t)i;
        }
        o->bundle.of[i] = o->bundle.tagged;
    }
}

enum cf_err cf_offer_write(const struct cf_offer_input *input, struct cf_writer *w) {
    const struct cf_local_session *local = input->local;
    struct offer o;
    struct former former;
    struct cf_plan plan;
    if (local->line_count > CF_SDP_MEDIA_MAX) {
        return CF_ERR_LIMIT;
    }
    if (input->before != NULL && local->line_count < input->before->local->media_count) {
        return CF_ERR_STATE;
    }
    begin(&o, input);
    plan_mids(&o, &former);
    plan_group(&o);
    struct cf_session_plan session = {
        .local = local, .name = local->name, .start_ntp = local->start_ntp, .stop_ntp = local->stop_ntp};
    cf_put_description_session(w, &session);
    cf_put_bundle(w, &o.bundle, o.mids, local->line_count);
    enum cf_err err = CF_OK;
    for (size_t i = 0; i < local->line_count && err == CF_OK; i++) {
        read_former(&o, i, &former);
        err = plan_line(&o, i, &former, &plan);
        if (err == CF_OK) {
            cf_put_description_section(w, &session, &plan);
        }
        cf_plan_wipe(&plan);
    }
    if (err == CF_OK && !cf_writer_ok(w)) {
        err = CF_ERR_NO_ROOM;
    }
    return err;
}
