/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Corpus replay: runs a fuzz target over every file of the folders and files named on the command line, as a TAP test. This is
 * how CI, and compilers without libFuzzer, run the targets.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1U << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t files_run;

static void run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return;
    }
    uint8_t *all = malloc(INPUT_MAX);
    size_t len = all == NULL ? 0 : fread(all, 1, INPUT_MAX, file);
    /* A block of the exact size, so that the sanitizer sees a read past the end. */
    uint8_t *exact = malloc(len > 0 ? len : 1);
    if (all != NULL && exact != NULL) {
        memcpy(exact, all, len);
        printf("# %s\n", path);
        fflush(stdout);
        LLVMFuzzerTestOneInput(exact, len);
        files_run++;
    }
    free(exact);
    free(all);
    fclose(file);
}

static void run_folder(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL) {
        run_file(path);
        return;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char file[4096];
        if (entry->d_name[0] != '.') {
            snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
            run_file(file);
        }
    }
    closedir(folder);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        run_folder(argv[i]);
    }
    printf("1..1\n%s 1 - replayed %zu inputs\n", files_run > 0 ? "ok" : "not ok", files_run);
    return files_run > 0 ? 0 : 1;
}
