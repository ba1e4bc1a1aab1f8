/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proxy: forking, best response, dialogs by token. */
#include "core/proxy/proxy.h"

#include "base/heap.h"
#include "core/proxy/best_response.h"
#include "core/proxy/record_route.h"
#include "core/proxy/rewrite.h"
#include "core/proxy/way.h"
#include "core/registrar/ways.h"

#define MESSAGE_MAX CF_SIP_MESSAGE_MAX
#define TIMER_C CF_SEC(180)
#define OUTSIDE SIZE_MAX /* of dialogs */

struct context;

/* One device that the request was sent to. */
struct branch {
    struct cf_handle handle;
    struct context *context;
    struct cf_tx_id tx;
    struct cf_way way; /* the binding; zeros inside of dialogs without a GRUU */
    bool is_again;     /* over another flow of a device that has failed over one */
    bool was_heard;    /* the device has said that it is at work */
    bool is_open;      /* no final response yet */
    bool is_there;     /* its transaction may still bring something: 2xx of an INVITE come again until they are acknowledged */
};

/* A request being forwarded. */
struct context {
    struct cf_handle handle;
    struct cf_timer timer; /* Timer C */
    struct cf_link link;
    struct cf_tx_id tx;       /* the request's transaction */
    struct cf_flow_id caller; /* that it came over */
    bool is_invite;
    size_t own_routes; /* leading Route values that are ours; OUTSIDE: not in a dialog, all */
    bool is_answered;  /* a final response went back */
    bool is_cancelled; /* nobody is to be rung any more */
    struct cf_ways ways;
    struct cf_best_response best;
    size_t branch_count;
    size_t branch_max;
    struct branch branches[]; /* .branch_max: of each device, whatever flow of it is tried */
};

struct cf_proxy {
    struct cf_proxy_config config;
    struct cf_handle_table contexts;
    struct cf_handle_table branches;
    struct cf_list list;
    struct cf_heap timers;
    uint8_t key[32];
    char *scratch; /* MESSAGE_MAX octets */
};

struct cf_proxy *cf_proxy_create(const struct cf_proxy_config *config) {
    struct cf_proxy *proxy = cf_mem_alloc(config->mem, sizeof *proxy);
    if (proxy == NULL) {
        return NULL;
    }
    *proxy = (struct cf_proxy){.config = *config};
    proxy->scratch = cf_mem_alloc(config->mem, MESSAGE_MAX);
    cf_handle_table_init(&proxy->contexts, config->mem, CF_PROXY_CONTEXTS_MAX);
    cf_handle_table_init(&proxy->branches, config->mem, (size_t)CF_PROXY_CONTEXTS_MAX * CF_PROXY_BRANCHES_MAX);
    cf_list_init(&proxy->list);
    cf_heap_init(&proxy->timers, config->mem);
    cf_entropy_fill(config->entropy, proxy->key, sizeof proxy->key);
    if (proxy->scratch == NULL) {
        cf_proxy_destroy(proxy);
        return NULL;
    }
    return proxy;
}

static size_t context_size(size_t branch_max) {
    return sizeof(struct context) + branch_max * sizeof(struct branch);
}

static void free_context(struct cf_proxy *proxy, struct context *context) {
    for (size_t i = 0; i < context->branch_count; i++) {
        cf_handle_remove(&proxy->branches, context->branches[i].handle);
    }
    cf_heap_cancel(&proxy->timers, &context->timer);
    cf_list_remove(&context->link);
    cf_handle_remove(&proxy->contexts, context->handle);
    cf_best_response_fini(&context->best, proxy->config.mem);
    cf_mem_free(proxy->config.mem, context, context_size(context->branch_max));
}

void cf_proxy_destroy(struct cf_proxy *proxy) {
    if (proxy == NULL) {
        return;
    }
    const struct cf_mem *mem = proxy->config.mem;
    CF_LIST_EACH (&proxy->list, link, following) {
        free_context(proxy, CF_OF(link, struct context, link));
    }
    cf_handle_table_fini(&proxy->contexts);
    cf_handle_table_fini(&proxy->branches);
    cf_heap_fini(&proxy->timers);
    cf_mem_free(mem, proxy->scratch, MESSAGE_MAX);
    cf_mem_free(mem, proxy, sizeof *proxy);
}

static struct cf_span key_of(const struct cf_proxy *proxy) {
    return (struct cf_span){proxy->key, sizeof proxy->key};
}

static cf_usec ring_usec(const struct cf_proxy *proxy) {
    return proxy->config.ring_usec == 0 ? TIMER_C : proxy->config.ring_usec;
}

static struct context *make_context(struct cf_proxy *proxy, const struct cf_endpoint_event *event, size_t branch_max,
                                    cf_usec now) {
    struct context *context = cf_mem_alloc(proxy->config.mem, context_size(branch_max));
    if (context == NULL) {
        return NULL;
    }
    context->branch_max = branch_max;
    context->own_routes = OUTSIDE;
    context->tx = event->tx;
    context->caller = event->flow;
    context->is_invite = event->message->method == CF_SIP_METHOD_INVITE;
    cf_list_append(&proxy->list, &context->link);
    context->handle = cf_handle_add(&proxy->contexts, context);
    bool is_ready = cf_handle_is_set(context->handle);
    if (is_ready && context->is_invite) {
        is_ready = cf_heap_set(&proxy->timers, &context->timer, now + ring_usec(proxy)) == CF_OK;
    }
    if (!is_ready) {
        free_context(proxy, context);
        return NULL;
    }
    /* CANCELLED and TERMINATED of the request are told as events of the proxy. */
    cf_endpoint_set_owner(proxy->config.endpoint, event->tx, (struct cf_owner){CF_PROXY_OWNER_REQUEST, context->handle});
    return context;
}

/* Sends it in @p branch, which has none yet, or one that has failed. */
static bool send_branch(struct cf_proxy *proxy, struct branch *branch, const struct cf_sip_message *msg,
                        const struct cf_proxy_rewrite *rewrite, const struct cf_route *route, cf_usec now) {
    struct cf_writer w;
    struct context *context = branch->context;
    cf_writer_init(&w, proxy->scratch, MESSAGE_MAX);
    cf_proxy_put_request(&w, msg, rewrite);
    cf_handle_remove(&proxy->branches, branch->handle);
    *branch = (struct branch){.context = context, .way = branch->way, .is_again = branch->is_again};
    branch->handle = cf_handle_add(&proxy->branches, branch);
    struct cf_owner owner = {CF_PROXY_OWNER_BRANCH, branch->handle};
    branch->is_open = cf_writer_ok(&w) && cf_handle_is_set(branch->handle) &&
                      cf_endpoint_request(proxy->config.endpoint, route, cf_writer_str(&w), owner, now, &branch->tx) == CF_OK;
    branch->is_there = branch->is_open;
    return branch->is_open;
}

/* Room for one more. NULL: there is none. */
static struct branch *add_branch(struct context *context) {
    if (context->branch_count == context->branch_max) {
        return NULL;
    }
    struct branch *branch = &context->branches[context->branch_count++];
    *branch = (struct branch){.context = context};
    return branch;
}

/* The last one could not be sent. */
static void drop_branch(struct cf_proxy *proxy, struct context *context) {
    cf_handle_remove(&proxy->branches, context->branches[--context->branch_count].handle);
}

/* The other way round it must not look safer than it was: the contact without the s of its scheme, in @p room. */
static struct cf_str target_for(const struct cf_sip_message *msg, struct cf_str contact, char *room, size_t size) {
    struct cf_writer w;
    if (msg->request_uri.scheme == CF_SIP_SCHEME_SIPS || !cf_str_starts_nocase(contact, CF_STR("sips:"))) {
        return contact;
    }
    cf_writer_init(&w, room, size);
    cf_put_lit(&w, "sip:");
    cf_put(&w, cf_str_skip(contact, 5));
    return cf_writer_ok(&w) ? cf_writer_str(&w) : contact;
}

/* To the binding that was taken last. */
static bool send_to_binding(struct cf_proxy *proxy, struct branch *branch, const struct cf_sip_message *msg,
                            const struct cf_binding *binding, cf_usec now) {
    char room[CF_PROXY_RECORD_ROUTE_MAX];
    char target[CF_BINDING_TEXT_MAX];
    struct context *context = branch->context;
    struct cf_flow_id flow = {binding->values.flow};
    struct cf_route route = {.flow = flow, .uri = cf_proxy_next_hop(binding)};
    struct cf_proxy_rewrite rewrite = {.request_uri = target_for(msg, binding->values.contact, target, sizeof target),
                                       .realm = proxy->config.realm,
                                       .own_routes = context->own_routes};
    branch->way = *cf_ways_last(&context->ways);
    if (context->own_routes == OUTSIDE) {
        const struct cf_flow_pair pair = {context->caller, flow};
        struct cf_writer w;
        cf_writer_init(&w, room, sizeof room);
        rewrite.route = binding->values.path;
        rewrite.record_route = cf_proxy_record_route(&proxy->config, key_of(proxy), msg, &pair, &w);
    }
    return send_branch(proxy, branch, msg, &rewrite, &route, now);
}

/* The next binding of the device that @p branch is for, taken; NULL: none is left. */
static const struct cf_binding *next_of_device(struct cf_proxy *proxy, struct branch *branch, const struct cf_sip_message *msg,
                                               const struct cf_aor_record *record) {
    uint64_t device = branch->way.device;
    bool is_unsafe = false;
    return device == 0 ? NULL : cf_proxy_take_way(&proxy->config, &branch->context->ways, msg, record, device, &is_unsafe);
}

/*
 * To @p binding, which was taken, or if that can't even be sent to (RFC 5626 section 7), to the next one of its device. False:
 * none is left.
 */
static bool send_to_device(struct cf_proxy *proxy, struct branch *branch, const struct cf_sip_message *msg,
                           const struct cf_aor_record *record, const struct cf_binding *binding, cf_usec now) {
    while (binding != NULL && !send_to_binding(proxy, branch, msg, binding, now)) {
        binding = next_of_device(proxy, branch, msg, record);
    }
    return binding != NULL;
}

static bool has_hops_left(const struct cf_sip_message *msg) {
    return (msg->has & CF_SIP_HAS_MAX_FORWARDS) == 0 || msg->max_forwards > 0;
}

unsigned cf_proxy_forward(struct cf_proxy *proxy, const struct cf_endpoint_event *event, const struct cf_user_target *target,
                          cf_usec now, bool *ret_is_unsafe) {
    const struct cf_aor_record *record = cf_location_find(proxy->config.location, target->aor);
    if (!has_hops_left(event->message)) {
        return 483;
    }
    if (record == NULL || target->verdict == CF_GRUU_ABSENT || target->verdict == CF_GRUU_VOID) {
        return 480;
    }
    size_t devices = target->verdict == CF_GRUU_DEVICE ? 1 : record->binding_count;
    struct context *context = make_context(proxy, event, devices < CF_PROXY_BRANCHES_MAX ? devices : CF_PROXY_BRANCHES_MAX, now);
    if (context == NULL) {
        return 503;
    }
    bool is_unsafe = false;
    uint64_t device = target->verdict == CF_GRUU_DEVICE ? target->binding->device : 0;
    const struct cf_binding *binding =
        cf_proxy_take_way(&proxy->config, &context->ways, event->message, record, device, &is_unsafe);
    while (binding != NULL) {
        struct branch *branch = add_branch(context);
        if (branch == NULL) {
            break;
        }
        if (!send_to_device(proxy, branch, event->message, record, binding, now)) {
            drop_branch(proxy, context);
        }
        binding = device != 0 ? NULL : cf_proxy_take_way(&proxy->config, &context->ways, event->message, record, 0, &is_unsafe);
    }
    if (context->branch_count == 0) {
        free_context(proxy, context);
        *ret_is_unsafe = is_unsafe;
        return 480;
    }
    return 0;
}

bool cf_proxy_has_forwarded(const struct cf_proxy *proxy, const struct cf_sip_message *message) {
    struct cf_sip_values values;
    struct cf_sip_via via;
    struct cf_str text;
    cf_sip_values_begin(message, CF_SIP_HEADER_VIA, &values);
    while (cf_sip_values_next(&values, &text) && cf_sip_via_parse(text, &via) == CF_OK) {
        if (cf_proxy_is_own_via(proxy->config.locals, proxy->config.local_count, &via)) {
            return true;
        }
    }
    return false;
}

/* --- inside dialogs --- */

bool cf_proxy_is_routed(const struct cf_proxy *proxy, const struct cf_sip_message *message) {
    struct cf_proxy_token token;
    return cf_proxy_token_of(&proxy->config, key_of(proxy), message, &token);
}

static bool send_in_dialog(struct cf_proxy *proxy, struct branch *branch, const struct cf_sip_message *msg,
                           const struct cf_proxy_rewrite *rewrite, const struct cf_proxy_way *way, cf_usec now) {
    if (way->binding == NULL) {
        return send_branch(proxy, branch, msg, rewrite, &way->route, now);
    }
    cf_ways_take(&branch->context->ways, way->binding);
    return send_to_device(proxy, branch, msg, way->binding->record, way->binding, now);
}

unsigned cf_proxy_forward_routed(struct cf_proxy *proxy, const struct cf_endpoint_event *event, cf_usec now,
                                 bool *ret_is_unsafe) {
    struct cf_proxy_token token;
    struct cf_proxy_way way;
    const struct cf_sip_message *msg = event->message;
    if (!cf_proxy_token_of(&proxy->config, key_of(proxy), msg, &token)) {
        return 481;
    }
    unsigned status = cf_proxy_find_way(&proxy->config, msg, token.other, &way);
    *ret_is_unsafe = status == 480;
    if (status != 0) {
        return status;
    }
    if (!has_hops_left(msg)) {
        return 483;
    }
    struct cf_proxy_rewrite rewrite = {
        .request_uri = way.request_uri, .realm = proxy->config.realm, .own_routes = token.own_routes};
    if (msg->method == CF_SIP_METHOD_ACK) {
        struct cf_writer w;
        cf_writer_init(&w, proxy->scratch, MESSAGE_MAX);
        cf_proxy_put_request(&w, msg, &rewrite);
        if (cf_writer_ok(&w)) {
            enum cf_err ignored = cf_endpoint_send_ack(proxy->config.endpoint, &way.route, cf_writer_str(&w), now);
            (void)ignored;
        }
        return 0;
    }
    struct context *context = make_context(proxy, event, 1, now);
    if (context == NULL) {
        return 503;
    }
    context->own_routes = token.own_routes;
    if (!send_in_dialog(proxy, add_branch(context), msg, &rewrite, &way, now)) {
        free_context(proxy, context);
        return 503;
    }
    return 0;
}

/* --- responses --- */

static void relay(struct cf_proxy *proxy, struct context *context, const struct cf_sip_message *msg, cf_usec now) {
    struct cf_writer w;
    cf_writer_init(&w, proxy->scratch, MESSAGE_MAX);
    cf_proxy_put_response(&w, msg);
    if (cf_writer_ok(&w)) {
        enum cf_err ignored = cf_endpoint_relay(proxy->config.endpoint, context->tx, cf_writer_str(&w), now);
        (void)ignored;
    }
}

static void answer(struct cf_proxy *proxy, struct context *context, unsigned status, cf_usec now) {
    const struct cf_sip_message *request = cf_endpoint_request_of(proxy->config.endpoint, context->tx);
    struct cf_writer w;
    if (request == NULL) {
        return;
    }
    const struct cf_endpoint_tag tag = cf_endpoint_tag_of(proxy->config.endpoint, request);
    cf_writer_init(&w, proxy->scratch, MESSAGE_MAX);
    cf_sip_reply_begin(&w, request, status, CF_STR_NONE, cf_str_n(tag.text, sizeof tag.text));
    cf_sip_end(&w);
    if (cf_writer_ok(&w)) {
        enum cf_err ignored = cf_endpoint_relay(proxy->config.endpoint, context->tx, cf_writer_str(&w), now);
        (void)ignored;
    }
}

static void cancel_open(struct cf_proxy *proxy, struct context *context, cf_usec now) {
    context->is_cancelled = true;
    for (size_t i = 0; context->is_invite && i < context->branch_count; i++) {
        if (context->branches[i].is_open) {
            cf_endpoint_cancel(proxy->config.endpoint, context->branches[i].tx, CF_STR_NONE, now);
        }
    }
}

/* Inside of dialogs 430 says that they are not over, which 480 would not. */
static unsigned status_of(const struct branch *branch, unsigned status) {
    return branch->context->own_routes == OUTSIDE ? cf_ways_status(status, branch->is_again) : status;
}

static void keep_best(struct cf_proxy *proxy, struct context *context, unsigned status, const struct cf_sip_message *msg) {
    struct cf_writer w;
    cf_writer_init(&w, proxy->scratch, MESSAGE_MAX);
    cf_best_response_take(&context->best, proxy->config.mem, status, msg, w);
}

static bool is_any_open(const struct context *context) {
    for (size_t i = 0; i < context->branch_count; i++) {
        if (context->branches[i].is_open) {
            return true;
        }
    }
    return false;
}

static bool is_any_there(const struct context *context) {
    for (size_t i = 0; i < context->branch_count; i++) {
        if (context->branches[i].is_there) {
            return true;
        }
    }
    return false;
}

static void answer_with_best(struct cf_proxy *proxy, struct context *context, cf_usec now) {
    struct cf_writer w;
    unsigned status = context->best.status;
    if (status == 408 && !context->is_invite) {
        /* RFC 4320 section 4.2: who asked has given up by itself, and takes a 408 for the failure of what lies between. */
        return;
    }
    cf_writer_init(&w, proxy->scratch, MESSAGE_MAX);
    if (status != 503 && cf_best_response_put(&context->best, &w)) {
        enum cf_err ignored = cf_endpoint_relay(proxy->config.endpoint, context->tx, cf_writer_str(&w), now);
        (void)ignored;
        return;
    }
    /* Section 16.7: a 503 of a device says nothing about this server. */
    answer(proxy, context, status == 503 ? 500 : status, now);
}

/* The binding @p way is dead: an edge proxy has lost the flow (RFC 5626 section 7). */
static void forget_flow(struct cf_proxy *proxy, struct cf_str aor, const struct cf_way *way) {
    if (way->device != 0) {
        cf_location_on_flow_failed(proxy->config.location, aor, way->serial);
    }
}

/*
 * RFC 5626 section 7: the flow of @p branch failed with @p status, which the device did not say itself; another flow of the same
 * device takes its place, in the same branch. False: there is none, or it was no failure of a flow.
 */
static bool go_another_way(struct cf_proxy *proxy, struct branch *branch, unsigned status, bool is_answer, cf_usec now) {
    struct context *context = branch->context;
    struct cf_user_target target;
    const struct cf_sip_message *request = cf_endpoint_request_of(proxy->config.endpoint, context->tx);
    bool is_too_late = status == 408 && !context->is_invite; /* who asked has given up as well */
    if (branch->way.device == 0 || request == NULL || is_too_late ||
        !cf_ways_is_flow_failure(status, is_answer, branch->was_heard)) {
        return false;
    }
    cf_user_target_find(proxy->config.gruus, proxy->config.location, &proxy->config.domains, &request->request_uri, &target);
    if (status == CF_STATUS_FLOW_FAILED) {
        forget_flow(proxy, target.aor, &branch->way);
    }
    if (context->is_answered || context->is_cancelled) {
        return false;
    }
    const struct cf_aor_record *record = cf_location_find(proxy->config.location, target.aor);
    branch->is_again = true;
    return send_to_device(proxy, branch, request, record, next_of_device(proxy, branch, request, record), now);
}

/* Answers when the last branch has; frees the context when nothing can come any more. */
static void settle(struct cf_proxy *proxy, struct context *context, cf_usec now) {
    if (!is_any_open(context) && !context->is_answered) {
        context->is_answered = true;
        answer_with_best(proxy, context, now);
    }
    if (!is_any_there(context)) {
        free_context(proxy, context);
    }
}

static void on_final(struct cf_proxy *proxy, struct branch *branch, const struct cf_sip_message *msg, cf_usec now) {
    struct context *context = branch->context;
    branch->is_open = false;
    branch->is_there = context->is_invite;
    if (msg->status < 300) {
        context->is_answered = true;
        relay(proxy, context, msg, now);
        cancel_open(proxy, context, now);
        return;
    }
    if (!go_another_way(proxy, branch, msg->status, true, now)) {
        unsigned status = status_of(branch, msg->status);
        keep_best(proxy, context, status, status == msg->status ? msg : NULL);
    }
    if (msg->status >= 600) {
        cancel_open(proxy, context, now);
    }
}

/* RFC 3261 section 16.7 step 2: a sign of life gives Timer C its whole time again, unless it is over already. */
static void ring_on(struct cf_proxy *proxy, struct context *context, cf_usec now) {
    if (context->timer.slot != 0) {
        enum cf_err err = cf_heap_set(&proxy->timers, &context->timer, now + ring_usec(proxy));
        cf_assert(err == CF_OK);
    }
}

static void on_response(struct cf_proxy *proxy, struct branch *branch, const struct cf_sip_message *msg, cf_usec now) {
    if (msg->status >= 200) {
        on_final(proxy, branch, msg, now);
    } else if (msg->status > 100 && !branch->context->is_answered) {
        branch->was_heard = true;
        ring_on(proxy, branch->context, now);
        relay(proxy, branch->context, msg, now);
    }
}

static void on_branch(struct cf_proxy *proxy, struct branch *branch, const struct cf_endpoint_event *event, cf_usec now) {
    struct context *context = branch->context;
    if (event->kind == CF_ENDPOINT_RESPONSE) {
        on_response(proxy, branch, event->message, now);
    } else if (event->kind == CF_ENDPOINT_FAILED) {
        bool is_timeout = event->err == CF_ERR_TIMEOUT;
        branch->is_open = false;
        branch->is_there = false;
        if (!go_another_way(proxy, branch, is_timeout ? 408 : 503, false, now)) {
            keep_best(proxy, context, is_timeout ? 408 : 500, NULL);
        }
    } else if (event->kind == CF_ENDPOINT_TERMINATED) {
        branch->is_open = false;
        branch->is_there = false;
    }
    settle(proxy, context, now);
}

void cf_proxy_on_event(struct cf_proxy *proxy, const struct cf_endpoint_event *event, cf_usec now) {
    if (event->owner.kind == CF_PROXY_OWNER_REQUEST) {
        struct context *context = cf_handle_get(&proxy->contexts, event->owner.handle);
        if (context != NULL && event->kind == CF_ENDPOINT_CANCELLED) {
            cancel_open(proxy, context, now);
        }
        return;
    }
    struct branch *branch = cf_handle_get(&proxy->branches, event->owner.handle);
    if (branch != NULL) {
        on_branch(proxy, branch, event, now);
    }
}

cf_usec cf_proxy_deadline(const struct cf_proxy *proxy) {
    return cf_heap_deadline(&proxy->timers);
}

void cf_proxy_on_deadline(struct cf_proxy *proxy, cf_usec now) {
    for (struct cf_timer *timer = cf_heap_pop(&proxy->timers, now); timer != NULL; timer = cf_heap_pop(&proxy->timers, now)) {
        struct context *context = CF_OF(timer, struct context, timer);
        keep_best(proxy, context, 408, NULL);
        cancel_open(proxy, context, now);
    }
}
