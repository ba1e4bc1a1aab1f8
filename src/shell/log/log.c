/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log lines on standard error. */
#include "shell/log/log.h"

#include "base/writer.h"
#include "shell/system/system.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define LINES_PER_SEC 200 /* of one level; a terminal or disk takes that, a flood is counted */
#define LEVELS 4

static const char *const names[LEVELS] = {"error", "warning", "info", "debug"};

static atomic_int threshold = CF_LOG_INFO;
static atomic_llong window_start[LEVELS];
static atomic_int window_lines[LEVELS];
static atomic_ulong suppressed;

void cf_log_set_level(enum cf_log_level level) {
    atomic_store(&threshold, (int)level);
}

enum cf_err cf_log_level_of(struct cf_str name, enum cf_log_level *ret) {
    for (int i = 0; i < LEVELS; i++) {
        if (cf_str_eq(name, cf_str_of(names[i]))) {
            *ret = (enum cf_log_level)i;
            return CF_OK;
        }
    }
    return CF_ERR_CONFIG;
}

bool cf_log_is_on(enum cf_log_level level) {
    return (int)level <= atomic_load_explicit(&threshold, memory_order_relaxed);
}

unsigned long cf_log_suppressed(void) {
    return atomic_exchange(&suppressed, 0);
}

/* At most LINES_PER_SEC a second and level. A race of two threads at the turn of a second costs a few lines more. */
static bool is_within_rate(enum cf_log_level level) {
    cf_usec now = cf_system_now();
    if (now - atomic_load(&window_start[level]) >= CF_SEC(1)) {
        atomic_store(&window_start[level], now);
        atomic_store(&window_lines[level], 0);
    }
    if (atomic_fetch_add(&window_lines[level], 1) < LINES_PER_SEC) {
        return true;
    }
    atomic_fetch_add(&suppressed, 1);
    return false;
}

static void put_escaped(struct cf_writer *w, struct cf_str text) {
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.at[i];
        if (c >= 0x20 && c != 0x7f) {
            cf_put_char(w, (char)c);
            continue;
        }
        cf_put_lit(w, "\\x");
        cf_put_hex(w, (struct cf_span){&c, 1});
    }
}

void cf_log(enum cf_log_level level, const char *area, const char *format, ...) {
    char text[LINE_MAX_BYTES / 2];
    char line[LINE_MAX_BYTES];
    struct cf_writer w;
    va_list args;
    if (!cf_log_is_on(level) || !is_within_rate(level)) {
        return;
    }
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0) {
        return;
    }
    cf_writer_init(&w, line, sizeof line - 1);
    cf_put(&w, cf_str_of(names[level]));
    cf_put_char(&w, ' ');
    cf_put(&w, cf_str_of(area));
    cf_put_lit(&w, ": ");
    put_escaped(&w, cf_str_of(text));
    line[w.len] = '\n';
    ssize_t written = write(STDERR_FILENO, line, w.len + 1);
    (void)written;
}

/* Room for a line of @p len octets with all of them escaped, and what stands before and behind. */
#define ROOM_OF_LINE(len) (4 * (len) + 64)

void cf_log_block(enum cf_log_level level, const char *area, struct cf_str title, struct cf_str text) {
    if (!cf_log_is_on(level) || !is_within_rate(level)) {
        return;
    }
    size_t lines = 2;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.at[i] == '\n' ? 1 : 0;
    }
    size_t room = ROOM_OF_LINE(title.len) + ROOM_OF_LINE(text.len) + lines * ROOM_OF_LINE(0);
    char *block = malloc(room);
    struct cf_writer w;
    if (block == NULL) {
        return;
    }
    cf_writer_init(&w, block, room);
    cf_put(&w, cf_str_of(names[level]));
    cf_put_char(&w, ' ');
    cf_put(&w, cf_str_of(area));
    cf_put_lit(&w, ": ");
    put_escaped(&w, title);
    cf_put_char(&w, '\n');
    while (text.len > 0) {
        struct cf_str line = cf_str_cut(&text, '\n');
        line.len -= line.len > 0 && line.at[line.len - 1] == '\r' ? 1 : 0;
        cf_put_lit(&w, "  | ");
        put_escaped(&w, line);
        cf_put_char(&w, '\n');
    }
    cf_assert(cf_writer_ok(&w));
    ssize_t written = write(STDERR_FILENO, block, w.len);
    (void)written;
    free(block);
}
