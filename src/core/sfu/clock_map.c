/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/clock_map.h"

/* The smallest offset may grow by so much with each report (one in about 5 s): clocks drift, routes change. */
#define RELAX_USEC 500

/* Microseconds from @p from to @p to. The subtraction wraps, so absurd times give absurd numbers and nothing worse. */
static cf_usec ntp_diff_usec(cf_ntp to, cf_ntp from) {
    int64_t units = (int64_t)(to - from);
    int64_t sec = units / INT64_C(0x100000000);
    int64_t fraction = units % INT64_C(0x100000000);
    return sec * 1000000 + fraction * 1000000 / INT64_C(0x100000000);
}

void cf_clock_map_on_sr(struct cf_clock_map *map, cf_ntp ntp, uint32_t timestamp, cf_wall wall) {
    cf_usec offset = ntp_diff_usec(cf_wall_to_ntp(wall), ntp);
    bool jumped = map->any && (offset - map->offset_usec > CF_SEC(1) || map->offset_usec - offset > CF_SEC(1));
    if (!map->any || jumped || offset < map->offset_usec) {
        map->offset_usec = offset;
    } else {
        map->offset_usec = cf_usec_min(offset, map->offset_usec + RELAX_USEC);
    }
    map->ntp = ntp;
    map->timestamp = timestamp;
    map->any = true;
}

bool cf_clock_map_offset_of(const struct cf_clock_map *map, uint32_t timestamp, cf_wall wall, cf_usec *ret_offset_usec) {
    if (!map->any) {
        return false;
    }
    int64_t ticks = (int32_t)(timestamp - map->timestamp);
    cf_usec since_report = ticks * 1000000 / (int64_t)map->clock_rate_hz;
    *ret_offset_usec = ntp_diff_usec(cf_wall_to_ntp(wall), map->ntp) - since_report;
    return true;
}

uint32_t cf_clock_map_timestamp_at(const struct cf_clock_map *map, cf_wall wall, cf_usec offset_usec) {
    cf_usec since_report = ntp_diff_usec(cf_wall_to_ntp(wall), map->ntp) - offset_usec;
    int64_t rate = (int64_t)map->clock_rate_hz;
    int64_t ticks = since_report / 1000000 * rate + since_report % 1000000 * rate / 1000000;
    return map->timestamp + (uint32_t)(uint64_t)ticks;
}
