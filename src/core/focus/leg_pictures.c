/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures that a member could ask for and has not: Linphone 5.5 loses lines when its ICE ends while others come in
 * (interop 12.11) and asks for them again when it gets the full state. So who asks by label and lacks somebody for a while is
 * sent that, once for each set of people that are lacking: who does not want them is left in peace.
 */
#include "core/focus/leg_media.h"
#include "core/focus/room.h"
#include "core/focus/watcher.h"

#define PATIENCE CF_SEC(2)
#define WAY_PATIENCE CF_MSEC(500) /* for its checks to be over on its side, too */
#define MINIATURES_MAX 10         /* Linphone asks for none at all when there are more */

static bool is_sent(const struct cf_roster_media *media) {
    return media->status == CF_MEDIA_SENDRECV || media->status == CF_MEDIA_SENDONLY;
}

static bool is_shown(const struct cf_leg *leg, const struct cf_roster_device *device) {
    for (size_t i = 0; i < leg->line_count; i++) {
        const struct cf_leg_line *line = &leg->lines[i];
        if (line->is_active && line->use.is_tile && cf_handle_eq(line->use.media.pick.leg, device->leg)) {
            return true;
        }
    }
    return false;
}

/* Its pictures have lines of their own in one bundle: without one Linphone wants no miniatures. */
static bool takes_pictures(const struct cf_leg *leg) {
    bool is_bundled = false;
    for (size_t i = 0; leg->asks_by_label && leg->is_heard && !is_bundled && i < leg->line_count; i++) {
        is_bundled = leg->lines[i].kind == CF_MEDIA_VIDEO && leg->lines[i].is_active && leg->lines[i].is_bundled;
    }
    return is_bundled;
}

/* A number for who is lacking; 0: nobody. */
static uint64_t lacking(const struct cf_leg *leg, const struct cf_conference *conf) {
    uint64_t sum = 0;
    size_t count = 0;
    for (struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL; p = cf_roster_next(&conf->roster, p)) {
        for (struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
            /* Other devices of one's own are not asked for, and a screen without camera comes where the speaker does. */
            if (!is_sent(&d->media[CF_CONF_THUMBNAIL]) || !cf_roster_device_is_in(d) || cf_str_eq(p->aor, leg->aor)) {
                continue;
            }
            if (++count > MINIATURES_MAX) {
                return 0;
            }
            sum += is_shown(leg, d) ? 0 : d->added;
        }
    }
    return sum;
}

void cf_leg_look_later(struct cf_leg *leg, cf_usec now) {
    if (leg->look_at == CF_USEC_NEVER && takes_pictures(leg)) {
        leg->look_at = now + PATIENCE;
        cf_leg_set_timer(leg);
    }
}

void cf_leg_has_way(struct cf_leg *leg, cf_usec now) {
    if (!leg->has_way && cf_session_dialog(&leg->session)->is_caller && !leg->asks_by_label) {
        leg->look_at = now + WAY_PATIENCE;
        leg->waits_for_way = true;
    }
    leg->has_way = true;
}

static void tell_all(struct cf_leg *leg, cf_usec now) {
    CF_LIST_EACH (&leg->room->watchers, link, following) {
        struct cf_watcher *watcher = CF_OF(link, struct cf_watcher, sub.in_room);
        if (cf_str_eq(watcher->aor, leg->aor)) {
            cf_roster_subscriber_forget(&watcher->subscriber);
            cf_watcher_settle(watcher, now);
        }
    }
}

void cf_leg_on_look(struct cf_leg *leg, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    if (leg->look_at > now) {
        return;
    }
    bool has_waited = leg->waits_for_way && !leg->asks_by_label;
    uint64_t sum = conf != NULL && takes_pictures(leg) ? lacking(leg, conf) : 0;
    leg->look_at = CF_USEC_NEVER;
    leg->waits_for_way = false;
    if (has_waited || (sum != 0 && sum != leg->lacked)) {
        tell_all(leg, now);
    }
    leg->lacked = sum;
}
