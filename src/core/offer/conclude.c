/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a pair of descriptions means. */
#include "core/offer/conclude.h"

#include "core/offer/bundle.h"
#include "core/offer/ice.h"
#include "core/offer/keying.h"
#include "core/offer/simulcast.h"

/* A line as both sides described it. */
struct line {
    struct cf_section local;
    struct cf_section remote;
    bool is_local_offer;
    bool is_bundled; /* with another line */
    bool has_ice;    /* the addresses in c= and m= are not where packets go */
};

static const struct cf_section *answer_of(const struct line *l) {
    return l->is_local_offer ? &l->remote : &l->local;
}

static const struct cf_section *offer_of(const struct line *l) {
    return l->is_local_offer ? &l->local : &l->remote;
}

/* Parsed formats of both sides that are compared. */
struct format_pair {
    const struct cf_sdp_format *offered;
    const struct cf_sdp_format *answered;
    union cf_codec_params offer_params;
    union cf_codec_params answer_params;
};

static bool is_same_codec(const struct cf_sdp_format *a, const struct cf_sdp_format *b) {
    return a->codec != CF_CODEC_NONE && a->codec == b->codec && a->clock_hz == b->clock_hz;
}

/*
 * The offered format that an answered one is. With the same number it is enough that the codec and its profile are the same:
 * phones leave out packetization-mode in answers. With another number the format must be the same in all.
 */
static bool find_offered(const struct cf_sdp_formats *offered, struct format_pair *pair) {
    const struct cf_sdp_format *answered = pair->answered;
    const struct cf_sdp_format *same = cf_sdp_format_of(offered, answered->payload_type);
    cf_fmtp_parse((enum cf_codec)answered->codec, answered->fmtp, &pair->answer_params);
    if (same != NULL && is_same_codec(same, answered)) {
        cf_fmtp_parse((enum cf_codec)same->codec, same->fmtp, &pair->offer_params);
        pair->offered = same;
        return cf_fmtp_is_same_profile((enum cf_codec)same->codec, &pair->offer_params, &pair->answer_params);
    }
    for (size_t i = 0; i < offered->count; i++) {
        const struct cf_sdp_format *other = &offered->at[i];
        if (!is_same_codec(other, answered)) {
            continue;
        }
        cf_fmtp_parse((enum cf_codec)other->codec, other->fmtp, &pair->offer_params);
        if (cf_fmtp_is_same_format((enum cf_codec)other->codec, &pair->offer_params, &pair->answer_params)) {
            pair->offered = other;
            return true;
        }
    }
    return false;
}

static void set_payload(const struct line *l, const struct format_pair *pair, struct cf_payload *ret) {
    const struct cf_sdp_format *local = l->is_local_offer ? pair->offered : pair->answered;
    const struct cf_sdp_format *remote = l->is_local_offer ? pair->answered : pair->offered;
    ret->codec = (enum cf_codec)local->codec;
    ret->send_type = remote->payload_type;
    ret->receive_type = local->payload_type;
    ret->clock_hz = local->clock_hz;
    ret->channels = l->local.media->kind == CF_MEDIA_AUDIO ? local->channels : 0;
    ret->feedback = local->feedback & remote->feedback;
    ret->local = l->is_local_offer ? pair->offer_params : pair->answer_params;
    ret->remote = l->is_local_offer ? pair->answer_params : pair->offer_params;
}

static bool is_media(enum cf_codec codec) {
    return codec != CF_CODEC_TELEPHONE_EVENT && codec != CF_CODEC_RTX && codec != CF_CODEC_CN && codec != CF_CODEC_RED;
}

/* The payloads in the order of the answer, which is what both sides want most in common. False if none of them is media. */
static bool conclude_payloads(const struct line *l, struct cf_media_line *ret) {
    const struct cf_sdp_formats *answered = &answer_of(l)->formats;
    bool has_media = false;
    for (size_t i = 0; i < answered->count && ret->payload_count < CF_MEDIA_PAYLOADS_MAX; i++) {
        struct format_pair pair = {.answered = &answered->at[i]};
        if (answered->at[i].codec != CF_CODEC_NONE && find_offered(&offer_of(l)->formats, &pair)) {
            set_payload(l, &pair, &ret->payloads[ret->payload_count++]);
            has_media = has_media || is_media((enum cf_codec)answered->at[i].codec);
        }
    }
    return has_media;
}

static void conclude_extensions(const struct line *l, struct cf_media_line *ret) {
    for (size_t i = 0; i < CF_EXTENSION_COUNT; i++) {
        const struct cf_section_extmap *local = &l->local.attributes.extmaps[i];
        const struct cf_section_extmap *remote = &l->remote.attributes.extmaps[i];
        if (local->id == 0 || local->id != remote->id) {
            continue;
        }
        ret->extensions[i] = (struct cf_media_extension){
            .id = (uint8_t)local->id,
            .can_send = cf_direction_sends((enum cf_direction)local->direction) &&
                        cf_direction_receives((enum cf_direction)remote->direction),
            .can_receive = cf_direction_receives((enum cf_direction)local->direction) &&
                           cf_direction_sends((enum cf_direction)remote->direction),
        };
    }
    ret->has_vad = ret->extensions[CF_EXTENSION_SSRC_AUDIO_LEVEL].id != 0 &&
                   l->local.attributes.extmaps[CF_EXTENSION_SSRC_AUDIO_LEVEL].has_vad &&
                   l->remote.attributes.extmaps[CF_EXTENSION_SSRC_AUDIO_LEVEL].has_vad;
}

static void conclude_names(const struct line *l, struct cf_media_line *ret) {
    const struct cf_attributes *local = &l->local.attributes;
    const struct cf_attributes *remote = &l->remote.attributes;
    /* Ones that are too long were refused in offers; in answers they are as good as missing. */
    if (cf_str_eq(local->mid, remote->mid)) {
        (void)cf_tag_set(local->mid, &ret->mid);
    }
    (void)cf_tag_set(local->label, &ret->local_label);
    (void)cf_tag_set(remote->label, &ret->remote_label);
    ret->local_content = cf_content_parse(local->content);
    ret->remote_content = cf_content_parse(remote->content);
    ret->local_ssrc = local->ssrc_count > 0 ? local->ssrcs[0] : 0;
    ret->remote_ssrc_count = remote->ssrc_count;
    memcpy(ret->remote_ssrcs, remote->ssrcs, remote->ssrc_count * sizeof remote->ssrcs[0]);
}

static void conclude_direction(const struct line *l, struct cf_media_line *ret) {
    enum cf_direction local = l->local.attributes.direction;
    enum cf_direction remote = l->remote.attributes.direction;
    bool is_nowhere = l->remote.is_zero && !l->is_bundled && !l->has_ice;
    ret->is_held = !cf_direction_receives(remote) || is_nowhere;
    ret->can_send = cf_direction_sends(local) && cf_direction_receives(remote) && !is_nowhere;
    ret->can_receive = cf_direction_receives(local) && cf_direction_sends(remote);
}

static bool conclude_dtls(const struct line *l, struct cf_media_security *ret) {
    struct cf_fingerprint ours[CF_MEDIA_FINGERPRINTS_MAX];
    ret->dtls_role = cf_keying_dtls_role(l->local.attributes.setup, l->remote.attributes.setup);
    ret->dtls_association = cf_keying_association(&l->local, &l->remote);
    ret->remote_fingerprint_count = cf_keying_fingerprints(&l->remote, ret->remote_fingerprints);
    if (cf_keying_fingerprints(&l->local, ours) > 0) {
        ret->local_fingerprint = ours[0];
    }
    return ret->remote_fingerprint_count > 0;
}

static void conclude_sdes(const struct line *l, struct cf_media_security *ret) {
    struct cf_pair_crypto agreed;
    if (cf_pair_crypto_of(&l->local, &l->remote, l->is_local_offer, &agreed)) {
        ret->suite = agreed.local.suite;
        ret->crypto_tag = agreed.local.tag;
        ret->local = agreed.local.key;
        ret->remote = agreed.remote.key;
        cf_mem_wipe(&agreed, sizeof agreed);
    }
}

static void conclude_zrtp(const struct line *l, struct cf_media_security *ret) {
    ret->has_remote_zrtp_hash = true;
    memcpy(ret->remote_zrtp_hash, l->remote.attributes.zrtp_hash, sizeof ret->remote_zrtp_hash);
    ret->has_local_zrtp_hash = true;
    memcpy(ret->local_zrtp_hash, l->local.attributes.zrtp_hash, sizeof ret->local_zrtp_hash);
}

/* False: the profile wants keys and there are none in common. */
static bool conclude_security(const struct line *l, struct cf_media_security *ret) {
    ret->keying = cf_keying_of(&l->local, &l->remote, l->is_local_offer);
    switch (ret->keying) {
    case CF_KEYING_DTLS:
        return conclude_dtls(l, ret);
    case CF_KEYING_SDES:
        conclude_sdes(l, ret);
        return true;
    case CF_KEYING_ZRTP:
        conclude_zrtp(l, ret);
        return cf_profile_is_plain(l->local.profile);
    case CF_KEYING_NONE:
    default:
        return cf_profile_is_plain(l->local.profile);
    }
}

static bool conclude_transport(const struct line *l, struct cf_media_transport *ret) {
    ret->has_rtcp_mux = l->local.attributes.has_rtcp_mux && l->remote.attributes.has_rtcp_mux;
    ret->has_reduced_rtcp = l->local.attributes.has_rtcp_rsize && l->remote.attributes.has_rtcp_rsize;
    ret->local_rtp = l->local.rtp;
    ret->local_rtcp = ret->has_rtcp_mux ? l->local.rtp : l->local.rtcp;
    if (!l->remote.is_zero) {
        ret->remote_rtp = l->remote.rtp;
        ret->remote_rtcp = ret->has_rtcp_mux ? l->remote.rtp : l->remote.rtcp;
    }
    cf_ice_conclude(&l->local, &l->remote, l->is_local_offer, ret);
    return conclude_security(l, &ret->security);
}

static bool is_in_use(const struct line *l) {
    return !cf_section_is_disabled(&l->local) && !cf_section_is_disabled(&l->remote) &&
           l->local.media->kind == l->remote.media->kind && l->local.media->kind != CF_MEDIA_OTHER &&
           l->local.profile != CF_PROFILE_OTHER;
}

/* Both sides have a place to receive at: of their own, or the tagged line's. */
static bool has_usable_address(const struct line *l) {
    bool has_ports = l->remote.media->port != 0 && l->local.media->port != 0;
    return l->is_bundled || (has_ports && (l->has_ice || l->remote.rtp.family != CF_FAMILY_NONE));
}

/* Is the line agreed on? Its transport is added to @p params unless it is that of another line. */
static void conclude_line(const struct line *l, struct cf_media_params *params, struct cf_media_line *ret) {
    struct cf_media_transport transport = {0};
    *ret = (struct cf_media_line){
        .kind = l->local.media->kind, .profile = answer_of(l)->profile, .remote_bandwidth_bps = CF_BANDWIDTH_NONE};
    if (!is_in_use(l) || !has_usable_address(l) || !conclude_payloads(l, ret)) {
        return;
    }
    if (!l->is_bundled) {
        if (!conclude_transport(l, &transport)) {
            return;
        }
        ret->transport = params->transport_count++;
        params->transports[ret->transport] = transport;
        cf_mem_wipe(&transport.security, sizeof transport.security);
    }
    ret->is_active = true;
    ret->ptime_msec = l->remote.attributes.ptime_msec;
    ret->max_ptime_msec = l->remote.attributes.max_ptime_msec;
    ret->trr_int_msec = l->remote.formats.trr_int_msec == CF_FEEDBACK_NO_INTERVAL ? 0 : l->remote.formats.trr_int_msec;
    ret->remote_bandwidth_bps = l->remote.bandwidth_bps;
    conclude_direction(l, ret);
    conclude_extensions(l, ret);
    conclude_names(l, ret);
    cf_simulcast_conclude(&l->local, &l->remote, l->is_local_offer, ret);
}

/* Bundled lines use the transport of the tagged one, and fall with it. */
static void follow_tagged(struct cf_media_params *params, const struct cf_bundle *bundle) {
    for (size_t i = 0; bundle->is_used && i < params->line_count; i++) {
        const struct cf_media_line *tagged = &params->lines[bundle->tagged];
        struct cf_media_line *line = &params->lines[i];
        if (bundle->of[i] == CF_BUNDLE_NONE || i == bundle->tagged || !line->is_active) {
            continue;
        }
        line->is_active = tagged->is_active;
        line->transport = tagged->transport;
        const struct cf_media_transport *transport = &params->transports[tagged->transport];
        if (tagged->is_active && transport->remote_rtp.family == CF_FAMILY_NONE && !transport->own_ice.is_used) {
            line->can_send = false;
            line->is_held = true;
        }
    }
}

enum cf_err cf_conclude(const struct cf_mem *mem, const struct cf_pair *pair, struct cf_media_params **ret_params) {
    size_t count = pair->local->media_count;
    struct cf_session_part local CF_SCRATCH;
    struct cf_session_part remote CF_SCRATCH;
    struct cf_bundle bundle CF_SCRATCH;
    struct line line CF_SCRATCH;
    struct cf_media_params *params = cf_media_params_new(mem, count);
    if (params == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    line.is_local_offer = pair->is_local_offer;
    cf_session_part_read(pair->local, &local);
    cf_session_part_read(pair->remote, &remote);
    cf_bundle_agreed(pair->is_local_offer ? &local : &remote, pair->is_local_offer ? &remote : &local, &bundle);
    for (size_t i = 0; i < count; i++) {
        cf_section_read(&local, i, &line.local);
        cf_section_read(&remote, i, &line.remote);
        line.is_bundled = bundle.of[i] != CF_BUNDLE_NONE && bundle.tagged != i;
        line.has_ice = cf_ice_is_agreed(&line.local, &line.remote);
        conclude_line(&line, params, &params->lines[i]);
    }
    follow_tagged(params, &bundle);
    *ret_params = params;
    return CF_OK;
}

/* Profiles with the same kind of protection: with or without the F of feedback is the same for us. */
static bool is_same_protection(enum cf_profile a, enum cf_profile b) {
    return a != CF_PROFILE_OTHER && b != CF_PROFILE_OTHER && cf_profile_is_plain(a) == cf_profile_is_plain(b) &&
           cf_profile_is_sdes(a) == cf_profile_is_sdes(b);
}

static enum cf_refusal_reason check_line(const struct cf_section *offer, const struct cf_section *answer) {
    struct cf_pair_crypto agreed;
    if (cf_section_is_disabled(answer)) {
        return CF_REFUSAL_NONE;
    }
    if (cf_section_is_disabled(offer) || !cf_str_eq_nocase(offer->media->media, answer->media->media)) {
        return CF_REFUSAL_NOT_OFFERED;
    }
    if (!is_same_protection(offer->profile, answer->profile)) {
        return CF_REFUSAL_PROTOCOL;
    }
    if (cf_profile_is_sdes(offer->profile) && !cf_pair_crypto_of(offer, answer, true, &agreed)) {
        return CF_REFUSAL_KEYS;
    }
    return CF_REFUSAL_NONE;
}

enum cf_err cf_answer_check(const struct cf_sdp *offer, const struct cf_sdp *answer, struct cf_refusal *ret_refusal) {
    struct cf_session_part offer_part;
    struct cf_session_part answer_part;
    struct cf_section offered;
    struct cf_section answered;
    if (offer->media_count != answer->media_count) {
        *ret_refusal = (struct cf_refusal){.reason = CF_REFUSAL_LINES_DIFFER, .line = CF_REFUSAL_ALL_LINES};
        return CF_ERR_MISMATCH;
    }
    cf_session_part_read(offer, &offer_part);
    cf_session_part_read(answer, &answer_part);
    for (size_t i = 0; i < offer->media_count; i++) {
        cf_section_read_attributes(&offer_part, i, &offered);
        cf_section_read_attributes(&answer_part, i, &answered);
        enum cf_refusal_reason reason = check_line(&offered, &answered);
        if (reason != CF_REFUSAL_NONE) {
            *ret_refusal = (struct cf_refusal){.reason = reason, .line = (uint16_t)i};
            return CF_ERR_MISMATCH;
        }
    }
    return CF_OK;
}

enum cf_err cf_answer_check_use(const struct cf_sdp *answer, const struct cf_media_params *params,
                                struct cf_refusal *ret_refusal) {
    struct cf_refusal first = {.line = CF_REFUSAL_ALL_LINES};
    for (size_t i = 0; i < answer->media_count; i++) {
        const struct cf_sdp_media *media = &answer->media[i];
        if (params->lines[i].is_active) {
            return CF_OK;
        }
        if (media->port != 0 && first.reason == CF_REFUSAL_NONE) {
            bool has_address = media->connection.addr.family != CF_FAMILY_NONE;
            first.reason = has_address ? CF_REFUSAL_FORMAT : CF_REFUSAL_ADDRESS;
            first.line = (uint16_t)i;
        }
    }
    if (first.reason != CF_REFUSAL_NONE) {
        *ret_refusal = first;
        return CF_ERR_MISMATCH;
    }
    return CF_OK;
}
