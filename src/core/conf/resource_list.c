/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of people as conferences carry it. */
#include "core/conf/resource_list.h"

#include "base/bug.h"
#include "core/conf/display_name.h"
#include "core/conf/xml_text.h"

void cf_resource_list_init(struct cf_resource_list *list, const struct cf_mem *mem, size_t limit) {
    *list = (struct cf_resource_list){.mem = mem, .limit = limit};
}

static void free_entry(const struct cf_mem *mem, struct cf_resource_entry *entry) {
    cf_mem_free_str(mem, &entry->uri);
    cf_mem_free_str(mem, &entry->name);
}

void cf_resource_list_fini(struct cf_resource_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free_entry(list->mem, &list->entries[i]);
    }
    cf_mem_free(list->mem, list->entries, list->count_max * sizeof(*list->entries));
    list->entries = NULL;
    list->count = 0;
    list->count_max = 0;
}

/* What could end the URI where it is put next, or begin another element there. */
static bool is_clean(struct cf_str uri) {
    for (size_t i = 0; i < uri.len; i++) {
        unsigned char c = (unsigned char)uri.at[i];
        if (c <= ' ' || c == 0x7F || c == '<' || c == '>' || c == '"') {
            return false;
        }
    }
    return uri.len > 0;
}

/* A parameter that is ours to read; true if it is not to stay in the URI. */
static bool take_attribute(struct cf_str param, struct cf_resource_entry *entry) {
    struct cf_str value = param;
    struct cf_str name = cf_str_cut(&value, '=');
    if (cf_str_eq_nocase(name, CF_STR("X-ROLE"))) {
        entry->has_role = cf_conf_role_of(value, &entry->role);
        return true;
    }
    if (cf_str_eq_nocase(name, CF_STR("X-SEQ"))) {
        if (!cf_str_to_u32(value, UINT32_MAX, &entry->sequence)) {
            entry->sequence = 0;
        }
        return true;
    }
    /* Other attributes of Linphone mean nothing to us; a method would make another request of our INVITE. */
    return cf_str_starts_nocase(name, CF_STR("X-")) || cf_str_eq_nocase(name, CF_STR("method"));
}

/* Copy @p uri to @p w without headers and attributes. A ';' or '?' before the '@' belongs to the user (RFC 3261 section 25). */
static void split_uri(struct cf_str uri, struct cf_writer *w, struct cf_resource_entry *entry) {
    size_t host = cf_str_find(uri, '@');
    struct cf_str rest = uri;
    if (host < uri.len) {
        cf_put(w, cf_str_head(uri, host));
        rest = cf_str_skip(uri, host);
    }
    rest = cf_str_head(rest, cf_str_find(rest, '?'));
    cf_put(w, cf_str_cut(&rest, ';'));
    while (rest.at != NULL) {
        struct cf_str param = cf_str_cut(&rest, ';');
        if (!take_attribute(param, entry)) {
            cf_put_char(w, ';');
            cf_put(w, param);
        }
    }
}

enum cf_err cf_resource_list_add(struct cf_resource_list *list, struct cf_str uri, struct cf_str name,
                                 struct cf_resource_entry **ret_entry) {
    char uri_buffer[CF_RESOURCE_URI_MAX];
    char name_buffer[CF_RESOURCE_NAME_MAX];
    struct cf_writer w;
    struct cf_resource_entry entry = {.role = CF_CONF_ROLE_SPEAKER};
    void *entries = list->entries;
    uri = cf_str_trim(uri);
    if (!is_clean(uri)) {
        return CF_ERR_MALFORMED;
    }
    if (list->count >= list->limit || uri.len > CF_RESOURCE_URI_MAX) {
        return CF_ERR_LIMIT;
    }
    cf_writer_init(&w, uri_buffer, sizeof uri_buffer);
    split_uri(uri, &w, &entry);
    cf_assert(cf_writer_ok(&w)); /* it only gets shorter */
    if (w.len == 0) {
        return CF_ERR_MALFORMED;
    }
    struct cf_str clean = cf_str_n(name_buffer, cf_display_name_clean(name, name_buffer, sizeof name_buffer));
    bool grown = cf_mem_grow(list->mem, &entries, &list->count_max, list->count + 1, sizeof(*list->entries));
    list->entries = entries;
    if (!grown || !cf_mem_dup_str(list->mem, cf_writer_str(&w), &entry.uri) ||
        (clean.len > 0 && !cf_mem_dup_str(list->mem, clean, &entry.name))) {
        free_entry(list->mem, &entry);
        return CF_ERR_NO_MEMORY;
    }
    list->entries[list->count] = entry;
    if (ret_entry != NULL) {
        *ret_entry = &list->entries[list->count];
    }
    list->count++;
    return CF_OK;
}

static const struct cf_str copy_words[] = {
    [CF_COPY_TO] = CF_STR_INIT("to"), [CF_COPY_CC] = CF_STR_INIT("cc"), [CF_COPY_BCC] = CF_STR_INIT("bcc")};

static void put_copy_control(struct cf_writer *w, enum cf_copy_control copy) {
    if (copy != CF_COPY_UNMARKED) {
        cf_put_lit(w, "\" cp:copyControl=\"");
        cf_put(w, copy_words[copy]);
    }
}

void cf_resource_list_put_begin(struct cf_resource_list_writer *l, struct cf_writer *w, enum cf_resource_list_use use,
                                bool is_marked) {
    *l = (struct cf_resource_list_writer){.w = w, .use = use, .is_marked = is_marked};
    cf_put_lit(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
                  "<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"");
    if (is_marked) {
        cf_put_lit(w, " xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\"");
    }
    cf_put_lit(w, "><list>");
}

static void put_request_attributes(struct cf_writer *w, const struct cf_resource_entry *entry) {
    if (entry->has_role) {
        cf_put_lit(w, ";X-ROLE=");
        cf_put(w, cf_conf_role_word(entry->role));
    }
    if (entry->sequence != 0) {
        cf_put_lit(w, ";X-SEQ=");
        cf_put_dec(w, entry->sequence);
    }
}

void cf_resource_list_put_entry(struct cf_resource_list_writer *l, const struct cf_resource_entry *entry) {
    bool is_history = l->use == CF_RESOURCE_LIST_HISTORY;
    bool is_blind = entry->copy == CF_COPY_BCC || (entry->copy == CF_COPY_UNMARKED && l->is_marked);
    if (is_history && is_blind) {
        return;
    }
    if (is_history && entry->is_anonymous) {
        l->hidden[entry->copy]++;
        return;
    }
    cf_put_lit(l->w, "<entry uri=\"");
    cf_put_xml(l->w, entry->uri);
    if (!is_history) {
        put_request_attributes(l->w, entry);
    }
    put_copy_control(l->w, entry->copy);
    if (entry->is_anonymous) {
        cf_put_lit(l->w, "\" cp:anonymize=\"true");
    }
    if (entry->name.len > 0) {
        cf_put_lit(l->w, "\">");
        cf_put_xml_element(l->w, CF_STR("display-name"), entry->name);
        cf_put_lit(l->w, "</entry>");
    } else {
        cf_put_lit(l->w, "\"/>");
    }
}

void cf_resource_list_put_end(struct cf_resource_list_writer *l) {
    for (unsigned copy = CF_COPY_UNMARKED; copy <= CF_COPY_BCC; copy++) {
        if (l->hidden[copy] > 0) {
            cf_put_lit(l->w, "<entry uri=\"sip:anonymous@anonymous.invalid");
            put_copy_control(l->w, (enum cf_copy_control)copy);
            if (l->is_marked) {
                cf_put_lit(l->w, "\" cp:count=\"");
                cf_put_dec(l->w, l->hidden[copy]);
            }
            cf_put_lit(l->w, "\"/>");
        }
    }
    cf_put_lit(l->w, "</list></resource-lists>\r\n");
}

bool cf_resource_list_is_marked(const struct cf_resource_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].copy != CF_COPY_UNMARKED || list->entries[i].is_anonymous) {
            return true;
        }
    }
    return false;
}

void cf_put_resource_list(struct cf_writer *w, const struct cf_resource_list *list, enum cf_resource_list_use use) {
    struct cf_resource_list_writer l;
    cf_resource_list_put_begin(&l, w, use, cf_resource_list_is_marked(list));
    for (size_t i = 0; i < list->count; i++) {
        cf_resource_list_put_entry(&l, &list->entries[i]);
    }
    cf_resource_list_put_end(&l);
}

void cf_put_sipfrag_from(struct cf_writer *w, struct cf_str uri) {
    cf_put_lit(w, "From: <");
    cf_put(w, uri);
    cf_put_lit(w, ">");
}
