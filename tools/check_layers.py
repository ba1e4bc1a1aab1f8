#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks every project #include below src/ against tools/layers.txt, and that headers do not include each other in a circle."""
import fnmatch
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#include\s+([<"])([^">]+)[">]')
# Headers of third-party libraries, and the only folder that may include each.
EXTERNAL = {
    'openssl/': 'src/adapt/openssl src/adapt/srtp', 'intel-ipsec-mb.h': 'src/adapt/srtp', 'ipsec-mb.h': 'src/adapt/srtp',
    'opus': 'src/adapt/opus', 'spandsp': 'src/adapt/spandsp', 'speex/': 'src/adapt/resample', 'expat.h': 'src/adapt/expat',
    'zlib.h': 'src/adapt/zlib', 'sqlite3.h': 'src/adapt/sqlite src/adapt/bzrtp',
    'bzrtp/': 'src/adapt/bzrtp', 'bctoolbox/': 'src/adapt/bzrtp', 'vpx/': 'src/adapt/vpx', 'wels/': 'src/adapt/h264',
    'uv.h': 'src/shell', 'ares': 'src/shell/dns', 'ini.h': 'src/shell/config',
}
# System headers a pure layer may use.
FREESTANDING = {'assert.h', 'stdbool.h', 'stddef.h', 'stdint.h', 'string.h', 'limits.h', 'math.h', 'stdalign.h', 'stdarg.h', 'float.h'}


def read_rules(path):
    rules = []
    for line in open(path, encoding='utf-8'):
        line = line.split('#')[0].strip()
        if line:
            folder, allowed = line.split(':')
            rules.append((folder.strip(), allowed.split()))
    return rules


def layer_of(path, rules):
    parts = path.split('/')
    for n in (2, 1):
        name = '/'.join(parts[:n])
        for folder, allowed in rules:
            if len(parts) > n and fnmatch.fnmatch(name, folder):
                return name, allowed
    return None, None


def check_include(path, line_number, quote, target, rules, edges):
    folder, allowed = layer_of(path, rules)
    where = f'src/{path}:{line_number}'
    if quote == '<':
        for prefix, homes in EXTERNAL.items():
            if target.startswith(prefix) and not any(('src/' + path).startswith(h + '/') for h in homes.split()):
                return [f'{where}: <{target}> may be included in {homes} only']
        if folder and (folder == 'base' or folder.startswith('core')) and target not in FREESTANDING:
            return [f'{where}: <{target}> has no place in a pure layer']
        return []
    edges.setdefault(path, []).append(target)
    if not os.path.exists(f'src/{target}'):
        return [f'{where}: "{target}" is not a path below src/']
    home, _ = layer_of(target, rules)
    if folder is None:
        return [f'{where}: folder is not in tools/layers.txt']
    if home != folder and not any(fnmatch.fnmatch(home or '', a) for a in allowed):
        return [f'{where}: {folder} may not use {home} ("{target}")']
    return []


def find_cycle(edges):
    state = {}

    def visit(node, trail):
        state[node] = 1
        for target in edges.get(node, []):
            if state.get(target) == 1:
                return trail + [node, target]
            if target not in state:
                found = visit(target, trail + [node])
                if found:
                    return found
        state[node] = 2
        return None
    for node in list(edges):
        if node not in state:
            found = visit(node, [])
            if found:
                return found
    return None


def main():
    os.chdir(sys.argv[1] if len(sys.argv) > 1 else '.')
    rules = read_rules('tools/layers.txt')
    problems, edges, count = [], {}, 0
    for root, _, files in os.walk('src'):
        for name in files:
            if not name.endswith(('.c', '.h')):
                continue
            path = os.path.relpath(os.path.join(root, name), 'src')
            count += 1
            for n, line in enumerate(open(f'src/{path}', encoding='utf-8'), 1):
                match = INCLUDE.match(line)
                if match:
                    problems += check_include(path, n, match[1], match[2], rules, edges)
    cycle = find_cycle(edges)
    if cycle:
        problems.append('include cycle: ' + ' -> '.join(cycle))
    print('\n'.join(problems) or f'{count} files, all includes within their layers')
    sys.exit(1 if problems else 0)


main()
