/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of people from strangers: what is accepted must be clean, and must read back the same when it is written. */
#include "adapt/expat/expat_resource_list.h"
#include "base/bug.h"
#include "lib/test_mem.h"
#include <stdint.h>

#define LIMIT 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entry(const struct cf_resource_entry *entry) {
    cf_assert(entry->uri.len > 0 && entry->uri.len <= CF_RESOURCE_URI_MAX && entry->name.len <= CF_RESOURCE_NAME_MAX);
    cf_assert(cf_str_is_utf8(entry->name));
    for (size_t i = 0; i < entry->uri.len; i++) {
        unsigned char c = (unsigned char)entry->uri.at[i];
        cf_assert(c > ' ' && c != 0x7F && c != '<' && c != '>' && c != '"');
    }
    struct cf_str host = cf_str_skip(entry->uri, cf_str_find(entry->uri, '@'));
    cf_assert(cf_str_find(host, '?') == host.len);
}

static void check_round_trip(const struct test_mem *m, const struct cf_resource_list *list) {
    static char xml[LIMIT * CF_RESOURCE_URI_MAX * 8];
    struct cf_writer w;
    struct cf_resource_list back;
    cf_writer_init(&w, xml, sizeof xml);
    cf_put_resource_list(&w, list, CF_RESOURCE_LIST_REQUEST);
    cf_assert(cf_writer_ok(&w));
    cf_resource_list_init(&back, &m->mem, LIMIT);
    enum cf_err err = cf_expat_read_resource_list(cf_writer_str(&w), &back);
    /* A role makes a URI of nearly full length too long. */
    cf_assert(err == CF_OK || err == CF_ERR_LIMIT);
    for (size_t i = 0; i < back.count; i++) {
        cf_assert(cf_str_eq(back.entries[i].uri, list->entries[i].uri));
        cf_assert(cf_str_eq(back.entries[i].name, list->entries[i].name));
        cf_assert(back.entries[i].copy == list->entries[i].copy);
    }
    cf_resource_list_fini(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct test_mem m;
    struct cf_resource_list list;
    test_mem_init(&m);
    cf_resource_list_init(&list, &m.mem, LIMIT);
    enum cf_err err = cf_expat_read_resource_list(cf_str_n((const char *)data, size), &list);
    for (size_t i = 0; i < list.count; i++) {
        check_entry(&list.entries[i]);
    }
    if (err == CF_OK) {
        check_round_trip(&m, &list);
    }
    cf_resource_list_fini(&list);
    test_mem_fini(&m);
    return 0;
}
