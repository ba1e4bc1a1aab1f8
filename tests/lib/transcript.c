/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transcripts and golden text. */
#include "lib/transcript.h"

#include "lib/test.h"
#include <stdlib.h>

#define GOLDEN_MAX (1U << 20)

void transcript_init(struct transcript *t) {
    *t = (struct transcript){.size = 4096};
    t->text = calloc(1, t->size);
    assert_non_null(t->text);
}

void transcript_fini(struct transcript *t) {
    free(t->text);
    *t = (struct transcript){0};
}

void transcript_reset(struct transcript *t) {
    t->len = 0;
    t->text[0] = '\0';
}

static void reserve(struct transcript *t, size_t len) {
    while (t->size - t->len <= len) {
        t->size *= 2;
        t->text = realloc(t->text, t->size);
        assert_non_null(t->text);
    }
}

static void add(struct transcript *t, const char *format, va_list arguments) CF_PRINTF(2, 0);

static void add(struct transcript *t, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    assert_true(len >= 0);
    reserve(t, (size_t)len);
    vsnprintf(t->text + t->len, (size_t)len + 1, format, arguments);
    t->len += (size_t)len;
}

void transcript_add(struct transcript *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add(t, format, arguments);
    va_end(arguments);
}

void transcript_line(struct transcript *t, cf_usec now, const char *format, ...) {
    va_list arguments;
    transcript_add(t, "[%lld] ", (long long)(now / 1000));
    va_start(arguments, format);
    add(t, format, arguments);
    va_end(arguments);
    transcript_add(t, "\n");
}

void transcript_is(const struct transcript *t, const char *expected) {
    if (strcmp(t->text, expected) != 0) {
        fail_msg("transcript is\n%s--- but expected was\n%s---", t->text, expected);
    }
}

static const char *path_of(const char *name, char *path, size_t size) {
    const char *tests = getenv("CF_TESTS_DIR");
    snprintf(path, size, "%s/vectors/transcripts/%s.txt", tests != NULL ? tests : "tests", name);
    return path;
}

void transcript_is_file(const struct transcript *t, const char *name) {
    char path[4096];
    bool is_update = getenv("CF_TEST_UPDATE") != NULL;
    FILE *file = fopen(path_of(name, path, sizeof path), is_update ? "w" : "r");
    if (file == NULL) {
        fail_msg("%s can't be opened; CF_TEST_UPDATE=1 makes it", path);
    }
    if (is_update) {
        assert_int_equal(fwrite(t->text, 1, t->len, file), t->len);
        assert_int_equal(fclose(file), 0);
        return;
    }
    char *golden = calloc(1, GOLDEN_MAX);
    assert_non_null(golden);
    size_t len = fread(golden, 1, GOLDEN_MAX - 1, file);
    fclose(file);
    bool is_same = len == t->len && memcmp(golden, t->text, len) == 0;
    if (!is_same) {
        print_message("# %s differs; what came out:\n%s---\n", path, t->text);
    }
    free(golden);
    assert_true(is_same);
}
