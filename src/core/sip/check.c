/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grammar of the fields beyond the essentials. */
#include "core/sip/check.h"
#include "core/sip/contact.h"
#include "core/sip/replaces.h"

/* Each takes one value at the position and what belongs to it, and stops behind it. */
typedef enum cf_err check_fn(struct cf_sip_scan *s);

static enum cf_err check_via(struct cf_sip_scan *s) {
    struct cf_sip_via via;
    return cf_sip_via_scan(s, &via);
}

static enum cf_err check_name_addr(struct cf_sip_scan *s) {
    struct cf_sip_name_addr addr;
    return cf_sip_name_addr_scan(s, &addr);
}

/* Routes need angle brackets (RFC 3261 section 20.34). */
static enum cf_err check_route(struct cf_sip_scan *s) {
    struct cf_sip_name_addr addr;
    enum cf_err err = cf_sip_name_addr_scan(s, &addr);
    return err == CF_OK && !addr.has_angle_brackets ? CF_ERR_MALFORMED : err;
}

static enum cf_err check_contact(struct cf_sip_scan *s) {
    struct cf_sip_contact contact;
    return cf_sip_scan_char(s, '*') ? CF_OK : cf_sip_contact_scan(s, &contact);
}

static enum cf_err check_token(struct cf_sip_scan *s) {
    return cf_str_is_empty(cf_sip_scan_run(s, CF_SIP_CLASS_TOKEN)) ? CF_ERR_MALFORMED : CF_OK;
}

static enum cf_err check_token_params(struct cf_sip_scan *s) {
    struct cf_str params;
    enum cf_err err = check_token(s);
    return err == CF_OK ? cf_sip_scan_params(s, &params) : err;
}

static enum cf_err check_media_type(struct cf_sip_scan *s) {
    enum cf_err err = check_token(s);
    if (err == CF_OK && !cf_sip_scan_separator(s, '/')) {
        err = CF_ERR_MALFORMED;
    }
    return err == CF_OK ? check_token_params(s) : err;
}

static enum cf_err check_number(struct cf_sip_scan *s) {
    return cf_str_is_empty(cf_sip_scan_run(s, CF_SIP_CLASS_DIGIT)) ? CF_ERR_MALFORMED : CF_OK;
}

static enum cf_err check_number_params(struct cf_sip_scan *s) {
    struct cf_str params;
    enum cf_err err = check_number(s);
    return err == CF_OK ? cf_sip_scan_params(s, &params) : err;
}

/* Parsers of whole texts: the value goes to the end of the field. */
static enum cf_err check_rest(struct cf_sip_scan *s, enum cf_err err) {
    if (err == CF_OK) {
        s->at = s->in.len;
    }
    return err;
}

static enum cf_err check_replaces(struct cf_sip_scan *s) {
    struct cf_sip_dialog_ref ref;
    return check_rest(s, cf_sip_replaces_parse(cf_sip_scan_rest(s), &ref));
}

static enum cf_err check_target_dialog(struct cf_sip_scan *s) {
    struct cf_sip_dialog_ref ref;
    return check_rest(s, cf_sip_target_dialog_parse(cf_sip_scan_rest(s), &ref));
}

static enum cf_err check_rack(struct cf_sip_scan *s) {
    struct cf_sip_rack rack;
    return check_rest(s, cf_sip_rack_parse(cf_sip_scan_rest(s), &rack));
}

/* Headers of kind LIST may have several values, all others exactly one in one field. */
static const struct {
    enum cf_sip_header id;
    check_fn *check;
} checks[] = {
    {CF_SIP_HEADER_CONTACT, check_contact},
    {CF_SIP_HEADER_CONTENT_DISPOSITION, check_token_params},
    {CF_SIP_HEADER_CONTENT_ENCODING, check_token},
    {CF_SIP_HEADER_CONTENT_TYPE, check_media_type},
    {CF_SIP_HEADER_EVENT, check_token_params},
    {CF_SIP_HEADER_JOIN, check_replaces},
    {CF_SIP_HEADER_MIN_SE, check_number_params},
    {CF_SIP_HEADER_PATH, check_route},
    {CF_SIP_HEADER_PROXY_REQUIRE, check_token},
    {CF_SIP_HEADER_RACK, check_rack},
    {CF_SIP_HEADER_RECORD_ROUTE, check_route},
    {CF_SIP_HEADER_REFER_TO, check_name_addr},
    {CF_SIP_HEADER_REFERRED_BY, check_name_addr},
    {CF_SIP_HEADER_REPLACES, check_replaces},
    {CF_SIP_HEADER_REQUIRE, check_token},
    {CF_SIP_HEADER_ROUTE, check_route},
    {CF_SIP_HEADER_RSEQ, check_number},
    {CF_SIP_HEADER_SESSION_EXPIRES, check_number_params},
    {CF_SIP_HEADER_SIP_IF_MATCH, check_token},
    {CF_SIP_HEADER_SUBSCRIPTION_STATE, check_token_params},
    {CF_SIP_HEADER_TARGET_DIALOG, check_target_dialog},
};

/* All values of one field: separated by commas if it is a list. Require and such may be empty. */
static enum cf_err check_values(struct cf_sip_scan *s, enum cf_sip_header id, check_fn *check) {
    bool is_list = cf_sip_header_kind_of(id) == CF_SIP_HEADER_KIND_LIST;
    if (cf_sip_scan_is_end(s)) {
        return is_list && check == check_token ? CF_OK : CF_ERR_MALFORMED;
    }
    do {
        enum cf_err err = check(s);
        if (err != CF_OK) {
            return err;
        }
    } while (is_list && cf_sip_scan_separator(s, ','));
    return cf_sip_scan_finish(s);
}

static enum cf_err check_header(const struct cf_sip_message *msg, enum cf_sip_header id, check_fn *check, size_t *ret_at) {
    const struct cf_sip_field *field = cf_sip_field_first(msg, id);
    bool is_list = cf_sip_header_kind_of(id) == CF_SIP_HEADER_KIND_LIST;
    for (bool is_first = true; field; field = cf_sip_field_next(msg, field), is_first = false) {
        size_t start = (size_t)(field->value.at - msg->raw.at);
        struct cf_sip_scan s = {.in = cf_str_head(msg->raw, start + field->value.len), .at = start};
        enum cf_err err = !is_first && !is_list ? CF_ERR_MALFORMED : check_values(&s, id, check);
        if (err != CF_OK) {
            *ret_at = s.at;
            return err;
        }
    }
    return CF_OK;
}

/* The top Via was read by the parser; the others stand behind it. */
static enum cf_err check_further_vias(const struct cf_sip_message *msg, size_t *ret_at) {
    const struct cf_sip_field *field = cf_sip_field_first(msg, CF_SIP_HEADER_VIA);
    size_t at = (size_t)(msg->via.text.at + msg->via.text.len - msg->raw.at);
    enum cf_err err = CF_OK;
    while (field != NULL && err == CF_OK) {
        struct cf_sip_scan s = {.in = cf_str_head(msg->raw, (size_t)(field->value.at + field->value.len - msg->raw.at)),
                                .at = at};
        bool has_more = field->value.at < msg->via.text.at + msg->via.text.len ? cf_sip_scan_separator(&s, ',') : true;
        err = has_more ? check_values(&s, CF_SIP_HEADER_VIA, check_via) : cf_sip_scan_finish(&s);
        *ret_at = s.at;
        field = cf_sip_field_next(msg, field);
        at = field != NULL ? (size_t)(field->value.at - msg->raw.at) : at;
    }
    return err;
}

/* "*" stands alone (RFC 3261 section 10.2.2). */
static enum cf_err check_star(const struct cf_sip_message *msg, size_t *ret_at) {
    struct cf_sip_values it;
    struct cf_str value;
    unsigned count = 0;
    const char *star = NULL;
    cf_sip_values_begin(msg, CF_SIP_HEADER_CONTACT, &it);
    while (cf_sip_values_next(&it, &value)) {
        count++;
        star = cf_str_eq(value, CF_STR("*")) ? value.at : star;
    }
    if (star && (count > 1 || msg->method != CF_SIP_METHOD_REGISTER)) {
        *ret_at = (size_t)(star - msg->raw.at);
        return CF_ERR_MALFORMED;
    }
    return CF_OK;
}

static enum cf_err fail(enum cf_err err, size_t at, enum cf_sip_header id, struct cf_parse_error *ret_error) {
    *ret_error = (struct cf_parse_error){.code = err, .offset = (uint32_t)at, .what = cf_sip_header_name(id).at};
    return err;
}

enum cf_err cf_sip_check(const struct cf_sip_message *msg, struct cf_parse_error *ret_error) {
    size_t at = 0;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        enum cf_err err = check_header(msg, checks[i].id, checks[i].check, &at);
        if (err != CF_OK) {
            return fail(err, at, checks[i].id, ret_error);
        }
    }
    enum cf_err err = check_further_vias(msg, &at);
    if (err != CF_OK) {
        return fail(err, at, CF_SIP_HEADER_VIA, ret_error);
    }
    err = check_star(msg, &at);
    return err == CF_OK ? CF_OK : fail(err, at, CF_SIP_HEADER_CONTACT, ret_error);
}
