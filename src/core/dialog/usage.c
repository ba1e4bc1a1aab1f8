/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What usages say of themselves, and small questions to messages. */
#include "core/dialog/usage.h"

#include "core/sip/builder.h"

/* Enough for the names of all fields written here and the option tags of our own. */
#define FIXED_FIELDS_SIZE 256

struct cf_sip_timers cf_ua_profile_timers(const struct cf_ua_profile *profile) {
    return profile->timers.t1_usec > 0 ? profile->timers : CF_SIP_TIMERS_DEFAULT;
}

static void put_if_there(struct cf_writer *w, enum cf_sip_header id, struct cf_str value) {
    if (value.at != NULL) {
        cf_sip_put_field(w, id, value);
    }
}

static void put_supported(struct cf_writer *w, const struct cf_ua_profile *profile) {
    cf_sip_field_begin(w, CF_SIP_HEADER_SUPPORTED);
    cf_put_lit(w, "timer");
    if (profile->reliable != CF_RELIABLE_OFF) {
        cf_put_lit(w, ", 100rel");
    }
    if (profile->supported.len > 0) {
        cf_put_lit(w, ", ");
        cf_sip_put_line_text(w, profile->supported);
    }
    cf_sip_field_end(w);
}

static void put_contact(struct cf_writer *w, struct cf_str contact, bool is_sips) {
    if (!is_sips || !cf_str_starts(contact, CF_STR("<sip:"))) {
        put_if_there(w, CF_SIP_HEADER_CONTACT, contact);
        return;
    }
    cf_sip_field_begin(w, CF_SIP_HEADER_CONTACT);
    cf_put_lit(w, "<sips:");
    cf_sip_put_line_text(w, cf_str_skip(contact, strlen("<sip:")));
    cf_sip_field_end(w);
}

void cf_ua_profile_put(struct cf_writer *w, const struct cf_ua_profile *profile, unsigned fields, bool is_sips) {
    if ((fields & CF_UA_PROFILE_CONTACT) != 0) {
        put_contact(w, profile->contact, is_sips);
    }
    if ((fields & CF_UA_PROFILE_ABILITIES) != 0) {
        put_supported(w, profile);
        put_if_there(w, CF_SIP_HEADER_ALLOW, profile->allow);
        put_if_there(w, CF_SIP_HEADER_ALLOW_EVENTS, profile->allow_events);
    }
    if ((fields & CF_UA_PROFILE_ACCEPT) != 0) {
        put_if_there(w, CF_SIP_HEADER_ACCEPT, profile->accept);
    }
    if ((fields & CF_UA_PROFILE_SESSION) != 0) {
        put_if_there(w, CF_SIP_HEADER_RECV_INFO, profile->recv_info);
    }
    put_if_there(w, (fields & CF_UA_PROFILE_SERVER) != 0 ? CF_SIP_HEADER_SERVER : CF_SIP_HEADER_USER_AGENT, profile->product);
    if ((fields & CF_UA_PROFILE_SESSION) != 0 && profile->session_fields.at != NULL) {
        cf_put(w, profile->session_fields);
    }
}

size_t cf_ua_profile_size(const struct cf_ua_profile *profile) {
    return profile->contact.len + profile->product.len + profile->allow.len + profile->allow_events.len + profile->accept.len +
           profile->supported.len + profile->recv_info.len + profile->session_fields.len + FIXED_FIELDS_SIZE;
}

enum cf_err cf_draft_begin(struct cf_draft *draft, const struct cf_mem *mem, size_t size) {
    if (size > CF_SIP_MESSAGE_MAX) {
        return CF_ERR_NO_ROOM;
    }
    void *buffer = cf_mem_alloc(mem, size);
    if (buffer == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *draft = (struct cf_draft){.mem = mem};
    cf_writer_init(&draft->w, buffer, size);
    return CF_OK;
}

void cf_draft_end(struct cf_draft *draft) {
    cf_mem_free(draft->mem, draft->w.base, draft->w.size);
    *draft = (struct cf_draft){.mem = NULL};
}
