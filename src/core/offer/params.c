/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a negotiation has agreed on. */
#include "core/offer/params.h"

bool cf_tag_set(struct cf_str text, struct cf_tag *ret) {
    if (text.len > CF_TAG_MAX) {
        return false;
    }
    *ret = (struct cf_tag){.len = (uint8_t)text.len};
    if (text.len > 0) {
        memcpy(ret->text, text.at, text.len);
    }
    return true;
}

struct cf_media_params *cf_media_params_new(const struct cf_mem *mem, size_t line_count) {
    cf_assert(line_count <= CF_SDP_MEDIA_MAX);
    size_t size =
        sizeof(struct cf_media_params) + line_count * (sizeof(struct cf_media_line) + sizeof(struct cf_media_transport));
    struct cf_media_params *params = cf_mem_alloc(mem, size);
    if (params == NULL) {
        return NULL;
    }
    params->size = size;
    params->line_count = (uint16_t)line_count;
    params->lines = (struct cf_media_line *)(void *)(params + 1);
    params->transports = (struct cf_media_transport *)(void *)(params->lines + line_count);
    return params;
}

void cf_media_params_free(const struct cf_mem *mem, struct cf_media_params *params) {
    if (params != NULL) {
        size_t size = params->size;
        cf_mem_wipe(params, size);
        cf_mem_free(mem, params, size);
    }
}

const struct cf_payload *cf_media_payload_of_type(const struct cf_media_line *line, uint8_t receive_type) {
    for (size_t i = 0; i < line->payload_count; i++) {
        if (line->payloads[i].receive_type == receive_type) {
            return &line->payloads[i];
        }
    }
    return NULL;
}

const struct cf_payload *cf_media_payload_of_codec(const struct cf_media_line *line, enum cf_codec codec, uint32_t clock_hz) {
    for (size_t i = 0; i < line->payload_count; i++) {
        const struct cf_payload *payload = &line->payloads[i];
        if (payload->codec == codec && (clock_hz == 0 || payload->clock_hz == clock_hz)) {
            return payload;
        }
    }
    return NULL;
}

bool cf_media_encoding_has_type(const struct cf_media_encoding *encoding, uint8_t type) {
    return !encoding->has_types || (encoding->types[type / 64 % 2] >> type % 64 & 1U) != 0;
}

bool cf_media_simulcast_is_same(const struct cf_media_simulcast *a, const struct cf_media_simulcast *b) {
    bool is_same = a->count == b->count;
    for (size_t i = 0; is_same && i < a->count; i++) {
        const struct cf_media_encoding *x = &a->at[i];
        const struct cf_media_encoding *y = &b->at[i];
        is_same = cf_str_eq(cf_media_rid(x), cf_media_rid(y)) && x->has_types == y->has_types && x->types[0] == y->types[0] &&
                  x->types[1] == y->types[1];
    }
    return is_same;
}

static bool is_same_tag(const struct cf_tag *a, const struct cf_tag *b) {
    return cf_str_eq(cf_tag_str(a), cf_tag_str(b));
}

/* Parameters are compared as octets: both were zeroed before they were filled in. */
static bool is_same_params(const void *a, const void *b) {
    return memcmp(a, b, sizeof(union cf_codec_params)) == 0;
}

static bool is_same_payload(const struct cf_payload *a, const struct cf_payload *b) {
    return a->codec == b->codec && a->send_type == b->send_type && a->receive_type == b->receive_type &&
           a->channels == b->channels && a->clock_hz == b->clock_hz && a->feedback == b->feedback &&
           is_same_params(&a->local, &b->local) && is_same_params(&a->remote, &b->remote);
}

static bool is_same_payloads(const struct cf_media_line *a, const struct cf_media_line *b) {
    bool is_same = a->payload_count == b->payload_count && a->ptime_msec == b->ptime_msec &&
                   a->max_ptime_msec == b->max_ptime_msec && a->trr_int_msec == b->trr_int_msec;
    for (size_t i = 0; is_same && i < a->payload_count; i++) {
        is_same = is_same_payload(&a->payloads[i], &b->payloads[i]);
    }
    return is_same;
}

static bool is_same_extensions(const struct cf_media_line *a, const struct cf_media_line *b) {
    bool is_same = a->has_vad == b->has_vad;
    for (size_t i = 0; is_same && i < CF_EXTENSION_COUNT; i++) {
        const struct cf_media_extension *x = &a->extensions[i];
        const struct cf_media_extension *y = &b->extensions[i];
        is_same = x->id == y->id && x->can_send == y->can_send && x->can_receive == y->can_receive;
    }
    return is_same;
}

static bool is_same_names(const struct cf_media_line *a, const struct cf_media_line *b) {
    bool is_same = is_same_tag(&a->mid, &b->mid) && is_same_tag(&a->local_label, &b->local_label) &&
                   is_same_tag(&a->remote_label, &b->remote_label) && a->local_content == b->local_content &&
                   a->remote_content == b->remote_content && a->local_ssrc == b->local_ssrc &&
                   a->remote_ssrc_count == b->remote_ssrc_count &&
                   cf_media_simulcast_is_same(&a->simulcast_in, &b->simulcast_in) &&
                   cf_media_simulcast_is_same(&a->simulcast_out, &b->simulcast_out);
    for (size_t i = 0; is_same && i < a->remote_ssrc_count; i++) {
        is_same = a->remote_ssrcs[i] == b->remote_ssrcs[i];
    }
    return is_same;
}

static bool is_same_fingerprint(const struct cf_fingerprint *a, const struct cf_fingerprint *b) {
    return cf_str_eq_nocase(cf_tag_str(&a->hash), cf_tag_str(&b->hash)) && a->digest_len == b->digest_len &&
           memcmp(a->digest, b->digest, a->digest_len) == 0;
}

static bool is_same_dtls(const struct cf_media_security *a, const struct cf_media_security *b) {
    bool is_same = a->dtls_role == b->dtls_role && a->dtls_association == b->dtls_association &&
                   is_same_fingerprint(&a->local_fingerprint, &b->local_fingerprint) &&
                   a->remote_fingerprint_count == b->remote_fingerprint_count;
    for (size_t i = 0; is_same && i < a->remote_fingerprint_count; i++) {
        is_same = is_same_fingerprint(&a->remote_fingerprints[i], &b->remote_fingerprints[i]);
    }
    return is_same;
}

static bool is_same_zrtp(const struct cf_media_security *a, const struct cf_media_security *b) {
    return a->has_remote_zrtp_hash == b->has_remote_zrtp_hash && a->has_local_zrtp_hash == b->has_local_zrtp_hash &&
           memcmp(a->remote_zrtp_hash, b->remote_zrtp_hash, sizeof a->remote_zrtp_hash) == 0 &&
           memcmp(a->local_zrtp_hash, b->local_zrtp_hash, sizeof a->local_zrtp_hash) == 0;
}

bool cf_media_security_is_same(const struct cf_media_security *a, const struct cf_media_security *b) {
    return a->keying == b->keying && a->suite == b->suite && cf_sdes_key_eq(&a->local, &b->local) &&
           cf_sdes_key_eq(&a->remote, &b->remote) && is_same_dtls(a, b) && is_same_zrtp(a, b);
}

static bool is_same_remote(const struct cf_media_transport *a, const struct cf_media_transport *b) {
    return cf_addr_eq(&a->remote_rtp, &b->remote_rtp) && cf_addr_eq(&a->remote_rtcp, &b->remote_rtcp) &&
           a->has_rtcp_mux == b->has_rtcp_mux && a->has_reduced_rtcp == b->has_reduced_rtcp &&
           a->ice.is_offered == b->ice.is_offered &&
           cf_str_eq(cf_str_n(a->ice.ufrag, a->ice.ufrag_len), cf_str_n(b->ice.ufrag, b->ice.ufrag_len)) &&
           cf_str_eq(cf_str_n(a->ice.pwd, a->ice.pwd_len), cf_str_n(b->ice.pwd, b->ice.pwd_len));
}

static bool is_same_local(const struct cf_media_transport *a, const struct cf_media_transport *b) {
    return cf_addr_eq(&a->local_rtp, &b->local_rtp) && cf_addr_eq(&a->local_rtcp, &b->local_rtcp);
}

static uint32_t changes(const struct cf_media_params *now, const struct cf_media_line *a, const struct cf_media_params *before,
                        const struct cf_media_line *b) {
    if (a->is_active != b->is_active) {
        return UINT32_MAX;
    }
    if (!a->is_active) {
        return 0;
    }
    const struct cf_media_transport *x = cf_media_transport(now, a);
    const struct cf_media_transport *y = cf_media_transport(before, b);
    uint32_t set = 0;
    bool is_same_direction = a->can_send == b->can_send && a->can_receive == b->can_receive && a->is_held == b->is_held;
    set |= is_same_direction ? 0 : CF_MEDIA_CHANGE_DIRECTION;
    set |= is_same_remote(x, y) ? 0 : CF_MEDIA_CHANGE_REMOTE;
    set |= is_same_local(x, y) && a->transport == b->transport ? 0 : CF_MEDIA_CHANGE_LOCAL;
    set |= a->profile == b->profile && cf_media_security_is_same(&x->security, &y->security) ? 0 : CF_MEDIA_CHANGE_SECURITY;
    set |= is_same_payloads(a, b) ? 0 : CF_MEDIA_CHANGE_PAYLOADS;
    set |= is_same_extensions(a, b) ? 0 : CF_MEDIA_CHANGE_EXTENSIONS;
    set |= is_same_names(a, b) ? 0 : CF_MEDIA_CHANGE_NAMES;
    set |= a->remote_bandwidth_bps == b->remote_bandwidth_bps ? 0 : CF_MEDIA_CHANGE_BANDWIDTH;
    return set;
}

void cf_media_params_compare(struct cf_media_params *params, const struct cf_media_params *before) {
    static const struct cf_media_line inactive = {0};
    for (size_t i = 0; i < params->line_count; i++) {
        const struct cf_media_line *old = before != NULL && i < before->line_count ? &before->lines[i] : &inactive;
        params->lines[i].changed = changes(params, &params->lines[i], before, old) & CF_MEDIA_CHANGE_ALL;
    }
}
