/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A user agent in the virtual world. */
#include "lib/virtual_agent.h"

#include "adapt/expat/expat_conference_info.h"
#include "adapt/zlib/zlib_body.h"
#include "lib/test.h"
#include "lib/test_hash.h"
#include <string.h>

static enum cf_err inflate(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    static struct test_mem mem;
    (void)ctx;
    test_mem_init(&mem);
    enum cf_err err = cf_zlib_inflate(&mem.mem, in, out, size, ret_len);
    test_mem_fini(&mem);
    return err;
}

static enum cf_err read_info(void *ctx, const struct cf_mem *mem, struct cf_str xml, struct cf_conference_info *ret) {
    (void)ctx;
    return cf_expat_read_conference_info(mem, xml, ret);
}

static const struct cf_agent_codecs codecs = {inflate, read_info, NULL};

static bool take(void *ctx, size_t worker, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret) {
    (void)worker;
    struct virtual_agent *a = ctx;
    struct cf_addr addr = a->net.locals[0].addr;
    if (family != CF_FAMILY_IP4) {
        return false;
    }
    addr.port = a->next_port;
    a->next_port = (uint16_t)(a->next_port + 2);
    *ret = (struct cf_port_pair){.rtp = addr};
    if (with_rtcp) {
        addr.port++;
        ret->rtcp = addr;
    }
    a->ports_out++;
    return true;
}

static void give(void *ctx, const struct cf_port_pair *pair) {
    struct virtual_agent *a = ctx;
    (void)pair;
    a->ports_out--;
}

static void note(struct virtual_agent *a, const struct cf_agent_event *event) {
    a->events[event->kind]++;
    if (event->kind == CF_AGENT_MEDIA) {
        struct cf_media_params *params = cf_agent_take_media(a->agent);
        if (params != NULL) {
            cf_media_params_free(&a->net.mem.mem, a->media);
            a->media = params;
        }
    } else if (event->kind == CF_AGENT_ENDED) {
        a->cause = event->cause;
        a->status = event->status;
    } else if (event->kind == CF_AGENT_REFERRED || event->kind == CF_AGENT_REGISTER_FAILED) {
        a->status = event->status;
    } else if (event->kind == CF_AGENT_CONNECTED) {
        a->is_focus = event->flag;
    } else if (event->kind == CF_AGENT_REDIRECTED) {
        snprintf(a->redirected, sizeof a->redirected, "%.*s", CF_STR_ARG(event->text));
    }
}

static bool poll(void *ctx, struct cf_endpoint_event *ret) {
    struct virtual_agent *a = ctx;
    while (a->agent != NULL && cf_agent_poll(a->agent, world_now(a->net.world), &a->event)) {
        if (a->event.kind == CF_AGENT_SHELL) {
            *ret = a->event.shell;
            return true;
        }
        note(a, &a->event);
    }
    return false;
}

static cf_usec deadline(const void *ctx) {
    const struct virtual_agent *a = ctx;
    return cf_agent_deadline(a->agent);
}

static void on_deadline(void *ctx, cf_usec now) {
    struct virtual_agent *a = ctx;
    cf_agent_on_deadline(a->agent, now);
}

static const struct endpoint_node_host host = {poll, deadline, on_deadline};

void virtual_agent_init(struct virtual_agent *a, struct world *w, const char *user, const char *domain, const char *ip,
                        const char *server_ip, enum cf_transport transport) {
    static char proxies[64][96];
    static size_t proxy_count;
    char *proxy = proxies[proxy_count++ % 64];
    struct endpoint_node_config net = {.ip = ip, .seed = (uint64_t)ip[strlen(ip) - 1] * 31 + strlen(ip), .host = &host, .ctx = a};
    memset(a, 0, sizeof *a);
    endpoint_node_join(&a->net, w, &net);
    a->next_port = 20000;
    a->ports = (struct cf_port_source){take, give, a};
    cf_policy_default(&a->policy);
    a->policy.allows_sdes_on_insecure_signalling = true;
    snprintf(a->aor, sizeof a->aor, "sip:%s@%s", user, domain);
    snprintf(a->instance, sizeof a->instance, "urn:uuid:00000000-0000-4000-8000-%012x", (unsigned)net.seed);
    snprintf(proxy, sizeof proxies[0], "sip:%s:5060;transport=%s", server_ip, transport == CF_TRANSPORT_UDP ? "udp" : "tcp");
    a->config = (struct cf_agent_config){.mem = &a->net.mem.mem,
                                         .entropy = &a->net.entropy.entropy,
                                         .hash = &test_hash,
                                         .locals = a->net.locals,
                                         .local_count = a->net.local_count,
                                         .aor = cf_str_of(a->aor),
                                         .password = cf_str_of(user),
                                         .proxy = cf_str_of(proxy),
                                         .instance = cf_str_of(a->instance),
                                         .specs = CF_STR("conference/2.0"),
                                         .product = CF_STR("agent"),
                                         .policy = &a->policy,
                                         .ports = &a->ports,
                                         .codecs = &codecs};
}

void virtual_agent_start(struct virtual_agent *a) {
    a->agent = cf_agent_create(&a->config, world_now(a->net.world));
    assert_non_null(a->agent);
    a->net.ep = cf_agent_endpoint(a->agent);
    virtual_agent_drain(a);
}

void virtual_agent_drain(struct virtual_agent *a) {
    endpoint_node_drain(&a->net);
}

void virtual_agent_fini(struct virtual_agent *a) {
    cf_agent_destroy(a->agent);
    a->agent = NULL;
    a->net.ep = NULL;
    cf_media_params_free(&a->net.mem.mem, a->media);
    assert_int_equal(a->ports_out, 0);
    test_mem_fini(&a->net.mem);
}

void virtual_agent_call(struct virtual_agent *a, const char *target, const char *invited, const char *subject) {
    struct cf_resource_list list;
    struct cf_str rest = invited == NULL ? CF_STR_NONE : cf_str_of(invited);
    struct test_mem mem;
    test_mem_init(&mem);
    cf_resource_list_init(&list, &mem.mem, 64);
    while (rest.at != NULL && rest.len > 0) {
        assert_ok(cf_resource_list_add(&list, cf_str_cut(&rest, ' '), CF_STR_NONE, NULL));
    }
    struct cf_agent_call call = {.target = cf_str_of(target),
                                 .subject = subject == NULL ? CF_STR_NONE : cf_str_of(subject),
                                 .invited = invited == NULL ? NULL : &list};
    assert_ok(cf_agent_call(a->agent, &call, world_now(a->net.world)));
    cf_resource_list_fini(&list);
    test_mem_fini(&mem);
    virtual_agent_drain(a);
}

size_t virtual_agent_present(const struct virtual_agent *a) {
    return cf_roster_view_present(cf_agent_roster(a->agent));
}
