/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing of messages. */
#include "core/sip/builder.h"

static const struct {
    unsigned status;
    struct cf_str phrase;
} reasons[] = {
#define X(status, phrase) {status, CF_STR_INIT(phrase)},
#include "core/sip/reason_table.h"
#undef X
};

struct cf_str cf_sip_reason_of(unsigned status) {
    struct cf_str phrase = CF_STR("Unknown");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].status == status) {
            return reasons[i].phrase;
        }
        if (reasons[i].status == status - status % 100) {
            phrase = reasons[i].phrase;
        }
    }
    return phrase;
}

void cf_sip_put_request_line(struct cf_writer *w, struct cf_str method, struct cf_str uri) {
    cf_put(w, method);
    cf_put_char(w, ' ');
    cf_sip_put_line_text(w, uri);
    cf_put_lit(w, " SIP/2.0\r\n");
}

void cf_sip_put_status_line(struct cf_writer *w, unsigned status, struct cf_str reason) {
    cf_put_lit(w, "SIP/2.0 ");
    cf_put_dec(w, status);
    cf_put_char(w, ' ');
    cf_sip_put_line_text(w, reason.at ? reason : cf_sip_reason_of(status));
    cf_put_lit(w, "\r\n");
}

void cf_sip_field_begin(struct cf_writer *w, enum cf_sip_header id) {
    cf_put(w, cf_sip_header_name(id));
    cf_put_lit(w, ": ");
}

void cf_sip_field_end(struct cf_writer *w) {
    cf_put_lit(w, "\r\n");
}

void cf_sip_put_field(struct cf_writer *w, enum cf_sip_header id, struct cf_str value) {
    cf_sip_field_begin(w, id);
    cf_sip_put_line_text(w, value);
    cf_sip_field_end(w);
}

void cf_sip_put_field_dec(struct cf_writer *w, enum cf_sip_header id, uint64_t value) {
    cf_sip_field_begin(w, id);
    cf_put_dec(w, value);
    cf_sip_field_end(w);
}

void cf_sip_put_field_named(struct cf_writer *w, struct cf_str name, struct cf_str value) {
    cf_put(w, name);
    cf_put_lit(w, ": ");
    cf_sip_put_line_text(w, value);
    cf_sip_field_end(w);
}

void cf_sip_copy_fields(struct cf_writer *w, const struct cf_sip_message *msg, enum cf_sip_header id) {
    const struct cf_sip_field *field = cf_sip_field_first(msg, id);
    for (; field; field = cf_sip_field_next(msg, field)) {
        cf_sip_put_field(w, id, field->value);
    }
}

void cf_sip_put_allow(struct cf_writer *w, unsigned methods) {
    bool is_first = true;
    cf_sip_field_begin(w, CF_SIP_HEADER_ALLOW);
    for (unsigned i = CF_SIP_METHOD_OTHER + 1; i < CF_SIP_METHOD_COUNT_; i++) {
        if (methods & CF_SIP_METHOD_BIT(i)) {
            cf_put(w, is_first ? CF_STR("") : CF_STR(", "));
            cf_put(w, cf_sip_method_name((enum cf_sip_method)i));
            is_first = false;
        }
    }
    cf_sip_field_end(w);
}

void cf_sip_end(struct cf_writer *w) {
    cf_sip_put_field_dec(w, CF_SIP_HEADER_CONTENT_LENGTH, 0);
    cf_put_lit(w, "\r\n");
}

void cf_sip_put_body(struct cf_writer *w, struct cf_str content_type, struct cf_str body) {
    if (body.len == 0) {
        cf_sip_end(w);
        return;
    }
    cf_sip_put_field(w, CF_SIP_HEADER_CONTENT_TYPE, content_type);
    cf_sip_put_field_dec(w, CF_SIP_HEADER_CONTENT_LENGTH, body.len);
    cf_put_lit(w, "\r\n");
    cf_put(w, body);
}
