/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bodies that need a library: a table of functions that the wiring fills in from adapt/zlib and adapt/expat, and the reading of
 * an INVITE's parts through it. Attackers' input: results are bounded, errors are the peer's.
 */
#ifndef CF_CORE_FOCUS_CONTENT_H
#define CF_CORE_FOCUS_CONTENT_H

#include "core/conf/resource_list.h"
#include "core/mime/mime.h"

/** Largest body after inflating, octets. */
#define CF_CONTENT_INFLATED_MAX (256U * 1024U)

/** What libraries do for us. All members must be set. */
struct cf_content_codecs {
    /** Undo Content-Encoding: deflate into @p out. CF_ERR_MALFORMED, CF_ERR_LIMIT (does not fit @p size). */
    enum cf_err (*inflate)(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len);
    /** Content-Encoding: deflate. CF_ERR_NO_ROOM, CF_ERR_NO_MEMORY. */
    enum cf_err (*deflate)(void *ctx, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len);
    /** Read application/resource-lists+xml into @p list, which is initialised. CF_ERR_MALFORMED, CF_ERR_LIMIT, CF_ERR_NO_MEMORY.
     */
    enum cf_err (*read_list)(void *ctx, struct cf_str xml, struct cf_resource_list *list);
    void *ctx; /**< passed to all */
};

/** What an INVITE says about a conference. */
struct cf_invite_content {
    struct cf_resource_list list; /**< who is to be called; empty if there is none */
    bool has_list;                /**< a recipient list was there, if only an empty one */
    bool has_description;         /**< SDP was there */
    bool has_video;               /**< with an active video line */
    uint64_t start_ntp;           /**< t= of it, seconds since 1900; both 0: now and open */
    uint64_t stop_ntp;
};

/**
 * Read @p msg. On success free with cf_invite_content_fini(). @p status is 0, or with an error the status to refuse the request
 * with: 400 (broken), 413 (too large), 415 (an encoding we can't undo), 500.
 */
CF_MUST_USE enum cf_err cf_invite_content_read(struct cf_invite_content *ret, const struct cf_sip_message *msg,
                                               const struct cf_content_codecs *codecs, const struct cf_mem *mem, size_t list_max,
                                               unsigned *ret_status);

/** Status to refuse a body with that gave @p err: 413, 415, 500, else 400. */
unsigned cf_content_status(enum cf_err err);

/** Free the list. */
void cf_invite_content_fini(struct cf_invite_content *content);

/** Does the INVITE speak about a scheduled time? */
static inline bool cf_invite_content_is_scheduled(const struct cf_invite_content *content) {
    return content->start_ntp != 0 || content->stop_ntp != 0;
}

#endif
