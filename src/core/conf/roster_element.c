/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The elements of a conference information document. */
#include "core/conf/roster_element.h"

#include "base/bug.h"
#include "core/conf/xml_text.h"

static const struct cf_str state_words[] = {
    [CF_ROSTER_FULL] = CF_STR_INIT("full"),
    [CF_ROSTER_PARTIAL] = CF_STR_INIT("partial"),
    [CF_ROSTER_DELETED] = CF_STR_INIT("deleted"),
};

static void put_attribute(struct cf_writer *w, struct cf_str name, struct cf_str value) {
    cf_put_char(w, ' ');
    cf_put(w, name);
    cf_put_lit(w, "=\"");
    cf_put_xml(w, value);
    cf_put_char(w, '"');
}

static void put_time(struct cf_writer *w, struct cf_str name, cf_wall wall) {
    cf_put_char(w, '<');
    cf_put(w, name);
    cf_put_char(w, '>');
    cf_put_date_time(w, wall);
    cf_put_lit(w, "</");
    cf_put(w, name);
    cf_put_char(w, '>');
}

void cf_put_roster_root(struct cf_writer *w, struct cf_str entity, enum cf_roster_state state, uint32_t version) {
    /* Linphone compares node names as strings: the prefix must be this one. */
    cf_put_lit(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
                  "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\""
                  " xmlns:linphone-cie=\"linphone:xml:ns:conference-info-linphone-extension\"");
    put_attribute(w, CF_STR("entity"), entity);
    put_attribute(w, CF_STR("state"), state_words[state]);
    cf_put_lit(w, " version=\"");
    cf_put_dec(w, version);
    cf_put_lit(w, "\">");
}

/* Linphone dereferences status without looking: every entry has one. */
static void put_available(struct cf_writer *w, enum cf_conf_media_kind kind, enum cf_media_status status) {
    cf_put_lit(w, "<entry label=\"");
    cf_put_dec(w, (uint64_t)kind + 1);
    cf_put_lit(w, "\">");
    cf_put_xml_element(w, CF_STR("display-text"), cf_conf_media_word(kind));
    cf_put_xml_element(w, CF_STR("type"), cf_conf_media_type(kind));
    cf_put_xml_element(w, CF_STR("status"), cf_media_status_word(status));
    cf_put_lit(w, "</entry>");
}

void cf_put_roster_description(struct cf_writer *w, const struct cf_conference *conf, bool shows_chat, cf_wall wall) {
    cf_put_lit(w, "<conference-description>");
    if (conf->subject.len > 0) {
        cf_put_xml_element(w, CF_STR("subject"), conf->subject);
    }
    /* Linphone takes free-text for the time of the event: a number of seconds or nothing. */
    cf_put_lit(w, "<free-text>");
    cf_put_dec(w, wall > 0 ? (uint64_t)wall / 1000000U : 0);
    cf_put_lit(w, "</free-text><available-media>");
    put_available(w, CF_CONF_AUDIO, CF_MEDIA_SENDRECV);
    put_available(w, CF_CONF_VIDEO, conf->has_video ? CF_MEDIA_SENDRECV : CF_MEDIA_INACTIVE);
    put_available(w, CF_CONF_TEXT, shows_chat ? CF_MEDIA_SENDRECV : CF_MEDIA_INACTIVE);
    cf_put_lit(w, "</available-media><linphone-cie:conference-times>");
    put_time(w, CF_STR("linphone-cie:start"), conf->start != 0 ? conf->start : conf->created);
    if (conf->end != 0) {
        put_time(w, CF_STR("linphone-cie:end"), conf->end);
    }
    cf_put_lit(w,
               "</linphone-cie:conference-times><linphone-cie:crypto-security-level><linphone-cie:level>none</linphone-cie:level>"
               "</linphone-cie:crypto-security-level></conference-description>");
}

/* What RFC 4575 has no words for: must people who were not invited be let in? The last element of conference-state. */
static void put_room_state(struct cf_writer *w, const struct cf_conference *conf) {
    cf_put_lit(w, "<room-state xmlns=\"urn:confer:conference-info\"");
    put_attribute(w, CF_STR("lobby"), conf->has_lobby ? CF_STR("true") : CF_STR("false"));
    cf_put_lit(w, "/>");
}

void cf_put_roster_conference_state(struct cf_writer *w, const struct cf_conference *conf) {
    cf_put_lit(w, "<conference-state><user-count>");
    cf_put_dec(w, conf->roster.participant_count);
    cf_put_lit(w, "</user-count>");
    cf_put_xml_element(w, CF_STR("active"), cf_conference_is_over(conf) ? CF_STR("false") : CF_STR("true"));
    cf_put_xml_element(w, CF_STR("locked"), conf->is_locked ? CF_STR("true") : CF_STR("false"));
    put_room_state(w, conf);
    cf_put_lit(w, "</conference-state>");
}

void cf_put_roster_user(struct cf_writer *w, const struct cf_roster_participant *participant, enum cf_roster_state state) {
    cf_put_lit(w, "<user");
    put_attribute(w, CF_STR("entity"), participant->aor);
    put_attribute(w, CF_STR("state"), state_words[state]);
    cf_put_char(w, '>');
}

void cf_put_roster_roles(struct cf_writer *w, const struct cf_roster_participant *participant) {
    if (participant->name.len > 0) {
        cf_put_xml_element(w, CF_STR("display-text"), participant->name);
    }
    cf_put_lit(w, "<roles>");
    cf_put_xml_element(w, CF_STR("entry"), participant->is_admin ? CF_STR("admin") : CF_STR("participant"));
    cf_put_xml_element(w, CF_STR("entry"), cf_conf_role_word(participant->role));
    if (participant->is_organiser) {
        cf_put_xml_element(w, CF_STR("entry"), CF_STR("organizer"));
    }
    cf_put_lit(w, "</roles>");
}

/* What @p participant waits for with all of its devices: an administrator, the PIN; empty: it is in, or only called. */
static struct cf_str waits_for(const struct cf_roster_participant *participant) {
    struct cf_str what = CF_STR_NONE;
    for (const struct cf_roster_device *d = cf_roster_first_device(participant); d != NULL; d = cf_roster_next_device(d)) {
        if (cf_roster_device_is_in(d)) {
            return CF_STR_NONE;
        }
        if (d->is_waiting && (d->status == CF_ENDPOINT_CONNECTED || d->status == CF_ENDPOINT_DIALING_IN)) {
            what = d->wants_pin ? CF_STR("pin") : CF_STR("lobby");
        }
    }
    return what;
}

void cf_put_roster_user_state(struct cf_writer *w, const struct cf_roster_participant *participant) {
    cf_put_lit(w, "<user-state xmlns=\"urn:confer:conference-info\"");
    put_attribute(w, CF_STR("verified"), participant->is_verified ? CF_STR("true") : CF_STR("false"));
    if (participant->hand_up != 0) {
        cf_put_lit(w, " hand-up=\"");
        cf_put_date_time(w, participant->hand_up);
        cf_put_char(w, '"');
    }
    struct cf_str waits = waits_for(participant);
    if (waits.len > 0) {
        put_attribute(w, CF_STR("waits"), waits);
    }
    cf_put_lit(w, "/>");
}

/* --- endpoints --- */

static void put_stream_content(struct cf_writer *w, struct cf_str content) {
    cf_put_lit(w, "<linphone-cie:stream-data>");
    cf_put_xml_element(w, CF_STR("linphone-cie:stream-content"), content);
    cf_put_lit(w, "</linphone-cie:stream-data>");
}

/* Type and status always; label and source only of what can be asked for. */
static void put_media(struct cf_writer *w, const struct cf_roster_media *media, enum cf_conf_media_kind kind) {
    bool is_on = media->status != CF_MEDIA_INACTIVE;
    cf_put_lit(w, "<media id=\"");
    cf_put_dec(w, (uint64_t)kind + 1);
    cf_put_lit(w, "\">");
    cf_put_xml_element(w, CF_STR("display-text"), cf_conf_media_word(kind));
    cf_put_xml_element(w, CF_STR("type"), cf_conf_media_type(kind));
    if (kind == CF_CONF_AUDIO || (is_on && kind != CF_CONF_TEXT)) {
        cf_put_xml_element(w, CF_STR("label"), cf_str_n(media->label, sizeof media->label));
    }
    if (is_on && media->has_ssrc) {
        cf_put_lit(w, "<src-id>");
        cf_put_dec(w, media->ssrc);
        cf_put_lit(w, "</src-id>");
    }
    cf_put_xml_element(w, CF_STR("status"), cf_media_status_word(media->status));
    if (kind == CF_CONF_THUMBNAIL) {
        put_stream_content(w, CF_STR("thumbnail"));
    } else if (kind == CF_CONF_VIDEO && media->content == CF_MEDIA_CONTENT_SLIDES) {
        put_stream_content(w, CF_STR("slides"));
    }
    cf_put_lit(w, "</media>");
}

static void put_call(struct cf_writer *w, const struct cf_roster_call *call) {
    if (call->call_id.len == 0) {
        return;
    }
    cf_put_lit(w, "<call-info><sip>");
    cf_put_xml_element(w, CF_STR("call-id"), call->call_id);
    cf_put_xml_element(w, CF_STR("from-tag"), call->from_tag);
    cf_put_xml_element(w, CF_STR("to-tag"), call->to_tag);
    cf_put_lit(w, "</sip></call-info>");
}

static void put_disconnection(struct cf_writer *w, enum cf_disconnection_method method, cf_wall at,
                              const struct cf_roster_cause *cause) {
    cf_put_xml_element(w, CF_STR("disconnection-method"), cf_disconnection_method_word(method));
    cf_put_lit(w, "<disconnection-info>");
    put_time(w, CF_STR("when"), at);
    if (cause->code != 0) {
        /* As in RFC 3326, which RFC 4575 section 5.7.7 wants here. */
        cf_put_lit(w, "<reason>Reason: SIP;cause=");
        cf_put_dec(w, cause->code);
        if (cause->text.len > 0) {
            cf_put_lit(w, ";text=&quot;");
            cf_put_xml(w, cause->text);
            cf_put_lit(w, "&quot;");
        }
        cf_put_lit(w, "</reason>");
    }
    cf_put_lit(w, "</disconnection-info>");
}

static void put_joining(struct cf_writer *w, const struct cf_roster_device *device) {
    cf_put_xml_element(w, CF_STR("joining-method"), cf_joining_method_word(device->joining_method));
    if (device->joined == 0 && device->brought_by.len == 0) {
        return;
    }
    cf_put_lit(w, "<joining-info>");
    if (device->joined != 0) {
        put_time(w, CF_STR("when"), device->joined);
    }
    if (device->brought_by.len > 0) {
        cf_put_xml_element(w, CF_STR("by"), device->brought_by);
    }
    cf_put_lit(w, "</joining-info>");
}

static void put_endpoint_start(struct cf_writer *w, struct cf_str entity, enum cf_roster_state state) {
    cf_put_lit(w, "<endpoint");
    put_attribute(w, CF_STR("entity"), entity);
    put_attribute(w, CF_STR("state"), state_words[state]);
    cf_put_char(w, '>');
}

/* Of ours, last where the schema allows others; written whole or not at all. */
static void put_endpoint_state(struct cf_writer *w, const struct cf_roster_device *device) {
    if (device->protection[0] == '\0' && device->sas[0] == '\0' && !device->is_starved && !device->lacks_codec) {
        return;
    }
    cf_put_lit(w, "<endpoint-state xmlns=\"urn:confer:conference-info\"");
    if (device->protection[0] != '\0') {
        put_attribute(w, CF_STR("encryption"), cf_str_of(device->protection));
    }
    if (device->sas[0] != '\0') {
        put_attribute(w, CF_STR("sas"), cf_str_of(device->sas));
        put_attribute(w, CF_STR("sas-verified"), device->is_sas_verified ? CF_STR("true") : CF_STR("false"));
    }
    if (device->is_starved || device->lacks_codec) {
        put_attribute(w, CF_STR("paused"), device->is_starved ? CF_STR("bandwidth") : CF_STR("codec"));
    }
    cf_put_lit(w, "/>");
}

void cf_put_roster_endpoint(struct cf_writer *w, const struct cf_roster_device *device, enum cf_roster_state state) {
    put_endpoint_start(w, device->entity, state);
    cf_put_xml_element(w, CF_STR("status"), cf_endpoint_status_word(cf_roster_device_status(device)));
    put_joining(w, device);
    if (device->status == CF_ENDPOINT_DISCONNECTED) {
        put_disconnection(w, device->disconnection_method, device->disconnected, &device->cause);
    }
    for (unsigned kind = 0; kind < CF_CONF_MEDIA_COUNT; kind++) {
        put_media(w, &device->media[kind], (enum cf_conf_media_kind)kind);
    }
    put_call(w, &device->call);
    put_endpoint_state(w, device);
    cf_put_lit(w, "</endpoint>");
}

void cf_put_roster_gone_endpoint(struct cf_writer *w, const struct cf_roster_gone_device *gone) {
    put_endpoint_start(w, gone->entity, CF_ROSTER_DELETED);
    if (gone->at != 0) { /* else it has only got another name */
        put_disconnection(w, gone->method, gone->at, &gone->cause);
        put_call(w, &gone->call);
    }
    cf_put_lit(w, "</endpoint>");
}
