/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signalling server in the virtual world. */
#include "lib/virtual_server.h"

#include "adapt/expat/expat_resource_list.h"
#include "adapt/sqlite/binding_store.h"
#include "adapt/sqlite/conference_store.h"
#include "adapt/sqlite/schema.h"
#include "adapt/zlib/zlib_body.h"
#include "lib/test.h"
#include "lib/test_hash.h"

static const struct zone_record zone[] = {
    {CF_DNS_A, VIRTUAL_DOMAIN, {.addr = {.ip = {192, 0, 2, 1}, .family = CF_FAMILY_IP4}}},
};

/* --- what libraries and the shell do for it --- */

static enum cf_err inflate(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    struct virtual_server *s = ctx;
    return cf_zlib_inflate(&s->net.mem.mem, in, out, size, ret_len);
}

static enum cf_err deflate(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    struct virtual_server *s = ctx;
    return cf_zlib_deflate(&s->net.mem.mem, in, out, size, ret_len);
}

static enum cf_err read_list(void *ctx, struct cf_str xml, struct cf_resource_list *list) {
    (void)ctx;
    return cf_expat_read_resource_list(xml, list);
}

static struct cf_content_codecs codecs = {inflate, deflate, read_list, NULL};

static bool take_ports(void *ctx, size_t worker, enum cf_family family, bool with_rtcp, struct cf_port_pair *ret) {
    (void)worker;
    struct virtual_server *s = ctx;
    struct cf_addr addr = addr_of(VIRTUAL_SERVER_IP);
    if (family != CF_FAMILY_IP4) {
        return false;
    }
    addr.port = s->next_port;
    s->next_port = (uint16_t)(s->next_port >= 65000 ? 10000 : s->next_port + 2);
    *ret = (struct cf_port_pair){.rtp = addr};
    if (with_rtcp) {
        addr.port++;
        ret->rtcp = addr;
    }
    s->ports_out++;
    return true;
}

static void give_ports(void *ctx, const struct cf_port_pair *pair) {
    struct virtual_server *s = ctx;
    (void)pair;
    s->ports_out--;
}

/* --- the book of the media worker --- */

static struct virtual_leg *find_leg(struct virtual_server *s, struct cf_handle leg) {
    for (size_t i = 0; i < s->leg_count; i++) {
        if (cf_handle_eq(s->legs[i].leg, leg)) {
            return &s->legs[i];
        }
    }
    return NULL;
}

static void note_transport(struct virtual_leg *leg, const struct cf_media_transport_set *set) {
    const struct cf_ice_own *own = &set->transport.own_ice;
    leg->transport.has_ice = own->is_used;
    leg->transport.is_controlling = own->is_controlling;
    leg->transport.socket = set->rtp_socket;
    leg->transport.bases = set->base_count;
    leg->transport.local = set->transport.local_rtp;
    leg->transport.candidates = set->transport.ice.candidate_count;
    memcpy(leg->transport.ufrag, own->ufrag, sizeof own->ufrag);
}

static void note_phrase(struct cf_phrase *list, size_t *count, const struct cf_phrase *phrase) {
    if (*count == VIRTUAL_SAID_MAX) {
        memmove(list, list + 1, --*count * sizeof *list);
    }
    list[(*count)++] = *phrase;
}

static void on_media(struct virtual_server *s, const struct cf_media_command *command) {
    struct virtual_leg *leg = find_leg(s, command->leg);
    bool is_of_leg = command->kind != CF_MEDIA_ROOM_ADD && command->kind != CF_MEDIA_ROOM_SET &&
                     command->kind != CF_MEDIA_ROOM_REMOVE && command->kind != CF_MEDIA_LEG_ADD;
    if (command->kind == CF_MEDIA_PLAY && !cf_handle_is_set(command->leg)) {
        note_phrase(s->announced, &s->announced_count, &command->as.phrase);
        return;
    }
    if (is_of_leg && leg == NULL && s->net.mem.failed) {
        return; /* the command before it was lost for want of memory */
    }
    if (command->kind == CF_MEDIA_ROOM_ADD) {
        s->room_count++;
    } else if (command->kind == CF_MEDIA_ROOM_REMOVE) {
        s->room_count--;
    } else if (command->kind == CF_MEDIA_LEG_ADD) {
        assert_null(leg);
        assert_true(s->leg_count < VIRTUAL_LEGS_MAX);
        s->legs[s->leg_count++] =
            (struct virtual_leg){.room = command->room, .leg = command->leg, .policy = command->as.leg_policy};
    } else if (command->kind == CF_MEDIA_LEG_SET) {
        assert_non_null(leg);
        leg->policy = command->as.leg_policy;
    } else if (command->kind == CF_MEDIA_LEG_REMOVE) {
        assert_non_null(leg);
        *leg = s->legs[--s->leg_count];
    } else if (command->kind == CF_MEDIA_LINE_SET) {
        assert_non_null(leg);
        leg->lines++;
    } else if (command->kind == CF_MEDIA_TRANSPORT_SET && command->as.transport.index == 0) {
        assert_non_null(leg);
        note_transport(leg, &command->as.transport);
    } else if (command->kind == CF_MEDIA_PLAY && leg != NULL) {
        note_phrase(leg->said, &leg->said_count, &command->as.phrase);
    } else if (command->kind == CF_MEDIA_HUSH) {
        assert_non_null(leg);
        leg->hushes++;
    } else if (command->kind == CF_MEDIA_TRICKLE) {
        assert_non_null(leg);
        leg->trickled += command->as.trickle.candidate_count;
    }
}

/* --- the node --- */

static void on_location(struct virtual_server *s, const struct cf_location_change *change) {
    if (change->kind == CF_LOCATION_REMOVED) {
        assert_ok(cf_binding_store_remove(&s->db, change->aor, &change->values));
    } else {
        assert_ok(cf_binding_store_put(&s->db, change->aor, &change->values, VIRTUAL_WALL + change->expires));
    }
}

static bool poll(void *ctx, struct cf_endpoint_event *ret) {
    struct virtual_server *s = ctx;
    while (s->node != NULL && cf_node_poll(s->node, world_now(s->net.world), &s->out)) {
        if (s->out.kind == CF_NODE_OUT_ENDPOINT) {
            *ret = s->out.event;
            return true;
        }
        if (s->out.kind == CF_NODE_OUT_LOCATION) {
            on_location(s, &s->out.location);
        } else if (s->out.focus.kind == CF_FOCUS_OUT_MEDIA) {
            on_media(s, s->out.focus.command);
        } else if (s->out.focus.kind == CF_FOCUS_OUT_STORE) {
            assert_ok(cf_conference_store_put(&s->db, &s->out.focus.row));
        } else {
            assert_ok(cf_conference_store_remove(&s->db, s->out.focus.key));
        }
    }
    return false;
}

static cf_usec deadline(const void *ctx) {
    const struct virtual_server *s = ctx;
    return cf_node_deadline(s->node);
}

static void on_deadline(void *ctx, cf_usec now) {
    struct virtual_server *s = ctx;
    cf_node_on_deadline(s->node, now);
}

static const struct endpoint_node_host host = {poll, deadline, on_deadline};

static void set_config(struct virtual_server *s) {
    s->ports = (struct cf_port_source){.take = take_ports, .give = give_ports, .ctx = s};
    codecs.ctx = s;
    s->config = (struct cf_node_config){.mem = &s->net.mem.mem,
                                        .entropy = &s->net.entropy.entropy,
                                        .hash = &test_hash,
                                        .locals = s->net.locals,
                                        .local_count = s->net.local_count,
                                        .domains = CF_STR(VIRTUAL_DOMAIN),
                                        .is_registrar = true,
                                        .live = {.product = CF_STR("confer"),
                                                 .algorithms = CF_STR("SHA-256 MD5"),
                                                 .nonce_life_usec = CF_SEC(300),
                                                 .failures_max = 20,
                                                 .expires_least_sec = 60,
                                                 .expires_most_sec = 7200,
                                                 .devices_max = 10}};
    s->config.focus = (struct cf_focus_config){.policy = &s->policy,
                                               .codecs = &codecs,
                                               .port_source = &s->ports,
                                               .user = CF_STR("conference-focus"),
                                               .factories = CF_STR("conference-factory videoconference-factory"),
                                               .has_open_rooms = true,
                                               .limits = cf_conference_limits_default,
                                               .times = cf_conference_times_default,
                                               .ring_usec = CF_SEC(60),
                                               .quarantine_usec = CF_SEC(10),
                                               .silence_usec = CF_SEC(60),
                                               .video_kbps = 1000};
}

void virtual_server_init(struct virtual_server *s, struct world *w) {
    struct endpoint_node_config net = {.ip = VIRTUAL_SERVER_IP, .seed = 77, .host = &host, .ctx = s};
    static const struct cf_sqlite_options options;
    memset(s, 0, sizeof *s);
    endpoint_node_join(&s->net, w, &net);
    s->net.zone = zone;
    s->net.zone_count = sizeof zone / sizeof *zone;
    s->next_port = 10000;
    cf_policy_default(&s->policy);
    s->policy.allows_plain = true;
    s->policy.allows_sdes_on_insecure_signalling = true;
    assert_ok(cf_sqlite_open(&s->db, ":memory:", &options));
    assert_ok(cf_schema_apply(&s->db));
    set_config(s);
}

static void restore_binding(void *ctx, struct cf_str aor, const struct cf_binding_values *values, cf_wall expires) {
    struct virtual_server *s = ctx;
    cf_usec now = world_now(s->net.world);
    assert_ok(cf_location_restore(cf_node_location(s->node), aor, values, expires - VIRTUAL_WALL, now));
}

static void restore_conference(void *ctx, const struct cf_conference_row *row) {
    struct virtual_server *s = ctx;
    cf_focus_restore(cf_node_focus(s->node), row, world_now(s->net.world));
}

void virtual_server_start(struct virtual_server *s, const char *const *names) {
    cf_usec now = world_now(s->net.world);
    size_t skipped = 0;
    s->node = cf_node_create(&s->config, now, VIRTUAL_WALL + now);
    assert_non_null(s->node);
    s->net.ep = cf_node_endpoint(s->node);
    for (size_t i = 0; names[i] != NULL; i++) {
        struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
        struct cf_str name = cf_str_of(names[i]);
        assert_ok(cf_account_secrets(&test_hash, name, CF_STR(VIRTUAL_DOMAIN), name, secrets));
        assert_ok(cf_accounts_set(cf_node_accounts(s->node), name, secrets));
    }
    assert_ok(cf_binding_store_each(&s->db, VIRTUAL_WALL + now, restore_binding, s));
    assert_ok(cf_conference_store_each(&s->db, &s->net.mem.mem, restore_conference, s, &skipped));
    virtual_server_drain(s);
}

void virtual_server_kill(struct virtual_server *s) {
    cf_node_destroy(s->node);
    s->node = NULL;
    s->net.ep = NULL;
    s->leg_count = 0;
    s->room_count = 0;
    endpoint_node_cut(&s->net);
    world_touch(s->net.world, s->net.number);
}

void virtual_server_fini(struct virtual_server *s) {
    cf_node_destroy(s->node);
    s->node = NULL;
    s->net.ep = NULL;
    cf_sqlite_close(&s->db);
    assert_int_equal(s->ports_out, 0);
    test_mem_fini(&s->net.mem);
}

void virtual_server_drain(struct virtual_server *s) {
    endpoint_node_drain(&s->net);
}

/* --- questions --- */

struct cf_conference *virtual_server_conference(struct virtual_server *s, const char *key) {
    struct cf_conference *conf = NULL;
    struct cf_denial denial = cf_directory_find(cf_focus_directory(cf_node_focus(s->node)), cf_str_of(key), &conf);
    assert_int_equal(denial.reason, CF_DENIAL_NONE);
    return conf;
}

struct cf_conference *virtual_server_made(struct virtual_server *s) {
    struct cf_directory *dir = cf_focus_directory(cf_node_focus(s->node));
    for (size_t i = 0; i < dir->handles.slots_used; i++) {
        struct cf_conference *conf = cf_directory_at(dir, i);
        if (conf != NULL && (conf->kind == CF_CONFERENCE_AD_HOC || conf->kind == CF_CONFERENCE_SCHEDULED)) {
            return conf;
        }
    }
    fail_msg("no conference was made");
    return NULL;
}

const struct virtual_leg *virtual_server_leg(const struct virtual_server *s, const struct cf_conference *conf, const char *aor) {
    const struct cf_roster_participant *p = cf_roster_find(&conf->roster, cf_str_of(aor));
    const struct cf_roster_device *device = p == NULL ? NULL : cf_roster_first_device(p);
    for (size_t i = 0; device != NULL && i < s->leg_count; i++) {
        if (cf_handle_eq(s->legs[i].leg, device->leg)) {
            return &s->legs[i];
        }
    }
    return NULL;
}

void virtual_server_say(struct virtual_server *s, const struct cf_conference *conf, const char *aor,
                        enum cf_media_event_kind kind) {
    const struct virtual_leg *leg = virtual_server_leg(s, conf, aor);
    assert_non_null(leg);
    struct cf_media_event event = {.kind = kind, .room = leg->room, .leg = leg->leg};
    cf_node_on_media(s->node, &event, world_now(s->net.world));
    virtual_server_drain(s);
}

static void press(struct virtual_server *s, const struct cf_conference *conf, const char *aor, enum cf_media_event_kind kind,
                  const char *keys) {
    for (const char *key = keys; *key != '\0'; key++) {
        const struct virtual_leg *leg = virtual_server_leg(s, conf, aor);
        assert_non_null(leg);
        struct cf_media_event event = {.kind = kind, .room = leg->room, .leg = leg->leg};
        event.as.digit = *key;
        cf_node_on_media(s->node, &event, world_now(s->net.world));
        virtual_server_drain(s);
    }
}

void virtual_server_press(struct virtual_server *s, const struct cf_conference *conf, const char *aor, const char *keys) {
    press(s, conf, aor, CF_MEDIA_EVENT_DIGIT, keys);
}

void virtual_server_play(struct virtual_server *s, const struct cf_conference *conf, const char *aor, const char *keys) {
    press(s, conf, aor, CF_MEDIA_EVENT_TONE, keys);
}

void virtual_server_played(struct virtual_server *s, struct cf_handle leg, uint16_t tag) {
    const struct cf_media_event event = {.kind = CF_MEDIA_EVENT_PLAYED, .leg = leg, .as.played = {.tag = tag, .is_whole = true}};
    cf_node_on_media(s->node, &event, world_now(s->net.world));
    virtual_server_drain(s);
}
