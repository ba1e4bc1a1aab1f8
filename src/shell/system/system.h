/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The operating system as the cores see it: the heap as a cf_mem, the kernel's generator as a cf_entropy, the two clocks. The
 * only place for malloc(), getrandom() and clock_gettime().
 */
#ifndef CF_SHELL_SYSTEM_SYSTEM_H
#define CF_SHELL_SYSTEM_SYSTEM_H

#include "base/mem.h"
#include "base/rng.h"
#include "base/usec.h"

/** The heap. Any thread; a block is freed by the thread that owns it. */
const struct cf_mem *cf_system_mem(void);

/** The kernel's generator, read in blocks per thread. Aborts if there is none. */
const struct cf_entropy *cf_system_entropy(void);

/** Monotonic clock, microseconds. */
cf_usec cf_system_now(void);

/** Wall clock. */
cf_wall cf_system_wall(void);

#endif
