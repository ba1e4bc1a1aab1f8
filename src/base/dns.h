/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions to the DNS and their answers, as plain values between a core (which knows RFC 3263) and the shell (which knows
 * how to ask). The shell follows CNAMEs and answers each question with the records of that type only.
 */
#ifndef CF_BASE_DNS_H
#define CF_BASE_DNS_H

#include "base/addr.h"

/** Type of a question. */
enum cf_dns_type {
    CF_DNS_NAPTR, /**< RFC 3403 */
    CF_DNS_SRV,   /**< RFC 2782 */
    CF_DNS_A,
    CF_DNS_AAAA,
};

/** One question. */
struct cf_dns_question {
    enum cf_dns_type type;
    struct cf_str name; /**< domain name without a dot at the end */
};

/** One record of an answer. */
struct cf_dns_record {
    uint16_t order;        /**< NAPTR: order; SRV: priority */
    uint16_t preference;   /**< NAPTR: preference; SRV: weight */
    uint16_t port;         /**< SRV */
    struct cf_str flags;   /**< NAPTR, such as "s" */
    struct cf_str service; /**< NAPTR, such as "SIP+D2U" */
    struct cf_str name;    /**< NAPTR: replacement; SRV: target */
    struct cf_addr addr;   /**< A, AAAA: address, port 0 */
};

#endif
