/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One value of Contact (RFC 3261 section 20.10) with the parameters that registrars and conferences read: q, expires,
 * +sip.instance and reg-id (RFC 5626), pub-gruu and temp-gruu (RFC 5627), isfocus (RFC 4579). A format; views into the text. Walk
 * them with cf_sip_values_begin(msg, CF_SIP_HEADER_CONTACT, ...).
 */
#ifndef CF_CORE_SIP_CONTACT_H
#define CF_CORE_SIP_CONTACT_H

#include "core/sip/name_addr.h"

/** Preference of a contact without q: the highest (RFC 3261 section 20.10 leaves it open). */
#define CF_SIP_Q_DEFAULT 1000

/** One contact. */
struct cf_sip_contact {
    bool is_star;                 /**< "*": nothing else is set */
    struct cf_sip_name_addr addr; /**< address, with all parameters in addr.params */
    uint16_t q;                   /**< preference in thousandths, 0 to 1000 */
    bool has_expires;             /**< there is an expires parameter */
    uint32_t expires_sec;         /**< its value, UINT32_MAX if larger */
    struct cf_str instance;       /**< +sip.instance without quotes and angle brackets: "urn:uuid:..."; absent if none */
    uint32_t reg_id;              /**< 1 to 2^31-1; 0: none */
    bool is_focus;                /**< isfocus: a conference (RFC 3840 section 10) */
};

/** Parse all of @p text as one contact. CF_ERR_MALFORMED: also a bad q or reg-id; CF_ERR_LIMIT. A bad expires counts as none. */
CF_MUST_USE enum cf_err cf_sip_contact_parse(struct cf_str text, struct cf_sip_contact *ret);

/** Take one contact, not "*", at the position of @p s and stop behind it. Errors as above. */
CF_MUST_USE enum cf_err cf_sip_contact_scan(struct cf_sip_scan *s, struct cf_sip_contact *ret);

/** qvalue in thousandths: "0", "0.7", "1.000". False if it is something else. */
bool cf_sip_q_parse(struct cf_str text, uint16_t *ret_thousandths);

/** ";q=0.7" */
void cf_sip_put_q(struct cf_writer *w, uint16_t thousandths);

/** ;+sip.instance="<urn>" */
void cf_sip_put_instance(struct cf_writer *w, struct cf_str urn);

#endif
