/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list of people as conferences carry it: RFC 4826 resource-lists as profiled by RFC 5366 (conference made from a list in the
 * INVITE) with RFC 5364 copy control, and Linphone's attributes (the URI parameters X-ROLE and X-SEQ). Model and writer; reading
 * XML is adapt/expat's (expat_resource_list.h).
 *
 * Hierarchy is flattened; references to lists elsewhere are never followed. Of an entry's URI the header part ("?...") is
 * dropped, so that nobody puts header fields into our requests, and so is a method parameter. Single-threaded. Limits: entries by
 * cf_resource_list_init(), CF_RESOURCE_URI_MAX and CF_RESOURCE_NAME_MAX octets.
 */
#ifndef CF_CORE_CONF_RESOURCE_LIST_H
#define CF_CORE_CONF_RESOURCE_LIST_H

#include "base/mem.h"
#include "base/writer.h"
#include "core/conf/vocabulary.h"

/** Longest strings, octets. */
#define CF_RESOURCE_URI_MAX 512
#define CF_RESOURCE_NAME_MAX 128

/** RFC 5364 section 4: whom the others see. */
enum cf_copy_control {
    CF_COPY_UNMARKED, /**< nothing is said: everybody sees, if nothing is said of anybody on the list (Linphone), else nobody does
                       */
    CF_COPY_TO,       /**< everybody sees */
    CF_COPY_CC,       /**< everybody sees */
    CF_COPY_BCC,      /**< nobody sees */
};

/** One person. */
struct cf_resource_entry {
    struct cf_str uri;  /**< owned by the list; without attributes, headers and angle brackets */
    struct cf_str name; /**< owned by the list; display name, absent if none */
    bool has_role;      /**< the entry said a role */
    enum cf_conf_role role;
    uint32_t sequence; /**< X-SEQ: number of the calendar update that the person has; 0: none */
    enum cf_copy_control copy;
    bool is_anonymous; /**< RFC 5364 anonymize: the others see only that somebody is there */
};

/** A list. */
struct cf_resource_list {
    const struct cf_mem *mem;
    struct cf_resource_entry *entries; /**< owned */
    size_t count;
    size_t count_max;
    size_t limit; /**< most entries */
};

/** An empty list of at most @p limit entries; @p mem is kept by reference. */
void cf_resource_list_init(struct cf_resource_list *list, const struct cf_mem *mem, size_t limit);

/** Free the entries; the list is empty then. */
void cf_resource_list_fini(struct cf_resource_list *list);

/**
 * Append a copy of @p uri (with its attributes as parameters) and @p name. *ret_entry, if not NULL, is the new entry, valid until
 * the next addition. CF_ERR_LIMIT (entries or octets), CF_ERR_MALFORMED (empty, or with blanks, quotes or control characters),
 * CF_ERR_NO_MEMORY. The same URI may be in a list twice; who uses the list drops the second (RFC 5366 section 5).
 */
CF_MUST_USE enum cf_err cf_resource_list_add(struct cf_resource_list *list, struct cf_str uri, struct cf_str name,
                                             struct cf_resource_entry **ret_entry);

/** What a list is written for. */
enum cf_resource_list_use {
    CF_RESOURCE_LIST_REQUEST, /**< to a focus: everything, with roles (recipient-list) */
    CF_RESOURCE_LIST_HISTORY, /**< to the people called: bcc left out, anonymous ones counted only, no attributes */
};

/** A document that is being written. Value type. */
struct cf_resource_list_writer {
    struct cf_writer *w;
    enum cf_resource_list_use use;
    bool is_marked;                   /**< copy control is in use */
    uint32_t hidden[CF_COPY_BCC + 1]; /**< anonymous entries that are counted at the end */
};

/** Write an application/resource-lists+xml document entry by entry; @p is_marked: some entry says a copy control. */
void cf_resource_list_put_begin(struct cf_resource_list_writer *l, struct cf_writer *w, enum cf_resource_list_use use,
                                bool is_marked);
void cf_resource_list_put_entry(struct cf_resource_list_writer *l, const struct cf_resource_entry *entry);
void cf_resource_list_put_end(struct cf_resource_list_writer *l);

/** Does any entry of @p list say a copy control? */
bool cf_resource_list_is_marked(const struct cf_resource_list *list);

/** Write all of @p list. */
void cf_put_resource_list(struct cf_writer *w, const struct cf_resource_list *list, enum cf_resource_list_use use);

/** Write the message/sipfrag that tells the people called who it is that calls them: "From: <uri>". The line does not end:
 *  Linphone takes all behind the name for the address. */
void cf_put_sipfrag_from(struct cf_writer *w, struct cf_str uri);

#endif
