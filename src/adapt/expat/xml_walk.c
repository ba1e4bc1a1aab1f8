/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XML that comes from strangers: a walk over the elements of a whole document. */
#include "adapt/expat/xml_walk.h"

#include <expat.h>
#include <limits.h>

/** Between namespace and local name in what expat gives us; no name contains it. */
#define SEPARATOR '\n'

/** A walk. */
struct walk {
    XML_Parser parser;
    const struct cf_xml_visitor *visitor;
    enum cf_err err;
    unsigned depth; /* elements that are open */
    char text[CF_XML_TEXT_MAX];
    size_t text_len;
};

static void stop(struct walk *walk, enum cf_err err) {
    if (walk->err == CF_OK && err != CF_OK) {
        walk->err = err;
        (void)XML_StopParser(walk->parser, XML_FALSE);
    }
}

static struct cf_xml_name split(const char *name) {
    struct cf_str all = cf_str_of(name);
    size_t at = cf_str_find(all, SEPARATOR);
    if (at == all.len) {
        return (struct cf_xml_name){.space = CF_STR(""), .local = all};
    }
    return (struct cf_xml_name){.space = cf_str_head(all, at), .local = cf_str_skip(all, at + 1)};
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **raw) {
    struct walk *walk = user;
    struct cf_xml_attribute attributes[CF_XML_ATTRIBUTES_MAX];
    size_t count = 0;
    /* After XML_StopParser() expat may still report what it has in hand. */
    if (walk->err != CF_OK) {
        return;
    }
    if (walk->depth == CF_XML_DEPTH_MAX) {
        stop(walk, CF_ERR_LIMIT);
        return;
    }
    for (; raw[0] != NULL; raw += 2) {
        if (count == CF_XML_ATTRIBUTES_MAX) {
            stop(walk, CF_ERR_LIMIT);
            return;
        }
        attributes[count++] = (struct cf_xml_attribute){.name = split(raw[0]), .value = cf_str_of(raw[1])};
    }
    struct cf_xml_start start = {.name = split(name), .depth = walk->depth, .attributes = attributes, .attribute_count = count};
    walk->depth++;
    walk->text_len = 0;
    stop(walk, walk->visitor->on_start(walk->visitor->ctx, &start));
}

static void XMLCALL on_end(void *user, const XML_Char *name) {
    struct walk *walk = user;
    if (walk->err != CF_OK) {
        return;
    }
    walk->depth--;
    struct cf_str text = cf_str_trim(cf_str_n(walk->text, walk->text_len));
    stop(walk, walk->visitor->on_end(walk->visitor->ctx, walk->depth, split(name), text));
    walk->text_len = 0;
}

static void XMLCALL on_text(void *user, const XML_Char *text, int len) {
    struct walk *walk = user;
    if (walk->err != CF_OK) {
        return;
    }
    if ((size_t)len > sizeof walk->text - walk->text_len) {
        stop(walk, CF_ERR_LIMIT);
        return;
    }
    memcpy(walk->text + walk->text_len, text, (size_t)len);
    walk->text_len += (size_t)len;
}

/* The only way to entities and external references leads through here. */
static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *sysid, const XML_Char *pubid, int has_subset) {
    (void)name;
    (void)sysid;
    (void)pubid;
    (void)has_subset;
    stop(user, CF_ERR_MALFORMED);
}

static void XMLCALL on_declaration(void *user, const XML_Char *version, const XML_Char *encoding, int standalone) {
    (void)version;
    (void)standalone;
    if (encoding != NULL && !cf_str_eq_nocase(cf_str_of(encoding), CF_STR("UTF-8")) &&
        !cf_str_eq_nocase(cf_str_of(encoding), CF_STR("US-ASCII"))) {
        stop(user, CF_ERR_MALFORMED);
    }
}

static enum cf_err parse_err(const struct walk *walk) {
    if (walk->err != CF_OK) {
        return walk->err;
    }
    return XML_GetErrorCode(walk->parser) == XML_ERROR_NO_MEMORY ? CF_ERR_NO_MEMORY : CF_ERR_MALFORMED;
}

enum cf_err cf_xml_walk(struct cf_str xml, const struct cf_xml_visitor *visitor) {
    struct walk walk = {.visitor = visitor};
    if (xml.len > INT_MAX) {
        return CF_ERR_LIMIT;
    }
    if (xml.len == 0) {
        return CF_ERR_MALFORMED;
    }
    walk.parser = XML_ParserCreateNS("UTF-8", SEPARATOR);
    if (walk.parser == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    XML_SetUserData(walk.parser, &walk);
    XML_SetElementHandler(walk.parser, on_start, on_end);
    XML_SetCharacterDataHandler(walk.parser, on_text);
    XML_SetStartDoctypeDeclHandler(walk.parser, on_doctype);
    XML_SetXmlDeclHandler(walk.parser, on_declaration);
    enum cf_err err = XML_Parse(walk.parser, xml.at, (int)xml.len, XML_TRUE) == XML_STATUS_OK ? CF_OK : parse_err(&walk);
    XML_ParserFree(walk.parser);
    return err;
}

struct cf_str cf_xml_attribute(const struct cf_xml_start *start, const char *local) {
    for (size_t i = 0; i < start->attribute_count; i++) {
        const struct cf_xml_attribute *a = &start->attributes[i];
        if (a->name.space.len == 0 && cf_str_eq(a->name.local, cf_str_of(local))) {
            return a->value;
        }
    }
    return CF_STR_NONE;
}

bool cf_xml_name_is(struct cf_xml_name name, const char *space, const char *local) {
    return cf_str_eq(name.local, cf_str_of(local)) && cf_str_eq(name.space, cf_str_of(space));
}
