/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and subjects that people chose, made fit to be shown to others. */
#include "core/conf/display_name.h"

#include "base/utf8.h"

/** Code points that are dropped. Joiners (U+200C, U+200D) stay: Persian and family emojis need them. */
static const struct {
    uint32_t from, to;
} invisible[] = {
    {0x00AD, 0x00AD},   /* soft hyphen */
    {0x061C, 0x061C},   /* Arabic letter mark */
    {0x180E, 0x180E},   /* Mongolian vowel separator */
    {0x200B, 0x200B},   /* zero width space */
    {0x200E, 0x200F},   /* direction marks */
    {0x202A, 0x202E},   /* embeddings and overrides */
    {0x2060, 0x206F},   /* word joiner, isolates, deprecated controls */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xFFF9, 0xFFFB},   /* interlinear annotation */
    {0xFFFE, 0xFFFF},   /* no characters */
    {0xE0000, 0xE007F}, /* tags */
};

/** Code points that count as a blank: controls, and spaces and line ends of all kinds. */
static const struct {
    uint32_t from, to;
} blank[] = {
    {0x00, 0x20},     {0x7F, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
};

#define IN_TABLE(table, c, ret)                                                                                                  \
    for (size_t i_ = 0; i_ < sizeof(table) / sizeof((table)[0]); i_++) {                                                         \
        (ret) = (ret) || ((c) >= (table)[i_].from && (c) <= (table)[i_].to);                                                     \
    }

static bool is_invisible(uint32_t c) {
    bool is = false;
    IN_TABLE(invisible, c, is)
    return is;
}

static bool is_blank(uint32_t c) {
    bool is = false;
    IN_TABLE(blank, c, is)
    return is;
}

size_t cf_display_name_clean(struct cf_str text, char *out, size_t size) {
    struct cf_writer w;
    bool owes_blank = false;
    cf_writer_init(&w, out, size);
    while (text.len > 0) {
        uint32_t c = cf_utf8_take(&text);
        if (is_invisible(c)) {
            continue;
        }
        if (is_blank(c)) {
            owes_blank = w.len > 0;
            continue;
        }
        struct cf_writer before = w;
        if (owes_blank) {
            cf_put_char(&w, ' ');
        }
        cf_put_utf8(&w, c);
        if (!cf_writer_ok(&w)) {
            return before.len;
        }
        owes_blank = false;
    }
    return w.len;
}
