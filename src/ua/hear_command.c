/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confer hear`: which of some sounds are in a recording. */
#include "core/clip/likeness.h"
#include "shell/system/system.h"
#include "ua/commands.h"
#include "ua/json_line.h"
#include "ua/microphone.h"
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "confer hear RECORDING.wav SOURCE... - how much of each source is in the recording; a source is a WAV file\n"
    "One JSON line a source: {\"event\":\"heard\",\"source\":...,\"likeness\":0.87,\"heard\":true,\"delay_ms\":123}\n";

static enum cf_err compare(const int16_t *recording, size_t count, const char *name) {
    struct cf_json_line *line = malloc(sizeof *line);
    struct cf_likeness found = {.pieces = 0};
    int16_t *source = NULL;
    size_t source_count = 0;
    enum cf_err err = line == NULL ? CF_ERR_NO_MEMORY : cf_sound_load(name, &source, &source_count);
    err = err == CF_OK ? cf_likeness_of(cf_system_mem(), recording, count, source, source_count, &found) : err;
    if (err == CF_OK) {
        cf_json_line_begin(line, CF_STR("heard"), 0);
        cf_put_json_text(&line->w, CF_STR("source"), cf_str_of(name));
        cf_json_line_milli(line, CF_STR("likeness"), (int64_t)(found.likeness * 1000));
        cf_put_json_flag(&line->w, CF_STR("heard"), found.pieces > 0 && found.likeness >= CF_LIKENESS_HEARD);
        cf_put_json_number(&line->w, CF_STR("pieces"), found.pieces);
        cf_json_line_milli(line, CF_STR("delay_ms"), (int64_t)found.delay_msec * 1000);
        cf_json_line_end(line);
    } else {
        fprintf(stderr, "confer: %s: %s\n", name, cf_err_text(err));
    }
    free(source);
    free(line);
    return err;
}

int cf_ua_hear(int argc, char **argv) {
    int16_t *recording = NULL;
    size_t count = 0;
    int status = 0;
    if (argc < 3) {
        fputs(help, stderr);
        return 2;
    }
    enum cf_err err = cf_sound_load(argv[1], &recording, &count);
    if (err != CF_OK) {
        fprintf(stderr, "confer: %s: %s\n", argv[1], cf_err_text(err));
        return 1;
    }
    for (int i = 2; i < argc; i++) {
        status = compare(recording, count, argv[i]) == CF_OK ? status : 1;
    }
    free(recording);
    return status;
}
