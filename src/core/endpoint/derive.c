/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ACK and CANCEL, made out of the INVITE that was sent. */
#include "core/endpoint/impl.h"

/*
 * RFC 3261 sections 9.1 and 17.1.1.3: Request-URI, top Via, From, Call-ID, CSeq number and Route are those of the INVITE; To is
 * that of the response in an ACK. @p to: message that has it.
 */
static void put(struct cf_writer *w, const struct cf_sip_message *invite, const struct cf_sip_message *to, struct cf_str method,
                struct cf_str fields) {
    cf_sip_put_request_line(w, method, invite->request_uri.text);
    cf_sip_put_field(w, CF_SIP_HEADER_VIA, invite->via.text);
    cf_sip_put_field_dec(w, CF_SIP_HEADER_MAX_FORWARDS, 70);
    cf_sip_copy_fields(w, invite, CF_SIP_HEADER_ROUTE);
    cf_sip_copy_fields(w, invite, CF_SIP_HEADER_FROM);
    cf_sip_copy_fields(w, to, CF_SIP_HEADER_TO);
    cf_sip_copy_fields(w, invite, CF_SIP_HEADER_CALL_ID);
    cf_sip_field_begin(w, CF_SIP_HEADER_CSEQ);
    cf_sip_put_cseq(w, invite->cseq.number, method);
    cf_sip_field_end(w);
    cf_put(w, fields);
    cf_sip_end(w);
}

static enum cf_err derive(struct cf_endpoint *ep, const struct cf_kept *sent, const struct cf_sip_message *response,
                          struct cf_str fields, struct cf_kept **ret) {
    struct cf_parse_error error;
    struct cf_writer w;
    enum cf_err err = cf_sip_parse(cf_kept_str(sent), &ep->own, &error);
    if (err != CF_OK) {
        return err;
    }
    cf_writer_init(&w, ep->scratch, CF_ENDPOINT_BUFFER_SIZE);
    put(&w, &ep->own, response != NULL ? response : &ep->own, response != NULL ? CF_STR("ACK") : CF_STR("CANCEL"), fields);
    return cf_writer_ok(&w) ? cf_keep(&ep->keeper, cf_writer_str(&w), ret) : w.err;
}

enum cf_err cf_derive_ack(struct cf_endpoint *ep, const struct cf_kept *sent, const struct cf_sip_message *response,
                          struct cf_kept **ret) {
    return derive(ep, sent, response, CF_STR_NONE, ret);
}

enum cf_err cf_derive_cancel(struct cf_endpoint *ep, const struct cf_kept *sent, struct cf_str fields, struct cf_kept **ret) {
    return derive(ep, sent, NULL, fields, ret);
}
