/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What figures of a benchmark depend on besides the code: printed above each table. And who runs where: what is measured on the
 * first processor, load and receivers on the last, so that they do not share caches or time. Linux.
 */
#ifndef CF_TESTS_BENCH_MACHINE_H
#define CF_TESTS_BENCH_MACHINE_H

/** Print the command, the commit, processors, kernel, the clock that the processor really runs at, and the load average. */
void bench_print_head(int argc, char **argv);

/** The calling thread, and those that it starts from now on, run on the processor of what is measured, or on that of the load.
 * With one processor both are the same. */
void bench_pin_server(void);
void bench_pin_load(void);

/**
 * CPU nanoseconds of what is measured so far: of all threads of the process but the calling one, and of the kernel's thread that
 * takes over deliveries on loopback from the server's processor when there are too many.
 */
double bench_server_cpu_ns(void);

#endif
