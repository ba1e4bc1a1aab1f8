/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operator's own prompts, below a folder of the test's own. */
#include "server/own_prompts.h"

#include "adapt/opus/prompt_sounds.h"
#include "lib/test.h"
#include "lib/test_mem.h"
#include "shell/file/file.h"
#include <stdlib.h>
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
    static const char *const subs[] = {"en/deep", "en", "de"};
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

static struct cf_span of_the_program(const char *word) {
    for (size_t i = 0; i < cf_prompt_file_count; i++) {
        if (cf_str_eq(cf_prompt_files[i].word, cf_str_of(word))) {
            return cf_prompt_files[i].octets;
        }
    }
    fail_msg("%s is not there", word);
    return (struct cf_span){NULL, 0};
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
    put("en/muted.opus", of_the_program("people"));
    put("de/muted.opus", of_the_program("alone"));
    put("LICENSE", cf_str_span(CF_STR("free")));
    assert_ok(cf_own_prompts_load(&prompts, folder));
    assert_int_equal(prompts.count, cf_prompt_file_count + 1);
    assert_int_equal(find(&prompts, "en", "muted")->octets.len, of_the_program("people").len);
    assert_int_equal(find(&prompts, "de", "muted")->octets.len, of_the_program("alone").len);
    assert_ptr_equal(find(&prompts, "en", "unmuted")->octets.at, of_the_program("unmuted").at);
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
        struct cf_span octets = of_the_program(cases[i].of);
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

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(T(without_a_folder_the_programs_are_said), T(ones_own_are_said_instead), T(what_is_wrong_is_refused))
