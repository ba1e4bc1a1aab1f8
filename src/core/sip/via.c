/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Via. */
#include "core/sip/via.h"

/* sent-protocol = name SLASH version SLASH transport */
static enum cf_err scan_protocol(struct cf_sip_scan *s, struct cf_sip_via *via) {
    size_t start = s->at;
    if (!cf_str_eq_nocase(cf_sip_scan_run(s, CF_SIP_CLASS_TOKEN), CF_STR("SIP"))) {
        s->at = start;
        return CF_ERR_MALFORMED;
    }
    if (!cf_sip_scan_separator(s, '/') || cf_str_is_empty(cf_sip_scan_run(s, CF_SIP_CLASS_TOKEN)) ||
        !cf_sip_scan_separator(s, '/')) {
        return CF_ERR_MALFORMED;
    }
    via->transport_name = cf_sip_scan_run(s, CF_SIP_CLASS_TOKEN);
    via->transport = cf_transport_of(via->transport_name);
    return !cf_str_is_empty(via->transport_name) && cf_sip_scan_lws(s) ? CF_OK : CF_ERR_MALFORMED;
}

/* Remember the value of a parameter that may stand there once. */
static enum cf_err keep_once(struct cf_str *slot, struct cf_str value) {
    if (slot->at || !value.at) {
        return CF_ERR_MALFORMED;
    }
    *slot = value;
    return CF_OK;
}

static enum cf_err keep_rport(struct cf_sip_via *via, struct cf_str value) {
    uint32_t port = 0;
    if (via->has_rport || (value.at && !cf_str_to_u32(value, UINT16_MAX, &port))) {
        return CF_ERR_MALFORMED;
    }
    via->has_rport = true;
    via->rport = (uint16_t)port;
    return CF_OK;
}

static enum cf_err keep_param(struct cf_sip_via *via, const struct cf_sip_param *param) {
    if (cf_str_eq_nocase(param->name, CF_STR("branch"))) {
        return keep_once(&via->branch, param->value);
    }
    if (cf_str_eq_nocase(param->name, CF_STR("received"))) {
        struct cf_addr addr;
        enum cf_err err = keep_once(&via->received, param->value);
        return err == CF_OK ? cf_sip_host_addr(via->received, &addr) : err;
    }
    if (cf_str_eq_nocase(param->name, CF_STR("maddr"))) {
        return keep_once(&via->maddr, param->value);
    }
    return cf_str_eq_nocase(param->name, CF_STR("rport")) ? keep_rport(via, param->value) : CF_OK;
}

static enum cf_err scan_via_param(struct cf_sip_scan *s, struct cf_sip_via *via) {
    struct cf_sip_param param;
    enum cf_err err = cf_sip_scan_param(s, &param);
    if (err != CF_OK) {
        return err;
    }
    err = keep_param(via, &param);
    if (err != CF_OK) {
        s->at = (size_t)(param.name.at - s->in.at);
    }
    return err;
}

static enum cf_err scan_via_params(struct cf_sip_scan *s, struct cf_sip_via *via) {
    if (!cf_sip_scan_separator(s, ';')) {
        return CF_OK;
    }
    size_t start = s->at;
    do {
        enum cf_err err = scan_via_param(s, via);
        if (err != CF_OK) {
            return err;
        }
    } while (cf_sip_scan_separator(s, ';'));
    via->params = cf_sip_scan_since(s, start);
    return CF_OK;
}

enum cf_err cf_sip_via_scan(struct cf_sip_scan *s, struct cf_sip_via *ret) {
    struct cf_sip_via via = {.port = 0};
    cf_sip_scan_lws(s);
    size_t start = s->at;
    enum cf_err err = scan_protocol(s, &via);
    if (err == CF_OK) {
        err = cf_sip_scan_host(s, &via.host);
    }
    if (err == CF_OK && cf_sip_scan_separator(s, ':')) {
        err = cf_sip_scan_port(s, &via.port);
    }
    if (err == CF_OK) {
        via.sent = cf_sip_scan_since(s, start);
        err = scan_via_params(s, &via);
    }
    if (err == CF_OK) {
        via.text = cf_sip_scan_since(s, start);
        *ret = via;
    }
    return err;
}

enum cf_err cf_sip_via_parse(struct cf_str text, struct cf_sip_via *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_sip_via via;
    enum cf_err err = cf_sip_via_scan(&s, &via);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    if (err == CF_OK) {
        *ret = via;
    }
    return err;
}

bool cf_sip_via_has_cookie(const struct cf_sip_via *via) {
    struct cf_str cookie = CF_STR(CF_SIP_BRANCH_COOKIE);
    return via->branch.len > cookie.len && cf_str_starts_nocase(via->branch, cookie);
}

static uint16_t sent_by_port(const struct cf_sip_via *via) {
    return via->port != 0 ? via->port : cf_transport_default_port(via->transport);
}

bool cf_sip_via_same_sent_by(const struct cf_sip_via *a, const struct cf_sip_via *b) {
    return sent_by_port(a) == sent_by_port(b) && cf_str_eq_nocase(a->host, b->host);
}

bool cf_sip_via_response_addr(const struct cf_sip_via *via, struct cf_addr *ret) {
    struct cf_addr addr;
    if (cf_sip_host_addr(via->received.at ? via->received : via->host, &addr) != CF_OK) {
        return false;
    }
    addr.port = via->rport != 0 ? via->rport : sent_by_port(via);
    *ret = addr;
    return true;
}

void cf_sip_put_via(struct cf_writer *w, enum cf_transport transport, struct cf_str host, uint16_t port, struct cf_str branch) {
    cf_put_lit(w, "SIP/2.0/");
    cf_put(w, cf_transport_name(transport));
    cf_put_char(w, ' ');
    cf_put(w, host);
    if (port != 0) {
        cf_put_char(w, ':');
        cf_put_dec(w, port);
    }
    cf_sip_put_param(w, CF_STR("branch"), branch);
}

static bool is_from(const struct cf_sip_via *via, const struct cf_addr *source) {
    struct cf_addr addr;
    return cf_sip_host_addr(via->host, &addr) == CF_OK && cf_addr_eq_ip(&addr, source);
}

void cf_sip_put_via_received(struct cf_writer *w, const struct cf_sip_via *via, const struct cf_addr *source) {
    struct cf_str rest = via->params;
    struct cf_sip_param param;
    cf_sip_put_line_text(w, via->sent);
    while (cf_sip_param_next(&rest, &param)) {
        if (!cf_str_eq_nocase(param.name, CF_STR("received")) && !cf_str_eq_nocase(param.name, CF_STR("rport"))) {
            cf_put_char(w, ';');
            cf_put(w, param.name);
            if (param.value.at) {
                cf_put_char(w, '=');
                cf_sip_put_line_text(w, param.value);
            }
        }
    }
    if (via->has_rport || !is_from(via, source)) {
        cf_put_lit(w, ";received=");
        cf_put_ip(w, source);
    }
    if (via->has_rport) {
        cf_sip_put_param_dec(w, CF_STR("rport"), source->port);
    }
}
