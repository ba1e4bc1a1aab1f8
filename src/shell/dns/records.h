/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of a DNS answer as c-ares parses them; private to shell/dns. */
#ifndef CF_SHELL_DNS_RECORDS_H
#define CF_SHELL_DNS_RECORDS_H

#include "shell/dns/dns.h"

/** Parsed records and the memory of c-ares that they point into. */
struct cf_dns_records {
    struct cf_dns_record list[CF_DNS_RECORDS_MAX];
    size_t count;
    void *ares; /**< freed by cf_dns_records_fini() */
};

/** Parse an answer to a question of @p type; zero records if it is not one. @p ret must be zeroed. */
void cf_dns_records_parse(enum cf_dns_type type, const unsigned char *bytes, int len, struct cf_dns_records *ret);

/** Free; idempotent. */
void cf_dns_records_fini(struct cf_dns_records *records);

#endif
