/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes of the HTTP interface. */
#include "server/web_routes.h"

#include "server/json.h"

typedef void handler(struct cf_web_call *call);

/* What a page has to know to begin; nothing that a stranger may not know. */
static void get_server(struct cf_web_call *call) {
    struct cf_writer *w = &call->body;
    struct cf_str factories = cf_config_str(&call->config->factories);
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("domain"), true);
    cf_put_json_str(w, cf_node_realm(call->node));
    cf_put_json_text(w, CF_STR("product"), cf_config_str(&call->config->user_agent));
    cf_put_json_text(w, CF_STR("websocket"), CF_STR("/sip"));
    cf_put_json_text(w, CF_STR("factory"), cf_str_cut(&factories, ' '));
    cf_put_json_flag(w, CF_STR("rooms"), call->config->has_open_rooms);
    cf_put_lit(w, "}");
}

static const struct cf_http_route routes[] = {
    {CF_STR_INIT("GET"), CF_STR_INIT("/api/server")},
};

/* In the order of the table. */
static handler *const handlers[] = {
    get_server,
};

#define COUNT (sizeof routes / sizeof *routes)
_Static_assert(sizeof handlers / sizeof *handlers == COUNT, "each route has a handler");

void cf_web_fail(struct cf_web_call *call, unsigned status, struct cf_str text) {
    call->response.status = status;
    call->body.len = 0;
    call->body.err = CF_OK;
    cf_put_lit(&call->body, "{");
    cf_put_json_key(&call->body, CF_STR("error"), true);
    cf_put_json_str(&call->body, text);
    cf_put_lit(&call->body, "}");
}

void cf_web_routes_answer(struct cf_web_call *call) {
    unsigned status = cf_http_route_find(routes, COUNT, call->request, &call->match);
    call->response.status = 200;
    call->response.type = CF_STR("application/json");
    if (status == 0) {
        handlers[call->match.index](call);
    } else {
        cf_web_fail(call, status, cf_http_reason_of(status));
        call->response.allow = status == 405 ? cf_str_of(call->match.allow) : CF_STR_NONE;
    }
    if (!cf_writer_ok(&call->body)) {
        cf_web_fail(call, 500, CF_STR("the answer is too long"));
    }
    call->response.body = cf_writer_span(&call->body);
}
