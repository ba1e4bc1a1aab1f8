#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""House style that clang-format does not know: banned names with their replacement, file and function length, unused imports, licence lines,
FIXME, tabs, trailing blanks, line width, non-ASCII, dead DEVIATION tags, tests that sleep."""
import ast
import os
import re
import sys

BANNED = {
    'sprintf': 'cf_writer', 'vsprintf': 'cf_writer', 'strcpy': 'cf_put', 'strcat': 'cf_put', 'strncpy': 'cf_put', 'sscanf': 'cf_str_cut',
    'atoi': 'cf_str_to_u32', 'atol': 'cf_str_to_u64', 'strtok': 'cf_str_cut', 'rand': 'cf_rng', 'srand': 'cf_rng', 'alloca': 'cf_mem',
    'gets': 'nothing', 'localtime': 'gmtime_r', 'gmtime': 'gmtime_r', 'select': 'the loop', 'gettimeofday': 'the loop clock',
}
PURE_BANNED = {'malloc': 'cf_mem', 'calloc': 'cf_mem', 'realloc': 'cf_mem', 'free': 'cf_mem_free', 'printf': 'a returned event'}
FILE_MAX = 1000
SOURCE_MAX = 550
FUNCTION_MAX = 70
WIDTH_MAX = 130
CALL = re.compile(r'(?<![\w.>])(' + '|'.join(BANNED) + r')\s*\(')
PURE_CALL = re.compile(r'(?<![\w.>])(' + '|'.join(PURE_BANNED) + r')\s*\(')
DEVIATION = re.compile(r'DEVIATION\(([^#)]+)#([^)]+)\)')


def strip_comments(text):
    text = re.sub(r'/\*.*?\*/', lambda m: '\n' * m[0].count('\n'), text, flags=re.S)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


def check_lines(path, text):
    for n, line in enumerate(text.split('\n'), 1):
        if len(line) > WIDTH_MAX:
            yield n, f'line of {len(line)} characters, {WIDTH_MAX} at most'
        if '\t' in line:
            yield n, 'tab'
        if line != line.rstrip():
            yield n, 'trailing blank'
        if not line.isascii():
            yield n, 'non-ASCII character'
        if 'FIXME' in line or 'XXX' in line and 'XXXX' not in line:
            yield n, 'unfinished business: finish it or put it into docs/'
        if re.match(r'^\s*//', line):
            yield n, 'use /* */'


def check_calls(path, code):
    pure = path.startswith(('src/base', 'src/core'))
    for n, line in enumerate(code.split('\n'), 1):
        for match in CALL.finditer(line):
            yield n, f'{match[1]}() is banned, use {BANNED[match[1]]}'
        if pure and (match := PURE_CALL.search(line)):
            yield n, f'{match[1]}() in a pure layer, use {PURE_BANNED[match[1]]}'
        if path.startswith(('tests/unit', 'tests/sim', 'tests/conformance')) and re.search(r'\b(usleep|nanosleep|sleep)\s*\(', line):
            yield n, 'a test in virtual time does not sleep'


def check_functions(path, code):
    start = None
    for n, line in enumerate(code.split('\n'), 1):
        if line.endswith('{') and line[:1] not in ' #}/' and '(' in line and not line.startswith(('typedef', 'struct {', 'enum')):
            start = n
        elif line.startswith('}') and start:
            if n - start + 1 > FUNCTION_MAX:
                yield start, f'function of {n - start + 1} lines, {FUNCTION_MAX} at most'
            start = None


def check_imports(text):
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
            if (alias.asname or alias.name).split('.')[0] not in used:
                yield node.lineno, f'{alias.name} is imported and not used'


def check_file(path):
    text = open(path, encoding='utf-8').read()
    lines = text.split('\n')
    if 'SPDX-License-Identifier: GPL-3.0-or-later' not in '\n'.join(lines[:3]):
        yield 1, 'no SPDX line'
    most = SOURCE_MAX if path.startswith('src/') else FILE_MAX
    if len(lines) > most and '/vectors/' not in path and not path.endswith('_table.h'):
        yield 1, f'{len(lines)} lines, {most} at most: split it'
    if not text.endswith('\n'):
        yield len(lines), 'no newline at the end'
    if path.endswith('.py'):
        yield from check_imports(text)
    if path.endswith(('.c', '.h')):
        code = strip_comments(text)
        yield from check_lines(path, text)
        yield from check_calls(path, code)
        yield from check_functions(path, code)
        for match in DEVIATION.finditer(text):
            page = match[1]
            if not os.path.exists(page) or match[2] not in open(page, encoding='utf-8').read():
                yield 1, f'DEVIATION({page}#{match[2]}) is not in that page'


def main():
    os.chdir(sys.argv[1] if len(sys.argv) > 1 else '.')
    problems, count = [], 0
    for top in ('src', 'tests', 'tools', 'web'):
        for root, dirs, files in os.walk(top):
            dirs[:] = [d for d in dirs if d not in ('vectors', 'corpus', 'node_modules', '__pycache__')]
            for name in sorted(files):
                path = os.path.join(root, name)
                if name.endswith(('.c', '.h', '.py', '.sh')) or name == 'meson.build':
                    count += 1
                    problems += [f'{path}:{n}: {what}' for n, what in check_file(path)]
    print('\n'.join(problems) or f'{count} files in style')
    sys.exit(1 if problems else 0)


main()
