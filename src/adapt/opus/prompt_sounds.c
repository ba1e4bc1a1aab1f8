/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/opus/prompt_sounds.h"

#include "adapt/opus/opus_file.h"
#include "core/prompt/tone.h"

struct cf_prompt_sounds {
    const struct cf_mem *mem;
    struct cf_sounds table;
    const struct cf_prompt_file *undecoded[CF_LANGUAGES_MAX][CF_PROMPT_COUNT_]; /* NULL: there is no file, or it was decoded */
};

/* The language @tag, made if need be; false: too many. */
static bool language_of(struct cf_sounds *table, struct cf_str tag, size_t *ret) {
    if (cf_sounds_find(table, tag, ret)) {
        return true;
    }
    if (table->language_count == CF_LANGUAGES_MAX) {
        return false;
    }
    *ret = table->language_count++;
    table->languages[*ret].tag = tag;
    return true;
}

static enum cf_err add_file(struct cf_prompt_sounds *sounds, const struct cf_prompt_file *file) {
    enum cf_prompt prompt;
    size_t language;
    if (!language_of(&sounds->table, file->language, &language)) {
        return CF_ERR_LIMIT;
    }
    bool is_known = cf_prompt_of(file->word, &prompt);
    if (!is_known || sounds->table.languages[language].sounds[prompt].count > 0 || sounds->undecoded[language][prompt] != NULL) {
        return CF_ERR_NOT_FOUND;
    }
    sounds->undecoded[language][prompt] = file;
    return CF_OK;
}

static enum cf_err add_files(struct cf_prompt_sounds *sounds, const struct cf_prompt_file *files, size_t count,
                             const struct cf_prompt_file **ret_blamed) {
    for (size_t i = 0; i < count; i++) {
        enum cf_err err = add_file(sounds, &files[i]);
        if (err != CF_OK) {
            *ret_blamed = &files[i];
            return err;
        }
    }
    return CF_OK;
}

static enum cf_err add_tones(struct cf_prompt_sounds *sounds) {
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        size_t count = cf_tone_len((enum cf_prompt)i);
        int16_t *pcm = count == 0 ? NULL : cf_mem_alloc(sounds->mem, count * sizeof *pcm);
        if (count > 0 && pcm == NULL) {
            return CF_ERR_NO_MEMORY;
        }
        if (count > 0) {
            cf_tone_make((enum cf_prompt)i, pcm);
            sounds->table.languages[0].sounds[i] = (struct cf_sound){.pcm = pcm, .count = count};
        }
    }
    return CF_OK;
}

enum cf_err cf_prompt_sounds_create(const struct cf_mem *mem, const struct cf_prompt_file *files, size_t count,
                                    struct cf_prompt_sounds **ret, const struct cf_prompt_file **ret_blamed) {
    struct cf_prompt_sounds *sounds = cf_mem_alloc(mem, sizeof *sounds);
    *ret_blamed = NULL;
    if (sounds == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    sounds->mem = mem;
    size_t first;
    enum cf_err err = language_of(&sounds->table, CF_STR("en"), &first) ? add_tones(sounds) : CF_ERR_LIMIT;
    err = err == CF_OK ? add_files(sounds, files, count, ret_blamed) : err;
    if (err != CF_OK) {
        cf_prompt_sounds_destroy(sounds);
        return err;
    }
    *ret = sounds;
    return CF_OK;
}

static enum cf_err decode(struct cf_prompt_sounds *sounds, size_t language, enum cf_prompt prompt) {
    const struct cf_prompt_file *file = sounds->undecoded[language][prompt];
    int16_t *pcm = NULL;
    size_t count = 0;
    if (file == NULL) {
        return CF_OK;
    }
    /* Once, however it ends: from now on the entry is read by others. */
    sounds->undecoded[language][prompt] = NULL;
    enum cf_err err = cf_opus_file_decode(sounds->mem, file->octets, &pcm, &count);
    if (err == CF_OK) {
        sounds->table.languages[language].sounds[prompt] = (struct cf_sound){.pcm = pcm, .count = count};
    }
    return err;
}

enum cf_err cf_prompt_sounds_prepare(struct cf_prompt_sounds *sounds, size_t language, enum cf_prompt prompt) {
    enum cf_err err = CF_OK;
    if (language < sounds->table.language_count) {
        err = decode(sounds, language, prompt);
    }
    if (cf_sounds_get(&sounds->table, language, prompt).count == 0) {
        enum cf_err instead = decode(sounds, 0, prompt);
        err = err == CF_OK ? instead : err;
    }
    return err;
}

const struct cf_sounds *cf_prompt_sounds_table(const struct cf_prompt_sounds *sounds) {
    return sounds == NULL ? NULL : &sounds->table;
}

void cf_prompt_sounds_destroy(struct cf_prompt_sounds *sounds) {
    if (sounds == NULL) {
        return;
    }
    for (size_t i = 0; i < sounds->table.language_count; i++) {
        for (size_t k = 0; k < CF_PROMPT_COUNT_; k++) {
            struct cf_sound *sound = &sounds->table.languages[i].sounds[k];
            cf_mem_free(sounds->mem, (void *)(uintptr_t)sound->pcm, sound->count * sizeof *sound->pcm);
        }
    }
    cf_mem_free(sounds->mem, sounds, sizeof *sounds);
}
