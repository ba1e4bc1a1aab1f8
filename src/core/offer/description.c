/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our descriptions as text. */
#include "core/offer/description.h"

#include "core/offer/ice.h"
#include "core/offer/simulcast.h"
#include "core/rtp/rtx.h"
#include "core/sdp/bandwidth.h"
#include "core/sdp/connection.h"
#include "core/sdp/format.h"
#include "core/sdp/rtcp.h"
#include "core/sdp/ssrc.h"

static struct cf_str or_dash(struct cf_str s) {
    return s.len > 0 ? s : CF_STR("-");
}

void cf_put_description_origin(struct cf_writer *w, const struct cf_local_session *local, uint64_t session_id, uint64_t version) {
    cf_put_lit(w, "v=0\r\no=");
    cf_put(w, or_dash(local->user));
    cf_put_char(w, ' ');
    cf_put_dec(w, session_id);
    cf_put_char(w, ' ');
    cf_put_dec(w, version);
    cf_put_char(w, ' ');
    cf_put_sdp_address(w, &local->address);
    cf_put_lit(w, "\r\n");
}

void cf_put_description_session(struct cf_writer *w, const struct cf_session_plan *plan) {
    cf_put_lit(w, "s=");
    cf_put(w, or_dash(plan->name));
    cf_put_lit(w, "\r\n");
    cf_put_sdp_connection(w, &plan->local->address);
    if (plan->local->bandwidth_kbps > 0) {
        cf_put_sdp_bandwidth(w, plan->local->bandwidth_kbps);
    }
    cf_put_lit(w, "t=");
    cf_put_dec(w, plan->start_ntp);
    cf_put_char(w, ' ');
    cf_put_dec(w, plan->stop_ntp);
    cf_put_lit(w, "\r\n");
    bool is_lite = false;
    for (size_t i = 0; i < plan->local->line_count; i++) {
        is_lite = is_lite || plan->local->lines[i].ice != NULL;
    }
    if (is_lite && plan->local->policy->ice == CF_POLICY_ICE_LITE) {
        cf_put_lit(w, "a=ice-lite\r\n");
    }
    cf_put(w, plan->local->extra);
}

static void put_attribute(struct cf_writer *w, struct cf_str name, struct cf_str value) {
    if (value.at != NULL) {
        cf_put_lit(w, "a=");
        cf_put(w, name);
        cf_put_char(w, ':');
        cf_put(w, value);
        cf_put_lit(w, "\r\n");
    }
}

static void put_media_line(struct cf_writer *w, const struct cf_plan *plan, uint16_t port) {
    cf_put_lit(w, "m=");
    cf_put(w, plan->media);
    cf_put_char(w, ' ');
    cf_put_dec(w, port);
    cf_put_char(w, ' ');
    cf_put(w, plan->protocol);
}

/* RFC 3264 section 6: port 0, and at least one format, which nobody looks at. */
static void put_refused(struct cf_writer *w, const struct cf_plan *plan) {
    struct cf_str formats = plan->formats_text;
    put_media_line(w, plan, 0);
    cf_put_char(w, ' ');
    cf_put(w, cf_sdp_word(&formats));
    cf_put_lit(w, "\r\n");
    cf_put_direction(w, CF_DIRECTION_INACTIVE);
    put_attribute(w, CF_STR("label"), plan->label);
}

/* Channels are written for audio only, and only if there are several; cf_put_sdp_rtpmap() sees to that. */
static void put_formats(struct cf_writer *w, const struct cf_plan *plan) {
    for (size_t i = 0; i < plan->format_count; i++) {
        const struct cf_plan_format *format = &plan->formats[i];
        cf_put_sdp_rtpmap(w, format->payload_type, format->encoding, format->clock_hz, format->channels);
        cf_put_fmtp(w, format->payload_type, format->codec, &format->params);
    }
}

/* Do all formats have the same feedback? Formats that are no pictures or sound of their own don't count. */
static bool has_common_feedback(const struct cf_plan *plan) {
    for (size_t i = 1; i < plan->format_count; i++) {
        bool is_event = plan->formats[i].codec == CF_CODEC_TELEPHONE_EVENT;
        if (!is_event && plan->formats[i].feedback != plan->formats[0].feedback) {
            return false;
        }
    }
    return plan->format_count > 0;
}

static void put_feedback(struct cf_writer *w, const struct cf_plan *plan) {
    if (plan->trr_int_msec != CF_FEEDBACK_NO_INTERVAL) {
        cf_put_sdp_trr_int(w, plan->trr_int_msec);
    }
    if (has_common_feedback(plan)) {
        cf_put_sdp_feedback(w, CF_FEEDBACK_ALL_TYPES, plan->formats[0].feedback);
        return;
    }
    for (size_t i = 0; i < plan->format_count; i++) {
        cf_put_sdp_feedback(w, plan->formats[i].payload_type, plan->formats[i].feedback);
    }
}

static void put_flag(struct cf_writer *w, bool is_set, struct cf_str line) {
    if (is_set) {
        cf_put(w, line);
    }
}

static void put_fingerprint(struct cf_writer *w, const struct cf_fingerprint *fingerprint) {
    cf_put_sdp_fingerprint(w, cf_tag_str(&fingerprint->hash), (struct cf_span){fingerprint->digest, fingerprint->digest_len});
}

static void put_dtls(struct cf_writer *w, const struct cf_plan *plan) {
    cf_put_sdp_setup(w, plan->setup);
    put_fingerprint(w, &plan->fingerprint);
    put_attribute(w, CF_STR("tls-id"), plan->tls_id.len > 0 ? cf_tag_str(&plan->tls_id) : CF_STR_NONE);
}

static void put_transport(struct cf_writer *w, const struct cf_plan *plan) {
    struct cf_addr rtcp = plan->local->rtcp;
    if (rtcp.family == CF_FAMILY_NONE) {
        rtcp = plan->local->rtp;
        rtcp.port = (uint16_t)(rtcp.port + 1);
    }
    for (size_t i = 0; i < plan->crypto_count; i++) {
        cf_put_sdp_crypto(w, &plan->cryptos[i]);
    }
    if (plan->setup != CF_SETUP_NONE && !plan->is_bundled) {
        put_dtls(w, plan);
    } else if (plan->setup != CF_SETUP_NONE && plan->fingerprint.digest_len > 0) {
        put_fingerprint(w, &plan->fingerprint); /* DEVIATION(docs/rfc/9143.md#fingerprints) */
    }
    if (plan->zrtp_hash != NULL) {
        cf_put_sdp_zrtp_hash(w, plan->zrtp_hash);
    }
    if (!plan->is_bundled) {
        cf_put_ice(w, plan);
    }
    if (plan->has_rtcp && !plan->is_bundled) {
        cf_put_sdp_rtcp(w, &rtcp, &plan->local->rtp);
    }
    put_flag(w, plan->has_rtcp_mux, CF_STR("a=rtcp-mux\r\n"));
    put_flag(w, plan->has_rtcp_rsize, CF_STR("a=rtcp-rsize\r\n"));
}

/* The stream of retransmissions that goes with ours (RFC 5576 section 4.2, RFC 4588). */
static void put_repair(struct cf_writer *w, const struct cf_plan *plan) {
    uint32_t repair = cf_rtx_ssrc(plan->local->ssrc);
    bool has_rtx = false;
    for (size_t i = 0; i < plan->format_count; i++) {
        has_rtx |= plan->formats[i].codec == CF_CODEC_RTX;
    }
    if (!has_rtx) {
        return;
    }
    cf_put_sdp_ssrc(w, repair, plan->local->cname);
    cf_put_lit(w, "a=ssrc-group:FID ");
    cf_put_dec(w, plan->local->ssrc);
    cf_put_char(w, ' ');
    cf_put_dec(w, repair);
    cf_put_lit(w, "\r\n");
}

static void put_names(struct cf_writer *w, const struct cf_plan *plan) {
    put_attribute(w, CF_STR("mid"), plan->mid);
    put_flag(w, plan->is_bundled, CF_STR("a=bundle-only\r\n"));
    put_flag(w, plan->allows_mixed, CF_STR("a=extmap-allow-mixed\r\n"));
    for (size_t i = 0; i < plan->extmap_count; i++) {
        cf_put_sdp_extmap(w, &plan->extmaps[i]);
    }
    if (plan->local->ssrc != 0) {
        cf_put_sdp_ssrc(w, plan->local->ssrc, plan->local->cname);
        put_repair(w, plan);
    }
    cf_put_simulcast(w, plan);
    put_attribute(w, CF_STR("label"), plan->label);
    put_attribute(w, CF_STR("content"), plan->content);
}

void cf_put_description_section(struct cf_writer *w, const struct cf_session_plan *session, const struct cf_plan *plan) {
    if (plan->refusal != CF_REFUSAL_NONE) {
        put_refused(w, plan);
        return;
    }
    const struct cf_local_line *local = plan->local;
    put_media_line(w, plan, plan->is_bundled ? 0 : local->rtp.port);
    for (size_t i = 0; i < plan->format_count; i++) {
        cf_put_char(w, ' ');
        cf_put_dec(w, plan->formats[i].payload_type);
    }
    cf_put_lit(w, "\r\n");
    if (!plan->is_bundled && !cf_addr_eq_ip(&local->rtp, &session->local->address)) {
        cf_put_sdp_connection(w, &local->rtp);
    }
    if (local->bandwidth_kbps > 0) {
        cf_put_sdp_bandwidth(w, local->bandwidth_kbps);
    }
    put_formats(w, plan);
    if (plan->ptime_msec > 0) {
        cf_put_lit(w, "a=ptime:");
        cf_put_dec(w, plan->ptime_msec);
        cf_put_lit(w, "\r\n");
    }
    cf_put_direction(w, plan->direction);
    put_transport(w, plan);
    put_names(w, plan);
    put_feedback(w, plan);
    cf_put(w, local->extra);
}
