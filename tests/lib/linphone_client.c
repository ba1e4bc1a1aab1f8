/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Imitated Linphones: what they send and what they do with answers and requests. */
#include "lib/linphone_client.h"

#include "adapt/expat/expat_resource_list.h"
#include "adapt/zlib/zlib_body.h"
#include "core/mime/mime.h"
#include "lib/endpoint_node.h"
#include "lib/linphone_internal.h"
#include "lib/test.h"
#include "lib/test_digest.h"
#include <stdlib.h>

#define BOUNDARY "----------hN3Vt0m"
#define SPECS "+org.linphone.specs=\"conference/2.0,ephemeral/1.1,groupchat/1.2\""
#define BODY_MAX 20000
#define DOCUMENT_MAX 200000

static struct linphone_world *world; /* of the codecs below: one at a time */
static struct cf_str current;         /* the message that is being delivered */

void linphone_copy(char *to, size_t size, struct cf_str text) {
    assert_true(text.len < size);
    if (text.len > 0) {
        memcpy(to, text.at, text.len);
    }
    to[text.len] = '\0';
}

bool linphone_has(struct cf_str text, const char *what) {
    return cf_str_find_str(text, cf_str_of(what)) < text.len;
}

/* --- libraries of the server --- */

static enum cf_err inflate_body(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    (void)ctx;
    return cf_zlib_inflate(&world->node.mem.mem, in, out, size, ret_len);
}

static enum cf_err deflate_body(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    (void)ctx;
    return cf_zlib_deflate(&world->node.mem.mem, in, out, size, ret_len);
}

static enum cf_err read_list(void *ctx, struct cf_str xml, struct cf_resource_list *list) {
    (void)ctx;
    return cf_expat_read_resource_list(xml, list);
}

static const struct cf_content_codecs codecs = {.inflate = inflate_body, .deflate = deflate_body, .read_list = read_list};

/* --- requests --- */

static struct linphone_dialog fresh(struct linphone_client *c, const char *what, const char *uri) {
    struct linphone_dialog d = {.is_caller = true};
    snprintf(d.call_id, sizeof d.call_id, "%s-%s-%u", what, c->user, ++c->world->node.branch);
    snprintf(d.tag, sizeof d.tag, "t%u", c->world->node.branch);
    linphone_copy(d.remote, sizeof d.remote, cf_str_of(uri));
    linphone_copy(d.target, sizeof d.target, cf_str_of(uri));
    return d;
}

static void put_contact(const struct linphone_client *c, struct cf_writer *w, bool is_admin) {
    char text[500];
    if (c->gruu[0] != '\0') {
        snprintf(text, sizeof text, "Contact: <%s>", c->gruu);
    } else {
        snprintf(text, sizeof text, "Contact: <sip:%s@%s;transport=udp>", c->user, c->addr);
    }
    cf_put(w, cf_str_of(text));
    snprintf(text, sizeof text, "%s;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-%012u>\";" SPECS "\r\n",
             is_admin ? ";admin=1" : "", c->number);
    cf_put(w, cf_str_of(text));
}

/* The request that is out in @p d, with credentials for @p challenge (NULL: without). */
static void send_out(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *challenge) {
    static struct sip_text text;
    struct cf_writer w;
    char line[1600];
    struct node_alone *f = &c->world->node;
    bool is_ack = strcmp(d->method, "ACK") == 0;
    bool is_register = strcmp(d->method, "REGISTER") == 0;
    cf_writer_init(&w, text.buffer, sizeof text.buffer);
    d->cseq += is_ack ? 0 : 1;
    f->branch++;
    snprintf(line, sizeof line, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK.%u;rport\r\n", d->method,
             is_register ? "sip:example.org" : d->target, c->addr, f->branch);
    cf_put(&w, cf_str_of(line));
    snprintf(line, sizeof line, "From: <sip:%s@example.org>;tag=%s\r\nTo: <%s>%s%s\r\nCSeq: %u %s\r\nCall-ID: %s\r\n", c->user,
             d->tag, d->remote, d->remote_tag[0] != '\0' ? ";tag=" : "", d->remote_tag, d->cseq, d->method, d->call_id);
    cf_put(&w, cf_str_of(line));
    cf_put_lit(&w, "Max-Forwards: 70\r\n");
    if (d->route[0] != '\0') {
        snprintf(line, sizeof line, "Route: %s\r\n", d->route);
        cf_put(&w, cf_str_of(line));
    }
    cf_put_lit(&w, "Supported: replaces, outbound, gruu, path\r\nUser-Agent: client/5.5.0\r\n");
    cf_put(&w, cf_str_of(d->fields));
    if (challenge != NULL) {
        test_put_digest(&w, &(struct test_digest){.username = c->user,
                                                  .method = d->method,
                                                  .uri = is_register ? "sip:example.org" : d->target,
                                                  .nonce = test_nonce_of(challenge),
                                                  .is_proxy = challenge->status == 407});
    }
    if (d->type[0] != '\0') {
        snprintf(line, sizeof line, "Content-Type: %s\r\n", d->type);
        cf_put(&w, cf_str_of(line));
    }
    snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", d->body_len);
    cf_put(&w, cf_str_of(line));
    cf_put(&w, cf_str_n(d->body, d->body_len));
    assert_true(cf_writer_ok(&w));
    d->has_credentials = challenge != NULL;
    d->is_waiting = !is_ack;
    node_datagram(f, c->addr, cf_writer_str(&w));
}

static void pump(struct linphone_world *w);

static void ask(struct linphone_client *c, struct linphone_dialog *d, const char *method, const char *fields, const char *type,
                struct cf_str body) {
    linphone_copy(d->method, sizeof d->method, cf_str_of(method));
    linphone_copy(d->fields, sizeof d->fields, cf_str_of(fields));
    linphone_copy(d->type, sizeof d->type, cf_str_of(type));
    assert_true(body.len <= sizeof d->body);
    memmove(d->body, body.len > 0 ? body.at : "", body.len);
    d->body_len = body.len;
    d->status = strcmp(method, "ACK") == 0 ? d->status : 0;
    send_out(c, d, NULL);
}

/* For 2xx a request of its own, else one of the INVITE's transaction. */
static void acknowledge(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *answer) {
    if (answer->status < 300) {
        char method[16];
        linphone_copy(method, sizeof method, cf_str_of(d->method));
        ask(c, d, "ACK", "", "", CF_STR_NONE);
        linphone_copy(d->method, sizeof d->method, cf_str_of(method));
        return;
    }
    char line[1200];
    snprintf(line, sizeof line,
             "ACK %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%.*s;rport\r\nFrom: <sip:%s@example.org>;tag=%s\r\nTo: "
             "<%s>;tag=%.*s\r\nCall-ID: %s\r\nCSeq: %u ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
             d->target, c->addr, CF_STR_ARG(answer->via.branch), c->user, d->tag, d->remote, CF_STR_ARG(answer->to_tag),
             d->call_id, d->cseq);
    node_datagram(&c->world->node, c->addr, cf_str_of(line));
}

/* --- bodies --- */

static void put_entries(char *list, size_t size, const char *names) {
    struct cf_str rest = cf_str_of(names);
    list[0] = '\0';
    for (struct cf_str name = cf_sdp_word(&rest); name.len > 0; name = cf_sdp_word(&rest)) {
        size_t len = strlen(list);
        snprintf(list + len, size - len, "<p1:entry uri=\"sip:%.*s@example.org;X-ROLE=speaker\"/>", CF_STR_ARG(name));
    }
}

/* An offer, and the list behind it if there is one, compressed as they do it without being asked. */
static struct cf_str offer_and_list(struct linphone_client *c, bool is_first, bool has_list, const char **ret_type) {
    static char room[BODY_MAX];
    char xml[1500];
    uint8_t packed[1500];
    size_t packed_len = 0;
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    *ret_type = has_list ? "multipart/mixed;boundary=" BOUNDARY : "application/sdp";
    if (has_list) {
        cf_put_lit(&w, "--" BOUNDARY "\r\nContent-Type: application/sdp\r\n\r\n");
    }
    linphone_put_offer(c, &w, is_first);
    if (has_list) {
        snprintf(xml, sizeof xml,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\" ?>\n<p1:resource-lists "
                 "xmlns:p1=\"urn:ietf:params:xml:ns:resource-lists\">\n<p1:list>%s</p1:list>\n</p1:resource-lists>\n",
                 c->list);
        struct cf_span plain = {(const uint8_t *)xml, strlen(xml)};
        assert_ok(cf_zlib_deflate(&c->world->node.mem.mem, plain, packed, sizeof packed, &packed_len));
        cf_put_lit(&w, "\r\n--" BOUNDARY "\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: "
                       "recipient-list\r\nContent-Encoding: deflate\r\n\r\n");
        cf_put(&w, cf_str_n((const char *)packed, packed_len));
        cf_put_lit(&w, "\r\n--" BOUNDARY "--\r\n");
    }
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

static void invite(struct linphone_client *c, struct linphone_dialog *d, const char *subject, bool is_first, bool has_list) {
    char fields[900];
    char line[200];
    struct cf_writer w;
    const char *type = NULL;
    struct cf_str body = offer_and_list(c, is_first, has_list, &type);
    cf_writer_init(&w, fields, sizeof fields - 1);
    cf_put_lit(&w, "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO, PRACK, UPDATE\r\n");
    if (subject != NULL && subject[0] != '\0') {
        snprintf(line, sizeof line, "Subject: %s\r\n", subject);
        cf_put(&w, cf_str_of(line));
    }
    put_contact(c, &w, c->list[0] != '\0');
    fields[w.len] = '\0';
    ask(c, d, "INVITE", fields, type, body);
}

static void subscribe(struct linphone_client *c, unsigned expires) {
    char fields[900];
    char line[100];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields - 1);
    snprintf(line, sizeof line, "Event: conference\r\nExpires: %u\r\n", expires);
    cf_put(&w, cf_str_of(line));
    put_contact(c, &w, false);
    cf_put_lit(&w, "Last-Notify-Version: 0\r\n");
    fields[w.len] = '\0';
    if (expires > 0) {
        c->watch = fresh(c, "watch", c->call.contact);
        c->has_state = false;
        linphone_forget_roster(c);
    }
    ask(c, &c->watch, "SUBSCRIBE", fields, "", CF_STR_NONE);
}

static void call_conference(struct linphone_client *c) {
    c->call = fresh(c, "call", c->conference);
    c->calls++;
    invite(c, &c->call, c->subject, true, c->list[0] != '\0');
}

static bool is_busy(const struct linphone_dialog *d) {
    return d->is_waiting;
}

/* It asks for pictures when nothing is under way. */
static void update_if_wanted(struct linphone_client *c) {
    if (c->wants_update && c->has_state && c->call.is_up && !is_busy(&c->call) && !c->is_deaf && !c->is_held) {
        c->wants_update = false;
        c->reinvites++;
        linphone_plan_lines(c);
        invite(c, &c->call, NULL, false, c->list[0] != '\0');
    }
}

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
            call_conference(c);
        }
    } else if (m->status < 300) {
        /* An errand is done: it hangs up at once. */
        ask(c, d, "BYE", "", "", CF_STR_NONE);
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
        subscribe(c, 600);
    }
}

static void on_answer(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *m) {
    if (m->status < 200 || m->cseq.number != d->cseq || !d->is_waiting) {
        return;
    }
    bool is_challenge = (m->status == 401 || m->status == 407) && !d->has_credentials;
    if (m->method == CF_SIP_METHOD_INVITE && m->status >= 300) {
        acknowledge(c, d, m);
    }
    if (is_challenge) {
        c->world->node.now++;
        send_out(c, d, m);
        return;
    }
    d->is_waiting = false;
    d->status = m->status;
    linphone_copy(d->reason, sizeof d->reason, m->reason);
    sip_text_copy(&d->answer, current);
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
        acknowledge(c, d, m);
    }
    if (d == &c->registration && m->status == 200) {
        on_registered(c, m);
    } else if (d == &c->factory) {
        on_factory_answer(c, d, m);
    } else if (d == &c->call && m->method == CF_SIP_METHOD_INVITE) {
        on_call_answer(c, m);
    }
    update_if_wanted(c);
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
    node_datagram(&c->world->node, c->addr, cf_writer_str(&w));
}

/* The description in the body, whatever is around it. */
static struct cf_str description_of(const struct cf_sip_message *m) {
    size_t begin = cf_str_find_str(m->body, CF_STR("v=0\r\n"));
    assert_true(begin < m->body.len);
    struct cf_str rest = cf_str_skip(m->body, begin);
    return cf_str_head(rest, cf_str_find_str(rest, CF_STR("\r\n--")));
}

static void on_invite(struct linphone_client *c, const struct cf_sip_message *m) {
    static char body[BODY_MAX];
    char fields[900];
    struct cf_writer w;
    struct cf_writer f;
    assert_false(c->call.is_up);
    sip_text_copy(&c->invite, current);
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
    put_contact(c, &f, false);
    fields[f.len] = '\0';
    respond(c, m, 180, "", CF_STR_NONE);
    c->call.is_up = true;
    respond(c, m, 200, fields, cf_writer_str(&w));
    if (c->call.is_focus) {
        subscribe(c, 600);
    }
}

static void on_notify(struct linphone_client *c, const struct cf_sip_message *m) {
    static uint8_t plain[DOCUMENT_MAX];
    size_t len = 0;
    struct cf_str body = m->body;
    bool is_ours = cf_str_eq(m->call_id, cf_str_of(c->watch.call_id)) && c->call.is_up;
    respond(c, m, is_ours ? 200 : 481, "", CF_STR_NONE);
    if (!is_ours || body.len == 0) {
        return;
    }
    c->largest_notify = current.len > c->largest_notify ? current.len : c->largest_notify;
    if (cf_str_eq(cf_sip_value(m, CF_SIP_HEADER_CONTENT_ENCODING), CF_STR("deflate"))) {
        assert_ok(cf_zlib_inflate(&c->world->node.mem.mem, cf_str_span(body), plain, sizeof plain, &len));
        body = cf_str_n((const char *)plain, len);
        c->compressed++;
    }
    c->largest_document = body.len > c->largest_document ? body.len : c->largest_document;
    linphone_on_document(c, body);
    update_if_wanted(c);
}

static void on_bye(struct linphone_client *c, const struct cf_sip_message *m) {
    bool is_ours = cf_str_eq(m->call_id, cf_str_of(c->call.call_id));
    respond(c, m, is_ours ? 200 : 481, "", CF_STR_NONE);
    if (is_ours) {
        c->call.is_up = false;
        c->hung_up++;
    }
}

static void on_request(struct linphone_client *c, const struct cf_sip_message *m) {
    if (m->method == CF_SIP_METHOD_INVITE) {
        on_invite(c, m);
    } else if (m->method == CF_SIP_METHOD_NOTIFY) {
        on_notify(c, m);
    } else if (m->method == CF_SIP_METHOD_BYE) {
        on_bye(c, m);
    } else if (m->method == CF_SIP_METHOD_MESSAGE || m->method == CF_SIP_METHOD_OPTIONS) {
        sip_text_copy(&c->invite, current);
        respond(c, m, 200, "", CF_STR_NONE);
    } else if (m->method == CF_SIP_METHOD_ACK) {
        update_if_wanted(c);
    } else {
        fail_msg("%s got a request that it does not know", c->user);
    }
}

/* --- the world --- */

static struct linphone_dialog *dialog_of(struct linphone_client *c, struct cf_str call_id) {
    struct linphone_dialog *all[] = {&c->registration, &c->factory, &c->refer, &c->call, &c->watch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (cf_str_eq(cf_str_of(all[i]->call_id), call_id)) {
            return all[i];
        }
    }
    return NULL;
}

static void deliver(struct linphone_world *w, const struct cf_addr *to, struct cf_str text) {
    struct cf_sip_message m;
    struct cf_parse_error error;
    for (size_t i = 0; i < w->count; i++) {
        struct linphone_client *c = &w->clients[i];
        struct cf_addr addr = addr_of(c->addr);
        if (!cf_addr_eq(&addr, to)) {
            continue;
        }
        /* Time passes, and with it nonces differ. */
        w->node.now += 100;
        current = text;
        assert_ok(cf_sip_parse(text, &m, &error));
        struct linphone_dialog *d = dialog_of(c, m.call_id);
        if (m.is_request) {
            on_request(c, &m);
        } else if (d != NULL) {
            on_answer(c, d, &m);
        }
    }
}

static void pump(struct linphone_world *w) {
    struct {
        struct cf_addr to;
        char *text;
        size_t len;
    } taken[NODE_SENT_MAX];
    while (w->node.sent_count > 0) {
        size_t count = w->node.sent_count;
        assert_true(count <= NODE_SENT_MAX);
        for (size_t i = 0; i < count; i++) {
            struct cf_str text = w->node.sent[i].message.text;
            taken[i].to = w->node.sent[i].to;
            taken[i].len = text.len;
            taken[i].text = malloc(text.len);
            assert_non_null(taken[i].text);
            memcpy(taken[i].text, text.at, text.len);
        }
        node_clear(&w->node);
        for (size_t i = 0; i < count; i++) {
            deliver(w, &taken[i].to, cf_str_n(taken[i].text, taken[i].len));
            free(taken[i].text);
        }
    }
}

void linphone_run(struct linphone_world *w, cf_usec duration) {
    cf_usec until = w->node.now + duration;
    pump(w);
    while (cf_node_deadline(w->node.node) <= until) {
        node_run_until(&w->node, cf_usec_min(until, w->node.now > cf_node_deadline(w->node.node) ? w->node.now
                                                                                                : cf_node_deadline(w->node.node)));
        pump(w);
    }
    w->node.now = until;
}

struct cf_node_config linphone_config(struct linphone_world *w) {
    static const uint8_t fingerprint[32] = {1, 2, 3};
    world = w;
    struct cf_node_config config = node_config(&w->node);
    config.focus.codecs = &codecs;
    config.focus.factories = CF_STR("conference-factory videoconference-factory");
    config.focus.fingerprint = fingerprint;
    return config;
}

void linphone_register(struct linphone_client *c, unsigned expires_sec) {
    char fields[900];
    char line[100];
    struct cf_writer w;
    char gruu[sizeof c->gruu];
    if (c->registration.call_id[0] == '\0') {
        char aor[100];
        snprintf(aor, sizeof aor, "sip:%s@example.org", c->user);
        c->registration = fresh(c, "register", aor);
    }
    cf_writer_init(&w, fields, sizeof fields - 1);
    cf_put_lit(&w, "Accept: application/sdp\r\nAccept: text/plain\r\nAccept: application/vnd.gsma.rcs-ft-http+xml\r\n");
    memcpy(gruu, c->gruu, sizeof gruu);
    c->gruu[0] = '\0';
    put_contact(c, &w, false);
    memcpy(c->gruu, gruu, sizeof gruu);
    snprintf(line, sizeof line, "Expires: %u\r\n", expires_sec);
    cf_put(&w, cf_str_of(line));
    fields[w.len] = '\0';
    ask(c, &c->registration, "REGISTER", fields, "", CF_STR_NONE);
    pump(c->world);
}

void linphone_begin(struct linphone_world *w, const struct cf_node_config *config, const char *names) {
    struct cf_str rest = cf_str_of(names);
    node_begin_with(&w->node, config);
    w->count = 0;
    memset(w->clients, 0, sizeof w->clients);
    for (struct cf_str name = cf_sdp_word(&rest); name.len > 0; name = cf_sdp_word(&rest)) {
        static char users[LINPHONE_CLIENTS_MAX][20];
        assert_true(w->count < LINPHONE_CLIENTS_MAX);
        struct linphone_client *c = &w->clients[w->count];
        linphone_copy(users[w->count], sizeof users[0], name);
        c->world = w;
        c->user = users[w->count];
        c->number = (unsigned)++w->count;
        snprintf(c->addr, sizeof c->addr, "198.51.100.%u:5060", c->number);
        node_add_account(&w->node, c->user);
        linphone_register(c, 3600);
        assert_int_equal(c->registration.status, 200);
    }
}

void linphone_end(struct linphone_world *w) {
    node_end(&w->node);
}

struct linphone_client *linphone_called(struct linphone_world *w, const char *user) {
    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(w->clients[i].user, user) == 0) {
            return &w->clients[i];
        }
    }
    fail_msg("nobody is called %s", user);
    return NULL;
}

/* --- what users do --- */

void linphone_create(struct linphone_client *c, const char *subject, const char *names) {
    put_entries(c->list, sizeof c->list, names);
    linphone_copy(c->subject, sizeof c->subject, cf_str_of(subject));
    c->start_ntp = c->stop_ntp = 0;
    c->factory = fresh(c, "factory", LINPHONE_FACTORY);
    invite(c, &c->factory, subject, true, true);
    pump(c->world);
}

static void errand(struct linphone_client *c, const char *uri, const char *subject, const char *names) {
    struct linphone_line lines[LINPHONE_LINES_MAX];
    size_t count = c->line_count;
    memcpy(lines, c->lines, sizeof lines);
    put_entries(c->list, sizeof c->list, names == NULL ? "" : names);
    c->factory = fresh(c, "errand", uri);
    invite(c, &c->factory, subject, true, names != NULL);
    c->list[0] = '\0';
    memcpy(c->lines, lines, sizeof lines);
    c->line_count = count;
}

void linphone_schedule(struct linphone_client *c, const char *subject, const char *names, uint64_t start_ntp,
                       uint64_t stop_ntp) {
    c->start_ntp = start_ntp;
    c->stop_ntp = stop_ntp;
    errand(c, LINPHONE_FACTORY, subject, names);
    pump(c->world);
    c->start_ntp = c->stop_ntp = 0;
}

void linphone_reschedule(struct linphone_client *c, const char *subject, const char *names, uint64_t start_ntp,
                         uint64_t stop_ntp) {
    c->start_ntp = start_ntp;
    c->stop_ntp = stop_ntp;
    errand(c, c->conference, subject, names);
    pump(c->world);
    c->start_ntp = c->stop_ntp = 0;
}

void linphone_join(struct linphone_client *c, const char *uri) {
    c->list[0] = '\0';
    c->subject[0] = '\0';
    linphone_copy(c->conference, sizeof c->conference, cf_str_of(uri));
    call_conference(c);
    pump(c->world);
}

void linphone_leave(struct linphone_client *c) {
    ask(c, &c->call, "BYE", "", "", CF_STR_NONE);
    c->call.is_up = false;
    subscribe(c, 0);
    pump(c->world);
}

unsigned linphone_refer(struct linphone_client *c, const char *refer_to) {
    char fields[900];
    char line[300];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields - 1);
    snprintf(line, sizeof line, "Refer-To: %s\r\n", refer_to);
    cf_put(&w, cf_str_of(line));
    put_contact(c, &w, false);
    fields[w.len] = '\0';
    c->refer = fresh(c, "refer", c->conference);
    ask(c, &c->refer, "REFER", fields, "", CF_STR_NONE);
    pump(c->world);
    return c->refer.status;
}

void linphone_message(struct linphone_client *c, const char *uri, const char *type, const char *text) {
    c->refer = fresh(c, "message", uri);
    ask(c, &c->refer, "MESSAGE", "", type, cf_str_of(text));
    pump(c->world);
}

void linphone_update(struct linphone_client *c, const char *subject) {
    assert_true(c->call.is_up && !is_busy(&c->call));
    c->reinvites++;
    linphone_plan_lines(c);
    invite(c, &c->call, subject, false, c->list[0] != '\0');
    pump(c->world);
}

void linphone_ask_in_call(struct linphone_client *c, const char *method, const char *fields, const char *type,
                          struct cf_str body) {
    ask(c, &c->call, method, fields, type, body);
    pump(c->world);
}

/* --- looking --- */

struct linphone_device *linphone_sees(struct linphone_client *c, const char *user) {
    char aor[100];
    snprintf(aor, sizeof aor, "sip:%s@example.org", user);
    for (size_t i = 0; i < LINPHONE_DEVICES_MAX; i++) {
        if (c->devices[i].is_there && strcmp(c->devices[i].user, aor) == 0) {
            return &c->devices[i];
        }
    }
    return NULL;
}

struct linphone_line *linphone_line_called(struct linphone_client *c, const char *mid) {
    for (size_t i = 0; i < c->line_count; i++) {
        if (c->lines[i].is_used && strcmp(c->lines[i].mid, mid) == 0) {
            return &c->lines[i];
        }
    }
    return NULL;
}

struct cf_str linphone_answered(const struct linphone_client *c, size_t index) {
    struct cf_str rest = sip_parse(c->call.answer.text)->body;
    size_t at = cf_str_find_str(rest, CF_STR("\r\nm="));
    for (size_t i = 0; at < rest.len; i++) {
        rest = cf_str_skip(rest, at + 2);
        at = cf_str_find_str(rest, CF_STR("\r\nm="));
        if (i == index) {
            return cf_str_head(rest, at < rest.len ? at + 2 : rest.len);
        }
    }
    return CF_STR_NONE;
}

bool linphone_shows(struct linphone_client *c, const char *user) {
    char mid[40];
    const struct linphone_device *d = linphone_sees(c, user);
    if (d == NULL) {
        return false;
    }
    snprintf(mid, sizeof mid, "vs%s", c->is_grid && d->is_sharing ? d->label : d->miniature_label);
    const struct linphone_line *line = linphone_line_called(c, mid);
    struct cf_str answered = line == NULL ? CF_STR_NONE : linphone_answered(c, (size_t)(line - c->lines));
    snprintf(mid + strlen(mid), sizeof mid - strlen(mid), "\r\n");
    return answered.len > 0 && linphone_has(answered, mid) && linphone_has(answered, "a=sendonly\r\n") &&
           linphone_has(answered, "a=bundle-only\r\n");
}

void linphone_assert_whole(struct linphone_world *w) {
    for (size_t i = 0; i < w->count; i++) {
        struct linphone_client *c = &w->clients[i];
        for (size_t k = 0; k < w->count && c->call.is_up && !c->is_video_off && !c->is_held; k++) {
            const struct linphone_client *other = &w->clients[k];
            bool sends = other->call.is_up && !other->is_video_off && (!other->is_camera_off || other->is_sharing);
            if (k != i && linphone_shows(c, other->user) != sends) {
                fail_msg("%s %s %s", c->user, sends ? "does not show" : "shows", other->user);
            }
        }
    }
}
