/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as it goes into XML documents. */
#include "core/conf/xml_text.h"

#include "base/utf8.h"

#define DAY_SEC 86400
#define LAST_SEC INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* XML 1.0 section 2.2, without what UTF-8 can't say. */
static bool is_xml_char(uint32_t c) {
    return c >= 0x20 ? c != 0xFFFE && c != 0xFFFF : c == '\t' || c == '\n' || c == '\r';
}

static void put_code_point(struct cf_writer *w, uint32_t c) {
    switch (c) {
    case '&':
        cf_put_lit(w, "&amp;");
        break;
    case '<':
        cf_put_lit(w, "&lt;");
        break;
    case '>':
        cf_put_lit(w, "&gt;");
        break;
    case '"':
        cf_put_lit(w, "&quot;");
        break;
    case '\'':
        cf_put_lit(w, "&#39;");
        break;
    case '\t':
    case '\n':
    case '\r': /* attribute values would lose them (XML 1.0 section 3.3.3) */
        cf_put_lit(w, "&#");
        cf_put_dec(w, c);
        cf_put_char(w, ';');
        break;
    default:
        cf_put_utf8(w, is_xml_char(c) ? c : CF_UTF8_REPLACEMENT);
        break;
    }
}

void cf_put_xml(struct cf_writer *w, struct cf_str text) {
    while (text.len > 0 && cf_writer_ok(w)) {
        put_code_point(w, cf_utf8_take(&text));
    }
}

void cf_put_xml_element(struct cf_writer *w, struct cf_str name, struct cf_str text) {
    cf_put_char(w, '<');
    cf_put(w, name);
    cf_put_char(w, '>');
    cf_put_xml(w, text);
    cf_put_lit(w, "</");
    cf_put(w, name);
    cf_put_char(w, '>');
}

/* Number of @p digits digits with leading zeros. */
static void put_padded(struct cf_writer *w, int64_t value, int digits) {
    int64_t unit = 1;
    for (int i = 1; i < digits; i++) {
        unit *= 10;
    }
    for (; unit > 0; unit /= 10) {
        cf_put_char(w, (char)('0' + value / unit % 10));
    }
}

/* Year, month and day of a number of days since 1970-01-01, counted in years that begin in March so that the leap day is last. */
static void civil_of_days(int64_t days, int64_t *ret_year, int64_t *ret_month, int64_t *ret_day) {
    int64_t since = days + 719468; /* since 0000-03-01 */
    int64_t era = since / 146097;
    int64_t day_of_era = since % 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* from March */
    *ret_day = day_of_year - (153 * month + 2) / 5 + 1;
    *ret_month = month < 10 ? month + 3 : month - 9;
    *ret_year = era * 400 + year_of_era + (*ret_month <= 2 ? 1 : 0);
}

void cf_put_date_time(struct cf_writer *w, cf_wall wall) {
    int64_t sec = wall < 0 ? 0 : wall / 1000000;
    sec = sec > LAST_SEC ? LAST_SEC : sec;
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    civil_of_days(sec / DAY_SEC, &year, &month, &day);
    put_padded(w, year, 4);
    cf_put_char(w, '-');
    put_padded(w, month, 2);
    cf_put_char(w, '-');
    put_padded(w, day, 2);
    cf_put_char(w, 'T');
    put_padded(w, sec % DAY_SEC / 3600, 2);
    cf_put_char(w, ':');
    put_padded(w, sec % 3600 / 60, 2);
    cf_put_char(w, ':');
    put_padded(w, sec % 60, 2);
    cf_put_char(w, 'Z');
}
