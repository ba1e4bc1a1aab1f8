/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_head COMMAND [ARGUMENTS]: prints the head of a table for a benchmark that is a script. */
#include "machine.h"

int main(int argc, char **argv) {
    if (argc < 2) {
        return 2;
    }
    bench_print_head(argc - 1, argv + 1);
    return 0;
}
