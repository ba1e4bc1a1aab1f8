/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reason (RFC 3326) and Warning (RFC 3261 section 20.43). A format; views into the text. */
#ifndef CF_CORE_SIP_REASON_FIELD_H
#define CF_CORE_SIP_REASON_FIELD_H

#include "core/sip/params.h"

/** Reason: SIP;cause=600;text="Busy Everywhere" */
struct cf_sip_reason {
    struct cf_str protocol; /**< "SIP", "Q.850" */
    uint32_t cause;         /**< 0: none */
    struct cf_str text;     /**< with its quotes; absent if none */
};

/** Parse one value. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_reason_parse(struct cf_str value, struct cf_sip_reason *ret);

/** Value of Reason; @p text is plain text, absent: none. */
void cf_sip_put_reason(struct cf_writer *w, struct cf_str protocol, unsigned cause, struct cf_str text);

/** Warning: 307 isi.edu "Session parameter 'foo' not understood" */
struct cf_sip_warning {
    uint16_t code;       /**< 100 to 999 */
    struct cf_str agent; /**< host or pseudonym */
    struct cf_str text;  /**< with its quotes */
};

/** Parse one value. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_warning_parse(struct cf_str value, struct cf_sip_warning *ret);

/** Value of Warning; @p text is plain text. */
void cf_sip_put_warning(struct cf_writer *w, unsigned code, struct cf_str agent, struct cf_str text);

#endif
