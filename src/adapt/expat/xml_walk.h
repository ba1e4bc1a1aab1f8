/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XML that comes from strangers: a walk over the elements of a whole document, with namespaces, within limits. A document type
 * declaration ends it at once, so there are no entities beyond the five of XML and no reference to anything outside (XXE, billion
 * laughs); any encoding but UTF-8 is refused. Shared by the readers of this folder. Single-threaded; memory is expat's own
 * (malloc), bounded by the size of the document; time is linear in it.
 */
#ifndef CF_ADAPT_EXPAT_XML_WALK_H
#define CF_ADAPT_EXPAT_XML_WALK_H

#include "base/err.h"
#include "base/str.h"

/** Deepest nesting. */
#define CF_XML_DEPTH_MAX 16U

/** Most attributes looked at of one element; more is CF_ERR_LIMIT. */
#define CF_XML_ATTRIBUTES_MAX 16U

/** Longest text of one element, octets. */
#define CF_XML_TEXT_MAX 4096U

/** A name; views of text that is valid during the call. */
struct cf_xml_name {
    struct cf_str space; /**< namespace URI; empty: none */
    struct cf_str local; /**< without prefix */
};

/** An attribute. */
struct cf_xml_attribute {
    struct cf_xml_name name;
    struct cf_str value;
};

/** An element's beginning. */
struct cf_xml_start {
    struct cf_xml_name name;
    unsigned depth; /**< 0: the root */
    const struct cf_xml_attribute *attributes;
    size_t attribute_count;
};

/** Value of the attribute @p local without namespace, or absent. */
struct cf_str cf_xml_attribute(const struct cf_xml_start *start, const char *local);

/** Is @p name @p local in @p space? */
bool cf_xml_name_is(struct cf_xml_name name, const char *space, const char *local);

/** What is done at each element. An error ends the walk and is its result. */
struct cf_xml_visitor {
    enum cf_err (*on_start)(void *ctx, const struct cf_xml_start *start);
    /** @p text: character data directly in the element, trimmed; of an element with children what follows the last of them. */
    enum cf_err (*on_end)(void *ctx, unsigned depth, struct cf_xml_name name, struct cf_str text);
    void *ctx;
};

/**
 * Walk over @p xml. CF_ERR_MALFORMED (not well formed, DTD, not UTF-8), CF_ERR_LIMIT (the above), CF_ERR_NO_MEMORY, or what the
 * visitor returned.
 */
CF_MUST_USE enum cf_err cf_xml_walk(struct cf_str xml, const struct cf_xml_visitor *visitor);

#endif
