/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parser of messages. */
#include "core/sip/message.h"
#include "core/sip/lines.h"

/* A parse under way. The first error wins; parsing goes on after it, so that an answer can be made. */
struct parser {
    struct cf_sip_scan scan;
    struct cf_sip_message *msg;
    struct cf_parse_error error;
    uint16_t last[CF_SIP_HEADER_COUNT_]; /* index + 1 of the last field of each id */
};

/* What a request line calls its parts in errors. */
static const char what_start_line[] = "start line";
static const char what_uri[] = "Request-URI";
static const char what_version[] = "SIP-Version";
static const char what_header[] = "header field";
static const char what_body[] = "body";

static void note(struct parser *p, enum cf_err code, size_t at, const char *what) {
    if (p->error.code == CF_OK && code != CF_OK) {
        p->error = (struct cf_parse_error){.code = code, .offset = (uint32_t)at, .what = what};
    }
}

/* A scan over @p part of the message whose positions are offsets from its start. */
static struct cf_sip_scan scan_part(const struct parser *p, struct cf_str part) {
    size_t at = (size_t)(part.at - p->scan.in.at);
    return (struct cf_sip_scan){.in = cf_str_head(p->scan.in, at + part.len), .at = at};
}

/* SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT; we speak 2.0. */
static enum cf_err scan_version(struct cf_sip_scan *s) {
    if (!cf_str_starts_nocase(cf_sip_scan_rest(s), CF_STR("SIP/"))) {
        return CF_ERR_MALFORMED;
    }
    s->at += 4;
    struct cf_str major = cf_sip_scan_run(s, CF_SIP_CLASS_DIGIT);
    if (!cf_sip_scan_char(s, '.')) {
        return CF_ERR_MALFORMED;
    }
    struct cf_str minor = cf_sip_scan_run(s, CF_SIP_CLASS_DIGIT);
    if (major.len == 0 || minor.len == 0) {
        return CF_ERR_MALFORMED;
    }
    return cf_str_eq(major, CF_STR("2")) && cf_str_eq(minor, CF_STR("0")) ? CF_OK : CF_ERR_UNSUPPORTED;
}

static enum cf_err scan_request_uri(struct parser *p, struct cf_sip_scan *s) {
    struct cf_str rest = cf_sip_scan_rest(s);
    struct cf_str text = cf_str_head(rest, cf_str_find(rest, ' '));
    struct cf_sip_uri *uri = &p->msg->request_uri;
    struct cf_sip_scan sub = scan_part(p, text);
    uri->text = text;
    enum cf_err err = cf_sip_uri_scan(&sub, uri);
    if (err == CF_OK && uri->headers.at) {
        sub.at = (size_t)(uri->headers.at - s->in.at);
        err = CF_ERR_MALFORMED;
    }
    note(p, err, sub.at, what_uri);
    s->at += text.len;
    return err;
}

static void parse_request_line(struct parser *p, struct cf_str line) {
    struct cf_sip_scan s = scan_part(p, line);
    struct cf_sip_message *msg = p->msg;
    msg->is_request = true;
    msg->method_name = cf_sip_scan_run(&s, CF_SIP_CLASS_TOKEN);
    msg->method = cf_sip_method_of(msg->method_name);
    if (cf_str_is_empty(msg->method_name) || !cf_sip_scan_char(&s, ' ')) {
        note(p, CF_ERR_MALFORMED, s.at, what_start_line);
        return;
    }
    enum cf_err uri_err = scan_request_uri(p, &s);
    if (!cf_sip_scan_char(&s, ' ')) {
        note(p, CF_ERR_MALFORMED, s.at, what_start_line);
        return;
    }
    enum cf_err err = scan_version(&s);
    if (err != CF_ERR_MALFORMED && !cf_sip_scan_is_end(&s)) {
        err = CF_ERR_MALFORMED;
    }
    note(p, err, s.at, what_version);
    if (err == CF_OK && uri_err == CF_OK) {
        msg->has |= CF_SIP_HAS_START_LINE;
    }
}

static void parse_status_line(struct parser *p, struct cf_str line) {
    struct cf_sip_scan s = scan_part(p, line);
    uint32_t status = 0;
    enum cf_err err = scan_version(&s);
    if (err != CF_OK) {
        note(p, err, s.at, what_version);
        return;
    }
    bool is_separated = cf_sip_scan_char(&s, ' ');
    struct cf_str digits = cf_sip_scan_run(&s, CF_SIP_CLASS_DIGIT);
    if (!is_separated || digits.len != 3 || !cf_str_to_u32(digits, 699, &status) || status < 100) {
        note(p, CF_ERR_MALFORMED, s.at, "Status-Code");
        return;
    }
    if (!cf_sip_scan_is_end(&s) && !cf_sip_scan_char(&s, ' ')) {
        note(p, CF_ERR_MALFORMED, s.at, what_start_line);
        return;
    }
    p->msg->status = (uint16_t)status;
    p->msg->reason = cf_sip_scan_rest(&s);
    p->msg->has |= CF_SIP_HAS_START_LINE;
}

static enum cf_err parse_start_line(struct parser *p) {
    struct cf_sip_line line;
    while (cf_str_starts(cf_sip_scan_rest(&p->scan), CF_STR("\r\n"))) {
        p->scan.at += 2;
    }
    size_t start = p->scan.at;
    enum cf_err err = cf_sip_scan_start_line(&p->scan, &line);
    note(p, err, line.wrong_at, what_start_line);
    if (err == CF_ERR_TRUNCATED) {
        return err;
    }
    p->msg->raw = cf_str_skip(p->scan.in, start);
    if (cf_str_starts_nocase(line.text, CF_STR("SIP/"))) {
        parse_status_line(p, line.text);
    } else {
        parse_request_line(p, line.text);
    }
    return CF_OK;
}

/* Only the top value: what stands behind the comma is another hop's. */
static enum cf_err parse_via(struct parser *p, struct cf_sip_scan *s) {
    enum cf_err err = cf_sip_via_scan(s, &p->msg->via);
    if (err != CF_OK) {
        return err;
    }
    cf_sip_scan_lws(s);
    return cf_sip_scan_is_end(s) || cf_sip_scan_peek(s) == ',' ? CF_OK : CF_ERR_MALFORMED;
}

/* From and To, and their tags; a second tag is an ambiguity that nobody needs. */
static enum cf_err parse_party(struct cf_sip_scan *s, struct cf_sip_name_addr *party, struct cf_str *tag) {
    enum cf_err err = cf_sip_name_addr_scan(s, party);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(s);
    }
    struct cf_str rest = err == CF_OK ? party->params : CF_STR_NONE;
    struct cf_sip_param param;
    while (cf_sip_param_next(&rest, &param)) {
        if (cf_str_eq_nocase(param.name, CF_STR("tag"))) {
            if (tag->at || param.value.len == 0 || cf_sip_is_quoted(param.value)) {
                s->at = (size_t)(param.name.at - s->in.at);
                return CF_ERR_MALFORMED;
            }
            *tag = param.value;
        }
    }
    return err;
}

/* callid = word [ "@" word ]; every visible octet is taken: it is only ever compared. */
static enum cf_err parse_call_id(struct cf_sip_scan *s, struct cf_str value, struct cf_str *ret) {
    for (; s->at < s->in.len; s->at++) {
        if (s->in.at[s->at] <= ' ' || s->in.at[s->at] > '~') {
            return CF_ERR_MALFORMED;
        }
    }
    if (value.len == 0) {
        return CF_ERR_MALFORMED;
    }
    *ret = value;
    return CF_OK;
}

static enum cf_err parse_cseq(struct cf_sip_scan *s, struct cf_sip_cseq *ret) {
    enum cf_err err = cf_sip_cseq_scan(s, ret);
    return err == CF_OK ? cf_sip_scan_finish(s) : err;
}

static enum cf_err parse_number(struct cf_str value, uint32_t max, uint32_t *ret) {
    return cf_str_to_u32(value, max, ret) ? CF_OK : CF_ERR_MALFORMED;
}

/* A broken Expires is ignored (RFC 3261 section 20.19 lets it default), a huge one means for ever. */
static void parse_expires(struct cf_sip_message *msg, struct cf_str value) {
    if (cf_sip_seconds_of(value, &msg->expires_sec)) {
        msg->has |= CF_SIP_HAS_EXPIRES;
    }
}

static void parse_essential(struct parser *p, enum cf_sip_header id, struct cf_str value) {
    struct cf_sip_message *msg = p->msg;
    struct cf_sip_scan s = scan_part(p, value);
    enum cf_err err = CF_OK;
    unsigned has = 0;
    if (id == CF_SIP_HEADER_VIA) {
        has = CF_SIP_HAS_VIA;
        err = parse_via(p, &s);
    } else if (id == CF_SIP_HEADER_FROM) {
        has = CF_SIP_HAS_FROM;
        err = parse_party(&s, &msg->from, &msg->from_tag);
    } else if (id == CF_SIP_HEADER_TO) {
        has = CF_SIP_HAS_TO;
        err = parse_party(&s, &msg->to, &msg->to_tag);
    } else if (id == CF_SIP_HEADER_CALL_ID) {
        has = CF_SIP_HAS_CALL_ID;
        err = parse_call_id(&s, value, &msg->call_id);
    } else if (id == CF_SIP_HEADER_CSEQ) {
        has = CF_SIP_HAS_CSEQ;
        err = parse_cseq(&s, &msg->cseq);
    } else if (id == CF_SIP_HEADER_MAX_FORWARDS) {
        has = CF_SIP_HAS_MAX_FORWARDS;
        err = parse_number(value, 255, &msg->max_forwards);
    } else if (id == CF_SIP_HEADER_CONTENT_LENGTH) {
        has = CF_SIP_HAS_CONTENT_LENGTH;
        err = parse_number(value, UINT32_MAX, &msg->content_length);
    } else if (id == CF_SIP_HEADER_CONTENT_TYPE) {
        msg->content_type = value;
    } else if (id == CF_SIP_HEADER_EXPIRES) {
        parse_expires(msg, value);
    }
    note(p, err, s.at, cf_sip_header_name(id).at);
    msg->has |= err == CF_OK ? has : 0;
}

/* Append to the index and to the chain of its id. False if there is no room. */
static bool index_field(struct parser *p, enum cf_sip_header id, const struct cf_sip_line *line) {
    struct cf_sip_message *msg = p->msg;
    if (msg->field_count == CF_SIP_FIELDS_MAX) {
        return false;
    }
    uint16_t number = (uint16_t)(msg->field_count + 1);
    msg->fields[msg->field_count++] = (struct cf_sip_field){.name = line->name, .value = line->value, .id = (uint16_t)id};
    if (p->last[id] != 0) {
        msg->fields[p->last[id] - 1].next = number;
    } else {
        msg->first[id] = number;
    }
    p->last[id] = number;
    return true;
}

static void parse_field(struct parser *p, const struct cf_sip_line *line) {
    size_t at = (size_t)(line->name.at - p->scan.in.at);
    enum cf_sip_header id = cf_sip_header_of(line->name);
    bool is_first = p->msg->first[id] == 0;
    if (!index_field(p, id, line)) {
        note(p, CF_ERR_LIMIT, at, what_header);
        return;
    }
    if (id == CF_SIP_HEADER_OTHER) {
        return;
    }
    if (is_first) {
        parse_essential(p, id, line->value);
    } else if (cf_sip_header_kind_of(id) == CF_SIP_HEADER_KIND_UNIQUE) {
        note(p, CF_ERR_MALFORMED, at, cf_sip_header_name(id).at);
    }
}

/* A broken line is passed over, for the sake of an answer. */
static enum cf_err parse_fields(struct parser *p) {
    for (;;) {
        struct cf_sip_line line;
        enum cf_err err = cf_sip_scan_field(&p->scan, &line);
        if (err == CF_OK) {
            parse_field(p, &line);
            continue;
        }
        if (err == CF_ERR_NOT_FOUND) {
            return CF_OK;
        }
        note(p, err, line.wrong_at, what_header);
        if (err == CF_ERR_TRUNCATED) {
            return err;
        }
    }
}

static void check_presence(struct parser *p) {
    static const enum cf_sip_header essentials[] = {CF_SIP_HEADER_VIA, CF_SIP_HEADER_FROM, CF_SIP_HEADER_TO,
                                                    CF_SIP_HEADER_CALL_ID, CF_SIP_HEADER_CSEQ};
    struct cf_sip_message *msg = p->msg;
    for (size_t i = 0; i < sizeof essentials / sizeof *essentials; i++) {
        if (msg->first[essentials[i]] == 0) {
            note(p, CF_ERR_MALFORMED, p->scan.at, cf_sip_header_name(essentials[i]).at);
        }
    }
    if (!(msg->has & CF_SIP_HAS_CSEQ)) {
        return;
    }
    if (!msg->is_request) {
        msg->method = msg->cseq.method;
        msg->method_name = msg->cseq.method_name;
    } else if (!cf_str_eq(msg->cseq.method_name, msg->method_name)) {
        note(p, CF_ERR_MALFORMED, (size_t)(msg->cseq.method_name.at - p->scan.in.at), "CSeq");
    }
}

static void parse_body(struct parser *p) {
    struct cf_sip_message *msg = p->msg;
    struct cf_str rest = cf_sip_scan_rest(&p->scan);
    msg->body = rest;
    if (msg->has & CF_SIP_HAS_CONTENT_LENGTH) {
        if (msg->content_length > rest.len) {
            note(p, CF_ERR_TRUNCATED, p->scan.in.len, what_body);
        }
        msg->body = cf_str_head(rest, msg->content_length);
    }
    msg->raw.len = (size_t)(msg->body.at + msg->body.len - msg->raw.at);
}

enum cf_err cf_sip_parse(struct cf_str raw, struct cf_sip_message *ret, struct cf_parse_error *ret_error) {
    struct parser p = {.scan = cf_sip_scan_of(raw), .msg = ret};
    memset(ret, 0, offsetof(struct cf_sip_message, fields));
    ret->raw = raw;
    if (raw.len > CF_SIP_MESSAGE_MAX) {
        note(&p, CF_ERR_LIMIT, CF_SIP_MESSAGE_MAX, "message");
        p.scan.in = cf_str_head(raw, CF_SIP_MESSAGE_MAX);
    }
    if (parse_start_line(&p) == CF_OK && parse_fields(&p) == CF_OK) {
        check_presence(&p);
        parse_body(&p);
    }
    if (p.error.code != CF_OK) {
        *ret_error = p.error;
    }
    return p.error.code;
}

unsigned cf_sip_refusal_status(const struct cf_sip_message *msg, const struct cf_parse_error *error) {
    bool is_answerable = msg->is_request && msg->method != CF_SIP_METHOD_ACK && msg->first[CF_SIP_HEADER_VIA] != 0 &&
                         msg->first[CF_SIP_HEADER_CSEQ] != 0;
    if (!is_answerable) {
        return 0;
    }
    if (error->code == CF_ERR_UNSUPPORTED) {
        return 505;
    }
    if (error->code == CF_ERR_LIMIT) {
        return error->what == what_uri ? 414 : 513;
    }
    return 400;
}

const struct cf_sip_field *cf_sip_field_first(const struct cf_sip_message *msg, enum cf_sip_header id) {
    return msg->first[id] == 0 ? NULL : &msg->fields[msg->first[id] - 1];
}

const struct cf_sip_field *cf_sip_field_next(const struct cf_sip_message *msg, const struct cf_sip_field *previous) {
    return previous->next == 0 ? NULL : &msg->fields[previous->next - 1];
}

const struct cf_sip_field *cf_sip_field_named(const struct cf_sip_message *msg, struct cf_str name) {
    const struct cf_sip_field *field = cf_sip_field_first(msg, CF_SIP_HEADER_OTHER);
    while (field && !cf_str_eq_nocase(field->name, name)) {
        field = cf_sip_field_next(msg, field);
    }
    return field;
}

struct cf_str cf_sip_value(const struct cf_sip_message *msg, enum cf_sip_header id) {
    const struct cf_sip_field *field = cf_sip_field_first(msg, id);
    return field ? field->value : CF_STR_NONE;
}
