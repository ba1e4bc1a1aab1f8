/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTP header extension maps. */
#include "core/sdp/extmap.h"

#include "base/bug.h"
#include "core/sdp/sdp.h"

/* The last row, CF_EXTENSION_COUNT, stands for what is not ours. */
static const struct {
    struct cf_str uri;
    uint8_t default_id;
} rows[CF_EXTENSION_COUNT] = {
#define X(name, uri, default_id) [CF_EXTENSION_##name] = {CF_STR_INIT(uri), default_id},
#include "core/sdp/extension_table.h"
#undef X
};

/* Ids that an answerer is to replace by real ones (RFC 8285 section 6). */
#define ID_OPEN_MIN 4096
#define ID_OPEN_MAX 4351

struct cf_str cf_extension_uri(enum cf_extension extension) {
    cf_assert(extension < CF_EXTENSION_COUNT);
    return rows[extension].uri;
}

uint8_t cf_extension_default_id(enum cf_extension extension) {
    cf_assert(extension < CF_EXTENSION_COUNT);
    return rows[extension].default_id;
}

enum cf_extension cf_extension_find(struct cf_str uri) {
    int i = 0;
    while (i < CF_EXTENSION_COUNT && !cf_str_eq(uri, rows[i].uri)) {
        i++;
    }
    return (enum cf_extension)i;
}

static bool is_id(uint32_t id) {
    bool is_usable = id >= 1 && id <= CF_EXTENSION_ID_MAX && id != CF_EXTENSION_ONE_BYTE_MAX + 1;
    return is_usable || (id >= ID_OPEN_MIN && id <= ID_OPEN_MAX);
}

bool cf_sdp_extmap_parse(struct cf_str value, struct cf_sdp_extmap *ret) {
    struct cf_sdp_extmap map = {.direction = CF_DIRECTION_SENDRECV};
    struct cf_str rest = value;
    struct cf_str direction = cf_sdp_word(&rest);
    struct cf_str number = cf_str_cut(&direction, '/');
    uint32_t id = 0;
    map.uri = cf_sdp_word(&rest);
    if (!cf_str_to_u32(number, ID_OPEN_MAX, &id) || !is_id(id) || map.uri.len == 0 ||
        (direction.at != NULL && !cf_direction_of_name(direction, &map.direction))) {
        return false;
    }
    map.id = (uint16_t)id;
    map.extension = cf_extension_find(map.uri);
    if (rest.len > 0) {
        map.attributes = rest;
    }
    *ret = map;
    return true;
}

bool cf_sdp_extmap_has_vad(const struct cf_sdp_extmap *extmap) {
    struct cf_str rest = extmap->attributes;
    while (rest.len > 0) {
        if (cf_str_eq_nocase(cf_sdp_word(&rest), CF_STR("vad=off"))) {
            return false;
        }
    }
    return true;
}

void cf_put_sdp_extmap(struct cf_writer *w, const struct cf_sdp_extmap *extmap) {
    cf_put_lit(w, "a=extmap:");
    cf_put_dec(w, extmap->id);
    if (extmap->direction != CF_DIRECTION_SENDRECV) {
        cf_put_char(w, '/');
        cf_put(w, cf_direction_name(extmap->direction));
    }
    cf_put_char(w, ' ');
    cf_put(w, extmap->uri);
    if (extmap->attributes.at != NULL) {
        cf_put_char(w, ' ');
        cf_put(w, extmap->attributes);
    }
    cf_put_lit(w, "\r\n");
}
