/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conference as the store keeps it. */
#include "core/conf/conference_row.h"

struct cf_conference_row cf_conference_row_of(const struct cf_conference *conf) {
    bool is_running = conf->state == CF_CONFERENCE_STATE_RUNNING;
    return (struct cf_conference_row){
        .key = conf->key,
        .kind = conf->kind,
        .state = is_running ? CF_CONFERENCE_STATE_IDLE : conf->state,
        .access = conf->access,
        .uri = conf->uri,
        .subject = conf->subject,
        .organiser = conf->organiser,
        .organiser_name = conf->organiser_name,
        .start = conf->start,
        .end = conf->end,
        .created = conf->created,
        .over = conf->over,
        .media = CF_CONFERENCE_ROW_AUDIO | (conf->has_video ? CF_CONFERENCE_ROW_VIDEO : 0U),
        .flags = (conf->is_locked ? CF_CONFERENCE_ROW_LOCKED : 0U) | (conf->has_lobby ? CF_CONFERENCE_ROW_LOBBY : 0U) |
                 (conf->demands_aes256 ? CF_CONFERENCE_ROW_AES256 : 0U),
        .pin = conf->pin,
        .invitees = (const struct cf_conference_invitee *const *)conf->invitees,
        .invitee_count = conf->invitee_count,
    };
}
