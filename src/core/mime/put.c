/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing of multipart bodies. */
#include "core/mime/mime.h"
#include "core/sip/builder.h"

static void put_delimiter(struct cf_writer *w, struct cf_str boundary, struct cf_str end) {
    cf_put_lit(w, "--");
    cf_put(w, boundary);
    cf_put(w, end);
    cf_put_lit(w, "\r\n");
}

static void put_optional(struct cf_writer *w, enum cf_sip_header id, struct cf_str value) {
    if (value.at) {
        cf_sip_put_field(w, id, value);
    }
}

void cf_mime_put_part(struct cf_writer *w, struct cf_str boundary, const struct cf_mime_part_out *part) {
    put_delimiter(w, boundary, CF_STR(""));
    put_optional(w, CF_SIP_HEADER_CONTENT_TYPE, part->content_type);
    put_optional(w, CF_SIP_HEADER_CONTENT_DISPOSITION, part->disposition);
    put_optional(w, CF_SIP_HEADER_CONTENT_ENCODING, part->encoding);
    if (part->content_id.at) {
        cf_sip_field_begin(w, CF_SIP_HEADER_CONTENT_ID);
        cf_put_char(w, '<');
        cf_sip_put_line_text(w, part->content_id);
        cf_put_char(w, '>');
        cf_sip_field_end(w);
    }
    cf_put_lit(w, "\r\n");
    cf_put(w, part->body);
    cf_put_lit(w, "\r\n");
}

void cf_mime_put_end(struct cf_writer *w, struct cf_str boundary) {
    put_delimiter(w, boundary, CF_STR("--"));
}
