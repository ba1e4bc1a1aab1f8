/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls with their streams at the HTTP interface, for the administrator's page. */
#include "server/api_handlers.h"
#include "server/json.h"
#include "server/stream_json.h"

/* Value @p series of a sample: in, out, lost in, lost out. */
static uint32_t value_of(const struct cf_leg_sample *sample, size_t series) {
    const uint32_t values[] = {sample->in_bps, sample->out_bps, sample->lost_in_permille, sample->lost_out_permille};
    return values[series];
}

static void put_history(struct cf_api_call *call, struct cf_handle leg) {
    static const struct cf_str names[] = {CF_STR_INIT("in"), CF_STR_INIT("out"), CF_STR_INIT("lost_in"), CF_STR_INIT("lost_out")};
    struct cf_leg_sample samples[CF_LEG_HISTORY_COUNT];
    struct cf_writer *w = &call->body;
    size_t count = cf_leg_history(call->services->histories, leg, samples);
    cf_put_json_key(w, CF_STR("history"), false);
    cf_put_char(w, '{');
    for (size_t series = 0; series < sizeof names / sizeof *names; series++) {
        cf_put_json_key(w, names[series], series == 0);
        cf_put_char(w, '[');
        for (size_t i = 0; i < count; i++) {
            cf_put(w, i == 0 ? CF_STR_NONE : CF_STR(","));
            cf_put_dec(w, value_of(&samples[i], series));
        }
        cf_put_char(w, ']');
    }
    cf_put_json_number(w, CF_STR("interval"), (uint64_t)(CF_LEG_HISTORY_USEC / CF_SEC(1)));
    cf_put_char(w, '}');
}

static void put_leg(struct cf_api_call *call, const struct cf_conference *conf, const struct cf_roster_device *d) {
    struct cf_writer *w = &call->body;
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("room"), true);
    cf_put_json_str(w, conf->key);
    cf_put_json_text(w, CF_STR("user"), d->participant->aor);
    if (d->participant->name.len > 0) {
        cf_put_json_text(w, CF_STR("name"), d->participant->name);
    }
    cf_put_json_text(w, CF_STR("entity"), d->entity);
    cf_put_json_text(w, CF_STR("status"), cf_endpoint_status_word(cf_roster_device_status(d)));
    if (d->joined != 0) {
        cf_put_json_time(w, CF_STR("since"), d->joined);
    }
    cf_api_put_protection(w, d);
    cf_put_streams(w, cf_node_focus(call->services->node), d->leg);
    put_history(call, d->leg);
    cf_put_char(w, '}');
}

/* Where a listing stands: the number of a leg in the order of rooms and their members. */
struct walk {
    struct cf_api_call *call;
    struct cf_api_page *page;
    uint32_t skip;
    uint32_t at;
};

/* False: the page is full. */
static bool walk_device(struct walk *walk, const struct cf_conference *conf, const struct cf_roster_device *d) {
    char name[16];
    struct cf_writer w;
    if (!cf_handle_is_set(d->leg) || walk->at++ < walk->skip) {
        return true;
    }
    cf_writer_init(&w, name, sizeof name);
    cf_put_dec(&w, walk->at);
    if (!cf_api_page_takes(walk->call, walk->page, cf_writer_str(&w))) {
        return false;
    }
    put_leg(walk->call, conf, d);
    return true;
}

static bool walk_room(struct walk *walk, const struct cf_conference *conf) {
    for (const struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL;
         p = cf_roster_next(&conf->roster, p)) {
        for (const struct cf_roster_device *d = cf_roster_first_device(p); d != NULL; d = cf_roster_next_device(d)) {
            if (!walk_device(walk, conf, d)) {
                return false;
            }
        }
    }
    return true;
}

void cf_api_list_legs(struct cf_api_call *call) {
    struct cf_api_page page;
    struct walk walk = {.call = call, .page = &page};
    struct cf_directory *directory = cf_focus_directory(cf_node_focus(call->services->node));
    if (!cf_api_page_begin(call, &page)) {
        return;
    }
    if (page.after.len > 0 && !cf_str_to_u32(page.after, UINT32_MAX, &walk.skip)) {
        (void)cf_api_fail(call, CF_PROBLEM(400, "malformed", "after is none that was given"));
        return;
    }
    bool has_room = true;
    for (const struct cf_conference *conf = cf_directory_next(directory, NULL); conf != NULL && has_room;
         conf = cf_directory_next(directory, conf)) {
        has_room = walk_room(&walk, conf);
    }
    cf_api_page_end(call, &page);
}
