/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS answers into plain records. */
#include "shell/dns/records.h"

#include <ares.h>

static struct cf_dns_record *next_record(struct cf_dns_records *records) {
    return records->count == CF_DNS_RECORDS_MAX ? NULL : &records->list[records->count++];
}

static void parse_naptr(const unsigned char *bytes, int len, struct cf_dns_records *ret) {
    struct ares_naptr_reply *first = NULL;
    if (ares_parse_naptr_reply(bytes, len, &first) != ARES_SUCCESS) {
        return;
    }
    ret->ares = first;
    for (struct ares_naptr_reply *each = first; each != NULL; each = each->next) {
        struct cf_dns_record *record = next_record(ret);
        if (record == NULL) {
            return;
        }
        record->order = each->order;
        record->preference = each->preference;
        record->flags = cf_str_of((const char *)each->flags);
        record->service = cf_str_of((const char *)each->service);
        record->name = cf_str_of(each->replacement);
    }
}

static void parse_srv(const unsigned char *bytes, int len, struct cf_dns_records *ret) {
    struct ares_srv_reply *first = NULL;
    if (ares_parse_srv_reply(bytes, len, &first) != ARES_SUCCESS) {
        return;
    }
    ret->ares = first;
    for (struct ares_srv_reply *each = first; each != NULL; each = each->next) {
        struct cf_dns_record *record = next_record(ret);
        if (record == NULL) {
            return;
        }
        record->order = each->priority;
        record->preference = each->weight;
        record->port = each->port;
        record->name = cf_str_of(each->host);
    }
}

static void parse_a(const unsigned char *bytes, int len, struct cf_dns_records *ret) {
    struct ares_addrttl list[CF_DNS_RECORDS_MAX];
    int count = CF_DNS_RECORDS_MAX;
    if (ares_parse_a_reply(bytes, len, NULL, list, &count) != ARES_SUCCESS) {
        return;
    }
    for (int i = 0; i < count; i++) {
        struct cf_dns_record *record = next_record(ret);
        if (record != NULL) {
            record->addr.family = CF_FAMILY_IP4;
            memcpy(record->addr.ip, &list[i].ipaddr, 4);
        }
    }
}

static void parse_aaaa(const unsigned char *bytes, int len, struct cf_dns_records *ret) {
    struct ares_addr6ttl list[CF_DNS_RECORDS_MAX];
    int count = CF_DNS_RECORDS_MAX;
    if (ares_parse_aaaa_reply(bytes, len, NULL, list, &count) != ARES_SUCCESS) {
        return;
    }
    for (int i = 0; i < count; i++) {
        struct cf_dns_record *record = next_record(ret);
        if (record != NULL) {
            record->addr.family = CF_FAMILY_IP6;
            memcpy(record->addr.ip, &list[i].ip6addr, 16);
        }
    }
}

void cf_dns_records_parse(enum cf_dns_type type, const unsigned char *bytes, int len, struct cf_dns_records *ret) {
    switch (type) {
    case CF_DNS_NAPTR:
        parse_naptr(bytes, len, ret);
        break;
    case CF_DNS_SRV:
        parse_srv(bytes, len, ret);
        break;
    case CF_DNS_A:
        parse_a(bytes, len, ret);
        break;
    case CF_DNS_AAAA:
        parse_aaaa(bytes, len, ret);
        break;
    }
}

void cf_dns_records_fini(struct cf_dns_records *records) {
    if (records->ares != NULL) {
        ares_free_data(records->ares);
        records->ares = NULL;
    }
    records->count = 0;
}
