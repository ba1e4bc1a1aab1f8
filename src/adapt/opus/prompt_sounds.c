/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/opus/prompt_sounds.h"

#include "adapt/opus/opus_file.h"
#include "adapt/opus/prompt_files.h"
#include "core/prompt/tone.h"

/* The language @tag, made if need be; NULL: too many. */
static struct cf_prompt_language *language_of(struct cf_sounds *sounds, struct cf_str tag) {
    for (size_t i = 0; i < sounds->language_count; i++) {
        if (cf_str_eq(sounds->languages[i].tag, tag)) {
            return &sounds->languages[i];
        }
    }
    if (sounds->language_count == CF_LANGUAGES_MAX) {
        return NULL;
    }
    struct cf_prompt_language *language = &sounds->languages[sounds->language_count++];
    language->tag = tag;
    return language;
}

static enum cf_err add_file(const struct cf_mem *mem, struct cf_sounds *sounds, const struct cf_prompt_file *file) {
    enum cf_prompt prompt;
    int16_t *pcm = NULL;
    size_t count = 0;
    struct cf_prompt_language *language = language_of(sounds, file->language);
    if (language == NULL) {
        return CF_ERR_LIMIT;
    }
    if (!cf_prompt_of(file->word, &prompt) || language->sounds[prompt].count > 0) {
        return CF_ERR_NOT_FOUND;
    }
    enum cf_err err = cf_opus_file_decode(mem, file->octets, &pcm, &count);
    if (err == CF_OK) {
        language->sounds[prompt] = (struct cf_sound){.pcm = pcm, .count = count};
    }
    return err;
}

static enum cf_err add_tones(const struct cf_mem *mem, struct cf_sounds *sounds) {
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        size_t count = cf_tone_len((enum cf_prompt)i);
        int16_t *pcm = count == 0 ? NULL : cf_mem_alloc(mem, count * sizeof *pcm);
        if (count > 0 && pcm == NULL) {
            return CF_ERR_NO_MEMORY;
        }
        if (count > 0) {
            cf_tone_make((enum cf_prompt)i, pcm);
            sounds->languages[0].sounds[i] = (struct cf_sound){.pcm = pcm, .count = count};
        }
    }
    return CF_OK;
}

enum cf_err cf_prompt_sounds_create(const struct cf_mem *mem, struct cf_sounds **ret) {
    struct cf_sounds *sounds = cf_mem_alloc(mem, sizeof *sounds);
    if (sounds == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = language_of(sounds, CF_STR("en")) == NULL ? CF_ERR_LIMIT : add_tones(mem, sounds);
    for (size_t i = 0; i < cf_prompt_file_count && err == CF_OK; i++) {
        err = add_file(mem, sounds, &cf_prompt_files[i]);
    }
    if (err != CF_OK) {
        cf_prompt_sounds_destroy(mem, sounds);
        return err;
    }
    *ret = sounds;
    return CF_OK;
}

void cf_prompt_sounds_destroy(const struct cf_mem *mem, struct cf_sounds *sounds) {
    if (sounds == NULL) {
        return;
    }
    for (size_t i = 0; i < sounds->language_count; i++) {
        for (size_t k = 0; k < CF_PROMPT_COUNT_; k++) {
            struct cf_sound *sound = &sounds->languages[i].sounds[k];
            cf_mem_free(mem, (void *)(uintptr_t)sound->pcm, sound->count * sizeof *sound->pcm);
        }
    }
    cf_mem_free(mem, sounds, sizeof *sounds);
}
