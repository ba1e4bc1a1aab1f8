/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header of a body or of a part of one. */
#include "core/mime/part.h"
#include "core/sip/lines.h"

static struct cf_str without_brackets(struct cf_str id) {
    bool is_bracketed = id.len >= 2 && id.at[0] == '<' && id.at[id.len - 1] == '>';
    return is_bracketed ? cf_str_n(id.at + 1, id.len - 2) : id;
}

enum cf_err cf_mime_body_of(const struct cf_sip_message *msg, struct cf_mime_part *ret) {
    struct cf_mime_part part = {.body = msg->body};
    if (msg->body.len == 0 || !msg->content_type.at) {
        return CF_ERR_NOT_FOUND;
    }
    enum cf_err err = cf_mime_type_parse(msg->content_type, &part.type);
    struct cf_str disposition = cf_sip_value(msg, CF_SIP_HEADER_CONTENT_DISPOSITION);
    if (err == CF_OK && disposition.at) {
        err = cf_mime_disposition_parse(disposition, &part.disposition);
    }
    if (err != CF_OK) {
        return err;
    }
    const struct cf_sip_field *transfer = cf_sip_field_named(msg, CF_STR("Content-Transfer-Encoding"));
    part.transfer_encoding = transfer ? transfer->value : CF_STR_NONE;
    part.content_id = without_brackets(cf_sip_value(msg, CF_SIP_HEADER_CONTENT_ID));
    part.encoding = cf_sip_value(msg, CF_SIP_HEADER_CONTENT_ENCODING);
    part.language = cf_sip_value(msg, CF_SIP_HEADER_CONTENT_LANGUAGE);
    *ret = part;
    return CF_OK;
}

struct cf_str cf_mime_part_disposition(const struct cf_mime_part *part) {
    if (part->disposition.type.at) {
        return part->disposition.type;
    }
    return cf_mime_type_is(&part->type, CF_STR("application/sdp")) ? CF_STR("session") : CF_STR("render");
}

bool cf_mime_part_is_multipart(const struct cf_mime_part *part) {
    return cf_str_eq_nocase(part->type.type, CF_STR("multipart"));
}

static enum cf_err keep_once(struct cf_str *slot, struct cf_str value) {
    if (slot->at) {
        return CF_ERR_MALFORMED;
    }
    *slot = value;
    return CF_OK;
}

static enum cf_err keep_field(struct cf_mime_part *part, const struct cf_sip_line *line) {
    /* Compact forms are SIP's, not MIME's. */
    enum cf_sip_header id = line->name.len > 1 ? cf_sip_header_of(line->name) : CF_SIP_HEADER_OTHER;
    if (id == CF_SIP_HEADER_CONTENT_TYPE) {
        return part->type.type.at ? CF_ERR_MALFORMED : cf_mime_type_parse(line->value, &part->type);
    }
    if (id == CF_SIP_HEADER_CONTENT_DISPOSITION) {
        return part->disposition.type.at ? CF_ERR_MALFORMED : cf_mime_disposition_parse(line->value, &part->disposition);
    }
    if (id == CF_SIP_HEADER_CONTENT_ID) {
        return keep_once(&part->content_id, without_brackets(line->value));
    }
    if (id == CF_SIP_HEADER_CONTENT_ENCODING) {
        return keep_once(&part->encoding, line->value);
    }
    if (id == CF_SIP_HEADER_CONTENT_LANGUAGE) {
        return keep_once(&part->language, line->value);
    }
    if (cf_str_eq_nocase(line->name, CF_STR("Content-Transfer-Encoding"))) {
        return keep_once(&part->transfer_encoding, line->value);
    }
    return CF_OK;
}

enum cf_err cf_mime_part_parse(struct cf_str text, unsigned depth, struct cf_mime_part *ret) {
    struct cf_sip_scan s = cf_sip_scan_of(text);
    struct cf_mime_part part = {.depth = depth};
    for (unsigned fields = 0; !cf_sip_scan_is_end(&s); fields++) {
        struct cf_sip_line line;
        enum cf_err err = cf_sip_scan_field(&s, &line);
        if (err == CF_ERR_NOT_FOUND) {
            break;
        }
        if (err == CF_OK) {
            err = fields == CF_MIME_FIELDS_MAX ? CF_ERR_LIMIT : keep_field(&part, &line);
        }
        if (err != CF_OK) {
            return err == CF_ERR_TRUNCATED ? CF_ERR_MALFORMED : err;
        }
    }
    part.body = cf_sip_scan_rest(&s);
    if (!part.type.type.at) {
        part.type = (struct cf_mime_type){.type = CF_STR("text"), .subtype = CF_STR("plain")};
    }
    *ret = part;
    return CF_OK;
}
