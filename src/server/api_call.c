/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What handlers of the HTTP interface have in common. */
#include "server/api_call.h"

#include "server/json.h"

bool cf_api_fail(struct cf_api_call *call, struct cf_problem problem) {
    struct cf_writer *w = &call->body;
    call->response.status = problem.status;
    call->response.type = CF_STR("application/problem+json");
    w->len = 0;
    w->err = CF_OK;
    cf_put_lit(w, "{\"type\":\"urn:confer:");
    cf_put(w, problem.code);
    cf_put_char(w, '"');
    cf_put_json_text(w, CF_STR("title"), cf_http_reason_of(problem.status));
    cf_put_json_number(w, CF_STR("status"), problem.status);
    if (problem.detail.len > 0) {
        cf_put_json_text(w, CF_STR("detail"), problem.detail);
    }
    cf_put_char(w, '}');
    if (problem.status == 429) {
        call->response.fields = CF_STR("Retry-After: 60\r\n");
    }
    return false;
}

static bool malformed(struct cf_api_call *call, struct cf_str detail) {
    return cf_api_fail(call, (struct cf_problem){.status = 400, .code = CF_STR("malformed"), .detail = detail});
}

static bool is_json(struct cf_str type) {
    struct cf_str rest = type;
    return cf_str_eq_nocase(cf_str_trim(cf_str_cut(&rest, ';')), CF_STR("application/json"));
}

bool cf_api_read(struct cf_api_call *call, struct cf_json_member *members, size_t count) {
    struct cf_writer room;
    struct cf_str other = CF_STR_NONE;
    struct cf_str body = call->request->body;
    if (!is_json(cf_http_value(call->request, CF_STR("Content-Type")))) {
        return cf_api_fail(call, CF_PROBLEM(415, "not-json", "The body has to be application/json"));
    }
    if (body.len > CF_API_BODY_MAX) {
        return cf_api_fail(call, CF_PROBLEM(413, "too-long", "The body is too long"));
    }
    cf_writer_init(&room, call->texts, sizeof call->texts);
    if (body.len == 0 || cf_json_object(body, members, count, &room, &other) != CF_OK) {
        return malformed(call, CF_STR("The body is not a JSON object"));
    }
    if (other.at != NULL) {
        return malformed(call, CF_STR("The body has a member that is not known"));
    }
    return true;
}

bool cf_api_take_text(struct cf_api_call *call, const struct cf_json_member *member, size_t max, struct cf_str *ret) {
    if (member->value.kind == CF_JSON_ABSENT) {
        return true;
    }
    if (member->value.kind != CF_JSON_TEXT || member->value.text.len > max) {
        char text[96];
        struct cf_writer w;
        cf_writer_init(&w, text, sizeof text);
        cf_put(&w, member->name);
        cf_put(&w, member->value.kind != CF_JSON_TEXT ? CF_STR(" has to be a string") : CF_STR(" is too long"));
        return malformed(call, cf_writer_str(&w));
    }
    *ret = member->value.text;
    return true;
}

bool cf_api_take_flag(struct cf_api_call *call, const struct cf_json_member *member, bool *ret) {
    if (member->value.kind == CF_JSON_ABSENT) {
        return true;
    }
    if (member->value.kind != CF_JSON_FLAG) {
        char text[96];
        struct cf_writer w;
        cf_writer_init(&w, text, sizeof text);
        cf_put(&w, member->name);
        cf_put_lit(&w, " has to be true or false");
        return malformed(call, cf_writer_str(&w));
    }
    *ret = member->value.flag;
    return true;
}

/* --- pages --- */

static bool read_param(struct cf_api_call *call, struct cf_api_page *page, struct cf_str name, struct cf_str value) {
    uint32_t limit = 0;
    struct cf_writer w;
    if (cf_str_eq(name, CF_STR("limit"))) {
        if (!cf_str_to_u32(value, CF_API_PAGE_MAX, &limit) || limit == 0) {
            return malformed(call, CF_STR("limit has to be a number from 1 to 100"));
        }
        page->limit = limit;
        return true;
    }
    if (!cf_str_eq(name, CF_STR("after"))) {
        return malformed(call, CF_STR("There is no such parameter"));
    }
    cf_writer_init(&w, page->room, sizeof page->room);
    if (!cf_http_put_segment(&w, value) || !cf_writer_ok(&w)) {
        return malformed(call, CF_STR("after is none that was given"));
    }
    page->after = cf_writer_str(&w);
    return true;
}

bool cf_api_page_begin(struct cf_api_call *call, struct cf_api_page *page) {
    struct cf_str rest = call->request->query.len > 0 ? call->request->query : CF_STR_NONE;
    *page = (struct cf_api_page){.limit = CF_API_PAGE_USUAL};
    while (rest.at != NULL) {
        struct cf_str value = cf_str_cut(&rest, '&');
        struct cf_str name = cf_str_cut(&value, '=');
        if (!read_param(call, page, name, value)) {
            return false;
        }
    }
    cf_put_lit(&call->body, "{\"items\":[");
    return true;
}

bool cf_api_page_takes(struct cf_api_call *call, struct cf_api_page *page, struct cf_str name) {
    /* What is written so far leaves room for one more, whatever it is. */
    bool has_room = call->body.len < call->body.size / 2 || page->count == 0;
    if (page->count == page->limit || !has_room || name.len > sizeof page->last) {
        page->is_full = true;
        return false;
    }
    cf_put(&call->body, page->count == 0 ? CF_STR_NONE : CF_STR(","));
    page->count++;
    memcpy(page->last, name.at, name.len);
    page->last_len = name.len;
    return true;
}

void cf_api_page_end(struct cf_api_call *call, struct cf_api_page *page) {
    cf_put_char(&call->body, ']');
    if (page->is_full) {
        cf_put_json_text(&call->body, CF_STR("next"), cf_str_n(page->last, page->last_len));
    }
    cf_put_char(&call->body, '}');
}

/* --- answers --- */

void cf_api_done(struct cf_api_call *call) {
    call->response.status = 204;
    call->response.type = CF_STR_NONE;
    call->body.len = 0;
}

void cf_api_made(struct cf_api_call *call, struct cf_str prefix, struct cf_str name) {
    struct cf_writer w;
    call->response.status = 201;
    cf_writer_init(&w, call->fields, sizeof call->fields);
    cf_put_lit(&w, "Location: ");
    cf_put(&w, prefix);
    cf_put(&w, name);
    cf_put_lit(&w, "\r\n");
    call->response.fields = cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR_NONE;
}
