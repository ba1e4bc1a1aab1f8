/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payload types of our offers. */
#include "core/offer/offer_formats.h"

#include "core/offer/answer_formats.h"

/* Feedback that phones have not heard of. */
#define CONTROL ((uint32_t)(CF_FEEDBACK_TRANSPORT_CC | CF_FEEDBACK_GOOG_REMB))

/* A set of payload types. */
struct types {
    bool has[CF_PAYLOAD_COUNT];
};

/* Numbers that may be given out: the dynamic ones, then unassigned ones that rtcp-mux leaves free (RFC 5761 section 4). */
static uint8_t free_type(const struct types *used) {
    for (uint8_t type = 96; type < CF_PAYLOAD_COUNT; type++) {
        if (!used->has[type]) {
            return type;
        }
    }
    for (uint8_t type = 35; type < 64; type++) {
        if (!used->has[type]) {
            return type;
        }
    }
    return CF_PAYLOAD_NONE;
}

static struct cf_numbered *add(struct cf_numbering *n, enum cf_media_kind kind, enum cf_codec codec, uint32_t clock_hz) {
    if (n->count == CF_NUMBERING_MAX) {
        return NULL;
    }
    const struct cf_codec_row *row = cf_codec_row(codec);
    struct cf_numbered *entry = &n->list[n->count++];
    *entry = (struct cf_numbered){
        .kind = kind,
        .format = {.payload_type = CF_PAYLOAD_NONE,
                   .codec = codec,
                   .encoding = row->encoding,
                   .clock_hz = clock_hz,
                   .channels = row->channels},
    };
    cf_fmtp_default(codec, &entry->format.params);
    return entry;
}

static bool has_event_clock(const struct cf_numbering *n, uint32_t clock_hz) {
    for (size_t i = 0; i < n->count; i++) {
        if (n->list[i].format.codec == CF_CODEC_TELEPHONE_EVENT && n->list[i].format.clock_hz == clock_hz) {
            return true;
        }
    }
    return false;
}

static void add_codecs(struct cf_numbering *n, const struct cf_policy *policy, enum cf_media_kind kind) {
    const struct cf_policy_codecs *codecs = cf_policy_codecs_of(policy, kind);
    for (size_t i = 0; i < codecs->count; i++) {
        const struct cf_policy_codec *codec = &codecs->list[i];
        uint32_t clock_hz = cf_codec_row(codec->codec)->clock_hz;
        struct cf_numbered *entry = clock_hz > 0 ? add(n, kind, codec->codec, clock_hz) : NULL;
        if (entry != NULL) {
            entry->format.params = codec->params;
            entry->format.feedback = cf_policy_feedback_of(policy, kind);
        }
    }
}

static void add_events(struct cf_numbering *n, const struct cf_policy *policy) {
    uint8_t count = n->count;
    for (size_t i = 0; i < count && policy->has_telephone_event; i++) {
        uint32_t clock_hz = n->list[i].format.clock_hz;
        if (n->list[i].kind == CF_MEDIA_AUDIO && !has_event_clock(n, clock_hz)) {
            (void)add(n, CF_MEDIA_AUDIO, CF_CODEC_TELEPHONE_EVENT, clock_hz);
        }
    }
}

static void add_rtx(struct cf_numbering *n) {
    uint8_t count = n->count;
    for (uint8_t i = 0; i < count; i++) {
        struct cf_numbered *entry = NULL;
        if (n->list[i].kind == CF_MEDIA_VIDEO) {
            entry = add(n, CF_MEDIA_VIDEO, CF_CODEC_RTX, n->list[i].format.clock_hz);
        }
        if (entry != NULL) {
            entry->repaired = i;
        }
    }
}

/* Usual numbers where they are free, then others: for retransmissions, or for all else. */
static void number(struct cf_numbering *n, bool is_rtx, struct types *used) {
    for (size_t i = 0; i < n->count; i++) {
        struct cf_plan_format *format = &n->list[i].format;
        uint8_t usual = cf_codec_row(format->codec)->default_type;
        if ((format->codec == CF_CODEC_RTX) == is_rtx && !used->has[usual]) {
            format->payload_type = usual;
            used->has[usual] = true;
        }
    }
    for (size_t i = 0; i < n->count; i++) {
        struct cf_plan_format *format = &n->list[i].format;
        if ((format->codec == CF_CODEC_RTX) == is_rtx && format->payload_type == CF_PAYLOAD_NONE) {
            format->payload_type = free_type(used);
            used->has[format->payload_type % CF_PAYLOAD_COUNT] = true;
        }
    }
}

void cf_numbering_make(const struct cf_policy *policy, struct cf_numbering *ret) {
    struct types used = {0};
    memset(ret, 0, sizeof *ret);
    ret->offers_control = policy->offers_congestion_control;
    add_codecs(ret, policy, CF_MEDIA_AUDIO);
    add_events(ret, policy);
    add_codecs(ret, policy, CF_MEDIA_VIDEO);
    add_rtx(ret);
    /* Retransmissions last: whether they are offered or not must not change the other numbers. */
    number(ret, false, &used);
    number(ret, true, &used);
}

/* What numbers of a line that exists mean. */
static void reserve(const struct cf_section *section, struct types *types) {
    for (size_t i = 0; section != NULL && i < section->formats.count; i++) {
        types->has[section->formats.at[i].payload_type] = true;
    }
}

/* The number that the format has in our former description of the line; CF_PAYLOAD_NONE if none. */
static uint8_t former_type(const struct cf_section *local, const struct cf_plan_format *format) {
    for (size_t i = 0; local != NULL && i < local->formats.count; i++) {
        const struct cf_sdp_format *former = &local->formats.at[i];
        union cf_codec_params params;
        cf_fmtp_parse((enum cf_codec)former->codec, former->fmtp, &params);
        bool is_same_rtx = format->codec != CF_CODEC_RTX || params.rtx.apt == format->params.rtx.apt;
        if (former->codec == format->codec && former->clock_hz == format->clock_hz && is_same_rtx &&
            cf_fmtp_is_same_format(format->codec, &params, &format->params)) {
            return former->payload_type;
        }
    }
    return CF_PAYLOAD_NONE;
}

/*
 * Is the codec agreed on in another form (H.264: the other packetization-mode)? Then it is not offered in this one: whoever took
 * it, as Linphone does when it may, could not be shown to those who have the other mode.
 */
static bool is_in_other_form(const struct cf_section *local, const struct cf_plan_format *format) {
    for (size_t i = 0; local != NULL && format->codec != CF_CODEC_RTX && i < local->formats.count; i++) {
        if (local->formats.at[i].codec == format->codec && local->formats.at[i].clock_hz == format->clock_hz) {
            return true;
        }
    }
    return false;
}

/*
 * What is in use comes first, in the order in which it was agreed on: an offer about something else (a subject, a hold) must not
 * move a phone to another codec, or to a packetization-mode that others in the room can't take.
 */
static void order_as_before(const struct cf_section *local, struct cf_plan *plan) {
    size_t placed = 0;
    for (size_t i = 0; local != NULL && i < local->formats.count; i++) {
        for (size_t j = placed; j < plan->format_count; j++) {
            struct cf_plan_format format = plan->formats[j];
            if (format.payload_type == local->formats.at[i].payload_type) {
                memmove(&plan->formats[placed + 1], &plan->formats[placed], (j - placed) * sizeof format);
                plan->formats[placed++] = format;
                break;
            }
        }
    }
}

/* What both sides said of feedback for the format with number @p type of ours. */
static uint32_t former_feedback(const struct cf_section *local, const struct cf_section *remote, enum cf_codec codec,
                                uint8_t type) {
    uint32_t feedback = 0;
    const struct cf_sdp_format *ours = local == NULL ? NULL : cf_sdp_format_of(&local->formats, type);
    for (size_t i = 0; ours != NULL && remote != NULL && i < remote->formats.count; i++) {
        const struct cf_sdp_format *theirs = &remote->formats.at[i];
        feedback |= theirs->codec == codec ? theirs->feedback & ours->feedback : 0;
    }
    return feedback;
}

/* Does the peer's description have @p codec? */
static bool has_codec(const struct cf_section *section, enum cf_codec codec) {
    size_t i = 0;
    while (section != NULL && i < section->formats.count && section->formats.at[i].codec != codec) {
        i++;
    }
    return section != NULL && i < section->formats.count;
}

/* The planned format with number @type; NULL: there is none. */
static const struct cf_plan_format *planned(const struct cf_plan *plan, uint8_t type) {
    for (size_t i = 0; i < plan->format_count; i++) {
        if (plan->formats[i].payload_type == type) {
            return &plan->formats[i];
        }
    }
    return NULL;
}

/* Redundancy (RFC 2198) that is in use goes on: the number that it has on our side, of a format that is offered. It is never
 * offered anew: phones would send it, who gain nothing by it. */
static void keep_redundancy(const struct cf_section *local, const struct cf_section *remote, struct cf_plan *plan) {
    for (size_t i = 0; local != NULL && has_codec(remote, CF_CODEC_RED) && i < local->formats.count; i++) {
        const struct cf_sdp_format *former = &local->formats.at[i];
        struct cf_plan_format format = {.payload_type = former->payload_type,
                                        .codec = CF_CODEC_RED,
                                        .encoding = cf_codec_row(CF_CODEC_RED)->encoding,
                                        .clock_hz = former->clock_hz,
                                        .channels = former->channels};
        if (former->codec != CF_CODEC_RED || plan->format_count == CF_MEDIA_PAYLOADS_MAX) {
            continue;
        }
        cf_fmtp_parse(CF_CODEC_RED, former->fmtp, &format.params);
        const struct cf_plan_format *primary = planned(plan, format.params.red.type);
        if (primary != NULL) {
            format.feedback = primary->feedback;
            plan->formats[plan->format_count++] = format;
        }
    }
}

void cf_offer_formats(const struct cf_numbering *numbering, enum cf_media_kind kind, const struct cf_section *local,
                      const struct cf_section *remote, struct cf_plan *plan) {
    struct types used = {0};
    uint8_t types[CF_NUMBERING_MAX];
    reserve(local, &used);
    reserve(remote, &used);
    for (size_t i = 0; i < numbering->count; i++) {
        struct cf_plan_format format = numbering->list[i].format;
        types[i] = CF_PAYLOAD_NONE;
        if (numbering->list[i].kind != kind || plan->format_count == CF_MEDIA_PAYLOADS_MAX) {
            continue;
        }
        if (format.codec == CF_CODEC_RTX) {
            format.params.rtx.apt = types[numbering->list[i].repaired];
        }
        uint8_t type = former_type(local, &format);
        if (format.codec == CF_CODEC_RTX && !numbering->offers_control &&
            (type == CF_PAYLOAD_NONE || !has_codec(remote, CF_CODEC_RTX))) {
            continue;
        }
        if (!numbering->offers_control) {
            format.feedback &= ~CONTROL | former_feedback(local, remote, format.codec, type);
        }
        if (type == CF_PAYLOAD_NONE && is_in_other_form(local, &format)) {
            continue;
        }
        if (type == CF_PAYLOAD_NONE) {
            type =
                format.payload_type == CF_PAYLOAD_NONE || used.has[format.payload_type] ? free_type(&used) : format.payload_type;
        }
        if (type == CF_PAYLOAD_NONE) {
            continue;
        }
        used.has[type] = true;
        types[i] = type;
        format.payload_type = type;
        plan->formats[plan->format_count++] = format;
    }
    if (kind == CF_MEDIA_AUDIO) {
        keep_redundancy(local, remote, plan);
    }
    order_as_before(local, plan);
}
