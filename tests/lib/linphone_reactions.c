/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What imitated Linphones do with answers and with requests of the server. */
#include "lib/linphone_internal.h"

#include "adapt/zlib/zlib_body.h"
#include "core/sip/builder.h"
#include "lib/test.h"

#define BODY_MAX 20000
#define DOCUMENT_MAX 200000

/* --- answers --- */

static void learn_contact(struct linphone_dialog *d, const struct cf_sip_message *m) {
    struct cf_sip_name_addr contact;
    d->contact[0] = '\0';
    d->is_focus = false;
    if (cf_sip_name_addr_parse(cf_sip_value(m, CF_SIP_HEADER_CONTACT), &contact) == CF_OK) {
        linphone_copy(d->contact, sizeof d->contact, contact.uri.text);
        d->is_focus = cf_sip_param_has(contact.params, CF_STR("isfocus"));
    }
}

static void learn_dialog(struct linphone_dialog *d, const struct cf_sip_message *m, struct cf_str remote_tag) {
    linphone_copy(d->remote_tag, sizeof d->remote_tag, remote_tag);
    linphone_copy(d->route, sizeof d->route, cf_sip_value(m, CF_SIP_HEADER_RECORD_ROUTE));
    if (d->contact[0] != '\0') {
        linphone_copy(d->target, sizeof d->target, cf_str_of(d->contact));
    }
}

static void on_registered(struct linphone_client *c, const struct cf_sip_message *m) {
    struct cf_str contact = cf_sip_value(m, CF_SIP_HEADER_CONTACT);
    size_t begin = cf_str_find_str(contact, CF_STR("pub-gruu=\""));
    c->is_registered = contact.len > 0;
    if (begin < contact.len) {
        struct cf_str gruu = cf_str_skip(contact, begin + strlen("pub-gruu=\""));
        linphone_copy(c->gruu, sizeof c->gruu, cf_str_head(gruu, cf_str_find(gruu, '"')));
    }
}

static void on_factory_answer(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *m) {
    if (m->status == 302) {
        linphone_copy(c->conference, sizeof c->conference, cf_str_of(d->contact));
        if (c->start_ntp == 0) {
            linphone_call_conference(c);
        }
    } else if (m->status < 300) {
        /* An errand is done: it hangs up at once. */
        linphone_ask(c, d, "BYE", "", "", CF_STR_NONE);
    }
}

static void on_call_answer(struct linphone_client *c, const struct cf_sip_message *m) {
    bool was_up = c->call.is_up;
    if (m->status >= 300) {
        c->call.is_up = was_up && m->status == 491;
        return;
    }
    c->call.is_up = true;
    if (!was_up && c->call.is_focus) {
        linphone_subscribe(c, 600);
    }
}

void linphone_on_answer(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *m,
                        struct cf_str text) {
    if (m->status < 200 || m->cseq.number != d->cseq || !d->is_waiting) {
        return;
    }
    bool is_challenge = (m->status == 401 || m->status == 407) && !d->has_credentials;
    if (m->method == CF_SIP_METHOD_INVITE && m->status >= 300) {
        linphone_acknowledge(c, d, m);
    }
    if (is_challenge) {
        c->world->node.now++;
        linphone_send_out(c, d, m);
        return;
    }
    d->is_waiting = false;
    d->status = m->status;
    linphone_copy(d->reason, sizeof d->reason, m->reason);
    sip_text_copy(&d->answer, text);
    if (m->status < 400) {
        learn_contact(d, m);
    }
    if (m->method == CF_SIP_METHOD_BYE) {
        d->is_up = false;
        return;
    }
    if (m->status < 300 && (m->method == CF_SIP_METHOD_INVITE || m->method == CF_SIP_METHOD_SUBSCRIBE)) {
        learn_dialog(d, m, d->remote_tag[0] == '\0' ? m->to_tag : cf_str_of(d->remote_tag));
    }
    if (m->method == CF_SIP_METHOD_INVITE && m->status < 300) {
        linphone_acknowledge(c, d, m);
    }
    if (d == &c->registration && m->status == 200) {
        on_registered(c, m);
    } else if (d == &c->factory) {
        on_factory_answer(c, d, m);
    } else if (d == &c->call && m->method == CF_SIP_METHOD_INVITE) {
        on_call_answer(c, m);
    }
    linphone_update_if_wanted(c);
}

/* --- requests of the server --- */

static void respond(struct linphone_client *c, const struct cf_sip_message *request, unsigned status, const char *fields,
                    struct cf_str body) {
    static struct sip_text text;
    char line[200];
    struct cf_writer w;
    cf_writer_init(&w, text.buffer, sizeof text.buffer);
    const char *tag = c->call.tag[0] != '\0' ? c->call.tag : "r";
    cf_sip_reply_begin(&w, request, status, CF_STR_NONE, request->to_tag.len > 0 ? CF_STR_NONE : cf_str_of(tag));
    cf_put_lit(&w, "User-Agent: client/5.5.0\r\nSupported: replaces, outbound, gruu, path\r\n");
    cf_put(&w, cf_str_of(fields));
    if (body.len > 0) {
        cf_put_lit(&w, "Content-Type: application/sdp\r\n");
    }
    snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", body.len);
    cf_put(&w, cf_str_of(line));
    cf_put(&w, body);
    assert_true(cf_writer_ok(&w));
    linphone_transmit(c, cf_writer_str(&w));
}

/* The description in the body, whatever is around it. */
static struct cf_str description_of(const struct cf_sip_message *m) {
    size_t begin = cf_str_find_str(m->body, CF_STR("v=0\r\n"));
    assert_true(begin < m->body.len);
    struct cf_str rest = cf_str_skip(m->body, begin);
    return cf_str_head(rest, cf_str_find_str(rest, CF_STR("\r\n--")));
}

static void on_invite(struct linphone_client *c, const struct cf_sip_message *m, struct cf_str text) {
    static char body[BODY_MAX];
    char fields[900];
    struct cf_writer w;
    struct cf_writer f;
    assert_false(c->call.is_up);
    sip_text_copy(&c->invite, text);
    c->call = (struct linphone_dialog){.is_caller = false};
    c->calls++;
    snprintf(c->call.tag, sizeof c->call.tag, "c%u", ++c->world->node.branch);
    linphone_copy(c->call.call_id, sizeof c->call.call_id, m->call_id);
    linphone_copy(c->call.remote, sizeof c->call.remote, m->from.uri.text);
    learn_contact(&c->call, m);
    learn_dialog(&c->call, m, m->from_tag);
    linphone_copy(c->conference, sizeof c->conference, cf_str_of(c->call.contact));
    cf_writer_init(&w, body, sizeof body);
    linphone_put_answer(c, &w, description_of(m));
    cf_writer_init(&f, fields, sizeof fields - 1);
    linphone_put_contact(c, &f, false);
    fields[f.len] = '\0';
    respond(c, m, 180, "", CF_STR_NONE);
    c->call.is_up = true;
    respond(c, m, 200, fields, cf_writer_str(&w));
    if (c->call.is_focus) {
        linphone_subscribe(c, 600);
    }
}

static void on_notify(struct linphone_client *c, const struct cf_sip_message *m, size_t size) {
    static uint8_t plain[DOCUMENT_MAX];
    size_t len = 0;
    struct cf_str body = m->body;
    bool is_ours = cf_str_eq(m->call_id, cf_str_of(c->watch.call_id)) && c->call.is_up;
    respond(c, m, is_ours ? 200 : 481, "", CF_STR_NONE);
    if (!is_ours || body.len == 0) {
        return;
    }
    c->largest_notify = size > c->largest_notify ? size : c->largest_notify;
    if (cf_str_eq(cf_sip_value(m, CF_SIP_HEADER_CONTENT_ENCODING), CF_STR("deflate"))) {
        assert_ok(cf_zlib_inflate(&c->world->node.mem.mem, cf_str_span(body), plain, sizeof plain, &len));
        body = cf_str_n((const char *)plain, len);
        c->compressed++;
    }
    c->largest_document = body.len > c->largest_document ? body.len : c->largest_document;
    linphone_on_document(c, body);
    linphone_update_if_wanted(c);
}

static void on_bye(struct linphone_client *c, const struct cf_sip_message *m) {
    bool is_ours = cf_str_eq(m->call_id, cf_str_of(c->call.call_id));
    respond(c, m, is_ours ? 200 : 481, "", CF_STR_NONE);
    if (is_ours) {
        c->call.is_up = false;
        c->hung_up++;
    }
}

void linphone_on_request(struct linphone_client *c, const struct cf_sip_message *m, struct cf_str text) {
    if (m->method == CF_SIP_METHOD_INVITE) {
        on_invite(c, m, text);
    } else if (m->method == CF_SIP_METHOD_NOTIFY) {
        on_notify(c, m, text.len);
    } else if (m->method == CF_SIP_METHOD_BYE) {
        on_bye(c, m);
    } else if (m->method == CF_SIP_METHOD_MESSAGE || m->method == CF_SIP_METHOD_OPTIONS) {
        sip_text_copy(&c->invite, text);
        respond(c, m, 200, "", CF_STR_NONE);
    } else if (m->method == CF_SIP_METHOD_ACK) {
        linphone_update_if_wanted(c);
    } else {
        fail_msg("%s got a request that it does not know", c->user);
    }
}
