/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inspection of requests (RFC 3261 section 8.2.1 to 8.2.3). */
#include "core/dialog/screen.h"

#include "core/mime/mime.h"

static bool is_among(const struct cf_str *list, size_t count, struct cf_str value) {
    for (size_t i = 0; i < count; i++) {
        if (cf_str_eq_nocase(list[i], value)) {
            return true;
        }
    }
    return false;
}

/* A whole field or nothing. */
static void put_list(struct cf_writer *w, enum cf_sip_header id, const struct cf_str *values, size_t count) {
    struct cf_writer before = *w;
    cf_sip_field_begin(w, id);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            cf_put_lit(w, ", ");
        }
        cf_put(w, values[i]);
    }
    cf_sip_field_end(w);
    if (!cf_writer_ok(w)) {
        *w = before;
    }
}

static bool can_decode(const struct cf_screen *screen, struct cf_str encoding) {
    while (encoding.at != NULL) {
        struct cf_str one = cf_sip_list_cut(&encoding);
        if (one.len > 0 && !cf_str_eq_nocase(one, CF_STR("identity")) &&
            !is_among(screen->encodings, screen->encoding_count, one)) {
            return false;
        }
    }
    return true;
}

static bool can_read(const struct cf_screen *screen, const struct cf_mime_part *part) {
    for (size_t i = 0; i < screen->type_count; i++) {
        if (cf_mime_type_is(&part->type, screen->types[i])) {
            return can_decode(screen, part->encoding);
        }
    }
    return false;
}

/* 0, 400 or 415. A part that may be ignored never hurts; of alternatives one is enough (RFC 5621 sections 3.3 and 8.3). */
static unsigned judge_body(const struct cf_screen *screen, const struct cf_sip_message *request) {
    struct cf_mime_part part;
    struct cf_mime_walk walk;
    enum cf_err err = cf_mime_body_of(request, &part);
    if (err == CF_ERR_NOT_FOUND) {
        return request->body.len == 0 ? 0 : 415;
    }
    if (err != CF_OK || cf_mime_walk_begin(&part, &walk) != CF_OK) {
        return 400;
    }
    bool is_choice = cf_mime_type_is(&part.type, CF_STR("multipart/alternative"));
    bool has_read = false;
    bool has_failed = false;
    while ((err = cf_mime_walk_next(&walk, &part)) == CF_OK) {
        bool can = can_read(screen, &part);
        has_read = has_read || can;
        has_failed = has_failed || (!can && !part.disposition.is_optional);
    }
    if (err != CF_ERR_NOT_FOUND) {
        return 400;
    }
    return has_failed && !(is_choice && has_read) ? 415 : 0;
}

unsigned cf_screen_request(const struct cf_screen *screen, const struct cf_sip_message *request, struct cf_writer *fields) {
    if (request->method == CF_SIP_METHOD_ACK || request->method == CF_SIP_METHOD_CANCEL) {
        return 0;
    }
    if (request->method == CF_SIP_METHOD_OTHER || (screen->methods & CF_SIP_METHOD_BIT(request->method)) == 0) {
        struct cf_writer before = *fields;
        cf_sip_put_allow(fields, screen->methods);
        if (!cf_writer_ok(fields)) {
            *fields = before;
        }
        return 405;
    }
    if (request->request_uri.scheme == CF_SIP_SCHEME_OTHER) {
        return 416;
    }
    if (cf_sip_requires_unsupported(request, CF_SIP_HEADER_REQUIRE, screen->options)) {
        struct cf_writer before = *fields;
        cf_sip_put_unsupported(fields, request, CF_SIP_HEADER_REQUIRE, screen->options);
        if (!cf_writer_ok(fields)) {
            *fields = before;
        }
        return 420;
    }
    unsigned status = judge_body(screen, request);
    if (status == 415) {
        put_list(fields, CF_SIP_HEADER_ACCEPT, screen->types, screen->type_count);
        put_list(fields, CF_SIP_HEADER_ACCEPT_ENCODING, screen->encodings, screen->encoding_count);
    }
    return status;
}
