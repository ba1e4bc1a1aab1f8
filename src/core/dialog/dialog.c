/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dialogs. Section numbers without an RFC are those of RFC 3261. */
#include "core/dialog/dialog.h"

#include "core/sip/builder.h"

#define CALL_ID_LEN 26
#define MAX_FORWARDS 70

/* The strings of a dialog while its block is being made. Views of anything; they become views into the block. */
struct strings {
    struct cf_str call_id;
    struct cf_str local;
    struct cf_str local_tag;
    struct cf_str remote;
    struct cf_str remote_tag;
    struct cf_str routes;
};

/* The next len octets of the block hold a copy of s; an absent string stays absent. */
static struct cf_str place(struct cf_writer *w, struct cf_str s) {
    if (s.at == NULL) {
        return CF_STR_NONE;
    }
    size_t start = w->len;
    cf_put(w, s);
    return cf_str_n((const char *)w->base + start, s.len);
}

/* Make the block of the strings. Everything else in the dialog is left alone; an old block is the caller's business. */
static enum cf_err make_block(struct cf_dialog *dialog, const struct strings *s) {
    size_t len = s->call_id.len + s->local.len + s->local_tag.len + s->remote.len + s->remote_tag.len + s->routes.len;
    char *memory = cf_mem_alloc(dialog->mem, len + 1); /* as cf_mem_free_str() wants it */
    if (memory == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_writer w;
    cf_writer_init(&w, memory, len);
    dialog->call_id = place(&w, s->call_id);
    dialog->local = place(&w, s->local);
    dialog->local_tag = place(&w, s->local_tag);
    dialog->remote = place(&w, s->remote);
    dialog->remote_tag = place(&w, s->remote_tag);
    dialog->routes = place(&w, s->routes);
    cf_assert(cf_writer_ok(&w) && w.len == len);
    dialog->block = cf_writer_str(&w);
    return CF_OK;
}

/* Complete a dialog that is a plain struct so far: its block and a copy of the target. Nothing is owned after an error. */
static enum cf_err own_strings(struct cf_dialog *dialog, const struct strings *s, struct cf_str target) {
    enum cf_err err = make_block(dialog, s);
    if (err == CF_OK && !cf_mem_dup_str(dialog->mem, target, &dialog->target)) {
        cf_mem_free_str(dialog->mem, &dialog->block);
        err = CF_ERR_NO_MEMORY;
    }
    return err;
}

static bool is_sips_uri(struct cf_str uri) {
    return cf_str_starts_nocase(uri, CF_STR("sips:"));
}

/* Is the first of several name-addrs a sips URI? Absent: it is not. */
static bool is_first_sips(struct cf_str values) {
    struct cf_sip_name_addr first;
    struct cf_str rest = values;
    return values.len > 0 && cf_sip_name_addr_parse(cf_sip_list_cut(&rest), &first) == CF_OK && is_sips_uri(first.uri.text);
}

enum cf_err cf_dialog_init(struct cf_dialog *dialog, const struct cf_mem *mem, const struct cf_entropy *entropy,
                           const struct cf_dialog_start *start) {
    char call_id[CALL_ID_LEN];
    char tag[CF_DIALOG_TAG_LEN];
    cf_entropy_word(entropy, call_id, sizeof call_id);
    cf_entropy_word(entropy, tag, sizeof tag);
    struct strings s = {
        .call_id = start->call_id.at != NULL ? start->call_id : cf_str_n(call_id, sizeof call_id),
        .local = start->local,
        .local_tag = cf_str_n(tag, sizeof tag),
        .remote = start->remote,
        .routes = start->routes,
    };
    struct cf_dialog made = {.mem = mem,
                             .local_cseq = start->cseq > 0 ? start->cseq - 1 : 0,
                             .is_caller = true,
                             .is_sips = is_sips_uri(start->target) || is_first_sips(start->routes)};
    enum cf_err err = own_strings(&made, &s, start->target);
    if (err == CF_OK) {
        *dialog = made;
    }
    return err;
}

/* The URI of the first Contact; absent if there is none or it is none (such as "*"). */
static struct cf_str contact_uri(const struct cf_sip_message *msg) {
    struct cf_sip_values it;
    struct cf_str value;
    struct cf_sip_name_addr contact;
    cf_sip_values_begin(msg, CF_SIP_HEADER_CONTACT, &it);
    if (!cf_sip_values_next(&it, &value) || cf_sip_name_addr_parse(value, &contact) != CF_OK ||
        !cf_sip_uri_is_sip(&contact.uri)) {
        return CF_STR_NONE;
    }
    return contact.uri.text;
}

/*
 * Record-Route values with commas between them, in order or reversed: the caller goes through the proxies in the order in which
 * the callee sees them last to first (sections 12.1.1 and 12.1.2). Owned by the caller; absent if there are none.
 */
static enum cf_err read_routes(const struct cf_mem *mem, const struct cf_sip_message *msg, bool is_reversed, struct cf_str *ret) {
    struct cf_str values[CF_DIALOG_ROUTES_MAX];
    size_t count = 0;
    size_t len = 0;
    struct cf_sip_values it;
    cf_sip_values_begin(msg, CF_SIP_HEADER_RECORD_ROUTE, &it);
    for (struct cf_str value; cf_sip_values_next(&it, &value);) {
        struct cf_sip_name_addr route;
        if (count == CF_DIALOG_ROUTES_MAX) {
            return CF_ERR_LIMIT;
        }
        if (cf_sip_name_addr_parse(value, &route) != CF_OK) {
            return CF_ERR_MALFORMED;
        }
        values[count++] = value;
        len += value.len + 1;
    }
    if (count == 0) {
        *ret = CF_STR_NONE;
        return CF_OK;
    }
    char *memory = cf_mem_alloc(mem, len);
    if (memory == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_writer w;
    cf_writer_init(&w, memory, len - 1);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            cf_put_char(&w, ',');
        }
        cf_put(&w, values[is_reversed ? count - 1 - i : i]);
    }
    *ret = cf_writer_str(&w);
    return CF_OK;
}

/* A name-addr without its parameters: display name and URI, folds as blanks. Owned by the caller. */
static enum cf_err bare_name_addr(const struct cf_mem *mem, const struct cf_sip_name_addr *addr, struct cf_str *ret) {
    size_t len = addr->uri.text.len + 2 + (addr->display.len > 0 ? addr->display.len + 1 : 0);
    char *memory = cf_mem_alloc(mem, len + 1);
    if (memory == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_writer w;
    cf_writer_init(&w, memory, len);
    if (addr->display.len > 0) {
        cf_sip_put_line_text(&w, addr->display);
        cf_put_char(&w, ' ');
    }
    cf_put_char(&w, '<');
    cf_put(&w, addr->uri.text);
    cf_put_char(&w, '>');
    cf_assert(cf_writer_ok(&w) && w.len == len);
    *ret = cf_writer_str(&w);
    return CF_OK;
}

enum cf_err cf_dialog_init_callee(struct cf_dialog *dialog, const struct cf_mem *mem, const struct cf_endpoint_tag *tag,
                                  const struct cf_sip_message *request) {
    struct cf_str target = contact_uri(request);
    if (target.at == NULL) {
        return CF_ERR_MALFORMED;
    }
    struct strings s = {
        .call_id = request->call_id,
        .local_tag = cf_str_n(tag->text, sizeof tag->text),
        .remote_tag = request->from_tag,
    };
    struct cf_dialog made = {
        .mem = mem,
        .remote_cseq = request->cseq.number,
        .has_remote_cseq = true,
    };
    enum cf_err err = read_routes(mem, request, false, &s.routes);
    /* Section 12.1.1: who said sips gets sips, on the way that it named. */
    made.is_sips = request->request_uri.scheme == CF_SIP_SCHEME_SIPS ||
                   (s.routes.at != NULL ? is_first_sips(s.routes) : is_sips_uri(target));
    if (err == CF_OK) {
        err = bare_name_addr(mem, &request->to, &s.local);
    }
    if (err == CF_OK) {
        err = bare_name_addr(mem, &request->from, &s.remote);
    }
    if (err == CF_OK) {
        err = own_strings(&made, &s, target);
    }
    cf_mem_free_str(mem, &s.routes);
    cf_mem_free_str(mem, &s.local);
    cf_mem_free_str(mem, &s.remote);
    if (err == CF_OK) {
        *dialog = made;
    }
    return err;
}

/* A dialog like start with the peer's tag, routes (borrowed) and target. */
static enum cf_err make_fork(const struct cf_dialog *start, struct cf_str tag, struct cf_str routes, struct cf_str target,
                             struct cf_dialog *ret) {
    struct strings s = {
        .call_id = start->call_id,
        .local = start->local,
        .local_tag = start->local_tag,
        .remote = start->remote,
        .remote_tag = tag,
        .routes = routes,
    };
    struct cf_dialog made = *start;
    enum cf_err err = own_strings(&made, &s, target);
    if (err == CF_OK) {
        *ret = made;
    }
    return err;
}

enum cf_err cf_dialog_init_fork(struct cf_dialog *dialog, const struct cf_dialog *start, const struct cf_sip_message *response) {
    if (response->to_tag.at == NULL) {
        return CF_ERR_MALFORMED;
    }
    struct cf_str target = contact_uri(response);
    if (target.at == NULL) {
        target = start->target;
    }
    struct cf_str routes;
    struct cf_dialog made;
    enum cf_err err = read_routes(start->mem, response, true, &routes);
    if (err != CF_OK) {
        return err;
    }
    err = make_fork(start, response->to_tag, routes, target, &made);
    cf_mem_free_str(start->mem, &routes);
    if (err == CF_OK) {
        made.is_confirmed = response->status >= 200;
        *dialog = made;
    }
    return err;
}

enum cf_err cf_dialog_init_notified(struct cf_dialog *dialog, const struct cf_dialog *start,
                                    const struct cf_sip_message *notify) {
    struct cf_str target = contact_uri(notify);
    if (target.at == NULL || notify->from_tag.at == NULL) {
        return CF_ERR_MALFORMED;
    }
    struct cf_str routes;
    struct cf_dialog made;
    enum cf_err err = read_routes(start->mem, notify, false, &routes);
    if (err != CF_OK) {
        return err;
    }
    err = make_fork(start, notify->from_tag, routes, target, &made);
    cf_mem_free_str(start->mem, &routes);
    if (err == CF_OK) {
        made.is_confirmed = true;
        made.has_remote_cseq = false;
        *dialog = made;
    }
    return err;
}

void cf_dialog_fini(struct cf_dialog *dialog) {
    if (dialog->mem != NULL) {
        cf_mem_free_str(dialog->mem, &dialog->block);
        cf_mem_free_str(dialog->mem, &dialog->target);
    }
    *dialog = (struct cf_dialog){.mem = NULL};
}

/* Octet by octet: RFC 3261 section 19.3 makes tags tokens, which section 7.3.1 would compare without case, but what one side has
 * made the other one repeats as it is. */
static bool same_tag(struct cf_str a, struct cf_str b) {
    return a.at == NULL || b.at == NULL ? a.at == b.at : cf_str_eq(a, b);
}

bool cf_dialog_matches(const struct cf_dialog *dialog, const struct cf_sip_message *message) {
    struct cf_str local = message->is_request ? message->to_tag : message->from_tag;
    struct cf_str remote = message->is_request ? message->from_tag : message->to_tag;
    return same_tag(local, dialog->local_tag) && same_tag(remote, dialog->remote_tag) &&
           cf_str_eq(message->call_id, dialog->call_id);
}

bool cf_dialog_admits(const struct cf_dialog *dialog, const struct cf_flow_info *info) {
    return !dialog->is_flow_secure || cf_transport_is_secure(info->transport);
}

enum cf_dialog_order cf_dialog_take_request(struct cf_dialog *dialog, const struct cf_sip_message *request) {
    if (dialog->has_remote_cseq && request->cseq.number < dialog->remote_cseq) {
        return CF_DIALOG_OUT_OF_ORDER;
    }
    dialog->remote_cseq = request->cseq.number;
    dialog->has_remote_cseq = true;
    return CF_DIALOG_IN_ORDER;
}

enum cf_err cf_dialog_confirm(struct cf_dialog *dialog, const struct cf_sip_message *response) {
    struct cf_dialog confirmed;
    enum cf_err err = cf_dialog_init_fork(&confirmed, dialog, response);
    if (err != CF_OK) {
        return err;
    }
    cf_mem_free_str(dialog->mem, &dialog->block);
    cf_mem_free_str(dialog->mem, &dialog->target);
    *dialog = confirmed;
    return CF_OK;
}

enum cf_err cf_dialog_refresh_target(struct cf_dialog *dialog, const struct cf_sip_message *message) {
    struct cf_str target = contact_uri(message);
    if (target.at == NULL || cf_str_eq(target, dialog->target)) {
        return CF_OK;
    }
    struct cf_str copy;
    if (!cf_mem_dup_str(dialog->mem, target, &copy)) {
        return CF_ERR_NO_MEMORY;
    }
    cf_mem_free_str(dialog->mem, &dialog->target);
    dialog->target = copy;
    return CF_OK;
}

void cf_dialog_set_flow(struct cf_dialog *dialog, struct cf_flow_id flow, const struct cf_flow_info *info) {
    if (!cf_flow_id_is_set(dialog->flow)) {
        dialog->is_flow_secure = dialog->is_flow_secure || cf_transport_is_secure(info->transport);
    }
    dialog->flow = flow;
}

uint32_t cf_dialog_next_cseq(struct cf_dialog *dialog) {
    return ++dialog->local_cseq;
}

/* The first route, and whether it is a loose router (section 12.2.1.1: without lr it is an old, strict one). False: no routes. */
static bool first_route(const struct cf_dialog *dialog, struct cf_sip_name_addr *ret_route, struct cf_str *ret_rest) {
    struct cf_str rest = dialog->routes;
    struct cf_str first = cf_sip_list_cut(&rest);
    if (first.len == 0 || cf_sip_name_addr_parse(first, ret_route) != CF_OK) {
        return false;
    }
    *ret_rest = rest;
    return true;
}

static void put_routes(const struct cf_dialog *dialog, struct cf_writer *w, bool is_strict, struct cf_str rest) {
    if (!is_strict) {
        cf_sip_put_field(w, CF_SIP_HEADER_ROUTE, dialog->routes);
        return;
    }
    cf_sip_field_begin(w, CF_SIP_HEADER_ROUTE);
    if (rest.len > 0) {
        cf_sip_put_line_text(w, rest);
        cf_put_char(w, ',');
    }
    cf_put_char(w, '<');
    cf_sip_put_line_text(w, dialog->target);
    cf_put_char(w, '>');
    cf_sip_field_end(w);
}

static void put_party(struct cf_writer *w, enum cf_sip_header id, struct cf_str name_addr, struct cf_str tag) {
    cf_sip_field_begin(w, id);
    cf_sip_put_line_text(w, name_addr);
    if (tag.at != NULL) {
        cf_put_lit(w, ";tag=");
        cf_put(w, tag);
    }
    cf_sip_field_end(w);
}

void cf_dialog_put_request(const struct cf_dialog *dialog, struct cf_writer *w, enum cf_sip_method method, uint32_t cseq) {
    struct cf_sip_name_addr route;
    struct cf_str rest = CF_STR_NONE;
    bool has_routes = first_route(dialog, &route, &rest);
    bool is_strict = has_routes && !cf_sip_param_has(route.uri.params, CF_STR("lr"));
    cf_sip_put_request_line(w, cf_sip_method_name(method), is_strict ? route.uri.text : dialog->target);
    cf_sip_put_field_dec(w, CF_SIP_HEADER_MAX_FORWARDS, MAX_FORWARDS);
    if (has_routes) {
        put_routes(dialog, w, is_strict, rest);
    }
    put_party(w, CF_SIP_HEADER_FROM, dialog->local, dialog->local_tag);
    put_party(w, CF_SIP_HEADER_TO, dialog->remote, dialog->remote_tag);
    cf_sip_put_field(w, CF_SIP_HEADER_CALL_ID, dialog->call_id);
    cf_sip_field_begin(w, CF_SIP_HEADER_CSEQ);
    cf_sip_put_cseq(w, cseq, cf_sip_method_name(method));
    cf_sip_field_end(w);
}

size_t cf_dialog_request_size(const struct cf_dialog *dialog) {
    /* Every string stands there at most once, but the target perhaps both in the first line and in Route; the rest are names. */
    return dialog->block.len + 2 * dialog->target.len + 192;
}

struct cf_route cf_dialog_route(const struct cf_dialog *dialog) {
    struct cf_sip_name_addr route;
    struct cf_str rest;
    bool has_routes = first_route(dialog, &route, &rest);
    return (struct cf_route){.flow = dialog->flow, .uri = has_routes ? route.uri.text : dialog->target};
}

size_t cf_dialog_memory(const struct cf_dialog *dialog) {
    return dialog->block.len + dialog->target.len;
}
