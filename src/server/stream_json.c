/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the streams of a call are doing, as JSON. */
#include "server/stream_json.h"

#include "server/json.h"

static void put_score(struct cf_writer *w, struct cf_str key, uint16_t centi) {
    if (centi > 0) {
        cf_put_json_number(w, key, centi);
    }
}

/* What came and was not used, by reason; left out if nothing was. */
static void put_stream_discards(struct cf_writer *w, const struct cf_stream_stats *s) {
    bool is_first = true;
    for (int i = 0; i < CF_MEDIA_DISCARD_COUNT; i++) {
        if (s->discards[i] == 0) {
            continue;
        }
        if (is_first) {
            cf_put_json_key(w, CF_STR("discarded"), false);
        }
        cf_put_char(w, is_first ? '{' : ',');
        cf_put_json_str(w, cf_str_of(cf_media_discard_text((enum cf_media_discard)i)));
        cf_put_char(w, ':');
        cf_put_dec(w, s->discards[i]);
        is_first = false;
    }
    if (!is_first) {
        cf_put_char(w, '}');
    }
}

/* Rates in bit/s, loss in thousandths, times in ms; "..._estimate" are scores of the E-model times 100. */
static void put_stream(struct cf_writer *w, const struct cf_stream_stats *s) {
    cf_put_lit(w, "{");
    cf_put_json_key(w, CF_STR("kind"), true);
    cf_put_json_str(w, s->is_sound ? CF_STR("audio") : CF_STR("video"));
    cf_put_json_number(w, CF_STR("line"), s->line);
    cf_put_json_number(w, CF_STR("in"), s->rate_in_bps);
    cf_put_json_number(w, CF_STR("out"), s->rate_out_bps);
    cf_put_json_number(w, CF_STR("lost_in"), s->lost_in_permille);
    cf_put_json_number(w, CF_STR("lost_out"), s->lost_out_permille);
    cf_put_json_number(w, CF_STR("jitter_in"), (uint64_t)(s->jitter_in_usec / 1000));
    cf_put_json_number(w, CF_STR("jitter_out"), (uint64_t)(s->jitter_out_usec / 1000));
    if (s->round_trip_usec >= 0) {
        cf_put_json_number(w, CF_STR("round_trip"), (uint64_t)(s->round_trip_usec / 1000));
    }
    if (s->is_sound) {
        put_score(w, CF_STR("mos_in_estimate"), s->mos_in_centi);
        put_score(w, CF_STR("mos_out_estimate"), s->mos_out_centi);
    } else {
        cf_put_json_flag(w, CF_STR("shows"), cf_handle_is_set(s->shown));
        cf_put_json_number(w, CF_STR("grade"), s->grade_out);
        cf_put_json_number(w, CF_STR("freezes"), s->freezes_out);
        cf_put_json_number(w, CF_STR("frozen"), (uint64_t)(s->frozen_out_usec / 1000));
        cf_put_json_number(w, CF_STR("switches"), s->switches_out);
    }
    put_stream_discards(w, s);
    cf_put_char(w, '}');
}

void cf_put_streams(struct cf_writer *w, const struct cf_focus *focus, struct cf_handle leg) {
    bool is_first = true;
    cf_put_json_key(w, CF_STR("streams"), false);
    cf_put_char(w, '[');
    for (size_t i = 0; i < cf_focus_stream_count(focus, leg); i++) {
        struct cf_stream_stats stats;
        if (cf_focus_stream(focus, leg, i, &stats)) {
            cf_put(w, is_first ? CF_STR_NONE : CF_STR(","));
            put_stream(w, &stats);
            is_first = false;
        }
    }
    cf_put_char(w, ']');
}

/* --- paths --- */

static struct cf_str state_word(enum cf_media_ice_state state) {
    switch (state) {
    case CF_MEDIA_ICE_CONNECTED:
        return CF_STR("connected");
    case CF_MEDIA_ICE_LOST:
        return CF_STR("lost");
    case CF_MEDIA_ICE_FAILED:
        break;
    }
    return CF_STR("failed");
}

static void put_address(struct cf_writer *w, struct cf_str key, const struct cf_addr *addr) {
    char text[CF_ADDR_TEXT_MAX];
    struct cf_writer address;
    if (addr->family != CF_FAMILY_NONE) {
        cf_writer_init(&address, text, sizeof text);
        cf_put_addr(&address, addr);
        cf_put_json_text(w, key, cf_writer_str(&address));
    }
}

static void put_path(struct cf_writer *w, size_t transport, const struct cf_leg_path *path) {
    static const struct cf_str types[] = {[CF_ICE_HOST] = CF_STR_INIT("host"),
                                          [CF_ICE_SRFLX] = CF_STR_INIT("srflx"),
                                          [CF_ICE_PRFLX] = CF_STR_INIT("prflx"),
                                          [CF_ICE_RELAY] = CF_STR_INIT("relay")};
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("transport"), true);
    cf_put_dec(w, transport);
    cf_put_json_text(w, CF_STR("state"), state_word(path->state));
    put_address(w, CF_STR("local"), &path->local);
    put_address(w, CF_STR("remote"), &path->remote);
    if (path->state == CF_MEDIA_ICE_CONNECTED) {
        cf_put_json_text(w, CF_STR("by"), path->is_tcp ? CF_STR("tcp") : CF_STR("udp"));
        cf_put_json_text(w, CF_STR("type"), types[path->remote_type]);
        cf_put_json_flag(w, CF_STR("nominated"), path->is_nominated);
    }
    cf_put_char(w, '}');
}

void cf_put_paths(struct cf_writer *w, const struct cf_focus *focus, struct cf_handle leg) {
    bool is_first = true;
    cf_put_json_key(w, CF_STR("paths"), false);
    cf_put_char(w, '[');
    for (size_t i = 0; i < cf_focus_stream_count(focus, leg); i++) {
        struct cf_leg_path path;
        if (cf_focus_path(focus, leg, i, &path)) {
            cf_put(w, is_first ? CF_STR_NONE : CF_STR(","));
            put_path(w, i, &path);
            is_first = false;
        }
    }
    cf_put_char(w, ']');
}
