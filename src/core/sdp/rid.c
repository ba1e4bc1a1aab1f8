/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restriction identifiers and simulcast. */
#include "core/sdp/rid.h"

static bool is_rid(struct cf_str s) {
    return cf_str_is_made_of(s, CF_STR("-_"), SIZE_MAX);
}

bool cf_sdp_rid_parse(struct cf_str value, struct cf_sdp_rid *ret) {
    struct cf_sdp_rid rid = {0};
    struct cf_str rest = value;
    rid.id = cf_sdp_word(&rest);
    struct cf_str direction = cf_sdp_word(&rest);
    if (cf_str_eq(direction, CF_STR("send"))) {
        rid.direction = CF_DIRECTION_SENDONLY;
    } else if (cf_str_eq(direction, CF_STR("recv"))) {
        rid.direction = CF_DIRECTION_RECVONLY;
    }
    if (!is_rid(rid.id) || rid.direction == CF_DIRECTION_INACTIVE) {
        return false;
    }
    if (rest.len > 0) {
        rid.restrictions = rest;
    }
    /* pt= comes first if it is there (RFC 8851 section 10). */
    if (cf_str_starts(rest, CF_STR("pt="))) {
        rid.restrictions = rest;
        rid.payload_types = cf_str_skip(cf_str_cut(&rid.restrictions, ';'), 3);
    }
    *ret = rid;
    return true;
}

static bool parse_alternatives(struct cf_str text, uint8_t stream, struct cf_sdp_simulcast_list *list) {
    while (text.at != NULL) {
        struct cf_str id = cf_str_cut(&text, ',');
        bool is_paused = cf_str_starts(id, CF_STR("~"));
        struct cf_str rid = cf_str_skip(id, is_paused ? 1 : 0);
        if (!is_rid(rid) || list->count == CF_SIMULCAST_ENTRIES_MAX) {
            return false;
        }
        list->at[list->count++] = (struct cf_sdp_simulcast_entry){.rid = rid, .stream = stream, .is_paused = is_paused};
    }
    return true;
}

static bool parse_list(struct cf_str text, struct cf_sdp_simulcast_list *list) {
    uint8_t stream = 0;
    if (list->count > 0) {
        return false;
    }
    while (text.at != NULL) {
        if (!parse_alternatives(cf_str_cut(&text, ';'), stream++, list)) {
            return false;
        }
    }
    return list->count > 0;
}

bool cf_sdp_simulcast_parse(struct cf_str value, struct cf_sdp_simulcast *ret) {
    struct cf_sdp_simulcast simulcast = {0};
    struct cf_str rest = value;
    do {
        struct cf_str direction = cf_sdp_word(&rest);
        bool is_send = cf_str_eq(direction, CF_STR("send"));
        bool is_receive = cf_str_eq(direction, CF_STR("recv"));
        if (!is_send && !is_receive) {
            return false;
        }
        if (!parse_list(cf_sdp_word(&rest), is_send ? &simulcast.send : &simulcast.receive)) {
            return false;
        }
    } while (rest.len > 0);
    *ret = simulcast;
    return true;
}

void cf_put_sdp_rid(struct cf_writer *w, const struct cf_sdp_rid *rid) {
    cf_put_lit(w, "a=rid:");
    cf_put(w, rid->id);
    cf_put(w, rid->direction == CF_DIRECTION_SENDONLY ? CF_STR(" send") : CF_STR(" recv"));
    if (rid->payload_types.at != NULL) {
        cf_put_lit(w, " pt=");
        cf_put(w, rid->payload_types);
    }
    if (rid->restrictions.at != NULL) {
        cf_put_char(w, rid->payload_types.at != NULL ? ';' : ' ');
        cf_put(w, rid->restrictions);
    }
    cf_put_lit(w, "\r\n");
}

static void put_list(struct cf_writer *w, struct cf_str direction, const struct cf_sdp_simulcast_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        if (i == 0) {
            cf_put(w, direction);
        } else {
            cf_put_char(w, list->at[i].stream == list->at[i - 1].stream ? ',' : ';');
        }
        if (list->at[i].is_paused) {
            cf_put_char(w, '~');
        }
        cf_put(w, list->at[i].rid);
    }
}

void cf_put_sdp_simulcast(struct cf_writer *w, const struct cf_sdp_simulcast *simulcast) {
    if (simulcast->send.count == 0 && simulcast->receive.count == 0) {
        return;
    }
    cf_put_lit(w, "a=simulcast:");
    put_list(w, CF_STR("send "), &simulcast->send);
    put_list(w, simulcast->send.count > 0 ? CF_STR(" recv ") : CF_STR("recv "), &simulcast->receive);
    cf_put_lit(w, "\r\n");
}
