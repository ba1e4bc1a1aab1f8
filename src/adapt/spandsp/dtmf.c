/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DTMF by spandsp. */
#include "adapt/spandsp/dtmf.h"

#define SPANDSP_EXPOSE_INTERNAL_STRUCTURES
#include <spandsp.h>

static void *create(const struct cf_mem *mem) {
    dtmf_rx_state_t *state = cf_mem_alloc(mem, sizeof *state);
    /* Without a callback the keys are kept until they are asked for. */
    return state == NULL ? NULL : dtmf_rx_init(state, NULL, NULL);
}

static void destroy(const struct cf_mem *mem, void *reader) {
    cf_mem_free(mem, reader, sizeof(dtmf_rx_state_t));
}

static void hear(void *reader, const int16_t *pcm, size_t count) {
    (void)dtmf_rx(reader, pcm, (int)count);
}

static void miss(void *reader, size_t count) {
    (void)dtmf_rx_fillin(reader, (int)count);
}

static char next(void *reader) {
    char key[2] = {'\0', '\0'};
    return dtmf_rx_get(reader, key, 1) == 1 ? key[0] : '\0';
}

const struct cf_key_tones cf_dtmf_tones = {create, destroy, hear, miss, next};
