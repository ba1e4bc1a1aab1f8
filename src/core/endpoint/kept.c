/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counted octets under a budget. */
#include "core/endpoint/kept.h"

enum cf_err cf_keep_alloc(struct cf_keeper *keeper, size_t len, struct cf_kept **ret) {
    if (len > keeper->limit || keeper->bytes > keeper->limit - len) {
        return CF_ERR_LIMIT;
    }
    struct cf_kept *kept = cf_mem_alloc(keeper->mem, sizeof *kept + len);
    if (kept == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    kept->refs = 1;
    kept->len = (uint32_t)len;
    keeper->bytes += len;
    *ret = kept;
    return CF_OK;
}

enum cf_err cf_keep(struct cf_keeper *keeper, struct cf_str text, struct cf_kept **ret) {
    struct cf_kept *kept = NULL;
    enum cf_err err = cf_keep_alloc(keeper, text.len, &kept);
    if (err == CF_OK) {
        if (text.len > 0) {
            memcpy(kept->at, text.at, text.len);
        }
        *ret = kept;
    }
    return err;
}

struct cf_kept *cf_kept_take(struct cf_kept *kept) {
    cf_assert(kept->refs > 0 && kept->refs < UINT32_MAX);
    kept->refs++;
    return kept;
}

void cf_kept_release(struct cf_keeper *keeper, struct cf_kept **kept) {
    struct cf_kept *gone = *kept;
    *kept = NULL;
    if (gone == NULL || --gone->refs > 0) {
        return;
    }
    cf_assert(keeper->bytes >= gone->len);
    keeper->bytes -= gone->len;
    cf_mem_free(keeper->mem, gone, sizeof *gone + gone->len);
}
