/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Session descriptions with every typed attribute. A description that parses must print to one that parses to the same lines, and
 * a typed attribute that is printed must be read as it was.
 */
#include "core/sdp/bandwidth.h"
#include "core/sdp/candidate.h"
#include "core/sdp/content.h"
#include "core/sdp/crypto.h"
#include "core/sdp/dtls.h"
#include "core/sdp/extmap.h"
#include "core/sdp/fmtp.h"
#include "core/sdp/format.h"
#include "core/sdp/group.h"
#include "core/sdp/msid.h"
#include "core/sdp/rid.h"
#include "core/sdp/rtcp.h"
#include "core/sdp/ssrc.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct cf_sdp_line lines[2][2048];
static struct cf_sdp_media media[2][CF_SDP_MEDIA_MAX];
static const struct cf_sdp_room rooms[2] = {{lines[0], 2048, media[0], CF_SDP_MEDIA_MAX},
                                            {lines[1], 2048, media[1], CF_SDP_MEDIA_MAX}};

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

/* The value of the attribute line in @p w. */
static struct cf_str value_of(const struct cf_writer *w) {
    struct cf_str value = cf_writer_str(w);
    require(cf_writer_ok(w) && cf_str_ends(value, CF_STR("\r\n")));
    (void)cf_str_cut(&value, ':');
    return cf_str_head(value, value.len - 2);
}

static char out[2 * CF_SDP_TEXT_MAX];
static struct cf_writer w;

static void check_crypto(struct cf_str value) {
    struct cf_sdp_crypto a;
    struct cf_sdp_crypto b;
    if (cf_sdp_crypto_parse(value, &a) && a.is_usable) {
        cf_put_sdp_crypto(&w, &a);
        require(cf_sdp_crypto_parse(value_of(&w), &b) && b.is_usable && a.suite == b.suite && a.tag == b.tag &&
                cf_sdes_key_eq(&a.key, &b.key));
    }
}

static void check_remote_candidates(struct cf_str value) {
    struct cf_addr a[CF_SDP_REMOTE_CANDIDATES_MAX];
    struct cf_addr b[CF_SDP_REMOTE_CANDIDATES_MAX];
    if (cf_sdp_remote_candidates_parse(value, a) && a[0].family != CF_FAMILY_NONE && a[1].family != CF_FAMILY_NONE) {
        cf_put_sdp_remote_candidates(&w, a, CF_SDP_REMOTE_CANDIDATES_MAX);
        require(cf_sdp_remote_candidates_parse(value_of(&w), b) && cf_addr_eq(&a[0], &b[0]) && cf_addr_eq(&a[1], &b[1]));
    }
}

static void check_candidate(struct cf_str value) {
    struct cf_sdp_candidate a;
    struct cf_sdp_candidate b;
    if (cf_sdp_candidate_parse(value, &a) && a.addr.family != CF_FAMILY_NONE && a.type != CF_CANDIDATE_OTHER &&
        a.transport != CF_CANDIDATE_TRANSPORT_OTHER) {
        cf_put_sdp_candidate(&w, &a);
        require(cf_sdp_candidate_parse(value_of(&w), &b) && cf_addr_eq(&a.addr, &b.addr) && cf_addr_eq(&a.related, &b.related) &&
                a.transport == b.transport && a.component == b.component);
    }
}

static void check_extmap(struct cf_str value) {
    struct cf_sdp_extmap a;
    struct cf_sdp_extmap b;
    if (cf_sdp_extmap_parse(value, &a)) {
        cf_put_sdp_extmap(&w, &a);
        require(cf_sdp_extmap_parse(value_of(&w), &b) && a.id == b.id && a.direction == b.direction && cf_str_eq(a.uri, b.uri));
    }
}

static void check_rid(struct cf_str value) {
    struct cf_sdp_rid a;
    struct cf_sdp_rid b;
    if (cf_sdp_rid_parse(value, &a)) {
        cf_put_sdp_rid(&w, &a);
        require(cf_sdp_rid_parse(value_of(&w), &b) && cf_str_eq(a.id, b.id) && cf_str_eq(a.payload_types, b.payload_types) &&
                cf_str_eq(a.restrictions, b.restrictions));
    }
}

static void check_simulcast(struct cf_str value) {
    struct cf_sdp_simulcast a;
    struct cf_sdp_simulcast b;
    if (cf_sdp_simulcast_parse(value, &a)) {
        cf_put_sdp_simulcast(&w, &a);
        require(cf_sdp_simulcast_parse(value_of(&w), &b) && a.send.count == b.send.count && a.receive.count == b.receive.count);
    }
}

static void check_fingerprint(struct cf_str value) {
    struct cf_sdp_fingerprint a;
    struct cf_sdp_fingerprint b;
    if (cf_sdp_fingerprint_parse(value, &a)) {
        cf_put_sdp_fingerprint(&w, a.hash, (struct cf_span){a.digest, a.digest_len});
        require(cf_sdp_fingerprint_parse(value_of(&w), &b) && a.digest_len == b.digest_len &&
                memcmp(a.digest, b.digest, a.digest_len) == 0);
    }
}

static void check_others(struct cf_str value) {
    uint8_t hash[CF_ZRTP_HASH_LEN];
    uint16_t msec = 0;
    struct cf_sdp_msid msid;
    struct cf_sdp_rtcp rtcp;
    struct cf_sdp_ssrc ssrc;
    struct cf_sdp_group group;
    struct cf_sdp_ssrc_group ssrc_group;
    struct cf_sdp_feedback feedback;
    (void)cf_sdp_zrtp_hash_parse(value, hash);
    (void)cf_sdp_ptime_parse(value, &msec);
    (void)cf_sdp_msid_parse(value, &msid);
    (void)cf_sdp_rtcp_parse(value, &rtcp);
    (void)cf_sdp_ssrc_parse(value, &ssrc);
    (void)cf_sdp_ssrc_group_parse(value, &ssrc_group);
    (void)cf_sdp_feedback_parse(value, &feedback);
    (void)cf_content_parse(value);
    (void)cf_setup_parse(value);
    if (cf_sdp_group_parse(value, &group)) {
        (void)cf_sdp_group_has(&group, CF_STR("x"));
    }
}

static void check_attribute(struct cf_str value) {
    static void (*const checks[])(struct cf_str) = {check_crypto, check_candidate, check_remote_candidates, check_extmap,
                                                    check_rid,    check_simulcast, check_fingerprint,       check_others};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        cf_writer_init(&w, out, sizeof out);
        checks[i](value);
    }
}

/* Parameters that are printed must be read as the same ones. */
static void check_format(const struct cf_sdp_format *format) {
    for (int codec = CF_CODEC_NONE + 1; codec < CF_CODEC_COUNT; codec++) {
        union cf_codec_params a;
        union cf_codec_params b;
        cf_fmtp_parse((enum cf_codec)codec, format->fmtp, &a);
        cf_writer_init(&w, out, sizeof out);
        cf_put_fmtp(&w, format->payload_type, (enum cf_codec)codec, &a);
        struct cf_str value = w.len > 0 ? value_of(&w) : CF_STR_NONE;
        (void)cf_sdp_word(&value);
        cf_fmtp_parse((enum cf_codec)codec, value, &b);
        bool is_silent = codec == CF_CODEC_TELEPHONE_EVENT && a.event.events == 0;
        require(is_silent || memcmp(&a, &b, sizeof a) == 0);
    }
}

static void check_media(const struct cf_sdp_media *section) {
    static struct cf_sdp_formats formats;
    struct cf_sdp_ice ice = {0};
    struct cf_sdp_bandwidth bandwidth;
    for (size_t i = 0; i < section->lines.count; i++) {
        cf_sdp_ice_read(&section->lines.at[i], &ice);
    }
    cf_sdp_bandwidth_read(section->lines, &bandwidth);
    cf_sdp_formats_read(section, &formats);
    for (size_t i = 0; i < formats.count; i++) {
        check_format(&formats.at[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char again[2 * CF_SDP_TEXT_MAX];
    struct cf_sdp a;
    struct cf_sdp b;
    struct cf_parse_error error;
    check_attribute(cf_span_str((struct cf_span){data, size}));
    if (cf_sdp_parse(cf_span_str((struct cf_span){data, size}), &rooms[0], &a, &error) != CF_OK) {
        require(error.offset <= size && error.what != NULL);
        return 0;
    }
    for (size_t i = 0; i < a.media_count; i++) {
        check_media(&a.media[i]);
    }
    for (size_t i = 0; i < a.lines.count || (a.media_count > 0 && i < a.media[0].lines.count); i++) {
        check_attribute(i < a.lines.count ? a.lines.at[i].value : a.media[0].lines.at[i].value);
    }
    struct cf_writer printer;
    cf_writer_init(&printer, again, sizeof again);
    cf_put_sdp(&printer, &a);
    require(cf_writer_ok(&printer));
    require(cf_sdp_parse(cf_writer_str(&printer), &rooms[1], &b, &error) == CF_OK || error.code == CF_ERR_LIMIT);
    require(error.code == CF_ERR_LIMIT || (a.media_count == b.media_count && a.lines.count == b.lines.count));
    return 0;
}
