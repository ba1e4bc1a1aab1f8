/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/messages.h"

const char *cf_media_discard_text(enum cf_media_discard reason) {
    static const char *const texts[] = {
#define X(name, text) [CF_MEDIA_DISCARD_##name] = text,
#include "core/media/discard_table.h"
#undef X
    };
    cf_assert((size_t)reason < sizeof texts / sizeof texts[0]);
    return texts[reason];
}

void cf_engine_totals_add(struct cf_engine_totals *sum, const struct cf_engine_totals *more) {
    sum->datagrams_in += more->datagrams_in;
    sum->datagrams_used += more->datagrams_used;
    for (size_t i = 0; i < CF_MEDIA_DISCARD_COUNT; i++) {
        sum->discards[i] += more->discards[i];
    }
    sum->datagrams_out += more->datagrams_out;
    sum->failures_out += more->failures_out;
    sum->dropped_out += more->dropped_out;
    sum->repeats_lost += more->repeats_lost;
    sum->handed_out += more->handed_out;
    sum->handed_in += more->handed_in;
    sum->handed_lost += more->handed_lost;
    sum->shadows_failed += more->shadows_failed;
    sum->late_usec += more->late_usec;
}

size_t cf_media_command_len(const struct cf_media_command *command) {
    size_t start = offsetof(struct cf_media_command, as);
    switch (command->kind) {
    case CF_MEDIA_ROOM_ADD:
    case CF_MEDIA_ROOM_SET:
        return start + sizeof command->as.room_policy;
    case CF_MEDIA_LEG_ADD:
    case CF_MEDIA_LEG_SET:
        return start + sizeof command->as.leg_policy;
    case CF_MEDIA_TRANSPORT_SET:
        return start + sizeof command->as.transport;
    case CF_MEDIA_LINE_SET:
        return start + sizeof command->as.line;
    case CF_MEDIA_LINE_USE:
        return start + sizeof command->as.use;
    case CF_MEDIA_TRICKLE:
        return start + sizeof command->as.trickle;
    case CF_MEDIA_PLAY:
        return start + sizeof command->as.phrase;
    case CF_MEDIA_SAS_VERIFY:
        return start + sizeof command->as.is_sas_verified;
    case CF_MEDIA_HUSH:
    case CF_MEDIA_ROOM_REMOVE:
    case CF_MEDIA_LEG_REMOVE:
    case CF_MEDIA_STATS_GET:
        break;
    }
    return start;
}
