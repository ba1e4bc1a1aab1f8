#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_counts.py PROGRAM BASELINES [--write | --cache]: instructions of each path that BASELINES names (a registration, a call, a forwarded frame, a
tick of the mixer ...), by callgrind, must not exceed the committed baselines by more than 3 %. What a run needs before and after is left
out by subtracting a short run from a long one. Nothing may be allocated a packet, a tick or a silent second, by whatever library: a long run
takes memory as often as a short one, but for the paths in MEMORY. Another compiler or C library than the baselines': skipped (status 77), as its numbers are others.
--cache: prints how often each path misses the caches of a simulated processor instead, and holds it to nothing."""
import os
import platform
import re
import subprocess
import sys
import tempfile

LIMIT = 0.03
FEW, MANY = 10, 60
# Paths that may take memory each time: calls and registrations.
MEMORY = ('call', 'register', 'invite')
ALLOCATORS = re.compile(r'^(malloc|calloc|realloc|reallocarray|memalign|posix_memalign|aligned_alloc|mmap)(@|\'|$)')
# Libraries choose code by what the processor has: all processors count alike without. Meson has fresh memory filled, which is no work of ours.
PLAIN = {'GLIBC_TUNABLES': 'glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-ERMS,-FSRM', 'OPENSSL_ia32cap': ':0', 'MALLOC_PERTURB_': '0'}


def toolchain():
    compiler = subprocess.run(['gcc', '-dumpfullversion'], capture_output=True, text=True).stdout.strip()
    return f'gcc {compiler} {" ".join(platform.libc_ver())} {platform.machine()}'


def allocations(out):
    """Calls of what gives memory in a file of callgrind's, which names each function once, with its number."""
    names, callee, calls = {}, None, 0
    with open(out, encoding='utf-8', errors='replace') as lines:
        for line in lines:
            named = re.match(r'c?fn=\((\d+)\)(?: (.*))?$', line)
            if named and named[2]:
                names[named[1]] = named[2]
            if named and line.startswith('c'):
                callee = names.get(named[1], '')
            elif line.startswith('calls=') and ALLOCATORS.match(callee or ''):
                calls += int(line[6:].split()[0])
    return calls


def instructions(program, path, count):
    """Instructions, and how often memory was taken."""
    with tempfile.TemporaryDirectory(prefix='confer-counts-') as folder:
        run = subprocess.run(['valgrind', '--tool=callgrind', f'--callgrind-out-file={folder}/out', program, path, str(count)],
                             capture_output=True, text=True, env=dict(os.environ, **PLAIN))
        found = re.search(r'Collected : (\d+)', run.stderr)
        if run.returncode != 0 or not found:
            sys.exit(f'{path}: {run.stderr[-1000:]}{run.stdout[-1000:]}')
        return int(found.group(1)), allocations(f'{folder}/out')


def misses(program, path, count):
    """Misses of the first cache (32 kB) and of the second (512 kB), data alone."""
    with tempfile.TemporaryDirectory(prefix='confer-counts-') as folder:
        run = subprocess.run(['valgrind', '--tool=cachegrind', '--cache-sim=yes', '--D1=32768,8,64', '--LL=524288,8,64',
                              f'--cachegrind-out-file={folder}/out', program, path, str(count)],
                             capture_output=True, text=True, env=dict(os.environ, **PLAIN))
        found = [re.search(level + r' +misses: +([\d,]+)', run.stderr) for level in ('D1', 'LLd')]
        if run.returncode != 0 or None in found:
            sys.exit(f'{path}: {run.stderr[-1000:]}{run.stdout[-1000:]}')
        return [int(match[1].replace(',', '')) for match in found]


def print_misses(program, paths):
    print(f'{"path":16} {"L1 misses":>10} {"L2 misses":>10}')
    for path in paths:
        few, many = misses(program, path, FEW), misses(program, path, FEW + 20)
        print(f'{path:16} {(many[0] - few[0]) // 20:>10} {(many[1] - few[1]) // 20:>10}')


def read(name):
    """{path: instructions} and the toolchain they are of."""
    with open(name, encoding='ascii') as text:
        lines = [line.strip() for line in text if line.strip() and not line.startswith('#')]
    return {line.split()[0]: int(line.split()[1]) for line in lines[1:]}, lines[0]


def main():
    program, baselines = sys.argv[1:3]
    counted, taken = {}, {}
    wanted = read(baselines)[0]
    if '--cache' in sys.argv:
        subprocess.run([os.path.join(os.path.dirname(program), 'bench_head'), *sys.argv], check=True)
        print_misses(program, wanted)
        return
    if '--write' not in sys.argv and read(baselines)[1] != toolchain():
        print(f'1..0 # SKIP baselines are of {read(baselines)[1]}, this is {toolchain()}')
        sys.exit(77)
    for path in wanted:
        few, many = instructions(program, path, FEW), instructions(program, path, MANY)
        counted[path], taken[path] = (many[0] - few[0]) // (MANY - FEW), many[1] - few[1]
    if '--write' in sys.argv:
        with open(baselines, 'w', encoding='ascii') as out:
            out.write('# Instructions a path, by tests/bench/check_counts.py --write; first the toolchain that they are of.\n')
            out.write(toolchain() + '\n' + ''.join(f'{path} {count}\n' for path, count in counted.items()))
        return
    print(f'1..{len(wanted)}')
    failed = 0
    for number, path in enumerate(wanted, 1):
        ratio = counted[path] / wanted[path]
        takes_memory = taken[path] != 0 and path not in MEMORY
        is_good = ratio <= 1 + LIMIT and not takes_memory
        failed += not is_good
        print(f'{"ok" if is_good else "not ok"} {number} - {path}: {counted[path]} instructions, {ratio:.3f} of the baseline')
        if takes_memory:
            print(f'# {path} takes memory {taken[path]} times in {MANY - FEW} rounds')
        if ratio < 1 - LIMIT:
            print(f'# {path} has become cheaper: write the baselines anew')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
