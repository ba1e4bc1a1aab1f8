#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw what sim/bandwidth wrote: FOLDER/*.csv become FOLDER/*.svg, bit rates above and the queue below.
usage: plot_bandwidth.py [FOLDER]    without one the simulation is run and bench/results is used."""
import csv
import glob
import os
import subprocess
import sys

WIDTH, HEIGHT, QUEUE_HEIGHT, LEFT, TOP = 960, 360, 140, 70, 40
COLOURS = {'link': '#999999', 'target': ['#1f77b4', '#9467bd'], 'arrived': ['#2ca02c', '#ff7f0e'], 'queue': '#d62728'}


def path(points, colour, dash=''):
    steps = ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)
    return f'<polyline fill="none" stroke="{colour}" stroke-width="1.3" {dash} points="{steps}"/>'


def axis(x0, x1, y0, y1, top, label, unit):
    """Horizontal lines with numbers for values 0..top between the ordinates y0 (below) and y1."""
    out = []
    for i in range(5):
        y = y0 + (y1 - y0) * i / 4
        out.append(f'<line x1="{x0}" x2="{x1}" y1="{y}" y2="{y}" stroke="#dddddd"/>')
        out.append(f'<text x="{x0 - 6}" y="{y + 4}" text-anchor="end">{top * i / 4:.4g}</text>')
    out.append(f'<text x="{x0}" y="{y1 - 8}">{label}, {unit}</text>')
    return out


def draw(name):
    with open(name, encoding='utf-8') as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    flows = sum(key.startswith('target') for key in rows[0])
    end = rows[-1]['time_s']
    top = max(max(v for k, v in row.items() if k.endswith('bps') or '_bps_' in k) for row in rows) / 1e6
    queue_top = max(max(row['queue_ms'] for row in rows), 1)
    base, queue_base = TOP + HEIGHT, TOP + HEIGHT + 50 + QUEUE_HEIGHT

    def x(row):
        return LEFT + WIDTH * row['time_s'] / end

    def line(key, colour, dash=''):
        return path([(x(row), base - HEIGHT * row[key] / 1e6 / top) for row in rows], colour, dash)

    out = axis(LEFT, LEFT + WIDTH, base, TOP, top, os.path.basename(name)[:-4] + ': bit rate', 'Mbit/s')
    out += axis(LEFT, LEFT + WIDTH, queue_base, queue_base - QUEUE_HEIGHT, queue_top, 'queue', 'ms')
    out.append(line('link_bps', COLOURS['link'], 'stroke-dasharray="6 3"'))
    legend = [('link', COLOURS['link'])]
    for i in range(1, flows + 1):
        for kind in ('arrived', 'target'):
            out.append(line(f'{kind}_bps_{i}', COLOURS[kind][(i - 1) % 2]))
            legend.append((f'{kind} {i}', COLOURS[kind][(i - 1) % 2]))
    out.append(path([(x(row), queue_base - QUEUE_HEIGHT * row['queue_ms'] / queue_top) for row in rows], COLOURS['queue']))
    for i, (text, colour) in enumerate(legend):
        out.append(f'<text x="{LEFT + 420 + 100 * i}" y="{TOP - 12}" fill="{colour}">{text}</text>')
    for second in range(0, int(end) + 1, 10):
        out.append(f'<text x="{LEFT + WIDTH * second / end}" y="{queue_base + 18}" text-anchor="middle">{second} s</text>')
    with open(name[:-4] + '.svg', 'w', encoding='utf-8') as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 20}" height="{queue_base + 30}" '
                   'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>' + '\n'.join(out) +
                   '</svg>\n')
    print(name[:-4] + '.svg')


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
    folder = sys.argv[1] if len(sys.argv) > 1 else 'bench/results'
    if len(sys.argv) < 2:
        os.makedirs(folder, exist_ok=True)
        environment = dict(os.environ, CONFER_TEST_PLOTS=folder)
        subprocess.run(['build/tests/sim/sim_bandwidth'], env=environment, check=True, stdout=subprocess.DEVNULL)
    for name in sorted(glob.glob(os.path.join(folder, 'bandwidth-*.csv'))):
        draw(name)


main()
