/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payload types of an answer. */
#include "core/offer/answer_formats.h"

/* An offered format that may be taken. */
struct candidate {
    const struct cf_sdp_format *format;
    union cf_codec_params offered;
    union cf_codec_params answer;
    uint8_t rank; /* place in our list */
};

/* Ranks behind all codecs. */
#define RANK_EVENT 0xFE

struct choice {
    const struct cf_policy *policy;
    const struct cf_policy_codecs *codecs;
    size_t count;
    struct candidate list[CF_MEDIA_PAYLOADS_MAX];
};

const struct cf_policy_codecs *cf_policy_codecs_of(const struct cf_policy *policy, enum cf_media_kind kind) {
    static const struct cf_policy_codecs none = {0};
    if (kind == CF_MEDIA_AUDIO) {
        return &policy->audio;
    }
    return kind == CF_MEDIA_VIDEO ? &policy->video : &none;
}

uint32_t cf_policy_feedback_of(const struct cf_policy *policy, enum cf_media_kind kind) {
    return kind == CF_MEDIA_AUDIO ? policy->audio_feedback : policy->video_feedback;
}

uint32_t cf_policy_extensions_of(const struct cf_policy *policy, enum cf_media_kind kind) {
    return kind == CF_MEDIA_AUDIO ? policy->audio_extensions : policy->video_extensions;
}

/*
 * RFC 6184 section 8.2.2: profile and mode are the offerer's. With level-asymmetry-allowed on both sides each names its own
 * level; otherwise the lower one holds for both directions.
 */
static void adapt_h264(const struct cf_h264_params *offered, const struct cf_h264_params *ours, struct cf_h264_params *ret) {
    *ret = *ours;
    ret->profile_idc = offered->profile_idc;
    ret->profile_iop = offered->profile_iop;
    ret->level_idc = offered->level_idc;
    ret->packetization_mode = offered->packetization_mode;
    ret->has_level_asymmetry = offered->has_level_asymmetry && ours->has_level_asymmetry;
    if (ret->has_level_asymmetry || cf_h264_level_cmp(ours, offered) < 0) {
        cf_h264_level_copy(ret, ours);
    }
}

/* The policy's codec that @p c is, CF_POLICY_CODECS_MAX if none. */
static size_t find_policy(const struct choice *choice, const struct candidate *c) {
    for (size_t i = 0; i < choice->codecs->count; i++) {
        const struct cf_policy_codec *ours = &choice->codecs->list[i];
        if (ours->codec == c->format->codec && cf_fmtp_is_same_format(ours->codec, &ours->params, &c->offered)) {
            return i;
        }
    }
    return CF_POLICY_CODECS_MAX;
}

static bool is_taken(const struct choice *choice, const struct candidate *c) {
    for (size_t i = 0; i < choice->count; i++) {
        const struct candidate *taken = &choice->list[i];
        if (taken->format->codec == c->format->codec && taken->format->clock_hz == c->format->clock_hz &&
            cf_fmtp_is_same_format((enum cf_codec)c->format->codec, &taken->offered, &c->offered)) {
            return true;
        }
    }
    return false;
}

static void add(struct choice *choice, const struct candidate *c) {
    if (choice->count < CF_MEDIA_PAYLOADS_MAX && !is_taken(choice, c)) {
        choice->list[choice->count++] = *c;
    }
}

static bool is_repair(enum cf_codec codec) {
    return codec == CF_CODEC_RTX || codec == CF_CODEC_RED || codec == CF_CODEC_ULPFEC || codec == CF_CODEC_FLEXFEC;
}

static void try_codec(struct choice *choice, const struct cf_sdp_format *format) {
    struct candidate c = {.format = format};
    if (format->codec == CF_CODEC_NONE || format->codec == CF_CODEC_TELEPHONE_EVENT || is_repair((enum cf_codec)format->codec)) {
        return;
    }
    cf_fmtp_parse((enum cf_codec)format->codec, format->fmtp, &c.offered);
    size_t place = find_policy(choice, &c);
    if (place == CF_POLICY_CODECS_MAX) {
        return;
    }
    c.rank = (uint8_t)place;
    c.answer = choice->codecs->list[place].params;
    if (format->codec == CF_CODEC_H264) {
        adapt_h264(&c.offered.h264, &choice->codecs->list[place].params.h264, &c.answer.h264);
    }
    add(choice, &c);
}

static bool has_clock(const struct choice *choice, size_t codec_count, uint32_t clock_hz) {
    for (size_t i = 0; i < codec_count; i++) {
        if (choice->list[i].format->clock_hz == clock_hz) {
            return true;
        }
    }
    return false;
}

/* RFC 4733 section 2.1: an event stream shares sequence numbers and clock with the audio that it interrupts. */
static void try_event(struct choice *choice, size_t codec_count, const struct cf_sdp_format *format) {
    struct candidate c = {.format = format, .rank = RANK_EVENT};
    if (format->codec != CF_CODEC_TELEPHONE_EVENT || !has_clock(choice, codec_count, format->clock_hz)) {
        return;
    }
    cf_fmtp_parse((enum cf_codec)format->codec, format->fmtp, &c.offered);
    cf_fmtp_default((enum cf_codec)format->codec, &c.answer);
    c.answer.event.events &= c.offered.event.events;
    if (c.answer.event.events != 0) {
        add(choice, &c);
    }
}

/* @companion, which goes with a format of @type, if that is taken. */
static void add_companion(struct choice *choice, size_t codec_count, struct candidate *companion, uint8_t type,
                          bool needs_channels) {
    const struct cf_sdp_format *format = companion->format;
    for (size_t i = 0; i < codec_count && choice->count < CF_MEDIA_PAYLOADS_MAX; i++) {
        const struct candidate *main = &choice->list[i];
        bool has_channels = !needs_channels || main->format->channels == format->channels;
        if (main->format->payload_type == type && main->format->clock_hz == format->clock_hz && has_channels) {
            companion->answer = companion->offered;
            companion->rank = main->rank;
            choice->list[choice->count++] = *companion;
            return;
        }
    }
}

/* Retransmission of a format that is taken. */
static void try_rtx(struct choice *choice, size_t codec_count, const struct cf_sdp_format *format) {
    struct candidate c = {.format = format};
    if (format->codec == CF_CODEC_RTX) {
        cf_fmtp_parse((enum cf_codec)format->codec, format->fmtp, &c.offered);
        add_companion(choice, codec_count, &c, c.offered.rtx.apt, false);
    }
}

/* Redundancy of a format that is taken (RFC 2198): blocks of that format alone. */
static void try_red(struct choice *choice, size_t codec_count, const struct cf_sdp_format *format) {
    struct candidate c = {.format = format};
    if (format->codec == CF_CODEC_RED) {
        cf_fmtp_parse((enum cf_codec)format->codec, format->fmtp, &c.offered);
        add_companion(choice, codec_count, &c, c.offered.red.type, true);
    }
}

/* In the offerer's order, or in ours with the offerer's among equals. Insertion sort: there are few. */
static void sort(struct choice *choice) {
    for (size_t i = 1; i < choice->count; i++) {
        struct candidate c = choice->list[i];
        size_t k = i;
        while (k > 0) {
            const struct candidate *left = &choice->list[k - 1];
            bool is_right = left->format < c.format;
            if (choice->policy->is_our_order && left->rank != c.rank) {
                is_right = left->rank < c.rank;
            }
            if (is_right) {
                break;
            }
            choice->list[k] = choice->list[k - 1];
            k--;
        }
        choice->list[k] = c;
    }
}

bool cf_answer_formats(const struct cf_policy *policy, const struct cf_section *offer, struct cf_plan *plan) {
    enum cf_media_kind kind = offer->media->kind;
    struct choice choice = {.policy = policy, .codecs = cf_policy_codecs_of(policy, kind)};
    for (size_t i = 0; i < offer->formats.count; i++) {
        try_codec(&choice, &offer->formats.at[i]);
    }
    size_t codec_count = choice.count;
    for (size_t i = 0; i < offer->formats.count && codec_count > 0; i++) {
        if (policy->has_telephone_event && kind == CF_MEDIA_AUDIO) {
            try_event(&choice, codec_count, &offer->formats.at[i]);
        }
        if (policy->takes_redundancy && kind == CF_MEDIA_AUDIO) {
            try_red(&choice, codec_count, &offer->formats.at[i]);
        }
        if (kind == CF_MEDIA_VIDEO) {
            try_rtx(&choice, codec_count, &offer->formats.at[i]);
        }
    }
    sort(&choice);
    for (size_t i = 0; i < choice.count; i++) {
        const struct candidate *c = &choice.list[i];
        plan->formats[i] = (struct cf_plan_format){
            .payload_type = c->format->payload_type,
            .codec = (enum cf_codec)c->format->codec,
            .encoding = cf_codec_row((enum cf_codec)c->format->codec)->encoding,
            .clock_hz = c->format->clock_hz,
            .channels = c->format->channels,
            .feedback = c->format->feedback & cf_policy_feedback_of(policy, kind),
            .params = c->answer,
        };
    }
    plan->format_count = (uint8_t)choice.count;
    return codec_count > 0;
}
