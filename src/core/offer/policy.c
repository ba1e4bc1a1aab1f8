/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What we offer and accept. */
#include "core/offer/policy.h"

/* Constrained baseline, level 3.1: 1280x720 at 30 frames, what every phone with H.264 takes. */
#define H264_IDC 0x42
#define H264_IOP 0xE0
#define H264_LEVEL 31

void cf_policy_codec_params(enum cf_codec codec, union cf_codec_params *ret) {
    cf_fmtp_default(codec, ret);
    if (codec == CF_CODEC_OPUS) {
        ret->opus.has_inband_fec = true;
    } else if (codec == CF_CODEC_H264) {
        ret->h264.profile_idc = H264_IDC;
        ret->h264.profile_iop = H264_IOP;
        ret->h264.level_idc = H264_LEVEL;
        ret->h264.packetization_mode = 1;
        ret->h264.has_level_asymmetry = true;
    }
}

static bool add_codec(struct cf_policy_codecs *codecs, enum cf_codec codec, const union cf_codec_params *params) {
    if (codecs->count == CF_POLICY_CODECS_MAX) {
        return false;
    }
    codecs->list[codecs->count++] = (struct cf_policy_codec){.codec = codec, .params = *params};
    return true;
}

/* The codec of @p kind called @p name, whatever its clock. */
static enum cf_codec codec_of(struct cf_str name, enum cf_media_kind kind) {
    for (int i = CF_CODEC_NONE + 1; i < CF_CODEC_COUNT; i++) {
        const struct cf_codec_row *row = cf_codec_row((enum cf_codec)i);
        if (cf_str_eq_nocase(name, row->encoding) && row->kind == kind && i != CF_CODEC_TELEPHONE_EVENT) {
            return (enum cf_codec)i;
        }
    }
    return CF_CODEC_NONE;
}

enum cf_err cf_policy_codecs_parse(struct cf_str names, enum cf_media_kind kind, struct cf_policy_codecs *ret) {
    struct cf_policy_codecs codecs = {0};
    struct cf_str rest = names;
    for (struct cf_str name = cf_sdp_word(&rest); name.len > 0; name = cf_sdp_word(&rest)) {
        union cf_codec_params params;
        enum cf_codec codec = codec_of(name, kind);
        if (codec == CF_CODEC_NONE) {
            return CF_ERR_CONFIG;
        }
        cf_policy_codec_params(codec, &params);
        bool has_fitted = add_codec(&codecs, codec, &params);
        if (codec == CF_CODEC_H264) {
            params.h264.packetization_mode = 0;
            has_fitted = add_codec(&codecs, codec, &params) && has_fitted;
        }
        if (!has_fitted) {
            return CF_ERR_CONFIG;
        }
    }
    *ret = codecs;
    return CF_OK;
}

enum cf_err cf_policy_set_suites(struct cf_policy *policy, struct cf_str names) {
    enum cf_srtp_suite suites[CF_SRTP_SUITE_COUNT];
    uint32_t seen = 0;
    uint8_t count = 0;
    struct cf_str rest = names;
    for (struct cf_str name = cf_sdp_word(&rest); name.len > 0; name = cf_sdp_word(&rest)) {
        enum cf_srtp_suite suite = cf_srtp_suite_of_name(name);
        if (suite == CF_SRTP_NONE || (seen & (1U << suite)) != 0) {
            return CF_ERR_CONFIG;
        }
        seen |= 1U << suite;
        suites[count++] = suite;
    }
    memcpy(policy->suites, suites, count * sizeof suites[0]);
    policy->suite_count = count;
    return CF_OK;
}

static const struct cf_str keying_names[CF_POLICY_KEYINGS_MAX] = {
    [CF_KEYING_NONE] = CF_STR_INIT("none"),
    [CF_KEYING_SDES] = CF_STR_INIT("sdes"),
    [CF_KEYING_DTLS] = CF_STR_INIT("dtls"),
    [CF_KEYING_ZRTP] = CF_STR_INIT("zrtp"),
};

struct cf_str cf_keying_name(enum cf_keying keying) {
    return keying_names[keying];
}

/* Number of the keying called @p name, CF_POLICY_KEYINGS_MAX if there is none. */
static size_t keying_of(struct cf_str name) {
    size_t i = 0;
    while (i < CF_POLICY_KEYINGS_MAX && !cf_str_eq_nocase(name, keying_names[i])) {
        i++;
    }
    return i;
}

enum cf_err cf_policy_set_keyings(struct cf_policy *policy, struct cf_str names) {
    enum cf_keying keyings[CF_POLICY_KEYINGS_MAX];
    uint32_t seen = 0;
    uint8_t count = 0;
    struct cf_str rest = names;
    for (struct cf_str name = cf_sdp_word(&rest); name.len > 0; name = cf_sdp_word(&rest)) {
        size_t keying = keying_of(name);
        if (keying == CF_POLICY_KEYINGS_MAX || (seen & (1U << keying)) != 0) {
            return CF_ERR_CONFIG;
        }
        seen |= 1U << keying;
        keyings[count++] = (enum cf_keying)keying;
    }
    memcpy(policy->keyings, keyings, count * sizeof keyings[0]);
    policy->keying_count = count;
    return CF_OK;
}

bool cf_policy_does(const struct cf_policy *policy, enum cf_keying keying) {
    size_t i = 0;
    while (i < policy->keying_count && policy->keyings[i] != keying) {
        i++;
    }
    return i < policy->keying_count;
}

void cf_policy_demand_aes256(struct cf_policy *policy) {
    uint8_t count = 0;
    for (size_t i = 0; i < policy->suite_count; i++) {
        if (cf_srtp_is_aes256(policy->suites[i])) {
            policy->suites[count++] = policy->suites[i];
        }
    }
    policy->suite_count = count;
    policy->allows_plain = false;
    policy->demands_aes256 = true;
}

void cf_policy_default(struct cf_policy *ret) {
    static const struct cf_policy constants = {
        .has_telephone_event = true,
        .allows_plain = true,
        .allows_sdes = true,
        .is_opportunistic = true,
        .offer_profile = CF_PROFILE_AVPF,
        .allows_bundle = true,
        .offers_rtcp_mux = true,
        .audio_feedback = CF_FEEDBACK_CCM_TMMBR,
        .video_feedback = CF_FEEDBACK_NACK | CF_FEEDBACK_NACK_PLI | CF_FEEDBACK_CCM_FIR | CF_FEEDBACK_CCM_TMMBR |
                          CF_FEEDBACK_TRANSPORT_CC | CF_FEEDBACK_GOOG_REMB,
        .trr_int_msec = CF_FEEDBACK_NO_INTERVAL,
        .audio_extensions = 1U << CF_EXTENSION_MID | 1U << CF_EXTENSION_SSRC_AUDIO_LEVEL | 1U << CF_EXTENSION_CSRC_AUDIO_LEVEL,
        .takes_redundancy = true,
        .takes_simulcast = true,
        .video_extensions = 1U << CF_EXTENSION_MID | 1U << CF_EXTENSION_RID | 1U << CF_EXTENSION_REPAIRED_RID |
                            1U << CF_EXTENSION_TRANSPORT_CC | 1U << CF_EXTENSION_FRAME_MARKING |
                            1U << CF_EXTENSION_DEPENDENCY_DESCRIPTOR,
        .ptime_msec = 20,
    };
    *ret = constants;
    bool is_right =
        cf_policy_set_keyings(ret, CF_STR("dtls sdes zrtp none")) == CF_OK &&
        cf_policy_codecs_parse(CF_STR("opus G722 PCMU PCMA"), CF_MEDIA_AUDIO, &ret->audio) == CF_OK &&
        cf_policy_codecs_parse(CF_STR("VP8 H264"), CF_MEDIA_VIDEO, &ret->video) == CF_OK &&
        cf_policy_set_suites(ret, CF_STR("AEAD_AES_128_GCM AEAD_AES_256_GCM AES_256_CM_HMAC_SHA1_80 "
                                         "AES_CM_128_HMAC_SHA1_80 AES_256_CM_HMAC_SHA1_32 AES_CM_128_HMAC_SHA1_32")) == CF_OK;
    cf_assert(is_right);
}
