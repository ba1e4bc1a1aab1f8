/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes of the HTTP interface. */
#include "server/web_routes.h"

#include "server/api_auth.h"
#include "server/api_handlers.h"

/* Whom a route is for: everybody, or who has the scope. */
#define EVERYBODY 0U

#define ROUTES                                                                                                                   \
    X("GET", "/api/server", EVERYBODY, cf_api_get_server)                                                                        \
    X("GET", "/api/openapi.json", EVERYBODY, cf_api_get_document)                                                                \
    X("GET", "/api/ice-servers", CF_API_ANY_SCOPE, cf_api_get_ice_servers)                                                       \
    X("POST", "/api/join", EVERYBODY, cf_api_join)                                                                               \
    X("POST", "/api/session", EVERYBODY, cf_api_open_session)                                                                    \
    X("DELETE", "/api/session", CF_API_ANY_SCOPE, cf_api_close_session)                                                          \
    X("GET", "/api/sessions", CF_SCOPE_ADMIN, cf_api_list_sessions)                                                              \
    X("GET", "/api/sessions/{session}", CF_SCOPE_ADMIN, cf_api_get_session)                                                      \
    X("DELETE", "/api/sessions/{session}", CF_SCOPE_ADMIN, cf_api_revoke_session)                                                \
    X("GET", "/api/rooms", CF_SCOPE_ROOMS_READ, cf_api_list_rooms)                                                               \
    X("POST", "/api/rooms", CF_SCOPE_ROOMS_WRITE, cf_api_create_room)                                                            \
    X("GET", "/api/rooms/{room}", CF_SCOPE_ROOMS_READ, cf_api_get_room)                                                          \
    X("PATCH", "/api/rooms/{room}", CF_SCOPE_ROOMS_WRITE, cf_api_change_room)                                                    \
    X("DELETE", "/api/rooms/{room}", CF_SCOPE_ROOMS_WRITE, cf_api_delete_room)                                                   \
    X("GET", "/api/rooms/{room}/members", CF_SCOPE_ROOMS_READ, cf_api_list_members)                                              \
    X("GET", "/api/rooms/{room}/members/{user}", CF_SCOPE_ROOMS_READ, cf_api_get_member)                                         \
    X("DELETE", "/api/rooms/{room}/members/{user}", CF_SCOPE_ROOMS_WRITE, cf_api_remove_member)                                  \
    X("POST", "/api/rooms/{room}/actions", CF_SCOPE_ROOMS_WRITE, cf_api_act)                                                     \
    X("GET", "/api/links", CF_SCOPE_LINKS, cf_api_list_links)                                                                    \
    X("POST", "/api/links", CF_SCOPE_LINKS, cf_api_make_link)                                                                    \
    X("GET", "/api/links/{link}", CF_SCOPE_LINKS, cf_api_get_link)                                                               \
    X("DELETE", "/api/links/{link}", CF_SCOPE_LINKS, cf_api_revoke_link)                                                         \
    X("GET", "/api/webhooks", CF_SCOPE_WEBHOOKS, cf_api_list_webhooks)                                                           \
    X("POST", "/api/webhooks", CF_SCOPE_WEBHOOKS, cf_api_add_webhook)                                                            \
    X("GET", "/api/webhooks/{webhook}", CF_SCOPE_WEBHOOKS, cf_api_get_webhook)                                                   \
    X("DELETE", "/api/webhooks/{webhook}", CF_SCOPE_WEBHOOKS, cf_api_remove_webhook)                                             \
    X("GET", "/api/statistics", CF_SCOPE_STATISTICS, cf_api_get_statistics)                                                      \
    X("GET", "/api/legs", CF_SCOPE_ADMIN, cf_api_list_legs)                                                                      \
    X("POST", "/api/drain", CF_SCOPE_ADMIN, cf_api_drain)                                                                        \
    X("GET", "/metrics", CF_SCOPE_STATISTICS, cf_api_get_metrics)

static const struct cf_http_route routes[] = {
#define X(method, pattern, scopes, handler) {CF_STR_INIT(method), CF_STR_INIT(pattern)},
    ROUTES
#undef X
};

static const struct {
    unsigned scopes;
    void (*handle)(struct cf_api_call *call);
} handlers[] = {
#define X(method, pattern, scopes, handler) {scopes, handler},
    ROUTES
#undef X
};

#define COUNT (sizeof routes / sizeof *routes)

bool cf_web_routes_have(struct cf_str path) {
    return cf_str_starts(path, CF_STR("/api/")) || cf_str_eq(path, CF_STR("/metrics"));
}

static bool is_for_everybody(const struct cf_api_call *call, unsigned scopes) {
    bool is_shown = call->services->config->shows_metrics && cf_str_eq(call->request->path, CF_STR("/metrics"));
    return scopes == EVERYBODY || is_shown;
}

static void dispatch(struct cf_api_call *call) {
    unsigned status = cf_http_route_find(routes, COUNT, call->request, &call->match);
    if (status != 0) {
        (void)cf_api_fail(call, (struct cf_problem){.status = status,
                                                    .code = status == 404   ? CF_STR("not-found")
                                                            : status == 405 ? CF_STR("method")
                                                                            : CF_STR("malformed")});
        call->response.allow = status == 405 ? cf_str_of(call->match.allow) : CF_STR_NONE;
        return;
    }
    unsigned scopes = handlers[call->match.index].scopes;
    if (is_for_everybody(call, scopes) || cf_api_authorize(call, scopes)) {
        handlers[call->match.index].handle(call);
    }
}

void cf_web_routes_answer(struct cf_api_call *call) {
    call->response.status = 200;
    call->response.type = CF_STR("application/json");
    dispatch(call);
    if (!cf_writer_ok(&call->body)) {
        (void)cf_api_fail(call, CF_PROBLEM(500, "too-long", "The answer is too long"));
    }
    if (call->response.body.len == 0) {
        call->response.body = cf_writer_span(&call->body);
    }
}
