/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registrar. */
#include "core/registrar/registrar.h"

#define EXPIRES_DEFAULT_SEC 3600
#define PATH_MAX_OCTETS CF_BINDING_TEXT_MAX

/* A contact of a REGISTER. */
struct wanted {
    struct cf_binding_values values;
    uint32_t expires_sec; /* 0: remove */
};

/* A REGISTER taken apart. */
struct reading {
    struct wanted contacts[CF_REGISTER_CONTACTS_MAX];
    size_t count;
    bool is_star;
    char path_text[PATH_MAX_OCTETS];
    struct cf_str path;
};

static bool supports(const struct cf_sip_message *message, struct cf_str option) {
    struct cf_sip_values values;
    struct cf_str tag;
    cf_sip_values_begin(message, CF_SIP_HEADER_SUPPORTED, &values);
    while (cf_sip_values_next(&values, &tag)) {
        if (cf_str_eq_nocase(tag, option)) {
            return true;
        }
    }
    return false;
}

/* Path values as one text (RFC 3327 section 5.3): the route to the device. */
static bool read_path(const struct cf_sip_message *message, struct reading *reading) {
    struct cf_sip_values values;
    struct cf_str value;
    struct cf_writer w;
    cf_writer_init(&w, reading->path_text, sizeof reading->path_text);
    cf_sip_values_begin(message, CF_SIP_HEADER_PATH, &values);
    while (cf_sip_values_next(&values, &value)) {
        cf_put(&w, w.len > 0 ? CF_STR(", ") : CF_STR_NONE);
        cf_put(&w, value);
    }
    reading->path = w.len > 0 ? cf_writer_str(&w) : CF_STR_NONE;
    return cf_writer_ok(&w);
}

/* "0.7" as 700; anything odd is the highest. */
static uint32_t q_of(struct cf_str text) {
    struct cf_str rest = text;
    uint32_t whole = 1;
    if (text.len == 0 || !cf_str_to_u32(cf_str_cut(&rest, '.'), 1, &whole) || whole == 1) {
        return 1000;
    }
    uint32_t value = 0;
    uint32_t scale = 100;
    for (size_t i = 0; i < rest.len && i < 3 && cf_ascii_is_digit(rest.at[i]); i++) {
        value += (uint32_t)(rest.at[i] - '0') * scale;
        scale /= 10;
    }
    return value;
}

/* "<urn:uuid:...>" in quotes: what is between the angle brackets. */
static struct cf_str instance_of(struct cf_str value) {
    struct cf_str inner = value;
    if (cf_sip_is_quoted(value)) {
        inner = cf_str_n(value.at + 1, value.len - 2);
    }
    if (!cf_str_starts(inner, CF_STR("<")) || !cf_str_ends(inner, CF_STR(">"))) {
        return CF_STR_NONE;
    }
    return cf_str_n(inner.at + 1, inner.len - 2);
}

static uint32_t expires_of(const struct cf_sip_message *message, const struct cf_sip_name_addr *contact) {
    uint32_t sec = 0;
    if (cf_sip_param_u32(contact->params, CF_STR("expires"), UINT32_MAX, &sec)) {
        return sec;
    }
    return (message->has & CF_SIP_HAS_EXPIRES) != 0 ? message->expires_sec : EXPIRES_DEFAULT_SEC;
}

static bool read_contact(const struct cf_register *request, struct cf_str text, const struct reading *reading,
                         struct wanted *ret) {
    const struct cf_sip_message *message = request->message;
    struct cf_sip_name_addr contact;
    if (cf_sip_name_addr_parse(text, &contact) != CF_OK || !cf_sip_uri_is_sip(&contact.uri)) {
        return false;
    }
    *ret = (struct wanted){.values = {.contact = contact.uri.text,
                                      .params = contact.params,
                                      .instance = instance_of(cf_sip_param_value(contact.params, CF_STR("+sip.instance"))),
                                      .call_id = message->call_id,
                                      .path = reading->path,
                                      .user_agent = cf_sip_value(message, CF_SIP_HEADER_USER_AGENT),
                                      .cseq = message->cseq.number,
                                      .q_thousandths = q_of(cf_sip_param_value(contact.params, CF_STR("q"))),
                                      .flow = request->flow,
                                      .received = request->received},
                           .expires_sec = expires_of(message, &contact)};
    /* RFC 5626 section 6: without an instance a reg-id means nothing. */
    if (ret->values.instance.len > 0 && supports(message, CF_STR("outbound"))) {
        (void)cf_sip_param_u32(contact.params, CF_STR("reg-id"), INT32_MAX, &ret->values.reg_id);
    }
    return true;
}

/* RFC 5626 section 6: a proxy between us keeps the flow only if it says so, by "ob" in its Path. */
static bool lacks_outbound(const struct cf_register *request, const struct reading *reading) {
    struct cf_sip_values vias;
    struct cf_sip_name_addr first;
    struct cf_str text;
    size_t hops = 0;
    cf_sip_values_begin(request->message, CF_SIP_HEADER_VIA, &vias);
    while (cf_sip_values_next(&vias, &text)) {
        hops++;
    }
    struct cf_str rest = reading->path;
    struct cf_str last = CF_STR_NONE;
    while (rest.at != NULL) {
        last = cf_sip_list_cut(&rest);
    }
    bool is_kept =
        last.len > 0 && cf_sip_name_addr_parse(last, &first) == CF_OK && cf_sip_param_has(first.uri.params, CF_STR("ob"));
    return hops > 1 && !is_kept;
}

/* What several contacts of a request may not be together. */
static unsigned check_together(const struct cf_registrar *registrar, const struct cf_register *request,
                               const struct reading *reading) {
    size_t outbound = 0;
    for (size_t i = 0; i < reading->count; i++) {
        struct cf_sip_uri uri;
        outbound += reading->contacts[i].values.reg_id != 0 ? 1 : 0;
        bool is_read = cf_sip_uri_parse(reading->contacts[i].values.contact, &uri) == CF_OK;
        /* RFC 5627 section 5.1: a GRUU of ours as contact would lead to itself. */
        if (is_read && cf_sip_param_has(uri.params, CF_STR("gr")) && cf_domains_has(&registrar->domains, uri.host)) {
            return 403;
        }
        /* RFC 5630 section 5.2: what is not secured must not be bound as if it were. */
        if (is_read && uri.scheme == CF_SIP_SCHEME_SIPS && !request->is_private) {
            return 400;
        }
    }
    if (outbound > 1) {
        return 400;
    }
    return outbound == 1 && lacks_outbound(request, reading) ? 439 : 200;
}

static unsigned read_contacts(const struct cf_register *request, struct reading *ret) {
    struct cf_sip_values values;
    struct cf_str text;
    if (!read_path(request->message, ret)) {
        return 400;
    }
    cf_sip_values_begin(request->message, CF_SIP_HEADER_CONTACT, &values);
    while (cf_sip_values_next(&values, &text)) {
        if (cf_str_eq(text, CF_STR("*"))) {
            ret->is_star = true;
            continue;
        }
        if (ret->count == CF_REGISTER_CONTACTS_MAX) {
            return 403;
        }
        if (!read_contact(request, text, ret, &ret->contacts[ret->count])) {
            return 400;
        }
        ret->count++;
    }
    /* Section 10.3 step 6: the star stands alone, with Expires: 0. */
    bool is_wrong_star = ret->is_star && (ret->count > 0 || (request->message->has & CF_SIP_HAS_EXPIRES) == 0 ||
                                          request->message->expires_sec != 0);
    return is_wrong_star ? 400 : 200;
}

static unsigned limit_expires(const struct cf_registrar *registrar, struct reading *reading, struct cf_writer *fields) {
    for (size_t i = 0; i < reading->count; i++) {
        uint32_t *sec = &reading->contacts[i].expires_sec;
        if (*sec > 0 && *sec < registrar->expires_least_sec) {
            cf_sip_put_field_dec(fields, CF_SIP_HEADER_MIN_EXPIRES, registrar->expires_least_sec);
            return 423;
        }
        *sec = *sec > registrar->expires_most_sec ? registrar->expires_most_sec : *sec;
    }
    return 200;
}

static unsigned status_of(enum cf_err err) {
    return err == CF_ERR_LIMIT ? 403 : 500;
}

static unsigned apply(struct cf_registrar *registrar, const struct cf_register *request, struct reading *reading, cf_usec now) {
    if (reading->is_star) {
        enum cf_err err =
            cf_location_unbind_all(registrar->location, request->aor, request->message->call_id, request->message->cseq.number);
        return err == CF_OK ? 200 : status_of(err);
    }
    struct cf_location_op ops[CF_REGISTER_CONTACTS_MAX];
    for (size_t i = 0; i < reading->count; i++) {
        const struct wanted *contact = &reading->contacts[i];
        ops[i].values = &contact->values;
        ops[i].expires = contact->expires_sec == 0 ? 0 : now + CF_SEC((cf_usec)contact->expires_sec);
    }
    enum cf_err err = cf_location_update(registrar->location, request->aor, ops, reading->count);
    return err == CF_OK ? 200 : status_of(err);
}

/* Header parameters that we don't set ourselves. */
static void put_contact_params(struct cf_writer *w, struct cf_str params) {
    struct cf_str rest = params;
    struct cf_sip_param param;
    while (cf_sip_param_next(&rest, &param)) {
        bool is_ours = cf_str_eq_nocase(param.name, CF_STR("expires")) || cf_str_eq_nocase(param.name, CF_STR("pub-gruu")) ||
                       cf_str_eq_nocase(param.name, CF_STR("temp-gruu"));
        if (!is_ours) {
            cf_sip_put_param(w, param.name, param.value);
        }
    }
}

static void put_contact(struct cf_writer *w, const struct cf_registrar *registrar, const struct cf_register *request,
                        const struct cf_binding *binding, cf_usec now) {
    const struct cf_sip_uri *to = &request->message->to.uri;
    cf_sip_field_begin(w, CF_SIP_HEADER_CONTACT);
    cf_put_char(w, '<');
    cf_put(w, binding->values.contact);
    cf_put_char(w, '>');
    put_contact_params(w, binding->values.params);
    cf_sip_put_param_dec(w, CF_STR("expires"), (uint64_t)((binding->timer.deadline - now + CF_SEC(1) - 1) / CF_SEC(1)));
    if (binding->values.instance.len > 0 && supports(request->message, CF_STR("gruu"))) {
        cf_put_lit(w, ";pub-gruu=\"");
        cf_put_public_gruu(w, to->user, to->host, binding);
        cf_put_lit(w, "\";temp-gruu=\"");
        cf_put_temp_gruu(w, &registrar->gruus, to->user, to->host, binding);
        cf_put_char(w, '"');
    }
    cf_sip_field_end(w);
}

static void put_answer(const struct cf_registrar *registrar, const struct cf_register *request, const struct reading *reading,
                       cf_usec now, struct cf_writer *w) {
    const struct cf_aor_record *record = cf_location_find(registrar->location, request->aor);
    bool is_outbound_used = false;
    for (const struct cf_binding *b = record == NULL ? NULL : cf_aor_first(record); b != NULL; b = cf_aor_next(record, b)) {
        put_contact(w, registrar, request, b, now);
    }
    for (size_t i = 0; i < reading->count; i++) {
        is_outbound_used = is_outbound_used || reading->contacts[i].values.reg_id != 0;
    }
    /* RFC 3327 section 5.3: for those that understand it. */
    if (reading->path.len > 0 && supports(request->message, CF_STR("path"))) {
        cf_sip_put_field(w, CF_SIP_HEADER_PATH, reading->path);
    }
    if (is_outbound_used) {
        /* RFC 5626 section 6: the client learns that we keep its flow. Others, of other devices, are told nothing of it. */
        cf_sip_put_field(w, CF_SIP_HEADER_REQUIRE, CF_STR("outbound"));
    }
    cf_sip_put_field(w, CF_SIP_HEADER_SUPPORTED, CF_STR("gruu, outbound, path"));
}

/* Extensions a REGISTER may require of us. */
static bool has_unknown_requirement(const struct cf_sip_message *message, struct cf_writer *fields) {
    struct cf_sip_values values;
    struct cf_str tag;
    bool is_unknown = false;
    cf_sip_values_begin(message, CF_SIP_HEADER_REQUIRE, &values);
    while (cf_sip_values_next(&values, &tag)) {
        bool is_known = cf_str_eq_nocase(tag, CF_STR("gruu")) || cf_str_eq_nocase(tag, CF_STR("outbound")) ||
                        cf_str_eq_nocase(tag, CF_STR("path"));
        if (!is_known) {
            cf_sip_put_field(fields, CF_SIP_HEADER_UNSUPPORTED, tag);
            is_unknown = true;
        }
    }
    return is_unknown;
}

unsigned cf_registrar_on_register(struct cf_registrar *registrar, const struct cf_register *request, cf_usec now,
                                  struct cf_writer *fields) {
    struct reading reading = {.count = 0};
    if (has_unknown_requirement(request->message, fields)) {
        return 420;
    }
    unsigned status = read_contacts(request, &reading);
    if (status == 200) {
        status = check_together(registrar, request, &reading);
    }
    if (status == 200) {
        status = limit_expires(registrar, &reading, fields);
    }
    if (status == 200) {
        status = apply(registrar, request, &reading, now);
    }
    if (status == 200) {
        put_answer(registrar, request, &reading, now, fields);
    }
    return status;
}
