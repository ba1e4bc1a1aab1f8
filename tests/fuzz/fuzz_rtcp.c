/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compound RTCP and everything in it that the cores look at. */
#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtcp/sdes.h"
#include "core/rtcp/transport_cc.h"
#include "core/rtcp/xr.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit_report(const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_report report;
    struct cf_report_block block;
    if (cf_rtcp_parse_report(packet, &report) == CF_OK) {
        for (size_t i = 0; cf_rtcp_block_at(&report, i, &block); i++) {
            cf_usec trip = cf_rtcp_round_trip(block.last_sr, block.delay_since_sr, report.info.ntp);
            if (trip < -1 || trip > CF_SEC(60)) {
                abort();
            }
        }
    }
}

static void visit_sources(const struct cf_rtcp_packet *packet) {
    struct cf_sdes_iter iter;
    struct cf_sdes_item item;
    struct cf_rtcp_bye bye;
    struct cf_rtcp_app app;
    uint32_t ssrc = 0;
    cf_sdes_iter_init(&iter, packet);
    while (cf_sdes_next(&iter, &item)) {
        (void)cf_str_is_utf8(item.value);
    }
    if (cf_rtcp_parse_bye(packet, &bye) == CF_OK) {
        (void)cf_str_is_utf8(bye.reason);
        for (size_t i = 0; cf_rtcp_ssrc_at(bye.ssrcs, i, &ssrc); i++) {
        }
    }
    if (cf_rtcp_parse_app(packet, &app) == CF_OK) {
        (void)cf_str_is_utf8(app.name);
    }
}

static void visit_feedback(const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_feedback feedback;
    union {
        struct cf_nack nack;
        struct cf_tmmb tmmb;
        struct cf_fir fir;
        struct cf_sli sli;
        struct cf_rpsi rpsi;
        struct cf_remb remb;
    } u;
    if (cf_rtcp_parse_feedback(packet, &feedback) != CF_OK) {
        return;
    }
    for (size_t i = 0; cf_nack_at(&feedback, i, &u.nack); i++) {
    }
    for (size_t i = 0; cf_tmmb_at(&feedback, i, &u.tmmb); i++) {
    }
    for (size_t i = 0; cf_fir_at(&feedback, i, &u.fir); i++) {
    }
    for (size_t i = 0; cf_sli_at(&feedback, i, &u.sli); i++) {
    }
    if (cf_rpsi_parse(&feedback, &u.rpsi) == CF_OK) {
        (void)cf_str_is_utf8(cf_span_str(u.rpsi.bits));
    }
    uint32_t ssrc = 0;
    if (cf_remb_parse(&feedback, &u.remb) == CF_OK) {
        for (size_t i = 0; cf_rtcp_ssrc_at(u.remb.ssrcs, i, &ssrc); i++) {
        }
    }
}

static void visit_transport_cc(const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_feedback feedback;
    struct cf_twcc twcc;
    struct cf_twcc_iter iter;
    struct cf_twcc_status status;
    size_t count = 0;
    if (cf_rtcp_parse_feedback(packet, &feedback) != CF_OK || cf_twcc_parse(&feedback, &twcc) != CF_OK) {
        return;
    }
    cf_twcc_iter_init(&iter, &twcc);
    while (cf_twcc_next(&iter, &status)) {
        count++;
    }
    if (count != twcc.count || !cf_reader_ok(&iter.chunks) || !cf_reader_ok(&iter.deltas) || cf_reader_left(&iter.deltas) > 0) {
        abort();
    }
}

static void visit_extended(const struct cf_rtcp_packet *packet) {
    struct cf_xr_iter iter;
    struct cf_xr_block block;
    struct cf_xr_dlrr dlrr;
    uint32_t ssrc = 0;
    cf_ntp ntp = 0;
    if (cf_xr_iter_init(&iter, packet, &ssrc) != CF_OK) {
        return;
    }
    while (cf_xr_next(&iter, &block)) {
        if (cf_xr_parse_rrt(&block, &ntp) != CF_OK && block.body.len >= 8) {
            abort();
        }
        for (size_t i = 0; cf_xr_dlrr_at(&block, i, &dlrr); i++) {
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_span datagram = {data, size};
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    size_t octets = 0;
    (void)cf_rtcp_sender_ssrc(datagram);
    bool is_sound = cf_rtcp_check(datagram, true) == CF_OK;
    /* Not checked input must not hurt either. */
    cf_rtcp_iter_init(&iter, datagram);
    while (cf_rtcp_next(&iter, &packet)) {
        octets += 4 + packet.body.len;
        visit_report(&packet);
        visit_sources(&packet);
        visit_feedback(&packet);
        visit_transport_cc(&packet);
        visit_extended(&packet);
    }
    if (is_sound && octets > size) {
        abort();
    }
    return 0;
}
