/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walk over the leaves of a body. */
#include "core/mime/part.h"

/* bchars (RFC 2046 section 5.1.1); the blank is not allowed at the end. */
#define CLASS_BOUNDARY                                                                                                           \
    ((struct cf_sip_class){{CF_SIP_DIGITS_LOW | CF_SIP_LOW('\'') | CF_SIP_LOW('(') | CF_SIP_LOW(')') | CF_SIP_LOW('+') |         \
                                CF_SIP_LOW(',') | CF_SIP_LOW('-') | CF_SIP_LOW('.') | CF_SIP_LOW('/') | CF_SIP_LOW(':') |        \
                                CF_SIP_LOW('=') | CF_SIP_LOW('?') | CF_SIP_LOW(' '),                                             \
                            CF_SIP_LETTERS_HIGH | CF_SIP_HIGH('_')}})

/* A delimiter line as found. */
struct delimiter {
    size_t start;  /* where the part before it ends: at the CR LF that belongs to the delimiter */
    size_t end;    /* behind the line */
    bool is_close; /* "--" behind the boundary */
};

static enum cf_err boundary_of(const struct cf_mime_part *part, struct cf_str *ret) {
    struct cf_str boundary = cf_sip_param_value(part->type.params, CF_STR("boundary"));
    if (cf_sip_is_quoted(boundary)) {
        boundary = cf_str_n(boundary.at + 1, boundary.len - 2);
    }
    struct cf_sip_scan s = cf_sip_scan_of(boundary);
    cf_sip_scan_run(&s, CLASS_BOUNDARY);
    if (!cf_sip_scan_is_end(&s) || boundary.len == 0 || boundary.len > CF_MIME_BOUNDARY_MAX ||
        boundary.at[boundary.len - 1] == ' ') {
        return CF_ERR_MALFORMED;
    }
    *ret = boundary;
    return CF_OK;
}

/* Is there a delimiter line at @p at, which is the start of a line? Its end and kind then. */
static bool is_delimiter(struct cf_str text, size_t at, struct cf_str boundary, struct delimiter *ret) {
    const struct cf_str dashes = CF_STR("--");
    struct cf_sip_scan s = {.in = text, .at = at + dashes.len};
    if (!cf_str_starts(cf_str_skip(text, at), dashes) || !cf_str_starts(cf_sip_scan_rest(&s), boundary)) {
        return false;
    }
    s.at += boundary.len;
    bool is_close = cf_str_starts(cf_sip_scan_rest(&s), dashes);
    s.at += is_close ? dashes.len : 0;
    while (cf_sip_scan_char(&s, ' ') || cf_sip_scan_char(&s, '\t')) {
    }
    if (!cf_sip_scan_is_end(&s)) {
        if (!cf_str_starts(cf_sip_scan_rest(&s), CF_STR("\r\n"))) {
            return false;
        }
        s.at += 2;
    }
    ret->end = s.at;
    ret->is_close = is_close;
    return true;
}

static bool find_delimiter(struct cf_str text, struct cf_str boundary, struct delimiter *ret) {
    if (is_delimiter(text, 0, boundary, ret)) {
        ret->start = 0;
        return true;
    }
    for (size_t at = 0; at < text.len; at++) {
        at += cf_str_find(cf_str_skip(text, at), '\r');
        if (text.len - at >= 2 && text.at[at + 1] == '\n' && is_delimiter(text, at + 2, boundary, ret)) {
            ret->start = at;
            return true;
        }
    }
    return false;
}

/* Open a multipart: go behind its preamble and first delimiter. */
static enum cf_err enter(struct cf_mime_walk *walk, const struct cf_mime_part *part) {
    struct cf_str boundary = CF_STR_NONE;
    struct delimiter found;
    if (walk->depth == CF_MIME_DEPTH_MAX) {
        return CF_ERR_LIMIT;
    }
    enum cf_err err = boundary_of(part, &boundary);
    if (err != CF_OK) {
        return err;
    }
    if (!find_delimiter(part->body, boundary, &found) || found.is_close) {
        return CF_ERR_MALFORMED;
    }
    walk->levels[walk->depth].boundary = boundary;
    walk->levels[walk->depth].rest = cf_str_skip(part->body, found.end);
    walk->depth++;
    return CF_OK;
}

enum cf_err cf_mime_walk_begin(const struct cf_mime_part *root, struct cf_mime_walk *ret) {
    struct cf_mime_walk walk = {.root = *root};
    if (cf_mime_part_is_multipart(root)) {
        enum cf_err err = enter(&walk, root);
        if (err != CF_OK) {
            return err;
        }
    } else {
        walk.is_root_pending = true;
    }
    *ret = walk;
    return CF_OK;
}

/* Cut the next part off the innermost level. The closing delimiter makes rest absent. */
static enum cf_err cut_part(struct cf_mime_walk *walk, struct cf_str *ret) {
    struct cf_str *rest = &walk->levels[walk->depth - 1].rest;
    struct delimiter found;
    if (!find_delimiter(*rest, walk->levels[walk->depth - 1].boundary, &found)) {
        return CF_ERR_MALFORMED;
    }
    *ret = cf_str_head(*rest, found.start);
    *rest = found.is_close ? CF_STR_NONE : cf_str_skip(*rest, found.end);
    return CF_OK;
}

static enum cf_err next_part(struct cf_mime_walk *walk, struct cf_mime_part *ret) {
    struct cf_str text = CF_STR_NONE;
    if (walk->parts == CF_MIME_PARTS_MAX) {
        return CF_ERR_LIMIT;
    }
    walk->parts++;
    enum cf_err err = cut_part(walk, &text);
    return err == CF_OK ? cf_mime_part_parse(text, walk->depth, ret) : err;
}

enum cf_err cf_mime_walk_next(struct cf_mime_walk *walk, struct cf_mime_part *ret) {
    if (walk->is_root_pending) {
        walk->is_root_pending = false;
        *ret = walk->root;
        return CF_OK;
    }
    while (walk->depth > 0) {
        struct cf_mime_part part;
        if (!walk->levels[walk->depth - 1].rest.at) {
            walk->depth--;
            continue;
        }
        enum cf_err err = next_part(walk, &part);
        if (err == CF_OK && !cf_mime_part_is_multipart(&part)) {
            *ret = part;
            return CF_OK;
        }
        if (err == CF_OK) {
            err = enter(walk, &part);
        }
        if (err != CF_OK) {
            walk->depth = 0;
            return err;
        }
    }
    return CF_ERR_NOT_FOUND;
}

/* What is looked for: absent members match anything. */
struct wanted {
    struct cf_str type;
    struct cf_str disposition;
    struct cf_str content_id;
};

static bool is_wanted(const struct cf_mime_part *part, const struct wanted *wanted) {
    return (!wanted->type.at || cf_mime_type_is(&part->type, wanted->type)) &&
           (!wanted->disposition.at || cf_str_eq_nocase(cf_mime_part_disposition(part), wanted->disposition)) &&
           (!wanted->content_id.at || cf_str_eq(part->content_id, wanted->content_id));
}

static enum cf_err find(const struct cf_sip_message *msg, const struct wanted *wanted, struct cf_mime_part *ret) {
    struct cf_mime_part part;
    struct cf_mime_walk walk;
    enum cf_err err = cf_mime_body_of(msg, &part);
    if (err == CF_OK) {
        err = cf_mime_walk_begin(&part, &walk);
    }
    while (err == CF_OK) {
        err = cf_mime_walk_next(&walk, &part);
        if (err == CF_OK && is_wanted(&part, wanted)) {
            *ret = part;
            return CF_OK;
        }
    }
    return err;
}

enum cf_err cf_mime_find(const struct cf_sip_message *msg, struct cf_str type, struct cf_str disposition,
                         struct cf_mime_part *ret) {
    return find(msg, &(struct wanted){.type = type, .disposition = disposition}, ret);
}

enum cf_err cf_mime_find_id(const struct cf_sip_message *msg, struct cf_str content_id, struct cf_mime_part *ret) {
    return find(msg, &(struct wanted){.content_id = content_id}, ret);
}
