/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads application/conference-info+xml. */
#include "adapt/expat/expat_conference_info.h"

#include "adapt/expat/xml_walk.h"

#define NS_INFO "urn:ietf:params:xml:ns:conference-info"
#define NS_LINPHONE "linphone:xml:ns:conference-info-linphone-extension"
#define NS_CONFER "urn:confer:conference-info"

/** What element is open: a row of the table below. */
enum place {
    OUTSIDE,
    ROOT,
    DESCRIPTION,
    SUBJECT,
    FREE_TEXT,
    TIMES,
    TIMES_START,
    TIMES_END,
    STATE,
    STATE_COUNT,
    STATE_ACTIVE,
    STATE_LOCKED,
    ROOM_STATE,
    USERS,
    USER,
    USER_NAME,
    ROLES,
    ROLE,
    ENDPOINT,
    STATUS,
    JOINING,
    DISCONNECTION,
    DISCONNECTION_INFO,
    DISCONNECTION_REASON,
    CALL_INFO,
    SIP,
    CALL_ID,
    FROM_TAG,
    TO_TAG,
    MEDIA,
    MEDIA_TYPE,
    MEDIA_LABEL,
    MEDIA_SOURCE,
    MEDIA_STATUS,
    STREAM_DATA,
    STREAM_CONTENT,
};

/** Which element leads where. All other elements are passed over with what is in them. */
static const struct {
    enum place parent;
    const char *space;
    const char *name;
    enum place place;
} places[] = {
    {OUTSIDE, NS_INFO, "conference-info", ROOT},
    {ROOT, NS_INFO, "conference-description", DESCRIPTION},
    {DESCRIPTION, NS_INFO, "subject", SUBJECT},
    {DESCRIPTION, NS_INFO, "free-text", FREE_TEXT},
    {DESCRIPTION, NS_LINPHONE, "conference-times", TIMES},
    {TIMES, NS_LINPHONE, "start", TIMES_START},
    {TIMES, NS_LINPHONE, "end", TIMES_END},
    {ROOT, NS_INFO, "conference-state", STATE},
    {STATE, NS_INFO, "user-count", STATE_COUNT},
    {STATE, NS_INFO, "active", STATE_ACTIVE},
    {STATE, NS_INFO, "locked", STATE_LOCKED},
    {STATE, NS_CONFER, "room-state", ROOM_STATE},
    {ROOT, NS_INFO, "users", USERS},
    {USERS, NS_INFO, "user", USER},
    {USER, NS_INFO, "display-text", USER_NAME},
    {USER, NS_INFO, "roles", ROLES},
    {ROLES, NS_INFO, "entry", ROLE},
    {USER, NS_INFO, "endpoint", ENDPOINT},
    {ENDPOINT, NS_INFO, "status", STATUS},
    {ENDPOINT, NS_INFO, "joining-method", JOINING},
    {ENDPOINT, NS_INFO, "disconnection-method", DISCONNECTION},
    {ENDPOINT, NS_INFO, "disconnection-info", DISCONNECTION_INFO},
    {DISCONNECTION_INFO, NS_INFO, "reason", DISCONNECTION_REASON},
    {ENDPOINT, NS_INFO, "call-info", CALL_INFO},
    {CALL_INFO, NS_INFO, "sip", SIP},
    {SIP, NS_INFO, "call-id", CALL_ID},
    {SIP, NS_INFO, "from-tag", FROM_TAG},
    {SIP, NS_INFO, "to-tag", TO_TAG},
    {ENDPOINT, NS_INFO, "media", MEDIA},
    {MEDIA, NS_INFO, "type", MEDIA_TYPE},
    {MEDIA, NS_INFO, "label", MEDIA_LABEL},
    {MEDIA, NS_INFO, "src-id", MEDIA_SOURCE},
    {MEDIA, NS_INFO, "status", MEDIA_STATUS},
    {MEDIA, NS_LINPHONE, "stream-data", STREAM_DATA},
    {STREAM_DATA, NS_LINPHONE, "stream-content", STREAM_CONTENT},
};

/** The words of <roles>, and their bits. */
static const struct {
    struct cf_str word;
    unsigned bit;
} roles[] = {
    {CF_STR_INIT("admin"), CF_INFO_ADMIN},         {CF_STR_INIT("participant"), CF_INFO_PARTICIPANT},
    {CF_STR_INIT("speaker"), CF_INFO_SPEAKER},     {CF_STR_INIT("listener"), CF_INFO_LISTENER},
    {CF_STR_INIT("organizer"), CF_INFO_ORGANISER},
};

/** The reading of one document. */
struct reading {
    struct cf_conference_info *info;
    enum place open[CF_XML_DEPTH_MAX]; /* by depth */
    unsigned foreign;                  /* depth of the outermost element that is passed over, plus 1; 0: none */
};

static bool find_place(enum place parent, struct cf_xml_name name, enum place *ret) {
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i].parent == parent && cf_xml_name_is(name, places[i].space, places[i].name)) {
            *ret = places[i].place;
            return true;
        }
    }
    return false;
}

/* --- beginnings --- */

static enum cf_err begin_root(struct cf_conference_info *info, const struct cf_xml_start *start) {
    struct cf_str version = cf_xml_attribute(start, "version");
    info->entity = cf_conference_info_keep(info, cf_xml_attribute(start, "entity"));
    info->has_version = version.at != NULL;
    if (info->entity.len == 0 || (info->has_version && !cf_str_to_u32(cf_str_trim(version), UINT32_MAX, &info->version))) {
        return CF_ERR_MALFORMED;
    }
    return cf_roster_state_of(cf_xml_attribute(start, "state"), &info->state) ? CF_OK : CF_ERR_MALFORMED;
}

static enum cf_err begin_user(struct cf_conference_info *info, const struct cf_xml_start *start) {
    struct cf_info_user *user = NULL;
    enum cf_err err = cf_conference_info_add_user(info, &user);
    if (err != CF_OK) {
        return err;
    }
    user->entity = cf_conference_info_keep(info, cf_xml_attribute(start, "entity"));
    bool is_good = user->entity.len > 0 && cf_roster_state_of(cf_xml_attribute(start, "state"), &user->state);
    return is_good ? CF_OK : CF_ERR_MALFORMED;
}

static enum cf_err begin_endpoint(struct cf_conference_info *info, const struct cf_xml_start *start) {
    struct cf_info_endpoint *endpoint = NULL;
    enum cf_err err = cf_conference_info_add_endpoint(info, &endpoint);
    if (err != CF_OK) {
        return err;
    }
    endpoint->entity = cf_conference_info_keep(info, cf_xml_attribute(start, "entity"));
    bool is_good = endpoint->entity.len > 0 && cf_roster_state_of(cf_xml_attribute(start, "state"), &endpoint->state);
    return is_good ? CF_OK : CF_ERR_MALFORMED;
}

static enum cf_err begin_media(struct cf_conference_info *info, const struct cf_xml_start *start) {
    struct cf_info_media *media = NULL;
    enum cf_err err = cf_conference_info_add_media(info, &media);
    if (err == CF_OK) {
        media->id = cf_conference_info_keep(info, cf_xml_attribute(start, "id"));
        err = media->id.len > 0 ? CF_OK : CF_ERR_MALFORMED;
    }
    return err;
}

static bool is_true(struct cf_str text) {
    return cf_str_eq(text, CF_STR("true")) || cf_str_eq(text, CF_STR("1"));
}

static enum cf_err begin(struct cf_conference_info *info, enum place place, const struct cf_xml_start *start) {
    if (place == ROOT) {
        return begin_root(info, start);
    }
    if (place == DESCRIPTION) {
        info->has_description = true;
    } else if (place == STATE) {
        info->has_conference_state = true;
    } else if (place == ROOM_STATE) {
        info->has_room_state = true;
        info->has_lobby = is_true(cf_xml_attribute(start, "lobby"));
    } else if (place == USERS) {
        info->has_users = true;
        return cf_roster_state_of(cf_xml_attribute(start, "state"), &info->users_state) ? CF_OK : CF_ERR_MALFORMED;
    } else if (place == USER) {
        return begin_user(info, start);
    } else if (place == ROLES) {
        info->users[info->user_count_read - 1].has_roles = true;
    } else if (place == ENDPOINT) {
        return begin_endpoint(info, start);
    } else if (place == CALL_INFO) {
        info->endpoints[info->endpoint_count - 1].has_call = true;
    } else if (place == MEDIA) {
        return begin_media(info, start);
    }
    return CF_OK;
}

static enum cf_err on_start(void *ctx, const struct cf_xml_start *start) {
    struct reading *r = ctx;
    enum place parent = start->depth == 0 ? OUTSIDE : r->open[start->depth - 1];
    enum place place = OUTSIDE;
    if (r->foreign != 0) {
        return CF_OK;
    }
    if (!find_place(parent, start->name, &place)) {
        r->foreign = start->depth + 1;
        return start->depth == 0 ? CF_ERR_MALFORMED : CF_OK;
    }
    r->open[start->depth] = place;
    return begin(r->info, place, start);
}

/* --- ends, with the text --- */

static unsigned role_of(struct cf_str word) {
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (cf_str_eq(roles[i].word, word)) {
            return roles[i].bit;
        }
    }
    return 0;
}

static void end_of_conference(struct cf_conference_info *info, enum place place, struct cf_str text) {
    if (place == SUBJECT) {
        info->subject = cf_conference_info_keep(info, text);
    } else if (place == FREE_TEXT) {
        info->free_text = cf_conference_info_keep(info, text);
    } else if (place == TIMES_START) {
        info->start = cf_conference_info_keep(info, text);
    } else if (place == TIMES_END) {
        info->end = cf_conference_info_keep(info, text);
    } else if (place == STATE_COUNT) {
        info->has_user_count = cf_str_to_u32(text, UINT32_MAX, &info->user_count);
    } else if (place == STATE_ACTIVE) {
        info->has_active = true;
        info->is_active = is_true(text);
    } else if (place == STATE_LOCKED) {
        info->has_locked = true;
        info->is_locked = is_true(text);
    }
}

static void end_of_endpoint(struct cf_conference_info *info, enum place place, struct cf_str text) {
    struct cf_info_endpoint *endpoint = &info->endpoints[info->endpoint_count - 1];
    if (place == STATUS) {
        endpoint->has_status = cf_endpoint_status_of(text, &endpoint->status);
    } else if (place == JOINING) {
        endpoint->has_joining_method = cf_joining_method_of(text, &endpoint->joining_method);
    } else if (place == DISCONNECTION) {
        endpoint->has_disconnection_method = cf_disconnection_method_of(text, &endpoint->disconnection_method);
    } else if (place == DISCONNECTION_REASON) {
        endpoint->disconnection_reason = cf_conference_info_keep(info, text);
    } else if (place == CALL_ID) {
        endpoint->call.call_id = cf_conference_info_keep(info, text);
    } else if (place == FROM_TAG) {
        endpoint->call.from_tag = cf_conference_info_keep(info, text);
    } else if (place == TO_TAG) {
        endpoint->call.to_tag = cf_conference_info_keep(info, text);
    }
}

static void end_of_media(struct cf_conference_info *info, enum place place, struct cf_str text) {
    struct cf_info_media *media = &info->media[info->media_count - 1];
    if (place == MEDIA_TYPE) {
        media->type = cf_conference_info_keep(info, text);
    } else if (place == MEDIA_LABEL) {
        media->label = cf_conference_info_keep(info, text);
    } else if (place == MEDIA_SOURCE) {
        media->src_id = cf_conference_info_keep(info, text);
    } else if (place == MEDIA_STATUS) {
        media->has_status = cf_media_status_of(text, &media->status);
    } else if (place == STREAM_CONTENT) {
        media->content = cf_conference_info_keep(info, text);
    }
}

static enum cf_err on_end(void *ctx, unsigned depth, struct cf_xml_name name, struct cf_str text) {
    struct reading *r = ctx;
    struct cf_conference_info *info = r->info;
    (void)name;
    if (r->foreign != 0) {
        r->foreign = r->foreign == depth + 1 ? 0 : r->foreign;
        return CF_OK;
    }
    enum place place = r->open[depth];
    if (place < USERS) {
        end_of_conference(info, place, text);
    } else if (place == USER_NAME) {
        info->users[info->user_count_read - 1].name = cf_conference_info_keep(info, text);
    } else if (place == ROLE) {
        info->users[info->user_count_read - 1].roles |= role_of(text);
    } else if (place >= MEDIA) {
        end_of_media(info, place, text);
    } else if (place > ENDPOINT) {
        end_of_endpoint(info, place, text);
    }
    return CF_OK;
}

enum cf_err cf_expat_read_conference_info(const struct cf_mem *mem, struct cf_str xml, struct cf_conference_info *ret) {
    struct cf_conference_info info;
    struct reading reading = {.info = &info};
    struct cf_xml_visitor visitor = {.on_start = on_start, .on_end = on_end, .ctx = &reading};
    if (xml.len > CF_EXPAT_CONFERENCE_INFO_MAX) {
        return CF_ERR_LIMIT;
    }
    enum cf_err err = cf_conference_info_init(&info, mem, xml.len);
    if (err != CF_OK) {
        return err;
    }
    err = cf_xml_walk(xml, &visitor);
    if (err != CF_OK) {
        cf_conference_info_fini(&info);
        return err;
    }
    *ret = info;
    return CF_OK;
}
