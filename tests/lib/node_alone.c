/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node without a network. */
#include "lib/node_alone.h"

#include "lib/endpoint_node.h"
#include "lib/test.h"
#include "lib/test_digest.h"
#include "lib/test_hash.h"

static bool take_port(void *ctx, size_t worker, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret) {
    struct node_alone *f = ctx;
    (void)worker;
    (void)with_rtcp;
    *ret = (struct cf_port_pair){.rtp = f->locals[0].addr};
    f->next_port = (uint16_t)(f->next_port + 2);
    ret->rtp.port = f->next_port;
    return family == CF_FAMILY_IP4;
}

static void give_port(void *ctx, const struct cf_port_pair *pair) {
    (void)ctx;
    (void)pair;
}

/* No library here: bodies that need one are refused. */
static enum cf_err recode(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    (void)ctx;
    (void)in;
    (void)out;
    (void)size;
    (void)ret_len;
    return CF_ERR_MALFORMED;
}

static enum cf_err read_list(void *ctx, struct cf_str xml, struct cf_resource_list *list) {
    (void)ctx;
    (void)xml;
    (void)list;
    return CF_ERR_MALFORMED;
}

static const struct cf_content_codecs codecs = {.inflate = recode, .deflate = recode, .read_list = read_list};

struct cf_node_config node_config(struct node_alone *f) {
    memset(f, 0, sizeof *f);
    test_mem_init(&f->mem);
    test_entropy_init(&f->entropy, 1);
    cf_policy_default(&f->policy);
    f->policy.allows_plain = true;
    f->next_port = 40000;
    f->ports = (struct cf_port_source){take_port, give_port, f};
    f->locals[0] = (struct cf_endpoint_local){.transport = CF_TRANSPORT_UDP, .addr = addr_of("192.0.2.1:5060")};
    f->locals[1] = (struct cf_endpoint_local){.transport = CF_TRANSPORT_TCP, .addr = addr_of("192.0.2.1:5060")};
    f->locals[2] = (struct cf_endpoint_local){.transport = CF_TRANSPORT_TLS, .addr = addr_of("192.0.2.1:5061")};
    return (struct cf_node_config){.mem = &f->mem.mem,
                                   .entropy = &f->entropy.entropy,
                                   .hash = &test_hash,
                                   .locals = f->locals,
                                   .local_count = 3,
                                   .domains = CF_STR("example.org 192.0.2.1"),
                                   .is_registrar = true,
                                   .live = {.product = CF_STR("confer"),
                                            .algorithms = CF_STR("SHA-256 MD5"),
                                            .nonce_life_usec = CF_SEC(300),
                                            .failures_max = 10,
                                            .expires_least_sec = 60,
                                            .expires_most_sec = 3600,
                                            .devices_max = 10},
                                   .focus = {.policy = &f->policy,
                                             .codecs = &codecs,
                                             .port_source = &f->ports,
                                             .user = CF_STR("conference-focus"),
                                             .factories = CF_STR("conference-factory"),
                                             .has_open_rooms = true,
                                             .limits = cf_conference_limits_default,
                                             .times = cf_conference_times_default,
                                             .ring_usec = CF_SEC(60),
                                             .video_kbps = 1500}};
}

static bool try_account(struct node_alone *f, const char *user) {
    struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
    struct cf_str name = cf_str_of(user);
    assert_ok(cf_account_secrets(&test_hash, name, CF_STR("example.org"), name, secrets));
    return cf_accounts_set(cf_node_accounts(f->node), name, secrets) == CF_OK;
}

void node_add_account(struct node_alone *f, const char *user) {
    assert_true(try_account(f, user));
}

bool node_try_begin(struct node_alone *f, const struct cf_node_config *config) {
    static const char *const names[] = {"alice", "bob", "carol"};
    f->node = cf_node_create(config, f->now, 0);
    for (size_t i = 0; f->node != NULL && i < sizeof names / sizeof *names; i++) {
        if (!try_account(f, names[i])) {
            node_end(f);
            return false;
        }
    }
    return f->node != NULL;
}

void node_begin_with(struct node_alone *f, const struct cf_node_config *config) {
    assert_true(node_try_begin(f, config));
}

void node_begin(struct node_alone *f) {
    struct cf_node_config config = node_config(f);
    node_begin_with(f, &config);
}

void node_end(struct node_alone *f) {
    cf_node_destroy(f->node);
    f->node = NULL;
    test_mem_fini(&f->mem);
}

void node_clear(struct node_alone *f) {
    f->sent_count = 0;
    f->bytes_in = 0;
    f->bytes_out = 0;
    f->media_commands = 0;
    f->rows = 0;
    f->resolves = 0;
    f->connects = 0;
}

static void keep(struct node_alone *f, const struct cf_endpoint_event *event) {
    struct node_sent *sent = &f->sent[f->sent_count < NODE_SENT_MAX ? f->sent_count : NODE_SENT_MAX - 1];
    bool is_stream = event->kind == CF_ENDPOINT_SEND_STREAM;
    sent->to = is_stream ? (struct cf_addr){.family = CF_FAMILY_NONE} : event->remote;
    sent->flow = is_stream ? event->flow : (struct cf_flow_id){{0, 0}};
    sip_text_copy(&sent->message, cf_span_str(event->bytes));
    f->sent_count++;
    f->bytes_out += is_stream ? 0 : event->bytes.len;
}

void node_drain(struct node_alone *f) {
    struct cf_node_out out;
    while (cf_node_poll(f->node, f->now, &out)) {
        if (out.kind == CF_NODE_OUT_LOCATION || (out.kind == CF_NODE_OUT_FOCUS && out.focus.kind != CF_FOCUS_OUT_MEDIA)) {
            f->rows++;
        } else if (out.kind == CF_NODE_OUT_FOCUS) {
            f->media_commands++;
            if (f->on_media != NULL) {
                f->on_media(f->media_ctx, out.focus.command);
            }
        } else if (out.event.kind == CF_ENDPOINT_SEND_DATAGRAM || out.event.kind == CF_ENDPOINT_SEND_STREAM) {
            keep(f, &out.event);
        } else if (out.event.kind == CF_ENDPOINT_RESOLVE) {
            f->resolves++;
        } else if (out.event.kind == CF_ENDPOINT_OPEN_STREAM) {
            f->connects++;
            if (f->opens_connections) {
                cf_endpoint_on_connected(cf_node_endpoint(f->node), out.event.flow, 1000 + f->connects, f->now);
            }
        }
    }
}

void node_run_until(struct node_alone *f, cf_usec until) {
    while (cf_node_deadline(f->node) <= until) {
        f->now = cf_node_deadline(f->node) > f->now ? cf_node_deadline(f->node) : f->now;
        cf_node_on_deadline(f->node, f->now);
        node_drain(f);
    }
    f->now = until;
}

void node_datagram(struct node_alone *f, const char *from, struct cf_str text) {
    struct cf_addr remote = addr_of(from);
    f->bytes_in += text.len;
    cf_endpoint_on_datagram(cf_node_endpoint(f->node), 0, &remote, cf_str_span(text), f->now);
    node_drain(f);
}

struct cf_flow_id node_accept(struct node_alone *f, uint32_t local, const char *from) {
    struct cf_addr remote = addr_of(from);
    struct cf_flow_id flow;
    assert_ok(cf_endpoint_on_accepted(cf_node_endpoint(f->node), local, &remote, 1, f->now, &flow));
    return flow;
}

void node_bytes(struct node_alone *f, struct cf_flow_id flow, struct cf_str text) {
    cf_endpoint_on_bytes(cf_node_endpoint(f->node), flow, cf_str_span(text), f->now);
    node_drain(f);
}

void node_close(struct node_alone *f, struct cf_flow_id flow) {
    cf_endpoint_on_flow_closed(cf_node_endpoint(f->node), flow, CF_OK, f->now);
    node_drain(f);
}

/* As long as real ones are: what does not pay for its challenge by its length is answered only when it comes again (ADR 0014). */
#define POLITE                                                                                                                   \
    "User-Agent: Telephone/1.0.7 (of the tests, with a name as long as those of others)\r\n"                                     \
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO, UPDATE, PRACK\r\n"                       \
    "Accept: application/sdp, text/plain, application/vnd.gsma.rcs-ft-http+xml, message/sipfrag\r\n"                             \
    "Supported: replaces, timer, from-change, record-aware, norefersub\r\n"

static const char *usual(const char *text, const char *otherwise) {
    return text != NULL ? text : otherwise;
}

/* "sip:alice@example.org" */
static const char *from_uri(const struct node_request *r) {
    static char room[200];
    snprintf(room, sizeof room, "sip:%s@%s", usual(r->user, "alice"), usual(r->host, "example.org"));
    return room;
}

struct cf_str node_text(struct node_alone *f, struct sip_text *to, const char *via, const struct node_request *r) {
    const char *method = usual(r->method, "REGISTER");
    const char *uri = usual(r->uri, "sip:example.org");
    const char *body = usual(r->body, "");
    char tag[100] = "";
    char branch[40];
    char call_id[100];
    char type[100] = "";
    f->branch++;
    snprintf(branch, sizeof branch, "%u", f->branch);
    snprintf(call_id, sizeof call_id, "%s-%s", usual(r->user, "alice"), method);
    if (r->to_tag != NULL) {
        snprintf(tag, sizeof tag, ";tag=%s", r->to_tag);
    }
    if (r->type != NULL) {
        snprintf(type, sizeof type, "Content-Type: %s\r\n", r->type);
    }
    int len = snprintf(to->buffer, sizeof to->buffer,
                       "%s %s SIP/2.0\r\nVia: SIP/2.0/%s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\nFrom: <%s>;tag=%s\r\n"
                       "To: <%s>%s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n%s%s%sContent-Length: %zu\r\n\r\n%s",
                       method, uri, via, usual(r->branch, branch), from_uri(r), usual(r->from_tag, "ft"),
                       usual(r->to, strcmp(method, "REGISTER") == 0 ? from_uri(r) : uri), tag, usual(r->call_id, call_id),
                       r->cseq != 0 ? r->cseq : f->branch, method, r->is_bare ? "" : POLITE, usual(r->fields, ""), type,
                       strlen(body), body);
    assert_true(len > 0 && (size_t)len < sizeof to->buffer);
    to->text = cf_str_n(to->buffer, (size_t)len);
    return to->text;
}

static const struct cf_sip_message *parsed(const struct node_sent *sent) {
    static struct cf_sip_message message;
    static struct sip_text kept;
    struct cf_parse_error error;
    sip_text_copy(&kept, sent->message.text);
    assert_ok(cf_sip_parse(kept.text, &message, &error));
    return &message;
}

static size_t kept_count(const struct node_alone *f) {
    return f->sent_count < NODE_SENT_MAX ? f->sent_count : NODE_SENT_MAX;
}

const struct cf_sip_message *node_last_to(const struct node_alone *f, const char *to) {
    struct cf_addr addr = addr_of(to);
    for (size_t i = kept_count(f); i > 0; i--) {
        if (cf_addr_eq(&f->sent[i - 1].to, &addr)) {
            return parsed(&f->sent[i - 1]);
        }
    }
    return NULL;
}

const struct cf_sip_message *node_last_over(const struct node_alone *f, struct cf_flow_id flow) {
    for (size_t i = kept_count(f); i > 0; i--) {
        if (cf_flow_id_is_set(flow) && cf_flow_id_eq(f->sent[i - 1].flow, flow)) {
            return parsed(&f->sent[i - 1]);
        }
    }
    return NULL;
}

unsigned node_send(struct node_alone *f, const char *from, const struct node_request *request) {
    static struct sip_text text;
    char via[100];
    snprintf(via, sizeof via, "UDP %s", from);
    node_clear(f);
    node_datagram(f, from, node_text(f, &text, via, request));
    const struct cf_sip_message *answer = node_last_to(f, from);
    return answer == NULL || answer->is_request ? 0 : answer->status;
}

/* The request again, with credentials for @p challenge. */
static struct node_request with_credentials(const struct node_request *request, const struct cf_sip_message *challenge,
                                            char *room, size_t size) {
    struct cf_writer w;
    struct node_request again = *request;
    cf_writer_init(&w, room, size - 1);
    cf_put(&w, cf_str_of(usual(request->fields, "")));
    test_put_digest(&w, &(struct test_digest){.username = usual(request->account, usual(request->user, "alice")),
                                              .method = usual(request->method, "REGISTER"),
                                              .uri = usual(request->uri, "sip:example.org"),
                                              .nonce = test_nonce_of(challenge),
                                              .is_proxy = challenge->status == 407});
    assert_true(cf_writer_ok(&w));
    room[w.len] = '\0';
    again.fields = room;
    again.branch = NULL;
    again.cseq = request->cseq == 0 ? 0 : request->cseq + 1;
    return again;
}

static bool is_challenge(const struct cf_sip_message *answer) {
    return answer != NULL && !answer->is_request && (answer->status == 401 || answer->status == 407);
}

/* The ACK that a refused INVITE wants, in the same transaction. */
static void acknowledge(struct node_alone *f, const char *from, const struct node_request *request,
                        const struct cf_sip_message *answer) {
    static struct sip_text text;
    char via[100];
    char to_tag[40];
    char branch[40];
    struct node_request ack = *request;
    snprintf(via, sizeof via, "UDP %s", from);
    snprintf(to_tag, sizeof to_tag, "%.*s", CF_STR_ARG(answer->to_tag));
    snprintf(branch, sizeof branch, "%.*s", CF_STR_ARG(cf_str_skip(answer->via.branch, strlen("z9hG4bK"))));
    ack.method = "ACK";
    ack.to_tag = to_tag;
    ack.branch = branch;
    ack.cseq = answer->cseq.number;
    node_datagram(f, from, node_text(f, &text, via, &ack));
}

unsigned node_ask(struct node_alone *f, const char *from, const struct node_request *request) {
    static char room[16384];
    unsigned status = node_send(f, from, request);
    const struct cf_sip_message *answer = node_last_to(f, from);
    if (!is_challenge(answer)) {
        return status;
    }
    struct node_request again = with_credentials(request, answer, room, sizeof room);
    if (answer->method == CF_SIP_METHOD_INVITE) {
        acknowledge(f, from, request, answer);
    }
    /* Long enough after the first that its nonce is another one. */
    f->now++;
    return node_send(f, from, &again);
}

unsigned node_ask_over(struct node_alone *f, struct cf_flow_id flow, const struct node_request *request) {
    static char room[16384];
    static struct sip_text text;
    node_clear(f);
    node_bytes(f, flow, node_text(f, &text, "TCP 10.0.0.5:5060", request));
    const struct cf_sip_message *answer = node_last_over(f, flow);
    if (is_challenge(answer)) {
        struct node_request again = with_credentials(request, answer, room, sizeof room);
        f->now++;
        node_clear(f);
        node_bytes(f, flow, node_text(f, &text, "TCP 10.0.0.5:5060", &again));
        answer = node_last_over(f, flow);
    }
    return answer == NULL || answer->is_request ? 0 : answer->status;
}

void node_register(struct node_alone *f, const char *user, const char *from) {
    char contact[200];
    snprintf(contact, sizeof contact, "Contact: <sip:%s@%s>\r\n", user, from);
    assert_int_equal(node_ask(f, from, &(struct node_request){.user = user, .fields = contact}), 200);
}

void node_answer(struct node_alone *f, const char *from, unsigned status, const char *to_tag, const char *fields) {
    static struct sip_text text;
    const struct cf_sip_message *request = node_last_to(f, from);
    assert_non_null(request);
    assert_true(request->is_request);
    node_datagram(f, from, sip_response(&text, request, status, to_tag, fields));
}
