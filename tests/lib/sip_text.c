/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP messages for tests. */
#include "lib/sip_text.h"

#include "lib/test.h"

static const char *usual(const char *text, const char *otherwise) {
    return text != NULL ? text : otherwise;
}

static void put_request(struct cf_writer *w, const char *via, const struct sip_request *r) {
    const char *method = usual(r->method, "OPTIONS");
    static char body[65536];
    cf_sip_put_request_line(w, cf_str_of(method), cf_str_of(usual(r->uri, "sip:bob@example.org")));
    if (via != NULL) {
        cf_sip_put_field(w, CF_SIP_HEADER_VIA, cf_str_of(via));
    }
    cf_sip_put_field_dec(w, CF_SIP_HEADER_MAX_FORWARDS, 70);
    cf_sip_put_field(w, CF_SIP_HEADER_FROM, CF_STR("<sip:alice@example.org>;tag=alice-tag"));
    cf_sip_field_begin(w, CF_SIP_HEADER_TO);
    cf_put_lit(w, "<sip:bob@example.org>");
    if (r->to_tag != NULL) {
        cf_sip_put_param(w, CF_STR("tag"), cf_str_of(r->to_tag));
    }
    cf_sip_field_end(w);
    cf_sip_put_field(w, CF_SIP_HEADER_CALL_ID, cf_str_of(usual(r->call_id, "call-1")));
    cf_sip_field_begin(w, CF_SIP_HEADER_CSEQ);
    cf_sip_put_cseq(w, r->cseq != 0 ? r->cseq : 1, cf_str_of(method));
    cf_sip_field_end(w);
    cf_put(w, cf_str_of(usual(r->fields, "")));
    memset(body, 'x', r->body_len);
    cf_sip_put_body(w, CF_STR("text/plain"), cf_str_n(body, r->body_len));
}

struct cf_str sip_request_via(struct sip_text *t, const char *via, const struct sip_request *request) {
    struct cf_writer w;
    cf_writer_init(&w, t->buffer, sizeof t->buffer);
    put_request(&w, via, request);
    assert_true(cf_writer_ok(&w));
    t->text = cf_writer_str(&w);
    return t->text;
}

struct cf_str sip_request(struct sip_text *t, const struct sip_request *request) {
    return sip_request_via(t, NULL, request);
}

struct cf_str sip_response(struct sip_text *t, const struct cf_sip_message *request, unsigned status, const char *to_tag,
                           const char *fields) {
    struct cf_writer w;
    cf_writer_init(&w, t->buffer, sizeof t->buffer);
    cf_sip_reply_begin(&w, request, status, CF_STR_NONE, cf_str_of(to_tag));
    cf_put(&w, cf_str_of(usual(fields, "")));
    cf_sip_end(&w);
    assert_true(cf_writer_ok(&w));
    t->text = cf_writer_str(&w);
    return t->text;
}

struct cf_str sip_ack(struct sip_text *t, const struct cf_sip_message *response, const char *uri) {
    struct cf_writer w;
    cf_writer_init(&w, t->buffer, sizeof t->buffer);
    cf_sip_put_request_line(&w, CF_STR("ACK"), cf_str_of(uri));
    cf_sip_put_field_dec(&w, CF_SIP_HEADER_MAX_FORWARDS, 70);
    cf_sip_copy_fields(&w, response, CF_SIP_HEADER_FROM);
    cf_sip_copy_fields(&w, response, CF_SIP_HEADER_TO);
    cf_sip_copy_fields(&w, response, CF_SIP_HEADER_CALL_ID);
    cf_sip_field_begin(&w, CF_SIP_HEADER_CSEQ);
    cf_sip_put_cseq(&w, response->cseq.number, CF_STR("ACK"));
    cf_sip_field_end(&w);
    cf_sip_end(&w);
    assert_true(cf_writer_ok(&w));
    t->text = cf_writer_str(&w);
    return t->text;
}

const struct cf_sip_message *sip_parse(struct cf_str text) {
    static struct cf_sip_message msg;
    struct cf_parse_error error;
    assert_ok(cf_sip_parse(text, &msg, &error));
    return &msg;
}

void sip_text_copy(struct sip_text *to, struct cf_str text) {
    assert_true(text.len < sizeof to->buffer);
    memcpy(to->buffer, text.at, text.len);
    to->text = cf_str_n(to->buffer, text.len);
}
