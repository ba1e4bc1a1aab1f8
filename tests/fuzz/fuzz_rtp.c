/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTP packets with everything in them that the cores look at. What parses must print back to the same octets. */
#include "core/rtp/audio_level.h"
#include "core/rtp/event.h"
#include "core/rtp/extension.h"
#include "core/rtp/packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_back(const struct cf_rtp_view *view) {
    static uint8_t out[UINT16_MAX];
    uint32_t csrcs[CF_RTP_CSRC_MAX];
    struct cf_writer w;
    for (size_t i = 0; i < view->csrc_count; i++) {
        csrcs[i] = cf_rtp_csrc(view, i);
    }
    struct cf_rtp_header header = {
        .csrcs = csrcs,
        .csrc_count = view->csrc_count,
        .extension = view->extension,
        .extension_profile = view->extension_profile,
        .timestamp = view->timestamp,
        .ssrc = view->ssrc,
        .sequence = view->sequence,
        .payload_type = view->payload_type,
        .marker = view->marker,
        .has_padding = view->has_padding,
    };
    cf_writer_init(&w, out, sizeof out);
    cf_rtp_put_header(&w, &header);
    /* An extension of no words is not printed. */
    bool same = view->extension.at != NULL && view->extension.len == 0;
    if (!same && cf_writer_ok(&w) && (w.len != view->header_len || memcmp(out, view->packet.at, w.len) != 0)) {
        abort();
    }
}

static void visit_extensions(const struct cf_rtp_view *view) {
    struct cf_rtp_ext_iter iter;
    struct cf_rtp_ext ext;
    struct cf_audio_level level;
    uint8_t mixer = 0;
    cf_rtp_ext_iter_init(&iter, view);
    while (cf_rtp_ext_next(&iter, &ext)) {
        (void)cf_audio_level_parse(ext.data, &level);
        for (size_t i = 0; cf_mixer_level_at(ext.data, i, &mixer); i++) {
        }
        if (ext.id == 0) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_span datagram = {data, size};
    struct cf_rtp_view view;
    struct cf_dtmf dtmf = {0};
    (void)cf_packet_kind_of(datagram);
    if (cf_rtp_parse_header(datagram, &view) != CF_OK) {
        return 0;
    }
    print_back(&view);
    if (cf_rtp_parse(datagram, &view) == CF_OK) {
        visit_extensions(&view);
        (void)cf_dtmf_on_packet(&dtmf, view.timestamp, view.payload);
    }
    return 0;
}
