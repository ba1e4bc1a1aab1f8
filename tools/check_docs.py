#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What documents name is there: links between files, decisions by number, source files, tests and other names in backquotes that
are long enough to be one of ours; and each page of docs/rfc is in its index. Documents rot where code is renamed."""
import glob
import os
import re
import sys

LINK = re.compile(r'\]\(([^)#: ]+)(?:#[^)]*)?\)')
NAME = re.compile(r'`([a-z0-9]+(?:_[a-z0-9]+){2,})`')
DECISION = re.compile(r'docs/adr/(\d{4})')
SOURCE = re.compile(r'`((?:base|core|adapt|shell|server|ua)/[\w/.]+)`')
INDEX = 'docs/rfc/README.md'


def documents():
    return sorted(glob.glob('docs/**/*.md', recursive=True) + glob.glob('*.md') + glob.glob('web/*.md'))


def known_words():
    """Every word of the sources, tests and tools."""
    words = set()
    for top in ('src', 'tests', 'tools', 'web', 'packaging'):
        for root, dirs, files in os.walk(top):
            dirs[:] = [d for d in dirs if d not in ('vectors', 'corpus', 'node_modules', '__pycache__')]
            for name in files:
                with open(os.path.join(root, name), encoding='utf-8', errors='replace') as file:
                    words.update(re.findall(r'\w+', file.read()))
    return words


def is_source(name):
    """Tests of a unit are named as the unit: `adapt/test_srtp` is tests/unit/adapt/test_srtp.c."""
    return any(glob.glob(f'{top}/{name}{end}') for top in ('src', 'tests/unit') for end in ('', '.*', '*.[ch]'))


def is_name(name, words):
    """Metrics are written without the prefix that all of them have."""
    return name in words or name.removeprefix('confer_') in words


def check(path, words):
    with open(path, encoding='utf-8') as file:
        for n, line in enumerate(file, 1):
            for link in LINK.findall(line):
                if not os.path.exists(os.path.join(os.path.dirname(path), link)):
                    yield f'{path}:{n}: link to {link}, which is not there'
            for number in DECISION.findall(line):
                if not glob.glob(f'docs/adr/{number}-*.md'):
                    yield f'{path}:{n}: decision {number} is not in docs/adr'
            for name in SOURCE.findall(line):
                if not is_source(name):
                    yield f'{path}:{n}: no source file {name}'
            for name in NAME.findall(line):
                if not is_name(name, words):
                    yield f'{path}:{n}: `{name}` is nowhere in the tree'


def main():
    os.chdir(sys.argv[1] if len(sys.argv) > 1 else '.')
    words = known_words()
    problems = [problem for path in documents() for problem in check(path, words)]
    with open(INDEX, encoding='utf-8') as file:
        index = file.read()
    for page in sorted(os.listdir('docs/rfc')):
        if page != 'README.md' and f'({page})' not in index:
            problems.append(f'{INDEX}: {page} is missing')
    print('\n'.join(problems) or f'{len(documents())} documents name what is there')
    sys.exit(1 if problems else 0)


main()
