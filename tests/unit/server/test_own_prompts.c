/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operator's own prompts, below a folder of the test's own. */
#include "server/own_prompts.h"

#include "adapt/opus/opus_file.h"
#include "adapt/opus/prompt_sounds.h"
#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_ogg.h"
#include "lib/test_prompts.h"
#include "shell/file/file.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 8

static char folder[40];
static char written[FILES_MAX][CF_FILE_PATH_MAX];
static size_t written_count;

static int begin(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/confer-prompts-XXXXXX");
    written_count = 0;
    return mkdtemp(folder) == NULL;
}

static int end(void **state) {
    (void)state;
    for (size_t i = 0; i < written_count; i++) {
        unlink(written[i]);
    }
    static const char *const subs[] = {"en/deep", "en", "EN", "de"};
    for (size_t i = 0; i < sizeof subs / sizeof *subs; i++) {
        char path[CF_FILE_PATH_MAX];
        assert_ok(cf_file_join(folder, subs[i], path, sizeof path));
        rmdir(path);
    }
    return rmdir(folder);
}

static void put(const char *name, struct cf_span octets) {
    char path[CF_FILE_PATH_MAX];
    char *last;
    assert_true(written_count < FILES_MAX);
    assert_ok(cf_file_join(folder, name, path, sizeof path));
    snprintf(written[written_count++], CF_FILE_PATH_MAX, "%s", path);
    last = strrchr(path, '/');
    *last = '\0';
    assert_ok(cf_file_make_folder(path));
    *last = '/';
    assert_ok(cf_file_write(path, octets, false));
}

/* The path of @name, which is removed at the end. */
static const char *path_to(const char *name) {
    assert_true(written_count < FILES_MAX);
    assert_ok(cf_file_join(folder, name, written[written_count], CF_FILE_PATH_MAX));
    return written[written_count++];
}

static const struct cf_prompt_file *find(const struct cf_own_prompts *prompts, const char *language, const char *word) {
    const struct cf_prompt_file *found = NULL;
    for (size_t i = 0; i < prompts->count; i++) {
        if (cf_str_eq(prompts->files[i].language, cf_str_of(language)) && cf_str_eq(prompts->files[i].word, cf_str_of(word))) {
            assert_null(found); /* once */
            found = &prompts->files[i];
        }
    }
    return found;
}

static void without_a_folder_the_programs_are_said(void **state) {
    (void)state;
    struct cf_own_prompts prompts;
    assert_ok(cf_own_prompts_load(&prompts, ""));
    assert_int_equal(prompts.count, cf_prompt_file_count);
    assert_non_null(find(&prompts, "en", "muted"));
    cf_own_prompts_free(&prompts);
}

static void ones_own_are_said_instead(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_own_prompts prompts;
    struct cf_prompt_sounds *sounds = NULL;
    const struct cf_prompt_file *broken;
    put("en/muted.opus", test_prompt_of("people"));
    put("de/muted.opus", test_prompt_of("alone"));
    put("LICENSE", cf_str_span(CF_STR("free")));
    assert_ok(cf_own_prompts_load(&prompts, folder));
    assert_int_equal(prompts.count, cf_prompt_file_count + 1);
    assert_int_equal(find(&prompts, "en", "muted")->octets.len, test_prompt_of("people").len);
    assert_int_equal(find(&prompts, "de", "muted")->octets.len, test_prompt_of("alone").len);
    assert_ptr_equal(find(&prompts, "en", "unmuted")->octets.at, test_prompt_of("unmuted").at);
    test_mem_init(&mem);
    assert_ok(cf_prompt_sounds_create(&mem.mem, prompts.files, prompts.count, &sounds, &broken));
    const struct cf_sounds *table = cf_prompt_sounds_table(sounds);
    enum cf_prompt muted;
    enum cf_prompt people;
    assert_true(cf_prompt_of(CF_STR("muted"), &muted) && cf_prompt_of(CF_STR("people"), &people));
    assert_int_equal(table->language_count, 2);
    assert_str(table->languages[0].tag, CF_STR("en"));
    assert_ok(cf_prompt_sounds_prepare(sounds, 0, muted));
    assert_ok(cf_prompt_sounds_prepare(sounds, 0, people));
    assert_true(cf_sounds_get(table, 0, muted).count > 0);
    assert_int_equal(cf_sounds_get(table, 0, muted).count, cf_sounds_get(table, 0, people).count);
    cf_prompt_sounds_destroy(sounds);
    test_mem_fini(&mem);
    cf_own_prompts_free(&prompts);
}

static void what_is_wrong_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const char *of;
        size_t cut; /* octets that are missing */
        enum cf_err err;
    } cases[] = {
        {"muted.opus", "muted", 0, CF_ERR_NOT_FOUND},         {"en/muffled.opus", "muted", 0, CF_ERR_NOT_FOUND},
        {"en/deep/muted.opus", "muted", 0, CF_ERR_NOT_FOUND}, {"en/tone-enter.opus", "muted", 0, CF_ERR_NOT_FOUND},
        {"de/muted.opus", "muted", 100, CF_ERR_TRUNCATED},
    };
    struct cf_own_prompts prompts;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_span octets = test_prompt_of(cases[i].of);
        put(cases[i].name, (struct cf_span){octets.at, octets.len - cases[i].cut});
        enum cf_err err = cf_own_prompts_load(&prompts, folder);
        if (err != cases[i].err) {
            fail_msg("%s: %s", cases[i].name, cf_err_text(err));
        }
        assert_null(prompts.files);
        unlink(written[--written_count]);
    }
    assert_int_equal(cf_own_prompts_load(&prompts, "/nonexistent/prompts"), CF_ERR_NOT_FOUND);
}

/* Tags of languages are the same in capitals (RFC 5646 section 2.1.1), as callers write them. */
static void folders_in_capitals_are_the_same_language(void **state) {
    (void)state;
    struct cf_own_prompts prompts;
    put("EN/muted.opus", test_prompt_of("people"));
    assert_ok(cf_own_prompts_load(&prompts, folder));
    assert_int_equal(prompts.count, cf_prompt_file_count);
    assert_null(find(&prompts, "en", "muted"));
    assert_int_equal(find(&prompts, "EN", "muted")->octets.len, test_prompt_of("people").len);
    cf_own_prompts_free(&prompts);
}

/* More than a minute, though a file of ten is sound by itself. */
static void who_talks_too_long_is_refused(void **state) {
    (void)state;
    static uint8_t copy[CF_OWN_PROMPT_OCTETS_MAX];
    struct cf_own_prompts prompts;
    struct cf_span octets = test_prompt_of("muted");
    uint8_t *page = copy;
    size_t count = 0;
    memcpy(copy, octets.at, octets.len);
    for (size_t i = 0; i + 4 < octets.len; i++) {
        page = memcmp(copy + i, "OggS", 4) == 0 ? copy + i : page; /* the last one */
    }
    page[6 + 2] = 0x40; /* where it ends: sample 0x40xxxx */
    test_ogg_seal(page, octets.len - (size_t)(page - copy));
    assert_ok(cf_opus_file_check((struct cf_span){copy, octets.len}, &count));
    assert_true(count > CF_OWN_PROMPT_SAMPLES_MAX);
    put("de/muted.opus", (struct cf_span){copy, octets.len});
    assert_int_equal(cf_own_prompts_load(&prompts, folder), CF_ERR_LIMIT);
    put("de/muted.opus", (struct cf_span){copy, sizeof copy});
    assert_int_equal(cf_own_prompts_load(&prompts, folder), CF_ERR_MALFORMED);
}

/* A link is as good as what it leads to. */
static void links_are_followed(void **state) {
    (void)state;
    struct cf_own_prompts prompts;
    put("sound", test_prompt_of("people"));
    assert_int_equal(symlink("../sound", path_to("de/muted.opus")), -1); /* there is no such folder yet */
    put("de/LICENSE", cf_str_span(CF_STR("free")));
    assert_int_equal(symlink("../sound", path_to("de/muted.opus")), 0);
    assert_int_equal(symlink("de", path_to("sv")), 0);
    assert_ok(cf_own_prompts_load(&prompts, folder));
    assert_non_null(find(&prompts, "de", "muted"));
    assert_non_null(find(&prompts, "sv", "muted"));
    cf_own_prompts_free(&prompts);
}

static void what_cant_be_read_is_refused(void **state) {
    (void)state;
    struct cf_own_prompts prompts;
    put("de/muted.opus", test_prompt_of("muted"));
    assert_int_equal(mkfifo(path_to("de/unmuted.opus"), 0600), 0);
    assert_int_equal(cf_own_prompts_load(&prompts, folder), CF_ERR_IO);
    unlink(written[--written_count]);
    assert_int_equal(symlink("nowhere", path_to("sv")), 0);
    assert_int_equal(cf_own_prompts_load(&prompts, folder), CF_ERR_IO);
    unlink(written[--written_count]);
    if (geteuid() != 0) { /* who may do all opens all */
        char path[CF_FILE_PATH_MAX];
        assert_ok(cf_file_join(folder, "de", path, sizeof path));
        assert_int_equal(chmod(path, 0), 0);
        enum cf_err err = cf_own_prompts_load(&prompts, folder);
        assert_int_equal(chmod(path, 0700), 0);
        assert_int_equal(err, CF_ERR_IO);
    }
    assert_ok(cf_own_prompts_load(&prompts, folder));
    cf_own_prompts_free(&prompts);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(T(without_a_folder_the_programs_are_said), T(ones_own_are_said_instead), T(what_is_wrong_is_refused),
             T(folders_in_capitals_are_the_same_language), T(who_talks_too_long_is_refused), T(links_are_followed),
             T(what_cant_be_read_is_refused))
