#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every header below src/ compiles alone: it includes what it uses."""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def compiles(path):
    flags = ['-std=gnu11', '-D_GNU_SOURCE', '-fsyntax-only', '-Isrc', '-I/usr/include/opus', '-Wall', '-Werror']
    result = subprocess.run(['cc', *flags, '-x', 'c', '-'], input=f'#include "{path}"\ntypedef int not_empty;\n', text=True,
                            capture_output=True)
    return None if result.returncode == 0 else f'src/{path}: {result.stderr.strip().splitlines()[0]}'


def main():
    os.chdir(sys.argv[1])
    headers = [os.path.relpath(os.path.join(root, f), 'src') for root, _, files in os.walk('src') for f in files
               if f.endswith('.h') and not f.endswith('_table.h')]
    with ThreadPoolExecutor(2) as pool:
        problems = [p for p in pool.map(compiles, sorted(headers)) if p]
    print('\n'.join(problems) or f'{len(headers)} headers compile alone')
    sys.exit(1 if problems else 0)


main()
