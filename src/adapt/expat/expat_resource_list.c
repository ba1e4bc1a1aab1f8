/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads application/resource-lists+xml. */
#include "adapt/expat/expat_resource_list.h"

#include "adapt/expat/xml_walk.h"

#define NS_LISTS "urn:ietf:params:xml:ns:resource-lists"
#define NS_COPY "urn:ietf:params:xml:ns:copycontrol" /* RFC 5366 also spells it copyControl */

/** What element is open. */
enum place {
    OUTSIDE,
    IN_ROOT,
    IN_LIST, /* at any depth */
    IN_ENTRY,
    IN_NAME,
};

/** The reading of one document. */
struct reading {
    struct cf_resource_list *list;
    enum place place;
    unsigned lists;   /* <list> elements that are open */
    unsigned foreign; /* depth of the outermost element that is passed over, plus 1; 0: none */
    char uri[CF_RESOURCE_URI_MAX];
    struct cf_str uri_view;
    char name[4 * CF_RESOURCE_NAME_MAX];
    struct cf_str name_view;
    enum cf_copy_control copy;
    bool is_anonymous;
};

static enum cf_copy_control copy_of(struct cf_str word) {
    static const struct {
        struct cf_str word;
        enum cf_copy_control copy;
    } table[] = {{CF_STR_INIT("to"), CF_COPY_TO}, {CF_STR_INIT("cc"), CF_COPY_CC}, {CF_STR_INIT("bcc"), CF_COPY_BCC}};
    for (size_t i = 0; i < 3; i++) {
        if (cf_str_eq_nocase(table[i].word, word)) {
            return table[i].copy;
        }
    }
    return CF_COPY_BCC; /* something is said that we don't know: the least open reading */
}

static void read_copy_control(struct reading *r, const struct cf_xml_start *start) {
    r->copy = CF_COPY_UNMARKED;
    r->is_anonymous = false;
    for (size_t i = 0; i < start->attribute_count; i++) {
        const struct cf_xml_attribute *a = &start->attributes[i];
        if (!cf_str_eq_nocase(a->name.space, CF_STR(NS_COPY))) {
            continue;
        }
        if (cf_str_eq_nocase(a->name.local, CF_STR("copyControl"))) {
            r->copy = copy_of(a->value);
        } else if (cf_str_eq_nocase(a->name.local, CF_STR("anonymize"))) {
            r->is_anonymous = cf_str_eq(a->value, CF_STR("true")) || cf_str_eq(a->value, CF_STR("1"));
        }
    }
}

/* Attributes are gone when the entry ends, so they are kept here. */
static enum cf_err begin_entry(struct reading *r, const struct cf_xml_start *start) {
    struct cf_str uri = cf_xml_attribute(start, "uri");
    if (uri.len == 0) {
        return CF_ERR_MALFORMED;
    }
    if (uri.len > sizeof r->uri) {
        return CF_ERR_LIMIT;
    }
    memcpy(r->uri, uri.at, uri.len);
    r->uri_view = cf_str_n(r->uri, uri.len);
    r->name_view = CF_STR_NONE;
    read_copy_control(r, start);
    return CF_OK;
}

static enum cf_err on_start(void *ctx, const struct cf_xml_start *start) {
    struct reading *r = ctx;
    if (r->foreign != 0) {
        return CF_OK;
    }
    if (r->place == OUTSIDE) {
        r->place = IN_ROOT;
        return cf_xml_name_is(start->name, NS_LISTS, "resource-lists") ? CF_OK : CF_ERR_MALFORMED;
    }
    if ((r->place == IN_ROOT || r->place == IN_LIST) && cf_xml_name_is(start->name, NS_LISTS, "list")) {
        r->place = IN_LIST;
        r->lists++;
    } else if (r->place == IN_LIST && cf_xml_name_is(start->name, NS_LISTS, "entry")) {
        r->place = IN_ENTRY;
        return begin_entry(r, start);
    } else if (r->place == IN_ENTRY && cf_xml_name_is(start->name, NS_LISTS, "display-name")) {
        r->place = IN_NAME;
    } else {
        r->foreign = start->depth + 1;
    }
    return CF_OK;
}

static enum cf_err end_entry(struct reading *r) {
    struct cf_resource_entry *entry = NULL;
    enum cf_err err = cf_resource_list_add(r->list, r->uri_view, r->name_view, &entry);
    if (err == CF_OK) {
        entry->copy = r->copy;
        entry->is_anonymous = r->is_anonymous;
    }
    return err;
}

static enum cf_err on_end(void *ctx, unsigned depth, struct cf_xml_name name, struct cf_str text) {
    struct reading *r = ctx;
    (void)name;
    if (r->foreign != 0) {
        r->foreign = r->foreign == depth + 1 ? 0 : r->foreign;
        return CF_OK;
    }
    switch (r->place) {
    case IN_NAME:
        text = cf_str_head(text, sizeof r->name); /* cleaned and cut between characters by the list */
        if (text.len > 0) {
            memcpy(r->name, text.at, text.len);
        }
        r->name_view = cf_str_n(r->name, text.len);
        r->place = IN_ENTRY;
        return CF_OK;
    case IN_ENTRY:
        r->place = IN_LIST;
        return end_entry(r);
    case IN_LIST:
        r->lists--;
        r->place = r->lists == 0 ? IN_ROOT : IN_LIST;
        return CF_OK;
    case IN_ROOT:
    case OUTSIDE:
        break;
    }
    return CF_OK;
}

enum cf_err cf_expat_read_resource_list(struct cf_str xml, struct cf_resource_list *list) {
    struct reading reading = {.list = list};
    struct cf_xml_visitor visitor = {.on_start = on_start, .on_end = on_end, .ctx = &reading};
    return xml.len > CF_EXPAT_RESOURCE_LIST_MAX ? CF_ERR_LIMIT : cf_xml_walk(xml, &visitor);
}
