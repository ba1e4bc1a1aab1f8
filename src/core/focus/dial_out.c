/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calling people in (RFC 5366, RFC 4579 section 5.6): every registered device of a participant is rung at once, over one of its
 * flows and over the next if that has failed (RFC 5626 section 7); the first answer wins, the others are cancelled; so are they
 * when one says no for its user and not for itself (6xx). When all have failed the most telling response decides what the roster
 * shows.
 */
#include "base/hash.h"
#include "core/focus/chat.h"
#include "core/focus/dial.h"
#include "core/focus/focus_impl.h"
#include "core/focus/identity.h"
#include "core/focus/leg_media.h"
#include "core/focus/room.h"
#include "core/sip/builder.h"

#define LIST_MAX 16384
#define FRAGMENT_MAX 1024

/* RFC 3326: a phone that is told why shows no missed call. */
#define DECLINED CF_STR("Reason: SIP;cause=603;text=\"Decline\"\r\n")

struct cf_dial *cf_dial_of(struct cf_room *room, struct cf_handle device) {
    CF_LIST_EACH (&room->dials, link, following) {
        struct cf_dial *dial = CF_OF(link, struct cf_dial, in_room);
        if (cf_handle_eq(dial->device, device)) {
            return dial;
        }
    }
    return NULL;
}

void cf_dial_destroy(struct cf_dial *dial) {
    struct cf_focus *focus = dial->room->focus;
    CF_LIST_EACH (&dial->legs, link, following) {
        CF_OF(link, struct cf_leg, in_dial)->dial = NULL;
        cf_list_remove(link);
    }
    cf_heap_cancel(&focus->timers, &dial->timer.timer);
    cf_list_remove(&dial->in_room);
    cf_mem_free(focus->config.mem, dial, sizeof *dial);
}

static enum cf_call_failure failure_of(unsigned status, bool has_rung) {
    switch (status) {
    case 486:
    case 600:
        return CF_CALL_BUSY;
    case 403:
    case 603:
        return CF_CALL_DECLINED;
    case 408:
    case 487:
        return CF_CALL_NO_ANSWER;
    case 480:
        return has_rung ? CF_CALL_NO_ANSWER : CF_CALL_UNREACHABLE;
    default:
        return CF_CALL_UNREACHABLE;
    }
}

static void fail(struct cf_room *room, struct cf_handle device, unsigned status, bool has_rung, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(room);
    struct cf_roster_cause cause = {.code = (uint16_t)status, .text = status == 0 ? CF_STR_NONE : cf_sip_reason_of(status)};
    if (conf != NULL) {
        cf_conference_on_dial_failed(conf, now, device, failure_of(status, has_rung), &cause);
    }
}

/* RFC 3261 section 16.7: 6xx says most, then what a person did, then anything but what only concerns one device. */
static unsigned weight(unsigned status) {
    if (status >= 600) {
        return 5;
    }
    if (status == 486 || status == 403) {
        return 4;
    }
    if (status == 480 || status == 487) {
        return 3;
    }
    return status == 0 ? 0 : status == 408 || status >= 500 ? 1 : 2;
}

static void settle_dial(struct cf_dial *dial, cf_usec now) {
    if (!cf_list_is_empty(&dial->legs)) {
        return;
    }
    struct cf_room *room = dial->room;
    struct cf_handle device = dial->device;
    unsigned status = dial->best_status == 0 ? 480 : dial->best_status;
    bool has_rung = dial->is_ringing;
    cf_dial_destroy(dial);
    fail(room, device, status, has_rung, now);
}

/* The legs of @p dial hang up and say @p why; none of them counts any more. */
static void end_legs(struct cf_dial *dial, struct cf_str why, cf_usec now) {
    struct cf_link *link = cf_list_pop(&dial->legs);
    while (link != NULL) {
        struct cf_leg *leg = CF_OF(link, struct cf_leg, in_dial);
        leg->dial = NULL;
        leg->has_left = true;
        cf_session_end(&leg->session, 0, why, now);
        cf_leg_settle(leg, now);
        link = cf_list_pop(&dial->legs);
    }
}

static bool call_otherwise(struct cf_dial *dial, const struct cf_leg *refused, cf_usec now);
static bool call_another_way(struct cf_dial *dial, const struct cf_leg *failed, unsigned status, cf_usec now);

void cf_dial_on_failed(struct cf_leg *leg, unsigned status, bool is_answer, cf_usec now) {
    struct cf_dial *dial = leg->dial;
    leg->dial = NULL;
    leg->has_left = true;
    cf_list_remove(&leg->in_dial);
    /* Whoever has rung was answered by a person, who is not to hear it again and again. */
    if (status == 488 && !leg->was_heard && call_otherwise(dial, leg, now)) {
        return;
    }
    if (cf_ways_is_flow_failure(status, is_answer, leg->was_heard) && call_another_way(dial, leg, status, now)) {
        return;
    }
    status = cf_ways_status(status, leg->is_again);
    if (weight(status) > weight(dial->best_status)) {
        dial->best_status = status;
    }
    if (status >= 600) {
        end_legs(dial, DECLINED, now); /* RFC 3261 section 16.7: it speaks for all devices */
    }
    settle_dial(dial, now);
}

void cf_dial_on_ringing(struct cf_leg *leg, cf_usec now) {
    struct cf_dial *dial = leg->dial;
    struct cf_conference *conf = cf_room_conference(dial->room);
    if (!dial->is_ringing && conf != NULL) {
        dial->is_ringing = true;
        cf_conference_on_ringing(conf, now, dial->device);
    }
}

void cf_dial_cancel(struct cf_dial *dial, struct cf_str why, cf_usec now) {
    end_legs(dial, why, now);
    cf_dial_destroy(dial);
}

void cf_dial_on_answered(struct cf_leg *leg, const struct cf_sip_message *message, cf_usec now) {
    char entity[CF_ROSTER_ENTITY_MAX];
    struct cf_dial *dial = leg->dial;
    struct cf_room *room = leg->room;
    struct cf_conference *conf = cf_room_conference(room);
    if (dial == NULL || conf == NULL) {
        cf_session_end(&leg->session, 0, CF_STR_NONE, now);
        return;
    }
    leg->dial = NULL;
    leg->device = dial->device;
    leg->takes_cpim = message != NULL && cf_focus_reads_cpim(message);
    cf_list_remove(&leg->in_dial);
    cf_dial_cancel(dial, CF_FOCUS_ELSEWHERE, now);
    struct cf_str device = message == NULL ? CF_STR_NONE : cf_device_entity(message, entity, sizeof entity);
    struct cf_conference_call call = cf_leg_call(leg, device.len > 0 ? device : leg->aor);
    cf_conference_on_answered(conf, now, leg->device, &call);
    cf_leg_on_agreed(leg, now);
}

void cf_dial_on_deadline(struct cf_dial *dial, cf_usec now) {
    struct cf_room *room = dial->room;
    struct cf_handle device = dial->device;
    cf_dial_cancel(dial, CF_STR_NONE, now);
    fail(room, device, 408, true, now);
}

/* What goes with the offer: who else is called, and who calls (interop: From of a sipfrag). */
struct companions {
    char list[LIST_MAX];
    char fragment[FRAGMENT_MAX];
    struct cf_mime_part_out parts[2];
    size_t count;
};

static void put_members(const struct cf_conference *conf, struct cf_resource_list *list) {
    for (struct cf_roster_participant *p = cf_roster_first(&conf->roster); p != NULL; p = cf_roster_next(&conf->roster, p)) {
        /* A list that is cut short still tells most. */
        enum cf_err err = cf_resource_list_add(list, p->aor, p->name, NULL);
        (void)err;
    }
}

static void fill_companions(struct companions *c, const struct cf_focus *focus, const struct cf_conference *conf) {
    struct cf_resource_list list;
    struct cf_writer w;
    c->count = 0;
    cf_resource_list_init(&list, focus->config.mem, focus->config.limits.participants);
    put_members(conf, &list);
    cf_writer_init(&w, c->list, sizeof c->list);
    cf_put_resource_list(&w, &list, CF_RESOURCE_LIST_HISTORY);
    cf_resource_list_fini(&list);
    if (cf_writer_ok(&w)) {
        c->parts[c->count++] = (struct cf_mime_part_out){.content_type = CF_STR("application/resource-lists+xml"),
                                                         .disposition = CF_STR("recipient-list"),
                                                         .body = cf_writer_str(&w)};
    }
    cf_writer_init(&w, c->fragment, sizeof c->fragment);
    cf_put_sipfrag_from(&w, conf->organiser);
    if (cf_writer_ok(&w) && conf->organiser.len > 0) {
        c->parts[c->count++] = (struct cf_mime_part_out){.content_type = CF_STR("message/sipfrag"), .body = cf_writer_str(&w)};
    }
}

/* Way to the device: local address of the same family, encrypted or not. */
static void learn_way(struct cf_leg *leg, const struct cf_binding *binding) {
    struct cf_flow_info flow;
    struct cf_flow_id id = {binding == NULL ? (struct cf_handle){0, 0} : binding->values.flow};
    leg->local = cf_focus_local(leg->room->focus, CF_FAMILY_IP4);
    if (cf_endpoint_flow_info(leg->room->focus->config.endpoint, id, &flow)) {
        leg->local = leg->room->focus->config.locals[flow.local].addr;
        leg->peer = flow.remote;
        leg->is_secure = cf_transport_is_secure(flow.transport);
        leg->is_browser = cf_transport_is_websocket(flow.transport);
    }
}

/* One call of many. */
struct attempt {
    const struct cf_roster_participant *whom;
    const struct companions *companions;
    struct cf_way way;           /* zeros: by the configured proxy */
    bool is_again;               /* over another flow */
    uint8_t refused_protections; /* by the device, before */
};

/* Calls one device, or with @p binding NULL the configured proxy. False if it can't be called. */
static bool call_device(struct cf_dial *dial, const struct attempt *attempt, const struct cf_binding *binding, cf_usec now) {
    const struct cf_roster_participant *whom = attempt->whom;
    const struct companions *companions = attempt->companions;
    struct cf_local_line lines[CF_MEDIA_LINES_MAX] CF_SCRATCH;
    struct cf_local_session media;
    struct cf_room *room = dial->room;
    struct cf_caller callee = {.aor = whom->aor, .name = whom->name, .is_verified = binding != NULL};
    struct cf_leg *leg = cf_leg_create(room, &callee);
    if (leg == NULL) {
        return false;
    }
    learn_way(leg, binding);
    leg->refused_protections = attempt->refused_protections;
    leg->way = attempt->way;
    leg->is_again = attempt->is_again;
    struct cf_usage usage = cf_room_usage(room, CF_FOCUS_OWNER_LEG, leg->handle);
    struct cf_session_call call = {.target = binding == NULL ? whom->aor : binding->values.contact,
                                   .local = cf_str_head(room->contact, cf_str_find(room->contact, '>') + 1),
                                   .remote = whom->aor,
                                   .routes = binding == NULL ? room->focus->config.proxy : binding->values.path,
                                   .media = &media,
                                   .parts = companions->parts,
                                   .part_count = companions->count};
    char route[CF_FOCUS_ROUTE_MAX];
    call.flow = (struct cf_flow_id){binding == NULL ? (struct cf_handle){0, 0} : binding->values.flow};
    call.fields =
        cf_focus_record_route(room->focus, call.flow, cf_str_starts_nocase(call.target, CF_STR("sips:")), route, sizeof route);
    if (cf_leg_describe(leg, NULL, lines, &media) != CF_OK ||
        cf_session_init_caller(&leg->session, &usage, &call, now) != CF_OK) {
        cf_leg_destroy(leg, now);
        return false;
    }
    leg->dial = dial;
    cf_list_append(&dial->legs, &leg->in_dial);
    cf_leg_set_timer(leg);
    return true;
}

/*
 * Calls a device over the flow of @p binding, or if that can't even be sent to (RFC 5626 section 7), over its next one. False:
 * none is left.
 */
static bool call_by_any_way(struct cf_dial *dial, struct attempt *attempt, const struct cf_aor_record *record,
                            const struct cf_binding *binding, cf_usec now) {
    bool is_called = false;
    while (!is_called && binding != NULL) {
        cf_ways_take(&dial->ways, binding);
        attempt->way = *cf_ways_last(&dial->ways);
        is_called = call_device(dial, attempt, binding, now);
        binding = is_called ? NULL : cf_ways_to_same(&dial->ways, record, attempt->way.device);
    }
    return is_called;
}

static void call_devices(struct cf_dial *dial, const struct cf_roster_participant *whom, const struct cf_conference *conf,
                         cf_usec now) {
    struct cf_focus *focus = dial->room->focus;
    struct companions companions;
    struct attempt attempt = {.whom = whom, .companions = &companions};
    fill_companions(&companions, focus, conf);
    if (focus->config.proxy.len > 0) {
        (void)call_device(dial, &attempt, NULL, now);
        return;
    }
    const struct cf_aor_record *record = cf_focus_locate(focus, whom->aor);
    const struct cf_binding *binding = cf_ways_to_another(&dial->ways, record);
    while (binding != NULL) {
        (void)call_by_any_way(dial, &attempt, record, binding, now);
        binding = cf_ways_to_another(&dial->ways, record);
    }
}

/* The binding that was called. False: it is not registered any more. */
static bool find_binding(const struct cf_leg *leg, const struct cf_binding **ret) {
    const struct cf_aor_record *record = leg->way.name == 0 ? NULL : cf_focus_locate(leg->room->focus, leg->aor);
    *ret = record == NULL ? NULL : cf_aor_first(record);
    while (*ret != NULL && (*ret)->name != leg->way.name) {
        *ret = cf_aor_next(record, *ret);
    }
    return leg->way.name == 0 || *ret != NULL;
}

/* 488: the keys or the profile that were offered are none of the peer's. Once more with the next, as long as there are some. */
static bool call_otherwise(struct cf_dial *dial, const struct cf_leg *refused, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(dial->room);
    const struct cf_roster_device *device = conf == NULL ? NULL : cf_roster_device(&conf->roster, dial->device);
    const struct cf_binding *binding = NULL;
    struct companions companions;
    if (device == NULL || !find_binding(refused, &binding)) {
        return false;
    }
    fill_companions(&companions, dial->room->focus, conf);
    struct attempt attempt = {.whom = device->participant,
                              .companions = &companions,
                              .way = refused->way,
                              .is_again = refused->is_again,
                              .refused_protections = (uint8_t)(refused->refused_protections + 1)};
    return call_device(dial, &attempt, binding, now);
}

/* RFC 5626 section 7: the flow has failed and not the device, which is called over its next one. */
static bool call_another_way(struct cf_dial *dial, const struct cf_leg *failed, unsigned status, cf_usec now) {
    struct cf_focus *focus = dial->room->focus;
    struct cf_conference *conf = cf_room_conference(dial->room);
    const struct cf_roster_device *device = conf == NULL ? NULL : cf_roster_device(&conf->roster, dial->device);
    if (device == NULL || failed->way.device == 0) {
        return false;
    }
    if (status == CF_STATUS_FLOW_FAILED) {
        cf_location_on_flow_failed(focus->config.location, failed->aor, failed->way.serial);
    }
    const struct cf_aor_record *record = cf_focus_locate(focus, failed->aor);
    const struct cf_binding *binding = cf_ways_to_same(&dial->ways, record, failed->way.device);
    if (binding == NULL) {
        return false;
    }
    struct companions companions;
    struct attempt attempt = {.whom = device->participant,
                              .companions = &companions,
                              .is_again = true,
                              .refused_protections = failed->refused_protections};
    fill_companions(&companions, focus, conf);
    return call_by_any_way(dial, &attempt, record, binding, now);
}

static struct cf_dial *make_dial(struct cf_room *room, struct cf_handle device, cf_usec now) {
    struct cf_focus *focus = room->focus;
    struct cf_dial *dial = cf_mem_alloc(focus->config.mem, sizeof *dial);
    if (dial == NULL) {
        return NULL;
    }
    *dial = (struct cf_dial){.room = room, .device = device, .timer = {.kind = CF_FOCUS_TIMER_DIAL}};
    cf_list_init(&dial->legs);
    cf_list_append(&room->dials, &dial->in_room);
    cf_focus_set_timer(focus, &dial->timer, now + focus->config.ring_usec);
    return dial;
}

/* The roster learns the identifiers of the first call; those of the winner replace them. */
static void tell_dialing(struct cf_dial *dial, struct cf_conference *conf, cf_usec now) {
    struct cf_link *first = cf_list_first(&dial->legs);
    if (first != NULL) {
        struct cf_conference_call call = cf_leg_call(CF_OF(first, struct cf_leg, in_dial), CF_STR_NONE);
        call.leg = (struct cf_handle){0, 0};
        cf_conference_on_dialing(conf, now, dial->device, &call);
    }
}

void cf_dial_begin(struct cf_room *room, const struct cf_roster_device *device, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(room);
    struct cf_handle handle = device->handle;
    if (room->focus->is_draining) {
        fail(room, handle, 503, false, now); /* neither in nor out (attacks T46) */
        return;
    }
    struct cf_dial *dial = conf == NULL ? NULL : make_dial(room, handle, now);
    if (dial == NULL) {
        fail(room, handle, 500, false, now);
        return;
    }
    call_devices(dial, device->participant, conf, now);
    tell_dialing(dial, conf, now);
    settle_dial(dial, now);
}
