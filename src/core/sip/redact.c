/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages without secrets. */
#include "core/sip/redact.h"

#include "core/sip/digest_field.h"
#include "core/sip/header.h"

#define HIDDEN "***"

/* Cut the first line off @p rest, with its end. */
static struct cf_str cut_line(struct cf_str *rest) {
    size_t end = cf_str_find(*rest, '\n');
    struct cf_str line = cf_str_head(*rest, end < rest->len ? end + 1 : end);
    *rest = cf_str_skip(*rest, line.len);
    return line;
}

static struct cf_str end_of(struct cf_str line) {
    return cf_str_ends(line, CF_STR("\r\n")) ? CF_STR("\r\n") : cf_str_ends(line, CF_STR("\n")) ? CF_STR("\n") : CF_STR("");
}

static bool is_continued(struct cf_str line) {
    return line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
}

/* --- header --- */

static bool is_secret(enum cf_sip_header id) {
    return id == CF_SIP_HEADER_AUTHORIZATION || id == CF_SIP_HEADER_PROXY_AUTHORIZATION ||
           id == CF_SIP_HEADER_AUTHENTICATION_INFO;
}

static void put_shown(struct cf_writer *w, const char *name, struct cf_str value) {
    if (value.at != NULL) {
        cf_put(w, cf_str_of(name));
        cf_put_lit(w, "=\"");
        cf_put(w, value);
        cf_put_lit(w, "\", ");
    }
}

/* @p value may be folded over lines. */
static void put_secret_field(struct cf_writer *w, struct cf_str name, struct cf_str value) {
    struct cf_sip_credentials credentials;
    cf_put(w, name);
    cf_put_lit(w, ": ");
    if (cf_sip_credentials_parse(cf_str_trim(value), &credentials) == CF_OK && cf_sip_is_digest(credentials.scheme)) {
        cf_put_lit(w, "Digest ");
        put_shown(w, "username", credentials.username);
        put_shown(w, "realm", credentials.realm);
        put_shown(w, "algorithm", credentials.algorithm);
        put_shown(w, "nc", credentials.nc);
    }
    cf_put_lit(w, HIDDEN "\r\n");
}

/* The header, up to and with the empty line; @p rest begins with the body then. */
static void put_header(struct cf_writer *w, struct cf_str *rest) {
    cf_put(w, cut_line(rest));
    while (rest->len > 0) {
        struct cf_str start = *rest;
        struct cf_str line = cut_line(rest);
        size_t len = line.len;
        while (len > end_of(line).len && is_continued(*rest)) {
            len += cut_line(rest).len;
        }
        struct cf_str field = cf_str_head(start, len);
        struct cf_str value = field;
        struct cf_str name = cf_str_trim(cf_str_cut(&value, ':'));
        if (is_secret(cf_sip_header_of(name))) {
            put_secret_field(w, name, value);
        } else {
            cf_put(w, field);
        }
        if (line.len == end_of(line).len) {
            return;
        }
    }
}

/* --- body --- */

/* The line with each key behind "inline:" hidden, which ends at what can't be in one (RFC 4568 section 6.1). */
static void put_without_keys(struct cf_writer *w, struct cf_str line) {
    static const struct cf_str mark = CF_STR_INIT("inline:");
    while (line.len > 0) {
        if (!cf_str_starts_nocase(line, mark)) {
            cf_put_char(w, line.at[0]);
            line = cf_str_skip(line, 1);
            continue;
        }
        cf_put(w, cf_str_head(line, mark.len));
        cf_put_lit(w, HIDDEN);
        line = cf_str_skip(line, mark.len);
        while (line.len > 0 && line.at[0] != ';' && line.at[0] != ' ' && line.at[0] != '\r' && line.at[0] != '\n') {
            line = cf_str_skip(line, 1);
        }
    }
}

static void put_body_line(struct cf_writer *w, struct cf_str line) {
    static const struct cf_str secrets[] = {CF_STR_INIT("a=ice-pwd:"), CF_STR_INIT("a=key-mgmt:"), CF_STR_INIT("k=")};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        if (cf_str_starts_nocase(line, secrets[i])) {
            cf_put(w, cf_str_head(line, secrets[i].len));
            cf_put_lit(w, HIDDEN);
            cf_put(w, end_of(line));
            return;
        }
    }
    put_without_keys(w, line);
}

void cf_sip_put_redacted(struct cf_writer *w, struct cf_str message) {
    bool is_info = cf_str_starts(message, CF_STR("INFO "));
    struct cf_str rest = message;
    put_header(w, &rest);
    if (is_info && rest.len > 0) {
        cf_put_lit(w, HIDDEN "\r\n");
        return;
    }
    while (rest.len > 0) {
        put_body_line(w, cut_line(&rest));
    }
}
