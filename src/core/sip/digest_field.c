/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Challenges and credentials. */
#include "core/sip/digest_field.h"
#include "base/reader.h"
#include "core/sip/message.h"

/* Where a parameter is to be kept. */
struct slot {
    struct cf_str name;
    struct cf_str *value;
};

static struct cf_str without_quotes(struct cf_str value) {
    return cf_sip_is_quoted(value) ? cf_str_n(value.at + 1, value.len - 2) : value;
}

static enum cf_err keep(const struct slot *slots, struct cf_str name, struct cf_str value) {
    for (; slots->value; slots++) {
        if (cf_str_eq_nocase(name, slots->name)) {
            if (slots->value->at) {
                return CF_ERR_MALFORMED;
            }
            *slots->value = without_quotes(value);
            return CF_OK;
        }
    }
    return CF_OK;
}

static enum cf_err scan_auth_param(struct cf_sip_scan *s, const struct slot *slots) {
    struct cf_str name = cf_sip_scan_run(s, CF_SIP_CLASS_TOKEN);
    struct cf_str value = CF_STR_NONE;
    if (cf_str_is_empty(name) || !cf_sip_scan_separator(s, '=')) {
        return CF_ERR_MALFORMED;
    }
    if (!cf_sip_scan_quoted(s, &value)) {
        value = cf_sip_scan_run(s, CF_SIP_CLASS_PARAM_VALUE);
        if (cf_str_is_empty(value)) {
            return CF_ERR_MALFORMED;
        }
    }
    return keep(slots, name, value);
}

/* name=value *(, name=value); empty elements are passed over (RFC 7230 section 7 as SIP inherits it). */
static enum cf_err scan_auth_params(struct cf_sip_scan *s, const struct slot *slots) {
    cf_sip_scan_lws(s);
    while (!cf_sip_scan_is_end(s)) {
        enum cf_err err = cf_sip_scan_peek(s) == ',' ? CF_OK : scan_auth_param(s, slots);
        if (err != CF_OK) {
            return err;
        }
        if (!cf_sip_scan_separator(s, ',')) {
            return cf_sip_scan_finish(s);
        }
    }
    return CF_OK;
}

static enum cf_err scan_scheme(struct cf_sip_scan *s, struct cf_str *ret_scheme, struct cf_str *ret_params) {
    cf_sip_scan_lws(s);
    struct cf_str scheme = cf_sip_scan_run(s, CF_SIP_CLASS_TOKEN);
    if (cf_str_is_empty(scheme) || !cf_sip_scan_lws(s)) {
        return CF_ERR_MALFORMED;
    }
    *ret_scheme = scheme;
    *ret_params = cf_sip_scan_rest(s);
    return CF_OK;
}

bool cf_sip_is_digest(struct cf_str scheme) {
    return cf_str_eq_nocase(scheme, CF_STR("Digest"));
}

static bool is_true(struct cf_str value) {
    return cf_str_eq_nocase(value, CF_STR("true"));
}

enum cf_err cf_sip_challenge_parse(struct cf_str text, struct cf_sip_challenge *ret) {
    struct cf_sip_challenge c = {.is_stale = false};
    struct cf_str stale = CF_STR_NONE;
    struct cf_str userhash = CF_STR_NONE;
    const struct slot slots[] = {
        {CF_STR("realm"), &c.realm},         {CF_STR("domain"), &c.domain},   {CF_STR("nonce"), &c.nonce},
        {CF_STR("opaque"), &c.opaque},       {CF_STR("stale"), &stale},       {CF_STR("qop"), &c.qop},
        {CF_STR("algorithm"), &c.algorithm}, {CF_STR("userhash"), &userhash}, {CF_STR_NONE, NULL}};
    struct cf_sip_scan s = cf_sip_scan_of(text);
    enum cf_err err = scan_scheme(&s, &c.scheme, &c.params);
    if (err == CF_OK && cf_sip_is_digest(c.scheme)) {
        err = scan_auth_params(&s, slots);
        if (err == CF_OK && (!c.realm.at || !c.nonce.at)) {
            err = CF_ERR_MALFORMED;
        }
    }
    if (err == CF_OK) {
        c.is_stale = is_true(stale);
        c.has_userhash = is_true(userhash);
        *ret = c;
    }
    return err;
}

static enum cf_err check_digest(struct cf_sip_credentials *c) {
    uint8_t count[4];
    size_t len = 0;
    if (!c->username.at || !c->realm.at || !c->nonce.at || !c->uri.at || !c->response.at) {
        return CF_ERR_MALFORMED;
    }
    if (!c->nc.at) {
        return CF_OK;
    }
    enum cf_err err = cf_hex_decode(c->nc, count, sizeof count, &len);
    if (err != CF_OK || len != sizeof count) {
        return CF_ERR_MALFORMED;
    }
    c->nonce_count = cf_be32(count);
    return CF_OK;
}

enum cf_err cf_sip_credentials_parse(struct cf_str text, struct cf_sip_credentials *ret) {
    struct cf_sip_credentials c = {.has_userhash = false};
    struct cf_str userhash = CF_STR_NONE;
    const struct slot slots[] = {{CF_STR("username"), &c.username}, {CF_STR("realm"), &c.realm},
                                 {CF_STR("nonce"), &c.nonce},       {CF_STR("uri"), &c.uri},
                                 {CF_STR("response"), &c.response}, {CF_STR("algorithm"), &c.algorithm},
                                 {CF_STR("cnonce"), &c.cnonce},     {CF_STR("opaque"), &c.opaque},
                                 {CF_STR("qop"), &c.qop},           {CF_STR("nc"), &c.nc},
                                 {CF_STR("userhash"), &userhash},   {CF_STR_NONE, NULL}};
    struct cf_sip_scan s = cf_sip_scan_of(text);
    enum cf_err err = scan_scheme(&s, &c.scheme, &c.params);
    if (err == CF_OK && cf_sip_is_digest(c.scheme)) {
        err = scan_auth_params(&s, slots);
        if (err == CF_OK) {
            err = check_digest(&c);
        }
    }
    if (err == CF_OK) {
        c.has_userhash = is_true(userhash);
        *ret = c;
    }
    return err;
}

enum cf_err cf_sip_auth_info_parse(struct cf_str text, struct cf_sip_auth_info *ret) {
    struct cf_sip_auth_info info = {.qop = CF_STR_NONE};
    const struct slot slots[] = {
        {CF_STR("nextnonce"), &info.next_nonce}, {CF_STR("qop"), &info.qop}, {CF_STR("rspauth"), &info.rspauth},
        {CF_STR("cnonce"), &info.cnonce},        {CF_STR("nc"), &info.nc},   {CF_STR_NONE, NULL}};
    struct cf_sip_scan s = cf_sip_scan_of(text);
    enum cf_err err = scan_auth_params(&s, slots);
    if (err == CF_OK) {
        *ret = info;
    }
    return err;
}

bool cf_sip_qop_has(struct cf_str qop, struct cf_str name) {
    while (qop.at) {
        if (cf_str_eq_nocase(cf_str_trim(cf_str_cut(&qop, ',')), name)) {
            return true;
        }
    }
    return false;
}

/* Prints name=value lists. */
struct printer {
    struct cf_writer *w;
    bool is_first;
};

static void put_name(struct printer *p, struct cf_str name) {
    cf_put(p->w, p->is_first ? CF_STR("") : CF_STR(", "));
    p->is_first = false;
    cf_put(p->w, name);
    cf_put_char(p->w, '=');
}

static void put_token(struct printer *p, struct cf_str name, struct cf_str value) {
    if (value.at) {
        put_name(p, name);
        cf_sip_put_line_text(p->w, value);
    }
}

/* The inside of a quoted string; a quote that nothing escapes would end it. */
static void put_string(struct printer *p, struct cf_str name, struct cf_str value) {
    if (!value.at) {
        return;
    }
    put_name(p, name);
    cf_put_char(p->w, '"');
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        bool is_pair = c == '\\' && i + 1 < value.len;
        if (!is_pair && (c == '"' || c == '\\')) {
            cf_put_char(p->w, '\\');
        }
        cf_sip_put_line_text(p->w, cf_str_n(value.at + i, 1));
        if (is_pair) {
            i++;
            cf_sip_put_line_text(p->w, cf_str_n(value.at + i, 1));
        }
    }
    cf_put_char(p->w, '"');
}

void cf_sip_put_challenge(struct cf_writer *w, const struct cf_sip_challenge *c) {
    struct printer p = {.w = w, .is_first = true};
    cf_put_lit(w, "Digest ");
    put_string(&p, CF_STR("realm"), c->realm);
    put_string(&p, CF_STR("domain"), c->domain);
    put_string(&p, CF_STR("nonce"), c->nonce);
    put_string(&p, CF_STR("opaque"), c->opaque);
    put_token(&p, CF_STR("stale"), c->is_stale ? CF_STR("true") : CF_STR_NONE);
    put_token(&p, CF_STR("algorithm"), c->algorithm);
    put_string(&p, CF_STR("qop"), c->qop);
    put_token(&p, CF_STR("userhash"), c->has_userhash ? CF_STR("true") : CF_STR_NONE);
}

void cf_sip_put_credentials(struct cf_writer *w, const struct cf_sip_credentials *c) {
    struct printer p = {.w = w, .is_first = true};
    cf_put_lit(w, "Digest ");
    put_string(&p, CF_STR("username"), c->username);
    put_string(&p, CF_STR("realm"), c->realm);
    put_string(&p, CF_STR("nonce"), c->nonce);
    put_string(&p, CF_STR("uri"), c->uri);
    put_string(&p, CF_STR("response"), c->response);
    put_token(&p, CF_STR("algorithm"), c->algorithm);
    put_string(&p, CF_STR("cnonce"), c->cnonce);
    put_string(&p, CF_STR("opaque"), c->opaque);
    put_token(&p, CF_STR("qop"), c->qop);
    put_token(&p, CF_STR("nc"), c->nc);
    put_token(&p, CF_STR("userhash"), c->has_userhash ? CF_STR("true") : CF_STR_NONE);
}

void cf_sip_put_auth_info(struct cf_writer *w, const struct cf_sip_auth_info *info) {
    struct printer p = {.w = w, .is_first = true};
    put_string(&p, CF_STR("nextnonce"), info->next_nonce);
    put_token(&p, CF_STR("qop"), info->qop);
    put_string(&p, CF_STR("rspauth"), info->rspauth);
    put_string(&p, CF_STR("cnonce"), info->cnonce);
    put_token(&p, CF_STR("nc"), info->nc);
}
