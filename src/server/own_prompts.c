/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prompts of a folder. */
#include "server/own_prompts.h"

#include "adapt/opus/opus_file.h"
#include "core/prompt/tone.h"
#include "shell/file/file.h"
#include "shell/log/log.h"
#include <stdlib.h>

#define LANGUAGE_MAX 35 /* RFC 5646 section 4.4.1 */

struct cf_own_prompt {
    struct cf_own_prompt *next;
    struct cf_prompt_file file;  /* views of what follows */
    char name[CF_FILE_PATH_MAX]; /* below the folder */
    uint8_t octets[];
};

/* A folder being read. */
struct reading {
    struct cf_own_prompts *prompts;
    uint8_t *buffer; /* CF_OWN_PROMPT_OCTETS_MAX */
    enum cf_err err;
};

/* "de/muted.opus": whose language and word. NULL, or what is wrong. */
static const char *read_name(struct cf_str name, struct cf_prompt_file *ret) {
    enum cf_prompt prompt;
    struct cf_str rest = cf_str_head(name, name.len - strlen(".opus"));
    ret->language = cf_str_cut(&rest, '/');
    ret->word = rest;
    if (rest.at == NULL || cf_str_find(rest, '/') < rest.len || ret->language.len < 2 || ret->language.len > LANGUAGE_MAX) {
        return "it is not LANGUAGE/WORD.opus";
    }
    if (!cf_prompt_of(ret->word, &prompt)) {
        return "no prompt is called so";
    }
    return cf_tone_len(prompt) > 0 ? "that is a tone, which has no file" : NULL;
}

static bool complain(struct reading *reading, const char *path, enum cf_err err, const char *why) {
    cf_log(CF_LOG_ERROR, "prompts", "%s: %s", path, why);
    reading->err = err;
    return false;
}

static bool take_file(void *ctx, const char *path, const char *name) {
    struct reading *reading = ctx;
    struct cf_prompt_file named;
    size_t len = 0;
    if (!cf_str_ends(cf_str_of(name), CF_STR(".opus"))) {
        return true;
    }
    const char *wrong = read_name(cf_str_of(name), &named);
    if (wrong != NULL) {
        return complain(reading, path, CF_ERR_NOT_FOUND, wrong);
    }
    if (reading->prompts->count == CF_OWN_PROMPTS_MAX) {
        return complain(reading, path, CF_ERR_LIMIT, "there are too many files");
    }
    size_t samples = 0;
    enum cf_err err = cf_file_read(path, reading->buffer, CF_OWN_PROMPT_OCTETS_MAX, &len);
    err = err == CF_OK ? cf_opus_file_check((struct cf_span){reading->buffer, len}, &samples) : err;
    if (err != CF_OK) {
        return complain(reading, path, err, err == CF_ERR_NO_ROOM ? "it is larger than a megabyte" : cf_err_text(err));
    }
    if (samples > CF_OWN_PROMPT_SAMPLES_MAX) {
        return complain(reading, path, CF_ERR_LIMIT, "it is longer than a minute");
    }
    struct cf_own_prompt *own = calloc(1, sizeof *own + len);
    if (own == NULL) {
        return complain(reading, path, CF_ERR_NO_MEMORY, cf_err_text(CF_ERR_NO_MEMORY));
    }
    memcpy(own->name, name, strlen(name) + 1);
    memcpy(own->octets, reading->buffer, len);
    own->file = (struct cf_prompt_file){.language = cf_str_n(own->name, named.language.len),
                                        .word = cf_str_n(own->name + named.language.len + 1, named.word.len),
                                        .octets = {own->octets, len}};
    own->next = reading->prompts->own;
    reading->prompts->own = own;
    reading->prompts->count++;
    return true;
}

static bool refuse_odd(void *ctx, const char *path, const char *name) {
    (void)name;
    return complain(ctx, path, CF_ERR_IO, "it is neither a file nor a folder that can be read");
}

static enum cf_err read_folder(struct cf_own_prompts *prompts, const char *folder) {
    struct reading reading = {.prompts = prompts, .buffer = malloc(CF_OWN_PROMPT_OCTETS_MAX)};
    if (reading.buffer == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = cf_file_each_strictly(folder, take_file, refuse_odd, &reading);
    free(reading.buffer);
    if (reading.err != CF_OK) {
        return reading.err;
    }
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "prompts", "%s can't be read: %s", folder, cf_err_text(err));
    }
    return err;
}

static bool is_overridden(const struct cf_own_prompts *prompts, const struct cf_prompt_file *file) {
    for (const struct cf_own_prompt *own = prompts->own; own != NULL; own = own->next) {
        if (cf_str_eq_nocase(own->file.language, file->language) && cf_str_eq(own->file.word, file->word)) {
            return true;
        }
    }
    return false;
}

enum cf_err cf_own_prompts_load(struct cf_own_prompts *prompts, const char *folder) {
    *prompts = (struct cf_own_prompts){.count = 0};
    enum cf_err err = folder[0] == '\0' ? CF_OK : read_folder(prompts, folder);
    if (err == CF_OK) {
        prompts->files = calloc(prompts->count + cf_prompt_file_count, sizeof *prompts->files);
        err = prompts->files == NULL ? CF_ERR_NO_MEMORY : CF_OK;
    }
    if (err != CF_OK) {
        cf_own_prompts_free(prompts);
        return err;
    }
    size_t at = 0;
    for (const struct cf_own_prompt *own = prompts->own; own != NULL; own = own->next) {
        prompts->files[at++] = own->file;
    }
    for (size_t i = 0; i < cf_prompt_file_count; i++) {
        if (!is_overridden(prompts, &cf_prompt_files[i])) {
            prompts->files[at++] = cf_prompt_files[i];
        }
    }
    prompts->count = at;
    return CF_OK;
}

void cf_own_prompts_free(struct cf_own_prompts *prompts) {
    struct cf_own_prompt *own = prompts->own;
    while (own != NULL) {
        struct cf_own_prompt *next = own->next;
        free(own);
        own = next;
    }
    free(prompts->files);
    *prompts = (struct cf_own_prompts){.count = 0};
}
