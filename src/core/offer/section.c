/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sections of a description, typed. */
#include "core/offer/section.h"

static const struct cf_str profile_names[] = {
    [CF_PROFILE_OTHER] = CF_STR_INIT(""),
    [CF_PROFILE_AVP] = CF_STR_INIT("RTP/AVP"),
    [CF_PROFILE_AVPF] = CF_STR_INIT("RTP/AVPF"),
    [CF_PROFILE_SAVP] = CF_STR_INIT("RTP/SAVP"),
    [CF_PROFILE_SAVPF] = CF_STR_INIT("RTP/SAVPF"),
    [CF_PROFILE_DTLS_SAVP] = CF_STR_INIT("UDP/TLS/RTP/SAVP"),
    [CF_PROFILE_DTLS_SAVPF] = CF_STR_INIT("UDP/TLS/RTP/SAVPF"),
};

enum cf_profile cf_profile_of(struct cf_str protocol) {
    for (int i = CF_PROFILE_AVP; i <= CF_PROFILE_DTLS_SAVPF; i++) {
        if (cf_str_eq_nocase(protocol, profile_names[i])) {
            return (enum cf_profile)i;
        }
    }
    return CF_PROFILE_OTHER;
}

struct cf_str cf_profile_name(enum cf_profile profile) {
    return profile_names[profile];
}

static void read_rtcp_mux(struct cf_attributes *a, struct cf_str value) {
    (void)value;
    a->has_rtcp_mux = true;
}

static void read_rtcp_rsize(struct cf_attributes *a, struct cf_str value) {
    (void)value;
    a->has_rtcp_rsize = true;
}

static void read_bundle_only(struct cf_attributes *a, struct cf_str value) {
    (void)value;
    a->is_bundle_only = true;
}

static void read_rtcp(struct cf_attributes *a, struct cf_str value) {
    a->has_rtcp = cf_sdp_rtcp_parse(value, &a->rtcp) || a->has_rtcp;
}

static void read_mid(struct cf_attributes *a, struct cf_str value) {
    a->mid = cf_sdp_is_token(value) ? value : CF_STR_NONE;
}

static void read_label(struct cf_attributes *a, struct cf_str value) {
    a->label = cf_sdp_is_token(value) ? value : CF_STR_NONE;
}

/* The value is given back in answers: tokens only. */
static void read_content(struct cf_attributes *a, struct cf_str value) {
    struct cf_str rest = value;
    while (rest.at != NULL) {
        if (!cf_sdp_is_token(cf_str_cut(&rest, ','))) {
            return;
        }
    }
    a->content = value;
}

static void read_ptime(struct cf_attributes *a, struct cf_str value) {
    (void)cf_sdp_ptime_parse(value, &a->ptime_msec);
}

static void read_max_ptime(struct cf_attributes *a, struct cf_str value) {
    (void)cf_sdp_ptime_parse(value, &a->max_ptime_msec);
}

static void read_extmap(struct cf_attributes *a, struct cf_str value) {
    struct cf_sdp_extmap map;
    if (cf_sdp_extmap_parse(value, &map) && map.id <= CF_EXTENSION_ID_MAX && map.extension < CF_EXTENSION_COUNT &&
        a->extmaps[map.extension].id == 0) {
        a->extmaps[map.extension] = (struct cf_section_extmap){
            .id = map.id,
            .direction = (uint8_t)map.direction,
            .has_vad_word = map.attributes.at != NULL,
            .has_vad = cf_sdp_extmap_has_vad(&map),
        };
    }
}

static void read_allow_mixed(struct cf_attributes *a, struct cf_str value) {
    (void)value;
    a->allows_mixed = true;
}

static void read_ssrc(struct cf_attributes *a, struct cf_str value) {
    struct cf_sdp_ssrc ssrc;
    if (!cf_sdp_ssrc_parse(value, &ssrc) || a->ssrc_count == CF_MEDIA_SSRCS_MAX) {
        return;
    }
    for (size_t i = 0; i < a->ssrc_count; i++) {
        if (a->ssrcs[i] == ssrc.ssrc) {
            return;
        }
    }
    a->ssrcs[a->ssrc_count++] = ssrc.ssrc;
}

static void read_setup(struct cf_attributes *a, struct cf_str value) {
    a->setup = cf_setup_parse(value);
}

static void read_fingerprint(struct cf_attributes *a, struct cf_str value) {
    /* RFC 8122 section 5: those of a section count instead of the session's. */
    if (a->has_inherited_fingerprints) {
        a->has_inherited_fingerprints = false;
        a->fingerprint_count = 0;
    }
    if (value.at != NULL && a->fingerprint_count < CF_MEDIA_FINGERPRINTS_MAX) {
        a->fingerprints[a->fingerprint_count++] = value;
    }
}

static void read_tls_id(struct cf_attributes *a, struct cf_str value) {
    a->tls_id = cf_sdp_is_tls_id(value) ? value : CF_STR_NONE;
}

static void read_zrtp_hash(struct cf_attributes *a, struct cf_str value) {
    a->has_zrtp_hash = cf_sdp_zrtp_hash_parse(value, a->zrtp_hash) || a->has_zrtp_hash;
}

static void read_crypto(struct cf_attributes *a, struct cf_str value) {
    if (value.at != NULL && a->crypto_count < CF_SECTION_CRYPTOS_MAX) {
        a->cryptos[a->crypto_count++] = value;
    }
}

static void read_rid(struct cf_attributes *a, struct cf_str value) {
    if (value.at != NULL && a->rid_count < CF_SECTION_RIDS_MAX) {
        a->rids[a->rid_count++] = value;
    }
}

static void read_simulcast(struct cf_attributes *a, struct cf_str value) {
    a->simulcast = a->simulcast_count == 0 ? value : a->simulcast;
    a->simulcast_count = a->simulcast_count == 0 ? 1 : 2;
}

/* Attributes by name; directions and ICE are apart. */
static const struct {
    struct cf_str name;
    void (*read)(struct cf_attributes *a, struct cf_str value);
} readers[] = {
    {CF_STR_INIT("rtcp-mux"), read_rtcp_mux},
    {CF_STR_INIT("rtcp-rsize"), read_rtcp_rsize},
    {CF_STR_INIT("bundle-only"), read_bundle_only},
    {CF_STR_INIT("rtcp"), read_rtcp},
    {CF_STR_INIT("mid"), read_mid},
    {CF_STR_INIT("label"), read_label},
    {CF_STR_INIT("content"), read_content},
    {CF_STR_INIT("ptime"), read_ptime},
    {CF_STR_INIT("maxptime"), read_max_ptime},
    {CF_STR_INIT("extmap"), read_extmap},
    {CF_STR_INIT("ssrc"), read_ssrc},
    {CF_STR_INIT("setup"), read_setup},
    {CF_STR_INIT("fingerprint"), read_fingerprint},
    {CF_STR_INIT("tls-id"), read_tls_id},
    {CF_STR_INIT("zrtp-hash"), read_zrtp_hash},
    {CF_STR_INIT("crypto"), read_crypto},
    {CF_STR_INIT("rid"), read_rid},
    {CF_STR_INIT("simulcast"), read_simulcast},
    {CF_STR_INIT("extmap-allow-mixed"), read_allow_mixed},
};

static void read_attribute(struct cf_attributes *a, const struct cf_sdp_line *line) {
    if (line->value.at == NULL && line->name.len == 8 && cf_direction_of_name(line->name, &a->direction)) {
        a->has_direction = true;
        return;
    }
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        if (line->name.len == readers[i].name.len && cf_str_eq(line->name, readers[i].name)) {
            readers[i].read(a, line->value);
            return;
        }
    }
    cf_sdp_ice_read(line, &a->ice);
}

static void read_attributes(struct cf_attributes *a, struct cf_sdp_lines lines) {
    for (size_t i = 0; i < lines.count; i++) {
        if (lines.at[i].type == 'a') {
            read_attribute(a, &lines.at[i]);
        }
    }
}

static uint32_t bandwidth_of(struct cf_sdp_lines lines) {
    struct cf_sdp_bandwidth bandwidth;
    cf_sdp_bandwidth_read(lines, &bandwidth);
    return cf_sdp_bandwidth_media_bps(&bandwidth);
}

/* What a session can say for its sections; the rest counts only where it belongs. */
static void keep_inherited(struct cf_attributes *a) {
    a->mid = CF_STR_NONE;
    a->label = CF_STR_NONE;
    a->content = CF_STR_NONE;
    a->has_rtcp = false;
    a->is_bundle_only = false;
    a->ssrc_count = 0;
    a->crypto_count = 0;
    a->rid_count = 0;
    a->simulcast_count = 0;
    a->tls_id = CF_STR_NONE;
    a->has_inherited_fingerprints = true;
    a->ice.has_candidate = false;
}

void cf_session_part_read(const struct cf_sdp *sdp, struct cf_session_part *ret) {
    memset(&ret->attributes, 0, offsetof(struct cf_attributes, ssrcs));
    ret->sdp = sdp;
    ret->has_bundle = false;
    ret->bundle = (struct cf_sdp_group){0};
    ret->bandwidth_bps = bandwidth_of(sdp->lines);
    ret->attributes.direction = CF_DIRECTION_SENDRECV;
    read_attributes(&ret->attributes, sdp->lines);
    keep_inherited(&ret->attributes);
    for (size_t i = 0; i < sdp->lines.count && !ret->has_bundle; i++) {
        const struct cf_sdp_line *line = &sdp->lines.at[i];
        ret->has_bundle = line->type == 'a' && cf_str_eq(line->name, CF_STR("group")) &&
                          cf_sdp_group_parse(line->value, &ret->bundle) && cf_str_eq(ret->bundle.semantics, CF_STR("BUNDLE"));
    }
}

static void set_addresses(struct cf_section *section) {
    const struct cf_sdp_connection *connection = &section->media->connection;
    const struct cf_attributes *a = &section->attributes;
    section->is_name = connection->is_present && connection->addr.family == CF_FAMILY_NONE;
    /* Without a port nobody listens at the address anyway: Firefox writes zeros in bundle-only sections. */
    section->is_zero =
        section->media->port != 0 && connection->addr.family != CF_FAMILY_NONE && cf_addr_is_unspecified(&connection->addr);
    section->rtp = connection->addr;
    section->rtp.port = section->media->port;
    section->rtcp = section->rtp;
    if (!a->has_rtcp) {
        section->rtcp.port = (uint16_t)(section->rtp.port == UINT16_MAX ? 0 : section->rtp.port + 1);
        return;
    }
    if (a->rtcp.connection.is_present) {
        section->rtcp = a->rtcp.connection.addr;
    }
    section->rtcp.port = a->rtcp.port;
}

void cf_section_read_attributes(const struct cf_session_part *session, size_t index, struct cf_section *ret) {
    const struct cf_sdp_media *media = &session->sdp->media[index];
    ret->media = media;
    ret->profile = cf_profile_of(media->protocol);
    /* Sources and keys are not inherited. */
    memcpy(&ret->attributes, &session->attributes, offsetof(struct cf_attributes, ssrcs));
    ret->bandwidth_bps = bandwidth_of(media->lines);
    if (ret->bandwidth_bps == CF_BANDWIDTH_NONE) {
        ret->bandwidth_bps = session->bandwidth_bps;
    }
    read_attributes(&ret->attributes, media->lines);
    set_addresses(ret);
    ret->formats.count = 0;
}

void cf_section_read(const struct cf_session_part *session, size_t index, struct cf_section *ret) {
    cf_section_read_attributes(session, index, ret);
    cf_sdp_formats_read(ret->media, &ret->formats);
}

bool cf_section_is_disabled(const struct cf_section *section) {
    return section->media->port == 0 && !section->attributes.is_bundle_only;
}

/* The index of the first crypto attribute with @p tag; the number of all if there is none. */
static size_t find_tag(const struct cf_attributes *a, uint32_t tag) {
    size_t i = 0;
    while (i < a->crypto_count) {
        struct cf_str rest = a->cryptos[i];
        uint32_t number = 0;
        if (cf_str_to_u32(cf_sdp_word(&rest), CF_SDP_CRYPTO_TAG_MAX, &number) && number == tag) {
            break;
        }
        i++;
    }
    return i;
}

bool cf_section_crypto_at(const struct cf_section *section, size_t index, struct cf_sdp_crypto *ret) {
    struct cf_sdp_crypto crypto;
    if (!cf_sdp_crypto_parse(section->attributes.cryptos[index], &crypto) || !crypto.is_usable ||
        find_tag(&section->attributes, crypto.tag) != index) {
        return false;
    }
    *ret = crypto;
    return true;
}

bool cf_section_crypto(const struct cf_section *section, uint32_t tag, struct cf_sdp_crypto *ret) {
    size_t index = find_tag(&section->attributes, tag);
    return index < section->attributes.crypto_count && cf_section_crypto_at(section, index, ret);
}
