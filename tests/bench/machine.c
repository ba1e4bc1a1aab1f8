/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine.h"

#include "forward_world.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN 256

/* The first line of what @p command says, or "?". */
static void ask(const char *command, char *line) {
    FILE *pipe = popen(command, "r");
    if (pipe == NULL || fgets(line, LINE_MAX_LEN, pipe) == NULL) {
        (void)snprintf(line, LINE_MAX_LEN, "?");
    }
    line[strcspn(line, "\n")] = '\0';
    if (pipe != NULL) {
        (void)pclose(pipe);
    }
}

/* Cycles a nanosecond of CPU time over so many milliseconds, by a chain of multiplications of three cycles each (0: on no
 * processor that this is known of): the best of some windows. Where processors are virtual and shared the longer ones are slower.
 */
static double clock_ghz(unsigned msec) {
    double best = 0;
#if defined(__x86_64__)
    for (int window = 0; window < 5; window++) {
        const unsigned steps = msec * 1000000;
        unsigned long value = 3;
        double start = bench_thread_cpu_ns();
        for (unsigned i = 0; i < steps; i++) {
            __asm__ volatile("imul %0, %0" : "+r"(value));
        }
        double ghz = 3.0 * steps / (bench_thread_cpu_ns() - start);
        best = ghz > best ? ghz : best;
    }
#endif
    return best;
}

void bench_print_head(int argc, char **argv) {
    char commit[LINE_MAX_LEN];
    char model[LINE_MAX_LEN];
    double load = 0;
    struct utsname names;
    const char *name = strrchr(argv[0], '/');
    ask("git describe --always --dirty --exclude '*' 2>/dev/null", commit);
    ask("sed -n 's/^model name.*: //p' /proc/cpuinfo", model);
    (void)getloadavg(&load, 1);
    (void)uname(&names);
    printf("# %s", name == NULL ? argv[0] : name + 1);
    for (int i = 1; i < argc; i++) {
        printf(" %s", argv[i]);
    }
    printf(": commit %s, %ld processors %s at %.1f GHz for a moment, %.1f GHz on average, Linux %s, load %.1f\n", commit,
           sysconf(_SC_NPROCESSORS_ONLN), model, clock_ghz(1), clock_ghz(100), names.release, load);
    fflush(stdout);
}

static void pin(long processor) {
    const struct sched_param priority = {.sched_priority = 10}; /* before what else runs on this machine, if that is allowed */
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)processor, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
    (void)sched_setscheduler(0, SCHED_RR, &priority);
}

void bench_pin_server(void) {
    pin(0);
}

void bench_pin_load(void) {
    (void)prctl(PR_SET_TIMERSLACK, 1000); /* it leaves on time */
    pin(sysconf(_SC_NPROCESSORS_ONLN) - 1);
}

/* Run time of the kernel's thread for soft interrupts of the first processor; 0 where that is not told. */
static double soft_interrupts_ns(void) {
    static char path[LINE_MAX_LEN];
    char line[LINE_MAX_LEN];
    if (path[0] == '\0') {
        char id[LINE_MAX_LEN];
        ask("pgrep -x ksoftirqd/0", id);
        (void)snprintf(path, sizeof path, "/proc/%.20s/schedstat", id);
    }
    FILE *file = fopen(path, "r");
    double ns = file != NULL && fgets(line, sizeof line, file) != NULL ? strtod(line, NULL) : 0;
    if (file != NULL) {
        (void)fclose(file);
    }
    return ns;
}

double bench_server_cpu_ns(void) {
    return bench_process_cpu_ns() - bench_thread_cpu_ns() + soft_interrupts_ns();
}
