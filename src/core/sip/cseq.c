/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSeq and RAck. */
#include "core/sip/cseq.h"
#include "core/sip/scan.h"

static enum cf_err scan_number(struct cf_sip_scan *s, uint32_t max, uint32_t *ret) {
    size_t start = s->at;
    if (!cf_str_to_u32(cf_sip_scan_run(s, CF_SIP_CLASS_DIGIT), max, ret)) {
        s->at = start;
        return CF_ERR_MALFORMED;
    }
    return cf_sip_scan_lws(s) ? CF_OK : CF_ERR_MALFORMED;
}

enum cf_err cf_sip_cseq_scan(struct cf_sip_scan *s, struct cf_sip_cseq *ret) {
    struct cf_sip_cseq cseq = {.number = 0};
    cf_sip_scan_lws(s);
    enum cf_err err = scan_number(s, CF_SIP_CSEQ_MAX, &cseq.number);
    if (err != CF_OK) {
        return err;
    }
    cseq.method_name = cf_sip_scan_run(s, CF_SIP_CLASS_TOKEN);
    if (cf_str_is_empty(cseq.method_name)) {
        return CF_ERR_MALFORMED;
    }
    cseq.method = cf_sip_method_of(cseq.method_name);
    *ret = cseq;
    return CF_OK;
}

enum cf_err cf_sip_cseq_parse(struct cf_str text, struct cf_sip_cseq *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_sip_cseq cseq;
    enum cf_err err = cf_sip_cseq_scan(&s, &cseq);
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    if (err == CF_OK) {
        *ret = cseq;
    }
    return err;
}

enum cf_err cf_sip_rack_parse(struct cf_str text, struct cf_sip_rack *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_sip_rack rack = {.rseq = 0};
    cf_sip_scan_lws(&s);
    enum cf_err err = scan_number(&s, UINT32_MAX, &rack.rseq);
    if (err == CF_OK) {
        err = rack.rseq == 0 ? CF_ERR_MALFORMED : cf_sip_cseq_scan(&s, &rack.cseq);
    }
    if (err == CF_OK) {
        err = cf_sip_scan_finish(&s);
    }
    if (err == CF_OK) {
        *ret = rack;
    }
    return err;
}

void cf_sip_put_cseq(struct cf_writer *w, uint32_t number, struct cf_str method) {
    cf_put_dec(w, number);
    cf_put_char(w, ' ');
    cf_put(w, method);
}
