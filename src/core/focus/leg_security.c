/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the media of a leg is protected, told to the roster; and what people say of ZRTP's short authentication string. */
#include "core/focus/focus_impl.h"
#include "core/focus/leg_media.h"
#include "core/focus/room.h"

/* A transport of the leg has a suite. Is everything of it AES-256 now? Transports that no active line uses any more say nothing.
 */
static bool note_suite(struct cf_leg *leg, size_t transport, enum cf_srtp_suite suite) {
    bool are_all = cf_srtp_is_aes256(suite);
    if (transport < leg->line_count) {
        leg->lines[transport].is_weak = !are_all;
    }
    for (size_t i = 0; i < leg->line_count; i++) {
        const struct cf_leg_line *line = &leg->lines[i];
        are_all = are_all && !(line->is_active && line->transport < leg->line_count && leg->lines[line->transport].is_weak);
    }
    return are_all;
}

static bool has_sas(const struct cf_leg *leg) {
    bool any = false;
    for (size_t i = 0; i < leg->line_count; i++) {
        const struct cf_leg_line *line = &leg->lines[i];
        any = any || (line->is_active && line->transport < leg->line_count && leg->lines[line->transport].has_sas);
    }
    return any;
}

/* ZRTP's further streams have no string of their own (RFC 6189 section 4.4.3); with other keys than ZRTP's what was compared is
 * worth nothing any more. */
static void note_sas(const struct cf_leg *leg, struct cf_conference *conf, const struct cf_media_event *event, cf_usec now) {
    struct cf_str sas = cf_str_of(event->as.secured.sas);
    size_t transport = event->as.secured.transport;
    bool had = has_sas(leg);
    if (transport < leg->line_count && (sas.len > 0 || event->as.secured.keying != CF_KEYING_ZRTP)) {
        leg->lines[transport].has_sas = sas.len > 0;
    }
    if (sas.len > 0 || (had && !has_sas(leg))) {
        cf_conference_on_sas(conf, now, leg->device, sas, event->as.secured.is_sas_verified);
    }
}

void cf_leg_on_secured(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now) {
    char text[sizeof((struct cf_roster_device *)NULL)->protection];
    struct cf_conference *conf = cf_room_conference(leg->room);
    struct cf_roster_device *device = conf == NULL ? NULL : cf_roster_device(&conf->roster, leg->device);
    if (device == NULL) {
        return;
    }
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put(&w, cf_keying_name(event->as.secured.keying));
    if (event->as.secured.suite != CF_SRTP_NONE) {
        cf_put_char(&w, ' ');
        cf_put(&w, cf_srtp_suites[event->as.secured.suite].name);
    }
    note_sas(leg, conf, event, now);
    cf_conference_on_protection(conf, now, leg->device, cf_writer_str(&w),
                                note_suite(leg, event->as.secured.transport, event->as.secured.suite));
}

void cf_leg_on_insecure(struct cf_leg *leg, const struct cf_media_event *event, cf_usec now) {
    char field[160];
    struct cf_writer w;
    cf_writer_init(&w, field, sizeof field);
    cf_put_lit(&w, "Reason: SIP;cause=488;text=\"Keys: ");
    cf_put(&w, cf_str_of(cf_handshake_failure_text(event->as.insecure.failure)));
    cf_put_lit(&w, "\"\r\n");
    cf_session_end(&leg->session, 0, cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR_NONE, now);
    cf_leg_settle(leg, now);
}

size_t cf_focus_verify_sas(struct cf_focus *focus, struct cf_conference *conf, struct cf_str aor, struct cf_str sas,
                           bool is_verified) {
    struct cf_roster_participant *participant = cf_roster_find(&conf->roster, aor);
    size_t count = 0;
    if (participant == NULL) {
        return 0;
    }
    for (const struct cf_roster_device *d = cf_roster_first_device(participant); d != NULL; d = cf_roster_next_device(d)) {
        const struct cf_leg *leg = cf_handle_get(&focus->legs, d->leg);
        if (leg != NULL && leg->has_media && d->sas[0] != '\0' && (sas.len == 0 || cf_str_eq_nocase(cf_str_of(d->sas), sas))) {
            struct cf_media_command command = {.kind = CF_MEDIA_SAS_VERIFY, .leg = leg->handle};
            command.as.is_sas_verified = is_verified;
            cf_focus_command(focus, &command);
            count++;
        }
    }
    return count;
}
