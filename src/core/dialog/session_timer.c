/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session timers. Section numbers without an RFC are those of RFC 4028. */
#include "core/dialog/session_timer.h"

#include "core/sip/builder.h"
#include "core/sip/option_tags.h"
#include "core/sip/session_expires.h"

/* A Session-Expires or Min-SE field that came in. */
struct interval {
    bool is_there;
    bool is_malformed;
    uint32_t sec;
    enum cf_sip_refresher refresher;
};

static struct interval read_interval(const struct cf_sip_message *msg, enum cf_sip_header id) {
    struct cf_str value = cf_sip_value(msg, id);
    struct cf_sip_session_expires field;
    if (value.at == NULL) {
        return (struct interval){.is_there = false};
    }
    if (cf_sip_session_expires_parse(value, &field) != CF_OK) {
        return (struct interval){.is_there = true, .is_malformed = true};
    }
    return (struct interval){.is_there = true, .sec = field.interval_sec, .refresher = field.refresher};
}

static uint32_t max_u32(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

static uint32_t min_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static bool knows_timer(const struct cf_sip_message *msg) {
    return (cf_sip_options(msg, CF_SIP_HEADER_SUPPORTED) & CF_SIP_OPTION_BIT(CF_SIP_OPTION_TIMER)) != 0;
}

static uint32_t profile_min(const struct cf_ua_profile *profile) {
    return max_u32(profile->min_se_sec, CF_SESSION_TIMER_MIN_SEC);
}

static uint32_t profile_wanted(const struct cf_ua_profile *profile) {
    uint32_t wanted = profile->session_expires_sec > 0 ? profile->session_expires_sec : CF_SESSION_TIMER_DEFAULT_SEC;
    return max_u32(wanted, profile_min(profile));
}

/* Take what was agreed and plan from now on. The peer gives up at the expiry only if it knows of it. */
static void start(struct cf_session_timer *timer, uint32_t interval_sec, bool is_refresher, bool is_agreed, cf_usec now) {
    timer->interval_sec = min_u32(interval_sec, CF_SESSION_TIMER_MAX_SEC);
    timer->is_refresher = is_refresher;
    timer->refresh_at = CF_USEC_NEVER;
    timer->expires_at = CF_USEC_NEVER;
    if (timer->interval_sec == 0) {
        return;
    }
    cf_usec interval = CF_SEC((cf_usec)timer->interval_sec);
    if (is_refresher) {
        timer->refresh_at = now + interval / 2;
        timer->expires_at = is_agreed ? now + interval : CF_USEC_NEVER;
    } else {
        /* Section 10: a little before the end, because firewalls forget then. */
        timer->expires_at = now + interval - cf_usec_min(CF_SEC(32), interval / 3);
    }
}

/* What our next request asks for; 0: nothing. */
static uint32_t interval_to_ask(const struct cf_session_timer *timer, const struct cf_ua_profile *profile) {
    uint32_t wanted = timer->wanted_sec > 0 ? timer->wanted_sec : timer->interval_sec;
    if (wanted == 0 && !profile->is_timer_off) {
        wanted = profile_wanted(profile);
    }
    return wanted == 0 ? 0 : max_u32(wanted, max_u32(timer->min_se_sec, profile->min_se_sec));
}

static void put_interval(struct cf_writer *w, uint32_t interval_sec, enum cf_sip_refresher refresher) {
    struct cf_sip_session_expires field = {.interval_sec = interval_sec, .refresher = refresher};
    cf_sip_field_begin(w, CF_SIP_HEADER_SESSION_EXPIRES);
    cf_sip_put_session_expires(w, &field);
    cf_sip_field_end(w);
}

void cf_session_timer_put_request(const struct cf_session_timer *timer, const struct cf_ua_profile *profile, bool is_first,
                                  struct cf_writer *w) {
    uint32_t wanted = interval_to_ask(timer, profile);
    uint32_t min_se = max_u32(timer->min_se_sec, profile->min_se_sec);
    if (wanted > 0) {
        /* Section 7.4: the role stays where it is. */
        bool has_role = !is_first && timer->interval_sec > 0;
        put_interval(w, wanted,
                     !has_role             ? CF_SIP_REFRESHER_NONE
                     : timer->is_refresher ? CF_SIP_REFRESHER_UAC
                                           : CF_SIP_REFRESHER_UAS);
    }
    if (min_se > CF_SESSION_TIMER_MIN_SEC) {
        cf_sip_put_field_dec(w, CF_SIP_HEADER_MIN_SE, min_se);
    }
}

unsigned cf_session_timer_check(const struct cf_ua_profile *profile, const struct cf_sip_message *request) {
    struct interval asked = read_interval(request, CF_SIP_HEADER_SESSION_EXPIRES);
    struct interval min_se = read_interval(request, CF_SIP_HEADER_MIN_SE);
    if (asked.is_malformed || min_se.is_malformed) {
        return 400;
    }
    /* Section 9: only who knows the extension can make sense of a 422. */
    bool knows = knows_timer(request);
    return asked.is_there && knows && asked.sec < profile_min(profile) ? 422 : 0;
}

void cf_session_timer_put_refusal(const struct cf_ua_profile *profile, struct cf_writer *w) {
    cf_sip_put_field_dec(w, CF_SIP_HEADER_MIN_SE, profile_min(profile));
}

/* Table 2 of section 9; where it leaves the choice to us the role stays where it is, and at first goes to the peer. */
static bool is_refresher_as_server(const struct cf_session_timer *timer, bool has_peer_timer, enum cf_sip_refresher asked) {
    if (!has_peer_timer || asked == CF_SIP_REFRESHER_UAS) {
        return true;
    }
    if (asked == CF_SIP_REFRESHER_UAC) {
        return false;
    }
    return timer->interval_sec > 0 && timer->is_refresher;
}

void cf_session_timer_accept(struct cf_session_timer *timer, const struct cf_ua_profile *profile,
                             const struct cf_sip_message *request, struct cf_writer *w, cf_usec now) {
    struct interval asked = read_interval(request, CF_SIP_HEADER_SESSION_EXPIRES);
    struct interval min_se = read_interval(request, CF_SIP_HEADER_MIN_SE);
    timer->has_peer_timer = knows_timer(request);
    timer->min_se_sec = max_u32(timer->min_se_sec, min_se.sec);
    uint32_t wanted = profile->is_timer_off ? 0 : max_u32(profile_wanted(profile), min_se.sec);
    uint32_t interval = asked.is_there ? min_u32(asked.sec, wanted == 0 ? UINT32_MAX : wanted) : wanted;
    if (interval < CF_SESSION_TIMER_MIN_SEC) {
        /* Asked for by a proxy on behalf of a client that would not understand 422: less than is allowed, so not at all. */
        interval = 0;
    }
    bool is_refresher = is_refresher_as_server(timer, timer->has_peer_timer, asked.refresher);
    bool is_agreed = asked.is_there || timer->has_peer_timer;
    start(timer, interval, is_refresher, is_agreed, now);
    if (timer->interval_sec == 0 || !is_agreed) {
        return;
    }
    put_interval(w, timer->interval_sec, is_refresher ? CF_SIP_REFRESHER_UAS : CF_SIP_REFRESHER_UAC);
    if (timer->has_peer_timer) {
        cf_sip_put_field(w, CF_SIP_HEADER_REQUIRE, CF_STR("timer"));
    }
}

void cf_session_timer_on_2xx(struct cf_session_timer *timer, const struct cf_ua_profile *profile,
                             const struct cf_sip_message *response, cf_usec now) {
    struct interval given = read_interval(response, CF_SIP_HEADER_SESSION_EXPIRES);
    timer->wanted_sec = 0;
    if (given.is_there && !given.is_malformed) {
        /* Section 11.1: a peer can't make us refresh more often than every 45 seconds. */
        timer->has_peer_timer = true;
        start(timer, max_u32(given.sec, CF_SESSION_TIMER_MIN_SEC), given.refresher != CF_SIP_REFRESHER_UAS, true, now);
        return;
    }
    /* Section 7.2: the peer does not know the extension; we refresh for our own sake. */
    timer->has_peer_timer = knows_timer(response);
    start(timer, profile->is_timer_off ? 0 : max_u32(profile_wanted(profile), timer->min_se_sec), true, false, now);
}

bool cf_session_timer_on_422(struct cf_session_timer *timer, const struct cf_ua_profile *profile,
                             const struct cf_sip_message *response) {
    struct interval min_se = read_interval(response, CF_SIP_HEADER_MIN_SE);
    uint32_t sent = interval_to_ask(timer, profile);
    if (!min_se.is_there || min_se.is_malformed || min_se.sec <= sent || min_se.sec > CF_SESSION_TIMER_MAX_SEC) {
        return false;
    }
    timer->min_se_sec = min_se.sec;
    timer->wanted_sec = min_se.sec;
    return true;
}

void cf_session_timer_postpone(struct cf_session_timer *timer, cf_usec at) {
    if (timer->interval_sec > 0 && timer->is_refresher) {
        timer->refresh_at = at;
    }
}

/* A zeroed timer plans nothing. */
static cf_usec planned(const struct cf_session_timer *timer, cf_usec at) {
    return timer->interval_sec == 0 ? CF_USEC_NEVER : at;
}

cf_usec cf_session_timer_deadline(const struct cf_session_timer *timer) {
    return cf_usec_min(planned(timer, timer->refresh_at), planned(timer, timer->expires_at));
}

enum cf_session_timer_due cf_session_timer_on_deadline(struct cf_session_timer *timer, cf_usec now) {
    if (planned(timer, timer->expires_at) <= now) {
        timer->interval_sec = 0;
        return CF_SESSION_TIMER_EXPIRED;
    }
    if (planned(timer, timer->refresh_at) <= now) {
        timer->refresh_at = CF_USEC_NEVER;
        return CF_SESSION_TIMER_REFRESH;
    }
    return CF_SESSION_TIMER_NOTHING;
}
