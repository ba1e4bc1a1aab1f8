/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Session descriptions (RFC 8866, and RFC 4566 before it): text to a model of views into that text, and back. The model is a list
 * of lines in their order, with nothing dropped, so that what we don't know survives printing; on top of it the few things that
 * everybody asks for. Typed attributes have files of their own beside this one.
 *
 * Tolerant, because phones are: LF alone ends a line; blank lines are skipped; s= and t= may be missing; lines may come out of
 * the order of section 5 as long as v= is first and what follows m= belongs to it; line types and attributes may be unknown.
 * Strict where guessing is dangerous: a line without "=", a NUL, an o= or m= that can't be read, a number out of range.
 *
 * Pure: no state, no allocation but by cf_sdp_load(), any thread. Time is linear in the text. Limits are the constants below.
 */
#ifndef CF_CORE_SDP_SDP_H
#define CF_CORE_SDP_SDP_H

#include "base/addr.h"
#include "base/mem.h"
#include "core/sdp/codec.h"

/** Longest description, octets. */
#define CF_SDP_TEXT_MAX (256U * 1024U)

/** Longest line, octets. */
#define CF_SDP_LINE_MAX 16384U

/** Most m-lines. */
#define CF_SDP_MEDIA_MAX 256U

/** Most other lines. */
#define CF_SDP_LINES_MAX 16384U

/** A line other than m=. */
struct cf_sdp_line {
    char type;           /**< the letter before "=" */
    struct cf_str name;  /**< a=: before the first colon; absent for other types */
    struct cf_str value; /**< a=: behind the colon, absent if there is none; other types: all behind "=" */
};

/** Lines of one section, in order. */
struct cf_sdp_lines {
    const struct cf_sdp_line *at;
    size_t count;
};

/** c= (RFC 8866 section 5.7). */
struct cf_sdp_connection {
    bool is_present;
    struct cf_str host;  /**< as written, without TTL and count */
    struct cf_addr addr; /**< family NONE if .host is a name (never resolved) or not of IN IP4 or IN IP6; port 0 */
};

/** o= (RFC 8866 section 5.2). */
struct cf_sdp_origin {
    struct cf_str user;
    struct cf_str session_id; /**< digits */
    struct cf_str version;    /**< digits */
    struct cf_str address;    /**< nettype, addrtype and address as written */
};

/** An m-line and its section. */
struct cf_sdp_media {
    struct cf_str media; /**< "audio" */
    enum cf_media_kind kind;
    uint16_t port;
    uint16_t port_count;                 /**< behind the slash; 1 if not written */
    struct cf_str protocol;              /**< "RTP/AVP" */
    struct cf_str formats;               /**< the rest of the line, at least one word */
    struct cf_sdp_connection connection; /**< its first c=, else that of the session */
    struct cf_sdp_lines lines;           /**< without the m-line */
};

/** A description. Views into its text. */
struct cf_sdp {
    struct cf_str text;
    struct cf_sdp_origin origin;
    struct cf_str name;                  /**< s=; absent if missing */
    struct cf_sdp_connection connection; /**< of the session */
    uint64_t start_ntp;                  /**< first t=, seconds since 1900; 0 if missing or unbounded */
    uint64_t stop_ntp;
    struct cf_sdp_lines lines; /**< of the session, v= first */
    struct cf_sdp_media *media;
    size_t media_count;
    void *block; /**< cf_sdp_load(): what to free */
    size_t block_size;
};

/** Where to put the model: arrays of the caller, that must live as long as it. */
struct cf_sdp_room {
    struct cf_sdp_line *lines; /**< filled in in order, all sections together */
    size_t lines_max;
    struct cf_sdp_media *media;
    size_t media_max;
};

/**
 * Parse @p text, which must outlive @p ret, into the arrays of @p room. CF_ERR_MALFORMED, CF_ERR_UNSUPPORTED (v= is not 0),
 * CF_ERR_LIMIT (the constants above or the room); then @p ret_error says where and what, and @p ret is untouched.
 */
CF_MUST_USE enum cf_err cf_sdp_parse(struct cf_str text, const struct cf_sdp_room *room, struct cf_sdp *ret,
                                     struct cf_parse_error *ret_error);

/** As cf_sdp_parse() with one allocation of the right size; give back with cf_sdp_unload(). Also CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_sdp_load(const struct cf_mem *mem, struct cf_str text, struct cf_sdp *ret,
                                    struct cf_parse_error *ret_error);

/** Free what cf_sdp_load() allocated; a zeroed @p sdp is ignored. The text is the caller's business. */
void cf_sdp_unload(const struct cf_mem *mem, struct cf_sdp *sdp);

/** Print @p sdp with CRLF line ends. What was parsed comes out again but for blank lines and line ends. */
void cf_put_sdp(struct cf_writer *w, const struct cf_sdp *sdp);

/** The first a=@p name in @p lines, or NULL. Attribute names are case-sensitive (RFC 8866 section 5.13). */
const struct cf_sdp_line *cf_sdp_find(struct cf_sdp_lines lines, struct cf_str name);

/** Value of the first a=@p name of the section, else of the session; absent if there is none (or it has no value). */
struct cf_str cf_sdp_value(const struct cf_sdp *sdp, const struct cf_sdp_media *media, struct cf_str name);

/** Is @p s a token (RFC 8866 section 9): not empty, and without blanks and separators? */
bool cf_sdp_is_token(struct cf_str s);

/** The next word of @p rest, which loses it and the blanks around it. Empty at the end. */
struct cf_str cf_sdp_word(struct cf_str *rest);

#endif
