/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/layer_rates.h"

#define STALE CF_SEC(2)

/* The first window counts as it is, later ones by halves: key frames make rates jump. */
static void close_window(struct cf_layer_rates *rates, cf_usec now) {
    uint64_t elapsed = (uint64_t)(now - rates->since);
    for (size_t s = 0; s < CF_RATES_SPATIAL_MAX; s++) {
        for (size_t t = 0; t < CF_RATES_TEMPORAL_MAX; t++) {
            uint64_t sample = (uint64_t)rates->octets[s][t] * 8000000U / elapsed;
            uint64_t before = rates->bps[s][t];
            uint64_t bps = before == 0 ? sample : (before + sample) / 2;
            /* What has ended fades away to nothing. */
            bps = sample == 0 && bps < 2000 ? 0 : bps;
            rates->bps[s][t] = (uint32_t)(bps < UINT32_MAX ? bps : UINT32_MAX);
            rates->octets[s][t] = 0;
        }
    }
    rates->since = now;
}

void cf_layer_rates_on_packet(struct cf_layer_rates *rates, const struct cf_video_packet *packet, size_t overhead) {
    size_t s = packet->layer.spatial < CF_RATES_SPATIAL_MAX ? packet->layer.spatial : CF_RATES_SPATIAL_MAX - 1;
    size_t t = packet->layer.temporal < CF_RATES_TEMPORAL_MAX ? packet->layer.temporal : CF_RATES_TEMPORAL_MAX - 1;
    if (!rates->any || packet->arrival - rates->last > STALE) {
        *rates = (struct cf_layer_rates){.any = true, .since = packet->arrival};
    } else if (packet->arrival - rates->since >= CF_RATES_WINDOW) {
        close_window(rates, packet->arrival);
    }
    rates->last = packet->arrival;
    rates->octets[s][t] += (uint32_t)(packet->payload.len + overhead);
}

static bool is_known(const struct cf_layer_rates *rates, cf_usec now) {
    return rates->any && now - rates->last <= STALE;
}

static uint64_t sum_up_to(const struct cf_layer_rates *rates, unsigned spatial, unsigned temporal) {
    uint64_t sum = 0;
    for (unsigned s = 0; s <= spatial; s++) {
        for (unsigned t = 0; t <= temporal; t++) {
            sum += rates->bps[s][t];
        }
    }
    return sum;
}

uint64_t cf_layer_rates_of(const struct cf_layer_rates *rates, unsigned spatial, unsigned temporal, cf_usec now) {
    bool is_there = is_known(rates, now) && rates->bps[spatial][temporal] > 0;
    return is_there ? sum_up_to(rates, spatial, temporal) : 0;
}

uint64_t cf_layer_rates_total(const struct cf_layer_rates *rates, cf_usec now) {
    return is_known(rates, now) ? sum_up_to(rates, CF_RATES_SPATIAL_MAX - 1, CF_RATES_TEMPORAL_MAX - 1) : 0;
}

bool cf_layer_rates_go_above(const struct cf_layer_rates *rates, unsigned spatial) {
    bool any = false;
    for (unsigned s = spatial + 1; s < CF_RATES_SPATIAL_MAX; s++) {
        for (unsigned t = 0; t < CF_RATES_TEMPORAL_MAX; t++) {
            any = any || rates->bps[s][t] > 0;
        }
    }
    return any;
}
