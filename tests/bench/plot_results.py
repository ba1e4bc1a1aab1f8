#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""plot_results.py RESULTS FOLDER: plots of the tables that tools/run_benchmarks.sh kept: forwarding (bench_worker), listeners and time in the
server, as SVG into FOLDER. A table that is not there is left out."""
import re
import sys

from plot import bars, lines

NS, RATIO = r'\s+(\d+)', r'\s+[\d.]+'
WORKER = re.compile(r'^(\S*)\s+(\d+)\s+(\d+)' + 2 * (3 * NS + RATIO) + NS + RATIO + '$')
CURVES = ('one port, ring', 'one port, calls', 'bare, one port', 'a port each, ring', 'a port each, calls', 'bare, a port each', 'naive loop')
LISTENERS = re.compile(r'^\s*(\d+)\s+(one|each)\s+([\d.]+)\s+([\d.]+)\s+(\d+)$')
LATENCY = re.compile(r'^(confer|bare)\s+(\d+)\s+(\d+)\s+\d+\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([\d.-]+)$')

MEETING = re.compile(r'^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)$')

HIGHEST = re.compile(r'^(confer|bare|naive)\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+\s+\d+\s+\d+\s+\S')

HEADS = ('suite', 'listeners', 'delay', 'meetings', 'highest')


def tables(text):
    """{first word of a table's head: the lines that follow}, until another program begins."""
    found, head = {}, None
    for line in text.splitlines():
        words = line.split()
        if words and words[0] in HEADS:
            head = words[0]
            found.setdefault(head, [])
        elif words and (line.startswith('=') or words[0] in ('#', 'members')):
            head = None
        elif head is not None:
            found[head].append(line)
    return found


def plot_worker(rows, folder):
    found = {}
    for line in rows:
        match = WORKER.match(line.rstrip())
        if match:
            suite = match[1] or 'plain'
            receivers, frame, *values = (int(word) for word in match.groups()[1:])
            series = found.setdefault((suite, frame), {name: [] for name in CURVES})
            for name, value in zip(CURVES, values):
                series[name].append((receivers, value))
    for (suite, frame), series in found.items():
        lines(f'{folder}/forwarding-{suite}-frames-of-{frame}.svg', f'Forwarding, {suite}, frames of {frame}', 'receivers', 'ns of CPU a packet', series)
    return len(found)


def plot_listeners(rows, folder):
    found = [match for match in map(LISTENERS.match, rows) if match]
    if found:
        lines(f'{folder}/listeners.svg', 'Opus to those who listen', 'listeners', 'us of CPU a listener and frame',
              {name: [(int(m[1]), float(m[4])) for m in found if m[2] == ports] for ports, name in (('one', 'one port for all'), ('each', 'a port each'))})
    return len(found)


def plot_latency(rows, folder):
    found = [match for match in map(LATENCY.match, rows) if match]
    if found:
        bars(f'{folder}/latency.svg', 'Time in the server, 50 receivers, AES-GCM', 'us',
             [(f'{m[1]}, frames of {m[2]}, {m[3]} % load, {name}', float(m[at])) for m in found for name, at in (('p50', 5), ('p99', 6), ('p99.9', 7))])
    return len(found)


def plot_highest(rows, folder):
    found = [match for match in map(HIGHEST.match, rows) if match]
    if found:
        bars(f'{folder}/highest.svg', 'Highest rate with less than 0.1 % lost, AES-GCM', 'thousand packets a second',
             [(f'{m[1]}, {m[2]} receivers, frames of {m[3]}', float(m[4])) for m in found])
    return len(found)


def plot_meetings(rows, folder):
    found = [match for match in map(MEETING.match, rows) if match]
    if found:
        bars(f'{folder}/meetings.svg', 'Meetings, AES-GCM, 30 frames a second of two packets', 'us of CPU a packet',
             [(f'{name}, {m[1]} of {m[2]}, {m[3]} send, {m[4]} tiles', float(m[at])) for m in found for name, at in (('confer', 6), ('bare', 7))])
    return len(found)


def main():
    with open(sys.argv[1], encoding='utf-8', errors='replace') as results:
        found = tables(results.read())
    count = plot_worker(found.get('suite', []), sys.argv[2]) + plot_listeners(found.get('listeners', []), sys.argv[2])
    count += plot_latency(found.get('delay', []), sys.argv[2])
    count += plot_highest(found.get('highest', []), sys.argv[2]) + plot_meetings(found.get('meetings', []), sys.argv[2])
    print(f'{count} rows and series plotted')


if __name__ == '__main__':
    main()
