#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Symbol gate: the given archives (base and core) define only cf_ symbols and need nothing but each other and the list below:
no clock, no socket, no thread, no log, no malloc. Run on a plain build; sanitizers add symbols of their own."""
import subprocess
import sys

PURE = set('''memcpy memmove memset memcmp memchr strlen strcmp strncmp __assert_fail __stack_chk_fail
__memcpy_chk __memmove_chk __memset_chk qsort bsearch
sqrt sqrtf log10 log10f log2 pow powf exp expf floor floorf ceil lround lrint lrintf fabs sin cos sincos sinf cosf log logf exp2 exp2f
fmin fmax roundf round _GLOBAL_OFFSET_TABLE_'''.split())


def symbols(archive, *flags):
    out = subprocess.run(['nm', '-A', *flags, archive], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        place, _, rest = line.rpartition(':')
        yield place.split(':')[-1], rest.split()[-1]


def main():
    archives = sys.argv[1:]
    defined = {name: place for a in archives for place, name in symbols(a, '-g', '--defined-only')}
    problems = [f'{place}: symbol {name} lacks the prefix cf_' for name, place in defined.items() if not name.startswith('cf_')]
    for archive in archives:
        for place, name in symbols(archive, '-u'):
            if name not in defined and name not in PURE:
                problems.append(f'{place}: impure symbol {name} in {archive.split("/")[-1]}')
    print('\n'.join(sorted(set(problems))) or f'{len(defined)} symbols, all pure')
    sys.exit(1 if problems else 0)


main()
