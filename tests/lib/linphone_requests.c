/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What imitated Linphones send. */
#include "lib/linphone_internal.h"

#include "adapt/zlib/zlib_body.h"
#include "lib/test.h"
#include "lib/test_digest.h"

#define BOUNDARY "----------hN3Vt0m"
#define SPECS "+org.linphone.specs=\"conference/2.0,ephemeral/1.1,groupchat/1.2\""
#define BODY_MAX 20000

/* --- the way to the server --- */

/* A proxy in between puts itself into Via and Record-Route of requests. */
void linphone_transmit(struct linphone_client *c, struct cf_str text) {
    static struct sip_text sent;
    struct cf_writer w;
    char via[200];
    struct cf_str rest = text;
    if (!c->world->has_proxy) {
        node_datagram(&c->world->node, c->addr, text);
        return;
    }
    cf_writer_init(&w, sent.buffer, sizeof sent.buffer);
    struct cf_str first = cf_str_cut(&rest, '\n');
    cf_put(&w, first);
    cf_put_char(&w, '\n');
    if (!cf_str_starts(text, CF_STR("SIP/2.0 "))) {
        size_t at = cf_str_find_str(rest, CF_STR("branch="));
        struct cf_str branch = cf_str_skip(rest, at + strlen("branch="));
        snprintf(via, sizeof via, "Via: SIP/2.0/TCP " LINPHONE_PROXY ";branch=%.*sp\r\nRecord-Route: <sip:192.0.2.50;lr>\r\n",
                 CF_STR_ARG(cf_str_head(branch, cf_str_find(branch, ';'))));
        cf_put(&w, cf_str_of(via));
    }
    cf_put(&w, rest);
    assert_true(cf_writer_ok(&w));
    node_bytes(&c->world->node, c->world->proxy, cf_writer_str(&w));
}

/* --- requests --- */

struct linphone_dialog linphone_fresh(struct linphone_client *c, const char *what, const char *uri) {
    struct linphone_dialog d = {.is_caller = true};
    snprintf(d.call_id, sizeof d.call_id, "%s-%s-%u", what, c->user, ++c->world->node.branch);
    snprintf(d.tag, sizeof d.tag, "t%u", c->world->node.branch);
    linphone_copy(d.remote, sizeof d.remote, cf_str_of(uri));
    linphone_copy(d.target, sizeof d.target, cf_str_of(uri));
    return d;
}

void linphone_put_contact(const struct linphone_client *c, struct cf_writer *w, bool is_admin) {
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
void linphone_send_out(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *challenge) {
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
    linphone_transmit(c, cf_writer_str(&w));
}

void linphone_ask(struct linphone_client *c, struct linphone_dialog *d, const char *method, const char *fields, const char *type,
                  struct cf_str body) {
    linphone_copy(d->method, sizeof d->method, cf_str_of(method));
    linphone_copy(d->fields, sizeof d->fields, cf_str_of(fields));
    linphone_copy(d->type, sizeof d->type, cf_str_of(type));
    assert_true(body.len <= sizeof d->body);
    memmove(d->body, body.len > 0 ? body.at : "", body.len);
    d->body_len = body.len;
    d->status = strcmp(method, "ACK") == 0 ? d->status : 0;
    linphone_send_out(c, d, NULL);
}

/* For 2xx a request of its own, else one of the INVITE's transaction. */
void linphone_acknowledge(struct linphone_client *c, struct linphone_dialog *d, const struct cf_sip_message *answer) {
    if (answer->status < 300) {
        char method[16];
        linphone_copy(method, sizeof method, cf_str_of(d->method));
        linphone_ask(c, d, "ACK", "", "", CF_STR_NONE);
        linphone_copy(d->method, sizeof d->method, cf_str_of(method));
        return;
    }
    char line[1200];
    snprintf(line, sizeof line,
             "ACK %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%.*s;rport\r\nFrom: <sip:%s@example.org>;tag=%s\r\nTo: "
             "<%s>;tag=%.*s\r\nCall-ID: %s\r\nCSeq: %u ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
             d->target, c->addr, CF_STR_ARG(answer->via.branch), c->user, d->tag, d->remote, CF_STR_ARG(answer->to_tag),
             d->call_id, d->cseq);
    linphone_transmit(c, cf_str_of(line));
}

/* --- bodies --- */

void linphone_put_entries(char *list, size_t size, const char *names) {
    struct cf_str rest = cf_str_of(names);
    list[0] = '\0';
    for (struct cf_str name = cf_sdp_word(&rest); name.len > 0; name = cf_sdp_word(&rest)) {
        size_t len = strlen(list);
        snprintf(list + len, size - len, "<p1:entry uri=\"sip:%.*s@example.org;X-ROLE=speaker\"/>", CF_STR_ARG(name));
    }
}

/* An offer, and the list behind it if there is one: said to be compressed without being asked. */
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
        if (c->compresses) {
            assert_ok(cf_zlib_deflate(&c->world->node.mem.mem, plain, packed, sizeof packed, &packed_len));
        }
        cf_put_lit(&w, "\r\n--" BOUNDARY "\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: "
                       "recipient-list\r\nContent-Encoding: deflate\r\n\r\n");
        cf_put(&w, c->compresses ? cf_str_n((const char *)packed, packed_len) : cf_str_of(xml));
        cf_put_lit(&w, "\r\n--" BOUNDARY "--\r\n");
    }
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

void linphone_invite(struct linphone_client *c, struct linphone_dialog *d, const char *subject, bool is_first, bool has_list) {
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
    linphone_put_contact(c, &w, c->list[0] != '\0');
    fields[w.len] = '\0';
    linphone_ask(c, d, "INVITE", fields, type, body);
}

void linphone_subscribe(struct linphone_client *c, unsigned expires) {
    char fields[900];
    char line[100];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields - 1);
    snprintf(line, sizeof line, "Event: conference\r\nExpires: %u\r\n", expires);
    cf_put(&w, cf_str_of(line));
    linphone_put_contact(c, &w, false);
    cf_put_lit(&w, "Last-Notify-Version: 0\r\n");
    fields[w.len] = '\0';
    if (expires > 0) {
        c->watch = linphone_fresh(c, "watch", c->call.contact);
        c->has_state = false;
        linphone_forget_roster(c);
    }
    linphone_ask(c, &c->watch, "SUBSCRIBE", fields, "", CF_STR_NONE);
}

void linphone_call_conference(struct linphone_client *c) {
    c->call = linphone_fresh(c, "call", c->conference);
    c->calls++;
    linphone_invite(c, &c->call, c->subject, true, c->list[0] != '\0');
}

/* It asks for pictures when nothing is under way. */
void linphone_update_if_wanted(struct linphone_client *c) {
    if (c->wants_update && c->has_state && c->call.is_up && !c->call.is_waiting && !c->is_deaf && !c->is_held) {
        c->wants_update = false;
        c->reinvites++;
        linphone_plan_lines(c);
        linphone_invite(c, &c->call, NULL, false, c->list[0] != '\0');
    }
}
