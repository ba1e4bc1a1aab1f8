/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clients of the Linphone 5.5 kind, for linphone_55*.c: what they say to make and enter a conference and to ask for streams. The
 * messages are our own; they say what those clients were seen to say. The clients come through a proxy that asserts who they are,
 * as Linphones usually do. alice has made a conference through the factory and is in it; with begin_two() bob is in as well.
 */
#ifndef TESTS_CONFORMANCE_LINPHONE_55_H
#define TESTS_CONFORMANCE_LINPHONE_55_H

#include "core/node/node.h"

#include "adapt/expat/expat_resource_list.h"
#include "adapt/zlib/zlib_body.h"
#include "lib/node_alone.h"
#include "lib/test.h"
#include <stdio.h>

#define PROXY "192.0.2.50:5060"
#define FACTORY "sip:videoconference-factory@example.org;conference-security-mode=none"
#define BOUNDARY "----------w7Xk2pQ"
#define TEXT_MAX 16000

static struct node_alone f;
static struct cf_flow_id flow; /* the proxy's connection */
static char conference[300];   /* its URI, as told by the factory */

/* A call between somebody and the conference. */
struct dialog {
    const char *user;
    char call_id[60];
    char tag[80];     /* the conference's */
    char target[300]; /* its Contact */
    char label[40];   /* of his video line, as the server says */
    unsigned cseq;
};

static struct dialog alice;
static struct dialog bob;

static inline void copy(char *to, size_t size, struct cf_str text) {
    assert_true(text.len < size);
    memcpy(to, text.at, text.len);
    to[text.len] = '\0';
}

/* --- libraries --- */

static inline enum cf_err inflate_body(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    (void)ctx;
    return cf_zlib_inflate(&f.mem.mem, in, out, size, ret_len);
}

static inline enum cf_err deflate_body(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    (void)ctx;
    return cf_zlib_deflate(&f.mem.mem, in, out, size, ret_len);
}

static inline enum cf_err read_list(void *ctx, struct cf_str xml, struct cf_resource_list *list) {
    (void)ctx;
    return cf_expat_read_resource_list(xml, list);
}

static const struct cf_content_codecs codecs = {.inflate = inflate_body, .deflate = deflate_body, .read_list = read_list};

/* --- saying --- */

/* A request of @p d to @p uri through the proxy. */
static inline void say(struct dialog *d, const char *method, const char *uri, const char *fields, struct cf_str body) {
    static struct sip_text text;
    struct cf_writer w;
    char line[700];
    bool is_ack = strcmp(method, "ACK") == 0;
    d->cseq += is_ack ? 0 : 1;
    f.branch++;
    cf_writer_init(&w, text.buffer, sizeof text.buffer);
    snprintf(line, sizeof line, "%s %s SIP/2.0\r\nVia: SIP/2.0/TCP " PROXY ";branch=z9hG4bK%u;rport\r\nMax-Forwards: 69\r\n",
             method, uri, f.branch);
    cf_put(&w, cf_str_of(line));
    snprintf(line, sizeof line, "From: <sip:%s@example.org>;tag=%s\r\nTo: <%s>%s%s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n", d->user,
             d->user, uri, d->tag[0] != '\0' ? ";tag=" : "", d->tag, d->call_id, d->cseq, method);
    cf_put(&w, cf_str_of(line));
    snprintf(line, sizeof line,
             "Record-Route: <sip:192.0.2.50;lr>\r\nSupported: replaces, outbound, gruu, path\r\nUser-Agent: client/5.5\r\n"
             "Contact: <sip:%s@example.org;gr=urn:uuid:%s>;admin=1;"
             "+org.linphone.specs=\"conference/2.0,ephemeral/1.1,groupchat/1.2,lime\"\r\n%sContent-Length: %zu\r\n\r\n",
             d->user, d->user, fields, body.len);
    cf_put(&w, cf_str_of(line));
    cf_put(&w, body);
    assert_true(cf_writer_ok(&w));
    node_clear(&f);
    node_bytes(&f, flow, cf_writer_str(&w));
    node_run_until(&f, f.now + CF_MSEC(150));
}

/* No message. */
static const struct cf_sip_message nothing;

/* The final answer to the last request of @p d; status 0: none. Static: valid until the next call. */
static inline const struct cf_sip_message *answer_to(const struct dialog *d) {
    for (size_t i = 0; i < f.sent_count; i++) {
        const struct cf_sip_message *m = sip_parse(f.sent[i].message.text);
        if (!m->is_request && m->status >= 200 && m->cseq.number == d->cseq && cf_str_eq(m->call_id, cf_str_of(d->call_id))) {
            return m;
        }
    }
    return &nothing;
}

static inline unsigned status_of(const struct dialog *d) {
    return answer_to(d)->status;
}

/* The request of @p method that the server has sent whose URI begins with @p uri; not a request: none. */
static inline const struct cf_sip_message *request_to(enum cf_sip_method method, const char *uri) {
    for (size_t i = 0; i < f.sent_count; i++) {
        const struct cf_sip_message *m = sip_parse(f.sent[i].message.text);
        if (m->is_request && m->method == method && cf_str_starts(m->request_uri.text, cf_str_of(uri))) {
            return m;
        }
    }
    return &nothing;
}

static inline bool has(struct cf_str text, const char *what) {
    return cf_str_find_str(text, cf_str_of(what)) < text.len;
}

/* --- session descriptions --- */

/* A video line of a client. */
struct line {
    const char *mid;
    const char *direction; /* NULL: sendrecv, not written */
    const char *content;   /* NULL: none */
    const char *label;     /* NULL: none */
    bool is_freed;         /* m=video 0 RTP/AVP 0, inactive */
    bool is_first;         /* of a first INVITE: with a port of its own */
};

static inline void put_attribute(struct cf_writer *w, const char *name, const char *value) {
    if (value != NULL) {
        cf_put_lit(w, "a=");
        cf_put(w, cf_str_of(name));
        cf_put(w, cf_str_of(value));
        cf_put_lit(w, "\r\n");
    }
}

/* Sound and the @p count video lines in one bundle. */
static inline void put_description(struct cf_writer *w, const struct dialog *d, const struct line *lines, size_t count) {
    char text[900];
    snprintf(
        text, sizeof text,
        "v=0\r\no=%s 2272 %u IN IP4 198.51.100.7\r\ns=Talk\r\nc=IN IP4 198.51.100.7\r\nb=AS:8000\r\nt=0 0\r\na=group:BUNDLE as",
        d->user, d->cseq + 1);
    cf_put(w, cf_str_of(text));
    for (size_t i = 0; i < count; i++) {
        if (!lines[i].is_freed) {
            snprintf(text, sizeof text, " %s", lines[i].mid);
            cf_put(w, cf_str_of(text));
        }
    }
    cf_put_lit(
        w, "\r\nm=audio 48532 RTP/AVPF 96 0 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
           "a=rtpmap:101 telephone-event/48000\r\na=rtcp-mux\r\na=mid:as\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
           "a=extmap:3 urn:ietf:params:rtp-hdrext:csrc-audio-level\r\na=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level "
           "vad=on\r\n"
           "a=rtcp-fb:* trr-int 1000\r\na=rtcp-fb:* ccm tmmbr\r\n");
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        if (line->is_freed) {
            cf_put_lit(w, "m=video 0 RTP/AVP 0\r\na=inactive\r\n");
            continue;
        }
        snprintf(text, sizeof text, "m=video %s RTP/AVPF 96\r\na=rtpmap:96 VP8/90000\r\na=rtcp-mux\r\na=mid:%s\r\n%s",
                 line->is_first ? "53014" : "0", line->mid, line->is_first ? "" : "a=bundle-only\r\n");
        cf_put(w, cf_str_of(text));
        put_attribute(w, "", line->direction);
        put_attribute(w, "content:", line->content);
        put_attribute(w, "label:", line->label);
        cf_put_lit(w, "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:4 urn:ietf:params:rtp-hdrext:framemarking\r\n"
                      "a=rtcp-fb:* trr-int 1000\r\na=rtcp-fb:* ccm tmmbr\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 ccm fir\r\n");
    }
}

/* A description and a list of people whose part is compressed, as the clients send it without being asked. */
static inline struct cf_str multipart(char *room, size_t size, const struct dialog *d, const struct line *lines, size_t count,
                                      const char *entries) {
    char xml[1000];
    uint8_t packed[1000];
    size_t packed_len = 0;
    struct cf_writer w;
    snprintf(xml, sizeof xml,
             "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\" ?>\n<rl:resource-lists "
             "xmlns:rl=\"urn:ietf:params:xml:ns:resource-lists\"><rl:list>%s</rl:list></rl:resource-lists>\n",
             entries);
    assert_ok(
        cf_zlib_deflate(&f.mem.mem, (struct cf_span){(const uint8_t *)xml, strlen(xml)}, packed, sizeof packed, &packed_len));
    cf_writer_init(&w, room, size);
    cf_put_lit(&w, "--" BOUNDARY "\r\nContent-Type: application/sdp\r\n\r\n");
    put_description(&w, d, lines, count);
    cf_put_lit(&w, "\r\n--" BOUNDARY "\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n"
                   "Content-Encoding: deflate\r\n\r\n");
    cf_put(&w, cf_str_n((const char *)packed, packed_len));
    cf_put_lit(&w, "\r\n--" BOUNDARY "--\r\n");
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

#define MULTIPART_FIELDS "Content-Type: multipart/mixed;boundary=" BOUNDARY "\r\nSubject: Weekly sync\r\n"
#define PEOPLE "<rl:entry uri=\"sip:bob@example.org;X-ROLE=speaker\"/><rl:entry uri=\"sip:carol@example.org;X-ROLE=speaker\"/>"

/* The section of the m-line with number @p index, from 0, of a description. */
static inline struct cf_str section(struct cf_str sdp, size_t index) {
    struct cf_str rest = sdp;
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

static inline size_t section_count(struct cf_str sdp) {
    size_t count = 0;
    while (section(sdp, count).len > 0) {
        count++;
    }
    return count;
}

/* Asserts that the answered line is as this row of a table says; NULL label: whatever it is. */
static inline void assert_line(struct cf_str sdp, size_t index, const char *mid, const char *direction, const char *content,
                               const char *label) {
    char text[100];
    struct cf_str part = section(sdp, index);
    static const char *const directions[] = {"sendrecv", "sendonly", "recvonly", "inactive"};
    snprintf(text, sizeof text, "a=mid:%s\r\n", mid);
    if (!has(part, text)) {
        fail_msg("line %zu is not %s:\n%.*s", index, mid, CF_STR_ARG(part));
    }
    const char *found = "sendrecv";
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++) {
        snprintf(text, sizeof text, "a=%s\r\n", directions[i]);
        found = has(part, text) ? directions[i] : found;
    }
    if (strcmp(found, direction) != 0) {
        fail_msg("line %zu (%s) is %s, not %s:\n%.*s", index, mid, found, direction, CF_STR_ARG(part));
    }
    if (content != NULL) {
        snprintf(text, sizeof text, "a=content:%s\r\n", content);
        if (!has(part, text)) {
            fail_msg("line %zu (%s) has not the content %s:\n%.*s", index, mid, content, CF_STR_ARG(part));
        }
    }
    if (label != NULL) {
        snprintf(text, sizeof text, "a=label:%s\r\n", label);
        if (!has(part, text)) {
            fail_msg("line %zu (%s) has not the label %s:\n%.*s", index, mid, label, CF_STR_ARG(part));
        }
    }
}

/* --- a conference of alice and bob --- */

static inline void learn(struct dialog *d, const struct cf_sip_message *answer) {
    struct cf_sip_name_addr contact;
    copy(d->tag, sizeof d->tag, answer->to_tag);
    assert_ok(cf_sip_name_addr_parse(cf_sip_value(answer, CF_SIP_HEADER_CONTACT), &contact));
    copy(d->target, sizeof d->target, contact.uri.text);
    assert_true(cf_sip_param_has(contact.params, CF_STR("isfocus")));
    struct cf_str video = section(answer->body, 1);
    size_t at = cf_str_find_str(video, CF_STR("a=label:"));
    if (at < video.len) {
        struct cf_str label = cf_str_skip(video, at + 8);
        copy(d->label, sizeof d->label, cf_str_head(label, cf_str_find(label, '\r')));
    }
}

static const struct line first_line[] = {{.mid = "vs", .is_first = true}};

static inline void make_conference(void) {
    static char body[TEXT_MAX];
    alice = (struct dialog){.user = "alice", .call_id = "creation"};
    say(&alice, "INVITE", FACTORY, MULTIPART_FIELDS, multipart(body, sizeof body, &alice, first_line, 1, PEOPLE));
    const struct cf_sip_message *answer = answer_to(&alice);
    assert_int_equal(answer->status, 302);
    struct cf_sip_name_addr contact;
    assert_ok(cf_sip_name_addr_parse(cf_sip_value(answer, CF_SIP_HEADER_CONTACT), &contact));
    assert_true(cf_sip_param_has(contact.params, CF_STR("isfocus")));
    assert_true(cf_sip_param_has(contact.uri.params, CF_STR("conf-id")));
    copy(conference, sizeof conference, contact.uri.text);
    copy(alice.tag, sizeof alice.tag, answer->to_tag);
    /* The ACK for a refusal is of the INVITE's transaction. */
    f.branch--;
    say(&alice, "ACK", FACTORY, "", CF_STR_NONE);
}

static inline void enter(struct dialog *d) {
    static char body[TEXT_MAX];
    char call_id[60];
    snprintf(call_id, sizeof call_id, "call-of-%s-%u", d->user, f.branch);
    *d = (struct dialog){.user = d->user};
    copy(d->call_id, sizeof d->call_id, cf_str_of(call_id));
    bool is_organiser = strcmp(d->user, "alice") == 0;
    struct cf_writer w;
    cf_writer_init(&w, body, sizeof body);
    put_description(&w, d, first_line, 1);
    say(d, "INVITE", conference, is_organiser ? MULTIPART_FIELDS : "Content-Type: application/sdp\r\n",
        is_organiser ? multipart(body, sizeof body, d, first_line, 1, PEOPLE) : cf_writer_str(&w));
    const struct cf_sip_message *answer = answer_to(d);
    assert_int_equal(answer->status, 200);
    learn(d, answer);
}

static inline void acknowledge(struct dialog *d) {
    say(d, "ACK", d->target, "", CF_STR_NONE);
}

/* A re-INVITE with these video lines; its answer's description, static. */
static inline struct cf_str ask_for(struct dialog *d, const struct line *lines, size_t count) {
    static char body[TEXT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, body, sizeof body);
    put_description(&w, d, lines, count);
    assert_true(cf_writer_ok(&w));
    say(d, "INVITE", d->target, "Content-Type: application/sdp\r\nSubject: Media change\r\n", cf_writer_str(&w));
    const struct cf_sip_message *answer = answer_to(d);
    assert_int_equal(answer->status, 200);
    static struct sip_text kept;
    sip_text_copy(&kept, answer->body);
    acknowledge(d);
    assert_int_equal(section_count(kept.text), count + 1);
    return kept.text;
}

static inline int begin(void **state) {
    (void)state;
    struct cf_node_config config = node_config(&f);
    config.is_registrar = false;
    assert_ok(cf_addr_parse(CF_STR("192.0.2.50"), &config.live.proxies[0]));
    config.live.proxy_count = 1;
    config.proxy_uri = CF_STR("<sip:192.0.2.50;transport=tcp;lr>");
    config.focus.factories = CF_STR("conference-factory videoconference-factory");
    config.focus.codecs = &codecs;
    config.focus.proxy = CF_STR("<sip:192.0.2.50;transport=tcp;lr>");
    f.policy.allows_bundle = true;
    node_begin_with(&f, &config);
    f.opens_connections = true;
    flow = node_accept(&f, 1, PROXY);
    make_conference();
    alice.user = "alice";
    enter(&alice);
    return 0;
}

static inline int begin_two(void **state) {
    begin(state);
    acknowledge(&alice);
    bob.user = "bob";
    enter(&bob);
    acknowledge(&bob);
    return 0;
}

static inline int end(void **state) {
    (void)state;
    node_end(&f);
    return 0;
}

#endif
