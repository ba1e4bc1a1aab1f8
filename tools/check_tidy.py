#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""clang-tidy over the sources: check_tidy.py SOURCE_ROOT BUILD_ROOT [all|N]. Without "all" those that the last N commits (default 10)
changed, so that it stays short; the whole tree is `make tidy`. Any warning fails."""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys

SKIP = 77  # meson: skipped


def changed(root, commits):
    out = subprocess.run(['git', '-C', root, 'log', f'-{commits}', '--name-only', '--format=', '--', 'src'], capture_output=True, text=True)
    return {os.path.join(root, name) for name in out.stdout.split() if name.endswith('.c')} if out.returncode == 0 else set()


def tidy(program, build, path):
    out = subprocess.run([program, '-p', build, '--quiet', '--extra-arg=-Wno-unknown-warning-option', path], capture_output=True, text=True)
    return [line for line in out.stdout.splitlines() if ' warning: ' in line or ' error: ' in line]


def main():
    root, build = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
    which = sys.argv[3] if len(sys.argv) > 3 else '10'
    program = shutil.which('clang-tidy-14') or shutil.which('clang-tidy')
    database = os.path.join(build, 'compile_commands.json')
    if program is None or not os.path.exists(database):
        print('no clang-tidy here')
        return SKIP
    with open(database, encoding='utf-8') as file:
        known = {os.path.realpath(os.path.join(entry['directory'], entry['file'])) for entry in json.load(file)}
    sources = {path for path in known if path.startswith(os.path.join(root, 'src') + os.sep)}
    if which != 'all':
        sources &= changed(root, int(which))
    found = set()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for lines in pool.map(lambda path: tidy(program, build, path), sorted(sources)):
            found.update(line.replace(root + os.sep, '').replace(os.path.relpath(build, root) + '/../', '') for line in lines)
    for line in sorted(found):
        print(line)
    print(f'{len(sources)} files, {len(found)} warnings')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
