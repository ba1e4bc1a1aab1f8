/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests out of a stream. http-parser gives every part in pieces; they are gathered in one buffer, as offsets, because it may
 * move while it grows.
 */
#include "adapt/http_parser/http_reader.h"

#include <http_parser.h>

#define PATH_MAX_OCTETS 4096

struct part {
    size_t at;
    size_t len;
};

enum last {
    LAST_NOTHING,
    LAST_NAME,
    LAST_VALUE,
};

struct cf_http_reader {
    const struct cf_mem *mem;
    http_parser parser;
    uint8_t *buffer; /* owned */
    size_t buffer_max;
    size_t len;
    size_t head_len; /* octets of url and fields */
    struct part url;
    struct part body;
    struct part names[CF_HTTP_FIELDS_MAX];
    struct part values[CF_HTTP_FIELDS_MAX];
    size_t field_count;
    enum last last;
    bool has_begun;
    bool is_whole;
    unsigned status; /* why it is broken; 0: it is not */
    struct cf_http_request request;
};

static int refuse(struct cf_http_reader *r, unsigned status) {
    r->status = r->status == 0 ? status : r->status;
    return 1;
}

/* Appends to the part that grows, which is always the last in the buffer. */
static int append(struct cf_http_reader *r, struct part *part, const char *at, size_t len) {
    void *buffer = r->buffer;
    bool has_room = cf_mem_grow(r->mem, &buffer, &r->buffer_max, r->len + len, 1);
    r->buffer = buffer;
    if (!has_room) {
        return refuse(r, 500);
    }
    part->at = part->len == 0 ? r->len : part->at;
    memcpy(r->buffer + r->len, at, len);
    r->len += len;
    part->len += len;
    return 0;
}

static int append_head(struct cf_http_reader *r, struct part *part, const char *at, size_t len) {
    r->head_len += len;
    return r->head_len > CF_HTTP_HEAD_MAX ? refuse(r, 431) : append(r, part, at, len);
}

static int on_begin(http_parser *parser) {
    struct cf_http_reader *r = parser->data;
    r->has_begun = true;
    return 0;
}

static int on_url(http_parser *parser, const char *at, size_t len) {
    struct cf_http_reader *r = parser->data;
    return r->url.len + len > PATH_MAX_OCTETS ? refuse(r, 414) : append_head(r, &r->url, at, len);
}

static int on_name(http_parser *parser, const char *at, size_t len) {
    struct cf_http_reader *r = parser->data;
    if (r->last != LAST_NAME) {
        if (r->field_count == CF_HTTP_FIELDS_MAX) {
            return refuse(r, 431);
        }
        r->names[r->field_count] = r->values[r->field_count] = (struct part){r->len, 0};
        r->field_count++;
        r->last = LAST_NAME;
    }
    return append_head(r, &r->names[r->field_count - 1], at, len);
}

static int on_value(http_parser *parser, const char *at, size_t len) {
    struct cf_http_reader *r = parser->data;
    if (r->last == LAST_NOTHING) {
        return refuse(r, 400);
    }
    r->last = LAST_VALUE;
    return append_head(r, &r->values[r->field_count - 1], at, len);
}

static int on_head(http_parser *parser) {
    struct cf_http_reader *r = parser->data;
    bool has_length = (parser->flags & F_CONTENTLENGTH) != 0;
    if (has_length && parser->content_length > CF_HTTP_BODY_MAX) {
        (void)refuse(r, 413);
        return -1; /* 1 and 2 mean something else there */
    }
    return 0;
}

static int on_body(http_parser *parser, const char *at, size_t len) {
    struct cf_http_reader *r = parser->data;
    return r->body.len + len > CF_HTTP_BODY_MAX ? refuse(r, 413) : append(r, &r->body, at, len);
}

static int on_end(http_parser *parser) {
    struct cf_http_reader *r = parser->data;
    r->is_whole = true;
    http_parser_pause(parser, 1);
    return 0;
}

static const http_parser_settings settings = {
    .on_message_begin = on_begin,
    .on_url = on_url,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_headers_complete = on_head,
    .on_body = on_body,
    .on_message_complete = on_end,
};

void cf_http_reader_next(struct cf_http_reader *reader) {
    http_parser_init(&reader->parser, HTTP_REQUEST);
    reader->parser.data = reader;
    reader->len = 0;
    reader->head_len = 0;
    reader->url = reader->body = (struct part){0, 0};
    reader->field_count = 0;
    reader->last = LAST_NOTHING;
    reader->has_begun = false;
    reader->is_whole = false;
}

enum cf_err cf_http_reader_create(const struct cf_mem *mem, struct cf_http_reader **ret) {
    struct cf_http_reader *reader = cf_mem_alloc(mem, sizeof *reader);
    if (reader == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    memset(reader, 0, sizeof *reader);
    reader->mem = mem;
    cf_http_reader_next(reader);
    *ret = reader;
    return CF_OK;
}

void cf_http_reader_destroy(struct cf_http_reader **reader) {
    if (*reader != NULL) {
        const struct cf_mem *mem = (*reader)->mem;
        cf_mem_free(mem, (*reader)->buffer, (*reader)->buffer_max);
        cf_mem_free(mem, *reader, sizeof **reader);
        *reader = NULL;
    }
}

static struct cf_str text_of(const struct cf_http_reader *r, struct part part) {
    return part.len == 0 ? CF_STR("") : cf_str_n((const char *)r->buffer + part.at, part.len);
}

/* RFC 9112 section 5.1: a blank before the colon is how requests are smuggled past others; http-parser lets it through. */
static bool has_blank_name(const struct cf_http_reader *r) {
    for (size_t i = 0; i < r->field_count; i++) {
        struct cf_str name = text_of(r, r->names[i]);
        if (cf_str_find(name, ' ') < name.len) {
            return true;
        }
    }
    return false;
}

/* The whole request, as views into the buffer. */
static void build(struct cf_http_reader *r) {
    struct cf_str rest = text_of(r, r->url);
    r->request = (struct cf_http_request){.method = cf_str_of(http_method_str((enum http_method)r->parser.method)),
                                          .is_1_1 = r->parser.http_major == 1 && r->parser.http_minor == 1,
                                          .keeps_alive = http_should_keep_alive(&r->parser) != 0,
                                          .is_upgrade = r->parser.upgrade != 0,
                                          .body = text_of(r, r->body),
                                          .field_count = r->field_count};
    r->request.path = cf_str_cut(&rest, '?');
    r->request.query = rest;
    for (size_t i = 0; i < r->field_count; i++) {
        r->request.fields[i].name = text_of(r, r->names[i]);
        r->request.fields[i].value = cf_str_trim(text_of(r, r->values[i]));
    }
}

enum cf_http_reading cf_http_reader_on_bytes(struct cf_http_reader *reader, struct cf_span bytes, size_t *ret_used) {
    *ret_used = 0;
    if (reader->status != 0) {
        return CF_HTTP_READING_BROKEN;
    }
    if (reader->is_whole) {
        return CF_HTTP_READING_REQUEST;
    }
    if (bytes.len == 0) {
        return CF_HTTP_READING_MORE;
    }
    size_t used = http_parser_execute(&reader->parser, &settings, (const char *)bytes.at, bytes.len);
    enum http_errno why = HTTP_PARSER_ERRNO(&reader->parser);
    if (why != HPE_OK && why != HPE_PAUSED) {
        (void)refuse(reader, why == HPE_HEADER_OVERFLOW ? 431 : 400);
        return CF_HTTP_READING_BROKEN;
    }
    *ret_used = used;
    if (!reader->is_whole) {
        return CF_HTTP_READING_MORE;
    }
    if (has_blank_name(reader)) {
        (void)refuse(reader, 400);
        return CF_HTTP_READING_BROKEN;
    }
    build(reader);
    return CF_HTTP_READING_REQUEST;
}

const struct cf_http_request *cf_http_reader_request(const struct cf_http_reader *reader) {
    return &reader->request;
}

bool cf_http_reader_is_inside(const struct cf_http_reader *reader) {
    return reader->has_begun && !reader->is_whole;
}

unsigned cf_http_reader_status(const struct cf_http_reader *reader) {
    return reader->status;
}
