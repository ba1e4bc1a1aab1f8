/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/line.h"

#include "core/rtp/rtx.h"
#include "core/rtp/send_time.h"

void cf_engine_line_init(struct cf_engine_line *line, struct cf_engine_leg *leg, uint16_t index) {
    *line = (struct cf_engine_line){.leg = leg,
                                    .index = index,
                                    .payload_type_in = CF_LINE_NO_TYPE,
                                    .payload_type_out = CF_LINE_NO_TYPE,
                                    .report = {.round_trip_usec = -1}};
    line->in.line = line;
    memset(line->picture_types, CF_LINE_NO_TYPE, sizeof line->picture_types);
    memset(line->rtx_types, CF_LINE_NO_TYPE, sizeof line->rtx_types);
    memset(line->passing.types, CF_LINE_NO_TYPE, sizeof line->passing.types);
    line->passing.place = CF_MIX_NO_PLACE;
}

/* --- what comes in --- */

struct cf_engine_stream *cf_engine_line_stream_of(struct cf_engine_line *line, uint32_t ssrc) {
    for (size_t i = 0; i < cf_engine_line_stream_count(line); i++) {
        struct cf_engine_stream *stream = cf_engine_line_stream(line, i);
        if (cf_engine_stream_has(stream, ssrc)) {
            return stream;
        }
    }
    return NULL;
}

bool cf_engine_line_get_extension(const struct cf_engine_line *line, enum cf_extension extension, const struct cf_rtp_view *view,
                                  struct cf_span *ret_data) {
    return cf_engine_line_receives(line, extension) && cf_rtp_ext_find(view, line->agreed.extensions[extension].id, ret_data);
}

bool cf_engine_line_is_received(const struct cf_engine_line *line) {
    bool is_received = cf_rtp_receiver_is_valid(&line->in.receiver);
    for (size_t i = 0; i < line->more_count; i++) {
        is_received = is_received || cf_rtp_receiver_is_valid(&line->more[i].receiver);
    }
    return is_received;
}

/* --- what packets look like --- */

static const struct cf_audio_codec *codec_of(const struct cf_audio_codec *const *codecs, const struct cf_payload *payload) {
    return payload == NULL ? NULL : codecs[payload->codec];
}

static const struct cf_payload *first_sound_out(const struct cf_media_line *agreed, const struct cf_audio_codec *const *codecs) {
    for (size_t i = 0; i < agreed->payload_count; i++) {
        if (codec_of(codecs, &agreed->payloads[i]) != NULL) {
            return &agreed->payloads[i];
        }
    }
    return NULL;
}

static enum cf_video_format format_of(enum cf_codec codec, const union cf_codec_params *params) {
    static const enum cf_video_format formats[CF_CODEC_COUNT] = {[CF_CODEC_VP8] = CF_VIDEO_VP8,
                                                                 [CF_CODEC_VP9] = CF_VIDEO_VP9,
                                                                 [CF_CODEC_AV1] = CF_VIDEO_AV1,
                                                                 [CF_CODEC_H265] = CF_VIDEO_H265,
                                                                 [CF_CODEC_H264] = CF_VIDEO_H264_MODE_1};
    if (codec == CF_CODEC_H264 && params->h264.packetization_mode != 1) {
        return params->h264.packetization_mode == 0 ? CF_VIDEO_H264_MODE_0 : CF_VIDEO_NONE;
    }
    return formats[codec];
}

enum cf_video_format cf_engine_line_format_in(const struct cf_payload *payload) {
    return format_of(payload->codec, &payload->local);
}

static void note_picture_type(struct cf_engine_line *line, enum cf_video_format format, uint8_t type) {
    if (format != CF_VIDEO_NONE && line->picture_types[format] == CF_LINE_NO_TYPE) {
        line->picture_types[format] = type;
    }
}

/* Payload types of retransmissions, by the format that they repair. */
static void set_rtx_types(struct cf_engine_line *line) {
    memset(line->rtx_types, CF_LINE_NO_TYPE, sizeof line->rtx_types);
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        const struct cf_payload *payload = &line->agreed.payloads[i];
        for (size_t format = 0; format < CF_VIDEO_FORMAT_COUNT && payload->codec == CF_CODEC_RTX; format++) {
            if (line->picture_types[format] != CF_LINE_NO_TYPE && line->picture_types[format] == payload->remote.rtx.apt) {
                line->rtx_types[format] = payload->send_type;
            }
        }
    }
}

static bool has_rtx(const struct cf_engine_line *line) {
    for (size_t format = 0; format < CF_VIDEO_FORMAT_COUNT; format++) {
        if (line->rtx_types[format] != CF_LINE_NO_TYPE) {
            return true;
        }
    }
    return false;
}

/*
 * Are the line's pictures numbered transport-wide? Only with retransmissions on a stream of their own: a number must not be sent
 * twice, and a packet that is sent again on its own stream must be the same octet for octet (docs/adr/0044).
 */
static bool is_numbered(const struct cf_engine_line *line) {
    return line->agreed.kind == CF_MEDIA_VIDEO && cf_engine_line_sends(line, CF_EXTENSION_TRANSPORT_CC) && has_rtx(line) &&
           cf_engine_line_has_feedback(line, CF_FEEDBACK_TRANSPORT_CC);
}

/* Talkers are passed on in all codecs of the clock that the line has: another clock would need other reports (RFC 7160). */
static void set_passing_types(struct cf_engine_line *line, const struct cf_payload *sound) {
    memset(line->passing.types, CF_LINE_NO_TYPE, sizeof line->passing.types);
    for (size_t i = 0; sound != NULL && i < line->agreed.payload_count; i++) {
        const struct cf_payload *payload = &line->agreed.payloads[i];
        if (payload->clock_hz == sound->clock_hz && line->passing.types[payload->codec] == CF_LINE_NO_TYPE) {
            line->passing.types[payload->codec] = payload->send_type;
        }
    }
}

static void set_types(struct cf_engine_line *line, const struct cf_audio_codec *const *codecs) {
    const struct cf_payload *sound = first_sound_out(&line->agreed, codecs);
    line->payload_type_out = sound == NULL ? CF_LINE_NO_TYPE : sound->send_type;
    set_passing_types(line, sound);
    memset(line->picture_types, CF_LINE_NO_TYPE, sizeof line->picture_types);
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        const struct cf_payload *payload = &line->agreed.payloads[i];
        note_picture_type(line, format_of(payload->codec, &payload->remote), payload->send_type);
    }
    /* Single NAL unit packets are fine for a receiver of mode 1. */
    note_picture_type(line, CF_VIDEO_H264_MODE_0, line->picture_types[CF_VIDEO_H264_MODE_1]);
    set_rtx_types(line);
}

size_t cf_engine_line_list_mid(const struct cf_engine_line *line, struct cf_rtp_ext *list, size_t count) {
    if (cf_engine_line_sends_mid(line)) {
        list[count++] =
            (struct cf_rtp_ext){.id = line->agreed.extensions[CF_EXTENSION_MID].id, .data = cf_str_span(cf_tag_str(&line->mid))};
    }
    return count;
}

size_t cf_engine_put_extension_block(struct cf_writer *w, const struct cf_rtp_ext *list, size_t count) {
    uint8_t *head = cf_writer_reserve(w, 4);
    size_t before = w->len;
    uint16_t profile = cf_rtp_put_extensions(w, list, count);
    cf_assert(cf_writer_ok(w));
    cf_set_be16(head, profile);
    cf_set_be16(head + 2, (uint16_t)((w->len - before) / 4));
    return profile == CF_RTP_EXT_ONE_BYTE ? 5 : 6; /* behind the block's header and its own */
}

static bool sends_level(const struct cf_engine_line *line) {
    return line->agreed.kind == CF_MEDIA_AUDIO && cf_engine_line_sends(line, CF_EXTENSION_CSRC_AUDIO_LEVEL);
}

/* What changes from packet to packet comes first, so that it is known where: a number of pictures, the level of a talker. */
static void set_extension(struct cf_engine_line *line) {
    static const uint8_t number[CF_TRANSPORT_SEQUENCE_LEN] = {0};
    const struct cf_media_extension *extensions = line->agreed.extensions;
    struct cf_rtp_ext list[2];
    size_t count = 0;
    bool is_described = line->agreed.kind == CF_MEDIA_VIDEO && cf_engine_line_sends(line, CF_EXTENSION_DEPENDENCY_DESCRIPTOR);
    line->descriptor_id = is_described ? extensions[CF_EXTENSION_DEPENDENCY_DESCRIPTOR].id : 0;
    line->extension_len = 0;
    line->twcc_at = 0;
    line->passing.level_at = 0;
    if (is_numbered(line)) {
        list[count++] = (struct cf_rtp_ext){.id = extensions[CF_EXTENSION_TRANSPORT_CC].id, .data = {number, 2}};
    } else if (sends_level(line)) {
        list[count++] = (struct cf_rtp_ext){.id = extensions[CF_EXTENSION_CSRC_AUDIO_LEVEL].id, .data = {number, 1}};
    }
    count = cf_engine_line_list_mid(line, list, count);
    if (count == 0) {
        return;
    }
    struct cf_writer w;
    cf_writer_init(&w, line->extension, sizeof line->extension);
    uint8_t first = (uint8_t)cf_engine_put_extension_block(&w, list, count);
    line->extension_len = (uint8_t)w.len;
    line->twcc_at = is_numbered(line) ? first : 0;
    line->passing.level_at = sends_level(line) ? first : 0;
}

static void set_ssrc(struct cf_engine_line *line, uint32_t random_ssrc) {
    uint32_t announced = line->agreed.local_ssrc;
    uint32_t ssrc = announced != 0 ? announced : line->ssrc != 0 ? line->ssrc : random_ssrc;
    if (ssrc == line->ssrc) {
        return;
    }
    bool is_sound = line->agreed.kind == CF_MEDIA_AUDIO;
    const struct cf_payload *first = &line->agreed.payloads[0];
    uint32_t clock_hz = is_sound && line->agreed.payload_count > 0 && first->clock_hz != 0 ? first->clock_hz : CF_VIDEO_CLOCK_HZ;
    line->ssrc = ssrc;
    line->has_sent = false;
    cf_rtp_sender_init(&line->sender, ssrc, clock_hz);
    cf_rtp_sender_init(&line->rtx_sender, cf_rtx_ssrc(ssrc), clock_hz);
}

/* A codec of another clock needs other sender reports. */
static void set_clock(struct cf_engine_line *line) {
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        const struct cf_payload *payload = &line->agreed.payloads[i];
        if (payload->send_type == line->payload_type_out && payload->clock_hz != line->sender.clock_rate_hz) {
            line->sender.clock_rate_hz = payload->clock_hz;
        }
    }
}

/*
 * A mid names a line as long as it is there (RFC 9143 section 7). Linphone from 5.4 on gives a new one to a tile that comes to
 * show a shared screen, and looks for the old one in packets: it notes mids when a line begins. A line that is freed has none.
 */
static void set_mid(struct cf_engine_line *line) {
    if (line->mid.len == 0 || line->agreed.mid.len == 0) {
        line->mid = line->agreed.mid;
    }
}

bool cf_engine_line_set(struct cf_engine_line *line, const struct cf_media_line *agreed, struct cf_engine_transport *transport,
                        const struct cf_audio_codec *const *codecs, uint32_t random_ssrc, cf_usec now) {
    struct cf_engine_line before = *line;
    line->agreed = *agreed;
    line->transport = transport;
    line->is_active = agreed->is_active && transport != NULL && agreed->kind != CF_MEDIA_OTHER;
    for (size_t i = 0; i < cf_engine_line_stream_count(line); i++) {
        cf_engine_line_stream(line, i)->free_until = now + CF_LINE_SSRC_FREE;
    }
    set_types(line, codecs);
    set_mid(line);
    set_extension(line);
    set_ssrc(line, random_ssrc);
    if (agreed->kind == CF_MEDIA_AUDIO) {
        set_clock(line);
    }
    return before.ssrc != line->ssrc || before.extension_len != line->extension_len ||
           memcmp(before.extension, line->extension, line->extension_len) != 0 ||
           memcmp(before.picture_types, line->picture_types, sizeof before.picture_types) != 0;
}

/* --- what it is for --- */

uint32_t cf_engine_line_formats_out(const struct cf_engine_line *line) {
    uint32_t formats = 0;
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        enum cf_video_format format = format_of(line->agreed.payloads[i].codec, &line->agreed.payloads[i].remote);
        formats |= format == CF_VIDEO_NONE ? 0 : CF_VIDEO_SET(format);
    }
    return formats;
}

const struct cf_payload *cf_engine_line_payload_in(const struct cf_engine_line *line, uint8_t type) {
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        if (line->agreed.payloads[i].receive_type == type) {
            return &line->agreed.payloads[i];
        }
    }
    return NULL;
}

bool cf_engine_line_has_feedback(const struct cf_engine_line *line, uint32_t messages) {
    uint32_t agreed = 0;
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        agreed |= line->agreed.payloads[i].feedback;
    }
    return (agreed & messages) != 0;
}

bool cf_engine_line_announces(const struct cf_engine_line *line, uint32_t ssrc) {
    for (size_t i = 0; i < line->agreed.remote_ssrc_count; i++) {
        if (line->agreed.remote_ssrcs[i] == ssrc) {
            return true;
        }
    }
    return false;
}

bool cf_engine_line_spend(struct cf_engine_line *line, uint32_t per_sec, cf_usec now) {
    uint64_t grown = cf_usec_to_ticks(now - line->budget.at, per_sec);
    if (grown > 0) {
        uint64_t left = line->budget.left + grown;
        line->budget.left = (uint32_t)(left < per_sec ? left : per_sec);
        line->budget.at = now;
    }
    if (line->budget.left == 0) {
        return false;
    }
    line->budget.left--;
    return true;
}

/* --- sound --- */

static uint16_t ptime_of(const struct cf_media_line *agreed) {
    static const uint16_t times[] = {60, 40, 20, 10};
    uint16_t wanted = agreed->ptime_msec == 0 ? 20 : agreed->ptime_msec;
    uint16_t most = agreed->max_ptime_msec != 0 && agreed->max_ptime_msec < wanted ? agreed->max_ptime_msec : wanted;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        if (times[i] <= most) {
            return times[i];
        }
    }
    return 10;
}

static uint32_t bitrate_of(const struct cf_media_line *agreed, const struct cf_payload *payload) {
    uint32_t bitrate = agreed->remote_bandwidth_bps == CF_BANDWIDTH_NONE ? 0 : agreed->remote_bandwidth_bps;
    uint32_t codec = payload->codec == CF_CODEC_OPUS ? payload->remote.opus.max_average_bps : 0;
    return bitrate == 0 || (codec != 0 && codec < bitrate) ? codec : bitrate;
}

static struct cf_audio_params params_of(const struct cf_media_line *agreed, const struct cf_payload *payload) {
    struct cf_audio_params params = {.ptime_msec = ptime_of(agreed), .bitrate_bps = bitrate_of(agreed, payload)};
    if (payload->codec == CF_CODEC_OPUS) {
        params.playback_rate_hz = payload->remote.opus.max_playback_hz;
        params.fec = payload->remote.opus.has_inband_fec;
        params.dtx = payload->remote.opus.has_dtx;
        params.cbr = payload->remote.opus.is_cbr;
    }
    return params;
}

struct cf_mix_leg_config cf_engine_line_mix_config(const struct cf_engine_line *line, const struct cf_engine_line *mixed,
                                                   const struct cf_audio_codec *const *codecs, uint32_t user, bool muted) {
    const struct cf_payload *out = first_sound_out(&mixed->agreed, codecs);
    const struct cf_payload *in = cf_engine_line_payload_in(line, line->payload_type_in);
    if (codec_of(codecs, in) == NULL) {
        in = first_sound_out(&line->agreed, codecs);
    }
    struct cf_mix_leg_config config = {
        .user = user,
        .codec_in = codec_of(codecs, in),
        .codec_out = codec_of(codecs, out),
        .kind_in = in == NULL ? 0 : UINT32_C(1) << in->codec,
        .sends = line->agreed.can_receive && !(line->agreed.is_held && mixed == line),
        .receives = mixed->agreed.can_send,
        .muted = muted,
    };
    if (out != NULL) {
        config.params_out = params_of(&mixed->agreed, out);
    }
    return config;
}
