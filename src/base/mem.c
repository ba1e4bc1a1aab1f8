/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocation through a cf_mem. */
#include "base/mem.h"

#include "base/bug.h"

void *cf_mem_alloc(const struct cf_mem *mem, size_t size) {
    cf_assert(size > 0);
    return mem->alloc(mem->ctx, size);
}

void cf_mem_free(const struct cf_mem *mem, void *memory, size_t size) {
    if (memory != NULL) {
        mem->free(mem->ctx, memory, size);
    }
}

void cf_mem_wipe(void *memory, size_t size) {
    if (size > 0) {
        memset(memory, 0, size);
        /* The compiler has to believe that somebody reads it. */
        __asm__ volatile("" : : "r"(memory) : "memory");
    }
}

bool cf_mem_grow(const struct cf_mem *mem, void **array, size_t *count_max, size_t needed, size_t element) {
    if (needed <= *count_max) {
        return true;
    }
    size_t grown = *count_max == 0 ? 4 : *count_max * 2;
    if (grown < needed) {
        grown = needed;
    }
    void *larger = cf_mem_alloc(mem, grown * element);
    if (larger == NULL) {
        return false;
    }
    if (*array != NULL) {
        memcpy(larger, *array, *count_max * element);
        cf_mem_free(mem, *array, *count_max * element);
    }
    *array = larger;
    *count_max = grown;
    return true;
}

bool cf_mem_dup_str(const struct cf_mem *mem, struct cf_str s, struct cf_str *ret) {
    if (s.at == NULL) {
        *ret = CF_STR_NONE;
        return true;
    }
    /* One octet more, so that an empty string is still an allocation and a present string. */
    char *copy = cf_mem_alloc(mem, s.len + 1);
    if (copy == NULL) {
        return false;
    }
    if (s.len > 0) {
        memcpy(copy, s.at, s.len);
    }
    *ret = cf_str_n(copy, s.len);
    return true;
}

void cf_mem_free_str(const struct cf_mem *mem, struct cf_str *s) {
    if (s->at != NULL) {
        /* The cast takes back the constness that cf_mem_dup_str() gave. */
        cf_mem_free(mem, (void *)(uintptr_t)s->at, s->len + 1);
    }
    *s = CF_STR_NONE;
}
