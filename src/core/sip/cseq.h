/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSeq (RFC 3261 section 20.16) and RAck (RFC 3262 section 7.2). A format; views into the text. */
#ifndef CF_CORE_SIP_CSEQ_H
#define CF_CORE_SIP_CSEQ_H

#include "base/err.h"
#include "base/writer.h"
#include "core/sip/method.h"
#include "core/sip/scan.h"

/** Largest sequence number: it must be less than 2^31. */
#define CF_SIP_CSEQ_MAX 0x7FFFFFFFU

/** A sequence number and a method. */
struct cf_sip_cseq {
    uint32_t number;           /**< 0 to CF_SIP_CSEQ_MAX */
    enum cf_sip_method method; /**< CF_SIP_METHOD_OTHER: see method_name */
    struct cf_str method_name; /**< as it stands there */
};

/** RAck: which provisional response a PRACK is for. */
struct cf_sip_rack {
    uint32_t rseq;           /**< RSeq of the response, 1 to 2^32 - 1 */
    struct cf_sip_cseq cseq; /**< CSeq of the response */
};

/** Take a CSeq at the position of @p s. CF_ERR_MALFORMED, the position is where. */
CF_MUST_USE enum cf_err cf_sip_cseq_scan(struct cf_sip_scan *s, struct cf_sip_cseq *ret);

/** Parse all of @p text. CF_ERR_MALFORMED: also a number of 2^31 and above. */
CF_MUST_USE enum cf_err cf_sip_cseq_parse(struct cf_str text, struct cf_sip_cseq *ret);

/** Parse all of @p text. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_rack_parse(struct cf_str text, struct cf_sip_rack *ret);

/** "number METHOD" */
void cf_sip_put_cseq(struct cf_writer *w, uint32_t number, struct cf_str method);

#endif
