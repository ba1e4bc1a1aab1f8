/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The top Via as text. */
#include "core/endpoint/via_line.h"

#include "core/sip/message.h"

/* Index behind the first CR LF at or after @p from that is not followed by a blank (RFC 3261 section 7.3.1), or 0. */
static size_t line_end(struct cf_str message, size_t from) {
    for (size_t i = from; i + 1 < message.len; i++) {
        i += cf_str_find(cf_str_skip(message, i), '\r');
        if (i + 1 < message.len && message.at[i + 1] == '\n') {
            bool is_folded = i + 2 < message.len && (message.at[i + 2] == ' ' || message.at[i + 2] == '\t');
            if (!is_folded || i == from) {
                return i + 2;
            }
        }
    }
    return 0;
}

/* The value of the first header field if it is a Via, else of the first one that is. False: there is none in the header. */
static bool find_top_via(struct cf_str message, struct cf_str *ret_value) {
    size_t at = line_end(message, 0);
    for (unsigned fields = 0; at != 0 && fields < CF_SIP_FIELDS_MAX; fields++) {
        size_t end = line_end(message, at);
        if (end == 0 || end == at + 2) {
            return false;
        }
        struct cf_str value = cf_str_n(message.at + at, end - 2 - at);
        struct cf_str name = cf_str_trim(cf_str_cut(&value, ':'));
        if (cf_sip_header_of(name) == CF_SIP_HEADER_VIA && value.at != NULL) {
            *ret_value = cf_sip_list_cut(&value);
            return true;
        }
        at = end;
    }
    return false;
}

bool cf_put_with_via(struct cf_writer *w, struct cf_str message, const struct cf_via_own *own) {
    size_t first = line_end(message, 0);
    if (first == 0) {
        return false;
    }
    cf_put(w, cf_str_head(message, first));
    cf_put_lit(w, "Via: ");
    cf_sip_put_via(w, own->transport, own->host, own->port, own->branch);
    if (own->transport == CF_TRANSPORT_UDP) {
        cf_put_lit(w, ";rport");
    }
    cf_put_lit(w, "\r\n");
    cf_put(w, cf_str_skip(message, first));
    return cf_writer_ok(w);
}

void cf_put_with_received(struct cf_writer *w, struct cf_str message, const struct cf_addr *source) {
    struct cf_str value;
    struct cf_sip_via via;
    if (!find_top_via(message, &value) || cf_sip_via_parse(value, &via) != CF_OK) {
        cf_put(w, message);
        return;
    }
    size_t before = (size_t)(value.at - message.at);
    cf_put(w, cf_str_head(message, before));
    cf_sip_put_via_received(w, &via, source);
    cf_put(w, cf_str_skip(message, before + value.len));
}

unsigned cf_status_of(struct cf_str message) {
    uint32_t status = 0;
    if (!cf_str_starts_nocase(message, CF_STR("SIP/2.0 ")) || message.len < 12 ||
        !cf_str_to_u32(cf_str_n(message.at + 8, 3), 699, &status)) {
        return 0;
    }
    return status >= 100 ? status : 0;
}

struct cf_str cf_method_in(struct cf_str message) {
    struct cf_str line = cf_str_head(message, line_end(message, 0));
    struct cf_str rest = line;
    struct cf_str method = cf_str_cut(&rest, ' ');
    if (rest.at == NULL || !cf_sip_is_token(method) || !cf_str_ends(line, CF_STR(" SIP/2.0\r\n"))) {
        return CF_STR_NONE;
    }
    return method;
}
