/* SPDX-License-Identifier: GPL-3.0-or-later */
/* URIs of the focus: factories, conferences, rooms; names of devices. */
#include "core/focus/identity.h"

#include "core/conf/room_name.h"
#include "core/endpoint/local_uri.h"
#include "core/focus/chat.h"
#include "core/focus/focus_impl.h"
#include "core/sip/uri.h"

#define ROOM_PREFIX CF_STR("room-")

static bool is_one_of(struct cf_str list, struct cf_str word) {
    struct cf_str rest = list.len == 0 ? CF_STR_NONE : list;
    while (rest.at != NULL) {
        if (cf_str_eq(cf_str_cut(&rest, ' '), word)) {
            return true;
        }
    }
    return false;
}

bool cf_focus_is_factory(const struct cf_focus *focus, const struct cf_sip_uri *uri) {
    return is_one_of(focus->config.factories, uri->user) && !cf_sip_param_has(uri->params, CF_STR("conf-id"));
}

static bool is_room(const struct cf_sip_uri *uri) {
    return cf_str_starts(uri->user, ROOM_PREFIX);
}

bool cf_focus_serves(const struct cf_focus *focus, const struct cf_sip_uri *uri) {
    return cf_focus_is_factory(focus, uri) || is_room(uri) || cf_str_eq(uri->user, focus->config.user);
}

void cf_focus_put_place(const struct cf_focus *focus, const struct cf_sip_uri *uri, struct cf_writer *w) {
    /* A proxy in front of us may have put an address there that nobody else knows. */
    if (uri == NULL || focus->config.proxy.len > 0) {
        cf_put(w, cf_domains_first(&focus->config.domains));
        return;
    }
    cf_put(w, uri->host);
    if (uri->port != 0) {
        cf_put_char(w, ':');
        cf_put_dec(w, uri->port);
    }
}

/* @p called: URI that was dialled; NULL: none. */
static struct cf_denial make_room(struct cf_focus *focus, struct cf_str user, const struct cf_sip_uri *called, cf_usec now,
                                  struct cf_conference **ret) {
    char uri[CF_CONFERENCE_URI_MAX];
    struct cf_writer w;
    struct cf_str name = cf_str_skip(user, ROOM_PREFIX.len);
    if (!cf_room_name_is_valid(name)) {
        return (struct cf_denial){.reason = CF_DENIAL_NOT_FOUND};
    }
    cf_writer_init(&w, uri, sizeof uri);
    cf_put_lit(&w, "sip:");
    cf_put(&w, user);
    cf_put_char(&w, '@');
    cf_focus_put_place(focus, called, &w);
    if (!cf_writer_ok(&w)) {
        return (struct cf_denial){.reason = CF_DENIAL_TOO_LONG};
    }
    struct cf_conference_config config = {.kind = called != NULL ? CF_CONFERENCE_ON_DEMAND : CF_CONFERENCE_ROOM,
                                          .access = CF_CONFERENCE_ACCESS_OPEN,
                                          .key = user,
                                          .uri = cf_writer_str(&w),
                                          .subject = name,
                                          .has_video = true};
    return cf_directory_create(&focus->directory, now, &config, ret);
}

struct cf_denial cf_focus_find(struct cf_focus *focus, const struct cf_sip_uri *uri, cf_usec now, struct cf_conference **ret) {
    struct cf_str id = cf_sip_param_value(uri->params, CF_STR("conf-id"));
    struct cf_denial denial = cf_directory_find(&focus->directory, id.len > 0 ? id : uri->user, ret);
    if (denial.reason == CF_DENIAL_NOT_FOUND && is_room(uri) && focus->config.has_open_rooms && id.len == 0) {
        return make_room(focus, uri->user, uri, now, ret);
    }
    return denial;
}

struct cf_denial cf_focus_find_for(struct cf_focus *focus, const struct cf_caller *caller, const struct cf_sip_uri *uri,
                                   cf_usec now, struct cf_conference **ret) {
    struct cf_str id = cf_sip_param_value(uri->params, CF_STR("conf-id"));
    /* Before anything is looked for: a guest's call to another room must not even make that room. */
    if (caller->only_room.at != NULL && !cf_str_eq(caller->only_room, id.len > 0 ? id : uri->user)) {
        return (struct cf_denial){.reason = CF_DENIAL_NOT_INVITED};
    }
    return cf_focus_find(focus, uri, now, ret);
}

struct cf_str cf_focus_room_name(struct cf_str key) {
    return cf_str_starts(key, ROOM_PREFIX) ? cf_str_skip(key, ROOM_PREFIX.len) : key;
}

struct cf_denial cf_focus_key_of(struct cf_focus *focus, struct cf_str name, char *room, struct cf_str *ret) {
    struct cf_writer w;
    struct cf_conference *conf = NULL;
    cf_writer_init(&w, room, CF_FOCUS_KEY_MAX);
    cf_put(&w, name);
    struct cf_denial denial = cf_directory_find(&focus->directory, cf_writer_str(&w), &conf);
    if (denial.reason == CF_DENIAL_NOT_FOUND) {
        struct cf_str plain = cf_focus_room_name(name);
        cf_writer_init(&w, room, CF_FOCUS_KEY_MAX);
        cf_put(&w, ROOM_PREFIX);
        cf_put(&w, plain);
        denial = cf_directory_find(&focus->directory, cf_writer_str(&w), &conf);
        bool can_be = focus->config.has_open_rooms && cf_room_name_is_valid(plain);
        denial.reason = denial.reason == CF_DENIAL_NOT_FOUND && can_be ? CF_DENIAL_NONE : denial.reason;
    }
    if (!cf_writer_ok(&w)) {
        return (struct cf_denial){.reason = CF_DENIAL_NOT_FOUND};
    }
    *ret = cf_writer_str(&w);
    return denial;
}

struct cf_denial cf_focus_find_room(struct cf_focus *focus, struct cf_str name, struct cf_conference **ret) {
    char room[CF_FOCUS_KEY_MAX];
    struct cf_str key;
    struct cf_denial denial = cf_focus_key_of(focus, name, room, &key);
    return cf_denial_is_none(denial) ? cf_directory_find(&focus->directory, key, ret) : denial;
}

struct cf_denial cf_focus_add_room(struct cf_focus *focus, struct cf_str name, cf_usec now) {
    char user[CF_ROOM_NAME_MAX + 8];
    struct cf_writer w;
    struct cf_conference *conf = NULL;
    cf_writer_init(&w, user, sizeof user);
    cf_put(&w, ROOM_PREFIX);
    cf_put(&w, name);
    if (!cf_writer_ok(&w)) {
        return (struct cf_denial){.reason = CF_DENIAL_TOO_LONG};
    }
    struct cf_denial denial = make_room(focus, cf_writer_str(&w), NULL, now, &conf);
    /* A room that the store has brought back is what was asked for. */
    return denial.reason == CF_DENIAL_EXISTS ? (struct cf_denial){.reason = CF_DENIAL_NONE} : denial;
}

struct cf_str cf_device_entity(const struct cf_sip_message *message, char *room, size_t size) {
    struct cf_sip_name_addr contact;
    struct cf_writer w;
    if (cf_sip_name_addr_parse(cf_sip_value(message, CF_SIP_HEADER_CONTACT), &contact) != CF_OK) {
        return CF_STR_NONE;
    }
    cf_writer_init(&w, room, size);
    cf_sip_put_aor(&w, &contact.uri);
    struct cf_str gruu = cf_sip_param_value(contact.uri.params, CF_STR("gr"));
    struct cf_str instance = cf_sip_param_value(contact.params, CF_STR("+sip.instance"));
    if (gruu.len > 0) {
        cf_put_lit(&w, ";gr=");
        cf_put(&w, gruu);
    } else if (contact.uri.port != 0 && instance.len == 0) {
        /* Two phones behind one address differ by their ports. */
        cf_put_char(&w, ':');
        cf_put_dec(&w, contact.uri.port);
    }
    return cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR_NONE;
}

bool cf_focus_reads_cpim(const struct cf_sip_message *message) {
    struct cf_str contact = cf_sip_value(message, CF_SIP_HEADER_CONTACT);
    struct cf_str accept = cf_sip_value(message, CF_SIP_HEADER_ACCEPT);
    return cf_str_find_str(contact, CF_STR("groupchat/")) < contact.len ||
           cf_str_find_str(accept, CF_STR("message/cpim")) < accept.len;
}

bool cf_focus_may_call(const struct cf_focus *focus, struct cf_str aor) {
    struct cf_sip_uri uri;
    if (cf_sip_uri_parse(aor, &uri) != CF_OK || !cf_sip_uri_is_sip(&uri)) {
        return false;
    }
    return focus->config.proxy.len > 0 || cf_domains_has(&focus->config.domains, uri.host);
}

const struct cf_aor_record *cf_focus_locate(const struct cf_focus *focus, struct cf_str aor) {
    char room[CF_AOR_MAX];
    struct cf_sip_uri uri;
    if (focus->config.location == NULL || cf_sip_uri_parse(aor, &uri) != CF_OK) {
        return NULL;
    }
    struct cf_str account = cf_domains_account_aor(&focus->config.domains, &uri, room);
    return account.len == 0 ? NULL : cf_location_find(focus->config.location, account);
}

struct cf_str cf_focus_record_route(const struct cf_focus *focus, struct cf_flow_id flow, bool is_sips, char *room, size_t size) {
    struct cf_writer w;
    cf_writer_init(&w, room, size);
    cf_put_record_route_line(&w, focus->config.endpoint, focus->config.locals, focus->config.local_count, flow, is_sips);
    return cf_writer_ok(&w) && w.len > 0 ? cf_writer_str(&w) : CF_STR_NONE;
}

struct cf_addr cf_focus_local(const struct cf_focus *focus, enum cf_family family) {
    struct cf_addr addr = focus->config.locals[0].addr;
    for (size_t i = focus->config.local_count; i-- > 0;) {
        if (focus->config.locals[i].addr.family == family) {
            addr = focus->config.locals[i].addr;
        }
    }
    addr.port = 0;
    return addr;
}
