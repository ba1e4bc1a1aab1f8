/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compound RTCP, BYE and APP. */
#include "core/rtcp/rtcp.h"

enum {
    HEADER_LEN = 4,
    VERSION_BITS = 0xc0,
    VERSION_2 = 0x80,
    PADDING_BIT = 0x20,
    COUNT_BITS = 0x1f,
    REASON_MAX = 255,
};

/* Octets of the packet at the head of @rest, or 0 if its header or its length runs past the end. */
static size_t packet_len(struct cf_span rest) {
    if (rest.len < HEADER_LEN) {
        return 0;
    }
    size_t len = 4U * ((size_t)cf_be16(rest.at + 2) + 1U);
    return len <= rest.len ? len : 0;
}

/*
 * Padding must leave the header. RFC 3550 section 6.4.1 wants it at the very end and in words; browsers fill each of their
 * transport-wide feedback messages up with one to three octets of it, and send several in a datagram.
 */
static bool has_sound_padding(struct cf_span rest, size_t len) {
    if ((rest.at[0] & PADDING_BIT) == 0) {
        return true;
    }
    uint8_t padding = rest.at[len - 1];
    return padding != 0 && padding <= len - HEADER_LEN;
}

enum cf_err cf_rtcp_check(struct cf_span datagram, bool reduced_size) {
    struct cf_span rest = datagram;
    if (rest.len < HEADER_LEN) {
        return CF_ERR_TRUNCATED;
    }
    if (!reduced_size && rest.at[1] != CF_RTCP_SR && rest.at[1] != CF_RTCP_RR) {
        return CF_ERR_MALFORMED;
    }
    while (rest.len > 0) {
        size_t len = packet_len(rest);
        if (len == 0) {
            return CF_ERR_TRUNCATED;
        }
        if ((rest.at[0] & VERSION_BITS) != VERSION_2 || !has_sound_padding(rest, len)) {
            return CF_ERR_MALFORMED;
        }
        rest = (struct cf_span){rest.at + len, rest.len - len};
    }
    return CF_OK;
}

void cf_rtcp_iter_init(struct cf_rtcp_iter *iter, struct cf_span datagram) {
    *iter = (struct cf_rtcp_iter){.rest = datagram};
}

bool cf_rtcp_next(struct cf_rtcp_iter *iter, struct cf_rtcp_packet *ret_packet) {
    struct cf_span rest = iter->rest;
    size_t len = packet_len(rest);
    if (len == 0 || !has_sound_padding(rest, len)) {
        iter->rest.len = 0;
        return false;
    }
    size_t padding = (rest.at[0] & PADDING_BIT) != 0 ? rest.at[len - 1] : 0;
    *ret_packet = (struct cf_rtcp_packet){
        .body = {rest.at + HEADER_LEN, len - HEADER_LEN - padding},
        .type = rest.at[1],
        .count = rest.at[0] & COUNT_BITS,
    };
    iter->rest = (struct cf_span){rest.at + len, rest.len - len};
    return true;
}

uint32_t cf_rtcp_sender_ssrc(struct cf_span datagram) {
    return datagram.len >= HEADER_LEN + 4 ? cf_be32(datagram.at + HEADER_LEN) : 0;
}

struct cf_rtcp_mark cf_rtcp_begin(struct cf_writer *w, uint8_t count, uint8_t type) {
    struct cf_rtcp_mark mark = {w->len};
    cf_assert(count <= CF_RTCP_COUNT_MAX);
    cf_put_u8(w, (uint8_t)(VERSION_2 | count));
    cf_put_u8(w, type);
    cf_put_u16(w, 0);
    return mark;
}

void cf_rtcp_end(struct cf_writer *w, struct cf_rtcp_mark mark) {
    if (!cf_writer_ok(w)) {
        return;
    }
    size_t len = w->len - mark.start;
    cf_assert(len % 4 == 0 && len / 4 - 1 <= UINT16_MAX);
    cf_set_be16(w->base + mark.start + 2, (uint16_t)(len / 4 - 1));
}

enum cf_err cf_rtcp_parse_bye(const struct cf_rtcp_packet *packet, struct cf_rtcp_bye *ret_bye) {
    struct cf_reader r;
    cf_reader_init(&r, packet->body);
    struct cf_rtcp_bye bye = {.ssrcs = cf_take(&r, 4U * (size_t)packet->count)};
    if (cf_reader_ok(&r) && cf_reader_left(&r) > 0) {
        size_t len = cf_take_u8(&r);
        bye.reason = cf_span_str(cf_take(&r, len));
    }
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    *ret_bye = bye;
    return CF_OK;
}

bool cf_rtcp_ssrc_at(struct cf_span ssrcs, size_t index, uint32_t *ret_ssrc) {
    if (index >= ssrcs.len / 4) {
        return false;
    }
    *ret_ssrc = cf_be32(ssrcs.at + 4 * index);
    return true;
}

/* Zeros up to a multiple of four octets from @mark. */
static void align(struct cf_writer *w, struct cf_rtcp_mark mark) {
    while (cf_writer_ok(w) && (w->len - mark.start) % 4 != 0) {
        cf_put_u8(w, 0);
    }
}

void cf_put_rtcp_bye(struct cf_writer *w, const uint32_t *ssrcs, size_t count, struct cf_str reason) {
    cf_assert(count > 0 && count <= CF_RTCP_COUNT_MAX && reason.len <= REASON_MAX);
    struct cf_rtcp_mark mark = cf_rtcp_begin(w, (uint8_t)count, CF_RTCP_BYE);
    for (size_t i = 0; i < count; i++) {
        cf_put_u32(w, ssrcs[i]);
    }
    if (reason.at != NULL) {
        cf_put_u8(w, (uint8_t)reason.len);
        cf_put(w, reason);
        align(w, mark);
    }
    cf_rtcp_end(w, mark);
}

enum cf_err cf_rtcp_parse_app(const struct cf_rtcp_packet *packet, struct cf_rtcp_app *ret_app) {
    struct cf_reader r;
    cf_reader_init(&r, packet->body);
    struct cf_rtcp_app app = {.subtype = packet->count};
    app.ssrc = cf_take_u32(&r);
    app.name = cf_span_str(cf_take(&r, 4));
    app.data = cf_take_rest(&r);
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    *ret_app = app;
    return CF_OK;
}

void cf_put_rtcp_app(struct cf_writer *w, const struct cf_rtcp_app *app) {
    cf_assert(app->name.len == 4 && app->data.len % 4 == 0);
    struct cf_rtcp_mark mark = cf_rtcp_begin(w, app->subtype, CF_RTCP_APP);
    cf_put_u32(w, app->ssrc);
    cf_put(w, app->name);
    cf_put_bytes(w, app->data.at, app->data.len);
    cf_rtcp_end(w, mark);
}
