/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Imitated Linphones: their world, what their users do, what they see. */
#include "lib/linphone_client.h"

#include "adapt/expat/expat_resource_list.h"
#include "adapt/zlib/zlib_body.h"
#include "lib/endpoint_node.h"
#include "lib/linphone_internal.h"
#include "lib/test.h"
#include <stdlib.h>

static struct linphone_world *world; /* of the codecs below: one at a time */

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

/* By address, or if there is a proxy by what it knows the client by. */
static bool is_for(struct linphone_client *c, const struct cf_addr *to, const struct cf_sip_message *m) {
    char uri[60];
    struct cf_addr addr = addr_of(c->addr);
    snprintf(uri, sizeof uri, "sip:%s@", c->user);
    return c->world->has_proxy
               ? dialog_of(c, m->call_id) != NULL || (m->is_request && cf_str_starts(m->request_uri.text, cf_str_of(uri)))
               : cf_addr_eq(&addr, to);
}

static void deliver(struct linphone_world *w, const struct cf_addr *to, struct cf_str text) {
    struct cf_sip_message m;
    struct cf_parse_error error;
    /* Time passes, and with it nonces differ. */
    w->node.now += 100;
    assert_ok(cf_sip_parse(text, &m, &error));
    for (size_t i = 0; i < w->count; i++) {
        struct linphone_client *c = &w->clients[i];
        if (!is_for(c, to, &m)) {
            continue;
        }
        struct linphone_dialog *d = dialog_of(c, m.call_id);
        if (m.is_request) {
            linphone_on_request(c, &m, text);
        } else if (d != NULL) {
            linphone_on_answer(c, d, &m, text);
        }
    }
}

/* Messages on their way, in the order of sending. */
struct mail {
    struct {
        struct cf_addr to;
        char *text;
        size_t len;
    } list[2 * NODE_SENT_MAX];
    size_t count;
};

static void collect(struct linphone_world *w, struct mail *mail) {
    assert_true(w->node.sent_count <= NODE_SENT_MAX && mail->count + w->node.sent_count <= 2 * NODE_SENT_MAX);
    for (size_t i = 0; i < w->node.sent_count; i++) {
        struct cf_str text = w->node.sent[i].message.text;
        char *kept = malloc(text.len);
        assert_non_null(kept);
        memcpy(kept, text.at, text.len);
        mail->list[mail->count].to = w->node.sent[i].to;
        mail->list[mail->count].len = text.len;
        mail->list[mail->count++].text = kept;
    }
    node_clear(&w->node);
}

/* The first one, or the first one of whoever is drawn: what one client gets keeps its order. */
static size_t draw(struct linphone_world *w, const struct mail *mail) {
    size_t drawn = w->is_shuffled ? cf_rng_below(&w->rng, (uint32_t)mail->count) : 0;
    size_t i = 0;
    while (!cf_addr_eq(&mail->list[i].to, &mail->list[drawn].to)) {
        i++;
    }
    return i;
}

void linphone_pump(struct linphone_world *w) {
    struct mail mail = {.count = 0};
    collect(w, &mail);
    while (mail.count > 0) {
        size_t i = draw(w, &mail);
        struct cf_addr to = mail.list[i].to;
        char *text = mail.list[i].text;
        size_t len = mail.list[i].len;
        mail.count--;
        memmove(&mail.list[i], &mail.list[i + 1], (mail.count - i) * sizeof mail.list[0]);
        deliver(w, &to, cf_str_n(text, len));
        free(text);
        collect(w, &mail);
    }
}

void linphone_run(struct linphone_world *w, cf_usec duration) {
    cf_usec until = w->node.now + duration;
    linphone_pump(w);
    while (cf_node_deadline(w->node.node) <= until) {
        node_run_until(
            &w->node,
            cf_usec_min(until, w->node.now > cf_node_deadline(w->node.node) ? w->node.now : cf_node_deadline(w->node.node)));
        linphone_pump(w);
    }
    w->node.now = until;
}

struct cf_node_config linphone_config(struct linphone_world *w) {
    static const uint8_t fingerprint[32] = {1, 2, 3};
    world = w;
    w->has_proxy = false;
    w->is_shuffled = false;
    struct cf_node_config config = node_config(&w->node);
    config.focus.codecs = &codecs;
    config.focus.factories = CF_STR("conference-factory videoconference-factory");
    config.focus.fingerprint = fingerprint;
    return config;
}

struct cf_node_config linphone_config_behind_proxy(struct linphone_world *w) {
    struct cf_node_config config = linphone_config(w);
    w->has_proxy = true;
    config.is_registrar = false;
    config.live.proxies[0] = addr_of(LINPHONE_PROXY);
    config.live.proxies[0].port = 0;
    config.live.proxy_count = 1;
    config.proxy_uri = CF_STR("<sip:192.0.2.50;transport=tcp;lr>");
    config.focus.proxy = config.proxy_uri;
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
        c->registration = linphone_fresh(c, "register", aor);
    }
    cf_writer_init(&w, fields, sizeof fields - 1);
    cf_put_lit(&w, "Accept: application/sdp\r\nAccept: text/plain\r\nAccept: application/vnd.gsma.rcs-ft-http+xml\r\n");
    memcpy(gruu, c->gruu, sizeof gruu);
    c->gruu[0] = '\0';
    linphone_put_contact(c, &w, false);
    memcpy(c->gruu, gruu, sizeof gruu);
    snprintf(line, sizeof line, "Expires: %u\r\n", expires_sec);
    cf_put(&w, cf_str_of(line));
    fields[w.len] = '\0';
    linphone_ask(c, &c->registration, "REGISTER", fields, "", CF_STR_NONE);
    linphone_pump(c->world);
}

void linphone_begin(struct linphone_world *w, const struct cf_node_config *config, const char *names) {
    struct cf_str rest = cf_str_of(names);
    node_begin_with(&w->node, config);
    if (w->has_proxy) {
        w->node.opens_connections = true;
        w->proxy = node_accept(&w->node, 1, LINPHONE_PROXY);
    }
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
        if (w->has_proxy) {
            snprintf(c->gruu, sizeof c->gruu, "sip:%s@example.org;gr=urn:uuid:00000000-0000-4000-8000-%012u", c->user, c->number);
            continue;
        }
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
    linphone_put_entries(c->list, sizeof c->list, names);
    linphone_copy(c->subject, sizeof c->subject, cf_str_of(subject));
    c->start_ntp = c->stop_ntp = 0;
    c->factory = linphone_fresh(c, "factory", c->factory_uri != NULL ? c->factory_uri : LINPHONE_FACTORY);
    linphone_invite(c, &c->factory, subject, true, true);
    linphone_pump(c->world);
}

static void errand(struct linphone_client *c, const char *uri, const char *subject, const char *names) {
    struct linphone_line lines[LINPHONE_LINES_MAX];
    size_t count = c->line_count;
    memcpy(lines, c->lines, sizeof lines);
    linphone_put_entries(c->list, sizeof c->list, names == NULL ? "" : names);
    c->factory = linphone_fresh(c, "errand", uri);
    linphone_invite(c, &c->factory, subject, true, names != NULL);
    c->list[0] = '\0';
    memcpy(c->lines, lines, sizeof lines);
    c->line_count = count;
}

void linphone_schedule(struct linphone_client *c, const char *subject, const char *names, uint64_t start_ntp, uint64_t stop_ntp) {
    c->start_ntp = start_ntp;
    c->stop_ntp = stop_ntp;
    errand(c, LINPHONE_FACTORY, subject, names);
    linphone_pump(c->world);
    c->start_ntp = c->stop_ntp = 0;
}

void linphone_reschedule(struct linphone_client *c, const char *subject, const char *names, uint64_t start_ntp,
                         uint64_t stop_ntp) {
    c->start_ntp = start_ntp;
    c->stop_ntp = stop_ntp;
    errand(c, c->conference, subject, names);
    linphone_pump(c->world);
    c->start_ntp = c->stop_ntp = 0;
}

void linphone_join(struct linphone_client *c, const char *uri) {
    c->list[0] = '\0';
    c->subject[0] = '\0';
    linphone_copy(c->conference, sizeof c->conference, cf_str_of(uri));
    linphone_call_conference(c);
    linphone_pump(c->world);
}

void linphone_leave(struct linphone_client *c) {
    linphone_ask(c, &c->call, "BYE", "", "", CF_STR_NONE);
    c->call.is_up = false;
    linphone_subscribe(c, 0);
    linphone_pump(c->world);
}

unsigned linphone_refer(struct linphone_client *c, const char *refer_to) {
    char fields[900];
    char line[300];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields - 1);
    snprintf(line, sizeof line, "Refer-To: %s\r\n", refer_to);
    cf_put(&w, cf_str_of(line));
    linphone_put_contact(c, &w, false);
    fields[w.len] = '\0';
    c->refer = linphone_fresh(c, "refer", c->conference);
    linphone_ask(c, &c->refer, "REFER", fields, "", CF_STR_NONE);
    linphone_pump(c->world);
    return c->refer.status;
}

void linphone_message(struct linphone_client *c, const char *uri, const char *type, const char *text) {
    c->refer = linphone_fresh(c, "message", uri);
    linphone_ask(c, &c->refer, "MESSAGE", "", type, cf_str_of(text));
    linphone_pump(c->world);
}

void linphone_notice(struct linphone_client *c, const char *type, const char *text) {
    char plain[1500];
    uint8_t packed[1500];
    size_t len = 0;
    int plain_len =
        snprintf(plain, sizeof plain,
                 "From: <%s>\r\nTo: <%s>\r\nDateTime: 2026-01-01T00:00:00Z\r\n\r\nContent-Disposition: notification\r\n"
                 "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
                 c->gruu, c->conference, type, strlen(text), text);
    assert_in_range(plain_len, 1, sizeof plain - 1);
    assert_ok(cf_zlib_deflate(&c->world->node.mem.mem, cf_str_span(cf_str_of(plain)), packed, sizeof packed, &len));
    c->refer = linphone_fresh(c, "notice", c->conference);
    linphone_ask(c, &c->refer, "MESSAGE", "Content-Encoding: deflate\r\n", "message/cpim", cf_str_n((const char *)packed, len));
    linphone_pump(c->world);
}

void linphone_update(struct linphone_client *c, const char *subject) {
    assert_true(c->call.is_up && !c->call.is_waiting);
    c->reinvites++;
    linphone_plan_lines(c);
    linphone_invite(c, &c->call, subject, false, c->list[0] != '\0');
    linphone_pump(c->world);
}

void linphone_ask_in_call(struct linphone_client *c, const char *method, const char *fields, const char *type,
                          struct cf_str body) {
    linphone_ask(c, &c->call, method, fields, type, body);
    linphone_pump(c->world);
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
    const char *label = d == NULL ? "" : c->is_grid && d->is_sharing ? d->label : d->miniature_label;
    if (label[0] == '\0') {
        return false;
    }
    snprintf(mid, sizeof mid, "vs%s", label);
    const struct linphone_line *line = linphone_line_called(c, mid);
    struct cf_str answered = line == NULL ? CF_STR_NONE : linphone_answered(c, (size_t)(line - c->lines));
    snprintf(mid + strlen(mid), sizeof mid - strlen(mid), "\r\n");
    return answered.len > 0 && linphone_has(answered, mid) && linphone_has(answered, "a=sendonly\r\n") &&
           linphone_has(answered, "a=bundle-only\r\n");
}

/* Does @p c have to show @p other in a line of its own? */
static bool is_to_be_shown(const struct linphone_client *c, const struct linphone_client *other) {
    bool looks = c->call.is_up && !c->is_video_off && !c->is_held;
    bool sends = other->call.is_up && !other->is_video_off;
    return c != other && looks && sends && (!other->is_camera_off || (other->is_sharing && c->is_grid));
}

void linphone_assert_shown(struct linphone_world *w) {
    for (size_t i = 0; i < w->count * w->count; i++) {
        struct linphone_client *c = &w->clients[i / w->count];
        const struct linphone_client *other = &w->clients[i % w->count];
        if (is_to_be_shown(c, other) && !linphone_shows(c, other->user)) {
            fail_msg("%s does not show %s", c->user, other->user);
        }
    }
}

void linphone_assert_whole(struct linphone_world *w) {
    linphone_assert_shown(w);
    for (size_t i = 0; i < w->count * w->count; i++) {
        struct linphone_client *c = &w->clients[i / w->count];
        const struct linphone_client *other = &w->clients[i % w->count];
        if (c->call.is_up && !c->is_held && !is_to_be_shown(c, other) && linphone_shows(c, other->user)) {
            fail_msg("%s shows %s", c->user, other->user);
        }
    }
}
