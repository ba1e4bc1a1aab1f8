/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contact. */
#include "core/sip/contact.h"
#include "core/sip/message.h"

#define REG_ID_MAX 0x7FFFFFFFU

bool cf_sip_q_parse(struct cf_str text, uint16_t *ret_thousandths) {
    struct cf_str fraction = text;
    struct cf_str whole = cf_str_cut(&fraction, '.');
    uint32_t ones = 0;
    uint32_t value = 0;
    if (whole.len != 1 || !cf_str_to_u32(whole, 1, &ones) || fraction.len > 3) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        char digit = i < fraction.len ? fraction.at[i] : '0';
        if (!cf_ascii_is_digit(digit)) {
            return false;
        }
        value = value * 10 + (uint32_t)(digit - '0');
    }
    value += ones * 1000;
    if (value > 1000) {
        return false;
    }
    *ret_thousandths = (uint16_t)value;
    return true;
}

void cf_sip_put_q(struct cf_writer *w, uint16_t thousandths) {
    cf_put_lit(w, ";q=");
    cf_put_dec(w, thousandths / 1000U);
    cf_put_char(w, '.');
    cf_put_dec(w, thousandths / 100U % 10);
    unsigned rest = thousandths % 100U;
    if (rest != 0) {
        cf_put_dec(w, rest / 10);
        if (rest % 10 != 0) {
            cf_put_dec(w, rest % 10);
        }
    }
}

void cf_sip_put_instance(struct cf_writer *w, struct cf_str urn) {
    cf_put_lit(w, ";+sip.instance=\"<");
    cf_sip_put_line_text(w, urn);
    cf_put_lit(w, ">\"");
}

/* instance-val = "<" urn ">" inside quotes; some send it without either. */
static struct cf_str instance_of(struct cf_str value) {
    struct cf_str inside = cf_sip_is_quoted(value) ? cf_str_n(value.at + 1, value.len - 2) : value;
    bool is_bracketed = inside.len >= 2 && inside.at[0] == '<' && inside.at[inside.len - 1] == '>';
    return is_bracketed ? cf_str_n(inside.at + 1, inside.len - 2) : inside;
}

static enum cf_err keep_param(struct cf_sip_contact *contact, const struct cf_sip_param *param) {
    if (cf_str_eq_nocase(param->name, CF_STR("q"))) {
        return cf_sip_q_parse(param->value, &contact->q) ? CF_OK : CF_ERR_MALFORMED;
    }
    if (cf_str_eq_nocase(param->name, CF_STR("reg-id"))) {
        bool is_valid = cf_str_to_u32(param->value, REG_ID_MAX, &contact->reg_id) && contact->reg_id != 0;
        return is_valid ? CF_OK : CF_ERR_MALFORMED;
    }
    if (cf_str_eq_nocase(param->name, CF_STR("expires"))) {
        contact->has_expires = cf_sip_seconds_of(param->value, &contact->expires_sec);
    } else if (cf_str_eq_nocase(param->name, CF_STR("+sip.instance"))) {
        contact->instance = instance_of(param->value);
    } else if (cf_str_eq_nocase(param->name, CF_STR("isfocus"))) {
        contact->is_focus = true;
    }
    return CF_OK;
}

enum cf_err cf_sip_contact_scan(struct cf_sip_scan *s, struct cf_sip_contact *ret) {
    struct cf_sip_contact contact = {.q = CF_SIP_Q_DEFAULT};
    enum cf_err err = cf_sip_name_addr_scan(s, &contact.addr);
    struct cf_str rest = err == CF_OK ? contact.addr.params : CF_STR_NONE;
    struct cf_sip_param param;
    while (err == CF_OK && cf_sip_param_next(&rest, &param)) {
        err = keep_param(&contact, &param);
    }
    if (err == CF_OK) {
        *ret = contact;
    }
    return err;
}

enum cf_err cf_sip_contact_parse(struct cf_str text, struct cf_sip_contact *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_sip_contact contact;
    if (cf_str_eq(cf_str_trim(text), CF_STR("*"))) {
        *ret = (struct cf_sip_contact){.q = CF_SIP_Q_DEFAULT, .is_star = true};
        return CF_OK;
    }
    enum cf_err err = cf_sip_contact_scan(&s, &contact);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    if (err == CF_OK) {
        *ret = contact;
    }
    return err;
}
