/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counter of steps. */
#include "lib/test_steps.h"
#include <stddef.h>

static uint64_t steps;

uint64_t test_steps(void) {
    return steps;
}

/* Called by the compiler at each basic block. */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void) {
    steps++;
}

void *__real_memchr(const void *at, int octet, size_t len);
void *__wrap_memchr(const void *at, int octet, size_t len);
void *__wrap_memchr(const void *at, int octet, size_t len) {
    const char *found = __real_memchr(at, octet, len);
    steps += found ? (size_t)(found - (const char *)at) : len;
    return (void *)(uintptr_t)found;
}

int __real_memcmp(const void *a, const void *b, size_t len);
int __wrap_memcmp(const void *a, const void *b, size_t len);
int __wrap_memcmp(const void *a, const void *b, size_t len) {
    steps += len;
    return __real_memcmp(a, b, len);
}

void *__real_memcpy(void *to, const void *from, size_t len);
void *__wrap_memcpy(void *to, const void *from, size_t len);
void *__wrap_memcpy(void *to, const void *from, size_t len) {
    steps += len;
    return __real_memcpy(to, from, len);
}

void *__real_memmove(void *to, const void *from, size_t len);
void *__wrap_memmove(void *to, const void *from, size_t len);
void *__wrap_memmove(void *to, const void *from, size_t len) {
    steps += len;
    return __real_memmove(to, from, len);
}
