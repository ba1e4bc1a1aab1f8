/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bodies of SIP messages (RFC 2045 and 2046 as profiled by RFC 5621): media types, Content-Disposition, multipart bodies read
 * part by part without copying and written into a cf_writer. A format. Content-Transfer-Encoding is reported, not undone (SIP is
 * 8-bit clean: binary is usual); Content-Encoding likewise (inflating is an adapter's). Limits: CF_MIME_DEPTH_MAX levels,
 * CF_MIME_PARTS_MAX parts a message; each octet is looked at once a level.
 */
#ifndef CF_CORE_MIME_MIME_H
#define CF_CORE_MIME_MIME_H

#include "core/sip/message.h"

/** Deepest nesting of multipart bodies. */
#define CF_MIME_DEPTH_MAX 4

/** Most parts that a walk gives out. */
#define CF_MIME_PARTS_MAX 64

/** Most header fields of a part. */
#define CF_MIME_FIELDS_MAX 32

/** Longest boundary (RFC 2046 section 5.1.1). */
#define CF_MIME_BOUNDARY_MAX 70

/** A media type: "multipart/mixed;boundary=x". */
struct cf_mime_type {
    struct cf_str type;    /**< "multipart" */
    struct cf_str subtype; /**< "mixed" */
    struct cf_str params;  /**< after the first ';'; absent if none (core/sip/params.h) */
};

/** Parse all of @p text. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_mime_type_parse(struct cf_str text, struct cf_mime_type *ret);

/** Is it @p name, such as "application/sdp", whatever the parameters and the case? */
bool cf_mime_type_is(const struct cf_mime_type *type, struct cf_str name);

/** Content-Disposition (RFC 3261 section 20.11). */
struct cf_mime_disposition {
    struct cf_str type;   /**< "session", "recipient-list", "render"...; absent if the field is not there */
    struct cf_str params; /**< after the first ';'; absent if none */
    bool is_optional;     /**< handling=optional: an unknown body may be ignored; else it must be refused with 415 */
};

/** Parse all of @p text. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_mime_disposition_parse(struct cf_str text, struct cf_mime_disposition *ret);

/** A body or a part of one; views into the message. */
struct cf_mime_part {
    struct cf_mime_type type;               /**< text/plain if the part says nothing (RFC 2046 section 5.1) */
    struct cf_mime_disposition disposition; /**< type absent if it says nothing: see cf_mime_part_disposition() */
    struct cf_str content_id;               /**< without angle brackets; absent if none */
    struct cf_str encoding;                 /**< Content-Encoding: "deflate", "gzip"...; absent if none (identity) */
    struct cf_str transfer_encoding;        /**< Content-Transfer-Encoding; absent if none (binary) */
    struct cf_str language;                 /**< Content-Language; absent if none */
    struct cf_str body;                     /**< its octets */
    unsigned depth;                         /**< 0: the body of the message itself */
};

/** The body of @p msg as a part. CF_ERR_NOT_FOUND if it has none (no octets, or no Content-Type); CF_ERR_MALFORMED: a broken
 * Content-Type or Content-Disposition. */
CF_MUST_USE enum cf_err cf_mime_body_of(const struct cf_sip_message *msg, struct cf_mime_part *ret);

/** Disposition of a part with its default: "session" for application/sdp, else "render" (RFC 3261 section 20.11, RFC 5621
 * section 8.2). */
struct cf_str cf_mime_part_disposition(const struct cf_mime_part *part);

/** Is it a multipart? */
bool cf_mime_part_is_multipart(const struct cf_mime_part *part);

/** A walk over the leaves of a body, depth first. */
struct cf_mime_walk {
    struct cf_mime_part root; /**< what is walked */
    struct {
        struct cf_str boundary;  /**< without quotes; never contains an escape */
        struct cf_str rest;      /**< octets behind the last delimiter */
    } levels[CF_MIME_DEPTH_MAX]; /**< open multiparts, outermost first */
    unsigned depth;              /**< levels that are open */
    unsigned parts;              /**< parts given out or entered */
    bool is_root_pending;        /**< the root itself is to be given out: it is no multipart */
};

/** Begin a walk over @p root, copied (its octets are not). Of a part that is no multipart the part itself is the only leaf. */
CF_MUST_USE enum cf_err cf_mime_walk_begin(const struct cf_mime_part *root, struct cf_mime_walk *ret);

/**
 * Next leaf; CF_ERR_NOT_FOUND at the end. CF_ERR_MALFORMED: no boundary, no delimiter, no closing delimiter, broken part header;
 * CF_ERR_LIMIT: too deep, too many parts or fields. The walk is over after any of them.
 */
CF_MUST_USE enum cf_err cf_mime_walk_next(struct cf_mime_walk *walk, struct cf_mime_part *ret);

/**
 * First leaf of @p msg of media type @p type (such as "application/sdp") and disposition @p disposition (with defaults; absent:
 * any). CF_ERR_NOT_FOUND if there is none. CF_ERR_MALFORMED, CF_ERR_LIMIT as cf_mime_walk_next(): 400.
 */
CF_MUST_USE enum cf_err cf_mime_find(const struct cf_sip_message *msg, struct cf_str type, struct cf_str disposition,
                                     struct cf_mime_part *ret);

/** First leaf of @p msg with that Content-ID (without "cid:" and angle brackets). Errors as cf_mime_find(). */
CF_MUST_USE enum cf_err cf_mime_find_id(const struct cf_sip_message *msg, struct cf_str content_id, struct cf_mime_part *ret);

/** What to write of a part; absent members are left out. */
struct cf_mime_part_out {
    struct cf_str content_type;
    struct cf_str disposition; /**< value of Content-Disposition */
    struct cf_str content_id;  /**< without angle brackets */
    struct cf_str encoding;    /**< Content-Encoding */
    struct cf_str body;
};

/** Write one part: delimiter, fields, blank line, body. @p boundary must not occur in any body (make it random). */
void cf_mime_put_part(struct cf_writer *w, struct cf_str boundary, const struct cf_mime_part_out *part);

/** Write the closing delimiter. */
void cf_mime_put_end(struct cf_writer *w, struct cf_str boundary);

#endif
